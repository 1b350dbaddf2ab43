//! The hook before a push is taken, with real git: what is refused, what passes, and what is said.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use std::fmt::Write as _;

use common::{
    Scene,
    git::{Place, token, write},
};

/// Time to spare on a busy machine; the bound itself has a test of its own.
const PATIENT: &str = "--within 120 --appeal 'the security team'";

#[test]
fn a_push_is_refused_for_a_secret_even_if_the_next_commit_removes_it() {
    let place = Place::new();
    let (_, clone) = place.server(PATIENT);
    let secret = token(1);
    write(&clone, "src/a.py", format!("x = 1\nt = '{secret}'\n"));
    place.commit(&clone, "adds it");
    let (done, said) = place.try_git(&clone, &["push", "origin", "main"]);
    assert!(!done, "{said}");
    for part in [
        "refs/heads/main: refused: 1 secret would land",
        "src/a.py:2",
        "Rotate it",
        "not-real",
        "Reference push-",
        "the security team",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains(&secret[4..]), "the value is never printed");

    write(&clone, "src/a.py", "x = 1\n");
    place.commit(&clone, "removes it");
    let (done, said) = place.try_git(&clone, &["push", "origin", "main"]);
    assert!(!done && said.contains("src/a.py:2"), "it would stay in the history: {said}");

    place.git(&clone, &["reset", "-q", "--hard", "origin/main"]);
    write(&clone, "src/a.py", "x = 1\n");
    place.commit(&clone, "without it");
    let (done, said) = place.try_git(&clone, &["push", "origin", "main"]);
    assert!(done && said.contains("refs/heads/main: accepted"), "{said}");
}

#[test]
fn texts_of_commits_and_tags_land_too() {
    let place = Place::new();
    let (server, clone) = place.server(PATIENT);
    place.git(&clone, &["tag", "-a", "v1", "-m", &format!("deploys with {}", token(2))]);
    let (done, said) = place.try_git(&clone, &["push", "origin", "v1"]);
    assert!(!done && said.contains("delete the tag"), "{said}");
    place.git(&clone, &["tag", "-f", "-a", "v1", "-m", "the first"]);
    let (done, said) = place.try_git(&clone, &["push", "origin", "v1"]);
    assert!(done && said.contains("refs/tags/v1: accepted"), "{said}");
    place.commit(&clone, &format!("use {}", token(3)));
    let (done, said) = place.try_git(&clone, &["push", "origin", "main"]);
    assert!(!done && said.contains("message of commit"), "{said}");

    // A reference need not point at a commit.
    write(&clone, "loose.txt", format!("{}\n", token(4)));
    let blob = place.git(&clone, &["hash-object", "-w", "loose.txt"]);
    let (done, said) = place.try_git(&clone, &["push", "origin", &format!("{blob}:refs/tags/blob")]);
    assert!(!done && said.contains("github-token"), "a tagged file: {said}");
    place.git(&clone, &["add", "loose.txt"]);
    let tree = place.git(&clone, &["write-tree"]);
    let (done, said) = place.try_git(&clone, &["push", "origin", &format!("{tree}:refs/tags/tree")]);
    assert!(!done && said.contains("loose.txt:1"), "a tagged tree: {said}");
    assert_eq!(place.git(&server, &["tag"]), "v1");
}

#[test]
fn branches_deletions_and_forced_pushes() {
    let place = Place::new();
    let (_, clone) = place.server(PATIENT);
    place.git(&clone, &["checkout", "-q", "-b", "side"]);
    write(&clone, "side.txt", "1\n");
    place.commit(&clone, "side");
    let (done, said) = place.try_git(&clone, &["push", "origin", "side"]);
    assert!(done && said.contains("refs/heads/side: accepted"), "{said}");
    write(&clone, "side.txt", "2\n");
    place.git(&clone, &["commit", "-q", "-a", "--amend", "-m", "another side"]);
    let (done, said) = place.try_git(&clone, &["push", "--force", "origin", "side"]);
    assert!(done, "{said}");
    write(&clone, "side.txt", format!("{}\n", token(5)));
    place.git(&clone, &["commit", "-q", "-a", "--amend", "-m", "a third side"]);
    let (done, said) = place.try_git(&clone, &["push", "--force", "origin", "side"]);
    assert!(!done, "{said}");
    let (done, said) = place.try_git(&clone, &["push", "origin", ":side"]);
    assert!(done && said.contains("refs/heads/side: deleted"), "{said}");

    // git takes a push whole, and each reference is answered.
    place.git(&clone, &["branch", "clean", "main"]);
    let (done, said) = place.try_git(&clone, &["push", "origin", "clean", "side"]);
    assert!(!done, "{said}");
    assert!(said.contains("refs/heads/clean: nothing stands against it"), "{said}");
    assert!(said.contains("refs/heads/side: refused"), "{said}");
    assert!(place.try_git(&clone, &["push", "origin", "clean"]).0);
}

