//! One pass over all trees: which folder holds which folder, and where the objects of interest lie.
//!
//! Kept is only what leads somewhere: folders in folders, and entries of interest. Objects that a
//! tree names and the clone lacks, and submodules, are entries of interest themselves.

use std::{collections::HashMap, sync::Mutex};

use crate::material::history::{
    History, Kind,
    tree::{self, ItemKind},
    walk::{Base, Object, Unreadable, Visit},
};

/// More missing objects than this are counted, not placed.
const MOST_MISSING: usize = 2_000;

/// Objects that trees name and the clone does not hold, by number beyond those of the clone.
#[derive(Debug, Default)]
pub(super) struct Missing {
    pub(super) known: HashMap<Vec<u8>, u32>,
    /// Seen beyond the limit: an upper bound, as some may be the same.
    pub(super) more: u64,
}

/// The number under which all submodules go.
pub(super) const fn submodule(history: &History) -> u32 {
    history.objects()
}

/// Entries of the trees that one thread saw.
pub(super) struct Trees<'a> {
    history: &'a History,
    interesting: &'a [bool],
    missing: &'a Mutex<Missing>,
    names: HashMap<Vec<u8>, u32>,
    /// What is entered, under which name.
    pub(super) entries: Vec<(u32, u32)>,
    /// A tree, and where its entries start and end.
    pub(super) trees: Vec<(u32, u32, u32)>,
    pub(super) damaged: u64,
}

impl<'a> Trees<'a> {
    pub(super) fn new(history: &'a History, interesting: &'a [bool], missing: &'a Mutex<Missing>) -> Self {
        Self {
            history,
            interesting,
            missing,
            names: HashMap::new(),
            entries: Vec::new(),
            trees: Vec::new(),
            damaged: 0,
        }
    }

    /// The names, by the number they go under.
    pub(super) fn names(&self) -> Vec<&[u8]> {
        let mut out = vec![&[][..]; self.names.len()];
        for (name, at) in &self.names {
            out[*at as usize] = name;
        }
        out
    }

    fn lacks(&self, id: &[u8]) -> Option<u32> {
        let mut missing = self.missing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(number) = missing.known.get(id) {
            return Some(*number);
        }
        if missing.known.len() >= MOST_MISSING {
            missing.more += 1;
            return None;
        }
        let number = submodule(self.history).checked_add(1 + u32::try_from(missing.known.len()).ok()?)?;
        missing.known.insert(id.to_vec(), number);
        Some(number)
    }
}

impl Visit for Trees<'_> {
    type Memory = ();

    fn visit(&mut self, object: Object<'_>, _base: Option<Base<'_, ()>>) {
        if object.kind != Kind::Tree {
            return;
        }
        let start = self.entries.len();
        let history = self.history;
        let mut found = Vec::new();
        let whole = tree::items(object.data, history.width, |item| {
            let child = match item.kind {
                ItemKind::Commit => Some(submodule(history)),
                ItemKind::Tree => match history.find(item.id) {
                    Some(number) => Some(number),
                    None => self.lacks(item.id),
                },
                ItemKind::Blob => match history.find(item.id) {
                    Some(number) => self.interesting[number as usize].then_some(number),
                    None => self.lacks(item.id),
                },
            };
            if let Some(child) = child {
                found.push((child, item.name));
            }
        });
        for (child, name) in found {
            let name = match self.names.get(name) {
                Some(at) => *at,
                None => {
                    let at = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
                    self.names.insert(name.to_vec(), at);
                    at
                }
            };
            self.entries.push((child, name));
        }
        self.damaged += u64::from(!whole);
        if self.entries.len() > start {
            let range = (u32::try_from(start), u32::try_from(self.entries.len()));
            if let (Ok(start), Ok(end)) = range {
                self.trees.push((object.number, start, end));
            }
        }
    }

    fn unreadable(&mut self, _number: u32, _kind: Option<Kind>, _why: Unreadable) {
        self.damaged += 1;
    }
}
