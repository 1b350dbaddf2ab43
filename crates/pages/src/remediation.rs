//! How fast flaws were mended, for people: as text, as Markdown, as part of a page.
//!
//! Decides which of the figures are shown and in which words; all arithmetic was done before. Shares
//! are shown only where enough exposures tell; "not reached" and "too few" stand where a median would.

mod html;
mod plot;

use std::fmt::Write;

use domain::{
    Assessment,
    remediation::{End, Exposure, FEWEST, Median, Record, Summary},
};

use crate::columns::{WIDTH, clean, cut, wrap};

pub use html::{page, section};

/// The evidence's kind in an assessment.
const KIND: &str = "remediation";

/// More open exposures than this are counted, not named.
const MOST_NAMED: usize = 10;

/// What is to be kept in mind with every figure.
pub(crate) const LIMITS: &str =
    "It says when the repository was mended, not when the people it serves got the fix.";

/// The record that stands in an assessment.
pub fn of(assessment: &Assessment) -> Option<Record> {
    let value = &assessment.evidence.iter().find(|e| e.kind == KIND)?.value;
    serde_json::from_value(value.clone()).ok()
}

/// The headline: the median, and of how many.
pub(crate) fn headline(record: &Record) -> String {
    let of = &record.ships;
    match of.median {
        _ if record.contents == 0 => "no lockfile was ever read, so nothing can be measured".to_owned(),
        Median::TooFew if of.exposures == 0 => "no exposure was seen, so nothing can be measured".to_owned(),
        Median::TooFew => format!("too few to say: {}, and {FEWEST} are needed", exposures(of.exposures)),
        Median::NotReached => format!("median not reached: fewer than half of {} were mended", of.exposures),
        Median::Days(_) => format!("half were mended within {}, of {}", of.median(), exposures(of.exposures)),
    }
}

fn exposures(count: u64) -> String {
    if count == 1 { "1 exposure".to_owned() } else { format!("{count} exposures") }
}

/// How many were mended, are open, were lost.
pub(crate) fn tally(of: &Summary) -> String {
    let mut out = format!("{} mended, {} open", of.mended, of.open);
    if of.lost > 0 {
        let _ = write!(out, ", {} lost from sight with their lockfile", of.lost);
    }
    out
}

/// The share mended by the deadline: `21 of 28 (75 per cent)`.
pub(crate) fn in_time(of: &Summary) -> String {
    match of.share_in_time() {
        Some(share) => format!("{} of {} ({} per cent)", of.in_time, of.timed, share / 100),
        None if of.timed == 0 => "none due yet".to_owned(),
        None => format!("{} of {}", of.in_time, of.timed),
    }
}

/// Who mended: `18 by a bot, 10 by a person`.
pub(crate) fn makers(of: &Summary) -> String {
    let mut parts = Vec::new();
    for (count, who) in [
        (of.by_person, "by a person"),
        (of.by_bot, "by a bot that proposes updates"),
        (of.by_program, "by a program that writes code, or with one"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {who}"));
        }
    }
    if parts.is_empty() { "nobody yet".to_owned() } else { parts.join(", ") }
}

/// What the figures rest on.
pub(crate) fn grounds(record: &Record) -> String {
    let days = record.span.map(|(first, last)| format!(" from {first} to {last}")).unwrap_or_default();
    let mut out = format!(
        "{} contents of {} lockfiles along {} commits{days}; {} component versions, {} in a full feed",
        record.contents, record.lockfiles, record.commits, record.looked.versions, record.looked.full
    );
    if record.looked.partial > 0 {
        let _ = write!(out, ", {} in a partial one", record.looked.partial);
    }
    if record.looked.not_loaded > 0 {
        let _ = write!(out, ", {} in a feed that is not loaded", record.looked.not_loaded);
    }
    out
}

/// What makes the figures less than whole.
pub(crate) fn gaps(record: &Record) -> Vec<String> {
    let mut out = Vec::new();
    if record.begins_inside {
        out.push(
            "The clone begins in the middle: what arrived before is dated by its flaw alone.".to_owned(),
        );
    }
    if record.unreadable > 0 {
        out.push(format!(
            "{} contents of lockfiles could not be read: what they held is carried on, not taken for mended.",
            record.unreadable
        ));
    }
    if record.start_unknown > 0 {
        out.push(format!("{} are left out: when they began is not known.", exposures(record.start_unknown)));
    }
    if record.development.exposures > 0 {
        out.push(format!(
            "Of what only development needs, kept apart: {}, {}, median {}.",
            exposures(record.development.exposures),
            tally(&record.development),
            record.development.median()
        ));
    }
    out
}

/// What is open, the longest first.
fn open(record: &Record) -> Vec<&Exposure> {
    let mut open: Vec<&Exposure> =
        record.exposures.iter().filter(|e| e.end == End::Open && !e.development).collect();
    open.sort_by_key(|e| (std::cmp::Reverse(e.days), &e.component, &e.id));
    open
}

