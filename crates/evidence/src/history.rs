//! Secrets and identifiers of persons in the whole history of a repository: the collector.
//!
//! Decides what every object of the clone holds, as [`crate::secrets`] and
//! [`crate::personal_data`] decide it for a tree, with the same rules, and where in the history it
//! lies: every path, the first and the last commit, whether at HEAD, on which references. It never
//! says whether a secret still opens anything, and keeps no value: those are compared by a digest in
//! memory and forgotten.
//!
//! What every clone of the repository shares is in evidence and findings; what this clone alone has
//! (objects that no shared reference reaches, stashes) is told beside them.

pub mod cache;
pub mod ci_over_time;
mod data;
mod dump;
mod graph;
mod handover;
pub mod hygiene;
mod inert;
mod look;
mod places;
mod regions;
pub mod report;
pub mod since_public;
pub mod told;
mod trees;
pub mod worked_on;

use std::{path::Path, sync::Mutex};

pub use self::look::{Counts, Extent};
use self::{
    graph::Graph,
    look::{Kept, Look},
    places::{Place, Shapes},
    trees::{Missing, Trees},
};
use crate::{
    material::history::{CannotOpen, History, Kind, Limits},
    personal_data::{facts::Facts, search},
    secrets::{self, sweep::Sweep},
};

/// How a history is to be read.
pub struct Asked<'a> {
    /// The top folder of the repository.
    pub folder: &'a Path,
    /// Bounds.
    pub limits: Limits,
    /// How much is read.
    pub extent: Extent,
    /// Asked now and then whether to give up.
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

/// Why a history could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CannotLook {
    /// There is no repository, or none that can be opened.
    #[error(transparent)]
    Open(#[from] CannotOpen),
    /// The shipped rules are broken, which a test excludes.
    #[error("{0}")]
    Rules(String),
}

/// What was found before it is put into words.
pub struct Found {
    history: History,
    sweep: Sweep,
    graph: Graph,
    kept: Vec<Kept>,
    places: Vec<Place>,
    shapes: Shapes,
    counts: Counts,
    stopped: bool,
    damaged_trees: u64,
    missing_more: u64,
    places_cut: bool,
    has_kept_tags: bool,
    hygiene: hygiene::Hygiene,
    ci: ci_over_time::CiOverTime,
}

/// Reads the whole history.
///
/// # Errors
/// See [`CannotLook`].
pub fn look(asked: &Asked<'_>) -> Result<Found, CannotLook> {
    look_at(History::open(asked.folder)?, asked, Vec::new(), Counts::default())
}

/// Reads what was not read before, and adds what was.
fn look_at(
    history: History,
    asked: &Asked<'_>,
    mut kept: Vec<Kept>,
    mut counts: Counts,
) -> Result<Found, CannotLook> {
    let scanner = secrets::scanner().map_err(|e| CannotLook::Rules(e.to_string()))?;
    let facts = Facts::shipped().map_err(|e| CannotLook::Rules(e.to_string()))?;
    let sweep =
        Sweep::new(scanner, facts.words(search::NINO)).map_err(|e| CannotLook::Rules(e.to_string()))?;
    let kinds = [Kind::Commit, Kind::Tag, Kind::Blob];
    let (looks, walked) =
        history.walk(&kinds, asked.limits, asked.stop, || Look::new(&history, &sweep, facts, asked.extent));
    let mut rows = Vec::new();
    let mut tags = std::collections::BTreeMap::new();
    for look in looks {
        kept.extend(look.kept);
        rows.extend(look.rows);
        tags.extend(look.tags.into_iter().map(|(number, signed, time)| (number, (signed, time))));
        counts.add(look.counts);
    }
    kept.sort_by_key(|kept: &Kept| kept.number);
    kept.dedup();
    let graph = Graph::new(&history, rows, asked.limits);
    let mut interesting = vec![false; history.objects() as usize];
    kept.iter().for_each(|kept| interesting[kept.number as usize] = true);
    let missing = Mutex::new(Missing::default());
    let (seen, walked_trees) = history
        .walk(&[Kind::Tree], asked.limits, asked.stop, || Trees::new(&history, &interesting, &missing));
    let lacking = missing.lock().unwrap_or_else(std::sync::PoisonError::into_inner).known.len();
    let mut shapes = Shapes::of(&history, &seen, &interesting, lacking);
    let damaged_trees = seen.iter().map(|trees| trees.damaged).sum();
    drop(seen);
    let missing = missing.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    add_beyond(&history, &missing, &mut kept);
    let places = shapes.places(&graph, |at| graph.shared[at as usize]);
    let stopped = walked.stopped || walked_trees.stopped;
    let has_kept_tags = kept.iter().any(|kept| kept.kind == Kind::Tag);
    let places_cut = shapes.cut;
    let hygiene = hygiene::Hygiene::of(&history, &graph, &tags);
    let ci = ci_over_time::CiOverTime::of(&history, &graph, asked.limits);
    Ok(Found {
        history,
        sweep,
        graph,
        kept,
        places,
        shapes,
        counts,
        stopped,
        damaged_trees,
        missing_more: missing.more,
        places_cut,
        has_kept_tags,
        hygiene,
        ci,
    })
}

/// What trees name and the clone does not hold, as objects of which that is to be said.
fn add_beyond(history: &History, missing: &Missing, kept: &mut Vec<Kept>) {
    let unread = |number, why: &str| Kept { unread: Some(why.to_owned()), ..Kept::empty(number, Kind::Blob) };
    kept.push(unread(trees::submodule(history), "a submodule, not read"));
    let mut numbers: Vec<u32> = missing.known.values().copied().collect();
    numbers.sort_unstable();
    kept.extend(numbers.into_iter().map(|number| unread(number, "the object is missing from this clone")));
}

impl Found {
    /// What was read.
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// Everything found, one line each without any value: rule or kind, object, offset. For
    /// comparing two ways of reading.
    pub fn lines(&self) -> Vec<String> {
        let mut out = Vec::new();
        for kept in &self.kept {
            let id = crate::material::history::id::to_hex(self.history.id(kept.number));
            for mark in &kept.marks {
                let rule = &self.sweep.rules()[mark.hit.rule].id;
                out.push(format!(
                    "{rule} {id} {}-{} line {}",
                    mark.hit.value.start, mark.hit.value.end, mark.line
                ));
            }
            for (what, persons) in [("table", &kept.table), ("text", &kept.plain)] {
                for person in persons {
                    out.push(format!(
                        "{} {:?} as {what} {id} {} line {}",
                        person.seen.kind, person.seen.grade, person.seen.offset, person.line
                    ));
                }
            }
            for part in &kept.inner {
                for mark in &part.marks {
                    let rule = &self.sweep.rules()[mark.hit.rule].id;
                    out.push(format!("{rule} {id}!{} {}", part.name, mark.hit.offset()));
                }
                for person in part.table.iter().chain(&part.plain) {
                    out.push(format!("{} {id}!{} {}", person.seen.kind, part.name, person.seen.offset));
                }
            }
            out.extend(kept.closed.iter().map(|(name, why)| format!("unread {id}!{name} {why}")));
            out.extend(kept.unread.iter().map(|why| format!("unread {id} {why}")));
            out.extend(kept.head.iter().map(|_| format!("container {id}")));
        }
        out.sort();
        out
    }

    /// How many commits, places and references there are.
    pub fn sizes(&self) -> (usize, usize, usize) {
        (self.graph.rows.len(), self.places.len(), self.history.refs.all.len())
    }

    /// Whether it was stopped before the end.
    pub const fn stopped(&self) -> bool {
        self.stopped
    }
}
