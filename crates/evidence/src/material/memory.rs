//! A tree of files held in memory, as Material: what an archive unpacks to, and what tests build.
//!
//! It decides nothing about the files; whoever fills it has bounded them.

use std::{borrow::Cow, collections::BTreeMap, io::Cursor};

use domain::Unread;

use super::{CannotRead, Entry, Material, ReadSeek};

/// Files by path, whole, in memory.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    entries: Vec<Entry>,
    contents: BTreeMap<String, Vec<u8>>,
    unread: Vec<Unread>,
}

impl Memory {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same tree with one more file; a path added twice keeps the later content.
    #[must_use]
    pub fn with(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.add(path, content.into(), false);
        self
    }

    /// Adds a file; a path added twice keeps the later content.
    pub fn add(&mut self, path: &str, content: Vec<u8>, executable: bool) {
        let entry = Entry { path: path.to_owned(), size: content.len() as u64, executable };
        match self.entries.binary_search_by(|e| e.path.as_str().cmp(path)) {
            Ok(at) => self.entries[at] = entry,
            Err(at) => self.entries.insert(at, entry),
        }
        self.contents.insert(path.to_owned(), content);
    }

    /// Notes something that was in the tree and could not be taken into memory.
    pub fn cannot_read(&mut self, unread: Unread) {
        self.unread.push(unread);
        self.unread.sort();
    }

    fn content(&self, path: &str) -> Result<&[u8], CannotRead> {
        self.contents
            .get(path)
            .map(Vec::as_slice)
            .ok_or_else(|| CannotRead("not a file of this tree".to_owned()))
    }
}

impl Material for Memory {
    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn read(&self, path: &str) -> Result<Cow<'_, [u8]>, CannotRead> {
        self.content(path).map(Cow::Borrowed)
    }

    fn head(&self, path: &str, n: usize) -> Result<Vec<u8>, CannotRead> {
        self.content(path).map(|bytes| bytes[..bytes.len().min(n)].to_vec())
    }

    fn open(&self, path: &str) -> Result<Box<dyn ReadSeek + '_>, CannotRead> {
        Ok(Box::new(Cursor::new(self.content(path)?)))
    }

    fn unread(&self) -> &[Unread] {
        &self.unread
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_entries_sorted_and_the_later_content() {
        let tree = Memory::new().with("b", "1").with("a/c", "22").with("b", "333");
        let paths: Vec<_> = tree.entries().iter().map(|e| (e.path.as_str(), e.size)).collect();
        assert_eq!(paths, [("a/c", 2), ("b", 3)]);
        assert_eq!(tree.head("b", 2).unwrap(), b"33");
        assert!(tree.read("../b").is_err());
    }
}
