//! Opening a case, renewing its evidence, positions and concerns.

use domain::Outcome;
use policy::quorum::Stance;

use crate::{
    act::{
        position::{Answer, Overrule, Position, Satisfied},
        review::{Asks, Assessed, Opening, Renewal, TakeBack},
    },
    case::Case,
    entry::{Entry, Logged},
    fold::SKEW,
    refused::{Refused, incomplete},
    register::Register,
    review::{Closed, Held, Review, short},
    sealing,
};

/// Controls that no exception sets aside as a whole.
const NEVER_EXCEPTED: [&str; 3] = ["malware", "no-personal-data", "no-secret"];

impl Register {
    pub(super) fn open(&mut self, logged: &Logged, it: &Opening, strict: bool) -> Result<(), Refused> {
        self.person(&logged.by)?;
        if !it.reason.is_given() {
            return Err(incomplete("say why it is asked"));
        }
        if it.owner.trim().is_empty() {
            return Err(incomplete("name the role that will own the outcome"));
        }
        let case = self.asked_case(it)?;
        if let Some(case) = &case {
            let same = |r: &&Review| match (&r.opening.asks, &it.asks) {
                (
                    Asks::Exception { control, scope, .. },
                    Asks::Exception { control: other, scope: of, .. },
                ) => strict && control == other && scope == of,
                (Asks::Closure { closure }, Asks::Closure { closure: other }) => {
                    strict && closure.scope == other.scope
                }
                (one, other) => one.word() == other.word(),
            };
            let open = self.entries.get(case).map(|e| &e.open).into_iter().flatten();
            if let Some(open) = open.filter_map(|id| self.reviews.get(id)).find(same) {
                return Err(Refused::NotNow(format!(
                    "review {} is open on the same question: renew its evidence instead",
                    open.id
                )));
            }
        }
        if let Some(assessed) = &it.assessed {
            check_clock(logged, assessed)?;
            check_subject(assessed, case.as_ref(), strict)?;
        }
        let barred = self.check_asks(logged, it, case.as_ref())?;
        if let Asks::Closure { closure } = &it.asks
            && strict
        {
            closure.check_honest()?;
        }
        sealing::opening(it)?;
        if let Some(terms) = &it.terms {
            check_duties(&terms.obligations, logged)?;
            if terms.review_on <= logged.at.date() {
                return Err(incomplete("the proposed review date is not after today"));
            }
        }
        let id = short('R', &logged.digest);
        if self.reviews.contains_key(&id) {
            return Err(Refused::NotNow("its short id is taken: open it again a second later".to_owned()));
        }
        if let Some(case) = &case {
            let before = self.state_of(case, logged.at);
            let entry = self.entries.entry(case.clone()).or_insert_with(|| Entry::new(case.clone()));
            entry.open.insert(id.clone());
            self.tells(case, logged.at, before);
        }
        self.reviews.insert(
            id.clone(),
            Review {
                id,
                opened: logged.clone(),
                opening: it.clone(),
                assessed: it.assessed.clone().into_iter().collect(),
                unchanged_since: logged.at.date(),
                missing: it.missing.clone(),
                positions: Vec::new(),
                answers: Vec::new(),
                satisfied: Default::default(),
                overrules: Default::default(),
                barred,
                closed: None,
            },
        );
        Ok(())
    }

    /// The case, where the question has one, and the right one.
    fn asked_case(&self, it: &Opening) -> Result<Option<Case>, Refused> {
        use domain::Purpose;
        if matches!(it.asks, Asks::Policy { .. }) {
            return Ok(None);
        }
        let case = it
            .case
            .clone()
            .ok_or_else(|| incomplete("say about what: a subject, and a tier or publication"))?;
        if !case.is_whole() {
            return Err(incomplete("a use has a tier; a publication is of a repository and has none"));
        }
        let fits = match it.asks {
            Asks::Use => case.purpose == Purpose::Use,
            Asks::Publication | Asks::Closure { .. } => case.purpose == Purpose::Publish,
            _ => true,
        };
        if fits {
            Ok(Some(case))
        } else {
            Err(incomplete("the question and the case do not fit: use, or publication"))
        }
    }

