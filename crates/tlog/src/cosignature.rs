//! What a witness signs (`tlog-cosignature`): that at some time it saw this log with this root, and
//! nothing that contradicts it.
//!
//! It decides what message a cosignature covers and whether one holds. It refuses to know whether the
//! witness may say so ([`crate::witness`]) and how many are enough ([`crate::policy`]).
//!
//! ML-DSA-44 is verified, not made: the secret of a key that would have to be guarded against timing
//! does not pass through a young library.

use crate::{
    checkpoint::{Checkpoint, CheckpointError},
    key::{SignatureType, SignerKey, VerifierKey},
};

/// The latest time a cosignature may bear, in seconds since 1970 (`tlog-cosignature`).
pub const LATEST: u64 = i64::MAX as u64;

/// Why a cosignature could not be made or does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CosignatureError {
    /// The key signs something else.
    #[error("this key makes no cosignatures: its type must be 0x04")]
    Kind,
    /// The time is beyond [`LATEST`].
    #[error("a cosignature's time is at most 2^63 - 1 seconds")]
    Time,
    /// Only checkpoints are cosigned.
    #[error("only a checkpoint can be cosigned: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The bytes are too few or too many.
    #[error("the cosignature has {found} bytes where {expected} are wanted")]
    Length {
        /// Bytes wanted.
        expected: usize,
        /// Bytes given.
        found: usize,
    },
    /// The signature is not this key's signature of this checkpoint at this time.
    #[error("the cosignature is not this key's of this checkpoint")]
    Wrong,
}

/// Cosigns the text of a checkpoint at `time`, seconds since 1970: the bytes of a note's signature,
/// without the key id.
///
/// # Errors
/// The text is no checkpoint, the key no cosigning one, or the time too late.
pub fn cosign(text: &str, key: &SignerKey, time: u64) -> Result<Vec<u8>, CosignatureError> {
    if key.kind() != SignatureType::Ed25519Cosignature {
        return Err(CosignatureError::Kind);
    }
    if time > LATEST {
        return Err(CosignatureError::Time);
    }
    Checkpoint::parse(text)?;
    let signature = key.sign_bytes(ed25519_message(text, time).as_bytes());
    Ok([&time.to_be_bytes()[..], &signature].concat())
}

/// Whether `signature` is `key`'s cosignature of the checkpoint with this text, and its time in seconds
/// since 1970.
///
/// # Errors
/// It is not, and why.
pub fn verify(text: &str, key: &VerifierKey, signature: &[u8]) -> Result<u64, CosignatureError> {
    let kind = key.kind();
    if kind == SignatureType::Ed25519 {
        return Err(CosignatureError::Kind);
    }
    let expected = 8 + kind.signature_len();
    let length = CosignatureError::Length { expected, found: signature.len() };
    if signature.len() != expected {
        return Err(length);
    }
    let Some((time, signature)) = signature.split_first_chunk::<8>() else { return Err(length) };
    let time = u64::from_be_bytes(*time);
    if time > LATEST {
        return Err(CosignatureError::Time);
    }
    let checkpoint = Checkpoint::parse(text)?;
    let message = match kind {
        SignatureType::MlDsa44Cosignature => tree_message(&checkpoint, key, time),
        _ => ed25519_message(text, time).into_bytes(),
    };
    if key.bears(&message, signature) { Ok(time) } else { Err(CosignatureError::Wrong) }
}

/// What an ML-DSA-44 cosignature of a whole tree covers: not the extension lines, but the witness's
/// name.
fn tree_message(checkpoint: &Checkpoint, key: &VerifierKey, time: u64) -> Vec<u8> {
    let mut out = b"subtree/v1\n\0".to_vec();
    // Names and origins have at most 255 bytes, as their types hold.
    let prefixed = |out: &mut Vec<u8>, text: &str| {
        out.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
        out.extend_from_slice(text.as_bytes());
    };
    prefixed(&mut out, key.name().as_str());
    out.extend_from_slice(&time.to_be_bytes());
    prefixed(&mut out, checkpoint.origin());
    out.extend_from_slice(&0u64.to_be_bytes());
    out.extend_from_slice(&checkpoint.size().to_be_bytes());
    out.extend_from_slice(checkpoint.root().as_bytes());
    out
}

/// What an Ed25519 cosignature covers.
fn ed25519_message(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}
