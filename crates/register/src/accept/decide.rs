//! Deciding a case, and what a decision changes.

use std::collections::BTreeSet;

use domain::{Digest, Outcome, Purpose};
use policy::quorum::Stance;

use crate::{
    act::{
        decision::{Decision, Means, Ruling},
        review::Asks,
    },
    case::Case,
    entry::{Decided, Logged},
    refused::{Refused, incomplete},
    register::{Closing, Excepted, Register},
    review::{Closed, Review},
};

impl Register {
    pub(super) fn decide(&mut self, logged: &Logged, it: &Decision, strict: bool) -> Result<(), Refused> {
        self.person(&logged.by)?;
        let review = self.open_review(&it.review)?.clone();
        if let Some(why) = review.is_barred(&self.body, &logged.by) {
            return Err(Refused::NotYours { who: logged.by.clone(), why });
        }
        if it.assessment.zip(it.basis) != review.latest().map(|a| (a.digest, a.basis)) {
            return Err(Refused::NotNow(
                "the decision names another assessment than the one the case rests on now".to_owned(),
            ));
        }
        match it.ruling {
            Ruling::Grant => self.may_grant(logged, it, &review, strict)?,
            Ruling::Decline => self.may_decline(logged, it, &review, strict)?,
        }
        let held: BTreeSet<Digest> = review.held().iter().map(|h| h.logged.digest).collect();
        let named: BTreeSet<Digest> = it.votes.iter().copied().collect();
        if named != held
            && (matches!(it.by, Means::Quorum | Means::Concern | Means::Recovery) || !named.is_empty())
        {
            return Err(incomplete(format!(
                "the decision must name the {} positions it rests on, each by its digest",
                held.len()
            )));
        }
        self.effect(logged, it, &review)
    }

    fn may_decline(
        &self,
        logged: &Logged,
        it: &Decision,
        review: &Review,
        strict: bool,
    ) -> Result<(), Refused> {
        if strict {
            self.right_to_decline(logged, it, review)?;
        } else {
            Self::declined_of_old(logged, it, review)?;
        }
        if !it.terms.reasons.is_given() {
            return Err(incomplete("no vague no: give the reasons"));
        }
        if !it.settled.is_empty() {
            return Err(incomplete("a no settles nothing that was referred"));
        }
        let of_use = review.opening.case.as_ref().is_some_and(|c| c.purpose == Purpose::Use);
        if of_use && !matches!(review.opening.asks, Asks::Removal) {
            self.names_the_way_out(it, review)?;
        }
        Ok(())
    }

    /// A no has its own right behind it, and says which: as many people as the tier asks for object; one
    /// objection that nobody has answered; or the packs refuse it.
    fn right_to_decline(&self, logged: &Logged, it: &Decision, review: &Review) -> Result<(), Refused> {
        let rights = review.rights_to_decline(&self.body, &logged.by);
        if rights.is_empty() {
            return Err(Refused::NotNow(
                "a case is declined on concerns of as many people as the quorum asks for, on one that somebody else has put in writing with its clause and nobody has answered or overruled, or where the packs refuse it"
                    .to_owned(),
            ));
        }
        if rights.contains(&it.by) {
            return Ok(());
        }
        let words: Vec<&str> = rights.iter().map(|r| r.word()).collect();
        Err(incomplete(format!("the case can be declined {}, and not {}", words.join(" or "), it.by.word())))
    }

    /// What an older program asked of a no.
    fn declined_of_old(logged: &Logged, it: &Decision, review: &Review) -> Result<(), Refused> {
        let basis = review.latest().map(|a| a.basis);
        let held = review.held();
        // A concern about evidence that has been renewed since blocks a yes, and is no ground for a no.
        let concern = held.iter().find(|h| {
            h.position.stance == Stance::Concern && h.position.basis == basis && h.logged.by != logged.by
        });
        let refused = review.latest().is_some_and(|a| a.outcome == Outcome::Refused);
        if concern.is_none() && !refused {
            return Err(Refused::NotNow(
                "a case is declined on a concern that somebody else has put in writing with its clause, or where the packs refuse it"
                    .to_owned(),
            ));
        }
        if it.by != Means::Quorum {
            return Err(incomplete("a decline names the positions it rests on (by quorum)"));
        }
        Ok(())
    }

