//! `check --staged` and the hook before a commit, with real git.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use common::{
    Scene, TODAY,
    git::{Place, nhs_number, token, write},
};

const STAGED: [&str; 4] = ["check", "--staged", "--as-of", TODAY];

#[test]
fn only_what_is_staged_is_judged_and_no_value_is_printed() {
    let place = Place::new();
    let folder = place.repository("w");
    let secret = token(1);
    write(&folder, "src/a.py", "x = 1\n");
    place.git(&folder, &["add", "."]);
    write(&folder, "src/a.py", format!("x = '{secret}'\n"));
    write(&folder, "untracked.py", format!("x = '{secret}'\n"));
    let (code, said) = place.formulary(&folder, &STAGED);
    assert_eq!(code, 0, "the work tree is not what lands: {said}");
    assert!(said.starts_with("Staged: allowed"), "silence never means success: {said}");

    place.git(&folder, &["add", "src"]);
    for args in [&STAGED[..], &["check", "--staged", "--format", "json"]] {
        let (code, said) = place.formulary(&folder, args);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("github-token") && said.contains("src/a.py:1"), "{said}");
        assert!(!said.contains(&secret[4..]), "the value is never printed");
    }
    let (_, said) = place.formulary(&folder, &STAGED);
    for part in ["git reset -q -- src/a.py", "Rotate it", "not-real", "sha256:"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    for line in said.lines() {
        assert!(line.chars().count() <= 100, "wider than 100 columns: {line}");
    }
    let (code, said) = place.formulary(&folder.join("src"), &STAGED);
    assert_eq!(code, 1, "from a folder inside as well: {said}");
}

#[test]
fn a_persons_identifier_is_stopped() {
    let place = Place::new();
    let folder = place.repository("w");
    let number = nhs_number();
    write(&folder, "data/p.csv", format!("nhs_number,surname,dob\n{number},Smith,1970-02-03\n"));
    place.git(&folder, &["add", "."]);
    let (code, said) = place.formulary(&folder, &STAGED);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("nhs-number-record") && said.contains("data/p.csv:2"), "{said}");
    assert!(!said.contains(&number) && !said.contains("Smith"), "{said}");
}

#[test]
fn a_change_that_makes_nothing_worse_passes() {
    let place = Place::new();
    let folder = place.repository("w");
    let secret = token(2);
    write(&folder, "a.env", format!("TOKEN={secret}\n"));
    write(&folder, "other.txt", "1\n");
    place.commit(&folder, "it stands there already");
    let passes = |why: &str| {
        let (code, said) = place.formulary(&folder, &STAGED);
        assert_eq!(code, 0, "{why}: {said}");
    };
    write(&folder, "a.env", format!("# more\nTOKEN={secret}\n"));
    place.git(&folder, &["add", "."]);
    passes("edited elsewhere in the file");
    place.git(&folder, &["mv", "-f", "a.env", "b.env"]);
    passes("moved");
    place.git(&folder, &["rm", "-q", "-f", "b.env"]);
    passes("removed");
    place.git(&folder, &["reset", "-q", "--hard"]);
    write(&folder, "c.env", format!("TOKEN={secret}\n"));
    place.git(&folder, &["add", "."]);
    let (code, said) = place.formulary(&folder, &STAGED);
    assert_eq!(code, 1, "a copy is one place more: {said}");
    place.git(&folder, &["reset", "-q", "--hard"]);

    // What is merged stood in its own branch.
    place.git(&folder, &["checkout", "-q", "-b", "side"]);
    write(&folder, "side.env", format!("TOKEN={}\n", token(3)));
    place.commit(&folder, "side");
    place.git(&folder, &["checkout", "-q", "main"]);
    write(&folder, "other.txt", "2\n");
    place.commit(&folder, "main moves on");
    place.git(&folder, &["merge", "-q", "--no-commit", "--no-ff", "side"]);
    passes("merged from a branch that had it");
    write(&folder, "side.env", format!("TOKEN={}\n", token(4)));
    place.git(&folder, &["add", "."]);
    let (code, said) = place.formulary(&folder, &STAGED);
    assert_eq!(code, 1, "slipped in by the merge itself: {said}");
}

