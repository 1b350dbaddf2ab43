//! One pack's tally of one question, and what each control concerns: the names, findings and evidence of
//! the things that did not meet it or were not looked at. Refuses to know what follows from it.

use std::collections::{BTreeMap, BTreeSet};

use domain::{ControlState, Date, Digest, Finding};
use policy::{
    Pack,
    demand::{Demand, Tally},
    setting::Setting,
};

/// What one control concerns: names and findings of the things that did not meet it.
#[derive(Default)]
pub(super) struct Concern {
    /// Names of what was not met.
    pub(super) failing: BTreeSet<String>,
    /// Names of what was not looked at.
    pub(super) open: BTreeSet<String>,
    pub(super) findings: BTreeSet<Digest>,
    pub(super) evidence: BTreeSet<Digest>,
    pub(super) until: Option<Date>,
    /// The thing judged is one, and its findings are what the count and the names speak of.
    pub(super) by_findings: bool,
    /// Some were not met and part of them was not looked at besides.
    pub(super) part_open: bool,
    /// The worst of each state, so that the reason speaks of what decides.
    pub(super) worst: Option<Demand>,
}

/// What a finding is about, for a sentence.
pub(crate) fn subject_of(finding: &Finding) -> String {
    match (&finding.component, finding.places.first()) {
        (Some(purl), _) => purl.to_string(),
        (None, Some(place)) => place.to_string(),
        (None, None) => finding.id.clone(),
    }
}

/// One pack's tally, and what each control concerns.
pub(super) struct Round<'p> {
    pack: &'p Pack,
    pub(super) tally: Tally<'p>,
    pub(super) concerns: BTreeMap<usize, Concern>,
}

impl<'p> Round<'p> {
    pub(super) fn new(pack: &'p Pack) -> Self {
        Self { pack, tally: Tally::new(pack), concerns: BTreeMap::new() }
    }

    pub(super) fn add(
        &mut self,
        judgement: &policy::evaluate::Judgement,
        setting: Setting,
        until: Option<Date>,
        name: &str,
        findings: &[&Finding],
        evidence: &[Digest],
    ) {
        let applies = self.pack.applies(judgement.control, setting);
        let demand = self.tally.add(judgement, setting, until.is_some() && applies);
        if !matches!(demand.state, ControlState::NotMet | ControlState::Unknown) || demand.action.is_none() {
            return;
        }
        let concern = self.concerns.entry(judgement.control.index()).or_default();
        let graver = concern.worst.is_none_or(|worst| {
            (demand.outcome, demand.state == ControlState::NotMet)
                > (worst.outcome, worst.state == ControlState::NotMet)
        });
        if graver {
            concern.worst = Some(demand);
        }
        let named: BTreeSet<String> = match name.strip_prefix("the ") {
            Some(_) => findings.iter().map(|f| subject_of(f)).collect(),
            None => BTreeSet::from([name.to_owned()]),
        };
        concern.by_findings |= name.starts_with("the ") && !findings.is_empty();
        let names =
            if demand.state == ControlState::Unknown { &mut concern.open } else { &mut concern.failing };
        if named.is_empty() {
            names.insert(name.to_owned());
        }
        names.extend(named);
        concern.part_open |= judgement.part_open;
        concern.findings.extend(findings.iter().map(|f| f.fingerprint));
        concern.evidence.extend(evidence);
        if let Some(until) = until {
            concern.until = Some(concern.until.map_or(until, |earlier| earlier.min(until)));
        }
    }
}
