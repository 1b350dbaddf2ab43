//! The feeds of a library, open for reading.

use std::{collections::BTreeMap, path::Path};

use domain::{Component, FeedStamp, Purl};
use formats::advisory::CveId;

use crate::{
    index::{IndexError, names::Names, table::Table},
    library::{Held, Library, LibraryError},
    matching::{self, Matched},
    support::{self, Support},
};

/// Why the library could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The list of feeds cannot be read.
    #[error(transparent)]
    Library(#[from] LibraryError),
}

/// Every feed of a library.
///
/// Opening reads the list and one header a feed, whatever their size. A library that does not
/// exist is an empty one: everything that has a feed is then "not loaded".
#[derive(Debug)]
pub struct Feeds {
    held: Vec<Held>,
    names: BTreeMap<String, Names>,
    tables: BTreeMap<String, Table>,
    broken: BTreeMap<String, String>,
}

impl Feeds {
    /// Opens the library in this folder.
    ///
    /// A feed whose index is damaged or gone does not keep the others from opening: it is listed by
    /// [`Feeds::damaged`], and its components are [`LookedAt::Unreadable`](crate::LookedAt::Unreadable).
    ///
    /// # Errors
    /// When the list of feeds itself cannot be read.
    pub fn open(library: &Path) -> Result<Self, OpenError> {
        let library = Library::at(library);
        let first = library.list()?;
        let feeds = Self::of(&library, first.feeds.clone());
        if feeds.broken.is_empty() {
            return Ok(feeds);
        }
        // Between list and index another process may have replaced and pruned: look again.
        let second = library.list()?;
        Ok(if second == first { feeds } else { Self::of(&library, second.feeds) })
    }

    /// Opens the feeds that an assessment names, current or not, with the dates and coverage it
    /// states: what a replay needs. One that was pruned is listed by [`Feeds::damaged`].
    pub fn open_named(library: &Path, stamps: &[FeedStamp]) -> Self {
        let held = stamps.iter().map(|stamp| Held {
            stamp: stamp.clone(),
            imported: stamp.as_of,
            withdrawn: 0,
            unread: 0,
            unread_named: Vec::new(),
        });
        Self::of(&Library::at(library), held.collect())
    }

    fn of(library: &Library, held: Vec<Held>) -> Self {
        let mut feeds = Self {
            held: Vec::new(),
            names: BTreeMap::new(),
            tables: BTreeMap::new(),
            broken: BTreeMap::new(),
        };
        for one in held {
            let name = one.stamp.name.clone();
            let path = library.index_path(&one.stamp.digest);
            let opened = if matches!(name.as_str(), "kev" | "epss" | "ssvc") {
                Table::open(&path).map(|table| drop(feeds.tables.insert(name.clone(), table)))
            } else {
                Names::open(&path).map(|names| drop(feeds.names.insert(name.clone(), names)))
            };
            if let Err(e) = opened {
                feeds.broken.insert(name, e.to_string());
            }
            feeds.held.push(one);
        }
        feeds
    }

    /// What is stated about each feed, by name. Damaged ones are left out.
    pub fn stamps(&self) -> Vec<FeedStamp> {
        self.held().filter(|h| !self.broken.contains_key(&h.stamp.name)).map(|h| h.stamp.clone()).collect()
    }

    /// Each feed with the story of its import, by name; damaged ones too.
    pub fn held(&self) -> impl Iterator<Item = &Held> {
        self.held.iter()
    }

    /// Feeds whose index is damaged or gone, with the reason.
    pub fn damaged(&self) -> impl Iterator<Item = (&str, &str)> {
        self.broken.iter().map(|(name, why)| (name.as_str(), why.as_str()))
    }

    /// Whether a feed of this name (`kev`, `epss`, `ssvc`, `endoflife`, `osv/npm` …) is open.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains_key(name) || self.tables.contains_key(name)
    }

    /// Which advisory records hold for these components, and how each was looked at.
    pub fn matches(&self, components: &[Component]) -> Matched {
        matching::matches(self, components)
    }

    /// What is known about vendor support of a runtime, image, tool or framework; none when the
    /// component is no product of the end-of-life feed, or the feed is not loaded.
    ///
    /// # Errors
    /// When the index is damaged.
    pub fn support(&self, purl: &Purl) -> Result<Option<Support>, IndexError> {
        self.names.get("endoflife").map_or(Ok(None), |names| support::find(names, purl))
    }

    pub(crate) fn osv(&self, feed: &str) -> Option<(&FeedStamp, &Names)> {
        let names = self.names.get(feed)?;
        let held = self.held.iter().find(|h| h.stamp.name == feed)?;
        Some((&held.stamp, names))
    }

    pub(crate) fn broken(&self, feed: &str) -> Option<&str> {
        self.broken.get(feed).map(String::as_str)
    }

    pub(crate) fn value(&self, feed: &str, cve: CveId) -> Result<Option<u64>, IndexError> {
        self.tables.get(feed).map_or(Ok(None), |table| table.get(cve.key()))
    }
}
