//! What to do next: the reasons of the verdicts, regrouped by the one action that clears them.
//!
//! A reader has ten minutes. Seven flaws that one update clears are one line, and the line that
//! turns a refusal comes before the line that meets an obligation next month.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Assessment, Date, Digest, Finding, FindingKind, Outcome, Place, Purpose, Reason,
    verdict::Action as Demand,
};

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What, in plain English.
    pub what: String,
    /// The literal command, where there is one.
    pub command: Option<String>,
    /// What the gravest of its reasons makes of the verdict.
    pub outcome: Outcome,
    /// The earliest day it is due.
    pub due: Option<Date>,
    /// How many findings it clears.
    pub clears: usize,
    /// How many of those are past their day.
    pub overdue: usize,
    /// How many of those are known to be exploited.
    pub exploited: usize,
    /// The findings it clears.
    pub findings: BTreeSet<Digest>,
    /// Which controls it concerns.
    pub controls: BTreeSet<String>,
    /// Which questions it concerns.
    pub purposes: BTreeSet<Purpose>,
    /// The lines of the subject that it is about, sorted.
    pub places: BTreeSet<Place>,
}

/// How many places of an action are named.
const NAMED_PLACES: usize = 3;

impl Action {
    /// The first places it is about, and how many more there are.
    pub fn places_named(&self) -> (Vec<String>, usize) {
        let named: Vec<String> = self.places.iter().take(NAMED_PLACES).map(ToString::to_string).collect();
        let more = self.places.len() - named.len();
        (named, more)
    }
}

/// All actions, the most pressing first.
pub fn of(assessment: &Assessment) -> Vec<Action> {
    let mut by_print: BTreeMap<Digest, Vec<&Finding>> = BTreeMap::new();
    for finding in &assessment.findings {
        by_print.entry(finding.fingerprint).or_default().push(finding);
    }
    let mut actions: BTreeMap<String, Action> = BTreeMap::new();
    for verdict in &assessment.verdicts {
        for reason in &verdict.reasons {
            if reason.action == Demand::Advise || reason.outcome == Outcome::Allowed {
                continue;
            }
            // That an exception may not stand mends nothing: the fault it was for has its own action.
            let findings: Vec<&Finding> = reason
                .findings
                .iter()
                .filter_map(|print| by_print.get(print))
                .flatten()
                .copied()
                .filter(|f| f.kind != FindingKind::Exception || f.id == "lapsed")
                .collect();
            if findings.is_empty() {
                let key = format!("reason {}", reason.remedy);
                let action = entry(&mut actions, key, || whole(reason));
                note(action, reason, reason.outcome, verdict.purpose);
                continue;
            }
            // What only development needs is judged milder than what runs, and does not make the answer.
            let runs = findings.iter().any(|f| !f.development_only);
            for finding in findings {
                let milder = runs && finding.development_only && finding.kind == FindingKind::Advisory;
                let outcome = if milder { reason.outcome.min(Outcome::Conditional) } else { reason.outcome };
                let action = entry(&mut actions, key_of(finding), || one(finding, reason));
                note(action, reason, outcome, verdict.purpose);
                // A finding judged under two questions, or in two parts, is still one finding.
                action.findings.insert(finding.fingerprint);
                action.places.extend(finding.places.iter().cloned());
            }
        }
    }
    for action in actions.values_mut() {
        count(action, &by_print, assessment.as_of.date());
        if action.findings.is_empty() {
            // What rests on no finding is known by its controls: `formulary why` takes them.
            let controls: Vec<&str> = action.controls.iter().map(String::as_str).collect();
            action.what = format!("{} ({})", action.what, controls.join(", "));
        }
    }
    let mut actions: Vec<Action> = actions.into_values().collect();
    actions.sort_by(|a, b| {
        b.outcome
            .cmp(&a.outcome)
            .then(b.exploited.cmp(&a.exploited))
            .then(a.due.is_none().cmp(&b.due.is_none()))
            .then(a.due.cmp(&b.due))
            .then(b.clears.cmp(&a.clears))
            .then(a.what.cmp(&b.what))
    });
    actions
}

fn entry(actions: &mut BTreeMap<String, Action>, key: String, make: impl FnOnce() -> Action) -> &mut Action {
    actions.entry(key).or_insert_with(make)
}

/// Findings that one action clears share a key.
fn key_of(finding: &Finding) -> String {
    if let Some(command) = finding.fix.as_ref().and_then(|fix| fix.command.as_ref()) {
        return format!("command {command}");
    }
    if let (FindingKind::Advisory | FindingKind::Malware | FindingKind::Undetermined, Some(purl)) =
        (finding.kind, &finding.component)
    {
        return format!("component {purl}");
    }
    match &finding.remedy {
        Some(remedy) => format!("remedy {} {} {remedy}", finding.control, finding.id),
        None => format!("rule {} {}", finding.control, finding.id),
    }
}

fn blank(what: String) -> Action {
    Action {
        what,
        command: None,
        outcome: Outcome::Allowed,
        due: None,
        clears: 0,
        overdue: 0,
        exploited: 0,
        findings: BTreeSet::new(),
        controls: BTreeSet::new(),
        purposes: BTreeSet::new(),
        places: BTreeSet::new(),
    }
}

fn whole(reason: &Reason) -> Action {
    blank(reason.remedy.trim_end_matches('.').to_owned())
}

fn one(finding: &Finding, reason: &Reason) -> Action {
    let fix = finding.fix.clone().unwrap_or_default();
    let what = match (&finding.component, finding.kind) {
        (Some(purl), FindingKind::Malware) => format!(
            "remove {} {} (it is recorded as malicious)",
            purl.native_name(),
            purl.version().unwrap_or("(no version)")
        ),
        (Some(purl), FindingKind::Advisory) => {
            let name = purl.native_name();
            let from = purl.version().unwrap_or("(no version)");
            match (fix.clears_all.or(fix.clears_this), &fix.change) {
                (Some(to), Some(change)) if change.native_name() != name => {
                    format!("update {} so that {name} {from} becomes {to} or later", change.native_name())
                }
                (Some(to), _) => format!("update {name} {from} → {to}"),
                (None, _) => format!("replace or isolate {name} {from} (no version is known to clear it)"),
            }
        }
        _ => {
            let remedy = finding.remedy.as_deref().unwrap_or(&reason.remedy).trim_end_matches('.');
            // The name that `formulary why` takes.
            format!("{remedy} ({})", finding.id)
        }
    };
    Action { command: fix.command, ..blank(what) }
}

fn note(action: &mut Action, reason: &Reason, outcome: Outcome, purpose: Purpose) {
    action.outcome = action.outcome.max(outcome);
    action.controls.insert(reason.control.clone());
    action.purposes.insert(purpose);
}

fn count(action: &mut Action, by_print: &BTreeMap<Digest, Vec<&Finding>>, today: Date) {
    for finding in action.findings.iter().filter_map(|print| by_print.get(print)?.first()) {
        action.clears += 1;
        if let Some(due) = finding.due {
            action.overdue += usize::from(due < today);
            action.due = Some(action.due.map_or(due, |earlier| earlier.min(due)));
        }
        if finding.exploitability.as_ref().is_some_and(|e| e.kev.is_some()) {
            action.exploited += 1;
        }
    }
}
