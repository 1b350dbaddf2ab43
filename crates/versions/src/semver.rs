//! Semantic Versioning 2.0.0 (semver.org), numbers of any size, for crates.io, Hex, Swift and the
//! SEMVER ranges of advisories; with build metadata ordered too, for pub and Julia.
//!
//! Read leniently where only one reading exists: one leading `v`, and a version of one or two
//! numbers (`1.2` is `1.2.0`), both of which advisories contain. Nothing else that the
//! specification refuses is read: no leading zeros, no fourth number, no empty identifier.

use std::cmp::Ordering;

use crate::digits;
use crate::order::Order;

/// Three numbers, pre-release, build metadata.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a> {
    pub(crate) numbers: [&'a str; 3],
    pub(crate) pre: &'a str,
    pub(crate) build: &'a str,
}

/// Digits without a leading zero.
fn number(text: &str) -> Option<&str> {
    (digits::only(text) && (text.len() == 1 || !text.starts_with('0'))).then_some(text)
}

fn identifiers(text: &str, numbers_may_start_with_zero: bool) -> bool {
    text.split('.').all(|id| {
        !id.is_empty()
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && (numbers_may_start_with_zero || !digits::only(id) || number(id).is_some())
    })
}

impl<'a> Version<'a> {
    /// Reads a version without any prefix.
    pub(crate) fn bare(text: &'a str) -> Option<Self> {
        let (text, build) = match text.split_once('+') {
            Some((text, build)) => (text, Some(build)),
            None => (text, None),
        };
        let (core, pre) = match text.split_once('-') {
            Some((core, pre)) => (core, Some(pre)),
            None => (text, None),
        };
        if pre.is_some_and(|p| !identifiers(p, false)) || build.is_some_and(|b| !identifiers(b, true)) {
            return None;
        }
        let mut numbers = ["0"; 3];
        let mut count = 0;
        for part in core.split('.') {
            *numbers.get_mut(count)? = number(part)?;
            count += 1;
        }
        if count < 3 && (pre.is_some() || build.is_some()) {
            return None;
        }
        Some(Self { numbers, pre: pre.unwrap_or(""), build: build.unwrap_or("") })
    }

    /// Precedence by §11 of the specification: build metadata does not count.
    pub(crate) fn precedence(&self, other: &Self) -> Ordering {
        for (a, b) in self.numbers.iter().zip(&other.numbers) {
            let order = digits::compare(a, b);
            if order != Ordering::Equal {
                return order;
            }
        }
        match (self.pre.is_empty(), other.pre.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => compare_identifiers(self.pre.split('.'), other.pre.split('.')),
        }
    }
}

/// Compares two rows of identifiers: numbers by value and before texts, texts by bytes, and the
/// shorter row first where all else is equal.
pub(crate) fn compare_identifiers<'a>(
    mut a: impl Iterator<Item = &'a str>,
    mut b: impl Iterator<Item = &'a str>,
) -> Ordering {
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match (digits::only(a), digits::only(b)) {
                (true, true) => digits::compare(a, b),
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                (false, false) => a.cmp(b),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

impl<'a> Order<'a> for Version<'a> {
    fn read(text: &'a str) -> Option<Self> {
        Self::bare(text.strip_prefix(['v', 'V']).unwrap_or(text))
    }
    fn order(&self, other: &Self) -> Option<Ordering> {
        Some(self.precedence(other))
    }
    fn is_prerelease(&self) -> bool {
        !self.pre.is_empty()
    }
    fn number(&self, place: usize) -> &'a str {
        self.numbers.get(place).copied().unwrap_or("")
    }
}

/// A version whose build metadata counts, after everything else: none first, then as pre-release
/// identifiers compare. So do Dart's pub_semver and Julia's `VersionNumber`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WithBuild<'a>(Version<'a>);

impl<'a> Order<'a> for WithBuild<'a> {
    fn read(text: &'a str) -> Option<Self> {
        Version::read(text).map(Self)
    }
    fn order(&self, other: &Self) -> Option<Ordering> {
        let (a, b) = (self.0, other.0);
        Some(a.precedence(&b).then_with(|| match (a.build.is_empty(), b.build.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => compare_identifiers(a.build.split('.'), b.build.split('.')),
        }))
    }
    fn is_prerelease(&self) -> bool {
        self.0.is_prerelease()
    }
    fn number(&self, place: usize) -> &'a str {
        self.0.number(place)
    }
}
