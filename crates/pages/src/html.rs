//! An Assessment as one self-contained HTML page: no script, no outside request, the patterns of
//! the GOV.UK and NHS design systems in an own small stylesheet.
//!
//! Everything that comes from the subject is escaped, and nothing from it becomes a link.

use std::fmt::Write;

use domain::{Assessment, ControlState, Outcome, Purpose, Verdict};

use crate::{actions, columns::clean, words};

/// The stylesheet, inlined into every page.
pub const STYLE: &str = include_str!("style.css");

/// More rows than this in one table are counted, not shown, so that the page opens anywhere.
const MOST_ROWS: usize = 5_000;

/// The text with HTML's special characters made plain.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// The word of an outcome as a class: `not-evaluated`.
fn class(outcome: Outcome) -> String {
    outcome.word().replace(' ', "-")
}

/// The whole page.
pub fn render(assessment: &Assessment) -> String {
    let mut body = String::new();
    let title = match assessment.subject.word() {
        "component" => "Assessment of a component",
        "model" => "Assessment of a model",
        "product" => "Assessment of a product",
        _ => "Assessment of a repository",
    };
    let _ = write!(body, "<h1>{title}</h1>");
    for verdict in &assessment.verdicts {
        one_verdict(assessment, verdict, &mut body);
    }
    todo(assessment, &mut body);
    reasons(assessment, &mut body);
    controls(assessment, &mut body);
    findings(assessment, &mut body);
    looked(assessment, &mut body);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title} - Formulary</title><style>{STYLE}</style></head><body>\
         <a class=\"skip\" href=\"#main\">Skip to main content</a>\
         <header><p>Formulary</p></header><main id=\"main\">{body}</main>\
         <footer class=\"quiet\"><p>Written by {} as of {}. Anyone with the same material, feeds and packs \
         gets the same digest.</p></footer></body></html>\n",
        escape(&assessment.tool),
        assessment.as_of
    )
}