/// One open exposure in a line.
fn line(exposure: &Exposure) -> String {
    let severity = exposure.severity.map_or("severity unknown", domain::Severity::word);
    let due = match exposure.due {
        Some(due) if exposure.in_time == Some(false) => format!("was due {due}"),
        Some(due) => format!("due {due}"),
        None => "due on the next upgrade".to_owned(),
    };
    let again = if exposure.again { ", come back" } else { "" };
    format!(
        "{} in {}: open since {} ({} days){again}, {severity}, {due}",
        exposure.id,
        exposure.component.native_name(),
        exposure.start,
        exposure.days
    )
}

/// The rows of a table: the words of the first column, and the figures.
pub(crate) fn rows(record: &Record) -> [(&'static str, Vec<(String, &Summary)>); 2] {
    let severity = record
        .by_severity
        .iter()
        .map(|(severity, of)| (severity.map_or("no vector", domain::Severity::word).to_owned(), of))
        .collect();
    let year = record.by_year.iter().map(|(year, of)| (year.to_string(), of)).collect();
    [("By severity", severity), ("By year it began", year)]
}

/// The columns after the first.
pub(crate) const COLUMNS: [&str; 5] = ["Exposures", "Mended", "Open", "Median", "Inside the deadline"];

/// The figures of a row.
pub(crate) fn cells(of: &Summary) -> [String; 5] {
    [of.exposures.to_string(), of.mended.to_string(), of.open.to_string(), of.median(), in_time(of)]
}

/// As text for a terminal.
pub fn text(record: &Record) -> String {
    let mut out = String::new();
    let bold = anstyle::Style::new().bold();
    let say = |out: &mut String, name: &str, text: &str| {
        for (i, part) in wrap(text, WIDTH - 18).into_iter().enumerate() {
            let _ = writeln!(out, "  {:<16}{part}", if i == 0 { name } else { "" });
        }
    };
    for part in wrap(&format!("How fast known flaws were mended: {}", headline(record)), WIDTH) {
        let _ = writeln!(out, "{bold}{part}{bold:#}");
    }
    if record.ships.exposures > 0 {
        say(&mut out, "what ships", &tally(&record.ships));
        say(&mut out, "in time", &format!("{} whose deadline tells", in_time(&record.ships)));
        say(&mut out, "mended", &makers(&record.ships));
    }
    say(&mut out, "looked at", &grounds(record));
    for gap in gaps(record) {
        say(&mut out, "", &gap);
    }
    say(&mut out, "keep in mind", LIMITS);
    for (title, rows) in rows(record) {
        if rows.is_empty() {
            continue;
        }
        let _ = writeln!(
            out,
            "\n  {title:<18}{:>10}{:>9}{:>7}{:>15}  {}",
            COLUMNS[0], COLUMNS[1], COLUMNS[2], COLUMNS[3], COLUMNS[4]
        );
        for (name, of) in rows {
            let [count, mended, open, median, share] = cells(of);
            let _ = writeln!(out, "  {name:<18}{count:>10}{mended:>9}{open:>7}{median:>15}  {share}");
        }
    }
    let open = open(record);
    if !open.is_empty() {
        let _ = writeln!(out, "\n  Open, the longest first");
        for exposure in open.iter().take(MOST_NAMED) {
            let _ = writeln!(out, "  {}", cut(&line(exposure), WIDTH - 2));
        }
        if open.len() > MOST_NAMED {
            let _ = writeln!(out, "  and {} more", open.len() - MOST_NAMED);
        }
    }
    out
}

/// As Markdown.
pub fn markdown(record: &Record) -> String {
    let mut out = format!("**How fast known flaws were mended: {}**\n\n", headline(record));
    if record.ships.exposures > 0 {
        let _ = writeln!(out, "- What ships: {}.", tally(&record.ships));
        let _ = writeln!(out, "- In time: {} whose deadline tells.", in_time(&record.ships));
        let _ = writeln!(out, "- Mended: {}.", makers(&record.ships));
    }
    let _ = writeln!(out, "- Looked at: {}.", grounds(record));
    for gap in gaps(record) {
        let _ = writeln!(out, "- {gap}");
    }
    let _ = writeln!(out, "- {LIMITS}");
    for (title, rows) in rows(record) {
        if rows.is_empty() {
            continue;
        }
        let _ = write!(out, "\n| {title} | {} |\n|---|---:|---:|---:|---:|---|\n", COLUMNS.join(" | "));
        for (name, of) in rows {
            let _ = writeln!(out, "| {name} | {} |", cells(of).join(" | "));
        }
    }
    let open = open(record);
    if !open.is_empty() {
        out.push_str("\nOpen, the longest first:\n\n");
        for exposure in open.iter().take(MOST_NAMED) {
            let _ = writeln!(out, "- {}", crate::markdown::plain(&clean(&line(exposure))));
        }
        if open.len() > MOST_NAMED {
            let _ = writeln!(out, "- and {} more", open.len() - MOST_NAMED);
        }
    }
    out
}
