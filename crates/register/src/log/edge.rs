//! The right edge of a log, read from its files and checked against a root.
//!
//! Decides whether a log can be continued from what lies there: the few tiles at the edge give the
//! root, the last entries fit the last tile. Refuses to look further left; that is for `verify`.

use tlog::{
    Checkpoint, Hash, Resource, TileHashes, TileId, leaf_hash,
    tile::{BundleId, FULL_WIDTH, TileError, append_entry},
};

use super::{
    growth::Edge,
    source::{Source, SourceError, read_resource},
};

/// Why a log cannot be continued or read from.
#[derive(Debug, thiserror::Error)]
pub enum EdgeError {
    /// A file could not be fetched.
    #[error("`{path}` of the log could not be read: {source}")]
    Source {
        /// The file.
        path: String,
        /// What the source said.
        source: SourceError,
    },
    /// A file is not there.
    #[error("`{path}` of the log is missing; restore it from a copy")]
    Missing {
        /// The file.
        path: String,
    },
    /// A file is not well-formed.
    #[error("`{path}` of the log is damaged: {source}; restore it from a copy")]
    Malformed {
        /// The file.
        path: String,
        /// What is wrong with it.
        source: TileError,
    },
    /// The last entries are not those of the last tile.
    #[error("`{path}` does not hold the entries that the tile beside it names; restore both from a copy")]
    Entries {
        /// The bundle.
        path: String,
    },
    /// The tiles give another root.
    #[error(
        "the log's tiles do not give the root of its {size} entries; verify the log to see which is damaged"
    )]
    Root {
        /// Entries of the tree.
        size: u64,
    },
    /// More entries than a log can have.
    #[error("a log of {0} entries cannot be")]
    Size(u64),
}

pub(super) fn bytes_of(source: &dyn Source, resource: Resource) -> Result<Vec<u8>, EdgeError> {
    let path = || resource.path();
    read_resource(source, resource)
        .map_err(|source| EdgeError::Source { path: path(), source })?
        .ok_or_else(|| EdgeError::Missing { path: path() })
}

/// Fetches tiles from a source.
type Fetch<'s> = Box<dyn FnMut(TileId) -> Result<Vec<u8>, EdgeError> + 's>;

/// The hashes of a log, from the tiles of a source.
pub(super) type Hashes<'s> = TileHashes<Fetch<'s>>;

/// The hashes of a log of `size` entries, from its tiles.
pub(super) fn hashes(size: u64, source: &dyn Source) -> Hashes<'_> {
    TileHashes::new(size, Box::new(move |tile| bytes_of(source, Resource::Tile(tile))))
}

/// The entries of a bundle from its bytes, or from those of the full bundle it is the beginning of.
pub(super) fn entries_in(bundle: BundleId, bytes: &[u8]) -> Result<Vec<&[u8]>, EdgeError> {
    let read = match bundle.read(bytes) {
        Err(TileError::BundleLong { .. }) if !bundle.is_full() => bundle.full().read(bytes).map(|mut all| {
            all.truncate(usize::from(bundle.width()));
            all
        }),
        other => other,
    };
    read.map_err(|source| EdgeError::Malformed { path: bundle.path(), source })
}

/// The edge of the log that this checkpoint speaks of.
pub(super) fn load(source: &dyn Source, checkpoint: &Checkpoint) -> Result<Edge, EdgeError> {
    let size = checkpoint.size();
    let frontier = frontier(source, size)?;
    if frontier.root() != *checkpoint.root() {
        return Err(EdgeError::Root { size });
    }
    let mut edge = Edge { frontier, ..Edge::default() };
    for (level, tail) in (0u8..).zip(&mut edge.tails) {
        let hashes = size >> (8 * level);
        let width = hashes % u64::from(FULL_WIDTH);
        if let (Ok(width @ 1..), index) = (u16::try_from(width), hashes / u64::from(FULL_WIDTH)) {
            let tile = TileId::new(level, index, width).map_err(|_| EdgeError::Size(size))?;
            *tail = tile_hashes(tile, &bytes_of(source, Resource::Tile(tile))?)?;
        }
    }
    if let Some((bundle, _)) = size.checked_sub(1).and_then(|last| BundleId::holding(last, size))
        && !bundle.is_full()
    {
        let bytes = bytes_of(source, Resource::Bundle(bundle))?;
        let entries = entries_in(bundle, &bytes)?;
        if !entries.iter().map(|entry| leaf_hash(entry)).eq(edge.tails[0].iter().copied()) {
            return Err(EdgeError::Entries { path: bundle.path() });
        }
        for entry in entries {
            append_entry(&mut edge.bundle, entry)
                .map_err(|source| EdgeError::Malformed { path: bundle.path(), source })?;
        }
    }
    Ok(edge)
}

pub(super) fn tile_hashes(tile: TileId, bytes: &[u8]) -> Result<Vec<Hash>, EdgeError> {
    tile.cut(bytes)
        .and_then(|bytes| tile.read(bytes))
        .map_err(|source| EdgeError::Malformed { path: tile.path(), source })
}

