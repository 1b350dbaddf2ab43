//! Who answers for a tree: the collector.
//!
//! Decides what CODEOWNERS, publiccode.yml, MAINTAINERS and SECURITY-INSIGHTS.yml say, and whether
//! one of them names somebody with a way to reach them. Whether that somebody exists, accepted and
//! still works there, only people can say. The line of CODEOWNERS that speaks for one path is asked
//! of [`formats::codeowners::CodeOwners::line_for`].
//!
//! Evidence `owner`:
//! ```json
//! { "codeowners": {"path": ".github/CODEOWNERS", "lines": 3, "owners": ["@org/team"],
//!                  "default": {"place": ".github/CODEOWNERS:1", "owners": ["@org/team"]}, "faults": 0},
//!   "publiccode": {"path": "publiccode.yml", "maintenance": "internal", "ended": false,
//!                  "contacts": [{"name": "Ward team", "email": "ward@hospital.example", "until": null, "place": "publiccode.yml:14"}]},
//!   "maintainers": {"path": "MAINTAINERS.md", "named": 2},
//!   "insights": {"path": "SECURITY-INSIGHTS.yml", "named": 1},
//!   "named": true }
//! ```
//! Each of the four is null where the file is not there. `default` is the line that speaks for
//! what no other line names, null where there is none. `contacts` holds contractors too. `named`: a
//! team or person with a way to reach them is named for the whole tree.
//!
//! Evidence `publiccode`: `{ "path": "publiccode.yml", "valid": false, "problems": 2, "status": "stable" }`,
//! or null where there is none.
//!
//! Findings: kind `hygiene`: control `owner-route`, id `codeowners-line` (a line that forges skip) and
//! `contract-ended`; control `publiccode`, id `publiccode-invalid`, one for each problem's line.

use domain::{Coverage, Date, Evidence, Finding, FindingKind, Place, Severity};
use formats::{
    codeowners::{CodeOwners, PLACES, is_address},
    publiccode::{Maintenance, PublicCode},
    tree::Tree,
};
use serde_json::{Value, json};

use crate::{
    collector::{Collector, Given, Observed},
    material::Material,
    paths, prose, text,
};

/// The collector.
#[derive(Debug)]
pub struct Owner;

/// More owners than this are not listed.
const MOST_OWNERS: usize = 50;

/// More faults of one file than this are not findings of their own.
const MOST_FAULTS: usize = 20;

impl Collector for Owner {
    fn name(&self) -> &'static str {
        "owner"
    }

    fn collect(&self, material: &dyn Material, given: Given) -> Observed {
        let mut coverage = Coverage::new(self.name());
        let mut findings = Vec::new();
        let codeowners = codeowners(material, &mut coverage, &mut findings);
        let (in_owner, own) = publiccode(material, given, &mut coverage, &mut findings);
        let maintainers = maintainers(material, &mut coverage);
        let insights = insights(material, &mut coverage);
        let some = |value: &Value, key: &str| value[key].as_u64().is_some_and(|n| n > 0);
        let value = json!({
            "named": codeowners["default"].is_object() || reachable(&in_owner) || some(&maintainers, "named") || some(&insights, "named"),
            "codeowners": codeowners,
            "publiccode": in_owner,
            "maintainers": maintainers,
            "insights": insights,
        });
        let evidence = [("owner", value), ("publiccode", own)]
            .into_iter()
            .filter_map(|(kind, value)| Evidence::new(kind, value, self.name()).ok())
            .collect();
        Observed { evidence, findings, coverage: vec![coverage] }
    }
}

