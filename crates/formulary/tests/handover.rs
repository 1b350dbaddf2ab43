//! Words sealed on one machine reach the keeper of the log with the statement, and the log never; what only the
//! keeper can seal so that it is comparable, nobody else seals.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use std::fs;

use common::{
    Scene, advisory,
    body::{Body, files},
    package_lock,
};

const DAY: &str = "2026-08-24T09:00:00Z";

#[test]
fn sealed_words_travel_with_the_statement_and_stay_out_of_the_log() {
    let scene = Scene::new();
    scene
        .file("package-lock.json", package_lock(&[("alpha", "1.0.0")]))
        .file("formulary.toml", "name = \"Ward list\"\nversion = \"2.1\"\ntier = \"clinical\"\nexposure = \"controlled\"\nstarted = 2026-08-20\n")
        .record("npm", &advisory("GHSA-aaaa-aaaa-aaaa", "npm", "other", "1.5.0", "2026-08-21T00:00:00Z"))
        .import();
    let body = Body::founded(&scene, "trust", "");
    let file = body.assessed(DAY, &["--use"]);
    let review =
        body.opens(DAY, "p-02", &[&file, "--reason", "Release 2.1", "--interest", "Acme Health Ltd"]);

    // A member's clone: what git carries, and neither what is private nor the log's key.
    for (path, bytes) in files(scene.path("trust-register").as_path()) {
        if !path.starts_with("/private/") {
            let to = scene.path("trust-clone").join(&path[1..]);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::write(to, bytes).unwrap();
        }
    }
    let clone = [
        ("FORMULARY_REGISTER", body.path("clone")),
        ("HOME", body.path("elsewhere")),
        ("FORMULARY_CACHE", body.path("other-cache")),
    ];
    let vote = body.path("vote.json");
    let concern = [
        "vote",
        &review,
        "concern",
        "--clause",
        "INB-09",
        "--says",
        "PLANTED: who answers at night?",
        "--private",
        "--to",
        &vote,
    ];
    let said = body.with(DAY, "p-04", &clone, &concern);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.err.contains("hand it over privately"), "{}", said.err);
    let compared = [
        "review",
        "open",
        &file,
        "--ask",
        "removal",
        "--reason",
        "x",
        "--owner",
        "y",
        "--interest",
        "Acme Health Ltd",
    ];
    let cannot = body.with(DAY, "p-04", &clone, &compared);
    assert!(cannot.code == 3 && cannot.err.contains("this machine does not hold them"), "{cannot:?}");

    body.does(DAY, "p-01", &["log", "append", &vote]);
    let shown = body.does(DAY, "p-01", &["review", "show", &review]);
    assert!(shown.contains("PLANTED: who answers at night?"), "the keeper reads it: {shown}");
    for (path, bytes) in files(scene.path("trust-register").join("log").as_path()) {
        for word in ["PLANTED", "Acme", "acme"] {
            assert!(!bytes.windows(word.len()).any(|w| w == word.as_bytes()), "{path} holds {word}");
        }
    }
    let erases = body.on(DAY, "p-04", &["register", "erase", "--ground", "Art. 17", &seal_of(&body)]);
    assert_eq!(erases.code, 0, "{erases:?}");
    let erased = body.does(DAY, "p-01", &["review", "show", &review]);
    assert!(erased.contains("(erased)") && !erased.contains("PLANTED"), "{erased}");
}

/// The seal of the concern, as its leaf has it.
fn seal_of(body: &Body<'_>) -> String {
    let leaf: serde_json::Value =
        serde_json::from_str(&body.does(DAY, "p-01", &["log", "entry", "2"])).unwrap();
    leaf["statement"]["act"]["of"]["says"]["sealed"].as_str().unwrap().to_owned()
}