fn frontier(source: &dyn Source, size: u64) -> Result<tlog::Frontier, EdgeError> {
    hashes(size, source).frontier().map_err(|error| make_error(error, size))
}

/// What went wrong when hashes were read for a proof or a root.
pub(super) fn make_error(
    error: tlog::proof::MakeError<tlog::tiles::TilesError<EdgeError>>,
    size: u64,
) -> EdgeError {
    use tlog::{proof::MakeError, tiles::TilesError};
    match error {
        MakeError::Read(TilesError::Source(error)) => error,
        MakeError::Read(TilesError::Tile(source)) => {
            let path = match &source {
                TileError::TileLength { tile, .. } => tile.path(),
                _ => "tile".to_owned(),
            };
            EdgeError::Malformed { path, source }
        }
        MakeError::Read(TilesError::NotThere { .. })
        | MakeError::NoSuchEntry { .. }
        | MakeError::Shrunk { .. }
        | MakeError::TooLarge(_) => EdgeError::Size(size),
    }
}

/// Whether the log of `new` begins with the one of `old`.
///
/// # Errors
/// When a tile cannot be had.
pub fn begins(source: &dyn Source, old: &Checkpoint, new: &Checkpoint) -> Result<bool, EdgeError> {
    if old.size() == new.size() {
        return Ok(old.root() == new.root());
    }
    if old.size() == 0 {
        return Ok(true);
    }
    let mut reader = hashes(new.size(), source);
    let proof = tlog::proof::consistency(old.size(), new.size(), &mut reader)
        .map_err(|e| make_error(e, new.size()))?;
    Ok(tlog::proof::verify_consistency(old.size(), old.root(), new.size(), new.root(), &proof).is_ok())
}

/// Whether the files of the log with the root of `new` begin with those of `old`, and hold every entry
/// from `old` on.
pub(super) fn grown(source: &dyn Source, old: &Checkpoint, new: &Checkpoint) -> Result<Edge, EdgeError> {
    let edge = load(source, new)?;
    let (old_size, size) = (old.size(), new.size());
    let mut reader = hashes(size, source);
    let proof = tlog::proof::consistency(old_size, size, &mut reader).map_err(|e| make_error(e, size))?;
    tlog::proof::verify_consistency(old_size, old.root(), size, new.root(), &proof)
        .map_err(|_| EdgeError::Root { size })?;
    for bundle in BundleId::grown(old_size, size) {
        check_bundle(source, &mut reader, bundle, new)?;
    }
    // Tiles above the lowest that are new: each must be what lies below it.
    for tile in TileId::grown(old_size, size).filter(|tile| tile.level() > 0) {
        let found = tile_hashes(tile, &bytes_of(source, Resource::Tile(tile))?)?;
        for (index, found) in (tile.index() * u64::from(FULL_WIDTH)..).zip(found) {
            let below =
                TileId::new(tile.level() - 1, index, FULL_WIDTH).map_err(|_| EdgeError::Size(size))?;
            let below = tile_hashes(below, &bytes_of(source, Resource::Tile(below))?)?;
            if fold(below) != Some(found) {
                return Err(EdgeError::Root { size });
            }
        }
    }
    Ok(edge)
}

fn fold(mut hashes: Vec<Hash>) -> Option<Hash> {
    while hashes.len() > 1 {
        hashes = hashes.chunks(2).map(|pair| tlog::node_hash(&pair[0], &pair[pair.len() - 1])).collect();
    }
    hashes.pop()
}

/// Checks a bundle against its tile and the tile against the root; gives the bundle's entries.
pub(super) fn check_bundle(
    source: &dyn Source,
    reader: &mut Hashes<'_>,
    bundle: BundleId,
    checkpoint: &Checkpoint,
) -> Result<Vec<Vec<u8>>, EdgeError> {
    let size = checkpoint.size();
    let bytes = bytes_of(source, Resource::Bundle(bundle))?;
    let entries = entries_in(bundle, &bytes)?;
    let tile = tile_hashes(bundle.tile(), &bytes_of(source, Resource::Tile(bundle.tile()))?)?;
    if !entries.iter().map(|entry| leaf_hash(entry)).eq(tile.iter().copied()) {
        return Err(EdgeError::Entries { path: bundle.path() });
    }
    // The proof of one leaf joins all hashes of its tile.
    let first = bundle.first_entry();
    let proof = tlog::proof::inclusion(first, size, reader).map_err(|e| make_error(e, size))?;
    let leaf = tile.first().copied().unwrap_or(Hash::EMPTY_TREE);
    tlog::proof::verify_inclusion(&leaf, first, size, &proof, checkpoint.root())
        .map_err(|_| EdgeError::Root { size })?;
    Ok(entries.into_iter().map(<[u8]>::to_vec).collect())
}
