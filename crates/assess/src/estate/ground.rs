//! What the whole estate stands on, and which of it gives cause for concern, with the evidence.
//!
//! A component counts once a subject, its versions taken together, at the strictest tier of the parts
//! that name it; what is for development only is counted apart. Concern is what records and files say:
//! no popularity, no score. How a component's own history looks is not known here.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{
    Assessment, Component, Finding, FindingKind, Origin, Purl, Scope, Tier,
    estate::{AtTier, Fault, FaultKind, Fragile, Ground},
};
use serde::{Deserialize, Serialize};

use super::{Subject, brief::is_overdue, tasks::root};
use crate::system::Declared;

/// More components than this are counted, not listed.
const MOST: usize = 200;

/// More faults of one sort than this are not named for one component.
const MOST_FAULTS: usize = 10;

/// A component in one subject, its versions taken together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    /// The component without a version.
    pub component: String,
    /// Versions, sorted.
    pub versions: Vec<String>,
    /// The strictest tier it runs at; none where only development needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// Whether the subject asks for it itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub direct: bool,
    /// What gives cause for concern, each with its evidence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<(FaultKind, String)>,
}

/// A component while its versions are taken together.
#[derive(Default)]
struct Together {
    versions: BTreeSet<String>,
    tier: Option<Tier>,
    direct: bool,
    faults: BTreeSet<(FaultKind, String)>,
}

/// What a subject is built from. What is its own, or lies beside it, it does not stand on.
pub(super) fn used(assessment: &Assessment, declared: &Declared) -> Vec<Used> {
    let whole = assessment.circumstances.tier.value;
    let mut all: BTreeMap<String, Together> = BTreeMap::new();
    let foreign = |c: &&Component| !matches!(c.origin, Origin::Own | Origin::Path);
    for component in assessment.components.iter().filter(foreign) {
        let one = all.entry(root(&component.purl)).or_default();
        one.versions.extend(component.purl.version().map(str::to_owned));
        one.direct |= component.direct == Some(true);
        if component.scope != Scope::Development {
            let places =
                component.from.iter().map(|p| declared.part_of(&p.path).map_or(whole, |part| part.tier));
            let here = places.min().unwrap_or(whole);
            one.tier = Some(one.tier.map_or(here, |have| have.stricter(here)));
        }
        one.faults.extend(single(&component.origin).map(|said| (FaultKind::SingleSource, said)));
    }
    for finding in &assessment.findings {
        let Some(purl) = &finding.component else { continue };
        let Some(one) = all.get_mut(&root(purl)) else { continue };
        one.faults.extend(fault(finding, purl));
    }
    all.into_iter()
        .map(|(component, one)| Used {
            component,
            versions: one.versions.into_iter().collect(),
            tier: one.tier,
            direct: one.direct,
            faults: one.faults.into_iter().collect(),
        })
        .collect()
}

/// One address, and no upstream that keeps what was released.
fn single(origin: &Origin) -> Option<String> {
    match origin {
        Origin::Git { host, .. } => Some(format!("taken from git at {host}, not from an upstream")),
        Origin::Archive { host } => Some(format!("taken as an archive from {host}, not from an upstream")),
        Origin::Unstated | Origin::Registry { .. } | Origin::Path | Origin::Own => None,
    }
}

fn fault(finding: &Finding, purl: &Purl) -> Option<(FaultKind, String)> {
    let known = match finding.aliases.iter().find(|alias| alias.starts_with("CVE-")) {
        Some(cve) => format!("{} ({cve})", finding.id),
        None => finding.id.clone(),
    };
    match finding.kind {
        FindingKind::Malware => Some((FaultKind::Malicious, format!("{known} records it as malware"))),
        FindingKind::Maintenance => Some((FaultKind::NotMaintained, format!("{known} says so"))),
        FindingKind::Support if finding.id == "support-ended" => {
            Some((FaultKind::OutOfSupport, finding.title.clone()))
        }
        FindingKind::Advisory if is_overdue(finding) => {
            let kev = finding.exploitability.as_ref().and_then(|e| e.kev);
            let exploited = kev.map(|day| format!(", exploited since {day}")).unwrap_or_default();
            let fix = match &finding.fixed_in {
                Some(version) => format!("mended in {version}"),
                None => format!("nothing mends it for {}", purl.native_name()),
            };
            Some((FaultKind::OverdueFlaw, format!("{known}: {fix}{exploited}")))
        }
        _ => None,
    }
}