    fn effect(&mut self, logged: &Logged, it: &Decision, review: &Review) -> Result<(), Refused> {
        let case = review.opening.case.clone();
        let granted = it.ruling == Ruling::Grant;
        match (&review.opening.asks, &case) {
            (Asks::Policy { changes }, _) if granted => self.body = self.changed_body(changes)?,
            (Asks::Closure { closure }, Some(case)) if granted => {
                self.closures.push(Closing {
                    logged: logged.clone(),
                    case: case.clone(),
                    closure: (**closure).clone(),
                    emergency: false,
                    mending: Vec::new(),
                    secrets: Vec::new(),
                });
            }
            (Asks::Exception { control, scope, until }, Some(case)) if granted => {
                self.exceptions.push(Excepted {
                    logged: logged.clone(),
                    case: case.clone(),
                    control: control.clone(),
                    scope: scope.clone(),
                    owner: review.opening.owner.clone(),
                    reason: review.opening.reason.clone(),
                    until: *until,
                });
            }
            (Asks::Appeal { decision }, Some(case)) if granted => self.overturn(case, *decision),
            (Asks::Removal, _) => self.removed(logged, it, review, granted),
            (Asks::Use | Asks::Publication, _) => self.decided(logged, it, review),
            (Asks::Change, _) if granted => self.decided(logged, it, review),
            _ => {}
        }
        if let Some(case) = &case {
            self.decisions.insert(logged.digest, (case.clone(), review.id.clone()));
            let times = self.body.times;
            if let Some(entry) = self.entries.get_mut(case) {
                entry.history.push(logged.clone());
                entry.open.remove(&review.id);
                entry.told = entry.stand(logged.at, &times).state;
            }
        }
        if let Some(review) = self.reviews.get_mut(&review.id) {
            review.closed = Some(Closed { logged: logged.clone(), ruling: Some(it.ruling), by: Some(it.by) });
        }
        Ok(())
    }

    /// What a decision did is undone: its entry, its removal, its exceptions and closures.
    fn overturn(&mut self, case: &Case, decision: Digest) {
        self.overturned.insert(decision);
        self.exceptions.retain(|e| e.logged.digest != decision);
        self.closures.retain(|c| c.logged.digest != decision);
        let Some(entry) = self.entries.get_mut(case) else { return };
        if entry.decided.as_ref().is_some_and(|d| d.logged.digest == decision) {
            entry.decided = None;
            entry.adopted_from = None;
        }
        if entry.withdrawn.as_ref().is_some_and(|w| w.digest == decision) {
            entry.withdrawn = None;
        }
    }

    fn decided(&mut self, logged: &Logged, it: &Decision, review: &Review) {
        let Some(entry) = review.opening.case.as_ref().and_then(|c| self.entries.get_mut(c)) else { return };
        // Other terms for an entry that stands rest on what it rested on, unless it was looked at anew.
        let before = entry.decided.take().and_then(|d| d.assessed);
        entry.decided = Some(Decided {
            logged: logged.clone(),
            decision: it.clone(),
            assessed: review.latest().cloned().or(before),
            owner: review.opening.owner.clone(),
            done: Default::default(),
        });
        // What was decided was decided with the wires, denials and withdrawals so far in view.
        entry.trips.clear();
        entry.denied = None;
        entry.withdrawn = None;
        entry.glass = None;
        entry.adopted_from = None;
    }

    /// A removal that is granted takes the entry off, or, where it confirms a denial, declines it; one
    /// that is not granted lifts the denial.
    fn removed(&mut self, logged: &Logged, it: &Decision, review: &Review, granted: bool) {
        let Some(entry) = review.opening.case.as_ref().and_then(|c| self.entries.get_mut(c)) else { return };
        let confirmed = entry.denied.take_if(|d| d.review == review.id);
        match confirmed {
            Some(denied) if granted => {
                let mut decision = Decision { ruling: Ruling::Decline, ..it.clone() };
                // The denial has named both, and its words stay with the entry.
                decision.terms.alternative.get_or_insert(denied.alternative);
                decision.terms.existing_uses.get_or_insert(denied.existing_uses);
                entry.decided = Some(Decided {
                    logged: logged.clone(),
                    decision,
                    assessed: review.latest().cloned(),
                    owner: review.opening.owner.clone(),
                    done: Default::default(),
                });
            }
            None if granted => entry.withdrawn = Some(logged.clone()),
            _ => {}
        }
    }
}
