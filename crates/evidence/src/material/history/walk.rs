//! Visiting every object of chosen kinds once, those made from others right after what they are
//! made from, on several threads.
//!
//! A family (an object stored whole and all that is made from it) is walked depth first. A base is
//! let go before its last child is descended into; where many must be held at once the outermost
//! are dropped and made again on the way back, so that memory stays bounded whatever the shape. How
//! much may be made again is bounded too; what is beyond it is handed over as unreadable.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

use super::{
    Copied, History, Kind, Limits,
    buffer::Buffer,
    delta,
    loose::BadLoose,
    pack::{BadEntry, Decoder, NONE, Pack},
};

/// What is done with each object; one a thread.
pub trait Visit {
    /// What is remembered of an object while others are made from it.
    type Memory;
    /// An object, and what it was made from.
    fn visit(&mut self, object: Object<'_>, base: Option<Base<'_, Self::Memory>>) -> Self::Memory;
    /// An object that is there and cannot be had.
    fn unreadable(&mut self, number: u32, kind: Option<Kind>, why: Unreadable);
}

/// An object, unpacked.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a> {
    /// Its number.
    pub number: u32,
    /// What it is.
    pub kind: Kind,
    /// Its content.
    pub data: &'a [u8],
}

/// What an object was made from.
#[derive(Debug)]
pub struct Base<'a, M> {
    /// What its visit remembered.
    pub memory: &'a M,
    /// Its length in bytes.
    pub length: usize,
    /// The ranges taken over from it, in the order of the object made.
    pub copies: &'a [Copied],
}

/// Why an object could not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unreadable {
    /// Its bytes, or those of what it is made from, are damaged or missing.
    Damaged,
    /// It, or what it is made from, is larger than the limit; its size where it is known.
    TooLarge(Option<u64>),
    /// The reading was stopped before it came to it.
    Stopped,
}

/// How a walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walked {
    /// Whether it was stopped before its end.
    pub stopped: bool,
}

/// How many bytes may be made again, beyond eight times what was unpacked.
const SPARE: u64 = 1 << 30;

