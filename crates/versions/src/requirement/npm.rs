//! npm's ranges (`semver`'s `Range`, strict): `||`, hyphen ranges, `^`, `~`, `x`, comparators.
//!
//! Not a range, and so not read: tags (`latest`), addresses, `workspace:`, `npm:` aliases.

use super::{Clause, Op, Requirement, clause};
use crate::digits;
use crate::order::Order;
use crate::semver;

/// A version of which parts may be missing or `x`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Partial<'r> {
    pub(super) major: Option<&'r str>,
    pub(super) minor: Option<&'r str>,
    pub(super) patch: Option<&'r str>,
    pub(super) pre: &'r str,
}

fn number(text: &str) -> Option<Option<&str>> {
    match text {
        "x" | "X" | "*" => Some(None),
        _ if digits::only(text) && (text.len() == 1 || !text.starts_with('0')) => Some(Some(text)),
        _ => None,
    }
}

impl<'r> Partial<'r> {
    /// Reads up to three parts; a pre-release and metadata only after a third.
    pub(super) fn read(text: &'r str) -> Option<Self> {
        let end = text.find(['-', '+']).unwrap_or(text.len());
        let (core, tail) = text.split_at(end);
        let mut parts = core.split('.');
        let major = number(parts.next()?)?;
        let minor = parts.next().map(number).map_or(Some(None), |n| n)?;
        let third = parts.next();
        let patch = third.map(number).map_or(Some(None), |n| n)?;
        if parts.next().is_some() || (third.is_none() && !tail.is_empty()) {
            return None;
        }
        let (tail, build) = match tail.split_once('+') {
            Some((tail, build)) => (tail, Some(build)),
            None => (tail, None),
        };
        let pre = tail.strip_prefix('-');
        let identifiers = |text: &str, zeros: bool| {
            text.split('.').all(|id| {
                !id.is_empty()
                    && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                    && (zeros || !digits::only(id) || id.len() == 1 || !id.starts_with('0'))
            })
        };
        let valid = pre.is_none_or(|p| identifiers(p, false)) && build.is_none_or(|b| identifiers(b, true));
        let minor = major.and(minor);
        let patch = minor.and(patch);
        valid.then_some(Self { major, minor, patch, pre: pre.unwrap_or("") })
    }

    /// As a full version, missing parts zero, with its pre-release where it is full.
    pub(super) fn floor(&self) -> String {
        let part = |part: Option<&'r str>| part.unwrap_or("0");
        let (major, minor, patch) = (part(self.major), part(self.minor), part(self.patch));
        if self.pre.is_empty() || self.patch.is_none() {
            format!("{major}.{minor}.{patch}")
        } else {
            format!("{major}.{minor}.{patch}-{}", self.pre)
        }
    }

    pub(super) fn next_major(&self) -> String {
        format!("{}.0.0", digits::next(self.major.unwrap_or("0")))
    }

    pub(super) fn next_minor(&self) -> String {
        format!("{}.{}.0", self.major.unwrap_or("0"), digits::next(self.minor.unwrap_or("0")))
    }

    fn next_patch(&self) -> String {
        let (major, minor) = (self.major.unwrap_or("0"), self.minor.unwrap_or("0"));
        format!("{major}.{minor}.{}", digits::next(self.patch.unwrap_or("0")))
    }

    /// Where the versions that share the written parts end.
    pub(super) fn after_all(&self) -> String {
        match (self.minor, self.patch) {
            (None, _) => self.next_major(),
            (_, None) => self.next_minor(),
            _ => self.next_patch(),
        }
    }

    pub(super) fn caret_end(&self) -> String {
        let zero = |part: Option<&str>| part.is_some_and(|p| digits::trim(p).is_empty());
        match (self.minor, self.patch) {
            (None, _) => self.next_major(),
            _ if !zero(self.major) => self.next_major(),
            (Some(_), None) => self.next_minor(),
            _ if !zero(self.minor) => self.next_minor(),
            _ => self.next_patch(),
        }
    }
}

/// An end before which the pre-releases of the end itself stand outside, too.
pub(super) fn before(end: &str) -> Clause<'static> {
    clause(Op::Less, format!("{end}-0"))
}

