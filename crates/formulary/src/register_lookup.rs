//! Looking a subject up in a register without folding its log each time.
//!
//! Decides which notes of earlier runs are believed. They lie in this user's folder for what can be read
//! again, never beside the log, where somebody else's copy would bring them along. Notes are looked into only
//! under a checkpoint that the trust file accepts now and that says the very size and root they were made
//! under. After the log has grown, the signatures of the leaves that the notes cover are not verified again if
//! the leaves that are there now have the root that the notes name; all else is folded anew. Whatever is
//! absent, damaged or of another log is made again; that it cannot be kept is no fault. Asked as of a time
//! before the last entries, the log is folded as it was then.

use std::{
    cell::OnceCell,
    fs,
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    ops::Range,
    path::{Path, PathBuf},
};

use domain::{Digest, Standing, SubjectName, Timestamp};
use register::{
    Register,
    leaf::Leaf,
    log,
    lookup::{self, Head, Known, Lookup},
    standing::Opener,
};
use tlog::{Frontier, SignedCheckpoint, leaf_hash};

use crate::output::Failure;

/// How the names of notes end.
const END: &str = "lookup";

/// So many seconds may the clocks of the log and of who asks differ: an entry logged a little after the time
/// asked about counts, or a suspension would be missed by whose clock is slow.
const SKEW: i64 = 900;

/// A register that can be looked into.
pub(crate) struct Looked {
    lookup: Lookup,
    notes: Notes,
    /// Made where the notes turn out to be damaged below their head.
    anew: OnceCell<Register>,
}

/// Where the bytes of the notes are.
enum Notes {
    File(fs::File),
    Memory(Vec<u8>),
}

impl Notes {
    fn read(&self, range: Range<u64>) -> Option<Vec<u8>> {
        let length = usize::try_from(range.end.checked_sub(range.start)?).ok()?;
        match self {
            Self::Memory(bytes) => {
                let start = usize::try_from(range.start).ok()?;
                bytes.get(start..start.checked_add(length)?).map(<[u8]>::to_vec)
            }
            Self::File(file) => {
                let mut file = file;
                if range.end > file.metadata().ok()?.len() {
                    return None;
                }
                file.seek(SeekFrom::Start(range.start)).ok()?;
                let mut bytes = vec![0; length];
                file.read_exact(&mut bytes).ok()?;
                Some(bytes)
            }
        }
    }
}

impl Looked {
    /// Opens the register of a log under a checkpoint that was accepted: by notes, else by folding it.
    pub(crate) fn open(
        source: &dyn log::Source,
        checkpoint: &SignedCheckpoint,
        cache: Option<&Path>,
    ) -> Result<Self, Failure> {
        let head = head(checkpoint);
        let path = cache.map(|cache| folder(cache, &head).join(name(&head)));
        if let Some(file) = path.as_ref().and_then(|path| fs::File::open(path).ok()) {
            let notes = Notes::File(file);
            if let Some(lookup) = Lookup::open(&|range| notes.read(range), &head) {
                return Ok(Self { lookup, notes, anew: OnceCell::new() });
            }
        }
        let register = fold(source, checkpoint, cache)?;
        let bytes = lookup::write(&register, checkpoint.checkpoint().root())?;
        if let Some(path) = &path {
            let _ = keep(path, &bytes);
        }
        let notes = Notes::Memory(bytes);
        let lookup = Lookup::open(&|range| notes.read(range), &head)
            .ok_or_else(|| Failure::new("the register could not be laid out to be looked into"))?;
        Ok(Self { lookup, notes, anew: OnceCell::new() })
    }

    /// The file's own words on the log: leaves that mean nothing, or cannot be read.
    pub(crate) fn remarks(&self) -> Vec<String> {
        let nothing = self.lookup.rejected().iter();
        let nothing =
            nothing.map(|(index, why)| format!("warning: entry {index} of the log means nothing: {why}"));
        nothing.chain(self.lookup.unread().iter().map(|one| format!("warning: {}", one.words()))).collect()
    }

