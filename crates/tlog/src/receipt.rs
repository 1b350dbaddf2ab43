//! A receipt: that an entry is in a log, verifiable years later without the log (`tlog-proof`).
//!
//! It decides what a well-formed receipt is and whether it proves an entry under a policy. It refuses
//! to know what the entry means; `extra` is nobody's word and is never believed.

use std::fmt;

use crate::{
    hash::{Hash, leaf_hash},
    note::LONGEST_NOTE,
    policy::{Accepted, NotAccepted, Policy},
    proof::{self, HashReader, LONGEST_PROOF, MakeError, ProofError},
    signed::{SignedCheckpoint, SignedError},
    text,
};

/// The first line.
pub const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// The file name's ending.
pub const EXTENSION: &str = "tlog-proof";

/// The most bytes of extra data: room for an entry.
pub const LONGEST_EXTRA: usize = 1 << 16;

/// The most bytes of a receipt: its lines and the note.
pub const LONGEST_RECEIPT: usize =
    HEADER.len() + LONGEST_EXTRA / 3 * 4 + 64 + (LONGEST_PROOF + 2) * 45 + LONGEST_NOTE;

/// That the entry `index` is in the log of a signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    extra: Option<Vec<u8>>,
    index: u64,
    proof: Vec<Hash>,
    checkpoint: SignedCheckpoint,
}

/// Why bytes are no receipt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Longer than [`LONGEST_RECEIPT`], or the extra data than [`LONGEST_EXTRA`].
    #[error("a receipt has at most {LONGEST_RECEIPT} bytes, {LONGEST_EXTRA} of them extra data")]
    TooLong,
    /// Not UTF-8.
    #[error("a receipt is UTF-8 text")]
    Characters,
    /// The first line is another.
    #[error("a receipt begins with the line {HEADER}")]
    Header,
    /// A line before the checkpoint is not of its form, or missing.
    #[error(
        "line {0} of the receipt is not what must stand there: extra (optional), index, hashes, a blank line"
    )]
    Line(usize),
    /// What follows is no signed checkpoint.
    #[error("the receipt's checkpoint: {0}")]
    Checkpoint(#[from] SignedError),
}

/// Why a receipt does not prove.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotProven {
    /// The checkpoint does not satisfy the policy.
    #[error(transparent)]
    Policy(#[from] NotAccepted),
    /// The entry is not where the receipt says.
    #[error("the entry is not the one this receipt is for: {0}")]
    Proof(#[from] ProofError),
}

impl Receipt {
    /// A receipt from its parts. Nothing is verified.
    ///
    /// # Errors
    /// The extra data or the proof is too long.
    pub fn new(
        extra: Option<Vec<u8>>,
        index: u64,
        proof: Vec<Hash>,
        checkpoint: SignedCheckpoint,
    ) -> Result<Self, ReceiptError> {
        if extra.as_ref().is_some_and(|extra| extra.len() > LONGEST_EXTRA) || proof.len() > LONGEST_PROOF {
            return Err(ReceiptError::TooLong);
        }
        Ok(Self { extra, index, proof, checkpoint })
    }

    /// Makes the receipt of entry `index` under `checkpoint`, from the log's hashes
    /// ([`crate::TileHashes`] for tiles). Nothing is verified: a caller who does not trust the tiles
    /// checks with [`Self::proves`].
    ///
    /// # Errors
    /// There is no such entry, or a hash could not be read.
    pub fn make<R: HashReader>(
        index: u64,
        checkpoint: &SignedCheckpoint,
        reader: &mut R,
    ) -> Result<Self, MakeError<R::Error>> {
        let proof = proof::inclusion(index, checkpoint.checkpoint().size(), reader)?;
        Ok(Self { extra: None, index, proof, checkpoint: checkpoint.clone() })
    }

    /// Reads a receipt. Nothing is verified.
    ///
    /// # Errors
    /// The bytes are none, and which line is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReceiptError> {
        if bytes.len() > LONGEST_RECEIPT {
            return Err(ReceiptError::TooLong);
        }
        let all = std::str::from_utf8(bytes).map_err(|_| ReceiptError::Characters)?;
        let rest =
            all.strip_prefix(HEADER).and_then(|rest| rest.strip_prefix('\n')).ok_or(ReceiptError::Header)?;
        let mut number = 2;
        let (mut line, mut rest) = rest.split_once('\n').ok_or(ReceiptError::Line(number))?;
        let mut extra = None;
        if let Some(base64) = line.strip_prefix("extra ") {
            if base64.len() / 4 * 3 > LONGEST_EXTRA + 2 {
                return Err(ReceiptError::TooLong);
            }
            extra = Some(text::from_base64(base64).ok_or(ReceiptError::Line(number))?);
            number += 1;
            (line, rest) = rest.split_once('\n').ok_or(ReceiptError::Line(number))?;
        }
        let index = line.strip_prefix("index ").and_then(text::decimal).ok_or(ReceiptError::Line(number))?;
        let mut proof = Vec::new();
        loop {
            number += 1;
            (line, rest) = rest.split_once('\n').ok_or(ReceiptError::Line(number))?;
            if line.is_empty() {
                break;
            }
            if proof.len() >= LONGEST_PROOF {
                return Err(ReceiptError::Line(number));
            }
            proof.push(line.parse().map_err(|_| ReceiptError::Line(number))?);
        }
        Self::new(extra, index, proof, SignedCheckpoint::parse(rest.as_bytes())?)
    }

    /// The extra data, which nothing vouches for.
    #[must_use]
    pub fn extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }

    /// The entry's index in the log.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// The hashes from the leaf's sibling up.
    #[must_use]
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// The checkpoint it was made under.
    #[must_use]
    pub const fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// Whether the proof leads from `entry` to the checkpoint's root. Says nothing about signatures.
    ///
    /// # Errors
    /// It does not, and why.
    pub fn proves(&self, entry: &[u8]) -> Result<(), ProofError> {
        self.proves_leaf(&leaf_hash(entry))
    }

    /// As [`Self::proves`], for an entry of which only the leaf hash is known.
    ///
    /// # Errors
    /// It does not, and why.
    pub fn proves_leaf(&self, leaf: &Hash) -> Result<(), ProofError> {
        let checkpoint = self.checkpoint.checkpoint();
        proof::verify_inclusion(leaf, self.index, checkpoint.size(), &self.proof, checkpoint.root())
    }

    /// Verifies it: the checkpoint satisfies `policy`, and the proof leads from `entry` to its root.
    ///
    /// # Errors
    /// It does not, and why.
    pub fn verify(&self, entry: &[u8], policy: &Policy) -> Result<Accepted, NotProven> {
        let accepted = policy.check(&self.checkpoint)?;
        self.proves(entry)?;
        Ok(accepted)
    }
}

/// The bytes of the file.
impl fmt::Display for Receipt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(out, "extra {}", text::to_base64(extra))?;
        }
        writeln!(out, "index {}", self.index)?;
        self.proof.iter().try_for_each(|hash| writeln!(out, "{hash}"))?;
        write!(out, "\n{}", self.checkpoint)
    }
}
