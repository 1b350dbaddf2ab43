//! Opening again what was closed: the commits since the repository was last public, and what they hold
//! that was not public before.
//!
//! Asked where a closure was ended and says what was last public, or where the command line says so. A
//! secret or identifier was public before where its first commit was; a find that lies on a branch written
//! earlier and merged later counts as new: a reader looks once more, and misses nothing. What is found in
//! the tree alone (internals disclosed, executables) is compared with the tree that was last public.
//! Not re-read is not opened: then the answer on publication is not evaluated.
//! Source: GDS Way, "How to handle sensitive code".

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Assessment, ControlState, Digest, Evidence, Finding, FindingKind, Outcome, Purpose, Reason,
    canonical::CanonicalError, verdict::Action,
};
use evidence::{
    binaries::Binaries,
    collector::{Collector as _, Given},
    disclosure::Disclosure,
    history::since_public::SincePublic,
    material::Material,
};
use serde_json::{Value, json};

use crate::{closures, facts};

/// The kind of evidence.
pub const KIND: &str = "reopening";

/// The control under which it appears.
pub const CONTROL: &str = "reopening";

const ROW: &str = "EXC-08";

/// At most so many fingerprints of what is new are kept; the counts have all.
const MOST: usize = 1_000;

/// What was last public, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// A day or a commit, as written.
    pub last_public: String,
    /// `the command line`, or the closure.
    pub said_by: String,
}

/// What was re-read.
pub enum Looked<'a> {
    /// Nothing was asked.
    NotAsked,
    /// It was asked, and could not be told.
    NotRead(Since, String),
    /// This.
    Read {
        /// Since when.
        since: Since,
        /// What was committed since.
        told: &'a SincePublic,
        /// The tree that was last public.
        tree: Option<&'a dyn Material>,
    },
}

/// What the repository's own closures say was last public: of those that were ended, or are past their end
/// and not in force again, the last.
pub fn asked(closures: &[closures::Closure], today: domain::Date) -> Option<Since> {
    let live =
        |c: &&closures::Closure| c.from <= today && c.until >= today && c.ended.is_none_or(|d| d > today);
    if closures.iter().filter(live).any(closures::Closure::is_whole) {
        return None;
    }
    let over = closures.iter().filter(|c| c.from <= today && !live(c));
    let last = over
        .filter(|c| c.last_public.is_some())
        .max_by_key(|c| (c.ended.map_or(c.until, |day| day.min(c.until)), c.id.clone()))?;
    let last_public = last.last_public.clone()?;
    Some(Since { last_public, said_by: format!("closure `{}`", last.id) })
}

/// What was re-read, as evidence; none where nothing was asked.
///
/// # Errors
/// Never in practice: nothing in it is a fraction.
pub fn evidence(looked: &Looked<'_>, assessment: &Assessment) -> Result<Option<Evidence>, CanonicalError> {
    let value = match looked {
        Looked::NotAsked => return Ok(None),
        Looked::NotRead(since, why) => {
            json!({"last_public": since.last_public, "said_by": since.said_by, "read": false, "why": why})
        }
        Looked::Read { since, told, tree } => {
            let before = tree.map(|tree| prints(tree, assessment));
            value(since, told, before.as_ref(), &assessment.findings)
        }
    };
    Evidence::new(KIND, value, "git").map(Some)
}

/// The fingerprints of what the last public tree disclosed.
fn prints(tree: &dyn Material, assessment: &Assessment) -> BTreeSet<Digest> {
    let given = Given { today: assessment.as_of.date() };
    let seen = [Disclosure.collect(tree, given), Binaries.collect(tree, given)];
    seen.into_iter().flat_map(|seen| seen.findings).map(|finding| finding.fingerprint).collect()
}

