//! NuGet's ranges: a bare version is the minimum; `[1.0,2.0)`; `[1.0]` exactly; floating `1.*`,
//! read as the releases that begin so.

use super::{Clause, How, Op, Requirement, clause};
use crate::digits;

pub(super) fn read(text: &str) -> Option<Requirement<'_>> {
    let clauses = if text.starts_with(['[', '(']) { interval(text)? } else { bare(text)? };
    Some(Requirement { alternatives: vec![clauses], only_named_prereleases: false })
}

fn bare(text: &str) -> Option<Vec<Clause<'_>>> {
    let Some(prefix) = text.strip_suffix('*') else {
        return Some(vec![clause(Op::GreaterOrEqual, text)]);
    };
    if prefix.is_empty() {
        return Some(Vec::new());
    }
    let numbers = prefix.strip_suffix('.')?;
    let (head, last) = match numbers.rsplit_once('.') {
        Some((head, last)) => (format!("{head}."), last),
        None => (String::new(), numbers),
    };
    if !digits::only(last) {
        return None;
    }
    let end = format!("{head}{}", digits::next(last));
    let releases = |op, version: String| Clause { op, how: How::ReleasesOnly, version: version.into() };
    Some(vec![releases(Op::GreaterOrEqual, floor(numbers)), releases(Op::Less, end)])
}

/// At least three numbers, as NuGet normalises.
fn floor(numbers: &str) -> String {
    let missing = 3usize.saturating_sub(numbers.split('.').count());
    format!("{numbers}{}", ".0".repeat(missing))
}

/// `[low, high]` with either end open or missing; `[exact]`.
pub(super) fn interval(text: &str) -> Option<Vec<Clause<'_>>> {
    let from = if text.starts_with('[') { Op::GreaterOrEqual } else { Op::Greater };
    let to = if text.ends_with(']') { Op::LessOrEqual } else { Op::Less };
    let inner = text.strip_prefix(['[', '('])?.strip_suffix([']', ')'])?;
    let Some((low, high)) = inner.split_once(',') else {
        let exact = from == Op::GreaterOrEqual && to == Op::LessOrEqual;
        return exact.then(|| vec![clause(Op::Equal, inner.trim())]);
    };
    let (low, high) = (low.trim(), high.trim());
    let mut clauses = Vec::new();
    if !low.is_empty() {
        clauses.push(clause(from, low));
    }
    if !high.is_empty() {
        clauses.push(clause(to, high));
    }
    Some(clauses)
}
