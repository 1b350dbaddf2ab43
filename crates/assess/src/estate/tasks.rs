//! What there is to do in one subject, in a form in which the same action of several subjects is
//! recognised: one update of one component, one control nobody answered, one rule that found something.

use std::collections::BTreeMap;

use domain::{
    Assessment, ControlState, Date, Digest, Finding, FindingKind, Outcome, Purl, Reason, Tier,
    estate::ActionKind,
};
use policy::{Pack, catalogue::Observer};
use serde::{Deserialize, Serialize};
use versions::Scheme;

/// One thing to do in one subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Equal for the same action in another subject.
    pub key: String,
    /// What sort.
    pub kind: ActionKind,
    /// What, in this subject's words.
    pub what: String,
    /// The component to change and the version that clears everything here, for an update.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<Goal>,
    /// The literal command, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// What it makes of the answer.
    pub outcome: Outcome,
    /// The earliest day it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// The strictest tier it concerns.
    pub tier: Tier,
    /// Findings it clears.
    pub clears: u64,
    /// Of these, past their day.
    pub overdue: u64,
    /// Of these, known to be exploited.
    pub exploited: u64,
}

/// Where an update leads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Goal {
    /// The component's name as its ecosystem writes it.
    pub name: String,
    /// The version that clears everything known; none where none is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// A component without version, qualifiers and subpath: the same for every use of it.
pub(super) fn root(purl: &Purl) -> String {
    let text = purl.with_version(None).to_string();
    text.split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// All of it, the most pressing first.
pub(super) fn of(assessment: &Assessment, packs: &[Pack]) -> Vec<Task> {
    let mut by_print: BTreeMap<Digest, &Finding> = BTreeMap::new();
    for finding in &assessment.findings {
        by_print.entry(finding.fingerprint).or_insert(finding);
    }
    let mut out: Vec<Task> = Vec::new();
    let mut steps: BTreeMap<Step, usize> = BTreeMap::new();
    for action in pages::actions::of(assessment) {
        let step = step(&action, &by_print);
        let task = task(assessment, packs, &by_print, action);
        let before = step.as_ref().and_then(|step| steps.get(step)).copied();
        match (before, &step) {
            (Some(at), Some(step)) if join(&mut out[at], &task, step.scheme) => {}
            (None, Some(_)) => {
                steps.extend(step.map(|step| (step, out.len())));
                out.push(task);
            }
            _ => out.push(task),
        }
    }
    out
}

/// From which version of which component, by changing what: updates that begin alike are one update, to
/// the furthest of where they lead.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Step {
    from: String,
    change: String,
    scheme: Scheme,
}

fn step(action: &pages::actions::Action, by_print: &BTreeMap<Digest, &Finding>) -> Option<Step> {
    let first = action.findings.iter().find_map(|print| by_print.get(print))?;
    let purl = first.component.as_ref().filter(|_| first.kind == FindingKind::Advisory)?;
    let fix = first.fix.as_ref().filter(|fix| fix.clears_all.is_some() || fix.clears_this.is_some())?;
    Some(Step {
        from: purl.to_string(),
        change: fix.change.as_ref().map(ToString::to_string).unwrap_or_default(),
        scheme: Scheme::of_purl_type(purl.kind())?,
    })
}

/// Joins a task to one that begins alike, if it can be said which of them leads further.
fn join(to: &mut Task, other: &Task, scheme: Scheme) -> bool {
    let goal = |task: &Task| task.goal.as_ref().and_then(|goal| goal.to.clone());
    let (Some(here), Some(there)) = (goal(to), goal(other)) else { return false };
    let Ok(order) = scheme.compare(&here, &there) else { return false };
    if order.is_lt() {
        to.what.clone_from(&other.what);
        to.goal.clone_from(&other.goal);
        to.command.clone_from(&other.command);
    }
    to.outcome = to.outcome.max(other.outcome);
    to.tier = to.tier.min(other.tier);
    to.due = [to.due, other.due].into_iter().flatten().min();
    to.clears += other.clears;
    to.overdue += other.overdue;
    to.exploited += other.exploited;
    true
}

fn task(
    assessment: &Assessment,
    packs: &[Pack],
    by_print: &BTreeMap<Digest, &Finding>,
    action: pages::actions::Action,
) -> Task {
    let findings: Vec<&Finding> = action.findings.iter().filter_map(|p| by_print.get(p).copied()).collect();
    let concerned = || {
        assessment.verdicts.iter().flat_map(|verdict| {
            let own = |r: &&Reason| {
                action.controls.contains(&r.control)
                    && r.outcome > Outcome::Allowed
                    && (findings.is_empty() || r.findings.iter().any(|p| action.findings.contains(p)))
            };
            verdict.reasons.iter().filter(own).map(move |reason| (verdict.tier, reason))
        })
    };
    let tier = concerned().map(|(tier, _)| tier).min().unwrap_or(assessment.circumstances.tier.value);
    let promised = assessment.obligations.iter().filter(|o| action.controls.contains(&o.control));
    let due = action.due.or_else(|| if findings.is_empty() { promised.map(|o| o.due).min() } else { None });
    let stated = findings.is_empty()
        && concerned().all(|(_, r)| r.state == ControlState::Unknown && only_a_person(packs, &r.control));
    let (key, kind, goal) = sort(&action, &findings, stated);
    Task {
        key,
        kind,
        what: action.what,
        goal,
        command: action.command,
        outcome: action.outcome,
        due,
        tier,
        clears: action.clears as u64,
        overdue: action.overdue as u64,
        exploited: action.exploited as u64,
    }
}

/// Whether a control rests on something that only a person can state.
fn only_a_person(packs: &[Pack], control: &str) -> bool {
    packs
        .iter()
        .filter_map(|pack| pack.find(control))
        .any(|(_, control)| control.needs().any(|fact| fact.observer == Observer::Person))
}

/// By what it is recognised elsewhere, of what sort it is, and where it leads.
fn sort(
    action: &pages::actions::Action,
    findings: &[&Finding],
    stated: bool,
) -> (String, ActionKind, Option<Goal>) {
    let decision = action.outcome == Outcome::Referred
        || action.controls.iter().any(|control| matches!(control.as_str(), "register" | "closure"));
    let kind = match (stated, decision) {
        (true, _) => ActionKind::Attestation,
        (false, true) => ActionKind::Decision,
        (false, false) => ActionKind::Other,
    };
    let Some(first) = findings.first() else {
        let controls: Vec<&str> = action.controls.iter().map(String::as_str).collect();
        return (format!("control {}", controls.join(" ")), kind, None);
    };
    let Some(purl) = &first.component else {
        return (format!("finding {} {}", first.control, first.id), kind, None);
    };
    let root = root(purl);
    let goal = |to: Option<String>| Some(Goal { name: purl.native_name(), to });
    match first.kind {
        FindingKind::Advisory => {
            let to = first.fix.as_ref().and_then(|fix| fix.clears_all.clone().or(fix.clears_this.clone()));
            (format!("update {root}"), ActionKind::Update, goal(to))
        }
        FindingKind::Malware => (format!("remove {root}"), ActionKind::Update, None),
        FindingKind::Maintenance => (format!("replace {root}"), ActionKind::Update, None),
        FindingKind::Support => (format!("support {root}"), ActionKind::Update, None),
        _ => (format!("finding {} {} {root}", first.control, first.id), kind, None),
    }
}