fn one_verdict(assessment: &Assessment, verdict: &Verdict, out: &mut String) {
    let question = match verdict.purpose {
        Purpose::Use => "May it be used?",
        Purpose::Publish => "May it be public?",
    };
    let part = verdict.part.as_ref().map(|p| format!(" Part {}.", escape(p))).unwrap_or_default();
    let class = class(verdict.outcome);
    let _ = write!(
        out,
        "<section class=\"verdict {class}\"><h2>{question}{part} <span class=\"tag {class}\">{}</span></h2>\
         <p>{}.</p><p class=\"quiet\">{}. Pack {}.</p>",
        capital(verdict.outcome.word()),
        capital(words::meaning(verdict)),
        escape(&capital(&words::circumstances(&assessment.circumstances, verdict))),
        escape(&verdict.pack)
    );
    if let Some(otherwise) = verdict.otherwise {
        let _ = write!(out, "<p>What could be looked at says: {}.</p>", otherwise.word());
    }
    if let Some(public) = verdict.if_public {
        let _ = write!(out, "<p>Were it already public: {}.</p>", public.word());
    }
    out.push_str("</section>");
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Opens a table that scrolls sideways by keyboard and stacks on a narrow screen.
fn table(out: &mut String, caption: &str, columns: &[&str]) {
    let _ = write!(
        out,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\"><table class=\"stack\">\
         <caption>{caption}</caption><thead><tr>"
    );
    for column in columns {
        let _ = write!(out, "<th scope=\"col\">{column}</th>");
    }
    out.push_str("</tr></thead><tbody>");
}

fn row(out: &mut String, columns: &[&str], cells: &[String]) {
    out.push_str("<tr>");
    for (i, cell) in cells.iter().enumerate() {
        if i == 0 {
            let _ = write!(out, "<th scope=\"row\">{cell}</th>");
        } else {
            let _ = write!(out, "<td data-label=\"{}\">{cell}</td>", columns[i]);
        }
    }
    out.push_str("</tr>");
}

fn close(out: &mut String, shown: usize, total: usize) {
    out.push_str("</tbody></table></div>");
    if total > shown {
        let _ = write!(out, "<p>{} more are in the JSON form.</p>", total - shown);
    }
}

fn todo(assessment: &Assessment, out: &mut String) {
    let actions = actions::of(assessment);
    out.push_str("<h2>What to do next</h2>");
    if actions.is_empty() {
        out.push_str("<p>Nothing.</p>");
        return;
    }
    let columns = ["Action", "Verdict until then", "Clears", "Due"];
    table(out, "Actions, the most pressing first", &columns);
    for action in actions.iter().take(MOST_ROWS) {
        let mut what = escape(&capital(&action.what));
        if let Some(command) = &action.command {
            let _ = write!(what, "<pre><code>{}</code></pre>", escape(command));
        } else if let Some(place) = &action.place {
            let _ = write!(what, "<br><code>{}</code>", escape(place));
        }
        let due = match action.due {
            Some(due) if due < assessment.as_of.date() => format!("{due}, overdue"),
            Some(due) => due.to_string(),
            None => "no date".to_owned(),
        };
        let tag = format!(
            "<span class=\"tag {}\">{}</span>",
            class(action.outcome),
            capital(action.outcome.word())
        );
        row(out, &columns, &[what, tag, action.clears.to_string(), due]);
    }
    close(out, actions.len().min(MOST_ROWS), actions.len());
}

fn reasons(assessment: &Assessment, out: &mut String) {
    for verdict in &assessment.verdicts {
        if verdict.reasons.is_empty() {
            continue;
        }
        let _ = write!(
            out,
            "<h2>Why: {}{}</h2><dl>",
            verdict.purpose.word(),
            verdict.part.as_ref().map(|p| format!(", part {}", escape(p))).unwrap_or_default()
        );
        for reason in &verdict.reasons {
            let _ = write!(
                out,
                "<dt>{} <span class=\"tag {}\">{}</span></dt><dd>{} <span class=\"quiet\">({}, {})</span><br>{}</dd>",
                escape(&reason.control),
                if reason.action == domain::verdict::Action::Advise {
                    "advice".to_owned()
                } else {
                    class(reason.outcome)
                },
                capital(words::consequence(reason)),
                escape(&reason.why),
                escape(&reason.row),
                reason.state.word(),
                escape(&reason.remedy)
            );
        }
        out.push_str("</dl>");
    }
}

fn controls(assessment: &Assessment, out: &mut String) {
    out.push_str("<h2>Every control</h2>");
    let columns = ["Control", "Row", "State", "Asked of", "Not met", "Unknown", "Until"];
    table(out, "Controls and their states", &columns);
    for control in assessment.controls.iter().take(MOST_ROWS) {
        let until = match (control.excepted_until, control.attested) {
            (Some(until), _) => format!("set aside until {until}"),
            (None, Some(until)) => format!("attested until {until}"),
            (None, None) => "-".to_owned(),
        };
        let state = match control.state {
            ControlState::NotMet | ControlState::Unknown => format!("<strong>{}</strong>", control.state),
            other => other.to_string(),
        };
        let part = control.part.as_ref().map(|p| format!(" ({})", escape(p))).unwrap_or_default();
        row(
            out,
            &columns,
            &[
                format!("{}{part}", escape(&control.id)),
                escape(&control.row),
                state,
                control.asked.to_string(),
                control.not_met.to_string(),
                control.unknown.to_string(),
                until,
            ],
        );
    }
    close(out, assessment.controls.len().min(MOST_ROWS), assessment.controls.len());
}

fn findings(assessment: &Assessment, out: &mut String) {
    if assessment.findings.is_empty() {
        return;
    }
    out.push_str("<h2>Findings</h2>");
    let columns = ["Finding", "What", "Where", "Severity", "Due"];
    table(out, "Findings", &columns);
    for finding in assessment.findings.iter().take(MOST_ROWS) {
        let aliases = if finding.aliases.is_empty() {
            String::new()
        } else {
            format!("<br>{}", escape(&finding.aliases.join(", ")))
        };
        let places: Vec<String> = finding
            .places
            .iter()
            .take(3)
            .map(|p| format!("<code>{}</code>", escape(&p.to_string())))
            .collect();
        let severity = finding.severity.map_or("unknown", domain::Severity::word);
        row(
            out,
            &columns,
            &[
                format!("{}{aliases}", escape(&finding.id)),
                escape(&finding.title),
                places.join("<br>"),
                severity.to_owned(),
                finding.due.map_or_else(|| "-".to_owned(), |due| due.to_string()),
            ],
        );
    }
    close(out, assessment.findings.len().min(MOST_ROWS), assessment.findings.len());
}

fn looked(assessment: &Assessment, out: &mut String) {
    out.push_str("<h2>What was looked at</h2><dl class=\"rows\">");
    let mut add = |name: &str, value: String| {
        let _ = write!(out, "<dt>{name}</dt><dd>{value}</dd>");
    };
    add("Components", escape(&words::looked_at(assessment)));
    add("Controls", escape(&words::tally(assessment)));
    let unread: Vec<String> = assessment
        .coverage
        .iter()
        .flat_map(|c| &c.unread)
        .take(200)
        .map(|u| format!("<code>{}</code>: {}", escape(&u.place.to_string()), escape(&u.why)))
        .collect();
    let unread =
        if unread.is_empty() { "nothing that was recognised".to_owned() } else { unread.join("<br>") };
    add("Not looked at", unread);
    let feeds = words::feeds(assessment);
    add("Feeds", if feeds.is_empty() { "none was asked".to_owned() } else { escape(&feeds.join(", ")) });
    if let Some(digest) = assessment.digest {
        add("Digest", format!("<code>{digest}</code>"));
    }
    out.push_str("</dl>");
}
