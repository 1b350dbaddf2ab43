//! Small words shared by text, Markdown and HTML, so that the three say the same.

use domain::{
    Assessment, Circumstances, ControlState, FeedCoverage, Outcome, Purpose, Scope, Verdict,
    circumstances::By,
};

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
    let files: std::collections::BTreeSet<&str> =
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

/// One line that says what a verdict means for the reader.
pub fn meaning(verdict: &Verdict) -> &'static str {
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
}
