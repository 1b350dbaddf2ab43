//! Tiles and entry bundles, the files a log consists of (`tlog-tiles`): their coordinates and their
//! bytes. Their paths are in [`crate::resource`].
//!
//! It decides which files a log of some size has and what bytes are well-formed. It refuses to know
//! whether their content is right ([`crate::verifier`]) and how a file is fetched.

use crate::{hash::Hash, tree::MAX_SIZE};

/// Hashes in a full tile, entries in a full bundle.
pub const FULL_WIDTH: u16 = 256;

/// Levels of the tree that one tile spans.
pub const TILE_HEIGHT: u8 = 8;

/// The highest level a path may name (`tlog-tiles`).
pub const HIGHEST_LEVEL: u8 = 63;

/// The longest entry: the length before an entry is 16 bits wide (`tlog-tiles`).
pub const LONGEST_ENTRY: usize = u16::MAX as usize;

/// The most bytes a bundle can have: 256 entries, each with two bytes of length.
pub const LONGEST_BUNDLE: usize = (LONGEST_ENTRY + 2) * FULL_WIDTH as usize;

/// The most bytes a hash tile can have.
pub const LONGEST_TILE: usize = Hash::LEN * FULL_WIDTH as usize;

/// A tile of hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    level: u8,
    index: u64,
    width: u16,
}

/// A bundle of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BundleId {
    index: u64,
    width: u16,
}

/// Why coordinates, a path or bytes are not a tile or bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// Level, index or width beyond what there can be.
    #[error("there is no tile of level {level}, index {index}, width {width}")]
    Coordinates {
        /// Level.
        level: u8,
        /// Index within the level.
        index: u64,
        /// Hashes in it.
        width: u16,
    },
    /// The path does not name a tile or bundle in its one spelling.
    #[error(
        "the path names no tile: it must read tile/LEVEL/INDEX or tile/entries/INDEX, with .p/WIDTH if partial"
    )]
    Path,
    /// The length of a hash tile does not fit its width.
    #[error("{tile} has {found} bytes where {expected} are wanted: fetch it again")]
    TileLength {
        /// The tile.
        tile: TileId,
        /// Its bytes.
        found: usize,
        /// Bytes it must have.
        expected: usize,
    },
    /// A bundle ends inside an entry, or has fewer entries than its width says.
    #[error("{bundle} ends at entry {entry} of {}: fetch it again", bundle.width)]
    BundleShort {
        /// The bundle.
        bundle: BundleId,
        /// The entry (from 0, within the bundle) that is cut or absent.
        entry: u16,
    },
    /// Bytes follow the last entry.
    #[error("{bundle} has {extra} bytes behind its last entry: fetch it again")]
    BundleLong {
        /// The bundle.
        bundle: BundleId,
        /// How many bytes.
        extra: usize,
    },
    /// An entry is too long for its 16-bit length.
    #[error(
        "an entry of {0} bytes does not fit a bundle, which takes {LONGEST_ENTRY}: log its digest instead"
    )]
    EntryTooLong(usize),
    /// More entries than a bundle holds, or none.
    #[error("a bundle holds 1 to {FULL_WIDTH} entries, not {0}")]
    Count(usize),
}

impl TileId {
    /// The tile of `level`, `index` (within the level) with `width` hashes (1 to 256).
    ///
    /// # Errors
    /// No log can have it: a level above 63, no hashes or more than 256, or leaves beyond
    /// [`MAX_SIZE`].
    pub fn new(level: u8, index: u64, width: u16) -> Result<Self, TileError> {
        let no_such = TileError::Coordinates { level, index, width };
        if level > HIGHEST_LEVEL || width == 0 || width > FULL_WIDTH {
            return Err(no_such);
        }
        let end = u128::from(index) * u128::from(FULL_WIDTH) + u128::from(width);
        // Level 8 and above would span more than 2^63 leaves; shifting is safe below that.
        if level > 7 || (end << (u32::from(level) * 8)) > u128::from(MAX_SIZE) {
            return Err(no_such);
        }
        Ok(Self { level, index, width })
    }

    /// Its level: 0 holds leaf hashes.
    #[must_use]
    pub const fn level(&self) -> u8 {
        self.level
    }

