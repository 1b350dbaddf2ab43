//! Bytes known by their digest: evidence, assessments, texts that a decision rests on.
//!
//! Decides that what is read is what the digest says, always. Refuses to know what the bytes mean, and
//! never changes or replaces a sound blob. Layout: `<folder>/ab/cdef…` (the hexadecimal SHA-256, its
//! first two digits the folder), so that any program can find and check one.

use std::sync::Arc;

use domain::Digest;

use crate::{
    files::{Files, FilesError, Readers, ToSync, create_folders, parent},
    replace::{replace, sweep},
};

/// Blobs below one folder.
#[derive(Clone)]
pub struct Blobs {
    files: Arc<dyn Files>,
    folder: String,
}

/// Why a blob could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The file below failed.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The bytes under this digest have another: the disk or somebody changed them.
    #[error("the bytes kept as {digest} are not those: restore them from a copy, or store them again")]
    Damaged {
        /// What was asked for.
        digest: Digest,
    },
}

impl Blobs {
    /// Blobs in `folder` (made when the first is written).
    pub fn new(files: Arc<dyn Files>, folder: &str) -> Self {
        Self { files, folder: folder.to_owned() }
    }

    /// Where a blob lies.
    pub fn path(&self, digest: &Digest) -> String {
        let hex = digest.hex();
        format!("{}/{}/{}", self.folder, &hex[..2], &hex[2..])
    }

    /// Keeps these bytes, durably: they are on the disk when this returns. Bytes that are there already
    /// are not written again; damaged ones are replaced.
    ///
    /// # Errors
    /// When a file operation fails.
    pub fn put(&self, bytes: &[u8]) -> Result<Digest, BlobError> {
        let digest = Digest::of(bytes);
        let path = self.path(&digest);
        let limit = bytes.len() as u64;
        let there = match self.files.read(&path, limit) {
            Ok(there) => there.is_some_and(|there| there == bytes),
            // Longer than what it should be: damaged.
            Err(FilesError::TooLong { .. }) => false,
            Err(error) => return Err(error.into()),
        };
        if there {
            // Whoever wrote it may have been killed before it was durable.
            self.files.sync_file(&path)?;
            self.files.failpoint("blob.synced-again")?;
            self.sync_folders(&path)?;
        } else {
            create_folders(&*self.files, parent(&path), Readers::Anyone)?;
            replace(&*self.files, &path, bytes)?;
            self.sync_folders(parent(&path))?;
        }
        Ok(digest)
    }

    /// Makes the names of all folders on the way to `path` durable.
    fn sync_folders(&self, path: &str) -> Result<(), FilesError> {
        let mut folders = vec![ToSync::Folder("")];
        folders.extend(path.match_indices('/').map(|(end, _)| ToSync::Folder(&path[..end])));
        self.files.sync_all(&folders, "blob.folder-synced")
    }

    /// The bytes of a digest; `None` if there are none.
    ///
    /// # Errors
    /// [`BlobError::Damaged`] when what is there has another digest; when it is longer than `limit`
    /// bytes or cannot be read.
    pub fn get(&self, digest: &Digest, limit: u64) -> Result<Option<Vec<u8>>, BlobError> {
        let Some(bytes) = self.files.read(&self.path(digest), limit)? else { return Ok(None) };
        if Digest::of(&bytes) == *digest {
            Ok(Some(bytes))
        } else {
            Err(BlobError::Damaged { digest: *digest })
        }
    }

    /// Whether there is a blob of this name. It is not read: [`Blobs::get`] is what verifies.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn has(&self, digest: &Digest) -> Result<bool, BlobError> {
        let path = self.path(digest);
        let name = path.rsplit('/').next().unwrap_or_default();
        Ok(self.files.list(parent(&path))?.iter().any(|other| other == name))
    }

    /// Every digest there is a blob for, sorted. Files of other names are passed over.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn digests(&self) -> Result<Vec<Digest>, BlobError> {
        let mut digests = Vec::new();
        for folder in self.files.list(&self.folder)? {
            let Some(start) = folder.strip_suffix('/').filter(|start| start.len() == 2) else { continue };
            for name in self.files.list(&format!("{}/{start}", self.folder))? {
                digests.extend(format!("sha256:{start}{name}").parse::<Digest>());
            }
        }
        digests.sort();
        Ok(digests)
    }

    /// Removes what writers that crashed left half made. Only for the holder of the register's lock.
    ///
    /// # Errors
    /// When a folder cannot be read or a file not removed.
    pub fn sweep(&self) -> Result<(), BlobError> {
        for folder in self.files.list(&self.folder)? {
            if let Some(name) = folder.strip_suffix('/') {
                sweep(&*self.files, &format!("{}/{name}", self.folder))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forgetful::{Forgetful, Loss};

    #[test]
    fn what_is_read_is_what_the_digest_says() {
        let files = Arc::new(Forgetful::new());
        let blobs = Blobs::new(files.clone(), "blobs");
        let digest = blobs.put(b"evidence").unwrap();
        assert_eq!(digest, Digest::of(b"evidence"));
        assert!(blobs.path(&digest).starts_with("blobs/"));
        assert_eq!(blobs.get(&digest, 100).unwrap().as_deref(), Some(&b"evidence"[..]));
        assert_eq!(blobs.digests().unwrap(), [digest]);
        assert!(blobs.has(&digest).unwrap());
        let other = Digest::of(b"other");
        assert_eq!(blobs.get(&other, 100).unwrap(), None);
        assert!(!blobs.has(&other).unwrap());

        files.flip(&blobs.path(&digest), 3, 1);
        assert!(matches!(blobs.get(&digest, 100), Err(BlobError::Damaged { .. })));
        assert!(matches!(blobs.get(&digest, 3), Err(BlobError::Files(FilesError::TooLong { .. }))));
        blobs.put(b"evidence").unwrap();
        assert_eq!(blobs.get(&digest, 100).unwrap().as_deref(), Some(&b"evidence"[..]));
    }

    #[test]
    fn what_was_put_survives_and_what_was_not_is_never_wrong() {
        let steps = {
            let files = Arc::new(Forgetful::new());
            Blobs::new(files.clone(), "blobs").put(b"evidence").unwrap();
            files.steps()
        };
        for step in 0..=steps {
            for seed in 0..20 {
                let files = Arc::new(Forgetful::new());
                files.kill_at_step(step, seed);
                let put = Blobs::new(files.clone(), "blobs").put(b"evidence");
                let left = Arc::new(files.crash(Loss::Random(seed)));
                let blobs = Blobs::new(left, "blobs");
                let got = blobs.get(&Digest::of(b"evidence"), 100).unwrap();
                if put.is_ok() {
                    assert_eq!(step, steps);
                    assert_eq!(got.as_deref(), Some(&b"evidence"[..]), "step {step}, seed {seed}");
                } else {
                    assert!(got.is_none_or(|got| got == b"evidence"), "step {step}, seed {seed}");
                }
                blobs.sweep().unwrap();
                blobs.put(b"evidence").unwrap();
                assert_eq!(blobs.digests().unwrap().len(), 1);
            }
        }
    }
}
