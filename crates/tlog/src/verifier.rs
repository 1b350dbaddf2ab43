//! Verifies a whole log: every entry, every tile, and the root.
//!
//! A fold over the log's files, in an order it names itself: [`LogVerifier::wanted`] says which file it
//! wants, [`LogVerifier::feed`] takes its bytes. It decides which file disagrees with which, and, as
//! far as a tile above or the signed root can tell, which of the two was changed. It refuses to know
//! where the files are, and who signed the checkpoint. Memory is bounded: one bundle, and a tile's
//! hashes a level.
//!
//! Where a tile disagrees with what lies below it, both are carried on: the hash computed from below,
//! and the one that the tile's own content gives. The tile above holds one of them, and so decides.

use std::fmt;

use crate::{
    checkpoint::Checkpoint,
    hash::{Hash, fold_perfect, leaf_hash, node_hash},
    resource::Resource,
    tile::{BundleId, FULL_WIDTH, TileError, TileId},
    tree::MAX_SIZE,
};

/// The most changed files that are kept by name; the rest are counted.
pub const MOST_NAMED: usize = 64;

/// Levels of tiles that a log can have.
const LEVELS: usize = 8;

/// What is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The file is not well-formed.
    #[error(transparent)]
    Malformed(#[from] TileError),
    /// A hash in a tile is not that of what lies below it.
    #[error("{tile} has another hash at place {place} than {below} gives: one of the two was changed")]
    Hash {
        /// The tile.
        tile: TileId,
        /// Place of the hash in it, from 0.
        place: u16,
        /// The bundle or tile below, from which the hash was computed.
        below: Resource,
        /// What the tile says.
        found: Hash,
        /// What lies below gives.
        computed: Hash,
    },
    /// The entries and tiles give another root than the checkpoint.
    #[error(
        "the files give the root {computed}, the checkpoint says {signed}: entries were changed, or it is another log"
    )]
    Root {
        /// What the checkpoint says.
        signed: Hash,
        /// What the files give.
        computed: Hash,
    },
    /// Some files were changed; what remains gives the signed root, so it is known which.
    #[error("{} of the log's files were changed: {}", .0.count, .0)]
    Changed(Changed),
    /// Not all files were fed.
    #[error("{0} was not read: nothing is known of what it holds")]
    Unread(Resource),
}

/// The files of a log that were changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// The first of them, at most [`MOST_NAMED`], in the order of their reading.
    pub files: Vec<Resource>,
    /// How many they are.
    pub count: u64,
}

impl fmt::Display for Changed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, file) in self.files.iter().enumerate() {
            write!(out, "{}{file}", if place > 0 { ", " } else { "" })?;
        }
        if self.count > self.files.len() as u64 { out.write_str(", and more") } else { Ok(()) }
    }
}

/// Verifies a log of a known size and root.
#[derive(Debug, Clone)]
pub struct LogVerifier {
    size: u64,
    root: Hash,
    levels: [Level; LEVELS],
    /// The file wanted next.
    wanted: Option<Resource>,
    entries: u64,
    changed: Changed,
}

/// What is known of a level of tiles.
#[derive(Debug, Clone, Default)]
struct Level {
    /// Tiles seen.
    tiles: u64,
    /// Hashes, computed from below, that the next tile must have; of the last tile, if it is partial,
    /// the hashes it had to have.
    computed: Vec<Hash>,
    /// Where the tile below disagreed: what its own content gives instead.
    others: Vec<Other>,
    /// The partial tile's own hashes, where they disagree.
    found: Option<(TileId, Resource, Vec<Hash>)>,
}

/// A hash that may be right instead of the computed one.
#[derive(Debug, Clone)]
struct Other {
    place: usize,
    hash: Hash,
    /// The tile whose content gives `hash`, and what gives the computed one.
    tile: TileId,
    below: Resource,
}

impl LogVerifier {
    /// A verifier of the log that `checkpoint` speaks of. Its signatures are the caller's to verify.
    #[must_use]
    pub fn new(checkpoint: &Checkpoint) -> Self {
        Self::of(checkpoint.size(), *checkpoint.root())
    }

