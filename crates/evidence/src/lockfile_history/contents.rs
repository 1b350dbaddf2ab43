//! What a lockfile's content names: exact component versions, as numbers.
//!
//! Contents are read ahead in runs, several at once, in the order they will be asked for. As many
//! are remembered as fit a bound; one that was forgotten is read again. From one content to the next
//! most entries stay as they are: where a lockfile can be cut into entries, only new ones are read.

use std::{
    borrow::Cow,
    collections::HashMap,
    rc::Rc,
    sync::{Mutex, MutexGuard, PoisonError},
};

use domain::{Digest, Origin, Purl, Resolution, Scope};
use formats::{
    inventory,
    inventory::{HEAD, Reader},
    piecewise, readers,
};

use super::folders::NONE;
use crate::{
    material::history::{History, Kind, Limits, walk::Unreadable},
    paths,
};

/// How many contents are read ahead.
const AHEAD: usize = 48;

/// How many entries of contents are remembered, of four bytes each.
const REMEMBERED: usize = 8 << 20;

/// How many entries of lockfiles that can be cut are remembered.
const MOST_PIECES: usize = 400_000;

/// A component version in a lockfile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Named(u32);

impl Named {
    pub(super) const fn purl(self) -> u32 {
        self.0 >> 1
    }

    pub(super) const fn development(self) -> bool {
        self.0 & 1 == 1
    }
}

/// Sorted, each version once; or why it could not be read.
pub(super) type Content = Result<Rc<[Named]>, Rc<str>>;

/// A content to be read: the file's path, its object, and the manifests beside it.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) path: String,
    pub(super) blob: u32,
    pub(super) beside: Vec<(String, u32)>,
}

/// The contents of lockfiles.
pub(super) struct Contents<'a> {
    history: &'a History,
    limits: Limits,
    queue: Vec<Wanted>,
    place: HashMap<u32, usize>,
    known: HashMap<u32, Content>,
    held: usize,
    memory: Mutex<Memory>,
}

/// What is known whichever content is read: shared by the threads that read.
#[derive(Default)]
struct Memory {
    numbers: HashMap<String, u32>,
    purls: Vec<Purl>,
    /// By the digest of an entry: what it names.
    pieces: HashMap<Digest, Box<[Named]>>,
}

impl Memory {
    fn number(&mut self, purl: Purl, development: bool) -> Named {
        let text = purl.to_string();
        let number = match self.numbers.get(&text) {
            Some(number) => *number,
            None => {
                let number = u32::try_from(self.purls.len()).unwrap_or(u32::MAX >> 1);
                self.numbers.insert(text, number);
                self.purls.push(purl);
                number
            }
        };
        Named(number << 1 | u32::from(development))
    }
}

impl<'a> Contents<'a> {
    /// The contents wanted, in the order in which they will be asked for, each once.
    pub(super) fn new(history: &'a History, limits: Limits, queue: Vec<Wanted>) -> Self {
        let place = queue.iter().enumerate().map(|(at, wanted)| (wanted.blob, at)).collect();
        Self {
            history,
            limits,
            queue,
            place,
            known: HashMap::new(),
            held: 0,
            memory: Mutex::new(Memory::default()),
        }
    }

    /// The versions, by number.
    pub(super) fn purls(self) -> Vec<Purl> {
        self.memory.into_inner().unwrap_or_else(PoisonError::into_inner).purls
    }

    /// What a lockfile's content names.
    pub(super) fn get(&mut self, blob: u32) -> Content {
        if let Some(known) = self.known.get(&blob) {
            return known.clone();
        }
        if blob == NONE {
            return Err(Rc::from("the object is missing from this clone"));
        }
        if self.held > REMEMBERED {
            self.known.clear();
            self.held = 0;
        }
        let from = self.place.get(&blob).copied().unwrap_or(0);
        let ahead: Vec<usize> = (from..self.queue.len())
            .filter(|at| !self.known.contains_key(&self.queue[*at].blob))
            .take(AHEAD)
            .collect();
        let read = self.read(&ahead);
        for (at, (blob, content)) in ahead.iter().zip(read) {
            debug_assert_eq!(self.queue[*at].blob, blob);
            let content = content.map(tidy).map_err(Rc::from);
            self.held += content.as_ref().map_or(0, |list: &Rc<[Named]>| list.len());
            self.known.insert(blob, content);
        }
        self.known.get(&blob).cloned().unwrap_or_else(|| Err(Rc::from("it was not asked for")))
    }

    /// Reads several, on several threads.
    fn read(&self, which: &[usize]) -> Vec<(u32, Read)> {
        let threads = self.limits.threads.clamp(1, which.len().max(1));
        let (history, limits, queue, memory) = (self.history, self.limits, &self.queue[..], &self.memory);
        let one = |at: &usize| {
            let wanted = &queue[*at];
            (wanted.blob, read(history, limits, wanted, memory))
        };
        if threads == 1 {
            return which.iter().map(one).collect();
        }
        let next = std::sync::atomic::AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            loop {
                let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let Some(which) = which.get(at) else { return done };
                done.push((at, one(which)));
            }
        };
        let mut all: Vec<(usize, (u32, Read))> = std::thread::scope(|scope| {
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            running
                .into_iter()
                .flat_map(|one| one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        });
        all.sort_by_key(|(at, _)| *at);
        all.into_iter().map(|(_, read)| read).collect()
    }
}