    /// What each question asks for; gives the people an appeal bars.
    fn check_asks(
        &self,
        logged: &Logged,
        it: &Opening,
        case: Option<&Case>,
    ) -> Result<std::collections::BTreeSet<String>, Refused> {
        let today = logged.at.date();
        match &it.asks {
            Asks::Use | Asks::Publication => {
                if it.assessed.is_none() {
                    return Err(incomplete(
                        "the committee decides on evidence: give the assessment (`formulary check --format json`)",
                    ));
                }
            }
            Asks::Closure { closure } => closure.check(today, self.body.times.longest_closure)?,
            Asks::Exception { control, scope, until } => {
                if control.is_empty() {
                    return Err(incomplete("name the control that is to be set aside"));
                }
                if scope.is_none() && NEVER_EXCEPTED.contains(&control.as_str()) {
                    return Err(incomplete(format!(
                        "`{control}` is never set aside as a whole: name the finding"
                    )));
                }
                if control == "malware" {
                    return Err(incomplete("malware is never set aside: remove it"));
                }
                if *until <= today || until.days_since(today) > i64::from(self.body.times.longest_attestation)
                {
                    return Err(incomplete("an exception ends within the year"));
                }
            }
            Asks::Change | Asks::Removal => {
                let known = case.and_then(|c| self.entries.get(c)).is_some_and(|e| e.decided.is_some());
                if !known {
                    return Err(incomplete(
                        "nothing was decided on this case yet: ask for a use or publication",
                    ));
                }
            }
            Asks::Appeal { decision } => {
                // Of this very case: else the quorum of one tier could undo a decision of another.
                let history = case.and_then(|c| self.entries.get(c)).map(|e| e.history.as_slice());
                let decided = history
                    .unwrap_or_default()
                    .iter()
                    .find(|l| l.digest == *decision)
                    .ok_or_else(|| incomplete("no decision on this case has that digest"))?;
                if self.overturned.contains(decision) {
                    return Err(Refused::NotNow("it was overturned already".to_owned()));
                }
                let last = decided.at.date().plus_days(i64::from(self.body.times.appeal));
                if today > last {
                    return Err(Refused::NotNow(format!(
                        "it could be appealed until {last}: ask for a change of the entry instead"
                    )));
                }
                let review = self.decisions.get(decision).and_then(|(_, id)| self.reviews.get(id));
                let voted = review.into_iter().flat_map(|r| r.positions.iter().map(|p| p.logged.by.clone()));
                return Ok(voted.chain([decided.by.clone()]).collect());
            }
            Asks::Policy { changes } => {
                if changes.is_empty() {
                    return Err(incomplete("say which change"));
                }
                self.changed_body(changes)?;
            }
        }
        Ok(Default::default())
    }

    /// That a person has no interest in any open case about a subject. A denial and a trip-wire ask it of
    /// nobody: they protect, for some days, and who knows the thing best may have an interest in it.
    pub(super) fn without_interest(
        &self,
        subject: &domain::SubjectName,
        by: &str,
        instead: &str,
    ) -> Result<(), Refused> {
        let cases = self.reviews.values().filter(|r| r.is_open());
        let mut about = cases.filter(|r| r.opening.case.as_ref().is_some_and(|c| c.subject == *subject));
        match about.find_map(|r| Some((r, r.has_interest(&self.body, by)?))) {
            None => Ok(()),
            Some((review, why)) => Err(Refused::NotYours {
                who: by.to_owned(),
                why: format!("{why} ({}): {instead}", review.id),
            }),
        }
    }

    /// The open review of that id.
    pub(super) fn open_review(&mut self, id: &str) -> Result<&mut Review, Refused> {
        let review =
            self.reviews.get_mut(id).ok_or_else(|| Refused::NoReview(id.chars().take(60).collect()))?;
        if let Some(closed) = &review.closed {
            return Err(Refused::NotNow(format!("review {id} was closed on {}", closed.logged.at.date())));
        }
        Ok(review)
    }

    pub(super) fn renew(&mut self, logged: &Logged, it: &Renewal, strict: bool) -> Result<(), Refused> {
        self.person(&logged.by)?;
        let body = self.body.clone();
        let review = self.open_review(&it.review)?;
        if review.opening.case.is_none() {
            return Err(incomplete("a change of the body rests on no assessment"));
        }
        if let Some(why) = review.has_interest(&body, &logged.by).filter(|_| strict) {
            return Err(Refused::NotYours {
                who: logged.by.clone(),
                why: format!("{why}: somebody else brings the evidence"),
            });
        }
        check_subject(&it.assessed, review.opening.case.as_ref(), strict)?;
        sealing::missing(&it.missing)?;
        check_clock(logged, &it.assessed)?;
        if review.latest().is_some_and(|a| a.as_of > it.assessed.as_of) {
            return Err(Refused::NotNow("the case rests on a newer assessment already".to_owned()));
        }
        // Votes are bound to the basis: under one basis nobody may be shown two answers.
        let other = review.assessed.iter().find(|a| a.basis == it.assessed.basis);
        if other.is_some_and(|a| !a.says_the_same(&it.assessed)) {
            return Err(incomplete(
                "it has the basis of an earlier assessment of this case, and another answer: one of the two was                  changed after it was written",
            ));
        }
        if review.latest().is_none_or(|a| a.basis != it.assessed.basis) {
            review.unchanged_since = logged.at.date();
            // Whoever would overrule a concern says so again, on what is known now.
            review.overrules.clear();
        }
        review.assessed.push(it.assessed.clone());
        review.missing.clone_from(&it.missing);
        Ok(())
    }

