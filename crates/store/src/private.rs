//! Texts that stay outside the log: the log holds a salted digest, the text lies here and can be
//! erased. After erasure the digest stays, and reading says "erased".
//!
//! Decides that a digest gives nothing away about a short text (32 bytes of salt, handed in), that what
//! is read is what was digested, and that an erasure, once begun, is seen as one even after a crash.
//! Refuses to make the salt, and to promise that the disk itself forgets: old blocks, backups and
//! copies are beyond any program. The folder never belongs into a public copy or a git repository.
//!
//! A file is the salt and then the text; its name is the digest's hexadecimal form:
//! SHA-256 of `formulary/private/v1`, a line feed, the salt, the text. `<name>.erased` is the mark.

use std::sync::Arc;

use domain::Digest;
use sha2::{Digest as _, Sha256};

use crate::{
    files::{Files, FilesError, Readers, ToSync, create_folders},
    replace::{replace, sweep},
};

/// The length of a salt in bytes.
pub const SALT_BYTES: usize = 32;

const PURPOSE: &[u8] = b"formulary/private/v1\n";

/// Private texts below one folder, which only its owner may read.
#[derive(Clone)]
pub struct Private {
    files: Arc<dyn Files>,
    folder: String,
}

/// What is known of a private text.
#[derive(Clone, PartialEq, Eq)]
pub enum PrivateText {
    /// It is here: these are its bytes and the salt that whoever is told the text needs to check it.
    Here {
        /// The text.
        text: Vec<u8>,
        /// The salt it was digested with.
        salt: [u8; SALT_BYTES],
    },
    /// It was here and was erased.
    Erased,
    /// This copy never had it.
    NotHere,
}

impl std::fmt::Debug for PrivateText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Here { .. } => "Here(…)",
            Self::Erased => "Erased",
            Self::NotHere => "NotHere",
        })
    }
}

/// Why a private text could not be kept, read or erased. The text is never named.
#[derive(Debug, thiserror::Error)]
pub enum PrivateError {
    /// The file below failed.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// What lies under this digest is something else.
    #[error("the private text kept as {digest} is not that text: restore it from a copy")]
    Damaged {
        /// What was asked for.
        digest: Digest,
    },
    /// It was erased, and is not put back.
    #[error("the private text {digest} was erased; to state it anew, use a new salt")]
    Erased {
        /// What was to be kept.
        digest: Digest,
    },
}

/// The digest under which a text with this salt is known.
pub fn salted_digest(text: &[u8], salt: &[u8; SALT_BYTES]) -> Digest {
    let mut hash = Sha256::new();
    hash.update(PURPOSE);
    hash.update(salt);
    hash.update(text);
    Digest::from_bytes(hash.finalize().into())
}

impl Private {
    /// Private texts in `folder` (made when the first is kept).
    pub fn new(files: Arc<dyn Files>, folder: &str) -> Self {
        Self { files, folder: folder.to_owned() }
    }

    fn path(&self, digest: &Digest) -> String {
        format!("{}/{}", self.folder, digest.hex())
    }

    fn mark(&self, digest: &Digest) -> String {
        format!("{}.erased", self.path(digest))
    }

    /// Keeps a text, durably. The salt must be 32 bytes from the system's randomness, new for each text.
    ///
    /// # Errors
    /// [`PrivateError::Erased`] when this very text and salt were erased before; when a file operation
    /// fails.
    pub fn keep(&self, text: &[u8], salt: &[u8; SALT_BYTES]) -> Result<Digest, PrivateError> {
        let digest = salted_digest(text, salt);
        if self.files.read(&self.mark(&digest), 1)?.is_some() {
            return Err(PrivateError::Erased { digest });
        }
        create_folders(&*self.files, &self.folder, Readers::Owner)?;
        let bytes = [&salt[..], text].concat();
        replace(&*self.files, &self.path(&digest), &bytes)?;
        self.sync_above()?;
        Ok(digest)
    }

    fn sync_above(&self) -> Result<(), FilesError> {
        let mut folders = vec![ToSync::Folder("")];
        folders.extend(self.folder.match_indices('/').map(|(end, _)| ToSync::Folder(&self.folder[..end])));
        self.files.sync_all(&folders, "private.folder-synced")
    }