    /// Its index within the level.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// Hashes in it, 1 to 256.
    #[must_use]
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// Whether it has all 256 hashes; such a tile never changes.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.width == FULL_WIDTH
    }

    /// The same tile when all its hashes are there: what to fetch if the partial one is gone.
    #[must_use]
    pub const fn full(&self) -> Self {
        Self { width: FULL_WIDTH, ..*self }
    }

    /// Length of its bytes.
    #[must_use]
    pub const fn byte_len(&self) -> usize {
        self.width as usize * Hash::LEN
    }

    /// The path below the log's prefix: `tile/0/x001/x234/067.p/8`.
    #[must_use]
    pub fn path(&self) -> String {
        self.to_string()
    }

    /// The hashes of the tile from its bytes.
    ///
    /// # Errors
    /// There are more or fewer bytes than its width wants.
    pub fn read(&self, bytes: &[u8]) -> Result<Vec<Hash>, TileError> {
        self.check_len(bytes)?;
        Ok(bytes.chunks_exact(Hash::LEN).filter_map(Hash::from_slice).collect())
    }

    /// Whether `bytes` are as many as the tile must have.
    ///
    /// # Errors
    /// They are not.
    pub fn check_len(&self, bytes: &[u8]) -> Result<(), TileError> {
        if bytes.len() == self.byte_len() {
            Ok(())
        } else {
            Err(TileError::TileLength { tile: *self, found: bytes.len(), expected: self.byte_len() })
        }
    }

    /// The bytes of this tile out of its own bytes or those of the full tile, which begin with them.
    ///
    /// # Errors
    /// They are as many as neither has.
    pub fn cut<'a>(&self, bytes: &'a [u8]) -> Result<&'a [u8], TileError> {
        if bytes.len() == LONGEST_TILE {
            return Ok(&bytes[..self.byte_len()]);
        }
        self.check_len(bytes).map(|()| bytes)
    }

    /// All tiles of a log of `size` entries, level by level, left to right. Partial ones included.
    pub fn all(size: u64) -> impl Iterator<Item = Self> {
        Self::grown(0, size)
    }

    /// The tiles that a log gains, or gains hashes in, by growing from `old` to `new` entries.
    pub fn grown(old: u64, new: u64) -> impl Iterator<Item = Self> {
        (0..8u8).flat_map(move |level| {
            let (before, after) = (old >> (8 * level), new >> (8 * level));
            spans(before, after).map(move |(index, width)| Self { level, index, width })
        })
    }

    /// The tile that holds the hash of the perfect subtree `index` at tree level `level`, in a log of
    /// `size` entries, and which of the tile's hashes lie below it.
    pub(crate) fn holding(level: u8, index: u64, size: u64) -> Option<(Self, std::ops::Range<usize>)> {
        if level > 63 {
            return None;
        }
        let (tile_level, inner) = (level / TILE_HEIGHT, level % TILE_HEIGHT);
        let first = index.checked_mul(1 << inner)?;
        let end = first.checked_add(1 << inner)?;
        let hashes = size >> (8 * tile_level);
        if end > hashes {
            return None;
        }
        let tile = first / u64::from(FULL_WIDTH);
        let width = (hashes - tile * u64::from(FULL_WIDTH)).min(u64::from(FULL_WIDTH));
        #[expect(clippy::cast_possible_truncation, reason = "at most 256, and a remainder by 256")]
        let (width, start) = (width as u16, (first % u64::from(FULL_WIDTH)) as usize);
        Some((Self { level: tile_level, index: tile, width }, start..start + (1 << inner)))
    }
}

impl BundleId {
    /// The bundle `index` with `width` entries (1 to 256).
    ///
    /// # Errors
    /// No log can have it.
    pub fn new(index: u64, width: u16) -> Result<Self, TileError> {
        TileId::new(0, index, width).map(|tile| Self { index: tile.index, width: tile.width })
    }

