//! Bills of materials and statements from suppliers: what they describe is judged with what they
//! list, and a statement that excuses nothing says why.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use assess::{
    observe::{Asked, Own, World, observe, own_files},
    system::Stating,
};
use domain::{Assessment, FindingKind, Standing};
use evidence::material::memory::Memory;
use feeds::{Feeds, ImportOptions};

/// A feed with one flaw in `acme` below 2.0.0 and one in `part` below 1.1.0.
fn feeds(folder: &std::path::Path) -> Feeds {
    let export = folder.join("export/npm");
    std::fs::create_dir_all(&export).unwrap();
    for (id, name, fixed) in [("X-1", "acme", "2.0.0"), ("X-2", "part", "1.1.0")] {
        let record = format!(
            r#"{{"id":"{id}","modified":"2026-01-01T00:00:00Z","affected":[{{"package":{{"ecosystem":"npm","name":"{name}"}},"ranges":[{{"type":"SEMVER","events":[{{"introduced":"0"}},{{"fixed":"{fixed}"}}]}}]}}]}}"#
        );
        std::fs::write(export.join(format!("{id}.json")), record).unwrap();
    }
    let options = ImportOptions::new("2026-08-22T00:00:00Z".parse().unwrap());
    feeds::import(&folder.join("export"), &folder.join("library"), &options, &mut |_| {}).unwrap();
    Feeds::open(&folder.join("library")).unwrap()
}

fn look(material: &Memory, one_file: bool) -> Assessment {
    let folder = tempfile::tempdir().unwrap();
    let feeds = feeds(folder.path());
    let own = if one_file { Own::default() } else { own_files(material).unwrap() };
    let world = World {
        clones: &[],
        reopening: &assess::reopening::Looked::NotAsked,
        settings: None,
        as_of: "2026-08-22T00:00:00Z".parse().unwrap(),
        feeds: Some(&feeds),
        stated: Stating::default(),
        standing: &Standing::default(),
        packs: &[],
        reports: &[],
        tool: "test",
    };
    observe(&Asked::Material { material, one_file, checkout: None }, &own, &world).unwrap()
}

fn flaws(assessment: &Assessment) -> Vec<&str> {
    let of = assessment.findings.iter().filter(|f| f.kind == FindingKind::Advisory);
    of.map(|f| f.id.as_str()).collect()
}

const CYCLONEDX: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"timestamp":"2026-07-01T10:00:00Z",
"component":{"type":"application","name":"acme","version":"1.0.0","purl":"pkg:npm/acme@1.0.0","bom-ref":"root"}},
"components":[{"type":"library","name":"part","version":"1.0.0","purl":"pkg:npm/part@1.0.0","bom-ref":"part","licenses":[{"license":{"name":"Commercial"}}]}],
"dependencies":[{"ref":"root","dependsOn":["part"]}]}"#;

const SPDX: &str = r#"{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","documentDescribes":["SPDXRef-root"],"creationInfo":{"created":"2026-07-01T10:00:00Z"},
"packages":[{"SPDXID":"SPDXRef-root","name":"acme","versionInfo":"1.0.0","externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/acme@1.0.0"}]},
{"SPDXID":"SPDXRef-part","name":"part","versionInfo":"1.0.0","externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/part@1.0.0"}]}]}"#;

#[test]
fn what_a_bill_of_materials_describes_is_judged_with_what_it_lists() {
    for bill in [CYCLONEDX, SPDX] {
        let seen = look(&Memory::new().with("acme.json", bill), true);
        assert_eq!(flaws(&seen), ["X-1", "X-2"], "{bill}");
        let root = seen.components.iter().find(|c| c.purl.name() == "acme").unwrap();
        assert_eq!(root.direct, Some(true));
        let inventory = seen.evidence.iter().find(|e| e.kind == "inventory").unwrap();
        assert_eq!(inventory.as_of.unwrap().to_string(), "2026-07-01T10:00:00Z");
    }
    // Inside a repository the document describes the repository, which is judged as such.
    let seen = look(&Memory::new().with("sbom/acme.cdx.json", CYCLONEDX), false);
    assert_eq!(flaws(&seen), ["X-2"]);
}

