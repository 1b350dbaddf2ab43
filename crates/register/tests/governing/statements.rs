//! Line 10: decisions as others read them, held to programs that are not ours.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use domain::{Outcome, Tier};
use policy::quorum::Stance;
use register::{act::review::Asks, statements, words::Words};
use serde_json::Value;

use super::committee::*;

fn value(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

/// A raw Ed25519 signature of the log's key.
fn log_key(bytes: &[u8]) -> Vec<u8> {
    signature::Signer::<ssh_key::Signature>::sign(&ed25519(77), bytes).as_bytes().to_vec()
}

/// The log's public key, raw, in hexadecimal.
fn log_public() -> String {
    let key = ed25519(77);
    let raw = key.public_key().key_data().ed25519().unwrap().as_ref().to_vec();
    raw.iter().map(|b| format!("{b:02x}")).collect()
}

/// A register with a yes, a no, and a flaw that does not concern us.
fn scene() -> Scene {
    let mut scene = Scene::new();
    scene.listed(Tier::Operational);
    let review = scene.asks_use(Tier::Research, Outcome::Referred);
    scene.vote(&review, &[(LAY, Stance::Concern)]);
    scene.declines(CHAIR, &review).unwrap();
    for (scope, reason) in [
        ("CVE-2026-0001", "vulnerable_code_not_in_execute_path: templates are never compiled"),
        ("CVE-2026-0002", "We accept it until the new release"),
        ("src/index.js", "vulnerable_code_not_present: it is another file"),
    ] {
        let asks = Asks::Exception {
            control: "flaw-open".to_owned(),
            scope: Some(if scope == "CVE-2026-0001" { Words::public(scope) } else { sealed(scope) }),
            until: date("2027-01-31"),
        };
        let mut opening = scene.opening(asks, Some(lodash(Tier::Operational)), None);
        opening.reason = Words::public(reason);
        let review = scene.opens(DEVELOPER, opening).unwrap();
        scene.vote(&review, &[(SECURITY, Stance::Agree), (CHAIR, Stance::Agree)]);
        scene.grants(CHAIR, &review).unwrap();
    }
    scene
}

#[test]
fn a_summary_says_passed_with_tier_and_terms_or_failed() {
    let mut scene = scene();
    let of = |scene: &Scene, tier| {
        let entry = &scene.register.entries[&lodash(tier)];
        value(&statements::vsa(&scene.register, entry, scene.now).unwrap())
    };
    let yes = of(&scene, Tier::Operational);
    assert_eq!(yes["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(yes["predicateType"], "https://slsa.dev/verification_summary/v1");
    assert_eq!(yes["subject"][0]["uri"], "pkg:npm/lodash@4.17.21");
    assert!(yes["subject"][0]["digest"]["sha256"].is_null(), "no file was looked at");
    let predicate = &yes["predicate"];
    assert_eq!(predicate["verificationResult"], "PASSED");
    assert_eq!(
        predicate["verifiedLevels"],
        serde_json::json!([
            "FORMULARY_LISTED",
            "FORMULARY_TIER_OPERATIONAL",
            "FORMULARY_ANY_TEAM",
            "FORMULARY_REVIEW_BY_2027_05_19"
        ])
    );
    assert_eq!(predicate["policy"]["uri"], "urn:formulary:pack:use%401");
    assert_eq!(
        predicate["inputAttestations"].as_array().unwrap().len(),
        2 + 5,
        "assessment, decision, votes"
    );
    assert_eq!(of(&scene, Tier::Research)["predicate"]["verifiedLevels"], serde_json::json!(["FAILED"]));
    // What is overdue has passed no longer.
    scene.on("2027-05-20");
    assert_eq!(of(&scene, Tier::Operational)["predicate"]["verificationResult"], "FAILED");
    let undecided = register::entry::Entry::new(ward_list());
    assert!(statements::vsa(&scene.register, &undecided, scene.now).is_err());
}

#[test]
fn our_own_predicate_holds_the_decision_as_it_was_signed() {
    let scene = scene();
    let entry = &scene.register.entries[&lodash(Tier::Operational)];
    let said = value(&statements::decision(&scene.register, entry, scene.now).unwrap());
    assert_eq!(said["predicateType"], statements::DECISION);
    let decision = &entry.decided.as_ref().unwrap().decision;
    assert_eq!(said["predicate"]["decision"], serde_json::to_value(decision).unwrap());
    assert_eq!(said["predicate"]["state"], "listed");
    assert_eq!(said["predicate"]["register"], ORIGIN);
}

#[test]
fn only_flaws_with_a_justification_are_said_not_to_concern_us() {
    let mut scene = scene();
    let bytes = statements::openvex(&scene.register, scene.now).unwrap().unwrap();
    let document = value(&bytes);
    assert_eq!(document["statements"].as_array().unwrap().len(), 1);
    let one = &document["statements"][0];
    assert_eq!(one["vulnerability"]["name"], "CVE-2026-0001");
    assert_eq!(one["status"], "not_affected");
    assert_eq!(one["justification"], "vulnerable_code_not_in_execute_path");
    assert_eq!(one["products"][0]["@id"], "pkg:npm/lodash@4.17.21");
    assert!(
        !String::from_utf8(bytes.clone()).unwrap().contains("CVE-2026-0002"),
        "an open flaw is nobody's map"
    );
    assert_eq!(formats::vex::read("vex.json", &bytes).unwrap().statements.len(), 1);
    scene.on("2027-02-01");
    assert!(statements::openvex(&scene.register, scene.now).unwrap().is_none(), "past its end");
}

/// The Python that holds the oracles of statements, or why there is none.
fn python() -> Option<PathBuf> {
    let wanted = std::env::var_os("FORMULARY_ORACLES").filter(|v| !v.is_empty());
    let named = wanted.as_ref().map(PathBuf::from).filter(|p| p.is_absolute());
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/oracles"));
    let python = folder.join("statements/bin/python");
    if python.exists() {
        return Some(python);
    }
    assert!(wanted.is_none(), "{} is missing: run scripts/install-oracles.sh", python.display());
    println!(
        "SKIPPED: the readers of statements that are not ours are not installed (scripts/install-oracles.sh)"
    );
    None
}

#[test]
fn programs_that_are_not_ours_read_and_verify_them() {
    let scene = scene();
    let folder = tempfile::tempdir().unwrap();
    for (tier, name) in [(Tier::Operational, "yes"), (Tier::Research, "no")] {
        let entry = &scene.register.entries[&lodash(tier)];
        for (kind, bytes) in [
            ("vsa", statements::vsa(&scene.register, entry, scene.now).unwrap()),
            ("decision", statements::decision(&scene.register, entry, scene.now).unwrap()),
        ] {
            let envelope = statements::envelope(&bytes, "log", log_key).unwrap();
            std::fs::write(folder.path().join(format!("{name}-{kind}.dsse.json")), envelope).unwrap();
        }
        let bom = statements::cyclonedx(&scene.register, entry, scene.now).unwrap();
        assert_eq!(statements::cyclonedx(&scene.register, entry, scene.now).unwrap(), bom, "the same bytes");
        std::fs::write(folder.path().join(format!("{name}.cdx.json")), bom).unwrap();
    }
    let Some(python) = python() else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/foreign_statements.py");
    let out = Command::new(python).arg(script).arg(folder.path()).arg(log_public()).output().unwrap();
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "{said}{}", String::from_utf8_lossy(&out.stderr));
    assert!(said.contains("4 envelopes verified, 2 documents valid"), "{said}");
}
