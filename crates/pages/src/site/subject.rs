//! The page of a subject: may it be used, by whom, under which obligations, and why.

use std::fmt::Write as _;

use super::{
    Site, parts,
    parts::{capital, day, digest},
    review_page,
    view::{Ending, InForce, Line, Subject},
};
use crate::html::escape;

impl Site<'_> {
    pub(super) fn subject(&self, subject: &Subject) -> String {
        let mut out = format!(
            "<p class=\"over\">{}</p><h1>{}</h1>\n",
            escape(&capital(&subject.kind)),
            escape(&subject.plain)
        );
        if subject.lines.is_empty() {
            let _ = writeln!(
                out,
                "<p class=\"lead\">{} Nobody here has decided on it.</p>",
                parts::tag("none", "unlisted")
            );
        }
        for (i, line) in subject.lines.iter().enumerate() {
            self.line(i, line, &mut out);
        }
        endings(&subject.endings, &mut out);
        if !subject.attested.is_empty() {
            let rows: Vec<Vec<String>> = subject
                .attested
                .iter()
                .map(|s| {
                    vec![
                        format!("<code>{}</code>", escape(&s.control)),
                        parts::who(&s.who),
                        s.version.as_ref().map(|v| escape(v)).unwrap_or_else(|| "any".to_owned()),
                        day(s.on),
                        day(s.until),
                    ]
                })
                .collect();
            out.push_str("<h2>Stated by people</h2>\n");
            let heads = ["Control", "Who", "Release", "Stated on", "Counts until"];
            out.push_str(&parts::table("Signed statements that count", &heads, &rows));
        }
        if !subject.elsewhere.is_empty() {
            let rows: Vec<Vec<String>> = subject
                .elsewhere
                .iter()
                .map(|e| {
                    vec![
                        escape(&e.body),
                        escape(&capital(&e.question)),
                        escape(&capital(&e.ruling)),
                        day(e.on),
                    ]
                })
                .collect();
            out.push_str(
                "<h2>What other bodies decided</h2>\n<p>Shown beside ours; in force nowhere here.</p>\n",
            );
            out.push_str(&parts::table(
                "Decisions of other bodies",
                &["Body", "Question", "Decision", "On"],
                &rows,
            ));
        }
        let stem = super::stem(&subject.name);
        let file = stem.rsplit('/').next().unwrap_or_default();
        let _ = writeln!(
            out,
            "<h2>For machines</h2><p><a href=\"{file}.json\">This page as JSON</a>. Name in the register: <code>{}</code></p>",
            escape(&subject.name)
        );
        parts::page(self.register, &format!("{stem}.html"), &subject.plain, &out)
    }

    fn line(&self, i: usize, line: &Line, out: &mut String) {
        let _ = writeln!(
            out,
            "<section aria-labelledby=\"line-{i}\"><h2 id=\"line-{i}\">{} {}</h2>\n<p class=\"lead\">{}</p>",
            escape(&capital(&line.question)),
            parts::state(line.state),
            parts::meaning(line.state),
        );
        let open: Vec<String> = line
            .open
            .iter()
            .map(|id| format!("<a href=\"../{}\">{}</a>", review_page(id), escape(id)))
            .collect();
        let may = line.decision.as_ref().filter(|d| d.ruling == "granted").map(|d| capital(&d.may_use));
        out.push_str(&parts::summary(&[
            ("Since", if line.follows_from.is_some() { day(line.since) } else { String::new() }),
            ("Why", escape(&capital(&line.why))),
            ("Who may use it", may.map(|m| escape(&m)).unwrap_or_default()),
            (
                "Changes by itself",
                line.changes_on.map(|on| format!("on {}, if nobody acts", day(on))).unwrap_or_default(),
            ),
            ("Use instead", line.alternative.as_ref().map(|a| escape(a)).unwrap_or_default()),
            ("Uses that exist", line.existing_uses.as_ref().map(|a| escape(a)).unwrap_or_default()),
            ("Kept closed", line.closed.as_ref().map(|c| escape(c)).unwrap_or_default()),
            ("Open reviews", open.join(", ")),
            ("Adopted from", line.adopted_from.as_ref().map(|a| escape(a)).unwrap_or_default()),
        ]));
        if let Some(decision) = &line.decision {
            decided(decision, out);
        }
        if let Some(entry) = line.follows_from.or_else(|| line.decision.as_ref().map(|d| d.entry)) {
            receipt(entry, out);
        }
        if !line.history.is_empty() {
            out.push_str("<h3>What happened, the newest first</h3>\n");
            out.push_str(&parts::history(&line.history));
        }
        out.push_str("</section>\n");
    }
}

