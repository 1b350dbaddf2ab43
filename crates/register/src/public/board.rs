//! Exceptions and closures: what is set aside or kept closed, by whose answer, and until when.
//!
//! Decides which of them stand (a later one about the same replaces an earlier one), and what of them
//! is public: control, owner, dates, reason; of a scope only how much it is.

use std::collections::BTreeMap;

use domain::{Date, EntryState};
use serde::Serialize;

use super::{View, question};
use crate::words::Words;

/// An exception or a closure.
#[derive(Clone, Debug, Serialize)]
pub struct Ending {
    /// `exception`, `closure` or `emergency closure`.
    pub kind: &'static str,
    /// The subject.
    pub subject: String,
    /// The question.
    pub question: String,
    /// The control, for an exception.
    pub control: Option<String>,
    /// How much: `the whole control`, `one repository`, `2 paths`.
    pub scope: String,
    /// The role that answers.
    pub owner: String,
    /// Why, for an exception; what publication would add, for a closure.
    pub reason: String,
    /// Granted on.
    pub from: Date,
    /// The last day.
    pub until: Date,
    /// Whole days left; negative when it is past its end.
    pub days_left: i64,
    /// Whether the register lists what it is about; else it is an exception to nothing that was decided.
    pub listed: bool,
    /// Its entry in the log.
    pub entry: u64,
}

impl View<'_> {
    /// All that stand or ended without being replaced, the first to end first.
    pub(super) fn endings(&self) -> Vec<Ending> {
        let register = self.register;
        let today = self.as_of.date();
        let listed = |case| {
            let state = register.state_of(case, self.as_of);
            !matches!(state, EntryState::Unlisted | EntryState::UnderEvaluation)
        };
        // The last of those about the same thing.
        let mut last: BTreeMap<(String, String, Vec<Words>), Ending> = BTreeMap::new();
        for it in &register.exceptions {
            let ending = Ending {
                kind: "exception",
                subject: it.case.subject.as_str().to_owned(),
                question: question(&it.case),
                control: Some(it.control.clone()),
                scope: if it.scope.is_some() {
                    "one finding, component or path"
                } else {
                    "the whole control"
                }
                .to_owned(),
                owner: it.owner.clone(),
                reason: register.words(&it.reason),
                from: it.logged.at.date(),
                until: it.until,
                days_left: it.until.days_since(today),
                listed: listed(&it.case),
                entry: it.logged.index,
            };
            let key = (it.case.to_string(), it.control.clone(), it.scope.iter().cloned().collect());
            last.insert(key, ending);
        }
        for it in &register.closures {
            let whole = it.closure.is_whole();
            let scope = match it.closure.scope.len() {
                _ if whole => "one repository".to_owned(),
                1 => "one path".to_owned(),
                n => format!("{n} paths"),
            };
            let ending = Ending {
                kind: if it.emergency { "emergency closure" } else { "closure" },
                subject: match self.withheld(&it.case) {
                    true => "repository:(named after mending)".to_owned(),
                    false => it.case.subject.as_str().to_owned(),
                },
                question: question(&it.case),
                control: None,
                scope,
                owner: it.closure.owner.clone(),
                // What lies in it is told once it is mended.
                reason: if it.emergency {
                    "closed at once by one signature; what must be mended is told after mending".to_owned()
                } else {
                    register.words(&it.closure.publication_adds)
                },
                from: it.logged.at.date(),
                until: it.closure.until,
                days_left: it.closure.until.days_since(today),
                listed: listed(&it.case),
                entry: it.logged.index,
            };
            let key = (it.case.to_string(), String::new(), it.closure.scope.clone());
            last.insert(key, ending);
        }
        let mut out: Vec<Ending> = last.into_values().collect();
        out.sort_by(|a, b| a.until.cmp(&b.until).then(a.entry.cmp(&b.entry)));
        out
    }
}
