//! What a stranger may send: a clear answer, the rest still judged, no panic, no hang.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use common::{Scene, TODAY, advisory, package_lock};

/// The program ended by itself with a code of its own, and without a panic.
fn civil(answer: &common::Answer) {
    assert!((0..=3).contains(&answer.code), "{answer:?}");
    assert!(!answer.err.contains("panicked"), "{}", answer.err);
}

fn scene() -> Scene {
    let scene = Scene::new();
    scene
        .file("good/package-lock.json", package_lock(&[("alpha", "1.0.0")]))
        .record("npm", &advisory("GHSA-aaaa-aaaa-aaaa", "npm", "alpha", "1.5.0", "2026-01-10T00:00:00Z"))
        .import();
    scene
}

#[test]
fn a_broken_file_is_listed_and_the_rest_is_still_judged() {
    let nested = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let utf16: Vec<u8> =
        package_lock(&[("alpha", "1.0.0")]).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let broken: [(&str, Vec<u8>); 8] = [
        ("truncated", package_lock(&[("alpha", "1.0.0")]).into_bytes()[..40].to_vec()),
        ("nested", nested.into_bytes()),
        ("utf16", [vec![0xff, 0xfe], utf16].concat()),
        ("empty", Vec::new()),
        ("nul", vec![0; 4096]),
        ("not json", b"hello".to_vec()),
        ("wrong type", b"[1,2,3]".to_vec()),
        ("long string", format!("{{\"packages\":{{\"{}\":1}}}}", "a".repeat(20 << 20)).into_bytes()),
    ];
    for (what, bytes) in broken {
        let scene = scene();
        scene.file("bad/package-lock.json", bytes);
        let answer = scene.check(&["--use"]);
        civil(&answer);
        assert!(answer.has_finding("GHSA-aaaa-aaaa-aaaa"), "{what}: the rest was not judged: {}", answer.out);
        let value = answer.json();
        let unread = value["coverage"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|c| c["unread"].as_array().cloned().unwrap_or_default());
        let named =
            unread.into_iter().any(|u| u["place"].as_str().unwrap().starts_with("bad/package-lock.json"));
        assert!(named, "{what}: not in the coverage: {}", value["coverage"]);
        assert_ne!(answer.state("inventory-complete"), "met", "{what}");
    }
}

