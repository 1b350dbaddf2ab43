//! The log on disk: one folder of files that any web server can serve as it is (C2SP `tlog-tiles`), and
//! the only way to add to it.
//!
//! Decides in which order files reach the disk, what is left of a crash and what becomes of it, and
//! whether the files of a log are what its checkpoint says. Refuses to know what an entry means, what
//! time it is, where the key is kept and how a remote log is fetched.
//!
//! # Layout
//!
//! | file | what |
//! | --- | --- |
//! | `checkpoint` | the signed head; replaced in one step |
//! | `tile/<L>/<N>[.p/<W>]` | hashes; written once |
//! | `tile/entries/<N>[.p/<W>]` | entries; written once |
//! | `.promise` | the head this writer has last promised to sign; written over in place |
//! | `.lock` | held while a [`Log`] is open |
//!
//! The two last are this machine's own and belong into no copy (`.gitignore`).
//!
//! # The order of writes
//!
//! 1. New tiles and bundles are written under names that must not exist yet. **Wave 1**: they and the
//!    folders that name them are synced, at the same time.
//! 2. The promise (size and root of the new tree) is written. **Wave 2**: it is synced. From here on,
//!    this log will sign no other root of this size, whatever happens.
//! 3. The checkpoint is signed.
//! 4. The checkpoint is written beside the old one. **Wave 3**: it is synced. It is renamed over the
//!    old one. **Wave 4**: the folder is synced. Only now is the batch acknowledged.
//!
//! For a batch that fills no tile that is seven syncs in four waves, however many entries it has: a
//! bundle, a tile, their two folders, the promise, the checkpoint, its folder. The first batch after
//! opening also syncs the folders above, once. Fewer would do if the checkpoint were allowed to be
//! behind what was acknowledged, or if a signature were made before the disk could not forget the root:
//! a reader may have seen a checkpoint whose rename a power cut then takes back.
//!
//! # Opening after a crash
//!
//! The checkpoint is what counts. What lies beyond it:
//! - with a promise of a larger tree: everything of that tree was synced before the promise was
//!   written, so it is checked, signed (the same root, so the same bytes) and published. If something of
//!   it is missing, the log is damaged or was rolled back to an older copy: nothing is signed.
//! - with this writer's own promise of nothing larger: nothing was signed or acknowledged, and the files
//!   beyond are removed.
//! - without one (a fresh copy): nobody can say; nothing is removed or signed, and that is the error.
//!
//! A second writer is kept out by the lock. Where locks do not work (some network folders, a copied
//! folder) he is noticed: by a name that is taken, or by a promise or checkpoint that is not the one
//! this writer left. The promise counts its own changes for that.

mod append;
mod cosign;
mod diagnosis;
mod edge;
mod entries;
mod growth;
mod leftovers;
mod open;
mod promise;
mod receipts;
mod signer;
mod source;
mod verify;

use std::sync::Arc;

use store::{Files, FilesError, Held};
use tlog::SignedCheckpoint;

use self::{growth::Edge, promise::Promise};

pub use self::{
    append::Appended,
    edge::{EdgeError, begins},
    entries::{Entries, EntriesError, entries},
    open::OpenError,
    receipts::{ReceiptError, Receipts, receipt},
    signer::Signer,
    source::{Folder, Source, SourceError},
    verify::{Damage, Finding, Report, verify},
};

/// The name of the signed head.
pub const CHECKPOINT: &str = "checkpoint";
/// The name of the file that is locked.
pub const LOCK: &str = ".lock";

/// A log that is open for writing: the only one, until it is dropped.
pub struct Log {
    files: Arc<dyn Files>,
    folder: String,
    checkpoint: SignedCheckpoint,
    /// Exactly what this writer left in the files, to notice another one.
    checkpoint_bytes: Vec<u8>,
    promise: Promise,
    edge: Edge,
    /// Folders whose names this writer has made durable.
    durable: std::collections::BTreeSet<String>,
    /// After a step failed: what is on the disk is known again only when the log is opened anew.
    broken: bool,
    _lock: Held,
}

/// Why nothing can be appended, or why it is not known whether it was.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// An entry is too long, or there are too many.
    #[error(transparent)]
    Growth(#[from] growth::GrowthError),
    /// Nothing was appended: a file operation failed beforehand.
    #[error("nothing was added to the log: {0}")]
    NotAppended(#[source] FilesError),
    /// Another writer is at work although the lock should exclude him. Nothing was signed here.
    #[error(
        "nothing was acknowledged: another program is writing to this log in spite of the lock (`{path}` is not as \
         this program left it); end it, open the log again, and look"
    )]
    AnotherWriter {
        /// The file that showed it.
        path: String,
    },
    /// The promise was written, then a step failed.
    #[error(
        "it is not known whether {count} entries from index {first} on were added to the log: open it again, which \
         finishes or discards them, and look: {source}"
    )]
    Unsure {
        /// Index of the first.
        first: u64,
        /// How many.
        count: usize,
        /// What failed.
        source: FilesError,
    },
    /// As above, because of the key.
    #[error(
        "the key did not sign the log's new head (entries from index {first} on); open the log again with the key: \
         {source}"
    )]
    Unsigned {
        /// Index of the first.
        first: u64,
        /// What the key said.
        source: tlog::signed::SignedError,
    },
    /// A line that was to be added to the checkpoint is not the witness's.
    #[error("the cosignature is not added: {0}")]
    Cosignature(#[source] tlog::signed::SignedError),
    /// An earlier step failed.
    #[error("an earlier addition failed: open the log again")]
    Broken,
}

impl Log {
    /// Number of entries.
    pub fn size(&self) -> u64 {
        self.checkpoint.checkpoint().size()
    }

    /// The signed head that is on the disk.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// The log as a source to read from.
    pub fn source(&self) -> Folder {
        Folder::new(self.files.clone(), &self.folder)
    }

    fn path(&self, name: &str) -> String {
        join(&self.folder, name)
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
