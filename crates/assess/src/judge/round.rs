//! One pack's tally of one question, and what each control concerns: the names, findings and evidence of
//! the things that did not meet it or were not looked at. Refuses to know what follows from it.

use std::collections::{BTreeMap, BTreeSet};

use domain::{ControlState, Date, Digest, Finding, FindingKind};
use policy::{
    Observer, Pack,
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
        // Every document of a dossier is named in one file: which one it is about is in the title.
        (None, _) if finding.kind == FindingKind::Document => finding.title.clone(),
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
        let gaps: BTreeSet<Digest> = findings.iter().filter(|f| is_gap(f)).map(|f| f.fingerprint).collect();
        let demand = self.speaks_first(judgement, setting, demand, &gaps);
        let concern = self.concerns.entry(judgement.control.index()).or_default();
        let graver = concern.worst.is_none_or(|worst| {
            (demand.outcome, demand.state == ControlState::NotMet)
                > (worst.outcome, worst.state == ControlState::NotMet)
        });
        if graver {
            concern.worst = Some(demand);
        }
        let named: BTreeSet<String> = match name.strip_prefix("the ") {
            // What was not looked at is no name of what was not met.
            Some(_) if judgement.part_open => {
                let (open, failing): (Vec<&Finding>, Vec<&Finding>) =
                    findings.iter().partition(|f| gaps.contains(&f.fingerprint));
                concern.open.extend(open.into_iter().map(subject_of));
                failing.into_iter().map(subject_of).collect()
            }
            Some(_) => findings.iter().map(|f| subject_of(f)).collect(),
            None => BTreeSet::from([name.to_owned()]),
        };
        concern.by_findings |= name.starts_with("the ") && !findings.is_empty();
        let open = demand.state == ControlState::Unknown && !judgement.part_open;
        let names = if open { &mut concern.open } else { &mut concern.failing };
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

    /// Of a control that found a fault and could not look at the rest: the gap, where it is no less grave.
    fn speaks_first(
        &self,
        judgement: &policy::evaluate::Judgement,
        setting: Setting,
        demand: Demand,
        gaps: &BTreeSet<Digest>,
    ) -> Demand {
        if !judgement.part_open || gaps.is_empty() {
            return demand;
        }
        let unknown = self.pack.control(judgement.control).actions(setting).and_then(|cell| cell.unknown);
        let gap = unknown.map(|a| policy::demand::outcome(a, ControlState::Unknown, Observer::Collector));
        let as_grave = gap.is_some_and(|gap| gap >= demand.outcome);
        if as_grave { Demand { state: ControlState::Unknown, ..demand } } else { demand }
    }
}

/// Findings that say that something was not looked at, rather than that it is wrong.
pub(super) fn is_gap(finding: &Finding) -> bool {
    finding.kind == FindingKind::Undetermined || matches!(finding.id.as_str(), "unread" | "no-manifest")
}