#[test]
fn the_same_with_a_byte_order_mark_is_read() {
    let scene = scene();
    scene.file(
        "bom/package-lock.json",
        [b"\xef\xbb\xbf".to_vec(), package_lock(&[("beta", "1.0.0")]).into_bytes()].concat(),
    );
    let answer = scene.check(&["--use"]);
    let value = answer.json();
    assert!(
        value["components"].as_array().unwrap().iter().any(|c| c["purl"] == "pkg:npm/beta@1.0.0"),
        "{value}"
    );
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_out_of_the_tree_nor_around_in_it() {
    let scene = scene();
    let outside = scene.path("outside");
    std::fs::create_dir_all(&outside).unwrap();
    std::fs::write(outside.join("package-lock.json"), package_lock(&[("outsider", "1.0.0")])).unwrap();
    std::os::unix::fs::symlink(&outside, scene.root().join("link")).unwrap();
    std::os::unix::fs::symlink(outside.join("package-lock.json"), scene.root().join("package-lock.json"))
        .unwrap();
    std::os::unix::fs::symlink("..", scene.root().join("good/up")).unwrap();
    std::os::unix::fs::symlink("nowhere", scene.root().join("dangling")).unwrap();
    let answer = scene.check(&["--use"]);
    civil(&answer);
    assert!(!answer.out.contains("outsider"), "a link was followed out: {}", answer.out);
    assert!(answer.out.contains("a link that leads out of the tree"), "and that is said: {}", answer.out);
}

#[test]
fn a_purl_with_traversal_or_nonsense_is_an_error_not_a_path() {
    let scene = scene();
    for purl in ["pkg:npm/../../etc/passwd@1", "pkg:", "pkg:npm/", "pkg:npm/%00@1", "pkg:npm/a@1#../../x"] {
        let answer = scene.run(&["check", purl, "--as-of", TODAY]);
        civil(&answer);
        assert_ne!(answer.code, 0, "{purl}: {answer:?}");
    }
}

#[test]
fn feeds_that_are_cut_short_or_bombs_never_replace_good_ones() {
    let scene = scene();
    let feeds = scene.path("feeds");
    let import = |folder: &str| {
        scene.run(&[
            "feeds",
            "import",
            scene.path(folder).to_str().unwrap(),
            "--feeds",
            feeds.to_str().unwrap(),
            "--as-of",
            TODAY,
        ])
    };
    let bad = scene.path("bad-export/npm");
    std::fs::create_dir_all(&bad).unwrap();
    for content in [&b"PK\x03\x04 cut short"[..], b"", b"not a zip"] {
        std::fs::write(bad.join("all.zip"), content).unwrap();
        let answer = import("bad-export");
        civil(&answer);
        assert_eq!(answer.code, 3, "{answer:?}");
    }
    assert!(scene.check(&["--use"]).has_finding("GHSA-aaaa-aaaa-aaaa"), "the good feed is still there");
    // A library whose index was damaged is told, and nothing passes for looked at.
    for entry in walk(&feeds) {
        if entry.metadata().unwrap().len() > 64 && entry.extension().is_none_or(|e| e != "json") {
            std::fs::write(&entry, b"damaged").unwrap();
        }
    }
    let answer = scene.check(&["--use"]);
    civil(&answer);
    assert_eq!(answer.outcome("use"), "not-evaluated", "{}", answer.out);
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            out.extend(walk(&entry.path()));
        } else {
            out.push(entry.path());
        }
    }
    out
}

#[test]
fn names_that_are_terminal_sequences_or_markup_reach_no_terminal() {
    let scene = Scene::new();
    scene.file("package-lock.json", package_lock(&[("a\u{1b}]0;owned\u{7}\u{1b}[2J", "1.0.0")]));
    let answer = scene.run(&["check", ".", "--as-of", TODAY]);
    civil(&answer);
    assert!(!answer.out.contains('\u{1b}') && !answer.out.contains('\u{7}'), "{:?}", answer.out);
    let answer = scene.run(&["check", ".", "--as-of", TODAY, "--format", "markdown"]);
    assert!(!answer.out.contains('\u{1b}'));
}

#[cfg(unix)]
#[test]
fn a_home_that_cannot_be_written_or_is_not_there_does_not_matter() {
    let scene = scene();
    let answer = std::process::Command::new(env!("CARGO_BIN_EXE_formulary"))
        .args(["check", ".", "--as-of", TODAY, "--format", "json"])
        .current_dir(scene.root())
        .env_clear()
        .env("HOME", "/proc/nonexistent")
        .output()
        .unwrap();
    assert_eq!(answer.status.code(), Some(3), "no feeds: {answer:?}");
    let value: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap();
    assert_eq!(value["verdicts"][0]["outcome"], "not-evaluated");
}

#[test]
fn silly_arguments_get_plain_answers() {
    let scene = scene();
    for args in [
        &["check", "/nowhere/at/all"][..],
        &["check", ".", "--as-of", "yesterday"],
        &["check", ".", "--since", "no-such-revision"],
        &["check", ".", "--pack", "no-such-pack"],
        &["replay", "good/package-lock.json"],
        &["compare", ".", "/nowhere"],
        &["feeds", "import", "/nowhere"],
        &["why", ""],
    ] {
        let answer = scene.run(args);
        assert_eq!(answer.code, 3, "{args:?}: {answer:?}");
        civil(&answer);
        assert!(!answer.err.is_empty(), "{args:?} says why");
    }
}
