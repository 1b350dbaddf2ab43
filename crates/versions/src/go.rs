//! Go: `golang.org/x/mod/semver` for modules (pseudo-versions are its pre-releases,
//! `+incompatible` its build metadata), with or without the `v` that advisories leave out; and the
//! toolchain's own names (`go1.21rc2`), which the advisories of `stdlib` and `toolchain` meet.
//!
//! A toolchain name is read as Go's `go/version` orders it: up to 1.20 a missing third number is
//! zero; from 1.21 on `go1.21` is the language version, before every release candidate. Advisories
//! write that point `1.21.0-0`, and so is it read here.

use std::cmp::Ordering;

use crate::digits;
use crate::order::Order;
use crate::semver;

/// Three numbers and a pre-release, which a toolchain name writes in two parts (`rc`, `2`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a> {
    core: semver::Version<'a>,
    second: Option<&'a str>,
}

impl<'a> Version<'a> {
    fn toolchain(text: &'a str) -> Option<Self> {
        // `go1.22.3-custom` and `go1.22.3 X:experiment` are builds of that release.
        let text = text.split_once([' ', '-']).map_or(text, |(name, _)| name);
        let (major, rest) = integer(text)?;
        let release =
            |numbers, pre, second| Some(Self { core: semver::Version { numbers, pre, build: "" }, second });
        if rest.is_empty() {
            return release([major, "0", "0"], "", None);
        }
        let (minor, rest) = integer(rest.strip_prefix('.')?)?;
        if rest.is_empty() {
            let language_only =
                digits::compare(major, "1").then(digits::compare(minor, "21")) != Ordering::Less;
            return release([major, minor, "0"], if language_only { "0" } else { "" }, None);
        }
        if let Some(rest) = rest.strip_prefix('.') {
            let (patch, rest) = integer(rest)?;
            return if rest.is_empty() { release([major, minor, patch], "", None) } else { None };
        }
        let letters = rest.bytes().position(|b| !b.is_ascii_lowercase()).unwrap_or(rest.len());
        let (kind, number) = rest.split_at(letters);
        if kind.is_empty() {
            return None;
        }
        if number.is_empty() {
            return release([major, minor, "0"], kind, None);
        }
        let (number, rest) = integer(number)?;
        if rest.is_empty() { release([major, minor, "0"], kind, Some(number)) } else { None }
    }

    fn identifiers(&self) -> impl Iterator<Item = &'a str> {
        self.core.pre.split('.').chain(self.second)
    }
}

/// Digits without a leading zero, and what follows them.
fn integer(text: &str) -> Option<(&str, &str)> {
    let (number, rest) = digits::split(text);
    (!number.is_empty() && (number.len() == 1 || !number.starts_with('0'))).then_some((number, rest))
}

impl<'a> Order<'a> for Version<'a> {
    fn read(text: &'a str) -> Option<Self> {
        if let Some(name) = text.strip_prefix("go") {
            return Self::toolchain(name);
        }
        let core = semver::Version::bare(text.strip_prefix('v').unwrap_or(text))?;
        Some(Self { core, second: None })
    }
    fn order(&self, other: &Self) -> Option<Ordering> {
        if self.core.pre.is_empty() || other.core.pre.is_empty() {
            return Some(self.core.precedence(&other.core));
        }
        let numbers = |v: &Self| semver::Version { pre: "", ..v.core };
        Some(
            numbers(self)
                .precedence(&numbers(other))
                .then_with(|| semver::compare_identifiers(self.identifiers(), other.identifiers())),
        )
    }
    fn is_prerelease(&self) -> bool {
        !self.core.pre.is_empty()
    }
    fn number(&self, place: usize) -> &'a str {
        self.core.number(place)
    }
}
