//! Architecture disclosed by a tree: the collector.
//!
//! Decides which internal host names, private or HSCN addresses and cloud account ids stand in the
//! files, by an editable graded list (`rules/disclosure.toml`). They are no secrets: most are
//! harmless, some draw a map. Titles and evidence hold counts, never a name; places are listed for
//! whoever mends. Lockfiles, minified and vendored files are not searched.
//!
//! Evidence `disclosure` (distinct values):
//! ```json
//! { "hosts": {"internal": 2, "test": 4, "public-api": 1, "public": 9}, "addresses": 1, "accounts": 0 }
//! ```
//! Findings: kind `disclosure`, control `disclosure`, severity low, one for each distinct value:
//! `internal-host`, `internal-address`, `cloud-account`; at most 100 of each.

mod rules;

use std::collections::BTreeMap;

use domain::{Coverage, Evidence, Finding, FindingKind, Place, Severity};
use serde_json::json;

use self::rules::{Grade, Rules};
use crate::{
    collector::{Collector, Given, Observed},
    material::Material,
    paths,
    text::{self, Content, Lines},
};

/// The collector.
#[derive(Debug)]
pub struct Disclosure;

/// More findings of one kind than this are counted, not listed.
const MOST_FINDINGS: usize = 100;

/// More places of one value than this are not listed.
const MOST_PLACES: usize = 20;

/// More distinct values than this are not kept.
const MOST_VALUES: usize = 20_000;

impl Collector for Disclosure {
    fn name(&self) -> &'static str {
        "disclosure"
    }

    fn collect(&self, material: &dyn Material, _given: Given) -> Observed {
        let mut coverage = Coverage::new(self.name());
        let rules = match Rules::shipped() {
            Ok(rules) => rules,
            Err(error) => {
                coverage.cannot_read(Place::file(""), error.to_string());
                return Observed { coverage: vec![coverage], ..Observed::default() };
            }
        };
        let mut seen: BTreeMap<(Grade, String), Vec<Place>> = BTreeMap::new();
        for entry in material.entries() {
            if paths::is_lock_or_generated(&entry.path) || paths::is_vendored(&entry.path) {
                continue;
            }
            match text::look(material, entry) {
                Content::Binary(_) => {}
                Content::Unread(why) => coverage.cannot_read(Place::file(&entry.path), why),
                Content::Text(text) => {
                    coverage.read += 1;
                    let mut lines = Lines::of(&text);
                    for sighting in rules.search(&text) {
                        let known = seen.len() < MOST_VALUES;
                        let key = (sighting.grade, sighting.value);
                        if !known && !seen.contains_key(&key) {
                            continue;
                        }
                        let places = seen.entry(key).or_default();
                        if places.len() < MOST_PLACES {
                            let place = Place::line(&entry.path, lines.line(sighting.offset));
                            if places.last() != Some(&place) {
                                places.push(place);
                            }
                        }
                    }
                }
            }
        }
        let mut counts: BTreeMap<Grade, u64> = BTreeMap::new();
        for (grade, _) in seen.keys() {
            *counts.entry(*grade).or_default() += 1;
        }
        let of = |grade: Grade| counts.get(&grade).copied().unwrap_or_default();
        let value = json!({
            "hosts": {
                "internal": of(Grade::InternalHost), "test": of(Grade::TestHost),
                "public-api": of(Grade::PublicApi), "public": of(Grade::PublicHost),
            },
            "addresses": of(Grade::Address),
            "accounts": of(Grade::Account),
        });
        let evidence = Evidence::new("disclosure", value, self.name()).into_iter().collect();
        Observed { evidence, findings: findings(seen), coverage: vec![coverage] }
    }
}

fn findings(seen: BTreeMap<(Grade, String), Vec<Place>>) -> Vec<Finding> {
    let mut listed: BTreeMap<&str, usize> = BTreeMap::new();
    let mut out = Vec::new();
    for ((grade, value), places) in seen {
        let (id, title, remedy) = match grade {
            Grade::InternalHost => (
                "internal-host",
                "The name of an internal host",
                "Read it from the environment or a private configuration, or accept that it is known.",
            ),
            Grade::Address => (
                "internal-address",
                "An address of an internal network",
                "Read it from the environment or a private configuration, or use one of the ranges for documentation.",
            ),
            Grade::Account => (
                "cloud-account",
                "The number of a cloud account",
                "Read it from the environment; it helps whoever holds a stolen key, and opens nothing alone.",
            ),
            Grade::TestHost | Grade::PublicApi | Grade::PublicHost => continue,
        };
        let count = listed.entry(id).or_default();
        *count += 1;
        if *count > MOST_FINDINGS {
            continue;
        }
        let mut finding = Finding::new(FindingKind::Disclosure, id, "disclosure", title, &value);
        finding.severity = Some(Severity::Low);
        finding.remedy = Some(remedy.to_owned());
        finding.development_only = places.iter().all(|place| paths::is_test(&place.path));
        finding.places = places;
        out.push(finding);
    }
    out.sort_by(|a, b| (&a.places, &a.id).cmp(&(&b.places, &b.id)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::material::memory::Memory;

    fn observed(content: &str) -> (serde_json::Value, Vec<String>) {
        let tree = Memory::new().with("src/a.txt", content).with("yarn.lock", content);
        let seen = Disclosure.collect(&tree, Given { today: "2026-08-22".parse().unwrap() });
        let ids = seen.findings.iter().map(|f| format!("{} {}", f.id, f.places[0])).collect();
        (seen.evidence[0].value.clone(), ids)
    }

    #[test]
    fn grades_hosts_and_names_none() {
        let (value, ids) = observed(
            "https://wiki.ward.corp/x\nhttps://jira.trust.nhs.uk\nsandbox.api.service.nhs.uk www.nhs.uk\napp.internal.Thing config.local\n",
        );
        assert_eq!(value["hosts"], json!({"internal": 2, "test": 1, "public-api": 0, "public": 1}));
        assert_eq!(ids, ["internal-host src/a.txt:1", "internal-host src/a.txt:2"]);
    }

    #[test]
    fn addresses_and_accounts() {
        let (value, ids) = observed(
            "10.23.4.5 and 192.168.1.1 and 8.8.8.8 and 10.300.1.1 and v10.2.3.4.5\nversion 10.7.8.9\narn:aws:iam::905418273645:role/x arn:aws:iam::123456789012:role/x\n",
        );
        assert_eq!((value["addresses"].as_u64(), value["accounts"].as_u64()), (Some(1), Some(1)));
        assert_eq!(ids, ["internal-address src/a.txt:1", "cloud-account src/a.txt:3"]);
    }
}
