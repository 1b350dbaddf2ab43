//! The OSPS Baseline at level 1, as far as a working tree shows.
//!
//! Decides, from the evidence of the other collectors, which rows are met; reads no file itself. A
//! row that a tree cannot answer is unknown, with the reason, and never met: the rows and reasons
//! are data (`rules/osps.toml`).
//!
//! Evidence `osps-level-1`:
//! ```json
//! { "yes": 9, "no": 3, "unknown": 11, "not_applicable": 1,
//!   "rows": [{"id": "OSPS-BR-01.01", "state": "yes"},
//!            {"id": "OSPS-AC-01.01", "state": "unknown", "why": "whether …"}] }
//! ```

use domain::{Coverage, Evidence};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    unseen: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    row: Vec<Row>,
}

/// The answer to one row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
    NotApplicable,
    Unknown,
}

/// The guide of fewer words than this says nothing.
const TRIVIAL_GUIDE: u64 = 40;

/// The table, from what the collectors of a repository yielded. `manifest`: whether a list of
/// direct dependencies was recognised by the inventory; none where it was not read.
///
/// None only if the shipped rows were broken, which a test excludes.
pub fn level_one(evidence: &[Evidence], coverage: &[Coverage], manifest: Option<bool>) -> Option<Evidence> {
    let rows: Rows = toml::from_str(include_str!("../rules/osps.toml")).ok()?;
    let seen = Seen { evidence, coverage, manifest };
    let mut counts = [0u64; 4];
    let table: Vec<Value> = rows
        .row
        .iter()
        .map(|row| {
            let answer = seen.answer(&row.id).unwrap_or(Answer::Unknown);
            counts[answer as usize] += 1;
            match answer {
                Answer::Yes => json!({"id": row.id, "state": "yes"}),
                Answer::No => json!({"id": row.id, "state": "no"}),
                Answer::NotApplicable => json!({"id": row.id, "state": "not-applicable"}),
                Answer::Unknown => json!({"id": row.id, "state": "unknown", "why": row.unseen}),
            }
        })
        .collect();
    let value = json!({
        "yes": counts[0], "no": counts[1], "not_applicable": counts[2], "unknown": counts[3], "rows": table,
    });
    Evidence::new("osps-level-1", value, "osps").ok()
}

struct Seen<'a> {
    evidence: &'a [Evidence],
    coverage: &'a [Coverage],
    manifest: Option<bool>,
}

