//! Cargo's requirements (the `semver` crate's `VersionReq`): comparators cut by commas; a bare
//! version is `^`.

use super::npm::{Partial, before, from};
use super::{Clause, Op, Requirement, clause};

pub(super) fn read(text: &str) -> Option<Requirement<'_>> {
    let mut clauses = Vec::new();
    if !matches!(text, "*" | "x" | "X") {
        for part in text.split(',') {
            comparator(part.trim(), &mut clauses)?;
        }
    }
    Some(Requirement { alternatives: vec![clauses], only_named_prereleases: true })
}

fn comparator<'r>(text: &'r str, clauses: &mut Vec<Clause<'r>>) -> Option<()> {
    let operators = [">=", "<=", "=", ">", "<", "~", "^"];
    let (operator, version) = operators
        .iter()
        .find_map(|operator| Some((*operator, text.strip_prefix(operator)?.trim_start())))
        .unwrap_or(("", text));
    // A wildcard is not written as the first number, nor before a number.
    let core = version.split(['-', '+']).next().unwrap_or("");
    let mut wild = false;
    for part in core.split('.') {
        let is_wild = matches!(part, "*" | "x" | "X");
        if wild && !is_wild {
            return None;
        }
        wild |= is_wild;
    }
    let partial = Partial::read(version)?;
    partial.major?;
    let full = partial.patch.is_some();
    if wild && !partial.pre.is_empty() {
        return None;
    }
    match operator {
        "=" if full => clauses.push(clause(Op::Equal, partial.floor())),
        "=" => clauses.extend([from(&partial), before(&partial.after_all())]),
        "" | "^" if !(wild && operator.is_empty()) => {
            clauses.extend([from(&partial), before(&partial.caret_end())]);
        }
        // `1.2.*` is every 1.2, `1.*` every 1.
        "" => clauses.extend([from(&partial), before(&partial.after_all())]),
        "~" => {
            let end = if partial.minor.is_some() { partial.next_minor() } else { partial.next_major() };
            clauses.extend([from(&partial), before(&end)]);
        }
        ">=" => clauses.push(from(&partial)),
        ">" if full => clauses.push(clause(Op::Greater, partial.floor())),
        ">" => clauses.push(clause(Op::GreaterOrEqual, partial.after_all())),
        "<=" if full => clauses.push(clause(Op::LessOrEqual, partial.floor())),
        "<=" => clauses.push(before(&partial.after_all())),
        "<" => clauses.push(clause(Op::Less, partial.floor())),
        _ => return None,
    }
    Some(())
}
