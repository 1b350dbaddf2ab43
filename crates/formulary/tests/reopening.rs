//! Opening again what was closed, with the real program: the commits since it was last public, what they
//! hold that was not public before, and where else the code is known to lie.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use std::fs;

use common::{
    Answer, Scene, TODAY,
    git::{commit_on, on, token},
};
use serde_json::Value;

const CLOSURE: [&str; 8] = [
    "--attacker",
    "Claimants who work in groups and share scripts",
    "--adds",
    "The exact thresholds that they probe for today",
    "--harm",
    "Claims just under each threshold are paid from care budgets",
    "--reason",
    "Found in the review of March; the rest of the service is open",
];

const TOML: &str = "name = \"Claims\"\nvisibility = \"VISIBILITY\"\n[owner]\nrole = \"Claims team\"\ncontact = \"claims@hospital.example\"\nconfirmed = 2026-02-01\n";

/// Public until March with one secret; closed then; a second secret in April, gone again in May; a host name.
fn scene() -> Scene {
    let scene = Scene::new();
    scene
        .file("README.md", "# Claims\n")
        .file("LICENSE", include_str!("../../../LICENSE-MIT"))
        .file(
            "SECURITY.md",
            "# Security\n\nReport a flaw in private to security@hospital.example. We answer in two days.\n",
        )
        .file("CODEOWNERS", "* claims@hospital.example\n")
        .file("formulary.toml", TOML.replace("VISIBILITY", "public"))
        .file("first.py", format!("TOKEN = \"{}\"\n", token(1)));
    let root = scene.root();
    commit_on(&root, "2026-01-10", "first");
    on(&root, "2026-01-10", &["tag", "v1"]);
    let mut args = vec!["closure", "add", "--yes", "--as-of", "2026-03-01", "--id", "whole"];
    args.extend(["--scope", "repository", "--until", "2026-08-20"]);
    args.extend(CLOSURE);
    let done = scene.run(&args);
    assert!(done.code == 0 && done.out.contains("declared public: close it before"), "{done:?}");
    scene.file("formulary.toml", TOML.replace("VISIBILITY", "private"));
    commit_on(&root, "2026-03-01", "closed");
    scene.file("second.py", format!("TOKEN = \"{}\"\n", token(2)));
    commit_on(&root, "2026-04-01", "a key");
    fs::remove_file(root.join("second.py")).unwrap();
    scene.file("deploy.sh", "curl https://wiki.ward.corp/x\n");
    commit_on(&root, "2026-05-01", "away with it");
    scene
}

fn check(scene: &Scene, more: &[&str]) -> Answer {
    let mut args = vec!["check", ".", "--publish", "--as-of", TODAY];
    args.extend(more);
    scene.run(&args)
}

fn kept(answer: &Answer) -> Value {
    let value = answer.json();
    let found = value["evidence"].as_array().unwrap().iter().find(|e| e["kind"] == "reopening").cloned();
    found.unwrap_or_else(|| panic!("no reopening: {answer:?}"))["value"].clone()
}

fn reason(answer: &Answer, control: &str) -> Option<Value> {
    let value = answer.json();
    let verdict = value["verdicts"].as_array()?.iter().find(|v| v["purpose"] == "publish")?.clone();
    verdict["reasons"].as_array()?.iter().find(|r| r["control"] == control).cloned()
}

#[test]
fn what_was_committed_since_is_re_read_and_what_is_new_is_told_apart() {
    let scene = scene();
    let head = on(&scene.root(), TODAY, &["rev-parse", "v1"]);
    assert!(
        fs::read_to_string(scene.root().join("formulary.debt.toml")).unwrap().contains(&head),
        "the last public commit is kept"
    );
    // In force, nothing is asked.
    let closed = scene.run(&["check", ".", "--publish", "--as-of", "2026-08-01", "--format", "json"]);
    assert_eq!(reason(&closed, "reopening"), None, "{closed:?}");
    // Ended, it is.
    assert_eq!(scene.run(&["closure", "end", "whole", "--as-of", "2026-08-10"]).code, 0);
    commit_on(&scene.root(), "2026-08-10", "opened");
    let answer = check(&scene, &["--format", "json"]);
    let value = kept(&answer);
    assert_eq!(
        (&value["read"], &value["commits"], &value["people"]),
        (&true.into(), &4.into(), &1.into()),
        "{value}"
    );
    assert_eq!((&value["first"], &value["last"]), (&"2026-03-01".into(), &"2026-08-10".into()));
    assert_eq!((&value["new"]["secret"], &value["known"]["secret"]), (&1.into(), &1.into()), "{value}");
    assert_eq!(value["new"]["disclosure"], 1, "{value}");
    assert_eq!(value["commit_day"], "2026-01-10");
    let asked = reason(&answer, "reopening").unwrap();
    assert_eq!((&asked["row"], &asked["outcome"]), (&"EXC-08".into(), &"conditional".into()));
    assert_eq!(check(&scene, &["--format", "json"]).out, answer.out, "twice the same bytes");
    // The same in every form, and no value in any.
    let text = check(&scene, &[]).out;
    assert!(text.contains("4 commits since, from 2026-03-01 to 2026-08-10: 4 commits of 1 person"), "{text}");
    assert!(
        text.contains("Not public before: ") && text.contains("Public before already: 1 secret."),
        "{text}"
    );
    assert!(text.lines().all(|l| l.chars().count() <= 100), "{text}");
    for format in ["markdown", "html"] {
        let out = check(&scene, &["--format", format]).out;
        assert!(out.contains("what was committed since it was last public"), "{out}");
        assert!(!out.contains(&token(2)), "{format}");
    }
}

