//! Calibration over real repositories: the packs must not refuse the world.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use std::{collections::BTreeMap, fmt::Write, fs};

use common::{TODAY, corpus, corpus_feeds, run_in};

/// Controls that may refuse, refer or leave a repository unevaluated: flaws, licences, and an
/// inventory that truly is missing.
const EXPECTED: [&str; 6] =
    ["flaw-overdue", "flaw-open", "malware", "licence-allowed", "inventory-complete", "inventory-exact"];

#[test]
fn at_most_a_third_is_stopped_for_anything_but_flaws_licences_or_a_missing_inventory() {
    let Some(corpus) = corpus("calibration") else { return };
    let feeds = corpus_feeds(&corpus).to_str().unwrap().to_owned();
    let mut repositories: Vec<_> = fs::read_dir(corpus.join("inputs"))
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir() && path.file_name().is_some_and(|name| name != "sbom"))
        .collect();
    repositories.sort();
    assert!(repositories.len() >= 15, "{}", repositories.len());
    let mut stopped = Vec::new();
    let mut table: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for repository in &repositories {
        for tier in ["clinical", "operational", "infrastructure", "research"] {
            let answer = run_in(
                repository,
                &[
                    "check",
                    ".",
                    "--as-of",
                    TODAY,
                    "--visibility",
                    "public",
                    "--tier",
                    tier,
                    "--feeds",
                    &feeds,
                    "--format",
                    "json",
                ],
            );
            let value = answer.json();
            let verdict =
                value["verdicts"].as_array().unwrap().iter().find(|v| v["purpose"] == "use").unwrap();
            *table.entry((tier, verdict["outcome"].as_str().unwrap().to_owned())).or_default() += 1;
            if tier != "operational" {
                continue;
            }
            let other: Vec<_> = value["verdicts"]
                .as_array()
                .unwrap()
                .iter()
                .flat_map(|v| v["reasons"].as_array().unwrap())
                .filter(|r| matches!(r["outcome"].as_str(), Some("refused" | "referred" | "not-evaluated")))
                .filter(|r| !EXPECTED.contains(&r["control"].as_str().unwrap()))
                .map(|r| r["control"].as_str().unwrap().to_owned())
                .collect();
            if !other.is_empty() {
                stopped.push((repository.file_name().unwrap().to_owned(), other));
            }
        }
    }
    assert!(stopped.len() * 3 <= repositories.len(), "too many are stopped: {stopped:?}");
    let written = render(&table, repositories.len());
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/calibration.md");
    if std::env::var_os("FORMULARY_WRITE").is_some() {
        let _ = fs::create_dir_all(page.parent().unwrap());
        fs::write(&page, &written).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&page).unwrap_or_default(),
        written,
        "run with FORMULARY_WRITE=1 and read the change"
    );
}

fn render(table: &BTreeMap<(&str, String), usize>, repositories: usize) -> String {
    let outcomes = ["allowed", "conditional", "referred", "not-evaluated", "refused"];
    let mut out = format!(
        "# Calibration\n\nVerdicts on the use of {repositories} real repositories of health services and governments, as of {TODAY},\n\
         public, exposed, as a service, with the reference feeds declared full. The test `calibration`\n\
         computes this table anew and fails when it changes; it also fails when, at the operational tier,\n\
         more than a third of them are stopped for anything but flaws, licences or a missing inventory.\n\n\
         | tier | {} |\n| --- |{}\n",
        outcomes.join(" | "),
        " ---: |".repeat(outcomes.len())
    );
    for tier in ["clinical", "operational", "infrastructure", "research"] {
        let cells: Vec<String> = outcomes
            .iter()
            .map(|outcome| table.get(&(tier, (*outcome).to_owned())).copied().unwrap_or(0).to_string())
            .collect();
        let _ = writeln!(out, "| {tier} | {} |", cells.join(" | "));
    }
    out
}
