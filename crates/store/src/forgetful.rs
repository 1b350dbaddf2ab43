//! A file system in memory that forgets, for tests of everything built on [`Files`].
//!
//! Decides what may be left after a crash: less than any real disk would leave, never more. Bytes that
//! were not synced are gone, there in part, or there with a hole of zeros; each name made, renamed or
//! removed in a folder that was not synced is there or not, each on its own; what was synced is there.
//! It can stop the machine at a failpoint or inside any single step, be full after so many bytes, fail
//! one step, and flip bits. Same seed, same loss.

mod loss;
mod tree;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

pub use self::loss::Loss;
use self::{loss::Seeded, tree::Tree};
use crate::files::{Files, FilesError, Held, Readers, check_path, parent};

/// One thing that was done, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A file operation: what, and on which path.
    Operation(&'static str, String),
    /// A failpoint was passed.
    Failpoint(String),
}

/// When the machine stops, or a step fails.
#[derive(Clone, Debug, Default)]
struct Plan {
    /// At this step; a seed says how much of it happens.
    kill_at_step: Option<(u64, u64)>,
    /// At this failpoint, the so manyth time it is passed (from 0).
    kill_at: Option<(String, u64)>,
    /// This step fails, and the program lives on.
    fail_at_step: Option<u64>,
    /// Bytes that may still be written.
    room: Option<u64>,
}

#[derive(Default)]
struct State {
    tree: Tree,
    plan: Plan,
    trace: Vec<Step>,
    passed: BTreeMap<String, u64>,
    dead: Option<String>,
}

/// The file system. See the module's page.
#[derive(Default)]
pub struct Forgetful {
    state: Mutex<State>,
    locks: Arc<Mutex<BTreeSet<String>>>,
}

/// What becomes of a step.
enum Fate {
    Happens,
    /// The machine stops in it; the seed says how far it came.
    Torn(u64),
    Fails,
}

impl State {
    fn alive(&self) -> Result<(), FilesError> {
        self.dead.as_ref().map_or(Ok(()), |at| Err(FilesError::Killed { at: at.clone() }))
    }

    fn begin(&mut self, doing: &'static str, path: &str) -> Result<Fate, FilesError> {
        self.alive()?;
        check_path(path)?;
        let step = self.trace.len() as u64;
        self.trace.push(Step::Operation(doing, path.to_owned()));
        if let Some((at, seed)) = self.plan.kill_at_step
            && at == step
        {
            self.dead = Some(format!("step {step} ({doing} {path})"));
            return Ok(Fate::Torn(seed));
        }
        if self.plan.fail_at_step == Some(step) {
            return Ok(Fate::Fails);
        }
        Ok(Fate::Happens)
    }

    /// One step that happens wholly or not at all.
    fn whole(
        &mut self,
        doing: &'static str,
        path: &str,
        act: impl FnOnce(&mut Tree) -> Result<(), FilesError>,
    ) -> Result<(), FilesError> {
        match self.begin(doing, path)? {
            Fate::Happens => act(&mut self.tree),
            Fate::Torn(seed) => {
                if Seeded::new(seed).coin() {
                    act(&mut self.tree)?;
                }
                self.alive()
            }
            Fate::Fails => Err(failure(path, doing, io::ErrorKind::Other)),
        }
    }

    /// A write, which may happen up to some byte.
    fn write(
        &mut self,
        doing: &'static str,
        path: &str,
        bytes: &[u8],
        act: impl FnOnce(&mut Tree, &[u8]) -> Result<(), FilesError>,
    ) -> Result<(), FilesError> {
        let fate = self.begin(doing, path)?;
        let room = self.plan.room.unwrap_or(u64::MAX);
        let fits = bytes.len().min(usize::try_from(room).unwrap_or(usize::MAX));
        let (length, then) = match fate {
            Fate::Happens if fits == bytes.len() => (fits, Ok(())),
            Fate::Happens => (fits, Err(failure(path, doing, io::ErrorKind::StorageFull))),
            Fate::Torn(seed) => (Seeded::new(seed).below(fits + 1), self.alive()),
            Fate::Fails => (fits / 2, Err(failure(path, doing, io::ErrorKind::Other))),
        };
        if let Some(room) = &mut self.plan.room {
            *room -= (length as u64).min(*room);
        }
        act(&mut self.tree, &bytes[..length])?;
        then
    }
}

fn failure(path: &str, doing: &'static str, kind: io::ErrorKind) -> FilesError {
    FilesError::Io { path: path.to_owned(), doing, source: io::Error::new(kind, "as the test asked") }
}

