//! Proofs that an entry is in a tree and that a tree only grew (RFC 6962, sections 2.1.1 and 2.1.2; the
//! verifying after RFC 9162, sections 2.1.3.2 and 2.1.4.2).
//!
//! It decides whether hashes prove a claim. It refuses to know whether a root deserves trust and where
//! hashes are kept: those come from a [`HashReader`].

use crate::{
    hash::{Hash, node_hash},
    tree::{Frontier, FrontierError, MAX_SIZE, perfect_subtrees},
};

/// The most hashes in a proof: a path from leaf to root in a tree of [`MAX_SIZE`], and one more for
/// the old root of a consistency proof.
pub const LONGEST_PROOF: usize = 64;

/// Where hashes of perfect subtrees come from: a map in memory, tiles in files.
///
/// It may answer wrongly: whoever makes a proof checks it against a root (the makers here leave that to
/// the caller, because a verification costs a microsecond and says more).
pub trait HashReader {
    /// Why a hash could not be read.
    type Error;

    /// The root of the perfect subtree `index` at `level`: over leaves `index << level ..
    /// (index + 1) << level`.
    ///
    /// # Errors
    /// It could not be read.
    fn hash(&mut self, level: u8, index: u64) -> Result<Hash, Self::Error>;
}

/// Why a proof could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MakeError<E> {
    /// The entry is not in a tree of that size.
    #[error("there is no entry {index} in a log of {size} entries")]
    NoSuchEntry {
        /// Index asked for.
        index: u64,
        /// Size of the tree.
        size: u64,
    },
    /// The old tree is larger than the new.
    #[error("a log of {new} entries cannot have grown from {old}")]
    Shrunk {
        /// Old size.
        old: u64,
        /// New size.
        new: u64,
    },
    /// The tree is larger than there can be.
    #[error("a log holds at most {MAX_SIZE} entries, not {0}")]
    TooLarge(u64),
    /// A hash could not be read.
    #[error(transparent)]
    Read(E),
}

/// Why a proof does not prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The entry is not in a tree of that size.
    #[error("there is no entry {index} in a log of {size} entries")]
    NoSuchEntry {
        /// Index claimed.
        index: u64,
        /// Size of the tree.
        size: u64,
    },
    /// The old tree is larger than the new.
    #[error("the log had {old} entries and now has {new}: it was rolled back")]
    Shrunk {
        /// Old size.
        old: u64,
        /// New size.
        new: u64,
    },
    /// The tree is larger than there can be.
    #[error("a log holds at most {MAX_SIZE} entries, not {0}")]
    TooLarge(u64),
    /// The number of hashes does not fit the sizes.
    #[error("the proof has {found} hashes where {expected} are wanted")]
    Length {
        /// Hashes wanted.
        expected: usize,
        /// Hashes given.
        found: usize,
    },
    /// The hashes lead to another root: another entry, another log, or a changed proof.
    #[error("the proof leads to another root than the one that was signed")]
    Root,
    /// The hashes do not begin with the old root: the log was rewritten.
    #[error("the log's earlier entries are not those it had before: it was rewritten")]
    OldRoot,
}

/// The root of a tree of `size` leaves, from its perfect subtrees.
///
/// # Errors
/// The size is too large or a hash could not be read.
pub fn root<R: HashReader>(size: u64, reader: &mut R) -> Result<Hash, MakeError<R::Error>> {
    frontier(size, reader).map(|frontier| frontier.root())
}

/// What must be known to append to a tree of `size` leaves, from its perfect subtrees.
///
/// # Errors
/// The size is too large or a hash could not be read.
pub fn frontier<R: HashReader>(size: u64, reader: &mut R) -> Result<Frontier, MakeError<R::Error>> {
    if size > MAX_SIZE {
        return Err(MakeError::TooLarge(size));
    }
    let hashes = perfect_subtrees(size)
        .map(|(level, index)| reader.hash(level, index))
        .collect::<Result<Vec<_>, _>>()
        .map_err(MakeError::Read)?;
    Frontier::from_parts(size, hashes).map_err(|error| match error {
        FrontierError::Full | FrontierError::Count { .. } => MakeError::TooLarge(size),
    })
}

/// The hashes that prove entry `index` in a tree of `size` leaves, from the leaf's sibling up.
///
/// # Errors
/// There is no such entry, or a hash could not be read.
pub fn inclusion<R: HashReader>(
    index: u64,
    size: u64,
    reader: &mut R,
) -> Result<Vec<Hash>, MakeError<R::Error>> {
    if size > MAX_SIZE {
        return Err(MakeError::TooLarge(size));
    }
    if index >= size {
        return Err(MakeError::NoSuchEntry { index, size });
    }
    // A sibling to the right may be ragged: then it is the root of what is there.
    (0..levels(size))
        .filter_map(|level| {
            let sibling = (index >> level) ^ 1;
            let start = sibling << level;
            (start < size).then(|| span(start, size.min((sibling + 1) << level), reader))
        })
        .collect()
}

