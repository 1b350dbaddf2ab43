//! The files of ours against a folder of cases. A case with a `.faults` file beside it must be
//! refused with exactly those lines; every other must be read. `FORMULARY_BLESS=1` rewrites them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use formats::own::{Answers, Debt, Dossier, Invalid, LARGEST, System, nearest};

fn cases(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/own").join(kind);
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml" || end == "json"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no cases for {kind}");
    files
}

fn check(kind: &str, read: impl Fn(&str, &[u8]) -> Result<String, Invalid>) {
    for file in cases(kind) {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let bytes = fs::read(&file).unwrap();
        let expected = file.with_extension("faults");
        let result = read(&name, &bytes);
        if std::env::var_os("FORMULARY_BLESS").is_some()
            && let Err(invalid) = &result
        {
            fs::write(&expected, format!("{invalid}\n")).unwrap();
        }
        match (result, fs::read_to_string(&expected)) {
            (Ok(_), Err(_)) => {}
            (Err(invalid), Ok(text)) => assert_eq!(format!("{invalid}\n"), text, "{name}"),
            (Ok(value), Ok(_)) => panic!("{kind}/{name} should be refused, and was read as {value}"),
            (Err(invalid), Err(_)) => panic!("{kind}/{name} should be read:\n{invalid}"),
        }
    }
}

#[test]
fn system_files() {
    check("system", |path, bytes| System::read(path, bytes).map(|s| format!("{s:?}")));
}

#[test]
fn debt_files() {
    check("debt", |path, bytes| Debt::read(path, bytes).map(|s| format!("{s:?}")));
}

#[test]
fn dossier_files() {
    check("dossier", |path, bytes| Dossier::read(path, bytes).map(|s| format!("{s:?}")));
}

#[test]
fn answer_sheets() {
    check("answers", |path, bytes| Answers::read(path, bytes).map(|s| format!("{s:?}")));
}

fn whole(kind: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/own").join(kind);
    fs::read(folder.join("whole.toml")).unwrap()
}

#[test]
fn a_system_is_read_field_by_field() {
    let system = System::read("formulary.toml", &whole("system")).unwrap();
    assert_eq!(system.tier, Some(domain::Tier::Operational));
    assert_eq!(system.exposure, Some(domain::Exposure::Controlled));
    assert_eq!(system.started.unwrap().to_string(), "2026-08-22");
    assert_eq!(system.owner.as_ref().unwrap().monitors.as_deref(), Some("Night desk"));
    assert_eq!(system.parts[0].line, 15);
    assert_eq!(system.upstreams[1].hosts.len(), 2);
    assert_eq!(system.claims[0].control, "safety-case");

    let part = |path: &str| system.part_of(path).map(|part| part.name.as_str());
    assert_eq!(part("bedside/app/package-lock.json"), Some("bedside"));
    assert_eq!(part("shared/doses/Cargo.lock"), Some("bedside"));
    assert_eq!(
        part("bedside-old/package-lock.json"),
        None,
        "a name that only begins alike is another folder"
    );
    assert_eq!(part("shared/Cargo.lock"), None);
    assert_eq!(system.owner_of("bedside/x").unwrap().role, "Clinical safety team");
    assert_eq!(system.owner_of("reports/x").unwrap().role, "Ward systems team");
}

#[test]
fn what_is_written_is_read_again_as_the_same() {
    let system = System::read("formulary.toml", &whole("system")).unwrap();
    let again = System::read("formulary.toml", system.to_toml().as_bytes()).unwrap();
    let plain = |mut s: System| {
        s.owner.iter_mut().for_each(|o| o.line = 0);
        s.parts.iter_mut().for_each(|p| {
            p.line = 0;
            p.owner.iter_mut().for_each(|o| o.line = 0);
        });
        s.upstreams.iter_mut().for_each(|u| u.line = 0);
        s.vex.iter_mut().for_each(|v| v.line = 0);
        s.claims.iter_mut().for_each(|c| c.line = 0);
        s
    };
    assert_eq!(plain(again), plain(system));

    let debt = Debt::read("formulary.debt.toml", &whole("debt")).unwrap();
    let again = Debt::read("formulary.debt.toml", debt.to_toml().as_bytes()).unwrap();
    assert_eq!(again.to_toml(), debt.to_toml());
    assert_eq!(again.exceptions.len(), 2);
    assert_eq!(again.obligations.len(), 1);
    assert_eq!(
        debt.exceptions[0].to_domain().scope.as_deref(),
        Some("CVE-2021-44906 in tools"),
        "a finding within a scope is shown as both"
    );

    for text in [System::default().to_toml(), Debt::default().to_toml()] {
        assert!(text.lines().all(|line| line.len() <= 110), "a line too long to read:\n{text}");
    }
    assert_eq!(System::read("f", System::default().to_toml().as_bytes()).unwrap(), System::default());
    assert_eq!(Debt::read("f", Debt::default().to_toml().as_bytes()).unwrap(), Debt::default());
}

