//! Which files a log gains when it grows.
//!
//! Decides the bytes of new tiles and bundles, from the right edge of the tree and the new entries.
//! Refuses to know how they are written.

use tlog::{
    Frontier, Hash, Resource, TileId, leaf_hash,
    tile::{BundleId, FULL_WIDTH, LONGEST_ENTRY, append_entry, write_tile},
};

/// The right edge of a log: what must be known to go on.
#[derive(Clone, Default)]
pub(super) struct Edge {
    pub(super) frontier: Frontier,
    /// The bytes of the partial bundle; empty if the last one is full.
    pub(super) bundle: Vec<u8>,
    /// The hashes of the partial tile of each level; empty if the last one is full.
    pub(super) tails: [Vec<Hash>; 8],
}

/// A file to write.
pub(super) struct NewFile {
    pub(super) resource: Resource,
    pub(super) bytes: Vec<u8>,
}

/// Why entries cannot be appended.
#[derive(Debug, thiserror::Error)]
pub enum GrowthError {
    /// An entry does not fit.
    #[error(
        "entry {place} of those to add has {length} bytes, more than the {LONGEST_ENTRY} that fit; keep the text as \
         a blob and log its digest"
    )]
    TooLong {
        /// Which of the entries, from 0.
        place: usize,
        /// Its length.
        length: usize,
    },
    /// The tree is full.
    #[error(transparent)]
    Full(#[from] tlog::tree::FrontierError),
    /// Coordinates that no log has.
    #[error(transparent)]
    Tile(#[from] tlog::tile::TileError),
}

impl Edge {
    /// The edge after these entries, and the files that brings: in the order bundles, tiles; each once,
    /// as it is at the end.
    pub(super) fn grow(&self, entries: &[Vec<u8>]) -> Result<(Self, Vec<NewFile>), GrowthError> {
        if let Some((place, entry)) =
            entries.iter().enumerate().find(|(_, entry)| entry.len() > LONGEST_ENTRY)
        {
            return Err(GrowthError::TooLong { place, length: entry.len() });
        }
        let mut edge = self.clone();
        let mut files = Vec::new();
        let mut tiles = Vec::new();
        let full = u64::from(FULL_WIDTH);
        for entry in entries {
            append_entry(&mut edge.bundle, entry)?;
            let tails = &mut edge.tails;
            let mut filled = Vec::new();
            edge.frontier.append_with(leaf_hash(entry), |level, index, hash| {
                if level.is_multiple_of(8)
                    && let Some(tail) = tails.get_mut(usize::from(level / 8))
                {
                    tail.push(*hash);
                    if tail.len() == usize::from(FULL_WIDTH) {
                        filled.push((level / 8, index / full, std::mem::take(tail)));
                    }
                }
            })?;
            for (level, index, hashes) in filled {
                if level == 0 {
                    let bundle = BundleId::new(index, FULL_WIDTH)?;
                    let bytes = std::mem::take(&mut edge.bundle);
                    files.push(NewFile { resource: Resource::Bundle(bundle), bytes });
                }
                let tile = TileId::new(level, index, FULL_WIDTH)?;
                tiles.push(NewFile { resource: Resource::Tile(tile), bytes: write_tile(&hashes) });
            }
        }
        let (before, after) = (self.frontier.size(), edge.frontier.size());
        if after > before && !edge.bundle.is_empty() {
            let bundle = BundleId::new(after / full, width(after))?;
            files.push(NewFile { resource: Resource::Bundle(bundle), bytes: edge.bundle.clone() });
        }
        for (level, hashes) in (0u8..).zip(&edge.tails) {
            let (before, after) = (before >> (8 * level), after >> (8 * level));
            if after > before && !hashes.is_empty() {
                let tile = TileId::new(level, after / full, width(after))?;
                tiles.push(NewFile { resource: Resource::Tile(tile), bytes: write_tile(hashes) });
            }
        }
        files.extend(tiles);
        Ok((edge, files))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a remainder by 256")]
fn width(hashes: u64) -> u16 {
    (hashes % u64::from(FULL_WIDTH)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// However entries are batched, the files of the final size are the same, and those that the
    /// specification names.
    #[test]
    fn the_files_do_not_depend_on_the_batches() {
        let entries: Vec<Vec<u8>> = (0..70_000u32).map(|n| n.to_be_bytes().to_vec()).collect();
        let mut all = Vec::new();
        for batch in [997, 4096, 70_000] {
            let mut edge = Edge::default();
            let mut files = BTreeMap::new();
            for some in entries.chunks(batch) {
                let (next, new) = edge.grow(some).unwrap();
                let size = next.frontier.size();
                let expected: Vec<_> = BundleId::grown(edge.frontier.size(), size)
                    .map(|b| b.path())
                    .chain(TileId::grown(edge.frontier.size(), size).map(|t| t.path()))
                    .collect();
                let mut got: Vec<_> = new.iter().map(|file| file.resource.path()).collect();
                got.sort();
                let mut expected = expected;
                expected.sort();
                assert_eq!(got, expected, "{size}");
                files.extend(new.into_iter().map(|file| (file.resource.path(), file.bytes)));
                edge = next;
            }
            let size = entries.len() as u64;
            let last: BTreeMap<_, _> = BundleId::all(size)
                .map(|b| b.path())
                .chain(TileId::all(size).map(|t| t.path()))
                .map(|path| (path.clone(), files[&path].clone()))
                .collect();
            all.push((edge.frontier.root(), last));
        }
        assert!(all.windows(2).all(|pair| pair[0] == pair[1]));
    }

    #[test]
    fn too_long_an_entry_is_named() {
        let error = Edge::default().grow(&[vec![], vec![0; LONGEST_ENTRY + 1]]).err().unwrap();
        assert!(matches!(error, GrowthError::TooLong { place: 1, .. }));
        assert_eq!(Edge::default().grow(&[vec![0; LONGEST_ENTRY]]).unwrap().1.len(), 2);
        assert!(Edge::default().grow(&[]).unwrap().1.is_empty());
    }
}
