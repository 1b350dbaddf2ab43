//! Reading a log's entries, bundle by bundle, each checked against the checkpoint's root before it is
//! handed out.

use std::{collections::VecDeque, ops::Range};

use tlog::{Checkpoint, tile::BundleId};

use super::{
    edge::{EdgeError, Hashes, check_bundle, hashes},
    source::Source,
};

/// Why the next entry cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum EntriesError {
    /// A file is missing, damaged or does not fit the root.
    #[error(transparent)]
    Edge(#[from] EdgeError),
    /// The range ends beyond the log.
    #[error("the log has {size} entries; entry {asked} was asked for")]
    Beyond {
        /// Entries of the log.
        size: u64,
        /// The last index asked for.
        asked: u64,
    },
}

/// The entries of a range with their indices. After an error nothing more comes. One bundle is kept in
/// memory.
pub struct Entries<'s> {
    source: &'s dyn Source,
    checkpoint: Checkpoint,
    tiles: Hashes<'s>,
    next: u64,
    end: u64,
    ready: VecDeque<Vec<u8>>,
    failed: bool,
}

/// The entries `range` of the log that `checkpoint` speaks of, whose signatures are the caller's to
/// verify.
pub fn entries<'s>(source: &'s dyn Source, checkpoint: &Checkpoint, range: Range<u64>) -> Entries<'s> {
    Entries {
        source,
        checkpoint: checkpoint.clone(),
        tiles: hashes(checkpoint.size(), source),
        next: range.start,
        end: range.end,
        ready: VecDeque::new(),
        failed: false,
    }
}

impl Entries<'_> {
    fn fill(&mut self) -> Result<(), EntriesError> {
        let size = self.checkpoint.size();
        let beyond = EntriesError::Beyond { size, asked: self.end.saturating_sub(1) };
        if self.end > size {
            return Err(beyond);
        }
        let (bundle, place) = BundleId::holding(self.next, size).ok_or(beyond)?;
        let entries = check_bundle(self.source, &mut self.tiles, bundle, &self.checkpoint)?;
        self.ready = entries.into_iter().skip(place).collect();
        Ok(())
    }
}

impl Iterator for Entries<'_> {
    type Item = Result<(u64, Vec<u8>), EntriesError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed || self.next >= self.end {
            return None;
        }
        if self.ready.is_empty()
            && let Err(error) = self.fill()
        {
            self.failed = true;
            return Some(Err(error));
        }
        let entry = self.ready.pop_front()?;
        self.next += 1;
        Some(Ok((self.next - 1, entry)))
    }
}