#[test]
fn what_stands_there_already_is_no_reason_to_refuse() {
    let place = Place::new();
    let (server, clone) = place.server(PATIENT);
    let hook = server.join("hooks/pre-receive");
    let ours = std::fs::read(&hook).unwrap();
    std::fs::write(&hook, "#!/bin/sh\nexit 0\n").unwrap();
    write(&clone, "old.env", format!("T={}\n", token(6)));
    place.commit(&clone, "before there was a hook");
    write(&clone, "a.txt", "1\n");
    place.commit(&clone, "more");
    place.git(&clone, &["push", "-q", "origin", "main"]);
    std::fs::write(&hook, ours).unwrap();

    write(&clone, "old.env", format!("# a comment\nT={}\n", token(6)));
    place.commit(&clone, "edits the file");
    place.git(&clone, &["mv", "old.env", "moved.env"]);
    place.commit(&clone, "moves the file");
    let (done, said) = place.try_git(&clone, &["push", "origin", "main"]);
    assert!(done && said.contains("stood there before"), "{said}");
    // Rewriting history that holds it brings the same value at the same path.
    place.git(&clone, &["commit", "-q", "--amend", "-m", "moves it, told better"]);
    let (done, said) = place.try_git(&clone, &["push", "--force", "origin", "main"]);
    assert!(done, "{said}");
    write(&clone, "moved.env", format!("T={}\nU={}\n", token(6), token(7)));
    place.commit(&clone, "one more");
    let (done, said) = place.try_git(&clone, &["push", "origin", "main"]);
    assert!(!done && said.contains("moved.env:2") && said.contains("1 secret would land"), "{said}");
}

#[test]
fn wrong_clocks_hide_nothing_and_accuse_nobody() {
    let place = Place::new();
    let (server, clone) = place.server(PATIENT);
    let hook = server.join("hooks/pre-receive");
    let ours = std::fs::read(&hook).unwrap();
    std::fs::write(&hook, "#!/bin/sh\nexit 0\n").unwrap();
    let at = |year: &str, message: &str| {
        place.git(&clone, &["add", "-A"]);
        let line = format!("GIT_COMMITTER_DATE='{year}-01-01T00:00:00Z' git commit -q -m '{message}'");
        assert!(place.run("sh", &clone, &["-c", &line]).status.success());
    };
    write(&clone, "old.env", format!("T={}\n", token(30)));
    at("2037", "a secret that stands there, from the future");
    place.git(&clone, &["branch", "future"]);
    write(&clone, "a.txt", "1\n");
    at("1980", "the tip, from the past");
    place.git(&clone, &["push", "-q", "origin", "main"]);
    std::fs::write(&hook, ours).unwrap();

    place.git(&clone, &["checkout", "-q", "future"]);
    write(&clone, "b.txt", "1\n");
    at("2001", "sets out from the future");
    let (done, said) = place.try_git(&clone, &["push", "origin", "future"]);
    assert!(done, "what an existing reference holds is not new: {said}");
    write(&clone, "c.txt", format!("{}\n", token(31)));
    at("1975", "a new secret, older than everything");
    let (done, said) = place.try_git(&clone, &["push", "origin", "future"]);
    assert!(!done && said.contains("c.txt:1"), "{said}");
}

