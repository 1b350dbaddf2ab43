//! What one signature does at once.

use domain::Purpose;

use crate::{
    act::{
        emergency::{Emergency, MAY_BREAK_GLASS, MAY_DENY, Measure},
        review::{Asks, Opening},
    },
    entry::{Denied, Entry, Glass, Logged},
    refused::{Refused, incomplete},
    register::{Closing, Register},
    review::{Review, short},
    sealing,
    words::Words,
};

impl Register {
    pub(super) fn emergency(&mut self, logged: &Logged, it: &Emergency, strict: bool) -> Result<(), Refused> {
        let person = self.person(&logged.by)?;
        let who_may = match it.measure {
            Measure::BreakGlass { .. } => &MAY_BREAK_GLASS[..],
            Measure::Deny { .. } | Measure::Close { .. } => &MAY_DENY[..],
        };
        if !person.has_any(who_may) {
            return Err(Refused::NotYours {
                who: logged.by.clone(),
                why: format!("this is for {}", who_may.join(", ")),
            });
        }
        if !it.case.is_whole() {
            return Err(incomplete(
                "say about what: a use with its tier, or the publication of a repository",
            ));
        }
        if !it.reason.is_given() || it.clause.trim().is_empty() {
            return Err(incomplete("give the reason, and the clause it rests on"));
        }
        if strict && matches!(it.measure, Measure::BreakGlass { .. }) {
            self.without_interest(&it.case.subject, &logged.by, "somebody else breaks the glass")?;
        }
        let today = logged.at.date();
        let id = short('R', &logged.digest);
        if self.reviews.contains_key(&id) {
            return Err(Refused::NotNow("its short id is taken: sign it again a second later".to_owned()));
        }
        if self.done_before(logged, it) {
            return Err(Refused::NotYours {
                who: logged.by.clone(),
                why: format!(
                    "{} on this case before, and the committee has not confirmed it: a second time it takes another person's signature",
                    it.measure.word()
                ),
            });
        }
        match &it.measure {
            Measure::Deny { existing_uses, alternative } => {
                if existing_uses.trim().is_empty() || alternative.trim().is_empty() {
                    return Err(incomplete(
                        "refusing can harm too: say what happens to existing uses, and name the listed alternative or why there is none",
                    ));
                }
                let until = today.plus_days(i64::from(self.body.times.denial));
                self.table(logged, it, &id, Asks::Removal);
                let entry = self.entry(&it.case);
                entry.denied = Some(Denied {
                    logged: logged.clone(),
                    until,
                    clause: it.clause.clone(),
                    existing_uses: existing_uses.clone(),
                    alternative: alternative.clone(),
                    review: id,
                    reason: it.reason.clone(),
                });
            }
            Measure::BreakGlass { team, compensating } => {
                sealing::sealed(compensating, "how the risk is held")?;
                if team.trim().is_empty() || !compensating.is_given() {
                    return Err(incomplete("say who uses it, and how the risk is held meanwhile"));
                }
                if it.case.purpose != Purpose::Use {
                    return Err(incomplete("the glass is broken for a use, never for a publication"));
                }
                let malware = self.entries.get(&it.case).is_some_and(|e| {
                    e.trips.iter().any(|t| t.wire == Some(crate::act::decision::TripWire::Malware))
                });
                if malware {
                    return Err(Refused::NotNow(
                        "malware was found in it: no glass is broken for that".to_owned(),
                    ));
                }
                let hours = i64::from(self.body.times.break_glass_hours);
                let until = domain::Timestamp::from_unix(logged.at.unix() + hours * 3_600);
                self.table(logged, it, &id, Asks::Use);
                self.entry(&it.case).glass =
                    Some(Glass { logged: logged.clone(), until, team: team.clone() });
            }
            Measure::Close { cause, closure, mending, .. } => {
                if it.case.purpose != Purpose::Publish {
                    return Err(incomplete("a closure is about the publication of a repository"));
                }
                closure.check(today, self.body.times.emergency_closure)?;
                if strict {
                    closure.check_honest()?;
                }
                sealing::closure(closure)?;
                if !cause.is_given() {
                    return Err(incomplete("say what lies there: a live secret, or patients' data"));
                }
                for words in mending.iter().chain([cause]) {
                    sealing::sealed(words, "what lies there, and each step of mending")?;
                }
                if mending.is_empty() || !mending.iter().all(crate::words::Words::is_given) {
                    return Err(incomplete(
                        "an emergency closure starts the list of what is mended: name the first step",
                    ));
                }
                self.closures.push(Closing {
                    logged: logged.clone(),
                    case: it.case.clone(),
                    closure: (**closure).clone(),
                    emergency: true,
                    mending: mending.clone(),
                    secrets: vec![cause.clone(), it.reason.clone()],
                });
                self.table(logged, it, &id, Asks::Closure { closure: closure.clone() });
            }
        }
        let times = self.body.times;
        let entry = self.entry(&it.case);
        entry.told = entry.stand(logged.at, &times).state;
        Ok(())
    }

    /// Whether this person has done the same here and nobody has decided on it since: one signature ends
    /// by its date, and the same signature again would undo that.
    fn done_before(&self, logged: &Logged, it: &Emergency) -> bool {
        let entry = self.entries.get(&it.case);
        match it.measure {
            Measure::Deny { .. } => {
                entry.and_then(|e| e.denied.as_ref()).is_some_and(|d| d.logged.by == logged.by)
            }
            Measure::BreakGlass { .. } => {
                entry.and_then(|e| e.glass.as_ref()).is_some_and(|g| g.logged.by == logged.by)
            }
            Measure::Close { .. } => self.closures_of(&it.case).any(|c| {
                let review = self.reviews.get(&short('R', &c.logged.digest));
                c.emergency && c.logged.by == logged.by && review.is_some_and(Review::is_open)
            }),
        }
    }

    fn entry(&mut self, case: &crate::case::Case) -> &mut Entry {
        self.entries.entry(case.clone()).or_insert_with(|| Entry::new(case.clone()))
    }

    /// Puts the measure before the committee at once, so that it is confirmed or lapses.
    fn table(&mut self, logged: &Logged, it: &Emergency, id: &str, asks: Asks) {
        let reason = format!("{} ({}): to be confirmed", it.measure.word(), it.clause);
        self.table_on(logged, &it.case, id, asks, (reason, logged.by.clone()));
    }

    /// Opens a review without an application of its own: with this reason, and this owner.
    pub(super) fn table_on(
        &mut self,
        logged: &Logged,
        case: &crate::case::Case,
        id: &str,
        asks: Asks,
        (reason, owner): (String, String),
    ) {
        let opening = Opening {
            asks,
            case: Some(case.clone()),
            assessed: None,
            reason: Words::public(reason),
            owner,
            missing: Vec::new(),
            interests: Vec::new(),
            terms: None,
        };
        self.entry(case).open.insert(id.to_owned());
        self.reviews.insert(
            id.to_owned(),
            Review {
                id: id.to_owned(),
                opened: logged.clone(),
                opening,
                assessed: Vec::new(),
                unchanged_since: logged.at.date(),
                missing: Vec::new(),
                positions: Vec::new(),
                answers: Vec::new(),
                satisfied: Default::default(),
                overrules: Default::default(),
                barred: Default::default(),
                closed: None,
            },
        );
    }
}
