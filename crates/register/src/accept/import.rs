//! Other bodies' decisions: verified by their key and receipts, shown beside ours, adopted by one
//! signature where the body allows it.
//!
//! Never transitive: only what the other body decided itself counts, so nobody's trust travels further
//! than the body that gave it.

use domain::{Date, EntryState, Tier};
use tlog::{Policy, Receipt, VerifierKey};

use crate::{
    accept::review::check_duties,
    act::{
        Act,
        decision::{Decision, Means, Ruling, Terms, TripWire, WhoMayUse},
        import::{Adoption, Imported, There},
        position::Duty,
        review::{Asks, Opening},
    },
    case::Case,
    entry::{Decided, Entry, Logged},
    leaf::Leaf,
    refused::{Refused, incomplete},
    register::Register,
    review::short,
};

/// A decision of another body, as its log has it.
#[derive(Clone, Debug)]
pub struct Foreign {
    /// The origin of its log.
    pub origin: String,
    /// What was asked there.
    pub opening: Opening,
    /// The case.
    pub case: Case,
    /// What was decided there.
    pub decision: Decision,
    /// When.
    pub decided_on: Date,
    /// Where in its log.
    pub index: u64,
    /// What became of it there.
    pub there: Option<There>,
}

impl Foreign {
    /// What was asked there, and about what.
    pub fn question(&self) -> String {
        match &self.opening.asks {
            Asks::Use | Asks::Publication => self.case.to_string(),
            Asks::Exception { control, .. } => format!("exception from {control}, {}", self.case),
            asks => format!("{}, {}", asks.word(), self.case),
        }
    }

    /// What was decided there and how it stands, as of the import.
    pub fn standing(&self) -> String {
        let ruling = self.decision.ruling.word();
        let until = match &self.opening.asks {
            Asks::Closure { closure } if self.decision.ruling == Ruling::Grant => {
                format!("kept closed until {}", closure.until)
            }
            Asks::Exception { until, .. } if self.decision.ruling == Ruling::Grant => {
                format!("set aside until {until}")
            }
            _ => ruling.to_owned(),
        };
        match &self.there {
            None => format!("{until} on {}; how it stands there was not looked at", self.decided_on),
            Some(there) if !there.in_force && self.is_an_entry() => {
                format!(
                    "{until} on {}, and no longer in force there on {}",
                    self.decided_on,
                    there.as_of.date()
                )
            }
            Some(there) if self.is_an_entry() => {
                format!("{until} on {}; {} there on {}", self.decided_on, there.state, there.as_of.date())
            }
            Some(there) => format!("{until}; as of {}", there.as_of.date()),
        }
    }

    /// Whether the decision makes a line of the register there.
    fn is_an_entry(&self) -> bool {
        matches!(self.opening.asks, Asks::Use | Asks::Publication | Asks::Change | Asks::Removal)
    }

    /// Its obligations as ours: by the same day, or within thirty days where that day has passed there.
    fn duties(&self, today: Date) -> impl Iterator<Item = Duty> {
        self.decision.terms.obligations.iter().map(move |duty| {
            let due = if duty.due <= today { today.plus_days(30) } else { duty.due };
            Duty { due, ..duty.clone() }
        })
    }
}

impl Imported {
    /// Verifies both receipts by the log's key, and reads what was decided.
    ///
    /// # Errors
    /// When a receipt does not prove its leaf, or the leaves are no case and its decision.
    pub fn read(&self) -> Result<Foreign, Refused> {
        let key: VerifierKey =
            self.log.parse().map_err(|e| incomplete(format!("the other log's key cannot be read: {e}")))?;
        let origin = key.name().to_string();
        let policy = Policy::of_log(key).map_err(|e| incomplete(e.to_string()))?;
        let prove = |leaf: &str, receipt: &str| -> Result<(Leaf, u64), Refused> {
            let receipt = Receipt::parse(receipt.as_bytes())
                .map_err(|e| incomplete(format!("the receipt cannot be read: {e}")))?;
            receipt
                .verify(leaf.as_bytes(), &policy)
                .map_err(|e| incomplete(format!("the receipt does not prove the decision: {e}")))?;
            let read = Leaf::read(leaf.as_bytes()).map_err(|e| incomplete(e.to_string()))?;
            Ok((read, receipt.index()))
        };
        let (opening, _) = prove(&self.opening, &self.opening_receipt)?;
        let (decision, index) = prove(&self.decision, &self.decision_receipt)?;
        let opened = opening.statement.digest()?;
        let Act::Open(asked) = opening.statement.act else {
            return Err(incomplete("the first leaf does not open a case"));
        };
        let Act::Decide(decided) = decision.statement.act else {
            return Err(incomplete(
                "the second leaf is no decision of that body: what it adopted from others does not travel further",
            ));
        };
        if decided.review != short('R', &opened) {
            return Err(incomplete("the decision is about another case"));
        }
        let case = asked
            .case
            .clone()
            .ok_or_else(|| incomplete("a change of the other body is nothing to import"))?;
        Ok(Foreign {
            origin,
            opening: *asked,
            case,
            decision: *decided,
            decided_on: decision.logged.date(),
            index,
            there: self.there.clone(),
        })
    }
}

