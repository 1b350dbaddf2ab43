//! What the history holds decides about publication as much as the tree does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use std::{path::Path, process::Command};

use common::Scene;

fn git(root: &Path, args: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=T", "-c", "user.email=t@hospital.example", "-c", "safe.directory=*"])
        .args(args)
        .current_dir(root)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_AUTHOR_DATE", "2026-08-01T12:00:00Z")
        .env("GIT_COMMITTER_DATE", "2026-08-01T12:00:00Z")
        .status();
    assert!(done.is_ok_and(|status| status.success()), "git {args:?}");
}

#[test]
fn a_secret_that_was_taken_out_again_still_refuses_and_unread_is_no_clean_answer() {
    let scene = Scene::new();
    let root = scene.root();
    // In two parts, so that this file raises no alarm itself.
    let secret = ["AKIA", "Q3EGRIXPAJDYVUW7"].concat();
    git(&root, &["init", "-q", "-b", "main"]);
    scene.file("settings.py", format!("AWS_ACCESS_KEY_ID = \"{secret}\"\n"));
    scene.file("README.md", "# Ward list\n");
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-q", "-m", "one"]);
    std::fs::remove_file(root.join("settings.py")).unwrap();
    git(&root, &["commit", "-q", "-a", "-m", "two"]);
    let answer = scene.check(&["--publish"]);
    assert_eq!((answer.state("no-secret").as_str(), answer.code), ("not-met", 1), "{}", answer.out);
    let value = answer.json();
    let finding =
        value["findings"].as_array().unwrap().iter().find(|f| f["kind"] == "secret").unwrap().clone();
    assert_eq!(finding["history"][0]["path"], "settings.py");
    assert_eq!(finding["history"][0]["at_head"], false);
    assert_eq!(finding["reached"]["names"][0], "main");
    assert!(!answer.out.contains(&secret[4..]));
    // Read from what the first run kept, the answer is the same.
    assert_eq!(scene.check(&["--publish"]).json()["digest"], value["digest"]);
    let unread = scene.check(&["--publish", "--no-history"]);
    assert_eq!(unread.state("no-secret"), "unknown", "{}", unread.out);
}
