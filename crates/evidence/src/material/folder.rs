//! A folder on disk as Material: the working tree, nothing of its history.
//!
//! Decides which files belong to a subject: those below the root that no `.gitignore` or `.ignore`
//! inside the tree excludes, hidden ones included, `.git` left out. Files that git tracks belong
//! to it even where an ignore file names them. Global and per-clone ignore files are not asked,
//! so that two people see the same tree. No link is followed: one that stays inside the tree
//! points at a file that is seen anyway; one that leads out is listed as not read.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fs::File,
    io::Read as _,
    path::{Component as PathPart, Path, PathBuf},
};

use domain::{Place, Unread};

use super::{CannotRead, Entry, Material, ReadSeek};

/// The largest file handed out whole, in bytes; larger ones are read by [`Material::open`].
pub const LARGEST_WHOLE: u64 = 256 << 20;

/// More files than this are not walked: the walk stops and says so.
pub const MOST_FILES: usize = 2_000_000;

/// The working tree below a folder.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    entries: Vec<Entry>,
    unread: Vec<Unread>,
}

/// The folder could not be opened at all.
#[derive(Debug, thiserror::Error)]
pub enum CannotOpen {
    /// There is nothing at this path, or it may not be read.
    #[error("cannot read the folder {path}: {source}")]
    Io {
        /// The path as given.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is not a folder.
    #[error("{0} is not a folder")]
    NotFolder(String),
}

impl Folder {
    /// Walks the tree below `root`. `tracked` are paths that belong to it whatever ignore files say.
    ///
    /// # Errors
    /// When the root cannot be read.
    pub fn open(root: &Path, tracked: &[String]) -> Result<Self, CannotOpen> {
        let shown = root.display().to_string();
        let meta =
            std::fs::metadata(root).map_err(|source| CannotOpen::Io { path: shown.clone(), source })?;
        if !meta.is_dir() {
            return Err(CannotOpen::NotFolder(shown));
        }
        let root = root.canonicalize().map_err(|source| CannotOpen::Io { path: shown.clone(), source })?;
        std::fs::read_dir(&root).map_err(|source| CannotOpen::Io { path: shown, source })?;
        let mut found = BTreeMap::new();
        let mut unread = Vec::new();
        walk(&root, &mut found, &mut unread);
        for path in tracked {
            if !found.contains_key(path) {
                add_tracked(&root, path, &mut found, &mut unread);
            }
        }
        unread.sort();
        unread.dedup();
        Ok(Self { root, entries: found.into_values().collect(), unread })
    }

    /// The root, without links in it.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn locate(&self, path: &str) -> Result<PathBuf, CannotRead> {
        if !is_plain(path) || self.entries.binary_search_by(|e| e.path.as_str().cmp(path)).is_err() {
            return Err(CannotRead("not a file of this tree".to_owned()));
        }
        Ok(self.root.join(path))
    }

    fn open_file(&self, path: &str) -> Result<File, CannotRead> {
        let full = self.locate(path)?;
        // A link that took the file's place since the walk must not be followed.
        match std::fs::symlink_metadata(&full) {
            Ok(meta) if meta.is_file() => File::open(&full).map_err(|e| CannotRead(plain(&e))),
            Ok(_) => Err(CannotRead("no longer a plain file".to_owned())),
            Err(e) => Err(CannotRead(plain(&e))),
        }
    }
}

