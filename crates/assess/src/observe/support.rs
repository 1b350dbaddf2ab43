//! What is said of a component whose vendor says until when it is supported: a row of evidence, and a finding
//! where that is over or nearly so. Refuses to know where the dates come from.

use domain::{Component, Finding, FindingKind, Timestamp};
use feeds::DateOrFlag;
use serde_json::{Value, json};

/// The cycle and the end of its support: of the cycles that a floating tag may mean, the one that is
/// supported longest, and only once that has ended: all have, then.
fn standing(known: &feeds::Support, today: domain::Date) -> (Option<&str>, Option<DateOrFlag>) {
    let over = |end: DateOrFlag| match end {
        DateOrFlag::Flag(ended) => ended,
        DateOrFlag::On(day) => day < today,
    };
    match &known.at_best {
        Some((cycle, end)) if over(*end) => (Some(cycle), Some(*end)),
        _ => (known.cycle.as_deref(), known.eol),
    }
}

/// When the vendor's security support ends, as JSON: a day, `true` (ended), `false` (no end set), or
/// null (unknown).
fn ends(eol: Option<DateOrFlag>) -> Value {
    match eol {
        Some(DateOrFlag::On(day)) => json!(day),
        Some(DateOrFlag::Flag(ended)) => json!(ended),
        None => Value::Null,
    }
}

pub(super) fn support_row(component: &Component, known: &feeds::Support, today: domain::Date) -> Value {
    let (cycle, eol) = standing(known, today);
    json!({
        "purl": component.purl,
        "product": known.title,
        "cycle": cycle,
        "ends": ends(eol),
        "latest": known.latest,
        "newest_cycle": known.newest_cycle,
    })
}

/// Past its vendor's support, or within 180 days of its end.
pub(super) fn support_finding(
    component: &Component,
    known: &feeds::Support,
    as_of: Timestamp,
) -> Option<Finding> {
    const SOON: i64 = 180;
    let today = as_of.date();
    let (cycle, eol) = standing(known, today);
    let name = format!("{} {}", known.title, cycle?);
    let (id, control, title, due) = match eol? {
        DateOrFlag::Flag(true) => {
            ("support-ended", "in-support", format!("{name} is out of its vendor's support"), None)
        }
        DateOrFlag::On(day) if day < today => (
            "support-ended",
            "in-support",
            format!("{name} is out of its vendor's support since {day}"),
            Some(day),
        ),
        DateOrFlag::On(day) if day.days_since(today) < SOON => {
            ("support-ends", "support-ends", format!("{name} loses its vendor's support on {day}"), Some(day))
        }
        DateOrFlag::On(_) | DateOrFlag::Flag(false) => return None,
    };
    let mut finding = Finding::new(
        FindingKind::Support,
        id,
        control,
        title,
        &component.purl.with_version(None).to_string(),
    );
    finding.component = Some(component.purl.clone());
    finding.places.clone_from(&component.from);
    finding.due = due;
    finding.development_only = component.scope == domain::Scope::Development;
    let place = component.from.first().map(|p| format!(" in {p}")).unwrap_or_default();
    let to = known.newest_cycle.as_ref().map(|cycle| format!(", e.g. {cycle}")).unwrap_or_default();
    if known.cycle.is_none() {
        finding.matched =
            Some("it may be any of several cycles; this is the one supported longest".to_owned());
    }
    finding.remedy = Some(format!("Move to a supported cycle of {}{place}{to}.", known.title));
    Some(finding)
}