fn codeowners(material: &dyn Material, coverage: &mut Coverage, findings: &mut Vec<Finding>) -> Value {
    for path in PLACES {
        if !paths_has(material, path) {
            continue;
        }
        let Some(content) = text::small(material, path) else {
            coverage.cannot_read(Place::file(path), "not readable as text");
            continue;
        };
        coverage.read += 1;
        let file = CodeOwners::read(&content);
        for fault in file.faults.iter().take(MOST_FAULTS) {
            let title = format!("CODEOWNERS: {}", fault.why);
            let mut finding = Finding::new(
                FindingKind::Hygiene,
                "codeowners-line",
                "owner-route",
                title,
                &format!("{path}:{}", fault.line),
            );
            finding.severity = Some(Severity::Low);
            finding.remedy = Some("Mend the line: until then nobody owns what it names.".to_owned());
            finding.places = vec![Place::line(path, fault.line)];
            findings.push(finding);
        }
        let mut owners: Vec<&String> = file.lines.iter().flat_map(|line| &line.owners).collect();
        owners.sort();
        owners.dedup();
        owners.truncate(MOST_OWNERS);
        let default = file
            .default_line()
            .filter(|line| !line.owners.is_empty())
            .map(|line| json!({"place": Place::line(path, line.line).to_string(), "owners": line.owners}));
        return json!({
            "path": path, "lines": file.lines.len(), "owners": owners, "default": default, "faults": file.faults.len(),
        });
    }
    Value::Null
}

fn publiccode(
    material: &dyn Material,
    given: Given,
    coverage: &mut Coverage,
    findings: &mut Vec<Finding>,
) -> (Value, Value) {
    let path = ["publiccode.yml", "publiccode.yaml"].into_iter().find(|path| paths_has(material, path));
    let Some(path) = path else { return (Value::Null, Value::Null) };
    let read = text::small(material, path)
        .ok_or_else(|| "not readable as text".to_owned())
        .and_then(|content| PublicCode::read(path, content.as_bytes()).map_err(|e| e.to_string()));
    let file = match read {
        Ok(file) => file,
        Err(why) => {
            coverage.cannot_read(Place::file(path), why);
            return (Value::Null, json!({"path": path, "valid": false, "problems": 1, "status": null}));
        }
    };
    coverage.read += 1;
    for (line, why) in file.problems.iter().take(MOST_FAULTS) {
        let title = format!("publiccode.yml: {why}");
        let mut finding = Finding::new(FindingKind::Hygiene, "publiccode-invalid", "publiccode", title, why);
        finding.severity = Some(Severity::Low);
        finding.remedy = Some("Mend the key: catalogues drop entries whose file is invalid.".to_owned());
        finding.places = vec![Place::line(path, *line)];
        findings.push(finding);
    }
    let ended = |until: &Option<String>| {
        until.as_ref().and_then(|u| u.parse::<Date>().ok()).is_some_and(|until| until < given.today)
    };
    for contractor in file.contractors.iter().filter(|c| ended(&c.until)).take(MOST_FAULTS) {
        let title = "The maintenance contract named in publiccode.yml has ended";
        let identity = format!("{path}:{}", contractor.until.as_deref().unwrap_or_default());
        let mut finding =
            Finding::new(FindingKind::Hygiene, "contract-ended", "owner-route", title, &identity);
        finding.severity = Some(Severity::Medium);
        finding.remedy = Some("Name who maintains it now, or archive the repository and say so.".to_owned());
        finding.places = vec![Place::line(path, contractor.line)];
        findings.push(finding);
    }
    let people: Vec<_> = file
        .contacts
        .iter()
        .chain(&file.contractors)
        .map(|c| {
            json!({
                "name": c.name, "email": c.email, "until": c.until,
                "place": Place::line(path, c.line).to_string(),
            })
        })
        .collect();
    let all_ended = !file.contractors.is_empty() && file.contractors.iter().all(|c| ended(&c.until));
    let owner = json!({
        "path": path,
        "maintenance": file.maintenance.map(Maintenance::word),
        "ended": file.maintenance == Some(Maintenance::Contract) && all_ended,
        "contacts": people,
    });
    let own = json!({
        "path": path, "valid": file.problems.is_empty(), "problems": file.problems.len(), "status": file.status,
    });
    (owner, own)
}

/// Whether publiccode.yml names somebody who maintains it, reachable, whose contract has not ended.
fn reachable(publiccode: &Value) -> bool {
    let maintained =
        matches!(publiccode["maintenance"].as_str(), Some("internal" | "contract" | "community"));
    maintained
        && publiccode["ended"] != json!(true)
        && publiccode["contacts"]
            .as_array()
            .is_some_and(|people| people.iter().any(|p| p["email"].is_string()))
}

