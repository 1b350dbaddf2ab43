//! `formulary changes A B`: what changed between two states of one subject, as the sheet on which
//! a clinical safety officer records whether the risk changed (DCB0129, 7.3).

use std::fmt::Write;

use assess::{
    alone,
    change::{self, Changes, ComponentChange, ControlChange, VerdictChange},
};
use domain::Finding;
use pages::columns::{WIDTH, clean, cut, wrap};

use crate::{
    args::{self, Format},
    output::{Failure, answer},
    subject::{self, Judge},
    world::World,
};

pub(crate) fn run(args: &args::Changes, world: &World) -> Result<u8, Failure> {
    let judge = Judge::new(&args.judging, world)?;
    let before = subject::state(&args.before, &args.of, &judge)?;
    let after = subject::state(&args.after, &args.of, &judge)?;
    let changes = change::between(&before, &after);
    match args.format {
        Format::Text => answer(&text(&changes)),
        Format::Json => {
            let packs = subject::packs_of(&after, &args.judging.packs).unwrap_or_default();
            let alone = alone::alone(&before, &after, &changes, &packs);
            let report = alone::Report::new(&args.before, &before, &after, &changes, &alone);
            answer(&format!("{}\n", serde_json::to_string(&report)?));
        }
        Format::Markdown => answer(&sheet(&changes, &before, &after)),
        Format::Sarif | Format::Html => {
            return Err(Failure::new("changes are shown as text, json or markdown")
                .next("For SARIF or HTML of a change: `formulary check . --since REV --format sarif`."));
        }
    }
    Ok(0)
}

/// For a terminal.
fn text(changes: &Changes) -> String {
    let mut out = String::new();
    for change in &changes.verdicts {
        let _ = writeln!(out, "{}: {} → {}", question(change), change.before, change.after);
    }
    for (title, rows) in sections(changes) {
        let _ = writeln!(out, "{title}");
        for row in rows.iter().take(MOST_ROWS) {
            for (i, line) in wrap(row, WIDTH - 4).into_iter().enumerate() {
                let _ = writeln!(out, "{}{line}", if i == 0 { "  " } else { "    " });
            }
        }
        if rows.len() > MOST_ROWS {
            let _ = writeln!(out, "  and {} more (--format json lists all)", rows.len() - MOST_ROWS);
        }
    }
    let verdict = if changes.nothing_worse() { "Nothing is worse." } else { "Something is worse." };
    let _ = writeln!(out, "{verdict}");
    out
}

/// At most this many lines under one heading; the rest are counted.
const MOST_ROWS: usize = 40;

fn question(change: &VerdictChange) -> String {
    let part = change.part.as_ref().map(|p| format!(" of part {}", cut(p, 30))).unwrap_or_default();
    format!("{}{part} by {}", change.purpose.word(), cut(&change.pack, 40))
}

/// What changed: a heading and its lines each, the empty ones left out but for findings and components.
pub(super) fn sections(changes: &Changes) -> Vec<(String, Vec<String>)> {
    let count = pages::words::count;
    let mut out = Vec::new();
    for (word, findings) in [("new", &changes.new_findings), ("gone", &changes.gone_findings)] {
        let rows = findings.iter().map(of_finding).collect();
        out.push((format!("{} {word}", count(findings.len(), "finding", "findings")), rows));
    }
    if !changes.controls.is_empty() {
        let rows = changes.controls.iter().map(of_control).collect();
        out.push((count(changes.controls.len(), "control changed", "controls changed"), rows));
    }
    if !changes.evidence.is_empty() {
        let title = "Models, formats and declarations changed".to_owned();
        out.push((title, changes.evidence.clone()));
    }
    let rows = changes.components.iter().map(of_component).collect();
    out.push((count(changes.components.len(), "component changed", "components changed"), rows));
    out
}

