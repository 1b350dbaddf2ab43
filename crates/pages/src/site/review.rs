//! The page of a review: what is asked, whom it awaits, what was said.

use std::fmt::Write as _;

use super::{
    Site, parts,
    parts::{capital, day},
    view::Case,
};
use crate::html::escape;

impl Site<'_> {
    pub(super) fn review(&self, review: &Case) -> String {
        let about = review
            .subject
            .as_ref()
            .map_or_else(|| review.question.clone(), |subject| super::plain(subject).to_owned());
        let asks = capital(&review.asks);
        let mut out = format!(
            "<p class=\"over\">Review {}</p><h1>{}: {}</h1>\n",
            escape(&review.id),
            escape(&asks),
            escape(&about)
        );
        let (tag, lead) = match &review.ended {
            None if review.blocked > 0 => (
                parts::tag("warn", "open, a concern blocks it"),
                format!(
                    "Waits since {}; an answer is expected by {}.",
                    day(review.opened),
                    day(review.expected)
                ),
            ),
            None => (
                parts::tag("busy", "open"),
                format!(
                    "Waits since {}; an answer is expected by {}.",
                    day(review.opened),
                    day(review.expected)
                ),
            ),
            Some(ended) => {
                let class = if ended.how == "granted" { "good" } else { "bad" };
                let by = ended.by.as_ref().map(|b| format!(" {}", escape(b))).unwrap_or_default();
                let over = if ended.overturned { " It was overturned on appeal since." } else { "" };
                (parts::tag(class, &ended.how), format!("Ended on {}{by}.{over}", day(ended.on)))
            }
        };
        let _ = writeln!(out, "<p class=\"lead\">{tag} {lead}</p>");
        let subject = review.subject.as_ref().map(|s| self.link("../", s)).unwrap_or_default();
        let open = review.ended.is_none();
        out.push_str(&parts::summary(&[
            ("About", subject),
            ("Question", escape(&capital(&review.question))),
            ("Why it is asked", escape(&review.reason)),
            ("Asked by", parts::who(&review.by)),
            ("Owner of the outcome", escape(&review.owner)),
            ("Awaits", if open { super::index::awaits(&review.awaits) } else { String::new() }),
            (
                "Missing",
                if review.missing > 0 && open {
                    parts::count(review.missing, "thing in the application", "things in the application")
                } else {
                    String::new()
                },
            ),
        ]));
        out.push_str("<h2>Positions</h2>\n");
        if !open && review.positions.is_empty() {
            out.push_str("<p>Nobody took a position.</p>\n");
        } else {
            out.push_str(&parts::positions("The last position of each person", &review.positions));
        }
        if let Some(evidence) = &review.evidence {
            out.push_str("<h2>The evidence</h2>\n");
            out.push_str(&parts::evidence(evidence));
        }
        if let Some(ended) = review.ended.as_ref().filter(|e| e.how != "taken back") {
            super::subject::receipt(ended.entry, &mut out);
        }
        out.push_str("<h2>What happened, the newest first</h2>\n");
        out.push_str(&parts::history(&review.history));
        let title = format!("{}: {about} ({})", asks, review.id);
        parts::page(self.register, &super::review_page(&review.id), &title, &out)
    }
}
