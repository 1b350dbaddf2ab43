//! One assessment cut down to what an estate needs of it.

use std::collections::BTreeMap;

use domain::{
    Assessment, Date, FeedStamp, FindingKind, Outcome, Purpose, Stated, Tier, Timestamp, Verdict,
    estate::{ActionKind, Age, Answer, AtTier, Block, Closed, Effort, Exceptions, Judged, Mended, RowOwner},
};
use policy::Pack;
use serde::{Deserialize, Serialize};

use super::{ground, ground::Used, tasks, tasks::Task};
use crate::{closures, debt, facts, owner, remediation, standing, system::Declared};

/// The kind of evidence of HANDLING_INSTRUCTIONS.md.
const HANDLING: &str = "handling-instructions";

/// What an estate needs of one assessment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    /// Its row.
    pub row: Judged,
    /// What there is to do.
    pub tasks: Vec<Task>,
    /// What it is built from, versions of one component taken together.
    pub used: Vec<Used>,
    /// Packs that judged it.
    pub packs: Vec<String>,
    /// Reference data it rests on.
    pub feeds: Vec<FeedStamp>,
}

/// The brief of an assessment. `packs` are those that judged it: they say what only a person can
/// state. `exit_code` is what `check` would exit with.
pub fn of_assessment(assessment: &Assessment, packs: &[Pack], exit_code: u8) -> Brief {
    let declared = Declared::from_evidence(&assessment.evidence);
    let tasks = tasks::of(assessment, packs);
    let answer = |purpose| answer(assessment, purpose);
    let strictest = assessment.verdicts.iter().filter(|v| v.purpose == Purpose::Use).map(|v| v.tier).min();
    let tier = assessment.circumstances.tier;
    let row = Judged {
        name: name(assessment),
        assessment: assessment.digest,
        owner: owner::of_system(assessment, &declared, None)
            .map(|answering| RowOwner { role: answering.role, contact: answering.contact }),
        tier: Stated { value: strictest.map_or(tier.value, |s| s.stricter(tier.value)), by: tier.by },
        visibility: assessment.circumstances.visibility,
        usage: answer(Purpose::Use),
        publish: answer(Purpose::Publish),
        blocks: blocks(assessment),
        effort: effort(&tasks),
        closure: closure(assessment, packs),
        oldest: oldest(assessment),
        remediation: remediation::recorded(assessment).map(|record| Mended {
            median: record.ships.median,
            exposures: record.ships.exposures,
            open: record.ships.open,
        }),
        exceptions: exceptions(assessment),
        overdue: overdue(assessment, &declared),
        exit_code,
    };
    let mut packs: Vec<String> = assessment.verdicts.iter().map(|v| v.pack.clone()).collect();
    packs.sort();
    packs.dedup();
    Brief { row, tasks, used: ground::used(assessment, &declared), packs, feeds: assessment.feeds.clone() }
}

fn name(assessment: &Assessment) -> Option<String> {
    match &assessment.subject {
        domain::Subject::Repository { name, .. } | domain::Subject::Model { name, .. } => name.clone(),
        domain::Subject::Product { supplier, name, version, .. } => {
            Some(format!("{supplier} {name} {version}"))
        }
        domain::Subject::Component { purl, .. } => purl.as_ref().map(ToString::to_string),
    }
}

fn answer(assessment: &Assessment, purpose: Purpose) -> Option<Answer> {
    let asked = || assessment.verdicts.iter().filter(|v| v.purpose == purpose);
    let worst: &Verdict = asked().max_by_key(|v| v.outcome)?;
    Some(Answer {
        outcome: worst.outcome,
        otherwise: worst.otherwise,
        nothing_seen: worst.outcome == Outcome::Allowed
            && asked().any(|v| pages::words::unseen(assessment, v)),
    })
}

fn blocks(assessment: &Assessment) -> Vec<Block> {
    let mut all: BTreeMap<(&str, Purpose), (Outcome, u64)> = BTreeMap::new();
    for verdict in &assessment.verdicts {
        for reason in verdict.reasons.iter().filter(|r| r.outcome > Outcome::Conditional) {
            let kept = all.entry((&reason.control, verdict.purpose)).or_insert((reason.outcome, 0));
            kept.0 = kept.0.max(reason.outcome);
            // Parts and packs may speak of the same things: the most that one of them names.
            kept.1 = kept.1.max(reason.count);
        }
    }
    let mut blocks: Vec<Block> = all
        .into_iter()
        .map(|((control, purpose), (outcome, count))| Block {
            control: control.to_owned(),
            purpose,
            outcome,
            count,
        })
        .collect();
    blocks.sort_by(|a, b| b.outcome.cmp(&a.outcome).then(a.control.cmp(&b.control)));
    blocks
}

