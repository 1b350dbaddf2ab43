//! From states to an answer: what a state demands in a setting, and how demands add up.
//!
//! | action | not met | unknown, a collector's | unknown, a person's |
//! | --- | --- | --- | --- |
//! | block | refused | not evaluated | referred |
//! | refer | referred | referred | referred |
//! | oblige | conditional | conditional | conditional |
//! | advise | listed | listed | listed |
//!
//! The worst wins. An excepted fault counts as conditional.

use domain::{ControlState, Outcome, Purpose, verdict::Action};

use crate::{
    catalogue::Observer,
    control::{Cell, Rule},
    evaluate::{ControlIdx, Judgement},
    pack::Pack,
    setting::Setting,
};

/// What one state asks for in one setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// The state: `not-applicable` where the control asks nothing in this setting.
    pub state: ControlState,
    /// The action; `None` where nothing is asked, or another control answers for it.
    pub action: Option<Action>,
    /// What it alone would make of the verdict.
    pub outcome: Outcome,
}

impl Demand {
    /// The same, set aside by an exception in force: a consequence becomes conditional.
    #[must_use]
    pub fn excepted(self) -> Self {
        Self { outcome: self.outcome.min(Outcome::Conditional), ..self }
    }
}

/// What an action makes of a state.
pub const fn outcome(action: Action, state: ControlState, observer: Observer) -> Outcome {
    match (state, action, observer) {
        (ControlState::Met | ControlState::NotApplicable, _, _) | (_, Action::Advise, _) => Outcome::Allowed,
        (ControlState::NotMet, Action::Block, _) => Outcome::Refused,
        (ControlState::Unknown, Action::Block, Observer::Collector) => Outcome::NotEvaluated,
        (ControlState::Unknown, Action::Block, Observer::Person) | (_, Action::Refer, _) => Outcome::Referred,
        (_, Action::Oblige, _) => Outcome::Conditional,
    }
}

/// The worst of some outcomes; allowed where there is none.
pub fn worst(outcomes: impl IntoIterator<Item = Outcome>) -> Outcome {
    outcomes.into_iter().max().unwrap_or(Outcome::Allowed)
}

impl Pack {
    /// What a judgement asks for in a setting.
    pub fn demand(&self, judgement: &Judgement, setting: Setting) -> Demand {
        let control = self.control(judgement.control);
        let nothing = |state| Demand { state, action: None, outcome: Outcome::Allowed };
        let Some(cell) = control.actions(setting) else { return nothing(ControlState::NotApplicable) };
        let picked = |rules: &[Rule], at: Option<u8>, default: Option<Action>| {
            at.and_then(|at| rules.get(usize::from(at)))
                .and_then(|rule| rule.action.get(setting))
                .unwrap_or(default)
        };
        let by_rule = picked(&control.action_unknown, judgement.rule_unknown, cell.unknown);
        let cell = Cell {
            not_met: picked(&control.action_not_met, judgement.rule_not_met, cell.not_met),
            // A milder action for words that were seen must not cover for a fact that was not.
            unknown: if judgement.missing { by_rule.max(cell.unknown) } else { by_rule },
        };
        let demand = |state, action: Option<Action>| Demand {
            state,
            action,
            outcome: action.map_or(Outcome::Allowed, |a| outcome(a, state, judgement.observer)),
        };
        match judgement.state {
            ControlState::Unknown if judgement.carried => nothing(ControlState::Unknown),
            ControlState::Unknown => demand(ControlState::Unknown, cell.unknown),
            ControlState::NotMet if judgement.part_open => {
                let fault = demand(ControlState::NotMet, cell.not_met);
                let gap = demand(ControlState::Unknown, cell.unknown);
                if gap.outcome > fault.outcome {
                    Demand { state: ControlState::NotMet, ..gap }
                } else {
                    fault
                }
            }
            ControlState::NotMet => demand(ControlState::NotMet, cell.not_met),
            state => nothing(state),
        }
    }

    /// Whether a control asks anything in a setting.
    pub fn applies(&self, control: ControlIdx, setting: Setting) -> bool {
        self.control(control).actions(setting).is_some()
    }
}

/// One control over everything it was asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The control.
    pub control: ControlIdx,
    /// Its state over all: not met, else unknown, else met, else not applicable.
    pub state: ControlState,
    /// The gravest action asked.
    pub action: Option<Action>,
    /// What it alone would make of the verdict.
    pub outcome: Outcome,
    /// How many times it was asked and applied.
    pub asked: u64,
    /// How many of those were not met.
    pub not_met: u64,
    /// How many of those were unknown.
    pub unknown: u64,
    /// How many of the faults and gaps were set aside.
    pub excepted: u64,
}