#[test]
fn names_that_are_not_utf8_are_looked_at() {
    let place = Place::new();
    let (_, clone) = place.server(PATIENT);
    write(&clone, "file", format!("{}\n", token(8)));
    let blob = place.git(&clone, &["hash-object", "-w", "file"]);
    std::fs::remove_file(clone.join("file")).unwrap();
    // The index takes the name from bytes; no file system need hold it.
    let listing = place.path("listing");
    let mut line = format!("100644 {blob}\tcaf").into_bytes();
    line.extend_from_slice(b"\xe9/n\xe9\n");
    std::fs::write(&listing, line).unwrap();
    let done = place.run(
        "sh",
        &clone,
        &[
            "-c",
            &format!("git update-index --index-info < '{}' && git commit -q -m bytes", listing.display()),
        ],
    );
    assert!(done.status.success(), "{done:?}");
    let (done, said) = place.try_git(&clone, &["push", "origin", "main"]);
    assert!(!done && said.contains("github-token"), "{said}");
}

#[test]
fn every_new_file_of_a_tangled_history_is_looked_at_once_and_none_that_is_old() {
    let place = Place::new();
    let (_, clone) = place.server(PATIENT);
    // Each commit brings one secret of its own; branches cross and merge.
    let mut expected = 0;
    for round in 0..4u64 {
        for branch in ["one", "two"] {
            if round == 0 {
                place.git(&clone, &["checkout", "-q", "-b", branch, "main"]);
            } else {
                place.git(&clone, &["checkout", "-q", branch]);
                let other = if branch == "one" { "two" } else { "one" };
                place.git(&clone, &["merge", "-q", "-m", "cross", other]);
            }
            write(
                &clone,
                &format!("{branch}/{round}.txt"),
                format!("{}\n", token(100 + round * 2 + u64::from(branch == "two"))),
            );
            place.commit(&clone, "one more");
            expected += 1;
        }
    }
    let (done, said) = place.try_git(&clone, &["push", "origin", "two"]);
    assert!(!done && said.contains(&format!("{expected} secrets would land")), "{said}");
    // The two together bring no more than the one: what two bring is told with the first.
    let (done, said) = place.try_git(&clone, &["push", "origin", "one", "two"]);
    assert!(!done, "{said}");
    let told: usize = said
        .lines()
        .filter_map(|line| line.split("refused: ").nth(1)?.split(' ').next()?.parse::<usize>().ok())
        .sum();
    assert_eq!(told, expected, "{said}");
}

#[test]
fn a_thousand_commits_are_read_and_one_of_them_is_enough() {
    let place = Place::new();
    let (_, clone) = place.server(PATIENT);
    let mut stream = String::new();
    for i in 1..=1000u32 {
        let content = if i == 500 { format!("{}\n", token(9)) } else { format!("line {i}\n") };
        let message = format!("commit {i}");
        let _ = write!(
            stream,
            "commit refs/heads/many\ncommitter T <t@hospital.example> {} +0000\ndata {}\n{message}\n",
            1_780_000_000 + i,
            message.len()
        );
        if i == 1 {
            stream.push_str("from refs/heads/main^0\n");
        }
        let _ = write!(
            stream,
            "M 100644 inline d{}/f{}.txt\ndata {}\n{content}\n",
            i % 10,
            i % 100,
            content.len()
        );
    }
    std::fs::write(place.path("stream"), stream).unwrap();
    let import = format!("git fast-import --quiet < '{}'", place.path("stream").display());
    assert!(place.run("sh", &clone, &["-c", &import]).status.success());
    let (done, said) = place.try_git(&clone, &["push", "origin", "many"]);
    assert!(!done && said.contains("1 secret would land"), "{said}");
    place.git(&clone, &["branch", "-q", "early", "many~501"]);
    let (done, said) = place.try_git(&clone, &["push", "origin", "early"]);
    assert!(done && said.contains("accepted"), "{said}");
}

