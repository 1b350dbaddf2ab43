//! What a person reads: wording, width, names, and what a change alone shows.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use common::{Answer, Scene, TODAY, advisory, package_lock, run_in};

const APACHE: &str = "Apache License\nVersion 2.0, January 2004\n\
    TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION\n";

fn with_feeds(scene: &Scene, args: &[&str]) -> Answer {
    let feeds = scene.path("feeds");
    let mut all = args.to_vec();
    all.extend(["--as-of", TODAY, "--feeds", feeds.to_str().unwrap()]);
    scene.run(&all)
}

/// The text with every run of white space as one space: where a line breaks is not asked here.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Two components with a flaw each, one of them past its day; committed.
fn flawed() -> Scene {
    let scene = Scene::new();
    scene
        .file("package-lock.json", package_lock(&[("alpha", "1.0.0")]))
        .record("npm", &advisory("GHSA-aaaa-aaaa-aaaa", "npm", "alpha", "1.5.0", "2026-01-10T00:00:00Z"))
        .record("npm", &advisory("GHSA-bbbb-bbbb-bbbb", "npm", "beta", "1.1.0", "2026-01-10T00:00:00Z"))
        .import()
        .commit();
    scene
}

#[test]
fn a_downgrade_is_no_patch_update() {
    let scene = Scene::new();
    scene.file("package-lock.json", package_lock(&[("alpha", "1.0.2")])).commit();
    scene.file("package-lock.json", package_lock(&[("alpha", "1.0.1")])).commit();
    let value = scene.run(&["changes", "HEAD~1", "HEAD", "--as-of", TODAY, "--format", "json"]).json();
    assert_eq!(value["schema"], "formulary/change/v1");
    assert_eq!(value["components"][0]["step"], "downgrade", "{value}");
    assert_eq!(value["only_patches"], false);
    let up = scene.run(&["changes", "HEAD", "HEAD~1", "--as-of", TODAY, "--format", "json"]).json();
    assert_eq!(up["components"][0]["step"], "patch", "{up}");
    assert_eq!(up["only_patches"], true);
    let sheet = scene.run(&["changes", "HEAD~1", "HEAD", "--as-of", TODAY, "--format", "markdown"]);
    assert!(sheet.out.contains("does not cover this"), "{}", sheet.out);
}

#[test]
fn since_shows_the_change_alone_in_every_form() {
    let scene = flawed();
    scene.file("package-lock.json", package_lock(&[("alpha", "1.0.0"), ("beta", "1.0.0")]));
    let since =
        |format: &str| with_feeds(&scene, &["check", ".", "--use", "--since", "HEAD", "--format", format]);
    let text = since("text");
    assert_eq!(text.code, 1, "{text:?}");
    assert!(text.out.starts_with("Since HEAD, this change alone:\nUse: refused"), "{}", text.out);
    for part in ["$ npm install beta@1.1.0", "clears 1 (1 overdue), was due 2026-"] {
        assert!(text.out.contains(part), "{part}: {}", text.out);
    }
    assert!(!text.out.contains("alpha@1.5.0"), "what was bad before is not the change's: {}", text.out);

    let json = since("json").json();
    assert_eq!(json["schema"], "formulary/change/v1");
    let new: Vec<_> =
        json["new_findings"].as_array().unwrap().iter().map(|f| f["id"].as_str().unwrap()).collect();
    assert_eq!(new, ["GHSA-bbbb-bbbb-bbbb"], "{json}");
    assert_eq!(json["verdicts"][0]["outcome"], "refused");
    assert_eq!(json["nothing_worse"], false);

    let sarif = since("sarif").json();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert!(!results.is_empty());
    for result in results {
        assert_eq!(result["baselineState"], "new", "{result}");
        assert!(!result.to_string().contains("alpha"), "{result}");
    }
    for format in ["markdown", "html"] {
        let answer = since(format);
        assert_eq!(answer.code, 1);
        assert!(answer.out.contains("beta") && !answer.out.contains("alpha@1.5.0"), "{}", answer.out);
    }
}

#[test]
fn every_key_of_a_change_is_documented() {
    let scene = flawed();
    scene.file("package-lock.json", package_lock(&[("alpha", "1.0.0"), ("beta", "1.0.0")]));
    let value = with_feeds(&scene, &["check", ".", "--since", "HEAD", "--format", "json"]).json();
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/change.md");
    let page = std::fs::read_to_string(page).unwrap();
    for key in value.as_object().unwrap().keys() {
        assert!(page.contains(&format!("`{key}`")), "docs/change.md does not say what `{key}` is");
    }
}

