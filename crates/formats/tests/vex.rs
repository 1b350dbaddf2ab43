//! Statements on flaws: both formats as one value, and when a statement applies to a component.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use domain::Purl;
use formats::vex::{self, VexDocument, VexStatus};

fn purl(text: &str) -> Purl {
    text.parse().unwrap()
}

fn openvex(statements: &str) -> VexDocument {
    let text = format!(
        "{{\"@context\": \"https://openvex.dev/ns/v0.2.0\", \"@id\": \"https://a.example/1\", \"author\": \"A. Author\",\n\
         \"timestamp\": \"2026-01-01T00:00:00Z\", \"version\": 1, \"statements\": [\n{statements}]}}"
    );
    vex::read("a.openvex.json", text.as_bytes()).unwrap()
}

/// One `not_affected` statement on CVE-2021-44228 about these products.
fn about(products: &str) -> VexDocument {
    openvex(&format!(
        r#"{{"vulnerability": {{"name": "CVE-2021-44228", "aliases": ["GHSA-jfh8-c2jp-5v3q"]}}, "products": [{products}],
            "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path"}}"#
    ))
}

const CVE: &[&str] = &["CVE-2021-44228"];

/// The questions that peers were found to answer wrongly, in either direction.
#[test]
fn the_matrix_of_products_and_components() {
    let log4j = "pkg:maven/org.apache.logging.log4j/log4j-core";
    for (product, component, holders, expected) in [
        // The component itself, by version.
        (format!(r#"{{"@id": "{log4j}@2.14.0"}}"#), format!("{log4j}@2.14.0"), vec![], true),
        (format!(r#"{{"@id": "{log4j}@2.14.0"}}"#), format!("{log4j}@2.14.1"), vec![], false),
        (format!(r#"{{"@id": "{log4j}@2.14.0"}}"#), log4j.to_owned(), vec![], false),
        // No version: every version.
        (format!(r#"{{"@id": "{log4j}"}}"#), format!("{log4j}@2.14.1"), vec![], true),
        (format!(r#"{{"@id": "{log4j}"}}"#), log4j.to_owned(), vec![], true),
        // No qualifiers: any; stated ones must be there and the same.
        (format!(r#"{{"@id": "{log4j}@2.14.0"}}"#), format!("{log4j}@2.14.0?type=jar"), vec![], true),
        (
            format!(r#"{{"@id": "{log4j}@2.14.0?type=jar"}}"#),
            format!("{log4j}@2.14.0?classifier=x&type=jar"),
            vec![],
            true,
        ),
        (format!(r#"{{"@id": "{log4j}@2.14.0?type=jar"}}"#), format!("{log4j}@2.14.0"), vec![], false),
        (
            format!(r#"{{"@id": "{log4j}@2.14.0?type=jar"}}"#),
            format!("{log4j}@2.14.0?type=pom"),
            vec![],
            false,
        ),
        // Another component.
        (
            format!(r#"{{"@id": "{log4j}"}}"#),
            "pkg:maven/org.apache.logging.log4j/log4j-api@2.14.0".into(),
            vec![],
            false,
        ),
        (r#"{"@id": "pkg:npm/log4j-core"}"#.into(), format!("{log4j}@2.14.0"), vec![], false),
        // A product without subcomponents, root or not: all that lies inside it.
        (r#"{"@id": "pkg:oci/app"}"#.into(), format!("{log4j}@2.14.0"), vec!["pkg:oci/app@sha256:ab"], true),
        (
            r#"{"@id": "pkg:npm/middle@1"}"#.into(),
            format!("{log4j}@2.14.0"),
            vec!["pkg:oci/app", "pkg:npm/middle@1"],
            true,
        ),
        (
            r#"{"@id": "pkg:npm/middle@2"}"#.into(),
            format!("{log4j}@2.14.0"),
            vec!["pkg:oci/app", "pkg:npm/middle@1"],
            false,
        ),
        (r#"{"@id": "pkg:oci/app"}"#.into(), format!("{log4j}@2.14.0"), vec![], false),
        (r#"{"@id": "pkg:oci/app"}"#.into(), format!("{log4j}@2.14.0"), vec!["pkg:oci/other"], false),
        // A subcomponent: only that one, and only inside that product.
        (
            format!(r#"{{"@id": "pkg:oci/app", "subcomponents": [{{"@id": "{log4j}"}}]}}"#),
            format!("{log4j}@2.14.0"),
            vec!["pkg:oci/app@1"],
            true,
        ),
        (
            format!(r#"{{"@id": "pkg:oci/app", "subcomponents": [{{"@id": "{log4j}@2.14.0"}}]}}"#),
            format!("{log4j}@2.14.1"),
            vec!["pkg:oci/app@1"],
            false,
        ),
        (
            format!(r#"{{"@id": "pkg:oci/app", "subcomponents": [{{"@id": "{log4j}"}}]}}"#),
            "pkg:npm/x@1".into(),
            vec!["pkg:oci/app@1"],
            false,
        ),
        (
            format!(r#"{{"@id": "pkg:oci/app", "subcomponents": [{{"@id": "{log4j}"}}]}}"#),
            format!("{log4j}@2.14.0"),
            vec!["pkg:oci/other"],
            false,
        ),
        (
            format!(r#"{{"@id": "pkg:oci/app", "subcomponents": [{{"@id": "{log4j}"}}]}}"#),
            format!("{log4j}@2.14.0"),
            vec![],
            false,
        ),
        (
            format!(r#"{{"@id": "pkg:oci/app@1", "subcomponents": [{{"@id": "{log4j}"}}]}}"#),
            format!("{log4j}@2.14.0"),
            vec!["pkg:oci/app@2"],
            false,
        ),
        // Identifiers in place of, or against, the name.
        (
            format!(r#"{{"@id": "https://a.example/p", "identifiers": {{"purl": "{log4j}"}}}}"#),
            format!("{log4j}@2.14.0"),
            vec![],
            true,
        ),
        (
            format!(r#"{{"@id": "pkg:npm/a", "identifiers": {{"purl": "{log4j}"}}}}"#),
            format!("{log4j}@2.14.0"),
            vec![],
            false,
        ),
        (r#"{"@id": "log4j"}"#.into(), format!("{log4j}@2.14.0"), vec![], false),
    ] {
        let document = about(&product);
        let holders: Vec<Purl> = holders.into_iter().map(purl).collect();
        let holders: Vec<&Purl> = holders.iter().collect();
        let statement = &document.statements[0];
        assert_eq!(
            statement.applies_within(&purl(&component), &holders, CVE),
            expected,
            "{product} on {component} inside {holders:?}"
        );
        if holders.is_empty() {
            assert_eq!(statement.applies(&purl(&component), CVE), expected);
        }
    }
}

#[test]
fn the_flaw_must_be_the_same_one_by_name_or_alias() {
    let document = about(r#"{"@id": "pkg:npm/a"}"#);
    let statement = &document.statements[0];
    let a = purl("pkg:npm/a@1");
    assert!(statement.applies(&a, &["RUSTSEC-1", "cve-2021-44228"]));
    assert!(statement.applies(&a, &["GHSA-jfh8-c2jp-5v3q"]));
    assert!(!statement.applies(&a, &["CVE-2021-4422"]));
    assert!(!statement.applies(&a, &[]));
}

#[test]
fn what_a_statement_says_and_which_excuse() {
    let statement = |status: &str, more: &str| {
        format!(
            r#"{{"vulnerability": {{"name": "CVE-1"}}, "products": [{{"@id": "pkg:npm/a"}}], "status": "{status}"{more}}}"#
        )
    };
    let document = openvex(
        &[
            statement(
                "not_affected",
                r#", "justification": "component_not_present", "timestamp": "2026-02-01T00:00:00Z""#,
            ),
            statement("not_affected", r#", "impact_statement": "never\u0000 called""#),
            statement("not_affected", ""),
            statement("fixed", ""),
            statement("affected", r#", "justification": "x""#),
            statement("under_investigation", ""),
            statement("not_affected", r#", "justification": "whatever""#),
        ]
        .join(",\n"),
    );
    let said: Vec<(VexStatus, bool)> = document.statements.iter().map(|s| (s.status, s.excuses())).collect();
    use VexStatus::{Affected, Fixed, NotAffected, UnderInvestigation};
    assert_eq!(
        said,
        [
            (NotAffected, true),
            (NotAffected, true),
            (NotAffected, false),
            (Fixed, true),
            (Affected, false),
            (UnderInvestigation, false),
            (NotAffected, false)
        ],
        "a reason that the format does not know is none"
    );
    let first = &document.statements[0];
    assert_eq!(first.timestamp.unwrap().to_string(), "2026-02-01T00:00:00Z");
    assert_eq!(document.statements[1].timestamp.unwrap().to_string(), "2026-01-01T00:00:00Z");
    assert_eq!(
        (first.author.as_deref(), first.place.to_string()),
        (Some("A. Author"), "a.openvex.json:3".to_owned())
    );
    assert_eq!(document.statements[1].impact.as_deref(), Some("never called"));
    assert_eq!(
        document.faults.iter().map(|f| f.id).collect::<Vec<_>>(),
        [
            "no-justification",
            "no-version",
            "unknown-justification",
            "unknown-justification",
            "no-justification"
        ]
    );
}

#[test]
fn the_first_version_of_openvex() {
    let text = r#"{"@context": "https://openvex.dev/ns", "author": "a", "timestamp": "2023-01-08T18:02:03Z",
        "statements": [{"vulnerability": "CVE-1", "products": ["pkg:oci/app"], "subcomponents": ["pkg:npm/a"],
        "status": "not_affected", "justification": "inline_mitigations_already_exist"}]}"#;
    let document = vex::read("v", text.as_bytes()).unwrap();
    let statement = &document.statements[0];
    assert!(statement.applies_within(&purl("pkg:npm/a@1"), &[&purl("pkg:oci/app")], &["CVE-1"]));
    assert!(!statement.applies_within(&purl("pkg:npm/b@1"), &[&purl("pkg:oci/app")], &["CVE-1"]));
    assert!(!statement.applies(&purl("pkg:npm/a@1"), &["CVE-1"]));
}

#[test]
fn statements_of_cyclonedx() {
    let text = r#"{"bomFormat": "CycloneDX", "specVersion": "1.6",
      "metadata": {"timestamp": "2026-01-01T00:00:00Z", "supplier": {"name": "Acme"},
        "component": {"bom-ref": "app", "type": "application", "name": "app"}},
      "components": [{"bom-ref": "a", "type": "library", "name": "a", "version": "1.5.0", "purl": "pkg:npm/a"},
        {"bom-ref": "twice", "type": "library", "name": "b", "purl": "pkg:npm/b@1"},
        {"bom-ref": "twice", "type": "library", "name": "c", "purl": "pkg:npm/c@1"}],
      "vulnerabilities": [
        {"id": "CVE-1", "references": [{"id": "GHSA-1", "source": {"name": "x"}}],
         "analysis": {"state": "not_affected", "justification": "code_not_reachable", "lastUpdated": "2026-03-01T00:00:00Z"},
         "affects": [{"ref": "a"}]},
        {"id": "CVE-2", "affects": [{"ref": "a"}]},
        {"id": "CVE-3", "analysis": {"state": "resolved"}, "affects": [{"ref": "urn:cdx:1/1#pkg:npm/d"}]},
        {"id": "CVE-4", "analysis": {"state": "exploitable", "detail": "yes"}, "affects": [{"ref": "app"}, {"ref": "twice"}]},
        {"id": "CVE-5", "analysis": {"state": "false_positive", "detail": "no"}, "affects": [{"ref": "urn:cdx:1/1#pkg:npm/d",
          "versions": [{"range": "vers:npm/>=1.0.0|<2.0.0", "status": "unaffected"}, {"version": "3.0.0", "status": "unaffected"},
            {"version": "4.0.0", "status": "affected"}, {"version": "5.0.0"}]}]},
        {"id": "CVE-6", "analysis": {"state": "not_affected", "detail": "no"}, "affects": [{"ref": "urn:cdx:1/1#pkg:npm/d",
          "versions": [{"version": "4.0.0", "status": "affected"}]}]},
        {"id": "CVE-7", "analysis": {"state": "unheard-of"}, "affects": [{"ref": "a"}]}]}"#;
    let document = vex::read("bom.json", text.as_bytes()).unwrap();
    let said: Vec<(&str, VexStatus)> =
        document.statements.iter().map(|s| (s.ids[0].as_str(), s.status)).collect();
    use VexStatus::{Affected, Fixed, NotAffected};
    assert_eq!(
        said,
        [
            ("CVE-1", NotAffected),
            ("CVE-3", Fixed),
            ("CVE-4", Affected),
            ("CVE-5", NotAffected),
            ("CVE-6", NotAffected)
        ]
    );
    let statement = |id: &str| document.statements.iter().find(|s| s.ids[0] == id).unwrap();
    let one = statement("CVE-1");
    assert_eq!(
        (one.author.as_deref(), one.timestamp.unwrap().to_string().as_str()),
        (Some("Acme"), "2026-03-01T00:00:00Z")
    );
    assert!(one.applies(&purl("pkg:npm/a@1.5.0"), &["GHSA-1"]));
    // The version beside the name counts.
    assert!(!one.applies(&purl("pkg:npm/a@1.6.0"), &["CVE-1"]));
    // "Fixed", and not in which version: it excuses no version at all.
    assert!(!statement("CVE-3").applies(&purl("pkg:npm/d@9"), &["CVE-3"]));
    let four = statement("CVE-4");
    assert!(four.products[0].subject && four.products[0].purl.is_none());
    assert!(
        !four.applies(&purl("pkg:npm/b@1"), &["CVE-4"]) && !four.applies(&purl("pkg:npm/c@1"), &["CVE-4"])
    );
    for (version, expected) in
        [("1.5.0", true), ("3.0.0", true), ("2.5.0", false), ("4.0.0", false), ("5.0.0", false)]
    {
        assert_eq!(
            statement("CVE-5").applies(&purl(&format!("pkg:npm/d@{version}")), &["CVE-5"]),
            expected,
            "{version}"
        );
    }
    assert!(!statement("CVE-6").applies(&purl("pkg:npm/d@4.0.0"), &["CVE-6"]));
    assert_eq!(
        document.faults.iter().map(|f| f.id).collect::<Vec<_>>(),
        ["no-version", "no-purl", "bad-statement"]
    );
}

#[test]
fn what_is_no_statement_is_refused() {
    for (text, why) in [
        ("{}", "neither"),
        ("[]", "neither"),
        (r#"{"document": {"csaf_version": "2.0"}}"#, "CSAF"),
        ("{", ""),
        (r#"{"@context": "https://other.example"}"#, "neither"),
    ] {
        assert!(vex::read("v", text.as_bytes()).unwrap_err().why.contains(why), "{text}");
    }
    let none = openvex(r#"{"status": "fixed"}, {"vulnerability": {"name": "CVE-1"}, "status": "well"}, 7"#);
    assert!(none.statements.is_empty());
    assert_eq!(none.faults.len(), 3);
}

#[test]
fn real_statements_are_read() {
    let Some(corpus) = std::env::var_os("FORMULARY_CORPUS") else {
        println!("SKIPPED: FORMULARY_CORPUS is unset");
        return;
    };
    let folder = std::path::Path::new(&corpus).join("inputs/sbom/CycloneDX__bom-examples/VEX");
    let mut open = vec![folder];
    let (mut files, mut statements) = (0, 0);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "json") {
                let bytes = std::fs::read(&path).unwrap();
                let document = vex::read("vex.json", &bytes).unwrap();
                let text = String::from_utf8(bytes).unwrap();
                assert_eq!(
                    document.statements.len(),
                    text.matches("\"analysis\"").count(),
                    "{}",
                    path.display()
                );
                files += 1;
                statements += document.statements.len();
            }
        }
    }
    println!("{files} files, {statements} statements");
    assert!(files > 10 && statements > 10);
}

#[test]
fn fixed_in_no_version_excuses_nothing() {
    let says = |products: &str, status: &str| {
        openvex(&format!(
            r#"{{"vulnerability": {{"name": "CVE-2026-1"}}, "products": [{products}], "status": "{status}", "impact_statement": "why"}}"#
        ))
    };
    let component: domain::Purl = "pkg:npm/a@1.0.0".parse().unwrap();
    let excuses = |products: &str, status: &str| {
        let statement = says(products, status).statements.remove(0);
        statement.excuses() && statement.applies(&component, &["CVE-2026-1"])
    };
    assert!(!excuses(r#"{"@id": "pkg:npm/a"}"#, "fixed"), "which version holds the fix?");
    assert!(excuses(r#"{"@id": "pkg:npm/a@1.0.0"}"#, "fixed"));
    assert!(!excuses(r#"{"@id": "pkg:npm/a@1.0.1"}"#, "fixed"));
    assert!(excuses(r#"{"@id": "pkg:npm/a"}"#, "not_affected"), "a reason may hold for every version");
    let document = says(r#"{"@id": "pkg:npm/a"}"#, "fixed");
    assert_eq!(document.faults.iter().map(|f| f.id).collect::<Vec<_>>(), ["no-version"]);
    // In a product of one version, a part that is named without: the product's version is the one.
    let statement = says(r#"{"@id": "pkg:oci/app@2.0", "subcomponents": [{"@id": "pkg:npm/a"}]}"#, "fixed")
        .statements
        .remove(0);
    let app: domain::Purl = "pkg:oci/app@2.0".parse().unwrap();
    assert!(statement.applies_within(&component, &[&app], &["CVE-2026-1"]));
}