fn walk(root: &Path, found: &mut BTreeMap<String, Entry>, unread: &mut Vec<Unread>) {
    let walker = ignore::WalkBuilder::new(root)
        .hidden(false)
        .parents(false)
        .git_global(false)
        .git_exclude(false)
        .require_git(false)
        .follow_links(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    for item in walker {
        let item = match item {
            Ok(item) => item,
            Err(error) => {
                unread.push(Unread { place: Place::file(place_of(root, &error)), why: why(&error) });
                continue;
            }
        };
        let Some(kind) = item.file_type() else { continue };
        if kind.is_dir() {
            continue;
        }
        let Ok(relative) = item.path().strip_prefix(root) else { continue };
        let Some(path) = relative.to_str().map(|p| p.replace(std::path::MAIN_SEPARATOR, "/")) else {
            let place = Place::file(relative.to_string_lossy());
            unread.push(Unread { place, why: "the file name is not UTF-8".to_owned() });
            continue;
        };
        if found.len() >= MOST_FILES {
            let why = format!("more than {MOST_FILES} files: the walk stopped here");
            unread.push(Unread { place: Place::file(path), why });
            return;
        }
        if kind.is_symlink() {
            note_link(root, &path, unread);
        } else if kind.is_file() {
            match item.metadata() {
                Ok(meta) => {
                    found.insert(path.clone(), entry(path, &meta));
                }
                Err(error) => unread.push(Unread { place: Place::file(path), why: why(&error) }),
            }
        } else {
            let place = Place::file(path);
            unread.push(Unread { place, why: "not a plain file (device, pipe or socket)".to_owned() });
        }
    }
}

fn add_tracked(root: &Path, path: &str, found: &mut BTreeMap<String, Entry>, unread: &mut Vec<Unread>) {
    if !is_plain(path) {
        return;
    }
    match std::fs::symlink_metadata(root.join(path)) {
        Ok(meta) if meta.is_file() => {
            found.insert(path.to_owned(), entry(path.to_owned(), &meta));
        }
        Ok(meta) if meta.is_symlink() => note_link(root, path, unread),
        // Deleted in the working tree, or a submodule's folder: not material of this tree.
        Ok(_) | Err(_) => {}
    }
}

/// Lists a link that leads out of the tree (or nowhere) as not read.
fn note_link(root: &Path, path: &str, unread: &mut Vec<Unread>) {
    let inside = root.join(path).canonicalize().is_ok_and(|target| target.starts_with(root));
    if !inside {
        let place = Place::file(path);
        unread.push(Unread { place, why: "a link that leads out of the tree, not followed".to_owned() });
    }
}

/// Whether the path is relative and made of plain names only.
fn is_plain(path: &str) -> bool {
    !path.is_empty() && Path::new(path).components().all(|part| matches!(part, PathPart::Normal(_)))
}

fn entry(path: String, meta: &std::fs::Metadata) -> Entry {
    #[cfg(unix)]
    let executable = std::os::unix::fs::PermissionsExt::mode(&meta.permissions()) & 0o111 != 0;
    #[cfg(not(unix))]
    let executable = false;
    Entry { path, size: meta.len(), executable }
}

fn place_of(root: &Path, error: &ignore::Error) -> String {
    match error {
        ignore::Error::WithPath { path, .. } => {
            path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
        }
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            place_of(root, err)
        }
        _ => ".".to_owned(),
    }
}

fn why(error: &ignore::Error) -> String {
    match error.io_error() {
        Some(io) => plain(io),
        None => "the walk could not enter it".to_owned(),
    }
}

/// What the system said, without paths in it.
fn plain(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::NotFound => "it disappeared while it was read".to_owned(),
        kind => kind.to_string(),
    }
}

impl Material for Folder {
    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn read(&self, path: &str) -> Result<Cow<'_, [u8]>, CannotRead> {
        let mut bytes = Vec::new();
        let file = self.open_file(path)?;
        file.take(LARGEST_WHOLE + 1).read_to_end(&mut bytes).map_err(|e| CannotRead(plain(&e)))?;
        if bytes.len() as u64 > LARGEST_WHOLE {
            return Err(CannotRead(format!("larger than {} MiB", LARGEST_WHOLE >> 20)));
        }
        Ok(Cow::Owned(bytes))
    }

    fn head(&self, path: &str, n: usize) -> Result<Vec<u8>, CannotRead> {
        let mut bytes = Vec::with_capacity(n.min(1 << 16));
        let file = self.open_file(path)?;
        file.take(n as u64).read_to_end(&mut bytes).map_err(|e| CannotRead(plain(&e)))?;
        Ok(bytes)
    }

    fn open(&self, path: &str) -> Result<Box<dyn ReadSeek + '_>, CannotRead> {
        Ok(Box::new(self.open_file(path)?))
    }

    fn unread(&self) -> &[Unread] {
        &self.unread
    }
}
