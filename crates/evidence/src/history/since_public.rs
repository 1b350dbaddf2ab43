//! What was committed since a repository was last public: which commits, by how many people, from when to
//! when; and which commits were public already.
//!
//! Read from commits alone. Commits that no shared reference reaches are left out: nobody else has them.
//! Decides nothing about their content: what the whole history holds is found elsewhere, and laid against
//! [`SincePublic::was_public`].
//! Source: GDS Way, "How to handle sensitive code" (before reopening, audit the commits since it was public).

use std::{
    collections::{BTreeSet, HashSet},
    path::Path,
};

use domain::{Date, Timestamp, closure::LastPublic};

use super::{graph::Graph, hygiene::By, worked_on};
use crate::material::history::{
    CannotOpen, History, Limits,
    id::{from_hex, to_hex},
};

/// What was committed since.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SincePublic {
    /// Commits since.
    pub commits: u64,
    /// The day of the first of them.
    pub first: Option<Date>,
    /// The day of the last.
    pub last: Option<Date>,
    /// How many people wrote them: addresses that are neither a bot's nor a program's.
    pub people: u64,
    /// Commits by people.
    pub by_people: u64,
    /// Commits by bots.
    pub by_bots: u64,
    /// Commits by programs that write code, or with one.
    pub by_programs: u64,
    /// The last public commit, in hexadecimal; of a day, the last on the line of first parents.
    pub tip: Option<String>,
    /// The day of that commit.
    pub tip_day: Option<Date>,
    public: HashSet<Vec<u8>>,
}

/// Why it cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum CannotTell {
    /// There is no repository, or none that can be opened.
    #[error(transparent)]
    Open(#[from] CannotOpen),
    /// That commit is not there.
    #[error("the commit {0} is not in this clone: fetch it (`git fetch --unshallow`), or name a day")]
    NotHere(String),
}

/// Reads it.
///
/// # Errors
/// See [`CannotTell`].
pub fn read(folder: &Path, limits: Limits, last: &LastPublic) -> Result<SincePublic, CannotTell> {
    let history = History::open(folder)?;
    let (graph, _) = worked_on::graph(&history, limits);
    let public = match last {
        LastPublic::Day(day) => {
            let end = day.plus_days(1).start().unix();
            graph.rows.iter().map(|row| row.time < end).collect()
        }
        LastPublic::Commit(hex) => {
            let at = from_hex(hex.as_bytes())
                .and_then(|id| history.find(&id))
                .and_then(|number| graph.place(number))
                .ok_or_else(|| CannotTell::NotHere(hex.chars().take(12).collect()))?;
            ancestry(&graph, at)
        }
    };
    Ok(SincePublic::of(&history, &graph, &public, last))
}

/// A commit and all it stands on, by place.
fn ancestry(graph: &Graph, tip: u32) -> Vec<bool> {
    let mut seen = vec![false; graph.rows.len()];
    let mut waiting = vec![tip];
    while let Some(at) = waiting.pop() {
        if !std::mem::replace(&mut seen[at as usize], true) {
            waiting.extend(graph.rows[at as usize].parents.iter().filter_map(|n| graph.place(*n)));
        }
    }
    seen
}

impl SincePublic {
    fn of(history: &History, graph: &Graph, public: &[bool], last: &LastPublic) -> Self {
        let mut out = Self::default();
        let day = |time: i64| Timestamp::from_unix(time).date();
        let mut people = BTreeSet::new();
        for ((row, shared), public) in graph.rows.iter().zip(&graph.shared).zip(public) {
            if *public {
                out.public.insert(history.id(row.number).to_vec());
                continue;
            }
            if !shared {
                continue;
            }
            out.commits += 1;
            let on = day(row.time);
            out.first = Some(out.first.map_or(on, |first| first.min(on)));
            out.last = out.last.max(Some(on));
            match row.made.by {
                By::Person => {
                    out.by_people += 1;
                    people.insert(row.made.author);
                }
                By::Bot => out.by_bots += 1,
                By::Program => out.by_programs += 1,
            }
        }
        out.people = people.len() as u64;
        let tip = match last {
            LastPublic::Commit(hex) => {
                from_hex(hex.as_bytes()).and_then(|id| graph.place(history.find(&id)?))
            }
            LastPublic::Day(_) => line(graph).find(|at| public[*at as usize]),
        };
        if let Some(row) = tip.map(|at| &graph.rows[at as usize]) {
            out.tip = Some(to_hex(history.id(row.number)));
            out.tip_day = Some(day(row.time));
        }
        out
    }

    /// Whether a commit, named in hexadecimal, was public already.
    pub fn was_public(&self, commit: &str) -> bool {
        from_hex(commit.as_bytes()).is_some_and(|id| self.public.contains(&id))
    }
}

/// The commit checked out, and its first parents.
fn line(graph: &Graph) -> impl Iterator<Item = u32> {
    let mut at = graph.head;
    // No line is longer than there are commits, not even one made to be a circle.
    (0..graph.rows.len()).map_while(move |_| {
        let here = at?;
        at = graph.rows[here as usize].parents.first().and_then(|number| graph.place(*number));
        Some(here)
    })
}
