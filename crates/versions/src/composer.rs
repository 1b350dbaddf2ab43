//! Composer: `composer/semver` normalises a version, then PHP's `version_compare` orders it.
//!
//! Normalising: one to four numbers (the first of at most five digits) or a date, a stability
//! (`dev`, `alpha`, `beta`, `RC`, none, `patch`), metadata after `+`, an alias after ` as ` and an
//! `@` flag dropped. A numeric branch (`1.x-dev`) stands above every release it may hold. A named
//! branch (`dev-main`) has no place in the order: it equals itself, and against anything else the
//! answer is undetermined.
//!
//! PHP holds numbers in a machine word; here they compare by value.

use std::cmp::Ordering;

use smallvec::SmallVec;

use crate::digits;
use crate::order::Order;

/// A normalised version.
#[derive(Clone, Debug)]
pub(crate) enum Version<'a> {
    /// A named branch.
    Branch(&'a str),
    /// What `version_compare` sees.
    Parts(SmallVec<[Part<'a>; 8]>),
}

/// One part of a normalised version.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'a> {
    /// Digits.
    Number(&'a str),
    /// A stability: dev 0, alpha 1, beta 2, RC 3, patch 5; a number stands at 4.
    Word(u8),
}

/// What a branch's missing or `x` numbers become.
const OPEN: &str = "9999999";
const DEV: u8 = 0;
const NUMBER: u8 = 4;
const PATCH: u8 = 5;
const STABLE: u8 = u8::MAX;

const WORDS: [(&str, u8); 9] = [
    ("stable", STABLE),
    ("beta", 2),
    ("b", 2),
    ("rc", 3),
    ("alpha", 1),
    ("a", 1),
    ("patch", PATCH),
    ("pl", PATCH),
    ("p", PATCH),
];

pub(crate) fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let head = text.as_bytes().get(..word.len())?;
    head.eq_ignore_ascii_case(word.as_bytes()).then(|| &text[word.len()..])
}

/// A stability at the end of a version: the word, its numbers as written, and `dev`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Modifier<'a> {
    pub(crate) word: Option<u8>,
    pub(crate) numbers: &'a str,
    pub(crate) dev: bool,
}

/// Composer's modifier expression, over the whole text.
pub(crate) fn modifier(text: &str) -> Option<Modifier<'_>> {
    let is_end = |rest: &str| {
        if rest.is_empty() {
            return Some(false);
        }
        let rest = rest.strip_prefix(['.', '-']).unwrap_or(rest);
        rest.eq_ignore_ascii_case("dev").then_some(true)
    };
    let after_separator = text.strip_prefix(['.', '_', '-']).unwrap_or(text);
    for inner in [after_separator, text] {
        if let Some((rest, word)) =
            WORDS.iter().find_map(|(name, word)| Some((strip_word(inner, name)?, *word)))
        {
            let mut end = 0;
            loop {
                let step = &rest[end..];
                let (number, _) = digits::split(step.strip_prefix(['.', '-']).unwrap_or(step));
                if number.is_empty() {
                    break;
                }
                let dotted = usize::from(step.starts_with(['.', '-']));
                end += dotted + number.len();
            }
            if let Some(dev) = is_end(&rest[end..]) {
                return Some(Modifier { word: Some(word), numbers: &rest[..end], dev });
            }
        }
        if let Some(dev) = is_end(inner) {
            return Some(Modifier { word: None, numbers: "", dev });
        }
    }
    None
}

