//! Bytes to text with lines: byte-order marks, encodings and sizes.
//!
//! Decides whether a file's bytes are text at all, and says so with a position when they are not.
//! It refuses to guess an encoding: UTF-16, a null byte or a broken UTF-8 sequence make the file
//! unreadable, never half-read.

use crate::inventory::{LARGEST, Unreadable};

/// The error for a file, with a line where one is known.
pub(crate) fn unreadable(path: &str, line: Option<u32>, why: impl Into<String>) -> Unreadable {
    Unreadable { path: path.to_owned(), line, why: why.into() }
}

/// The text of a file: a UTF-8 byte-order mark is dropped, everything that is not UTF-8 refused.
pub(crate) fn utf8<'a>(path: &str, bytes: &'a [u8]) -> Result<&'a str, Unreadable> {
    if bytes.len() > LARGEST {
        return Err(unreadable(path, None, format!("larger than {} MiB; not read", LARGEST >> 20)));
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(unreadable(path, Some(1), "encoded as UTF-16; save it as UTF-8"));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Some(at) = memchr::memchr(0, bytes) {
        let line = line_of(bytes, at);
        return Err(unreadable(
            path,
            Some(line),
            "holds a null byte (binary, or UTF-16 without a mark); save it as UTF-8",
        ));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        unreadable(path, Some(line_of(bytes, error.valid_up_to())), "is not valid UTF-8; save it as UTF-8")
    })
}

/// The line of an offset, counted from 1. Linear: for errors only; see [`Lines`].
pub(crate) fn line_of(bytes: &[u8], offset: usize) -> u32 {
    let before = bytes.get(..offset).unwrap_or(bytes);
    u32::try_from(memchr::memchr_iter(b'\n', before).count()).unwrap_or(u32::MAX - 1) + 1
}

/// Where each line of a text starts, so that many offsets can be turned into lines.
pub(crate) struct Lines(Vec<usize>);

impl Lines {
    pub(crate) fn of(text: &str) -> Self {
        Self(memchr::memchr_iter(b'\n', text.as_bytes()).collect())
    }

    /// The line of an offset, counted from 1.
    pub(crate) fn line(&self, offset: usize) -> u32 {
        u32::try_from(self.0.partition_point(|newline| *newline < offset)).unwrap_or(u32::MAX - 1) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_not_utf8_and_says_where() {
        assert_eq!(utf8("a", b"\xEF\xBB\xBFx"), Ok("x"));
        assert!(utf8("a", b"\xFF\xFEx\0").unwrap_err().why.contains("UTF-16"));
        assert_eq!(utf8("a", b"x\ny\0").unwrap_err().line, Some(2));
        assert_eq!(utf8("a", b"x\ny\n\xC3").unwrap_err().line, Some(3));
    }

    #[test]
    fn counts_lines_from_one() {
        let lines = Lines::of("a\nbc\n\nd");
        assert_eq!([0, 1, 2, 4, 5, 6].map(|o| lines.line(o)), [1, 1, 2, 2, 3, 4]);
    }
}