impl History {
    /// Visits every object of these kinds; `make` makes a visitor for each thread, and `stop` is
    /// asked now and then whether to give up.
    pub fn walk<V: Visit + Send>(
        &self,
        kinds: &[Kind],
        limits: Limits,
        stop: &(dyn Fn() -> bool + Sync),
        make: impl Fn() -> V + Sync,
    ) -> (Vec<V>, Walked) {
        let mut all = Vec::new();
        let stopped = AtomicBool::new(false);
        for pack in &self.packs {
            all.extend(self.walk_pack(pack, kinds, limits, stop, &stopped, &make));
        }
        let mut visitor = make();
        let mut buffer = Buffer::default();
        'all: for loose in &self.loose {
            for at in 0..loose.len() {
                if at % 64 == 0 && stop() {
                    stopped.store(true, Ordering::Relaxed);
                    break 'all;
                }
                let Ok(position) = u32::try_from(at) else { break };
                let number = loose.first_number + position;
                if self.find(loose.id(at)) != Some(number) {
                    continue;
                }
                match loose.read(at, limits.largest, &mut buffer) {
                    Ok(Kind::Blob) if self.loose_before.contains(loose.id(at)) => {}
                    Ok(kind) if kinds.contains(&kind) => {
                        visitor.visit(Object { number, kind, data: buffer.bytes() }, None);
                    }
                    Ok(_) => {}
                    Err(BadLoose::Damaged) => visitor.unreadable(number, None, Unreadable::Damaged),
                    Err(BadLoose::TooLarge(size)) => {
                        visitor.unreadable(number, None, Unreadable::TooLarge(Some(size)));
                    }
                }
            }
        }
        all.push(visitor);
        (all, Walked { stopped: stopped.load(Ordering::Relaxed) })
    }

    fn walk_pack<V: Visit + Send>(
        &self,
        pack: &Pack,
        kinds: &[Kind],
        limits: Limits,
        stop: &(dyn Fn() -> bool + Sync),
        stopped: &AtomicBool,
        make: &(impl Fn() -> V + Sync),
    ) -> Vec<V> {
        const RUN: u32 = 32;
        let count = u32::try_from(pack.len()).unwrap_or(u32::MAX);
        let next = AtomicU32::new(0);
        let work = || {
            let mut family = Family::new(self, pack, limits, make());
            loop {
                let start = next.fetch_add(RUN, Ordering::Relaxed);
                if start >= count || stopped.load(Ordering::Relaxed) {
                    return family.visitor;
                }
                if stop() {
                    stopped.store(true, Ordering::Relaxed);
                }
                for ordinal in start..count.min(start.saturating_add(RUN)) {
                    match pack.kind_of_root(ordinal) {
                        Some(Kind::Blob) if pack.read_before => {}
                        Some(kind) if kinds.contains(&kind) => family.walk(ordinal, kind, stop, stopped),
                        Some(_) => {}
                        None if pack.base(ordinal) == NONE => family.lost(ordinal, Unreadable::Damaged),
                        None => {}
                    }
                }
            }
        };
        // Fewer objects than this are done before a second thread has started.
        let threads = if count < 512 { 1 } else { limits.threads.max(1) };
        on_threads(threads, work)
    }

    /// Visits these objects, and what they are made from, in an order that unpacks each once: on
    /// several threads, without regard to what a former reading has seen.
    pub fn walk_some<V: Visit + Send>(
        &self,
        numbers: &[u32],
        limits: Limits,
        stop: &(dyn Fn() -> bool + Sync),
        make: impl Fn() -> V + Sync,
    ) -> Vec<V> {
        let mut all = Vec::new();
        let stopped = AtomicBool::new(false);
        for pack in &self.packs {
            let chains = Chains::of(pack, numbers);
            if chains.roots.is_empty() {
                continue;
            }
            let next = AtomicUsize::new(0);
            let work = || {
                let mut family = Family::new(self, pack, limits, make());
                family.only = Some(&chains.members);
                while let Some(root) = chains.roots.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match pack.kind_of_root(*root) {
                        Some(kind) if !stopped.load(Ordering::Relaxed) => {
                            family.walk(*root, kind, stop, &stopped);
                        }
                        _ => family.lost(*root, Unreadable::Damaged),
                    }
                }
                family.visitor
            };
            all.extend(on_threads(limits.threads.min(chains.roots.len()), work));
        }
        let mut visitor = make();
        for number in numbers {
            if self.packs.iter().any(|pack| (number.wrapping_sub(pack.first_number) as usize) < pack.len()) {
                continue;
            }
            match self.read(*number, limits) {
                Ok((kind, data)) => {
                    visitor.visit(Object { number: *number, kind, data: &data }, None);
                }
                Err(why) => visitor.unreadable(*number, None, why),
            }
        }
        all.push(visitor);
        all
    }

    /// Unpacks one object by its number.
    ///
    /// # Errors
    /// When it cannot be had.
    pub fn read(&self, number: u32, limits: Limits) -> Result<(Kind, Vec<u8>), Unreadable> {
        for loose in &self.loose {
            let at = number.wrapping_sub(loose.first_number) as usize;
            if at < loose.len() {
                let mut buffer = Buffer::default();
                let kind = loose.read(at, limits.largest, &mut buffer).map_err(|error| match error {
                    BadLoose::Damaged => Unreadable::Damaged,
                    BadLoose::TooLarge(size) => Unreadable::TooLarge(Some(size)),
                })?;
                return Ok((kind, buffer.bytes().to_vec()));
            }
        }
        for pack in &self.packs {
            let at = number.wrapping_sub(pack.first_number);
            if (at as usize) < pack.len() {
                let ordinal = pack.ordinal_of(at).ok_or(Unreadable::Damaged)?;
                let mut decoder = Decoder::new();
                let (kind, buffer) =
                    rebuild(pack, &mut decoder, ordinal, limits.largest, &mut u64::MAX.clone())?;
                return Ok((kind, buffer.bytes().to_vec()));
            }
        }
        Err(Unreadable::Damaged)
    }
}

