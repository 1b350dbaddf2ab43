//! Material: what a subject is made of, readable. Kinds are in the files beside this one.

pub mod digest;
pub mod file;
pub mod folder;
pub mod history;
pub mod memory;
pub mod revision;

use std::borrow::Cow;

/// One file of a material, known before its content is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Path relative to the root, `/` between parts.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
    /// Whether the executable bit is set.
    pub executable: bool,
}

/// Why a file's content could not be had.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0}")]
pub struct CannotRead(pub String);

/// A readable tree of files. Implementations never follow a link out of the tree.
pub trait Material: Sync {
    /// All files, sorted by path.
    fn entries(&self) -> &[Entry];
    /// A file's content, whole. Files beyond the material's limit are refused with a reason.
    ///
    /// # Errors
    /// When the file cannot be read or is too large.
    fn read(&self, path: &str) -> Result<Cow<'_, [u8]>, CannotRead>;
    /// The first `n` bytes of a file of any size.
    ///
    /// # Errors
    /// When the file cannot be read.
    fn head(&self, path: &str, n: usize) -> Result<Vec<u8>, CannotRead>;
    /// A reader over a file of any size, for formats that are read by offset or hashed by stream.
    ///
    /// # Errors
    /// When the file cannot be opened.
    fn open(&self, path: &str) -> Result<Box<dyn ReadSeek + '_>, CannotRead>;
    /// What was in the tree and is not among the entries, with the reason: links leading out,
    /// special files, unreadable folders.
    fn unread(&self) -> &[domain::Unread];
}

/// `Read` and `Seek` together.
pub trait ReadSeek: std::io::Read + std::io::Seek {}
impl<T: std::io::Read + std::io::Seek> ReadSeek for T {}
