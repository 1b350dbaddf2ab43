//! Whether a history looks like one that was published in lumps, while the work was done elsewhere: signs,
//! never a judgement. What lies in such a history says little of how the code came about or is kept up.
//!
//! - `few-commits`: one to three commits in all.
//! - `first-commit-holds-it`: the first commit brought at least four of five of today's files as they still
//!   are, though other commits followed.
//! - `a-commit-a-release`: four or more commits, and all but two of them are releases.
//! - `one-robot`: four or more commits, all by one author that is a bot.
//!
//! A history whose first commit the clone lacks has no first commit to look at. A project that began from a
//! template is none: its files were changed since.

use std::collections::HashSet;

use super::{
    graph::{Graph, NONE},
    hygiene::By,
};
use crate::material::history::{
    History, Kind, Limits,
    tree::{self, ItemKind},
};

/// In a history of more commits than this the first is not compared with the last.
const MOST_COMMITS: usize = 300;

/// More folders than this are not read: then nothing is said.
const MOST_FOLDERS: usize = 3_000;

/// Fewer files than this say nothing.
const FEWEST_FILES: usize = 10;

/// Commits up to which there are few.
const FEW: usize = 3;

/// The signs. `all` is the ancestry of the commit checked out, by place; `releases` the commits of it that
/// tags name.
pub(super) fn signs(history: &History, graph: &Graph, all: &[u32], releases: usize) -> Vec<&'static str> {
    let mut out = Vec::new();
    if all.is_empty() {
        return out;
    }
    if all.len() <= FEW {
        out.push("few-commits");
        return out;
    }
    if first_holds(history, graph, all) == Some(true) {
        out.push("first-commit-holds-it");
    }
    if releases >= 4 && all.len() <= releases + 2 {
        out.push("a-commit-a-release");
    }
    let row = |at: &u32| &graph.rows[*at as usize];
    let first = row(&all[0]).made.author;
    if all.iter().all(|at| row(at).made.by == By::Bot && row(at).made.author == first) {
        out.push("one-robot");
    }
    out
}

/// Whether the first commit of the line brought most of today's files as they are; none where it cannot be told.
fn first_holds(history: &History, graph: &Graph, all: &[u32]) -> Option<bool> {
    if all.len() > MOST_COMMITS || !history.shallow.is_empty() {
        return None;
    }
    let head = graph.head?;
    let mut first = head;
    for _ in 0..all.len() {
        match graph.rows[first as usize].parents.first().and_then(|number| graph.place(*number)) {
            Some(parent) => first = parent,
            None => break,
        }
    }
    let whole = |at: u32| graph.rows[at as usize].lacks == 0;
    if first == head || !whole(first) {
        return None;
    }
    let now = files(history, graph.rows[head as usize].tree)?;
    if now.len() < FEWEST_FILES {
        return None;
    }
    let then: HashSet<(Vec<u8>, Vec<u8>)> =
        files(history, graph.rows[first as usize].tree)?.into_iter().collect();
    let same = now.iter().filter(|file| then.contains(file)).count();
    Some(same * 5 >= now.len() * 4)
}

/// The files of a tree, path and id.
fn files(history: &History, root: u32) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    let limits = Limits::usual(1);
    let mut out = Vec::new();
    let mut waiting = vec![(root, Vec::new())];
    let mut read = 0;
    while let Some((number, path)) = waiting.pop() {
        read += 1;
        if number == NONE || read > MOST_FOLDERS {
            return None;
        }
        let Ok((Kind::Tree, data)) = history.read(number, limits) else { return None };
        let whole = tree::items(&data, history.width, |item| {
            let inside = [&path[..], b"/", item.name].concat();
            match item.kind {
                ItemKind::Tree => waiting.push((history.find(item.id).unwrap_or(NONE), inside)),
                ItemKind::Blob => out.push((inside, item.id.to_vec())),
                ItemKind::Commit => {}
            }
        });
        if !whole {
            return None;
        }
    }
    Some(out)
}
