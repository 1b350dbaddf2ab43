//! Evaluation: facts in, the state of every control of that kind out.
//!
//! In order, for each control: does it apply; are the facts it needs observed; was one looked for
//! and not there; did Cedar fail; did the `forbid` fire; do the words seen leave it open. Unknown
//! is thus decided before and around Cedar, whatever Cedar says.

use std::sync::Arc;

use cedar_policy::{
    Authorizer, Context, Entities, EntityId, EntityTypeName, EntityUid, Policy, PolicyId, PolicySet, Request,
    RestrictedExpression,
};
use domain::ControlState;

use crate::{
    catalogue::{FactType, Judged, Observer},
    control::{Condition, Control, Rule},
    facts::{Facts, Known},
    schema::{ASKER, resource_type, word_type},
};

/// The position of a control in its pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ControlIdx(pub(crate) u16);

impl ControlIdx {
    /// As a position in [`crate::Pack::controls`].
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What one control was found to be for one set of facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The control.
    pub control: ControlIdx,
    /// Its state.
    pub state: ControlState,
    /// Who could have observed what is missing (where the state is unknown).
    pub observer: Observer,
    /// Not met, and part was not looked at besides: the worse of the two consequences holds.
    pub part_open: bool,
    /// Unknown, and the control named by `@carried_by` is unknown as well and answers for both.
    pub carried: bool,
    pub(crate) rule_not_met: Option<u8>,
    pub(crate) rule_unknown: Option<u8>,
    pub(crate) missing: bool,
}

/// Something Cedar refuses to be given: never for the built-in packs.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct EngineError(String);

/// The controls of one kind of thing, ready to be asked.
pub(crate) struct Family {
    /// The position of its first control in the pack.
    pub(crate) first: u16,
    pub(crate) controls: Vec<Control>,
    set: PolicySet,
    asker: EntityUid,
    action: EntityUid,
    resource: EntityUid,
    attributes: Vec<Attribute>,
}

struct Attribute {
    name: String,
    words: Vec<RestrictedExpression>,
}

impl Family {
    /// Takes the policies of one kind, in the order of their positions in the pack, from `first`.
    pub(crate) fn new(
        judged: Judged,
        first: u16,
        policies: Vec<(Policy, Control)>,
    ) -> Result<Self, EngineError> {
        let error = |e: &dyn std::fmt::Display| EngineError(e.to_string());
        let mut set = PolicySet::new();
        let mut controls = Vec::with_capacity(policies.len());
        for (at, (policy, control)) in policies.into_iter().enumerate() {
            set.add(policy.new_id(PolicyId::new(at.to_string()))).map_err(|e| error(&e))?;
            controls.push(control);
        }
        let mut attributes = Vec::with_capacity(judged.facts().len());
        for entry in judged.facts() {
            let words = match entry.kind {
                FactType::Words(words) => {
                    let kind = type_name(&word_type(entry))?;
                    words
                        .iter()
                        .map(|word| RestrictedExpression::new_entity_uid(uid(kind.clone(), word)))
                        .collect()
                }
                FactType::Bool | FactType::Count { .. } => Vec::new(),
            };
            attributes.push(Attribute { name: entry.attribute(), words });
        }
        Ok(Self {
            first,
            controls,
            set,
            asker: uid(type_name(ASKER)?, "formulary"),
            action: uid(type_name("Action")?, judged.word()),
            resource: uid(type_name(&resource_type(judged))?, "this"),
            attributes,
        })
    }

    /// Asks every control.
    pub(crate) fn judge(&self, facts: &Facts) -> Arc<[Judgement]> {
        let spoken = self.ask_cedar(facts);
        let mut judgements: Vec<Judgement> = self
            .controls
            .iter()
            .zip(spoken)
            .zip(self.first..)
            .map(|((control, said), at)| judge_one(control, ControlIdx(at), facts, said))
            .collect();
        for at in 0..judgements.len() {
            if judgements[at].state == ControlState::Unknown
                && let Some((carrier, when)) = &self.controls[at].carried_by
                && when.holds(facts)
                && let Some(by) = self.controls.iter().position(|c| c.id() == carrier)
            {
                judgements[at].carried = judgements[by].state == ControlState::Unknown;
            }
        }
        judgements.into()
    }

