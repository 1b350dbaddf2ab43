//! Dossiers: what is there, what has ended, what is unknown, and what to ask the supplier.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use domain::Date;
use evidence::{
    collector::{Given, Observed},
    dossier::{
        Product, collect,
        documents::Standing,
        says::{Says, SbomMatch},
    },
    material::memory::Memory,
};

const HEAD: &str = "supplier = \"Harebell Systems Ltd\"\nproduct = \"Specimen Desk\"\nversion = \"7.2\"\n";

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn see(material: &Memory, today: &str) -> (Product, Observed) {
    let observed = collect(material, Given { today: day(today) });
    let value = observed.evidence[0].value.clone();
    (serde_json::from_value(value).unwrap(), observed)
}

/// A dossier with one document of this kind.
fn with(kind: &str, more: &str) -> Memory {
    let toml = format!("{HEAD}[[documents]]\nkind = \"{kind}\"\npath = \"doc.pdf\"\n{more}");
    Memory::new().with("product.toml", toml).with("doc.pdf", "%PDF").with("other.pdf", "%PDF")
}

fn says(material: &Memory) -> Says {
    see(material, "2026-08-22").0.says
}

#[test]
fn an_empty_dossier_is_unknown_in_everything_and_says_what_to_ask() {
    let (product, observed) = see(&Memory::new().with("product.toml", HEAD), "2026-08-22");
    assert_eq!(product.says, Says::default());
    assert!(product.ask.iter().any(|a| a.kind == "cyber-essentials" && a.control == "cyber-essentials"));
    assert!(product.ask.iter().any(|a| a.kind == "support-end"));
    assert!(
        observed
            .findings
            .iter()
            .all(|f| f.id == "missing" && f.remedy.as_ref().unwrap().contains("supplier"))
    );
    assert!(product.lock_in.len() == 10 && product.costs.total.is_none());
}

#[test]
fn ends_are_computed_from_the_day_of_issue() {
    for (issued, months) in [("2025-08-22", 12), ("2025-08-21", 13), ("2026-08-22", 0), ("2020-01-01", 80)] {
        let dossier = with("cyber-essentials", &format!("issued = {issued}\n"));
        assert_eq!(says(&dossier).security_certificate_months, Some(months), "{issued}");
    }
    let (product, observed) = see(&with("cyber-essentials", "issued = 2025-08-21\n"), "2026-08-22");
    assert_eq!(product.documents[0].standing, Standing::Expired);
    assert_eq!(product.documents[0].ends, Some(day("2026-08-21")));
    assert!(observed.findings.iter().any(|f| f.id == "expired" && f.control == "cyber-essentials"));
    let ended_early = with("cyber-essentials", "issued = 2026-06-01\nexpires = 2026-08-01\n");
    assert_eq!(says(&ended_early).security_certificate_months, Some(13), "what it states of its end counts");
}

#[test]
fn what_is_missing_or_undated_is_unknown() {
    let undated = with("cyber-essentials", "");
    let not_there = Memory::new().with(
        "product.toml",
        format!(
            "{HEAD}[[documents]]\nkind = \"cyber-essentials\"\npath = \"gone.pdf\"\nissued = 2026-06-01\n"
        ),
    );
    let empty = Memory::new()
        .with(
            "product.toml",
            format!(
                "{HEAD}[[documents]]\nkind = \"cyber-essentials\"\npath = \"e.pdf\"\nissued = 2026-06-01\n"
            ),
        )
        .with("e.pdf", "");
    let only_named = Memory::new().with(
        "product.toml",
        format!("{HEAD}[[documents]]\nkind = \"cyber-essentials\"\nissued = 2026-06-01\n"),
    );
    let future = with("cyber-essentials", "issued = 2026-09-01\n");
    let only_end = with("cyber-essentials", "expires = 2027-01-01\n");
    for (what, dossier, standing) in [
        ("undated", undated, Standing::Undated),
        ("not there", not_there, Standing::Missing),
        ("empty", empty, Standing::Missing),
        ("only named", only_named, Standing::Missing),
        ("in the future", future, Standing::LaterThanToday),
        ("without a day of issue", only_end, Standing::Undated),
    ] {
        let (product, observed) = see(&dossier, "2026-08-22");
        assert_eq!(product.documents[0].standing, standing, "{what}");
        assert_eq!(product.says.security_certificate_months, None, "{what}");
        assert!(product.ask.iter().any(|a| a.kind == "cyber-essentials"), "{what}");
        assert!(observed.findings.iter().any(|f| f.control == "cyber-essentials"), "{what}");
    }
}

