//! Every command, as a person would use it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use std::path::Path;

use common::{Scene, TODAY, advisory, package_lock, run_in};

/// A repository with one flaw past its day and one inside it.
fn flawed() -> Scene {
    let scene = Scene::new();
    scene
        .file("package-lock.json", package_lock(&[("alpha", "1.0.0"), ("beta", "1.0.0")]))
        .file(
            "package.json",
            r#"{"name":"subject","version":"1.0.0","dependencies":{"alpha":"1.0.0","beta":"1.0.0"}}"#,
        )
        .file("CODEOWNERS", "* @hospital/everyone\n/package-lock.json @hospital/web\n")
        .record("npm", &advisory("GHSA-aaaa-aaaa-aaaa", "npm", "alpha", "1.5.0", "2026-01-10T00:00:00Z"))
        .record("npm", &advisory("GHSA-bbbb-bbbb-bbbb", "npm", "beta", "1.1.0", "2026-08-20T00:00:00Z"))
        .import();
    scene
}

fn with_feeds(scene: &Scene, args: &[&str]) -> common::Answer {
    let feeds = scene.path("feeds");
    let mut all = args.to_vec();
    all.extend(["--as-of", TODAY, "--feeds", feeds.to_str().unwrap()]);
    scene.run(&all)
}

#[test]
fn check_says_the_verdict_first_and_the_literal_command() {
    let answer = with_feeds(&flawed(), &["check", ".", "--use"]);
    assert_eq!(answer.code, 1);
    assert!(answer.out.starts_with("Use: refused"), "{}", answer.out);
    assert!(answer.out.contains("$ npm install alpha@1.5.0"), "{}", answer.out);
    assert!(answer.out.contains("assumed"), "what is assumed is said");
    for line in answer.out.lines().filter(|line| !line.trim_start().starts_with('$')) {
        assert!(line.chars().count() <= 100, "wider than 100 columns: {line}");
    }
    assert!(!answer.out.contains('\u{1b}'), "no colours when piped");
}

#[test]
fn why_explains_a_component_a_finding_and_a_control() {
    let scene = flawed();
    let component = with_feeds(&scene, &["why", "alpha"]);
    assert_eq!(component.code, 0, "{component:?}");
    for part in
        ["pkg:npm/alpha@1.0.0", "package-lock.json:", "GHSA-aaaa-aaaa-aaaa", "feed = full", "@hospital/web"]
    {
        assert!(component.out.contains(part), "{part}: {}", component.out);
    }
    let finding = with_feeds(&scene, &["why", "ghsa-aaaa-aaaa-aaaa"]);
    for part in ["BOD 26-04 row", "assumed", "npm install alpha@1.5.0", "excepted by", "next time", "INB-02"]
    {
        assert!(finding.out.contains(part), "{part}: {}", finding.out);
    }
    let control = with_feeds(&scene, &["why", "flaw-overdue"]);
    assert!(control.out.contains("forbid"), "the rule itself: {}", control.out);
    assert_eq!(with_feeds(&scene, &["why", "nothing-like-this"]).code, 3);
}

#[test]
fn who_names_the_line_that_speaks_for_the_file_or_nobody() {
    let scene = flawed();
    let answer = with_feeds(&scene, &["who", "alpha"]);
    assert!(answer.out.contains("@hospital/web"), "{}", answer.out);
    assert!(answer.out.contains("CODEOWNERS:2"), "{}", answer.out);
    assert!(answer.out.contains("patches   nobody"), "CODEOWNERS does not say who patches: {}", answer.out);
    scene.file(
        "formulary.toml",
        "[owner]\nrole = \"Ward systems\"\ncontact = \"ward@hospital.example\"\nconfirmed = 2026-08-01\npatches = \"Platform team\"\n\
         [[parts]]\nname = \"front\"\npaths = [\"web\"]\ntier = \"operational\"\n[parts.owner]\nrole = \"Front team\"\ncontact = \"front@hospital.example\"\n",
    );
    let answer = with_feeds(&scene, &["who", "alpha"]);
    for part in ["Platform team", "Ward systems, ward@hospital.example", "formulary.toml:", "2027-01-28"] {
        assert!(answer.out.contains(part), "{part}: {}", answer.out);
    }
    scene.file("web/package-lock.json", package_lock(&[("gamma", "1.0.0")]));
    assert!(with_feeds(&scene, &["who", "gamma"]).out.contains("Front team"));
    let bare = Scene::new();
    bare.file("package-lock.json", package_lock(&[("alpha", "1.0.0")]));
    let answer = bare.run(&["who", "alpha", "--as-of", TODAY]);
    assert!(answer.out.contains("answers   nobody"), "{}", answer.out);
    bare.file(
        "publiccode.yml",
        "publiccodeYmlVersion: \"0.4\"\nname: Ward list\nmaintenance:\n  type: internal\n  contacts:\n    - name: Code team\n      email: code@hospital.example\n",
    );
    assert!(bare.run(&["who", "alpha", "--as-of", TODAY]).out.contains("Code team"));
}

