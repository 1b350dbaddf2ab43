//! What a lockfile's content names: exact component versions, as numbers.
//!
//! Contents are read ahead in runs of those that will be asked for next, in the order of the pack, in
//! which each object is unpacked once; a bounded number of them is remembered. From one content to the
//! next most of it stays as it is: where a lockfile can be cut into pieces, only new ones are read.

use std::{
    borrow::Cow,
    collections::HashMap,
    rc::Rc,
    sync::{Mutex, MutexGuard, PoisonError},
};

use domain::Purl;
use formats::{
    inventory,
    inventory::HEAD,
    piecewise::{self, Known},
    readers,
};

use super::folders::NONE;
use crate::{
    material::history::{
        History, Kind, Limits,
        walk::{Base, Object, Unreadable, Visit},
    },
    paths,
};

/// How many contents are read ahead: neighbours in time are mostly made from one another.
const AHEAD: usize = 384;

/// How many entries of contents are remembered, of four bytes each.
const REMEMBERED: usize = 2 << 20;

/// How many bytes of manifests are held while the lockfiles beside them are read.
const MANIFESTS: usize = 8 << 20;

/// A component version in a lockfile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Named(u32);

impl Named {
    const fn new(purl: u32, development: bool) -> Self {
        Self(purl << 1 | development as u32)
    }

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
    stop: &'a (dyn Fn() -> bool + Sync),
    queue: Vec<Wanted>,
    place: HashMap<u32, usize>,
    /// How far into the queue has been asked for.
    reached: usize,
    known: HashMap<u32, Content>,
    held: usize,
    memory: Mutex<Known>,
}

impl<'a> Contents<'a> {
    /// The contents wanted, in the order in which they will be asked for, each once.
    pub(super) fn new(
        history: &'a History,
        limits: Limits,
        stop: &'a (dyn Fn() -> bool + Sync),
        queue: Vec<Wanted>,
    ) -> Self {
        let place = queue.iter().enumerate().map(|(at, wanted)| (wanted.blob, at)).collect();
        Self {
            history,
            limits,
            stop,
            queue,
            place,
            reached: 0,
            known: HashMap::new(),
            held: 0,
            memory: Mutex::new(Known::default()),
        }
    }

    /// The versions, by number.
    pub(super) fn purls(self) -> Vec<Purl> {
        self.memory.into_inner().unwrap_or_else(PoisonError::into_inner).purls()
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
        let Some(from) = self.place.get(&blob).copied() else {
            return Err(Rc::from("it was not asked for"));
        };
        // One that comes back after long comes alone.
        let ahead = if from < self.reached { 1 } else { AHEAD };
        let run = from..self.queue.len().min(from + ahead);
        self.reached = self.reached.max(run.end);
        for (blob, read) in self.read(&self.queue[run]) {
            let content = read.map(tidy).map_err(Rc::from);
            self.held += content.as_ref().map_or(1, |list: &Rc<[Named]>| list.len());
            self.known.insert(blob, content);
        }
        self.known.get(&blob).cloned().unwrap_or_else(|| Err(Rc::from("the object is damaged")))
    }

    /// Reads several, on several threads.
    fn read(&self, wanted: &[Wanted]) -> Vec<(u32, Read)> {
        let manifests = self.manifests(wanted);
        let by_blob: HashMap<u32, &Wanted> = wanted.iter().map(|wanted| (wanted.blob, wanted)).collect();
        let numbers: Vec<u32> = wanted.iter().map(|wanted| wanted.blob).collect();
        let from = From { history: self.history, limits: self.limits, manifests: &manifests };
        let memory = &self.memory;
        let make = || Reading { from, memory, wanted: &by_blob, done: Vec::new() };
        let read = self.history.walk_some(&numbers, self.limits, self.stop, make);
        read.into_iter().flat_map(|reading| reading.done).collect()
    }

    /// The manifests beside lockfiles, as far as they fit.
    fn manifests(&self, wanted: &[Wanted]) -> HashMap<u32, Vec<u8>> {
        let mut numbers: Vec<u32> =
            wanted.iter().flat_map(|wanted| &wanted.beside).map(|(_, number)| *number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.retain(|number| *number != NONE);
        let room = MANIFESTS / self.limits.threads.max(1);
        let make = || Manifests { wanted: &numbers, room, found: Vec::new() };
        let read = self.history.walk_some(&numbers, self.limits, self.stop, make);
        read.into_iter().flat_map(|manifests| manifests.found).collect()
    }
}

/// One thread's collecting of manifests.
struct Manifests<'a> {
    wanted: &'a [u32],
    room: usize,
    found: Vec<(u32, Vec<u8>)>,
}