    pub(super) fn take_back(&mut self, logged: &Logged, it: &TakeBack) -> Result<(), Refused> {
        let chair = self.person(&logged.by)?.has_any(&["chair"]);
        if !it.reason.is_given() {
            return Err(incomplete("say why it is taken back"));
        }
        let review = self.open_review(&it.review)?;
        if review.opened.by != logged.by && !chair {
            return Err(Refused::NotYours {
                who: logged.by.clone(),
                why: format!("a case is taken back by who opened it ({}) or the chair", review.opened.by),
            });
        }
        let (case, id, opened) = (review.opening.case.clone(), review.id.clone(), review.opened.digest);
        let glass = case.as_ref().and_then(|c| self.entries.get(c)?.glass.as_ref());
        if glass.is_some_and(|g| g.logged.digest == opened)
            || self.closures.iter().any(|c| c.emergency && c.logged.digest == opened)
            || case
                .as_ref()
                .and_then(|c| self.entries.get(c))
                .is_some_and(|e| e.trips.iter().any(|t| t.logged.digest == opened))
        {
            return Err(Refused::NotNow(
                "it follows a break-glass, an emergency closure or a trip-wire: the committee looks at those"
                    .to_owned(),
            ));
        }
        if let Some(review) = self.reviews.get_mut(&id) {
            review.closed = Some(Closed { logged: logged.clone(), ruling: None, by: None });
        }
        let Some(case) = case else { return Ok(()) };
        let before = self.state_of(&case, logged.at);
        if let Some(entry) = self.entries.get_mut(&case) {
            entry.open.remove(&id);
            // Who takes a denial back lifts it.
            entry.denied.take_if(|d| d.review == id);
        }
        self.tells(&case, logged.at, before);
        Ok(())
    }

    pub(super) fn position(&mut self, logged: &Logged, it: &Position) -> Result<(), Refused> {
        let person = self.person(&logged.by)?;
        if person.roles.is_empty() && person.deputy_for.is_empty() {
            return Err(Refused::NotYours {
                who: logged.by.clone(),
                why: "only people with a role in the body take positions".to_owned(),
            });
        }
        let body = self.body.clone();
        let review = self.open_review(&it.review)?;
        if let Some(why) = review.is_barred(&body, &logged.by).filter(|_| it.stance != Stance::Recuse) {
            return Err(Refused::NotYours { who: logged.by.clone(), why: format!("{why}: recuse instead") });
        }
        let latest = review.latest().map(|a| (a.digest, a.basis));
        if it.assessment.zip(it.basis) != latest {
            return Err(Refused::NotNow(
                "the position is bound to another assessment than the one in force: read the case again and vote anew"
                    .to_owned(),
            ));
        }
        let given = |w: &Option<crate::words::Words>| w.as_ref().is_some_and(crate::words::Words::is_given);
        match it.stance {
            Stance::Concern => {
                if !given(&it.says) {
                    return Err(incomplete("a concern says what is wrong and what would answer it"));
                }
                if it.clause.as_ref().is_none_or(|c| c.trim().is_empty()) {
                    return Err(incomplete("a concern names the clause or control it rests on (--clause)"));
                }
            }
            Stance::Recuse if !given(&it.interest) => {
                return Err(incomplete("a recusal declares the interest, or the contact with the supplier"));
            }
            Stance::AgreeWithObligations if it.obligations.is_empty() => {
                return Err(incomplete("say which obligations: what, who, by when"));
            }
            _ => {}
        }
        check_duties(&it.obligations, logged)?;
        // A new concern must be answered anew.
        review.satisfied.remove(&logged.by);
        review.overrules.remove(&logged.by);
        review.positions.push(Held { logged: logged.clone(), position: it.clone() });
        Ok(())
    }

