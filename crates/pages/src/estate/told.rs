//! The words of a row, shared by text, CSV and HTML, so that the three say the same.

use domain::{
    Estate, Visibility,
    circumstances::By,
    estate::{Answer, Closed, Effort, EstateAction, Judged, Mended, Outcomes},
    remediation::Median,
};

use crate::words::count;

/// What stands where nothing was measured.
pub(super) const UNMEASURED: &str = "not measured";

/// What stands in the place of a verdict where a subject could not be read.
pub(super) const UNREADABLE: &str = "could not be read";

/// The answer to one question.
pub(super) fn answer(answer: Option<Answer>) -> &'static str {
    match answer {
        None => "not asked",
        // A yes under which nothing was seen is no yes that anybody should read as one.
        Some(answer) if answer.nothing_seen => "nothing seen",
        Some(answer) => answer.outcome.word(),
    }
}

/// What stands against a yes: control by control, each once, with how many things it concerns.
pub(super) fn blocks(row: &Judged) -> Vec<String> {
    let mut out: Vec<(String, u64)> = Vec::new();
    for block in &row.blocks {
        match out.iter_mut().find(|(control, _)| *control == block.control) {
            Some((_, most)) => *most = (*most).max(block.count),
            None => out.push((block.control.clone(), block.count)),
        }
    }
    out.into_iter().map(|(control, n)| if n > 1 { format!("{control} ({n})") } else { control }).collect()
}

/// `12: 7 updates, 1 decision, 2 attestations, 2 other`.
pub(super) fn effort(effort: &Effort) -> String {
    let parts: Vec<String> = [
        (effort.updates, "update", "updates"),
        (effort.decisions, "decision", "decisions"),
        (effort.attestations, "attestation", "attestations"),
        (effort.other, "other", "other"),
    ]
    .into_iter()
    .filter(|(n, ..)| *n > 0)
    .map(|(n, one, more)| count(usize::try_from(n).unwrap_or(usize::MAX), one, more))
    .collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}

/// `34 days left`, `ended 3 days ago`, `no end written`.
pub(super) fn closure(closure: Option<&Closed>) -> String {
    let days = |n: i64| count(usize::try_from(n).unwrap_or(usize::MAX), "day", "days");
    match closure.map(|closed| closed.days_left) {
        None => "none".to_owned(),
        Some(None) => "no end written".to_owned(),
        Some(Some(left)) if left < 0 => format!("ended {} ago", days(left.saturating_neg())),
        Some(Some(left)) => format!("{} left", days(left)),
    }
}

/// The remediation median.
pub(super) fn median(mended: Option<&Mended>) -> String {
    match mended.map(|mended| mended.median) {
        None => UNMEASURED.to_owned(),
        Some(Median::TooFew) => "too few".to_owned(),
        Some(Median::NotReached) => "not reached".to_owned(),
        Some(Median::Days(n)) => count(usize::try_from(n).unwrap_or(usize::MAX), "day", "days"),
    }
}

/// What the median rests on.
pub(super) fn mended(mended: Option<&Mended>) -> String {
    mended.map_or_else(String::new, |m| format!("{} seen, {} open", m.exposures, m.open))
}

/// Whether it is public, and who says so.
pub(super) fn visibility(row: &Judged) -> String {
    let value = match row.visibility.value {
        Visibility::Private => "not public",
        Visibility::Public => "public",
    };
    format!("{value} ({})", by(row.visibility.by))
}

/// Who says so.
pub(super) const fn by(by: By) -> &'static str {
    match by {
        By::Declared => "declared",
        By::Confirmed => "confirmed by the register",
        By::Assumed => "assumed",
    }
}

/// Who answers.
pub(super) fn owner(row: &Judged) -> &str {
    row.owner.as_ref().map_or("nobody named", |owner| &owner.role)
}

/// `2 allowed, 1 refused`; those of which there is none are left out.
pub(super) fn outcomes(of: &Outcomes) -> String {
    let parts: Vec<String> = [
        (of.refused, "refused"),
        (of.not_evaluated, "not evaluated"),
        (of.referred, "referred"),
        (of.conditional, "conditional"),
        (of.allowed, "allowed"),
    ]
    .into_iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, word)| format!("{n} {word}"))
    .collect();
    if parts.is_empty() { "not asked".to_owned() } else { parts.join(", ") }
}

/// `one repository`, `3 repositories`.
fn repositories(n: u64) -> String {
    count(usize::try_from(n).unwrap_or(usize::MAX), "repository", "repositories")
}

/// The totals: a name and a sentence each.
pub(super) fn totals(estate: &Estate) -> Vec<(&'static str, String)> {
    let totals = &estate.totals;
    let open = &totals.openness;
    let ending = match totals.exceptions_ending {
        0 => String::new(),
        n => format!("; in {} one ends within 30 days", repositories(n)),
    };
    let mut rows = vec![
        ("May be used", outcomes(&totals.usage)),
        ("May be public", outcomes(&totals.publish)),
        (
            "Open or closed",
            format!(
                "{} public, {} closed with a live closure, {} closed without one ({} of them lapsed), {} of \
                 which nobody says whether they are public",
                open.public,
                open.closed_with_closure,
                open.closed_without_closure,
                open.closures_expired,
                open.not_said
            ),
        ),
        (
            "Exceptions",
            format!("{} in force, {} past their end{ending}", totals.exceptions, totals.exceptions_expired),
        ),
    ];
    let overdue: Vec<String> = totals
        .overdue
        .iter()
        .map(|at| format!("{} at the {} tier in {}", at.flaws, at.tier, repositories(at.subjects)))
        .collect();
    rows.push(("Flaws overdue", if overdue.is_empty() { "none".to_owned() } else { overdue.join(", ") }));
    rows.push(("Nobody answers", format!("for {} of {} judged", totals.without_owner, totals.judged)));
    rows
}

/// How many were looked at.
pub(super) fn heading(estate: &Estate) -> String {
    let totals = &estate.totals;
    let unread = match totals.unreadable {
        0 => String::new(),
        unreadable => format!(", {unreadable} could not be read"),
    };
    format!("{}: {} judged{unread}", repositories(totals.subjects), totals.judged)
}

/// How many subjects an action concerns.
pub(super) fn concerned(action: &EstateAction) -> usize {
    let names: std::collections::BTreeSet<&str> =
        action.subjects.iter().map(|at| at.repository.as_str()).collect();
    names.len()
}

/// When an action is due.
pub(super) fn due(action: &EstateAction) -> String {
    match (action.due, action.now) {
        (Some(due), true) => format!("was due {due}"),
        (Some(due), false) => format!("due {due}"),
        (None, true) => "now".to_owned(),
        (None, false) => "no date".to_owned(),
    }
}
