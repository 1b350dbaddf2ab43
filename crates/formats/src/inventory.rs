//! What a lockfile, manifest or SBOM says a subject is built from: the trait its readers
//! implement and the value they yield. The list of readers is in [`crate::readers`].

use std::borrow::Cow;

use domain::{Component, Place, Purl, Timestamp};

/// The largest file any inventory reader accepts, in bytes. The largest real lockfile seen is
/// 11 MB; an SBOM of a distribution image reaches 256 MB (peers' reports) and is refused by name.
pub const LARGEST: usize = 128 << 20;

/// How many of a file's first bytes [`Reader::recognises`] is given.
pub const HEAD: usize = 4096;

/// What part a file plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Exact versions, written by a package manager.
    Lockfile,
    /// What people ask for: names and requirements. Needs a lockfile or SBOM behind it.
    Manifest,
    /// A bill of materials.
    Sbom,
    /// Images, actions, language versions: named by hand, no lockfile exists for them.
    Pins,
}

/// A file could not be read as what its name or content claims.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("{path}{}: {why}", line.map(|l| format!(":{l}")).unwrap_or_default())]
pub struct Unreadable {
    /// The file.
    pub path: String,
    /// The line, where known, counted from 1.
    pub line: Option<u32>,
    /// What is wrong, in plain English, without quoting more than a few words of the content.
    pub why: String,
}

/// Something a reader saw in a file that it otherwise could read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// `range`, `unresolved`, `git-dependency`, `path-dependency`, `archive-dependency`,
    /// `include-missing`, `include-outside`, `duplicate-key`, `bad-purl`, `truncated` …
    pub id: &'static str,
    /// Which component, where it is about one.
    pub component: Option<Purl>,
    /// Where.
    pub place: Place,
    /// One line of plain English.
    pub why: String,
}

/// What one file says.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// The components, each with its line. The subject itself and workspace members are not
    /// components; they may be `Origin::Own` where an edge must pass through them.
    pub components: Vec<Component>,
    /// Which component asks for which: indices into `components`, from asker to asked.
    pub edges: Vec<(u32, u32)>,
    /// Manifests (paths relative to the subject's root) that this file stands behind.
    pub covers: Vec<String>,
    /// What was seen beside the components.
    pub faults: Vec<Fault>,
    /// When the file says it was made (SBOMs).
    pub made: Option<Timestamp>,
    /// What the file says it describes (SBOMs).
    pub describes: Option<Purl>,
}

/// The other files of the subject, for formats that spread over several: parents of a pom,
/// `-r` includes, `Directory.Packages.props`, the manifest beside a lockfile.
///
/// Paths are relative to the subject's root, `/` between parts, no `..`; nothing outside the tree
/// can be asked for.
pub trait Files {
    /// The content, if the file is in the tree and readable.
    fn read(&self, path: &str) -> Option<Cow<'_, [u8]>>;
    /// All paths in the tree, sorted.
    fn paths(&self) -> &[String];
}

/// A reader of one format.
pub trait Reader: Sync {
    /// The format's name as users know it, e.g. `package-lock.json`.
    fn name(&self) -> &'static str;
    /// Whether a file is of this format, by its path relative to the subject's root (and, for
    /// SBOMs, whose names are free, by its first bytes), and which part it plays.
    fn recognises(&self, path: &str, head: &[u8]) -> Option<Role>;
    /// Reads it.
    ///
    /// # Errors
    /// When the bytes are not what the path claims.
    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable>;
}
