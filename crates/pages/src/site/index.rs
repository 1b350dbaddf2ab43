//! The first page: what this register is, how many lines are in each state, what was decided last.

use std::fmt::Write as _;

use domain::EntryState;

use super::{
    Site, parts,
    parts::{capital, count, day},
    review_page,
    view::Settled,
};
use crate::html::escape;

/// So many decisions stand on the first page.
const NEWEST: usize = 10;

impl Site<'_> {
    pub(super) fn index(&self) -> String {
        let register = self.register;
        let mut out = format!(
            "<h1>{}: what we may use and publish</h1>\
             <p class=\"lead\">Which software, AI models and products may be used here, and which of our own \
             code is public: who decided it, on which evidence, under which obligations, until when.</p>\
             <p class=\"quiet\">States as of {}. The log has {}.</p>\n",
            escape(&register.name),
            day(register.as_of.date()),
            count(usize::try_from(register.size).unwrap_or(usize::MAX), "entry", "entries"),
        );
        out.push_str("<p><a class=\"button\" href=\"find.html\">Find an entry</a></p>\n");
        out.push_str(&self.attention());
        let rows: Vec<Vec<String>> = EntryState::ALL
            .into_iter()
            .filter_map(|state| {
                let n = register.counts.get(&state).filter(|n| **n > 0)?;
                Some(vec![parts::state(state), parts::meaning(state).to_owned(), n.to_string()])
            })
            .collect();
        out.push_str("<h2>The register today</h2>\n");
        if rows.is_empty() {
            out.push_str("<p>Nothing has been asked yet.</p>\n");
        } else {
            out.push_str(&parts::table("Lines by state", &["State", "What it means", "Lines"], &rows));
        }
        out.push_str("<h2>Newest decisions</h2>\n");
        let newest = &register.decisions[..register.decisions.len().min(NEWEST)];
        if newest.is_empty() {
            out.push_str("<p>None yet.</p>\n");
        } else {
            out.push_str(&self.decisions_table("The newest decisions", newest));
            out.push_str(
                "<p>All of them: <a href=\"feed.xml\">feed</a>, <a href=\"decisions.csv\">CSV</a>.</p>\n",
            );
        }
        out.push_str(
            "<h2>You need not trust this page</h2>\n<p>Every decision is signed, and stands in a log that only \
             grows. Each page names its entry and carries a receipt. \
             <a href=\"verify.html\">How to verify this register</a> with tools that are not ours.</p>\n",
        );
        parts::page(register, "index.html", "Overview", &out)
    }

    /// What needs somebody, in a box; nothing where nothing does.
    fn attention(&self) -> String {
        let register = self.register;
        let expired = register.endings.iter().filter(|e| e.days_left < 0).count();
        let mut lines = Vec::new();
        let mut line = |n: usize, one: &str, more: &str, link: &str| {
            if n > 0 {
                lines.push(format!("<li><a href=\"{link}\">{}</a></li>", count(n, one, more)));
            }
        };
        let health = &register.health;
        line(
            expired,
            "exception or closure is past its end",
            "exceptions and closures are past their end",
            "board.html",
        );
        line(
            health.lines_overdue,
            "line is overdue or restricted",
            "lines are overdue or restricted",
            "find.html",
        );
        line(
            health.late,
            "review has no answer although one was expected",
            "reviews have no answer although one was expected",
            "reviews.html",
        );
        line(health.obligations_overdue, "obligation is overdue", "obligations are overdue", "health.html");
        if lines.is_empty() {
            return String::new();
        }
        format!(
            "<section class=\"notice\" aria-labelledby=\"attention\"><h2 id=\"attention\">Needs attention</h2>\
             <ul>{}</ul></section>\n",
            lines.concat()
        )
    }

    pub(super) fn decisions_table(&self, caption: &str, decisions: &[Settled]) -> String {
        let rows: Vec<Vec<String>> = decisions
            .iter()
            .map(|d| {
                let subject = match (&d.subject, &d.review) {
                    (Some(subject), _) => self.link("", subject),
                    (None, Some(review)) => {
                        format!("<a href=\"{}\">{}</a>", review_page(review), escape(&capital(&d.question)))
                    }
                    (None, None) => escape(&capital(&d.question)),
                };
                let class = if d.what == "granted" { "good" } else { "bad" };
                let class = if d.what == "break-glass" { "warn" } else { class };
                let question =
                    if d.subject.is_some() { escape(&capital(&d.question)) } else { String::new() };
                vec![subject, question, parts::tag(class, &d.what), escape(&d.by), day(d.at.date())]
            })
            .collect();
        parts::table(caption, &["About", "Question", "Decision", "How", "On"], &rows)
    }

    pub(super) fn reviews(&self) -> String {
        let register = self.register;
        let open: Vec<_> = register.reviews.iter().filter(|r| r.ended.is_none()).collect();
        let mut out = format!(
            "<h1>Open reviews</h1><p class=\"lead\">Cases that wait for an answer, the oldest first: since when, \
             for whom, and by when an answer is expected.</p><p class=\"quiet\">As of {}.</p>\n",
            day(register.as_of.date())
        );
        if open.is_empty() {
            out.push_str("<p>No review is open.</p>\n");
        } else {
            let rows: Vec<Vec<String>> = open
                .iter()
                .map(|r| {
                    let about = r.subject.as_ref().map_or_else(
                        || escape(&capital(&r.asks)),
                        |s| {
                            format!(
                                "{}<br><span class=\"quiet\">{}</span>",
                                escape(super::plain(s)),
                                escape(&r.question)
                            )
                        },
                    );
                    let late = if register.as_of.date() > r.expected {
                        format!(" {}", parts::tag("warn", "late"))
                    } else {
                        String::new()
                    };
                    let days = register.as_of.date().days_since(r.opened);
                    vec![
                        format!("<a href=\"{}\">{}</a>", review_page(&r.id), escape(&r.id)),
                        about,
                        format!(
                            "{}, {}",
                            day(r.opened),
                            count(usize::try_from(days).unwrap_or(0), "day", "days")
                        ),
                        awaits(&r.awaits),
                        format!("{}{late}", day(r.expected)),
                    ]
                })
                .collect();
            let heads = ["Review", "About", "Open since", "Awaits", "Answer expected by"];
            out.push_str(&parts::table("Open reviews, the oldest first", &heads, &rows));
        }
        let ended: Vec<_> = register.reviews.iter().rev().filter(|r| r.ended.is_some()).take(100).collect();
        if !ended.is_empty() {
            out.push_str("<h2>Ended</h2>\n");
            let rows: Vec<Vec<String>> = ended
                .iter()
                .map(|r| {
                    let how = r.ended.as_ref().map(|e| escape(&e.how)).unwrap_or_default();
                    let on = r.ended.as_ref().map(|e| day(e.on)).unwrap_or_default();
                    let about =
                        r.subject.as_deref().map_or_else(|| r.asks.clone(), |s| super::plain(s).to_owned());
                    vec![
                        format!("<a href=\"{}\">{}</a>", review_page(&r.id), escape(&r.id)),
                        escape(&about),
                        capital(&how),
                        on,
                    ]
                })
                .collect();
            out.push_str(&parts::table(
                "The newest reviews that ended",
                &["Review", "About", "How", "On"],
                &rows,
            ));
        }
        parts::page(register, "reviews.html", "Open reviews", &out)
    }
}

/// Whom a case awaits.
pub(super) fn awaits(awaits: &[String]) -> String {
    let mut out = String::new();
    for (i, one) in awaits.iter().enumerate() {
        let _ = write!(out, "{}{}", if i == 0 { "" } else { "; " }, escape(&one.replace('-', " ")));
    }
    if out.is_empty() { "nobody".to_owned() } else { out }
}
