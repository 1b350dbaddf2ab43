//! Two subjects, open or closed, in one table of controls.
//!
//! A row is a control that either subject was asked; counterparts (the inbound control for a
//! component and the one for a closed product that asks the same) share a row. Beside it stands
//! what an outsider could verify: a control whose facts a collector reads from what anyone can
//! have is verifiable; one that rests on a person's or a supplier's word is not.

use std::collections::BTreeMap;

use domain::{Assessment, ControlState, Outcome, Purpose};
use serde::Serialize;

/// Controls that ask the same of open and of closed technology, by what they ask.
pub const COUNTERPARTS: [(&str, &str, &str); 5] = [
    ("what it is built from is known", "inventory-complete", "product-inventory"),
    ("in the vendor's support", "in-support", "product-support"),
    ("kept up securely", "maintained", "software-code"),
    ("the origin's security practice", "practices", "supplier-security"),
    ("alternatives, cost and way out", "alternatives", "exit"),
];

/// One side of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// The control that was asked.
    pub control: String,
    /// Its state.
    pub state: ControlState,
    /// Whether an outsider could verify it.
    pub verifiable: bool,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What is asked.
    pub asks: String,
    /// The first subject.
    pub first: Option<Cell>,
    /// The second subject.
    pub second: Option<Cell>,
}

/// One side's summary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Side {
    /// The kind of subject.
    pub kind: &'static str,
    /// The verdict on its use, the worst over its parts.
    pub outcome: Option<Outcome>,
    /// How many controls were asked of it.
    pub asked: usize,
    /// How many of those an outsider could verify.
    pub verifiable: usize,
}

/// The comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The first subject.
    pub first: Side,
    /// The second subject.
    pub second: Side,
    /// The rows, in alphabetical order of what is asked.
    pub rows: Vec<Row>,
}

/// Compares the use question of two assessments. `verifiable` says of a control whether its facts
/// are read by collectors alone, `title` what it asks.
pub fn compare(
    first: &Assessment,
    second: &Assessment,
    verifiable: impl Fn(&str) -> bool,
    title: impl Fn(&str) -> Option<String>,
) -> Comparison {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for (side, assessment) in [first, second].into_iter().enumerate() {
        for (id, state) in states(assessment) {
            if state == ControlState::NotApplicable {
                continue;
            }
            let asks = COUNTERPARTS
                .iter()
                .find(|(_, open, closed)| *open == id || *closed == id)
                .map_or_else(|| title(&id).unwrap_or_else(|| id.clone()), |(asks, _, _)| (*asks).to_owned());
            let row = rows.entry(asks.clone()).or_insert(Row { asks, first: None, second: None });
            // A dossier's own inventory is a material of anyone who holds it, not of an outsider.
            let outside = verifiable(&id) && !matches!(assessment.subject, domain::Subject::Product { .. });
            let cell = Cell { verifiable: outside, control: id, state };
            let slot = if side == 0 { &mut row.first } else { &mut row.second };
            match slot {
                Some(kept) if rank(kept.state) >= rank(state) => {}
                _ => *slot = Some(cell),
            }
        }
    }
    let rows: Vec<Row> = rows.into_values().collect();
    let side = |assessment: &Assessment, pick: fn(&Row) -> &Option<Cell>| Side {
        kind: assessment.subject.word(),
        outcome: assessment.verdicts.iter().filter(|v| v.purpose == Purpose::Use).map(|v| v.outcome).max(),
        asked: rows.iter().filter(|row| pick(row).is_some()).count(),
        verifiable: rows.iter().filter_map(|row| pick(row).as_ref()).filter(|cell| cell.verifiable).count(),
    };
    Comparison { first: side(first, |row| &row.first), second: side(second, |row| &row.second), rows }
}

const fn rank(state: ControlState) -> u8 {
    match state {
        ControlState::NotApplicable => 0,
        ControlState::Met => 1,
        ControlState::Unknown => 2,
        ControlState::NotMet => 3,
    }
}

/// The worst state of each control that the use question asked, over the parts.
fn states(assessment: &Assessment) -> BTreeMap<String, ControlState> {
    let packs: Vec<&str> =
        assessment.verdicts.iter().filter(|v| v.purpose == Purpose::Use).map(|v| v.pack.as_str()).collect();
    let mut out: BTreeMap<String, ControlState> = BTreeMap::new();
    for control in assessment.controls.iter().filter(|c| packs.contains(&c.pack.as_str())) {
        let kept = out.entry(control.id.clone()).or_insert(control.state);
        if rank(control.state) > rank(*kept) {
            *kept = control.state;
        }
    }
    out
}