    /// What is known of the text with this digest.
    ///
    /// # Errors
    /// [`PrivateError::Damaged`] when something else lies there; when it is longer than `limit` bytes
    /// (salt not counted) or cannot be read.
    pub fn read(&self, digest: &Digest, limit: u64) -> Result<PrivateText, PrivateError> {
        if self.files.read(&self.mark(digest), 1)?.is_some() {
            return Ok(PrivateText::Erased);
        }
        let limit = limit.saturating_add(SALT_BYTES as u64);
        let Some(bytes) = self.files.read(&self.path(digest), limit)? else {
            return Ok(PrivateText::NotHere);
        };
        let Some((salt, text)) = bytes.split_first_chunk::<SALT_BYTES>() else {
            return Err(PrivateError::Damaged { digest: *digest });
        };
        if salted_digest(text, salt) != *digest {
            return Err(PrivateError::Damaged { digest: *digest });
        }
        Ok(PrivateText::Here { text: text.to_vec(), salt: *salt })
    }

    /// Erases the text with this digest, salt included, durably: first the mark, then the file. A crash
    /// in between reads as erased; doing it again, or [`Private::finish_erasures`], finishes it.
    ///
    /// # Errors
    /// When a file operation fails.
    pub fn erase(&self, digest: &Digest) -> Result<(), PrivateError> {
        create_folders(&*self.files, &self.folder, Readers::Owner)?;
        match self.files.write_new(&self.mark(digest), b"") {
            Ok(()) | Err(FilesError::Exists { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        self.files.failpoint("private.marked")?;
        self.files.sync_folder(&self.folder)?;
        self.files.failpoint("private.mark-synced")?;
        self.files.remove(&self.path(digest))?;
        self.files.failpoint("private.removed")?;
        self.files.sync_folder(&self.folder)?;
        self.files.failpoint("private.removal-synced")?;
        self.sync_above()?;
        Ok(())
    }

    /// Removes every text that is marked as erased but still lies here, and what writers that crashed
    /// left half made. Only for the holder of the register's lock.
    ///
    /// # Errors
    /// When a file operation fails.
    pub fn finish_erasures(&self) -> Result<(), PrivateError> {
        sweep(&*self.files, &self.folder)?;
        let names = self.files.list(&self.folder)?;
        let mut removed = false;
        for name in names.iter().filter_map(|name| name.strip_suffix(".erased")) {
            if names.iter().any(|other| other == name) {
                self.files.remove(&format!("{}/{name}", self.folder))?;
                self.files.failpoint("private.removed")?;
                removed = true;
            }
        }
        if removed {
            self.files.sync_folder(&self.folder)?;
            self.files.failpoint("private.removal-synced")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forgetful::{Forgetful, Loss};

    const SALT: [u8; SALT_BYTES] = [7; SALT_BYTES];

    #[test]
    fn kept_read_erased() {
        let files = Arc::new(Forgetful::new());
        let private = Private::new(files.clone(), "private");
        let digest = private.keep(b"the attacker could", &SALT).unwrap();
        assert_eq!(digest, salted_digest(b"the attacker could", &SALT));
        assert_ne!(digest, salted_digest(b"the attacker could", &[8; SALT_BYTES]));
        let here = PrivateText::Here { text: b"the attacker could".to_vec(), salt: SALT };
        assert!(private.read(&digest, 100).unwrap() == here);
        assert!(!format!("{here:?}").contains("attacker"));
        assert_eq!(private.read(&Digest::of(b"other"), 100).unwrap(), PrivateText::NotHere);
        private.erase(&digest).unwrap();
        assert_eq!(private.read(&digest, 100).unwrap(), PrivateText::Erased);
        assert!(files.files().values().all(|bytes| bytes.is_empty()), "nothing of the text is left");
        assert!(matches!(private.keep(b"the attacker could", &SALT), Err(PrivateError::Erased { .. })));
        private.keep(b"the attacker could", &[9; SALT_BYTES]).unwrap();
    }

    #[test]
    fn an_erasure_once_seen_stays() {
        let steps = |files: &Forgetful| files.steps();
        let scene = || {
            let files = Arc::new(Forgetful::new());
            let private = Private::new(files.clone(), "private");
            let digest = private.keep(b"text", &SALT).unwrap();
            (files, private, digest)
        };
        let (files, private, digest) = scene();
        let before = steps(&files);
        private.erase(&digest).unwrap();
        let after = steps(&files);
        for step in before..=after {
            for seed in 0..30 {
                let (files, private, digest) = scene();
                files.kill_at_step(step, seed);
                let erased = private.erase(&digest).is_ok();
                let left = Arc::new(files.crash(Loss::Random(seed)));
                let private = Private::new(left.clone(), "private");
                match private.read(&digest, 100).unwrap() {
                    PrivateText::Here { text, .. } => assert!(!erased && text == b"text"),
                    PrivateText::Erased => {}
                    PrivateText::NotHere => panic!("step {step}, seed {seed}: gone without a mark"),
                }
                private.finish_erasures().unwrap();
                private.erase(&digest).unwrap();
                assert!(left.crash(Loss::Unsynced).files().values().all(Vec::is_empty));
            }
        }
    }
}