pub(super) fn from<'r>(partial: &Partial<'r>) -> Clause<'r> {
    clause(Op::GreaterOrEqual, partial.floor())
}

/// What follows an excluded version: npm's `minVersion`.
pub(super) fn after(version: &str) -> Option<String> {
    let read = semver::Version::bare(version)?;
    let [major, minor, patch] = read.numbers;
    Some(if read.pre.is_empty() {
        format!("{major}.{minor}.{}", digits::next(patch))
    } else {
        format!("{major}.{minor}.{patch}-{}.0", read.pre)
    })
}

/// Whether two versions have the same three numbers.
pub(super) fn same_numbers(a: &str, b: &str) -> bool {
    let read = |text| crate::npm::Version::read(text).map(|v| v.0.numbers.map(digits::trim));
    read(a).is_some_and(|a| read(b) == Some(a))
}

pub(super) fn read(text: &str) -> Option<Requirement<'_>> {
    let mut requirement = Requirement { alternatives: Vec::new(), only_named_prereleases: true };
    for alternative in text.split("||") {
        requirement.alternatives.push(comparators(alternative.trim())?);
    }
    // An alternative that admits everything stands for all, pre-releases out, as npm simplifies.
    if requirement.alternatives.iter().any(Vec::is_empty) {
        requirement.alternatives = vec![Vec::new()];
    }
    Some(requirement)
}

/// A hyphen range, or comparators cut by blanks, an operator joined with what follows it.
fn comparators(text: &str) -> Option<Vec<Clause<'_>>> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    if let [low, "-", high] = words.as_slice() {
        return hyphen(low, high);
    }
    let mut clauses = Vec::new();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let (operator, rest) = operator(word);
        let version = if rest.is_empty() && !operator.is_empty() { words.next().unwrap_or("") } else { rest };
        comparator(operator, version, &mut clauses)?;
    }
    Some(clauses)
}

fn operator(word: &str) -> (&str, &str) {
    for operator in ["~>", "~", "^", ">=", "<=", ">", "<", "="] {
        if let Some(rest) = word.strip_prefix(operator) {
            return (operator, rest);
        }
    }
    ("", word)
}

fn partial(text: &str) -> Option<Partial<'_>> {
    Partial::read(text.trim_start_matches(['v', '=']))
}

fn hyphen<'r>(low: &'r str, high: &'r str) -> Option<Vec<Clause<'r>>> {
    let (low, high) = (partial(low)?, partial(high)?);
    let mut clauses = Vec::new();
    if low.major.is_some() {
        clauses.push(from(&low));
    }
    if high.major.is_some() {
        clauses.push(if high.patch.is_some() {
            clause(Op::LessOrEqual, high.floor())
        } else {
            before(&high.after_all())
        });
    }
    Some(clauses)
}

fn comparator<'r>(operator: &str, version: &'r str, clauses: &mut Vec<Clause<'r>>) -> Option<()> {
    if version.is_empty() {
        // A lone `~` or `^` admits everything; a lone comparator too.
        return Some(());
    }
    let partial = partial(version)?;
    let full = partial.patch.is_some();
    match operator {
        _ if partial.major.is_none() => {
            if matches!(operator, "<" | ">") {
                clauses.push(clause(Op::Less, "0.0.0-0"));
            }
        }
        "^" => clauses.extend([from(&partial), before(&partial.caret_end())]),
        "~" | "~>" => {
            let end = if partial.minor.is_some() { partial.next_minor() } else { partial.next_major() };
            clauses.extend([from(&partial), before(&end)]);
        }
        "" | "=" if full => clauses.push(clause(Op::Equal, partial.floor())),
        "" | "=" => clauses.extend([from(&partial), before(&partial.after_all())]),
        ">=" => clauses.push(from(&partial)),
        ">" if full => clauses.push(clause(Op::Greater, partial.floor())),
        ">" => clauses.push(clause(Op::GreaterOrEqual, partial.after_all())),
        "<=" if full => clauses.push(clause(Op::LessOrEqual, partial.floor())),
        "<=" => clauses.push(before(&partial.after_all())),
        "<" if full => clauses.push(clause(Op::Less, partial.floor())),
        "<" => clauses.push(before(&partial.floor())),
        _ => return None,
    }
    Some(())
}