#[test]
fn init_records_todays_debt_and_ci_is_green_on_day_one() {
    let scene = flawed();
    let answer = with_feeds(
        &scene,
        &[
            "init",
            "--yes",
            "--name",
            "Ward list",
            "--owner",
            "Ward systems",
            "--contact",
            "ward@hospital.example",
        ],
    );
    assert_eq!(answer.code, 0, "{answer:?}");
    let check = scene.check(&["--use"]);
    assert_eq!(check.code, 0, "{}", check.out);
    assert_eq!(check.outcome("use"), "conditional");
    let debt = std::fs::read_to_string(scene.root().join("formulary.debt.toml")).unwrap();
    assert!(debt.contains("flaw-open") && debt.contains("Ward systems"), "{debt}");
    // Past its end the debt is refused, and a second init does not overwrite.
    let feeds = scene.path("feeds");
    let later = scene.run(&[
        "check",
        ".",
        "--use",
        "--as-of",
        "2026-12-01",
        "--feeds",
        feeds.to_str().unwrap(),
        "--format",
        "json",
    ]);
    assert_eq!(later.code, 1, "{}", later.out);
    assert!(later.has_finding("lapsed"), "{}", later.out);
    assert_eq!(with_feeds(&scene, &["init", "--yes"]).code, 3);
}

