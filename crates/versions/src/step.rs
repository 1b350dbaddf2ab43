//! How much changed between two versions, so that "only patch updates" can be said.

use std::cmp::Ordering;

use crate::digits;
use crate::order::{Order, read};

/// How much changed between two versions of one component.
///
/// It speaks of the numbers' places alone: what a change of the second number promises differs
/// between ecosystems (and below `1.0` promises nothing in most).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The same version.
    Same,
    /// Third number or below, upwards, both releases.
    Patch,
    /// Second number.
    Minor,
    /// First number, a pre-release, a downgrade, or what the scheme cannot tell.
    Major,
}

/// The step between two texts of one scheme.
pub(crate) fn between<'a, V: Order<'a>>(from: &'a str, to: &'a str) -> Step {
    let (Some(from), Some(to)) = (read::<V>(from), read::<V>(to)) else { return Step::Major };
    match from.order(&to) {
        Some(Ordering::Equal) => return Step::Same,
        Some(Ordering::Less) => {}
        Some(Ordering::Greater) | None => return Step::Major,
    }
    let same = |a: &str, b: &str| {
        if (a.is_empty() || digits::only(a)) && (b.is_empty() || digits::only(b)) {
            digits::compare(a, b) == Ordering::Equal
        } else {
            a == b
        }
    };
    if from.is_prerelease() || to.is_prerelease() || !same(from.epoch(), to.epoch()) {
        return Step::Major;
    }
    if !same(from.number(0), to.number(0)) {
        return Step::Major;
    }
    if !same(from.number(1), to.number(1)) { Step::Minor } else { Step::Patch }
}
