//! What changed between two assessments of one subject, and whether anything got worse.
//!
//! Components are joined by type and name, findings by fingerprint, controls by pack, part and id.
//! Worse is: a finding that was not there, a control whose state is worse or that more things fail,
//! a verdict that is worse. Only real change counts: what was bad before and is no worse now is no
//! reason to stop a change. A flaw that stays with a component whose version moves is the same flaw,
//! and a part that is declared anew is compared with what it was a part of.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use domain::{
    Assessment, ControlResult, ControlState, Digest, Evidence, Finding, FindingKind, Outcome, Purl, Purpose,
    Scope,
};
use serde::Serialize;
use versions::{Scheme, Step};

/// How a component changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComponentChange {
    /// Type and name as the ecosystem writes them, e.g. `npm lodash`.
    pub name: String,
    /// Versions before.
    pub before: Vec<String>,
    /// Versions after.
    pub after: Vec<String>,
    /// `added`, `removed`, `patch`, `minor`, `major`, `downgrade`; `same` where only the licence moved.
    pub step: &'static str,
    /// Whether it runs, after the change (before it, if removed).
    pub runs: bool,
    /// Licence before and after, where they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licence: Option<(String, String)>,
}

/// A control whose state changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ControlChange {
    /// The control.
    pub control: String,
    /// The pack that asks, `name@version`.
    pub pack: String,
    /// The part it is asked of; none for the whole.
    pub part: Option<String>,
    /// State before.
    pub before: ControlState,
    /// State after.
    pub after: ControlState,
    /// Whether that is worse.
    pub worse: bool,
}

impl ControlChange {
    /// The control, with its part where it has one.
    pub fn name(&self) -> String {
        match &self.part {
            Some(part) => format!("{} ({part})", self.control),
            None => self.control.clone(),
        }
    }
}

/// A verdict that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerdictChange {
    /// The question.
    pub purpose: Purpose,
    /// The part; none for the whole.
    pub part: Option<String>,
    /// The pack that answers, `name@version`.
    pub pack: String,
    /// The answer before.
    pub before: Outcome,
    /// The answer after.
    pub after: Outcome,
}

/// What changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// Components, by name.
    pub components: Vec<ComponentChange>,
    /// Findings that were not there before.
    pub new_findings: Vec<Finding>,
    /// Findings that are gone.
    pub gone_findings: Vec<Finding>,
    /// Controls whose state changed, or that more things fail than before.
    pub controls: Vec<ControlChange>,
    /// Verdicts on the whole subject that changed.
    pub verdicts: Vec<VerdictChange>,
    /// Models and formats: what the evidence said before and says now, by kind and source.
    pub evidence: Vec<String>,
}

impl Changes {
    /// Whether nothing got worse.
    pub fn nothing_worse(&self) -> bool {
        self.new_findings.is_empty()
            && !self.controls.iter().any(|c| c.worse)
            && !self.verdicts.iter().any(|v| v.after > v.before)
    }

    /// Whether only patch updates were made, with no new finding and no worse state: what a Receipt
    /// for the earlier state still covers.
    pub fn only_patches(&self) -> bool {
        self.nothing_worse()
            && self.evidence.is_empty()
            && self.components.iter().all(|c| c.step == "patch" && c.licence.is_none())
    }
}

/// What changed from `before` to `after`.
pub fn between(before: &Assessment, after: &Assessment) -> Changes {
    let mut changes = Changes {
        components: components(before, after),
        new_findings: Vec::new(),
        gone_findings: Vec::new(),
        controls: controls(before, after),
        verdicts: verdicts(before, after),
        evidence: evidence(&before.evidence, &after.evidence),
    };
    (changes.new_findings, changes.gone_findings) = moved(missing(after, before), missing(before, after));
    changes
}

/// What makes a finding about a component the same one at another version of it.
fn carried(finding: &Finding) -> Option<(FindingKind, &str, &str, String, bool)> {
    let purl = finding.component.as_ref()?.with_version(None).to_string();
    Some((finding.kind, &finding.id, &finding.control, purl, finding.development_only))
}

