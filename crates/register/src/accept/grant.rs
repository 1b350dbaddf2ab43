//! What must hold before a case is granted: evidence, the right by which it is decided, terms.

use std::collections::BTreeSet;

use domain::{ControlState, Date, Outcome, Purpose, Tier};
use policy::quorum::Stance;

use crate::{
    accept::review::{check_duties, grantable},
    act::{
        closure::NOT_CURED,
        decision::{Decision, Means, Ruling, Terms, TripWire, WhoMayUse},
        position::Duty,
        review::Asks,
    },
    days::working_days_after,
    entry::Logged,
    refused::{Refused, incomplete},
    register::Register,
    review::Review,
};

impl Register {
    pub(super) fn may_grant(
        &self,
        logged: &Logged,
        it: &Decision,
        review: &Review,
        strict: bool,
    ) -> Result<(), Refused> {
        let rule = review.rule(&self.body);
        if !review.missing.is_empty() {
            return Err(Refused::NotNow(format!(
                "the application is not complete: {}",
                review.missing.join(", ")
            )));
        }
        self.rests_on_evidence(review)?;
        match it.by {
            Means::Quorum => self.by_quorum(logged, it, review)?,
            Means::Silence => self.by_silence(logged, review)?,
            Means::Rule => {
                self.by_rule(review, logged.at.date())?;
                let asked = review.latest().is_some_and(|a| a.outcome == Outcome::Conditional);
                if strict && asked && it.terms.obligations.is_empty() {
                    return Err(incomplete(
                        "the packs answer `conditional`: a rule grants that with the obligations of the assessment, and the terms have none",
                    ));
                }
            }
            Means::Recovery => review.recovery(&self.body, logged.at.date()).map_err(Refused::NotNow)?,
            Means::OneSignature | Means::Concern => {
                return Err(Refused::NotNow("nobody allows alone".to_owned()));
            }
        }
        self.may_still_be_asked(logged, review)?;
        if let Some(proposed) = &review.opening.terms {
            within(&it.terms, proposed, logged.at.date())?;
        }
        check_terms(logged, &it.terms, rule.review_days)?;
        match review.opening.asks {
            Asks::Policy { .. } | Asks::Appeal { .. } => {}
            Asks::Removal => self.names_the_way_out(it, review)?,
            _ if [TripWire::Malware, TripWire::Kev].iter().any(|w| !it.terms.trip_wires.contains(w)) => {
                return Err(incomplete("a decision carries at least the trip-wires `malware` and `kev`"));
            }
            _ => {}
        }
        settles_what_was_referred(it, review)
    }

