//! Haskell's Package Versioning Policy, as Cabal orders it: rows of numbers, number by number, the
//! shorter row first (`1.0` comes before `1.0.0`).
//!
//! Cabal reads no leading zeros and no tags; neither does this.

use std::cmp::Ordering;

use crate::digits;
use crate::order::{Order, dotted};

/// Dotted numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a>(&'a str);

impl<'a> Order<'a> for Version<'a> {
    fn read(text: &'a str) -> Option<Self> {
        text.split('.')
            .all(|number| digits::only(number) && (number.len() == 1 || !number.starts_with('0')))
            .then_some(Self(text))
    }
    fn order(&self, other: &Self) -> Option<Ordering> {
        Some(compare_rows(self.0.split('.'), other.0.split('.')))
    }
    fn is_prerelease(&self) -> bool {
        false
    }
    fn number(&self, place: usize) -> &'a str {
        dotted(self.0, place)
    }
}

/// Compares two rows of numbers, the shorter first where all else is equal.
pub(crate) fn compare_rows<'a>(
    mut a: impl Iterator<Item = &'a str>,
    mut b: impl Iterator<Item = &'a str>,
) -> Ordering {
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => digits::compare(a, b),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}