/// Findings that came and went, without those that only moved with the version of their component,
/// one for one.
fn moved(came: Vec<Finding>, went: Vec<Finding>) -> (Vec<Finding>, Vec<Finding>) {
    let mut left: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, finding) in went.iter().enumerate() {
        if let Some(key) = carried(finding) {
            left.entry(key).or_default().push(at);
        }
    }
    let mut paired = BTreeSet::new();
    let new = came
        .iter()
        .filter(|finding| match carried(finding).and_then(|key| left.get_mut(&key)?.pop()) {
            Some(at) => !paired.insert(at),
            None => true,
        })
        .filter(|finding| counts(finding))
        .cloned()
        .collect();
    let gone = went
        .iter()
        .enumerate()
        .filter(|(at, finding)| !paired.contains(at) && counts(finding))
        .map(|(_, finding)| finding.clone())
        .collect();
    (new, gone)
}

/// Imported remarks and disclosures are told, not counted: they carry no consequence.
fn counts(finding: &Finding) -> bool {
    finding.kind != FindingKind::Disclosure
}

#[derive(Default)]
struct Named {
    versions: BTreeSet<String>,
    runs: bool,
    licences: BTreeSet<String>,
    purl: Option<Purl>,
}

fn by_name(assessment: &Assessment) -> BTreeMap<String, Named> {
    let mut out: BTreeMap<String, Named> = BTreeMap::new();
    for component in &assessment.components {
        let name = format!("{} {}", component.purl.kind(), component.purl.native_name());
        let named = out.entry(name).or_default();
        named.versions.insert(component.purl.version().unwrap_or("(none)").to_owned());
        named.runs |= component.scope != Scope::Development;
        named.licences.extend(component.licence.clone());
        named.purl = Some(component.purl.clone());
    }
    out
}

fn components(before: &Assessment, after: &Assessment) -> Vec<ComponentChange> {
    let (old, new) = (by_name(before), by_name(after));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let nothing = Named::default();
    let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>();
    let join = |set: &BTreeSet<String>| {
        if set.is_empty() { "not stated".to_owned() } else { list(set).join(" or ") }
    };
    names
        .into_iter()
        .filter_map(|name| {
            let (was, is) = (old.get(name), new.get(name));
            let (a, b) = (was.unwrap_or(&nothing), is.unwrap_or(&nothing));
            let both = was.is_some() && is.is_some();
            let licence =
                (both && a.licences != b.licences && !(a.licences.is_empty() || b.licences.is_empty()))
                    .then(|| (join(&a.licences), join(&b.licences)));
            if a.versions == b.versions && licence.is_none() {
                return None;
            }
            let step = match (was, is) {
                (None, _) => "added",
                (_, None) => "removed",
                _ => step(a, b),
            };
            Some(ComponentChange {
                name: name.clone(),
                before: list(&a.versions),
                after: list(&b.versions),
                step,
                runs: if is.is_some() { b.runs } else { a.runs },
                licence,
            })
        })
        .collect()
}

const fn word(step: Step) -> &'static str {
    match step {
        Step::Same => "same",
        Step::Patch => "patch",
        Step::Minor => "minor",
        Step::Major => "major",
    }
}

/// The gravest step from a version that went to one that came; with several, any pair may be meant.
/// Where one of two versions goes, whoever used it now uses the other.
fn step(a: &Named, b: &Named) -> &'static str {
    let gone: Vec<&String> = a.versions.difference(&b.versions).collect();
    let came: Vec<&String> = b.versions.difference(&a.versions).collect();
    if gone.is_empty() && came.is_empty() {
        return word(Step::Same);
    }
    let scheme = b.purl.as_ref().and_then(|purl| Scheme::of_purl_type(purl.kind()));
    let Some(scheme) = scheme else { return word(Step::Major) };
    let from: Vec<&String> = if gone.is_empty() { a.versions.iter().collect() } else { gone };
    let to: Vec<&String> = if came.is_empty() { b.versions.iter().collect() } else { came };
    let pairs = || to.iter().flat_map(|to| from.iter().map(move |from| (*from, *to)));
    if pairs().any(|(from, to)| scheme.compare(from, to) == Ok(Ordering::Greater)) {
        return "downgrade";
    }
    word(pairs().map(|(from, to)| scheme.step(from, to)).max().unwrap_or(Step::Major))
}

fn missing(of: &Assessment, from: &Assessment) -> Vec<Finding> {
    let known: BTreeSet<Digest> = from.findings.iter().map(|f| f.fingerprint).collect();
    of.findings.iter().filter(|f| !known.contains(&f.fingerprint)).cloned().collect()
}

