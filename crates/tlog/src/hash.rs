//! The hashes of the tree (RFC 6962, section 2.1): a leaf and an inner node are hashed under different
//! prefixes, so that neither can pass for the other. Refuses to know the shape of the tree.
//!
//! The padding is written here, around the library's compression: its general interface buffers what it
//! is given, which costs a fifth of a node. The tests hold both to each other for every length.

use std::{fmt, str::FromStr};

use sha2::block_api::compress256;

use crate::text;

/// A SHA-256 hash: of a leaf, of an inner node, or of a whole tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; Self::LEN]);

impl Hash {
    /// Length in bytes.
    pub const LEN: usize = 32;

    /// The root of the tree without leaves: SHA-256 of nothing (RFC 6962, section 2.1).
    pub const EMPTY_TREE: Self = Self([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
        0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
    ]);

    /// The hash with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The hash with these bytes, if there are 32 of them.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

/// Base64, as in checkpoints and proofs.
impl fmt::Display for Hash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&text::to_base64(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// A text that is not a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 32 bytes in base64 (44 characters); this is not")]
pub struct NotAHash;

/// Reads base64 of exactly 32 bytes.
impl FromStr for Hash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, NotAHash> {
        // 44 characters hold 32 bytes; longer texts are not decoded at all.
        if text.len() != 44 {
            return Err(NotAHash);
        }
        text::from_base64(text).and_then(|bytes| Self::from_slice(&bytes)).ok_or(NotAHash)
    }
}

/// The hash of a leaf: SHA-256 of a zero byte and the entry.
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Hash {
    let mut state = INITIAL;
    // The prefix moves every byte by one, so the first block is put together, and so is the last.
    let (first, rest) = entry.split_at(entry.len().min(BLOCK - 1));
    let mut block = [0; BLOCK];
    block[1..=first.len()].copy_from_slice(first);
    let length = entry.len() + 1;
    if length < BLOCK {
        return finish(state, block, length, length);
    }
    compress256(&mut state, &[block]);
    let (whole, last) = rest.as_chunks::<BLOCK>();
    compress256(&mut state, whole);
    let mut block = [0; BLOCK];
    block[..last.len()].copy_from_slice(last);
    finish(state, block, last.len(), length)
}

/// The hash of an inner node: SHA-256 of a one byte and both children.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut state = INITIAL;
    let mut blocks = [[0; BLOCK]; 2];
    let bytes = blocks.as_flattened_mut();
    bytes[0] = 1;
    bytes[1..=Hash::LEN].copy_from_slice(&left.0);
    bytes[1 + Hash::LEN..NODE].copy_from_slice(&right.0);
    // The padding of a message of 65 bytes: a one bit, zeros, and its length in bits.
    bytes[NODE] = 0x80;
    bytes[2 * BLOCK - 2..].copy_from_slice(&(NODE as u16 * 8).to_be_bytes());
    compress256(&mut state, &blocks);
    of_state(state)
}

/// Bytes of a block of SHA-256.
const BLOCK: usize = 64;

/// Bytes of a node before hashing.
const NODE: usize = 1 + 2 * Hash::LEN;

/// The state SHA-256 begins with (FIPS 180-4, section 5.3.3).
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// Pads a message of `length` bytes, the last `used` of which (fewer than a block) lie in `block`, zeros
/// behind them, and gives its hash.
fn finish(mut state: [u32; 8], mut block: [u8; BLOCK], used: usize, length: usize) -> Hash {
    block[used] = 0x80;
    let bits = (length as u64).wrapping_mul(8).to_be_bytes();
    if used < BLOCK - bits.len() {
        block[BLOCK - bits.len()..].copy_from_slice(&bits);
        compress256(&mut state, &[block]);
    } else {
        let mut next = [0; BLOCK];
        next[BLOCK - bits.len()..].copy_from_slice(&bits);
        compress256(&mut state, &[block, next]);
    }
    of_state(state)
}

fn of_state(state: [u32; 8]) -> Hash {
    let mut bytes = [0; Hash::LEN];
    for (to, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *to = word.to_be_bytes();
    }
    Hash(bytes)
}

/// The root over `hashes` as one perfect subtree, folded in place: their number is a power of two.
/// The slice is overwritten.
pub(crate) fn fold_perfect(hashes: &mut [Hash]) -> Option<Hash> {
    let mut width = hashes.len();
    if !width.is_power_of_two() {
        return None;
    }
    while width > 1 {
        width /= 2;
        for at in 0..width {
            hashes[at] = node_hash(&hashes[2 * at], &hashes[2 * at + 1]);
        }
    }
    hashes.first().copied()
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_hashes_are_those_of_the_general_interface() {
        for length in (0..520).chain([65_535]) {
            let entry: Vec<u8> = (0..length).map(|n: usize| (n * 7 % 251) as u8).collect();
            let plain: [u8; 32] = Sha256::new().chain_update([0]).chain_update(&entry).finalize().into();
            assert_eq!(leaf_hash(&entry).0, plain, "{length}");
        }
        let (left, right) = (leaf_hash(b"left"), leaf_hash(b"right"));
        let plain: [u8; 32] = Sha256::digest([&[1][..], &left.0, &right.0].concat()).into();
        assert_eq!(node_hash(&left, &right).0, plain);
        assert_eq!(<[u8; 32]>::from(Sha256::digest(b"")), Hash::EMPTY_TREE.0);
    }

    #[test]
    fn a_hash_has_one_spelling() {
        let text = Hash::EMPTY_TREE.to_string();
        assert_eq!(text.parse(), Ok(Hash::EMPTY_TREE));
        for bad in [
            "",
            "47DEQpj8HBSa",
            &text[..43],
            &text.replace('=', "A"),
            &format!("{text}="),
            &text.replace('U', "V"),
        ] {
            assert_eq!(bad.parse::<Hash>(), Err(NotAHash), "{bad}");
        }
    }
}