/// What an estate stands on.
pub(super) struct Standing {
    pub(super) total: u64,
    pub(super) stands_on: Vec<Ground>,
    pub(super) fragile_total: u64,
    pub(super) fragile: Vec<Fragile>,
}

#[derive(Default)]
struct Sum<'a> {
    systems: u64,
    tiers: BTreeMap<Tier, u64>,
    direct: u64,
    development: u64,
    versions: BTreeSet<&'a str>,
    faults: BTreeMap<(FaultKind, &'a str), u64>,
}

/// The components of all subjects, those that most systems stand on first.
pub(super) fn of(subjects: &[Subject]) -> Standing {
    let mut sums: HashMap<&str, Sum<'_>> = HashMap::new();
    for used in subjects.iter().filter_map(|s| s.brief.as_ref().ok()).flat_map(|brief| &brief.used) {
        let sum = sums.entry(&used.component).or_default();
        match used.tier {
            Some(tier) => {
                sum.systems += 1;
                *sum.tiers.entry(tier).or_default() += 1;
                sum.direct += u64::from(used.direct);
            }
            None => sum.development += 1,
        }
        sum.versions.extend(used.versions.iter().map(String::as_str));
        // What only development needs carries no service.
        for (kind, said) in used.faults.iter().filter(|_| used.tier.is_some()) {
            *sum.faults.entry((*kind, said)).or_default() += 1;
        }
    }
    let mut all: Vec<(&str, Sum<'_>)> = sums.into_iter().collect();
    all.sort_by(|(a, one), (b, other)| {
        let tiers = |sum: &Sum<'_>| Tier::ALL.map(|t| sum.tiers.get(&t).copied().unwrap_or(0));
        other
            .systems
            .cmp(&one.systems)
            .then(tiers(other).cmp(&tiers(one)))
            .then(other.direct.cmp(&one.direct))
            .then(a.cmp(b))
    });
    let fragile: Vec<Fragile> = all
        .iter()
        .filter(|(_, sum)| !sum.faults.is_empty())
        .map(|(component, sum)| Fragile { ground: ground(component, sum), faults: faults(sum) })
        .collect();
    Standing {
        total: all.len() as u64,
        stands_on: all
            .iter()
            .filter(|(_, sum)| sum.systems > 0)
            .take(MOST)
            .map(|(component, sum)| ground(component, sum))
            .collect(),
        fragile_total: fragile.len() as u64,
        fragile: fragile.into_iter().take(MOST).collect(),
    }
}

fn ground(component: &str, sum: &Sum<'_>) -> Ground {
    Ground {
        component: component.to_owned(),
        systems: sum.systems,
        by_tier: sum.tiers.iter().map(|(tier, count)| AtTier { tier: *tier, count: *count }).collect(),
        direct: sum.direct,
        development: sum.development,
        versions: sum.versions.len() as u64,
    }
}

/// The faults of a component, of each sort those that concern most systems.
fn faults(sum: &Sum<'_>) -> Vec<Fault> {
    let mut by_kind: BTreeMap<FaultKind, Vec<Fault>> = BTreeMap::new();
    for ((kind, said), systems) in &sum.faults {
        by_kind.entry(*kind).or_default().push(Fault {
            kind: *kind,
            said: (*said).to_owned(),
            systems: *systems,
        });
    }
    let mut out = Vec::new();
    for (kind, mut faults) in by_kind {
        faults.sort_by(|a, b| b.systems.cmp(&a.systems).then(a.said.cmp(&b.said)));
        let more = faults.len().saturating_sub(MOST_FAULTS);
        let most = faults.first().map_or(0, |fault| fault.systems);
        faults.truncate(MOST_FAULTS);
        out.extend(faults);
        if more > 0 {
            out.push(Fault { kind, said: format!("and {more} more"), systems: most });
        }
    }
    out
}
