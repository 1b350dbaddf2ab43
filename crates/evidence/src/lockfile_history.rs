//! Which exact component versions stood in the lockfiles of a repository, from when until when, and
//! who took them out: the collector behind the measure of how fast flaws are mended.
//!
//! Read along the first parents of the commit checked out, which is how a default branch moved: a
//! merge counts on the day it landed. Every tree of the clone is read once, each distinct lockfile is
//! read once. It knows no advisory and judges nothing.
//!
//! What it refuses to take for an answer: a lockfile that cannot be read, or that was deleted while
//! the manifest it locks stayed, does not mean that its components left. They are carried on until
//! the lockfile can be read again; where it never can, what became of them is [`Until::Lost`].
//! It is about the repository: what is deployed, and when, stands in no clone.

mod contents;
mod files;
mod folders;
mod line;
mod stays;

use std::path::Path;

use domain::{Coverage, Place, Purl, Timestamp};
use serde::{Deserialize, Serialize};

use crate::material::history::{CannotOpen, History, Limits};

/// The collector's name, and the kind of its coverage.
pub const NAME: &str = "lockfile-history";

/// The form of [`LockfileHistory`] and of what is read into it: another one is to be read again.
pub const FORM: u32 = 2;

/// How a history is to be read.
pub struct Asked<'a> {
    /// The top folder of the repository.
    pub folder: &'a Path,
    /// Bounds.
    pub limits: Limits,
    /// Asked now and then whether to give up.
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

/// What the lockfiles held over time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockfileHistory {
    /// The commit that the line ends at, in hexadecimal.
    pub head: String,
    /// Commits on the line.
    pub commits: u64,
    /// When the first of them was committed, and the last.
    pub span: Option<(Timestamp, Timestamp)>,
    /// The line begins in the middle: the clone is shallow, or lacks what came before.
    pub begins_inside: bool,
    /// The lockfiles there ever were, by path.
    pub lockfiles: Vec<Lockfile>,
    /// The component versions, by purl.
    pub stays: Vec<Stay>,
    /// What could not be read: where, and why.
    pub unread: Vec<(String, String)>,
    /// It was stopped before the end: nothing of it may be relied on.
    pub stopped: bool,
}

/// A lockfile, as long as it had this path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lockfile {
    /// Its path.
    pub path: String,
    /// How many different contents of it were read.
    pub contents: u64,
    /// How many could not be.
    pub unreadable: u64,
    /// Whether it is there at the end.
    pub here: bool,
}

/// A component version, and when it was there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stay {
    /// What it is, with its version.
    pub purl: Purl,
    /// Every lockfile that held it said that only development needs it.
    pub development: bool,
    /// From when until when, in order; two never meet.
    pub spells: Vec<Spell>,
}

/// One unbroken time in which at least one lockfile held a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spell {
    /// When it arrived on the line; where the line begins inside and it was there, when that begins.
    pub from: Timestamp,
    /// It was there when the line begins inside: it arrived then or earlier.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub earlier: bool,
    /// How it ended.
    pub until: Until,
}

/// How a spell ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Until {
    /// It has not: the version is there at the end of the line.
    Here,
    /// No lockfile held it any more from a commit on.
    Gone {
        /// When that commit landed.
        at: Timestamp,
        /// Who made the change: of a merge, whoever made the last commit that it brought.
        by: By,
        /// The commit, in hexadecimal.
        commit: String,
    },
    /// The lockfile could not be read any more from a commit on, or nothing stands in its place.
    Lost {
        /// When that commit landed.
        at: Timestamp,
    },
}

/// What sort of author made a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// A person.
    Person,
    /// A program that proposes updates.
    Bot,
    /// A program that writes code, as author or named in a trailer.
    Program,
}

/// Reads the history of the lockfiles of a repository.
///
/// # Errors
/// When there is no repository, or none that can be opened. What in it cannot be read is listed.
pub fn read(asked: &Asked<'_>) -> Result<LockfileHistory, CannotOpen> {
    let history = History::open(asked.folder)?;
    let (mut seen, walked) = history.walk(
        &[crate::material::history::Kind::Commit, crate::material::history::Kind::Tree],
        asked.limits,
        asked.stop,
        || folders::Look::new(&history),
    );
    let mut out = LockfileHistory::default();
    let mut commits = Vec::new();
    seen.iter_mut().for_each(|look| commits.append(&mut look.commits));
    let mut folders = folders::Folders::of(&history, seen);
    if let Some(line) = line::Line::of(&history, commits) {
        stays::follow(&history, asked, &line, &mut folders, &mut out);
    }
    out.stopped |= walked.stopped;
    Ok(out)
}

impl LockfileHistory {
    /// What was read and what was not.
    pub fn coverage(&self) -> Coverage {
        let mut out = Coverage::new(NAME);
        out.read = self.lockfiles.iter().map(|file| file.contents).sum();
        for (path, why) in &self.unread {
            out.cannot_read(Place::file(path), why.clone());
        }
        out
    }
}