    pub(super) fn answer(&mut self, logged: &Logged, it: &Answer, strict: bool) -> Result<(), Refused> {
        self.person(&logged.by)?;
        if !it.says.is_given() {
            return Err(incomplete("an answer says something"));
        }
        let body = self.body.clone();
        let review = self.open_review(&it.review)?;
        if let Some(why) = review.has_interest(&body, &logged.by).filter(|_| strict) {
            return Err(Refused::NotYours {
                who: logged.by.clone(),
                why: format!("{why}: somebody else answers the concern"),
            });
        }
        has_concern(review, &it.to)?;
        if it.to == logged.by {
            return Err(incomplete("nobody answers an own concern: change your position instead"));
        }
        review.answers.push((logged.clone(), it.clone()));
        Ok(())
    }

    pub(super) fn satisfied(&mut self, logged: &Logged, it: &Satisfied) -> Result<(), Refused> {
        self.person(&logged.by)?;
        let review = self.open_review(&it.review)?;
        has_concern(review, &logged.by)?;
        if !review.is_answered(&logged.by) {
            return Err(Refused::NotNow(
                "nobody has answered the concern yet: to drop it, take another position".to_owned(),
            ));
        }
        review.satisfied.insert(logged.by.clone());
        Ok(())
    }

    pub(super) fn overrule(&mut self, logged: &Logged, it: &Overrule) -> Result<(), Refused> {
        self.person(&logged.by)?;
        if !it.says.is_given() {
            return Err(incomplete("say why the concern does not hold"));
        }
        let body = self.body.clone();
        let review = self.open_review(&it.review)?;
        has_concern(review, &it.concern_of)?;
        if it.concern_of == logged.by {
            return Err(incomplete("nobody overrules an own concern: change your position instead"));
        }
        if let Some(why) = review.is_barred(&body, &logged.by) {
            return Err(Refused::NotYours { who: logged.by.clone(), why });
        }
        if !review.is_answered(&it.concern_of) {
            return Err(Refused::NotNow(
                "a concern is answered in writing before it is overruled".to_owned(),
            ));
        }
        let basis = review.latest().map(|a| a.basis);
        let votes = |h: &&Held| {
            h.logged.by == logged.by && h.position.basis == basis && h.position.stance != Stance::Abstain
        };
        if !review.held().iter().any(votes) {
            return Err(Refused::NotNow("take a position yourself before you overrule another's".to_owned()));
        }
        review.overrules.entry(it.concern_of.clone()).or_default().insert(logged.by.clone());
        Ok(())
    }
}

/// A case rests on an assessment of what it is about, or of something that holds it as a component.
pub(super) fn check_subject(assessed: &Assessed, case: Option<&Case>, strict: bool) -> Result<(), Refused> {
    let Some(case) = case else { return Ok(()) };
    match &assessed.subject {
        None if !strict => Ok(()),
        None => Err(incomplete("the statement does not say what was assessed: make it with this program")),
        Some(_) if assessed.is_of(&case.subject) => Ok(()),
        Some(other) => Err(incomplete(format!(
            "the assessment is of {other}, and the case is about {}: assess that",
            case.subject
        ))),
    }
}

/// An assessment of the future would stand in the way of every later one.
fn check_clock(logged: &Logged, assessed: &Assessed) -> Result<(), Refused> {
    if assessed.as_of.unix() > logged.at.unix().saturating_add(SKEW) {
        return Err(incomplete(format!(
            "the assessment says {}, which is after now: assess it with the right clock",
            assessed.as_of
        )));
    }
    Ok(())
}

fn has_concern(review: &Review, person: &str) -> Result<(), Refused> {
    let held = review.held();
    if held.iter().any(|h| h.logged.by == person && h.position.stance == Stance::Concern) {
        Ok(())
    } else {
        Err(Refused::NotNow(format!("{person} has no concern on review {}", review.id)))
    }
}

/// Obligations that can be held to.
pub(super) fn check_duties(duties: &[crate::act::position::Duty], logged: &Logged) -> Result<(), Refused> {
    for duty in duties {
        if !duty.what.is_given() || duty.who.trim().is_empty() || duty.shown_by.trim().is_empty() {
            return Err(incomplete("an obligation says what, who, by when, and how it is shown to be done"));
        }
        if duty.due <= logged.at.date() {
            return Err(incomplete(format!(
                "the obligation is due on {}, which is not after today",
                duty.due
            )));
        }
    }
    Ok(())
}

/// Whether an answer can be granted on at all.
pub(super) const fn grantable(outcome: Outcome) -> bool {
    !matches!(outcome, Outcome::Refused | Outcome::NotEvaluated)
}