/// Lines of MAINTAINERS or OWNERS that name somebody by handle or address.
fn maintainers(material: &dyn Material, coverage: &mut Coverage) -> Value {
    let Some(entry) = prose::find(material, &["maintainers", "owners"]) else { return Value::Null };
    let Some(content) = text::small(material, &entry.path) else {
        coverage.cannot_read(Place::file(&entry.path), "not readable as text");
        return Value::Null;
    };
    coverage.read += 1;
    let named = content
        .lines()
        .filter(|line| {
            line.split(|c: char| c.is_whitespace() || "<>()[],;|\"'".contains(c)).any(|word| {
                let word = word.trim_start_matches("mailto:");
                is_address(word)
                    || word
                        .strip_prefix('@')
                        .is_some_and(|h| h.chars().next().is_some_and(char::is_alphanumeric))
            })
        })
        .count();
    json!({"path": entry.path, "named": named})
}

/// SECURITY-INSIGHTS: `project-lifecycle.core-maintainers` (1.0), `repository.core-team` and
/// `project.administrators` (2.0).
fn insights(material: &dyn Material, coverage: &mut Coverage) -> Value {
    let entry = material.entries().iter().find(|e| {
        let name = paths::file_name(&e.path).to_ascii_lowercase();
        paths::is_forge_place(&e.path)
            && matches!(name.as_str(), "security-insights.yml" | "security-insights.yaml")
    });
    let Some(entry) = entry else { return Value::Null };
    let Some(content) = text::small(material, &entry.path) else {
        coverage.cannot_read(Place::file(&entry.path), "not readable as text");
        return Value::Null;
    };
    match Tree::yaml(&entry.path, content.as_bytes()) {
        Err(error) => {
            coverage.cannot_read(Place::file(&entry.path), error.to_string());
            Value::Null
        }
        Ok(tree) => {
            coverage.read += 1;
            let keys = [
                ["project-lifecycle", "core-maintainers"],
                ["repository", "core-team"],
                ["project", "administrators"],
            ];
            let named = keys
                .iter()
                .filter_map(|[outer, inner]| tree.root().get(outer)?.get(inner))
                .map(|list| list.entries().count())
                .sum::<usize>();
            json!({"path": entry.path, "named": named})
        }
    }
}

fn paths_has(material: &dyn Material, path: &str) -> bool {
    material.entries().binary_search_by(|e| e.path.as_str().cmp(path)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::material::memory::Memory;

    fn observed(tree: &Memory) -> (Value, Vec<String>) {
        let seen = Owner.collect(tree, Given { today: "2026-08-22".parse().unwrap() });
        (seen.evidence[0].value.clone(), seen.findings.into_iter().map(|f| f.id).collect())
    }

    #[test]
    fn a_default_line_names_an_owner() {
        let (value, ids) = observed(&Memory::new().with(".github/CODEOWNERS", "* @nhs/ward\n*.md nobody\n"));
        assert_eq!(value["named"], true);
        assert_eq!(value["codeowners"]["default"]["place"], ".github/CODEOWNERS:1");
        assert_eq!(ids, ["codeowners-line"]);
        let (value, _) = observed(&Memory::new().with("CODEOWNERS", "/docs @nhs/docs\n"));
        assert_eq!(value["named"], false);
    }

    #[test]
    fn an_ended_contract_names_nobody() {
        let file = |until: &str| {
            Memory::new().with(
                "publiccode.yml",
                format!("maintenance:\n  type: contract\n  contractors:\n    - name: A firm\n      email: a@firm.internal\n      until: {until}\n"),
            )
        };
        let (value, ids) = observed(&file("2026-08-21"));
        assert_eq!(value["named"], false);
        assert!(ids.contains(&"contract-ended".to_owned()));
        assert_eq!(observed(&file("2026-08-22")).0["named"], true);
    }

    #[test]
    fn nothing_there_is_null() {
        let (value, ids) = observed(&Memory::new().with("a.py", ""));
        assert_eq!(value["codeowners"], Value::Null);
        assert_eq!((value["named"].clone(), ids.len()), (json!(false), 0));
    }
}
