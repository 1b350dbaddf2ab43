//! Secrets and persons' numbers inside archives, notebooks and encoded text: found in the tree and in
//! the history alike, one finding a value however it stands.

#![expect(clippy::unwrap_used, reason = "a test may stop")]

mod repository_by_git;

use std::io::{Cursor, Write};

use base64::Engine as _;
use domain::{Finding, FindingKind};
use evidence::{
    collector::{Collector as _, Given, Observed},
    history::{Asked, Extent, Found, cache, look},
    material::{history::Limits, memory::Memory},
    personal_data::PersonalData,
    secrets::{self, Secrets},
};
use repository_by_git::Repository;

fn example(rule: &str, at: usize) -> String {
    let scanner = secrets::scanner().unwrap();
    scanner.rules().iter().find(|r| r.id == rule).unwrap().examples[at].whole()
}

fn encoded(text: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(text)
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn given() -> Given {
    Given { today: "2026-08-22".parse().unwrap() }
}

fn tree(material: &Memory) -> Observed {
    Secrets.collect(material, given())
}

fn places(finding: &Finding) -> Vec<String> {
    finding.places.iter().map(ToString::to_string).collect()
}

fn found(repository: &Repository, extent: Extent) -> Found {
    look(&Asked { folder: repository.path(), limits: Limits::usual(2), extent, stop: &|| false }).unwrap()
}

fn number() -> String {
    // Put together, so that no issuable number stands here.
    format!("{}{}", "45631", "98722")
}

#[test]
fn a_value_is_one_finding_however_it_stands() {
    let token = example("github-token", 0);
    let hex: String = token.bytes().map(|b| format!("{b:02x}")).collect();
    let archive = zipped(&[("conf/app.env", format!("\n{token}\n").as_bytes()), ("logo.png", b"\x89PNG\0")]);
    let material = Memory::new()
        .with("a.txt", token.as_str())
        .with("b.yml", format!("data:\n  note: {}\n", encoded(&token)))
        .with("c.py", format!("blob = bytes.fromhex('{hex}')"))
        .with("d.zip", archive);
    let seen = tree(&material);
    assert_eq!(seen.findings.len(), 1, "{:?}", seen.findings);
    assert_eq!(places(&seen.findings[0]), ["a.txt:1", "b.yml:2", "c.py:1", "d.zip!conf/app.env:2"]);
    assert!(seen.coverage[0].unread.is_empty(), "{:?}", seen.coverage[0].unread);
    assert_eq!(seen.evidence[0].value["files"]["opened"], 1);
}

#[test]
fn two_values_in_one_encoded_run_are_two_findings() {
    let both = format!("{}\n{}\n", example("github-token", 0), example("npm-token", 0));
    let seen = tree(&Memory::new().with("a.yml", format!("env: {}", encoded(&both))));
    let mut ids: Vec<_> = seen.findings.iter().map(|f| f.id.as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["github-token", "npm-token"]);
    assert_ne!(seen.findings[0].fingerprint, seen.findings[1].fingerprint);
}

#[test]
fn a_notebook_is_read_as_it_looks() {
    let secret = example("assigned-secret", 0);
    let notebook = serde_json::json!({"nbformat": 4, "cells": [
        {"source": ["import os\n", secret], "outputs": [{"text": [example("github-token", 0)]}]},
    ]});
    let seen = tree(&Memory::new().with("a.ipynb", notebook.to_string()));
    let mut told: Vec<_> = seen.findings.iter().map(|f| (f.id.clone(), places(f))).collect();
    told.sort();
    let at = |place: &str| vec![place.to_owned()];
    assert_eq!(
        told,
        [
            ("assigned-secret".to_owned(), at("a.ipynb!cell 1:2")),
            ("github-token".to_owned(), at("a.ipynb:1"))
        ]
    );
}

#[test]
fn what_is_not_opened_is_named() {
    let inside = zipped(&[("x.txt", b"x")]);
    let seen = tree(
        &Memory::new()
            .with("a.zip", zipped(&[("in.zip", &inside)]))
            .with("b.7z", &b"7z\xbc\xaf\x27\x1c\0"[..]),
    );
    let unread: Vec<_> = seen.coverage[0].unread.iter().map(|u| u.place.to_string()).collect();
    assert_eq!(unread, ["a.zip!in.zip", "b.7z"]);
}

#[test]
fn the_history_opens_what_the_tree_opens() {
    let repository = Repository::new();
    let token = example("github-token", 0);
    let rows = format!("nhs_number,surname,dob\n{},Smith,1970-02-03\n", number());
    let archive = zipped(&[("conf/app.env", token.as_bytes()), ("data/p.csv", rows.as_bytes())]);
    repository.write_bytes("old/d.zip", &archive);
    repository.commit("one");
    repository.remove("old/d.zip");
    repository.write("now.yml", &format!("a: {}\n", encoded(&token)));
    let secret = example("assigned-secret", 0);
    let notebook = serde_json::json!({"nbformat": 4, "cells": [{"source": [secret]}]});
    repository.write("work.ipynb", &notebook.to_string());
    repository.commit("two");
    let (new, all) = (found(&repository, Extent::New), found(&repository, Extent::All));
    assert_eq!(new.lines(), all.lines());

    let material = Memory::new()
        .with("now.yml", format!("a: {}\n", encoded(&token)))
        .with("work.ipynb", notebook.to_string());
    let mut findings = tree(&material).findings;
    assert_eq!(findings.len(), 2);
    let report = new.report(Some(&material), &mut findings, Some(b"0123456789abcdef"));
    // The tree's two are completed; the history adds the persons alone.
    let kinds: Vec<_> = report.observed.findings.iter().map(|f| (f.kind, f.id.as_str())).collect();
    assert_eq!(kinds, [(FindingKind::PersonalData, "nhs-number-record")]);
    let github = findings.iter().find(|f| f.id == "github-token").unwrap();
    let told: Vec<_> = github.history.iter().map(|h| h.path.as_str()).collect();
    assert_eq!(told, ["now.yml", "old/d.zip!conf/app.env"]);
    assert_eq!(report.observed.findings[0].history[0].path, "old/d.zip!data/p.csv");
    assert_eq!(report.local["hmac"].as_object().unwrap().len(), 2);
    assert!(report.observed.coverage[0].unread.is_empty(), "{:?}", report.observed.coverage[0].unread);
    let text = serde_json::to_string(&(&report.observed.findings, &findings)).unwrap();
    assert!(!text.contains(&number()) && !text.contains("Smith"));

    // What a first reading kept gives a second one the same, also when something new was read.
    let asked =
        Asked { folder: repository.path(), limits: Limits::usual(2), extent: Extent::New, stop: &|| false };
    let first = cache::read(&asked, None).unwrap();
    let second = cache::read(&asked, first.keep.as_deref()).unwrap();
    let told = |told: &evidence::history::report::Told| {
        let report = told.report(None, &mut [], Some(b"0123456789abcdef"));
        (serde_json::to_value(&report.observed.findings).unwrap(), report.local["hmac"].clone())
    };
    assert_eq!(told(&second.told), told(&first.told));
    repository.write("more.txt", "nothing\n");
    repository.commit("three");
    let third = cache::read(&asked, first.keep.as_deref()).unwrap();
    let anew = cache::read(&asked, None).unwrap();
    assert_eq!(told(&third.told), told(&anew.told));
}

#[test]
fn persons_in_archives_are_found() {
    let rows = format!("nhs_number,surname,dob\n{},Smith,1970-02-03\n", number());
    let material = Memory::new().with("a.zip", zipped(&[("p.csv", rows.as_bytes())]));
    let seen = PersonalData.collect(&material, given());
    assert_eq!(seen.findings.len(), 1);
    assert_eq!(places(&seen.findings[0]), ["a.zip!p.csv:2"]);
    assert!(seen.coverage[0].unread.is_empty());
}