/// How bad a state is, the worst highest; not applicable and met are equally fine.
const fn badness(state: ControlState) -> u8 {
    match state {
        ControlState::Met | ControlState::NotApplicable => 0,
        ControlState::Unknown => 1,
        ControlState::NotMet => 2,
    }
}

/// What a control alone makes of the verdict: the worst of its reasons.
fn consequence(assessment: &Assessment, of: &domain::ControlResult) -> Outcome {
    assessment
        .verdicts
        .iter()
        .filter(|v| v.pack == of.pack && v.part == of.part)
        .flat_map(|v| &v.reasons)
        .filter(|r| r.control == of.id)
        .map(|r| r.outcome)
        .max()
        .unwrap_or(Outcome::Allowed)
}

/// Worse is a graver consequence; or more things that fail or were not looked at, where that has
/// any consequence. A state that carries none is told and not counted.
fn controls(before: &Assessment, after: &Assessment) -> Vec<ControlChange> {
    after
        .controls
        .iter()
        .filter_map(|is| {
            let was = before_of(before, is);
            let state = was.map_or(ControlState::NotApplicable, |c| c.state);
            let (then, now) =
                (was.map_or(Outcome::Allowed, |was| consequence(before, was)), consequence(after, is));
            let more = was.map_or(0, |c| c.not_met) < is.not_met || was.map_or(0, |c| c.unknown) < is.unknown;
            let counts = now > Outcome::Allowed;
            let worse = now > then || (counts && (more || badness(is.state) > badness(state)));
            (state != is.state || worse).then(|| ControlChange {
                control: is.id.clone(),
                pack: is.pack.clone(),
                part: is.part.clone(),
                before: state,
                after: is.state,
                worse,
            })
        })
        .collect()
}

/// What a control was before: of the same part; else of the whole, which the part was then in; else
/// the worst over the parts.
fn before_of<'a>(before: &'a Assessment, is: &ControlResult) -> Option<&'a ControlResult> {
    let same = || before.controls.iter().filter(|c| c.pack == is.pack && c.id == is.id);
    same()
        .find(|c| c.part == is.part)
        .or_else(|| same().find(|c| c.part.is_none()))
        .or_else(|| same().max_by_key(|c| badness(c.state)))
}

fn verdicts(before: &Assessment, after: &Assessment) -> Vec<VerdictChange> {
    after
        .verdicts
        .iter()
        .filter_map(|v| {
            let same = || before.verdicts.iter().filter(|b| b.purpose == v.purpose && b.pack == v.pack);
            let was = same()
                .find(|b| b.part == v.part)
                .or_else(|| same().find(|b| b.part.is_none()))
                .or_else(|| same().max_by_key(|b| b.outcome))?
                .outcome;
            (was != v.outcome).then(|| VerdictChange {
                purpose: v.purpose,
                part: v.part.clone(),
                pack: v.pack.clone(),
                before: was,
                after: v.outcome,
            })
        })
        .collect()
}

/// Evidence about models, formats and the system's own declarations that changed, a line each.
fn evidence(before: &[Evidence], after: &[Evidence]) -> Vec<String> {
    let told = |e: &&Evidence| e.kind.starts_with("model") || e.kind == crate::system::KIND;
    let old: BTreeSet<(&str, &str, Digest)> =
        before.iter().filter(told).map(|e| (e.kind.as_str(), e.source.as_str(), e.digest)).collect();
    let new: BTreeSet<(&str, &str, Digest)> =
        after.iter().filter(told).map(|e| (e.kind.as_str(), e.source.as_str(), e.digest)).collect();
    let names: BTreeSet<(&str, &str)> =
        old.symmetric_difference(&new).map(|(kind, source, _)| (*kind, *source)).collect();
    let has = |set: &BTreeSet<(&str, &str, Digest)>, name: (&str, &str)| {
        set.iter().any(|(kind, source, _)| (*kind, *source) == name)
    };
    names
        .into_iter()
        .map(|name| {
            let what = match (has(&old, name), has(&new, name)) {
                (false, _) => "added",
                (_, false) => "removed",
                _ => "changed",
            };
            format!("{} {what} ({})", name.0, name.1)
        })
        .collect()
}
