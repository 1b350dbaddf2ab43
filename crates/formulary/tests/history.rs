//! What the history holds decides about publication as much as the tree does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use std::{path::Path, process::Command};

use common::Scene;

fn git(root: &Path, args: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=T", "-c", "user.email=t@hospital.example", "-c", "safe.directory=*"])
        .args(args)
        .current_dir(root)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_AUTHOR_DATE", "2026-08-01T12:00:00Z")
        .env("GIT_COMMITTER_DATE", "2026-08-01T12:00:00Z")
        .status();
    assert!(done.is_ok_and(|status| status.success()), "git {args:?}");
}

#[test]
fn a_secret_that_was_taken_out_again_still_refuses_and_unread_is_no_clean_answer() {
    let scene = Scene::new();
    let root = scene.root();
    // In two parts, so that this file raises no alarm itself.
    let secret = ["AKIA", "Q3EGRIXPAJDYVUW7"].concat();
    git(&root, &["init", "-q", "-b", "main"]);
    scene.file("settings.py", format!("AWS_ACCESS_KEY_ID = \"{secret}\"\n"));
    scene.file("README.md", "# Ward list\n");
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-q", "-m", "one"]);
    std::fs::remove_file(root.join("settings.py")).unwrap();
    git(&root, &["commit", "-q", "-a", "-m", "two"]);
    let answer = scene.check(&["--publish"]);
    assert_eq!((answer.state("no-secret").as_str(), answer.code), ("not-met", 1), "{}", answer.out);
    let value = answer.json();
    let finding =
        value["findings"].as_array().unwrap().iter().find(|f| f["kind"] == "secret").unwrap().clone();
    assert_eq!(finding["history"][0]["path"], "settings.py");
    assert_eq!(finding["history"][0]["at_head"], false);
    assert_eq!(finding["reached"]["names"][0], "main");
    assert!(!answer.out.contains(&secret[4..]));
    // Read from what the first run kept, the answer is the same.
    assert_eq!(scene.check(&["--publish"]).json()["digest"], value["digest"]);
    let unread = scene.check(&["--publish", "--no-history"]);
    assert_eq!(unread.state("no-secret"), "unknown", "{}", unread.out);
}

