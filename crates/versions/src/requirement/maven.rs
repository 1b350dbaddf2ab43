//! Maven's version requirements: `[1.0,2.0)`, `[1.0]`, several intervals cut by commas; a bare
//! version is soft, and read as that version, which is what a build then resolves.

use super::nuget::interval;
use super::{Op, Requirement, clause};

pub(super) fn read(text: &str) -> Option<Requirement<'_>> {
    if !text.starts_with(['[', '(']) {
        return Some(Requirement {
            alternatives: vec![vec![clause(Op::Equal, text)]],
            only_named_prereleases: false,
        });
    }
    let mut requirement = Requirement::default();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find([']', ')'])? + 1;
        let (one, after) = rest.split_at(end);
        requirement.alternatives.push(interval(one)?);
        let after = after.trim_start();
        rest = match after.strip_prefix(',') {
            Some(next) if next.trim_start().starts_with(['[', '(']) => next.trim_start(),
            None if after.is_empty() => after,
            _ => return None,
        };
    }
    Some(requirement)
}