#[test]
fn an_exception_not_real_holds_until_its_end() {
    let place = Place::new();
    let folder = place.repository("w");
    write(&folder, "t.txt", format!("TOKEN={}\n", token(5)));
    place.git(&folder, &["add", "."]);
    let (_, said) = place.formulary(&folder, &["check", "--staged", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&said).unwrap();
    let print = value["stopped"][0]["fingerprint"].as_str().unwrap();
    // The same fault that the whole check knows it by.
    let (_, whole) = place.formulary(&folder, &["check", ".", "--format", "json", "--as-of", TODAY]);
    assert!(whole.contains(print), "{print} is not a finding of the whole check");

    let entry = |kind: &str, until: &str| {
        format!(
            "[[exceptions]]\nid = \"e\"\ncontrol = \"no-secret\"\nfinding = \"{print}\"\nkind = \"{kind}\"\n\
             owner = \"Team\"\nreason = \"Made up for a test.\"\nfrom = 2026-08-01\nuntil = {until}\n"
        )
    };
    for (kind, until, expected) in
        [("not-real", "2026-09-30", 0), ("not-real", "2026-08-10", 1), ("accepted", "2026-09-30", 1)]
    {
        write(&folder, "formulary.debt.toml", entry(kind, until));
        let (code, said) = place.formulary(&folder, &STAGED);
        assert_eq!(code, 1, "an exception that is not staged does not land with it: {said}");
        place.git(&folder, &["add", "formulary.debt.toml"]);
        let (code, said) = place.formulary(&folder, &STAGED);
        assert_eq!(code, expected, "{kind} until {until}: {said}");
        place.git(&folder, &["rm", "-q", "--cached", "formulary.debt.toml"]);
    }
    write(&folder, "formulary.debt.toml", "[[exceptions]]\nid = 3\n");
    place.git(&folder, &["add", "formulary.debt.toml"]);
    assert_eq!(place.formulary(&folder, &STAGED).0, 3, "a misread declaration ends the run");
}

#[test]
fn what_cannot_be_looked_into_is_no_clean_answer() {
    let place = Place::new();
    let folder = place.repository("w");
    write(&folder, "data.db", b"SQLite format 3\0\0\0\0");
    write(&folder, "picture.png", b"\x89PNG\r\n\x1a\n\0\0\0");
    place.git(&folder, &["add", "."]);
    let (code, said) = place.formulary(&folder, &STAGED);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("data.db") && said.contains("--unread accept"), "{said}");
    assert!(!said.contains("picture.png"), "a picture is no place for text: {said}");
    let (code, said) = place.formulary(&folder, &["check", "--staged", "--unread", "accept"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("Not looked into: data.db"), "it says that nobody looked: {said}");
    assert_eq!(place.formulary(&place.path("."), &STAGED).0, 3, "no repository, no answer");
}

#[test]
fn the_files_looked_at_are_those_that_git_names() {
    let place = Place::new();
    let folder = place.repository("w");
    let looked = |why: &str| {
        let (_, said) = place.formulary(&folder, &["check", "--staged", "--format", "json"]);
        let value: serde_json::Value = serde_json::from_str(&said).unwrap_or_else(|e| panic!("{e}: {said}"));
        let ours = value["looked"].as_u64().unwrap();
        let against = if place.try_git(&folder, &["rev-parse", "-q", "--verify", "HEAD"]).0 {
            "HEAD".to_owned()
        } else {
            place.git(&folder, &["hash-object", "-t", "tree", "/dev/null"])
        };
        let names = place.git(
            &folder,
            &["diff-index", "--cached", "--no-renames", "--diff-filter=AMT", "--name-only", "-z", &against],
        );
        assert_eq!(
            ours as usize,
            names.split('\0').filter(|name| !name.is_empty()).count(),
            "{why}: {names}"
        );
    };
    for i in 0..40 {
        write(&folder, &format!("d{}/e{}/f{i}.txt", i % 3, i % 5), format!("{i}\n"));
    }
    place.git(&folder, &["add", "."]);
    looked("before the first commit");
    place.commit(&folder, "first");
    looked("nothing staged");
    write(&folder, "d1/e1/f1.txt", "changed\n");
    write(&folder, "d1.txt", "beside a folder of the same beginning\n");
    write(&folder, "d1-x/a", "and another\n");
    place.git(&folder, &["add", "."]);
    looked("a change, a file and a folder that sort around another");
    place.git(&folder, &["rm", "-q", "-r", "d2"]);
    write(&folder, "d2", "a file where a folder was\n");
    place.git(&folder, &["add", "d2"]);
    looked("a file where a folder was");
    place.git(&folder, &["commit", "-q", "-m", "second"]);
    place.git(&folder, &["reset", "-q", "--soft", "HEAD~1"]);
    looked("the index stands on an older commit");
    place.git(&folder, &["read-tree", "HEAD"]);
    write(&folder, "later.txt", "announced\n");
    place.git(&folder, &["add", "-N", "later.txt"]);
    let (code, said) = place.formulary(&folder, &["check", "--staged", "--format", "json"]);
    assert_eq!(code, 0, "announced is not staged: {said}");
    assert!(said.contains("\"looked\":0"), "announced is not staged: {said}");
    place.git(&folder, &["reset", "-q", "--hard"]);
    place.git(&folder, &["update-index", "--index-version", "4"]);
    write(&folder, "d0/e0/f0.txt", "again\n");
    place.git(&folder, &["add", "."]);
    looked("an index of version 4");
    place.git(&folder, &["update-index", "--split-index"]);
    write(&folder, "d0/e0/f15.txt", "again\n");
    place.git(&folder, &["add", "."]);
    looked("a split index");
}

#[test]
fn malware_in_a_staged_lockfile_is_stopped_if_it_is_new() {
    let scene = Scene::new();
    let record = |id: &str, name: &str| {
        serde_json::json!({
            "id": id, "modified": "2026-08-01T00:00:00Z", "published": "2026-08-01T00:00:00Z",
            "affected": [{ "package": { "ecosystem": "npm", "name": name }, "versions": ["1.0.0"] }]
        })
    };
    scene.record("npm", &record("MAL-2026-1", "evil")).record("npm", &record("MAL-2026-2", "old")).import();
    let feeds = scene.path("feeds");
    let place = Place::new();
    let folder = place.repository("w");
    write(&folder, "web/package-lock.json", common::package_lock(&[("old", "1.0.0")]));
    place.commit(&folder, "it stands there already");
    let args = ["check", "--staged", "--as-of", TODAY, "--feeds", feeds.to_str().unwrap()];
    write(&folder, "web/package-lock.json", common::package_lock(&[("old", "1.0.0"), ("good", "1.0.0")]));
    place.git(&folder, &["add", "."]);
    let (code, said) = place.formulary(&folder, &args);
    assert_eq!(code, 0, "{said}");
    write(&folder, "web/package-lock.json", common::package_lock(&[("old", "1.0.0"), ("evil", "1.0.0")]));
    place.git(&folder, &["add", "."]);
    let (code, said) = place.formulary(&folder, &args);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("MAL-2026-1") && !said.contains("MAL-2026-2"), "{said}");
    let (code, said) = place.formulary(&folder, &STAGED);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("No advisories are loaded"), "what was not looked up is said: {said}");
}

