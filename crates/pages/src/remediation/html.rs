//! How fast flaws were mended, as part of a page: the figures, one drawing, and its table.

use std::fmt::Write;

use domain::remediation::{End, Record};

use super::{
    COLUMNS, LIMITS, cells, gaps, grounds, headline, in_time, line, makers, open, plot, rows, tally,
};
use crate::{
    html::{close, escape, fold, row, table},
    shell,
};

/// More rows than this are counted, not shown.
const MOST_ROWS: usize = 500;

/// A page of its own.
pub fn page(record: &Record) -> String {
    let mut body = "<h1>How fast known flaws were mended</h1>".to_owned();
    figures(record, &mut body);
    single(record, &mut body);
    shell::page("How fast known flaws were mended", &body)
}

/// The section of an assessment's page.
pub fn section(record: &Record) -> String {
    let mut out = "<h2>How fast known flaws were mended</h2>".to_owned();
    figures(record, &mut out);
    out
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn figures(record: &Record, out: &mut String) {
    let _ =
        write!(out, "<p><strong>{}.</strong></p><dl class=\"rows\">", escape(&capital(&headline(record))));
    let mut add = |name: &str, value: &str| {
        let _ = write!(out, "<dt>{name}</dt><dd>{}</dd>", escape(&capital(value)));
    };
    if record.ships.exposures > 0 {
        add("What ships", &tally(&record.ships));
        add("Inside the deadline", &format!("{} whose deadline tells", in_time(&record.ships)));
        add("Mended", &makers(&record.ships));
    }
    add("Looked at", &grounds(record));
    for gap in gaps(record) {
        add("Not whole", &gap);
    }
    add("Keep in mind", LIMITS);
    out.push_str("</dl>");
    if record.contents > 0 && record.ships.exposures > 0 {
        let _ = write!(
            out,
            "<figure>{}<figcaption class=\"quiet\">Share of exposures still open, by days since they began \
             (Kaplan and Meier). Short strokes: seen no longer than that, and open. Dashed: half.</figcaption>\
             </figure>",
            plot::curve(record)
        );
        curve_table(record, out);
    }
    for (title, rows) in rows(record) {
        if rows.is_empty() {
            continue;
        }
        let first = if title.contains("year") { "Year" } else { "Severity" };
        let columns: Vec<&str> = std::iter::once(first).chain(COLUMNS).collect();
        table(out, title, &columns);
        for (name, of) in &rows {
            let line: Vec<String> = std::iter::once(escape(name)).chain(cells(of)).collect();
            row(out, &columns, &line);
        }
        close(out, rows.len(), rows.len());
    }
}

/// What the drawing shows, in figures.
fn curve_table(record: &Record, out: &mut String) {
    fold(out, "The curve as a table");
    let columns =
        ["Day", "Still open and seen before it", "Mended on it", "Seen no longer, open", "Still open"];
    table(out, "Share still open by days since an exposure began", &columns);
    for step in record.curve.iter().take(MOST_ROWS) {
        let cells = [
            step.day.to_string(),
            step.at_risk.to_string(),
            step.mended.to_string(),
            step.censored.to_string(),
            format!("{}.{:02} per cent", step.open / 100, step.open % 100),
        ];
        row(out, &columns, &cells);
    }
    close(out, record.curve.len().min(MOST_ROWS), record.curve.len());
    out.push_str("</details>");
}

/// Every exposure: what is open first, then what was mended, folded.
fn single(record: &Record, out: &mut String) {
    let open = open(record);
    if !open.is_empty() {
        out.push_str("<h2>Open, the longest first</h2><ul>");
        for exposure in open.iter().take(MOST_ROWS) {
            let _ = write!(out, "<li>{}</li>", escape(&line(exposure)));
        }
        out.push_str("</ul>");
    }
    let past: Vec<_> =
        record.exposures.iter().rev().filter(|e| e.end != End::Open && !e.development).collect();
    if past.is_empty() {
        return;
    }
    out.push_str("<h2>Mended, the latest first</h2>");
    fold(out, "Every one");
    let columns = ["Flaw", "Component", "Severity", "Began", "Days", "Ended", "Inside the deadline"];
    table(out, "Exposures that ended", &columns);
    for exposure in past.iter().take(MOST_ROWS) {
        let (ended, how) = match &exposure.end {
            End::Mended { on, by, .. } => (Some(on), makers_word(*by)),
            End::Lost { on } => (Some(on), "lost from sight"),
            End::Open => (None, ""),
        };
        let in_time = match exposure.in_time {
            Some(true) => "yes",
            Some(false) => "no",
            None => "no deadline",
        };
        let cells = [
            escape(&exposure.id),
            escape(&exposure.component.native_name()),
            exposure.severity.map_or("no vector", domain::Severity::word).to_owned(),
            exposure.start.to_string(),
            exposure.days.to_string(),
            format!("{} {how}", ended.map(ToString::to_string).unwrap_or_default()),
            in_time.to_owned(),
        ];
        row(out, &columns, &cells);
    }
    close(out, past.len().min(MOST_ROWS), past.len());
    out.push_str("</details>");
}

const fn makers_word(by: domain::remediation::Maker) -> &'static str {
    use domain::remediation::Maker::{Bot, Person, Program};
    match by {
        Person => "by a person",
        Bot => "by a bot",
        Program => "with a program that writes code",
    }
}
