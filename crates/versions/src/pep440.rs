//! PEP 440, as Python's `packaging` reads and orders it.
//!
//! Versions that PEP 440 refuses (`0.1-bulbasaur`, `2004d`) were once ordered by guesses of
//! setuptools, which `packaging` dropped in 2022. No tool of today orders them, so here they are
//! undetermined; an advisory that lists such a version by name is matched by its text, elsewhere.

use std::cmp::Ordering;

use crate::digits;
use crate::order::{Order, dotted};

/// The parts of a version; numbers in digits, the empty text where only the letters are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a> {
    pub(crate) epoch: &'a str,
    pub(crate) release: &'a str,
    /// 0 for a, 1 for b, 2 for rc; and the number.
    pub(crate) pre: Option<(u8, &'a str)>,
    pub(crate) post: Option<&'a str>,
    pub(crate) dev: Option<&'a str>,
    pub(crate) local: Option<&'a str>,
}

const PRE: [(&str, u8); 8] =
    [("alpha", 0), ("a", 0), ("beta", 1), ("b", 1), ("preview", 2), ("pre", 2), ("c", 2), ("rc", 2)];

fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let head = text.as_bytes().get(..word.len())?;
    head.eq_ignore_ascii_case(word.as_bytes()).then(|| &text[word.len()..])
}

/// One `-`, `_` or `.`, if there is one.
fn strip_separator(text: &str) -> &str {
    text.strip_prefix(['-', '_', '.']).unwrap_or(text)
}

/// A word of the list after an optional separator, then an optional separator and number.
fn worded<'a, T: Copy>(text: &'a str, words: &[(&str, T)]) -> Option<(T, &'a str, &'a str)> {
    let inner = strip_separator(text);
    let (rest, kind) = words.iter().find_map(|(word, kind)| Some((strip_word(inner, word)?, *kind)))?;
    let (number, rest) = digits::split(strip_separator(rest));
    Some((kind, number, rest))
}

impl<'a> Version<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let text = text.trim_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let (epoch, text) = match text.split_once('!') {
            Some((epoch, rest)) => (digits::only(epoch).then_some(epoch)?, rest),
            None => ("", text),
        };
        let mut end = 0;
        loop {
            let (number, rest) = digits::split(&text[end..]);
            if number.is_empty() {
                return None;
            }
            end += number.len();
            if rest.starts_with('.') && rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit) {
                end += 1;
            } else {
                break;
            }
        }
        let (release, mut rest) = text.split_at(end);
        let mut version = Self { epoch, release, pre: None, post: None, dev: None, local: None };
        if let Some((kind, number, after)) = worded(rest, &PRE) {
            version.pre = Some((kind, number));
            rest = after;
        }
        let bare = rest.strip_prefix('-').map(digits::split).filter(|(number, _)| !number.is_empty());
        if let Some((number, after)) = bare {
            version.post = Some(number);
            rest = after;
        } else if let Some(((), number, after)) = worded(rest, &[("post", ()), ("rev", ()), ("r", ())]) {
            version.post = Some(number);
            rest = after;
        }
        if let Some(((), number, after)) = worded(rest, &[("dev", ())]) {
            version.dev = Some(number);
            rest = after;
        }
        if let Some(local) = rest.strip_prefix('+') {
            let valid = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
            if !local.split(['-', '_', '.']).all(valid) {
                return None;
            }
            version.local = Some(local);
            rest = "";
        }
        rest.is_empty().then_some(version)
    }

    /// Compares everything but the local part.
    pub(crate) fn compare_public(&self, other: &Self) -> Ordering {
        digits::compare(self.epoch, other.epoch)
            .then_with(|| compare_releases(self.release, other.release))
            .then_with(|| {
                self.pre_key()
                    .0
                    .cmp(&other.pre_key().0)
                    .then_with(|| digits::compare(self.pre_key().1, other.pre_key().1))
            })
            .then_with(|| compare_optional(self.post, other.post, Ordering::Less))
            .then_with(|| compare_optional(self.dev, other.dev, Ordering::Greater))
    }

    /// A development release of the release itself comes before its pre-releases.
    fn pre_key(&self) -> (i8, &'a str) {
        match self.pre {
            Some((kind, number)) => (kind as i8, number),
            None if self.post.is_none() && self.dev.is_some() => (-1, ""),
            None => (3, ""),
        }
    }
}

/// Dotted numbers, missing ones zero.
pub(crate) fn compare_releases(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (a, b) => digits::compare(a.unwrap_or(""), b.unwrap_or("")),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

fn compare_optional(a: Option<&str>, b: Option<&str>, absent: Ordering) -> Ordering {
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => absent,
        (Some(_), None) => absent.reverse(),
        (Some(a), Some(b)) => digits::compare(a, b),
    }
}

/// Local parts: none first, then part by part, letters before numbers, case ignored.
fn compare_locals(a: Option<&str>, b: Option<&str>) -> Ordering {
    let (a, b) = match (a, b) {
        (None, None) => return Ordering::Equal,
        (None, Some(_)) => return Ordering::Less,
        (Some(_), None) => return Ordering::Greater,
        (Some(a), Some(b)) => (a, b),
    };
    let (mut a, mut b) = (a.split(['-', '_', '.']), b.split(['-', '_', '.']));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match (digits::only(a), digits::only(b)) {
                (true, true) => digits::compare(a, b),
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => compare_ignoring_case(a, b),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Compares two texts as if written in small letters.
pub(crate) fn compare_ignoring_case(a: &str, b: &str) -> Ordering {
    a.bytes().map(|b| b.to_ascii_lowercase()).cmp(b.bytes().map(|b| b.to_ascii_lowercase()))
}

impl<'a> Order<'a> for Version<'a> {
    fn read(text: &'a str) -> Option<Self> {
        Self::parse(text)
    }
    fn order(&self, other: &Self) -> Option<Ordering> {
        Some(self.compare_public(other).then_with(|| compare_locals(self.local, other.local)))
    }
    fn is_prerelease(&self) -> bool {
        self.pre.is_some() || self.dev.is_some()
    }
    fn epoch(&self) -> &'a str {
        self.epoch
    }
    fn number(&self, place: usize) -> &'a str {
        dotted(self.release, place)
    }
}
