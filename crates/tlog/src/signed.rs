//! A checkpoint with its signatures: the file `checkpoint` of a log.
//!
//! It decides whether a note is a checkpoint that keys handed in have signed. It refuses to know which
//! keys those should be ([`crate::policy`]).

use std::fmt;

use crate::{
    checkpoint::{Checkpoint, CheckpointError},
    key::{SignerKey, VerifierKey},
    note::{Note, NoteError, SignatureLine, Verified},
};

/// A checkpoint and the note it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

/// Why bytes are no signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignedError {
    /// They are no note, or its signatures do not hold.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The note is no checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// It speaks of another log.
    #[error("the checkpoint is of the log {found:?}, not {expected:?}")]
    Origin {
        /// Origin wanted.
        expected: String,
        /// Origin given.
        found: String,
    },
}

impl SignedCheckpoint {
    /// Signs a checkpoint with the log's key.
    ///
    /// # Errors
    /// The key is a cosigning one.
    pub fn sign(checkpoint: Checkpoint, key: &SignerKey) -> Result<Self, SignedError> {
        let mut note = Note::new(&checkpoint.to_string())?;
        note.sign(key)?;
        Ok(Self { checkpoint, note })
    }

    /// Reads a signed checkpoint. Nothing is verified.
    ///
    /// # Errors
    /// The bytes are no note, or the note no checkpoint.
    pub fn parse(bytes: &[u8]) -> Result<Self, SignedError> {
        Self::of_note(Note::parse(bytes)?)
    }

    /// The checkpoint in a note. Nothing is verified.
    ///
    /// # Errors
    /// The note is no checkpoint.
    pub fn of_note(note: Note) -> Result<Self, SignedError> {
        Ok(Self { checkpoint: Checkpoint::parse(note.text())?, note })
    }

    /// The checkpoint.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note, with all signature lines.
    #[must_use]
    pub const fn note(&self) -> &Note {
        &self.note
    }

    /// Verifies that the log with `key` signed it: the key's name is the origin, and its signature
    /// holds.
    ///
    /// # Errors
    /// Another origin, no signature of the key, or one that does not hold.
    pub fn verify(&self, key: &VerifierKey) -> Result<Verified, SignedError> {
        if self.checkpoint.origin() != key.name().as_str() {
            return Err(SignedError::Origin {
                expected: key.name().to_string(),
                found: self.checkpoint.origin().to_owned(),
            });
        }
        let verified = self.note.verify([key])?;
        verified.into_iter().next().ok_or(SignedError::Note(NoteError::Unsigned))
    }

    /// Cosigns it at `time`, in seconds since 1970, and gives the line as well.
    ///
    /// # Errors
    /// The key is no cosigning one, or there are too many signatures.
    pub fn cosign(&mut self, key: &SignerKey, time: u64) -> Result<SignatureLine, SignedError> {
        Ok(self.note.cosign(key, time)?)
    }

    /// Adds a signature line, such as a witness answered.
    ///
    /// # Errors
    /// There are too many.
    pub fn add(&mut self, line: SignatureLine) -> Result<(), SignedError> {
        Ok(self.note.add(line)?)
    }
}

/// The bytes of the file `checkpoint`.
impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(out)
    }
}