    /// No yes without something that was looked at, and none on evidence older than what suspended it.
    fn rests_on_evidence(&self, review: &Review) -> Result<(), Refused> {
        let asks = &review.opening.asks;
        let latest = review.latest();
        if latest.is_none() && matches!(asks, Asks::Use | Asks::Publication | Asks::Closure { .. }) {
            return Err(Refused::NotNow(
                "the committee decides on evidence, and this case has none: `formulary review renew` gives it"
                    .to_owned(),
            ));
        }
        if !matches!(asks, Asks::Use | Asks::Publication | Asks::Change) {
            return Ok(());
        }
        if let Some(assessed) = latest.filter(|a| !grantable(a.outcome)) {
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
        let entry = review.opening.case.as_ref().and_then(|c| self.entries.get(c));
        if let Some(trip) = entry.and_then(|e| e.trips.last())
            && latest.is_none_or(|a| a.as_of.date() < trip.logged.at.date())
        {
            return Err(Refused::NotNow(format!(
                "a trip-wire suspended it on {} ({}), and the evidence is older: renew it first",
                trip.logged.at.date(),
                trip.word()
            )));
        }
        Ok(())
    }

    fn by_quorum(&self, logged: &Logged, it: &Decision, review: &Review) -> Result<(), Refused> {
        let count = review.count(&self.body);
        if !count.stands() {
            return Err(Refused::NotNow(format!("the quorum does not stand: {}", missing(&count))));
        }
        // Who agreed with obligations agreed to nothing without them.
        let today = logged.at.date();
        for held in review.held() {
            if held.position.stance != Stance::AgreeWithObligations
                || review.is_barred(&self.body, &held.logged.by).is_some()
            {
                continue;
            }
            if let Some(left_out) = held
                .position
                .obligations
                .iter()
                .find(|asked| !it.terms.obligations.iter().any(|d| keeps(d, asked, today)))
            {
                return Err(incomplete(format!(
                    "{} agreed with an obligation (for {}, by {}) that the terms leave out or put off",
                    held.logged.by, left_out.who, left_out.due
                )));
            }
        }
        Ok(())
    }

    fn by_silence(&self, logged: &Logged, review: &Review) -> Result<(), Refused> {
        let rule = review.rule(&self.body);
        let tier = review.tier(&self.body);
        let asked =
            matches!(review.opening.asks, Asks::Use | Asks::Publication | Asks::Change | Asks::Removal);
        if !rule.lazy || tier == Tier::Clinical || !asked {
            return Err(Refused::NotNow(format!(
                "at {tier} silence is not consent to a {}",
                review.opening.asks.word()
            )));
        }
        let since = review.opened.at.date().max(review.unchanged_since);
        let until = working_days_after(since, rule.comment_days);
        if logged.at.date() <= until {
            return Err(Refused::NotNow(format!("silence is consent after {until}, not before")));
        }
        let count = review.count(&self.body);
        if !count.unopposed() {
            return Err(Refused::NotNow(format!("a concern blocks: {}", count.blocked_by.join(", "))));
        }
        if review.opened.by == logged.by {
            return Err(Refused::NotYours {
                who: logged.by.clone(),
                why: "who asked does not decide by silence: another person signs".to_owned(),
            });
        }
        match self.said_no(review, logged.at.date()) {
            Some(why) => Err(Refused::NotNow(format!("{why}: silence does not undo that, people decide"))),
            None => Ok(()),
        }
    }

    /// Whether a published rule may decide a case as it stands: never at clinical, never against what
    /// people decided.
    ///
    /// # Errors
    /// Why the committee decides it.
    pub fn by_rule(&self, review: &Review, today: Date) -> Result<(), Refused> {
        let tier = review.tier(&self.body);
        let asked = matches!(review.opening.asks, Asks::Use | Asks::Publication);
        if tier == Tier::Clinical || !review.rule(&self.body).by_rule || !asked {
            return Err(Refused::NotNow(format!("at {tier} no rule decides this: the committee does")));
        }
        if !review.missing.is_empty() {
            return Err(Refused::NotNow("the application is not complete".to_owned()));
        }
        let plain = |o| matches!(o, Outcome::Allowed | Outcome::Conditional);
        let Some(assessed) = review.latest().filter(|a| plain(a.outcome)) else {
            return Err(Refused::NotNow("the packs refer it to people: no rule decides it".to_owned()));
        };
        if !self.body.packs.iter().any(|p| p.pack == assessed.pack) {
            return Err(Refused::NotNow(format!(
                "it was judged by `{}`, which this body has not adopted: no rule of ours decides it",
                assessed.pack.chars().take(60).collect::<String>()
            )));
        }
        if review.held().iter().any(|h| h.position.stance == Stance::Concern) {
            return Err(Refused::NotNow("somebody has a concern: people decide".to_owned()));
        }
        if let Some(why) = self.said_no(review, today) {
            return Err(Refused::NotNow(format!("{why}: no rule undoes that, people decide")));
        }
        let entry = review.opening.case.as_ref().and_then(|c| self.entries.get(c));
        if entry.and_then(|e| e.decided.as_ref()).is_some_and(|d| d.decision.by != Means::Rule) {
            return Err(Refused::NotNow(
                "people have decided on it, and no rule replaces their terms: people decide".to_owned(),
            ));
        }
        Ok(())
    }

    /// What people, or a trip-wire, have said against a case, which neither rule nor silence undoes.
    fn said_no(&self, review: &Review, today: Date) -> Option<String> {
        let case = review.opening.case.as_ref()?;
        let entry = self.entries.get(case)?;
        if let Some(trip) = entry.trips.last() {
            return Some(format!("a trip-wire suspended it ({})", trip.word()));
        }
        if let Some(denied) = entry.denied.as_ref().filter(|d| today <= d.until) {
            return Some(format!("{} denied it until {}", denied.logged.by, denied.until));
        }
        if let Some(decided) = entry.decided.as_ref().filter(|d| d.decision.ruling == Ruling::Decline) {
            return Some(format!("it was declined on {}", decided.logged.at.date()));
        }
        if let Some(withdrawn) = &entry.withdrawn {
            return Some(format!("it was taken off the register on {}", withdrawn.at.date()));
        }
        if case.purpose != Purpose::Publish {
            return None;
        }
        let closed = self.closures_of(case).find(|c| c.closure.until >= today)?;
        Some(format!("a closure holds until {}", closed.closure.until))
    }

    /// Closures and exceptions are asked about once more: time has passed since they were asked for.
    fn may_still_be_asked(&self, logged: &Logged, review: &Review) -> Result<(), Refused> {
        let today = logged.at.date();
        match &review.opening.asks {
            Asks::Closure { closure } => {
                closure.check(today, self.body.times.longest_closure)?;
                let failed: BTreeSet<&str> = review.latest().map_or_else(BTreeSet::new, |a| {
                    let reasons = a.reasons.iter().map(|r| (r.control.as_str(), r.state));
                    let states = a.states.iter().map(|s| (s.control.as_str(), s.state));
                    reasons
                        .chain(states)
                        .filter(|(control, state)| {
                            NOT_CURED.contains(control) && *state == ControlState::NotMet
                        })
                        .map(|(control, _)| control)
                        .collect()
                });
                if failed.is_empty() {
                    return Ok(());
                }
                let failed: Vec<&str> = failed.into_iter().collect();
                Err(Refused::NotNow(format!(
                    "a closure does not cure {}: mend it, or retire the service",
                    failed.join(", ")
                )))
            }
            Asks::Exception { until, .. } if *until <= today => {
                Err(Refused::NotNow(format!("the exception would have ended on {until}: ask for it anew")))
            }
            _ => Ok(()),
        }
    }

    /// Refusing can harm too: a no to a use names what happens to existing uses, and the alternative.
    pub(super) fn names_the_way_out(&self, it: &Decision, review: &Review) -> Result<(), Refused> {
        let Some(case) = review.opening.case.as_ref().filter(|c| c.purpose == Purpose::Use) else {
            return Ok(());
        };
        // A denial that is confirmed has named both.
        let denied = self.entries.get(case).and_then(|e| e.denied.as_ref());
        if denied.is_some_and(|d| d.review == review.id) {
            return Ok(());
        }
        let given = |t: &Option<String>| t.as_ref().is_some_and(|t| !t.trim().is_empty());
        if given(&it.terms.alternative) && given(&it.terms.existing_uses) {
            Ok(())
        } else {
            Err(incomplete(
                "refusing can harm too: name the listed alternative (or why there is none) and what happens to existing uses",
            ))
        }
    }
}

/// A decision settles reasons that were there, and no more.
fn settles_what_was_referred(it: &Decision, review: &Review) -> Result<(), Refused> {
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
                settled.control.chars().take(60).collect::<String>(),
                settled.count
            )));
        }
    }
    Ok(())
}

