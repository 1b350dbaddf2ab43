//! The files of a log under their paths (`tlog-tiles`): `tile/<L>/<N>[.p/<W>]`, `tile/entries/<N>[.p/<W>]`.
//!
//! It decides which path names which tile or bundle, in one spelling each: a path is a key of caches and
//! stores, and must not lead out of a folder. It refuses to know what lies there.

use std::fmt;

use crate::{
    text,
    tile::{BundleId, FULL_WIDTH, LONGEST_ENTRY, TileError, TileId},
};

/// A file of a log that is written once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// Entries.
    Bundle(BundleId),
    /// Hashes.
    Tile(TileId),
}

impl Resource {
    /// The path below the log's prefix.
    #[must_use]
    pub fn path(&self) -> String {
        self.to_string()
    }

    /// The most bytes it can have: what a reader may stop at.
    #[must_use]
    pub const fn longest(&self) -> usize {
        match self {
            Self::Bundle(bundle) => (LONGEST_ENTRY + 2) * bundle.width() as usize,
            Self::Tile(tile) => tile.byte_len(),
        }
    }

    /// Reads a path below the log's prefix.
    ///
    /// # Errors
    /// It names nothing, or not in its one spelling.
    pub fn parse(path: &str) -> Result<Self, TileError> {
        // The longest: tile/63/ and seven elements and .p/255.
        if path.len() > 64 {
            return Err(TileError::Path);
        }
        let rest = path.strip_prefix("tile/").ok_or(TileError::Path)?;
        let (level, rest) = rest.split_once('/').ok_or(TileError::Path)?;
        let (number, width) = match rest.split_once(".p/") {
            None => (rest, FULL_WIDTH),
            Some((number, width)) => {
                let width = text::decimal(width).ok_or(TileError::Path)?;
                let width = u16::try_from(width).ok().filter(|w| *w < FULL_WIDTH).ok_or(TileError::Path)?;
                (number, width)
            }
        };
        let index = index_of(number).ok_or(TileError::Path)?;
        if level == "entries" {
            return BundleId::new(index, width).map(Self::Bundle);
        }
        let level = text::decimal(level).and_then(|n| u8::try_from(n).ok()).ok_or(TileError::Path)?;
        TileId::new(level, index, width).map(Self::Tile)
    }
}

/// `x001/x234/067` as a number.
fn index_of(path: &str) -> Option<u64> {
    let mut index: u64 = 0;
    let mut elements = path.split('/').peekable();
    let mut first = true;
    while let Some(element) = elements.next() {
        let digits = if elements.peek().is_some() { element.strip_prefix('x')? } else { element };
        if digits.len() != 3 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        // `x000/001` would be a second spelling of `001`.
        if first && elements.peek().is_some() && digits == "000" {
            return None;
        }
        first = false;
        index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    Some(index)
}

/// Writes a number as zero-padded elements of three digits, all but the last marked with `x`, and the
/// width if partial.
fn write_index(out: &mut fmt::Formatter<'_>, index: u64, width: u16) -> fmt::Result {
    // 2^64 has 20 digits: seven elements.
    let mut elements = [0u64; 7];
    let mut used = 0;
    let mut rest = index;
    for element in &mut elements {
        *element = rest % 1000;
        rest /= 1000;
        used += 1;
        if rest == 0 {
            break;
        }
    }
    for place in (0..used).rev() {
        match place {
            0 => write!(out, "{:03}", elements[0])?,
            _ => write!(out, "x{:03}/", elements[place])?,
        }
    }
    if width < FULL_WIDTH { write!(out, ".p/{width}") } else { Ok(()) }
}

impl fmt::Display for TileId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "tile/{}/", self.level())?;
        write_index(out, self.index(), self.width())
    }
}

impl fmt::Display for BundleId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("tile/entries/")?;
        write_index(out, self.index(), self.width())
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bundle(bundle) => bundle.fmt(out),
            Self::Tile(tile) => tile.fmt(out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        // tlog-tiles: index 1234067 is x001/x234/067.
        assert_eq!(TileId::new(0, 1_234_067, 256).unwrap().path(), "tile/0/x001/x234/067");
        assert_eq!(TileId::new(1, 0, 17).unwrap().path(), "tile/1/000.p/17");
        assert_eq!(BundleId::new(1000, 1).unwrap().path(), "tile/entries/x001/000.p/1");
        for path in
            ["tile/0/x001/x234/067", "tile/1/000.p/17", "tile/entries/x001/000.p/1", "tile/7/000.p/127"]
        {
            assert_eq!(Resource::parse(path).unwrap().path(), path);
        }
    }

    #[test]
    fn a_path_has_one_spelling() {
        for bad in [
            "",
            "tile/",
            "tile/0",
            "tile/0/",
            "tile/0/1",
            "tile/0/0001",
            "tile/00/001",
            "tile/0/x000/001",
            "tile/0/x001",
            "tile/0/001/002",
            "tile/0/001.p/0",
            "tile/0/001.p/256",
            "tile/0/001.p/01",
            "tile/0/001.p/",
            "tile/64/001",
            "tile/8/000",
            "tile/entries/001/",
            "/tile/0/001",
            "tile/0/001.p/1/",
            "tile/0/../001",
            "tile/-1/001",
            "tile/0/x999/x999/x999/x999/x999/x999/999",
            "tile/7/000",
        ] {
            assert!(Resource::parse(bad).is_err(), "{bad}");
        }
    }
}
