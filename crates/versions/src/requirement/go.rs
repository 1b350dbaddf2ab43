//! Go: a `require` line names one version, and with the rest of the module graph that is what is
//! built; here it is read as exactly that version.

use super::{Op, Requirement, clause};

pub(super) fn read(text: &str) -> Option<Requirement<'_>> {
    Some(Requirement { alternatives: vec![vec![clause(Op::Equal, text)]], only_named_prereleases: false })
}
