//! RubyGems' requirements: `=`, `!=`, `>`, `<`, `>=`, `<=`, `~>`, several cut by commas.

use super::{Clause, How, Op, Requirement, clause};
use crate::digits;

pub(super) fn read(text: &str) -> Option<Requirement<'_>> {
    let mut clauses = Vec::new();
    for part in text.split(',') {
        let part = part.trim();
        let operators = [
            ("~>", None),
            (">=", Some(Op::GreaterOrEqual)),
            ("<=", Some(Op::LessOrEqual)),
            ("!=", Some(Op::Unequal)),
            (">", Some(Op::Greater)),
            ("<", Some(Op::Less)),
            ("=", Some(Op::Equal)),
        ];
        let (op, version) = operators
            .iter()
            .find_map(|(sign, op)| Some((*op, part.strip_prefix(sign)?.trim_start())))
            .unwrap_or((Some(Op::Equal), part));
        match op {
            Some(op) => clauses.push(clause(op, version)),
            None => {
                clauses.push(clause(Op::GreaterOrEqual, version));
                clauses.push(Clause { op: Op::Less, how: How::Release, version: bump(version)?.into() });
            }
        }
    }
    Some(Requirement { alternatives: vec![clauses], only_named_prereleases: false })
}

/// The numbers before the first letters, as a text that starts the version.
pub(super) fn release(version: &str) -> &str {
    let version = version.trim();
    let end = version.find(|c: char| c == '-' || c.is_ascii_alphabetic()).unwrap_or(version.len());
    let numbers = &version[..end];
    // `1.2.3rc1` has the segments 1, 2, 3, rc, 1: the 3 stays.
    numbers.trim_end_matches('.')
}

/// The release one number short, its last number one higher: `1.2.3` → `1.3`, `2` → `3`.
fn bump(version: &str) -> Option<String> {
    let mut numbers: Vec<&str> = release(version).split('.').collect();
    if numbers.len() > 1 {
        numbers.pop();
    }
    let last = numbers.pop().filter(|last| digits::only(last))?;
    let mut out = numbers.join(".");
    if !out.is_empty() {
        out.push('.');
    }
    out.push_str(&digits::next(last));
    Some(out)
}