#[test]
fn penetration_test_and_statements() {
    let test = says(&with("penetration-test", "issued = 2026-03-01\nworst_cvss = \"6.9\"\n"));
    assert_eq!((test.penetration_test_months, test.penetration_test_worst_tenths), (Some(6), Some(69)));
    assert_eq!(says(&with("penetration-test", "issued = 2026-03-01\n")).penetration_test_worst_tenths, None);
    let status = |kind: &str, status: &str| {
        says(&with(kind, &format!("issued = 2026-03-01\nstatus = \"{status}\"\n")))
    };
    assert_eq!(status("charter", "signed").charter_signed, Some(true));
    assert_eq!(status("charter", "draft").charter_signed, Some(false));
    assert_eq!(status("mfa", "planned").supplier_mfa, Some(false));
    assert_eq!(status("mfa", "in place").supplier_mfa, Some(true));
    assert_eq!(status("dspt", "Standards Met").data_security_standards_met, Some(true));
    assert_eq!(status("dspt", "Standards not met").data_security_standards_met, Some(false));
    assert_eq!(
        says(&with("dspt", "issued = 2026-03-01\n")).data_security_standards_met,
        None,
        "no status, no answer"
    );
    assert_eq!(says(&with("ico", "expires = 2027-01-01\n")).regulator_registered, Some(true));
    assert_eq!(says(&with("ico", "expires = 2026-01-01\n")).regulator_registered, Some(false));
}