#[test]
fn init_never_takes_malware() {
    let scene = Scene::new();
    scene
        .file("package-lock.json", package_lock(&[("evil", "1.0.0")]))
        .record(
            "npm",
            &serde_json::json!({
                "id": "MAL-2026-1", "modified": "2026-08-01T00:00:00Z", "published": "2026-08-01T00:00:00Z",
                "affected": [{ "package": { "ecosystem": "npm", "name": "evil" }, "versions": ["1.0.0"] }]
            }),
        )
        .import();
    let answer =
        with_feeds(&scene, &["init", "--yes", "--owner", "Ward systems", "--contact", "w@hospital.example"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(answer.out.contains("may not be set aside"), "{}", answer.out);
    assert_eq!(scene.check(&["--use"]).outcome("use"), "refused");
}

#[test]
fn an_exception_that_nothing_matches_or_that_is_not_permitted_is_a_finding() {
    let scene = flawed();
    scene.file(
        "formulary.debt.toml",
        "[[exceptions]]\nid = \"a\"\ncontrol = \"flaw-open\"\nfinding = \"GHSA-zzzz-zzzz-zzzz\"\nowner = \"Ward systems\"\nreason = \"gone\"\nfrom = 2026-08-01\nuntil = 2026-09-01\n\n\
         [[exceptions]]\nid = \"b\"\ncontrol = \"malware\"\nscope = \"pkg:npm/alpha\"\nowner = \"Ward systems\"\nreason = \"no\"\nfrom = 2026-08-01\nuntil = 2026-09-01\n",
    );
    let answer = scene.check(&["--use"]);
    assert!(answer.has_finding("unused"), "{}", answer.out);
    assert!(answer.has_finding("not-permitted"), "{}", answer.out);
}

#[test]
fn a_misread_declaration_judges_nothing_and_names_line_and_key() {
    let scene = flawed();
    scene.file("formulary.toml", "name = \"Ward list\"\ntire = \"clinical\"\n");
    let answer = scene.check(&[]);
    assert_eq!(answer.code, 3);
    assert!(answer.err.contains("tier"), "the nearest key is named: {}", answer.err);
    assert!(answer.err.contains('2'), "and the line: {}", answer.err);
}

#[test]
fn compare_puts_open_and_closed_into_one_table() {
    let scene = flawed();
    let examples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/dossier");
    let answer = with_feeds(&scene, &["compare", ".", examples.to_str().unwrap(), "--format", "json"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    let value = answer.json();
    assert_eq!(value["first"]["kind"], "repository");
    assert_eq!(value["second"]["kind"], "product");
    let both =
        value["rows"].as_array().unwrap().iter().filter(|r| !r["first"].is_null() && !r["second"].is_null());
    assert!(both.count() >= 3, "{value}");
    assert!(value["first"]["verifiable"].as_u64().unwrap() > value["second"]["verifiable"].as_u64().unwrap());
}

#[test]
fn changes_is_the_sheet_between_two_revisions() {
    let scene = flawed();
    scene.commit();
    scene.file("package-lock.json", package_lock(&[("alpha", "1.5.1"), ("gamma", "2.0.0")])).commit();
    let answer = with_feeds(&scene, &["changes", "HEAD~1", "HEAD", "--format", "json"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    let value = answer.json();
    let steps: Vec<_> = value["components"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| (c["name"].as_str().unwrap(), c["step"].as_str().unwrap()))
        .collect();
    assert_eq!(steps, [("npm alpha", "minor"), ("npm beta", "removed"), ("npm gamma", "added")]);
    assert_eq!(value["gone_findings"].as_array().unwrap().len(), 2, "{value}");
    let sheet = with_feeds(&scene, &["changes", "HEAD~1", "HEAD", "--format", "markdown"]);
    assert!(sheet.out.contains("For the clinical safety officer"), "{}", sheet.out);
}

#[test]
fn another_tools_report_becomes_findings_with_owner_and_deadline() {
    let scene = flawed();
    scene.file("formulary.toml", "[owner]\nrole = \"Ward systems\"\ncontact = \"ward@hospital.example\"\n");
    let sarif = serde_json::json!({
        "version": "2.1.0",
        "runs": [{ "tool": { "driver": { "name": "Scanner", "rules": [] } }, "results": [{
            "ruleId": "sql-injection", "level": "error", "message": { "text": "a query is put together from text" },
            "locations": [{ "physicalLocation": { "artifactLocation": { "uri": "src/db.js" }, "region": { "startLine": 7 } } }]
        }] }]
    });
    let report = scene.path("report.sarif");
    std::fs::write(&report, sarif.to_string()).unwrap();
    let answer = scene.check(&["--use", "--findings", report.to_str().unwrap()]);
    let value = answer.json();
    let finding = value["findings"].as_array().unwrap().iter().find(|f| f["id"] == "sql-injection").unwrap();
    assert_eq!(finding["places"][0], "src/db.js:7");
    assert!(finding["due"].is_string(), "{finding}");
    assert!(finding["remedy"].as_str().unwrap().starts_with("Ward systems"), "{finding}");
    std::fs::write(&report, "not a report").unwrap();
    assert_eq!(scene.check(&["--findings", report.to_str().unwrap()]).code, 3);
}

#[test]
fn a_trusted_statement_excuses_a_flaw_until_its_end() {
    let scene = flawed();
    scene
        .file(
            "vex.json",
            serde_json::json!({
                "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://hospital.example/vex/1",
                "author": "Ward systems", "timestamp": "2026-08-01T00:00:00Z", "version": 1,
                "statements": [{
                    "vulnerability": { "name": "GHSA-aaaa-aaaa-aaaa" },
                    "products": [{ "@id": "pkg:npm/alpha@1.0.0" }],
                    "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path"
                }]
            })
            .to_string(),
        )
        .file(
            "formulary.toml",
            "[[vex]]\npath = \"vex.json\"\nsigner = \"Ward systems\"\nwhy = \"our own analysis\"\nuntil = 2026-09-30\n",
        );
    let answer = scene.check(&["--use"]);
    assert!(!answer.has_finding("GHSA-aaaa-aaaa-aaaa"), "{}", answer.out);
    assert!(answer.out.contains("vulnerable_code_not_in_execute_path"), "the evidence says why");
    scene.file(
        "formulary.toml",
        "[[vex]]\npath = \"vex.json\"\nsigner = \"Ward systems\"\nwhy = \"our own analysis\"\nuntil = 2026-08-01\n",
    );
    let answer = scene.check(&["--use"]);
    assert!(answer.has_finding("GHSA-aaaa-aaaa-aaaa") && answer.has_finding("trust-ended"), "{}", answer.out);
}

#[test]
fn a_purl_and_a_lockfile_alone_are_subjects_too() {
    let scene = flawed();
    let purl = with_feeds(&scene, &["check", "pkg:npm/alpha@1.0.0", "--format", "json"]);
    assert_eq!(purl.outcome("use"), "refused", "{}", purl.out);
    let file = with_feeds(&scene, &["check", "package-lock.json", "--format", "json"]);
    assert_eq!(file.json()["subject"]["kind"], "component");
    assert_eq!(file.json()["components"].as_array().unwrap().len(), 2);
    let several =
        with_feeds(&scene, &["check", "pkg:npm/beta@1.1.0", "pkg:npm/alpha@1.0.0", "--format", "json"]);
    assert_eq!(several.out.lines().count(), 2, "JSON Lines");
    assert_eq!(several.code, 1, "the worst of them");
}

#[test]
fn policy_lists_shows_tests_and_tries_out() {
    let scene = flawed();
    let list = scene.run(&["policy", "list"]);
    for pack in ["use@", "publish@", "fail-at-high@", "default-closed@", "opencode@"] {
        assert!(list.out.contains(pack), "{pack}: {}", list.out);
    }
    let show = scene.run(&["policy", "show", "flaw-overdue"]);
    assert!(show.out.contains("forbid") && show.out.contains("case"), "{}", show.out);
    let test = scene.run(&["policy", "test"]);
    assert_eq!(test.code, 0, "{test:?}");
    let kept = scene.path("kept.json");
    std::fs::write(&kept, scene.check(&["--use"]).out).unwrap();
    let tried = scene.run(&["policy", "what-if", "fail-at-high", kept.to_str().unwrap()]);
    assert_eq!(tried.code, 0, "{tried:?}");
    assert!(tried.out.contains("fail-at-high"), "{}", tried.out);
    assert_eq!(scene.run(&["policy", "list", "no-such-pack"]).code, 3);
}

#[test]
fn two_packs_that_disagree_are_shown_with_both_clauses() {
    let scene = flawed();
    let answer = with_feeds(
        &scene,
        &["check", ".", "--publish", "--visibility", "public", "--pack", "default-closed"],
    );
    assert!(answer.out.contains("disagree"), "{}", answer.out);
    assert!(answer.out.contains("publish@") && answer.out.contains("default-closed@"), "{}", answer.out);
}

#[test]
fn completions_and_help_are_answers_and_a_wrong_word_is_an_error() {
    let scene = Scene::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let answer = scene.run(&["completions", shell]);
        assert_eq!(answer.code, 0);
        assert!(answer.out.contains("formulary"), "{shell}");
    }
    assert_eq!(scene.run(&["check", "--help"]).code, 0);
    assert_eq!(scene.run(&["chekc"]).code, 3);
    assert_eq!(scene.run(&["check", "--tier", "gold"]).code, 3);
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let scene = flawed();
    let feeds = scene.path("feeds");
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_formulary"))
        .args(["check", ".", "--format", "json", "--as-of", TODAY, "--feeds", feeds.to_str().unwrap()])
        .current_dir(scene.root())
        .env_clear()
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(1), "the verdict still counts");
    assert!(!String::from_utf8_lossy(&done.stderr).contains("panic"));
}

#[test]
fn feeds_status_tells_what_is_loaded_and_nothing_when_nothing_is() {
    let scene = flawed();
    let status =
        scene.run(&["feeds", "status", "--as-of", TODAY, "--feeds", scene.path("feeds").to_str().unwrap()]);
    assert!(status.out.contains("osv/npm") && status.out.contains("full"), "{}", status.out);
    let bare = run_in(&scene.root(), &["feeds", "status"]);
    assert!(bare.out.contains("No feeds are loaded"), "{bare:?}");
}

#[test]
fn every_screen_of_a_page_is_self_contained_and_escaped() {
    let scene = Scene::new();
    scene.file("package-lock.json", package_lock(&[("x\"><script>alert(1)</script>", "1.0.0")]));
    let answer = scene.run(&["check", ".", "--as-of", TODAY, "--format", "html"]);
    assert!(answer.out.starts_with("<!DOCTYPE html>"), "{}", &answer.out[..80.min(answer.out.len())]);
    for forbidden in ["<script", "http://", "https://", "src=", "@import"] {
        assert!(!answer.out.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn the_day_the_clocks_run_from_cannot_be_moved() {
    let scene = Scene::new();
    let system = |day: &str| {
        format!("name = \"Ward list\"\ntier = \"operational\"\nexposure = \"open\"\nstarted = {day}\n")
    };
    scene
        .file("package-lock.json", package_lock(&[("alpha", "1.0.0")]))
        .file("formulary.toml", system("2026-03-01"))
        .record("npm", &advisory("GHSA-aaaa-aaaa-aaaa", "npm", "alpha", "1.5.0", "2026-01-10T00:00:00Z"))
        .import();
    let due = |answer: &common::Answer| {
        let json = answer.json();
        let findings = json["findings"].as_array().unwrap();
        let flaw = findings.iter().find(|f| f["id"] == "GHSA-aaaa-aaaa-aaaa").expect("the flaw is found");
        flaw["due"].as_str().unwrap().to_owned()
    };
    scene.commit_on("2026-03-02T10:00:00Z");
    let first = scene.check(&["--use"]);
    let day = due(&first);
    assert!(day.as_str() < TODAY, "{day}");
    scene.file("formulary.toml", system("2026-08-20"));
    scene.commit_on("2026-08-20T10:00:00Z");
    scene.file("formulary.toml", system(TODAY));
    let moved = scene.check(&["--use"]);
    assert_eq!(due(&moved), day, "as before it was moved, twice");
    assert!(moved.err.contains("clocks run from 2026-03-01"), "{moved:?}");
}

#[test]
fn a_pack_of_ones_own_is_named_by_what_it_holds() {
    let scene = Scene::new();
    scene
        .file("package-lock.json", package_lock(&[("alpha", "1.0.0")]))
        .file("formulary.toml", "name = \"Ward list\"\ntier = \"operational\"\npacks = [\"ours\"]\n")
        .file(
            "ours/pack.toml",
            "name = \"use\"\nversion = \"1.0.0\"\ndate = \"2026-01-01\"\npurpose = \"use\"\ntitle = \"Ours\"\n\
             source = \"https://policy.trust.example/\"\nabout = \"Ours\"\n",
        )
        .file(
            "ours/component/exact.cedar",
            "@id(\"exact\") @row(\"H-1\") @title(\"exact\") @why(\"Not exact.\") @remedy(\"Pin it.\")\n\
             @source(\"house rules, 1\") @needs(\"resolution\") @clinical(\"block/block\") @operational(\"block/oblige\")\n\
             forbid (principal, action == Action::\"component\", resource)\n\
             when { context.resolution != Resolution::\"exact\" };",
        )
        .record("npm", &advisory("GHSA-aaaa-aaaa-aaaa", "npm", "alpha", "1.5.0", "2026-01-10T00:00:00Z"))
        .import();
    let text = with_feeds(&scene, &["check", ".", "--use"]);
    assert!(text.out.starts_with("Use by use@1.0.0#"), "{text:?}");
    let both = with_feeds(&scene, &["check", ".", "--use", "--pack", "use"]);
    assert!(both.out.contains("Use by use@1.0.0: refused"), "the program's own is asked beside it: {both:?}");
    let public = with_feeds(&scene, &["check", ".", "--publish"]);
    assert!(public.code == 3 && public.err.contains("no pack says whether"), "{public:?}");
}

#[test]
fn a_packs_own_list_says_what_is_internal() {
    let scene = Scene::new();
    scene.file("src/a.txt", "https://list.ward-seven.org/x\n");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy/packs/default-closed");
    let folder = scene.path("house");
    std::fs::create_dir_all(folder.join("repository")).unwrap();
    for file in ["pack.toml", "repository/decision-first.cedar", "repository/decision-first.cases.toml"] {
        let text = std::fs::read_to_string(shipped.join(file)).unwrap();
        std::fs::write(folder.join(file), text.replace("\"default-closed\"", "\"house\"")).unwrap();
    }
    let check = |list: &str| {
        std::fs::write(folder.join("disclosure.toml"), list).unwrap();
        let pack = folder.to_str().unwrap();
        scene.run(&["check", ".", "--publish", "--as-of", TODAY, "--format", "json", "--pack", pack])
    };
    assert!(
        check("[[host]]\nsuffix = \"ward-seven.org\"\ngrade = \"internal\"\n").has_finding("internal-host")
    );
    assert!(!check("[ordinary]\nhosts = []\n").has_finding("internal-host"));
    let wrong = check("[[host]]\nsuffix = \"ward-seven.org\"\ngrade = \"loud\"\n");
    assert_eq!(wrong.code, 3);
    assert!(wrong.err.contains("disclosure.toml") && wrong.err.contains("loud"), "{}", wrong.err);
}