fn of_component(change: &ComponentChange) -> String {
    format!(
        "{} {} {} → {}{}{}",
        change.step,
        change.name,
        or_none(&change.before),
        or_none(&change.after),
        if change.runs { "" } else { " (development only)" },
        change.licence.as_ref().map(|(a, b)| format!(", licence {a} → {b}")).unwrap_or_default()
    )
}

/// A finding with its place and day, so that nobody has to ask again.
fn of_finding(finding: &Finding) -> String {
    let name = finding.component.as_ref().map(|purl| format!(" in {purl}")).unwrap_or_default();
    let place = finding.places.first().map(|place| format!(", {place}")).unwrap_or_default();
    let due = finding.due.map(|due| format!(", due {due}")).unwrap_or_default();
    format!("{} {}{name}: {}{place}{due}", finding.control, finding.id, finding.title)
}

fn of_control(change: &ControlChange) -> String {
    let mark = if change.worse { "worse" } else { "changed" };
    let states = match (change.before == change.after, change.worse) {
        // The state is the same, and more things are in it.
        (true, true) => format!("{}, of more things than before", change.after),
        _ => format!("{} → {}", change.before, change.after),
    };
    format!("{mark} {}: {states} ({})", change.name(), change.pack)
}

fn or_none(versions: &[String]) -> String {
    if versions.is_empty() { "(none)".to_owned() } else { versions.join(", ") }
}

/// The sheet: what changed, and the lines a person fills in.
fn sheet(changes: &Changes, before: &domain::Assessment, after: &domain::Assessment) -> String {
    let digest = |a: &domain::Assessment| a.digest.map_or_else(|| "(none)".to_owned(), |d| d.to_string());
    let plain = |text: &str| clean(text).replace('|', "\\|").replace('<', "&lt;").replace('@', "&#64;");
    let mut out = format!(
        "# Change sheet\n\nFrom assessment `{}`\nto assessment `{}`.\n\n\
         | component | before | after | step | runs | risk changed? (person) |\n| --- | --- | --- | --- | --- | --- |\n",
        digest(before),
        digest(after)
    );
    for change in &changes.components {
        let licence =
            change.licence.as_ref().map(|(a, b)| format!(" (licence {a} → {b})")).unwrap_or_default();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {}{} | {} | |",
            plain(&change.name),
            plain(&or_none(&change.before)),
            plain(&or_none(&change.after)),
            change.step,
            plain(&licence),
            if change.runs { "yes" } else { "no" }
        );
    }
    if changes.components.is_empty() {
        out.push_str("| none | | | | | |\n");
    }
    for (title, lines) in [
        ("Models, formats and declarations", changes.evidence.clone()),
        (
            "Findings that are new",
            changes.new_findings.iter().map(|f| format!("{}: {}", f.id, f.title)).collect(),
        ),
        (
            "Findings that are gone",
            changes.gone_findings.iter().map(|f| format!("{}: {}", f.id, f.title)).collect(),
        ),
        (
            "Controls",
            changes.controls.iter().map(|c| format!("{}: {} → {}", c.name(), c.before, c.after)).collect(),
        ),
    ] {
        let _ = writeln!(out, "\n## {title}\n");
        if lines.is_empty() {
            out.push_str("None.\n");
        }
        for line in lines {
            let _ = writeln!(out, "- {}", plain(&line));
        }
    }
    let _ = writeln!(
        out,
        "\n## For the clinical safety officer\n\n\
         - Does any of this change the clinical risk? yes / no, because:\n\
         - Hazards reassessed (numbers):\n- Is the safety case report reissued? yes / no\n- Name, registration, date:\n\n\
         {}",
        if changes.only_patches() {
            "Only patch updates, no new finding and no worse state: an earlier Receipt still covers this."
        } else if changes.nothing_worse() {
            "Nothing is worse, but more than patch updates changed: an earlier Receipt does not cover this."
        } else {
            "Something is worse: an earlier Receipt does not cover this."
        }
    );
    out
}