#[test]
fn answers_are_counted_by_code() {
    let principles: String = (1..=13).map(|n| format!("\"{n}\" = \"Yes, see page {n}\"\n")).collect();
    let dossier = |sheet: &str| {
        with("code-of-practice", "issued = 2026-03-01\nanswers = \"code.toml\"\n").with("code.toml", sheet)
    };
    let (product, observed) = see(&dossier(&(principles.clone() + "\"14\" = \"N/A\"\n")), "2026-08-22");
    assert_eq!(product.says.code_principles_answered, Some(13));
    assert_eq!(product.sheets[0].sections[0].missing, ["14"]);
    assert!(observed.findings.iter().any(|f| f.id == "answers-missing" && f.control == "software-code"));
    assert_eq!(says(&dossier(&(principles + "\"14\" = \"Yes\"\n"))).code_principles_answered, Some(14));
    let (product, observed) = see(&dossier("\"1\" = ["), "2026-08-22");
    assert_eq!(product.says.code_principles_answered, None);
    assert!(!observed.coverage[0].unread.is_empty(), "an unreadable sheet is unread");

    let dtac = with("dtac", "issued = 2026-03-01\nanswers = \"dtac.json\"\n")
        .with("dtac.json", r#"{"C1.1": "No", "C1.2": "Yes", "C10.1": "x", "C2.1": "None"}"#);
    let (product, _) = see(&dtac, "2026-08-22");
    let sections: Vec<_> =
        product.sheets[0].sections.iter().map(|s| (s.prefix.as_str(), s.given, s.asked)).collect();
    assert_eq!(sections[..2], [("C1", 2, 8), ("C2", 0, 8)]);
}

#[test]
fn a_bill_of_materials_is_of_this_version_or_not() {
    let cyclonedx = |version: &str| {
        format!(
            r#"{{"bomFormat": "CycloneDX", "metadata": {{"component": {{"name": "Specimen Desk", "version": "{version}"}}}}}}"#
        )
    };
    let dossier = |sbom: String, more: &str| {
        Memory::new()
            .with(
                "product.toml",
                format!(
                    "{HEAD}[[documents]]\nkind = \"sbom\"\npath = \"sbom.json\"\nissued = 2026-03-01\n{more}"
                ),
            )
            .with("sbom.json", sbom)
    };
    let this = dossier(cyclonedx("7.2"), "");
    assert_eq!(says(&this).sbom, Some(SbomMatch::ThisVersion));
    assert_eq!(see(&this, "2026-08-22").0.sboms, ["sbom.json"]);
    assert_eq!(says(&dossier(cyclonedx("7.1"), "")).sbom, Some(SbomMatch::OtherVersion));
    assert_eq!(
        says(&dossier(cyclonedx("7.1"), "product_version = \"7.2\"\n")).sbom,
        Some(SbomMatch::OtherVersion),
        "the file itself counts"
    );
    assert_eq!(says(&dossier("{}".to_owned(), "")).sbom, None);
    assert_eq!(
        says(&dossier("{}".to_owned(), "product_version = \"7.2\"\n")).sbom,
        Some(SbomMatch::ThisVersion)
    );
    let spdx = r#"{"spdxVersion": "SPDX-2.3", "documentDescribes": ["SPDXRef-P"], "packages": [{"SPDXID": "SPDXRef-P", "versionInfo": "7.2"}]}"#;
    assert_eq!(says(&dossier(spdx.to_owned(), "")).sbom, Some(SbomMatch::ThisVersion));
}

#[test]
fn exit_contract_and_support() {
    let toml = format!(
        "{HEAD}support_end = 2026-12-31\n[contract]\nprice_per_year = 110\nprice_year_before = 100\ncurrency = \"GBP\"\nrenewal = 2027-03-31\nnotice_days = 90\n\
         [exit]\nplan = \"exit.md\"\nplan_date = 2026-01-01\ncost = 55\nexport_test = {{ date = 2026-05-01, result = \"passed\" }}\n"
    );
    let dossier = Memory::new().with("product.toml", toml.clone()).with("exit.md", "Leave so.");
    let (product, _) = see(&dossier, "2026-08-22");
    assert_eq!(
        (product.says.exit_plan, product.says.export_tested, product.says.contract_dates_known),
        (Some(true), Some(true), Some(true))
    );
    assert_eq!(product.says.support_days_left, Some(131));
    let value = |id: &str| product.lock_in.iter().find(|i| i.id == id).unwrap().value.clone();
    assert_eq!(value("exit")["cost_percent"], 50);
    assert_eq!(value("price")["change_percent"], 10);
    assert_eq!(value("support-gap"), -90);
    assert_eq!(value("contract")["days_to_notice"], 131);
    assert_eq!(see(&dossier, "2027-02-01").0.says.support_days_left, Some(0), "support that has ended");
    let without_plan = Memory::new().with("product.toml", toml.replace("passed", "partly"));
    let said = says(&without_plan);
    assert_eq!((said.exit_plan, said.export_tested), (None, Some(false)));
}

#[test]
fn a_dossier_that_cannot_be_read_is_unread_by_line() {
    let observed = collect(
        &Memory::new().with("product.toml", "supplier = \"x\"\nprodukt = \"y\"\n"),
        Given { today: day("2026-08-22") },
    );
    assert!(observed.evidence.is_empty());
    assert!(observed.coverage[0].unread.iter().any(|u| u.place.line == Some(2) && u.why.contains("product")));
}

#[test]
fn a_misspelt_kind_is_told() {
    let (product, observed) = see(&with("cyber-esentials", "issued = 2026-06-01\n"), "2026-08-22");
    assert_eq!(product.documents[0].likely.as_deref(), Some("cyber-essentials"));
    assert!(observed.findings.iter().any(|f| f.id == "kind-unknown"));
    assert_eq!(product.says.security_certificate_months, None);
}
