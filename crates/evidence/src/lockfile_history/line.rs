//! The line of first parents, and when each commit of it landed.
//!
//! A commit's own date is what its maker's clock said. Along the line time may not run backwards: a
//! commit counts as landed no earlier than the one before it and no later than the last.

use std::collections::HashSet;

use domain::Timestamp;

use super::{By, folders::NONE};
use crate::{
    history::hygiene,
    material::history::{History, commit::Commit, id},
};

/// A commit, as far as the line needs it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    number: u32,
    tree: u32,
    first: Option<u32>,
    second: Option<u32>,
    time: i64,
    by: By,
}

impl Row {
    pub(super) fn of(history: &History, number: u32, commit: &Commit<'_>) -> Self {
        let find = |hex: &[u8]| id::from_hex(hex).and_then(|id| history.find(&id)).unwrap_or(NONE);
        Self {
            number,
            tree: find(commit.tree),
            first: commit.parents.first().map(|hex| find(hex)),
            second: commit.parents.get(1).map(|hex| find(hex)),
            // Times before 1970 or after the year 9999 are nobody's clock.
            time: commit.time().clamp(0, 253_402_300_799),
            by: match hygiene::made_by(commit) {
                hygiene::By::Person => By::Person,
                hygiene::By::Bot => By::Bot,
                hygiene::By::Program => By::Program,
            },
        }
    }
}

/// A commit of the line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) commit: u32,
    pub(super) tree: u32,
    pub(super) at: Timestamp,
    /// Who made what it brought.
    pub(super) by: By,
}

/// The line, oldest first.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) steps: Vec<Step>,
    /// The oldest has a parent that the clone lacks.
    pub(super) begins_inside: bool,
}

impl Line {
    /// The line that ends at the commit checked out; none where there is no such commit.
    pub(super) fn of(history: &History, mut rows: Vec<Row>) -> Option<Self> {
        rows.sort_unstable_by_key(|row| row.number);
        let by_number =
            |number: u32| rows.binary_search_by_key(&number, |row| row.number).ok().map(|at| rows[at]);
        let head = history.refs.head.as_ref().and_then(|id| history.find(id))?;
        let newest = by_number(head)?.time;
        let mut steps = Vec::new();
        let mut seen = HashSet::new();
        let mut at = Some(head);
        let mut begins_inside = false;
        while let Some(number) = at {
            // A circle, which only a made-up pack has, ends the line.
            let Some(row) = by_number(number).filter(|_| seen.insert(number)) else {
                begins_inside = true;
                break;
            };
            let brought = row.second.and_then(by_number).unwrap_or(row);
            let at_most = Timestamp::from_unix(row.time.min(newest));
            steps.push(Step { commit: number, tree: row.tree, at: at_most, by: brought.by });
            begins_inside |= history.shallow.iter().any(|id| id.as_slice() == history.id(number));
            at = if begins_inside { None } else { row.first };
        }
        steps.reverse();
        let mut latest = Timestamp::from_unix(0);
        for step in &mut steps {
            latest = latest.max(step.at);
            step.at = latest;
        }
        Some(Self { steps, begins_inside })
    }
}
