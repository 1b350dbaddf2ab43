//! An Assessment as one self-contained HTML page: no script, no outside request, the patterns of
//! the GOV.UK and NHS design systems in an own small stylesheet.
//!
//! Everything that comes from the subject is escaped, and nothing from it becomes a link.

use std::fmt::Write;

use domain::{
    Assessment, ControlResult, ControlState, Finding, Outcome, Purpose, Reason, Verdict, verdict::Action,
};

use crate::{actions, change::Change, columns::clean, words};

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

/// The whole page; `more` are sections of plain lines that stand after the verdicts.
pub fn render(assessment: &Assessment, more: &[(String, Vec<String>)]) -> String {
    let mut body = String::new();
    let title = match assessment.subject.word() {
        "component" => "Assessment of a component",
        "model" => "Assessment of a model",
        "product" => "Assessment of a product",
        _ => "Assessment of a repository",
    };
    let _ = write!(body, "<h1>{title}</h1>");
    for verdict in &assessment.verdicts {
        let (outcome, meaning) = words::answer(assessment, verdict);
        let yes = !words::unseen(assessment, verdict);
        let class = if yes { class(verdict.outcome) } else { class(Outcome::NotEvaluated) };
        one_verdict(assessment, verdict, &class, &format!("{outcome}{meaning}"), &mut body);
    }
    sections(more, &mut body);
    todo(assessment, "Nothing.", &mut body);
    crate::rewriting::html(assessment, &mut body);
    crate::reopening::html(assessment, &mut body);
    reasons(assessment, &mut body);
    if let Some(record) = crate::remediation::of(assessment) {
        body.push_str(&crate::remediation::section(&record));
    }
    controls(assessment, &mut body);
    findings(assessment, &mut body);
    looked(assessment, &mut body);
    page(assessment, title, &body)
}

/// A change, judged by itself, as a whole page.
pub fn render_change(change: &Change<'_>) -> String {
    let alone = change.alone;
    let title = "Assessment of a change";
    let mut body =
        format!("<h1>{title}</h1><p>Since <code>{}</code>, this change alone.</p>", escape(change.since));
    for verdict in &alone.verdicts {
        let (outcome, meaning) = words::change_meaning(verdict);
        let class = class(verdict.outcome);
        one_verdict(alone, verdict, &class, &format!("{outcome}{meaning}"), &mut body);
    }
    todo(alone, if change.nothing_worse { "Nothing: nothing is worse." } else { "Nothing." }, &mut body);
    reasons(alone, &mut body);
    sections(change.sections, &mut body);
    findings(alone, &mut body);
    looked(alone, &mut body);
    page(alone, title, &body)
}