#[test]
fn the_hook_stops_a_commit_however_it_is_made() {
    let place = Place::new();
    let folder = place.repository("w");
    write(&folder, "a.txt", "1\n");
    write(&folder, "b.txt", "1\n");
    place.commit(&folder, "first");
    let (code, said) = place.formulary(&folder, &["hook", "install"]);
    assert_eq!(code, 0, "{said}");
    let (_, again) = place.formulary(&folder, &["hook", "install"]);
    assert!(again.contains("already there"), "{again}");

    write(&folder, "a.txt", format!("{}\n", token(6)));
    for args in [&["commit", "-am", "all"][..], &["commit", "a.txt", "-m", "one path"]] {
        let (done, said) = place.try_git(&folder, args);
        assert!(!done && said.contains("github-token"), "{args:?}: {said}");
    }
    write(&folder, "b.txt", "2\n");
    let (done, said) = place.try_git(&folder, &["commit", "b.txt", "-m", "the other path alone"]);
    assert!(done, "a.txt is not in this commit: {said}");
    place.git(&folder, &["commit", "-q", "--no-verify", "-am", "passed by, once"]);

    // A linked work tree has an index of its own and shares the hook.
    let linked = place.path("linked");
    place.git(&folder, &["worktree", "add", "-q", linked.to_str().unwrap(), "-b", "side"]);
    write(&linked, "c.txt", format!("{}\n", token(7)));
    place.git(&linked, &["add", "."]);
    let (done, said) = place.try_git(&linked, &["commit", "-m", "linked"]);
    assert!(!done && said.contains("c.txt:1"), "{said}");

    let (code, said) = place.formulary(&folder, &["hook", "remove"]);
    assert_eq!(code, 0, "{said}");
    assert!(place.try_git(&linked, &["commit", "-m", "linked"]).0, "the hook is gone");
    assert_eq!(place.formulary(&folder, &["hook", "remove"]).0, 0, "removing twice is harmless");
}

#[test]
fn a_hook_of_somebody_else_is_never_touched() {
    let place = Place::new();
    let folder = place.repository("w");
    let theirs = "#!/bin/sh\nexit 0\n";
    write(&folder, ".git/hooks/pre-commit", theirs);
    let (code, said) = place.formulary(&folder, &["hook", "install"]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("formulary check --staged || exit 1"), "it says how to chain: {said}");
    assert_eq!(place.formulary(&folder, &["hook", "remove"]).0, 3);
    assert_eq!(std::fs::read_to_string(folder.join(".git/hooks/pre-commit")).unwrap(), theirs);

    // The repository's own folder of hooks is respected.
    place.git(&folder, &["config", "core.hooksPath", ".githooks"]);
    let (code, said) = place.formulary(&folder, &["hook", "install"]);
    assert_eq!(code, 0, "{said}");
    assert!(folder.join(".githooks/pre-commit").is_file(), "{said}");
    place.git(&folder, &["config", "--unset", "core.hooksPath"]);

    // One that other repositories use is not written without being asked.
    let shared = place.path("shared");
    place.git(&folder, &["config", "--global", "core.hooksPath", shared.to_str().unwrap()]);
    let (code, said) = place.formulary(&folder, &["hook", "install"]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("--shared") && !shared.exists(), "{said}");
    assert_eq!(place.formulary(&folder, &["hook", "install", "--shared"]).0, 0);
    assert!(shared.join("pre-commit").is_file());
    assert_eq!(place.formulary(&place.path("."), &["hook", "install"]).0, 3, "no repository");
}
