//! A revision of a git repository as Material, and what git says of the working tree.
//!
//! Decides which paths git tracks, and what the tree of a commit holds. Objects are read with
//! gix; hooks, filters and configuration that would run a program are never asked. Submodules
//! are listed as not read.

use std::{borrow::Cow, io::Cursor, path::Path};

use domain::{Date, Place, Timestamp, Unread};

use super::{CannotRead, Entry, Material, ReadSeek};

/// The largest blob handed out, in bytes.
pub const LARGEST_BLOB: u64 = 256 << 20;

/// A tree deeper or larger than this is not read further.
const MOST_ENTRIES: usize = 2_000_000;
const DEEPEST: usize = 512;

/// What the tree of one commit holds.
pub struct Revision {
    repository: gix::ThreadSafeRepository,
    entries: Vec<Entry>,
    ids: Vec<gix::ObjectId>,
    unread: Vec<Unread>,
    id: String,
}

/// Why a revision cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CannotResolve {
    /// There is no git repository at or above the path.
    #[error("{0} is not inside a git repository, so there is no revision to compare with")]
    NotGit(String),
    /// The revision does not exist, or is not a commit.
    #[error("git does not know the revision `{revision}` here: {why}")]
    Unknown {
        /// As given.
        revision: String,
        /// What the object store said.
        why: String,
    },
}

/// What git says about a working tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkout {
    /// Paths that git tracks below the folder, relative to it, sorted.
    pub tracked: Vec<String>,
    /// The commit at HEAD, in hexadecimal, if there is one.
    pub head: Option<String>,
    /// Whether the object store lacks history (shallow clone), or cannot tell.
    pub shallow: bool,
    /// The day of the commit at HEAD, as its committer's clock said (UTC), where it can be read.
    pub last_change: Option<Date>,
}

/// Asks git about the folder; `None` when it is no working tree, or git's files are unreadable.
pub fn checkout(folder: &Path) -> Option<Checkout> {
    let (repository, prefix) = discover(folder)?;
    let mut tracked = Vec::new();
    if let Ok(index) = repository.index_or_empty() {
        for entry in index.entries() {
            let Ok(path) = std::str::from_utf8(entry.path(&index)) else { continue };
            if let Some(inside) = below(path, &prefix) {
                tracked.push(inside.to_owned());
            }
        }
    }
    tracked.sort();
    tracked.dedup();
    Some(said(&repository, tracked))
}

/// What git says of a repository besides what it tracks.
fn said(repository: &gix::Repository, tracked: Vec<String>) -> Checkout {
    let head = repository.head_id().ok().map(|id| id.to_string());
    let changed = repository.head_commit().ok().and_then(|commit| commit.time().ok());
    // A clock before 1970 or after the year 9999 says nothing.
    let last_change = changed
        .filter(|time| (1..253_402_300_800).contains(&time.seconds))
        .map(|time| Timestamp::from_unix(time.seconds).date());
    Checkout { tracked, head, shallow: repository.is_shallow().unwrap_or(true), last_change }
}

/// Whether a folder is a bare repository: git's own files and no working tree.
pub fn is_bare(folder: &Path) -> bool {
    folder.join("HEAD").is_file() && folder.join("objects").is_dir() && folder.join("refs").is_dir()
}

/// A bare repository: what the commit at HEAD holds, and what git says of it.
///
/// # Errors
/// See [`CannotResolve`].
pub fn bare(folder: &Path) -> Result<(Revision, Checkout), CannotResolve> {
    let not_git = |_| CannotResolve::NotGit(folder.display().to_string());
    let repository = gix::open_opts(folder, gix::open::Options::isolated()).map_err(not_git)?;
    let checkout = said(&repository, Vec::new());
    Ok((Revision::of(&repository, "", "HEAD")?, checkout))
}

/// The repository that the folder lies in, and the folder's path inside its working tree.
fn discover(folder: &Path) -> Option<(gix::Repository, String)> {
    let folder = folder.canonicalize().ok()?;
    let (path, _trust) = gix::discover::upwards(&folder).ok()?;
    let (git_dir, work_dir) = path.into_repository_and_work_tree_directories();
    let work_dir = work_dir?.canonicalize().ok()?;
    let inside = folder.strip_prefix(&work_dir).ok()?.to_str()?.replace(std::path::MAIN_SEPARATOR, "/");
    // Isolated: neither the user's nor the system's configuration may change what is read.
    let repository = gix::open_opts(git_dir, gix::open::Options::isolated()).ok()?;
    Some((repository, inside))
}

/// More commits than this are not followed back.
const MOST_COMMITS: usize = 50_000;
/// A larger file is not read.
const LARGEST: u64 = 1 << 20;

/// What a file of the folder held before a day: its bytes in the newest commit older than that, along first
/// parents. None where there is no such commit, or no such file in it, or the history is not there so far.
pub fn before(folder: &Path, path: &str, day: Date) -> Option<Vec<u8>> {
    let (repository, prefix) = discover(folder)?;
    let until = day.start().unix();
    let mut commit = repository.head_commit().ok()?;
    for _ in 0..MOST_COMMITS {
        if commit.time().ok()?.seconds >= until {
            let parent = commit.parent_ids().next()?.detach();
            commit = repository.find_commit(parent).ok()?;
            continue;
        }
        let path = if prefix.is_empty() { path.to_owned() } else { format!("{prefix}/{path}") };
        let entry = commit.tree().ok()?.lookup_entry_by_path(path).ok()??;
        let size = repository.find_header(entry.object_id()).ok()?.size();
        if !entry.mode().is_blob() || size > LARGEST {
            return None;
        }
        return Some(entry.object().ok()?.detach().data);
    }
    None
}

