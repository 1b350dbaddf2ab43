//! Deciding a case: by quorum, by a published rule, by silence.

use domain::{Outcome, Purpose, Tier};
use policy::quorum::Stance;

use crate::{
    accept::review::{check_duties, grantable},
    act::{
        closure::NOT_CURED,
        decision::{Decision, Means, Ruling, Terms, TripWire},
        review::Asks,
    },
    entry::{Decided, Logged},
    refused::{Refused, incomplete},
    register::{Closing, Excepted, Register},
    review::{Closed, Review},
};

impl Register {
    pub(super) fn decide(&mut self, logged: &Logged, it: &Decision) -> Result<(), Refused> {
        self.person(&logged.by)?;
        let body = self.body.clone();
        let review = self.open_review(&it.review)?.clone();
        if it.assessment.zip(it.basis) != review.latest().map(|a| (a.digest, a.basis)) {
            return Err(Refused::NotNow(
                "the decision names another assessment than the one the case rests on now".to_owned(),
            ));
        }
        match it.ruling {
            Ruling::Grant => self.may_grant(logged, it, &review)?,
            Ruling::Decline => self.may_decline(logged, it, &review)?,
        }
        let voters = review.voters(&body);
        let held: Vec<_> = review.held().iter().map(|h| h.logged.digest).collect();
        if it.by == Means::Quorum
            && it.votes.iter().collect::<std::collections::BTreeSet<_>>() != held.iter().collect()
        {
            return Err(incomplete(format!(
                "the decision must name the {} positions it rests on, each by its digest",
                voters.len()
            )));
        }
        self.effect(logged, it, &review)
    }

    fn may_grant(&self, logged: &Logged, it: &Decision, review: &Review) -> Result<(), Refused> {
        let body = &self.body;
        let rule = review.rule(body);
        let tier = review.tier(body);
        let today = logged.at.date();
        if !review.missing.is_empty() {
            return Err(Refused::NotNow(format!(
                "the application is not complete: {}",
                review.missing.join("; ")
            )));
        }
        if let Some(assessed) = review.latest()
            && matches!(review.opening.asks, Asks::Use | Asks::Publication | Asks::Change)
            && !grantable(assessed.outcome)
        {
            let blocking: Vec<&str> = assessed
                .reasons
                .iter()
                .filter(|r| !grantable(r.outcome))
                .map(|r| r.control.as_str())
                .collect();
            return Err(Refused::NotNow(format!(
                "the packs answer `{}` ({}): mend it, or decide on an exception first, then renew the evidence",
                assessed.outcome,
                blocking.join(", ")
            )));
        }
        match it.by {
            Means::Quorum => {
                let count = review.count(body);
                if !count.stands() {
                    return Err(Refused::NotNow(format!("the quorum does not stand: {}", missing(&count))));
                }
            }
            Means::Silence => {
                if !rule.lazy {
                    return Err(Refused::NotNow(format!("at {tier} silence is not consent")));
                }
                let until = review.expected(body);
                if today <= until {
                    return Err(Refused::NotNow(format!("silence is consent after {until}, not before")));
                }
                let count = review.count(body);
                if !count.unopposed() {
                    return Err(Refused::NotNow(format!(
                        "a concern blocks: {}",
                        count.blocked_by.join(", ")
                    )));
                }
                if review.opened.by == logged.by {
                    return Err(Refused::NotYours {
                        who: logged.by.clone(),
                        why: "who asked does not decide by silence: another person signs".to_owned(),
                    });
                }
            }
            Means::Rule => {
                let plain = review
                    .latest()
                    .is_some_and(|a| matches!(a.outcome, Outcome::Allowed | Outcome::Conditional));
                let asked = matches!(review.opening.asks, Asks::Use | Asks::Publication);
                if tier == Tier::Clinical || !rule.by_rule || !asked {
                    return Err(Refused::NotNow(format!(
                        "at {tier} no rule decides this: the committee does"
                    )));
                }
                if !plain {
                    return Err(Refused::NotNow(
                        "the packs refer it to people: no rule decides it".to_owned(),
                    ));
                }
                if review.held().iter().any(|h| h.position.stance == Stance::Concern) {
                    return Err(Refused::NotNow("somebody has a concern: people decide".to_owned()));
                }
            }
            Means::OneSignature => {
                return Err(Refused::NotNow("nobody allows alone".to_owned()));
            }
        }
        if let Asks::Closure { closure } = &review.opening.asks {
            closure.check(today, body.times.longest_closure)?;
            let failed: Vec<&str> = review
                .latest()
                .map(|a| {
                    a.reasons
                        .iter()
                        .filter(|r| NOT_CURED.contains(&r.control.as_str()))
                        .filter(|r| r.state == domain::ControlState::NotMet)
                        .map(|r| r.control.as_str())
                        .collect()
                })
                .unwrap_or_default();
            if !failed.is_empty() {
                return Err(Refused::NotNow(format!(
                    "a closure does not cure {}: mend it, or retire the service",
                    failed.join(", ")
                )));
            }
        }
        check_terms(logged, &it.terms, rule.review_days)?;
        if !matches!(review.opening.asks, Asks::Policy { .. } | Asks::Removal | Asks::Appeal { .. })
            && [TripWire::Malware, TripWire::Kev].iter().any(|w| !it.terms.trip_wires.contains(w))
        {
            return Err(incomplete("a decision carries at least the trip-wires `malware` and `kev`"));
        }
        self.settles_what_was_referred(it, review)
    }

