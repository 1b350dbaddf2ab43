//! HANDLING_INSTRUCTIONS.md of a repository that is not public: the collector.
//!
//! Decides whether the front matter that the GDS Way asks for is there, and when the review is due.
//! It never says whether the reason for keeping code closed is a good one.
//! Source: GDS Way, "How to handle sensitive code".
//!
//! Evidence `handling-instructions`, or null where the file is not there:
//! ```json
//! { "path": "HANDLING_INSTRUCTIONS.md", "classification": "OFFICIAL", "missing": [],
//!   "last_reviewed": "2026-01-10", "review_due": "2026-07-10", "overdue": true, "role": "Lead developer",
//!   "closures": [{ "id": "fraud-rules", "until": "2026-07-10" }] }
//! ```
//! `closures` are those that its section for closures tells of, as `formulary closure` writes it.
//! `review_due` is null where the two fields cannot be computed with; then `overdue` is null too.
//!
//! Findings: kind `hygiene`, control `handling-instructions`: `handling-field` (a required field is
//! missing), `handling-overdue`.

use domain::{Coverage, Date, Evidence, Finding, FindingKind, Place, Severity};
use formats::tree::Tree;
use serde_json::{Value, json};

use crate::{
    collector::{Collector, Given, Observed},
    material::Material,
    text,
};

/// The collector.
#[derive(Debug)]
pub struct HandlingInstructions;

const PATH: &str = "HANDLING_INSTRUCTIONS.md";

const FIELDS: [&str; 6] = [
    "classification",
    "handling_group",
    "last_reviewed_on",
    "review_in",
    "responsible_role",
    "responsible_role_contact",
];

impl Collector for HandlingInstructions {
    fn name(&self) -> &'static str {
        "handling-instructions"
    }

    fn collect(&self, material: &dyn Material, given: Given) -> Observed {
        let mut coverage = Coverage::new(self.name());
        let mut findings = Vec::new();
        let there = material.entries().binary_search_by(|e| e.path.as_str().cmp(PATH)).is_ok();
        let value = if there {
            let whole = text::small(material, PATH);
            let mut value = match whole.as_deref().ok_or("not readable as text").and_then(front) {
                Ok(front) => {
                    coverage.read = 1;
                    read(&front, given, &mut findings)
                }
                Err(why) => {
                    coverage.cannot_read(Place::file(PATH), why);
                    json!({"path": PATH, "missing": FIELDS, "review_due": null, "overdue": null})
                }
            };
            value["closures"] = json!(whole.as_deref().map(closures).unwrap_or_default());
            value
        } else {
            Value::Null
        };
        let evidence = Evidence::new("handling-instructions", value, self.name()).into_iter().collect();
        Observed { evidence, findings, coverage: vec![coverage] }
    }
}

/// More closures than this are not read.
const MOST_CLOSURES: usize = 100;

/// The closures that it tells of: lines `<!-- formulary:closure ID until DAY -->`.
fn closures(text: &str) -> Vec<Value> {
    let line = |line: &str| {
        let inside = line.trim().strip_prefix("<!-- formulary:closure ")?.strip_suffix(" -->")?;
        let (id, until) = inside.split_once(" until ")?;
        let until: Date = until.parse().ok()?;
        let fits = id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        fits.then(|| json!({"id": id, "until": until}))
    };
    text.lines().filter_map(line).take(MOST_CLOSURES).collect()
}

/// The YAML between the first two `---` lines, one blank line before it so that lines count as in the file.
fn front(text: &str) -> Result<String, &'static str> {
    let rest = text.strip_prefix("---").ok_or("no front matter between `---` lines at the top")?;
    let (body, _) = rest.split_once("\n---").ok_or("the front matter is not closed by a `---` line")?;
    Ok(body.to_owned())
}

