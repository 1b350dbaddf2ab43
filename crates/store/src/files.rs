//! The trait over files, and what a path may be.
//!
//! Decides which operations a store may be built from: each is one step that either happened or did
//! not, or (a write) happened up to some byte. Refuses to know what is written.
//!
//! What a store may rely on after a power cut, and what [`crate::Forgetful`] holds it to:
//! - a file's bytes are there once [`Files::sync_file`] on it returned;
//! - a name in a folder (made by [`Files::write_new`], [`Files::create_folder`], [`Files::rename`], or
//!   gone by [`Files::remove`]) is there, or gone, once [`Files::sync_folder`] on that folder returned;
//! - a rename is never seen half done.
//!
//! Nothing else: not the order of two writes, not that syncing a file keeps its name.

use std::{fmt, io};

/// Why an operation on a file failed. Paths are relative to the store's own folder.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The operating system said no.
    #[error("could not {doing} `{path}`: {source}")]
    Io {
        /// The path, relative to the store.
        path: String,
        /// What was tried: "read", "write", …
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A new file was to be made, but the name is taken.
    #[error("`{path}` is there already, and is not overwritten")]
    Exists {
        /// The path, relative to the store.
        path: String,
    },
    /// The path is not one that a store may use (see [`check_path`]).
    #[error("`{path}` is no path inside the store: use names joined by `/`, without `..`")]
    InvalidPath {
        /// The path as given, shortened.
        path: String,
    },
    /// Something on the path is a link, a device or otherwise neither file nor folder.
    #[error("`{path}` is not an ordinary file or folder; put the file itself in its place")]
    NotPlain {
        /// The path, relative to the store.
        path: String,
    },
    /// The file is longer than the reader is ready to hold.
    #[error("`{path}` is longer than {limit} bytes, the most that is read here")]
    TooLong {
        /// The path, relative to the store.
        path: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// Another program, or another handle of this one, holds the lock.
    #[error("another program is writing here (it holds `{path}`); try again when it has ended")]
    Locked {
        /// The path of the lock file, relative to the store.
        path: String,
    },
    /// Only in tests: the simulated machine stopped at this failpoint or step.
    #[error("stopped at {at}")]
    Killed {
        /// The failpoint or step.
        at: String,
    },
}

impl FilesError {
    /// Whether the disk was full.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Io { source, .. }
            if matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded))
    }
}

/// Who may read a folder that is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Whoever the system's own defaults (umask) let in.
    Anyone,
    /// The owner alone (mode 0700 where there are modes).
    Owner,
}