/// What one content names; or why it cannot be read.
type Read = Result<Vec<Named>, String>;

/// Each version once: for development only where every mention says so.
fn tidy(mut named: Vec<Named>) -> Rc<[Named]> {
    // What ships stands before the same version for development.
    named.sort_unstable();
    named.dedup_by_key(|named| named.purl());
    Rc::from(named)
}

fn lock(memory: &Mutex<Memory>) -> MutexGuard<'_, Memory> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read(history: &History, limits: Limits, wanted: &Wanted, memory: &Mutex<Memory>) -> Read {
    let bytes = blob(history, limits, wanted.blob)?;
    let head = &bytes[..bytes.len().min(HEAD)];
    let (reader, _) = readers::of_file(&wanted.path, head).ok_or("it is no lockfile by its first lines")?;
    // What only tests stand on is needed to develop.
    let test = paths::is_test(&wanted.path);
    if let Some(named) = in_pieces(reader, &wanted.path, &bytes, memory) {
        return Ok(named.into_iter().map(|named| Named(named.0 | u32::from(test))).collect());
    }
    let beside = Beside::of(history, limits, wanted);
    let inventory = reader.read(&wanted.path, &bytes, &beside).map_err(|error| {
        let line = error.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        format!("not readable as {}: {line}{}", reader.name(), error.why)
    })?;
    let found: Vec<(Purl, bool)> = exact(inventory).collect();
    let mut memory = lock(memory);
    Ok(found.into_iter().map(|(purl, development)| memory.number(purl, test || development)).collect())
}

/// The exact versions in an inventory, with whether only development needs each.
fn exact(inventory: inventory::Inventory) -> impl Iterator<Item = (Purl, bool)> {
    inventory
        .components
        .into_iter()
        .filter(|c| {
            c.origin != Origin::Own && c.resolution == Resolution::Exact && c.purl.version().is_some()
        })
        .map(|c| (c.purl, c.scope == Scope::Development))
}

/// What a content names, read entry by entry; none where it cannot be, and is to be read whole.
fn in_pieces(reader: &dyn Reader, path: &str, bytes: &[u8], memory: &Mutex<Memory>) -> Option<Vec<Named>> {
    let pieces = piecewise::pieces(path, bytes)?;
    let mut text = Vec::new();
    let mut digests: Vec<Digest> = Vec::with_capacity(pieces.each.len() + 1);
    for (key, raw) in &pieces.each {
        text.clear();
        text.extend_from_slice(key.as_bytes());
        text.push(0);
        text.extend_from_slice(raw.as_bytes());
        digests.push(Digest::of(&text));
    }
    digests.push(Digest::of(pieces.rest.as_bytes()));
    let mut out = Vec::with_capacity(digests.len());
    let mut new = Vec::new();
    {
        let known = &lock(memory).pieces;
        for (at, digest) in digests.iter().enumerate() {
            match known.get(digest) {
                Some(named) => out.extend_from_slice(named),
                None => new.push(at),
            }
        }
    }
    let nothing = Beside { paths: Vec::new(), contents: Vec::new() };
    let mut found = Vec::with_capacity(new.len());
    for at in new {
        let document = if at == pieces.each.len() { pieces.rest.clone() } else { pieces.alone(at)? };
        let inventory = reader.read(path, document.as_bytes(), &nothing).ok()?;
        found.push((at, exact(inventory).collect::<Vec<_>>()));
    }
    let mut memory = lock(memory);
    if memory.pieces.len() > MOST_PIECES {
        memory.pieces.clear();
    }
    for (at, named) in found {
        let named: Box<[Named]> =
            named.into_iter().map(|(purl, development)| memory.number(purl, development)).collect();
        out.extend_from_slice(&named);
        memory.pieces.insert(digests[at], named);
    }
    Some(out)
}

fn blob(history: &History, limits: Limits, number: u32) -> Result<Vec<u8>, String> {
    match history.read(number, limits) {
        Ok((Kind::Blob, bytes)) => Ok(bytes),
        Ok(_) => Err("it is no file".to_owned()),
        Err(Unreadable::Damaged) => Err("the object is damaged".to_owned()),
        Err(Unreadable::TooLarge(_)) => Err(format!("larger than {} MiB", limits.largest >> 20)),
        Err(Unreadable::Stopped) => Err("the reading was stopped before it".to_owned()),
    }
}

/// The manifests beside a lockfile, as they were with it; nothing else of the tree.
struct Beside {
    paths: Vec<String>,
    contents: Vec<Vec<u8>>,
}

impl Beside {
    fn of(history: &History, limits: Limits, wanted: &Wanted) -> Self {
        let mut files: Vec<(String, Vec<u8>)> = wanted
            .beside
            .iter()
            .filter_map(|(path, number)| Some((path.clone(), blob(history, limits, *number).ok()?)))
            .collect();
        files.sort();
        let (paths, contents) = files.into_iter().unzip();
        Self { paths, contents }
    }
}

impl inventory::Files for Beside {
    fn read(&self, path: &str) -> Option<Cow<'_, [u8]>> {
        let at = self.paths.binary_search_by(|p| p.as_str().cmp(path)).ok()?;
        Some(Cow::Borrowed(&self.contents[at]))
    }

    fn paths(&self) -> &[String] {
        &self.paths
    }
}
