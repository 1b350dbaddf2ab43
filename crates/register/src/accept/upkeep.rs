//! Obligations met, trip-wires touched, consequences of dates, sealed words.

use domain::{Digest, Timestamp};

use crate::{
    act::{
        consequence::Consequence,
        upkeep::{Done, Erasure, Reveal, Trip},
    },
    body::Times,
    entry::{Entry, Logged, Tripped},
    refused::{Refused, incomplete},
    register::Register,
};

impl Register {
    pub(super) fn done(&mut self, logged: &Logged, it: &Done) -> Result<(), Refused> {
        let by = self.person(&logged.by)?.clone();
        if !it.shown.is_given() {
            return Err(incomplete("say how it is shown to be done"));
        }
        let none = || Refused::NotNow("no decision in force has that digest".to_owned());
        let (case, _) = self.decisions.get(&it.decision).cloned().ok_or_else(none)?;
        let before = self.state_of(&case, logged.at);
        let decided = self.entries.get_mut(&case).and_then(|e| e.decided.as_mut());
        let decided = decided.filter(|d| d.logged.digest == it.decision).ok_or_else(none)?;
        let duties = &decided.decision.terms.obligations;
        let duty = duties.get(usize::from(it.obligation)).ok_or_else(|| {
            incomplete(format!("the decision has {} obligations, counted from 0", duties.len()))
        })?;
        // Who owes it, who owns the outcome, or the chair, to whom a team outside the body shows it.
        if !by.has_any(&[duty.who.as_str(), decided.owner.as_str(), "chair"]) {
            return Err(Refused::NotYours {
                who: logged.by.clone(),
                why: format!("that it is met is for {}, {} or the chair to state", duty.who, decided.owner),
            });
        }
        if !decided.done.insert(it.obligation) {
            return Err(Refused::NotNow("that obligation was shown to be met already".to_owned()));
        }
        self.tells(&case, logged.at, before);
        Ok(())
    }

    pub(super) fn trip(&mut self, logged: &Logged, it: &Trip) -> Result<(), Refused> {
        self.person(&logged.by)?;
        let times = self.body.times;
        let entry = self
            .entries
            .get_mut(&it.case)
            .ok_or_else(|| Refused::NotNow("no entry of the register has that case".to_owned()))?;
        let carried = entry.decided.as_ref().is_some_and(|d| d.decision.terms.trip_wires.contains(&it.wire));
        if !carried {
            return Err(Refused::NotNow(format!(
                "the decision in force carries no trip-wire for {}: deny it by a signature instead",
                it.wire.word()
            )));
        }
        entry.trips.push(Tripped { logged: logged.clone(), wire: it.wire });
        entry.told = entry.stand(logged.at, &times).state;
        Ok(())
    }

    pub(super) fn consequence(&mut self, logged: &Logged, it: &Consequence) -> Result<(), Refused> {
        let times = self.body.times;
        let entry = self
            .entries
            .get_mut(&it.case)
            .ok_or_else(|| Refused::NotNow("no entry of the register has that case".to_owned()))?;
        let follows = follows(entry, logged.at, &times);
        if follows.as_ref() != Some(it) {
            let says = |c: &Consequence| format!("{} after {}, on {}, since {}", c.to, c.from, c.on, c.why);
            return Err(Refused::NotNow(format!(
                "it says {}, and what follows from the log is {}",
                says(it),
                follows.as_ref().map_or_else(|| "nothing".to_owned(), says)
            )));
        }
        entry.told = it.to;
        Ok(())
    }

    pub(super) fn reveal(&mut self, logged: &Logged, it: &Reveal) -> Result<(), Refused> {
        self.person(&logged.by)?;
        let salt = salt(&it.salt).ok_or_else(|| incomplete("the salt is 64 hexadecimal digits"))?;
        let words = crate::words::Words::sealed(&salt, &it.text);
        if words != (crate::words::Words::Sealed { sealed: it.sealed }) {
            return Err(incomplete("text and salt are not what was sealed"));
        }
        if it.text.len() > crate::words::LONGEST {
            return Err(incomplete("the text is too long"));
        }
        // All interests have one salt: who knows it could try names on every one of them.
        let people = self.body.people.values().flat_map(|p| &p.interests);
        let cases = self.reviews.values().flat_map(|r| &r.opening.interests);
        if people.chain(cases).any(|interest| *interest == words) {
            return Err(Refused::NotNow(
                "an interest is never made public by its seal, which all interests share: state it anew"
                    .to_owned(),
            ));
        }
        // A name is public with the person's consent, and nobody else gives that.
        let named = self.body.people.iter().find(|(_, p)| p.name == words);
        if let Some((id, _)) = named.filter(|(id, _)| **id != logged.by) {
            return Err(Refused::NotYours {
                who: logged.by.clone(),
                why: format!("it is the name of {id}, who alone makes it public"),
            });
        }
        if self.erased.contains(&it.sealed) {
            return Err(Refused::NotNow("these words were erased".to_owned()));
        }
        self.revealed.insert(it.sealed, it.text.clone());
        Ok(())
    }

    pub(super) fn erase(&mut self, logged: &Logged, it: &Erasure) -> Result<(), Refused> {
        self.person(&logged.by)?;
        if it.ground.trim().is_empty() {
            return Err(incomplete("name the legal ground of the erasure"));
        }
        if self.revealed.contains_key(&it.sealed) {
            return Err(Refused::NotNow(
                "these words were made public in the log, which cannot forget them".to_owned(),
            ));
        }
        self.erased.insert(it.sealed);
        Ok(())
    }

    /// What follows from dates as of a time and was not told yet: the consequences that `tick` appends,
    /// ordered by case.
    pub fn consequences(&self, as_of: Timestamp) -> Vec<Consequence> {
        self.entries.values().filter_map(|entry| follows(entry, as_of, &self.body.times)).collect()
    }
}

/// What follows for an entry as of a time and was not told yet.
fn follows(entry: &Entry, as_of: Timestamp, times: &Times) -> Option<Consequence> {
    let stand = entry.stand(as_of, times);
    (stand.state != entry.told).then(|| Consequence {
        case: entry.case.clone(),
        from: entry.told,
        to: stand.state,
        of: stand.of.or_else(|| entry.history.last().map(|l| l.digest)).unwrap_or_else(|| Digest::of(b"")),
        on: stand.since,
        why: stand.why,
    })
}

/// 64 hexadecimal digits as bytes.
fn salt(text: &str) -> Option<[u8; 32]> {
    let digest: Digest = format!("sha256:{text}").parse().ok()?;
    Some(*digest.as_bytes())
}
