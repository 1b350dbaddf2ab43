//! Where the files of a log are read from: a folder, a web server, memory.

use std::sync::Arc;

use store::Files;
use tlog::Resource;

use super::join;

/// Why a file of a log could not be fetched, in the words of whoever fetches.
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

/// The files of a log, by their paths below its prefix. What is read is believed by nobody before it is
/// verified.
pub trait Source {
    /// The bytes of a file; `None` if there is none.
    ///
    /// # Errors
    /// When that cannot be said, or there are more than `limit` bytes.
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, SourceError>;
}

/// A folder that holds a log.
#[derive(Clone)]
pub struct Folder {
    files: Arc<dyn Files>,
    folder: String,
}

impl Folder {
    /// The log in `folder` of these files ("" for their own folder).
    pub fn new(files: Arc<dyn Files>, folder: &str) -> Self {
        Self { files, folder: folder.to_owned() }
    }
}

impl Source for Folder {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, SourceError> {
        Ok(self.files.read(&join(&self.folder, path), limit)?)
    }
}

impl<S: Source + ?Sized> Source for &S {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, SourceError> {
        (**self).read(path, limit)
    }
}

/// The bytes of a tile or bundle, or of the full one whose beginning it is: a partial one may be gone
/// once the full one is there (`tlog-tiles`).
pub(super) fn read_resource(source: &dyn Source, resource: Resource) -> Result<Option<Vec<u8>>, SourceError> {
    if let Some(bytes) = source.read(&resource.path(), resource.longest() as u64)? {
        return Ok(Some(bytes));
    }
    let full = match resource {
        Resource::Bundle(bundle) if !bundle.is_full() => Resource::Bundle(bundle.full()),
        Resource::Tile(tile) if !tile.is_full() => Resource::Tile(tile.full()),
        Resource::Bundle(_) | Resource::Tile(_) => return Ok(None),
    };
    source.read(&full.path(), full.longest() as u64)
}
