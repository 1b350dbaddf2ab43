//! Bills of materials: what is read, what is refused, and what leaves a fault.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::{borrow::Cow, collections::BTreeSet, path::Path};

use domain::{Resolution, Scope};
use formats::{
    inventory::{Files, HEAD, Inventory, Reader, Unreadable},
    readers::{self, READERS},
};

struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _path: &str) -> Option<Cow<'_, [u8]>> {
        None
    }
    fn paths(&self) -> &[String] {
        &[]
    }
}

fn reader(name: &str) -> &'static dyn Reader {
    *READERS.iter().find(|reader| reader.name() == name).unwrap()
}

/// Reads by content, as the program does.
fn read(text: &str) -> Result<Inventory, Unreadable> {
    let head = &text.as_bytes()[..text.len().min(HEAD)];
    let (reader, _) = readers::of_file("bill.json", head).expect("recognised by its content");
    reader.read("bill.json", text.as_bytes(), &NoFiles)
}

fn ids(inventory: &Inventory) -> BTreeSet<&str> {
    inventory.faults.iter().map(|fault| fault.id).collect()
}

fn names(inventory: &Inventory) -> Vec<String> {
    inventory.components.iter().map(|c| c.purl.to_string()).collect()
}

fn cyclonedx(version: &str, rest: &str) -> String {
    format!("{{\"bomFormat\": \"CycloneDX\",\n\"specVersion\": \"{version}\",\n{rest}}}")
}

#[test]
fn components_at_any_depth_with_their_lines_scopes_and_edges() {
    let text = cyclonedx(
        "1.6",
        r#""metadata": {"timestamp": "2026-01-02T03:04:05.678+01:00", "tools": {"components": [{"type": "library",
            "name": "a tool", "purl": "pkg:npm/tool@1"}]},
            "component": {"bom-ref": "app", "type": "application", "name": "app", "purl": "pkg:npm/app@2",
              "components": [{"bom-ref": "in", "type": "library", "name": "in", "purl": "pkg:npm/in@1"}]}},
        "components": [
          {"bom-ref": "a", "type": "library", "name": "a", "version": "1", "purl": "pkg:npm/a",
           "hashes": [{"alg": "SHA-256", "content": "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"}],
           "licenses": [{"license": {"id": "MIT"}}, {"license": {"name": "My Licence"}}],
           "components": [{"bom-ref": "a1", "type": "library", "name": "a1", "purl": "pkg:npm/a1@1",
             "components": [{"bom-ref": "a2", "type": "library", "name": "a2", "purl": "pkg:npm/a2@1"}]}]},
          {"bom-ref": "x", "type": "framework", "name": "no identity", "version": "7"},
          {"bom-ref": "b", "type": "library", "name": "b", "purl": "pkg:pypi/B_b@1.0", "scope": "optional"},
          {"bom-ref": "c", "type": "library", "name": "c", "purl": "pkg:npm/c@1", "scope": "excluded"},
          {"bom-ref": "d", "type": "library", "name": "d", "purl": "pkg:npm/d@1", "scope": "optional",
           "properties": [{"name": "cdx:npm:package:development", "value": "true"}]},
          {"bom-ref": "e", "type": "machine-learning-model", "name": "m", "purl": "pkg:huggingface/org/m@ABC"},
          {"type": "file", "name": "LICENSE"}, {"type": "file", "name": "README"}],
        "services": [{"bom-ref": "s", "name": "s", "services": [{"bom-ref": "s2", "name": "s2"}]}],
        "formulation": [{"components": [{"type": "library", "name": "f", "purl": "pkg:npm/f@1"}]}],
        "dependencies": [{"ref": "app", "dependsOn": ["a", "s2"]}, {"ref": "a", "dependsOn": ["x"]},
          {"ref": "x", "dependsOn": ["b"]}, {"ref": "s2", "dependsOn": ["c"]}]"#,
    );
    let inventory = read(&text).unwrap();
    assert_eq!(
        names(&inventory),
        [
            "pkg:npm/in@1",
            "pkg:npm/a@1",
            "pkg:pypi/b-b@1.0",
            "pkg:npm/c@1",
            "pkg:npm/d@1",
            "pkg:huggingface/org/m@abc",
            "pkg:npm/a1@1",
            "pkg:npm/a2@1"
        ]
    );
    let scopes: Vec<Scope> = inventory.components.iter().map(|c| c.scope).collect();
    use Scope::{Development as D, Optional as O, Runtime as R};
    assert_eq!(scopes, [R, R, O, D, D, R, R, R]);
    // a holds a1, a1 holds a2, and a reaches b through the entry without a package URL.
    assert_eq!(inventory.edges, [(1, 2), (1, 6), (6, 7)]);
    let direct: Vec<Option<bool>> = inventory.components.iter().map(|c| c.direct).collect();
    let no = Some(false);
    assert_eq!(direct, [no, Some(true), no, no, None, None, no, no]);
    assert_eq!(inventory.describes.as_ref().map(ToString::to_string).as_deref(), Some("pkg:npm/app@2"));
    assert_eq!(inventory.made.unwrap().to_string(), "2026-01-02T02:04:05Z");
    let a = &inventory.components[1];
    assert_eq!(a.from[0].to_string(), "bill.json:8");
    assert_eq!(a.licence.as_deref(), Some("MIT AND (My Licence)"));
    assert_eq!((a.hashes[0].algorithm.as_str(), &a.hashes[0].value[..8]), ("sha256", "e3b0c442"));
    assert_eq!(ids(&inventory), BTreeSet::from(["no-purl", "not-a-package"]));
    let told: Vec<&str> = inventory.faults.iter().map(|f| f.why.as_str()).collect();
    assert!(told[0].contains("`no identity` 7"), "{told:?}");
    assert!(told[1].starts_with("2 entries are"), "{told:?}");
}

