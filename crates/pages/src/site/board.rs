//! The board of exceptions and closures, and the page of mechanism health.

use super::{
    Site, parts,
    parts::{capital, count, day},
    review_page,
    view::Ending,
};
use crate::html::escape;

/// What an exception or closure is.
pub(super) fn what(ending: &Ending) -> String {
    match &ending.control {
        Some(control) => format!("{} from <code>{}</code>", capital(&escape(&ending.kind)), escape(control)),
        None => capital(&escape(&ending.kind)),
    }
}

impl Site<'_> {
    pub(super) fn board(&self) -> String {
        let register = self.register;
        let all = &register.endings;
        let (past, running): (Vec<&Ending>, Vec<&Ending>) = all.iter().partition(|e| e.days_left < 0);
        let unlisted = all.iter().filter(|e| !e.listed).count();
        let soon = running.iter().filter(|e| e.days_left <= 30).count();
        let closures = running.iter().filter(|e| e.control.is_none()).count();
        let mut out = format!(
            "<h1>Exceptions and closures</h1><p class=\"lead\">Rules set aside and code kept closed: by whose \
             answer, why, and how many days are left. Every one of them ends.</p>\
             <p class=\"quiet\">As of {}.</p>\n",
            day(register.as_of.date())
        );
        out.push_str(&figures(&[
            (past.len().to_string(), "past their end"),
            (soon.to_string(), "end within 30 days"),
            ((running.len() - closures).to_string(), "exceptions running"),
            (closures.to_string(), "closures running"),
            (unlisted.to_string(), "about something the register does not list"),
        ]));
        out.push_str("<h2>Past their end</h2>\n");
        if past.is_empty() {
            out.push_str("<p>None.</p>\n");
        } else {
            out.push_str("<p>These cover nothing any more: what they were for is judged as it is.</p>\n");
            out.push_str(&self.endings_table("Past their end, the longest first", &past));
        }
        out.push_str("<h2>Running</h2>\n");
        if running.is_empty() {
            out.push_str("<p>None.</p>\n");
        } else {
            out.push_str(&self.endings_table("Running, the first to end first", &running));
        }
        out.push_str("<p>The same as <a href=\"exceptions-and-closures.csv\">CSV</a>.</p>\n");
        parts::page(register, "board.html", "Exceptions and closures", &out)
    }

    fn endings_table(&self, caption: &str, endings: &[&Ending]) -> String {
        let rows: Vec<Vec<String>> = endings
            .iter()
            .map(|e| {
                let left = match e.days_left {
                    n if n < 0 => parts::tag("bad", &format!("{} ago", days(-n))),
                    n if n <= 30 => parts::tag("warn", &format!("{} left", days(n))),
                    n => format!("{} left", days(n)),
                };
                let listed =
                    if e.listed { String::new() } else { format!(" {}", parts::tag("none", "not listed")) };
                vec![
                    format!("{}{listed}", self.link("", &e.subject)),
                    format!("{}<br><span class=\"quiet\">{}</span>", what(e), escape(&e.scope)),
                    escape(&e.owner),
                    escape(&e.reason),
                    day(e.until),
                    left,
                ]
            })
            .collect();
        parts::table(caption, &["About", "What", "Owner", "Why", "Until", "Time"], &rows)
    }

    pub(super) fn health(&self) -> String {
        let register = self.register;
        let health = &register.health;
        let mut out = format!(
            "<h1>How quick and how sound our decisions are</h1><p class=\"lead\">How long people wait for an \
             answer, how many are decided by rule, and how many had to be overturned.</p>\
             <p class=\"quiet\">As of {}.</p>\n",
            day(register.as_of.date())
        );
        let of = |n: Option<i64>| n.map_or_else(|| "–".to_owned(), |n| n.to_string());
        out.push_str(&figures(&[
            (of(health.median), "days: half of all cases are quicker"),
            (of(health.p90), "days: nine of ten cases are quicker"),
            (health.waiting.to_string(), "waiting"),
            (health.late.to_string(), "of them late"),
            (health.overturned.to_string(), "overturned on appeal"),
        ]));
        out.push_str("<h2>Lead times in days</h2>\n");
        let rows = vec![
            vec![
                "Decided and still waiting".to_owned(),
                (health.decided + health.waiting).to_string(),
                of(health.median),
                of(health.p90),
            ],
            vec![
                "Decided alone".to_owned(),
                health.decided.to_string(),
                of(health.median_decided),
                of(health.p90_decided),
            ],
        ];
        out.push_str(&parts::table(
            "From opening to decision; what still waits counts with its days so far",
            &["Cases", "How many", "Median", "90th percentile"],
            &rows,
        ));
        if let Some((id, since, n)) = &health.oldest {
            out.push_str(&format!(
                "<p>The oldest open case, <a href=\"{}\">{}</a>, has waited since {} ({}).</p>\n",
                review_page(id),
                escape(id),
                day(*since),
                days(*n)
            ));
        }
        out.push_str("<h2>How answers came about</h2>\n");
        let share = |n: usize| match (n * 100 + health.decided / 2).checked_div(health.decided) {
            Some(percent) => format!("{percent} %"),
            None => "–".to_owned(),
        };
        let row = |what: &str, n: usize| vec![what.to_owned(), n.to_string(), share(n)];
        out.push_str(&parts::table(
            "Decisions by the right they rest on",
            &["How", "Decisions", "Share"],
            &[
                row("By the committee's quorum", health.by_quorum),
                row("By a published rule", health.by_rule),
                row("By silence for the stated time", health.by_silence),
                row("By one authorised signature", health.by_one_signature),
            ],
        ));
        out.push_str(&parts::table(
            "What was answered",
            &["Answer", "Decisions", "Share"],
            &[
                row("Granted", health.granted),
                row("Declined", health.declined),
                row("Overturned on appeal", health.overturned),
            ],
        ));
        out.push_str("<h2>What is still to do</h2>\n");
        out.push_str(&parts::summary(&[
            ("Obligations open", health.obligations_open.to_string()),
            ("Obligations overdue", health.obligations_overdue.to_string()),
            ("Lines overdue or restricted", health.lines_overdue.to_string()),
            ("Cases taken back", health.taken_back.to_string()),
        ]));
        parts::page(register, "health.html", "How quick we are", &out)
    }
}

fn days(n: i64) -> String {
    count(usize::try_from(n).unwrap_or(0), "day", "days")
}

/// Figures with what they count.
fn figures(figures: &[(String, &str)]) -> String {
    let items: Vec<String> = figures
        .iter()
        .map(|(n, what)| format!("<li><span class=\"figure\">{n}</span> {what}</li>"))
        .collect();
    format!("<ul class=\"figures\">{}</ul>\n", items.concat())
}