    /// Its index.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// Entries in it, 1 to 256.
    #[must_use]
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// Whether it has all 256 entries; such a bundle never changes.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.width == FULL_WIDTH
    }

    /// The same bundle when all its entries are there: what to fetch if the partial one is gone.
    #[must_use]
    pub const fn full(&self) -> Self {
        Self { width: FULL_WIDTH, ..*self }
    }

    /// The index in the log of its first entry.
    #[must_use]
    pub const fn first_entry(&self) -> u64 {
        self.index * FULL_WIDTH as u64
    }

    /// The tile that holds the hashes of its entries.
    #[must_use]
    pub const fn tile(&self) -> TileId {
        TileId { level: 0, index: self.index, width: self.width }
    }

    /// The path below the log's prefix: `tile/entries/067.p/8`.
    #[must_use]
    pub fn path(&self) -> String {
        self.to_string()
    }

    /// The entries in `bytes`, borrowed from them.
    ///
    /// # Errors
    /// The bytes end inside an entry, or hold fewer or more entries than the width says.
    pub fn read<'a>(&self, bytes: &'a [u8]) -> Result<Vec<&'a [u8]>, TileError> {
        let mut rest = bytes;
        let mut entries = Vec::with_capacity(usize::from(self.width));
        for entry in 0..self.width {
            let short = TileError::BundleShort { bundle: *self, entry };
            let Some((length, behind)) = rest.split_first_chunk::<2>() else { return Err(short) };
            let Some((body, behind)) = behind.split_at_checked(usize::from(u16::from_be_bytes(*length)))
            else {
                return Err(short);
            };
            entries.push(body);
            rest = behind;
        }
        if rest.is_empty() {
            Ok(entries)
        } else {
            Err(TileError::BundleLong { bundle: *self, extra: rest.len() })
        }
    }

    /// The bytes of this bundle out of those of a wider one with the same index, such as the full one,
    /// which begin with them: for when a log has removed a partial bundle that it outgrew.
    ///
    /// # Errors
    /// The bytes end inside an entry of this bundle.
    pub fn cut<'a>(&self, wider: &'a [u8]) -> Result<&'a [u8], TileError> {
        match self.read(wider) {
            Err(TileError::BundleLong { extra, .. }) => Ok(&wider[..wider.len() - extra]),
            other => other.map(|_| wider),
        }
    }

    /// All bundles of a log of `size` entries, left to right.
    pub fn all(size: u64) -> impl Iterator<Item = Self> {
        Self::grown(0, size)
    }

    /// The bundles that a log gains, or gains entries in, by growing from `old` to `new` entries.
    pub fn grown(old: u64, new: u64) -> impl Iterator<Item = Self> {
        spans(old, new).map(|(index, width)| Self { index, width })
    }

    /// The bundle of a log of `size` entries that holds entry `entry`, and the entry's place in it.
    #[must_use]
    pub fn holding(entry: u64, size: u64) -> Option<(Self, usize)> {
        let (tile, places) = TileId::holding(0, entry, size)?;
        Some((Self { index: tile.index, width: tile.width }, places.start))
    }
}

/// The tiles of one level touched by growing from `before` to `after` hashes, as (index, width).
fn spans(before: u64, after: u64) -> impl Iterator<Item = (u64, u16)> {
    let full = u64::from(FULL_WIDTH);
    let touched = if after > before { before / full..after.div_ceil(full) } else { 0..0 };
    #[expect(clippy::cast_possible_truncation, reason = "at most 256")]
    touched.map(move |index| (index, (after - index * full).min(full) as u16))
}

/// The bytes of a hash tile.
#[must_use]
pub fn write_tile(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(Hash::as_bytes).copied().collect()
}

/// The bytes of a bundle: each entry behind its length, 16 bits, big-endian.
///
/// # Errors
/// There are none or more than 256 entries, or one is longer than [`LONGEST_ENTRY`].
pub fn write_bundle<E: AsRef<[u8]>>(entries: &[E]) -> Result<Vec<u8>, TileError> {
    if entries.is_empty() || entries.len() > usize::from(FULL_WIDTH) {
        return Err(TileError::Count(entries.len()));
    }
    let mut out = Vec::with_capacity(entries.iter().map(|e| e.as_ref().len() + 2).sum());
    for entry in entries {
        append_entry(&mut out, entry.as_ref())?;
    }
    Ok(out)
}