#[test]
fn a_push_that_cannot_be_read_in_time_is_refused_unless_the_server_says_otherwise() {
    let place = Place::new();
    let (server, clone) = place.server("--within 1");
    // More text than any machine of today reads in a second, without much to store.
    let mut stream = String::from("blob\nmark :1\n");
    let chunk = "the quick brown fox token secret password key jumps over a lazy dog = \n".repeat(700_000);
    let _ = write!(stream, "data {}\n{chunk}\n", chunk.len());
    stream
        .push_str("commit refs/heads/large\ncommitter T <t@hospital.example> 1780000000 +0000\ndata 1\nx\n");
    for i in 0..40 {
        let _ = writeln!(stream, "M 100644 :1 f{i}.txt");
    }
    std::fs::write(place.path("stream"), stream).unwrap();
    let import = format!("git fast-import --quiet < '{}'", place.path("stream").display());
    assert!(place.run("sh", &clone, &["-c", &import]).status.success());
    let (done, said) = place.try_git(&clone, &["push", "origin", "large"]);
    assert!(!done && said.contains("too large to be read in 1 second"), "{said}");
    assert!(said.contains("smaller parts") && said.contains("Reference push-"), "it says what to do: {said}");

    let hook = server.join("hooks/pre-receive");
    let text = std::fs::read_to_string(&hook).unwrap().replace("--within 1", "--within 1 --too-large accept");
    std::fs::write(&hook, text).unwrap();
    let (done, said) = place.try_git(&clone, &["push", "origin", "large"]);
    assert!(done && said.contains("Taken although it was not read whole"), "never silently: {said}");
}

#[test]
fn malware_in_a_pushed_lockfile_is_refused() {
    let scene = Scene::new();
    scene
        .record(
            "npm",
            &serde_json::json!({
                "id": "MAL-2026-1", "modified": "2026-08-01T00:00:00Z", "published": "2026-08-01T00:00:00Z",
                "affected": [{ "package": { "ecosystem": "npm", "name": "evil" }, "versions": ["1.0.0"] }]
            }),
        )
        .import();
    let place = Place::new();
    let (_, clone) = place.server(&format!("{PATIENT} --feeds '{}'", scene.path("feeds").display()));
    write(&clone, "package-lock.json", common::package_lock(&[("good", "1.0.0")]));
    place.commit(&clone, "good");
    let (done, said) = place.try_git(&clone, &["push", "origin", "main"]);
    assert!(done, "{said}");
    place.git(&clone, &["checkout", "-q", "-b", "side"]);
    write(&clone, "package-lock.json", common::package_lock(&[("good", "1.0.0"), ("evil", "1.0.0")]));
    place.commit(&clone, "evil");
    let (done, said) = place.try_git(&clone, &["push", "origin", "side"]);
    assert!(!done && said.contains("MAL-2026-1") && said.contains("1 malicious component"), "{said}");
    place.git(&clone, &["revert", "--no-edit", "HEAD"]);
    let (done, said) = place.try_git(&clone, &["push", "origin", "side"]);
    assert!(done, "nobody installs what the tip does not name: {said}");
}

#[test]
fn what_git_does_not_hand_over_is_an_error_and_no_answer() {
    let place = Place::new();
    let (server, _) = place.server(PATIENT);
    let run = |input: &str| {
        let program = env!("CARGO_BIN_EXE_formulary");
        let line = format!("printf '{input}' | '{program}' hook receive");
        place.run("sh", &server, &["-c", &line]).status.code().unwrap()
    };
    let zero = "0".repeat(40);
    let gone = "1".repeat(40);
    assert_eq!(run(""), 3, "nothing handed in");
    assert_eq!(run("nonsense\\n"), 3);
    assert_eq!(run(&format!("{zero} {gone} refs/heads/x\\n")), 3, "an object that is not there");
    assert_eq!(run(&format!("{gone} {zero} refs/heads/x\\n")), 0, "a deletion");
}

#[test]
fn the_hook_is_installed_into_a_bare_repository() {
    let place = Place::new();
    let server = place.path("bare.git");
    std::fs::create_dir_all(&server).unwrap();
    place.git(&server, &["init", "-q", "--bare"]);
    assert_eq!(place.formulary(&server, &["hook", "install"]).0, 3, "nobody commits there");
    let args = ["hook", "install", "--receive", "--within", "120", "--appeal", "it's us"];
    let (code, said) = place.formulary(&server, &args);
    assert_eq!(code, 0, "{said}");
    assert!(place.formulary(&server, &args).1.contains("already there"));
    let clone = place.repository("clone");
    write(&clone, "a.txt", format!("{}\n", token(10)));
    place.commit(&clone, "first");
    let (done, said) = place.try_git(&clone, &["push", server.to_str().unwrap(), "main"]);
    assert!(!done && said.contains("Appeal to it's us"), "{said}");
    assert_eq!(place.formulary(&server, &["hook", "remove", "--receive"]).0, 0);
    assert!(place.try_git(&clone, &["push", server.to_str().unwrap(), "main"]).0);
}