    /// A decision settles reasons that were there, and no more.
    fn settles_what_was_referred(&self, it: &Decision, review: &Review) -> Result<(), Refused> {
        for settled in &it.settled {
            let there = review.latest().is_some_and(|a| {
                a.reasons.iter().any(|r| {
                    r.control == settled.control
                        && r.state == settled.state
                        && r.outcome == Outcome::Referred
                        && r.count >= settled.count
                })
            });
            if !there {
                return Err(incomplete(format!(
                    "the assessment refers no `{}` for {} things to people: a decision cannot settle it",
                    settled.control, settled.count
                )));
            }
        }
        Ok(())
    }

    fn may_decline(&self, logged: &Logged, it: &Decision, review: &Review) -> Result<(), Refused> {
        let held = review.held();
        let concern = held.iter().find(|h| h.position.stance == Stance::Concern && h.logged.by != logged.by);
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
        if !it.terms.reasons.is_given() {
            return Err(incomplete("no vague no: give the reasons"));
        }
        let given = |t: &Option<String>| t.as_ref().is_some_and(|t| !t.trim().is_empty());
        let of_use = review.opening.case.as_ref().is_some_and(|c| c.purpose == Purpose::Use);
        if of_use && (!given(&it.terms.alternative) || !given(&it.terms.existing_uses)) {
            return Err(incomplete(
                "refusing can harm too: name the listed alternative (or why there is none) and what happens to existing uses",
            ));
        }
        Ok(())
    }

