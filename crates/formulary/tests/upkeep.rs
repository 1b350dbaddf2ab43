//! Whether something is kept up, told from clones: the repository's own, and those of components.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use common::{Answer, Scene};

fn git(root: &Path, day: &str, args: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=T", "-c", "user.email=t@hospital.example", "-c", "safe.directory=*"])
        .args(args)
        .current_dir(root)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_AUTHOR_DATE", format!("{day}T12:00:00Z"))
        .env("GIT_COMMITTER_DATE", format!("{day}T12:00:00Z"))
        .status();
    assert!(done.is_ok_and(|status| status.success()), "git {args:?}");
}

/// A clone with one commit on each of these days.
fn clone(scene: &Scene, readme: &str, days: &[&str]) -> PathBuf {
    let root = scene.path("clone");
    std::fs::create_dir_all(&root).unwrap();
    std::fs::write(root.join("README.md"), readme).unwrap();
    git(&root, days[0], &["init", "-q", "-b", "main"]);
    git(&root, days[0], &["add", "-A"]);
    for day in days {
        git(&root, day, &["commit", "-q", "--allow-empty", "-m", "work"]);
    }
    root
}

fn scene() -> Scene {
    let scene = Scene::new();
    scene
        .file("package.json", "{\"dependencies\": {\"a\": \"1\"}}")
        .file(
            "package-lock.json",
            "{\"lockfileVersion\": 3, \"packages\": {\"\": {\"dependencies\": {\"a\": \"1\"}}, \
             \"node_modules/a\": {\"version\": \"1.0.0\"}}}",
        )
        .record(
            "npm",
            &serde_json::json!({
                "id": "GHSA-0000-0000-0001", "aliases": ["CVE-2026-0001"], "modified": "2026-08-01T00:00:00Z",
                "published": "2026-08-01T00:00:00Z", "summary": "A flaw",
                "affected": [{"package": {"ecosystem": "npm", "name": "b"},
                    "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]
            }),
        )
        .import();
    scene
}

fn with_clone(scene: &Scene, folder: &Path) -> Answer {
    scene.check(&["--use", "--clone", &format!("pkg:npm/a={}", folder.display())])
}

fn state(answer: &Answer) -> String {
    let value = answer.json();
    let evidence = value["evidence"].as_array().unwrap();
    let kept =
        evidence.iter().find(|e| e["kind"] == "component-upkeep").unwrap_or_else(|| panic!("{answer:?}"));
    kept["value"][0]["state"].as_str().unwrap().to_owned()
}

#[test]
fn a_component_whose_clone_is_at_work_is_kept_up() {
    let scene = scene();
    assert_eq!(scene.check(&["--use"]).state("maintained"), "unknown");
    let days = ["2026-04-01", "2026-05-01", "2026-06-01", "2026-07-01", "2026-08-01"];
    let answer = with_clone(&scene, &clone(&scene, "# a\n", &days));
    assert_eq!((state(&answer).as_str(), answer.state("maintained").as_str()), ("active", "met"));
}

#[test]
fn one_that_says_it_has_ended_has_ceased_and_an_old_clone_is_unknown() {
    let ended = scene();
    let days = ["2026-08-01"];
    let answer = with_clone(&ended, &clone(&ended, "# a\n\nThis project is no longer maintained.\n", &days));
    assert_eq!((state(&answer).as_str(), answer.state("maintained").as_str()), ("ceased", "not-met"));
    // A last commit long ago is no sign of an end: the clone may be old.
    let old = scene();
    let answer = with_clone(&old, &clone(&old, "# a\n", &["2021-01-01"]));
    assert_eq!((state(&answer).as_str(), answer.state("maintained").as_str()), ("unknown", "unknown"));
    // A newer branch shows that it was refreshed: then it is quiet, and without a flaw stable.
    let quiet = scene();
    let folder = clone(&quiet, "# a\n", &["2024-01-01"]);
    git(&folder, "2026-03-01", &["checkout", "-q", "-b", "attempt"]);
    git(&folder, "2026-03-01", &["commit", "-q", "--allow-empty", "-m", "try"]);
    git(&folder, "2026-03-01", &["checkout", "-q", "main"]);
    let answer = with_clone(&quiet, &folder);
    assert_eq!((state(&answer).as_str(), answer.state("maintained").as_str()), ("quiet-but-stable", "met"));
}

#[test]
fn a_clone_that_is_not_there_is_an_error_that_says_how() {
    let scene = scene();
    let answer = scene.check(&["--clone", "pkg:npm/a=nowhere"]);
    assert!(answer.code == 3 && answer.err.contains("--clone pkg:npm/lodash=../lodash"), "{answer:?}");
}

#[test]
fn the_owners_file_may_name_clones_and_the_command_line_stands_before_it() {
    let scene = scene();
    let days = ["2026-04-01", "2026-05-01", "2026-06-01", "2026-07-01", "2026-08-01"];
    let active = clone(&scene, "# a\n", &days);
    scene.file("formulary.toml", "[clones]\n\"pkg:npm/a\" = \"../clone\"\n");
    scene.commit();
    let answer = scene.check(&["--use"]);
    assert_eq!((state(&answer).as_str(), answer.state("maintained").as_str()), ("active", "met"));
    let ended = scene.path("ended");
    std::fs::create_dir_all(&ended).unwrap();
    std::fs::write(ended.join("README.md"), "# a\n\nThis project is no longer maintained.\n").unwrap();
    git(&ended, "2026-08-01", &["init", "-q", "-b", "main"]);
    git(&ended, "2026-08-01", &["add", "-A"]);
    git(&ended, "2026-08-01", &["commit", "-q", "-m", "end"]);
    assert_eq!(state(&with_clone(&scene, &ended)), "ceased");
    assert!(active.exists());
    // What is named and not there leaves it unknown, and a root of the machine is no folder beside it.
    scene.file("formulary.toml", "[clones]\n\"pkg:npm/a\" = \"../nowhere\"\n");
    assert_eq!(scene.check(&["--use"]).state("maintained"), "unknown");
    scene.file("formulary.toml", "[clones]\n\"pkg:npm/a\" = \"/srv/a\"\n\"lodash\" = \"../x\"\n");
    let answer = scene.check(&["--use"]);
    assert!(
        answer.code == 3
            && answer.err.contains("named from the root")
            && answer.err.contains("pkg:npm/lodash"),
        "{answer:?}"
    );
}