/// The hashes that prove that the tree of `new` leaves begins with the tree of `old` leaves. None for
/// `old` equal to `new` or nought.
///
/// # Errors
/// `old` is greater than `new`, or a hash could not be read.
pub fn consistency<R: HashReader>(
    old: u64,
    new: u64,
    reader: &mut R,
) -> Result<Vec<Hash>, MakeError<R::Error>> {
    if new > MAX_SIZE {
        return Err(MakeError::TooLarge(new));
    }
    if old > new {
        return Err(MakeError::Shrunk { old, new });
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    // The path of the last old subtree that is perfect, and that subtree unless it is the old root.
    let shift = old.trailing_zeros();
    let mut proof = Vec::new();
    if old.count_ones() > 1 {
        proof.push(span(old - (1 << shift), old, reader)?);
    }
    for level in shift..levels(new) {
        let sibling = ((old - 1) >> level) ^ 1;
        let start = sibling << level;
        if start < new {
            proof.push(span(start, new.min((sibling + 1) << level), reader)?);
        }
    }
    Ok(proof)
}

/// Levels between leaf and root of a tree of `size` leaves.
fn levels(size: u64) -> u32 {
    u64::BITS - size.saturating_sub(1).leading_zeros()
}

/// The root over leaves `start..end`, of which only the right edge may be ragged.
fn span<R: HashReader>(start: u64, end: u64, reader: &mut R) -> Result<Hash, MakeError<R::Error>> {
    let mut root: Option<Hash> = None;
    // From the right, smallest first, as Frontier::root joins.
    let mut at = end;
    while at > start {
        let level = at.trailing_zeros().min((at - start).ilog2());
        at -= 1 << level;
        #[expect(clippy::cast_possible_truncation, reason = "a size has at most 64 bits")]
        let hash = reader.hash(level as u8, at >> level).map_err(MakeError::Read)?;
        root = Some(root.map_or(hash, |right| node_hash(&hash, &right)));
    }
    Ok(root.unwrap_or(Hash::EMPTY_TREE))
}

/// The root that `proof` leads to for the leaf hash `leaf` at `index` in a tree of `size` leaves.
///
/// # Errors
/// There is no such entry, or the number of hashes does not fit.
pub fn root_from_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash]) -> Result<Hash, ProofError> {
    if size > MAX_SIZE {
        return Err(ProofError::TooLarge(size));
    }
    if index >= size {
        return Err(ProofError::NoSuchEntry { index, size });
    }
    let (inner, border) = decompose(index, size);
    let expected = inner as usize + border as usize;
    if proof.len() != expected {
        return Err(ProofError::Length { expected, found: proof.len() });
    }
    let (below, above) = proof.split_at(inner as usize);
    let hash = below.iter().enumerate().fold(*leaf, |hash, (level, sibling)| {
        if index >> level & 1 == 0 { node_hash(&hash, sibling) } else { node_hash(sibling, &hash) }
    });
    Ok(above.iter().fold(hash, |hash, left| node_hash(left, &hash)))
}

/// Whether `proof` proves the leaf hash `leaf` at `index` in the tree of `size` leaves with `root`.
///
/// # Errors
/// It does not, and why.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if root_from_inclusion(leaf, index, size, proof)? == *root { Ok(()) } else { Err(ProofError::Root) }
}

/// Whether `proof` proves that the tree of `new` leaves with `new_root` begins with the tree of `old`
/// leaves with `old_root`.
///
/// # Errors
/// It does not, and why.
pub fn verify_consistency(
    old: u64,
    old_root: &Hash,
    new: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if new > MAX_SIZE {
        return Err(ProofError::TooLarge(new));
    }
    if old > new {
        return Err(ProofError::Shrunk { old, new });
    }
    if old == 0 || old == new {
        if !proof.is_empty() {
            return Err(ProofError::Length { expected: 0, found: proof.len() });
        }
        // The empty tree has one root; trees of one size have the same.
        let expected = if old == 0 { &Hash::EMPTY_TREE } else { new_root };
        if old_root != expected {
            return Err(ProofError::OldRoot);
        }
        return if new == 0 && *new_root != Hash::EMPTY_TREE { Err(ProofError::Root) } else { Ok(()) };
    }
    let (inner, border) = decompose(old - 1, new);
    let shift = old.trailing_zeros();
    let inner = inner - shift;
    // If the old tree is one perfect subtree, its root is the seed, and the proof leaves it out.
    let seeded = usize::from(old.count_ones() > 1);
    let expected = seeded + inner as usize + border as usize;
    if proof.len() != expected {
        return Err(ProofError::Length { expected, found: proof.len() });
    }
    let (seed, path) = match proof.split_first() {
        Some((first, rest)) if seeded == 1 => (first, rest),
        _ => (old_root, proof),
    };
    let (below, above) = path.split_at(inner as usize);
    let place = (old - 1) >> shift;
    let (mut from_old, mut from_new) = (*seed, *seed);
    for (level, sibling) in below.iter().enumerate() {
        if place >> level & 1 == 0 {
            from_new = node_hash(&from_new, sibling);
        } else {
            from_old = node_hash(sibling, &from_old);
            from_new = node_hash(sibling, &from_new);
        }
    }
    for left in above {
        from_old = node_hash(left, &from_old);
        from_new = node_hash(left, &from_new);
    }
    if from_old != *old_root {
        return Err(ProofError::OldRoot);
    }
    if from_new != *new_root {
        return Err(ProofError::Root);
    }
    Ok(())
}

/// How many hashes of an inclusion proof lie below the point where the path to `index` leaves the
/// right edge of a tree of `size` leaves, and how many above it.
fn decompose(index: u64, size: u64) -> (u32, u32) {
    let inner = u64::BITS - (index ^ (size - 1)).leading_zeros();
    let border = index.checked_shr(inner).unwrap_or(0).count_ones();
    (inner, border)
}
