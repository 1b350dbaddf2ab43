//! A review: an open case, its positions, and who is awaited.
//!
//! Decides which positions still hold (those on the case's present basis), where the quorum stands,
//! and whom the case waits for. It grants nothing: that is a decision.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Date, Digest, Outcome, Tier};
use policy::quorum::{self, Count, Rule, Stance, Voter};
use serde::{Deserialize, Serialize};

use crate::{
    act::{
        decision::{Means, Ruling},
        position::{Answer, Position},
        review::{Asks, Assessed, Opening},
    },
    body::{Body, Change},
    days::working_days_after,
    entry::Logged,
};

/// Days for which a recovery by fewer people than the rules ask for stands in public before it is decided.
pub const RECOVERY_DAYS: i64 = 14;

/// A case before the committee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Its short id, `R-` and eight digits of the opening's digest.
    pub id: String,
    /// Where it was opened.
    pub opened: Logged,
    /// What was asked.
    pub opening: Opening,
    /// Every assessment it rested on, the last being the one in force.
    pub assessed: Vec<Assessed>,
    /// The day since which the evidence is what it is: silence counts from here.
    pub unchanged_since: Date,
    /// What is still missing: names of controls, or `tier`.
    pub missing: Vec<String>,
    /// Positions in the order they were taken.
    pub positions: Vec<Held>,
    /// Answers to concerns: when, by whom, what.
    pub answers: Vec<(Logged, Answer)>,
    /// Whose concern was settled.
    pub satisfied: BTreeSet<String>,
    /// Who would overrule whose concern.
    pub overrules: BTreeMap<String, BTreeSet<String>>,
    /// People who may not take part in an appeal: they took part in what is appealed.
    pub barred: BTreeSet<String>,
    /// How it ended.
    pub closed: Option<Closed>,
}

/// A position somebody took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Where.
    pub logged: Logged,
    /// What.
    pub position: Position,
}

/// How a review ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// Where.
    pub logged: Logged,
    /// The ruling; none where it was taken back or lapsed.
    pub ruling: Option<Ruling>,
    /// By what right it was decided; none where it was not.
    pub by: Option<Means>,
}

/// Somebody a case waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Awaited {
    /// The role, where it is one that the quorum asks for.
    pub role: Option<String>,
    /// People who could give it.
    pub people: Vec<String>,
}

/// A position that no longer holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stale {
    /// Whose.
    pub person: String,
    /// What changed since, in plain English.
    pub changed: Vec<String>,
}

/// The short id of a review or decision.
pub fn short(letter: char, digest: &Digest) -> String {
    format!("{letter}-{}", &digest.hex()[..8])
}

impl Review {
    /// Whether it is undecided.
    pub const fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// The assessment in force.
    pub fn latest(&self) -> Option<&Assessed> {
        self.assessed.last()
    }

    /// The tier whose quorum rules.
    pub fn tier(&self, body: &Body) -> Tier {
        match (&self.opening.asks, &self.opening.case) {
            (Asks::Policy { .. }, _) | (_, None) => body.changes_at,
            (_, Some(case)) => case.governed_at(),
        }
    }

