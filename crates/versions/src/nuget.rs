//! NuGet, as NuGet.Versioning reads and orders it: one to four numbers (leading zeros allowed,
//! missing ones zero), then pre-release labels as in Semantic Versioning but with case ignored;
//! metadata after `+` does not count.
//!
//! NuGet holds numbers in 32 bits: larger ones it refuses, and a larger numeric label it compares as
//! text. Here both compare by value.

use std::cmp::Ordering;

use crate::digits;
use crate::order::Order;
use crate::pep440::compare_ignoring_case;

/// Four numbers and labels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a> {
    numbers: [&'a str; 4],
    labels: &'a str,
}

fn identifiers(text: &str) -> bool {
    text.split('.').all(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
}

impl<'a> Order<'a> for Version<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let text = text.trim_matches([' ', '\t']);
        let text = match text.split_once('+') {
            Some((text, metadata)) => identifiers(metadata).then_some(text)?,
            None => text,
        };
        let (core, labels) = match text.split_once('-') {
            Some((core, labels)) => (core, identifiers(labels).then_some(labels)?),
            None => (text, ""),
        };
        let mut numbers = [""; 4];
        for (place, number) in core.split('.').enumerate() {
            *numbers.get_mut(place)? = digits::only(number).then_some(number)?;
        }
        Some(Self { numbers, labels })
    }
    fn order(&self, other: &Self) -> Option<Ordering> {
        for (a, b) in self.numbers.iter().zip(&other.numbers) {
            let order = digits::compare(a, b);
            if order != Ordering::Equal {
                return Some(order);
            }
        }
        Some(match (self.labels.is_empty(), other.labels.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => compare_labels(self.labels, other.labels),
        })
    }
    fn is_prerelease(&self) -> bool {
        !self.labels.is_empty()
    }
    fn number(&self, place: usize) -> &'a str {
        self.numbers.get(place).copied().unwrap_or("")
    }
}

fn compare_labels(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match (digits::only(a), digits::only(b)) {
                (true, true) => digits::compare(a, b),
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                // Ordinal, case ignored: .NET compares capitals, so `_`-like signs between the
                // alphabets would differ; labels hold none but `-`, which sorts before both.
                (false, false) => compare_ignoring_case(a, b),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}