#[test]
fn a_change_that_keeps_a_flaw_with_another_version_is_not_worse() {
    let scene = flawed();
    scene.file("package-lock.json", package_lock(&[("alpha", "1.0.1")]));
    for format in ["text", "json", "sarif", "markdown", "html"] {
        let answer = with_feeds(&scene, &["check", ".", "--use", "--since", "HEAD", "--format", format]);
        assert_eq!(answer.code, 0, "{format}: {answer:?}");
    }
    let sarif = with_feeds(&scene, &["check", ".", "--use", "--since", "HEAD", "--format", "sarif"]).json();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 0, "{sarif}");
}

#[test]
fn declaring_a_part_makes_nothing_worse() {
    let scene = flawed();
    scene.file(
        "formulary.toml",
        "[[parts]]\nname = \"web\"\npaths = [\"package-lock.json\"]\ntier = \"operational\"\n",
    );
    let answer = with_feeds(&scene, &["check", ".", "--use", "--since", "HEAD"]);
    assert_eq!(answer.code, 0, "{}", answer.out);
}

#[test]
fn why_of_a_control_shows_facts_evidence_and_clause_for_each_thing_judged() {
    let scene = flawed();
    let flaw = with_feeds(&scene, &["why", "flaw-overdue"]);
    for part in [
        "clause",
        "judged",
        "GHSA-aaaa-aaaa-aaaa",
        "due = overdue",
        "feed osv/npm (full), as of 2026-08-22, sha256:",
        "remedy",
    ] {
        assert!(words(&flaw.out).contains(part), "{part}: {}", flaw.out);
    }
    let licence = with_feeds(&scene, &["why", "licence"]);
    for part in
        ["licence-text = absent", "copyright-line = no", "licence, by licence, as of 2026-08-22, sha256:"]
    {
        assert!(words(&licence.out).contains(part), "{part}: {}", licence.out);
    }
    let component = with_feeds(&scene, &["why", "inventory-exact"]);
    for part in ["pkg:npm/alpha@1.0.0: met", "resolution = exact", "inventory, by inventory"] {
        assert!(words(&component.out).contains(part), "{part}: {}", component.out);
    }
}

#[test]
fn a_licence_text_without_its_owner_is_told_just_that() {
    let scene = Scene::new();
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../LICENSE-APACHE");
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains(APACHE.lines().next().unwrap()));
    let bare: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("Copyright "))
        .collect::<Vec<_>>()
        .join("\n");
    scene.file("LICENSE", bare);
    let answer = scene.run(&["check", ".", "--publish", "--as-of", TODAY]);
    assert!(answer.out.contains("The licence text is there"), "{}", answer.out);
    assert!(answer.out.contains("Copyright YEAR OWNER"), "{}", answer.out);
    assert!(!answer.out.contains("Add the full text"), "{}", answer.out);
}

#[test]
fn a_yes_that_rests_on_nothing_seen_says_so_and_two_packs_are_told_apart() {
    let scene = Scene::new();
    scene.file("package-lock.json", package_lock(&[("alpha", "1.0.0")]));
    let answer = scene.run(&["check", ".", "--publish", "--pack", "opencode", "--as-of", TODAY]);
    assert!(answer.out.contains("Publish by publish@1.0.0: "), "{}", answer.out);
    assert!(answer.out.contains("Publish by opencode@1.0.0: allowed, but nothing "), "{}", answer.out);
    assert!(answer.out.contains(" unknown"), "{}", answer.out);
    assert!(!answer.out.contains("allowed: it may be public"), "{}", answer.out);
    for part in ["opencode@1.0.0 of 2026-11-21 (openCode badge criteria", "publish@1.0.0 of 2026-"] {
        assert!(answer.out.contains(part), "{part}: {}", answer.out);
    }
}