impl<'a> Modifier<'a> {
    fn push(self, parts: &mut SmallVec<[Part<'a>; 8]>) {
        match self.word {
            // Composer drops whatever follows the word `stable`.
            Some(STABLE) => return,
            Some(word) => {
                parts.push(Part::Word(word));
                parts.extend(self.numbers.split(['.', '-']).filter(|n| !n.is_empty()).map(Part::Number));
            }
            None => {}
        }
        if self.dev {
            parts.push(Part::Word(DEV));
        }
    }
}

/// One to four numbers and what follows.
fn classical(text: &str) -> Option<SmallVec<[Part<'_>; 8]>> {
    let (first, mut rest) = digits::split(text);
    if first.is_empty() || first.len() > 5 {
        return None;
    }
    let mut parts = SmallVec::from_slice(&[Part::Number(first)]);
    while parts.len() < 4 {
        let Some((number, after)) =
            rest.strip_prefix('.').map(digits::split).filter(|(number, _)| !number.is_empty())
        else {
            break;
        };
        parts.push(Part::Number(number));
        rest = after;
    }
    let modifier = modifier(rest)?;
    parts.resize(4, Part::Number("0"));
    modifier.push(&mut parts);
    Some(parts)
}

/// `YYYY` and one to six pairs of digits, then up to three more digits: a date, a time.
fn date(text: &str) -> Option<SmallVec<[Part<'_>; 8]>> {
    let digits_at = |at: usize, count: usize| {
        text.as_bytes().get(at..at + count).is_some_and(|d| d.iter().all(u8::is_ascii_digit))
    };
    let after_separator =
        |at: usize| if matches!(text.as_bytes().get(at), Some(b'.' | b':' | b'-')) { at + 1 } else { at };
    if !digits_at(0, 4) {
        return None;
    }
    let mut ends: SmallVec<[usize; 6]> = SmallVec::new();
    let mut at = 4;
    while ends.len() < 6 && digits_at(after_separator(at), 2) {
        at = after_separator(at) + 2;
        ends.push(at);
    }
    for &end in ends.iter().rev() {
        for tail in [3, 2, 1, 0] {
            let start = after_separator(end);
            let end = match tail {
                0 => end,
                _ if digits_at(start, tail) => start + tail,
                _ => continue,
            };
            if let Some(modifier) = modifier(&text[end..]) {
                let mut parts: SmallVec<[Part<'_>; 8]> =
                    text[..end].split(['.', ':', '-']).map(Part::Number).collect();
                modifier.push(&mut parts);
                return Some(parts);
            }
        }
    }
    None
}

/// A numeric branch, `1.2.x-dev` and its like.
fn branch(text: &str) -> Option<SmallVec<[Part<'_>; 8]>> {
    let at = text.len().checked_sub(3)?;
    if !text.is_char_boundary(at) || !text[at..].eq_ignore_ascii_case("dev") {
        return None;
    }
    let name = &text[..at];
    let name = name.strip_suffix(['.', '-']).unwrap_or(name).trim();
    let name = name.strip_prefix(['v', 'V']).unwrap_or(name);
    let mut parts = SmallVec::new();
    for (place, part) in name.split('.').enumerate() {
        if digits::only(part) {
            parts.push(Part::Number(part));
        } else if place > 0 && matches!(part, "x" | "X" | "*") {
            parts.push(Part::Number(OPEN));
        } else {
            return None;
        }
    }
    if parts.len() > 4 {
        return None;
    }
    parts.resize(4, Part::Number(OPEN));
    parts.push(Part::Word(DEV));
    Some(parts)
}

/// `A as B` is `A`.
pub(crate) fn without_alias(text: &str) -> &str {
    let one_word = |t: &str| !t.is_empty() && !t.contains([',', ' ', '\t']);
    match text.split_once(" as ") {
        Some((version, alias)) if one_word(version.trim_end()) && one_word(alias.trim_start()) => {
            version.trim_end()
        }
        _ => text,
    }
}

/// `1.0@beta` is `1.0`.
pub(crate) fn without_flag(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once('@') {
        Some((version, flag))
            if ["stable", "RC", "beta", "alpha", "dev"].iter().any(|f| f.eq_ignore_ascii_case(flag)) =>
        {
            (version, Some(flag))
        }
        _ => (text, None),
    }
}

/// PHP's `version_compare` over parts.
fn compare_parts(a: &[Part<'_>], b: &[Part<'_>]) -> Ordering {
    let rank = |part: &Part<'_>| match part {
        Part::Number(_) => NUMBER,
        Part::Word(rank) => *rank,
    };
    for (a, b) in a.iter().zip(b) {
        let order = match (a, b) {
            (Part::Number(a), Part::Number(b)) => digits::compare(a, b),
            (a, b) => rank(a).cmp(&rank(b)),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    // What one has more: a number makes it newer, a word as it stands to a number.
    let more = |part: &Part<'_>| match part {
        Part::Number(_) => Ordering::Greater,
        Part::Word(rank) => rank.cmp(&NUMBER),
    };
    match a.len().cmp(&b.len()) {
        Ordering::Equal => Ordering::Equal,
        Ordering::Greater => more(&a[b.len()]),
        Ordering::Less => more(&b[a.len()]).reverse(),
    }
}

impl<'a> Order<'a> for Version<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let text = without_flag(without_alias(text.trim())).0;
        if let "master" | "trunk" | "default" = text {
            return Some(Self::Branch(text));
        }
        if let Some(name) = strip_word(text, "dev-") {
            return (!name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic()))
                .then_some(Self::Branch(name));
        }
        let text = match text.split_once('+') {
            Some((version, metadata))
                if !version.is_empty()
                    && !metadata.is_empty()
                    && !version.contains([',', ' ', '\t'])
                    && !metadata.contains([' ', '\t']) =>
            {
                version
            }
            _ => text,
        };
        let bare = text.strip_prefix(['v', 'V']).unwrap_or(text);
        classical(bare).or_else(|| date(bare)).or_else(|| branch(text)).map(Self::Parts)
    }
    fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Parts(a), Self::Parts(b)) => Some(compare_parts(a, b)),
            (Self::Branch(a), Self::Branch(b)) if a == b => Some(Ordering::Equal),
            _ => None,
        }
    }
    fn is_prerelease(&self) -> bool {
        match self {
            Self::Branch(_) => true,
            Self::Parts(parts) => parts.iter().any(|part| matches!(part, Part::Word(rank) if *rank < NUMBER)),
        }
    }
    fn number(&self, place: usize) -> &'a str {
        match self {
            Self::Parts(parts) => match parts.get(place) {
                Some(Part::Number(number)) => number,
                _ => "",
            },
            Self::Branch(_) => "",
        }
    }
}
