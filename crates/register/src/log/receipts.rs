//! Receipts out of a log's files.

use tlog::{Receipt, SignedCheckpoint, leaf_hash};

use super::{
    edge::{EdgeError, hashes, make_error},
    entries::{EntriesError, entries},
    source::Source,
};

/// Why there is no receipt.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// A file is missing, damaged or does not fit the root.
    #[error(transparent)]
    Edge(#[from] EdgeError),
    /// There is no such entry, or it could not be read.
    #[error(transparent)]
    Entries(#[from] EntriesError),
    /// The files give a receipt that does not hold.
    #[error("the log's files give a receipt for entry {index} that does not hold: verify the log")]
    Wrong {
        /// The entry.
        index: u64,
    },
}

/// The receipt of entry `index` under this checkpoint, checked against the entry itself.
///
/// # Errors
/// There is no such entry, or the files do not prove it.
pub fn receipt(
    source: &dyn Source,
    checkpoint: &SignedCheckpoint,
    index: u64,
) -> Result<Receipt, ReceiptError> {
    let size = checkpoint.checkpoint().size();
    let end = index.saturating_add(1);
    let mut one = entries(source, checkpoint.checkpoint(), index..end);
    let (_, entry) = one.next().unwrap_or(Err(EntriesError::Beyond { size, asked: index }))?;
    let receipt =
        Receipt::make(index, checkpoint, &mut hashes(size, source)).map_err(|e| make_error(e, size))?;
    receipt.proves_leaf(&leaf_hash(&entry)).map_err(|_| ReceiptError::Wrong { index })?;
    Ok(receipt)
}