const DOSSIER: &str = "supplier = \"Acme\"\nproduct = \"Acme\"\nversion = \"1.0.0\"\n\n[[documents]]\nkind = \"sbom\"\npath = \"sbom.cdx.json\"\nissued = 2026-07-01\nproduct_version = \"1.0.0\"\n\n[[documents]]\nkind = \"vex\"\npath = \"vex.json\"\nissued = 2026-07-01\nproduct_version = \"1.0.0\"\n";

fn vex(status: &str, product: &str, more: &str) -> String {
    format!(
        r#"{{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://acme.example/1","author":"Acme","timestamp":"2026-07-02T00:00:00Z","version":1,
        "statements":[{{"vulnerability":{{"name":"X-2"}},"products":[{product}],"status":"{status}"{more}}}]}}"#
    )
}

fn unread(seen: &Assessment) -> String {
    let of = seen.coverage.iter().filter(|c| c.collector == "vex").flat_map(|c| &c.unread);
    of.map(|unread| format!("{}: {}", unread.place, unread.why)).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_suppliers_statements_count_only_where_they_are_trusted_and_say_why() {
    let part_of_acme = r#"{"@id":"pkg:npm/acme@1.0.0","subcomponents":[{"@id":"pkg:npm/part@1.0.0"}]}"#;
    let reason = r#","justification":"vulnerable_code_not_present""#;
    let dossier = |statement: &str, system: &str| {
        let files = Memory::new().with("product.toml", DOSSIER).with("sbom.cdx.json", CYCLONEDX);
        let files = files.with("vex.json", statement);
        look(&if system.is_empty() { files } else { files.with("formulary.toml", system) }, false)
    };
    let trust = "[[vex]]\npath = \"vex.json\"\nsigner = \"Acme\"\nwhy = \"contract\"\nuntil = 2026-12-31\n";

    let seen = dossier(&vex("not_affected", part_of_acme, reason), "");
    assert_eq!(flaws(&seen), ["X-1", "X-2"]);
    assert!(
        unread(&seen).contains("vex.json: not applied: its author is not trusted here"),
        "{}",
        unread(&seen)
    );

    let seen = dossier(&vex("not_affected", part_of_acme, reason), trust);
    assert_eq!(flaws(&seen), ["X-1"], "the part lies inside what the bill describes");
    assert_eq!(unread(&seen), "");
    let excused = seen.evidence.iter().find(|e| e.kind == "vex").unwrap();
    assert_eq!(excused.as_of.unwrap().to_string(), "2026-07-02T00:00:00Z");

    let seen = dossier(&vex("not_affected", part_of_acme, ""), trust);
    assert_eq!(flaws(&seen), ["X-1", "X-2"]);
    assert!(unread(&seen).contains("not why; it excuses nothing"), "{}", unread(&seen));

    let seen = dossier(&vex("fixed", r#"{"@id":"pkg:npm/part"}"#, ""), trust);
    assert_eq!(flaws(&seen), ["X-1", "X-2"]);
    assert!(unread(&seen).contains("not in which version"), "{}", unread(&seen));
}

#[test]
fn the_share_of_proprietary_parts_comes_from_the_bill_or_says_why_not() {
    let indicator = |files: Memory| {
        let seen = look(&files, false);
        let dossier = seen.evidence.iter().find(|e| e.kind == "dossier").unwrap();
        let all = dossier.value["lock_in"].as_array().unwrap();
        all.iter().find(|i| i["id"] == "proprietary-parts").unwrap()["value"].clone()
    };
    let with = Memory::new().with("product.toml", DOSSIER).with("sbom.cdx.json", CYCLONEDX);
    assert_eq!(indicator(with), serde_json::json!({ "count": 1, "of": 1, "not_stated": 0 }));
    let without = Memory::new().with("product.toml", "supplier = \"A\"\nproduct = \"A\"\nversion = \"1\"\n");
    assert_eq!(
        indicator(without),
        serde_json::json!({ "not_applicable": "the dossier holds no bill of materials" })
    );
}
