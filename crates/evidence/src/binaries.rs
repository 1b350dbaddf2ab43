//! Executables in a tree: the collector.
//!
//! Decides by content which files are compiled code: what is reviewed as text cannot hide in them.
//! Pictures, fonts and archives of data are not among them.
//!
//! Evidence `binaries`: `{ "total": 2, "kinds": {"ELF": 1, "Java archive": 1}, "other_binary": 14 }`;
//! `other_binary` counts binary files that are no executables.
//!
//! Findings: kind `binary`, control `no-binaries`, id `executable` (medium) or `build-wrapper` (low:
//! the wrapper that Gradle and Maven ask projects to keep) or `generated-pickle` (medium: a cache that
//! a tool wrote and that runs code when it is loaded), one a file, at most 200.

use std::collections::BTreeMap;

use domain::{Coverage, Digest, Evidence, Finding, FindingKind, Place, Severity};
use serde_json::json;

use crate::{
    collector::{Collector, Given, Observed},
    magic,
    material::{Material, digest},
    model::find,
    paths, text,
};

/// The collector.
#[derive(Debug)]
pub struct Binaries;

/// More files than this are counted, not listed.
const MOST_FINDINGS: usize = 200;

/// What a pickle is called that is no model.
const PICKLE: &str = "generated pickle";

/// How much of each file is looked at.
const HEAD: usize = 4 << 10;

impl Collector for Binaries {
    fn name(&self) -> &'static str {
        "binaries"
    }

    fn collect(&self, material: &dyn Material, _given: Given) -> Observed {
        let mut coverage = Coverage::new(self.name());
        let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
        let mut other = 0u64;
        let mut findings = Vec::new();
        for entry in material.entries() {
            let head = match material.head(&entry.path, HEAD) {
                Ok(head) => head,
                Err(error) => {
                    coverage.cannot_read(Place::file(&entry.path), error.to_string());
                    continue;
                }
            };
            coverage.read += 1;
            let kind = kind(&entry.path, &head)
                .or_else(|| find::is_generated_pickle(material, &entry.path).then_some(PICKLE));
            let Some(kind) = kind else {
                other += u64::from(text::is_binary(&head));
                continue;
            };
            *kinds.entry(kind).or_default() += 1;
            if findings.len() < MOST_FINDINGS {
                let blob = digest::file(material, entry).unwrap_or_else(|| Digest::of(entry.path.as_bytes()));
                findings.push(finding(&entry.path, kind, blob));
            }
        }
        coverage.unread.extend_from_slice(material.unread());
        coverage.unread.sort();
        let value = json!({"total": kinds.values().sum::<u64>(), "kinds": kinds, "other_binary": other});
        let evidence = Evidence::new("binaries", value, self.name()).into_iter().collect();
        Observed { evidence, findings, coverage: vec![coverage] }
    }
}

fn kind(path: &str, head: &[u8]) -> Option<&'static str> {
    let end = paths::extension(path).to_ascii_lowercase();
    magic::executable(head).or_else(|| match end.as_str() {
        "jar" | "war" | "ear" | "aar" if head.starts_with(b"PK\x03\x04") => Some("Java archive"),
        "apk" | "ipa" if head.starts_with(b"PK\x03\x04") => Some("app package"),
        "whl" | "egg" | "nupkg" if head.starts_with(b"PK\x03\x04") => Some("built component"),
        "pyc" | "pyo" if head.get(2..4) == Some(b"\r\n") => Some("Python bytecode"),
        "msi" if head.starts_with(b"\xd0\xcf\x11\xe0") => Some("installer"),
        _ => None,
    })
}

fn finding(path: &str, kind: &str, blob: Digest) -> Finding {
    let wrapper = matches!(paths::file_name(path), "gradle-wrapper.jar" | "maven-wrapper.jar");
    let (id, severity, remedy) = if kind == PICKLE {
        let remedy =
            "Take the cache out of the tree and ignore its folder (.gitignore): the tool makes it again.";
        ("generated-pickle", Severity::Medium, remedy)
    } else if wrapper {
        let remedy = "Let CI compare its checksum with the one its makers publish (wrapper validation).";
        ("build-wrapper", Severity::Low, remedy)
    } else {
        let remedy = "Build it from source in CI, or fetch it by digest from where its makers publish it; then take it out of the tree.";
        ("executable", Severity::Medium, remedy)
    };
    let mut finding = Finding::new(
        FindingKind::Binary,
        id,
        "no-binaries",
        if kind == PICKLE {
            "A pickle that a tool generated, which runs code when it is loaded".to_owned()
        } else {
            format!("Compiled code in the tree: {kind}")
        },
        &blob.to_string(),
    );
    finding.severity = Some(severity);
    finding.remedy = Some(remedy.to_owned());
    finding.development_only = paths::is_test(path);
    finding.places = vec![Place::file(path)];
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::material::memory::Memory;

    #[test]
    fn finds_compiled_code_whatever_its_name() {
        let tree = Memory::new()
            .with("notes.txt", &b"\x7fELF\x02\x01\x01\0"[..])
            .with("gradle/wrapper/gradle-wrapper.jar", &b"PK\x03\x04rest"[..])
            .with("logo.png", &b"\x89PNG\r\n\x1a\n\0\0\0"[..])
            .with("a.jar", "not a zip");
        let seen = Binaries.collect(&tree, Given { today: "2026-08-22".parse().unwrap() });
        let ids: Vec<_> = seen.findings.iter().map(|f| (f.id.as_str(), f.places[0].path.as_str())).collect();
        assert_eq!(
            ids,
            [("build-wrapper", "gradle/wrapper/gradle-wrapper.jar"), ("executable", "notes.txt")]
        );
        assert_eq!(
            (seen.evidence[0].value["total"].as_u64(), seen.evidence[0].value["other_binary"].as_u64()),
            (Some(2), Some(1))
        );
    }

    #[test]
    fn a_cache_of_sphinx_is_a_generated_file_and_no_model_unless_its_folder_says_so() {
        let pickle = &b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x07sphinx.\x94."[..];
        let given = Given { today: "2026-08-22".parse().unwrap() };
        let tree = Memory::new()
            .with("docs/_build/.doctrees/index.doctree", pickle)
            .with("docs/_build/.doctrees/environment.pickle", pickle);
        assert!(find::find_models(&tree).is_empty());
        let seen = Binaries.collect(&tree, given);
        assert!(seen.findings.iter().all(|f| f.id == "generated-pickle"), "{:?}", seen.findings);
        assert_eq!((seen.findings.len(), seen.evidence[0].value["total"].as_u64()), (2, Some(2)));
        // The same bytes elsewhere, or beside a model's configuration, are what they were.
        for tree in [
            Memory::new().with("classifier.pickle", pickle),
            Memory::new()
                .with("doctrees/model.pkl", pickle)
                .with("doctrees/config.json", r#"{"model_type":"made-up"}"#),
        ] {
            assert_eq!(find::find_models(&tree).len(), 1);
            assert!(Binaries.collect(&tree, given).findings.is_empty());
        }
    }
}
