//! RubyGems' `Gem::Version`: runs of digits and runs of letters; a letter makes a pre-release; a
//! hyphen reads as `.pre.`; zeros at the end of the numbers, and at the end of all, do not count.

use std::cmp::Ordering;

use crate::digits;
use crate::order::{Order, dotted};

/// A version and how many of its segments count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a> {
    text: &'a str,
    /// Leading numbers that count.
    numbers: usize,
    /// The place of the first run of letters.
    letters: usize,
    /// All segments that count, those between `numbers` and `letters` included.
    end: usize,
}

/// The runs of digits and of letters, a hyphen as the run `pre`.
fn segments(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let first = *rest.as_bytes().first()?;
            if first == b'-' {
                rest = &rest[1..];
                return Some("pre");
            }
            let same: fn(&u8) -> bool = if first.is_ascii_digit() {
                u8::is_ascii_digit
            } else if first.is_ascii_alphabetic() {
                u8::is_ascii_alphabetic
            } else {
                rest = &rest[1..];
                continue;
            };
            let end = rest.bytes().position(|b| !same(&b)).unwrap_or(rest.len());
            let (segment, after) = rest.split_at(end);
            rest = after;
            return Some(segment);
        }
    })
}

/// `Gem::Version::VERSION_PATTERN`.
fn is_correct(text: &str) -> bool {
    let (head, tail) = match text.split_once('-') {
        Some((head, tail)) => (head, Some(tail)),
        None => (text, None),
    };
    let mut parts = head.split('.');
    parts.next().is_some_and(digits::only)
        && parts.all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()))
        && tail.is_none_or(|tail| {
            tail.split('.')
                .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
        })
}

impl<'a> Version<'a> {
    fn counting(&self) -> impl Iterator<Item = &'a str> {
        let Self { text, numbers, letters, end } = *self;
        segments(text)
            .take(end)
            .enumerate()
            .filter(move |(place, _)| *place < numbers || *place >= letters)
            .map(|(_, segment)| segment)
    }
}

impl<'a> Order<'a> for Version<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let text = text.trim_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
        if !is_correct(text) {
            return None;
        }
        let (mut numbers, mut letters, mut end) = (0, None, 0);
        for (place, segment) in segments(text).enumerate() {
            if !digits::only(segment) {
                letters.get_or_insert(place);
                end = place + 1;
            } else if !digits::trim(segment).is_empty() {
                end = place + 1;
                if letters.is_none() {
                    numbers = end;
                }
            }
        }
        Some(Self { text, numbers, letters: letters.unwrap_or(usize::MAX), end })
    }
    fn order(&self, other: &Self) -> Option<Ordering> {
        let (mut a, mut b) = (self.counting(), other.counting());
        loop {
            let (a, b) = match (a.next(), b.next()) {
                (None, None) => return Some(Ordering::Equal),
                (a, b) => (a.unwrap_or("0"), b.unwrap_or("0")),
            };
            let order = match (digits::only(a), digits::only(b)) {
                (true, true) => digits::compare(a, b),
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => a.cmp(b),
            };
            if order != Ordering::Equal {
                return Some(order);
            }
        }
    }
    fn is_prerelease(&self) -> bool {
        self.text.bytes().any(|b| b.is_ascii_alphabetic() || b == b'-')
    }
    fn number(&self, place: usize) -> &'a str {
        dotted(self.text, place)
    }
}