fn below<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    if prefix.is_empty() { Some(path) } else { path.strip_prefix(prefix)?.strip_prefix('/') }
}

impl Revision {
    /// Reads the tree of a revision (`main`, `HEAD~2`, a commit id …), below the folder.
    ///
    /// # Errors
    /// See [`CannotResolve`].
    pub fn open(folder: &Path, revision: &str) -> Result<Self, CannotResolve> {
        let not_git = || CannotResolve::NotGit(folder.display().to_string());
        let (repository, prefix) = discover(folder).ok_or_else(not_git)?;
        Self::of(&repository, &prefix, revision)
    }

    fn of(repository: &gix::Repository, prefix: &str, revision: &str) -> Result<Self, CannotResolve> {
        let unknown = |why: String| CannotResolve::Unknown {
            revision: revision.chars().take(80).collect(),
            why: why.chars().take(200).collect(),
        };
        let commit = repository
            .rev_parse_single(revision)
            .map_err(|e| unknown(e.to_string()))?
            .object()
            .map_err(|e| unknown(e.to_string()))?
            .peel_to_commit()
            .map_err(|e| unknown(e.to_string()))?;
        let id = commit.id().to_string();
        let tree = commit.tree_id().map_err(|e| unknown(e.to_string()))?.detach();
        let mut out = Self {
            entries: Vec::new(),
            ids: Vec::new(),
            unread: Vec::new(),
            id,
            repository: repository.clone().into_sync(),
        };
        let mut found = Vec::new();
        walk(repository, tree, String::new(), prefix, 0, &mut found, &mut out.unread);
        found.sort_by(|a, b| a.0.path.cmp(&b.0.path));
        for (entry, id) in found {
            out.entries.push(entry);
            out.ids.push(id);
        }
        out.unread.sort();
        Ok(out)
    }

    /// The commit's id in hexadecimal.
    pub fn id(&self) -> &str {
        &self.id
    }

    fn blob(&self, path: &str) -> Result<Vec<u8>, CannotRead> {
        let at = self
            .entries
            .binary_search_by(|e| e.path.as_str().cmp(path))
            .map_err(|_| CannotRead("not a file of this revision".to_owned()))?;
        if self.entries[at].size > LARGEST_BLOB {
            return Err(CannotRead(format!("larger than {} MiB", LARGEST_BLOB >> 20)));
        }
        let repository = self.repository.to_thread_local();
        let object = repository
            .find_object(self.ids[at])
            .map_err(|_| CannotRead("the object is missing from this clone".to_owned()))?;
        Ok(object.detach().data)
    }
}

fn walk(
    repository: &gix::Repository,
    tree: gix::ObjectId,
    at: String,
    prefix: &str,
    depth: usize,
    found: &mut Vec<(Entry, gix::ObjectId)>,
    unread: &mut Vec<Unread>,
) {
    let mut cannot = |path: &str, why: &str| {
        unread.push(Unread { place: Place::file(path), why: why.to_owned() });
    };
    if depth > DEEPEST || found.len() > MOST_ENTRIES {
        return cannot(&at, "too deep or too many files: the walk stopped here");
    }
    let Ok(object) = repository.find_object(tree) else {
        return cannot(&at, "the object is missing from this clone");
    };
    let Ok(tree) = object.try_into_tree() else { return cannot(&at, "not a tree") };
    let mut folders = Vec::new();
    for item in tree.iter() {
        let Ok(item) = item else { return cannot(&at, "the tree object is damaged") };
        let Ok(name) = std::str::from_utf8(item.filename()) else {
            cannot(&at, "a file name in it is not UTF-8");
            continue;
        };
        let path = if at.is_empty() { name.to_owned() } else { format!("{at}/{name}") };
        let id = item.object_id();
        let mode = item.mode();
        if mode.is_tree() {
            // Only folders on the way to, or below, the asked one.
            if below(&path, prefix).is_some() || below(prefix, &path).is_some() || path == prefix {
                folders.push((id, path));
            }
        } else if let Some(inside) = below(&path, prefix) {
            if mode.is_blob() {
                let size = repository.find_header(id).map(|header| header.size());
                match size {
                    Ok(size) => {
                        let executable = mode.is_executable();
                        found.push((Entry { path: inside.to_owned(), size, executable }, id));
                    }
                    Err(_) => cannot(inside, "the object is missing from this clone"),
                }
            } else if mode.is_commit() {
                cannot(inside, "a submodule, not read");
            }
        }
    }
    for (id, path) in folders {
        walk(repository, id, path, prefix, depth + 1, found, unread);
    }
}

impl std::fmt::Debug for Revision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Revision").field("id", &self.id).field("files", &self.entries.len()).finish()
    }
}

impl Material for Revision {
    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn read(&self, path: &str) -> Result<Cow<'_, [u8]>, CannotRead> {
        self.blob(path).map(Cow::Owned)
    }

    fn head(&self, path: &str, n: usize) -> Result<Vec<u8>, CannotRead> {
        let mut bytes = self.blob(path)?;
        bytes.truncate(n);
        Ok(bytes)
    }

    fn open(&self, path: &str) -> Result<Box<dyn ReadSeek + '_>, CannotRead> {
        Ok(Box::new(Cursor::new(self.blob(path)?)))
    }

    fn unread(&self) -> &[Unread] {
        &self.unread
    }
}
