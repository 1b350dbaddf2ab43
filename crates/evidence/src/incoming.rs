//! What a change would add to a git repository: the blobs of an index ([`staged`]) or of a push
//! ([`pushed`]) that are not there yet, and what of a secret or a person's identifier is in them.
//!
//! Decides which files are new against what the change starts from, and which values in them did
//! not stand there before: a value that is only moved, or kept in a file that is edited elsewhere,
//! makes nothing worse. It refuses to know whether anything may land: that is the policy's. Values
//! are compared in memory by digest and forgotten; what leaves here is rule, blob, offset and line.
//!
//! git's own objects are read directly (gix): no filter, hook or configured program is started,
//! `replace` references are not followed, and a name that is not UTF-8 is still looked at.

mod graph;
pub mod look;
pub mod objects;
pub mod pushed;
mod scan;
pub mod staged;
mod trees;

use std::path::PathBuf;

use domain::{Finding, Unread};

pub use scan::{MayDo, Work};

/// Where git says its files are: what its environment variables hold when it runs a hook.
#[derive(Clone, Debug, Default)]
pub struct GitPaths {
    /// `GIT_DIR`.
    pub git_dir: Option<PathBuf>,
    /// `GIT_INDEX_FILE`: a commit of some paths alone is prepared in an index of its own.
    pub index_file: Option<PathBuf>,
    /// `GIT_OBJECT_DIRECTORY`, `GIT_QUARANTINE_PATH` and `GIT_ALTERNATE_OBJECT_DIRECTORIES`: what is
    /// being received lies here until it is accepted.
    pub object_dirs: Vec<PathBuf>,
}

/// Why nothing could be looked at.
#[derive(Debug, thiserror::Error)]
pub enum CannotLook {
    /// There is no git repository at or above the path.
    #[error("{0} is not inside a git repository")]
    NotGit(String),
    /// Something of git's own files cannot be read.
    #[error("{what} cannot be read: {why}")]
    Damaged {
        /// Which file or object.
        what: String,
        /// What was wrong with it.
        why: String,
    },
    /// It was not done when the time or the number of objects granted was over.
    #[error("there was more to read than was granted: {0}")]
    TooMuch(String),
}

impl CannotLook {
    fn damaged(what: impl Into<String>, why: impl ToString) -> Self {
        let why: String = why.to_string().chars().take(200).collect();
        Self::Damaged { what: what.into(), why }
    }
}

/// A fault that would land.
#[derive(Clone, Debug)]
pub struct Landing {
    /// The fault. Its fingerprint is the one that the collectors give the same value in the same file.
    pub finding: Finding,
    /// What brings it.
    pub by: By,
}

/// What brings a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// The index.
    Index,
    /// A commit, by its id in hexadecimal.
    Commit(String),
    /// An annotated tag, by its id in hexadecimal: the fault is in the tag's own text.
    Tag(String),
}

/// What a change would add.
#[derive(Clone, Debug, Default)]
pub struct Incoming {
    /// Faults that would land, in the order of commits and paths.
    pub landings: Vec<Landing>,
    /// What could not be looked into, by path.
    pub unread: Vec<Unread>,
    /// How many files, messages and tags were looked at.
    pub looked: u64,
    /// Values that stood there before, and are only kept or moved.
    pub kept: u64,
    /// Why not everything was looked at, if time or objects granted ran out.
    pub cut: Option<String>,
}

/// A path of git as text, for rules and for people: bytes that are no UTF-8 are replaced.
fn text_of(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}