/// Appends one entry to the bytes of a bundle.
///
/// # Errors
/// It is longer than [`LONGEST_ENTRY`]; nothing is then appended.
pub fn append_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), TileError> {
    let length = u16::try_from(entry.len()).map_err(|_| TileError::EntryTooLong(entry.len()))?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_of_70000_has_the_tiles_the_specification_counts() {
        let tiles: Vec<TileId> = TileId::all(70_000).collect();
        let of = |level: u8| tiles.iter().filter(|t| t.level == level).copied().collect::<Vec<_>>();
        assert_eq!(of(0).len(), 274);
        assert!(of(0)[..273].iter().all(TileId::is_full));
        assert_eq!(of(0)[273].width, 112);
        assert_eq!(of(1).iter().map(|t| t.width).collect::<Vec<_>>(), [256, 17]);
        assert_eq!(of(2).iter().map(|t| t.width).collect::<Vec<_>>(), [1]);
        assert_eq!(tiles.len(), 277);
        // A tree of 256: one full tile, and one partial of width 1 above it.
        let paths: Vec<String> = TileId::all(256).map(|t| t.path()).collect();
        assert_eq!(paths, ["tile/0/000", "tile/1/000.p/1"]);
        assert_eq!(TileId::all(0).count() + BundleId::all(0).count(), 0);
    }

    #[test]
    fn growing_touches_what_changed_only() {
        let paths = |old, new| TileId::grown(old, new).map(|t| t.path()).collect::<Vec<_>>();
        assert_eq!(paths(255, 257), ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]);
        assert_eq!(paths(256, 257), ["tile/0/001.p/1"]);
        assert_eq!(paths(5, 5), [""; 0]);
        assert_eq!(paths(5, 4), [""; 0]);
        assert_eq!(TileId::grown(MAX_SIZE - 1, MAX_SIZE).count(), 1);
    }

    #[test]
    fn a_bundle_is_what_was_put_in() {
        let entries = [b"one".to_vec(), Vec::new(), vec![7; LONGEST_ENTRY]];
        let bytes = write_bundle(&entries).unwrap();
        let id = BundleId::new(0, 3).unwrap();
        assert_eq!(id.read(&bytes).unwrap(), entries);
        assert!(matches!(id.read(&bytes[..bytes.len() - 1]), Err(TileError::BundleShort { entry: 2, .. })));
        assert!(matches!(id.read(&[&bytes[..], b"x"].concat()), Err(TileError::BundleLong { extra: 1, .. })));
        assert!(BundleId::new(0, 4).unwrap().read(&bytes).is_err());
        let two = BundleId::new(0, 2).unwrap();
        assert_eq!(two.read(two.cut(&bytes).unwrap()).unwrap(), entries[..2]);
        assert_eq!(id.cut(&bytes), Ok(&bytes[..]));
        assert!(id.cut(&bytes[..4]).is_err());
        assert_eq!(
            write_bundle(&[vec![0; LONGEST_ENTRY + 1]]),
            Err(TileError::EntryTooLong(LONGEST_ENTRY + 1))
        );
        assert_eq!(write_bundle::<Vec<u8>>(&[]), Err(TileError::Count(0)));
        assert_eq!(write_bundle(&vec![[0u8]; 257]), Err(TileError::Count(257)));
    }

    #[test]
    fn a_tile_is_as_long_as_it_is_wide() {
        let tile = TileId::new(0, 0, 2).unwrap();
        assert_eq!(tile.read(&write_tile(&[Hash::EMPTY_TREE; 2])).unwrap(), [Hash::EMPTY_TREE; 2]);
        assert!(matches!(tile.read(&[0; 63]), Err(TileError::TileLength { found: 63, expected: 64, .. })));
        assert!(tile.read(&[0; 96]).is_err());
    }

    #[test]
    fn a_subtree_lies_in_one_tile() {
        // Leaves 512..514 in a log of 600: hashes 0 and 1 of the third tile, 88 wide.
        let (tile, places) = TileId::holding(1, 256, 600).unwrap();
        assert_eq!((tile.path().as_str(), places), ("tile/0/002.p/88", 0..2));
        // A whole tile is one hash of the level above.
        let (tile, places) = TileId::holding(8, 1, 600).unwrap();
        assert_eq!((tile.path().as_str(), places), ("tile/1/000.p/2", 1..2));
        assert_eq!(TileId::holding(8, 2, 600), None);
        assert_eq!(TileId::holding(0, 600, 600), None);
        assert_eq!(TileId::holding(63, u64::MAX, u64::MAX), None);
        assert_eq!(TileId::holding(64, 0, u64::MAX), None);
        assert_eq!(
            BundleId::holding(599, 600).map(|(b, at)| (b.path(), at)),
            Some(("tile/entries/002.p/88".into(), 87))
        );
    }
}