    /// What it says of a subject; where the notes are damaged, the log is folded again.
    pub(crate) fn standing(
        &self,
        subject: Option<&SubjectName>,
        as_of: Timestamp,
        open: Opener<'_>,
        source: &dyn log::Source,
        checkpoint: &SignedCheckpoint,
    ) -> Result<Standing, Failure> {
        if as_of.unix() + SKEW < self.lookup.last().unix() {
            let until = Timestamp::from_unix(as_of.unix() + SKEW);
            return Ok(fold_until(source, checkpoint, None, Some(until))?.standing(subject, as_of, open));
        }
        if self.anew.get().is_none()
            && let Some(found) = self.lookup.standing(&|range| self.notes.read(range), subject, as_of, open)
        {
            return Ok(found);
        }
        let register = match self.anew.get() {
            Some(register) => register,
            None => {
                let register = fold(source, checkpoint, None)?;
                self.anew.get_or_init(|| register)
            }
        };
        Ok(register.standing(subject, as_of, open))
    }
}

fn head(checkpoint: &SignedCheckpoint) -> Head {
    let head = checkpoint.checkpoint();
    Head::new(head.origin(), head.size(), head.root())
}

/// The folder of the notes on one log.
fn folder(cache: &Path, head: &Head) -> PathBuf {
    cache.join("register").join(&Digest::of(head.origin.as_bytes()).hex()[..32])
}

fn name(head: &Head) -> String {
    format!("{}.{END}", &head.digest().hex()[..32])
}

/// Reads a log whole and folds it; what notes cover is not verified twice.
pub(crate) fn fold(
    source: &dyn log::Source,
    checkpoint: &SignedCheckpoint,
    cache: Option<&Path>,
) -> Result<Register, Failure> {
    fold_until(source, checkpoint, cache, None)
}

/// The same, but for entries that were logged after a time; the first is never left out.
fn fold_until(
    source: &dyn log::Source,
    checkpoint: &SignedCheckpoint,
    cache: Option<&Path>,
    until: Option<Timestamp>,
) -> Result<Register, Failure> {
    let head = head(checkpoint);
    let known = cache.and_then(|cache| known(&folder(cache, &head), &head));
    let mut frontier = Frontier::default();
    let mut same = false;
    let mut leaves = Vec::new();
    for entry in log::entries(source, checkpoint.checkpoint(), 0..head.size) {
        let (index, bytes) = entry?;
        if let Some(known) = known.as_ref().filter(|known| index < known.head.size) {
            frontier.append(leaf_hash(&bytes))?;
            same = index + 1 == known.head.size && frontier.root().as_bytes() == known.head.root.as_bytes();
        }
        leaves.push(bytes);
    }
    if let Some(until) = until {
        let then = |bytes: &Vec<u8>| Leaf::read(bytes).is_ok_and(|leaf| leaf.logged <= until);
        leaves.truncate(leaves.iter().rposition(then).map_or(1, |last| last + 1));
    }
    let first = leaves.len();
    if let Some(known) = known.filter(|_| same)
        && let Ok(register) = Register::read_on(&head.origin, leaves.iter().cloned(), Some(&known))
    {
        debug_assert_eq!(register.size as usize, first, "every leaf counts");
        return Ok(register);
    }
    Ok(Register::read(&head.origin, leaves)?)
}

/// The notes of an earlier run that cover most.
fn known(folder: &Path, head: &Head) -> Option<Known> {
    let found = fs::read_dir(folder).ok()?.filter_map(|one| Some(one.ok()?.path()));
    let known = found.filter(|path| path.extension().is_some_and(|end| end == END)).filter_map(|path| {
        let notes = Notes::File(fs::File::open(path).ok()?);
        Lookup::known(&|range| notes.read(range))
    });
    let fits = |known: &Known| known.head.origin == head.origin && (1..=head.size).contains(&known.head.size);
    known.filter(fits).max_by_key(|known| known.head.size)
}

/// Keeps the notes, beside and then over, and removes those of earlier heads.
fn keep(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().ok_or(std::io::ErrorKind::NotFound)?;
    fs::create_dir_all(folder)?;
    let mut beside = tempfile::NamedTempFile::new_in(folder)?;
    beside.write_all(bytes)?;
    beside.persist(path).map_err(|error| error.error)?;
    for one in fs::read_dir(folder)?.flatten() {
        let old = one.path();
        if old != path && old.extension().is_some_and(|end| end == END) {
            fs::remove_file(old)?;
        }
    }
    Ok(())
}