fn read(front: &str, given: Given, findings: &mut Vec<Finding>) -> Value {
    let tree = match Tree::yaml(PATH, front.as_bytes()) {
        Ok(tree) => tree,
        Err(_) => return json!({"path": PATH, "missing": FIELDS, "review_due": null, "overdue": null}),
    };
    let text = |key: &str| {
        tree.root()
            .get(key)
            .and_then(|n| n.scalar())
            .map(str::trim)
            .filter(|t| !t.is_empty())
            .map(str::to_owned)
    };
    let missing: Vec<&str> = FIELDS.into_iter().filter(|key| text(key).is_none()).collect();
    for key in &missing {
        let title = format!("HANDLING_INSTRUCTIONS.md lacks `{key}`");
        findings.push(finding(
            "handling-field",
            title,
            key,
            "Fill the field in; name a role, not a person.",
            1,
        ));
    }
    let last = text("last_reviewed_on").and_then(|t| t.parse::<Date>().ok());
    let due = last.zip(text("review_in").and_then(|t| days(&t))).map(|(last, days)| last.plus_days(days));
    let overdue = due.map(|due| due < given.today);
    if overdue == Some(true) {
        let line = tree.root().get("last_reviewed_on").map_or(1, |n| n.line());
        let remedy = "Review now whether it must stay closed; if so, write the new date, else open it.";
        let title = "The review of why this is closed is overdue".to_owned();
        findings.push(finding("handling-overdue", title, "", remedy, line));
    }
    json!({
        "path": PATH,
        "classification": text("classification"),
        "role": text("responsible_role"),
        "missing": missing,
        "last_reviewed": last,
        "review_due": due,
        "overdue": overdue,
    })
}

fn finding(id: &str, title: String, identity: &str, remedy: &str, line: u32) -> Finding {
    let mut finding = Finding::new(FindingKind::Hygiene, id, "handling-instructions", title, identity);
    finding.severity = Some(Severity::Medium);
    finding.remedy = Some(remedy.to_owned());
    finding.places = vec![Place::line(PATH, line)];
    finding
}

/// `6 months`, `1 year`, `90 days`, `26 weeks`: days, a month taken as 30 and a year as 365.
fn days(text: &str) -> Option<i64> {
    let mut words = text.split_whitespace();
    let count: i64 = words.next()?.parse().ok()?;
    let unit = match words.next()?.trim_end_matches(['s', '.']).to_ascii_lowercase().as_str() {
        "day" => 1,
        "week" => 7,
        "month" => 30,
        "year" => 365,
        _ => return None,
    };
    (0..=3650).contains(&(count.checked_mul(unit)?)).then_some(count * unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::material::memory::Memory;

    fn observed(content: &str) -> (Value, Vec<String>, usize) {
        let tree = Memory::new().with(PATH, content);
        let seen = HandlingInstructions.collect(&tree, Given { today: "2026-08-22".parse().unwrap() });
        let ids = seen.findings.into_iter().map(|f| f.id).collect();
        (seen.evidence[0].value.clone(), ids, seen.coverage[0].unread.len())
    }

    const FULL: &str = "---\nclassification: OFFICIAL\nhandling_group: HMG USE ONLY\nlast_reviewed_on: 2026-02-22\n\
        review_in: 6 months\nresponsible_role: Lead developer\nresponsible_role_contact: lead@hospital.internal\n---\nWhy\n";

    #[test]
    fn computes_the_review() {
        let (value, ids, _) = observed(FULL);
        assert_eq!(value["review_due"], "2026-08-21");
        assert_eq!(ids, ["handling-overdue"]);
        let (value, ids, _) = observed(&FULL.replace("6 months", "1 year"));
        assert_eq!((value["overdue"].clone(), ids.len()), (json!(false), 0));
    }

    #[test]
    fn what_is_missing_is_named_and_what_is_unreadable_listed() {
        let (value, ids, _) = observed("---\nclassification: OFFICIAL\n---\n");
        assert_eq!(value["missing"].as_array().map(Vec::len), Some(5));
        assert_eq!((ids.len(), value["overdue"].clone()), (5, Value::Null));
        assert_eq!(observed("no front matter").2, 1);
    }
}
