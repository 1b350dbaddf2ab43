//! What of a file is text that rules can be run over, and where its lines are.
//!
//! Decides by content, not by name: a NUL byte in the first 8 KiB makes a file binary, unless a
//! byte order mark says UTF-16, which is turned into UTF-8 first. Files beyond [`LARGEST`] are
//! not read whole; if their first bytes are text, they are unread, by name.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

use crate::material::{Entry, Material};

/// The largest text that is scanned, in bytes. Real source files end far below; what is larger is
/// a dump or generated, and is listed as unread rather than held in memory.
pub const LARGEST: u64 = 64 << 20;

/// How much of a file decides whether it is text.
const LOOK: usize = 8 << 10;

/// What a file holds, as far as scanning goes.
#[derive(Debug)]
pub enum Content<'a> {
    /// Text, in UTF-8 or an unknown encoding that keeps ASCII as it is.
    Text(Cow<'a, [u8]>),
    /// Not text, with its first bytes.
    Binary(Vec<u8>),
    /// Text or unknown, and not read, with the reason.
    Unread(String),
}

/// Reads a file as far as it is text.
pub fn look<'a>(material: &'a dyn Material, entry: &Entry) -> Content<'a> {
    if entry.size > LARGEST {
        return match material.head(&entry.path, LOOK) {
            Ok(head) if is_binary(&head) => Content::Binary(head),
            Ok(_) => Content::Unread(format!("larger than {} MiB, not scanned", LARGEST >> 20)),
            Err(error) => Content::Unread(error.to_string()),
        };
    }
    match material.read(&entry.path) {
        Err(error) => Content::Unread(error.to_string()),
        Ok(bytes) => match utf16(&bytes) {
            Some(text) => Content::Text(Cow::Owned(text)),
            None if is_binary(&bytes) => Content::Binary(bytes[..bytes.len().min(LOOK)].to_vec()),
            None => Content::Text(bytes),
        },
    }
}

/// Whether these first bytes are of a file that is no text.
pub fn is_binary(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(LOOK)];
    !(head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff])) && memchr(0, head).is_some()
}

/// A small text file as UTF-8, wrong bytes replaced; none when it is missing, binary or large.
pub fn small(material: &dyn Material, path: &str) -> Option<String> {
    const SMALL: u64 = 4 << 20;
    let at = material.entries().binary_search_by(|e| e.path.as_str().cmp(path)).ok()?;
    let entry = &material.entries()[at];
    if entry.size > SMALL {
        return None;
    }
    match look(material, entry) {
        Content::Text(bytes) => {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
            Some(String::from_utf8_lossy(bytes).into_owned())
        }
        Content::Binary(_) | Content::Unread(_) => None,
    }
}

pub(crate) fn utf16(bytes: &[u8]) -> Option<Vec<u8>> {
    let unit: fn([u8; 2]) -> u16 = match bytes.get(..2)? {
        [0xff, 0xfe] => u16::from_le_bytes,
        [0xfe, 0xff] => u16::from_be_bytes,
        _ => return None,
    };
    let units = bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Some(text.into_bytes())
}

/// Turns ascending offsets into line numbers, reading each byte of the text once.
#[derive(Debug)]
pub struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u32,
}

impl<'a> Lines<'a> {
    /// At the start of a text.
    pub fn of(text: &'a [u8]) -> Self {
        Self { text, at: 0, line: 1 }
    }

    /// The line, from 1, that holds this offset. An offset before the last one asked starts over.
    pub fn line(&mut self, offset: usize) -> u32 {
        if offset < self.at {
            *self = Self::of(self.text);
        }
        let end = offset.min(self.text.len());
        let breaks = memchr_iter(b'\n', &self.text[self.at..end]).count();
        self.line = self.line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
        self.at = end;
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::material::memory::Memory;

    fn content_of(bytes: &[u8]) -> String {
        let tree = Memory::new().with("f", bytes);
        match look(&tree, &tree.entries()[0]) {
            Content::Text(text) => String::from_utf8_lossy(&text).into_owned(),
            Content::Binary(_) => "binary".to_owned(),
            Content::Unread(why) => why,
        }
    }

    #[test]
    fn decides_by_content() {
        assert_eq!(content_of(b"plain \xff text"), "plain \u{fffd} text");
        assert_eq!(content_of(b"\x7fELF\0\0"), "binary");
        assert_eq!(content_of(b"\xff\xfeh\0i\0"), "hi");
        assert_eq!(content_of(b"\xfe\xff\0h\0i"), "hi");
    }

    #[test]
    fn numbers_lines_from_one() {
        let mut lines = Lines::of(b"a\nb\n\nc");
        assert_eq!([0, 2, 4, 5, 0].map(|at| lines.line(at)), [1, 2, 3, 4, 1]);
    }
}
