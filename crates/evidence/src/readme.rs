//! The README: the collector.
//!
//! Decides which of the eight parts of the NHS Open Source Policy's README can be found by heading
//! or phrase (`rules/readme.toml`), whether it says that the repository is archived or has ended,
//! which category it states, and whether a medical purpose is claimed with or without the notice
//! that must then stand beside it. That a part is there says nothing of whether it is true.
//!
//! Evidence `readme`:
//! ```json
//! { "path": "README.md", "words": 320, "present": 7,
//!   "parts": {"description": true, "status": true, "contact": true, "data": false,
//!             "prerequisites": true, "use": true, "licence": true, "duties": true},
//!   "plain_http": ["README.md:12"] }
//! ```
//! `path` is null and every part false where there is no README. `plain_http` lists lines with an
//! unencrypted address (OSPS-BR-03.01), reserved and local hosts left out.
//!
//! Evidence `archived`: `{ "stated": true, "place": "README.md:3" }` (place null when not stated).
//! Evidence `category`: `{ "stated": "coded-in-the-open" }` or null.
//! Evidence `device`: `{ "claims": ["README.md:5"], "denied": false, "notice": false }`: lines that
//! claim a medical purpose; whether the text denies one; whether it speaks of manufacturer, intended
//! purpose or marking.
//!
//! No findings: what is missing has no place.

use std::{collections::BTreeMap, sync::OnceLock};

use domain::{Coverage, Evidence, Place};
use serde::Deserialize;
use serde_json::json;

use crate::{
    collector::{Collector, Given, Observed},
    licence::text::reduce,
    material::Material,
    prose::{self, Prose},
};

/// The collector.
#[derive(Debug)]
pub struct Readme;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    id: String,
    /// What the part is, for people: shown by whoever explains the control.
    #[serde(rename = "words")]
    _words: String,
    headings: Vec<String>,
    phrases: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ended {
    phrases: Vec<String>,
    headings: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Device {
    claims: Vec<String>,
    denials: Vec<String>,
    notices: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    part: Vec<Part>,
    archived: Ended,
    category: BTreeMap<String, Vec<String>>,
    device: Device,
}

/// More places of one kind than this are not listed.
const MOST_PLACES: usize = 20;

fn rules() -> Option<&'static Rules> {
    static RULES: OnceLock<Option<Rules>> = OnceLock::new();
    RULES.get_or_init(|| toml::from_str(include_str!("../rules/readme.toml")).ok()).as_ref()
}

impl Collector for Readme {
    fn name(&self) -> &'static str {
        "readme"
    }

    fn collect(&self, material: &dyn Material, _given: Given) -> Observed {
        let mut coverage = Coverage::new(self.name());
        // The shipped file is read by a test; a broken one must not look like a README without parts.
        let Some(rules) = rules() else {
            coverage.cannot_read(Place::file(""), "rules/readme.toml cannot be read");
            return Observed { coverage: vec![coverage], ..Observed::default() };
        };
        let entry = prose::find(material, &["readme"]);
        let readme = entry.and_then(|e| Prose::read(material, e));
        if let Some(entry) = entry {
            if readme.is_some() {
                coverage.read = 1;
            } else {
                coverage.cannot_read(Place::file(&entry.path), "the README is not readable as text");
                return Observed { coverage: vec![coverage], ..Observed::default() };
            }
        }
        let evidence = [
            ("readme", parts(rules, readme.as_ref())),
            ("archived", archived(rules, readme.as_ref())),
            ("category", category(rules, readme.as_ref())),
            ("device", device(rules, readme.as_ref())),
        ]
        .into_iter()
        .filter_map(|(kind, value)| Evidence::new(kind, value, self.name()).ok())
        .collect();
        Observed { evidence, findings: Vec::new(), coverage: vec![coverage] }
    }
}

fn parts(rules: &Rules, readme: Option<&Prose>) -> serde_json::Value {
    let parts: BTreeMap<&str, bool> = rules
        .part
        .iter()
        .map(|part| {
            let there = readme.is_some_and(|r| {
                r.heading(&part.headings).is_some()
                    || r.says(&part.phrases)
                    || (part.id == "description" && has_opening(r))
                    || (part.id == "contact" && r.text.split_whitespace().any(is_mail))
            });
            (part.id.as_str(), there)
        })
        .collect();
    json!({
        "path": readme.map(|r| &r.path),
        "words": readme.map_or(0, |r| r.words.split(' ').filter(|w| !w.is_empty()).count()),
        "present": parts.values().filter(|there| **there).count(),
        "parts": parts,
        "plain_http": readme.map(plain_http).unwrap_or_default(),
    })
}

/// A paragraph of prose before the second heading: what most READMEs open with.
fn has_opening(readme: &Prose) -> bool {
    let end = readme.headings.get(1).map_or(40, |(line, _)| *line as usize);
    readme.text.lines().take(end).any(|line| {
        let line = line.trim();
        let prose = !line.starts_with(['#', '[', '!', '<', '|', '`', '=']);
        prose && reduce(line).split(' ').count() >= 8
    })
}