#[test]
fn what_if_says_whether_a_pack_replaces_or_adds_and_counts_flips() {
    let scene = flawed();
    let kept = scene.path("kept.json");
    std::fs::write(&kept, scene.check(&["--use"]).out).unwrap();
    let kept = kept.to_str().unwrap();
    let added = scene.run(&["policy", "what-if", "fail-at-high", kept, kept]);
    assert!(added.out.contains("would be added to use@1.0.0"), "{}", added.out);
    let same = scene.run(&["policy", "what-if", "use", kept]);
    assert!(same.out.contains("would replace use@1.0.0"), "{}", same.out);
    assert!(same.out.contains("No control flips."), "{}", same.out);
    // A pack of the same name, in which one control became milder.
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy/packs/use");
    let copy = scene.path("use");
    copy_folder(&source, &copy);
    let control = copy.join("flaw/flaw-overdue.cedar");
    let text = std::fs::read_to_string(&control).unwrap();
    let milder = text.replace("@operational(\"block", "@operational(\"advise");
    assert_ne!(text, milder, "{text}");
    std::fs::write(&control, milder).unwrap();
    let milder = scene.run(&["policy", "what-if", copy.to_str().unwrap(), kept, kept]);
    assert!(milder.out.contains("would replace"), "{milder:?}");
    assert!(
        milder.out.contains("flaw-overdue: 2, of them 2 not met (refused) → not met (advice)"),
        "{}",
        milder.out
    );
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn an_action_names_three_places_and_counts_the_rest() {
    let scene = Scene::new();
    for folder in ["a", "b", "c", "d", "e"] {
        scene.file(
            &format!("{folder}/package.json"),
            r#"{"name":"x","version":"1.0.0","dependencies":{"alpha":"^1.0.0"}}"#,
        );
    }
    let answer = scene.run(&["check", ".", "--use", "--as-of", TODAY]);
    let line = answer.out.lines().find(|line| line.contains("and 2 more") && line.contains("package.json"));
    assert!(line.is_some_and(|line| line.contains("a/") && line.contains("c/")), "{}", answer.out);
    assert!(answer.out.contains("clears 5"), "{}", answer.out);
    let why = scene.run(&["why", "inventory-complete", "--as-of", TODAY]);
    assert!(words(&why.out).contains("stands behind 5 manifests"), "count and names agree: {}", why.out);
}

#[test]
fn every_fault_of_our_own_file_has_its_line_column_and_way_out() {
    let scene = flawed();
    scene.file("formulary.toml", "name = \"Ward list\"\ntire = \"clinical\"\nexposure = \"wide\"\n");
    let answer = scene.check(&[]);
    assert_eq!(answer.code, 3);
    let lines: Vec<&str> = answer.err.lines().filter(|line| line.contains("formulary.toml:")).collect();
    assert_eq!(lines.len(), 2, "one a line: {}", answer.err);
    assert!(lines[0].contains("formulary.toml:2:1: ") && lines[0].contains("tier"), "{}", answer.err);
    assert!(lines[1].contains("formulary.toml:3:1: ") && lines[1].contains("small"), "{}", answer.err);
}

#[test]
fn a_mistyped_control_in_the_debt_file_is_answered_with_the_nearest() {
    let scene = flawed();
    scene.file(
        "formulary.debt.toml",
        "[[exceptions]]\nid = \"a\"\ncontrol = \"flaw-opne\"\nfinding = \"GHSA-aaaa-aaaa-aaaa\"\n\
         owner = \"Ward systems\"\nreason = \"later\"\nfrom = 2026-08-01\nuntil = 2026-09-01\n",
    );
    let answer = with_feeds(&scene, &["check", ".", "--use"]);
    assert!(answer.out.contains("`flaw-open` is the nearest"), "{}", answer.out);
    let json = scene.check(&["--use"]).json();
    let remark = json["findings"].as_array().unwrap().iter().find(|f| f["id"] == "not-permitted").unwrap();
    assert!(remark["remedy"].as_str().unwrap().contains("control = \"flaw-open\""), "{remark}");
}

#[test]
fn a_forbidden_exception_does_not_take_the_place_of_the_fault() {
    let scene = Scene::new();
    let key = format!("AKIA{}", "Q7XW4JN2KRZT5MVA");
    scene.file("config.py", format!("aws_access_key_id = \"{key}\"\n")).file(
        "formulary.debt.toml",
        "[[exceptions]]\nid = \"a\"\ncontrol = \"no-secret\"\nowner = \"Ward systems\"\nreason = \"later\"\n\
         from = 2026-08-01\nuntil = 2026-09-01\n",
    );
    let answer = scene.run(&["check", ".", "--publish", "--as-of", TODAY]);
    let list = answer.out.split("What to do next").nth(1).unwrap();
    let list = list.split("Ask `formulary why").next().unwrap();
    assert!(list.contains("config.py:1"), "the secret itself: {}", answer.out);
    assert!(!list.contains("formulary.debt.toml"), "{}", answer.out);
    assert!(answer.out.contains("can only be set aside as `not-real`"), "{}", answer.out);
}

#[test]
fn remarks_of_another_tools_report_are_counted() {
    let scene = flawed();
    let result = |level: &str| serde_json::json!({ "ruleId": level, "level": level, "message": { "text": "something" } });
    let sarif = serde_json::json!({
        "version": "2.1.0",
        "runs": [{ "tool": { "driver": { "name": "Scanner", "rules": [] } },
            "results": [result("error"), result("note"), result("note")] }]
    });
    let report = scene.path("report.sarif");
    std::fs::write(&report, sarif.to_string()).unwrap();
    let answer = with_feeds(&scene, &["check", ".", "--use", "--findings", report.to_str().unwrap()]);
    assert!(
        answer.out.contains("report report.sarif: 1 result taken in, 2 remarks below a warning left out"),
        "{}",
        answer.out
    );
}

#[test]
fn superseded_feeds_are_kept_for_assessments_and_replayed_from() {
    let scene = flawed();
    let feeds = scene.path("feeds");
    let feeds = feeds.to_str().unwrap();
    let kept = scene.path("kept.json");
    std::fs::write(&kept, scene.check(&["--use"]).out).unwrap();
    let kept = kept.to_str().unwrap();
    // A newer feed: alpha has a second flaw.
    scene
        .record("npm", &advisory("GHSA-cccc-cccc-cccc", "npm", "alpha", "1.6.0", "2026-08-20T00:00:00Z"))
        .import();
    let replayed = scene.run(&["replay", kept, "--material", ".", "--feeds", feeds]);
    assert_eq!(replayed.code, 0, "{replayed:?}");
    assert!(replayed.out.starts_with("The same"), "{}", replayed.out);

    let dry = scene.run(&["feeds", "prune", "--dry-run", "--feeds", feeds]);
    assert!(dry.out.contains("1 superseded feed would be removed"), "{dry:?}");
    let held = scene.run(&["feeds", "prune", "--feeds", feeds, "--keep", kept]);
    assert!(held.out.contains("0 superseded feeds removed, 1 kept for assessments"), "{held:?}");
    assert_eq!(scene.run(&["feeds", "prune", "--feeds", feeds, "--keep", "nothing.json"]).code, 3);
    let gone = scene.run(&["feeds", "prune", "--feeds", feeds]);
    assert!(gone.out.contains("1 superseded feed removed"), "{gone:?}");
    let replayed = scene.run(&["replay", kept, "--material", ".", "--feeds", feeds]);
    assert_eq!(replayed.code, 3, "{replayed:?}");
    assert!(replayed.err.contains("no longer holds") && replayed.err.contains("osv/npm"), "{}", replayed.err);
    assert_eq!(scene.run(&["replay", kept, "--feeds", feeds]).code, 3, "feeds are for collecting again");
}

#[test]
fn feeds_verify_finds_a_changed_byte() {
    let scene = flawed();
    let feeds = scene.path("feeds");
    let intact = scene.run(&["feeds", "verify", "--feeds", feeds.to_str().unwrap()]);
    assert_eq!(intact.code, 0, "{intact:?}");
    assert!(intact.out.contains("intact"), "{}", intact.out);
    let index = std::fs::read_dir(feeds.join("index")).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&index).unwrap();
    let at = bytes.len() - 1;
    bytes[at] ^= 1;
    std::fs::write(&index, bytes).unwrap();
    let damaged = scene.run(&["feeds", "verify", "--feeds", feeds.to_str().unwrap()]);
    assert_eq!(damaged.code, 3, "{damaged:?}");
    assert!(damaged.out.contains("damaged") && damaged.out.contains("feeds import"), "{}", damaged.out);
    assert_eq!(scene.run(&["feeds", "verify", "--feeds", "nowhere"]).code, 3);
}

