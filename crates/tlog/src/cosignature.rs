//! What a witness signs (`tlog-cosignature`): that at some time it saw this log with this root, and
//! nothing that contradicts it.
//!
//! It decides what message a cosignature covers and whether one holds. It refuses to know whether the
//! witness may say so ([`crate::witness`]) and how many are enough ([`crate::policy`]).

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
    let expected = 8 + match key.kind() {
        SignatureType::Ed25519Cosignature => 64,
        SignatureType::MlDsa44Cosignature => 2420,
        SignatureType::Ed25519 => return Err(CosignatureError::Kind),
    };
    let length = CosignatureError::Length { expected, found: signature.len() };
    if signature.len() != expected {
        return Err(length);
    }
    let Some((time, signature)) = signature.split_first_chunk::<8>() else { return Err(length) };
    let time = u64::from_be_bytes(*time);
    if time > LATEST {
        return Err(CosignatureError::Time);
    }
    Checkpoint::parse(text)?;
    let holds = match <&[u8; 64]>::try_from(signature) {
        Ok(signature) => key.bears(ed25519_message(text, time).as_bytes(), signature),
        Err(_) => false,
    };
    if holds { Ok(time) } else { Err(CosignatureError::Wrong) }
}

/// What an Ed25519 cosignature covers.
fn ed25519_message(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}
