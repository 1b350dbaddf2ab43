//! What advisory data does to a matcher, one test a trap.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may panic and print"
)]

mod scene;

use domain::{FeedCoverage, Timestamp};
use feeds::{Doubt, ImportOptions, LookedAt, MatchKind, UNDETERMINED_VERSION};
use scene::{Scene, now};

/// A record of one npm component; `rest` is what follows in the object.
fn npm(id: &str, name: &str, affected: &str, rest: &str) -> String {
    record("npm", id, name, affected, rest)
}

fn record(ecosystem: &str, id: &str, name: &str, affected: &str, rest: &str) -> String {
    format!(
        r#"{{"id":"{id}","affected":[{{"package":{{"ecosystem":"{ecosystem}","name":"{name}"}},{affected}}}],"modified":"2026-01-01T00:00:00Z"{rest}}}"#
    )
}

fn semver(events: &str) -> String {
    format!(r#""ranges":[{{"type":"SEMVER","events":[{events}]}}]"#)
}

const BELOW_2: &str = r#""ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"2.0.0"}]}]"#;

fn dated(id: &str, modified: &str) -> String {
    format!(
        r#"{{"id":"{id}","modified":"{modified}","affected":[{{"package":{{"ecosystem":"npm","name":"a"}},{BELOW_2}}}]}}"#
    )
}

fn as_of(records: &[&str]) -> String {
    Scene::with("npm", records).open().stamps()[0].as_of.to_string()
}

#[test]
fn modified_in_the_future_does_not_make_a_feed_look_fresh() {
    let (old, future) = (dated("X-1", "2026-03-01T00:00:00Z"), dated("X-2", "2027-07-09T15:54:00Z"));
    assert_eq!(as_of(&[&old, &future]), "2026-03-01T00:00:00Z");
    // The record itself still counts.
    assert_eq!(Scene::with("npm", &[&future]).matches("pkg:npm/a@1.0.0").len(), 1);
}

#[test]
fn modified_in_the_year_1_is_no_date() {
    let (old, unset) = (dated("X-1", "2026-03-01T00:00:00Z"), dated("X-2", "0001-01-01T00:00:00Z"));
    assert_eq!(as_of(&[&old, &unset]), "2026-03-01T00:00:00Z");
    // A feed with no usable date is as old as can be, and its matches have no date.
    assert_eq!(as_of(&[&unset]), "1970-01-01T00:00:00Z");
    let found = Scene::with("npm", &[&old, &unset]).matches("pkg:npm/a@1.0.0");
    let unset = found.iter().find(|m| m.id == "X-2").unwrap();
    assert_eq!((unset.modified, unset.published), (None, None));
}

#[test]
fn a_withdrawn_record_matches_nothing_and_is_counted() {
    let gone = npm("X-1", "a", BELOW_2, r#","withdrawn":"2026-02-01T00:00:00Z""#);
    let null = npm("X-2", "a", BELOW_2, r#","withdrawn":null"#);
    let scene = Scene::with("npm", &[&gone, &null]);
    let found = scene.matches("pkg:npm/a@1.0.0");
    assert_eq!(found.iter().map(|m| m.id.as_str()).collect::<Vec<_>>(), ["X-2"]);
    assert_eq!(scene.open().held().next().unwrap().withdrawn, 1);
}

#[test]
fn one_flaw_under_many_ids_is_one_finding() {
    let ghsa = npm(
        "GHSA-1111-2222-3333",
        "a",
        BELOW_2,
        r#","aliases":["CVE-2026-0001"],"published":"2026-02-02T00:00:00Z""#,
    );
    let other = npm(
        "SNYK-9",
        "a",
        &semver(r#"{"introduced":"0"},{"fixed":"2.1.0"}"#),
        r#","aliases":["CVE-2026-0001"],"published":"2025-12-24T00:00:00Z""#,
    );
    // Linked to the first by no id of its own, but through a record that does not even hold.
    let bridge = npm(
        "ZZZ-1",
        "a",
        &semver(r#"{"introduced":"9.0.0"}"#),
        r#","aliases":["CVE-2026-0001","CVE-2026-0002"]"#,
    );
    let far = npm("AAA-1", "a", BELOW_2, r#","aliases":["CVE-2026-0002"]"#);
    let found = Scene::with("npm", &[&far, &ghsa, &other, &bridge]).matches("pkg:npm/a@1.0.0");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].id, "GHSA-1111-2222-3333");
    assert_eq!(found[0].aliases, ["AAA-1", "CVE-2026-0001", "CVE-2026-0002", "SNYK-9", "ZZZ-1"]);
    assert_eq!(found[0].published.unwrap().to_string(), "2025-12-24T00:00:00Z", "the earliest of the set");
    assert_eq!(found[0].clears_this.as_deref(), Some("2.1.0"), "clear of every record that holds");
}

#[test]
fn a_notice_that_bundles_flaws_does_not_join_them() {
    let one = npm("B-1", "a", BELOW_2, r#","upstream":["CVE-2026-0001"]"#);
    let two = npm("B-2", "a", BELOW_2, r#","upstream":["CVE-2026-0002"]"#);
    let bundle = npm("B-3", "a", BELOW_2, r#","upstream":["CVE-2026-0001","CVE-2026-0002"]"#);
    assert_eq!(Scene::with("npm", &[&one, &two, &bundle]).matches("pkg:npm/a@1.0.0").len(), 3);
    // From the same single flaw: one.
    let same = npm("B-4", "a", BELOW_2, r#","upstream":["CVE-2026-0001"]"#);
    assert_eq!(Scene::with("npm", &[&one, &same]).matches("pkg:npm/a@1.0.0").len(), 1);
}

#[test]
fn no_severity_is_unknown() {
    let found =
        Scene::with("npm", &[&npm("X-1", "a", BELOW_2, r#","severity":[]"#)]).matches("pkg:npm/a@1.0.0");
    assert!(found[0].cvss.is_empty());
    let vector = r#","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"},{"type":"Ubuntu","score":"low"}]"#;
    let found = Scene::with("npm", &[&npm("X-1", "a", BELOW_2, vector)]).matches("pkg:npm/a@1.0.0");
    assert_eq!(found[0].cvss, ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"]);
}

#[test]
fn a_malware_record_that_condemns_every_version_and_names_exact_ones_decides_by_those() {
    // The form of MAL-2025-47141 about @ctrl/tinycolor.
    let ranges = r#""ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]},{"type":"SEMVER","events":[{"introduced":"4.1.1"},{"last_affected":"4.1.2"}]}]"#;
    let scene = Scene::with("npm", &[&npm("MAL-2025-1", "@ctrl/tinycolor", ranges, "")]);
    for version in ["4.1.1", "4.1.2"] {
        let found = scene.matches(&format!("pkg:npm/%40ctrl/tinycolor@{version}"));
        assert_eq!(found[0].kind, MatchKind::Malware);
        assert_eq!(found[0].matched, "introduced 4.1.1, last affected 4.1.2");
        assert!(!found[0].every_version);
    }
    for version in ["4.1.0", "4.1.3"] {
        let found = scene.matches(&format!("pkg:npm/%40ctrl/tinycolor@{version}"));
        assert_eq!((found[0].kind, found[0].doubt), (MatchKind::Undetermined, Some(Doubt::Contradiction)));
        assert!(found[0].matched.contains("introduced 0"), "{}", found[0].matched);
        assert_eq!(found[0].id, "MAL-2025-1");
    }
}

#[test]
fn a_malware_record_that_condemns_the_whole_name_says_so() {
    let sweeping = npm("MAL-2025-2", "evil", &semver(r#"{"introduced":"0"}"#), "");
    let both = npm(
        "MAL-2025-3",
        "evil2",
        r#""ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}],"versions":["1.0.0"]"#,
        "",
    );
    let scene = Scene::with("npm", &[&sweeping, &both]);
    let found = scene.matches("pkg:npm/evil@3.0.0");
    assert_eq!((found[0].kind, found[0].every_version), (MatchKind::Malware, true));
    assert_eq!(found[0].matched, "introduced 0 (every version)");
    assert_eq!(found[0].clears_this, None);
    // A list beside it may only enumerate what the range holds: the range keeps its word.
    let found = scene.matches("pkg:npm/evil2@1.0.0");
    assert_eq!((found[0].matched.as_str(), found[0].every_version), ("version list: 1.0.0", false));
    let found = scene.matches("pkg:npm/evil2@1.0.1");
    assert_eq!(found[0].matched, "introduced 0 (every version); not among the 1 it lists");
}

#[test]
fn a_malware_record_with_a_list_condemns_only_the_list() {
    let scene = Scene::with("npm", &[&npm("MAL-2026-1", "axios", r#""versions":["0.30.4","1.14.1"]"#, "")]);
    assert_eq!(scene.matches("pkg:npm/axios@1.14.1")[0].matched, "version list: 1.14.1 among 2");
    assert!(scene.matches("pkg:npm/axios@1.14.0").is_empty());
    assert!(scene.matches("pkg:npm/axios@1.14").is_empty());
}

#[test]
fn a_record_with_neither_versions_nor_ranges_cannot_be_judged() {
    let none = npm("X-1", "a", r#""ranges":[]"#, "");
    let git = npm(
        "X-2",
        "a",
        r#""ranges":[{"type":"GIT","repo":"https://code.example/a","events":[{"introduced":"0"}]}]"#,
        "",
    );
    let scene = Scene::with("npm", &[&none, &git]);
    let found = scene.matches("pkg:npm/a@1.0.0");
    assert_eq!(found.len(), 2);
    for one in found {
        assert_eq!((one.kind, one.doubt), (MatchKind::Undetermined, Some(Doubt::Record)));
    }
    assert!(scene.matches("pkg:npm/b@1.0.0").is_empty());
}

#[test]
fn a_range_of_an_unknown_type_is_not_a_no() {
    let strange = npm(
        "X-1",
        "a",
        r#""ranges":[{"type":"LUNAR","events":[{"introduced":"0"},{"fixed":"1"}]}],"versions":["3.0.0"]"#,
        "",
    );
    let scene = Scene::with("npm", &[&strange]);
    assert_eq!(scene.matches("pkg:npm/a@3.0.0")[0].kind, MatchKind::Advisory);
    assert_eq!(scene.matches("pkg:npm/a@1.0.0")[0].kind, MatchKind::Undetermined);
}

#[test]
fn a_version_that_cannot_be_ordered_is_undetermined_once() {
    let scene = Scene::with(
        "npm",
        &[&npm("X-1", "a", BELOW_2, ""), &npm("X-2", "a", BELOW_2, ""), &npm("X-3", "a", BELOW_2, "")],
    );
    let found = scene.matches("pkg:npm/a@next");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].kind, found[0].doubt), (MatchKind::Undetermined, Some(Doubt::Version)));
    assert_eq!(found[0].id, UNDETERMINED_VERSION);
    assert_eq!(found[0].aliases, ["X-1", "X-2", "X-3"]);
    let found = scene.matches("pkg:npm/a");
    assert_eq!((found.len(), found[0].doubt), (1, Some(Doubt::NoVersion)));
    assert!(scene.matches("pkg:npm/unheard-of").is_empty());
}

#[test]
fn an_event_that_cannot_be_ordered_is_undetermined() {
    let scene = Scene::with(
        "npm",
        &[&npm("X-1", "a", &semver(r#"{"introduced":"1.0.0"},{"fixed":"the next one"}"#), "")],
    );
    let found = scene.matches("pkg:npm/a@1.5.0");
    assert_eq!((found[0].kind, found[0].doubt), (MatchKind::Undetermined, Some(Doubt::Record)));
    assert!(scene.matches("pkg:npm/a@0.5.0").is_empty(), "before it began it cannot be in it");
}

#[test]
fn unmaintained_and_notice_are_no_flaws_and_unsound_is_one() {
    let informational = |id: &str, name: &str, word: &str| {
        record(
            "crates.io",
            id,
            name,
            &format!(
                r#"{},"database_specific":{{"informational":"{word}"}}"#,
                semver(r#"{"introduced":"0.0.0-0"}"#)
            ),
            "",
        )
    };
    let scene = Scene::with(
        "crates.io",
        &[
            &informational("RUSTSEC-2026-0001", "a", "unmaintained"),
            &informational("RUSTSEC-2026-0002", "b", "notice"),
            &informational("RUSTSEC-2026-0003", "c", "unsound"),
            &informational("RUSTSEC-2026-0004", "d", "a word not known"),
        ],
    );
    let kind = |name: &str| scene.matches(&format!("pkg:cargo/{name}@1.0.0"))[0].kind;
    assert_eq!(kind("a"), MatchKind::Maintenance);
    assert_eq!(kind("b"), MatchKind::Maintenance);
    assert_eq!(kind("c"), MatchKind::Advisory);
    assert_eq!(kind("d"), MatchKind::Advisory);
}

#[test]
fn the_lowest_version_that_clears_all_is_free_of_every_known_flaw() {
    let scene = Scene::with(
        "npm",
        &[
            &npm("X-1", "a", &semver(r#"{"introduced":"0"},{"fixed":"1.1.0"}"#), ""),
            &npm(
                "X-2",
                "a",
                &semver(
                    r#"{"introduced":"1.0.0"},{"fixed":"1.2.0"},{"introduced":"2.0.0"},{"fixed":"2.0.1"}"#,
                ),
                "",
            ),
            // Does not hold for 1.0.5, but for the version that clears the others.
            &npm("X-3", "a", &semver(r#"{"introduced":"1.2.0"},{"fixed":"1.3.0"}"#), ""),
        ],
    );
    let look = scene.look("pkg:npm/a@1.0.5");
    let cleared: Vec<_> =
        look.matches.iter().map(|m| (m.id.as_str(), m.clears_this.as_deref(), m.matched.as_str())).collect();
    assert_eq!(
        cleared,
        [
            ("X-1", Some("1.1.0"), "introduced 0, fixed 1.1.0"),
            ("X-2", Some("1.2.0"), "introduced 1.0.0, fixed 1.2.0"),
        ]
    );
    assert_eq!(look.clears_all.as_deref(), Some("1.3.0"));
    assert_eq!(look.matches[1].fixed, ["1.2.0", "2.0.1"]);
    assert_eq!(scene.look("pkg:npm/a@1.3.0").clears_all, None, "nothing to clear");
}

#[test]
fn a_flaw_without_a_fix_leaves_no_version_that_clears_all() {
    let scene = Scene::with(
        "npm",
        &[
            &npm("X-1", "a", BELOW_2, ""),
            &npm("X-2", "a", &semver(r#"{"introduced":"0"},{"last_affected":"3.0.0"}"#), ""),
        ],
    );
    let look = scene.look("pkg:npm/a@1.0.0");
    assert_eq!(look.matches[0].clears_this.as_deref(), Some("2.0.0"));
    assert_eq!((look.matches[1].clears_this.as_deref(), look.clears_all), (None, None));
}

#[test]
fn names_are_compared_as_the_ecosystem_does() {
    for (ecosystem, written, purl) in [
        ("PyPI", "Zope.Interface", "pkg:pypi/zope-interface@1.0"),
        ("Go", "github.com/BurntSushi/toml", "pkg:golang/github.com/burntsushi/toml@v1.0.0"),
        ("Go", "stdlib", "pkg:golang/stdlib@1.0.0"),
        ("Go", "github.com/a/b/v2", "pkg:golang/github.com/a/b/v2@v1.0.0"),
        ("Maven", "org.example:lib", "pkg:maven/org.example/lib@1.0"),
        ("Packagist", "Vendor/Lib", "pkg:composer/vendor/lib@1.0.0"),
        ("npm", "@Scope/Lib", "pkg:npm/%40scope/lib@1.0.0"),
        ("NuGet", "Newtonsoft.Json", "pkg:nuget/newtonsoft.json@1.0.0"),
        ("SwiftURL", "https://github.com/apple/swift-nio.git", "pkg:swift/github.com/apple/swift-nio@1.0.0"),
    ] {
        let range = r#""ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"2.0.0"}]}]"#;
        let scene = Scene::with(ecosystem, &[&record(ecosystem, "X-1", written, range, "")]);
        assert_eq!(scene.matches(purl).len(), 1, "{ecosystem} {written}");
    }
}

#[test]
fn an_ecosystem_with_a_suffix_is_found_in_its_folder() {
    let scene = Scene::new();
    let range = r#""ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.35.0"}]}]"#;
    scene.zip(
        "Packagist",
        &[&record("Packagist:https://modules.example/8", "D-1", "drupal/terms", range, "")],
    );
    scene.zip("Debian", &[&record("Debian:12", "D-2", "openssl", range, "")]);
    scene.import().unwrap();
    assert_eq!(scene.matches("pkg:composer/drupal/terms@1.3.0").len(), 1);
    assert_eq!(
        scene.matches("pkg:deb/debian/libssl3@1.2-1?distro=debian-12&upstream=openssl")[0].kind,
        MatchKind::Advisory
    );
    assert!(scene.matches("pkg:deb/debian/libssl3@1.2-1?distro=debian-11&upstream=openssl").is_empty());
    let found = scene.matches("pkg:deb/debian/openssl@1.2-1");
    assert_eq!((found[0].kind, found[0].doubt), (MatchKind::Undetermined, Some(Doubt::Release)));
}

#[test]
fn equal_versions_in_a_list_need_not_be_spelt_alike() {
    let scene = Scene::with("PyPI", &[&record("PyPI", "X-1", "a", r#""versions":["1.0.0","2.0rc1"]"#, "")]);
    for version in ["1.0", "1.0.0", "2.0.0rc1", "2.0RC1"] {
        assert_eq!(scene.matches(&format!("pkg:pypi/a@{version}")).len(), 1, "{version}");
    }
    assert!(scene.matches("pkg:pypi/a@2.0").is_empty());
}

#[test]
fn how_it_was_looked_at_is_stated() {
    let scene = Scene::with("npm", &[&npm("X-1", "a", BELOW_2, "")]);
    let date: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(
        scene.look("pkg:npm/b@1.0.0").looked,
        LookedAt::Partial { feed: "osv/npm".into(), as_of: date }
    );
    assert_eq!(scene.look("pkg:cargo/b@1.0.0").looked, LookedAt::NotLoaded { feed: "osv/crates.io".into() });
    assert_eq!(scene.look("pkg:docker/library/python@3.11").looked, LookedAt::Nowhere);
    assert_eq!(scene.look("pkg:github/actions/checkout@v4").looked, LookedAt::Nowhere);
    let stated: Timestamp = "2026-08-22T00:00:00Z".parse().unwrap();
    let full = ImportOptions {
        coverage: Some(FeedCoverage::Full),
        as_of: Some(stated),
        ..ImportOptions::new(now())
    };
    scene.import_with(&full).unwrap();
    assert_eq!(
        scene.look("pkg:npm/b@1.0.0").looked,
        LookedAt::Full { feed: "osv/npm".into(), as_of: stated }
    );
    let future = ImportOptions { as_of: Some("2026-08-24T00:00:00Z".parse().unwrap()), ..full };
    assert!(matches!(scene.import_with(&future), Err(feeds::ImportError::Future { .. })));
}

#[test]
fn a_library_that_does_not_exist_knows_nothing() {
    let scene = Scene::new();
    assert_eq!(scene.look("pkg:npm/a@1.0.0").looked, LookedAt::NotLoaded { feed: "osv/npm".into() });
    assert!(scene.open().stamps().is_empty());
}

#[test]
fn kev_epss_and_ssvc_are_found_by_any_cve_of_the_set() {
    let scene = Scene::new();
    scene.zip(
        "npm",
        &[&npm("GHSA-1111-2222-3333", "a", BELOW_2, r#","aliases":["CVE-2026-0001","CVE-2025-1000"]"#)],
    );
    scene.file("kev.json", r#"{"dateReleased":"2026-08-07T16:45:47Z","count":1,"vulnerabilities":[{"cveID":"CVE-2025-1000","dateAdded":"2026-08-01","knownRansomwareCampaignUse":"Known"}]}"#);
    scene.file("epss.csv", "#model_version:v1,score_date:2026-08-22T00:00:00+0000\ncve,epss,percentile\nCVE-2026-0001,0.5,0.9\nCVE-2025-1000,0.04919,0.1\n");
    scene.file("ssvc.tsv", "cve\texploitation\tautomatable\ttechnical_impact\tassessed\nCVE-2026-0001\tpoc\tno\ttotal\t2026-08-02\nCVE-2025-1000\tnone\tyes\tpartial\t2026-08-01\n");
    scene.import().unwrap();
    let found = scene.matches("pkg:npm/a@1.0.0");
    assert_eq!(found.len(), 1);
    let kev = found[0].kev.unwrap();
    assert_eq!((kev.added.to_string().as_str(), kev.ransomware), ("2026-08-01", true));
    assert_eq!(found[0].epss.unwrap().millionths, 500_000);
    let ssvc = found[0].ssvc.unwrap();
    assert_eq!((ssvc.exploitation.word(), ssvc.automatable, ssvc.total_impact), ("poc", true, true));
    let names: Vec<_> = scene.open().stamps().into_iter().map(|s| (s.name, s.as_of.to_string())).collect();
    assert_eq!(
        names,
        [
            ("epss".to_owned(), "2026-08-22T00:00:00Z".to_owned()),
            ("kev".to_owned(), "2026-08-07T16:45:47Z".to_owned()),
            ("osv/npm".to_owned(), "2026-01-01T00:00:00Z".to_owned()),
            ("ssvc".to_owned(), "2026-08-02T00:00:00Z".to_owned()),
        ]
    );
}

#[test]
fn the_same_component_twice_gets_the_same_answer_twice() {
    let scene = Scene::with("npm", &[&npm("X-1", "a", BELOW_2, "")]);
    let (a, b) = (scene::component("pkg:npm/a@1.0.0"), scene::component("pkg:npm/b@1.0.0"));
    let matched = scene.open().matches(&[a.clone(), b.clone(), a.clone(), b, a]);
    let counts: Vec<_> = matched.components.iter().map(|c| c.matches.len()).collect();
    assert_eq!(counts, [1, 0, 1, 0, 1]);
}

#[test]
fn nothing_from_a_record_steers_a_terminal() {
    let rest = ",\"summary\":\"Red \\u001b[31malert\\u0007 \\u202eevil\\nline\",\"aliases\":[\"CVE-2026-0001\",\"\\u001b[2J\"],\"references\":[{\"type\":\"FIX\",\"url\":\"https://a.example/\\u001b\"}],\"severity\":[{\"type\":\"CVSS_V3\",\"score\":\"CVSS:3.1/\\u001b\"}]";
    let found = Scene::with("npm", &[&npm("X-1", "a", BELOW_2, rest)]).matches("pkg:npm/a@1.0.0");
    assert_eq!(found[0].summary.as_deref(), Some("Red [31malert evil line"));
    assert_eq!(found[0].aliases, ["CVE-2026-0001"]);
    assert!(found[0].references.is_empty() && found[0].cvss.is_empty());
    let odd = Scene::with(
        "npm",
        &[&npm("X-1", "a", &semver(r#"{"introduced":"0"},{"fixed":"2.0.0\u001b[2J"}"#), "")],
    );
    assert!(odd.matches("pkg:npm/a@1.0.0").iter().all(|m| !m.matched.contains('\u{1b}')));
}