/// Whether a duty of the terms is the one that was asked for, and no later; one whose day has passed
/// since may be put off.
fn keeps(duty: &Duty, asked: &Duty, today: Date) -> bool {
    duty.what == asked.what
        && duty.who == asked.who
        && duty.shown_by == asked.shown_by
        && (duty.due <= asked.due || asked.due <= today)
}

/// Whether terms go no further than those that people were asked about: whoever voted has voted on these.
fn within(terms: &Terms, proposed: &Terms, today: Date) -> Result<(), Refused> {
    let further = |what: &str| {
        Err(incomplete(format!(
            "the terms go further than those proposed, on which people voted: {what}; decide within them, or propose anew"
        )))
    };
    let narrower = match (&terms.who, &proposed.who) {
        (_, WhoMayUse::AnyTeam) => true,
        (WhoMayUse::Teams { teams }, WhoMayUse::Teams { teams: asked }) => {
            teams.iter().all(|team| asked.contains(team))
        }
        (one, other) => one == other,
    };
    if !narrower {
        return further("who may use it");
    }
    if proposed.obligations.iter().any(|asked| !terms.obligations.iter().any(|d| keeps(d, asked, today))) {
        return further("an obligation is left out or put off");
    }
    if terms.review_on > proposed.review_on {
        return further("the review date");
    }
    if proposed.trip_wires.iter().any(|wire| !terms.trip_wires.contains(wire)) {
        return further("a trip-wire is left out");
    }
    if proposed.version.is_some() && terms.version != proposed.version {
        return further("the release");
    }
    Ok(())
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
    if let WhoMayUse::Teams { teams } = &terms.who
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
