//! Adding entries: one batch, one checkpoint, acknowledged when that is on the disk.
//!
//! Decides the order of writes: see the page of [`super`].

use std::{collections::BTreeSet, ops::Range};

use store::{
    FilesError, Readers, ToSync,
    files::{create_folders, parent},
    replace,
};
use tlog::{
    Checkpoint, SignedCheckpoint, TileId,
    note::LONGEST_NOTE,
    tile::{BundleId, FULL_WIDTH},
};

use super::{
    CHECKPOINT, Log, LogError,
    growth::{Edge, NewFile},
    promise::{self, PROMISE, Promise},
    signer::Signer,
};

/// What was added, and is on the disk.
#[derive(Debug, Clone)]
pub struct Appended {
    /// The indices of the entries, in the order given.
    pub indices: Range<u64>,
    /// The signed head that includes them.
    pub checkpoint: SignedCheckpoint,
}

impl Log {
    /// Adds these entries, durably, in this order: all of them are in the log, under a checkpoint on the
    /// disk, when this returns. No entries: the log stays as it is.
    ///
    /// # Errors
    /// [`LogError::NotAppended`] and [`LogError::Growth`]: none of them is or will be in the log. All other
    /// errors: all or none will be, which shows when the log is opened again; do not add them again before
    /// looking. After any error but [`LogError::Growth`] the log must be opened again.
    pub fn append(&mut self, leaves: Vec<Vec<u8>>, signer: &dyn Signer) -> Result<Appended, LogError> {
        if self.broken {
            return Err(LogError::Broken);
        }
        let first = self.size();
        let count = leaves.len();
        if leaves.is_empty() {
            return Ok(Appended { indices: first..first, checkpoint: self.checkpoint.clone() });
        }
        let (edge, new) = self.edge.grow(&leaves)?;
        self.broken = true;
        self.write(&new)?;
        let unsure = |source| LogError::Unsure { first, count, source };
        let failed = |(sure, error)| match error {
            WriteError::Another(path) => LogError::AnotherWriter { path },
            WriteError::Files(source) if sure => LogError::NotAppended(source),
            WriteError::Files(source) => unsure(source),
        };
        let checkpoint = self.promise_head(&edge).map_err(failed)?;
        self.as_left().map_err(|error| failed((false, error)))?;
        let signed = signer.sign(checkpoint).map_err(|source| LogError::Unsigned { first, source })?;
        let bytes = signed.to_string().into_bytes();
        self.files.failpoint("log.signed").map_err(unsure)?;
        replace(&*self.files, &self.path(CHECKPOINT), &bytes).map_err(unsure)?;

        self.edge = edge;
        self.checkpoint = signed.clone();
        self.checkpoint_bytes = bytes;
        self.broken = false;
        self.remove_outgrown(first);
        Ok(Appended { indices: first..self.size(), checkpoint: signed })
    }

    /// Wave 1: the new files, durable with their names.
    fn write(&mut self, new: &[NewFile]) -> Result<(), LogError> {
        let failed = |error| match error {
            // Opening removed everything beyond the checkpoint: somebody else has written since.
            FilesError::Exists { path } => LogError::AnotherWriter { path },
            error => LogError::NotAppended(error),
        };
        let mut folders = BTreeSet::new();
        let mut written = Vec::with_capacity(new.len());
        for file in new {
            let path = self.path(&file.resource.path());
            let folder = parent(&path).to_owned();
            if folders.insert(folder.clone()) {
                create_folders(&*self.files, &folder, Readers::Anyone).map_err(failed)?;
            }
            self.files.write_new(&path, &file.bytes).map_err(failed)?;
            self.files.failpoint("log.file-written").map_err(failed)?;
            written.push(path);
        }
        // A folder's own name lies in the folder above, up to the log's.
        for folder in folders.clone() {
            let mut folder = folder.as_str();
            while folder != self.folder && !self.durable.contains(folder) {
                self.durable.insert(folder.to_owned());
                folder = parent(folder);
                folders.insert(folder.to_owned());
            }
        }
        let all: Vec<ToSync<'_>> = written
            .iter()
            .map(|path| ToSync::File(path))
            .chain(folders.iter().map(|folder| ToSync::Folder(folder)))
            .collect();
        self.files.sync_all(&all, "log.file-synced").map_err(failed)
    }

    /// Wave 2: the promise of the new head. The flag says whether it is sure that none was made.
    fn promise_head(&mut self, edge: &Edge) -> Result<Checkpoint, (bool, WriteError)> {
        self.as_left().map_err(|error| (true, error))?;
        let origin = self.checkpoint.checkpoint().origin();
        // The origin was one before, and the frontier bounds the size.
        let checkpoint =
            Checkpoint::new(origin, edge.frontier.size(), edge.frontier.root()).map_err(|error| {
                let source = std::io::Error::other(error);
                (true, WriteError::Files(FilesError::Io { path: PROMISE.to_owned(), doing: "word", source }))
            })?;
        let promise = Promise { count: self.promise.count.wrapping_add(1), checkpoint: checkpoint.clone() };
        let path = self.path(PROMISE);
        let unsure = |error: FilesError| (false, WriteError::Files(error));
        self.files.overwrite(&path, &promise.write()).map_err(unsure)?;
        self.files.failpoint("log.promise-written").map_err(unsure)?;
        self.files.sync_file(&path).map_err(unsure)?;
        self.files.failpoint("log.promise-synced").map_err(unsure)?;
        self.promise = promise;
        Ok(checkpoint)
    }

    /// Whether checkpoint and promise are still those that this writer left.
    pub(super) fn as_left(&self) -> Result<(), WriteError> {
        let checkpoint = self.files.read(&self.path(CHECKPOINT), LONGEST_NOTE as u64)?;
        if checkpoint.as_ref() != Some(&self.checkpoint_bytes) {
            return Err(WriteError::Another(CHECKPOINT.to_owned()));
        }
        let promise = self.files.read(&self.path(PROMISE), promise::LONGEST)?;
        if promise.as_deref().and_then(Promise::read).as_ref() != Some(&self.promise) {
            return Err(WriteError::Another(PROMISE.to_owned()));
        }
        Ok(())
    }

    /// Removes the partial tiles and bundles of what is now full: the specification allows it, and 255 of
    /// each would stay. A crash may leave some, and an error here undoes nothing that was acknowledged.
    fn remove_outgrown(&self, before: u64) {
        let full = u64::from(FULL_WIDTH);
        for level in 0..8u8 {
            let (old, new) = (before >> (8 * level), self.size() >> (8 * level));
            let index = old / full;
            if old % full == 0 || new / full == index {
                continue;
            }
            let tile = TileId::new(level, index, 1).map(|tile| tile.path());
            let bundle = BundleId::new(index, 1).map(|bundle| bundle.path());
            for partial in tile.into_iter().chain(bundle.ok().filter(|_| level == 0)) {
                let folder = self.path(parent(&partial));
                for width in self.files.list(&folder).unwrap_or_default() {
                    let _ = self.files.remove(&format!("{folder}/{width}"));
                    let _ = self.files.failpoint("log.outgrown-removed");
                }
                let _ = self.files.remove(&folder);
                let _ = self.files.failpoint("log.outgrown-folder-removed");
            }
        }
    }
}

pub(super) enum WriteError {
    Another(String),
    Files(FilesError),
}

impl From<FilesError> for WriteError {
    fn from(error: FilesError) -> Self {
        Self::Files(error)
    }
}