impl Visit for Manifests<'_> {
    type Memory = ();

    fn visit(&mut self, object: Object<'_>, _base: Option<Base<'_, ()>>) {
        if object.kind == Kind::Blob
            && object.data.len() <= self.room
            && self.wanted.binary_search(&object.number).is_ok()
        {
            self.room -= object.data.len();
            self.found.push((object.number, object.data.to_vec()));
        }
    }

    fn unreadable(&mut self, _number: u32, _kind: Option<Kind>, _why: Unreadable) {}
}

/// Where manifests come from.
#[derive(Clone, Copy)]
struct From<'a> {
    history: &'a History,
    limits: Limits,
    manifests: &'a HashMap<u32, Vec<u8>>,
}

/// One thread's reading of lockfiles.
struct Reading<'a> {
    from: From<'a>,
    memory: &'a Mutex<Known>,
    wanted: &'a HashMap<u32, &'a Wanted>,
    done: Vec<(u32, Read)>,
}

impl Visit for Reading<'_> {
    type Memory = ();

    fn visit(&mut self, object: Object<'_>, _base: Option<Base<'_, ()>>) {
        let Some(wanted) = self.wanted.get(&object.number) else { return };
        let read = match object.kind {
            Kind::Blob => {
                let beside = Beside { from: self.from, wanted, paths: wanted.paths() };
                read(wanted, object.data, &beside, self.memory)
            }
            _ => Err("it is no file".to_owned()),
        };
        self.done.push((object.number, read));
    }

    fn unreadable(&mut self, number: u32, _kind: Option<Kind>, why: Unreadable) {
        if self.wanted.contains_key(&number) {
            self.done.push((number, Err(because(why, self.from.limits))));
        }
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

fn lock(memory: &Mutex<Known>) -> MutexGuard<'_, Known> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read(wanted: &Wanted, bytes: &[u8], beside: &Beside<'_>, memory: &Mutex<Known>) -> Read {
    let path = &wanted.path;
    let head = &bytes[..bytes.len().min(HEAD)];
    let (reader, _) = readers::of_file(path, head).ok_or("it is no lockfile by its first lines")?;
    // What only tests stand on is needed to develop.
    let test = paths::is_test(path);
    let named = |(number, development): (u32, bool)| Named::new(number, test || development);
    if let Some(cut) = piecewise::cut(path, bytes)
        && let Some(found) = lock(memory).read(path, &cut, beside)
    {
        return Ok(found.into_iter().map(named).collect());
    }
    let inventory = reader.read(path, bytes, beside).map_err(|error| {
        let line = error.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        format!("not readable as {}: {line}{}", reader.name(), error.why)
    })?;
    let found: Vec<(Purl, bool)> = piecewise::exact(inventory).collect();
    let mut memory = lock(memory);
    Ok(found.into_iter().map(|(purl, development)| named((memory.number(purl), development))).collect())
}

fn because(why: Unreadable, limits: Limits) -> String {
    match why {
        Unreadable::Damaged => "the object is damaged".to_owned(),
        Unreadable::TooLarge(_) => format!("larger than {} MiB", limits.largest >> 20),
        Unreadable::Stopped => "the reading was stopped before it".to_owned(),
    }
}

/// The manifests beside a lockfile, as they were with it; nothing else of the tree.
struct Beside<'a> {
    from: From<'a>,
    wanted: &'a Wanted,
    /// Sorted.
    paths: Vec<String>,
}

impl Wanted {
    fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> =
            self.beside.iter().filter(|(_, number)| *number != NONE).map(|(path, _)| path.clone()).collect();
        paths.sort();
        paths
    }
}

impl inventory::Files for Beside<'_> {
    fn read(&self, path: &str) -> Option<Cow<'_, [u8]>> {
        let (_, number) = self.wanted.beside.iter().find(|(beside, _)| beside == path)?;
        if let Some(known) = self.from.manifests.get(number) {
            return Some(Cow::Borrowed(known));
        }
        match self.from.history.read(*number, self.from.limits) {
            Ok((Kind::Blob, bytes)) => Some(Cow::Owned(bytes)),
            _ => None,
        }
    }

    fn paths(&self) -> &[String] {
        &self.paths
    }
}