    fn ask_cedar(&self, facts: &Facts) -> Vec<Said> {
        let mut said = vec![Said::Nothing; self.controls.len()];
        let pairs = facts.iter().zip(&self.attributes).filter_map(|((_, entry, known), attribute)| {
            let value = match (known, entry.kind) {
                (Known::Bool(yes), _) => RestrictedExpression::new_bool(yes),
                (Known::Count(n), _) => RestrictedExpression::new_long(i64::from(n)),
                (Known::Word(word), FactType::Words(words)) => {
                    attribute.words.get(words.iter().position(|w| *w == word)?)?.clone()
                }
                (Known::Unobserved | Known::Absent | Known::Word(_), _) => return None,
            };
            Some((attribute.name.clone(), value))
        });
        let request = Context::from_pairs(pairs).ok().and_then(|context| {
            Request::new(self.asker.clone(), self.action.clone(), self.resource.clone(), context, None).ok()
        });
        let Some(request) = request else { return vec![Said::Failed; self.controls.len()] };
        let response = Authorizer::new().is_authorized(&request, &self.set, &Entities::empty());
        let mut mark = |id: &PolicyId, what: Said| {
            if let Some(slot) = id.to_string().parse::<usize>().ok().and_then(|at| said.get_mut(at)) {
                *slot = what;
            }
        };
        response.diagnostics().reason().for_each(|id| mark(id, Said::Fired));
        for error in response.diagnostics().errors() {
            let cedar_policy::AuthorizationError::PolicyEvaluationError(error) = error;
            mark(error.policy_id(), Said::Failed);
        }
        said
    }
}

/// What Cedar said of one policy.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Nothing,
    Fired,
    Failed,
}

fn judge_one(control: &Control, at: ControlIdx, facts: &Facts, said: Said) -> Judgement {
    let (state, observer, part_open) = state_of(control, facts, said);
    let rule =
        |rules: &[Rule]| rules.iter().position(|r| r.when.holds(facts)).and_then(|at| u8::try_from(at).ok());
    Judgement {
        control: at,
        state,
        observer,
        part_open,
        carried: false,
        rule_not_met: rule(&control.action_not_met),
        rule_unknown: rule(&control.action_unknown),
        missing: control.needs.iter().any(|p| facts.known(*p) == Known::Unobserved),
    }
}

fn state_of(control: &Control, facts: &Facts, said: Said) -> (ControlState, Observer, bool) {
    let unknown = |observer| (ControlState::Unknown, observer, false);
    let facts_of = control.judged().facts();
    // A collector's gap is the graver one, so it is named where both are missing.
    let graver = |positions: &mut dyn Iterator<Item = u8>| {
        positions.filter_map(|at| facts_of.get(usize::from(at))).map(|e| e.observer).min()
    };

    if !control.applies.is_empty() && !control.applies.iter().any(|c| c.holds(facts)) {
        let mut open = control.applies.iter().map(|c| c.position).filter(|p| facts.byte(*p) == 0);
        return match graver(&mut open) {
            Some(observer) => unknown(observer),
            None => (ControlState::NotApplicable, Observer::Collector, false),
        };
    }
    let enough = control.enough.iter().any(|p| facts.known(*p) == Known::Bool(true));
    if !enough {
        let missing =
            |what: Known| graver(&mut control.needs.iter().copied().filter(|p| facts.known(*p) == what));
        if let Some(observer) = missing(Known::Unobserved) {
            return unknown(observer);
        }
        if let Some(observer) = missing(Known::Absent) {
            return (control.absent, observer, false);
        }
    }
    let open: Option<&Condition> = control.unknown_when.iter().find(|c| c.holds(facts));
    let open_to = open.and_then(|c| facts_of.get(usize::from(c.position))).map(|e| e.observer);
    match (said, open_to) {
        (Said::Failed, _) => unknown(Observer::Collector),
        (Said::Fired, _) if control.fires == ControlState::Unknown => {
            unknown(graver(&mut control.needs.iter().copied()).unwrap_or(Observer::Collector))
        }
        (Said::Fired, open) => (ControlState::NotMet, open.unwrap_or(Observer::Collector), open.is_some()),
        (Said::Nothing, Some(observer)) => unknown(observer),
        (Said::Nothing, None) => (ControlState::Met, Observer::Collector, false),
    }
}

fn type_name(name: &str) -> Result<EntityTypeName, EngineError> {
    name.parse().map_err(|e: cedar_policy::ParseErrors| EngineError(e.to_string()))
}

fn uid(kind: EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind, EntityId::new(id))
}
