//! Same subject, feeds, pack, circumstances and clock: the same digest, wherever and whoever.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use std::{fs, process::Command};

use common::{Scene, TODAY, advisory, package_lock};

fn scene() -> Scene {
    let scene = Scene::new();
    scene
        .file("package-lock.json", package_lock(&[("alpha", "1.0.0"), ("beta", "1.0.0")]))
        .file("src/index.js", "console.log('ward');\n")
        .file("README.md", "# Ward list\n")
        .file(".gitignore", "ignored/\n")
        .file("ignored/secret.txt", "not part of it")
        .record("npm", &advisory("GHSA-aaaa-aaaa-aaaa", "npm", "alpha", "1.5.0", "2026-01-10T00:00:00Z"))
        .import();
    for i in 0..300 {
        scene.file(&format!("src/part{i}.js"), format!("export const n = {i};\n"));
    }
    scene
}

fn digest(answer: &common::Answer) -> String {
    answer.json()["digest"].as_str().unwrap().to_owned()
}

#[test]
fn another_path_another_locale_another_zone_another_umask_the_same_digest() {
    let scene = scene();
    let here = digest(&scene.check(&[]));
    let elsewhere = scene.path("a folder with another name/deeper");
    fs::create_dir_all(elsewhere.parent().unwrap()).unwrap();
    let copied = Command::new("cp").args(["-r"]).arg(scene.root()).arg(&elsewhere).status().unwrap();
    assert!(copied.success());
    let feeds = scene.path("feeds");
    // A global ignore file that would hide the source, an odd locale, zone, umask and one thread.
    let home = scene.path("other-home");
    fs::create_dir_all(home.join(".config/git")).unwrap();
    fs::write(home.join(".config/git/ignore"), "*.js\n").unwrap();
    let script = format!(
        "umask 077; exec taskset -c 0 {} check . --as-of {TODAY} --format json --feeds {}",
        env!("CARGO_BIN_EXE_formulary"),
        feeds.display()
    );
    let done = Command::new("sh")
        .args(["-c", &script])
        .current_dir(&elsewhere)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", &home)
        .env("LC_ALL", "tr_TR.UTF-8")
        .env("TZ", "Pacific/Kiritimati")
        .output()
        .unwrap();
    let value: serde_json::Value =
        serde_json::from_slice(&done.stdout).unwrap_or_else(|e| panic!("{e}: {done:?}"));
    assert_eq!(value["digest"], here.as_str());
    assert!(!here.is_empty());
}

#[test]
fn the_digest_changes_with_the_material_and_the_day_and_not_with_nothing() {
    let scene = scene();
    let first = digest(&scene.check(&[]));
    assert_eq!(first, digest(&scene.check(&[])));
    scene.file("ignored/other.txt", "still not part of it");
    assert_eq!(first, digest(&scene.check(&[])));
    scene.file("src/index.js", "console.log('other');\n");
    assert_ne!(first, digest(&scene.check(&[])));
}

#[test]
fn a_kept_assessment_is_judged_again_to_the_same_digest_and_a_forged_one_is_told() {
    let scene = scene();
    let kept = scene.path("kept.json");
    fs::write(&kept, scene.check(&[]).out).unwrap();
    let same = scene.run(&["replay", kept.to_str().unwrap()]);
    assert_eq!(same.code, 0, "{same:?}");
    let feeds = scene.path("feeds");
    let again =
        scene.run(&["replay", kept.to_str().unwrap(), "--material", ".", "--feeds", feeds.to_str().unwrap()]);
    assert_eq!(again.code, 0, "{again:?}");
    let text = fs::read_to_string(&kept).unwrap();
    fs::write(&kept, text.replacen("\"refused\"", "\"allowed\"", 1)).unwrap();
    let forged = scene.run(&["replay", kept.to_str().unwrap()]);
    assert_eq!(forged.code, 1, "{forged:?}");
    assert!(forged.out.contains("changed after it was written"), "{}", forged.out);
    assert!(forged.out.contains("refused"), "it says what differs: {}", forged.out);
}

#[test]
fn a_newer_feed_that_changes_nothing_leaves_the_basis() {
    let scene = scene();
    let before = scene.check(&[]).json();
    scene
        .record("npm", &advisory("GHSA-cccc-cccc-cccc", "npm", "unrelated", "2.0.0", "2026-08-01T00:00:00Z"))
        .import();
    let after = scene.check(&[]).json();
    assert_ne!(before["digest"], after["digest"], "the feed is named in the assessment");
    assert_eq!(before["basis"], after["basis"], "and a vote does not depend on it");
}