impl Register {
    pub(super) fn import(&mut self, logged: &Logged, it: &Imported, strict: bool) -> Result<(), Refused> {
        self.person(&logged.by)?;
        let foreign = it.read()?;
        let Some(there) = &it.there else {
            if strict {
                return Err(incomplete(
                    "an import says how the decision stands there: make it with this program",
                ));
            }
            return self.imported_of_old(logged, it, &foreign);
        };
        if there.as_of.unix() > logged.at.unix().saturating_add(crate::fold::SKEW) {
            return Err(incomplete(
                "the import says how it stands there after now: make it with the right clock",
            ));
        }
        if foreign.origin == self.origin {
            return Err(incomplete("that is this register's own decision"));
        }
        let same = |other: &Imported| other.decision == it.decision && other.log == it.log;
        let known = self.imports.values().find(|(_, other)| same(other));
        if known.is_some_and(|(_, k)| {
            k.there.as_ref().is_some_and(|t| (t.state, t.in_force) == (there.state, there.in_force))
        }) {
            return Err(Refused::NotNow(
                "this decision was imported already, and stands as it did".to_owned(),
            ));
        }
        // The last look counts.
        self.imports.retain(|_, (_, other)| !same(other));
        self.imports.insert(logged.digest, (logged.clone(), it.clone()));
        Ok(())
    }

    /// What an older program took in: without how it stands there, so that nobody adopts it any more.
    fn imported_of_old(&mut self, logged: &Logged, it: &Imported, foreign: &Foreign) -> Result<(), Refused> {
        if foreign.origin == self.origin {
            return Err(incomplete("that is this register's own decision"));
        }
        let again =
            self.imports.values().any(|(_, other)| other.decision == it.decision && other.log == it.log);
        if again {
            return Err(Refused::NotNow("this decision was imported already".to_owned()));
        }
        self.imports.insert(logged.digest, (logged.clone(), it.clone()));
        Ok(())
    }

    pub(super) fn adopt(&mut self, logged: &Logged, it: &Adoption, strict: bool) -> Result<(), Refused> {
        let person = self.person(&logged.by)?;
        if person.roles.is_empty() {
            return Err(Refused::NotYours {
                who: logged.by.clone(),
                why: "only people with a role in the body adopt".to_owned(),
            });
        }
        let (_, imported) = self
            .imports
            .get(&it.import)
            .ok_or_else(|| Refused::NotNow("import the decision first".to_owned()))?
            .clone();
        let foreign = imported.read()?;
        let Some(strictest) = self.body.adopts_from.get(&imported.log).copied() else {
            return Err(Refused::NotNow(format!(
                "this body does not adopt from {}: that needs a decision (`trust`)",
                imported.body
            )));
        };
        if !matches!(foreign.opening.asks, Asks::Use | Asks::Publication | Asks::Change) {
            return Err(Refused::NotNow(format!(
                "the other body granted a {}: only a use or a publication is adopted",
                foreign.opening.asks.word()
            )));
        }
        let tier = foreign.case.governed_at();
        if tier < strictest || tier == Tier::Clinical {
            return Err(Refused::NotNow(format!(
                "at {tier} nothing is adopted by one signature (from {} only at {strictest} and below)",
                imported.body
            )));
        }
        if foreign.decision.ruling != Ruling::Grant {
            return Err(Refused::NotNow("the other body declined it: nothing to adopt".to_owned()));
        }
        if strict {
            let good = matches!(
                &foreign.there,
                Some(There {
                    state: EntryState::Listed | EntryState::ListedWithObligations,
                    in_force: true,
                    ..
                })
            );
            if !good {
                return Err(Refused::NotNow(format!(
                    "only what is in force and listed there is adopted, and it is {}: import it again if that has changed",
                    foreign.standing()
                )));
            }
        }
        if !it.local.is_given() || it.owner.trim().is_empty() {
            return Err(incomplete("restate the local parts: who owns it here, and what holds here"));
        }
        let today = logged.at.date();
        let longest = self.body.quorum.rule(tier).review_days;
        // Nothing adopted outlives what it rests on.
        let last = foreign.decision.terms.review_on.min(today.plus_days(i64::from(longest)));
        if it.review_on <= today || it.review_on > last {
            return Err(incomplete(format!("the review date must be after today and not after {last}")));
        }
        check_duties(&it.obligations, logged)?;
        let mut wires = foreign.decision.terms.trip_wires.clone();
        wires.extend([TripWire::Malware, TripWire::Kev]);
        wires.sort();
        wires.dedup();
        let decision = Decision {
            review: foreign.decision.review.clone(),
            ruling: Ruling::Grant,
            by: Means::OneSignature,
            assessment: foreign.decision.assessment,
            basis: foreign.decision.basis,
            terms: Terms {
                // Never wider than there, and with what was asked for there.
                who: if strict { foreign.decision.terms.who.clone() } else { WhoMayUse::AnyTeam },
                obligations: match strict {
                    true => foreign.duties(today).chain(it.obligations.iter().cloned()).collect(),
                    false => it.obligations.clone(),
                },
                reasons: it.local.clone(),
                review_on: it.review_on,
                trip_wires: wires,
                alternative: None,
                existing_uses: None,
                version: foreign.decision.terms.version.clone(),
            },
            votes: Vec::new(),
            // What was referred there is settled by people there; here people must look again.
            settled: Vec::new(),
        };
        let times = self.body.times;
        let known = self.entries.get(&foreign.case);
        if known.is_some_and(|e| e.decided.is_some() || !e.trips.is_empty() || e.withdrawn.is_some()) {
            return Err(Refused::NotNow("this register has a decision of its own on that case".to_owned()));
        }
        let entry =
            self.entries.entry(foreign.case.clone()).or_insert_with(|| Entry::new(foreign.case.clone()));
        entry.decided = Some(Decided {
            logged: logged.clone(),
            decision,
            assessed: foreign.opening.assessed,
            owner: it.owner.clone(),
            done: Default::default(),
        });
        entry.adopted_from = Some(imported.body);
        entry.history.push(logged.clone());
        entry.told = entry.stand(logged.at, &times).state;
        self.decisions.insert(logged.digest, (foreign.case, String::new()));
        Ok(())
    }
}
