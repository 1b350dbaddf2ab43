//! Obligations met, trip-wires touched, consequences of dates, sealed words.

use domain::{Digest, Timestamp};

use crate::{
    act::{
        consequence::Consequence,
        decision::TripWire,
        emergency::MAY_TRIP,
        review::Asks,
        upkeep::{Done, Erasure, Reveal, Trip},
    },
    body::Times,
    entry::{Entry, Logged, Tripped},
    refused::{Refused, incomplete},
    register::Register,
    review::{Review, short},
    sealing,
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

    pub(super) fn trip(&mut self, logged: &Logged, it: &Trip, strict: bool) -> Result<(), Refused> {
        let person = self.person(&logged.by)?;
        if strict {
            if !person.has_any(&MAY_TRIP) {
                return Err(Refused::NotYours {
                    who: logged.by.clone(),
                    why: format!("that a trip-wire was touched is for {} to say", MAY_TRIP.join(", ")),
                });
            }
            if !it.because.is_given() {
                return Err(incomplete("say what touched the trip-wire"));
            }
            let component = it.case.subject.kind() == "component";
            match it.wire {
                None if component => {
                    return Err(incomplete("name the trip-wire: of a component it is told at once"));
                }
                Some(wire) if Trip::told(&it.case, wire).is_none() => {
                    return Err(incomplete(
                        "which trip-wire was touched would tell an open flaw of a named system: it is sealed until it is mended",
                    ));
                }
                _ if !component => sealing::sealed(&it.because, "what touched a trip-wire")?,
                _ => {}
            }
            if self.reviews.contains_key(&short('R', &logged.digest)) {
                return Err(Refused::NotNow(
                    "its short id is taken: sign it again a second later".to_owned(),
                ));
            }
        }
        let times = self.body.times;
        let entry = self
            .entries
            .get_mut(&it.case)
            .ok_or_else(|| Refused::NotNow("no entry of the register has that case".to_owned()))?;
        let carried = entry.decided.as_ref().is_some_and(|d| match &it.wire {
            Some(wire) => d.decision.terms.trip_wires.contains(wire),
            None => d.decision.terms.trip_wires.iter().any(|w| *w != TripWire::Malware),
        });
        if !carried {
            return Err(Refused::NotNow(format!(
                "the decision in force carries no trip-wire for {}: deny it by a signature instead",
                it.wire.map_or("that", TripWire::word)
            )));
        }
        let owner = entry.decided.as_ref().map(|d| d.owner.clone()).unwrap_or_default();
        let because = it.because.seal();
        entry.trips.push(Tripped { logged: logged.clone(), wire: it.wire, because });
        entry.told = entry.stand(logged.at, &times).state;
        let asks = match it.case.purpose {
            domain::Purpose::Use => Asks::Use,
            domain::Purpose::Publish => Asks::Publication,
        };
        let open = entry.open.clone();
        let asked = |id: &String| self.reviews.get(id).is_some_and(|r| r.opening.asks == asks);
        if strict && !open.iter().any(asked) {
            // What is suspended is looked at again: a no of one signature is never the last word.
            let id = short('R', &logged.digest);
            let reason = "a trip-wire of the decision was touched: to be looked at again on fresh evidence";
            self.table_on(logged, &it.case, &id, asks, (reason.to_owned(), owner));
        }
        Ok(())
    }

    /// The open review in which what a trip-wire suspended is looked at again.
    pub fn looked_at_again(&self, case: &crate::case::Case) -> Option<&Review> {
        let open = self.entries.get(case)?.open.iter().filter_map(|id| self.reviews.get(id));
        open.filter(|r| matches!(r.opening.asks, Asks::Use | Asks::Publication))
            .min_by_key(|r| r.opened.index)
    }

    pub(super) fn consequence(
        &mut self,
        logged: &Logged,
        it: &Consequence,
        strict: bool,
    ) -> Result<(), Refused> {
        let times = self.body.times;
        let entry = self
            .entries
            .get_mut(&it.case)
            .ok_or_else(|| Refused::NotNow("no entry of the register has that case".to_owned()))?;
        let follows = follows(entry, logged.at, &times);
        // An older program told of several trip-wires the last, not the gravest.
        let told = follows.as_ref().is_some_and(|f| !strict && f.from == it.from && f.to == it.to);
        if follows.as_ref() != Some(it) && !told {
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

    pub(super) fn reveal(&mut self, logged: &Logged, it: &Reveal, strict: bool) -> Result<(), Refused> {
        self.person(&logged.by)?;
        if let Some(why) = self.not_mended(&it.sealed, logged.at.date()).filter(|_| strict) {
            return Err(Refused::NotNow(format!("{why}: it is told after mending")));
        }
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

    /// Why sealed words must not be made public yet: they tell the way into something that is not mended.
    fn not_mended(&self, sealed: &Digest, today: domain::Date) -> Option<String> {
        let is = |words: &crate::words::Words| words.seal() == Some(*sealed);
        let held = |case: &crate::case::Case| {
            let closed = self.closures_of(case).filter(|c| c.closure.until >= today);
            closed.map(|c| c.closure.until).max()
        };
        for closing in &self.closures {
            let mut all = closing.secrets.iter().chain(&closing.mending);
            if (all.any(is) || closing.closure.sealed().any(is))
                && let Some(until) = held(&closing.case)
            {
                return Some(format!("{} is closed until {until}", closing.case.subject));
            }
        }
        let mut tripped = self.entries.values().flat_map(|e| e.trips.iter().map(move |t| (e, t)));
        if let Some((entry, _)) = tripped.find(|(_, t)| t.because.as_ref() == Some(sealed)) {
            return Some(format!("{} is suspended by it", entry.case));
        }
        let set_aside = self.exceptions.iter().find(|e| e.until >= today && e.scope.as_ref().is_some_and(is));
        set_aside.map(|e| format!("the exception is in force until {}", e.until))
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
