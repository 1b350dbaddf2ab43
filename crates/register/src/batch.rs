//! Many statements under one signature: each is still an entry of its own.
//!
//! Decides what is signed (the root of a Merkle tree over the statements' digests, as in RFC 6962, and how
//! many there are) and what each leaf carries to show that it is one of them: its place and the hashes up to
//! the root, a dozen for thousands of statements. Listing all digests in every leaf would grow with the
//! square of the batch.

use domain::{Digest, canonical::CanonicalError};
use serde::{Deserialize, Serialize};
use tlog::{
    Hash, HashReader, leaf_hash, node_hash,
    proof::{inclusion, root, root_from_inclusion},
};

/// What is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// Always [`Batch::SCHEMA`].
    pub schema: String,
    /// The origin of the log.
    pub register: String,
    /// How many statements.
    pub size: u64,
    /// The root of the tree over their digests, in the order in which they were signed.
    pub root: Digest,
}

/// A statement's place in a batch, and the proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// How many statements the batch has.
    pub size: u64,
    /// Which of them this is, counted from nought.
    pub index: u64,
    /// The hashes beside its way up to the root, the lowest first.
    pub path: Vec<Digest>,
}

impl Batch {
    /// The schema name written into every batch.
    pub const SCHEMA: &str = "formulary/batch/v2";

    /// The most statements under one signature: what one person can answer for, and a bound on work.
    pub const MOST: u64 = 100_000;

    /// The batch that a statement with this digest and place is one of; none where the place is no place.
    pub fn holding(register: &str, statement: &Digest, place: &Place) -> Option<Self> {
        if place.size > Self::MOST || place.path.len() > 64 {
            return None;
        }
        let path: Vec<Hash> = place.path.iter().map(|d| Hash::from_bytes(*d.as_bytes())).collect();
        let leaf = leaf_hash(statement.as_bytes());
        let root = root_from_inclusion(&leaf, place.index, place.size, &path).ok()?;
        Some(Self::new(register, place.size, &root))
    }

    fn new(register: &str, size: u64, root: &Hash) -> Self {
        Self {
            schema: Self::SCHEMA.to_owned(),
            register: register.to_owned(),
            size,
            root: Digest::from_bytes(*root.as_bytes()),
        }
    }

    /// A batch of statements by their digests, and the place of each; none of none or too many.
    pub fn of(register: &str, statements: &[Digest]) -> Option<(Self, Vec<Place>)> {
        let size = u64::try_from(statements.len()).ok().filter(|n| (1..=Self::MOST).contains(n))?;
        let mut levels = Levels::over(statements.iter().map(|d| leaf_hash(d.as_bytes())).collect());
        let root = root(size, &mut levels).ok()?;
        let place = |index| {
            let path = inclusion(index, size, &mut levels).ok()?;
            let path = path.iter().map(|hash| Digest::from_bytes(*hash.as_bytes())).collect();
            Some(Place { size, index, path })
        };
        let places = (0..size).map(place).collect::<Option<_>>()?;
        Some((Self::new(register, size, &root), places))
    }

    /// The bytes that are signed.
    ///
    /// # Errors
    /// When a number has no canonical form.
    pub fn bytes(&self) -> Result<Vec<u8>, CanonicalError> {
        domain::canonical::to_vec(self)
    }
}

/// All perfect subtrees over some leaves.
struct Levels(Vec<Vec<Hash>>);

impl Levels {
    fn over(leaves: Vec<Hash>) -> Self {
        let mut levels = vec![leaves];
        while let Some(next) = levels.last().filter(|l| l.len() > 1).map(|below| {
            below.as_chunks::<2>().0.iter().map(|[left, right]| node_hash(left, right)).collect::<Vec<_>>()
        }) {
            levels.push(next);
        }
        Self(levels)
    }
}

/// There is no such subtree.
#[derive(Debug)]
struct NotThere;

impl HashReader for Levels {
    type Error = NotThere;

    fn hash(&mut self, level: u8, index: u64) -> Result<Hash, NotThere> {
        let at = usize::try_from(index).map_err(|_| NotThere)?;
        self.0.get(usize::from(level)).and_then(|hashes| hashes.get(at)).copied().ok_or(NotThere)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_of_every_batch_leads_to_what_was_signed_and_no_other_does() {
        for size in 1..40_u64 {
            let digests: Vec<Digest> = (0..size).map(|n| Digest::of(&n.to_le_bytes())).collect();
            let (batch, places) = Batch::of("log.example", &digests).unwrap();
            for (digest, place) in digests.iter().zip(&places) {
                assert_eq!(Batch::holding("log.example", digest, place).as_ref(), Some(&batch), "{size}");
                let other = Batch::holding("log.example", &Digest::of(b"other"), place);
                assert_ne!(other.as_ref(), Some(&batch));
                let longer = Place { size: size + 1, ..place.clone() };
                assert_ne!(Batch::holding("log.example", digest, &longer).as_ref(), Some(&batch));
            }
        }
        assert!(Batch::of("log.example", &[]).is_none());
    }
}
