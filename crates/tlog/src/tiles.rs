//! Hashes of subtrees out of tiles: what proofs and appending need, from the files of a log.
//!
//! It decides which tile holds which hash and joins a tile's hashes up to the tile above. It keeps the
//! tiles of late use joined, so that one receipt after another costs a look-up per hash. It refuses to
//! know how bytes are fetched, and whether they are right: what comes out is checked against a root.

use crate::{
    hash::{Hash, node_hash},
    proof::HashReader,
    tile::{TileError, TileId},
    tree::Frontier,
};

/// Tiles kept joined. 64 of them are 1 MiB, and cover the right edge and the neighbourhood of entries
/// that are asked for one after the other.
pub const KEPT_TILES: usize = 64;

/// Where the bytes of tiles come from: a folder, a web server, a map.
pub trait TileSource {
    /// Why a tile could not be read.
    type Error;

    /// The bytes of `tile`. If the partial tile is gone, those of the full one may be given instead:
    /// its first hashes are the same.
    ///
    /// # Errors
    /// It could not be read.
    fn tile(&mut self, tile: TileId) -> Result<Vec<u8>, Self::Error>;
}

impl<E, F: FnMut(TileId) -> Result<Vec<u8>, E>> TileSource for F {
    type Error = E;

    fn tile(&mut self, tile: TileId) -> Result<Vec<u8>, E> {
        self(tile)
    }
}

/// Why a hash could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TilesError<E> {
    /// The tile could not be read.
    #[error(transparent)]
    Source(E),
    /// Its bytes are no tile.
    #[error(transparent)]
    Tile(TileError),
    /// The subtree is not in a log of that size.
    #[error("a log of {size} entries has no subtree {index} at level {level}")]
    NotThere {
        /// Level asked for.
        level: u8,
        /// Index asked for.
        index: u64,
        /// Size of the log.
        size: u64,
    },
}

/// The hashes of a log of a given size, read from its tiles.
#[derive(Debug)]
pub struct TileHashes<S> {
    size: u64,
    source: S,
    /// Least lately used first.
    kept: Vec<Joined>,
}

/// A tile with all perfect subtrees over its hashes.
#[derive(Debug)]
struct Joined {
    tile: TileId,
    /// The tile's hashes, then those of each level above, 8 levels together.
    hashes: Vec<Hash>,
}

impl<S: TileSource> TileHashes<S> {
    /// The hashes of a log of `size` entries, from `source`.
    pub const fn new(size: u64, source: S) -> Self {
        Self { size, source, kept: Vec::new() }
    }

    /// Entries in the log.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// What must be known to append, and the root with it.
    ///
    /// # Errors
    /// A tile could not be read or is none, or the size is more than [`crate::tree::MAX_SIZE`].
    pub fn frontier(&mut self) -> Result<Frontier, crate::proof::MakeError<TilesError<S::Error>>> {
        crate::proof::frontier(self.size, self)
    }
}

impl<S: TileSource> HashReader for TileHashes<S> {
    type Error = TilesError<S::Error>;

    fn hash(&mut self, level: u8, index: u64) -> Result<Hash, Self::Error> {
        let not_there = TilesError::NotThere { level, index, size: self.size };
        let Some((tile, places)) = TileId::holding(level, index, self.size) else { return Err(not_there) };
        let joined = match self.kept.iter().rposition(|joined| joined.tile == tile) {
            Some(at) => self.kept.remove(at),
            None => {
                let bytes = self.source.tile(tile).map_err(TilesError::Source)?;
                let joined = Joined::new(tile, &bytes).map_err(TilesError::Tile)?;
                if self.kept.len() >= KEPT_TILES {
                    self.kept.remove(0);
                }
                joined
            }
        };
        let hash = joined.get(&places).ok_or(not_there);
        self.kept.push(joined);
        hash
    }
}

impl Joined {
    fn new(tile: TileId, bytes: &[u8]) -> Result<Self, TileError> {
        let mut hashes = tile.read(tile.cut(bytes)?)?;
        hashes.reserve(hashes.len());
        let mut start = 0;
        let mut width = hashes.len();
        // The level above belongs to the tile above.
        for _ in 1..crate::tile::TILE_HEIGHT {
            for pair in 0..width / 2 {
                let joined = node_hash(&hashes[start + 2 * pair], &hashes[start + 2 * pair + 1]);
                hashes.push(joined);
            }
            start += width;
            width /= 2;
        }
        Ok(Self { tile, hashes })
    }

    /// The root over the tile's hashes `places`, as many as a power of two, aligned.
    fn get(&self, places: &std::ops::Range<usize>) -> Option<Hash> {
        let level = places.len().trailing_zeros();
        let width = usize::from(self.tile.width());
        let start: usize = (0..level).map(|below| width >> below).sum();
        self.hashes.get(start + (places.start >> level)).copied()
    }
}
