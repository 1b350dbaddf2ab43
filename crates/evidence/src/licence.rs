//! The licence of a tree: the collector.
//!
//! Decides which licence the files at the root are, whether a copyright line names an owner, and
//! what manifests and the README claim. It never says whether the licence is the right one. A
//! licence file that is there and not recognised is told apart from none at all.
//!
//! Evidence `licence`:
//! ```json
//! { "files": [{"path": "LICENSE", "spdx": ["MIT"], "osi": true, "longer": false, "name_only": false}],
//!   "recognised": ["MIT"], "osi": true, "copyright": {"place": "LICENSE:3", "crown": false},
//!   "claims": [{"place": "package.json:4", "claim": "ISC"}, {"place": "README.md", "claim": "MIT"}],
//!   "conflicts": [{"place": "package.json:4", "claim": "ISC"}] }
//! ```
//! `files` is empty where there is no licence file (absence is known, not unknown); `recognised` is
//! empty where none of the files is a text that is known; `copyright` is null where no line names
//! an owner. `name_only` files count in `files`, not in `recognised`.
//!
//! Findings: kind `hygiene`, control `licence`: `licence-conflict` (low), where a root manifest claims a
//! licence that no licence file holds; and one of `no-licence`, `licence-name-only`, `licence-unknown`,
//! `no-copyright-line`, each saying which line or file is missing and where it goes.

pub mod text;

use std::collections::BTreeSet;

use domain::{Coverage, Evidence, Finding, FindingKind, Place, Severity};
use formats::tree::Tree;
use serde_json::{Value, json};

use crate::{
    collector::{Collector, Given, Observed},
    material::Material,
    paths, text as content,
};

/// The collector.
#[derive(Debug)]
pub struct Licence;

impl Collector for Licence {
    fn name(&self) -> &'static str {
        "licence"
    }

    fn collect(&self, material: &dyn Material, _given: Given) -> Observed {
        let mut coverage = Coverage::new(self.name());
        let mut files = Vec::new();
        let mut recognised: BTreeSet<String> = BTreeSet::new();
        let mut named: BTreeSet<String> = BTreeSet::new();
        let mut osi = false;
        let mut copyright = None;
        for entry in material.entries().iter().filter(|e| is_licence_file(&e.path)) {
            let Some(text) = content::small(material, &entry.path) else {
                coverage.cannot_read(Place::file(&entry.path), "a licence file that is not readable as text");
                continue;
            };
            coverage.read += 1;
            let seen = text::recognise(&text);
            if seen.name_only {
                named.extend(seen.spdx.iter().cloned());
            } else {
                recognised.extend(seen.spdx.iter().cloned());
                osi |= seen.osi;
            }
            copyright = copyright.or_else(|| owner(&entry.path, &text));
            files.push(json!({
                "path": entry.path, "spdx": seen.spdx, "osi": seen.osi,
                "longer": seen.longer, "name_only": seen.name_only,
            }));
        }
        // Licences that travel unchanged carry no owner: the notice or the README does.
        if copyright.is_none() {
            copyright = material.entries().iter().filter(|e| names_owner(&e.path)).find_map(|entry| {
                content::small(material, &entry.path).and_then(|text| owner(&entry.path, &text))
            });
        }
        let claims = claims(material, &mut coverage);
        let conflicts: Vec<_> = claims
            .iter()
            .filter(|(_, claim, exact)| {
                *exact && !recognised.is_empty() && !agrees(claim, recognised.iter().chain(&named))
            })
            .collect();
        let value = json!({
            "files": files,
            "recognised": recognised,
            "osi": osi,
            "copyright": copyright,
            "claims": claims.iter().map(|(place, claim, _)| json!({"place": place, "claim": claim})).collect::<Vec<_>>(),
            "conflicts": conflicts.iter().map(|(place, claim, _)| json!({"place": place, "claim": claim})).collect::<Vec<_>>(),
        });
        let held = recognised.iter().cloned().collect::<Vec<_>>().join(", ");
        let mut findings: Vec<Finding> =
            conflicts.iter().map(|(place, claim, _)| conflict(place, claim, &held)).collect();
        let paths: Vec<&str> = files.iter().filter_map(|file| file["path"].as_str()).collect();
        // A licence file that could not be read is the coverage's to name.
        if coverage.unread.is_empty() {
            findings.extend(missing(&paths, &recognised, &named, value["copyright"].is_null()));
        }
        let evidence = Evidence::new("licence", value, self.name()).into_iter().collect();
        Observed { evidence, findings, coverage: vec![coverage] }
    }
}

