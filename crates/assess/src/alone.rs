//! What a change alone makes of the verdicts: the assessment after it, cut down to what the change
//! brought or made worse.
//!
//! What was bad before and is no worse is left out, so the same screens, commands and exit codes
//! that show an assessment show a change. The words of a reason are written anew for what is new in
//! it. It refuses to know what changed and whether that is worse: [`crate::change`] says so.

use std::collections::BTreeSet;

use domain::{
    Assessment, Circumstances, Component, Digest, Finding, Outcome, Reason, Subject, Timestamp, Unread,
    Verdict,
};
use policy::Pack;
use serde::Serialize;

use crate::{
    change::{Changes, ComponentChange, ControlChange, VerdictChange},
    grammar::fill,
    judge::subject_of,
};

/// The schema name written into every change.
pub const SCHEMA: &str = "formulary/change/v1";

/// The assessment of the change alone. It has no digest: it is a view, not evidence.
pub fn alone(before: &Assessment, after: &Assessment, changes: &Changes, packs: &[Pack]) -> Assessment {
    let new: BTreeSet<Digest> = changes.new_findings.iter().map(|f| f.fingerprint).collect();
    let mut out = after.clone();
    out.digest = None;
    out.basis = None;
    out.findings.clone_from(&changes.new_findings);
    out.evidence = Vec::new();
    out.exceptions = Vec::new();
    out.local = serde_json::Value::Null;
    for verdict in &mut out.verdicts {
        cut(verdict, before, changes, &new, packs, &after.findings);
    }
    let asked = |control: &str| out.verdicts.iter().any(|v| v.reasons.iter().any(|r| r.control == control));
    out.obligations.retain(|o| asked(&o.control));
    for obligation in &mut out.obligations {
        obligation.findings.retain(|print| new.contains(print));
    }
    out.controls.retain(|c| {
        changes.controls.iter().any(|w| w.worse && w.control == c.id && w.pack == c.pack && w.part == c.part)
    });
    let known: BTreeSet<String> = before.components.iter().map(|c| c.purl.to_string()).collect();
    out.components.retain(|c: &Component| !known.contains(&c.purl.to_string()));
    let unread: BTreeSet<&Unread> = before.coverage.iter().flat_map(|c| &c.unread).collect();
    for coverage in &mut out.coverage {
        coverage.unread.retain(|u| !unread.contains(u));
    }
    out
}

/// Leaves of a verdict what the change brought or made worse.
fn cut(
    verdict: &mut Verdict,
    before: &Assessment,
    changes: &Changes,
    new: &BTreeSet<Digest>,
    packs: &[Pack],
    findings: &[Finding],
) {
    let pack = packs.iter().find(|pack| pack.label() == verdict.pack);
    let reasons = std::mem::take(&mut verdict.reasons);
    for mut reason in reasons {
        let worse = changes.controls.iter().any(|c| {
            c.worse && c.control == reason.control && c.pack == verdict.pack && c.part == verdict.part
        });
        let own: Vec<Digest> = reason.findings.iter().filter(|print| new.contains(print)).copied().collect();
        if own.is_empty() && !worse {
            continue;
        }
        if own.is_empty() {
            compared(&mut reason, before, verdict);
        } else {
            reason.count = own.len() as u64;
            reason.findings = own;
            reworded(&mut reason, pack, findings);
        }
        verdict.reasons.push(reason);
    }
    verdict.outcome = verdict.reasons.iter().map(|r| r.outcome).max().unwrap_or(Outcome::Allowed);
    verdict.otherwise = None;
    verdict.if_public = None;
}

/// How many it was before, where the control has no findings of its own to name.
fn compared(reason: &mut Reason, before: &Assessment, verdict: &Verdict) {
    let was = before
        .verdicts
        .iter()
        .filter(|v| v.pack == verdict.pack && v.part == verdict.part)
        .flat_map(|v| &v.reasons)
        .find(|r| r.control == reason.control)
        .map(|r| r.count);
    if let Some(was) = was.filter(|was| *was < reason.count) {
        reason.why = format!("{} ({was} before this change)", reason.why);
    }
}

/// The reason's words for what is new in it.
fn reworded(reason: &mut Reason, pack: Option<&Pack>, findings: &[Finding]) {
    let Some((_, control)) = pack.and_then(|pack| pack.find(&reason.control)) else { return };
    let named: BTreeSet<String> =
        findings.iter().filter(|f| reason.findings.contains(&f.fingerprint)).map(subject_of).collect();
    let mut names = named.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
    if named.len() > 3 {
        names.push_str(&format!(" and {} more", named.len() - 3));
    }
    reason.why = fill(control.why(reason.state), reason.count, &names);
    reason.remedy = fill(control.remedy(reason.state), reason.count, &names);
}

/// A change as one document: `docs/change.md` describes every key.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// Program and version.
    pub tool: &'a str,
    /// The clock that was handed in.
    pub as_of: Timestamp,
    /// What the earlier state was called: a revision, a path.
    pub since: &'a str,
    /// What was evaluated.
    pub subject: &'a Subject,
    /// Under which circumstances, after the change.
    pub circumstances: &'a Circumstances,
    /// Digest of the assessment before.
    pub before: Option<Digest>,
    /// Digest of the assessment after.
    pub after: Option<Digest>,
    /// Whether nothing is worse.
    pub nothing_worse: bool,
    /// Whether an earlier Receipt still covers the state after: patch updates alone, nothing worse.
    pub only_patches: bool,
    /// What the change alone makes of each question, with the reasons that it brought or made worse.
    pub verdicts: &'a [Verdict],
    /// Verdicts on the whole subject that changed.
    pub whole: &'a [VerdictChange],
    /// Components that changed.
    pub components: &'a [ComponentChange],
    /// Findings that were not there before.
    pub new_findings: &'a [Finding],
    /// Findings that are gone.
    pub gone_findings: &'a [Finding],
    /// Controls whose state changed, or that more things fail than before.
    pub controls: &'a [ControlChange],
    /// Models, formats and declarations that changed, a line each.
    pub evidence: &'a [String],
    /// Reference data used.
    pub feeds: &'a [domain::FeedStamp],
}

impl<'a> Report<'a> {
    /// The document of a change; `alone` is what [`alone`] made of it.
    pub fn new(
        since: &'a str,
        before: &'a Assessment,
        after: &'a Assessment,
        changes: &'a Changes,
        alone: &'a Assessment,
    ) -> Self {
        Self {
            schema: SCHEMA,
            tool: &after.tool,
            as_of: after.as_of,
            since,
            subject: &after.subject,
            circumstances: &after.circumstances,
            before: before.digest,
            after: after.digest,
            nothing_worse: changes.nothing_worse(),
            only_patches: changes.only_patches(),
            verdicts: &alone.verdicts,
            whole: &changes.verdicts,
            components: &changes.components,
            new_findings: &changes.new_findings,
            gone_findings: &changes.gone_findings,
            controls: &changes.controls,
            evidence: &changes.evidence,
            feeds: &after.feeds,
        }
    }
}
