//! The parts that pages are put together from: shell, tag, summary list, table, links.
//!
//! Decides the patterns (those of the GOV.UK and NHS design systems, written anew): one `h1`, a skip
//! link, named landmarks, tables with caption and scope, a tag that says its state in words. What comes
//! in as text is escaped here, once.

use std::fmt::Write as _;

use domain::{ControlState, Digest, EntryState, Outcome};

use super::view::{Event, Evidence, Position, Register, Who};
use crate::html::escape;

/// The pages of the navigation: file, words.
const NAVIGATION: [(&str, &str); 8] = [
    ("index.html", "Overview"),
    ("find.html", "Find an entry"),
    ("reviews.html", "Open reviews"),
    ("board.html", "Exceptions and closures"),
    ("health.html", "How quick we are"),
    ("people.html", "People"),
    ("policy.html", "Policy"),
    ("verify.html", "Verify"),
];

/// What a page may load: our stylesheet and script, from where it stands, and nothing else; no form is sent,
/// and no address but the page's own is the base of its links. What people wrote could do nothing even if it
/// were taken for markup.
pub(super) const CONTENT_SECURITY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
                                           connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'";

/// A whole page. `path` is where it stands, with `/`; `main` is HTML that begins with the `h1`.
pub(super) fn page(register: &Register, path: &str, title: &str, main: &str) -> String {
    let up = "../".repeat(path.matches('/').count());
    let name = escape(&register.name);
    let mut nav = String::new();
    for (file, words) in NAVIGATION {
        let current = if file == path { " aria-current=\"page\"" } else { "" };
        let _ = write!(nav, "<li><a href=\"{up}{file}\"{current}>{words}</a></li>");
    }
    let script = if path == "find.html" { "<script src=\"search.js\" defer></script>" } else { "" };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en-GB\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{CONTENT_SECURITY}\">\
         <meta name=\"referrer\" content=\"no-referrer\">\
         <title>{} – {name}</title><link rel=\"stylesheet\" href=\"{up}style.css\">\
         <link rel=\"icon\" href=\"data:,\">\
         <link rel=\"alternate\" type=\"application/atom+xml\" title=\"Decisions\" href=\"{up}feed.xml\">\
         {script}</head><body>\n<a class=\"skip\" href=\"#main\">Skip to main content</a>\n\
         <header class=\"top\"><div class=\"wide\"><p class=\"name\"><a href=\"{up}index.html\">\
         <span class=\"what\">Technology register</span> {name}</a></p></div></header>\n\
         <nav aria-label=\"Register\"><ul class=\"wide\">{nav}</ul></nav>\n\
         {}<main id=\"main\" class=\"wide\" tabindex=\"-1\">\n{main}</main>\n\
         <footer><div class=\"wide\"><p>Questions, corrections, appeals: {}</p>\
         <ul><li><a href=\"{up}feed.xml\">Feed of decisions</a></li>\
         <li><a href=\"{up}index.json\">JSON</a></li><li><a href=\"{up}register.csv\">CSV</a></li>\
         <li><a href=\"{up}verify.html\">Verify this register</a></li>\
         <li><a href=\"{up}accessibility.html\">Accessibility statement</a></li></ul></div></footer>\n\
         </body></html>\n",
        escape(title),
        crumbs(path, &up),
        contact(&register.contact),
    )
}

/// A state of an entry: word and colour.
pub(super) fn state(state: EntryState) -> String {
    let class = match state {
        EntryState::Listed => "good",
        EntryState::ListedWithObligations | EntryState::UnderEvaluation => "busy",
        EntryState::Overdue | EntryState::Restricted => "warn",
        EntryState::Suspended | EntryState::Declined => "bad",
        EntryState::Unlisted | EntryState::Withdrawn => "none",
    };
    tag(class, state.word())
}

