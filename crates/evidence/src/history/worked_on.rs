//! How a repository is worked on, from its commits and tags alone: no file's content is read, so that a
//! dependency's clone answers in a moment.

use std::{collections::BTreeMap, path::Path};

use super::{
    graph::{Graph, Row},
    hygiene::Hygiene,
};
use crate::material::history::{
    CannotOpen, History, Kind, Limits,
    commit::{self, Commit, Tag},
    walk::{Base, Object, Unreadable, Visit},
};

struct Look<'a> {
    history: &'a History,
    rows: Vec<Row>,
    tags: Vec<(u32, (bool, i64))>,
}

impl Visit for Look<'_> {
    type Memory = ();

    fn visit(&mut self, object: Object<'_>, _base: Option<Base<'_, ()>>) {
        match object.kind {
            Kind::Commit => {
                self.rows.extend(Commit::read(object.data).map(|c| Row::of(self.history, object.number, &c)));
            }
            Kind::Tag => {
                let tag = Tag::read(object.data);
                self.tags.extend(tag.map(|t| (object.number, (t.signed(), commit::time(t.tagger)))));
            }
            Kind::Blob | Kind::Tree => {}
        }
    }

    fn unreadable(&mut self, _number: u32, _kind: Option<Kind>, _why: Unreadable) {}
}

/// How the repository whose top folder this is is worked on.
///
/// # Errors
/// When there is no repository, or none that can be opened.
pub fn worked_on(folder: &Path, limits: Limits) -> Result<Hygiene, CannotOpen> {
    let history = History::open(folder)?;
    let (graph, tags) = graph(&history, limits);
    Ok(Hygiene::of(&history, &graph, &tags))
}

/// Tag objects by number: whether signed, and when.
pub(super) type Tags = BTreeMap<u32, (bool, i64)>;

/// Commits and tags alone.
pub(super) fn graph(history: &History, limits: Limits) -> (Graph, Tags) {
    let make = || Look { history, rows: Vec::new(), tags: Vec::new() };
    let (looks, _) = history.walk(&[Kind::Commit, Kind::Tag], limits, &|| false, make);
    let (mut rows, mut tags) = (Vec::new(), Tags::new());
    for look in looks {
        rows.extend(look.rows);
        tags.extend(look.tags);
    }
    (Graph::new(history, rows, limits), tags)
}
