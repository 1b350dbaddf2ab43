//! Advisories that are odd or hostile, and components written in odd ways: none is a quiet "no".

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may panic and print")]

mod scene;

use feeds::{Match, MatchKind};
use scene::Scene;

fn record(ecosystem: &str, id: &str, name: &str, affected: &str, rest: &str) -> String {
    format!(
        r#"{{"id":"{id}","affected":[{{"package":{{"ecosystem":"{ecosystem}","name":"{name}"}},{affected}}}],"modified":"2026-01-01T00:00:00Z"{rest}}}"#
    )
}

fn range(events: &str) -> String {
    format!(r#""ranges":[{{"type":"ECOSYSTEM","events":[{events}]}}]"#)
}

/// What one record says of each component: `yes`, `no`, or the doubt.
fn answers(ecosystem: &str, record: &str, rows: &[(&str, &str)]) {
    let folder = ecosystem.split(':').next().unwrap();
    let scene = Scene::with(folder, &[record]);
    for (purl, want) in rows {
        let found = scene.matches(purl);
        let got = match found.as_slice() {
            [] => "no".to_owned(),
            [Match { kind: MatchKind::Undetermined, doubt: Some(doubt), .. }] => format!("{doubt:?}"),
            [Match { kind: MatchKind::Advisory, .. }] => "yes".to_owned(),
            other => format!("{other:?}"),
        };
        assert_eq!(got, *want, "{purl}");
    }
}

#[test]
fn an_end_before_its_start_is_a_contradiction() {
    // The form of VICTIMS-2009-1190: Maven orders the milestone before the release.
    let ranges = r#""ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"2"},{"last_affected":"2.5.6"}]},{"type":"ECOSYSTEM","events":[{"introduced":"3.0"},{"last_affected":"3.0.0.M2"}]}]"#;
    let record = record("Maven", "V-1", "org.example:core", ranges, "");
    answers(
        "Maven",
        &record,
        &[
            ("pkg:maven/org.example/core@2.5.6", "yes"),
            ("pkg:maven/org.example/core@3.0.0.M1", "Contradiction"),
            ("pkg:maven/org.example/core@3.0.1", "Contradiction"),
            ("pkg:maven/org.example/core@5.3.1", "Contradiction"),
        ],
    );
    let scene = Scene::with("Maven", &[&record]);
    let found = scene.matches("pkg:maven/org.example/core@5.3.1");
    assert_eq!(found[0].id, "V-1");
    assert!(found[0].matched.contains("introduced 3.0, last affected 3.0.0.M2"), "{}", found[0].matched);
    assert!(found[0].matched.contains("contradicts itself"), "{}", found[0].matched);
    assert_eq!(scene.look("pkg:maven/org.example/core@2.5.6").clears_all, None);
}

#[test]
fn a_second_end_is_a_contradiction_between_the_two() {
    let events = r#"{"introduced":"1.0.0"},{"fixed":"1.2.0"},{"fixed":"2.0.0"}"#;
    answers(
        "npm",
        &record("npm", "X-1", "a", &range(events), ""),
        &[
            ("pkg:npm/a@0.9.0", "no"),
            ("pkg:npm/a@1.1.0", "yes"),
            ("pkg:npm/a@1.5.0", "Contradiction"),
            ("pkg:npm/a@2.0.0", "no"),
        ],
    );
}

#[test]
fn what_a_list_and_a_range_say_adds_up() {
    let both = format!(r#"{},"versions":["3.0.0"]"#, range(r#"{"introduced":"1.0.0"},{"fixed":"2.0.0"}"#));
    answers(
        "npm",
        &record("npm", "X-1", "a", &both, ""),
        &[("pkg:npm/a@3.0.0", "yes"), ("pkg:npm/a@1.5.0", "yes"), ("pkg:npm/a@2.5.0", "no")],
    );
}

#[test]
fn a_record_that_names_nothing_harms_nothing() {
    let empty = r#"{"id":"X-1","affected":[],"modified":"2026-01-01T00:00:00Z"}"#;
    let none = r#"{"id":"X-2","modified":"2026-01-01T00:00:00Z"}"#;
    let sound = record("npm", "X-3", "a", &range(r#"{"introduced":"0"}"#), "");
    let scene = Scene::with("npm", &[empty, none, &sound]);
    assert_eq!(scene.matches("pkg:npm/a@1.0.0").len(), 1);
    assert!(scene.matches("pkg:npm/b@1.0.0").is_empty());
}

#[test]
fn an_epoch_counts_wherever_it_stands() {
    let fixed = |version: &str| range(&format!(r#"{{"introduced":"0"}},{{"fixed":"{version}"}}"#));
    answers(
        "Red Hat",
        &record("Red Hat:enterprise_linux:8::baseos", "X-1", "openssl", &fixed("1:1.1.1k-9.el8"), ""),
        &[
            ("pkg:rpm/redhat/openssl@1.1.1k-9.el8?epoch=1&distro=rhel-8.9", "no"),
            ("pkg:rpm/redhat/openssl@1.1.1k-8.el8?epoch=1&distro=rhel-8.9", "yes"),
            ("pkg:rpm/redhat/openssl@1.1.1k-9.el8?distro=rhel-8.9", "yes"),
        ],
    );
    answers(
        "PyPI",
        &record("PyPI", "X-1", "a", &fixed("1!1.0"), ""),
        &[("pkg:pypi/a@2024.1", "yes"), ("pkg:pypi/a@1%211.0", "no")],
    );
    answers(
        "Debian",
        &record("Debian:12", "X-1", "a", &fixed("1:1.0-1"), ""),
        &[
            ("pkg:deb/debian/a@2.0-1?distro=debian-12", "yes"),
            ("pkg:deb/debian/a@1%3A1.0-1?distro=debian-12", "no"),
            ("pkg:deb/debian/a@2.0-1?distro=debian-11", "no"),
            ("pkg:deb/debian/a@2.0-1", "Release"),
        ],
    );
}

#[test]
fn a_build_of_a_version_is_as_flawed_as_the_version() {
    let ranged =
        record("PyPI", "X-1", "torch", &range(r#"{"introduced":"0"},{"last_affected":"2.5.1"}"#), "");
    answers(
        "PyPI",
        &ranged,
        &[
            ("pkg:pypi/torch@2.5.1%2Bcu118", "yes"),
            ("pkg:pypi/torch@2.6.0%2Bcu118", "no"),
            ("pkg:pypi/torch@2.5.1.post1", "no"),
        ],
    );
    let listed = record("PyPI", "X-1", "torch", r#""versions":["2.5.1","2.4.0+own"]"#, "");
    answers(
        "PyPI",
        &listed,
        &[
            ("pkg:pypi/torch@2.5.1%2Bcu118", "yes"),
            ("pkg:pypi/torch@2.4.0%2Bown", "yes"),
            ("pkg:pypi/torch@2.4.0%2Bother", "no"),
        ],
    );
}

#[test]
fn commits_and_nothing_else_cannot_be_compared() {
    let git = r#""ranges":[{"type":"GIT","repo":"https://code.example/a","events":[{"introduced":"0"},{"fixed":"aaaa"}]}]"#;
    answers(
        "npm",
        &record("npm", "X-1", "a", git, ""),
        &[("pkg:npm/a@1.0.0", "Record"), ("pkg:npm/a", "NoVersion")],
    );
    // Beside a list it only says where the list comes from.
    let listed = format!(r#"{git},"versions":["1.0.0"]"#);
    answers(
        "npm",
        &record("npm", "X-1", "a", &listed, ""),
        &[("pkg:npm/a@1.0.0", "yes"), ("pkg:npm/a@1.0.1", "no"), ("pkg:npm/a@newest", "Version")],
    );
}

#[test]
fn names_meet_however_a_tool_spells_them() {
    let all = range(r#"{"introduced":"0"}"#);
    for (ecosystem, name, purl) in [
        ("PyPI", "Ruamel_YAML", "pkg:pypi/ruamel.yaml@1.0"),
        ("PyPI", "ruamel.yaml", "pkg:pypi/ruamel_yaml@1.0"),
        ("NuGet", "System.Text.Json", "pkg:nuget/system.TEXT.json@1.0.0"),
        ("crates.io", "serde_json", "pkg:cargo/serde-json@1.0.0"),
        ("crates.io", "Inflector", "pkg:cargo/inflector@1.0.0"),
        ("Go", "stdlib", "pkg:golang/std@go1.21.3"),
    ] {
        answers(ecosystem, &record(ecosystem, "X-1", name, &all, ""), &[(purl, "yes")]);
    }
    answers(
        "Maven",
        &record("Maven", "X-1", "org.example:Lib", &all, ""),
        &[("pkg:maven/org.example/lib@1", "no")],
    );
}

#[test]
fn go_says_in_words_that_something_is_unmaintained() {
    let openpgp = r#""ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}],"ecosystem_specific":{"imports":[{"path":"golang.example/x/crypto/openpgp"},{"path":"golang.example/x/crypto/openpgp/packet"}]}"#;
    let says = |id: &str, summary: &str, affected: &str, rest: &str| {
        let rest = format!(r#","summary":"{summary}"{rest}"#);
        let scene = Scene::with("Go", &[&record("Go", id, "golang.example/x/crypto", affected, &rest)]);
        scene.matches("pkg:golang/golang.example/x/crypto@v0.1.0").remove(0)
    };
    let line = "The golang.example/x/crypto/openpgp package is unmaintained and unsafe by design";
    let found = says("GO-2026-5932", line, openpgp, "");
    assert_eq!(found.kind, MatchKind::Maintenance);
    assert_eq!(found.imports, ["golang.example/x/crypto/openpgp", "golang.example/x/crypto/openpgp/packet"]);
    // A flaw that another database knows, one that was mended, and one about something deprecated.
    let all = range(r#"{"introduced":"0"}"#);
    let mended = range(r#"{"introduced":"0"},{"fixed":"0.2.0"}"#);
    assert_eq!(says("GO-2026-1", line, &all, r#","aliases":["CVE-2026-0001"]"#).kind, MatchKind::Advisory);
    assert_eq!(says("GO-2026-1", line, &mended, "").kind, MatchKind::Advisory);
    assert_eq!(says("GO-2026-1", "Uses deprecated TLS versions in x", &all, "").kind, MatchKind::Advisory);
    assert_eq!(says("GHSA-1111-2222-3333", line, &all, "").kind, MatchKind::Advisory);
}
