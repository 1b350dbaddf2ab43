//! The real files, below one folder.
//!
//! Decides how each operation of [`Files`] is asked of the operating system. Refuses links and devices
//! anywhere below its folder: a register may come from a stranger's archive, and must lead neither
//! writing nor reading elsewhere, nor wait for a pipe.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use crate::files::{self, Files, FilesError, Held, Readers, ToSync, check_path};

/// How many syncs are asked for at the same time: file systems put what comes together into one commit.
const SYNCS_AT_ONCE: usize = 16;

/// Real files below a folder.
#[derive(Clone, Debug)]
pub struct Disk {
    root: PathBuf,
}

impl Disk {
    /// The files below this folder, which must be there when something is written.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The place of a path, if nothing on the way is a link; with what the system knows about it.
    fn place(&self, path: &str) -> Result<(PathBuf, Option<fs::Metadata>), FilesError> {
        check_path(path)?;
        let mut place = self.root.clone();
        if path.is_empty() {
            // The store's own folder may be reached through links: it was named by whoever opened it.
            let found = fs::metadata(&place).map(Some).or_else(absent).map_err(error(path, "look at"))?;
            return Ok((place, found));
        }
        let mut found = None;
        let mut gone = false;
        for name in path.split('/') {
            place.push(name);
            if gone {
                continue;
            }
            found = fs::symlink_metadata(&place).map(Some).or_else(absent).map_err(error(path, "look at"))?;
            match &found {
                Some(what) if what.is_file() || what.is_dir() => {}
                Some(_) => return Err(FilesError::NotPlain { path: path.to_owned() }),
                None => gone = true,
            }
        }
        Ok((place, found))
    }
}

fn absent<T>(error: io::Error) -> io::Result<Option<T>> {
    match error.kind() {
        // "Not a folder": a file stands where a folder of the path would be.
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Ok(None),
        _ => Err(error),
    }
}

fn error<'a>(path: &'a str, doing: &'static str) -> impl FnOnce(io::Error) -> FilesError + 'a {
    move |source| match source.kind() {
        io::ErrorKind::AlreadyExists => FilesError::Exists { path: path.to_owned() },
        _ => FilesError::Io { path: path.to_owned(), doing, source },
    }
}

impl Files for Disk {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, FilesError> {
        let (place, Some(what)) = self.place(path)? else { return Ok(None) };
        if !what.is_file() {
            return Err(FilesError::NotPlain { path: path.to_owned() });
        }
        let Some(file) = File::open(&place).map(Some).or_else(absent).map_err(error(path, "open"))? else {
            return Ok(None);
        };
        let mut bytes = Vec::with_capacity(usize::try_from(what.len().min(limit)).unwrap_or(0));
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(error(path, "read"))?;
        if bytes.len() as u64 > limit {
            return Err(FilesError::TooLong { path: path.to_owned(), limit });
        }
        Ok(Some(bytes))
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, FilesError> {
        let (place, Some(what)) = self.place(folder)? else { return Ok(Vec::new()) };
        if !what.is_dir() {
            return Err(FilesError::NotPlain { path: folder.to_owned() });
        }
        let mut names = Vec::new();
        for entry in fs::read_dir(&place).map_err(error(folder, "list"))? {
            let entry = entry.map_err(error(folder, "list"))?;
            // A name that is no text is none of ours.
            let Ok(mut name) = entry.file_name().into_string() else { continue };
            if entry.file_type().map_err(error(folder, "list"))?.is_dir() {
                name.push('/');
            }
            names.push(name);
        }
        names.sort();
        Ok(names)
    }

    fn write_new(&self, path: &str, bytes: &[u8]) -> Result<(), FilesError> {
        let (place, _) = self.place(path)?;
        let mut file =
            OpenOptions::new().write(true).create_new(true).open(place).map_err(error(path, "create"))?;
        file.write_all(bytes).map_err(error(path, "write"))
    }

    fn overwrite(&self, path: &str, bytes: &[u8]) -> Result<(), FilesError> {
        let (place, _) = self.place(path)?;
        let mut file = OpenOptions::new().write(true).open(place).map_err(error(path, "open"))?;
        file.write_all(bytes).map_err(error(path, "write"))
    }

    fn sync_file(&self, path: &str) -> Result<(), FilesError> {
        let (place, _) = self.place(path)?;
        // Opened for writing where the system wants that for a sync (Windows).
        let file = if cfg!(windows) { OpenOptions::new().write(true).open(place) } else { File::open(place) };
        file.and_then(|file| file.sync_all()).map_err(error(path, "sync"))
    }

    fn sync_folder(&self, path: &str) -> Result<(), FilesError> {
        let (place, _) = self.place(path)?;
        // A folder cannot be synced where it cannot be opened as a file (Windows).
        if cfg!(unix) {
            File::open(place).and_then(|folder| folder.sync_all()).map_err(error(path, "sync"))?;
        }
        Ok(())
    }

    fn sync_all(&self, what: &[ToSync<'_>], _failpoint: &str) -> Result<(), FilesError> {
        let one = |one: &ToSync<'_>| match one {
            ToSync::File(path) => self.sync_file(path),
            ToSync::Folder(path) => self.sync_folder(path),
        };
        if let [only] = what {
            return one(only);
        }
        let share = what.len().div_ceil(SYNCS_AT_ONCE).max(1);
        std::thread::scope(|scope| {
            let threads: Vec<_> =
                what.chunks(share).map(|some| scope.spawn(move || some.iter().try_for_each(one))).collect();
            // A thread that panicked has promised nothing.
            threads.into_iter().try_for_each(|thread| {
                thread.join().unwrap_or_else(|_| {
                    Err(error("", "sync")(io::Error::other("the thread that synced stopped")))
                })
            })
        })
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), FilesError> {
        if files::parent(from) != files::parent(to) {
            return Err(FilesError::InvalidPath { path: to.to_owned() });
        }
        fs::rename(self.place(from)?.0, self.place(to)?.0).map_err(error(to, "rename to"))
    }

    fn create_folder(&self, path: &str, readers: Readers) -> Result<(), FilesError> {
        let (place, found) = self.place(path)?;
        if let Some(what) = found {
            return if what.is_dir() { Ok(()) } else { Err(FilesError::Exists { path: path.to_owned() }) };
        }
        #[cfg_attr(not(unix), expect(unused_mut, reason = "modes are set on unix alone"))]
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        if readers == Readers::Owner {
            use std::os::unix::fs::DirBuilderExt as _;
            builder.mode(0o700);
        }
        #[cfg(not(unix))]
        let _ = readers;
        match builder.create(&place) {
            // Another made it meanwhile.
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && place.is_dir() => Ok(()),
            other => other.map_err(error(path, "create the folder")),
        }
    }

    fn remove(&self, path: &str) -> Result<(), FilesError> {
        let (place, Some(what)) = self.place(path)? else { return Ok(()) };
        let removed = if what.is_dir() { fs::remove_dir(&place) } else { fs::remove_file(&place) };
        removed.map(Some).or_else(absent).map(|_| ()).map_err(error(path, "remove"))
    }

    fn lock(&self, path: &str) -> Result<Held, FilesError> {
        let (place, _) = self.place(path)?;
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(place)
            .map_err(error(path, "open"))?;
        match file.try_lock() {
            // Closing the file releases the lock.
            Ok(()) => Ok(Held::new(file)),
            Err(TryLockError::WouldBlock) => Err(FilesError::Locked { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(error(path, "lock")(source)),
        }
    }
}