/// What a state means, in a sentence.
pub(super) const fn meaning(state: EntryState) -> &'static str {
    match state {
        EntryState::Unlisted => "Nobody has decided on it.",
        EntryState::UnderEvaluation => "A review is open.",
        EntryState::Listed => "May be used, or be public.",
        EntryState::ListedWithObligations => "The same, and something must still be done by a day.",
        EntryState::Overdue => "A date has passed: running uses go on, somebody must act.",
        EntryState::Restricted => "Overdue for long: no new uses.",
        EntryState::Suspended => "Stopped at once; a decision must follow. Running uses go on.",
        EntryState::Declined => "Decided: no.",
        EntryState::Withdrawn => "Taken off the register.",
    }
}

/// An answer of an assessment.
pub(super) fn outcome(outcome: Outcome) -> String {
    let class = match outcome {
        Outcome::Allowed => "good",
        Outcome::Conditional => "busy",
        Outcome::Refused => "bad",
        _ => "warn",
    };
    tag(class, outcome.word())
}

/// A tag. The words are ours.
pub(super) fn tag(class: &str, words: &str) -> String {
    format!("<strong class=\"tag {class}\">{}</strong>", escape(words))
}

/// A summary list; values are HTML.
pub(super) fn summary(rows: &[(&str, String)]) -> String {
    let mut out = String::from("<dl class=\"rows\">");
    for (key, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = write!(out, "<div><dt>{key}</dt><dd>{value}</dd></div>");
    }
    out.push_str("</dl>\n");
    out
}

/// A table whose first column names the row; heads and caption are ours, cells are HTML. On a narrow
/// screen each row becomes a block with labels.
pub(super) fn table(caption: &str, heads: &[&str], rows: &[Vec<String>]) -> String {
    let mut out = format!("<table><caption>{caption}</caption><thead><tr>");
    for head in heads {
        let _ = write!(out, "<th scope=\"col\">{head}</th>");
    }
    out.push_str("</tr></thead><tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for (i, (cell, head)) in row.iter().zip(heads).enumerate() {
            if i == 0 {
                let _ = write!(out, "<th scope=\"row\">{cell}</th>");
            } else {
                let _ = write!(out, "<td data-label=\"{head}\">{cell}</td>");
            }
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table>\n");
    out
}

/// A digest in full.
pub(super) fn digest(digest: &Digest) -> String {
    format!("<code>{digest}</code>")
}

/// A day.
pub(super) fn day(date: domain::Date) -> String {
    format!("<time datetime=\"{date}\">{}</time>", long_day(date))
}

/// A day as people write it: `22 August 2026`.
fn long_day(date: domain::Date) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let text = date.to_string();
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next(), parts.next(), parts.next());
    let number = |part: Option<&str>| part.and_then(|p| p.parse::<usize>().ok());
    match (year, number(month).and_then(|m| MONTHS.get(m.checked_sub(1)?)), number(day)) {
        (Some(year), Some(month), Some(day)) => format!("{day} {month} {year}"),
        _ => text,
    }
}

/// Whom to write to: a link, where it is an address.
pub(super) fn contact(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_+@".contains(c);
    let address = text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.contains('@') && text.chars().all(plain)
    });
    let shown = escape(text);
    if address { format!("<a href=\"mailto:{shown}\">{shown}</a>") } else { shown }
}

/// The way back from a page that is not in the navigation.
fn crumbs(path: &str, up: &str) -> String {
    let (file, words) = match path.split_once('/') {
        None => return String::new(),
        Some(("reviews", _)) => ("reviews.html", "Open reviews"),
        Some(_) => ("find.html", "Find an entry"),
    };
    format!(
        "<nav class=\"crumbs wide\" aria-label=\"Breadcrumb\"><ol><li><a href=\"{up}index.html\">Overview</a></li>\
         <li><a href=\"{up}{file}\">{words}</a></li></ol></nav>\n"
    )
}

/// Somebody: name with consent, else id; and roles.
pub(super) fn who(who: &Who) -> String {
    let name = who.name.as_ref().map_or_else(|| escape(&who.id), |n| escape(n));
    if who.roles.is_empty() { name } else { format!("{name}, {}", roles(&who.roles)) }
}

