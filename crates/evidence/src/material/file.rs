//! One file as Material: a lockfile or SBOM judged on its own.
//!
//! Its plain neighbours in the same folder can be read, because some lockfiles say what is direct
//! only together with the manifest beside them; they are not entries, so they are not judged.

use std::{
    borrow::Cow,
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use domain::Unread;

use super::{CannotRead, Entry, Material, ReadSeek, folder::LARGEST_WHOLE};

/// One file, and its folder.
#[derive(Debug)]
pub struct OneFile {
    folder: PathBuf,
    entries: Vec<Entry>,
}

impl OneFile {
    /// The file at a path.
    ///
    /// # Errors
    /// When it is not a plain file, or its name is not UTF-8.
    pub fn open(path: &Path) -> Result<Self, CannotRead> {
        let cannot =
            |what: &dyn std::fmt::Display| CannotRead(format!("cannot read {}: {what}", path.display()));
        let meta = std::fs::metadata(path).map_err(|e| cannot(&e))?;
        if !meta.is_file() {
            return Err(cannot(&"not a plain file"));
        }
        let whole = path.canonicalize().map_err(|e| cannot(&e))?;
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .ok_or_else(|| cannot(&"its name is not UTF-8"))?;
        let folder = whole.parent().unwrap_or(Path::new("/")).to_owned();
        // The name as given: a link to a lockfile is read as what its own name says.
        let entry = Entry { path: name.to_owned(), size: meta.len(), executable: false };
        let real = whole.file_name().and_then(|name| name.to_str()).unwrap_or(name);
        let entry =
            if folder.join(name).is_file() { entry } else { Entry { path: real.to_owned(), ..entry } };
        Ok(Self { folder, entries: vec![entry] })
    }

    fn open_file(&self, path: &str) -> Result<File, CannotRead> {
        if path.contains(['/', '\\']) || path == ".." || path == "." || path.is_empty() {
            return Err(CannotRead("not beside the file".to_owned()));
        }
        let full = self.folder.join(path);
        if !std::fs::metadata(&full).is_ok_and(|meta| meta.is_file()) {
            return Err(CannotRead("not a plain file".to_owned()));
        }
        File::open(full).map_err(|e| CannotRead(e.kind().to_string()))
    }
}

impl Material for OneFile {
    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn read(&self, path: &str) -> Result<Cow<'_, [u8]>, CannotRead> {
        let mut bytes = Vec::new();
        let file = self.open_file(path)?;
        file.take(LARGEST_WHOLE + 1).read_to_end(&mut bytes).map_err(|e| CannotRead(e.kind().to_string()))?;
        if bytes.len() as u64 > LARGEST_WHOLE {
            return Err(CannotRead(format!("larger than {} MiB", LARGEST_WHOLE >> 20)));
        }
        Ok(Cow::Owned(bytes))
    }

    fn head(&self, path: &str, n: usize) -> Result<Vec<u8>, CannotRead> {
        let mut bytes = Vec::new();
        let file = self.open_file(path)?;
        file.take(n as u64).read_to_end(&mut bytes).map_err(|e| CannotRead(e.kind().to_string()))?;
        Ok(bytes)
    }

    fn open(&self, path: &str) -> Result<Box<dyn ReadSeek + '_>, CannotRead> {
        Ok(Box::new(self.open_file(path)?))
    }

    fn unread(&self) -> &[Unread] {
        &[]
    }
}
