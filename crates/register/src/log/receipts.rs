//! Receipts out of a log's files.
//!
//! Decides that a receipt given out holds for what the log's own tiles name at that place. Refuses to
//! read the entry: whoever is given a receipt has it.

use tlog::{HashReader as _, Receipt, SignedCheckpoint};

use super::{
    edge::{EdgeError, Hashes, hashes, make_error},
    source::Source,
};

/// Why there is no receipt.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// There is no such entry.
    #[error("there is no entry {index} in a log of {size} entries")]
    NoSuchEntry {
        /// What was asked for.
        index: u64,
        /// Entries of the log.
        size: u64,
    },
    /// A file is missing or damaged.
    #[error(transparent)]
    Edge(#[from] EdgeError),
    /// The files give a receipt that does not hold.
    #[error("the log's tiles give a receipt for entry {index} that does not hold: verify the log")]
    Wrong {
        /// The entry.
        index: u64,
    },
}

/// Receipts under one checkpoint, one after the other: tiles that were read are kept (a megabyte at
/// most).
pub struct Receipts<'s> {
    checkpoint: &'s SignedCheckpoint,
    tiles: Hashes<'s>,
}

impl<'s> Receipts<'s> {
    /// Receipts of the log that `source` shows, under this checkpoint of it.
    pub fn new(source: &'s dyn Source, checkpoint: &'s SignedCheckpoint) -> Self {
        Self { checkpoint, tiles: hashes(checkpoint.checkpoint().size(), source) }
    }

    /// The receipt of entry `index`. It holds for the entry that the log's tiles name there.
    ///
    /// # Errors
    /// There is no such entry, or the tiles do not prove it.
    pub fn receipt(&mut self, index: u64) -> Result<Receipt, ReceiptError> {
        let size = self.checkpoint.checkpoint().size();
        if index >= size {
            return Err(ReceiptError::NoSuchEntry { index, size });
        }
        let failed = |error| make_error(error, size);
        let receipt = Receipt::make(index, self.checkpoint, &mut self.tiles).map_err(failed)?;
        let leaf = self.tiles.hash(0, index).map_err(|error| failed(tlog::proof::MakeError::Read(error)))?;
        receipt.proves_leaf(&leaf).map_err(|_| ReceiptError::Wrong { index })?;
        Ok(receipt)
    }
}

/// The receipt of entry `index` under this checkpoint. For many, see [`Receipts`].
///
/// # Errors
/// As [`Receipts::receipt`].
pub fn receipt(
    source: &dyn Source,
    checkpoint: &SignedCheckpoint,
    index: u64,
) -> Result<Receipt, ReceiptError> {
    Receipts::new(source, checkpoint).receipt(index)
}
