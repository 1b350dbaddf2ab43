//! The library: the folder where feeds live, and how one feed replaces another.
//!
//! `feeds.json` lists the current feeds; `index/<digest>` holds their immutable index files. A
//! file is written under another name, flushed to disk, renamed, and the folder flushed; the list
//! is replaced last, the same way. Whoever reads therefore sees the old feeds or the new ones,
//! whenever the power fails. One writer at a time holds `lock`; readers hold nothing.
//!
//! Decides nothing about what a feed contains.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use domain::{Digest, FeedStamp, Timestamp, canonical};
use serde::{Deserialize, Serialize};

use crate::index::Built;

const SCHEMA: &str = "formulary/feeds/v1";
/// The list of feeds is never larger.
const LARGEST_LIST: u64 = 16 << 20;
/// How many unread records the list names, for each feed; all are counted.
const UNREAD_NAMED: usize = 100;
/// What unfinished files are called until they are renamed.
const UNFINISHED: &str = ".unfinished-";

/// Why the library could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The folder cannot be written to.
    #[error("cannot write to the feed library {}: {source}. Choose a folder you may write to with --library", path.display())]
    ReadOnly {
        /// The library.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Reading or writing failed.
    #[error("the feed library {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The list of feeds is not what was written.
    #[error("{} is damaged: delete it and import the feeds again", path.display())]
    DamagedList {
        /// The list.
        path: PathBuf,
    },
    /// The list was written by a later version.
    #[error("{} was written by another version of this program ({found}): import the feeds again", path.display())]
    OtherVersion {
        /// The list.
        path: PathBuf,
        /// The form it states.
        found: String,
    },
}

/// A feed of the library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Name, date, coverage, digest, number of records.
    #[serde(flatten)]
    pub stamp: FeedStamp,
    /// When it was imported.
    pub imported: Timestamp,
    /// How many records were withdrawn by their databases.
    #[serde(default)]
    pub withdrawn: u64,
    /// How many records could not be read.
    #[serde(default)]
    pub unread: u64,
    /// The first of them, with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread_named: Vec<String>,
}

impl Held {
    /// Puts what was unread on record.
    pub(crate) fn note_unread(&mut self, unread: &formats::advisory::Unread) {
        self.unread = unread.count;
        self.unread_named =
            unread.listed.iter().take(UNREAD_NAMED).map(|u| format!("{}: {}", u.place, u.why)).collect();
    }
}

/// The list of feeds, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct List {
    schema: String,
    pub(crate) feeds: Vec<Held>,
}

impl List {
    const fn empty() -> Self {
        Self { schema: String::new(), feeds: Vec::new() }
    }

    /// Puts a feed in, in place of one of the same name.
    pub(crate) fn put(&mut self, held: Held) {
        match self.feeds.binary_search_by(|f| f.stamp.name.cmp(&held.stamp.name)) {
            Ok(at) => self.feeds[at] = held,
            Err(at) => self.feeds.insert(at, held),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Held> {
        self.feeds.iter().find(|f| f.stamp.name == name)
    }
}

/// A feed library in a folder, which need not exist yet.
#[derive(Clone, Debug)]
pub struct Library {
    root: PathBuf,
}

/// The right to change the library, until dropped.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    library: &'a Library,
    _lock: File,
}

/// What pruning removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Index files removed.
    pub removed: Vec<Digest>,
    /// Index files kept although no longer current.
    pub kept: Vec<Digest>,
}

impl Library {
    /// The library in this folder.
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn list_path(&self) -> PathBuf {
        self.root.join("feeds.json")
    }

    fn index_folder(&self) -> PathBuf {
        self.root.join("index")
    }

    /// Where an index file lies.
    pub(crate) fn index_path(&self, digest: &Digest) -> PathBuf {
        self.index_folder().join(digest.hex())
    }

