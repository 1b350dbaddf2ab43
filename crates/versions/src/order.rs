//! What every version order implements.

use std::cmp::Ordering;

/// The longest text that is read as a version, in bytes. npm stops at 256; the longest version of
/// a public advisory seen is under 100.
pub(crate) const LONGEST: usize = 512;

/// A version of one scheme, borrowed from its text.
pub(crate) trait Order<'a>: Sized {
    /// Reads the text, or says that it is no version of the scheme. The text is not empty, holds no
    /// NUL and is at most [`LONGEST`] bytes.
    fn read(text: &'a str) -> Option<Self>;
    /// Which comes first; `None` where the scheme itself leaves two versions unordered.
    fn order(&self, other: &Self) -> Option<Ordering>;
    /// Whether it comes before the release it is named after.
    fn is_prerelease(&self) -> bool;
    /// The epoch in digits, empty for none.
    fn epoch(&self) -> &'a str {
        ""
    }
    /// The release number at a place, from 0; empty (zero) where the version has none there.
    fn number(&self, place: usize) -> &'a str;
}

/// Reads a version of any scheme within the common bounds.
pub(crate) fn read<'a, V: Order<'a>>(text: &'a str) -> Option<V> {
    if text.is_empty() || text.len() > LONGEST { None } else { V::read(text) }
}

/// The part at a place among parts cut at `.`, for orders whose release is dotted text.
pub(crate) fn dotted(release: &str, place: usize) -> &str {
    release.split('.').nth(place).unwrap_or("")
}