/// Adds up the judgements of one pack in one question. Facts of different things may be judged in
/// different settings (a development-only component as `research`).
#[derive(Clone, Debug)]
pub struct Tally<'p> {
    pack: &'p Pack,
    lines: Vec<Line>,
}

impl<'p> Tally<'p> {
    /// Nothing asked yet: every control is not applicable.
    pub fn new(pack: &'p Pack) -> Self {
        let lines = (0u16..)
            .take(pack.len())
            .map(|at| Line {
                control: ControlIdx(at),
                state: ControlState::NotApplicable,
                action: None,
                outcome: Outcome::Allowed,
                asked: 0,
                not_met: 0,
                unknown: 0,
                excepted: 0,
            })
            .collect();
        Self { pack, lines }
    }

    /// Adds one judgement, and says what it asks for.
    pub fn add(&mut self, judgement: &Judgement, setting: Setting, excepted: bool) -> Demand {
        let mut demand = self.pack.demand(judgement, setting);
        let Some(line) = self.lines.get_mut(judgement.control.index()) else { return demand };
        if demand.state == ControlState::NotApplicable {
            return demand;
        }
        line.asked += 1;
        match demand.state {
            ControlState::NotMet => line.not_met += 1,
            ControlState::Unknown => line.unknown += 1,
            ControlState::Met | ControlState::NotApplicable => {}
        }
        if excepted && demand.state != ControlState::Met {
            line.excepted += 1;
            demand = demand.excepted();
        }
        line.state = graver(line.state, demand.state);
        line.action = line.action.max(demand.action);
        line.outcome = line.outcome.max(demand.outcome);
        demand
    }

    /// Every control of the pack, in the order of positions.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The answer, with the pack's floor at the tier of the use unless a receipt covers the release.
    pub fn answer(&self, tier: domain::Tier, covered: bool) -> Answer {
        let worst_line = worst(self.lines.iter().map(|l| l.outcome));
        let floor = if covered || self.pack.purpose() != Purpose::Use {
            Outcome::Allowed
        } else {
            self.pack.floor(tier)
        };
        let rest =
            worst(self.lines.iter().map(|l| l.outcome).filter(|o| *o != Outcome::NotEvaluated)).max(floor);
        let outcome = worst_line.max(floor);
        Answer {
            outcome,
            otherwise: (outcome == Outcome::NotEvaluated).then_some(rest),
            by_floor: floor > worst_line,
        }
    }
}

/// The answer to one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The answer.
    pub outcome: Outcome,
    /// Where it is `not-evaluated`: what the rest says.
    pub otherwise: Option<Outcome>,
    /// Whether only the pack's floor makes it so: no rule found a fault, a person must still sign.
    pub by_floor: bool,
}

const fn gravity(state: ControlState) -> u8 {
    match state {
        ControlState::NotApplicable => 0,
        ControlState::Met => 1,
        ControlState::Unknown => 2,
        ControlState::NotMet => 3,
    }
}

/// The graver of two states: not met, then unknown, then met, then not applicable.
pub const fn graver(a: ControlState, b: ControlState) -> ControlState {
    if gravity(b) > gravity(a) { b } else { a }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_makes_of_a_state_what_the_design_says() {
        use Action::{Advise, Block, Oblige, Refer};
        use ControlState::{Met, NotMet, Unknown};
        use Observer::{Collector, Person};
        for (action, not_met, collector, person) in [
            (Block, Outcome::Refused, Outcome::NotEvaluated, Outcome::Referred),
            (Refer, Outcome::Referred, Outcome::Referred, Outcome::Referred),
            (Oblige, Outcome::Conditional, Outcome::Conditional, Outcome::Conditional),
            (Advise, Outcome::Allowed, Outcome::Allowed, Outcome::Allowed),
        ] {
            assert_eq!(outcome(action, NotMet, Collector), not_met);
            assert_eq!(outcome(action, NotMet, Person), not_met);
            assert_eq!(outcome(action, Unknown, Collector), collector);
            assert_eq!(outcome(action, Unknown, Person), person);
            assert_eq!(outcome(action, Met, Person), Outcome::Allowed);
        }
        assert_eq!(
            worst([Outcome::Referred, Outcome::NotEvaluated, Outcome::Conditional]),
            Outcome::NotEvaluated
        );
        assert_eq!(worst([]), Outcome::Allowed);
    }
}