impl Forgetful {
    /// An empty, durable folder.
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The machine stops in this step (counted by [`Forgetful::steps`]); of a write, the seed says how
    /// many bytes still happen, of anything else, whether it does.
    pub fn kill_at_step(&self, step: u64, seed: u64) {
        self.state().plan.kill_at_step = Some((step, seed));
    }

    /// The machine stops at this failpoint, when it is passed for the time `occurrence` (from 0).
    pub fn kill_at(&self, failpoint: &str, occurrence: u64) {
        let mut state = self.state();
        let passed = state.passed.get(failpoint).copied().unwrap_or(0);
        state.plan.kill_at = Some((failpoint.to_owned(), passed + occurrence));
    }

    /// This step fails with an error of the disk, half done if it is a write, and the program lives on.
    pub fn fail_at_step(&self, step: u64) {
        self.state().plan.fail_at_step = Some(step);
    }

    /// The disk is full after so many further bytes.
    pub fn full_after(&self, bytes: u64) {
        self.state().plan.room = Some(bytes);
    }

    /// There is room again, and nothing is planned any more.
    pub fn mend(&self) {
        self.state().plan = Plan::default();
    }

    /// How many steps (operations that change something, and failpoints) there were.
    pub fn steps(&self) -> u64 {
        self.state().trace.len() as u64
    }

    /// All steps so far.
    pub fn trace(&self) -> Vec<Step> {
        self.state().trace.clone()
    }

    /// What is left after a crash, as a new file system with nothing planned and no lock held.
    pub fn crash(&self, loss: Loss) -> Self {
        let tree = self.state().tree.after(loss);
        Self { state: Mutex::new(State { tree, ..State::default() }), locks: Arc::default() }
    }

    /// Every file there is now, synced or not.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        self.state().tree.files()
    }

    /// Flips bits of one byte, durably: XOR with `mask`. Nothing happens if there is no such byte.
    pub fn flip(&self, path: &str, offset: usize, mask: u8) {
        let mut bytes = self.files().remove(path).unwrap_or_default();
        if let Some(byte) = bytes.get_mut(offset) {
            *byte ^= mask;
            self.put(path, Some(&bytes));
        }
    }

    /// Puts these bytes there durably, or removes the file, as somebody else would: no step is counted.
    pub fn put(&self, path: &str, bytes: Option<&[u8]>) {
        self.state().tree.put(path, bytes);
    }

    /// Writes every file there is now below a real folder, for programs that are not ours.
    ///
    /// # Errors
    /// When a real file cannot be written.
    pub fn dump(&self, folder: &Path) -> io::Result<()> {
        for (path, bytes) in self.files() {
            let place = folder.join(&path);
            if let Some(above) = place.parent() {
                std::fs::create_dir_all(above)?;
            }
            std::fs::write(place, bytes)?;
        }
        Ok(())
    }
}

