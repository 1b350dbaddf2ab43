//! The right edge of a growing tree: what has to be kept to append leaves and to know the root.
//!
//! It decides how leaves join into a tree (RFC 6962, section 2.1). It refuses to know where inner
//! hashes are kept ([`crate::tiles`]) and what proves membership ([`crate::proof`]).

use crate::hash::{Hash, node_hash};

/// The most leaves a tree may have. A size then fits a signed 64-bit integer, as other implementations
/// keep it, and a proof has at most 63 hashes, the limit of `tlog-witness`.
pub const MAX_SIZE: u64 = i64::MAX as u64;

/// A tree reduced to its perfect subtrees, largest first: one hash for each bit set in its size. At
/// most 63 hashes, whatever the size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// Roots of the perfect subtrees from left to right.
    hashes: Vec<Hash>,
}

/// Why a frontier could not be made or grown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrontierError {
    /// There are more or fewer hashes than the size has bits set.
    #[error("a tree of {size} leaves has {expected} perfect subtrees, but {given} hashes were given")]
    Count {
        /// Leaves of the tree.
        size: u64,
        /// Hashes wanted.
        expected: u32,
        /// Hashes given.
        given: usize,
    },
    /// The tree would be larger than [`MAX_SIZE`].
    #[error("a log holds at most {MAX_SIZE} entries: start a new log")]
    Full,
}

impl Frontier {
    /// The tree without leaves.
    #[must_use]
    pub const fn new() -> Self {
        Self { size: 0, hashes: Vec::new() }
    }

    /// The frontier of a tree of `size` leaves from the roots of its perfect subtrees, largest (left)
    /// first.
    ///
    /// # Errors
    /// Their number does not fit the size, or the size is too large.
    pub fn from_parts(size: u64, hashes: Vec<Hash>) -> Result<Self, FrontierError> {
        if size > MAX_SIZE {
            return Err(FrontierError::Full);
        }
        if hashes.len() != size.count_ones() as usize {
            return Err(FrontierError::Count { size, expected: size.count_ones(), given: hashes.len() });
        }
        Ok(Self { size, hashes })
    }

    /// Number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the perfect subtrees, largest (left) first.
    #[must_use]
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// Appends one leaf by its hash ([`crate::leaf_hash`]).
    ///
    /// # Errors
    /// The tree is full.
    pub fn append(&mut self, leaf: Hash) -> Result<(), FrontierError> {
        self.append_with(leaf, |_, _, _| {})
    }

    /// Appends one leaf and reports every perfect subtree it completes, the leaf itself first, as
    /// (level, index, hash): the subtree over leaves `index << level .. (index + 1) << level`.
    ///
    /// # Errors
    /// The tree is full.
    pub fn append_with(
        &mut self,
        leaf: Hash,
        mut completed: impl FnMut(u8, u64, &Hash),
    ) -> Result<(), FrontierError> {
        if self.size >= MAX_SIZE {
            return Err(FrontierError::Full);
        }
        let mut hash = leaf;
        completed(0, self.size, &hash);
        // Each trailing one of the size is a subtree that the leaf makes twice as large.
        for level in 0..self.size.trailing_ones() {
            let Some(left) = self.hashes.pop() else { break };
            hash = node_hash(&left, &hash);
            #[expect(clippy::cast_possible_truncation, reason = "a size has at most 64 bits")]
            completed(level as u8 + 1, self.size >> (level + 1), &hash);
        }
        self.hashes.push(hash);
        self.size += 1;
        Ok(())
    }

    /// The root of the tree (RFC 6962, section 2.1).
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut from_right = self.hashes.iter().rev();
        let Some(last) = from_right.next() else { return Hash::EMPTY_TREE };
        from_right.fold(*last, |right, left| node_hash(left, &right))
    }
}

/// The perfect subtrees of a tree of `size` leaves, largest (left) first, as (level, index).
pub(crate) fn perfect_subtrees(size: u64) -> impl Iterator<Item = (u8, u64)> {
    (0u8..64).rev().filter(move |level| size >> level & 1 == 1).map(move |level| (level, (size >> level) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leaf_hash;

    /// The definition of RFC 6962, section 2.1, word for word.
    pub(crate) fn by_definition(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Hash::EMPTY_TREE,
            [one] => *one,
            many => {
                let (left, right) = many.split_at(many.len().next_power_of_two() / 2);
                node_hash(&by_definition(left), &by_definition(right))
            }
        }
    }

    #[test]
    fn appending_gives_the_root_of_the_definition() {
        let leaves: Vec<Hash> = (0..300u32).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        let mut frontier = Frontier::new();
        for size in 0..leaves.len() {
            assert_eq!(frontier.root(), by_definition(&leaves[..size]), "{size}");
            let again = Frontier::from_parts(frontier.size(), frontier.hashes().to_vec()).unwrap();
            assert_eq!(again, frontier);
            frontier.append(leaves[size]).unwrap();
        }
    }

    #[test]
    fn what_an_append_completes_is_named_by_its_place() {
        let mut frontier = Frontier::new();
        let mut seen = Vec::new();
        for n in 0..4u8 {
            frontier.append_with(leaf_hash(&[n]), |level, index, _| seen.push((level, index))).unwrap();
        }
        assert_eq!(seen, [(0, 0), (0, 1), (1, 0), (0, 2), (0, 3), (1, 1), (2, 0)]);
    }

    #[test]
    fn a_full_or_misfitting_frontier_is_refused() {
        let leaf = leaf_hash(b"x");
        let mut full = Frontier::from_parts(MAX_SIZE, vec![leaf; 63]).unwrap();
        assert_eq!(full.append(leaf), Err(FrontierError::Full));
        assert!(matches!(Frontier::from_parts(3, vec![leaf]), Err(FrontierError::Count { .. })));
        assert_eq!(Frontier::from_parts(MAX_SIZE + 1, vec![leaf]), Err(FrontierError::Full));
        assert_eq!(perfect_subtrees(11).collect::<Vec<_>>(), [(3, 0), (1, 4), (0, 10)]);
    }
}
