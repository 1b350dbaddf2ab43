//! Cases of a repository's own gitleaks files.

use domain::InHistory;

use super::*;
use crate::{
    collector::{Collector as _, Given},
    material::memory::Memory,
    secrets::Secrets,
};

/// In parts, so that no alarm is raised by this file.
fn guessed() -> String {
    format!("api_key = \"{}{}\"\n", "ljUgYc7RN99H7FHe", "9XZ8RZXL9EHCo4pt")
}

fn proved() -> String {
    let scanner = scanner().unwrap();
    scanner.rules().iter().find(|r| r.id == "github-token").unwrap().examples[0].whole()
}

fn after(tree: &Memory, change: impl Fn(&mut Finding)) -> (Vec<Finding>, Observed) {
    let mut findings = Secrets.collect(tree, Given { today: "2026-08-22".parse().unwrap() }).findings;
    findings.iter_mut().for_each(change);
    let observed = apply(tree, &mut findings);
    (findings, observed)
}

fn controls(findings: &[Finding]) -> Vec<(&str, &str)> {
    findings.iter().map(|f| (f.id.as_str(), f.control.as_str())).collect()
}

#[test]
fn an_allow_list_is_a_doubt_of_guesses_and_nothing_to_a_key_that_proves_itself() {
    let tree = Memory::new()
        .with(CONFIG, "[allowlist]\npaths = ['''^legacy/''']\n")
        .with("legacy/a.py", guessed())
        .with("legacy/b.txt", proved())
        .with("src/a.py", format!("x\n{}", guessed().replace("ljU", "kQw")));
    let (findings, observed) = after(&tree, |_| {});
    assert_eq!(
        controls(&findings),
        [("assigned-secret", "disclosure"), ("github-token", "no-secret"), ("assigned-secret", "no-secret")]
    );
    assert!(findings[0].title.contains("gitleaks"));
    let value = &observed.evidence[0].value;
    assert_eq!((value["doubted"].as_u64(), value["stood"].as_u64()), (Some(1), Some(1)));
    // The same value elsewhere as well is not allowed as a whole.
    let tree = tree.with("src/other.py", guessed());
    assert_eq!(controls(&after(&tree, |_| {}).0)[0], ("assigned-secret", "no-secret"));
}

#[test]
fn values_are_allowed_by_pattern_and_word_and_everything_by_none() {
    let with = |config: &str| {
        let tree = Memory::new().with(CONFIG, config).with("a.py", guessed());
        let (findings, observed) = after(&tree, |_| {});
        (findings[0].control.clone(), observed.coverage[0].unread.len())
    };
    assert_eq!(with("[[allowlists]]\nregexes = ['''^ljUg''']\n"), ("disclosure".to_owned(), 0));
    assert_eq!(with("[[allowlists]]\nstopwords = [\"Co4PT\"]\n"), ("disclosure".to_owned(), 0));
    let both = "[[allowlists]]\ncondition = \"AND\"\npaths = ['''^b''']\nregexes = ['''^ljUg''']\n";
    assert_eq!(with(both), ("no-secret".to_owned(), 0));
    assert_eq!(with("[allowlist]\npaths = ['''.*''']\nregexes = ['''.*''']\n"), ("no-secret".to_owned(), 2));
    assert_eq!(with("[allowlist]\npaths = ['''(?=a)''']\n"), ("no-secret".to_owned(), 1));
    assert_eq!(
        with("[allowlist]\nregexes = ['''(((a{1000}){1000}){1000}''']\n"),
        ("no-secret".to_owned(), 1)
    );
    assert_eq!(with("allowlist = 1\n"), ("no-secret".to_owned(), 1));
}

