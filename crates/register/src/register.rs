//! The register: what all statements of the log together mean, as one value.
//!
//! Decides nothing by itself: leaves are folded into it by `fold.rs`, and states of entries are never
//! stored but computed as of a time ([`crate::entry`]).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{Date, Digest, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    act::{agreement::SharedCare, attestation::Attestation, closure::ClosureAsked, import::Imported},
    body::{Body, Change, InvalidBody},
    case::Case,
    entry::{Entry, Logged, Stand},
    refused::Refused,
    review::Review,
    state::State,
};

/// All that was stated, as one value.
#[derive(Clone, Debug)]
pub struct Register {
    /// The log's origin: the register's name among logs.
    pub origin: String,
    /// The body as of the last leaf.
    pub body: Body,
    /// How many leaves were read.
    pub size: u64,
    /// When the last was logged.
    pub last: Timestamp,
    /// Reviews by their short id.
    pub reviews: BTreeMap<String, Review>,
    /// Entries by their case.
    pub entries: BTreeMap<Case, Entry>,
    /// Attestations, the oldest first.
    pub attestations: Vec<(Logged, Attestation)>,
    /// Exceptions the committee granted.
    pub exceptions: Vec<Excepted>,
    /// Closures granted, or made in an emergency.
    pub closures: Vec<Closing>,
    /// Shared-care agreements, one a side.
    pub agreements: Vec<(Logged, SharedCare)>,
    /// Other bodies' decisions, by the statement that imported them.
    pub imports: BTreeMap<Digest, (Logged, Imported)>,
    /// Sealed words that were made public.
    pub revealed: BTreeMap<Digest, String>,
    /// Sealed words that were erased.
    pub erased: BTreeSet<Digest>,
    /// Where each statement stands.
    pub statements: HashMap<Digest, u64>,
    /// Every leaf that was applied, in order: index, time, person, word, digest.
    pub story: Vec<Told>,
    /// The newest rules that a statement was made under so far.
    pub(crate) rules: u32,
    /// When a key was revoked, or its person left: it made no signature after that.
    pub ended: BTreeMap<String, Timestamp>,
    /// Leaves that are in the log and mean nothing, with why.
    pub rejected: Vec<(u64, String)>,
    /// Leaves that this program cannot read: what depends on them is unknown.
    pub unread: Vec<crate::unread::Unread>,
    /// Decisions that an appeal overturned.
    pub overturned: BTreeSet<Digest>,
    /// Keys that were ever in the body, with whose they are: old signatures stay verifiable.
    pub keys: BTreeMap<String, (String, crate::key::Key)>,
    /// The case and review of each decision, and of each adoption.
    pub(crate) decisions: BTreeMap<Digest, (Case, String)>,
}

/// One applied leaf, for people.
#[derive(Clone, Debug)]
pub struct Told {
    /// Where.
    pub logged: Logged,
    /// What it did, in a few words.
    pub word: String,
    /// The case or review it is about, if any.
    pub about: Option<String>,
}

/// An exception the committee granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excepted {
    /// The decision.
    pub logged: Logged,
    /// About what.
    pub case: Case,
    /// The control.
    pub control: String,
    /// A finding, component or path; none for the whole control.
    pub scope: Option<crate::words::Words>,
    /// The role that answers.
    pub owner: String,
    /// Why.
    pub reason: crate::words::Words,
    /// The last day.
    pub until: Date,
}

/// A closure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// The decision, or the emergency.
    pub logged: Logged,
    /// The repository.
    pub case: Case,
    /// What it says.
    pub closure: ClosureAsked,
    /// Made by one signature, because of a live secret or patients' data.
    pub emergency: bool,
    /// What must be mended, in order.
    pub mending: Vec<crate::words::Words>,
    /// Cause and reason of an emergency, sealed until it is mended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<crate::words::Words>,
}

impl Register {
    /// The state of an entry as of a time; unlisted where there is none.
    pub fn stand(&self, case: &Case, as_of: Timestamp) -> Stand {
        match self.entries.get(case) {
            Some(entry) => entry.stand(as_of, &self.body.times),
            None => Entry::new(case.clone()).stand(as_of, &self.body.times),
        }
    }

    /// A review by its id, or by an unambiguous beginning of it.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub fn review(&self, id: &str) -> Result<&Review, Refused> {
        if let Some(review) = self.reviews.get(id) {
            return Ok(review);
        }
        let mut found = self.reviews.values().filter(|r| r.id.starts_with(id));
        match (found.next(), found.next()) {
            (Some(one), None) if !id.is_empty() => Ok(one),
            (Some(_), Some(_)) => {
                Err(Refused::NotNow(format!("more than one review begins with `{id}`: write more of it")))
            }
            _ => Err(Refused::NoReview(id.chars().take(60).collect())),
        }
    }

    /// Closures of a case, past ones included.
    pub(crate) fn closures_of<'a>(&'a self, case: &'a Case) -> impl Iterator<Item = &'a Closing> {
        self.closures.iter().filter(move |c| c.case == *case)
    }

    /// The state of an entry as of a time.
    pub(crate) fn state_of(&self, case: &Case, as_of: Timestamp) -> State {
        self.entries.get(case).map_or(State::Unlisted, |e| e.stand(as_of, &self.body.times).state)
    }

    /// An act that changed an entry tells its new state, unless dates had changed it before and nobody
    /// has told that yet.
    pub(crate) fn tells(&mut self, case: &Case, as_of: Timestamp, before: State) {
        let after = self.state_of(case, as_of);
        if let Some(entry) = self.entries.get_mut(case).filter(|e| e.told == before) {
            entry.told = after;
        }
    }

    /// The body after changes, none of which may undo what the log remembers: whose a key was, that it
    /// was revoked, and who an id was.
    pub(crate) fn changed_body(&self, changes: &[Change]) -> Result<Body, Refused> {
        let body = self.body.changed_by(changes)?;
        for (id, person) in &body.people {
            let mut known = false;
            for (fingerprint, key) in &person.keys {
                let Some((holder, was)) = self.keys.get(fingerprint) else { continue };
                if holder != id {
                    return Err(InvalidBody::SharedKey(fingerprint.clone()).into());
                }
                if was.revoked && !key.revoked {
                    return Err(InvalidBody::Key {
                        who: id.clone(),
                        why: "it was revoked, and a revoked key makes no new signatures".to_owned(),
                    }
                    .into());
                }
                known = true;
            }
            if !known && self.keys.values().any(|(holder, _)| holder == id) {
                return Err(InvalidBody::Id(format!(
                    "{id} (it was somebody's before: take another, or bring a key that was theirs)"
                ))
                .into());
            }
        }
        Ok(body)
    }

    /// Whether a shared-care agreement about a case is signed by both sides and in force, and for which
    /// recipients.
    pub fn shared_care(&self, case: &Case, today: Date) -> Vec<&SharedCare> {
        use crate::act::agreement::Side;
        let live = |a: &&(Logged, SharedCare)| a.1.case == *case && a.1.until >= today;
        self.agreements
            .iter()
            .filter(live)
            .filter(|(_, a)| a.side == Side::Provider)
            .filter(|(by, a)| {
                self.agreements
                    .iter()
                    .any(|(other, b)| b.side == Side::Recipient && b.same_content(a) && other.by != by.by)
            })
            .map(|(_, a)| a)
            .collect()
    }
}
