//! Which files of a damaged log are damaged.
//!
//! Decides it from the top: the tiles at the right edge give the signed root or do not; a tile that is
//! right says what the tiles below it must give, and the lowest say what the entries must be. Where a
//! tile is damaged, what lies below it may still prove itself by giving the hash above. Runs only after
//! [`tlog::LogVerifier`] has found something; it refuses to find a log sound.

use tlog::{
    Checkpoint, Frontier, Hash, Resource, TileId, leaf_hash, node_hash,
    tile::{BundleId, FULL_WIDTH},
    verifier::Fault,
};

use super::{
    edge::{EdgeError, entries_in, tile_hashes},
    source::{Source, read_resource},
    verify::{Damage, Finding},
};

/// How many findings are kept. A checkpoint may claim any size, and every file of it be missing.
const MOST_FINDINGS: usize = 1000;

/// The damaged files of the log that `source` shows under this checkpoint.
pub(super) fn diagnose(source: &dyn Source, checkpoint: &Checkpoint) -> Vec<Finding> {
    let mut diagnosis = Diagnosis { source, findings: Vec::new() };
    diagnosis.edge(checkpoint);
    if diagnosis.is_full() {
        diagnosis.findings.push(Finding::More);
    }
    diagnosis.findings
}

struct Diagnosis<'s> {
    source: &'s dyn Source,
    findings: Vec<Finding>,
}

/// A partial tile at the right edge.
struct Partial {
    tile: TileId,
    /// What its file says.
    found: Option<Vec<Hash>>,
    /// What lies below it gives.
    below: Option<Vec<Hash>>,
}

