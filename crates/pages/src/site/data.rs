//! What machines read beside the JSON: the Atom feed (RFC 4287) and tables (RFC 4180).

use std::fmt::Write as _;

use super::Site;
use crate::{csv::row, html::escape};

/// So many decisions stand in the feed.
const IN_FEED: usize = 100;

impl Site<'_> {
    pub(super) fn feed(&self) -> String {
        let register = self.register;
        // A tag of RFC 4151: the log's name is unique among logs, and does not depend on an address; the year
        // is one in which the log had that name: of its beginning, and of each decision.
        let (host, rest) = register.origin.split_once('/').unwrap_or((&register.origin, ""));
        let tag_of = |day: domain::Date| escape(&format!("tag:{host},{}:{rest}", day.year()));
        let tag = tag_of(register.founded);
        let updated = register.decisions.first().map_or(register.last, |d| d.at);
        let mut out = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n\
             <id>{tag}</id><title>Decisions of {name}</title><updated>{updated}</updated>\
             <author><name>{name}</name></author><link rel=\"alternate\" href=\"index.html\"/>\
             <link rel=\"self\" href=\"feed.xml\"/>\n",
            name = escape(&register.name)
        );
        for decision in register.decisions.iter().take(IN_FEED) {
            let about = decision.subject.as_deref().map_or(decision.question.as_str(), super::plain);
            let page = match (&decision.subject, &decision.review) {
                (Some(subject), _) => self.stem_of(subject).map(|stem| format!("{stem}.html")),
                (None, Some(review)) => Some(super::review_page(review)),
                (None, None) => None,
            };
            let title = format!("{about}: {} ({})", decision.what, decision.question);
            let _ = writeln!(
                out,
                "<entry><id>{}/{}</id><title>{}</title><updated>{}</updated><link href=\"{}\"/>\
                 <summary>{} {}; entry {} of the log.</summary></entry>",
                tag_of(decision.at.date()),
                decision.digest.hex(),
                escape(&title),
                decision.at,
                page.unwrap_or_else(|| "index.html".to_owned()),
                escape(&decision.what),
                escape(&decision.by),
                decision.entry
            );
        }
        out.push_str("</feed>\n");
        out
    }

    pub(super) fn register_csv(&self) -> String {
        let mut out = String::new();
        row(
            &mut out,
            &[
                "subject",
                "kind",
                "question",
                "state",
                "since",
                "changes on",
                "decision",
                "decided on",
                "review by",
                "entry",
                "assessment",
                "page",
            ],
        );
        for subject in &self.register.subjects {
            for line in &subject.lines {
                let text = |t: Option<String>| t.unwrap_or_default();
                let decision = line.decision.as_ref();
                row(
                    &mut out,
                    &[
                        &subject.name,
                        &subject.kind,
                        &line.question,
                        line.state.word(),
                        &text(line.follows_from.map(|_| line.since.to_string())),
                        &text(line.changes_on.map(|d| d.to_string())),
                        &text(decision.map(|d| d.id.clone())),
                        &text(decision.map(|d| d.on.to_string())),
                        &text(decision.map(|d| d.review_on.to_string())),
                        &text(line.follows_from.map(|n| n.to_string())),
                        &text(decision.and_then(|d| d.evidence.as_ref()).map(|e| e.digest.to_string())),
                        &format!("{}.html", super::stem(&subject.name)),
                    ],
                );
            }
        }
        out
    }

    pub(super) fn decisions_csv(&self) -> String {
        let mut out = String::new();
        row(&mut out, &["decision", "subject", "question", "what", "how", "at", "entry", "digest", "review"]);
        for d in &self.register.decisions {
            row(
                &mut out,
                &[
                    &d.id,
                    d.subject.as_deref().unwrap_or(""),
                    &d.question,
                    &d.what,
                    &d.by,
                    &d.at.to_string(),
                    &d.entry.to_string(),
                    &d.digest.to_string(),
                    d.review.as_deref().unwrap_or(""),
                ],
            );
        }
        out
    }

    pub(super) fn endings_csv(&self) -> String {
        let mut out = String::new();
        row(
            &mut out,
            &[
                "kind",
                "subject",
                "question",
                "control",
                "scope",
                "owner",
                "why",
                "from",
                "until",
                "days left",
                "listed",
                "entry",
            ],
        );
        for e in &self.register.endings {
            row(
                &mut out,
                &[
                    &e.kind,
                    &e.subject,
                    &e.question,
                    e.control.as_deref().unwrap_or(""),
                    &e.scope,
                    &e.owner,
                    &e.reason,
                    &e.from.to_string(),
                    &e.until.to_string(),
                    &e.days_left.to_string(),
                    if e.listed { "yes" } else { "no" },
                    &e.entry.to_string(),
                ],
            );
        }
        out
    }
}
