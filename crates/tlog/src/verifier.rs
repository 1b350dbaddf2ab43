//! Verifies a whole log: every entry, every tile, and the root.
//!
//! A fold over the log's files, in an order it names itself: [`LogVerifier::wanted`] says which file it
//! wants, [`LogVerifier::feed`] takes its bytes. It decides which file disagrees with which. It refuses
//! to know where the files are, and who signed the checkpoint. Memory is bounded: one bundle, and a
//! tile's hashes a level.

use std::fmt;

use crate::{
    checkpoint::Checkpoint,
    hash::{Hash, fold_perfect, leaf_hash, node_hash},
    tile::{BundleId, FULL_WIDTH, Resource, TileError, TileId},
    tree::MAX_SIZE,
};

/// A disagreement between files of a log.
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
        /// For a bundle, the index in the log of the entry; for a tile, its index.
        index: u64,
        /// What the tile says.
        found: Hash,
        /// What lies below gives.
        computed: Hash,
    },
    /// All files agree with each other, but not with the checkpoint.
    #[error(
        "the entries give the root {computed}, the checkpoint says {signed}: entries were changed, or it is another log"
    )]
    Root {
        /// What the checkpoint says.
        signed: Hash,
        /// What the entries give.
        computed: Hash,
    },
    /// The entries are right, but tiles disagreed with them while they were read.
    #[error(
        "the entries give the signed root, but {0} tiles do not fit them: write those tiles anew from the entries"
    )]
    Tiles(u64),
    /// Not all files were fed.
    #[error("{0} was not read: nothing is known of what it holds")]
    Unread(Resource),
}

/// Verifies a log of a known size and root.
#[derive(Debug, Clone)]
pub struct LogVerifier {
    size: u64,
    root: Hash,
    /// Hashes, by level, that the next tile of that level must have.
    pending: [Vec<Hash>; 8],
    /// Tiles verified, by level.
    tiles: [u64; 8],
    /// The file wanted next.
    wanted: Option<Resource>,
    entries: u64,
    faults: u64,
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
        Self { size, root, pending: Default::default(), tiles: [0; 8], wanted, entries: 0, faults: 0 }
    }

    /// The file it wants next; none when it has seen all.
    #[must_use]
    pub const fn wanted(&self) -> Option<Resource> {
        self.wanted
    }

    /// Entries verified so far.
    #[must_use]
    pub const fn entries(&self) -> u64 {
        self.entries
    }

    /// Takes the bytes of the wanted file. After a fault of a hash it may be fed on: it goes on with
    /// what lies below, so that every fault is found. After a malformed file it wants the same again.
    ///
    /// # Errors
    /// The file is malformed, or disagrees with what lies below it. Nothing wanted: nothing is read.
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
                for (index, entry) in (bundle.first_entry()..).zip(&entries) {
                    self.pending[0].push(leaf_hash(entry));
                    each(index, entry);
                }
                self.entries += entries.len() as u64;
                self.wanted = Some(Resource::Tile(bundle.tile()));
                Ok(())
            }
            Some(Resource::Tile(tile)) => {
                let bytes = tile.cut(bytes)?;
                let level = usize::from(tile.level());
                let mut computed = std::mem::take(&mut self.pending[level]);
                let fault = differing(tile, &computed, bytes);
                self.tiles[level] += 1;
                if tile.is_full()
                    && let (Some(above), Some(hash)) =
                        (self.pending.get_mut(level + 1), fold_perfect(&mut computed))
                {
                    above.push(hash);
                    computed.clear();
                }
                // A partial tile's hashes are the right edge: they are wanted for the root.
                self.pending[level] = computed;
                self.wanted = self.next_after(tile);
                self.faults += u64::from(fault.is_some());
                fault.map_or(Ok(()), Err)
            }
        }
    }

    /// What follows a tile: the tile above if it is complete, else the next bundle, else the partial
    /// tiles from the lowest up.
    fn next_after(&self, tile: TileId) -> Option<Resource> {
        let level = tile.level();
        if tile.is_full()
            && self
                .pending
                .get(usize::from(level) + 1)
                .is_some_and(|above| above.len() == usize::from(FULL_WIDTH))
        {
            return TileId::new(level + 1, self.tiles[usize::from(level) + 1], FULL_WIDTH)
                .ok()
                .map(Resource::Tile);
        }
        if self.entries < self.size {
            let (bundle, _) = BundleId::holding(self.entries, self.size)?;
            return Some(Resource::Bundle(bundle));
        }
        // All entries are read: what is still partial, lowest first. Only the last bundle's tile was
        // wanted at its time already.
        (1..8u8).find_map(|level| {
            let hashes = self.size >> (8 * level);
            let done = self.tiles[usize::from(level)];
            let width = u16::try_from(hashes.saturating_sub(done * u64::from(FULL_WIDTH))).ok()?;
            (width > 0).then(|| TileId::new(level, done, width).ok().map(Resource::Tile))?
        })
    }

    /// Tiles so far that disagreed with what lies below them.
    #[must_use]
    pub const fn faults(&self) -> u64 {
        self.faults
    }

    /// Whether everything was seen, the entries give the root, and every tile fits them.
    ///
    /// # Errors
    /// A file was not fed, the entries give another root, or only tiles are wrong.
    pub fn finish(&self) -> Result<(), Fault> {
        if let Some(wanted) = self.wanted {
            return Err(Fault::Unread(wanted));
        }
        let computed = self.computed_root();
        if computed != self.root {
            return Err(Fault::Root { signed: self.root, computed });
        }
        if self.faults > 0 { Err(Fault::Tiles(self.faults)) } else { Ok(()) }
    }

    /// The root of what was seen so far.
    #[must_use]
    pub fn computed_root(&self) -> Hash {
        // The right edge, from the lowest level up: within a level, perfect subtrees from the right.
        let mut root: Option<Hash> = None;
        for hashes in &self.pending {
            let mut end = hashes.len();
            while end > 0 {
                let width = 1 << end.trailing_zeros();
                let mut part = hashes[end - width..end].to_vec();
                end -= width;
                if let Some(left) = fold_perfect(&mut part) {
                    root = Some(root.map_or(left, |right| node_hash(&left, &right)));
                }
            }
        }
        root.unwrap_or(Hash::EMPTY_TREE)
    }
}

/// The first hash of `tile` that is not as computed.
fn differing(tile: TileId, computed: &[Hash], bytes: &[u8]) -> Option<Fault> {
    let found = bytes.chunks_exact(Hash::LEN).filter_map(Hash::from_slice);
    let (place, (computed, found)) =
        computed.iter().copied().zip(found).enumerate().find(|(_, (a, b))| a != b)?;
    let index = tile.index() * u64::from(FULL_WIDTH) + place as u64;
    let below = match tile.level().checked_sub(1) {
        None => Resource::Bundle(BundleId::new(tile.index(), tile.width()).ok()?),
        Some(level) => Resource::Tile(TileId::new(level, index, FULL_WIDTH).ok()?),
    };
    let place = u16::try_from(place).ok()?;
    Some(Fault::Hash { tile, place, below, index, found, computed })
}

/// The file that is wanted, for messages.
impl fmt::Display for LogVerifier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.wanted {
            Some(wanted) => write!(out, "{} of {} entries verified, next {wanted}", self.entries, self.size),
            None => write!(out, "{} entries verified", self.entries),
        }
    }
}
