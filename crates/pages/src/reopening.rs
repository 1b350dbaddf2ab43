//! Opening again what was closed: what was committed since it was last public, in a section of an answer.
//!
//! Decides the words and the order. What is new is told by kind and number; the findings themselves stand
//! in the answer with their remedies.

use std::fmt::Write;

use domain::{Assessment, Digest};
use serde_json::Value;

use crate::columns::{WIDTH, wrap};

/// The heading.
const TITLE: &str = "Opened again: what was committed since it was last public";

/// More finds than this are counted, not named.
const MOST_NAMED: usize = 5;

/// The lines; none where nothing was asked.
pub fn lines(assessment: &Assessment) -> Vec<String> {
    let Some(value) = assessment.evidence.iter().find(|e| e.kind == "reopening").map(|e| &e.value) else {
        return Vec::new();
    };
    let text = |key: &str| value[key].as_str().unwrap_or_default();
    let since = match text("last_public") {
        long if long.len() >= 40 => long.get(..12).unwrap_or(long),
        short => short,
    };
    let day = value["commit_day"].as_str().map(|day| format!(", committed {day}")).unwrap_or_default();
    let mut out = vec![format!("Last public: {since}{day} (said by {}).", text("said_by"))];
    if value["read"] != Value::Bool(true) {
        out.push(format!("The commits since were not re-read: {}.", text("why")));
        return out;
    }
    let n = |key: &str| usize::try_from(value[key].as_u64().unwrap_or(0)).unwrap_or(usize::MAX);
    let count = crate::words::count;
    if n("commits") == 0 {
        out.push("Nothing was committed since.".to_owned());
    } else {
        let mut by = vec![format!(
            "{} of {}",
            count(n("by_people"), "commit", "commits"),
            count(n("people"), "person", "people")
        )];
        for (key, what) in [("by_bots", "by bots"), ("by_programs", "by or with programs that write code")] {
            if n(key) > 0 {
                by.push(format!("{} {what}", n(key)));
            }
        }
        out.push(format!(
            "{} since, from {} to {}: {}.",
            count(n("commits"), "commit", "commits"),
            text("first"),
            text("last"),
            by.join(", ")
        ));
    }
    let kinds = |key: &str| -> Vec<String> {
        let all = value[key].as_object().into_iter().flatten();
        all.map(|(kind, n)| format!("{n} {}", word(kind, n.as_u64() == Some(1)))).collect()
    };
    let (new, known) = (kinds("new"), kinds("known"));
    out.push(if new.is_empty() {
        "Not public before: nothing that was found.".to_owned()
    } else {
        format!("Not public before: {}.", new.join(", "))
    });
    let prints: Vec<Digest> = value["new_findings"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|print| print.as_str()?.parse().ok())
        .collect();
    let named: Vec<String> = assessment
        .findings
        .iter()
        .filter(|f| prints.contains(&f.fingerprint))
        .map(|f| match f.places.first() {
            Some(place) => format!("{} ({place})", f.title),
            None => f.title.clone(),
        })
        .collect();
    out.extend(named.iter().take(MOST_NAMED).map(|one| format!("- {one}")));
    if named.len() > MOST_NAMED {
        out.push(format!("- and {} more", named.len() - MOST_NAMED));
    }
    if !known.is_empty() {
        out.push(format!("Public before already: {}.", known.join(", ")));
    }
    if value["compared_tree"] == Value::Bool(false) {
        out.push("Internals and executables were not compared: the tree last public is not here.".to_owned());
    }
    out
}

fn word(kind: &str, one: bool) -> &str {
    match (kind, one) {
        ("secret", true) => "secret",
        ("secret", false) => "secrets",
        ("personal-data", true) => "place with personal data",
        ("personal-data", false) => "places with personal data",
        ("disclosure", true) => "internal detail disclosed",
        ("disclosure", false) => "internal details disclosed",
        ("binary", true) => "executable",
        ("binary", false) => "executables",
        (other, _) => other,
    }
}

/// As text.
pub(crate) fn text(assessment: &Assessment, out: &mut String) {
    let lines = lines(assessment);
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{TITLE}");
    for line in lines {
        for (i, part) in wrap(&line, WIDTH - 4).into_iter().enumerate() {
            let _ = writeln!(out, "{}{part}", if i == 0 { "  " } else { "    " });
        }
    }
}

/// As Markdown.
pub(crate) fn markdown(assessment: &Assessment, out: &mut String) {
    let lines = lines(assessment);
    if lines.is_empty() {
        return;
    }
    let _ = write!(out, "\n### {TITLE}\n\n");
    for line in &lines {
        match line.strip_prefix("- ") {
            Some(one) => {
                let _ = writeln!(out, "  - {}", crate::markdown::plain(one));
            }
            None => {
                let _ = writeln!(out, "- {}", crate::markdown::plain(line));
            }
        }
    }
}

/// As a section of a page.
pub(crate) fn html(assessment: &Assessment, out: &mut String) {
    let lines = lines(assessment);
    if lines.is_empty() {
        return;
    }
    let _ = write!(out, "<h2>{TITLE}</h2><ul>");
    for line in &lines {
        let _ = write!(out, "<li>{}</li>", crate::html::escape(line.trim_start_matches("- ")));
    }
    out.push_str("</ul>");
}