impl Files for Forgetful {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, FilesError> {
        check_path(path)?;
        let state = self.state();
        state.alive()?;
        match state.tree.bytes(path)? {
            Some(bytes) if bytes.len() as u64 > limit => {
                Err(FilesError::TooLong { path: path.to_owned(), limit })
            }
            bytes => Ok(bytes.map(<[u8]>::to_vec)),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, FilesError> {
        check_path(folder)?;
        let state = self.state();
        state.alive()?;
        state.tree.list(folder)
    }

    fn write_new(&self, path: &str, bytes: &[u8]) -> Result<(), FilesError> {
        self.state().write("write", path, bytes, |tree, bytes| tree.write_new(path, bytes))
    }

    fn overwrite(&self, path: &str, bytes: &[u8]) -> Result<(), FilesError> {
        self.state().write("overwrite", path, bytes, |tree, bytes| tree.overwrite(path, bytes))
    }

    fn sync_file(&self, path: &str) -> Result<(), FilesError> {
        self.state().whole("sync", path, |tree| tree.sync_file(path))
    }

    fn sync_folder(&self, path: &str) -> Result<(), FilesError> {
        self.state().whole("sync-folder", path, |tree| tree.sync_folder(path))
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), FilesError> {
        check_path(from)?;
        if parent(from) != parent(to) {
            return Err(FilesError::InvalidPath { path: to.to_owned() });
        }
        self.state().whole("rename", to, |tree| tree.rename(from, to))
    }

    fn create_folder(&self, path: &str, _readers: Readers) -> Result<(), FilesError> {
        let mut state = self.state();
        state.alive()?;
        check_path(path)?;
        if state.tree.is_folder(path) {
            return Ok(());
        }
        state.whole("create-folder", path, |tree| tree.create_folder(path))
    }

    fn remove(&self, path: &str) -> Result<(), FilesError> {
        self.state().whole("remove", path, |tree| tree.remove(path))
    }

    fn lock(&self, path: &str) -> Result<Held, FilesError> {
        let mut state = self.state();
        state.alive()?;
        check_path(path)?;
        if state.tree.bytes(path)?.is_none() {
            state.whole("lock", path, |tree| tree.write_new(path, b""))?;
        }
        let mut held = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        if !held.insert(path.to_owned()) {
            return Err(FilesError::Locked { path: path.to_owned() });
        }
        Ok(Held::new(Release { locks: self.locks.clone(), path: path.to_owned() }))
    }

    fn failpoint(&self, name: &str) -> Result<(), FilesError> {
        let mut state = self.state();
        state.alive()?;
        let step = state.trace.len() as u64;
        state.trace.push(Step::Failpoint(name.to_owned()));
        let passed = state.passed.entry(name.to_owned()).or_default();
        let occurrence = *passed;
        *passed += 1;
        let here = state.plan.kill_at.as_ref().is_some_and(|(at, n)| at == name && *n == occurrence)
            || state.plan.kill_at_step.is_some_and(|(at, _)| at == step);
        if here {
            state.dead = Some(format!("failpoint {name}, time {occurrence}"));
        }
        state.alive()
    }
}

struct Release {
    locks: Arc<Mutex<BTreeSet<String>>>,
    path: String,
}

impl Drop for Release {
    fn drop(&mut self) {
        self.locks.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forgets_bytes_and_names_each_on_its_own() {
        let files = Forgetful::new();
        files.create_folder("f", Readers::Anyone).unwrap();
        files.write_new("f/bytes-synced", b"one").unwrap();
        files.sync_file("f/bytes-synced").unwrap();
        files.sync_folder("").unwrap();
        assert!(files.crash(Loss::Unsynced).files().is_empty(), "the name was not synced");
        files.write_new("f/name-synced", b"two").unwrap();
        files.sync_folder("f").unwrap();
        let left = files.crash(Loss::Unsynced).files();
        assert_eq!(left["f/bytes-synced"], b"one");
        assert_eq!(left["f/name-synced"], b"", "the bytes were not");
        assert_eq!(files.crash(Loss::Nothing).files()["f/name-synced"], b"two");

        files.rename("f/bytes-synced", "f/name-synced").unwrap();
        let left = files.crash(Loss::Unsynced).files();
        assert_eq!(left["f/bytes-synced"], b"one", "the rename was not synced");
        let (mut renamed, mut torn) = (0, 0);
        files.overwrite("f/name-synced", b"TWO").unwrap();
        for seed in 0..100 {
            let left = files.crash(Loss::Random(seed)).files();
            assert_eq!(left, files.crash(Loss::Random(seed)).files(), "same seed, same loss");
            let bytes = left.get("f/bytes-synced").unwrap_or_else(|| &left["f/name-synced"]);
            renamed += usize::from(!left.contains_key("f/bytes-synced"));
            torn += usize::from(bytes != b"one" && bytes != b"TWO");
            assert_eq!(bytes.len(), 3);
        }
        assert!(renamed > 10 && torn > 5, "{renamed} {torn}");
    }

    #[test]
    fn stops_fails_and_is_full_where_told() {
        let files = Forgetful::new();
        files.kill_at("here", 1);
        files.failpoint("here").unwrap();
        assert!(matches!(files.failpoint("here"), Err(FilesError::Killed { .. })));
        assert!(matches!(files.read("x", 1), Err(FilesError::Killed { .. })));
        let files = files.crash(Loss::Nothing);
        files.kill_at_step(files.steps(), 3);
        assert!(matches!(files.write_new("x", b"abcdef"), Err(FilesError::Killed { .. })));
        assert!(b"abcdef".starts_with(&files.files()["x"]));

        let files = Forgetful::new();
        files.full_after(2);
        assert!(files.write_new("x", b"abc").unwrap_err().is_full());
        assert_eq!(files.files()["x"], b"ab");
        files.mend();
        files.fail_at_step(files.steps());
        assert!(files.sync_file("x").is_err());
        files.sync_file("x").unwrap();
        files.remove("x").unwrap();
        files.sync_folder("").unwrap();
        assert!(files.crash(Loss::Unsynced).files().is_empty());
    }

    #[test]
    fn one_lock_at_a_time() {
        let files = Forgetful::new();
        let held = files.lock(".lock").unwrap();
        assert!(matches!(files.lock(".lock"), Err(FilesError::Locked { .. })));
        drop(held);
        files.lock(".lock").unwrap();
    }
}