#[test]
fn concluded_licences_go_before_declared_ones() {
    let text = cyclonedx(
        "1.6",
        r#""components": [
          {"type": "library", "name": "a", "purl": "pkg:npm/a@1", "licenses": [{"license": {"id": "MIT", "acknowledgement": "declared"}},
            {"license": {"id": "GPL-3.0-only", "acknowledgement": "concluded"}}]},
          {"type": "library", "name": "b", "purl": "pkg:npm/b@1", "licenses": [{"expression": "MIT OR Apache-2.0"}]}]"#,
    );
    let inventory = read(&text).unwrap();
    let licences: Vec<_> = inventory.components.iter().map(|c| c.licence.as_deref().unwrap()).collect();
    assert_eq!(licences, ["GPL-3.0-only", "MIT OR Apache-2.0"]);
}

#[test]
fn what_cannot_be_looked_up_or_does_not_fit_leaves_a_fault() {
    let one = |component: &str| {
        let text = cyclonedx("1.7", &format!("\"components\": [{component}]"));
        let inventory = read(&text).unwrap();
        let ids = ids(&inventory).into_iter().map(str::to_owned).collect::<Vec<_>>().join(" ");
        (ids, inventory)
    };
    for (component, expected) in [
        (r#"{"type": "library", "name": "a", "purl": "pkg:npm/a@1"}"#, ""),
        (r#"{"type": "library", "name": "a", "purl": ""}"#, "no-purl"),
        (r#"{"type": "library", "name": "a", "purl": 7}"#, "no-purl"),
        (r#"{"type": "library", "name": "a", "purl": "pkg:npm/../a@1"}"#, "bad-purl"),
        (r#"{"type": "library", "name": "a", "purl": "a@1"}"#, "bad-purl"),
        (r#"{"type": "library", "name": "a", "purl": "pkg:npm/a", "version": ".."}"#, "bad-purl"),
        (r#"{"type": "library", "name": "a", "purl": "pkg:npm/a"}"#, "unresolved"),
        (r#"{"type": "library", "name": "a", "purl": "pkg:npm/a@1", "version": "2"}"#, "version-conflict"),
        (r#"{"type": "library", "name": "a", "purl": "pkg:npm/a@1", "version": "v1"}"#, ""),
        (
            r#"{"type": "library", "name": "a", "purl": "pkg:npm/a", "versionRange": "vers:npm/>=1|<2"}"#,
            "range",
        ),
        (r#"{"type": "thing", "name": "a", "purl": "pkg:npm/a@1"}"#, "unknown-type"),
        (r#"{"type": "library", "name": "a", "purl": "pkg:npm/a@1", "scope": "foo"}"#, "bad-scope"),
        (
            r#"{"type": "library", "name": "a", "purl": "pkg:npm/a@1", "hashes": [{"alg": "SHA-1", "content": "foo"}]}"#,
            "bad-hash",
        ),
        (r#"{"type": "library", "bom-ref": "", "name": "a", "purl": "pkg:npm/a@1"}"#, "bad-ref"),
        (r#"{"type": "library", "name": "a", "name": "b", "purl": "pkg:npm/b@1"}"#, "duplicate-key"),
    ] {
        assert_eq!(one(component).0, expected, "{component}");
    }
    let (_, range) =
        one(r#"{"type": "library", "name": "a", "purl": "pkg:npm/a", "versionRange": "vers:npm/>=1"}"#);
    assert_eq!(range.components[0].resolution, Resolution::Range { requirement: "vers:npm/>=1".into() });
    let (_, scope) = one(r#"{"type": "library", "name": "a", "purl": "pkg:npm/a@1", "scope": "foo"}"#);
    assert_eq!(scope.components[0].scope, Scope::Unknown);
}

#[test]
fn the_same_component_twice_is_one_with_two_lines_and_the_stronger_scope() {
    let text = cyclonedx(
        "1.5",
        "\"components\": [\n{\"type\": \"library\", \"name\": \"a\", \"purl\": \"pkg:npm/a@1\", \"scope\": \"excluded\"},\n\
         {\"type\": \"library\", \"name\": \"a\", \"purl\": \"pkg:npm/a@1\"}]",
    );
    let inventory = read(&text).unwrap();
    assert_eq!(inventory.components.len(), 1);
    assert_eq!(inventory.components[0].scope, Scope::Runtime);
    assert_eq!(inventory.components[0].from.iter().map(|p| p.line.unwrap()).collect::<Vec<_>>(), [4, 5]);
}

#[test]
fn a_document_that_names_no_component_or_is_incomplete_says_so() {
    assert_eq!(
        ids(&read(&cyclonedx("1.4", "\"components\": []")).unwrap()),
        BTreeSet::from(["no-components"])
    );
    let vex = read(&cyclonedx("1.4", "\"vulnerabilities\": []")).unwrap();
    assert!(vex.faults[0].why.contains("VEX"));
    let text = cyclonedx("1.4", r#""components": [], "metadata": {"timestamp": "yesterday"}"#);
    assert!(ids(&read(&text).unwrap()).contains("bad-timestamp"));
    let text = cyclonedx(
        "1.4",
        r#""components": [], "compositions": [{"aggregate": "incomplete_first_party_only"}]"#,
    );
    assert!(ids(&read(&text).unwrap()).contains("incomplete"));
    let text = cyclonedx(
        "1.4",
        r#""components": [{"bom-ref": "a", "type": "library", "name": "a", "purl": "pkg:npm/a@1"}],
           "dependencies": [{"ref": "a", "dependsOn": ["urn:cdx:1/1#b", "nowhere"]}]"#,
    );
    assert_eq!(ids(&read(&text).unwrap()), BTreeSet::from(["bad-ref", "external-document"]));
}

#[test]
fn hostile_documents_are_refused_or_bounded() {
    for (text, why) in [
        (cyclonedx("1.8", "\"components\": []"), "specVersion"),
        (cyclonedx("1.1", "\"components\": []"), "specVersion"),
        (cyclonedx("1.6", "\"components\": {}"), "no list"),
        (cyclonedx("1.6", "\"components\": [7]"), "no object"),
        (cyclonedx("1.6", "\"components\": [{\"type\": \"library\"}]"), "no name"),
        (cyclonedx("1.6", "\"dependencies\": {}"), "no list"),
        (cyclonedx("1.6", "\"components\": [{"), ""),
        (cyclonedx("1.6", &format!("\"components\": {}", "[{\"components\":".repeat(100_000))), "nested"),
    ] {
        let refused = read(&text).unwrap_err();
        assert!(refused.why.contains(why), "{why}: {refused}");
        assert!(refused.line.is_some());
    }
    // Many entries without a package URL that all ask for each other: bounded, and said.
    let n = 3_000;
    let parts: Vec<String> = (0..n)
        .map(|i| {
            format!(
                "{{\"bom-ref\": \"{i}\", \"type\": \"library\", \"name\": \"n{i}\"{}}}",
                if i % 2 == 0 { format!(", \"purl\": \"pkg:npm/n{i}@1\"") } else { String::new() }
            )
        })
        .collect();
    let asked: Vec<String> = (0..n).map(|i| format!("\"{i}\"")).collect();
    let asked = asked.join(",");
    let all: Vec<String> =
        (0..n).step_by(30).map(|i| format!("{{\"ref\": \"{}\", \"dependsOn\": [{asked}]}}", i + 1)).collect();
    let first: Vec<String> =
        (0..n).step_by(2).map(|i| format!("{{\"ref\": \"{i}\", \"dependsOn\": [\"1\"]}}")).collect();
    let text = cyclonedx(
        "1.6",
        &format!(
            "\"components\": [{}], \"dependencies\": [{}, {}]",
            parts.join(","),
            all.join(","),
            first.join(",")
        ),
    );
    let inventory = read(&text).unwrap();
    assert!(ids(&inventory).contains("truncated"), "{:?}", ids(&inventory));
}

fn spdx(rest: &str) -> String {
    format!("{{\"SPDXID\": \"SPDXRef-DOCUMENT\", \"spdxVersion\": \"SPDX-2.3\",\n{rest}}}")
}

fn package(id: &str, purl: &str) -> String {
    format!(
        r#"{{"SPDXID": "SPDXRef-{id}", "name": "{id}", "versionInfo": "1", "licenseConcluded": "NOASSERTION",
           "licenseDeclared": "MIT", "checksums": [{{"algorithm": "SHA1", "checksumValue": "{}"}}],
           "externalRefs": [{{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "{purl}"}}]}}"#,
        "a".repeat(40)
    )
}

fn related(from: &str, kind: &str, to: &str) -> String {
    format!(
        r#"{{"spdxElementId": "SPDXRef-{from}", "relationshipType": "{kind}", "relatedSpdxElement": "SPDXRef-{to}"}}"#
    )
}

#[test]
fn spdx_relationships_give_scopes_and_paths() {
    let packages: Vec<String> = ["root", "a", "b", "c", "d", "e", "f", "g"]
        .iter()
        .map(|id| package(id, &format!("pkg:npm/{id}")))
        .collect();
    let relations = [
        related("DOCUMENT", "DESCRIBES", "root"),
        related("root", "DEPENDS_ON", "a"),
        related("b", "DEPENDENCY_OF", "a"),
        related("c", "DEV_DEPENDENCY_OF", "root"),
        related("c", "DEPENDS_ON", "d"),
        related("e", "OPTIONAL_DEPENDENCY_OF", "a"),
        related("e", "DEV_DEPENDENCY_OF", "root"),
        related("f", "BUILD_TOOL_OF", "e"),
        related("root", "CONTAINS", "file"),
        related("a", "GENERATED_FROM", "b"),
    ];
    let text = spdx(&format!(
        r#""creationInfo": {{"created": "2026-01-02T03:04:05.123456789Z"}}, "packages": [{}],
           "files": [{{"SPDXID": "SPDXRef-file"}}], "relationships": [{}]"#,
        packages.join(",\n"),
        relations.join(",\n")
    ));
    let inventory = read(&text).unwrap();
    assert_eq!(inventory.describes.as_ref().unwrap().to_string(), "pkg:npm/root@1");
    let found: Vec<(&str, Scope, Option<bool>)> =
        inventory.components.iter().map(|c| (c.purl.name(), c.scope, c.direct)).collect();
    use Scope::{Development as D, Optional as O, Runtime as R, Unknown as U};
    let (yes, no) = (Some(true), Some(false));
    assert_eq!(
        found,
        [
            ("a", R, yes),
            ("b", R, no),
            ("c", D, yes),
            ("d", D, no),
            ("e", O, yes),
            ("f", D, no),
            ("g", U, None)
        ]
    );
    assert_eq!(inventory.edges, [(0, 1), (0, 4), (2, 3), (4, 5)]);
    assert_eq!(ids(&inventory), BTreeSet::new());
    let a = &inventory.components[0];
    assert_eq!((a.licence.as_deref(), a.hashes.len(), a.purl.version()), (Some("MIT"), 1, Some("1")));
}

#[test]
fn spdx_packages_without_a_purl_and_other_versions_are_not_passed_over() {
    let text = spdx(r#""packages": [{"SPDXID": "SPDXRef-a", "name": "openssl", "versionInfo": "3.0"}]"#);
    let inventory = read(&text).unwrap();
    assert_eq!(ids(&inventory), BTreeSet::from(["no-purl"]));
    assert!(inventory.faults[0].why.contains("`openssl` 3.0"));
    let text =
        spdx(&format!("\"packages\": [{}]", package("a", "pkg:npm/a"))).replace("SPDX-2.3", "SPDX-2.1");
    assert!(read(&text).unwrap_err().why.contains("spdxVersion"));
    // Two described packages: neither is taken for the subject.
    let text = spdx(&format!(
        "\"documentDescribes\": [\"SPDXRef-a\", \"SPDXRef-b\"], \"packages\": [{}, {}]",
        package("a", "pkg:npm/a"),
        package("b", "pkg:npm/b")
    ));
    assert_eq!(read(&text).unwrap().components.len(), 2);
    let text = spdx(&format!(
        "\"documentDescribes\": [\"SPDXRef-a\"], \"packages\": [{}], \"relationships\": [{}]",
        package("a", "pkg:npm/a"),
        related("a", "DEPENDS_ON", "x").replace("SPDXRef-x", "DocumentRef-y:SPDXRef-x")
    ));
    assert_eq!(ids(&read(&text).unwrap()), BTreeSet::from(["no-components", "external-document"]));
}

#[test]
fn recognised_by_content_not_by_name() {
    let name =
        |path: &str, head: &str| readers::of_file(path, head.as_bytes()).map(|(reader, _)| reader.name());
    assert_eq!(name("x", "{\"bomFormat\" : \"CycloneDX\""), Some("CycloneDX JSON"));
    assert_eq!(name("x", "\u{feff} {\n \"a\": 1, \"bomFormat\":\n\"CycloneDX\""), Some("CycloneDX JSON"));
    assert_eq!(
        name("x", "{\"$schema\": \"http://cyclonedx.org/schema/bom-1.6.schema.json\""),
        Some("CycloneDX JSON")
    );
    assert_eq!(name("x", "{\"spdxVersion\": \"SPDX-2.2\""), Some("SPDX JSON"));
    assert_eq!(name("x", "{\"SPDXID\": \"SPDXRef-DOCUMENT\""), Some("SPDX JSON"));
    assert_eq!(name("x.spdx.json", "{\"files\": ["), Some("SPDX JSON"));
    for (path, head) in [
        ("x.json", "{\"bomFormat\": \"AnotherFormat\""),
        ("x.json", "{\"properties\": {\"bomFormat\": {\"enum\": [\"CycloneDX\"]}}"),
        ("x.json", "[\"bomFormat\", \"CycloneDX\"]"),
        ("x.spdx.json", "{\"@context\": \"https://spdx.org/rdf/3.0.1/spdx-context.jsonld\", \"@graph\": []"),
        ("x.spdx.json", "SPDXVersion: SPDX-2.2"),
        ("x.cdx.json", "no object"),
    ] {
        let name = name(path, head);
        assert!(!matches!(name, Some("CycloneDX JSON" | "SPDX JSON")), "{path} {head}: {name:?}");
    }
}

/// What our reader makes of each `invalid-*` document of the CycloneDX specification: refused, or
/// read with these faults.
///
/// `no-purl` alone means that the schema is violated where an inventory does not look (pedigree,
/// SWID tag, attached text) or where a later judgement does (an identifier that is no licence).
const INVALID: &[(&str, Option<&[&str]>)] = &[
    ("bomformat", None),
    ("empty-component", None),
    ("component-ref", Some(&["bad-ref", "no-purl"])),
    ("component-swid", Some(&["no-purl"])),
    ("component-type", Some(&["no-purl", "unknown-type"])),
    ("component-versionRange-non-external-implicit", Some(&["no-purl"])),
    ("dependency", Some(&["bad-ref", "no-purl"])),
    ("hash-sha256", Some(&["bad-hash", "no-purl"])),
    ("issue-type", Some(&["no-purl"])),
    ("license-encoding", Some(&["no-purl"])),
    ("license-id", Some(&["no-purl"])),
    ("license-missing-id-and-name", Some(&["no-purl"])),
    ("metadata-license", Some(&["no-components"])),
    // A day instead of an instant is read as its first second.
    ("metadata-timestamp", Some(&["no-components"])),
    ("missing-component-type", Some(&["no-purl", "unknown-type"])),
    ("scope", Some(&["bad-scope", "no-purl"])),
    ("service-data", Some(&["no-components"])),
];

#[test]
fn the_specifications_own_documents() {
    let Some(corpus) = std::env::var_os("FORMULARY_CORPUS") else {
        println!("SKIPPED: FORMULARY_CORPUS is unset");
        return;
    };
    let folder = Path::new(&corpus).join("inputs/sbom/CycloneDX__specification");
    let (mut valid, mut seen) = (0, BTreeSet::new());
    for version in ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"] {
        for entry in std::fs::read_dir(folder.join(version)).unwrap() {
            let path = entry.unwrap().path();
            let file = path.file_name().unwrap().to_str().unwrap().to_owned();
            let Some(stem) = file.strip_suffix(".json") else { continue };
            let bytes = std::fs::read(&path).unwrap();
            let answer = reader("CycloneDX JSON").read(&file, &bytes, &NoFiles);
            let stem = stem.strip_suffix(version).map_or(stem, |stem| stem.trim_end_matches('-'));
            if stem.starts_with("valid-") {
                valid += 1;
                let inventory = answer.unwrap_or_else(|error| panic!("{file}: {error}"));
                for fault in &inventory.faults {
                    let tolerable = [
                        "no-purl",
                        "not-a-package",
                        "no-components",
                        "version-conflict",
                        "incomplete",
                        "bad-ref",
                        "external-document",
                        "unresolved",
                        "range",
                    ];
                    assert!(tolerable.contains(&fault.id), "{file}: {fault:?}");
                }
            } else if let Some(stem) = stem.strip_prefix("invalid-") {
                let (_, expected) = INVALID
                    .iter()
                    .find(|(name, _)| *name == stem)
                    .unwrap_or_else(|| panic!("{file} is not in the table"));
                seen.insert(stem.to_owned());
                match (answer, expected) {
                    (Err(_), None) => {}
                    (Ok(inventory), Some(faults)) => {
                        let faults: BTreeSet<&str> = faults.iter().copied().collect();
                        assert_eq!(ids(&inventory), faults, "{file}");
                    }
                    (answer, _) => panic!("{file}: {answer:?}"),
                }
            }
        }
    }
    println!("{valid} valid documents read");
    assert!(valid > 100);
    assert_eq!(seen.len(), INVALID.len(), "every line of the table has a document");
}
