//! Finished assessments kept from one run to the next, so that a run that was interrupted goes on where
//! it stopped.
//!
//! One file a repository: a line with the key and the digest of the rest, the brief, the assessment. A
//! file that is cut, altered, of another form or for another key is as good as none. They name open
//! flaws and places, so they are readable by their owner alone.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use assess::estate::Brief;
use domain::{Assessment, Digest};

use crate::{history, output::Failure};

/// The form of the files; others are not read.
const FORM: &str = "formulary/kept/v1";

/// A larger file is not read.
const LARGEST: u64 = 512 << 20;

/// The folder they lie in.
pub(super) struct Folder {
    folder: PathBuf,
    fresh: bool,
}

impl Folder {
    /// This one; `fresh` reads nothing of it.
    pub(super) const fn new(folder: PathBuf, fresh: bool) -> Self {
        Self { folder, fresh }
    }

    fn file(&self, repository: &Path) -> Option<PathBuf> {
        let whole = repository.canonicalize().ok()?;
        let name = Digest::of(whole.to_string_lossy().as_bytes()).hex();
        Some(self.folder.join(format!("{}.kept", &name[..32])))
    }

    /// What was kept of a repository, if it is still the answer.
    pub(super) fn read(&self, repository: &Path, key: Digest) -> Option<Brief> {
        if self.fresh {
            return None;
        }
        let mut bytes = Vec::new();
        fs::File::open(self.file(repository)?).ok()?.take(LARGEST).read_to_end(&mut bytes).ok()?;
        let at = bytes.iter().position(|byte| *byte == b'\n')?;
        let (head, rest) = (std::str::from_utf8(&bytes[..at]).ok()?, &bytes[at + 1..]);
        if head != format!("{FORM} {key} {}", Digest::of(rest)) {
            return None;
        }
        serde_json::from_slice(rest.split(|byte| *byte == b'\n').next()?).ok()
    }

    /// Keeps what was made of a repository.
    pub(super) fn write(
        &self,
        repository: &Path,
        key: Digest,
        brief: &Brief,
        assessment: &Assessment,
    ) -> Result<(), Failure> {
        let file = self
            .file(repository)
            .ok_or_else(|| Failure::new(format!("{} has no place of its own", repository.display())))?;
        let mut rest = serde_json::to_vec(brief)?;
        rest.push(b'\n');
        serde_json::to_writer(&mut rest, assessment)?;
        rest.push(b'\n');
        let mut bytes = format!("{FORM} {key} {}\n", Digest::of(&rest)).into_bytes();
        bytes.extend_from_slice(&rest);
        Ok(history::keep(&file, &bytes)?)
    }
}
