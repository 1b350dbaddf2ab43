//! npm's `semver` package: Semantic Versioning with any run of `v`, `=` and blanks before it, as
//! its `clean` accepts.
//!
//! npm itself refuses numbers above 2^53 and rounds larger pre-release numbers; here they compare
//! by value. A version of one or two numbers is no npm version, but advisories contain them and
//! only one reading exists.

use std::cmp::Ordering;

use crate::order::Order;
use crate::semver;

/// A version as npm reads it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a>(pub(crate) semver::Version<'a>);

impl<'a> Order<'a> for Version<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let text = text.trim_matches([' ', '\t']);
        semver::Version::bare(text.trim_start_matches(['v', '=', ' ', '\t'])).map(Self)
    }
    fn order(&self, other: &Self) -> Option<Ordering> {
        Some(self.0.precedence(&other.0))
    }
    fn is_prerelease(&self) -> bool {
        self.0.is_prerelease()
    }
    fn number(&self, place: usize) -> &'a str {
        self.0.number(place)
    }
}
