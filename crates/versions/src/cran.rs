//! R's `package_version`: numbers cut by `.` or `-`, which count the same, number by number, the
//! shorter row first. Leading zeros do not count (`1.02` is `1.2`).

use std::cmp::Ordering;

use crate::digits;
use crate::order::Order;
use crate::pvp::compare_rows;

/// Numbers cut by `.` or `-`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a>(&'a str);

impl<'a> Order<'a> for Version<'a> {
    fn read(text: &'a str) -> Option<Self> {
        text.split(['.', '-']).all(digits::only).then_some(Self(text))
    }
    fn order(&self, other: &Self) -> Option<Ordering> {
        Some(compare_rows(self.0.split(['.', '-']), other.0.split(['.', '-'])))
    }
    fn is_prerelease(&self) -> bool {
        false
    }
    fn number(&self, place: usize) -> &'a str {
        self.0.split(['.', '-']).nth(place).unwrap_or("")
    }
}
