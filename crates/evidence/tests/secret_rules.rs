//! Every secret rule is tried on the examples inside its file, and the folder as a whole is tried
//! on itself: what ships the rules must raise no alarm.

use std::{collections::BTreeSet, fs, path::Path};

use evidence::secrets::{
    rule::{MARK, Rule},
    scan::Scanner,
    scanner,
};

fn found(scanner: &Scanner, path: &str, text: &str) -> Vec<String> {
    scanner.scan(path, text.as_bytes()).hits.iter().map(|hit| scanner.rules()[hit.rule].id.clone()).collect()
}

#[test]
fn each_rule_finds_its_examples_and_none_of_its_counter_examples() {
    let scanner = scanner().unwrap();
    let mut wrong = Vec::new();
    for rule in scanner.rules() {
        rule.pattern().unwrap();
        assert!(rule.examples.len() >= 5 && rule.counter_examples.len() >= 5, "{}", rule.id);
        assert!(rule.keywords.iter().all(|k| *k == k.to_ascii_lowercase()), "{}", rule.id);
        for (number, example) in rule.examples.iter().enumerate() {
            let path = example.path.as_deref().unwrap_or("src/settings.txt");
            assert!(example.text.contains(MARK), "{} example {number} has no mark", rule.id);
            let ids = found(scanner, path, &example.whole());
            if ids != [rule.id.clone()] {
                wrong.push(format!("{} example {number} at {path}: found {ids:?}", rule.id));
            }
            let ids = found(scanner, path, &example.text);
            if !ids.is_empty() {
                wrong.push(format!("{} example {number} as stored: found {ids:?}", rule.id));
            }
        }
        for (number, example) in rule.counter_examples.iter().enumerate() {
            let path = example.path.as_deref().unwrap_or("src/settings.txt");
            if found(scanner, path, &example.whole()).contains(&rule.id) {
                wrong.push(format!("{} counter-example {number} at {path} was found", rule.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(scanner.rules().len() >= 160);
}

#[test]
fn every_rule_file_is_in_the_list_and_raises_no_alarm_itself() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/secrets");
    let scanner = scanner().unwrap();
    let listed: BTreeSet<_> = scanner.rules().iter().map(|rule| format!("{}.toml", rule.id)).collect();
    let mut files = BTreeSet::new();
    for item in fs::read_dir(folder).unwrap() {
        let item = item.unwrap();
        let name = item.file_name().into_string().unwrap();
        let text = fs::read_to_string(item.path()).unwrap();
        assert_eq!(found(scanner, &format!("rules/{name}"), &text), [""; 0], "{name}");
        files.insert(name);
    }
    assert_eq!(files, listed);
}

#[test]
fn a_rule_with_an_unknown_field_is_refused() {
    let error = Rule::read("x.toml", "id = \"x\"\ncolour = \"red\"").unwrap_err().to_string();
    assert!(error.contains("x.toml") && error.contains("colour"), "{error}");
}
