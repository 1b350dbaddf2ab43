//! All collectors of a repository together: nothing leaks, nothing hostile stops them, the same
//! tree gives the same bytes, and this crate itself raises no alarm.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{path::Path, time::Instant};

use evidence::{
    collector::{Given, Observed},
    collectors::REPOSITORY,
    material::{Material, folder::Folder, memory::Memory},
    secrets::scanner,
};

fn given() -> Given {
    Given { today: "2026-08-22".parse().unwrap() }
}

fn collect(material: &dyn Material) -> Observed {
    let mut all = Observed::default();
    for collector in REPOSITORY {
        let seen = collector.collect(material, given());
        all.evidence.extend(seen.evidence);
        all.findings.extend(seen.findings);
        all.coverage.extend(seen.coverage);
    }
    all
}

fn written(seen: &Observed) -> String {
    serde_json::to_string(&(&seen.evidence, &seen.findings, &seen.coverage)).unwrap()
}

#[test]
fn no_value_of_any_rule_reaches_the_output() {
    let scanner = scanner().unwrap();
    let mut tree = Memory::new();
    let mut values = Vec::new();
    for rule in scanner.rules() {
        for (number, example) in rule.examples.iter().enumerate() {
            let text = example.whole();
            let path = example.path.clone().unwrap_or_else(|| "settings.txt".to_owned());
            for hit in scanner.scan(&path, text.as_bytes()).hits {
                values.push(String::from_utf8_lossy(&text.as_bytes()[hit.value]).into_owned());
            }
            tree.add(&format!("{}/{number}/{path}", rule.id), text.into_bytes(), false);
        }
    }
    let seen = collect(&tree);
    assert!(seen.findings.iter().filter(|f| f.control == "no-secret").count() >= 250);
    let out = written(&seen);
    let json = |text: &str| serde_json::to_string(text).unwrap().trim_matches('"').to_owned();
    for value in values {
        // Any eight characters of it would be too much.
        let part: String = value.chars().filter(|c| !c.is_control()).skip(4).take(12).collect();
        assert!(!out.contains(&json(&part)), "a part of a value of {} characters", value.len());
    }
}

#[test]
fn one_secret_in_two_places_is_one_finding_and_survives_a_move() {
    let example = &scanner().unwrap().rules()[0].examples[0];
    let text = example.whole();
    let tree = Memory::new().with("a/x.txt", text.as_str()).with("b/y.txt", format!("one\n{text}"));
    let seen = collect(&tree);
    let secrets: Vec<_> = seen.findings.iter().filter(|f| f.control == "no-secret").collect();
    assert_eq!(secrets.len(), 1);
    let places: Vec<_> = secrets[0].places.iter().map(ToString::to_string).collect();
    assert_eq!(places, ["a/x.txt:1", "b/y.txt:2"]);
    let moved = collect(&Memory::new().with("c/z.txt", text.as_str()));
    assert_eq!(moved.findings[0].fingerprint, secrets[0].fingerprint);
}

#[test]
fn hostile_trees_end_in_time_without_panic() {
    let megabyte = |unit: &[u8]| unit.iter().copied().cycle().take(1 << 20).collect::<Vec<u8>>();
    let mut tree = Memory::new();
    let units: [&[u8]; 14] = [
        b"password=",
        b"{\"kty\":\"RSA\",\"d\":\"",
        b"-----BEGIN PRIVATE KEY-----\n",
        b"eyJ.eyJ.",
        b"postgres://a:b",
        b"[",
        b"- ",
        b"4563198",
        b"PID|",
        b"10.",
        b"arn:aws:",
        b"a.internal:",
        b"\xff\xfe\x00\xd8",
        b"${{ secrets.",
    ];
    for (number, unit) in units.iter().enumerate() {
        let folders = ["", ".github/workflows/", "docs/"];
        let names = [
            "README.md",
            "a.yml",
            "SECURITY.md",
            "p.csv",
            "CODEOWNERS",
            "LICENSE",
            "security.txt",
            "publiccode.yml",
            "HANDLING_INSTRUCTIONS.md",
            "x.tfstate",
        ];
        let path = format!("{}{}", folders[number % 3], names[number % 10]);
        tree.add(&path, megabyte(unit), false);
        tree.add(&format!("n{number}.env"), megabyte(unit), false);
        tree.add(&format!("n{number}.csv"), megabyte(unit), false);
    }
    for name in ["publiccode.yml", "SECURITY-INSIGHTS.yml", ".github/workflows/deep.yml", "package.json"] {
        tree.add(name, format!("{}{}", "{a: ".repeat(100_000), "[".repeat(100_000)).into_bytes(), false);
    }
    let start = Instant::now();
    let seen = collect(&tree);
    // Unoptimised and on a busy machine: a quadratic step would take hours, not minutes.
    assert!(start.elapsed().as_secs() < 240, "{:?}", start.elapsed());
    assert!(seen.coverage.iter().any(|c| !c.unread.is_empty()), "what could not be read must be listed");
}

#[test]
fn the_same_tree_gives_the_same_bytes() {
    let mut tree = Memory::new();
    for (number, rule) in scanner().unwrap().rules().iter().enumerate() {
        tree.add(&format!("f{number}.txt"), rule.examples[0].whole().into_bytes(), false);
    }
    assert_eq!(written(&collect(&tree)), written(&collect(&tree)));
}

#[test]
fn this_crate_raises_no_alarm_about_itself() {
    let tree = Folder::open(Path::new(env!("CARGO_MANIFEST_DIR")), &[]).unwrap();
    let seen = collect(&tree);
    let alarms: Vec<_> = seen
        .findings
        .iter()
        .filter(|f| f.control == "no-secret" || f.control == "no-personal-data")
        .map(|f| format!("{} {:?}", f.id, f.places))
        .collect();
    assert_eq!(alarms, [""; 0]);
}
