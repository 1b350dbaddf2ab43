//! Making a log, and opening one after whatever happened to it.
//!
//! Decides, from the checkpoint, the promise and the files beyond, what the log is: see the page of
//! [`super`].

use std::{collections::BTreeSet, sync::Arc};

use store::{Files, FilesError, Readers, files::create_folders, replace, replace::sweep};
use tlog::{Checkpoint, SignedCheckpoint, note::LONGEST_NOTE, signed::SignedError};

use super::{
    CHECKPOINT, LOCK, Log,
    edge::{self, EdgeError},
    growth::Edge,
    join, leftovers,
    promise::{self, PROMISE, Promise},
    signer::Signer,
    source::Folder,
};

/// Why a log cannot be made or opened for writing. Nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file operation failed; [`FilesError::Locked`]: somebody else has it open.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// There is a log here already.
    #[error("there is a log in `{folder}` already (if its file `checkpoint` is gone, restore that)")]
    Exists {
        /// The folder.
        folder: String,
    },
    /// There is none.
    #[error("there is no log in `{folder}`: its file `checkpoint` is missing")]
    NoLog {
        /// The folder.
        folder: String,
    },
    /// The checkpoint is not this key's.
    #[error("the log's checkpoint is not one that this key signed: {0}")]
    Checkpoint(#[from] SignedError),
    /// The files do not fit the checkpoint.
    #[error("the log cannot be continued: {0}")]
    Edge(#[from] EdgeError),
    /// More was signed than is here.
    #[error(
        "the log has signed, or promised to sign, {promised} entries, and this copy ends at {here}: it was rolled \
         back or damaged ({source}); restore the newer copy, do not go on from this one"
    )]
    RolledBack {
        /// Entries promised.
        promised: u64,
        /// Entries of the checkpoint that is here.
        here: u64,
        /// What is not there.
        source: EdgeError,
    },
    /// Files of a larger log, and nothing that says whether its head was ever signed.
    #[error(
        "`{folder}/{first}` belongs to a larger log than the checkpoint of {here} entries, and this copy does not \
         know whether that was signed; restore the newer checkpoint (or remove such files if you know that there is \
         none)"
    )]
    Unexplained {
        /// The log's folder.
        folder: String,
        /// The first such file.
        first: String,
        /// Entries of the checkpoint.
        here: u64,
    },
    /// The promise and the checkpoint have one size and two roots.
    #[error(
        "the log's checkpoint of {size} entries is not the one this log promised to sign; somebody replaced it: \
         restore the right copy"
    )]
    Forked {
        /// Entries of both.
        size: u64,
    },
}

impl Log {
    /// Makes an empty log in `folder` (of these files), whose origin is the key's name, and opens it.
    /// The checkpoint of the empty tree is on the disk when this returns.
    ///
    /// # Errors
    /// [`OpenError::Exists`] when there is one; when a file operation or the key fails.
    pub fn create(files: Arc<dyn Files>, folder: &str, signer: &dyn Signer) -> Result<Self, OpenError> {
        create_folders(&*files, folder, Readers::Anyone)?;
        let lock = files.lock(&join(folder, LOCK))?;
        files.failpoint("log.locked")?;
        let exists = || OpenError::Exists { folder: folder.to_owned() };
        if files.read(&join(folder, CHECKPOINT), LONGEST_NOTE as u64)?.is_some() {
            return Err(exists());
        }
        let promise_path = join(folder, PROMISE);
        let left = files.read(&promise_path, promise::LONGEST)?;
        // Without a checkpoint, but with a past: entries, or the promise of some.
        let promised = left.as_deref().and_then(Promise::read).is_some_and(|left| left.checkpoint.size() > 0);
        if promised || !files.list(&join(folder, "tile"))?.is_empty() {
            return Err(exists());
        }
        let checkpoint =
            Checkpoint::new(signer.verifier().name().as_str(), 0, Edge::default().frontier.root())
                .map_err(SignedError::from)?;
        let promise = Promise { count: 0, checkpoint: checkpoint.clone() };
        if left.is_some() {
            files.overwrite(&promise_path, &promise.write())?;
        } else {
            files.write_new(&promise_path, &promise.write())?;
        }
        files.failpoint("log.promise-written")?;
        files.sync_file(&promise_path)?;
        files.failpoint("log.promise-synced")?;
        sync_folders(&*files, folder)?;
        let signed = signer.sign(checkpoint)?;
        let bytes = signed.to_string().into_bytes();
        replace(&*files, &join(folder, CHECKPOINT), &bytes)?;
        Ok(Self {
            files,
            folder: folder.to_owned(),
            checkpoint: signed,
            checkpoint_bytes: bytes,
            promise,
            edge: Edge::default(),
            durable: BTreeSet::new(),
            broken: false,
            _lock: lock,
        })
    }