fn page(assessment: &Assessment, title: &str, body: &str) -> String {
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

fn sections(sections: &[(String, Vec<String>)], out: &mut String) {
    for (title, rows) in sections {
        let _ = write!(out, "<h2>{}</h2><ul>", escape(title));
        for row in rows.iter().take(MOST_ROWS) {
            let _ = write!(out, "<li>{}</li>", escape(row));
        }
        out.push_str("</ul>");
        if rows.len() > MOST_ROWS {
            let _ = write!(out, "<p>{} more are in the JSON form.</p>", rows.len() - MOST_ROWS);
        }
    }
}

/// Opens a closed fold: what few read does not make the page long.
pub(crate) fn fold(out: &mut String, summary: &str) {
    let _ = write!(out, "<details><summary>{}</summary>", escape(summary));
}

fn one_verdict(assessment: &Assessment, verdict: &Verdict, class: &str, answer: &str, out: &mut String) {
    let question = match verdict.purpose {
        Purpose::Use => "May it be used?",
        Purpose::Publish => "May it be public?",
    };
    let part = verdict.part.as_ref().map(|p| format!(" Part {}.", escape(p))).unwrap_or_default();
    let _ = write!(
        out,
        "<section class=\"verdict {class}\"><h2>{question}{part}</h2>\
         <p><span class=\"tag {class}\">{}</span></p><p>{}.</p><p class=\"quiet\">{}. Pack {}.</p>",
        capital(verdict.outcome.word()),
        escape(&capital(answer)),
        escape(&capital(&words::circumstances(&assessment.circumstances, verdict))),
        escape(&verdict.pack)
    );
    for told in words::register(verdict) {
        let _ = write!(out, "<p>{}</p>", escape(&told));
    }
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
pub(crate) fn table(out: &mut String, caption: &str, columns: &[&str]) {
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

pub(crate) fn row(out: &mut String, columns: &[&str], cells: &[String]) {
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

pub(crate) fn close(out: &mut String, shown: usize, total: usize) {
    out.push_str("</tbody></table></div>");
    if total > shown {
        let _ = write!(out, "<p>{} more are in the JSON form.</p>", total - shown);
    }
}

fn todo(assessment: &Assessment, nothing: &str, out: &mut String) {
    let actions = actions::of(assessment);
    out.push_str("<h2>What to do next</h2>");
    if actions.is_empty() {
        let _ = write!(out, "<p>{nothing}</p>");
        return;
    }
    let columns = ["Action", "Verdict until then", "Clears", "Due"];
    table(out, "Actions, the most pressing first", &columns);
    for action in actions.iter().take(MOST_ROWS) {
        let mut what = escape(&capital(&action.what));
        if let Some(command) = &action.command {
            let _ = write!(what, "<pre><code>{}</code></pre>", escape(command));
        } else if !action.places.is_empty() {
            let (named, more) = action.places_named();
            for place in named {
                let _ = write!(what, "<br><code>{}</code>", escape(&place));
            }
            if more > 0 {
                let _ = write!(what, "<br>and {more} more");
            }
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
        let clears = if action.clears > 0 { action.clears.to_string() } else { "-".to_owned() };
        row(out, &columns, &[what, tag, clears, due]);
    }
    close(out, actions.len().min(MOST_ROWS), actions.len());
}

fn reasons(assessment: &Assessment, out: &mut String) {
    for verdict in &assessment.verdicts {
        let (advice, decides): (Vec<&Reason>, Vec<&Reason>) =
            verdict.reasons.iter().partition(|reason| reason.action == Action::Advise);
        if verdict.reasons.is_empty() {
            continue;
        }
        let _ = write!(out, "<h2>Why: {}</h2>", escape(&words::question(assessment, verdict)));
        listed(&decides, out);
        if !advice.is_empty() {
            fold(
                out,
                &words::count(
                    advice.len(),
                    "line of advice, no consequence",
                    "lines of advice, no consequence",
                ),
            );
            listed(&advice, out);
            out.push_str("</details>");
        }
    }
}

fn listed(reasons: &[&Reason], out: &mut String) {
    if reasons.is_empty() {
        return;
    }
    out.push_str("<dl>");
    for reason in reasons {
        let advice = reason.action == Action::Advise;
        let _ = write!(
            out,
            "<dt>{} <span class=\"tag {}\">{}</span></dt><dd>{} <span class=\"quiet\">({}, {})</span><br>{}</dd>",
            escape(&reason.control),
            if advice { "advice".to_owned() } else { class(reason.outcome) },
            capital(words::consequence(reason)),
            escape(&reason.why),
            escape(&reason.row),
            reason.state.word(),
            escape(&reason.remedy)
        );
    }
    out.push_str("</dl>");
}

/// The controls that were asked of something; those that do not apply are folded away.
fn controls(assessment: &Assessment, out: &mut String) {
    let (aside, asked): (Vec<&ControlResult>, Vec<&ControlResult>) =
        assessment.controls.iter().partition(|c| c.state == ControlState::NotApplicable);
    out.push_str("<h2>Every control</h2>");
    if !asked.is_empty() {
        let columns = ["Control", "Row", "State", "Asked of", "Not met", "Unknown", "Until"];
        table(out, "Controls and their states", &columns);
        for control in asked.iter().take(MOST_ROWS) {
            row(out, &columns, &of_control(control));
        }
        close(out, asked.len().min(MOST_ROWS), asked.len());
    }
    if !aside.is_empty() {
        fold(out, &words::count(aside.len(), "control does not apply", "controls do not apply"));
        out.push_str("<ul>");
        for control in aside.iter().take(MOST_ROWS) {
            let part = control.part.as_ref().map(|p| format!(" ({})", escape(p))).unwrap_or_default();
            let _ = write!(out, "<li>{}{part}, {}</li>", escape(&control.id), escape(&control.row));
        }
        out.push_str("</ul></details>");
    }
}

fn of_control(control: &ControlResult) -> [String; 7] {
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
    [
        format!("{}{part}", escape(&control.id)),
        escape(&control.row),
        state,
        control.asked.to_string(),
        control.not_met.to_string(),
        control.unknown.to_string(),
        until,
    ]
}

/// More findings than this are folded away: the actions say what to do about them.
const SHOWN_FINDINGS: usize = 20;

fn findings(assessment: &Assessment, out: &mut String) {
    if assessment.findings.is_empty() {
        return;
    }
    out.push_str("<h2>Findings</h2>");
    let folded = assessment.findings.len() > SHOWN_FINDINGS;
    if folded {
        fold(out, &format!("All {} findings", assessment.findings.len()));
    }
    let columns = ["Finding", "What", "Where", "Severity", "Due"];
    table(out, "Findings", &columns);
    for finding in assessment.findings.iter().take(MOST_ROWS) {
        row(out, &columns, &of_finding(finding));
    }
    close(out, assessment.findings.len().min(MOST_ROWS), assessment.findings.len());
    if folded {
        out.push_str("</details>");
    }
}

fn of_finding(finding: &Finding) -> [String; 5] {
    let aliases = if finding.aliases.is_empty() {
        String::new()
    } else {
        format!("<br>{}", escape(&finding.aliases.join(", ")))
    };
    let mut places: Vec<String> =
        finding.places.iter().take(3).map(|p| format!("<code>{}</code>", escape(&p.to_string()))).collect();
    if finding.places.len() > 3 {
        places.push(format!("and {} more", finding.places.len() - 3));
    }
    [
        format!("{}{aliases}", escape(&finding.id)),
        escape(&finding.title),
        places.join("<br>"),
        finding.severity.map_or("unknown", domain::Severity::word).to_owned(),
        finding.due.map_or_else(|| "-".to_owned(), |due| due.to_string()),
    ]
}

fn looked(assessment: &Assessment, out: &mut String) {
    out.push_str("<h2>What was looked at</h2><dl class=\"rows\">");
    let mut add = |name: &str, value: String| {
        let _ = write!(out, "<dt>{name}</dt><dd>{value}</dd>");
    };
    add("Components", escape(&words::looked_at(assessment)));
    add("Controls", escape(&words::tally(assessment)));
    let unread: Vec<String> = words::unread(assessment).iter().take(200).map(|line| escape(line)).collect();
    let unread =
        if unread.is_empty() { "nothing that was recognised".to_owned() } else { unread.join("<br>") };
    add("Not looked at", unread);
    let reports: Vec<String> = words::reports(assessment).iter().map(|line| escape(line)).collect();
    if !reports.is_empty() {
        add("Reports", reports.join("<br>"));
    }
    let feeds = words::feeds(assessment);
    add("Feeds", if feeds.is_empty() { "none was asked".to_owned() } else { escape(&feeds.join(", ")) });
    if let Some(digest) = assessment.digest {
        add("Digest", format!("<code>{digest}</code>"));
    }
    out.push_str("</dl>");
}
