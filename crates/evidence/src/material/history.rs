//! The whole history of a git repository as material: every object that the clone holds.
//!
//! Own code on the pack format, because a library that hands over finished objects cannot say which
//! bytes of a version were copied from the one before, and that is what makes reading a history
//! cheap: text that was read in the base is not read again. It also reaches what no reference
//! reaches, and a repository made to do harm meets one set of bounds. Hooks, filters, attributes and
//! configuration that could run anything are never looked at; of the configuration two words are
//! read (`objectformat`, `partialclone`), and the addresses of remotes. Nothing is written.
//!
//! It decides nothing about the content. What it cannot read it lists.

mod buffer;
pub mod commit;
mod delta;
pub mod id;
mod kind;
mod loose;
mod open;
mod pack;
mod pack_index;
mod read_at;
pub mod refs;
pub mod remotes;
pub mod tree;
pub mod walk;

use std::{
    collections::{BTreeSet, HashSet},
    path::PathBuf,
};

pub use self::{delta::Copied, kind::Kind, open::CannotOpen};
use self::{loose::Loose, pack::Pack, refs::Refs};

/// The bounds that hold for any repository.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Larger objects are not unpacked, in bytes.
    pub largest: u64,
    /// What one thread may hold of unpacked objects that others are made from, in bytes.
    pub held: usize,
    /// Threads to use.
    pub threads: usize,
}

impl Limits {
    /// The usual ones, for so many threads.
    pub const fn usual(threads: usize) -> Self {
        Self { largest: crate::text::LARGEST, held: 24 << 20, threads }
    }
}

/// An opened history. Objects are known by a number over all sources.
#[derive(Debug)]
pub struct History {
    /// Bytes in an object id: 20 for SHA-1, 32 for SHA-256.
    pub width: usize,
    /// Where references point.
    pub refs: Refs,
    /// Commits whose parents this clone lacks on purpose.
    pub shallow: Vec<Vec<u8>>,
    /// Whether objects were left out on purpose, to be fetched when needed.
    pub partial: bool,
    /// What could not be opened, in words.
    pub problems: Vec<String>,
    packs: Vec<Pack>,
    loose: Vec<Loose>,
    /// For each source, the number of its first object; packs first.
    /// Loose objects whose blobs a former reading has seen.
    loose_before: HashSet<Vec<u8>>,
    lookup: Lookup,
    objects: u32,
    /// The folder of the repository shared by its working trees.
    pub common: PathBuf,
}

/// From an id to a number: the numbers in the order of their ids, and a table over the first bits.
#[derive(Debug, Default)]
struct Lookup {
    sorted: Vec<u32>,
    starts: Vec<u32>,
    bits: u32,
}

impl History {
    /// How many objects there are, those that lie in several packs counted once a pack.
    pub const fn objects(&self) -> u32 {
        self.objects
    }

    /// The id of an object.
    pub fn id(&self, number: u32) -> &[u8] {
        for pack in &self.packs {
            let at = number.wrapping_sub(pack.first_number) as usize;
            if at < pack.len() {
                return &pack.ids[at * pack.width..(at + 1) * pack.width];
            }
        }
        for loose in &self.loose {
            let at = number.wrapping_sub(loose.first_number) as usize;
            if at < loose.len() {
                return loose.id(at);
            }
        }
        &[]
    }

    /// The number of an object by its id; where several packs hold it, always the same one.
    pub fn find(&self, id: &[u8]) -> Option<u32> {
        if id.len() != self.width {
            return None;
        }
        let bucket = self.lookup.bucket(id);
        let (mut low, mut high) = (self.lookup.starts[bucket], self.lookup.starts[bucket + 1]);
        while low < high {
            let middle = low + (high - low) / 2;
            let number = self.lookup.sorted[middle as usize];
            match self.id(number).cmp(id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(number),
            }
        }
        None
    }

    /// Leaves the blobs of these packs (by checksum) and loose objects (by id) out of walks: a former
    /// reading has seen them.
    pub fn read_before(&mut self, packs: &BTreeSet<String>, loose: &BTreeSet<String>) {
        for pack in &mut self.packs {
            pack.read_before = packs.contains(&id::to_hex(&pack.checksum));
        }
        self.loose_before = loose.iter().filter_map(|hex| id::from_hex(hex.as_bytes())).collect();
    }

    /// The checksums of the packs, and the ids of the loose objects: what the clone holds.
    pub fn sources(&self) -> (Vec<String>, Vec<String>) {
        let mut packs: Vec<String> = self.packs.iter().map(|pack| id::to_hex(&pack.checksum)).collect();
        packs.sort();
        let mut loose: Vec<String> =
            self.loose.iter().flat_map(|loose| (0..loose.len()).map(|at| id::to_hex(loose.id(at)))).collect();
        loose.sort();
        (packs, loose)
    }
}

impl Lookup {
    fn bucket(&self, id: &[u8]) -> usize {
        let head = u64::from_be_bytes([id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7]]);
        if self.bits == 0 { 0 } else { usize::try_from(head >> (64 - self.bits)).unwrap_or(0) }
    }
}
