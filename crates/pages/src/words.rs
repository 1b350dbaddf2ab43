//! Small words shared by text, Markdown and HTML, so that the three say the same.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Assessment, Circumstances, ControlState, FeedCoverage, Outcome, Purpose, Scope, Subject, Verdict,
    circumstances::By,
};

use crate::columns::cut;

/// `one flaw`, `2 flaws`.
pub fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// What holds for the judged use, each with who says so:
/// `operational (assumed), exposure open (assumed), …`.
pub fn circumstances(of: &Circumstances, verdict: &Verdict) -> String {
    let by = |by: By| match by {
        By::Declared => "declared",
        By::Confirmed => "confirmed by the register",
        By::Assumed => "assumed",
    };
    let exposure = match of.exposure.value {
        domain::Exposure::Small => "small",
        domain::Exposure::Controlled => "controlled",
        domain::Exposure::Open => "open",
    };
    let deployment = match of.deployment.value {
        domain::Deployment::Internal => "internal",
        domain::Deployment::Service => "service",
        domain::Deployment::Browser => "browser",
        domain::Deployment::Distributed => "distributed",
    };
    match verdict.purpose {
        Purpose::Use => {
            let tier_by = if verdict.part.is_some() { By::Declared } else { of.tier.by };
            format!(
                "{} tier ({}), exposure {exposure} ({}), {deployment} ({})",
                verdict.tier,
                by(tier_by),
                by(of.exposure.by),
                by(of.deployment.by)
            )
        }
        Purpose::Publish => {
            let visibility = match of.visibility.value {
                domain::Visibility::Private => "not yet public",
                domain::Visibility::Public => "already public",
            };
            format!("{visibility} ({})", by(of.visibility.by))
        }
    }
}

/// How many controls are in each state.
pub fn tally(assessment: &Assessment) -> String {
    let n = |state| assessment.controls.iter().filter(|c| c.state == state).count();
    let mut text = format!(
        "{}: {} met, {} not met, {} unknown, {} not applicable",
        count(assessment.controls.len(), "control checked", "controls checked"),
        n(ControlState::Met),
        n(ControlState::NotMet),
        n(ControlState::Unknown),
        n(ControlState::NotApplicable)
    );
    let excepted: Vec<_> = assessment.controls.iter().filter_map(|c| c.excepted_until).collect();
    if let Some(first) = excepted.iter().min() {
        text.push_str(&format!("; {} set aside, the first until {first}", excepted.len()));
    }
    let attested: Vec<_> = assessment.controls.iter().filter_map(|c| c.attested).collect();
    if let Some(first) = attested.iter().min() {
        text.push_str(&format!("; {} attested, the first until {first}", attested.len()));
    }
    text
}

/// What was looked at: components by scope, and how many files named them.
pub fn looked_at(assessment: &Assessment) -> String {
    let development = assessment.components.iter().filter(|c| c.scope == Scope::Development).count();
    let total = assessment.components.len();
    if total == 0 && matches!(assessment.subject, Subject::Model { .. } | Subject::Product { .. }) {
        return format!("no components: it is a {}", assessment.subject.word());
    }
    let files: BTreeSet<&str> =
        assessment.components.iter().flat_map(|c| &c.from).map(|place| place.path.as_str()).collect();
    format!(
        "{} ({} that run, {development} for development only) named by {}",
        count(total, "component", "components"),
        total - development,
        count(files.len(), "file", "files")
    )
}

/// The feeds with their dates, e.g. `osv/npm 2026-08-22 (full)`.
pub fn feeds(assessment: &Assessment) -> Vec<String> {
    assessment
        .feeds
        .iter()
        .map(|feed| {
            let coverage = match feed.coverage {
                FeedCoverage::Full => "full",
                FeedCoverage::Partial => "partial",
            };
            format!("{} {} ({coverage})", feed.name, feed.as_of.date())
        })
        .collect()
}

/// What a reason makes of the verdict, as a word; advice has no consequence, and is no yes either.
pub const fn consequence(reason: &domain::Reason) -> &'static str {
    match reason.action {
        domain::verdict::Action::Advise => "advice",
        _ => reason.outcome.word(),
    }
}

/// What the controls of one verdict came to: met, not met, unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Seen, and as asked.
    pub met: usize,
    /// Seen, and not as asked.
    pub not_met: usize,
    /// Not seen.
    pub unknown: usize,
}

/// What the controls that a verdict rests on came to.
pub fn seen(assessment: &Assessment, verdict: &Verdict) -> Seen {
    let n = |state| {
        let here = |c: &&domain::ControlResult| c.pack == verdict.pack && c.part == verdict.part;
        assessment.controls.iter().filter(here).filter(|c| c.state == state).count()
    };
    Seen { met: n(ControlState::Met), not_met: n(ControlState::NotMet), unknown: n(ControlState::Unknown) }
}

/// Whether a yes rests on nothing that was seen: no control was met, and some are unknown.
pub fn unseen(assessment: &Assessment, verdict: &Verdict) -> bool {
    let seen = seen(assessment, verdict);
    verdict.outcome == Outcome::Allowed && seen.met == 0 && seen.unknown > 0
}