/// What each of so many threads makes.
fn on_threads<T: Send>(threads: usize, work: impl Fn() -> T + Sync) -> Vec<T> {
    if threads <= 1 {
        return vec![work()];
    }
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        running
            .into_iter()
            .map(|one| one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

/// Some objects of a pack and all that they are made from.
struct Chains {
    /// By ordinal.
    members: Vec<bool>,
    /// Where the families begin, in the order of the file.
    roots: Vec<u32>,
}

impl Chains {
    fn of(pack: &Pack, numbers: &[u32]) -> Self {
        let mut out = Self { members: vec![false; pack.len()], roots: Vec::new() };
        for number in numbers {
            let at = number.wrapping_sub(pack.first_number);
            let inside = (at as usize) < pack.len();
            let Some(mut ordinal) = inside.then(|| pack.ordinal_of(at)).flatten() else { continue };
            // An object that was reached before ends the chain; so does a circle.
            while !std::mem::replace(&mut out.members[ordinal as usize], true) {
                match pack.base(ordinal) {
                    NONE => out.roots.push(ordinal),
                    base => ordinal = base,
                }
            }
        }
        out.roots.sort_unstable();
        out
    }
}

/// Makes an object from the start of its chain.
fn rebuild(
    pack: &Pack,
    decoder: &mut Decoder,
    ordinal: u32,
    largest: u64,
    allowance: &mut u64,
) -> Result<(Kind, Buffer), Unreadable> {
    let mut chain = vec![ordinal];
    let mut at = ordinal;
    while pack.base(at) != NONE {
        at = pack.base(at);
        chain.push(at);
        if chain.len() > pack.len() {
            return Err(Unreadable::Damaged);
        }
    }
    let kind = pack.kind_of_root(at).ok_or(Unreadable::Damaged)?;
    let mut now = Buffer::default();
    let mut entry = Buffer::default();
    let mut copies = Vec::new();
    decoder.entry(pack, at, largest, &mut now).map_err(why)?;
    for ordinal in chain.into_iter().rev().skip(1) {
        *allowance = allowance.checked_sub(now.bytes().len() as u64).ok_or(Unreadable::TooLarge(None))?;
        decoder.entry(pack, ordinal, largest, &mut entry).map_err(why)?;
        let mut next = Buffer::default();
        make(&entry, &now, largest, &mut next, &mut copies)?;
        now = next;
    }
    Ok((kind, now))
}

fn make(
    entry: &Buffer,
    base: &Buffer,
    largest: u64,
    out: &mut Buffer,
    copies: &mut Vec<Copied>,
) -> Result<(), Unreadable> {
    let damaged = |_| Unreadable::Damaged;
    let (length, start) = delta::result_size(entry.bytes(), base.bytes().len()).map_err(damaged)?;
    if length > largest {
        return Err(Unreadable::TooLarge(Some(length)));
    }
    let length = usize::try_from(length).map_err(|_| Unreadable::TooLarge(Some(length)))?;
    delta::apply(entry.bytes(), start, base.bytes(), length, out, copies).map_err(damaged)
}

const fn why(error: BadEntry) -> Unreadable {
    match error {
        BadEntry::Damaged => Unreadable::Damaged,
        BadEntry::TooLarge(size) => Unreadable::TooLarge(Some(size)),
    }
}

struct Frame<M> {
    ordinal: u32,
    /// None while it is dropped to save memory.
    buffer: Option<Buffer>,
    memory: M,
    next: u32,
}

/// One thread's walk over families.
struct Family<'a, V: Visit> {
    history: &'a History,
    pack: &'a Pack,
    /// The objects to walk, by ordinal; none: all.
    only: Option<&'a [bool]>,
    limits: Limits,
    visitor: V,
    decoder: Decoder,
    entry: Buffer,
    copies: Vec<Copied>,
    spare: Vec<Buffer>,
    stack: Vec<Frame<V::Memory>>,
    held: usize,
    /// How many more bytes may be unpacked a second time.
    allowance: u64,
}

impl<'a, V: Visit> Family<'a, V> {
    fn new(history: &'a History, pack: &'a Pack, limits: Limits, visitor: V) -> Self {
        Self {
            history,
            pack,
            only: None,
            limits,
            visitor,
            decoder: Decoder::new(),
            entry: Buffer::default(),
            copies: Vec::new(),
            spare: Vec::new(),
            stack: Vec::new(),
            held: 0,
            allowance: SPARE,
        }
    }

    /// This object, or the first of its later siblings that is to be walked.
    fn next(&self, mut ordinal: u32) -> u32 {
        if let Some(only) = self.only {
            while ordinal != NONE && !only[ordinal as usize] {
                ordinal = self.pack.next_sibling(ordinal);
            }
        }
        ordinal
    }

    /// An object of which the first of several packs holds the one that counts.
    fn is_mine(&self, number: u32) -> bool {
        self.history.packs.len() == 1 || self.history.find(self.history.id(number)) == Some(number)
    }

    fn take(&mut self) -> Buffer {
        self.spare.pop().unwrap_or_default()
    }

    fn give(&mut self, buffer: Buffer) {
        if self.spare.len() < 8 && buffer.is_small() {
            self.spare.push(buffer);
        }
    }

    /// All that is made from an object is lost with it.
    fn lost(&mut self, ordinal: u32, reason: Unreadable) {
        let mut waiting = vec![ordinal];
        while let Some(at) = waiting.pop() {
            let number = self.pack.number(at);
            if self.is_mine(number) {
                self.visitor.unreadable(number, None, reason);
            }
            let mut child = self.pack.first_child(at);
            while child != NONE {
                waiting.push(child);
                child = self.pack.next_sibling(child);
            }
        }
    }

    fn visit(&mut self, ordinal: u32, kind: Kind, buffer: &Buffer, from_top: bool) -> V::Memory {
        self.allowance = self.allowance.saturating_add(8 * buffer.bytes().len() as u64);
        let object = Object { number: self.pack.number(ordinal), kind, data: buffer.bytes() };
        let base = match self.stack.last() {
            Some(top) if from_top => top.buffer.as_ref().map(|base| Base {
                memory: &top.memory,
                length: base.bytes().len(),
                copies: &self.copies,
            }),
            _ => None,
        };
        self.visitor.visit(object, base)
    }

    fn walk(&mut self, root: u32, kind: Kind, stop: &(dyn Fn() -> bool + Sync), stopped: &AtomicBool) {
        let mut buffer = self.take();
        if let Err(error) = self.decoder.entry(self.pack, root, self.limits.largest, &mut buffer) {
            self.give(buffer);
            return self.lost(root, why(error));
        }
        let memory = self.visit(root, kind, &buffer, false);
        self.keep(root, buffer, memory);
        let mut steps = 0u32;
        while let Some(top) = self.stack.last() {
            let child = top.next;
            if child == NONE {
                self.drop_top();
                continue;
            }
            let next = self.next(self.pack.next_sibling(child));
            if let Some(top) = self.stack.last_mut() {
                top.next = next;
            }
            steps = steps.wrapping_add(1);
            if steps.is_multiple_of(256) && (stopped.load(Ordering::Relaxed) || stop()) {
                stopped.store(true, Ordering::Relaxed);
                while !self.stack.is_empty() {
                    self.drop_top();
                }
                return;
            }
            if let Err(reason) = self.descend(child, kind) {
                self.lost(child, reason);
            }
        }
    }

    fn descend(&mut self, child: u32, kind: Kind) -> Result<(), Unreadable> {
        self.refill_top()?;
        self.decoder.entry(self.pack, child, self.limits.largest, &mut self.entry).map_err(why)?;
        let mut buffer = self.take();
        let Some(base) = self.stack.last().and_then(|top| top.buffer.as_ref()) else {
            return Err(Unreadable::Damaged);
        };
        make(&self.entry, base, self.limits.largest, &mut buffer, &mut self.copies)?;
        let memory = self.visit(child, kind, &buffer, true);
        if self.stack.last().is_some_and(|top| top.next == NONE) {
            self.drop_top();
        }
        if self.next(self.pack.first_child(child)) == NONE {
            self.give(buffer);
        } else {
            self.keep(child, buffer, memory);
        }
        Ok(())
    }

    /// Makes the innermost base again if it was dropped.
    fn refill_top(&mut self) -> Result<(), Unreadable> {
        let Some(top) = self.stack.last() else { return Err(Unreadable::Damaged) };
        if top.buffer.is_some() {
            return Ok(());
        }
        let (_, buffer) =
            rebuild(self.pack, &mut self.decoder, top.ordinal, self.limits.largest, &mut self.allowance)?;
        self.held += buffer.weight();
        if let Some(top) = self.stack.last_mut() {
            top.buffer = Some(buffer);
        }
        Ok(())
    }

    fn keep(&mut self, ordinal: u32, buffer: Buffer, memory: V::Memory) {
        self.held += buffer.weight();
        let next = self.next(self.pack.first_child(ordinal));
        self.stack.push(Frame { ordinal, buffer: Some(buffer), memory, next });
        let last = self.stack.len() - 1;
        let mut at = 0;
        while self.held > self.limits.held && at < last {
            if let Some(buffer) = self.stack[at].buffer.take() {
                self.held -= buffer.weight();
            }
            at += 1;
        }
    }

    fn drop_top(&mut self) {
        if let Some(buffer) = self.stack.pop().and_then(|frame| frame.buffer) {
            self.held -= buffer.weight();
            self.give(buffer);
        }
    }
}
