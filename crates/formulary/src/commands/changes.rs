//! `formulary changes A B`: what changed between two states of one subject, as the sheet on which
//! a clinical safety officer records whether the risk changed (DCB0129, 7.3).

use std::fmt::Write;

use assess::change::{self, Changes};
use pages::columns::{WIDTH, clean, cut};

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
        Format::Json => answer(&format!("{}\n", serde_json::to_string(&changes)?)),
        Format::Markdown => answer(&sheet(&changes, &before, &after)),
        Format::Sarif | Format::Html => {
            return Err(Failure::new("changes are shown as text, json or markdown"));
        }
    }
    Ok(0)
}

/// For a terminal.
pub(crate) fn text(changes: &Changes) -> String {
    let mut out = String::new();
    for (question, before, after) in &changes.verdicts {
        let _ = writeln!(out, "{question}: {before} → {after}");
    }
    let _ = writeln!(
        out,
        "{}",
        pages::words::count(changes.components.len(), "component changed", "components changed")
    );
    for change in changes.components.iter().take(40) {
        let line = format!(
            "  {:<8} {} {} → {}{}{}",
            change.step,
            change.name,
            or_none(&change.before),
            or_none(&change.after),
            if change.runs { "" } else { " (development only)" },
            change.licence.as_ref().map(|(a, b)| format!(", licence {a} → {b}")).unwrap_or_default()
        );
        let _ = writeln!(out, "{}", cut(&line, WIDTH));
    }
    if changes.components.len() > 40 {
        let _ = writeln!(out, "  and {} more (--format json lists all)", changes.components.len() - 40);
    }
    for line in &changes.evidence {
        let _ = writeln!(out, "  {}", cut(line, WIDTH - 2));
    }
    for (word, findings) in [("new", &changes.new_findings), ("gone", &changes.gone_findings)] {
        let _ = writeln!(out, "{} {word}", pages::words::count(findings.len(), "finding", "findings"));
        for finding in findings.iter().take(20) {
            let _ = writeln!(
                out,
                "  {}",
                cut(&format!("{} {}: {}", finding.control, finding.id, finding.title), WIDTH - 2)
            );
        }
        if findings.len() > 20 {
            let _ = writeln!(out, "  and {} more", findings.len() - 20);
        }
    }
    for control in &changes.controls {
        let mark = if control.worse { "worse" } else { "changed" };
        let _ = writeln!(out, "  {mark:<8}{}: {} → {}", control.control, control.before, control.after);
    }
    let verdict = if changes.nothing_worse() { "Nothing is worse." } else { "Something is worse." };
    let _ = writeln!(out, "{verdict}");
    out
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
            changes.controls.iter().map(|c| format!("{}: {} → {}", c.control, c.before, c.after)).collect(),
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