    fn effect(&mut self, logged: &Logged, it: &Decision, review: &Review) -> Result<(), Refused> {
        let case = review.opening.case.clone();
        let granted = it.ruling == Ruling::Grant;
        match &review.opening.asks {
            Asks::Policy { changes } if granted => {
                let mut body = self.body.clone();
                for change in changes {
                    body = body.changed(change)?;
                }
                self.body = body;
            }
            Asks::Closure { closure } if granted => {
                if let Some(case) = case.clone() {
                    self.closures.push(Closing {
                        logged: logged.clone(),
                        case,
                        closure: (**closure).clone(),
                        emergency: false,
                        mending: Vec::new(),
                    });
                }
            }
            Asks::Exception { control, scope, until } if granted => {
                if let Some(case) = case.clone() {
                    self.exceptions.push(Excepted {
                        logged: logged.clone(),
                        case,
                        control: control.clone(),
                        scope: scope.clone(),
                        owner: review.opening.owner.clone(),
                        reason: review.opening.reason.clone(),
                        until: *until,
                    });
                }
            }
            Asks::Appeal { decision } if granted => {
                self.overturned.insert(*decision);
                for entry in self.entries.values_mut() {
                    if entry.decided.as_ref().is_some_and(|d| d.logged.digest == *decision) {
                        entry.decided = None;
                        entry.withdrawn = None;
                    }
                }
            }
            Asks::Removal => self.removed(logged, it, review, granted),
            Asks::Use | Asks::Publication | Asks::Change
                if granted || !matches!(review.opening.asks, Asks::Change) =>
            {
                self.decided(logged, it, review);
            }
            _ => {}
        }
        if let Some(entry) = case.as_ref().and_then(|c| self.entries.get_mut(c)) {
            entry.history.push(logged.clone());
            entry.open.remove(&review.id);
            let times = self.body.times;
            entry.told = entry.stand(logged.at, &times).state;
        }
        if let Some(review) = self.reviews.get_mut(&review.id) {
            review.closed = Some(Closed { logged: logged.clone(), ruling: Some(it.ruling) });
        }
        Ok(())
    }

    fn decided(&mut self, logged: &Logged, it: &Decision, review: &Review) {
        let Some(entry) = review.opening.case.as_ref().and_then(|c| self.entries.get_mut(c)) else { return };
        entry.decided = Some(Decided {
            logged: logged.clone(),
            decision: it.clone(),
            assessed: review.latest().cloned(),
            owner: review.opening.owner.clone(),
            done: Default::default(),
        });
        // What was decided was decided with the wires, denials and withdrawals so far in view.
        entry.trips.clear();
        entry.denied = None;
        entry.withdrawn = None;
        entry.glass = None;
    }

    /// A removal that is granted takes the entry off, or, where it confirms a denial, declines it; one
    /// that is not granted lifts the denial.
    fn removed(&mut self, logged: &Logged, it: &Decision, review: &Review, granted: bool) {
        let Some(entry) = review.opening.case.as_ref().and_then(|c| self.entries.get_mut(c)) else { return };
        let confirms = entry.denied.as_ref().is_some_and(|d| d.review == review.id);
        if !granted {
            if confirms {
                entry.denied = None;
            }
            return;
        }
        if confirms {
            entry.denied = None;
            entry.decided = Some(Decided {
                logged: logged.clone(),
                decision: Decision { ruling: Ruling::Decline, ..it.clone() },
                assessed: review.latest().cloned(),
                owner: review.opening.owner.clone(),
                done: Default::default(),
            });
        } else {
            entry.withdrawn = Some(logged.clone());
        }
    }
}

fn check_terms(logged: &Logged, terms: &Terms, longest: u16) -> Result<(), Refused> {
    let today = logged.at.date();
    if !terms.reasons.is_given() {
        return Err(incomplete("a decision gives its reasons"));
    }
    if terms.review_on <= today || terms.review_on.days_since(today) > i64::from(longest) {
        return Err(incomplete(format!(
            "everything ends: the review date must be after today and at most {longest} days away"
        )));
    }
    if let crate::act::decision::WhoMayUse::Teams { teams } = &terms.who
        && (teams.is_empty() || teams.iter().any(|t| t.trim().is_empty()))
    {
        return Err(incomplete("name the teams that may use it"));
    }
    check_duties(&terms.obligations, logged)
}

/// What is missing of a quorum, in plain English.
fn missing(count: &policy::quorum::Count) -> String {
    let mut parts = Vec::new();
    if count.people_awaited > 0 {
        parts.push(match count.people_awaited {
            1 => "one more person must consent".to_owned(),
            n => format!("{n} more people must consent"),
        });
    }
    if !count.roles_awaited.is_empty() {
        parts.push(format!("awaited: {}", count.roles_awaited.join(", ")));
    }
    if !count.blocked_by.is_empty() {
        parts.push(format!("a concern of {} blocks", count.blocked_by.join(", ")));
    }
    parts.join("; ")
}
