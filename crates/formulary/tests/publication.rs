//! Calibration of the question whether a repository may be public: on repositories made here, one of
//! each kind, and on whole public repositories at named commits (`publication/repositories.toml`)
//! where `FORMULARY_REPOSITORIES` names a folder that holds them checked out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use common::{Answer, Scene, TODAY, advisory, corpus, corpus_feeds, package_lock, run_in};
use serde_json::Value;

/// All eight parts, a licence, a private route, an owner, tests that gate, a catalogue entry.
fn well_kept() -> Scene {
    let scene = Scene::new();
    let readme = "# Ward list\n\nA web page that shows the wards of a hospital and who answers for each.\n\n\
        ## Status\n\nIn use and actively maintained.\n\n\
        ## Contact\n\nWard systems, ward-systems@hospital.example.\n\n\
        ## Data\n\nIt stores no personal data; the test data are synthetic data.\n\n\
        ## Prerequisites\n\nNode 22.\n\n\
        ## Installation\n\nRun `npm ci`, then `npm start`.\n\n\
        ## Licence\n\nMIT licence, see LICENSE.\n\n\
        ## Legal\n\nNot a medical device; it is not intended for clinical use.\n";
    scene
        .file("README.md", readme)
        .file("LICENSE", include_str!("../../../LICENSE-MIT"))
        .file(
            "SECURITY.md",
            "# Security\n\nReport a flaw in private to security@hospital.example. We answer within two working days.\n",
        )
        .file("CODEOWNERS", "* ward-systems@hospital.example\n")
        .file(
            "formulary.toml",
            "name = \"Ward list\"\ntier = \"operational\"\n[owner]\nrole = \"Ward systems\"\ncontact = \"ward-systems@hospital.example\"\nconfirmed = 2026-08-01\n",
        )
        .file("package.json", r#"{"name":"subject","version":"1.0.0","dependencies":{"example":"1.0.0"},"scripts":{"test":"node --test"}}"#)
        .file("package-lock.json", package_lock(&[("example", "1.0.0")]))
        .file("server.js", "console.log('wards')\n")
        .file("test/server.test.js", "require('node:test')('wards', () => {})\n")
        .file(
            ".github/workflows/test.yml",
            "on: pull_request\npermissions:\n  contents: read\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npm ci && npm test\n",
        )
        .record("npm", &advisory("GHSA-1111-1111-1111", "npm", "some-other-lib", "2.0.0", "2026-01-01T00:00:00Z"))
        .import();
    scene
}

/// Two commits, the last on this day.
fn history(scene: &Scene, last: &str) {
    let root = scene.root();
    git(&root, &["init", "-q", "-b", "main"], last);
    git(&root, &["add", "README.md"], "2018-01-01");
    git(&root, &["commit", "-q", "-m", "begin"], "2018-01-01");
    git(&root, &["add", "-A"], last);
    git(&root, &["commit", "-q", "-m", "the rest"], last);
}

fn git(root: &Path, args: &[&str], day: &str) -> String {
    let when = format!("{day}T12:00:00Z");
    let done = Command::new("git")
        .args(["-c", "user.name=T", "-c", "user.email=t@hospital.example", "-c", "safe.directory=*"])
        .args(args)
        .current_dir(root)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_AUTHOR_DATE", &when)
        .env("GIT_COMMITTER_DATE", &when)
        .output()
        .unwrap();
    assert!(done.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

/// The reason that the publication verdict gives for a control.
fn reason(answer: &Answer, control: &str) -> Option<Value> {
    let value = answer.json();
    let verdict = value["verdicts"].as_array()?.iter().find(|v| v["purpose"] == "publish")?.clone();
    verdict["reasons"].as_array()?.iter().find(|r| r["control"] == control).cloned()
}

#[test]
fn a_well_kept_repository_stays_public_and_may_become_public_but_for_what_nobody_read() {
    let scene = well_kept();
    history(&scene, "2026-08-01");
    let public = scene.check(&["--publish", "--visibility", "public"]);
    assert!(matches!(public.outcome("publish").as_str(), "allowed" | "conditional"), "{}", public.out);
    assert_eq!(public.code, 0);
    for met in
        ["licence", "owner-route", "reporting-route", "flaws", "readme", "workflow-safe", "no-binaries"]
    {
        assert_eq!(public.state(met), "met", "{met}: {}", public.out);
    }
    let private = scene.check(&["--publish", "--visibility", "private"]);
    assert!(!matches!(private.outcome("publish").as_str(), "refused"), "{}", private.out);
}

#[test]
fn the_same_with_a_planted_secret_is_refused_for_it() {
    let scene = well_kept();
    // In two parts, so that this file raises no alarm itself.
    let secret = ["AKIA", "Q3EGRIXPAJDYVUW7"].concat();
    scene.file("settings.py", format!("AWS_ACCESS_KEY_ID = \"{secret}\"\n"));
    history(&scene, "2026-08-01");
    for visibility in ["public", "private"] {
        let answer = scene.check(&["--publish", "--visibility", visibility]);
        assert_eq!((answer.outcome("publish").as_str(), answer.code), ("refused", 1), "{}", answer.out);
        assert_eq!(reason(&answer, "no-secret").unwrap()["outcome"], "refused", "{}", answer.out);
        assert!(!answer.out.contains(&secret[4..]));
    }
}

#[test]
fn the_same_with_a_flaw_past_its_day_must_mend_it_and_may_not_become_public() {
    let scene = well_kept();
    scene
        .record("npm", &advisory("GHSA-2222-2222-2222", "npm", "example", "2.0.0", "2025-01-01T00:00:00Z"))
        .import();
    history(&scene, "2026-08-01");
    let public = scene.check(&["--publish", "--visibility", "public"]);
    assert_eq!(public.outcome("publish"), "conditional", "{}", public.out);
    assert!(reason(&public, "flaws").unwrap()["remedy"].as_str().unwrap().contains("mend or retire"));
    assert_eq!(scene.check(&["--publish", "--visibility", "private"]).outcome("publish"), "refused");
}

#[test]
fn a_ceased_repository_is_told_to_archive_or_retire_and_never_to_close() {
    let scene = well_kept();
    history(&scene, "2023-01-15");
    let answer = scene.check(&["--publish", "--visibility", "public"]);
    assert_eq!((answer.outcome("publish").as_str(), answer.code), ("conditional", 0), "{}", answer.out);
    assert_told_to_retire(&answer);
    // The front page says so: nothing is left to do.
    scene.file("README.md", "# Ward list\n\n> **This repository is archived.** Use the other one.\n");
    let answer = scene.check(&["--publish", "--visibility", "public"]);
    assert_eq!(answer.state("alive-or-archived"), "met", "{}", answer.out);
    // One commit more, and it is no longer called ceased.
    let alive = well_kept();
    history(&alive, "2025-11-01");
    assert_ne!(alive.check(&["--publish", "--visibility", "public"]).state("alive-or-archived"), "not-met");
}

#[test]
fn a_change_to_a_ceased_repository_is_not_worse_for_its_age() {
    let scene = well_kept();
    history(&scene, "2023-01-15");
    scene.file("notes.txt", "nothing\n");
    let feeds = scene.path("feeds");
    let change = scene.run(&[
        "check",
        ".",
        "--publish",
        "--visibility",
        "public",
        "--since",
        "HEAD",
        "--as-of",
        TODAY,
        "--feeds",
        feeds.to_str().unwrap(),
    ]);
    assert_eq!(change.code, 0, "{change:?}");
}

fn assert_told_to_retire(answer: &Answer) {
    assert_eq!(answer.state("alive-or-archived"), "not-met", "{}", answer.out);
    let remedy = reason(answer, "alive-or-archived").unwrap()["remedy"].as_str().unwrap().to_owned();
    assert!(remedy.contains("Archive it") && remedy.contains("retire"), "{remedy}");
    assert!(remedy.contains("Closing it is no remedy"), "{remedy}");
}

#[test]
fn a_dumped_repository_must_name_who_answers_and_may_not_become_public_like_that() {
    let scene = Scene::new();
    scene
        .file("main.py", "print('wards')\n")
        .file("requirements.txt", "example==1.0.0\n")
        .record(
            "PyPI",
            &advisory("GHSA-1111-1111-1111", "PyPI", "some-other-lib", "2.0.0", "2026-01-01T00:00:00Z"),
        )
        .import();
    git(&scene.root(), &["init", "-q", "-b", "main"], "2026-08-01");
    git(&scene.root(), &["add", "-A"], "2026-08-01");
    git(&scene.root(), &["commit", "-q", "-m", "initial import"], "2026-08-01");
    let public = scene.check(&["--publish", "--visibility", "public"]);
    assert_eq!(public.outcome("publish"), "conditional", "{}", public.out);
    for missing in ["licence", "reporting-route", "owner-route", "readme"] {
        assert!(reason(&public, missing).is_some(), "{missing}: {}", public.out);
    }
    let private = scene.check(&["--publish", "--visibility", "private"]);
    assert_eq!(private.outcome("publish"), "refused", "{}", private.out);
}

#[test]
fn a_clinical_repository_with_its_safety_case_is_conditional_and_without_the_notice_must_add_it() {
    let scene = well_kept();
    scene
        .file(
            "formulary.toml",
            "name = \"Doses\"\ntier = \"clinical\"\n[owner]\nrole = \"Ward systems\"\ncontact = \"ward-systems@hospital.example\"\nconfirmed = 2026-08-01\n",
        )
        .file("docs/clinical-safety/safety-case-report.md", "# Clinical safety case report\n\nVersion 1.0, DCB0129.\n")
        .file("docs/clinical-safety/hazard-log.md", "# Hazard log\n\n| id | hazard |\n| --- | --- |\n| 1 | wrong ward |\n");
    history(&scene, "2026-08-01");
    let answer = scene.check(&["--publish", "--visibility", "public"]);
    assert!(matches!(answer.outcome("publish").as_str(), "allowed" | "conditional"), "{}", answer.out);
    assert_eq!(answer.code, 0);
    scene.file(
        "README.md",
        "# Doses\n\nA medical device that calculates the dose of insulin for a patient and recommends treatment.\n",
    );
    let claims = scene.check(&["--publish", "--visibility", "public"]);
    assert_eq!(claims.state("device-notice"), "not-met", "{}", claims.out);
    assert_eq!(claims.outcome("publish"), "conditional");
}

/// One row of `publication/repositories.toml`.
struct Repository {
    name: String,
    commit: String,
    kind: String,
    expected: String,
    differs: Option<String>,
}

fn repositories() -> Vec<Repository> {
    let text = include_str!("publication/repositories.toml");
    let table: toml::Table = text.parse().unwrap();
    let rows = table["repository"].as_array().unwrap();
    rows.iter()
        .map(|row| {
            let field = |key: &str| row[key].as_str().unwrap().to_owned();
            assert!(!field("why").is_empty());
            Repository {
                name: field("name"),
                commit: field("commit"),
                kind: field("kind"),
                expected: field("expected"),
                differs: row.get("differs").map(|v| v.as_str().unwrap().to_owned()),
            }
        })
        .collect()
}

const KINDS: [&str; 4] = ["well-kept", "clinical", "ceased", "dumped"];

#[test]
fn the_list_holds_a_dozen_repositories_of_each_kind_some_each_at_a_commit() {
    let all = repositories();
    assert!(all.len() >= 12);
    for kind in KINDS {
        assert!(all.iter().filter(|r| r.kind == kind).count() >= 2, "{kind}");
    }
    for repository in &all {
        assert!(KINDS.contains(&repository.kind.as_str()), "{}", repository.name);
        assert!(["conditional", "retire", "says-so"].contains(&repository.expected.as_str()));
        assert!(repository.commit.len() == 40 && repository.commit.bytes().all(|b| b.is_ascii_hexdigit()));
    }
}

#[test]
fn whole_public_repositories_come_out_as_a_person_expects() {
    let Some(folder) = std::env::var_os("FORMULARY_REPOSITORIES").map(PathBuf::from) else {
        println!("SKIPPED: whole public repositories: FORMULARY_REPOSITORIES is not set");
        return;
    };
    let Some(corpus) = corpus("publication") else { return };
    let feeds = corpus_feeds(&corpus).to_str().unwrap().to_owned();
    let mut rows = Vec::new();
    let mut wrong = Vec::new();
    for repository in repositories() {
        let root = folder.join(repository.name.replace('/', "__"));
        assert_eq!(git(&root, &["rev-parse", "HEAD"], TODAY), repository.commit, "{}", repository.name);
        let answer = run_in(
            &root,
            &[
                "check",
                ".",
                "--publish",
                "--visibility",
                "public",
                "--as-of",
                TODAY,
                "--feeds",
                &feeds,
                "--format",
                "json",
            ],
        );
        let outcome = answer.outcome("publish");
        let upkeep = answer.state("alive-or-archived");
        let open = matches!(outcome.as_str(), "allowed" | "conditional");
        let agrees = open
            && match repository.expected.as_str() {
                "retire" => upkeep == "not-met",
                "says-so" => upkeep == "met",
                _ => upkeep != "not-met",
            };
        if agrees == repository.differs.is_some() {
            wrong.push(format!("{}: {outcome}, upkeep {upkeep}: {}", repository.name, stopping(&answer)));
        }
        if upkeep == "not-met" {
            assert_told_to_retire(&answer);
        }
        rows.push((repository, outcome, upkeep, stopping(&answer)));
    }
    let written = render(&rows);
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/calibration-publication.md");
    if std::env::var_os("FORMULARY_WRITE").is_some() {
        fs::write(&page, &written).unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(
        fs::read_to_string(&page).unwrap_or_default(),
        written,
        "run with FORMULARY_WRITE=1 and read the change"
    );
}

/// The controls that stop it, in words.
fn stopping(answer: &Answer) -> String {
    let value = answer.json();
    let verdicts = value["verdicts"].as_array().unwrap();
    let verdict = verdicts.iter().find(|v| v["purpose"] == "publish").unwrap();
    let reasons = verdict["reasons"].as_array().unwrap().iter();
    let stops: Vec<_> = reasons
        .filter(|r| matches!(r["outcome"].as_str(), Some("refused" | "referred" | "not-evaluated")))
        .map(|r| r["control"].as_str().unwrap())
        .collect();
    stops.join(", ")
}

fn render(rows: &[(Repository, String, String, String)]) -> String {
    let outcomes = ["allowed", "conditional", "referred", "not-evaluated", "refused"];
    let mut table: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (repository, outcome, _, _) in rows {
        *table.entry((&repository.kind, outcome)).or_default() += 1;
    }
    let mut out = format!(
        "# Calibration of publication\n\nMay they stay public? Verdicts on {} whole public repositories at named commits\n\
         (`crates/formulary/tests/publication/repositories.toml`), as of {TODAY}, with the reference feeds declared\n\
         full. What is expected of each was written down before the first run. The test `publication` computes\n\
         these tables anew where `FORMULARY_REPOSITORIES` names the folder of checkouts, and fails when they\n\
         change; repositories made by the test, one of each kind and one with a planted secret, are judged always.\n\n\
         | kind | {} | told to archive or retire |\n| --- |{} ---: |\n",
        rows.len(),
        outcomes.join(" | "),
        " ---: |".repeat(outcomes.len())
    );
    for kind in KINDS {
        let cells: Vec<String> = outcomes
            .iter()
            .map(|outcome| table.get(&(kind, outcome)).copied().unwrap_or(0).to_string())
            .collect();
        let told = rows.iter().filter(|(r, _, upkeep, _)| r.kind == kind && upkeep == "not-met").count();
        let _ = writeln!(out, "| {kind} | {} | {told} |", cells.join(" | "));
    }
    out.push_str("\n| repository | kind | expected | verdict | stopped by | upkeep | where they part |\n| --- | --- | --- | --- | --- | --- | --- |\n");
    for (repository, outcome, upkeep, stops) in rows {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {outcome} | {} | {upkeep} | {} |",
            repository.name,
            repository.kind,
            repository.expected,
            if stops.is_empty() { "-" } else { stops },
            repository.differs.as_deref().unwrap_or("-")
        );
    }
    out
}