    /// Opens the log in `folder`, finishing or discarding what a crash left. Excludes other writers until
    /// it is dropped.
    ///
    /// # Errors
    /// When it is locked, damaged at its right edge, rolled back, or not this key's. Then nothing was
    /// changed that the log's checkpoint speaks of.
    pub fn open(files: Arc<dyn Files>, folder: &str, signer: &dyn Signer) -> Result<Self, OpenError> {
        let checkpoint_path = join(folder, CHECKPOINT);
        let no_log = || OpenError::NoLog { folder: folder.to_owned() };
        if files.read(&checkpoint_path, LONGEST_NOTE as u64)?.is_none() {
            return Err(no_log());
        }
        let lock = files.lock(&join(folder, LOCK))?;
        files.failpoint("log.locked")?;
        sweep(&*files, folder)?;
        let bytes = files.read(&checkpoint_path, LONGEST_NOTE as u64)?.ok_or_else(no_log)?;
        let signed = SignedCheckpoint::parse(&bytes)?;
        signed.verify(&signer.verifier())?;
        // Whoever wrote it may have been killed before it was durable, and a promise will be written
        // over the one that could finish it.
        files.sync_file(&checkpoint_path)?;
        files.failpoint("log.checkpoint-synced-again")?;
        let (promise, own) = open_promise(&*files, folder, signed.checkpoint())?;
        sync_folders(&*files, folder)?;

        let mut log = Self {
            files,
            folder: folder.to_owned(),
            checkpoint: signed,
            checkpoint_bytes: bytes,
            promise,
            edge: Edge::default(),
            durable: BTreeSet::new(),
            broken: false,
            _lock: lock,
        };
        let here = log.checkpoint.checkpoint().clone();
        let promised = log.promise.checkpoint.clone();
        let source = Folder::new(log.files.clone(), folder);
        if promised.size() > here.size() {
            log.edge = edge::grown(&source, &here, &promised).map_err(|source| OpenError::RolledBack {
                promised: promised.size(),
                here: here.size(),
                source,
            })?;
            let signed = signer.sign(promised)?;
            let bytes = signed.to_string().into_bytes();
            replace(&*log.files, &checkpoint_path, &bytes)?;
            (log.checkpoint, log.checkpoint_bytes) = (signed, bytes);
        } else if promised.size() == here.size() && promised.root() != here.root() {
            return Err(OpenError::Forked { size: here.size() });
        } else {
            log.edge = edge::load(&source, &here)?;
        }
        log.discard_leftovers(own)?;
        Ok(log)
    }

    /// Removes what lies beyond the checkpoint, if the promise was made here (`own`) and so says that no
    /// larger tree was signed. Told in the promise first, so that a writer whom the lock did not keep out
    /// notices that his files went.
    fn discard_leftovers(&mut self, own: bool) -> Result<(), OpenError> {
        let beyond = leftovers::beyond(&*self.files, &self.folder, self.size())?;
        let Some(first) = beyond.first() else { return Ok(()) };
        if !own {
            let (folder, first, here) = (self.folder.clone(), first.clone(), self.size());
            return Err(OpenError::Unexplained { folder, first, here });
        }
        let promise = Promise {
            count: self.promise.count.wrapping_add(1),
            checkpoint: self.checkpoint.checkpoint().clone(),
        };
        self.files.overwrite(&self.path(PROMISE), &promise.write())?;
        self.files.failpoint("log.promise-written")?;
        self.files.sync_file(&self.path(PROMISE))?;
        self.files.failpoint("log.promise-synced")?;
        self.promise = promise;
        for path in beyond {
            self.files.remove(&self.path(&path))?;
            self.files.failpoint("log.leftover-removed")?;
        }
        Ok(())
    }
}

/// The promise of the log, durable, and whether it is this writer's own word on what was signed last: one
/// that is whole, or one that was cut while it was written (nothing had been signed yet then). A copy
/// without one, or with an older one, knows nothing, and starts from what the checkpoint says.
fn open_promise(
    files: &dyn Files,
    folder: &str,
    checkpoint: &Checkpoint,
) -> Result<(Promise, bool), OpenError> {
    let path = join(folder, PROMISE);
    let bytes = files.read(&path, promise::LONGEST)?;
    let whole = bytes.as_deref().map(Promise::read);
    let cut = matches!(whole, Some(None));
    // Of another log, or older than the checkpoint (which came from another copy): nothing to keep.
    let kept = whole.flatten().filter(|promise| {
        promise.checkpoint.origin() == checkpoint.origin() && promise.checkpoint.size() >= checkpoint.size()
    });
    if let Some(promise) = kept {
        files.sync_file(&path)?;
        files.failpoint("log.promise-synced")?;
        return Ok((promise, true));
    }
    let promise = Promise { count: 0, checkpoint: checkpoint.clone() };
    if bytes.is_some() {
        files.overwrite(&path, &promise.write())?;
    } else {
        files.write_new(&path, &promise.write())?;
    }
    files.failpoint("log.promise-written")?;
    files.sync_file(&path)?;
    files.failpoint("log.promise-synced")?;
    Ok((promise, cut))
}

/// Makes the names in the log's folder, and its own, durable.
fn sync_folders(files: &dyn Files, folder: &str) -> Result<(), FilesError> {
    files.sync_folder(folder)?;
    files.failpoint("log.folder-synced")?;
    for (end, _) in folder.match_indices('/').chain([(0, "")]) {
        if end < folder.len() {
            files.sync_folder(&folder[..end])?;
            files.failpoint("log.folder-synced")?;
        }
    }
    Ok(())
}
