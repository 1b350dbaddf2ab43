//! Closures in the repository's own files, with the real program: written, refused, shown, ended; what the
//! publication's answer makes of them; HANDLING_INSTRUCTIONS.md beside them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use std::fs;

use common::{Answer, Scene, TODAY, git};
use serde_json::Value;

const ATTACKER: &str = "Claimants who work in groups and share scripts";
const ADDS: &str = "The exact thresholds that they probe for today";
const HARM: &str = "Claims just under each threshold are paid from care budgets";
const REASON: &str = "Found in the review of March; the rest of the service is open";

/// A repository with owner, route and licence: what no closure cures is met.
fn scene() -> Scene {
    let scene = Scene::new();
    scene
        .file("README.md", "# Claims\n\nPays claims.\n")
        .file("LICENSE", include_str!("../../../LICENSE-MIT"))
        .file("SECURITY.md", "# Security\n\nReport a flaw in private to security@hospital.example. We answer in two days.\n")
        .file("CODEOWNERS", "* claims@hospital.example\n")
        .file(
            "formulary.toml",
            "name = \"Claims\"\ntier = \"operational\"\nvisibility = \"private\"\n[owner]\nrole = \"Claims team\"\ncontact = \"claims@hospital.example\"\nconfirmed = 2026-08-01\n",
        )
        .file("src/claims.py", "print('claims')\n")
        .file("src/fraud/rules.py", "LIMIT = 500\n");
    scene.commit();
    scene
}

fn add(scene: &Scene, more: &[&str]) -> Answer {
    let mut args = vec!["closure", "add", "--yes", "--as-of", TODAY, "--attacker", ATTACKER];
    args.extend(["--adds", ADDS, "--harm", HARM, "--reason", REASON]);
    args.extend(more);
    scene.run(&args)
}

fn check(scene: &Scene, more: &[&str]) -> Answer {
    let mut args = vec!["--publish"];
    args.extend(more);
    scene.check(&args)
}

/// The same on another day.
fn later(scene: &Scene, day: &str) -> Answer {
    scene.run(&["check", ".", "--publish", "--format", "json", "--as-of", day])
}

fn reason(answer: &Answer, control: &str) -> Option<Value> {
    let value = answer.json();
    let verdict = value["verdicts"].as_array()?.iter().find(|v| v["purpose"] == "publish")?.clone();
    verdict["reasons"].as_array()?.iter().find(|r| r["control"] == control).cloned()
}

fn read(scene: &Scene, file: &str) -> String {
    fs::read_to_string(scene.root().join(file)).unwrap()
}

