//! Adding a witness's cosignature to the checkpoint on the disk.
//!
//! Decides that only a cosignature of this very checkpoint, by the key that is handed in, is added, and
//! that the log's own signature stays. Refuses to know how a witness is asked, and whom to trust.

use store::replace;
use tlog::{SignatureLine, VerifierKey, signed::SignedError};

use super::{CHECKPOINT, Log, LogError, append::WriteError};

impl Log {
    /// Adds a witness's line to the checkpoint, durably. One that is there already is not added twice.
    ///
    /// # Errors
    /// [`LogError::Cosignature`] when the line is not `witness`'s for this checkpoint;
    /// [`LogError::NotAppended`] when a file operation fails: then the log must be opened again.
    pub fn add_cosignature(&mut self, line: SignatureLine, witness: &VerifierKey) -> Result<(), LogError> {
        if self.broken {
            return Err(LogError::Broken);
        }
        let mut signed = self.checkpoint.clone();
        signed.add(line.clone()).map_err(LogError::Cosignature)?;
        let holds = line.is_of(witness) && signed.note().verify([witness]).is_ok();
        if !holds {
            let name = witness.name().clone();
            return Err(LogError::Cosignature(SignedError::Note(tlog::note::NoteError::Wrong(name))));
        }
        let bytes = signed.to_string().into_bytes();
        if bytes == self.checkpoint_bytes {
            return Ok(());
        }
        self.broken = true;
        self.as_left().map_err(|error| match error {
            WriteError::Another(path) => LogError::AnotherWriter { path },
            WriteError::Files(source) => LogError::NotAppended(source),
        })?;
        replace(&*self.files, &self.path(CHECKPOINT), &bytes).map_err(LogError::NotAppended)?;
        (self.checkpoint, self.checkpoint_bytes) = (signed, bytes);
        self.broken = false;
        Ok(())
    }
}
