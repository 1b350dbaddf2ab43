//! Two packs that disagree on a subject are shown as a conflict, with both clauses and dates: which
//! of them rules is for people to say.

use domain::{Date, Outcome, Verdict};

use crate::pack::Pack;

/// Two answers to one question that lead to different acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// One side.
    pub one: Side,
    /// The other side.
    pub other: Side,
}

/// One side of a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// The pack, `name@version`.
    pub pack: String,
    /// The day it was adopted.
    pub date: Date,
    /// Where the pack comes from.
    pub source: String,
    /// Its answer.
    pub outcome: Outcome,
    /// The controls that made the answer, each with its clause; empty where it found no fault.
    pub clauses: Vec<(String, String)>,
}

/// Whether two verdicts on the same subject, part and purpose lead to different acts: one lets it
/// go on, the other does not, or they stop it differently (refused, referred, not evaluated).
pub fn conflict(one: (&Pack, &Verdict), other: (&Pack, &Verdict)) -> Option<Conflict> {
    let same_question = one.1.purpose == other.1.purpose && one.1.part == other.1.part;
    if !same_question || one.1.outcome.exit_code() == other.1.outcome.exit_code() {
        return None;
    }
    Some(Conflict { one: side(one), other: side(other) })
}

fn side((pack, verdict): (&Pack, &Verdict)) -> Side {
    let mut clauses: Vec<(String, String)> = verdict
        .reasons
        .iter()
        .filter(|reason| reason.outcome == verdict.outcome && reason.outcome > Outcome::Allowed)
        .map(|reason| {
            let clause = pack.find(&reason.control).map_or_else(String::new, |(_, c)| c.source().to_owned());
            (reason.control.clone(), clause)
        })
        .collect();
    clauses.sort();
    clauses.dedup();
    Side {
        pack: pack.label(),
        date: pack.date(),
        source: pack.source().to_owned(),
        outcome: verdict.outcome,
        clauses,
    }
}
