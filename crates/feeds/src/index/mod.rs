//! Immutable index files: written once, named by their digest, read by offset.
//!
//! Two shapes share one header. [`names`] maps a text to a block of bytes (component names to
//! their advisory records, purls to products); [`table`] maps a 64-bit key to a 64-bit value (CVE
//! to EPSS score). A lookup reads a bucket and the one block it names; opening reads the header
//! alone, whatever the size. Every byte that a lookup relies on is covered by a checksum, the
//! bytes that say "nothing here" too: a damaged file gives an error, never a clean answer.
//!
//! This module knows nothing of advisories. Own code: embedded stores bring locks, logs and
//! writes that an immutable file does not need, and none lets a reader trust a miss.

pub mod bytes;
pub mod file;
pub mod names;
pub mod table;

use domain::Digest;

/// Why an index file gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The file could not be opened or read.
    #[error("cannot read the index: {0}")]
    Io(#[from] std::io::Error),
    /// It is no index file, or of a version this program does not read.
    #[error("not an index file of this version: import the feed again")]
    Format,
    /// Its bytes are not those that were written.
    #[error("the index is damaged ({0}): import the feed again")]
    Damaged(&'static str),
}

/// An index as bytes, ready to be written.
pub struct Built {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// Digest of those bytes, which names the file.
    pub digest: Digest,
}

impl Built {
    fn of(bytes: Vec<u8>) -> Self {
        let digest = Digest::of(&bytes);
        Self { bytes, digest }
    }
}
