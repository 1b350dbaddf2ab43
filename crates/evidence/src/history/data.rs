//! Files made to hold data, anywhere in a history: what they are by nature, and where they stood.
//!
//! Decides, for every path that such an object ever had, whether its name and content make it a dump, a
//! spreadsheet, a table, a picture of a patient, a notebook with what it put out, or weights: the same
//! kinds as the tree's `data-files`. What is at HEAD is listed there; here is what was. Whether persons are
//! in them is told by the searches, and what was not looked into by coverage.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{look::Kept, places::Span};
use crate::magic;

/// More data files than this are counted, not listed.
const MOST_FILES: usize = 500;

/// Data files by path and kind.
#[derive(Debug, Default)]
pub(super) struct Files {
    of: BTreeMap<(String, &'static str), Span>,
}

impl Files {
    /// Takes note of an object at one of its paths.
    pub(super) fn add(&mut self, kept: &Kept, path: &str, span: Span) {
        let kind = match &kept.head {
            Some(head) => magic::data_file(path, head).or_else(|| magic::weights(path, head)),
            None if kept.rows => magic::rows_by_name(path),
            None => None,
        };
        let Some(kind) = kind else { return };
        self.of
            .entry((path.to_owned(), kind))
            .and_modify(|known| {
                known.first = known.first.min(span.first);
                known.last = known.last.max(span.last);
                known.head |= span.head;
            })
            .or_insert(span);
    }

    /// How many there are, and those that are in the tree no more.
    pub(super) fn value(&self, commits: impl Fn(Span) -> (domain::Commit, domain::Commit)) -> Value {
        let gone: Vec<Value> = self
            .of
            .iter()
            .filter(|(_, span)| !span.head)
            .take(MOST_FILES)
            .map(|((path, kind), span)| {
                let (first, last) = commits(*span);
                json!({"path": path, "kind": kind, "first": first, "last": last})
            })
            .collect();
        let count = self.of.values().filter(|span| !span.head).count();
        json!({"total": self.of.len(), "gone": count, "files": gone})
    }
}