impl Seen<'_> {
    fn answer(&self, id: &str) -> Option<Answer> {
        let yes = |holds: bool| Some(if holds { Answer::Yes } else { Answer::No });
        let yes_or_unknown = |holds: bool| Some(if holds { Answer::Yes } else { Answer::Unknown });
        match id {
            "OSPS-BR-01.01" => self.free_of("script-injection"),
            "OSPS-BR-01.03" => self.free_of("untrusted-checkout"),
            "OSPS-BR-03.01" => {
                let readme = self.value("readme")?;
                readme["path"].as_str()?;
                yes(readme["plain_http"].as_array()?.is_empty())
            }
            // Nothing found in the tree leaves the history open.
            "OSPS-BR-07.01" => {
                (!self.value("secrets")?["found"].as_object()?.is_empty()).then_some(Answer::No)
            }
            "OSPS-DO-01.01" => {
                let docs = self.value("contribution")?["docs"] == json!(true);
                yes(docs || self.value("readme")?["parts"]["use"] == json!(true))
            }
            "OSPS-DO-02.01" => {
                let templates = self.value("contribution")?["issue_templates"] == json!(true);
                yes_or_unknown(templates || self.value("readme")?["parts"]["contact"] == json!(true))
            }
            "OSPS-GV-02.01" => yes_or_unknown(self.value("contribution")?["issue_templates"] == json!(true)),
            "OSPS-GV-03.01" => {
                let guide = self.value("contribution")?;
                yes(guide["guide"].is_string() && guide["words"].as_u64()? >= TRIVIAL_GUIDE)
            }
            "OSPS-LE-02.01" => {
                let licence = self.value("licence")?;
                let known = !licence["recognised"].as_array()?.is_empty();
                let none = licence["files"].as_array()?.is_empty() && self.is_read("licence");
                if known || none { yes(licence["osi"] == json!(true)) } else { None }
            }
            "OSPS-LE-03.01" => {
                let there = !self.value("licence")?["files"].as_array()?.is_empty();
                if there || self.is_read("licence") { yes(there) } else { None }
            }
            "OSPS-QA-02.01" => self.manifest.and_then(yes),
            "OSPS-QA-05.01" => {
                let total = self.value("binaries")?["total"].as_u64()?;
                if total == 0 && !self.is_read("binaries") { None } else { yes(total == 0) }
            }
            "OSPS-QA-05.02" => {
                let binaries = self.value("binaries")?;
                let none = binaries["total"].as_u64()? == 0 && binaries["other_binary"].as_u64()? == 0;
                yes_or_unknown(none && self.is_read("binaries"))
            }
            "OSPS-VM-02.01" => {
                let there = !self.value("reporting-route")?["files"].as_array()?.is_empty();
                if there || self.is_read("reporting-route") { yes(there) } else { None }
            }
            _ => None,
        }
    }

    /// Whether no workflow has this danger; not applicable where there is no CI at all.
    fn free_of(&self, danger: &str) -> Option<Answer> {
        let workflows = self.value("workflows")?;
        if workflows["dangers"].get(danger).is_some() {
            return Some(Answer::No);
        }
        let none = workflows["files"].as_u64()? == 0 && workflows["other_ci"].as_array()?.is_empty();
        match (none, self.is_read("workflow")) {
            (true, true) => Some(Answer::NotApplicable),
            (false, true) => Some(Answer::Yes),
            (_, false) => None,
        }
    }

    fn value(&self, kind: &str) -> Option<&Value> {
        self.evidence.iter().find(|e| e.kind == kind).map(|e| &e.value)
    }

    /// Whether that collector looked at everything it recognised.
    fn is_read(&self, collector: &str) -> bool {
        self.coverage.iter().any(|c| c.collector == collector && c.unread.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{collector::Given, collectors::REPOSITORY, material::memory::Memory};

    fn table(tree: &Memory, manifest: Option<bool>) -> Value {
        let given = Given { today: "2026-08-22".parse().unwrap() };
        let (mut evidence, mut coverage) = (Vec::new(), Vec::new());
        for collector in REPOSITORY {
            let seen = collector.collect(tree, given);
            evidence.extend(seen.evidence);
            coverage.extend(seen.coverage);
        }
        level_one(&evidence, &coverage, manifest).unwrap().value
    }

    fn state(table: &Value, id: &str) -> String {
        let rows = table["rows"].as_array().unwrap();
        rows.iter().find(|r| r["id"] == id).unwrap()["state"].as_str().unwrap().to_owned()
    }

    #[test]
    fn an_empty_tree_meets_nothing_that_needs_a_file() {
        let table = table(&Memory::new(), None);
        assert_eq!(table["rows"].as_array().map(Vec::len), Some(24));
        for id in ["OSPS-LE-03.01", "OSPS-LE-02.01", "OSPS-VM-02.01", "OSPS-GV-03.01", "OSPS-DO-01.01"] {
            assert_eq!(state(&table, id), "no", "{id}");
        }
        for id in ["OSPS-AC-01.01", "OSPS-BR-07.01", "OSPS-QA-02.01", "OSPS-BR-03.01"] {
            assert_eq!(state(&table, id), "unknown", "{id}");
        }
        assert_eq!(state(&table, "OSPS-BR-01.01"), "not-applicable");
    }

    #[test]
    fn what_could_not_be_read_is_unknown_and_what_was_found_is_no() {
        let tree = Memory::new()
            .with(".github/workflows/a.yml", "a: [\n")
            .with("LICENSE", "Our own terms, made up for this test.")
            .with("tool", &b"\x7fELF\x02\x01\x01\0"[..])
            .with("SECURITY.md", "Mail security@hospital.internal");
        let table = table(&tree, Some(true));
        assert_eq!(state(&table, "OSPS-BR-01.01"), "unknown");
        assert_eq!(state(&table, "OSPS-LE-02.01"), "unknown");
        assert_eq!(state(&table, "OSPS-LE-03.01"), "yes");
        assert_eq!(state(&table, "OSPS-QA-05.01"), "no");
        assert_eq!(state(&table, "OSPS-QA-02.01"), "yes");
        assert_eq!(state(&table, "OSPS-VM-02.01"), "yes");
    }
}