#[test]
fn a_closure_of_the_repository_makes_what_keeps_it_closed_conditional_until_its_end() {
    let scene = scene();
    scene.file("settings.py", format!("TOKEN = \"{}\"\n", git::token(7)));
    scene.commit();
    assert_eq!(check(&scene, &[]).outcome("publish"), "refused");
    let done = add(&scene, &["--id", "whole", "--scope", "repository", "--until", "2027-01-31"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(
        done.out.contains("Wrote closure `whole`") && done.out.contains("publish: conditional"),
        "{done:?}"
    );
    scene.commit();
    let answer = check(&scene, &[]);
    assert_eq!((answer.outcome("publish").as_str(), answer.code), ("conditional", 0), "{answer:?}");
    let closure = reason(&answer, "closure").unwrap();
    assert!(closure["why"].as_str().unwrap().contains("until 2027-01-31 (162 days left)"), "{closure}");
    assert_eq!(reason(&answer, "no-secret").unwrap()["excepted_until"], "2027-01-31");
    assert_eq!(answer.state("no-secret"), "not-met", "a closure mends nothing");
    assert_eq!(reason(&answer, "handling-instructions"), None, "{answer:?}");
    let due = &answer.json()["obligations"];
    assert!(
        due.as_array()
            .unwrap()
            .iter()
            .any(|o| o["control"] == "closure" && o["due"] == "2027-01-31" && o["who"] == "Claims team"),
        "{due}"
    );
    // The three answers stand in the files that people wrote, and in no assessment.
    assert!(!answer.out.contains(ADDS));
    let text = scene.run(&["check", ".", "--publish", "--as-of", TODAY]).out;
    assert!(text.contains("it stays closed until 2027-01-31") && text.contains("162 days left"), "{text}");
    assert!(text.lines().all(|l| l.chars().count() <= 100), "{text}");
    let handling = read(&scene, "HANDLING_INSTRUCTIONS.md");
    assert!(handling.contains("responsible_role: \"Claims team\"") && handling.contains(HARM), "{handling}");

    // Near its end it is a finding, past its end a refusal; ended, it is neither.
    let near = later(&scene, "2027-01-10");
    assert!(near.has_finding("closure-ends") && near.outcome("publish") == "conditional", "{near:?}");
    let past = later(&scene, "2027-02-01");
    assert!(past.has_finding("closure-lapsed") && past.outcome("publish") == "refused", "{past:?}");
    assert_eq!(reason(&past, "closure").unwrap()["outcome"], "refused");
    let done = scene.run(&["closure", "end", "whole", "--as-of", "2027-02-01"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(read(&scene, "formulary.debt.toml").contains("ended = 2027-02-01"));
    assert!(read(&scene, "HANDLING_INSTRUCTIONS.md").contains("Nothing is kept closed"));
    let after = later(&scene, "2027-02-01");
    assert_eq!(reason(&after, "closure"), None, "{after:?}");
    assert_eq!(after.outcome("publish"), "refused", "the secret is still there");
}

#[test]
fn a_closure_of_paths_speaks_for_what_lies_in_them_alone() {
    let scene = scene();
    scene.file("src/fraud/key.py", format!("TOKEN = \"{}\"\n", git::token(8)));
    scene.commit();
    let done = add(&scene, &["--id", "fraud", "--scope", "src/fraud", "--until", "2026-12-01"]);
    assert_eq!(done.code, 0, "{done:?}");
    let answer = check(&scene, &[]);
    let secret = reason(&answer, "no-secret").unwrap();
    assert_eq!(
        (&secret["outcome"], &secret["excepted_until"]),
        (&"conditional".into(), &"2026-12-01".into()),
        "{secret}"
    );
    assert!(
        reason(&answer, "closure").unwrap()["remedy"].as_str().unwrap().starts_with("Keep src/fraud out")
    );
    // One more outside of them is not covered.
    scene.file("src/key.py", format!("TOKEN = \"{}\"\n", git::token(9)));
    let answer = check(&scene, &[]);
    assert_eq!(reason(&answer, "no-secret").unwrap()["outcome"], "refused", "{answer:?}");
}

#[test]
fn what_no_closure_may_be_is_refused_and_nothing_is_written() {
    let scene = scene();
    let before = fs::read_dir(scene.root()).unwrap().count();
    let long = ["--until", "2026-12-01"];
    for (more, why) in [
        (vec!["--scope", "*"], "a closure is narrow"),
        (vec!["--scope", "."], "a closure is narrow"),
        (vec!["--scope", "all"], "a closure is narrow"),
        (vec!["--scope", "../other"], "may not leave the repository"),
        (vec!["--scope", "nowhere"], "nothing lies in `nowhere`"),
        (vec!["--scope", "src"], "add up to every folder"),
        (vec!["--scope", "repository", "--scope", "src/fraud"], "name it alone"),
        (vec![], "a closure says"),
    ] {
        let mut args = vec!["--id", "x"];
        args.extend(&more);
        args.extend(long);
        let answer = add(&scene, &args);
        assert!(answer.code == 3 && answer.err.contains(why), "{more:?}: {answer:?}");
    }
    for (until, why) in [
        ("2027-08-23", "a year at most"),
        ("2026-08-22", "would have ended"),
        ("2026-08-01", "would have ended"),
    ] {
        let answer = add(&scene, &["--scope", "src/fraud", "--until", until]);
        assert!(answer.code == 3 && answer.err.contains(why), "{until}: {answer:?}");
    }
    let answer = add(&scene, &["--scope", "src/fraud"]);
    assert!(answer.code == 3 && answer.err.contains("--until"), "no end: {answer:?}");
    let formula = scene.run(&[
        "closure",
        "add",
        "--yes",
        "--as-of",
        TODAY,
        "--scope",
        "src/fraud",
        "--until",
        "2026-12-01",
        "--attacker",
        "Security reasons.",
        "--adds",
        ADDS,
        "--harm",
        HARM,
        "--reason",
        REASON,
    ]);
    assert!(formula.code == 3 && formula.err.contains("does not say who would attack"), "{formula:?}");
    // Nobody answers.
    scene.file("formulary.toml", "name = \"Claims\"\n");
    let answer = add(&scene, &["--scope", "src/fraud", "--until", "2026-12-01"]);
    assert!(answer.code == 3 && answer.err.contains("--owner"), "{answer:?}");
    assert_eq!(fs::read_dir(scene.root()).unwrap().count(), before, "nothing was written");
}

#[test]
fn no_closure_cures_a_missing_owner_route_or_mending() {
    let scene = scene();
    fs::remove_file(scene.root().join("SECURITY.md")).unwrap();
    let answer = add(&scene, &["--scope", "repository", "--until", "2026-12-01"]);
    assert!(answer.code == 3 && answer.err.contains("does not cure reporting-route"), "{answer:?}");
    // Written while it was there, and then it went: the closure does not reach it.
    scene.file("SECURITY.md", "# Security\n\nReport a flaw in private to security@hospital.example.\n");
    assert_eq!(add(&scene, &["--id", "one", "--scope", "repository", "--until", "2026-12-01"]).code, 0);
    fs::remove_file(scene.root().join("SECURITY.md")).unwrap();
    let answer = check(&scene, &[]);
    assert_eq!(answer.outcome("publish"), "refused", "{answer:?}");
    let closure = reason(&answer, "closure").unwrap();
    assert!(closure["remedy"].as_str().unwrap().contains("does not cure reporting-route: mend or retire"));
}

#[test]
fn where_the_committee_decides_it_is_a_proposal_that_cures_nothing() {
    let scene = scene();
    scene.file("settings.py", format!("TOKEN = \"{}\"\n", git::token(7)));
    scene.commit();
    let done = add(&scene, &["--id", "one", "--scope", "repository", "--until", "2027-07-31"]);
    assert!(done.code == 0 && done.out.contains("proposed until 2027-07-31"), "{done:?}");
    assert!(!scene.root().join("HANDLING_INSTRUCTIONS.md").exists());
    let answer = check(&scene, &[]);
    assert_eq!(answer.outcome("publish"), "refused");
    let closure = reason(&answer, "closure").unwrap();
    assert_eq!(closure["outcome"], "referred");
    assert!(closure["why"].as_str().unwrap().contains("beyond 183 days"), "{closure}");
    // The file that a register's review takes.
    let toml = scene.run(&["closure", "show", "one", "--toml", "--as-of", TODAY]);
    assert!(toml.out.contains("publication_adds") && toml.out.contains("until = 2027-07-31"), "{toml:?}");
    // A clinical system's closure is always the committee's, and a team cannot stretch its own by renewing.
    let clinical = self::scene();
    assert_eq!(add(&clinical, &["--id", "a", "--scope", "src/fraud", "--until", "2026-12-01"]).code, 0);
    let answer = check(&clinical, &["--tier", "clinical"]);
    assert!(reason(&answer, "closure").unwrap()["why"].as_str().unwrap().contains("at the clinical tier"));
    let done = clinical.run(&[
        "closure",
        "add",
        "--yes",
        "--as-of",
        "2026-12-01",
        "--id",
        "b",
        "--scope",
        "src/fraud",
        "--until",
        "2027-04-01",
        "--attacker",
        ATTACKER,
        "--adds",
        ADDS,
        "--harm",
        HARM,
        "--reason",
        REASON,
    ]);
    assert!(done.out.contains("proposed until 2027-04-01"), "222 days since the first: {done:?}");
    let list = clinical.run(&["closure", "list", "--as-of", "2026-12-01"]).out;
    assert!(list.contains("a: 2026-08-22 to 2026-12-01, in force, 0 days left"), "{list}");
    assert!(list.contains("b: 2026-12-01 to 2027-04-01, proposed, beyond 183 days"), "{list}");
}

#[test]
fn what_people_wrote_stays_in_both_files() {
    let scene = scene();
    let theirs = "# Kept by hand\n\n[[obligations]]\nid = \"o\"\ncontrol = \"readme\"\nwhat = \"Write the missing parts\"\nowner = \"Claims team\"\nfrom = 2026-08-01\nuntil = 2026-12-01\n";
    scene.file("formulary.debt.toml", theirs);
    scene.file(
        "HANDLING_INSTRUCTIONS.md",
        "---\nclassification: OFFICIAL\nhandling_group: Claims\nlast_reviewed_on: 2026-08-01\nreview_in: 6 months\nresponsible_role: Claims team\nresponsible_role_contact: claims@hospital.example\n---\n\nAsk at the front desk.\n",
    );
    assert_eq!(add(&scene, &["--id", "one", "--scope", "src/fraud", "--until", "2026-12-01"]).code, 0);
    assert!(read(&scene, "formulary.debt.toml").starts_with(theirs.trim_end()));
    let handling = read(&scene, "HANDLING_INSTRUCTIONS.md");
    assert!(handling.contains("Ask at the front desk.") && handling.contains("closure one until 2026-12-01"));
    assert!(handling.starts_with("---\nclassification: OFFICIAL\nhandling_group: Claims\n"));
    assert_eq!(reason(&check(&scene, &[]), "handling-instructions"), None);
    // The instructions have to be there, and to say the same.
    fs::remove_file(scene.root().join("HANDLING_INSTRUCTIONS.md")).unwrap();
    let answer = check(&scene, &[]);
    assert!(answer.has_finding("handling-missing"), "{answer:?}");
    assert_eq!(reason(&answer, "handling-instructions").unwrap()["outcome"], "conditional");
    scene.file("HANDLING_INSTRUCTIONS.md", handling.replace("until 2026-12-01", "until 2027-12-01"));
    assert!(check(&scene, &[]).has_finding("handling-differs"));
    assert_eq!(scene.run(&["closure", "handling", "--as-of", TODAY]).code, 0);
    assert_eq!(read(&scene, "HANDLING_INSTRUCTIONS.md"), handling);
    // A second first look takes debt anew, and forgets no closure.
    assert_eq!(scene.run(&["init", "--force", "--yes", "--as-of", TODAY]).code, 0);
    assert!(read(&scene, "formulary.debt.toml").contains("id = \"one\""));
}

#[test]
fn the_answer_can_be_replayed_without_the_files() {
    let scene = scene();
    assert_eq!(add(&scene, &["--id", "one", "--scope", "repository", "--until", "2026-12-01"]).code, 0);
    let answer = check(&scene, &[]);
    fs::write(scene.path("kept.json"), &answer.out).unwrap();
    let again = scene.run(&["replay", scene.path("kept.json").to_str().unwrap()]);
    assert_eq!(again.code, 0, "{again:?}");
}

#[test]
fn a_debt_file_edited_into_something_wider_is_refused_by_line() {
    let scene = scene();
    assert_eq!(add(&scene, &["--id", "one", "--scope", "src/fraud", "--until", "2026-12-01"]).code, 0);
    let text = read(&scene, "formulary.debt.toml");
    scene.file("formulary.debt.toml", text.replace("[\"src/fraud\"]", "[\"**\"]"));
    let answer = check(&scene, &[]);
    assert!(
        answer.code == 3 && answer.err.contains("formulary.debt.toml:") && answer.err.contains("narrow"),
        "{answer:?}"
    );
}

#[test]
fn what_a_register_decided_wins_over_the_file() {
    let scene = scene();
    assert_eq!(add(&scene, &["--id", "one", "--scope", "repository", "--until", "2026-12-01"]).code, 0);
    let body = common::body::Body::founded(&scene, "north", "");
    fs::write(
        scene.path("closure.toml"),
        format!(
            "attacker = \"{ATTACKER}\"\npublication_adds = \"{ADDS}\"\npath_to_harm = \"{HARM}\"\nscope = [\"repository\"]\nowner = \"Claims team\"\ncontact = \"claims@hospital.example\"\nuntil = \"2026-09-04\"\n"
        ),
    )
    .unwrap();
    body.does(
        "2026-08-22T10:00:00Z",
        "p-02",
        &[
            "decision",
            "close",
            "--subject",
            "repository:Claims",
            "--publication",
            "--cause",
            "secret",
            "--closure",
            scene.path("closure.toml").to_str().unwrap(),
            "--mend",
            "Rotate the key",
            "--reason",
            "A key was found",
            "--clause",
            "OUT-01",
        ],
    );
    let register = body.register();
    let day = "2026-08-22T12:00:00Z";
    let answer =
        scene.run(&["check", ".", "--publish", "--format", "json", "--as-of", day, "--register", &register]);
    let closure = reason(&answer, "closure").unwrap_or_else(|| panic!("{answer:?}"));
    assert!(
        closure["why"].as_str().unwrap().contains("by a decision until 2026-09-04 (13 days left)"),
        "{closure}"
    );
    assert!(answer.has_finding("closure-differs") && answer.has_finding("closure-ends"), "{answer:?}");
}

#[test]
fn the_estate_shows_the_days_left() {
    let scene = scene();
    assert_eq!(add(&scene, &["--id", "one", "--scope", "repository", "--until", "2026-12-01"]).code, 0);
    scene.commit();
    let value = scene.run(&["estate", ".", "--as-of", TODAY, "--format", "json"]).json();
    let closure = &value["rows"][0]["judged"]["closure"];
    assert_eq!((&closure["days_left"], &closure["live"]), (&101.into(), &true.into()), "{value}");
    assert_eq!(value["totals"]["openness"]["closed_with_closure"], 1);
}
