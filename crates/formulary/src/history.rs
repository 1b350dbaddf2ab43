//! Reading a repository's history for an answer on publication: whether, for how long, and where
//! what was read is kept for the next time.
//!
//! The kept file names places, never values; it is readable by its owner alone, and whatever is
//! wrong with it costs time, not the answer.

use std::{
    cell::OnceCell,
    fs,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use assess::observe::Past;
use domain::{Digest, closure::LastPublic};
use evidence::{
    history::{Asked, CannotLook, Extent, cache, report::Told},
    lockfile_history::{self, LockfileHistory},
    material::{history::Limits, revision::Revision},
};

use crate::fingerprint_key::FingerprintKey;

/// How long `check` reads a history when publication is one question of two. Ordinary histories
/// take a second or two; whoever asks for publication alone gets all of it.
pub(crate) const USUAL: Duration = Duration::from_secs(20);

/// Why a history is not read where somebody wished so.
pub(crate) const NOT_WISHED: &str = "--no-history";

/// A kept file larger than this is not read.
const LARGEST: u64 = 256 << 20;

/// Whether a history is read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wish {
    /// It is not, and why.
    Not(&'static str),
    /// It is, for as long as this where there is a limit.
    Read(Option<Duration>),
}

/// A history, read at most once however often the subject is judged.
pub(crate) struct History {
    wish: Wish,
    cache: Option<PathBuf>,
    threads: usize,
    key: FingerprintKey,
    read: OnceCell<Result<Told, String>>,
    lockfiles: OnceCell<Result<LockfileHistory, String>>,
}

impl History {
    /// One to be read as wished, by so many threads; `cache` is the folder for what can be read again.
    pub(crate) const fn new(wish: Wish, cache: Option<PathBuf>, threads: usize) -> Self {
        let key = FingerprintKey::none();
        Self { wish, cache, threads, key, read: OnceCell::new(), lockfiles: OnceCell::new() }
    }

    /// The same, its secrets known again by a key.
    pub(crate) fn keyed(self, key: FingerprintKey) -> Self {
        Self { key, ..self }
    }

    /// What was read of the repository whose top folder this is.
    pub(crate) fn of(&self, folder: &Path) -> Past<'_> {
        let limit = match self.wish {
            Wish::Not(why) => return Past::NotRead(why),
            Wish::Read(limit) => limit,
        };
        let read =
            || read(folder, limit, self.cache.as_deref(), self.threads).map_err(|error| error.to_string());
        match self.read.get_or_init(read) {
            Ok(told) => Past::Read {
                told,
                lockfiles: self.lockfiles(folder).ok(),
                fetched: crate::clones::fetched(folder),
                key: self.key.bytes(told),
            },
            Err(why) => Past::NotRead(why),
        }
    }
}

impl History {
    /// When which component version stood in the lockfiles of the repository at this folder.
    ///
    /// # Errors
    /// In words: no repository, or its history is not to be read.
    pub(crate) fn lockfiles(&self, folder: &Path) -> Result<&LockfileHistory, String> {
        let limit = match self.wish {
            Wish::Not(why) => return Err(why.to_owned()),
            Wish::Read(limit) => limit,
        };
        let read = || {
            lockfiles(folder, limit, self.cache.as_deref(), self.threads).map_err(|error| error.to_string())
        };
        self.lockfiles.get_or_init(read).as_ref().map_err(Clone::clone)
    }
}

/// What was kept of the lockfiles' past: of which commit, by which form of reading.
#[derive(serde::Serialize, serde::Deserialize)]
struct KeptLockfiles {
    form: u32,
    tool: String,
    state: Digest,
    history: LockfileHistory,
}

/// Reads the lockfiles' past, unless the clone is what it was when it was read before.
fn lockfiles(
    folder: &Path,
    limit: Option<Duration>,
    cache: Option<&Path>,
    threads: usize,
) -> Result<LockfileHistory, evidence::material::history::CannotOpen> {
    let start = Instant::now();
    let stop = || limit.is_some_and(|limit| start.elapsed() > limit);
    let state = evidence::material::history::History::state(folder)?;
    let file = place(folder, cache, "lockfiles");
    let fits = |kept: &KeptLockfiles| {
        kept.form == lockfile_history::FORM && kept.tool == crate::subject::TOOL && kept.state == state
    };
    let before = file.as_deref().and_then(kept).and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if let Some(before) = before.filter(fits) {
        return Ok(before.history);
    }
    let asked = lockfile_history::Asked { folder, limits: Limits::usual(threads), stop: &stop };
    let history = lockfile_history::read(&asked)?;
    let (form, tool) = (lockfile_history::FORM, crate::subject::TOOL.to_owned());
    let keeping = KeptLockfiles { form, tool, state, history };
    if let (Some(file), false) = (&file, keeping.history.stopped)
        && let Ok(bytes) = serde_json::to_vec(&keeping)
    {
        // Without it the next run takes longer: that is all.
        let _ = keep(file, &bytes);
    }
    Ok(keeping.history)
}

/// The last public state that a word names: a day, or any revision that git knows.
///
/// # Errors
/// When it is neither.
pub(crate) fn last_public(folder: &Path, text: &str) -> Result<LastPublic, crate::output::Failure> {
    if let Ok(day) = text.parse() {
        return Ok(LastPublic::Day(day));
    }
    let revision = Revision::open(folder, text).map_err(|error| {
        crate::output::Failure::from(error).next(
            "Name the last public state by a day like 2026-08-22, or by a revision such as v1.4 or a commit.",
        )
    })?;
    Ok(LastPublic::Commit(revision.id().to_owned()))
}

/// Threads for a history that is read by itself.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(16)
}

/// Where what was read of a repository is kept.
fn place(folder: &Path, cache: Option<&Path>, kind: &str) -> Option<PathBuf> {
    let name = Digest::of(folder.canonicalize().ok()?.to_string_lossy().as_bytes());
    Some(cache?.join(kind).join(format!("{}.json", &name.hex()[..32])))
}

fn read(
    folder: &Path,
    limit: Option<Duration>,
    cache: Option<&Path>,
    threads: usize,
) -> Result<Told, CannotLook> {
    let start = Instant::now();
    let stop = || limit.is_some_and(|limit| start.elapsed() > limit);
    let asked = Asked { folder, limits: Limits::usual(threads), extent: Extent::New, stop: &stop };
    let file = place(folder, cache, "history");
    let kept = file.as_deref().and_then(kept);
    let read = cache::read(&asked, kept.as_deref())?;
    if let (Some(file), Some(bytes)) = (&file, &read.keep) {
        // Without it the next run takes longer: that is all.
        let _ = keep(file, bytes);
    }
    Ok(read.told)
}

fn kept(file: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(file).ok()?.take(LARGEST).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Writes beside and renames, so that no run ever reads half a file.
pub(crate) fn keep(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = file.parent().ok_or(std::io::ErrorKind::NotFound)?;
    fs::create_dir_all(folder)?;
    // Made readable by the owner alone.
    let mut beside = tempfile::NamedTempFile::new_in(folder)?;
    beside.write_all(bytes)?;
    beside.persist(file).map_err(|error| error.error)?;
    Ok(())
}
