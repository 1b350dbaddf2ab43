//! Reports of other tools (SARIF): each result becomes a finding on the same clock as a known flaw,
//! with the owner of its place.
//!
//! The clock starts on the day the system was first looked at, else today: a report does not say
//! when a fault came. A result without a severity of its own gets one from its level. What the
//! report itself suppresses, and remarks below a warning, are counted in coverage and not taken in.

use domain::{
    Assessment, Coverage, Evidence, Finding, FindingKind, Place, Severity, finding::Exploitability,
};
use formats::sarif::{self, Level};
use serde_json::json;

use crate::{deadline, owner, system::Declared};

/// The kind of evidence that describes a report.
pub const KIND: &str = "report";

/// Takes a report in.
///
/// # Errors
/// When it cannot be read, in plain English.
pub fn take_in(out: &mut Assessment, name: &str, bytes: &[u8]) -> Result<(), String> {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let report = sarif::read(file, bytes).map_err(|error| error.to_string())?;
    let declared = Declared::from_evidence(&out.evidence);
    let mut coverage = Coverage::new("reports");
    let mut taken = 0_u64;
    let mut suppressed = 0_u64;
    let mut remarks = 0_u64;
    for result in &report.results {
        if result.suppressed {
            suppressed += 1;
            continue;
        }
        if !matches!(result.level, Level::Error | Level::Warning) {
            remarks += 1;
            continue;
        }
        taken += 1;
        out.findings.push(finding(out, &declared, result));
    }
    coverage.read = taken + suppressed + remarks;
    for fault in &report.faults {
        coverage.cannot_read(fault.place.clone(), fault.why.clone());
    }
    for run in report.runs.iter().filter(|run| !run.complete) {
        let why = format!("{} says that its run did not end well, or left its results out", run.tool);
        coverage.cannot_read(Place::file(file), why);
    }
    let runs: Vec<_> = report
        .runs
        .iter()
        .map(|run| json!({ "tool": run.tool, "version": run.version, "complete": run.complete }))
        .collect();
    let value = json!({ "runs": runs, "taken": taken, "suppressed": suppressed, "remarks": remarks });
    out.evidence.push(Evidence::new(KIND, value, file).map_err(|error| error.to_string())?);
    match out.coverage.iter_mut().find(|c| c.collector == coverage.collector) {
        Some(kept) => {
            kept.read += coverage.read;
            kept.unread.extend(coverage.unread);
        }
        None => out.coverage.push(coverage),
    }
    Ok(())
}

fn finding(out: &Assessment, declared: &Declared, result: &sarif::Reported) -> Finding {
    let title = format!("{} ({})", result.title, result.tool);
    let mut finding = Finding::new(FindingKind::Imported, &result.rule, "flaw-open", title, "");
    finding.fingerprint = result.fingerprint;
    finding.places.extend(result.place.clone());
    finding.severity = Some(match (result.severity_tenths, result.level) {
        (Some(tenths), _) => Severity::of_tenths(tenths),
        (None, Level::Error) => Severity::High,
        (None, _) => Severity::Medium,
    });
    finding.exploitability = Some(Exploitability {
        score_tenths: result.severity_tenths,
        cwe: result.cwe.clone(),
        ..Exploitability::default()
    });
    let place = result.place.as_ref().map_or("", |place| place.path.as_str());
    let part = declared.part_of(place);
    let tier = part.map_or(out.circumstances.tier.value, |part| part.tier);
    let today = out.as_of.date();
    let dates =
        deadline::Dates { published: Some(declared.started.unwrap_or(today)), ..deadline::Dates::default() };
    let deadline = deadline::deadline(tier, &out.circumstances, declared.started, &dates, today);
    finding.due = deadline.due;
    if deadline.due.is_some_and(|due| due < today) {
        finding.control = "flaw-overdue".to_owned();
    }
    finding.deadline = Some(domain::finding::Deadline {
        start_from: match declared.started {
            Some(_) => "the day `formulary init` first looked".to_owned(),
            None => {
                "today (assumed: a report gives no arrival; `formulary init` starts the clock)".to_owned()
            }
        },
        ..deadline
    });
    let who = declared
        .owner_of(place)
        .map(|owner| owner.role.clone())
        .or_else(|| owner::of_system(out, declared, part).map(|owner| owner.role));
    finding.remedy = Some(match who {
        Some(role) => format!("{role}: mend it, or show why it is no fault."),
        None => "Nobody is named for this place: name an owner, who mends it or shows why it is no fault."
            .to_owned(),
    });
    finding
}