#[test]
fn no_line_is_wider_than_a_terminal_whatever_is_asked() {
    let scene = flawed();
    let deep = "a/very/long/path/of/folders/that/nobody/would/want/to/type/in";
    scene
        .file(&format!("{deep}/package-lock.json"), package_lock(&[("beta", "1.0.0")]))
        .file(&format!("{deep}/setup.py"), "")
        .file(
            "CODEOWNERS",
            "* @hospital/a-team-with-a-long-name @hospital/another-team-with-a-long-name @hospital/third\n",
        );
    let kept = scene.path("kept.json");
    std::fs::write(&kept, scene.check(&[]).out).unwrap();
    let feeds = scene.path("feeds");
    let (kept, feeds) = (kept.to_str().unwrap(), feeds.to_str().unwrap());
    let asked: [&[&str]; 18] = [
        &["check", "."],
        &["check", ".", "--pack", "opencode", "--pack", "default-closed"],
        &["check", ".", "--since", "HEAD"],
        &["why", "beta"],
        &["why", "flaw-overdue"],
        &["why", "no-secret"],
        &["why", "GHSA-aaaa-aaaa-aaaa"],
        &["who", "beta"],
        &["changes", "HEAD", "."],
        &["compare", ".", "../subject"],
        &["policy", "list"],
        &["policy", "list", "use"],
        &["policy", "facts"],
        &["policy", "what-if", "fail-at-high", kept],
        &["replay", kept],
        &["feeds", "status", "--feeds", "nowhere"],
        &["feeds", "verify", "--feeds", feeds],
        &["check", ".", "--as-of", "yesterday-or-the-day-before-that-if-you-please"],
    ];
    for args in asked {
        let judging =
            ["check", "why", "who", "changes", "compare"].contains(&args[0]) && !args.contains(&"--as-of");
        let answer = if judging { with_feeds(&scene, args) } else { scene.run(args) };
        for line in answer.out.lines().chain(answer.err.lines()) {
            assert!(line.chars().count() <= 100, "{args:?}: wider than 100 columns: {line}");
        }
        assert!(!answer.out.is_empty() || !answer.err.is_empty(), "{args:?}");
    }
}