/// The question of a verdict, with its part, and with its pack where several packs answer it or it is none
/// of the program's own.
pub fn question(assessment: &Assessment, verdict: &Verdict) -> String {
    let same = |v: &&Verdict| v.purpose == verdict.purpose && v.part == verdict.part;
    let word = match verdict.purpose {
        Purpose::Use => "Use",
        Purpose::Publish => "Publish",
    };
    let part = verdict.part.as_ref().map(|p| format!(" of part {}", cut(p, 30))).unwrap_or_default();
    let several = assessment.verdicts.iter().filter(same).count() > 1;
    let foreign = verdict.pack.contains('#');
    let pack = if several || foreign { format!(" by {}", cut(&verdict.pack, 40)) } else { String::new() };
    format!("{word}{part}{pack}")
}

/// One line that says what a verdict means for the reader.
pub fn meaning(assessment: &Assessment, verdict: &Verdict) -> String {
    if unseen(assessment, verdict) {
        let seen = seen(assessment, verdict);
        return match seen.not_met {
            0 => format!("but nothing could be seen: {} unknown", seen.unknown),
            not_met => {
                format!("but nothing was seen to be met: {not_met} not met, {} unknown", seen.unknown)
            }
        };
    }
    if let Some(until) = kept_closed(verdict) {
        return format!("it stays closed until {until}, under the obligations below");
    }
    match (verdict.purpose, verdict.outcome) {
        (Purpose::Use, Outcome::Allowed) => "it may be used here",
        (Purpose::Use, Outcome::Conditional) => "it may be used here, under the obligations below",
        (Purpose::Use, Outcome::Referred) => "a person must answer first; running uses go on",
        (Purpose::Use, Outcome::Refused) => "no new use until this is mended; running uses go on",
        (Purpose::Publish, Outcome::Allowed) => "it may be public",
        (Purpose::Publish, Outcome::Conditional) => "it may be public, under the obligations below",
        (Purpose::Publish, Outcome::Referred) => "a person must answer before it is public",
        (Purpose::Publish, Outcome::Refused) => "mend this before it is, or stays, public",
        (_, Outcome::NotEvaluated) => "something that decides could not be looked at; this is not a yes",
    }
    .to_owned()
}

/// Until when the whole repository is kept closed, where that is what makes the answer conditional.
fn kept_closed(verdict: &Verdict) -> Option<domain::Date> {
    let whole = |r: &&domain::Reason| r.control == "closure" && r.row == "EXC-01";
    let until = verdict.reasons.iter().find(whole)?.excepted_until;
    until.filter(|_| verdict.purpose == Purpose::Publish && verdict.outcome == Outcome::Conditional)
}

/// Outcome and meaning in one sentence: `refused: no new use until this is mended`, or
/// `allowed, but nothing could be seen: 4 unknown`.
pub fn answer(assessment: &Assessment, verdict: &Verdict) -> (&'static str, String) {
    let joint = if unseen(assessment, verdict) { ", " } else { ": " };
    (verdict.outcome.word(), format!("{joint}{}", meaning(assessment, verdict)))
}

/// What a change alone makes of a question, in words.
pub fn change_meaning(verdict: &Verdict) -> (&'static str, &'static str) {
    match verdict.outcome {
        Outcome::Allowed => ("nothing worse", ""),
        Outcome::Conditional => ("conditional", ": this change brings the obligations below"),
        Outcome::Referred => ("referred", ": this change brings what a person must answer first"),
        Outcome::Refused => ("refused", ": this change brings what must be mended before it goes in"),
        Outcome::NotEvaluated => {
            ("not evaluated", ": this change brings something that could not be looked at")
        }
    }
}

/// What was taken in of other tools' reports, and what was left out, a line each.
pub fn reports(assessment: &Assessment) -> Vec<String> {
    let row = |e: &domain::Evidence| {
        let n = |key: &str| usize::try_from(e.value[key].as_u64().unwrap_or(0)).unwrap_or(usize::MAX);
        let mut text = format!("report {}: {} taken in", e.source, count(n("taken"), "result", "results"));
        if n("remarks") > 0 {
            let remarks = count(n("remarks"), "remark", "remarks");
            text.push_str(&format!(", {remarks} below a warning left out"));
        }
        if n("suppressed") > 0 {
            text.push_str(&format!(", {} that the report itself suppresses left out", n("suppressed")));
        }
        text
    };
    assessment.evidence.iter().filter(|e| e.kind == "report").map(row).collect()
}

/// What was recognised and not looked at, a line for each place with every reason.
pub fn unread(assessment: &Assessment) -> Vec<String> {
    let mut by_place: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for unread in assessment.coverage.iter().flat_map(|c| &c.unread) {
        by_place.entry(unread.place.to_string()).or_default().insert(&unread.why);
    }
    let line = |(place, whys): (String, BTreeSet<&str>)| {
        format!("{place}: {}", whys.into_iter().collect::<Vec<_>>().join("; "))
    };
    by_place.into_iter().map(line).collect()
}

/// What a register says against or beside an answer, with the way forward: it stands in the first lines,
/// since nobody mends the code before knowing who has the case.
pub fn register(verdict: &Verdict) -> Vec<String> {
    verdict
        .reasons
        .iter()
        .filter(|r| matches!(r.control.as_str(), "register" | "closure"))
        .map(|r| {
            let mut why = r.why.trim_end().trim_end_matches('.').to_owned();
            if let Some(first) = why.get(..1) {
                why = format!("{}{}", first.to_uppercase(), &why[1..]);
            }
            format!("{why}. {}", r.remedy).trim_end().to_owned()
        })
        .collect()
}