    /// A verifier of a log of `size` entries with `root`. A size above [`MAX_SIZE`] is taken as that.
    #[must_use]
    pub fn of(size: u64, root: Hash) -> Self {
        let size = size.min(MAX_SIZE);
        let wanted = BundleId::all(size).next().map(Resource::Bundle);
        Self { size, root, levels: Default::default(), wanted, entries: 0, changed: Changed::default() }
    }

    /// The file it wants next; none when it has seen all.
    #[must_use]
    pub const fn wanted(&self) -> Option<Resource> {
        self.wanted
    }

    /// Entries read so far.
    #[must_use]
    pub const fn entries(&self) -> u64 {
        self.entries
    }

    /// Takes the bytes of the wanted file; of a partial tile, those of the full one will do (those of a
    /// wider bundle, [`BundleId::cut`] to what is wanted). After [`Fault::Hash`] it may be fed on, so that
    /// every fault is found. After a malformed file it wants the same again.
    ///
    /// # Errors
    /// The file is malformed, or disagrees with what lies below it.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.feed_entries(bytes, |_, _| {})
    }

    /// As [`Self::feed`], and hands out each entry with its index in the log, in order. Entries are not
    /// vouched for before [`Self::finish`].
    ///
    /// # Errors
    /// As [`Self::feed`].
    pub fn feed_entries(&mut self, bytes: &[u8], mut each: impl FnMut(u64, &[u8])) -> Result<(), Fault> {
        match self.wanted {
            None => Ok(()),
            Some(Resource::Bundle(bundle)) => {
                let entries = bundle.read(bytes)?;
                let hashes = &mut self.levels[0].computed;
                hashes.clear();
                for (index, entry) in (bundle.first_entry()..).zip(&entries) {
                    hashes.push(leaf_hash(entry));
                    each(index, entry);
                }
                self.entries += entries.len() as u64;
                self.wanted = Some(Resource::Tile(bundle.tile()));
                Ok(())
            }
            Some(Resource::Tile(tile)) => {
                let fault = self.tile(tile, tile.cut(bytes)?);
                self.wanted = self.next_after(tile);
                fault.map_or(Ok(()), Err)
            }
        }
    }

    /// Compares a tile with what lies below it, and carries its root up if it is full.
    fn tile(&mut self, tile: TileId, bytes: &[u8]) -> Option<Fault> {
        let at = usize::from(tile.level());
        let mut level = std::mem::take(&mut self.levels[at]);
        level.tiles += 1;
        // What was left open below is decided here.
        for other in level.others.drain(..) {
            let found = hash_at(bytes, other.place);
            if found == Some(other.hash) {
                level.computed[other.place] = other.hash;
                self.blame(other.below);
            } else {
                self.blame(Resource::Tile(other.tile));
            }
        }
        let fault = differing(tile, &level.computed, bytes);
        let own = match &fault {
            Some(Fault::Hash { below, .. }) => {
                Some((*below, bytes.chunks_exact(Hash::LEN).filter_map(Hash::from_slice).collect::<Vec<_>>()))
            }
            _ => None,
        };
        if tile.is_full() {
            let mut hashes = std::mem::take(&mut level.computed);
            if let (Some(above), Some(hash)) = (self.levels.get_mut(at + 1), fold_perfect(&mut hashes)) {
                let place = above.computed.len();
                above.computed.push(hash);
                if let Some((below, mut own)) = own
                    && let Some(hash) = fold_perfect(&mut own)
                {
                    above.others.push(Other { place, hash, tile, below });
                }
            }
            // Its room is used again.
            hashes.clear();
            level.computed = hashes;
        } else {
            level.found = own.map(|(below, own)| (tile, below, own));
        }
        self.levels[at] = level;
        fault
    }

    fn blame(&mut self, file: Resource) {
        self.changed.count += 1;
        if self.changed.files.len() < MOST_NAMED {
            self.changed.files.push(file);
        }
    }

    /// What follows a tile: the tile above if all it needs is there, else the next bundle, else the
    /// partial tiles from the lowest up.
    fn next_after(&self, tile: TileId) -> Option<Resource> {
        let above = self.levels.get(usize::from(tile.level()) + 1);
        if let Some(above) =
            above.filter(|above| tile.is_full() && above.computed.len() == usize::from(FULL_WIDTH))
        {
            return TileId::new(tile.level() + 1, above.tiles, FULL_WIDTH).ok().map(Resource::Tile);
        }
        if self.entries < self.size {
            return BundleId::holding(self.entries, self.size).map(|(bundle, _)| Resource::Bundle(bundle));
        }
        (1u8..).zip(&self.levels[1..]).find_map(|(level, seen)| {
            let left =
                (self.size >> (8 * level)).saturating_sub(seen.tiles.saturating_mul(u64::from(FULL_WIDTH)));
            let width = u16::try_from(left).ok().filter(|width| *width > 0)?;
            TileId::new(level, seen.tiles, width).ok().map(Resource::Tile)
        })
    }

    /// Whether everything was seen, the entries give the root, and every tile fits them.
    ///
    /// # Errors
    /// A file was not fed; files were changed, and which; or the files give another root altogether.
    pub fn finish(&self) -> Result<(), Fault> {
        if let Some(wanted) = self.wanted {
            return Err(Fault::Unread(wanted));
        }
        // What a full tile left open, the tile above has decided; what a partial one left open, the
        // signed root decides.
        let open: Vec<usize> = (0..LEVELS).filter(|at| self.levels[*at].found.is_some()).collect();
        // A single fault is the common case; with several, each is tried alone and all together.
        let mut tries: Vec<Vec<usize>> = vec![Vec::new()];
        tries.extend(open.iter().map(|at| vec![*at]));
        tries.push(open.clone());
        let Some(taken) = tries.into_iter().find(|taken| self.root_with(taken) == self.root) else {
            return Err(Fault::Root { signed: self.root, computed: self.root_with(&[]) });
        };
        let mut told = self.clone();
        for at in open {
            let level = &self.levels[at];
            if let Some((tile, below, _)) = &level.found {
                told.blame(if taken.contains(&at) { *below } else { Resource::Tile(*tile) });
            }
        }
        if told.changed.count > 0 { Err(Fault::Changed(told.changed)) } else { Ok(()) }
    }

    /// The root of what was seen so far, computed from the entries.
    #[must_use]
    pub fn computed_root(&self) -> Hash {
        self.root_with(&[])
    }

    /// The root, taking what partial tiles say themselves at the levels `taken`.
    fn root_with(&self, taken: &[usize]) -> Hash {
        // The right edge, from the lowest level up; within a level, perfect subtrees from the right.
        let mut root: Option<Hash> = None;
        for (at, level) in self.levels.iter().enumerate() {
            let mut hashes = level.computed.clone();
            if let Some((_, _, own)) = level.found.as_ref().filter(|_| taken.contains(&at)) {
                hashes.clone_from(own);
            }
            while !hashes.is_empty() {
                let width = 1 << hashes.len().trailing_zeros();
                let mut part = hashes.split_off(hashes.len() - width);
                if let Some(left) = fold_perfect(&mut part) {
                    root = Some(root.map_or(left, |right| node_hash(&left, &right)));
                }
            }
        }
        root.unwrap_or(Hash::EMPTY_TREE)
    }
}

fn hash_at(bytes: &[u8], place: usize) -> Option<Hash> {
    bytes.get(place * Hash::LEN..(place + 1) * Hash::LEN).and_then(Hash::from_slice)
}

/// The first hash of `tile` that is not as computed.
fn differing(tile: TileId, computed: &[Hash], bytes: &[u8]) -> Option<Fault> {
    let found = bytes.chunks_exact(Hash::LEN).filter_map(Hash::from_slice);
    let (place, (computed, found)) =
        computed.iter().copied().zip(found).enumerate().find(|(_, (a, b))| a != b)?;
    let below = match tile.level().checked_sub(1) {
        None => Resource::Bundle(BundleId::new(tile.index(), tile.width()).ok()?),
        Some(level) => {
            let index = tile.index() * u64::from(FULL_WIDTH) + place as u64;
            Resource::Tile(TileId::new(level, index, FULL_WIDTH).ok()?)
        }
    };
    Some(Fault::Hash { tile, place: u16::try_from(place).ok()?, below, found, computed })
}

/// How far it is.
impl fmt::Display for LogVerifier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} of {} entries read", self.entries, self.size)?;
        self.wanted.map_or(Ok(()), |wanted| write!(out, ", next {wanted}"))
    }
}
