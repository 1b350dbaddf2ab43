//! Licence files of real public repositories, against what their makers say they are.

use std::path::Path;

use evidence::{
    collector::{Collector as _, Given},
    licence::Licence,
    material::folder::Folder,
};
use serde_json::json;

/// Folder, licences recognised, whether a line names the copyright's owner.
const EXPECTED: &[(&str, &[&str], bool)] = &[
    ("NHSDigital__dtos-cohort-manager", &["MIT"], true),
    ("NHSDigital__nhs-app-api", &["MIT"], true),
    ("ONSdigital__dp-frontend-router", &["MIT"], true),
    // The standard text, and no notice or README among the inputs to name the owner.
    ("Project-MONAI__MONAI", &["Apache-2.0"], false),
    // The file goes on with the licences of third parties.
    ("WorldHealthOrganization__app", &["Apache-2.0", "BSD-3-Clause"], true),
    ("alphagov__notifications-api", &["MIT"], true),
    ("alphagov__whitehall", &["MIT"], true),
    ("kbressem__medAlpaca", &["GPL-3.0"], false),
    ("ministryofjustice__opg-use-an-lpa", &["MIT"], true),
    ("nextstrain__nextclade", &["MIT"], true),
    ("nhsuk__nhsuk-frontend", &["MIT"], true),
    ("nhsx__COVID-19-app-iOS-BETA", &["MIT"], true),
    ("openeobs__openeobs", &["AGPL-3.0"], false),
    ("openmrs__openmrs-core", &["MPL-2.0"], true),
    // Only the notice that names the GPL, without its text.
    ("opensafely-core__job-server", &[], true),
];

#[test]
fn real_licence_files_are_recognised() {
    let Ok(corpus) = std::env::var("FORMULARY_CORPUS") else {
        println!("SKIPPED: FORMULARY_CORPUS is not set");
        return;
    };
    let mut wrong = Vec::new();
    for (name, recognised, owner) in EXPECTED {
        let tree = Folder::open(&Path::new(&corpus).join("inputs").join(name), &[]).unwrap();
        let value = &Licence.collect(&tree, Given { today: "2026-08-22".parse().unwrap() }).evidence[0].value;
        if value["recognised"] != json!(recognised) || value["copyright"].is_object() != *owner {
            wrong.push(format!("{name}: {value}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