    /// The list of feeds; empty when there is no library yet.
    pub(crate) fn list(&self) -> Result<List, LibraryError> {
        let path = self.list_path();
        let io = |source| LibraryError::Io { path: path.clone(), source };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(List::empty()),
            Err(e) => return Err(io(e)),
        };
        let mut bytes = Vec::new();
        file.take(LARGEST_LIST + 1).read_to_end(&mut bytes).map_err(io)?;
        let damaged = || LibraryError::DamagedList { path: path.clone() };
        let mut list: List = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
        if list.schema != SCHEMA {
            let found = list.schema.chars().take(60).collect();
            return Err(LibraryError::OtherVersion { path, found });
        }
        list.feeds.sort_by(|a, b| a.stamp.name.cmp(&b.stamp.name));
        list.feeds.dedup_by(|a, b| a.stamp.name == b.stamp.name);
        Ok(list)
    }

    /// Waits until no other process writes, then takes the right to. What a process that was
    /// killed left unfinished is removed.
    pub(crate) fn writer(&self, waiting: &mut dyn FnMut()) -> Result<Writer<'_>, LibraryError> {
        let refused = |source| LibraryError::ReadOnly { path: self.root.clone(), source };
        fs::create_dir_all(self.index_folder()).map_err(refused)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.root.join("lock"))
            .map_err(refused)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                waiting();
                lock.lock().map_err(refused)?;
            }
            Err(TryLockError::Error(e)) => return Err(refused(e)),
        }
        for folder in [self.root.clone(), self.index_folder()] {
            for entry in fs::read_dir(&folder).map_err(refused)?.flatten() {
                if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                    // Left where it is, it only takes room.
                    let _ = fs::remove_file(entry.path());
                }
            }
        }
        Ok(Writer { library: self, _lock: lock })
    }

    /// Reads every current index whole and compares it with its digest; names the feeds whose bytes
    /// are not those that were written. Lookups check what they read and need none of this.
    ///
    /// # Errors
    /// When the list of feeds cannot be read.
    pub fn verify(&self) -> Result<Vec<String>, LibraryError> {
        let differs = |held: &Held| {
            fs::read(self.index_path(&held.stamp.digest))
                .map_or(true, |b| Digest::of(&b) != held.stamp.digest)
        };
        Ok(self.list()?.feeds.iter().filter(|h| differs(h)).map(|h| h.stamp.name.clone()).collect())
    }

    /// Which index files [`Library::prune`] would remove, and which it would keep although they are
    /// no longer current; nothing is changed.
    ///
    /// # Errors
    /// When the library cannot be read.
    pub fn superseded(&self, keep: &[Digest]) -> Result<Pruned, LibraryError> {
        let list = self.list()?;
        let folder = self.index_folder();
        let io = |source| LibraryError::Io { path: folder.clone(), source };
        let mut pruned = Pruned::default();
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(pruned),
            Err(e) => return Err(io(e)),
        };
        for entry in entries {
            let entry = entry.map_err(io)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let Ok(digest) = format!("sha256:{name}").parse::<Digest>() else { continue };
            if list.feeds.iter().any(|f| f.stamp.digest == digest) {
                continue;
            }
            if keep.contains(&digest) { pruned.kept.push(digest) } else { pruned.removed.push(digest) }
        }
        pruned.removed.sort();
        pruned.kept.sort();
        Ok(pruned)
    }

    /// Removes index files that are neither current nor named in `keep` (the digests that kept
    /// assessments name).
    ///
    /// # Errors
    /// When the library cannot be read or written.
    pub fn prune(&self, keep: &[Digest]) -> Result<Pruned, LibraryError> {
        let _writer = self.writer(&mut || {})?;
        let pruned = self.superseded(keep)?;
        for digest in &pruned.removed {
            let path = self.index_path(digest);
            fs::remove_file(&path).map_err(|source| LibraryError::Io { path: path.clone(), source })?;
        }
        Ok(pruned)
    }
}

impl Writer<'_> {
    /// Writes an index file; one with the same digest is already what it should be, unless its
    /// length says it is damaged.
    pub(crate) fn put_index(&self, built: &Built) -> Result<(), LibraryError> {
        let path = self.library.index_path(&built.digest);
        let intact = |bytes: Vec<u8>| Digest::of(&bytes) == built.digest;
        if fs::read(&path).is_ok_and(intact) {
            return Ok(());
        }
        self.put(&path, &built.bytes)
    }

    /// Makes `list` the current one.
    pub(crate) fn put_list(&self, mut list: List) -> Result<(), LibraryError> {
        list.schema = SCHEMA.to_owned();
        let path = self.library.list_path();
        // Counts beyond 2^53 cannot occur: they count records in memory.
        let bytes = canonical::to_vec(&list).map_err(|_| LibraryError::DamagedList { path: path.clone() })?;
        self.put(&path, &bytes)
    }

    fn put(&self, path: &Path, bytes: &[u8]) -> Result<(), LibraryError> {
        let folder = path.parent().unwrap_or(&self.library.root);
        replace(folder, path, bytes).map_err(|source| match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                LibraryError::ReadOnly { path: self.library.root.clone(), source }
            }
            _ => LibraryError::Io { path: path.to_owned(), source },
        })
    }
}

/// Writes a file so that its name holds the old bytes or all of the new ones.
pub(crate) fn replace(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|e| e.error)?;
    sync_folder(folder)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    // Only Unix lets a folder be opened and flushed.
    Ok(())
}