/// Roles as people read them.
pub(super) fn roles(roles: &[String]) -> String {
    let roles: Vec<String> = roles.iter().map(|r| escape(&r.replace('-', " "))).collect();
    roles.join(", ")
}

/// The words with a capital at the beginning.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().collect::<String>() + chars.as_str())
}

/// A thing and how many.
pub(super) fn count(n: usize, one: &str, more: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { more })
}

/// What was logged, as a dated list.
pub(super) fn history(events: &[Event]) -> String {
    let mut out = String::from("<ol class=\"story\">");
    for event in events {
        let _ = write!(
            out,
            "<li>{} <span>{} by {} <span class=\"quiet\">(entry {})</span></span></li>",
            day(event.on),
            escape(&capital(&event.what)),
            who(&event.who),
            event.entry
        );
    }
    out.push_str("</ol>\n");
    out
}

/// Positions as a table.
pub(super) fn positions(caption: &str, positions: &[Position]) -> String {
    if positions.is_empty() {
        return "<p>Nobody has taken a position yet.</p>\n".to_owned();
    }
    let rows: Vec<Vec<String>> = positions
        .iter()
        .map(|p| {
            let mut what = escape(&capital(&p.stance));
            if let Some(concern) = &p.concern {
                let _ = write!(what, " ({})", escape(concern));
            }
            if p.stale {
                what.push_str("; on earlier evidence");
            }
            let clause = p.clause.as_ref().map(|c| format!("[{}] ", escape(c))).unwrap_or_default();
            let says = p.says.as_ref().map(|s| escape(s)).unwrap_or_default();
            vec![who(&p.who), what, format!("{clause}{says}"), day(p.on)]
        })
        .collect();
    table(caption, &["Who", "Position", "Why", "On"], &rows)
}

/// What was assessed. The controls that stand against a plain yes are shown, the others folded.
pub(super) fn evidence(evidence: &Evidence) -> String {
    let mut out = summary(&[
        (
            "Answer",
            format!("{} by the pack <code>{}</code>", outcome(evidence.outcome), escape(&evidence.pack)),
        ),
        ("As of", day(evidence.as_of.date())),
        ("Assessment", digest(&evidence.digest)),
        ("Basis of votes", digest(&evidence.basis)),
        ("Tree", evidence.tree.as_ref().map(digest).unwrap_or_default()),
    ]);
    let (against, other): (Vec<_>, Vec<_>) = evidence.controls.iter().partition(|c| c.outcome.is_some());
    let row = |c: &&super::view::Control| {
        let class = match c.state {
            ControlState::Met => "good",
            ControlState::NotMet => "bad",
            ControlState::Unknown => "warn",
            ControlState::NotApplicable => "none",
        };
        let mut note = Vec::new();
        if let Some(until) = c.attested {
            note.push(format!("stated by a person, until {}", day(until)));
        }
        if let Some(until) = c.excepted {
            note.push(format!("set aside until {}", day(until)));
        }
        if let Some(n) = c.concerns.filter(|n| *n > 0) {
            note.push(format!("concerns {n}"));
        }
        let makes = c.outcome.map(|o| escape(o.word())).unwrap_or_else(|| "nothing against a yes".to_owned());
        vec![
            format!("<code>{}</code>", escape(&c.control)),
            tag(class, c.state.word()),
            makes,
            note.join("; "),
        ]
    };
    let heads = ["Control", "State", "Alone it makes", "Note"];
    if !against.is_empty() {
        let rows: Vec<Vec<String>> = against.iter().map(row).collect();
        out.push_str(&table("Controls that stand against a plain yes", &heads, &rows));
    }
    if !other.is_empty() {
        let rows: Vec<Vec<String>> = other.iter().map(row).collect();
        let _ = writeln!(
            out,
            "<details><summary>All other controls ({})</summary>{}</details>",
            other.len(),
            table("Controls with nothing against a yes", &heads, &rows)
        );
    }
    out
}