#[test]
fn texts_that_would_break_out_of_their_quotes_do_not() {
    let system = System { name: Some("a\"\n[owner]\nrole = \"x\\".to_owned()), ..System::default() };
    let again = System::read("f", system.to_toml().as_bytes()).unwrap();
    assert_eq!(again.name, system.name);
    assert!(again.owner.is_none());
}

#[test]
fn a_dossier_is_read_field_by_field() {
    let dossier = Dossier::read("product.toml", &whole("dossier")).unwrap();
    assert_eq!(dossier.contract.last_notice().unwrap().to_string(), "2026-12-31");
    assert_eq!(dossier.documents[0].worst_cvss_tenths, Some(65));
    assert_eq!(dossier.role("supplier").unwrap().contact, "security@harebell.example");
    assert_eq!(dossier.contract.price_per_year, Some(84_000));
}

#[test]
fn hostile_files_are_refused_in_bounded_time() {
    let deep = |open: &str, n: usize| format!("a = {}", open.repeat(n)).into_bytes();
    let many_keys = (0..100_000).fold(String::new(), |all, i| all + &format!("k{i} = 1\n"));
    let hostile: Vec<(&str, Vec<u8>)> = vec![
        ("nested lists", deep("[", 500_000)),
        ("nested tables", deep("{a=", 300_000)),
        ("dotted keys", [vec!["a"; 400_000].join(".").into_bytes(), b" = 1".to_vec()].concat()),
        ("dotted header", format!("[{}]", vec!["a"; 400_000].join(".")).into_bytes()),
        ("too large", vec![b'#'; LARGEST + 1]),
        ("UTF-16", b"\xff\xfen\0a\0m\0e\0".to_vec()),
        ("not UTF-8", b"name = \"\xc3\x28\"".to_vec()),
        ("truncated", b"[owner]\nrole = \"Te".to_vec()),
        ("twice", b"name = \"a\"\nname = \"b\"".to_vec()),
        ("nul", b"name = \"a\\u0000b\"".to_vec()),
        ("many unknown keys", many_keys.into_bytes()),
    ];
    for (what, bytes) in hostile {
        for result in [
            System::read("f", &bytes).map(drop),
            Debt::read("f", &bytes).map(drop),
            Dossier::read("f", &bytes).map(drop),
        ] {
            let invalid = result.expect_err(what);
            assert!(!invalid.faults.is_empty() && invalid.faults.len() <= 50, "{what}");
            assert!(invalid.faults.iter().all(|f| f.why.len() < 1000 && f.line > 0), "{what}");
        }
        if what != "many unknown keys" && what != "twice" && what != "nul" {
            Answers::read("f.toml", &bytes).expect_err(what);
        }
    }
    Answers::read("f.json", "[".repeat(500_000).as_bytes()).expect_err("nested JSON");
    Answers::read("f.json", br#"{"C1": "a", "C1": "b"}"#).expect_err("a key twice");
    assert!(System::read("f", b"\xef\xbb\xbfname = \"with a byte order mark\"").is_ok());
}

#[test]
fn a_bare_not_applicable_is_no_answer() {
    let sheet =
        Answers::read("d.toml", b"C1.1 = \"N/A\"\n\"C1.2\" = \"N/A: no device\"\nC2.1 = true").unwrap();
    let given = |code: &str| sheet.by_code[code].is_given();
    assert!(!given("C1.1") && given("C1.2") && given("C2.1"));
    assert_eq!(sheet.by_code["C1.2"].line, Some(2));
}

#[test]
fn the_nearest_word_is_near() {
    let known = ["until", "scope", "owner", "worst_cvss"];
    assert_eq!(nearest("untill", &known), Some("until"));
    assert_eq!(nearest("worst-cvss", &known), Some("worst_cvss"));
    assert_eq!(nearest("onwer", &known), Some("owner"));
    assert_eq!(nearest("colour", &known), None);
}