    /// The rule of quorum.
    pub fn rule<'b>(&self, body: &'b Body) -> &'b Rule {
        body.quorum.rule(self.tier(body))
    }

    /// The last day of the comment period, by which an answer is expected.
    pub fn expected(&self, body: &Body) -> Date {
        working_days_after(self.opened.at.date(), self.rule(body).comment_days)
    }

    /// The positions that hold: the last of each person, on the present basis. A concern that is not
    /// settled holds on any: new evidence may answer it, and who raised it says so.
    pub fn held(&self) -> Vec<&Held> {
        let basis = self.latest().map(|a| a.basis);
        let mut last: BTreeMap<&str, &Held> = BTreeMap::new();
        for held in &self.positions {
            last.insert(&held.logged.by, held);
        }
        // A recusal is about the person, not about the evidence: it does not go stale.
        last.into_values()
            .filter(|h| match h.position.stance {
                Stance::Recuse => true,
                Stance::Concern => h.position.basis == basis || !self.satisfied.contains(&h.logged.by),
                _ => h.position.basis == basis,
            })
            .collect()
    }

    /// Positions that were taken on an earlier basis, with what changed.
    pub fn stale(&self) -> Vec<Stale> {
        let Some(now) = self.latest() else { return Vec::new() };
        let mut last: BTreeMap<&str, &Held> = BTreeMap::new();
        for held in &self.positions {
            last.insert(&held.logged.by, held);
        }
        last.into_iter()
            .filter(|(_, h)| h.position.basis != Some(now.basis) && h.position.stance != Stance::Recuse)
            .map(|(person, h)| {
                let then = self.assessed.iter().find(|a| Some(a.basis) == h.position.basis);
                let changed = then.map_or_else(Vec::new, |then| now.changed_since(then));
                Stale { person: person.to_owned(), changed }
            })
            .collect()
    }

    /// Voters as the rules of quorum see them. Who left the body, or has an interest, has no vote.
    pub fn voters(&self, body: &Body) -> Vec<Voter> {
        self.held()
            .into_iter()
            .filter_map(|held| {
                let person = body.people.get(&held.logged.by)?;
                let barred = self.is_barred(body, &held.logged.by).is_some();
                Some(Voter {
                    person: held.logged.by.clone(),
                    roles: person.counts_for(),
                    stance: if barred { Stance::Recuse } else { held.position.stance },
                    settled: self.satisfied.contains(&held.logged.by),
                    overruled_by: self.overrulers(body, &held.logged.by),
                })
            })
            .collect()
    }

    fn overrulers(&self, body: &Body, concern_of: &str) -> usize {
        let Some(people) = self.overrules.get(concern_of) else { return 0 };
        let basis = self.latest().map(|a| a.basis);
        // Of those who vote now: who abstains, or voted on other evidence, overrules nobody.
        let votes = |person: &&String| {
            self.held().iter().any(|h| {
                h.logged.by == **person && h.position.basis == basis && h.position.stance != Stance::Abstain
            })
        };
        people
            .iter()
            .filter(|p| *p != concern_of && body.people.contains_key(*p) && self.is_barred(body, p).is_none())
            .filter(votes)
            .count()
    }

    /// Why a person may not vote here, if so.
    pub fn is_barred(&self, body: &Body, person: &str) -> Option<String> {
        if self.barred.contains(person) {
            return Some("took part in the decision that is appealed: another panel decides".to_owned());
        }
        self.has_interest(body, person)
    }

    /// The interest that keeps a person out of a case, if any: declared in it, or standing.
    pub fn has_interest(&self, body: &Body, person: &str) -> Option<String> {
        let recused = |h: &Held| h.logged.by == person && h.position.stance == Stance::Recuse;
        if self.positions.iter().any(recused) {
            return Some("has declared an interest in this case".to_owned());
        }
        // Sealed with one salt, the same interest is the same digest.
        let declared = &body.people.get(person)?.interests;
        let shared = self.opening.interests.iter().any(|i| declared.contains(i));
        shared.then(|| "has a declared interest in this case".to_owned())
    }

    /// Whether somebody has answered the concern that a person has now.
    pub fn is_answered(&self, person: &str) -> bool {
        let last = self.positions.iter().rev().find(|h| h.logged.by == person);
        last.is_some_and(|held| {
            self.answers.iter().any(|(at, answer)| answer.to == person && at.index > held.logged.index)
        })
    }

    /// Where the quorum stands.
    pub fn count(&self, body: &Body) -> Count {
        quorum::count(self.rule(body), &self.voters(body))
    }

    /// Whether no yes is possible yet, since nothing was assessed.
    pub fn lacks_evidence(&self) -> bool {
        self.latest().is_none()
            && matches!(self.opening.asks, Asks::Use | Asks::Publication | Asks::Closure { .. })
    }

    /// By what right a person could decline the case now; none where by no right. A concern that was settled
    /// or overruled, or rests on earlier evidence, is no ground for a no.
    pub fn rights_to_decline(&self, body: &Body, by: &str) -> Vec<Means> {
        let basis = self.latest().map(|a| a.basis);
        let held = self.held();
        let standing: Vec<String> = self
            .count(body)
            .blocked_by
            .into_iter()
            .filter(|p| held.iter().any(|h| h.logged.by == *p && h.position.basis == basis))
            .collect();
        let mut out = Vec::new();
        if standing.len() >= usize::from(self.rule(body).people) {
            out.push(Means::Quorum);
        }
        if standing.iter().any(|person| person != by && !self.is_answered(person)) {
            out.push(Means::Concern);
        }
        if self.latest().is_some_and(|a| a.outcome == Outcome::Refused) {
            out.push(Means::Rule);
        }
        out
    }

    /// What keeps a change of the body from being decided by the people who can still sign, after keys were
    /// lost; `Ok` where nothing does. See `docs/register.md`, "When a key is lost".
    ///
    /// # Errors
    /// Why not, in plain English.
    pub fn recovery(&self, body: &Body, today: Date) -> Result<(), String> {
        let restores = |c: &Change| match c {
            Change::AddKey { id, .. } => body.people.get(id).is_some_and(|p| !p.can_sign()),
            _ => false,
        };
        if self.changes().is_empty() || !self.changes().iter().all(restores) {
            return Err("it only gives new keys to people who have none that can sign".to_owned());
        }
        let able: BTreeSet<&str> =
            body.people.iter().filter(|(_, p)| p.can_sign()).map(|(id, _)| id.as_str()).collect();
        let holds = |role: &String| able.iter().any(|id| body.people[*id].has_any(&[role.as_str()]));
        let rule = self.rule(body);
        if able.len() >= usize::from(rule.people) && rule.agree.iter().chain(&rule.heard).all(holds) {
            return Err("the people who can sign can form the quorum: it decides".to_owned());
        }
        let held = self.held();
        let agreed = |id: &&str| {
            let by = |h: &&&Held| h.logged.by == **id;
            held.iter().find(by).is_some_and(|h| matches!(h.position.stance, Stance::Agree))
        };
        let awaited: Vec<&str> = able.iter().filter(|id| !agreed(id)).copied().collect();
        if !awaited.is_empty() {
            return Err(format!("everybody who can still sign must agree; awaited: {}", awaited.join(", ")));
        }
        // Two people, with the safety officer where clinical rules, need not wait: what they change can be
        // seen and appealed. One alone, or clinical without its officer, waits in public.
        let officer = quorum::SAFETY_OFFICER.to_owned();
        let alone = able.len() < 2 || (self.tier(body) == Tier::Clinical && !holds(&officer));
        let from = self.opened.at.date().plus_days(RECOVERY_DAYS);
        if alone && today < from {
            return Err(format!(
                "where fewer than two people, or nobody for clinical safety, can sign, it waits in public until {from}"
            ));
        }
        Ok(())
    }

    /// Whom the case waits for: holders of roles that were not heard, people whose position is stale,
    /// who raised a concern that was answered, and, where only numbers are missing, anybody else.
    pub fn awaited(&self, body: &Body) -> Vec<Awaited> {
        let count = self.count(body);
        let able = |id: &&str| {
            self.is_barred(body, id).is_none() && body.people.get(*id).is_some_and(|p| p.can_sign())
        };
        let mut out: Vec<Awaited> = count
            .roles_awaited
            .iter()
            .map(|role| Awaited {
                role: Some(role.clone()),
                people: body.holders(role).into_iter().filter(able).map(str::to_owned).collect(),
            })
            .collect();
        let answered: Vec<String> =
            count.blocked_by.iter().filter(|person| self.is_answered(person)).cloned().collect();
        if !answered.is_empty() {
            out.push(Awaited { role: None, people: answered });
        }
        if !count.stands() {
            let named = |person: &String| out.iter().any(|a| a.people.contains(person));
            let stale = self.stale().into_iter().map(|s| s.person);
            let stale: Vec<String> = stale.filter(|p| able(&p.as_str()) && !named(p)).collect();
            if !stale.is_empty() {
                out.push(Awaited { role: None, people: stale });
            }
        }
        if out.is_empty() && count.people_awaited > 0 {
            let heard: BTreeSet<&str> = self.held().iter().map(|h| h.logged.by.as_str()).collect();
            let people = body.people.keys().map(String::as_str);
            let people = people.filter(able).filter(|id| !heard.contains(id)).map(str::to_owned).collect();
            out.push(Awaited { role: None, people });
        }
        out
    }

    /// The changes of the body it asks for.
    pub fn changes(&self) -> &[Change] {
        match &self.opening.asks {
            Asks::Policy { changes } => changes,
            _ => &[],
        }
    }
}