#[test]
fn an_exception_follows_the_value_and_not_the_place() {
    let scene = Scene::new();
    let root = scene.root();
    // In parts, so that this file raises no alarm itself.
    let secret = |end: &str| ["AKIA", "Q3EGRIXPAJDY", end].concat();
    let first = secret("VUW7");
    git(&root, &["init", "-q", "-b", "main"]);
    scene.file("a.py", format!("import os\n\nKEY = \"{first}\"\n"));
    scene.file("README.md", "# Ward list\n");
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-q", "-m", "one"]);
    let found = scene.check(&["--publish"]).json();
    let secrets = |value: &serde_json::Value| -> Vec<serde_json::Value> {
        value["findings"].as_array().unwrap().iter().filter(|f| f["kind"] == "secret").cloned().collect()
    };
    let print = secrets(&found)[0]["fingerprint"].as_str().unwrap().to_owned();
    scene.file(
        "formulary.debt.toml",
        format!(
            "[[exceptions]]\nid = \"made-up\"\ncontrol = \"no-secret\"\nfinding = \"{print}\"\nkind = \"not-real\"\n\
             owner = \"ward-systems@hospital.example\"\nreason = \"Made up for the training system.\"\n\
             from = 2026-08-01\nuntil = 2026-10-01\n"
        ),
    );
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-q", "-m", "record"]);
    let until = |value: &serde_json::Value| -> Vec<Option<String>> {
        secrets(value).iter().map(|f| f["excepted_until"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(until(&scene.check(&["--publish"]).json()), [Some("2026-10-01".to_owned())]);
    // Moved to another line of another file: still the same value.
    scene.file("a.py", "import os\n");
    scene.file("b/c.py", format!("\n\n\n\n\nimport sys\nNAME = \"{first}\"\n"));
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-q", "-m", "moved"]);
    let moved = scene.check(&["--publish"]);
    assert_eq!(until(&moved.json()), [Some("2026-10-01".to_owned())], "{}", moved.out);
    assert_eq!(secrets(&moved.json())[0]["history"].as_array().unwrap().len(), 2);
    // Another value where the first one stood is found.
    let other = secret("2FKL");
    scene.file("a.py", format!("import os\n\nKEY = \"{other}\"\n"));
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-q", "-m", "another"]);
    let both = scene.check(&["--publish"]);
    let mut states = until(&both.json());
    states.sort();
    assert_eq!(states, [None, Some("2026-10-01".to_owned())], "{}", both.out);
    assert_eq!((both.state("no-secret").as_str(), both.code), ("not-met", 1));
    // Known again by the user's key, which was made on first use, and by no other; the digest is the same.
    let hmacs = |value: &serde_json::Value| value["local"]["history"]["hmac"].clone();
    let again = scene.check(&["--publish"]);
    assert_eq!(hmacs(&both.json()).as_object().unwrap().len(), 2, "{}", both.out);
    assert_eq!(hmacs(&again.json()), hmacs(&both.json()));
    let key = scene.path("home/.local/share/formulary/fingerprint.key");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    }
    std::fs::remove_file(key).unwrap();
    let anew = scene.check(&["--publish"]).json();
    assert_ne!(hmacs(&anew), hmacs(&both.json()));
    assert_eq!(anew["digest"], both.json()["digest"]);
}

#[test]
fn what_a_history_holds_is_mended_in_order_and_no_command_shows_a_value() {
    let scene = Scene::new();
    let root = scene.root();
    let secret = ["AKIA", "Q3EGRIXPAJDYVUW7"].concat();
    git(&root, &["init", "-q", "-b", "main"]);
    scene.file("it's settings.py", format!("A = 1\nAWS_ACCESS_KEY_ID = \"{secret}\"\n"));
    scene.file("README.md", "# Ward list\n");
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-q", "-m", "one"]);
    std::fs::remove_file(root.join("it's settings.py")).unwrap();
    git(&root, &["commit", "-q", "-a", "-m", "two"]);
    let told = scene.run(&["check", ".", "--publish", "--as-of", common::TODAY, "--format", "markdown"]);
    assert!(!told.out.contains(&secret), "{}", told.out);
    let order =
        ["Revoke one secret", "formulary attest no-secret", "Rewriting the history", "git filter-repo"];
    let order = if told.out.contains("not public yet") {
        ["Revoke one secret", "formulary attest no-secret", "not public yet", "git filter-repo"]
    } else {
        order
    };
    let places: Vec<usize> = order
        .iter()
        .map(|words| told.out.find(words).unwrap_or_else(|| panic!("{words}: {}", told.out)))
        .collect();
    assert!(places.is_sorted(), "{}", told.out);
    // The commands, up to the tool that this machine may not have, make the file that it takes.
    let commands: Vec<&str> = told
        .out
        .lines()
        .map(str::trim)
        .filter(|line| ["git clone", "git cat-file", "touch "].iter().any(|start| line.starts_with(start)))
        .collect();
    assert_eq!(commands.len(), 3, "{}", told.out);
    let script = format!("set -e\n{}", commands.join("\n"));
    let done = Command::new("sh")
        .args(["-c", &script])
        .current_dir(&root)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let replace = std::fs::read_to_string(scene.path("replace.txt")).unwrap();
    assert_eq!(replace, format!("literal:AWS_ACCESS_KEY_ID = \"{secret}\"==>***REMOVED***\n"));
    let text = scene.run(&["check", ".", "--publish", "--as-of", common::TODAY]);
    assert!(text.out.contains("The history, in this order"), "{}", text.out);
    assert!(text.out.lines().all(|line| line.chars().count() <= 100), "{}", text.out);
}