fn conflict(place: &Place, claim: &str, held: &str) -> Finding {
    let title = format!("The manifest claims {claim}, the licence file is {held}");
    let identity = format!("{}:{claim}:{held}", place.path);
    let mut finding = Finding::new(FindingKind::Hygiene, "licence-conflict", "licence", title, &identity);
    finding.severity = Some(Severity::Low);
    finding.remedy =
        Some(format!("Ask who owns the code which is meant, and make {} say the same.", place.path));
    finding.places = vec![place.clone()];
    finding
}

/// Licences whose text travels unchanged: their owner's line stands beside it, not in it.
const UNCHANGED: [&str; 8] = ["Apache", "GPL", "LGPL", "AGPL", "MPL", "EPL", "EUPL", "CC"];

/// What is missing for others to know what they may do, and whose the code is.
fn missing(
    paths: &[&str],
    recognised: &BTreeSet<String>,
    named: &BTreeSet<String>,
    no_owner: bool,
) -> Option<Finding> {
    let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(", ");
    let file = paths.first().copied().unwrap_or("LICENSE");
    let owner = "the body that owns the code, or `Crown copyright`";
    let (id, title, remedy) = if paths.is_empty() {
        (
            "no-licence",
            "There is no licence file at the root".to_owned(),
            "Add the full text of a known licence as LICENSE (MIT by default), with the owner's copyright line."
                .to_owned(),
        )
    } else if recognised.is_empty() && !named.is_empty() {
        (
            "licence-name-only",
            format!("{file} names {} and does not hold its text", list(named)),
            format!("Put the full text of {} into {file}, with the owner's copyright line.", list(named)),
        )
    } else if recognised.is_empty() {
        (
            "licence-unknown",
            format!("{file} is not the text of a licence that is known here"),
            format!("Put the full, unchanged text of a known licence into {file} (MIT by default)."),
        )
    } else if no_owner {
        let apart = recognised.iter().all(|spdx| UNCHANGED.iter().any(|family| spdx.starts_with(family)));
        let where_to = if apart {
            "to the README or a file NOTICE (the licence text itself stays unchanged)".to_owned()
        } else {
            format!("at the top of {file}")
        };
        (
            "no-copyright-line",
            format!(
                "The text of {} is there ({file}); no line names the owner of the copyright",
                list(recognised)
            ),
            format!(
                "The licence text is there: add the owner's line, `Copyright YEAR OWNER` ({owner}), {where_to}."
            ),
        )
    } else {
        return None;
    };
    let mut finding = Finding::new(FindingKind::Hygiene, id, "licence", title, file);
    finding.remedy = Some(remedy);
    finding.places = if paths.is_empty() { Vec::new() } else { vec![Place::file(file)] };
    Some(finding)
}

/// `LICENSE`, `LICENCE.md`, `COPYING.LESSER`, `LICENSE-MIT`, `UNLICENSE` at the root, and the texts of REUSE.
pub fn is_licence_file(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    if let Some(name) = lower.strip_prefix("licenses/") {
        return !name.contains('/') && name.ends_with(".txt");
    }
    let stem = lower.split(['.', '-', '_']).next().unwrap_or_default();
    !lower.contains('/')
        && matches!(stem, "license" | "licence" | "copying" | "unlicense" | "unlicence")
        && matches!(
            paths::extension(&lower),
            "" | "md" | "txt" | "rst" | "adoc" | "lesser" | "html" | "mit" | "apache" | "bsd"
        )
        || (!lower.contains('/')
            && matches!(stem, "license" | "licence")
            && paths::extension(&lower).starts_with(char::is_numeric))
}

fn names_owner(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    !lower.contains('/')
        && matches!(
            lower.split('.').next(),
            Some("notice" | "copyright" | "authors" | "readme" | "copyrights")
        )
}

fn owner(path: &str, content: &str) -> Option<Value> {
    text::copyright(content)
        .map(|(line, crown)| json!({"place": Place::line(path, line).to_string(), "crown": crown}))
}

/// What root manifests (exactly) and the README (in prose) claim: place, claim, whether exact.
fn claims(material: &dyn Material, coverage: &mut Coverage) -> Vec<(Place, String, bool)> {
    let mut out = Vec::new();
    for (path, keys) in MANIFESTS {
        let Some(content) = content::small(material, path) else { continue };
        coverage.read += 1;
        let bytes = content.as_bytes();
        let tree = match paths::extension(path) {
            "json" => Tree::json(path, bytes),
            "toml" => Tree::toml(path, bytes),
            _ => Tree::yaml(path, bytes),
        };
        // A manifest that cannot be read is the inventory's fault to name; it claims nothing here.
        let Ok(tree) = tree else { continue };
        for key in *keys {
            let mut node = Some(tree.root());
            for part in key.split('.') {
                node = node.and_then(|n| n.get(part));
            }
            let Some(node) = node else { continue };
            let claim = node.text().or_else(|| node.text_at("text")).or_else(|| node.text_at("type"));
            if let Some(claim) =
                claim.map(str::trim).filter(|c| !c.is_empty() && c.len() < 80 && !c.contains('\n'))
            {
                out.push((Place::line(*path, node.line()), claim.to_owned(), true));
            }
        }
    }
    let readme = material
        .entries()
        .iter()
        .find(|e| !e.path.contains('/') && e.path.to_ascii_lowercase().split('.').next() == Some("readme"));
    if let Some(entry) = readme
        && let Some(content) = content::small(material, &entry.path)
    {
        let mut names: Vec<_> = text::named(&text::reduce(&content)).iter().map(|l| l.spdx.clone()).collect();
        names.sort();
        names.dedup();
        out.extend(names.into_iter().map(|name| (Place::file(&entry.path), name, false)));
    }
    out
}

