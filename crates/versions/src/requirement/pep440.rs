//! PEP 440 version specifiers as Python's `packaging` evaluates them for one candidate
//! (pre-releases admitted), with the outer form of PEP 508 (parentheses, a marker after `;`
//! ignored); and Poetry's `^` and `~`, which its manifests write in the same places.

use std::cmp::Ordering;

use super::{Clause, How, Op, Requirement};
use crate::digits;
use crate::order::Order;
use crate::pep440::{Version, compare_releases};
use crate::{Scheme, Undetermined};

fn clause<'r>(op: Op, version: impl Into<std::borrow::Cow<'r, str>>) -> Clause<'r> {
    Clause { op, how: How::Pep440, version: version.into() }
}

fn prefix<'r>(op: Op, version: impl Into<std::borrow::Cow<'r, str>>) -> Clause<'r> {
    Clause { op, how: How::Prefix, version: version.into() }
}

pub(super) fn read(text: &str) -> Option<Requirement<'_>> {
    let text = text.split_once(';').map_or(text, |(text, _)| text).trim();
    let text = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or(text).trim();
    let mut clauses = Vec::new();
    if !matches!(text, "" | "*") {
        let parts = text.strip_suffix(',').unwrap_or(text);
        for part in parts.split(',') {
            specifier(part.trim(), &mut clauses)?;
        }
    }
    Some(Requirement { alternatives: vec![clauses], only_named_prereleases: false })
}

fn specifier<'r>(text: &'r str, clauses: &mut Vec<Clause<'r>>) -> Option<()> {
    let signs = ["===", "==", "~=", "!=", "<=", ">=", "<", ">", "^", "~"];
    let (sign, version) =
        signs.iter().find_map(|sign| Some((*sign, text.strip_prefix(sign)?.trim_start())))?;
    if sign == "===" {
        let valid = !version.is_empty() && version.bytes().all(|b| b.is_ascii_graphic());
        clauses.push(Clause { op: Op::Equal, how: How::Text, version: valid.then_some(version)?.into() });
        return Some(());
    }
    if let ("==" | "!=", Some(numbers)) = (sign, version.strip_suffix(".*")) {
        let read = Version::read(numbers)?;
        if read.pre.is_some() || read.post.is_some() || read.dev.is_some() || read.local.is_some() {
            return None;
        }
        clauses.push(prefix(if sign == "==" { Op::Equal } else { Op::Unequal }, numbers));
        return Some(());
    }
    let read = Version::read(version)?;
    if read.local.is_some() && !matches!(sign, "==" | "!=") {
        return None;
    }
    match sign {
        "==" => clauses.push(clause(Op::Equal, version)),
        "!=" => clauses.push(clause(Op::Unequal, version)),
        "<=" => clauses.push(clause(Op::LessOrEqual, version)),
        ">=" => clauses.push(clause(Op::GreaterOrEqual, version)),
        "<" => clauses.push(clause(Op::Less, version)),
        ">" => clauses.push(clause(Op::Greater, version)),
        "~=" => {
            let (numbers, _) = read.release.rsplit_once('.')?;
            clauses.push(clause(Op::GreaterOrEqual, version));
            clauses.push(prefix(Op::Equal, with_epoch(read.epoch, numbers)));
        }
        "^" | "~" => {
            clauses.push(clause(Op::GreaterOrEqual, version));
            clauses.push(clause(Op::Less, with_epoch(read.epoch, &poetry_end(sign, read.release))));
        }
        _ => return None,
    }
    Some(())
}

fn with_epoch(epoch: &str, release: &str) -> String {
    if epoch.is_empty() { release.to_owned() } else { format!("{epoch}!{release}") }
}

/// `^1.2.3` ends before 2, `^0.2.3` before 0.3; `~1.2.3` and `~1.2` before 1.3, `~1` before 2.
fn poetry_end(sign: &str, release: &str) -> String {
    let numbers: Vec<&str> = release.split('.').collect();
    let place = if sign == "^" {
        numbers.iter().position(|n| !digits::trim(n).is_empty()).unwrap_or(numbers.len() - 1)
    } else {
        usize::from(numbers.len() > 1)
    };
    let mut out: Vec<String> = numbers.iter().take(place).map(|n| (*n).to_owned()).collect();
    out.push(digits::next(numbers[place]));
    out.join(".")
}

/// Whether the clause admits the version.
pub(super) fn admits(clause: &Clause<'_>, version: &str) -> Result<bool, Undetermined> {
    let read = |text| crate::order::read::<Version<'_>>(text);
    let Some(candidate) = read(version) else { return Err(Undetermined::new(Scheme::Pep440, version)) };
    let Some(bound) = read(&clause.version) else {
        return Err(Undetermined::new(Scheme::Pep440, &clause.version));
    };
    if clause.how == How::Prefix {
        return Ok(begins_with(&candidate, &bound) == (clause.op == Op::Equal));
    }
    let public = candidate.compare_public(&bound);
    let same_release = digits::compare(candidate.epoch, bound.epoch) == Ordering::Equal
        && compare_releases(candidate.release, bound.release) == Ordering::Equal;
    Ok(match clause.op {
        Op::Equal | Op::Unequal => {
            let equal = if bound.local.is_some() {
                candidate.order(&bound) == Some(Ordering::Equal)
            } else {
                public == Ordering::Equal
            };
            equal == (clause.op == Op::Equal)
        }
        Op::LessOrEqual => public != Ordering::Greater,
        Op::GreaterOrEqual => public != Ordering::Less,
        // Not the pre-releases of the bound itself, unless it is one.
        Op::Less => {
            public == Ordering::Less && (bound.is_prerelease() || !candidate.is_prerelease() || !same_release)
        }
        // Not the post-releases of the bound itself, unless it is one; nor its local versions.
        Op::Greater => {
            public == Ordering::Greater && (bound.post.is_some() || candidate.post.is_none() || !same_release)
        }
    })
}

/// Whether the candidate's numbers, filled up with zeros, begin with the bound's.
fn begins_with(candidate: &Version<'_>, bound: &Version<'_>) -> bool {
    let mut numbers = candidate.release.split('.');
    digits::compare(candidate.epoch, bound.epoch) == Ordering::Equal
        && bound
            .release
            .split('.')
            .all(|number| digits::compare(number, numbers.next().unwrap_or("")) == Ordering::Equal)
}
