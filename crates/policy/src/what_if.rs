//! What a changed pack would change: the same facts judged by two packs, and what differs.

use domain::{ControlState, Outcome, verdict::Action};

use crate::{demand::Demand, facts::Facts, pack::Pack, setting::Setting};

/// One thing whose judgement changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change<L> {
    /// What it is, as the caller named it.
    pub label: L,
    /// The control.
    pub control: String,
    /// By the old pack; `None` where it has no such control.
    pub old: Option<Asked>,
    /// By the new pack; `None` where it has no such control.
    pub new: Option<Asked>,
}

/// State, action and outcome of one control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The state.
    pub state: ControlState,
    /// The action.
    pub action: Option<Action>,
    /// What it alone makes of the verdict.
    pub outcome: Outcome,
}

impl From<Demand> for Asked {
    fn from(demand: Demand) -> Self {
        Self { state: demand.state, action: demand.action, outcome: demand.outcome }
    }
}

/// Judges the same facts by two packs and keeps what differs, in the order given, then by control.
pub fn what_if<L: Clone>(
    old: &Pack,
    new: &Pack,
    things: impl IntoIterator<Item = (L, Facts, Setting)>,
) -> Vec<Change<L>> {
    let mut changes = Vec::new();
    for (label, facts, setting) in things {
        let (before, after) = (asked(old, &facts, setting), asked(new, &facts, setting));
        let mut ids: Vec<&String> = before.iter().chain(&after).map(|(id, _)| id).collect();
        ids.sort();
        ids.dedup();
        for id in ids {
            let of = |side: &[(String, Asked)]| side.iter().find(|(i, _)| i == id).map(|(_, a)| *a);
            let (old, new) = (of(&before), of(&after));
            if old != new {
                changes.push(Change { label: label.clone(), control: id.clone(), old, new });
            }
        }
    }
    changes
}

fn asked(pack: &Pack, facts: &Facts, setting: Setting) -> Vec<(String, Asked)> {
    pack.evaluate(facts)
        .iter()
        .map(|j| (pack.control(j.control).id().to_owned(), pack.demand(j, setting).into()))
        .collect()
}
