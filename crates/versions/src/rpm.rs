//! rpm: `[epoch:]version[-release]`, each part by `rpmvercmp` (4.16 and later, with `~` and `^`).
//!
//! A missing epoch is 0; a missing release comes before any (rpm's `rpmverCmp`). Runs of digits and
//! of letters are compared, everything else only cuts; a number is newer than letters.

use std::cmp::Ordering;

use crate::digits;
use crate::order::{Order, dotted};

/// Epoch, version, release.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a> {
    epoch: &'a str,
    version: &'a str,
    release: Option<&'a str>,
}

fn vercmp(mut a: &str, mut b: &str) -> Ordering {
    let cuts = |c: char| !c.is_ascii_alphanumeric() && c != '~' && c != '^';
    loop {
        (a, b) = (a.trim_start_matches(cuts), b.trim_start_matches(cuts));
        match (a.as_bytes().first(), b.as_bytes().first()) {
            (Some(b'~'), Some(b'~')) | (Some(b'^'), Some(b'^')) => {
                (a, b) = (&a[1..], &b[1..]);
            }
            (Some(b'~'), _) => return Ordering::Less,
            (_, Some(b'~')) => return Ordering::Greater,
            (None, None) => return Ordering::Equal,
            // The caret comes after the end, and before everything else.
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(b'^'), Some(_)) => return Ordering::Less,
            (Some(_), Some(b'^')) => return Ordering::Greater,
            (Some(x), Some(y)) => match (x.is_ascii_digit(), y.is_ascii_digit()) {
                (true, false) => return Ordering::Greater,
                (false, true) => return Ordering::Less,
                (true, true) => {
                    let (x, y);
                    (x, a) = digits::split(a);
                    (y, b) = digits::split(b);
                    let order = digits::compare(x, y);
                    if order != Ordering::Equal {
                        return order;
                    }
                }
                (false, false) => {
                    let (x, y);
                    (x, a) = split_letters(a);
                    (y, b) = split_letters(b);
                    let order = x.cmp(y);
                    if order != Ordering::Equal {
                        return order;
                    }
                }
            },
        }
    }
}

fn split_letters(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|b| !b.is_ascii_alphabetic()).unwrap_or(text.len());
    text.split_at(end)
}

impl<'a> Order<'a> for Version<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (head, tail) = digits::split(text);
        let (epoch, text) = match tail.strip_prefix(':') {
            Some(rest) => (head, rest),
            None => ("", text),
        };
        let (version, release) = match text.rsplit_once('-') {
            Some((version, release)) => (version, Some(release)),
            None => (text, None),
        };
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._+~^-%".contains(&b);
        let valid = !version.is_empty()
            && version.bytes().all(allowed)
            && release.is_none_or(|r| r.bytes().all(allowed));
        valid.then_some(Self { epoch, version, release })
    }
    fn order(&self, other: &Self) -> Option<Ordering> {
        Some(
            digits::compare(self.epoch, other.epoch)
                .then_with(|| vercmp(self.version, other.version))
                .then_with(|| match (self.release, other.release) {
                    (None, None) => Ordering::Equal,
                    (None, Some(_)) => Ordering::Less,
                    (Some(_), None) => Ordering::Greater,
                    (Some(a), Some(b)) => vercmp(a, b),
                }),
        )
    }
    fn is_prerelease(&self) -> bool {
        self.version.contains('~')
    }
    fn epoch(&self) -> &'a str {
        self.epoch
    }
    fn number(&self, place: usize) -> &'a str {
        dotted(self.version, place)
    }
}