impl Diagnosis<'_> {
    fn is_full(&self) -> bool {
        self.findings.len() >= MOST_FINDINGS
    }

    fn damaged(&mut self, resource: Resource, damage: Damage) {
        if !self.is_full() {
            self.findings.push(Finding::Damaged { path: resource.path(), damage });
        }
    }

    fn edge(&mut self, checkpoint: &Checkpoint) {
        let size = checkpoint.size();
        let root = Some(*checkpoint.root());
        let mut partials = Vec::new();
        for level in 0..8u8 {
            let hashes = size >> (8 * level);
            let width = u16::try_from(hashes % u64::from(FULL_WIDTH)).unwrap_or(0);
            if let Ok(tile) = TileId::new(level, hashes / u64::from(FULL_WIDTH), width) {
                let found = self.hashes(tile);
                partials.push(Partial { tile, found, below: None });
            }
        }
        let found: Option<Vec<&[Hash]>> = partials.iter().map(|partial| partial.found.as_deref()).collect();
        let right = found.is_some_and(|found| root_of(size, &found) == root);
        for partial in &mut partials {
            let truth = partial.found.as_deref().filter(|_| right);
            partial.below = self.under(partial.tile, truth).into_iter().collect();
        }
        if !right {
            self.choose(size, *checkpoint.root(), &partials);
        }
    }

    /// The tiles at the edge do not give the root: some of them, or what lies below, is wrong. Which
    /// choice between the two gives the root says what is.
    fn choose(&mut self, size: u64, root: Hash, partials: &[Partial]) {
        for choice in 0..1u32 << partials.len() {
            let chosen: Option<Vec<&[Hash]>> = partials
                .iter()
                .enumerate()
                .map(|(n, of)| if choice >> n & 1 == 0 { of.below.as_deref() } else { of.found.as_deref() })
                .collect();
            let Some(chosen) = chosen.filter(|chosen| root_of(size, chosen) == Some(root)) else { continue };
            for (partial, right) in partials.iter().zip(chosen) {
                if partial.found.as_deref().is_some_and(|found| found != right) {
                    self.damaged(Resource::Tile(partial.tile), Damage::Hashes);
                }
                if let Some(below) = partial.below.as_deref().filter(|below| *below != right) {
                    self.wrong_below(partial.tile, below, right);
                }
            }
            return;
        }
        for partial in partials {
            if let (Some(found), Some(below)) = (&partial.found, &partial.below)
                && found != below
            {
                self.damaged(Resource::Tile(partial.tile), Damage::Differs(lower(partial.tile)));
            }
        }
        let below: Option<Vec<&[Hash]>> = partials.iter().map(|partial| partial.below.as_deref()).collect();
        if let Some(computed) = below.and_then(|below| root_of(size, &below)) {
            self.findings.push(Finding::Root(Fault::Root { signed: root, computed }));
        }
    }

    /// What lies below a right tile gives other hashes, and nothing there was found to be damaged.
    fn wrong_below(&mut self, tile: TileId, below: &[Hash], right: &[Hash]) {
        let place = below.iter().zip(right).position(|(a, b)| a != b).unwrap_or(0);
        let index = tile.index() * u64::from(FULL_WIDTH) + place as u64;
        if let Ok(bundle) = BundleId::new(tile.index(), tile.width())
            && tile.level() == 0
        {
            self.damaged(Resource::Bundle(bundle), Damage::Entry(index));
        } else if let Ok(lower) = TileId::new(tile.level().saturating_sub(1), index, FULL_WIDTH) {
            self.damaged(Resource::Tile(lower), Damage::Hashes);
        }
    }

    /// Looks at what lies below a tile; `truth` are the tile's hashes if they are known to be right.
    /// Gives the hashes that follow from what lies there.
    fn under(&mut self, tile: TileId, truth: Option<&[Hash]>) -> Vec<Option<Hash>> {
        let width = usize::from(tile.width());
        if self.is_full() {
            return vec![None; width];
        }
        let first = tile.index() * u64::from(FULL_WIDTH);
        let Some(level) = tile.level().checked_sub(1) else {
            let Ok(bundle) = BundleId::new(tile.index(), tile.width()) else { return vec![None; width] };
            let Some(leaves) = self.leaves(bundle) else { return vec![None; width] };
            if let Some(truth) = truth
                && let Some(place) = leaves.iter().zip(truth).position(|(found, right)| found != right)
            {
                self.damaged(Resource::Bundle(bundle), Damage::Entry(first + place as u64));
            }
            return leaves.into_iter().map(Some).collect();
        };
        (first..)
            .take(width)
            .enumerate()
            .map(|(place, index)| {
                let right = truth.and_then(|truth| truth.get(place)).copied();
                TileId::new(level, index, FULL_WIDTH).ok().and_then(|tile| self.full(tile, right))
            })
            .collect()
    }

    /// Looks at a full tile and what lies below. Gives the hash that follows: the right one, if known.
    fn full(&mut self, tile: TileId, right: Option<Hash>) -> Option<Hash> {
        if self.is_full() {
            return None;
        }
        let found = self.hashes(tile);
        let fits = found.clone().and_then(fold).is_some_and(|hash| Some(hash) == right);
        if fits {
            self.under(tile, found.as_deref());
            return right;
        }
        let before = self.findings.len();
        let below: Option<Vec<Hash>> = self.under(tile, None).into_iter().collect();
        let given = below.clone().and_then(fold);
        let Some(right) = right else {
            if let (Some(found), Some(below)) = (&found, &below)
                && found != below
            {
                self.damaged(Resource::Tile(tile), Damage::Differs(lower(tile)));
            }
            return given.or_else(|| found.and_then(fold));
        };
        if found.is_some() {
            self.damaged(Resource::Tile(tile), Damage::Hashes);
        }
        // The hash above is right, so what does not give it is wrong, whatever the tile said.
        if let Some(given) = given
            && given != right
            && (tile.level() == 0 || self.findings.len() == before + usize::from(found.is_some()))
        {
            match BundleId::new(tile.index(), tile.width()) {
                Ok(bundle) if tile.level() == 0 => self.damaged(Resource::Bundle(bundle), Damage::Entries),
                _ => self.damaged(Resource::Tile(tile), Damage::Below),
            }
        }
        Some(right)
    }

    /// A tile's hashes, if there are any.
    fn hashes(&mut self, tile: TileId) -> Option<Vec<Hash>> {
        let resource = Resource::Tile(tile);
        let bytes = self.bytes(resource)?;
        tile_hashes(tile, &bytes).map_err(|error| self.malformed(resource, error)).ok()
    }

    /// The leaf hashes of a bundle's entries, if it has any.
    fn leaves(&mut self, bundle: BundleId) -> Option<Vec<Hash>> {
        let resource = Resource::Bundle(bundle);
        let bytes = self.bytes(resource)?;
        match entries_in(bundle, &bytes) {
            Ok(entries) => Some(entries.into_iter().map(leaf_hash).collect()),
            Err(error) => {
                self.malformed(resource, error);
                None
            }
        }
    }

    fn bytes(&mut self, resource: Resource) -> Option<Vec<u8>> {
        match read_resource(self.source, resource) {
            Ok(Some(bytes)) => return Some(bytes),
            Ok(None) => self.damaged(resource, Damage::Missing),
            Err(source) => self.findings.push(Finding::Unread { path: resource.path(), source }),
        }
        None
    }

    fn malformed(&mut self, resource: Resource, error: EdgeError) {
        if let EdgeError::Malformed { source, .. } = error {
            self.damaged(resource, Damage::Malformed(source));
        }
    }
}

/// What lies below a tile, for a message.
fn lower(tile: TileId) -> String {
    match tile.level().checked_sub(1) {
        None => BundleId::new(tile.index(), tile.width()).map_or_else(|e| e.to_string(), |b| b.path()),
        Some(level) => format!("tile/{level}"),
    }
}

/// The root over a power of two of hashes.
fn fold(mut hashes: Vec<Hash>) -> Option<Hash> {
    while hashes.len() > 1 {
        hashes = hashes.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
    }
    hashes.pop()
}

/// The root of a log of `size` entries from the hashes of its partial tiles, lowest level first.
fn root_of(size: u64, partials: &[&[Hash]]) -> Option<Hash> {
    let mut parts = Vec::new();
    for hashes in partials.iter().rev() {
        let mut rest = *hashes;
        while !rest.is_empty() {
            let (part, more) = rest.split_at(1 << rest.len().ilog2());
            parts.push(fold(part.to_vec())?);
            rest = more;
        }
    }
    Frontier::from_parts(size, parts).ok().map(|frontier| frontier.root())
}
