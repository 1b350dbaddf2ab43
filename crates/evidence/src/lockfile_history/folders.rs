//! One pass over all commits and trees: who changed what when, and which lockfiles lie in which tree.
//!
//! Kept of a tree are its folders and the files that are looked at; a tree's files are worked out on
//! demand, each tree once, and trees without any share one empty list.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use super::{
    files::{self, Family, Part},
    line::Row,
};
use crate::material::history::{
    History, Kind,
    commit::Commit,
    tree::{self, ItemKind},
    walk::{Base, Object, Unreadable, Visit},
};

/// More files than this in one tree are not looked at.
const MOST_FILES: usize = 5_000;

/// Folders in folders deeper than this are not looked into.
const DEEPEST: usize = 64;

/// No object: the clone lacks it.
pub(super) const NONE: u32 = u32::MAX;

/// A file that is looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) family: Family,
    pub(super) part: Part,
    /// Its content, or [`NONE`].
    pub(super) blob: u32,
}

/// The files of a tree, sorted by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Files {
    pub(super) all: Vec<File>,
    /// A folder could not be read, or there are more files than are looked at.
    pub(super) part_unread: bool,
}

/// What a tree holds of interest.
#[derive(Debug)]
pub(super) struct Entry {
    name: Box<str>,
    object: u32,
    /// None: a folder.
    what: Option<(Family, Part)>,
}

/// A tree's entries.
type Listed = (u32, Box<[Entry]>);

/// One thread's pass.
pub(super) struct Look<'a> {
    history: &'a History,
    pub(super) commits: Vec<Row>,
    pub(super) trees: Vec<Listed>,
}

impl<'a> Look<'a> {
    pub(super) const fn new(history: &'a History) -> Self {
        Self { history, commits: Vec::new(), trees: Vec::new() }
    }

    fn tree(&mut self, object: Object<'_>) {
        let mut entries = Vec::new();
        let whole = tree::items(object.data, self.history.width, |item| {
            let what = match item.kind {
                ItemKind::Commit => return,
                ItemKind::Tree if files::is_skipped(item.name) => return,
                ItemKind::Tree => None,
                ItemKind::Blob => match files::by_name(item.name) {
                    Some(what) => Some(what),
                    None => return,
                },
            };
            // A name that is no UTF-8 is shown with its odd bytes replaced, and stays distinct by its place.
            let name = String::from_utf8_lossy(item.name).into_owned().into_boxed_str();
            let object = self.history.find(item.id).unwrap_or(NONE);
            entries.push(Entry { name, object, what });
        });
        if !whole {
            entries.push(Entry { name: Box::default(), object: NONE, what: None });
        }
        if !entries.is_empty() {
            self.trees.push((object.number, entries.into_boxed_slice()));
        }
    }
}

impl Visit for Look<'_> {
    type Memory = ();

    fn visit(&mut self, object: Object<'_>, _base: Option<Base<'_, ()>>) {
        match object.kind {
            Kind::Commit => {
                let row = Commit::read(object.data).map(|c| Row::of(self.history, object.number, &c));
                self.commits.extend(row);
            }
            Kind::Tree => self.tree(object),
            Kind::Blob | Kind::Tag => {}
        }
    }

    fn unreadable(&mut self, number: u32, kind: Option<Kind>, _why: Unreadable) {
        // A tree that cannot be had is like one with a folder that the clone lacks.
        if kind != Some(Kind::Commit) {
            let gap = Entry { name: Box::default(), object: NONE, what: None };
            self.trees.push((number, Box::new([gap])));
        }
    }
}

/// All trees.
#[derive(Default)]
pub(super) struct Folders {
    trees: HashMap<u32, Rc<[Entry]>>,
    /// By tree, and whether its own name makes lists of requirements of its texts.
    known: HashMap<(u32, bool), Rc<Files>>,
    open: HashSet<u32>,
    empty: Rc<Files>,
}

impl Folders {
    pub(super) fn take(&mut self, trees: Vec<Listed>) {
        self.trees.extend(trees.into_iter().map(|(number, entries)| (number, Rc::from(entries))));
    }

    /// The files of a tree that is the top of a commit.
    pub(super) fn files(&mut self, tree: u32) -> Rc<Files> {
        self.below(tree, false, 0)
    }

    fn below(&mut self, tree: u32, requirements: bool, depth: usize) -> Rc<Files> {
        if let Some(known) = self.known.get(&(tree, requirements)) {
            return Rc::clone(known);
        }
        // Deeper than any honest tree, or a circle, which only a made-up pack has.
        if tree == NONE || depth > DEEPEST || !self.open.insert(tree) {
            return Rc::new(Files { all: Vec::new(), part_unread: true });
        }
        let entries = self.trees.get(&tree).map_or_else(|| Rc::from([]), Rc::clone);
        let mut out = Files::default();
        for entry in entries.iter() {
            match entry.what {
                Some(_) if !requirements && files::is_any_text(&entry.name) => {}
                Some((family, part)) => {
                    let path = entry.name.to_string();
                    out.all.push(File { path, family, part, blob: entry.object });
                }
                None => {
                    let inner = self.below(entry.object, files::holds_requirements(&entry.name), depth + 1);
                    out.part_unread |= inner.part_unread;
                    out.all.extend(
                        inner.all.iter().map(|file| File {
                            path: format!("{}/{}", entry.name, file.path),
                            ..file.clone()
                        }),
                    );
                }
            }
            if out.all.len() > MOST_FILES {
                out.all.truncate(MOST_FILES);
                out.part_unread = true;
            }
        }
        out.all.sort();
        self.open.remove(&tree);
        let out = if out == *self.empty { Rc::clone(&self.empty) } else { Rc::new(out) };
        self.known.insert((tree, requirements), Rc::clone(&out));
        out
    }
}