/// One thing to make durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ToSync<'a> {
    /// The bytes of this file.
    File(&'a str),
    /// The names in this folder.
    Folder(&'a str),
}

/// A lock, held until dropped.
pub struct Held(#[expect(dead_code, reason = "kept for what its drop does")] Box<dyn Send>);

impl Held {
    /// Wraps whatever releases the lock when it is dropped.
    pub fn new(guard: impl Send + 'static) -> Self {
        Self(Box::new(guard))
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Held")
    }
}

/// Files below one folder. A path is names joined by `/`, relative to that folder; "" is the folder.
pub trait Files: Send + Sync {
    /// The bytes of a file; `None` if there is none.
    ///
    /// # Errors
    /// [`FilesError::TooLong`] when it is longer than `limit` bytes; when it is not a plain file or
    /// cannot be read.
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, FilesError>;

    /// The names in a folder, sorted, a folder's name followed by `/`; empty if there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    fn list(&self, folder: &str) -> Result<Vec<String>, FilesError>;

    /// Makes a file with these bytes. Its folder must be there. Neither bytes nor name are durable yet.
    ///
    /// # Errors
    /// [`FilesError::Exists`] when the name is taken; when writing fails, in which case a part of the
    /// bytes may be there.
    fn write_new(&self, path: &str, bytes: &[u8]) -> Result<(), FilesError>;

    /// Writes over the start of a file that is there, in place. A cut may leave any mix of old and new.
    ///
    /// # Errors
    /// When there is no such file, or writing fails.
    fn overwrite(&self, path: &str, bytes: &[u8]) -> Result<(), FilesError>;

    /// Makes a file's bytes durable.
    ///
    /// # Errors
    /// When the system cannot promise it: then nothing is known of what is on the disk.
    fn sync_file(&self, path: &str) -> Result<(), FilesError>;

    /// Makes the names in a folder durable.
    ///
    /// # Errors
    /// As [`Files::sync_file`].
    fn sync_folder(&self, path: &str) -> Result<(), FilesError>;

    /// Makes all of these durable, in any order, perhaps at the same time; the failpoint stands after
    /// each.
    ///
    /// # Errors
    /// As [`Files::sync_file`], for the first that failed.
    fn sync_all(&self, what: &[ToSync<'_>], failpoint: &str) -> Result<(), FilesError> {
        for one in what {
            match one {
                ToSync::File(path) => self.sync_file(path)?,
                ToSync::Folder(path) => self.sync_folder(path)?,
            }
            self.failpoint(failpoint)?;
        }
        Ok(())
    }

    /// Renames a file within its folder, replacing what has the new name, in one step.
    ///
    /// # Errors
    /// When the two are not in one folder, or the system refuses.
    fn rename(&self, from: &str, to: &str) -> Result<(), FilesError>;

    /// Makes one folder, whose parent must be there. Nothing happens if it is there.
    ///
    /// # Errors
    /// When the system refuses, or a file has the name.
    fn create_folder(&self, path: &str, readers: Readers) -> Result<(), FilesError>;

    /// Removes a file, or an empty folder. Nothing happens if there is none.
    ///
    /// # Errors
    /// When the system refuses.
    fn remove(&self, path: &str) -> Result<(), FilesError>;

    /// Takes the exclusive lock of this name, making its file if need be, without waiting. It is
    /// advisory: it keeps out those who ask.
    ///
    /// # Errors
    /// [`FilesError::Locked`] when another holds it.
    fn lock(&self, path: &str) -> Result<Held, FilesError>;

    /// A place where a test may stop the machine. Does nothing on a real disk.
    ///
    /// # Errors
    /// Only in tests: [`FilesError::Killed`].
    fn failpoint(&self, name: &str) -> Result<(), FilesError> {
        let _ = name;
        Ok(())
    }
}

/// Whether this is a path inside a store: names joined by single `/`, none of them empty, `.` or `..`,
/// without backslash, colon or control characters; "" is the store's own folder.
///
/// # Errors
/// [`FilesError::InvalidPath`].
pub fn check_path(path: &str) -> Result<(), FilesError> {
    let fine = |name: &str| {
        !name.is_empty()
            && name != "."
            && name != ".."
            && !name.chars().any(|c| c == '\\' || c == ':' || c.is_control())
    };
    if path.is_empty() || (path.len() <= 4096 && path.split('/').all(fine)) {
        Ok(())
    } else {
        Err(FilesError::InvalidPath { path: path.chars().filter(|c| !c.is_control()).take(80).collect() })
    }
}

/// The folder a path lies in; "" for a name at the top.
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Makes a folder and those above it. None of the names is durable yet.
///
/// # Errors
/// As [`Files::create_folder`].
pub fn create_folders(files: &dyn Files, path: &str, readers: Readers) -> Result<(), FilesError> {
    check_path(path)?;
    for (end, _) in path.match_indices('/').chain([(path.len(), "")]) {
        let folder = &path[..end];
        if !folder.is_empty() {
            files.create_folder(folder, readers)?;
            files.failpoint("files.folder-created")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_inside() {
        for good in ["", "a", "a/b.p/1", "x001/.hidden", "ü"] {
            assert!(check_path(good).is_ok(), "{good}");
        }
        for bad in ["/a", "a/", "a//b", "..", "a/../b", ".", "a\\b", "c:", "a\nb", &"a".repeat(5000)] {
            assert!(check_path(bad).is_err(), "{bad}");
        }
        assert_eq!(parent("a/b/c"), "a/b");
        assert_eq!(parent("a"), "");
    }
}