fn effort(tasks: &[Task]) -> Effort {
    let mut effort = Effort { actions: tasks.len() as u64, ..Effort::default() };
    for task in tasks {
        match task.kind {
            ActionKind::Update => effort.updates += 1,
            ActionKind::Decision => effort.decisions += 1,
            ActionKind::Attestation => effort.attestations += 1,
            ActionKind::Other => effort.other += 1,
        }
    }
    effort
}

/// The register's closure stands before the repository's own, and that before what its instructions say.
fn closure(assessment: &Assessment, packs: &[Pack]) -> Option<Closed> {
    let today = assessment.as_of.date();
    let closed = |until: Option<Date>, source: String, partly| Closed {
        until,
        days_left: until.map(|until| until.days_since(today)),
        live: until.is_some_and(|until| until >= today),
        source,
        partly,
    };
    if let Some(until) = standing::of(assessment).closed_until {
        return Some(closed(Some(until), "the register".to_owned(), false));
    }
    if let Some((own, _)) = closures::foremost(assessment, packs) {
        let file = formats::own::debt::FILE;
        let source = if own.is_whole() {
            format!("{file} ({})", own.id)
        } else {
            format!("{file} ({}: {})", own.id, own.scope.join(", "))
        };
        return Some(closed(Some(own.until), source, !own.is_whole()));
    }
    let handling = facts::value(assessment, HANDLING).filter(|value| !value.is_null())?;
    // What tells of closures of ours says nothing beyond them.
    if handling["closures"].as_array().is_some_and(|all| !all.is_empty()) {
        return None;
    }
    let until = handling["review_due"].as_str().and_then(|day| day.parse().ok());
    Some(closed(until, handling["path"].as_str().unwrap_or("HANDLING_INSTRUCTIONS.md").to_owned(), false))
}

/// The oldest of the feeds and of the evidence that has a day of its own; what is read from the files
/// themselves is as old as the judging.
fn oldest(assessment: &Assessment) -> Age {
    let feeds = assessment.feeds.iter().map(|feed| (feed.as_of, feed.name.as_str()));
    let evidence = assessment.evidence.iter().filter_map(|e| Some((e.as_of?, e.kind.as_str())));
    let (as_of, what): (Timestamp, &str) =
        feeds.chain(evidence).min().unwrap_or((assessment.as_of, "the files themselves"));
    Age { as_of, days: assessment.as_of.date().days_since(as_of.date()), what: what.to_owned() }
}

fn exceptions(assessment: &Assessment) -> Exceptions {
    let today = assessment.as_of.date();
    let live = || assessment.exceptions.iter().filter(|e| e.from <= today && e.until >= today);
    let lapsed = |f: &&domain::Finding| f.kind == FindingKind::Exception && f.id == "lapsed";
    Exceptions {
        in_force: live().count() as u64,
        expired: assessment.findings.iter().filter(lapsed).count() as u64,
        next_end: live().map(|e| e.until).min(),
    }
}

/// Open flaws past their day that run somewhere and that nobody set aside.
fn overdue(assessment: &Assessment, declared: &Declared) -> Vec<AtTier> {
    let mut by_tier: BTreeMap<Tier, u64> = BTreeMap::new();
    for finding in assessment.findings.iter().filter(|f| is_overdue(f) && !f.development_only) {
        *by_tier.entry(debt::tier_of(finding, assessment, declared)).or_default() += 1;
    }
    by_tier.into_iter().map(|(tier, count)| AtTier { tier, count }).collect()
}

/// Whether a finding is a known flaw past its day that nobody set aside.
pub(super) fn is_overdue(finding: &domain::Finding) -> bool {
    finding.kind == FindingKind::Advisory
        && finding.control == "flaw-overdue"
        && finding.excepted_until.is_none()
        && finding.attested.is_none()
}