#[test]
fn what_cannot_be_judged_is_answered_with_what_to_name_instead() {
    let scene = Scene::new();
    let empty = scene.run(&["check", ".", "--as-of", TODAY]);
    assert_eq!(empty.code, 3);
    assert!(empty.err.contains("holds no file"), "{empty:?}");
    scene.file("notes.bin", [0_u8, 159, 146, 150]);
    let binary = scene.run(&["check", "notes.bin", "--as-of", TODAY]);
    assert_eq!(binary.code, 3);
    assert!(binary.err.contains("lockfile, manifest or SBOM"), "{binary:?}");
    let bare = scene.run(&["check", "pkg:npm/alpha", "--as-of", TODAY]);
    assert!(bare.err.contains("pkg:npm/alpha@VERSION"), "{bare:?}");
    let missing = scene.run(&["check", "nothing.json"]);
    assert!(missing.err.contains("Name a folder"), "{missing:?}");
    let day = scene.run(&["check", ".", "--as-of", "yesterday"]);
    assert!(words(&day.err).contains("write it like 2026-08-22"), "{day:?}");
    // A path alone is checked; a word that is neither a path nor a command is an error.
    let path = scene.run(&["notes.bin", "--as-of", TODAY]);
    assert!(path.out.starts_with("Use: not evaluated"), "{path:?}");
    assert!(scene.run(&["chekc"]).err.contains("check"), "the nearest command is named");
    let revision = scene.file("a.txt", "a").commit().run(&["check", ".", "--since", "no-such-branch"]);
    assert_eq!(revision.code, 3);
    assert!(revision.err.contains("branch, tag or commit"), "{revision:?}");
}

#[test]
fn a_page_folds_away_what_does_not_apply() {
    let scene = flawed();
    let answer = with_feeds(&scene, &["check", ".", "--format", "html"]);
    assert!(answer.out.contains("controls do not apply</summary>"), "{}", answer.out);
    assert!(!answer.out.contains("<td data-label=\"State\">not applicable"), "{}", answer.out);
    assert!(!answer.out.contains("<details open"), "closed until asked for");
}

#[test]
fn the_picture_on_the_front_page_is_todays_output() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("README.md")).unwrap();
    let start = page.find("    $ formulary check examples/hospital").unwrap();
    let end = page[start..].find("\n\nThe exit code").unwrap() + start;
    let shown = &page[start..end];
    let command = shown.lines().next().unwrap().trim().strip_prefix("$ formulary ").unwrap();
    let args: Vec<&str> = command.split_whitespace().collect();
    let answer = run_in(&root, &args);
    let lines = answer.out.lines().map(|l| if l.is_empty() { String::new() } else { format!("    {l}") });
    let today = format!("    $ formulary {command}\n{}", lines.collect::<Vec<_>>().join("\n"));
    if std::env::var_os("FORMULARY_WRITE").is_some() {
        std::fs::write(root.join("README.md"), page.replace(shown, &today)).unwrap();
        return;
    }
    assert_eq!(shown, today, "FORMULARY_WRITE=1 writes today's picture");
}

#[test]
fn every_command_that_takes_something_has_examples() {
    let scene = Scene::new();
    for command in ["check", "init", "why", "who", "compare", "changes", "replay", "feeds", "policy"] {
        let help = scene.run(&[command, "--help"]);
        assert!(help.out.contains("Example"), "{command}: {}", help.out);
    }
}
