//! What signs the log's head.

use tlog::{Checkpoint, SignedCheckpoint, SignerKey, VerifierKey, signed::SignedError};

/// A log's signing key, never a person's: a key in memory, or something that holds one. It must give
/// the same signature for the same checkpoint (Ed25519 does): a crash may have it asked twice.
pub trait Signer {
    /// The key that verifies what this one signs; its name is the log's origin.
    fn verifier(&self) -> VerifierKey;

    /// Signs a checkpoint.
    ///
    /// # Errors
    /// When it cannot.
    fn sign(&self, checkpoint: Checkpoint) -> Result<SignedCheckpoint, SignedError>;
}

impl Signer for SignerKey {
    fn verifier(&self) -> VerifierKey {
        Self::verifier(self)
    }

    fn sign(&self, checkpoint: Checkpoint) -> Result<SignedCheckpoint, SignedError> {
        SignedCheckpoint::sign(checkpoint, self)
    }
}
