//! Line 2: what only people know, signed, with an end.

use domain::{Digest, Tier};
use policy::Pack;
use register::{
    act::{
        attestation::{Basis, OBSERVED_ONLY, OFFICERS},
        closure::NOT_CURED,
    },
    body::Change,
    hazard::{Matrix, Residual},
    words::Words,
};

use super::committee::*;

fn audit(version: &str, from: Option<&str>, fit_for: Tier) -> Option<Basis> {
    Some(Basis::Audit {
        version: version.to_owned(),
        read: vec![Words::public("lib/date.js"), Words::public("lib/index.js")],
        delta_from: from.map(str::to_owned),
        fit_for,
        conclusion: Words::public("It reads dates in one form, and opens no connection"),
    })
}

fn safety(version: &str, hazards: Vec<Residual>) -> Basis {
    Basis::Safety {
        version: version.to_owned(),
        report: Digest::of(b"report"),
        hazard_log: Digest::of(b"hazard log"),
        hazards,
        registration: sealed("GMC, until 2027-06-30"),
    }
}

fn hazard(severity: &str, likelihood: &str, stated: u8) -> Residual {
    Residual {
        hazard: "H-01".to_owned(),
        severity: severity.to_owned(),
        likelihood: likelihood.to_owned(),
        stated,
        justified: false,
    }
}

#[test]
fn an_attestation_ends() {
    let mut scene = Scene::new();
    for until in ["2026-11-20", "2020-01-01", "2028-01-01"] {
        refused(scene.attests(DEVELOPER, "owner-route", until, None), &["an attestation ends"]);
    }
    scene.attests(DEVELOPER, "owner-route", "2027-05-01", None).unwrap();
    let (logged, it) = &scene.register.attestations[0];
    assert_eq!(
        (logged.by.as_str(), it.control.as_str(), it.until),
        (DEVELOPER, "owner-route", date("2027-05-01"))
    );
}

#[test]
fn what_is_looked_at_is_never_attested() {
    let mut scene = Scene::new();
    for control in OBSERVED_ONLY {
        refused(scene.attests(CHAIR, control, "2027-05-01", None), &["looked at, never attested"]);
    }
}

/// A list of controls that names one which no pack has would guard nothing.
#[test]
fn the_controls_that_are_named_here_exist() {
    let mut known = Vec::new();
    for name in Pack::builtin_names() {
        known.extend(Pack::builtin(name).unwrap().controls().map(|(_, c)| c.id().to_owned()));
    }
    for control in OBSERVED_ONLY.iter().chain(&OFFICERS).chain(&NOT_CURED) {
        assert!(known.iter().any(|k| k == control), "no pack has a control `{control}`");
    }
}

#[test]
fn an_audit_rests_on_what_was_read() {
    let mut scene = Scene::new();
    let until = "2027-05-01";
    let delta = audit("4.17.21", Some("4.17.20"), Tier::Clinical);
    refused(scene.attests(SECURITY, "practices", until, delta.clone()), &["no audit of version 4.17.20"]);
    scene.attests(SECURITY, "practices", until, audit("4.17.20", None, Tier::Research)).unwrap();
    // What was read for research carries nothing clinical.
    refused(scene.attests(SECURITY, "practices", until, delta.clone()), &["fit for clinical"]);
    scene.attests(OPERATOR, "practices", until, audit("4.17.20", None, Tier::Clinical)).unwrap();
    scene.attests(SECURITY, "practices", until, delta).unwrap();
    let empty = Basis::Audit {
        version: "1".to_owned(),
        read: Vec::new(),
        delta_from: None,
        fit_for: Tier::Research,
        conclusion: Words::public("fine"),
    };
    refused(scene.attests(SECURITY, "practices", until, Some(empty)), &["what was read"]);
    assert_eq!(scene.reread().attestations.len(), 3);
}

#[test]
fn an_audit_counts_for_the_version_that_was_read() {
    let mut scene = Scene::new();
    let it = register::act::attestation::Attestation {
        control: "practices".to_owned(),
        subject: "pkg:npm/lodash@4.17.21".parse().unwrap(),
        version: None,
        scope: None,
        says: Words::public("I have read it"),
        until: date("2027-05-01"),
        basis: audit("4.17.20", None, Tier::Research),
    };
    let act = register::act::Act::Attest(Box::new(it));
    refused(scene.says(SECURITY, act), &["counts for what was read"]);
}

#[test]
fn a_safety_case_is_bound_to_one_version_by_the_officer() {
    let mut scene = Scene::new();
    let until = "2027-05-01";
    let fine = || vec![hazard("major", "very low", 2), hazard("minor", "low", 1)];
    refused(scene.attests(CHAIR, "safety-case", until, None), &["digests of its report and hazard log"]);
    let good = Some(safety("3.1", fine()));
    refused(scene.attests(SECURITY, "safety-case", until, good.clone()), &["clinical safety officer"]);
    refused(scene.attests(SECURITY, "owner-route", until, good.clone()), &["clinical safety officer"]);
    refused(scene.attests(CHAIR, "safety-case", until, Some(safety("3.1", Vec::new()))), &["no hazard"]);
    scene.attests(CHAIR, "safety-case", until, good).unwrap();
    // The named deputy stands for it too.
    scene.attests(DEPUTY, "hazard-log", until, Some(safety("3.1", fine()))).unwrap();
    let mut unbound = register::act::attestation::Attestation {
        control: "safety-case".to_owned(),
        subject: "product:Acme/EPR@4.2".parse().unwrap(),
        version: Some("3.0".to_owned()),
        scope: None,
        says: Words::public("The safety case holds"),
        until: date(until),
        basis: Some(safety("3.1", fine())),
    };
    let act = |it| register::act::Act::Attest(Box::new(it));
    refused(scene.says(CHAIR, act(unbound.clone())), &["binds one version"]);
    unbound.version = None;
    refused(scene.says(CHAIR, act(unbound)), &["binds one version"]);
}

#[test]
fn hazard_ratings_are_recomputed_by_the_declared_matrix() {
    let mut scene = Scene::new();
    let until = "2027-05-01";
    let states = |hazards| Some(safety("3.1", hazards));
    for (hazards, words) in [
        (vec![hazard("major", "low", 2)], "give 3 by the declared matrix, not 2"),
        (vec![hazard("major", "low", 3)], "must be justified"),
        (vec![hazard("catastrophic", "high", 5)], "not acceptable"),
        (vec![hazard("annoying", "low", 1)], "no word of the declared matrix"),
    ] {
        refused(scene.attests(CHAIR, "hazard-log", until, states(hazards)), &[words]);
    }
    // The matrix is data, and changes by decision.
    let mut hazards = Matrix::default();
    hazards.severities[0] = "annoying".to_owned();
    scene.changes(vec![Change::SetHazards { hazards }]).unwrap();
    scene.attests(CHAIR, "hazard-log", until, states(vec![hazard("annoying", "low", 1)])).unwrap();
}