fn decided(decision: &InForce, out: &mut String) {
    let wires: Vec<String> = decision.trip_wires.iter().map(|w| escape(w)).collect();
    let _ = writeln!(out, "<h3>The decision</h3>");
    out.push_str(&parts::summary(&[
        (
            "Decision",
            format!("{}: {} {}", escape(&decision.id), escape(&decision.ruling), escape(&decision.by)),
        ),
        ("On", day(decision.on)),
        ("Signed by", parts::who(&decision.signed)),
        ("Reasons", escape(&decision.reasons)),
        ("Release", decision.version.as_ref().map(|v| escape(v)).unwrap_or_default()),
        ("Owner of the outcome", escape(&decision.owner)),
        ("Must be reviewed by", day(decision.review_on)),
        ("Suspended at once by", wires.join(", ")),
        ("Statement", digest(&decision.digest)),
        (
            "Review",
            format!("<a href=\"../{}\">{}</a>", review_page(&decision.review), escape(&decision.review)),
        ),
    ]));
    if decision.obligations.is_empty() {
        out.push_str("<p>It carries no obligations.</p>\n");
    } else {
        let rows: Vec<Vec<String>> = decision
            .obligations
            .iter()
            .map(|duty| {
                let class = match duty.state.as_str() {
                    "met" => "good",
                    "overdue" => "bad",
                    _ => "busy",
                };
                vec![
                    escape(&duty.what),
                    escape(&duty.who),
                    day(duty.due),
                    escape(&duty.shown_by),
                    parts::tag(class, &duty.state),
                ]
            })
            .collect();
        let heads = ["Obligation", "Who", "By", "Shown by", "State"];
        out.push_str(&parts::table("Obligations of the decision", &heads, &rows));
    }
    if let Some(evidence) = &decision.evidence {
        out.push_str("<h3>The evidence it rests on</h3>\n");
        out.push_str(&parts::evidence(evidence));
    }
    if !decision.positions.is_empty() {
        out.push_str("<h3>Positions it rests on</h3>\n");
        out.push_str(&parts::positions("Positions", &decision.positions));
    }
}

/// How to check an entry of the log.
pub(super) fn receipt(entry: u64, out: &mut String) {
    let _ = writeln!(
        out,
        "<h3>Check it yourself</h3><p>This follows from entry {entry} of the log: \
         <a href=\"../entries/{entry}.json\">the entry, exactly as logged</a> and \
         <a href=\"../entries/{entry}.tlog-proof\">its receipt</a>. With both and \
         <a href=\"../trust.policy\">trust.policy</a>, offline:</p>\
         <pre tabindex=\"0\"><code>formulary verify {entry}.tlog-proof --entry {entry}.json --policy trust.policy</code></pre>"
    );
}

fn endings(endings: &[Ending], out: &mut String) {
    if endings.is_empty() {
        return;
    }
    let rows: Vec<Vec<String>> = endings
        .iter()
        .map(|e| {
            vec![
                super::board::what(e),
                escape(&capital(&e.scope)),
                escape(&e.owner),
                escape(&e.reason),
                day(e.until),
            ]
        })
        .collect();
    out.push_str("<h2>Exceptions and closures</h2>\n");
    let heads = ["What", "How much", "Owner", "Why", "Until"];
    out.push_str(&parts::table("Exceptions and closures of this subject", &heads, &rows));
}