#[test]
fn the_command_line_may_say_what_was_last_public() {
    let scene = scene();
    for (named, commits, new) in
        [("v1", 3, 1), ("2026-03-15", 2, 1), ("2026-04-15", 1, 0), ("2026-07-01", 0, 0)]
    {
        let value = kept(&check(&scene, &["--last-public", named, "--format", "json"]));
        let seen = (value["commits"].as_u64(), value["new"]["secret"].as_u64().unwrap_or(0));
        assert_eq!(seen, (Some(commits), new), "{named}: {value}");
        assert_eq!(value["said_by"], "the command line");
    }
    let nothing = check(&scene, &["--last-public", "2026-07-01"]).out;
    assert!(nothing.contains("Nothing was committed since."), "{nothing}");
    let wrong = check(&scene, &["--last-public", "no-such-thing"]);
    assert!(wrong.code == 3 && wrong.err.contains("Name the last public state"), "{wrong:?}");
    let both = check(&scene, &["--last-public", "v1", "--no-history"]);
    assert_eq!(both.code, 3, "what is not read cannot be opened: {both:?}");
}

#[test]
fn what_cannot_be_re_read_is_no_yes() {
    let scene = scene();
    assert_eq!(scene.run(&["closure", "end", "whole", "--as-of", "2026-08-10"]).code, 0);
    let unread = check(&scene, &["--no-history", "--format", "json"]);
    let asked = reason(&unread, "reopening").unwrap();
    assert_eq!((&asked["state"], &asked["outcome"]), (&"unknown".into(), &"not-evaluated".into()), "{asked}");
    // A commit that is nowhere in the clone.
    let debt = fs::read_to_string(scene.root().join("formulary.debt.toml")).unwrap();
    let head = on(&scene.root(), TODAY, &["rev-parse", "v1"]);
    scene.file("formulary.debt.toml", debt.replace(&head, &"ab".repeat(20)));
    let lost = check(&scene, &["--format", "json"]);
    assert_eq!(kept(&lost)["read"], false, "{lost:?}");
    assert_eq!(reason(&lost, "reopening").unwrap()["outcome"], "not-evaluated");
}

#[test]
fn where_else_it_lies_is_said_when_known_and_without_what_opens_it() {
    let scene = scene();
    let root = scene.root();
    on(&root, TODAY, &["remote", "add", "origin", "https://forge.example/claims/app.git"]);
    on(&root, TODAY, &["remote", "add", "copy", "https://robot:HUSH-HUSH@copy.example/claims/app.git"]);
    scene
        .file(
            "publiccode.yml",
            "name: Claims\nurl: https://forge.example/claims/app\nisBasedOn: https://first.example/app\n",
        )
        .file(
            "formulary.toml",
            format!(
                "mirrors = [\"https://archive.example/claims\"]\n{}",
                TOML.replace("VISIBILITY", "private")
            ),
        );
    let text = check(&scene, &[]).out.split_whitespace().collect::<Vec<_>>().join(" ");
    for known in [
        "archive.example/claims (declared in formulary.toml)",
        "copy.example/claims/app (this clone's remote copy)",
        "first.example/app (what it is based on, publiccode.yml:3)",
        "Neither closing nor rewriting it here reaches those",
    ] {
        assert!(text.contains(known), "{known}: {text}");
    }
    assert!(!text.contains("HUSH-HUSH") && !text.contains("forge.example/claims/app ("), "{text}");
    // Remotes differ from clone to clone: the digest does not.
    let digest = |answer: Answer| answer.json()["digest"].clone();
    let with = digest(check(&scene, &["--format", "json"]));
    on(&root, TODAY, &["remote", "remove", "copy"]);
    assert_eq!(digest(check(&scene, &["--format", "json"])), with);
    // A password has no place in a file of ours.
    scene.file("formulary.toml", "mirrors = [\"https://robot:HUSH-HUSH@copy.example/x\"]\n");
    let refused = check(&scene, &[]);
    assert!(
        refused.code == 3 && refused.err.contains("holds a password") && !refused.err.contains("HUSH"),
        "{refused:?}"
    );
}
