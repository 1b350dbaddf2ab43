//! What a log says about itself at one moment (`tlog-checkpoint`): origin, size, root.
//!
//! It decides what a well-formed checkpoint text is. It refuses to know who signed it
//! ([`crate::signed`]) and whether the log is consistent.

use std::fmt;

use crate::{hash::Hash, text, tree::MAX_SIZE};

/// The most extension lines. The specification advises against any; this bounds what is kept.
pub const MOST_EXTENSIONS: usize = 64;

/// The text of a checkpoint, without its signatures.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    extensions: Vec<String>,
}

/// Why a text is no checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Fewer than three lines, an empty line, or no newline at the end.
    #[error(
        "a checkpoint has at least three lines (origin, size, root hash), none empty, each ended by a newline"
    )]
    Lines,
    /// The first line cannot be an origin.
    #[error("an origin is one line of 1 to 255 bytes without control characters")]
    Origin,
    /// The second line is no number, or too large.
    #[error(
        "the second line of a checkpoint is the number of entries, at most {MAX_SIZE}, without leading zeros"
    )]
    Size,
    /// The third line is no hash.
    #[error("the third line of a checkpoint is the root hash: 32 bytes in base64")]
    Root,
    /// An extension line is empty, has a control character, or there are too many.
    #[error(
        "extension lines of a checkpoint are not empty, have no control characters, and are at most {MOST_EXTENSIONS}"
    )]
    Extension,
}

impl Checkpoint {
    /// A checkpoint of the log `origin`, without extension lines.
    ///
    /// # Errors
    /// The origin is not one line of 1 to 255 bytes, or the size is too large.
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Self, CheckpointError> {
        Self::with_extensions(origin, size, root, Vec::new())
    }

    /// A checkpoint with extension lines, which nobody audits and the specification advises against.
    ///
    /// # Errors
    /// As [`Self::new`], or a line is empty or has a control character.
    pub fn with_extensions(
        origin: &str,
        size: u64,
        root: Hash,
        extensions: Vec<String>,
    ) -> Result<Self, CheckpointError> {
        // `tlog-cosignature` keeps the length of an origin in one byte.
        if origin.len() > crate::key::LONGEST_NAME || !is_line(origin) {
            return Err(CheckpointError::Origin);
        }
        if size > MAX_SIZE {
            return Err(CheckpointError::Size);
        }
        if extensions.len() > MOST_EXTENSIONS || !extensions.iter().all(|line| is_line(line)) {
            return Err(CheckpointError::Extension);
        }
        Ok(Self { origin: origin.to_owned(), size, root, extensions })
    }

    /// Reads the text of a note as a checkpoint.
    ///
    /// # Errors
    /// It is none, and which line is wrong.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let body = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?;
        let mut lines = body.split('\n');
        let mut next = || lines.next().filter(|line| !line.is_empty()).ok_or(CheckpointError::Lines);
        let (origin, size, root) = (next()?, next()?, next()?);
        let size = text::decimal(size).ok_or(CheckpointError::Size)?;
        let root = root.parse().map_err(|_| CheckpointError::Root)?;
        let extensions: Vec<String> = lines.take(MOST_EXTENSIONS + 1).map(str::to_owned).collect();
        Self::with_extensions(origin, size, root, extensions)
    }

    /// The log's name for itself.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Entries in the log.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree over them.
    #[must_use]
    pub const fn root(&self) -> &Hash {
        &self.root
    }

    /// The extension lines.
    #[must_use]
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }
}

/// A line that is not empty and holds no control character.
fn is_line(line: &str) -> bool {
    !line.is_empty() && !line.bytes().any(|b| b < b' ')
}

/// The text of the note.
impl fmt::Display for Checkpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}\n{}\n{}\n", self.origin, self.size, self.root)?;
        self.extensions.iter().try_for_each(|line| writeln!(out, "{line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

    #[test]
    fn a_checkpoint_has_one_spelling() {
        for text in [
            format!("example.com/behind-the-sofa\n20852163\n{ROOT}\n"),
            format!("a b+c\n0\n{ROOT}\none\ntwo\n"),
        ] {
            assert_eq!(Checkpoint::parse(&text).unwrap().to_string(), text);
        }
        let long = "o".repeat(256);
        let many = "x\n".repeat(MOST_EXTENSIONS + 1);
        for (bad, why) in [
            ("", CheckpointError::Lines),
            ("a\n1\n", CheckpointError::Lines),
            (&format!("a\n1\n{ROOT}"), CheckpointError::Lines),
            (&format!("\n1\n{ROOT}\n"), CheckpointError::Lines),
            (&format!("a\t\n1\n{ROOT}\n"), CheckpointError::Origin),
            (&format!("{long}\n1\n{ROOT}\n"), CheckpointError::Origin),
            (&format!("a\n01\n{ROOT}\n"), CheckpointError::Size),
            (&format!("a\n-1\n{ROOT}\n"), CheckpointError::Size),
            (&format!("a\n9223372036854775808\n{ROOT}\n"), CheckpointError::Size),
            ("a\n1\nAAAA\n", CheckpointError::Root),
            (&format!("a\n1\n{}\n", &ROOT[..43]), CheckpointError::Root),
            (&format!("a\n1\n{ROOT}\n\n"), CheckpointError::Extension),
            (&format!("a\n1\n{ROOT}\n{many}"), CheckpointError::Extension),
        ] {
            assert_eq!(Checkpoint::parse(bad), Err(why), "{bad:?}");
        }
    }
}