fn value(
    since: &Since,
    told: &SincePublic,
    before: Option<&BTreeSet<Digest>>,
    findings: &[Finding],
) -> Value {
    let mut new: BTreeMap<&str, u64> = BTreeMap::new();
    let mut old: BTreeMap<&str, u64> = BTreeMap::new();
    let mut prints: Vec<Digest> = Vec::new();
    for finding in findings {
        let known = match finding.kind {
            FindingKind::Secret | FindingKind::PersonalData => {
                finding.history.iter().any(|place| told.was_public(&place.first.id))
            }
            FindingKind::Disclosure | FindingKind::Binary => match before {
                Some(before) => before.contains(&finding.fingerprint),
                None => continue,
            },
            _ => continue,
        };
        if known {
            *old.entry(finding.kind.word()).or_default() += 1;
        } else {
            *new.entry(finding.kind.word()).or_default() += 1;
            prints.push(finding.fingerprint);
        }
    }
    prints.sort_unstable();
    prints.dedup();
    prints.truncate(MOST);
    json!({
        "last_public": since.last_public,
        "said_by": since.said_by,
        "read": true,
        "commit": told.tip,
        "commit_day": told.tip_day,
        "commits": told.commits,
        "first": told.first,
        "last": told.last,
        "people": told.people,
        "by_people": told.by_people,
        "by_bots": told.by_bots,
        "by_programs": told.by_programs,
        "compared_tree": before.is_some(),
        "new": new,
        "known": old,
        "new_findings": prints,
    })
}

/// Lays it over the verdicts on publication.
pub(crate) fn apply(assessment: &mut Assessment) {
    let Some(value) = facts::value(assessment, KIND).cloned() else { return };
    let reason = reason(&value);
    for verdict in assessment.verdicts.iter_mut().filter(|v| v.purpose == Purpose::Publish) {
        verdict.outcome = verdict.outcome.max(reason.outcome);
        verdict.reasons.push(reason.clone());
        verdict.reasons.sort_by(|a, b| {
            b.outcome.cmp(&a.outcome).then(b.action.cmp(&a.action)).then(a.control.cmp(&b.control))
        });
    }
}

fn reason(value: &Value) -> Reason {
    let text = |key: &str| value[key].as_str().unwrap_or_default();
    let since = text("last_public");
    let since = since.get(..12).filter(|_| since.len() >= 40).unwrap_or(since);
    let new: Vec<String> = value["new"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(kind, count)| format!("{count} of kind {kind}"))
        .collect();
    let count = value["new"].as_object().into_iter().flatten().filter_map(|(_, n)| n.as_u64()).sum::<u64>();
    let (state, action, outcome, why, remedy) = if value["read"] != Value::Bool(true) {
        (
            ControlState::Unknown,
            Action::Block,
            Outcome::NotEvaluated,
            format!("the commits since it was last public ({since}) were not re-read: {}", text("why")),
            "Run `formulary check . --publish` on a whole clone, with --last-public REV or DAY if the record is wrong.",
        )
    } else if new.is_empty() {
        (
            ControlState::Met,
            Action::Advise,
            Outcome::Allowed,
            format!(
                "the {} commits since it was last public ({since}) hold nothing that was not public",
                value["commits"]
            ),
            "Have the owner confirm that the reason for the closure is gone.",
        )
    } else {
        (
            ControlState::NotMet,
            Action::Oblige,
            Outcome::Conditional,
            format!(
                "the {} commits since it was last public ({since}) hold what was not public before: {}",
                value["commits"],
                new.join(", ")
            ),
            "Mend what is new in those commits before it is opened, and have the owner confirm that the reason for \
             the closure is gone.",
        )
    };
    Reason {
        control: CONTROL.to_owned(),
        row: ROW.to_owned(),
        state,
        action,
        outcome,
        why,
        remedy: remedy.to_owned(),
        count: count.max(1),
        // What is new has reasons of its own: here it is counted.
        findings: Vec::new(),
        evidence: Vec::new(),
        excepted_until: None,
    }
}
