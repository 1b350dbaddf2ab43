//! What history and forge show of how a repository is worked on, with the real program: CI over time,
//! settings of the forge that were exported, histories that were published in lumps.
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
    git::{commit_on, on},
};
use serde_json::{Value, json};

fn check(scene: &Scene, more: &[&str]) -> Answer {
    let mut args = vec!["--publish"];
    args.extend(more);
    scene.check(&args)
}

fn worked_on(answer: &Answer) -> Value {
    let value = answer.json();
    let found =
        value["evidence"].as_array().unwrap().iter().find(|e| e["kind"] == "history-hygiene").cloned();
    found.unwrap_or_else(|| panic!("{answer:?}"))["value"].clone()
}

fn workflow(on: &str, run: &str) -> String {
    format!(
        "on: {on}\npermissions:\n  contents: read\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {run}\n"
    )
}

#[test]
fn since_when_tests_are_run_and_that_they_were_taken_away_is_told() {
    let scene = Scene::new();
    let root = scene.root();
    let flow = ".github/workflows/ci.yml";
    scene.file("a.js", "1\n");
    commit_on(&root, "2025-01-01", "begin");
    scene.file(flow, workflow("push", "npm ci"));
    commit_on(&root, "2025-02-01", "builds");
    scene.file(flow, workflow("push", "npm test"));
    commit_on(&root, "2025-03-01", "tests");
    scene.file(flow, workflow("pull_request", "npm test"));
    commit_on(&root, "2025-04-01", "on changes");
    scene.file("b.js", "2\n");
    commit_on(&root, "2025-05-01", "work");
    let value = worked_on(&check(&scene, &[]))["tests_over_time"].clone();
    assert_eq!(
        (&value["state"], &value["since"]),
        (&json!("change-requests"), &json!("2025-04-01")),
        "{value}"
    );
    assert_eq!((&value["tests_since"], &value["removed"]), (&json!("2025-03-01"), &json!([])));
    let states: Vec<&str> =
        value["spells"].as_array().unwrap().iter().map(|s| s["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["none", "settings", "tests", "change-requests"]);
    assert_eq!(value["sampled"], false);

    scene.file(flow, workflow("pull_request", "npm ci"));
    commit_on(&root, "2026-02-01", "faster");
    let answer = check(&scene, &[]);
    let value = worked_on(&answer)["tests_over_time"].clone();
    assert_eq!((&value["state"], &value["tests_since"]), (&json!("settings"), &Value::Null), "{value}");
    assert_eq!(value["removed"], json!(["2026-02-01"]));
    assert!(answer.has_finding("tests-removed"), "{answer:?}");
    assert!(answer.out.contains("CI ran tests from 2025-03-01, and does not since 2026-02-01"), "{answer:?}");
    // Kept from one run to the next, it is the same.
    assert_eq!(check(&scene, &[]).out, answer.out);
}

#[test]
fn a_long_line_is_halved_down_to_the_day() {
    let scene = Scene::new();
    let root = scene.root();
    let settings = "script: npm test\n";
    let mut stream = format!("blob\nmark :1\ndata {}\n{settings}\n", settings.len());
    for n in 0..1000u64 {
        let time = 1_700_000_000 + n * 86_400;
        let parent = if n == 0 { String::new() } else { format!("from :{}\n", n + 1) };
        let file = match n {
            0 => "M 100644 inline a.txt\ndata 2\na\n\n".to_owned(),
            613 => "M 100644 :1 .travis.yml\n".to_owned(),
            _ => String::new(),
        };
        stream.push_str(&format!(
            "commit refs/heads/main\nmark :{}\ncommitter T <t@hospital.example> {time} +0000\ndata 2\nw\n{parent}{file}\n",
            n + 2
        ));
    }
    fs::create_dir_all(&root).unwrap();
    on(&root, TODAY, &["init", "-q", "-b", "main"]);
    fs::write(scene.path("stream"), stream).unwrap();
    let done = std::process::Command::new("git")
        .args(["fast-import", "--quiet"])
        .current_dir(&root)
        .stdin(fs::File::open(scene.path("stream")).unwrap())
        .status()
        .unwrap();
    assert!(done.success());
    on(&root, TODAY, &["reset", "-q", "--hard"]);
    let value = worked_on(&check(&scene, &[]))["tests_over_time"].clone();
    // 613 days after 14 November 2023.
    assert_eq!((&value["tests_since"], &value["sampled"]), (&json!("2025-07-19"), &json!(true)), "{value}");
    assert!(value["looked_at"].as_u64().unwrap() < 20, "trees of one id are looked at once: {value}");
}

fn export(day: &str, reviews: u64, checks: &[&str]) -> String {
    json!({ "exported": day, "github": {
        "repository": { "full_name": "hospital/claims", "default_branch": "main",
            "security_and_analysis": { "secret_scanning": { "status": "enabled" } } },
        "branch_protection": { "allow_force_pushes": { "enabled": false }, "enforce_admins": { "enabled": true },
            "required_pull_request_reviews": { "required_approving_review_count": reviews },
            "required_status_checks": { "contexts": checks } },
        "rules": [],
        "private_vulnerability_reporting": { "enabled": true } } })
    .to_string()
}

#[test]
fn what_only_the_forge_knows_comes_from_an_export_and_goes_stale() {
    let scene = Scene::new();
    scene.file("a.js", "1\n").file(".github/workflows/ci.yml", workflow("pull_request", "npm test"));
    scene.commit();
    let nobody = check(&scene, &[]);
    assert_eq!((nobody.state("protected").as_str(), nobody.state("tests").as_str()), ("unknown", "unknown"));
    let text = scene.run(&["why", "protected", "--as-of", TODAY]).out;
    assert!(
        text.split_whitespace().collect::<Vec<_>>().join(" ").contains("Whoever administers it on the forge"),
        "{text}"
    );
    let file = scene.path("forge.json");
    let given = |text: &str| {
        fs::write(&file, text).unwrap();
        check(&scene, &["--forge-settings", file.to_str().unwrap()])
    };
    let good = given(&export("2026-08-01", 1, &["test"]));
    assert_eq!((good.state("protected").as_str(), good.state("tests").as_str()), ("met", "met"), "{good:?}");
    assert!(good.out.contains("\"private_reporting\":true") && good.out.contains("\"secret_scanning\":true"));
    let weak = given(&export("2026-08-01", 0, &[]));
    assert_eq!((weak.state("protected").as_str(), weak.state("tests").as_str()), ("not-met", "not-met"));
    // A photograph of the spring, and one of tomorrow, say nothing.
    for day in ["2026-05-01", "2026-08-23"] {
        let stale = given(&export(day, 1, &["test"]));
        assert_eq!(
            (stale.state("protected").as_str(), stale.state("tests").as_str()),
            ("unknown", "unknown"),
            "{day}"
        );
    }
    for bad in ["{}", "[[[[", "{\"exported\": \"2026-08-01\"}"] {
        let answer = given(bad);
        assert!(answer.code == 3 && answer.err.contains("settings of the forge"), "{answer:?}");
    }
}

#[test]
fn an_export_in_the_repository_is_found_and_a_broken_one_is_told() {
    let scene = Scene::new();
    scene.file("a.js", "1\n").file("formulary.forge.json", export("2026-08-01", 2, &[]));
    scene.commit();
    assert_eq!(check(&scene, &[]).state("protected"), "met");
    scene.file("formulary.forge.json", "{\"exported\": 1}");
    let broken = check(&scene, &[]);
    assert_eq!(broken.state("protected"), "unknown");
    assert!(broken.out.contains("does not say when it was made"), "{broken:?}");
}

/// So many files.
fn files(scene: &Scene, count: usize, content: &str) {
    for n in 0..count {
        scene.file(&format!("src/{n}.js"), format!("{content} {n}\n"));
    }
}

fn signs(scene: &Scene) -> Value {
    let value = worked_on(&check(scene, &[]));
    assert_eq!(value["published_as_dump"], !value["dump_signs"].as_array().unwrap().is_empty());
    value["dump_signs"].clone()
}

#[test]
fn histories_that_were_published_in_lumps_are_told_by_their_signs() {
    let few = Scene::new();
    files(&few, 20, "a");
    commit_on(&few.root(), "2026-01-01", "release");
    assert_eq!(signs(&few), json!(["few-commits"]));

    // All of it at once, and a few small changes.
    let lump = Scene::new();
    files(&lump, 20, "a");
    commit_on(&lump.root(), "2026-01-01", "publish");
    for n in 0..4 {
        lump.file("README.md", format!("# {n}\n"));
        commit_on(&lump.root(), "2026-02-01", "word");
    }
    assert_eq!(signs(&lump), json!(["first-commit-holds-it"]));

    // From a template, and then worked on.
    let template = Scene::new();
    files(&template, 20, "a");
    commit_on(&template.root(), "2026-01-01", "template");
    for n in 0..5 {
        files(&template, 4 * (n + 1), &format!("b{n}"));
        commit_on(&template.root(), "2026-02-01", "work");
    }
    assert_eq!(signs(&template), json!([]));

    // Each commit a release, everything in it new.
    let releases = Scene::new();
    for n in 0..5 {
        files(&releases, 20, &format!("v{n}"));
        commit_on(&releases.root(), &format!("2026-0{}-01", n + 1), "release");
        on(&releases.root(), TODAY, &["tag", &format!("v{n}")]);
    }
    assert_eq!(signs(&releases), json!(["a-commit-a-release"]));

    // A robot that carries it over.
    let robot = Scene::new();
    for n in 0..5 {
        files(&robot, 20, &format!("v{n}"));
        commit_on(&robot.root(), "2026-01-01", "sync");
        on(
            &robot.root(),
            "2026-01-01",
            &["commit", "-q", "--amend", "--no-edit", "--author", "copybara <export@forge.example>"],
        );
    }
    assert_eq!(signs(&robot), json!(["one-robot"]));
}