#[test]
fn the_allow_list_of_one_rule_speaks_of_what_that_rule_finds() {
    let with = |config: &str| {
        let tree = Memory::new().with(CONFIG, config).with("a.py", guessed());
        let (findings, observed) = after(&tree, |_| {});
        (findings[0].control.clone(), observed.coverage[0].unread.len())
    };
    let list = |id: &str| format!("[[rules]]\nid = \"{id}\"\n[rules.allowlist]\npaths = ['''^a\\.py$''']\n");
    assert_eq!(with(&list("generic-api-key")), ("disclosure".to_owned(), 0));
    assert_eq!(with(&list("aws-access-token")), ("no-secret".to_owned(), 0));
    let many = "[[rules]]\nid = \"generic-api-key\"\n[[rules.allowlists]]\nregexes = ['''^zz''']\n\
                [[rules.allowlists]]\nregexes = ['''^ljUg''']\n";
    assert_eq!(with(many), ("disclosure".to_owned(), 0));
    let named = "[[allowlists]]\ntargetRules = [\"generic-api-key\"]\npaths = ['''^a''']\n";
    assert_eq!(with(named), ("disclosure".to_owned(), 0));
    assert_eq!(with(&named.replace("generic-api-key", "jwt")), ("no-secret".to_owned(), 0));
    // Of an added rule.
    let config = "[[rules]]\nid = \"ward-code\"\nregex = '''door-(\\d{6})'''\n[[rules.allowlists]]\n\
                  regexes = ['''^4938''']\n";
    let tree = Memory::new().with(CONFIG, config).with("a.md", "door-493817\ndoor-771204\n");
    let (findings, _) = after(&tree, |_| {});
    let mut controls: Vec<_> = findings.iter().map(|f| f.control.as_str()).collect();
    controls.sort_unstable();
    assert_eq!(controls, ["disclosure", "no-secret"]);
}

#[test]
fn a_file_that_is_extended_is_read_inside_the_tree_only() {
    let base = "[allowlist]\npaths = ['''^a''']\n";
    let with = |path: &str| {
        let tree = Memory::new()
            .with(CONFIG, format!("[extend]\npath = \"{path}\"\n"))
            .with("conf/base.toml", base)
            .with("loop.toml", "[extend]\npath = \"loop.toml\"\n")
            .with("a.py", guessed());
        let (findings, observed) = after(&tree, |_| {});
        (findings[0].control.clone(), observed.coverage[0].unread.len())
    };
    assert_eq!(with("conf/base.toml"), ("disclosure".to_owned(), 0));
    assert_eq!(with("./conf/base.toml"), ("disclosure".to_owned(), 0));
    for gone in ["../base.toml", "/etc/base.toml", "none.toml", "loop.toml"] {
        assert_eq!(with(gone), ("no-secret".to_owned(), 1), "{gone}");
    }
}

#[test]
fn an_ignored_line_is_that_commit_and_no_other() {
    let commit = "1111111111111111111111111111111111111111";
    let seen = |id: &str| InHistory {
        path: "a.py".to_owned(),
        line: 1,
        blob: String::new(),
        first: domain::Commit { id: id.to_owned(), date: "2026-01-01".parse().unwrap() },
        last: domain::Commit { id: id.to_owned(), date: "2026-01-01".parse().unwrap() },
        at_head: true,
    };
    let ignore = format!("# comment\n{commit}:a.py:generic-api-key:1\na.py:generic-api-key:1\n");
    let tree = Memory::new().with(IGNORE, ignore).with("a.py", guessed());
    let (findings, observed) = after(&tree, |f| f.history = vec![seen(commit)]);
    assert_eq!(findings[0].control, "disclosure");
    assert!(observed.coverage[0].unread[0].why.starts_with("1 lines without a commit"));
    let other = "2222222222222222222222222222222222222222";
    assert_eq!(after(&tree, |f| f.history = vec![seen(other)]).0[0].control, "no-secret");
    assert_eq!(after(&tree, |_| {}).0[0].control, "no-secret");
}

#[test]
fn added_rules_are_run_over_the_tree() {
    let config = "[[rules]]\nid = \"ward-code\"\ndescription = \"Ward door code\"\nregex = '''door-(\\d{6})'''\nkeywords = [\"DOOR\"]\n";
    let tree =
        Memory::new().with(CONFIG, config).with("a.md", "door-493817\n").with("b.md", "\ndoor-493817\n");
    let (findings, observed) = after(&tree, |_| {});
    assert_eq!(controls(&findings), [("gitleaks-ward-code", "no-secret")]);
    assert_eq!(findings[0].places.len(), 2);
    assert_eq!(observed.evidence[0].value["found"], 1);
    assert!(!serde_json::to_string(&findings).unwrap().contains("493817"));
}
