//! A log in memory, written by the plainest code that can: the definition of the tree, not the code
//! under test, gives its hashes.
#![allow(dead_code, reason = "each test uses its part")]

use std::collections::BTreeMap;

use proptest::sample::Index;
use tlog::{
    Hash, LogVerifier, TileId, leaf_hash, node_hash,
    tile::{BundleId, write_bundle, write_tile},
    verifier::Fault,
};

/// All files of a log, by path.
#[derive(Clone)]
pub(crate) struct Files {
    pub(crate) entries: Vec<Vec<u8>>,
    pub(crate) leaves: Vec<Hash>,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

/// RFC 6962, section 2.1, word for word.
pub(crate) fn tree_hash(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::EMPTY_TREE,
        [one] => *one,
        many => {
            let (left, right) = many.split_at(many.len().next_power_of_two() / 2);
            node_hash(&tree_hash(left), &tree_hash(right))
        }
    }
}

impl Files {
    pub(crate) fn of(size: u64) -> Self {
        Self::with(
            (0..size).map(|n| format!("{{\"entry\":{n},\"of\":\"the scene\"}}").into_bytes()).collect(),
        )
    }

    pub(crate) fn with(entries: Vec<Vec<u8>>) -> Self {
        let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        let size = entries.len() as u64;
        let mut files = BTreeMap::new();
        for bundle in BundleId::all(size) {
            let start = usize::try_from(bundle.first_entry()).unwrap();
            let bytes = write_bundle(&entries[start..start + usize::from(bundle.width())]).unwrap();
            files.insert(bundle.path(), bytes);
        }
        for tile in TileId::all(size) {
            let span = 1usize << (8 * tile.level());
            let first = usize::try_from(tile.index()).unwrap() * 256;
            let hashes: Vec<Hash> = (first..first + usize::from(tile.width()))
                .map(|at| tree_hash(&leaves[at * span..(at + 1) * span]))
                .collect();
            files.insert(tile.path(), write_tile(&hashes));
        }
        Self { entries, leaves, files }
    }

    pub(crate) fn root(&self) -> Hash {
        tree_hash(&self.leaves)
    }

    pub(crate) fn root_at(&self, size: u64) -> Hash {
        tree_hash(&self.leaves[..usize::try_from(size).unwrap()])
    }

    pub(crate) fn tile(&self, tile: TileId) -> Result<Vec<u8>, String> {
        self.files.get(&tile.path()).cloned().ok_or_else(|| format!("{tile} is not there"))
    }

    /// The tile as it was when the log was smaller: cut from the tile of now.
    pub(crate) fn tile_at(&self, tile: TileId) -> Result<Vec<u8>, String> {
        let size = self.entries.len() as u64;
        let now = TileId::all(size)
            .find(|other| (other.level(), other.index()) == (tile.level(), tile.index()))
            .ok_or_else(|| format!("{tile} is not there"))?;
        Ok(self.tile(now)?[..tile.byte_len()].to_vec())
    }

    /// Feeds a verifier to its end and gives the faults. A file that is malformed is given in its
    /// unchanged form afterwards, so that the fold goes on.
    pub(crate) fn feed(&self, verifier: &mut LogVerifier) -> Vec<Fault> {
        let mut faults = Vec::new();
        while let Some(wanted) = verifier.wanted() {
            match verifier.feed(&self.files[&wanted.path()]) {
                Ok(()) => {}
                Err(fault @ Fault::Malformed(_)) => {
                    faults.push(fault);
                    break;
                }
                Err(fault) => faults.push(fault),
            }
        }
        faults
    }

    /// Flips a bit of a byte somewhere, and says in which file.
    pub(crate) fn flip(&mut self, place: Index, bit: u8) -> String {
        let total: usize = self.files.values().map(Vec::len).sum();
        let mut at = place.index(total);
        for (path, bytes) in &mut self.files {
            if at < bytes.len() {
                bytes[at] ^= 1 << bit;
                return path.clone();
            }
            at -= bytes.len();
        }
        unreachable!("the place lies within the files")
    }
}