fn is_mail(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let word = word.rsplit("mailto:").next().unwrap_or(word);
    formats::codeowners::is_address(word)
}

fn plain_http(readme: &Prose) -> Vec<String> {
    let reserved = [
        "localhost",
        "127.0.0.1",
        "0.0.0.0",
        "[::1]",
        "example.",
        "www.w3.org",
        "schemas.",
        "host.docker.internal",
    ];
    readme
        .text
        .lines()
        .enumerate()
        .filter(|(_, line)| {
            line.match_indices("http://").any(|(at, _)| {
                let host =
                    line[at + 7..].split(['/', ':', ')', ' ', '"', '`', '>']).next().unwrap_or_default();
                host.contains('.')
                    && !reserved.iter().any(|r| host.starts_with(r))
                    && !host.ends_with(".test")
            })
        })
        .map(|(number, _)| {
            Place::line(&readme.path, u32::try_from(number + 1).unwrap_or(u32::MAX)).to_string()
        })
        .take(MOST_PLACES)
        .collect()
}

fn archived(rules: &Rules, readme: Option<&Prose>) -> serde_json::Value {
    // Further down such words speak of versions, endpoints and other projects.
    const OPENING: u32 = 40;
    let line = readme.and_then(|r| {
        r.heading(&rules.archived.headings)
            .filter(|line| *line <= OPENING)
            .or_else(|| r.line_of(&rules.archived.phrases).filter(|line| *line <= OPENING))
    });
    let place = line.zip(readme).map(|(line, r)| Place::line(&r.path, line).to_string());
    json!({"stated": place.is_some(), "place": place})
}

fn category(rules: &Rules, readme: Option<&Prose>) -> serde_json::Value {
    let stated = readme.and_then(|r| rules.category.iter().find(|(_, phrases)| r.says(phrases)));
    json!({"stated": stated.map(|(name, _)| name)})
}

fn device(rules: &Rules, readme: Option<&Prose>) -> serde_json::Value {
    let claims: Vec<String> = readme
        .map(|r| {
            r.text
                .lines()
                .enumerate()
                .filter(|(_, line)| {
                    let line = reduce(line);
                    rules.device.claims.iter().any(|c| line.contains(c.as_str()))
                        && !rules.device.denials.iter().any(|d| line.contains(d.as_str()))
                })
                .map(|(number, _)| {
                    Place::line(&r.path, u32::try_from(number + 1).unwrap_or(u32::MAX)).to_string()
                })
                .take(MOST_PLACES)
                .collect()
        })
        .unwrap_or_default();
    json!({
        "claims": claims,
        "denied": readme.is_some_and(|r| r.says(&rules.device.denials)),
        "notice": readme.is_some_and(|r| r.says(&rules.device.notices)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::material::memory::Memory;

    fn observed(readme: &str) -> Vec<serde_json::Value> {
        let tree = Memory::new().with("README.md", readme);
        let seen = Readme.collect(&tree, Given { today: "2026-08-22".parse().unwrap() });
        seen.evidence.into_iter().map(|e| e.value).collect()
    }

    #[test]
    fn finds_all_eight_parts() {
        let seen = observed(
            "# Ward list\n\nShows the patients of a ward to its nurses on hospital computers.\n\n## Status\nActively \
             maintained.\n## Contact\nward@hospital.example\n## Data\nNone is stored.\n## Prerequisites\nNode\n\
             ## Installation\nRun it.\n## Licence\nMIT\n## Legal\nNot a medical device.\nhttp://wards.hospital.internal/x\n",
        );
        assert_eq!(seen[0]["present"], 8, "{}", seen[0]);
        assert_eq!(seen[0]["plain_http"], json!(["README.md:19"]));
        assert_eq!(seen[3], json!({"claims": [], "denied": true, "notice": false}));
    }

    #[test]
    fn an_empty_readme_has_none_and_a_missing_one_no_path() {
        assert_eq!(observed("# x\n")[0]["present"], 0);
        let seen = Readme.collect(&Memory::new(), Given { today: "2026-08-22".parse().unwrap() });
        assert_eq!(seen.evidence[0].value["path"], serde_json::Value::Null);
    }

    #[test]
    fn an_ended_repository_says_so_near_the_top() {
        let seen = observed("# Old\n\n> **This repository is archived.** Use the new one.\n");
        assert_eq!(seen[1], json!({"stated": true, "place": "README.md:3"}));
        let later = format!("# New\n{}The v1 endpoint is deprecated.\n", "text\n".repeat(60));
        assert_eq!(observed(&later)[1]["stated"], false);
    }

    #[test]
    fn a_medical_purpose_is_told_with_its_line() {
        let seen = observed("# Score\n\nSupports the diagnosis of sepsis.\n");
        assert_eq!(seen[3], json!({"claims": ["README.md:3"], "denied": false, "notice": false}));
    }
}
