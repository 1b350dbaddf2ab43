//! Commits and what they stand on, held as numbers.

use std::collections::HashMap;

use super::hygiene::Made;
use crate::material::history::{
    History, Kind, Limits,
    commit::{Commit, Tag},
    id::from_hex,
};

/// No object.
pub(super) const NONE: u32 = u32::MAX;

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) number: u32,
    pub(super) tree: u32,
    pub(super) parents: Vec<u32>,
    pub(super) time: i64,
    pub(super) made: Made,
    /// Parents that the clone does not hold.
    pub(super) lacks: u32,
}

impl Row {
    pub(super) fn of(history: &History, number: u32, commit: &Commit<'_>) -> Self {
        let find = |hex: &[u8]| from_hex(hex).and_then(|id| history.find(&id));
        let parents: Vec<u32> = commit.parents.iter().filter_map(|hex| find(hex)).collect();
        let lacks = u32::try_from(commit.parents.len() - parents.len()).unwrap_or(u32::MAX);
        Self {
            number,
            tree: find(commit.tree).unwrap_or(NONE),
            parents,
            // Times before 1970 or after the year 9999 are nobody's clock.
            time: commit.time().clamp(0, 253_402_300_799),
            made: Made::of(commit),
            lacks,
        }
    }
}

/// All commits of the clone.
#[derive(Debug)]
pub(super) struct Graph {
    /// Sorted by object number.
    pub(super) rows: Vec<Row>,
    /// Places in `rows`, parents before children; commits in a made-up circle are left out.
    pub(super) order: Vec<u32>,
    /// By place in `rows`: whether a reference that others have too reaches it.
    pub(super) shared: Vec<bool>,
    /// What references name: the reference's index and the commit's place in `rows`.
    pub(super) tips: Vec<(u32, u32)>,
    /// References that name a blob or a tree, or something this clone lacks.
    pub(super) other_tips: Vec<(u32, Tip)>,
    /// The place of the commit checked out.
    pub(super) head: Option<u32>,
    /// Tag objects that references name, with the reference's index.
    pub(super) tags: Vec<(u32, u32)>,
}

/// What a reference names beside commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tip {
    Object(u32, Kind),
    Missing,
}

impl Graph {
    pub(super) fn new(history: &History, mut rows: Vec<Row>, limits: Limits) -> Self {
        rows.sort_unstable_by_key(|row| row.number);
        rows.dedup_by_key(|row| row.number);
        let place: HashMap<u32, u32> = rows.iter().zip(0u32..).map(|(row, at)| (row.number, at)).collect();
        let order = order(&rows, &place);
        let mut tips = Vec::new();
        let mut other_tips = Vec::new();
        let mut tags = Vec::new();
        /// Where a reference leads, and the tags on the way.
        type Peeled = (Result<u32, Tip>, Vec<u32>);
        let mut peeled: HashMap<&[u8], Peeled> = HashMap::new();
        for (index, reference) in (0u32..).zip(&history.refs.all) {
            let (tip, through) = peeled.entry(&reference.id).or_insert_with(|| {
                let mut through = Vec::new();
                (peel(history, &reference.id, &place, limits, &mut through), through)
            });
            match *tip {
                Ok(at) => tips.push((index, at)),
                Err(other) => other_tips.push((index, other)),
            }
            tags.extend(through.iter().map(|tag| (*tag, index)));
        }
        let mut shared = vec![false; rows.len()];
        let mut waiting: Vec<u32> = tips
            .iter()
            .filter(|(index, _)| !history.refs.all[*index as usize].local)
            .map(|(_, at)| *at)
            .collect();
        while let Some(at) = waiting.pop() {
            if !std::mem::replace(&mut shared[at as usize], true) {
                waiting.extend(rows[at as usize].parents.iter().filter_map(|number| place.get(number)));
            }
        }
        let head = history.refs.head.as_ref().and_then(|id| place.get(&history.find(id)?).copied());
        tags.sort_unstable();
        Self { rows, order, shared, tips, other_tips, head, tags }
    }

    /// The place of a commit by its object number.
    pub(super) fn place(&self, number: u32) -> Option<u32> {
        let at = self.rows.binary_search_by_key(&number, |row| row.number).ok()?;
        u32::try_from(at).ok()
    }
}

/// Follows tags to what they name.
fn peel(
    history: &History,
    id: &[u8],
    place: &HashMap<u32, u32>,
    limits: Limits,
    through: &mut Vec<u32>,
) -> Result<u32, Tip> {
    let mut number = history.find(id).ok_or(Tip::Missing)?;
    // A tag may name a tag; one of more layers was made to be a burden.
    for _ in 0..32 {
        if let Some(at) = place.get(&number) {
            return Ok(*at);
        }
        let (kind, data) = history.read(number, limits).map_err(|_| Tip::Missing)?;
        match kind {
            Kind::Tag => {
                through.push(number);
                let target = Tag::read(&data).and_then(|tag| from_hex(tag.target));
                number = target.and_then(|id| history.find(&id)).ok_or(Tip::Missing)?;
            }
            Kind::Commit => return Err(Tip::Missing),
            Kind::Tree | Kind::Blob => return Err(Tip::Object(number, kind)),
        }
    }
    Err(Tip::Missing)
}

/// Parents before children, among equals by place: the same order for the same commits.
fn order(rows: &[Row], place: &HashMap<u32, u32>) -> Vec<u32> {
    let mut waits = vec![0u32; rows.len()];
    let mut children: Vec<Vec<u32>> = vec![Vec::new(); rows.len()];
    for (at, row) in (0u32..).zip(rows) {
        for parent in row.parents.iter().filter_map(|number| place.get(number)) {
            waits[at as usize] += 1;
            children[*parent as usize].push(at);
        }
    }
    let mut ready: Vec<u32> =
        (0u32..).zip(&waits).filter(|(_, waits)| **waits == 0).map(|(at, _)| at).collect();
    let mut out = Vec::with_capacity(rows.len());
    while let Some(at) = ready.pop() {
        out.push(at);
        for child in &children[at as usize] {
            waits[*child as usize] -= 1;
            if waits[*child as usize] == 0 {
                ready.push(*child);
            }
        }
    }
    out
}