/// Root manifests and the keys that name a licence.
const MANIFESTS: &[(&str, &[&str])] = &[
    ("package.json", &["license"]),
    ("Cargo.toml", &["package.license", "workspace.package.license"]),
    ("pyproject.toml", &["project.license", "tool.poetry.license"]),
    ("composer.json", &["license"]),
    ("publiccode.yml", &["legal.license"]),
    ("CITATION.cff", &["license"]),
    ("codemeta.json", &["license"]),
];

/// Whether an SPDX expression or a common name speaks of one of these licences.
fn agrees<'a>(claim: &str, mut held: impl Iterator<Item = &'a String>) -> bool {
    let words = text::reduce(claim);
    if words.starts_with("see license") || words.starts_with("see licence") || words.starts_with("licenseref")
    {
        return true;
    }
    let named: Vec<&str> = text::named(&words).iter().map(|l| l.spdx.as_str()).collect();
    held.any(|spdx| {
        let id = text::reduce(spdx);
        named.contains(&spdx.as_str()) || format!(" {words} ").contains(&format!(" {id} "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::material::memory::Memory;

    const ISC: &str = "Copyright 2020 A Hospital\nPermission to use, copy, modify, and/or distribute this software for \
        any purpose with or without fee is hereby granted, provided that the above copyright notice and this \
        permission notice appear in all copies.";

    fn observed(tree: &Memory) -> (Value, Vec<Finding>) {
        let seen = Licence.collect(tree, Given { today: "2026-08-22".parse().unwrap() });
        (seen.evidence[0].value.clone(), seen.findings)
    }

    #[test]
    fn names_a_conflict_with_its_line() {
        let tree = Memory::new()
            .with("LICENSE", ISC)
            .with("package.json", "{\n \"name\": \"x\",\n \"license\": \"MIT\"\n}")
            .with("Cargo.toml", "[package]\nlicense = \"ISC OR MIT\"\n");
        let (value, findings) = observed(&tree);
        assert_eq!(value["recognised"], json!(["ISC"]));
        assert_eq!(value["copyright"]["place"], "LICENSE:1");
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].places, [Place::line("package.json", 3)]);
    }

    #[test]
    fn absence_is_told_apart_from_an_unknown_text() {
        let (value, _) = observed(&Memory::new().with("a.rs", ""));
        assert_eq!(value["files"], json!([]));
        let (value, _) = observed(&Memory::new().with("LICENCE.md", "You may look and not touch."));
        assert_eq!(
            (value["files"][0]["path"].as_str(), value["recognised"].clone()),
            (Some("LICENCE.md"), json!([]))
        );
    }

    #[test]
    fn says_which_half_is_missing_and_where_it_goes() {
        let id = |tree: &Memory| observed(tree).1.into_iter().map(|f| f.id).collect::<Vec<_>>();
        assert_eq!(id(&Memory::new().with("a.rs", "")), ["no-licence"]);
        assert_eq!(id(&Memory::new().with("LICENCE.md", "You may look and not touch.")), ["licence-unknown"]);
        let (_, whole) = ISC.split_once('\n').unwrap();
        let (_, findings) = observed(&Memory::new().with("LICENSE", whole));
        assert_eq!(findings[0].id, "no-copyright-line");
        let remedy = findings[0].remedy.as_deref().unwrap();
        assert!(remedy.contains("at the top of LICENSE") && !remedy.contains("full text"), "{remedy}");
        assert_eq!(id(&Memory::new().with("LICENSE", ISC)), [""; 0]);
    }

    #[test]
    fn knows_licence_files_by_their_usual_names() {
        for path in [
            "LICENSE",
            "LICENCE.md",
            "COPYING.LESSER",
            "LICENSE-MIT",
            "LICENSE_2.0.txt",
            "LICENSES/MIT.txt",
            "license.txt",
        ] {
            assert!(is_licence_file(path), "{path}");
        }
        for path in ["src/LICENSE", "license.py", "licensing.md", "LICENSE.ts"] {
            assert!(!is_licence_file(path), "{path}");
        }
    }
}
