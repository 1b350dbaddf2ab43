//! Reviews, positions and decisions.
//!
//! Decides what of a case is public while it is open, and after.

use std::collections::{HashMap, HashSet};

use domain::Digest;
use policy::quorum::Stance;

use super::{Case, Control, Ended, Evidence, Position, Settled, View, question};
use crate::{
    act::{
        decision::{Means, Ruling},
        review::Assessed,
    },
    review::{Review, short},
};

/// What is public of an assessment.
pub(super) fn evidence(assessed: &Assessed) -> Evidence {
    let controls = assessed
        .states
        .iter()
        .map(|state| {
            let against = assessed.reasons.iter().filter(|r| r.control == state.control);
            let against = against.max_by_key(|r| r.outcome);
            Control {
                control: state.control.clone(),
                state: state.state,
                attested: state.attested,
                excepted: state.excepted,
                outcome: against.map(|a| a.outcome),
                concerns: against.map(|a| a.count),
            }
        })
        .collect();
    Evidence {
        digest: assessed.digest,
        basis: assessed.basis,
        as_of: assessed.as_of,
        pack: assessed.pack.clone(),
        outcome: assessed.outcome,
        tree: assessed.tree,
        controls,
    }
}

impl View<'_> {
    /// Every review, the oldest first.
    pub(super) fn cases(&self) -> Vec<Case> {
        let mut out: Vec<Case> = self.register.reviews.values().map(|r| self.case(r)).collect();
        out.sort_by_key(|c| c.entry);
        out
    }

    fn case(&self, review: &Review) -> Case {
        let register = self.register;
        let body = &register.body;
        let opening = &review.opening;
        let ids = [review.id.as_str()];
        let mut history = self.history(ids);
        if !history.iter().any(|e| e.entry == review.opened.index) {
            let what = match opening.asks {
                _ if opening.assessed.is_some() || !review.changes().is_empty() => "review opened".to_owned(),
                _ => format!("review opened: {}", opening.asks.word()),
            };
            history.push(self.event(&review.opened, &what));
        }
        let count = review.count(body);
        Case {
            id: review.id.clone(),
            asks: opening.asks.word(),
            subject: opening
                .case
                .as_ref()
                .filter(|c| !self.withheld(c))
                .map(|c| c.subject.as_str().to_owned()),
            question: match &opening.case {
                None => "the body itself".to_owned(),
                Some(case) if self.withheld(case) => WITHHELD.to_owned(),
                Some(case) => question(case),
            },
            opened: review.opened.at.date(),
            entry: review.opened.index,
            by: register.who(&review.opened.by),
            reason: register.words(&opening.reason),
            owner: opening.owner.clone(),
            missing: review.missing.len() + usize::from(review.lacks_evidence()),
            expected: review.expected(body),
            awaits: if review.is_open() { self.awaits(review) } else { Vec::new() },
            blocked: if review.is_open() { count.blocked_by.len() } else { 0 },
            evidence: review.latest().map(evidence),
            positions: self.positions(review, None),
            ended: review.closed.as_ref().map(|closed| Ended {
                how: closed.ruling.map_or("taken back", Ruling::word),
                by: closed.by.map(Means::word),
                on: closed.logged.at.date(),
                entry: closed.logged.index,
                overturned: register.overturned.contains(&closed.logged.digest),
            }),
            history,
        }
    }

    /// Roles that are awaited, or how many people.
    fn awaits(&self, review: &Review) -> Vec<String> {
        let body = &self.register.body;
        let count = review.count(body);
        let mut out = Vec::new();
        for awaited in review.awaited(body) {
            out.push(match awaited.role {
                Some(role) if awaited.people.is_empty() => format!("{role} (nobody holds this role)"),
                Some(role) => role,
                None if !count.blocked_by.is_empty() => {
                    "whoever raised a concern: does the answer settle it?".to_owned()
                }
                None if count.people_awaited > 0 => {
                    let n = count.people_awaited;
                    format!("{n} more {}", if n == 1 { "person" } else { "people" })
                }
                None => "people whose position is on earlier evidence".to_owned(),
            });
        }
        out.dedup();
        if out.is_empty() && count.stands() && review.missing.is_empty() && !review.lacks_evidence() {
            out.push("the decision: the quorum stands".to_owned());
        }
        out
    }

    /// The last position of each person, in the order of the log; or those that a decision rests on.
    pub(super) fn positions(&self, review: &Review, only: Option<&[Digest]>) -> Vec<Position> {
        let basis = review.latest().map(|a| a.basis);
        let overruled = review.count(&self.register.body).overruled;
        let named = only.filter(|votes| !votes.is_empty());
        let newest: HashMap<&str, u64> =
            review.positions.iter().map(|held| (held.logged.by.as_str(), held.logged.index)).collect();
        let named: Option<HashSet<&Digest>> = named.map(|votes| votes.iter().collect());
        let shown = review.positions.iter().filter(|held| match &named {
            Some(votes) => votes.contains(&held.logged.digest),
            None => newest.get(held.logged.by.as_str()) == Some(&held.logged.index),
        });
        shown
            .map(|held| {
                let (logged, position) = (&held.logged, &held.position);
                let concern = (position.stance == Stance::Concern).then(|| {
                    if review.satisfied.contains(&logged.by) {
                        "settled"
                    } else if overruled.contains(&logged.by) {
                        "overruled"
                    } else if review.is_answered(&logged.by) {
                        "answered"
                    } else {
                        "open"
                    }
                });
                Position {
                    who: self.register.who(&logged.by),
                    stance: position.stance.word(),
                    clause: position.clause.clone(),
                    says: position.says.as_ref().map(|w| self.register.words(w)),
                    on: logged.at.date(),
                    entry: logged.index,
                    stale: position.basis != basis && position.stance != Stance::Recuse,
                    concern,
                }
            })
            .collect()
    }

    /// What was settled, the newest first.
    pub(super) fn decisions(&self) -> Vec<Settled> {
        let register = self.register;
        let mut out = Vec::new();
        for review in register.reviews.values() {
            let Some(closed) = &review.closed else { continue };
            let (Some(ruling), Some(by)) = (closed.ruling, closed.by) else { continue };
            out.push(Settled {
                id: short('D', &closed.logged.digest),
                digest: closed.logged.digest,
                entry: closed.logged.index,
                at: closed.logged.at,
                what: ruling.word(),
                by: by.word(),
                subject: review.opening.case.as_ref().map(|c| c.subject.as_str().to_owned()),
                question: match &review.opening.case {
                    Some(case) => asked(review, &question(case)),
                    None => "the body itself".to_owned(),
                },
                review: Some(review.id.clone()),
            });
        }
        for entry in register.entries.values() {
            let measures = [
                entry.denied.as_ref().map(|d| (&d.logged, "denied by one signature")),
                entry.glass.as_ref().map(|g| (&g.logged, "break-glass")),
            ];
            for (logged, what) in measures.into_iter().flatten() {
                out.push(Settled {
                    id: short('D', &logged.digest),
                    digest: logged.digest,
                    entry: logged.index,
                    at: logged.at,
                    what,
                    by: Means::OneSignature.word(),
                    subject: Some(entry.case.subject.as_str().to_owned()),
                    question: question(&entry.case),
                    review: None,
                });
            }
        }
        for closing in register.closures.iter().filter(|c| c.emergency) {
            out.push(Settled {
                id: short('D', &closing.logged.digest),
                digest: closing.logged.digest,
                entry: closing.logged.index,
                at: closing.logged.at,
                what: "closed in an emergency",
                by: Means::OneSignature.word(),
                subject: (!self.withheld(&closing.case)).then(|| closing.case.subject.as_str().to_owned()),
                question: match self.withheld(&closing.case) {
                    true => WITHHELD.to_owned(),
                    false => question(&closing.case),
                },
                review: None,
            });
        }
        out.sort_by_key(|one| std::cmp::Reverse(one.entry));
        out.dedup_by(|a, b| a.entry == b.entry);
        out
    }
}

/// Stands for a repository that is closed in an emergency.
pub(super) const WITHHELD: &str = "publication of a repository, named after mending";

/// The question of a review, with what it asks for where that is not the question itself.
fn asked(review: &Review, question: &str) -> String {
    use crate::act::review::Asks;
    match review.opening.asks {
        Asks::Use | Asks::Publication => question.to_owned(),
        _ => format!("{}, {question}", review.opening.asks.word()),
    }
}
