//! Ranges, requirements, steps, pre-releases and names: the questions beside order, as rows.

use versions::{Event, Reading, Scheme, Step};

/// npm's documentation of ranges, with what Cargo's book, PEP 440 and 508, RubyGems' guide, Composer's
/// "Versions and constraints", NuGet's "Version ranges" and Maven's POM reference say of theirs.
#[test]
fn requirements() {
    let rows: &[(Scheme, &str, Option<&str>, Option<&str>)] = &[
        // scheme, requirement, lowest, pinned
        (Scheme::Npm, "^1.2", Some("1.2.0"), None),
        (Scheme::Npm, "~0.2.3", Some("0.2.3"), None),
        (Scheme::Npm, "1.2.x", Some("1.2.0"), None),
        (Scheme::Npm, ">1.2.3", Some("1.2.4"), None),
        (Scheme::Npm, "^3 || ^2.1", Some("2.1.0"), None),
        (Scheme::Npm, "1.2.3 - 2", Some("1.2.3"), None),
        (Scheme::Npm, "1.2.3", Some("1.2.3"), Some("1.2.3")),
        (Scheme::Npm, "=v1.2.3-rc.1", Some("1.2.3-rc.1"), Some("1.2.3-rc.1")),
        (Scheme::Npm, "*", None, None),
        (Scheme::Npm, "<2.0.0", None, None),
        (Scheme::Npm, "latest", None, None),
        (Scheme::Npm, "workspace:^1.0.0", None, None),
        (Scheme::Npm, "npm:other@^1.0.0", None, None),
        (Scheme::Npm, "git+ssh://forge.example/a/b.git#v1.0.0", None, None),
        (Scheme::Npm, "^99999999999999999999.0.0", Some("99999999999999999999.0.0"), None),
        (Scheme::Semver, "1.0", Some("1.0.0"), None),
        (Scheme::Semver, "=1.0.3", Some("1.0.3"), Some("1.0.3")),
        (Scheme::Semver, ">=1.2, <1.5", Some("1.2.0"), None),
        (Scheme::Semver, "1.2.*", Some("1.2.0"), None),
        (Scheme::Semver, "*", None, None),
        (Scheme::Pep440, "==2.31.0", Some("2.31.0"), Some("2.31.0")),
        (Scheme::Pep440, "== 2.31.0 ; python_version < '3.8'", Some("2.31.0"), Some("2.31.0")),
        (Scheme::Pep440, "===weird", Some("weird"), Some("weird")),
        (Scheme::Pep440, "==2.31.*", Some("2.31"), None),
        (Scheme::Pep440, "~=1.4.2", Some("1.4.2"), None),
        (Scheme::Pep440, "(>=1.0,<2)", Some("1.0"), None),
        (Scheme::Pep440, ">1.0", None, None),
        (Scheme::Pep440, ">=1.0,!=1.0", None, None),
        (Scheme::Pep440, "^1.2.3", Some("1.2.3"), None),
        (Scheme::Pep440, "", None, None),
        (Scheme::Gem, "~> 2.2", Some("2.2"), None),
        (Scheme::Gem, ">= 1.0, < 3", Some("1.0"), None),
        (Scheme::Gem, "= 4.1.0", Some("4.1.0"), Some("4.1.0")),
        (Scheme::Composer, "^1.2", Some("1.2.0"), None),
        (Scheme::Composer, "~1.2.3 || ^3.0", Some("1.2.3"), None),
        (Scheme::Composer, "1.0.2", Some("1.0.2"), Some("1.0.2")),
        (Scheme::Composer, "1.0.*", Some("1.0.0"), None),
        (Scheme::Composer, "dev-main", Some("dev-main"), Some("dev-main")),
        (Scheme::Nuget, "6.1", Some("6.1"), None),
        (Scheme::Nuget, "[6.1]", Some("6.1"), Some("6.1")),
        (Scheme::Nuget, "(4.1.3,)", None, None),
        (Scheme::Nuget, "[1.0,2.0)", Some("1.0"), None),
        (Scheme::Nuget, "6.*", Some("6.0.0"), None),
        (Scheme::Maven, "[1.0,2.0)", Some("1.0"), None),
        (Scheme::Maven, "[1.5]", Some("1.5"), Some("1.5")),
        (Scheme::Maven, "2.17.1", Some("2.17.1"), Some("2.17.1")),
        (Scheme::Maven, "${log4j.version}", None, None),
        (Scheme::Maven, "(,1.0],[1.2,)", None, None),
        (Scheme::Go, "v1.9.1", Some("v1.9.1"), Some("v1.9.1")),
        (Scheme::Debian, ">= 1.0", None, None),
    ];
    for (scheme, requirement, lowest, pinned) in rows {
        assert_eq!(scheme.lowest(requirement).as_deref(), *lowest, "lowest of {scheme:?} {requirement}");
        assert_eq!(scheme.pinned(requirement).as_deref(), *pinned, "pin of {scheme:?} {requirement}");
    }
}

#[test]
fn requirements_admit_or_say_that_they_cannot_be_read() {
    let rows: &[(Scheme, &str, &str, Option<bool>)] = &[
        (Scheme::Npm, "^1.2.3-beta.2", "1.2.3-beta.4", Some(true)),
        (Scheme::Npm, "^1.2.3-beta.2", "1.2.4-beta.2", Some(false)),
        (Scheme::Npm, "^0.0.3", "0.0.4", Some(false)),
        (Scheme::Npm, "latest", "1.0.0", None),
        (Scheme::Npm, "^1.0.0", "one", None),
        (Scheme::Semver, "0.2.3", "0.2.9", Some(true)),
        (Scheme::Semver, "0.2.3", "0.3.0", Some(false)),
        (Scheme::Pep440, ">1.7", "1.7.0.post1", Some(false)),
        (Scheme::Pep440, "<3.1", "3.1.dev0", Some(false)),
        (Scheme::Pep440, "==1.1", "1.1+ubuntu.1", Some(true)),
        (Scheme::Gem, "~> 2.2.0", "2.3.0.pre", Some(false)),
        (Scheme::Composer, "~1.2", "1.9.0", Some(true)),
        (Scheme::Composer, "^1.0", "dev-main", Some(false)),
        (Scheme::Nuget, "1.*", "1.9.0-beta", Some(false)),
        (Scheme::Nuget, "[1.0,2.0)", "2.0.0-beta", Some(true)),
        (Scheme::Maven, "[1.0,2.0)", "2.0-SNAPSHOT", Some(true)),
        (Scheme::Rpm, "= 1.0", "1.0", None),
    ];
    for (scheme, requirement, version, expected) in rows {
        assert_eq!(
            scheme.satisfies(requirement, version).ok(),
            *expected,
            "{scheme:?} {requirement} {version}"
        );
    }
}

/// The OSV schema's evaluation, with its traps.
#[test]
fn ranges() {
    use Event::{Fixed, Introduced, LastAffected, Limit};
    let pip = Scheme::Pep440;
    // Two pairs, named in any order.
    for events in [
        [Introduced("1.0"), Fixed("1.5"), Introduced("2.0"), Fixed("2.3")],
        [Fixed("2.3"), Introduced("2.0"), Fixed("1.5"), Introduced("1.0")],
    ] {
        for (version, inside) in [
            ("0.9", false),
            ("1.0", true),
            ("1.4.9", true),
            ("1.5", false),
            ("1.9", false),
            ("2.1", true),
            ("2.3", false),
        ] {
            assert_eq!(pip.contains(&events, version), Ok(inside), "{version}");
        }
    }
    // `0` is before everything, pre-releases and epochs too; `last_affected` is itself affected.
    assert_eq!(pip.contains(&[Introduced("0"), LastAffected("1.0")], "0.dev0"), Ok(true));
    assert_eq!(pip.contains(&[Introduced("0"), LastAffected("1.0")], "1.0"), Ok(true));
    assert_eq!(pip.contains(&[Introduced("0"), LastAffected("1.0")], "1.0.post1"), Ok(false));
    // Fixed, and broken again by the same version.
    assert_eq!(pip.contains(&[Introduced("1"), Fixed("2"), Introduced("2")], "2"), Ok(true));
    // Limits: below any of them.
    assert_eq!(pip.contains(&[Introduced("0"), Limit("2")], "2"), Ok(false));
    assert_eq!(pip.contains(&[Introduced("0"), Limit("2"), Limit("*")], "2"), Ok(true));
    // No events, no `introduced`: nothing is affected.
    assert_eq!(pip.contains(&[], "1"), Ok(false));
    assert_eq!(pip.contains(&[Fixed("2")], "1"), Ok(false));
    // Unreadable: undetermined where it could decide, and only there.
    assert!(pip.contains(&[Introduced("0"), Fixed("one")], "1").is_err());
    assert!(pip.contains(&[Introduced("0"), Fixed("2")], "one").is_err());
    assert!(pip.contains(&[Introduced("one")], "1").is_err());
    assert_eq!(pip.contains(&[Introduced("0")], "one"), Ok(true));
    assert_eq!(pip.contains(&[Introduced("0"), Introduced("one")], "1"), Ok(true));
    assert_eq!(pip.contains(&[Introduced("5"), Fixed("one")], "1"), Ok(false));
    assert_eq!(pip.contains(&[Introduced("0"), Fixed("one"), Limit("1")], "1"), Ok(false));
    // The error names the text at fault, cut.
    let long = "x".repeat(600);
    let error = pip.contains(&[Introduced("0"), Fixed(&long)], "1").unwrap_err();
    assert_eq!((error.scheme, error.version.len()), (pip, 80));
}

/// Ranges of real advisories whose ends and starts do not pair up: VICTIMS-2009-1190, PYSEC-2009-14,
/// GHSA-r9p9-mrjm-926w, BIT-kibana-2025-25014; and one that only looks so.
#[test]
fn tangled_ranges_contradict_themselves_and_say_only_what_is_sound() {
    use Event::{Fixed, Introduced, LastAffected};
    use Reading::{Affected, Contradicted, NotAffected};
    type Row<'a> = (Scheme, &'a [Event<'a>], &'a [(&'a str, Reading)]);
    let rows: &[Row<'_>] = &[
        (
            Scheme::Maven,
            &[Introduced("3.0"), LastAffected("3.0.0.M2")],
            &[
                ("3.0.0.M1", Contradicted),
                ("3.0.0.M2", Affected),
                ("3.0", Contradicted),
                ("5.3.1", Contradicted),
                ("2.5.7", Contradicted),
            ],
        ),
        (
            Scheme::Pep440,
            &[Introduced("0"), LastAffected("0.10.9"), LastAffected("0.10.11"), LastAffected("0.8.5")],
            &[
                ("0.10.9", Affected),
                ("0.10.10", Contradicted),
                ("0.10.11", Affected),
                ("0.10.12", NotAffected),
            ],
        ),
        (
            Scheme::Npm,
            &[Introduced("1.15.0"), Fixed("1.15.17"), Fixed("6.5.4")],
            &[
                ("1.14.0", NotAffected),
                ("1.15.1", Affected),
                ("1.15.17", Contradicted),
                ("6.5.3", Contradicted),
                ("6.5.4", NotAffected),
            ],
        ),
        (
            Scheme::Semver,
            &[
                Introduced("8.3.0"),
                Fixed("8.17.6"),
                Introduced("8.18.0"),
                Fixed("8.17.10"),
                Introduced("9.0.0"),
                Fixed("9.0.1"),
            ],
            &[
                ("8.2.0", NotAffected),
                ("8.10.0", Affected),
                ("8.17.7", Contradicted),
                ("8.18.2", Contradicted),
                ("9.0.0", Affected),
                ("9.2.0", NotAffected),
            ],
        ),
        // A stretch inside a stretch: the wider one holds.
        (
            Scheme::Npm,
            &[Introduced("1.0.0"), Fixed("5.0.0"), Introduced("2.0.0"), Fixed("3.0.0")],
            &[("4.0.0", Affected), ("6.0.0", NotAffected)],
        ),
    ];
    for (scheme, events, answers) in rows {
        assert!(scheme.is_tangled(events), "{events:?}");
        for (version, reading) in *answers {
            assert_eq!(scheme.read_tangled(events, version), Ok(*reading), "{version} in {events:?}");
        }
    }
    let sound: &[&[Event<'_>]] = &[
        &[Fixed("2.3"), Introduced("2.0"), Fixed("1.5"), Introduced("1.0")],
        &[Introduced("1.0"), Fixed("1.0")],
        &[Introduced("1"), Fixed("2"), Introduced("2")],
        &[Introduced("1.0"), LastAffected("1.0")],
        &[Introduced("0"), Introduced("2.0"), Fixed("3.0")],
        // What cannot be read is the plain evaluation's matter.
        &[Introduced("3"), Fixed("one")],
        &[],
    ];
    for events in sound {
        assert!(!Scheme::Pep440.is_tangled(events), "{events:?}");
    }
    assert!(Scheme::Pep440.read_tangled(&[Introduced("2"), Fixed("1")], "one").is_err());
}

#[test]
fn a_text_beyond_bounds_is_undetermined() {
    let long = format!("1.{}", "0".repeat(510));
    for scheme in [Scheme::Pep440, Scheme::Cran, Scheme::Gem, Scheme::Maven, Scheme::Debian, Scheme::Rpm] {
        assert!(scheme.reads(&long[..512]), "{scheme:?}");
        assert!(!scheme.reads(&format!("{long}0")), "{scheme:?}");
    }
    assert_eq!(Scheme::Npm.lowest(&" ".repeat(5_000)), None);
    assert_eq!(Scheme::Pep440.lowest(&format!(">=1{}", ",>=1".repeat(2_000))), None);
}

#[test]
fn steps() {
    let rows = [
        (Scheme::Semver, "1.2.3", "1.2.4", Step::Patch),
        (Scheme::Semver, "1.2.3", "1.3.0", Step::Minor),
        (Scheme::Semver, "1.2.3", "2.0.0", Step::Major),
        (Scheme::Semver, "1.2.3", "1.2.3+b", Step::Same),
        (Scheme::Semver, "1.2.4", "1.2.3", Step::Major),
        (Scheme::Semver, "1.2.3", "1.2.4-rc.1", Step::Major),
        (Scheme::Semver, "1.2.3", "one", Step::Major),
        (Scheme::Pep440, "1.2", "1.2.1", Step::Patch),
        (Scheme::Pep440, "1.2", "1.2.post1", Step::Patch),
        (Scheme::Pep440, "1.2", "1!1.2.1", Step::Major),
        (Scheme::Go, "v0.0.0-20201120070457-d52dcb253c63", "v0.0.0-20211202192323-5770296d904e", Step::Major),
        (Scheme::Debian, "1:2.4.57-2", "1:2.4.57-2+deb12u1", Step::Patch),
        (Scheme::Debian, "2.4.57-2", "2.5.1-1", Step::Minor),
        (Scheme::Rpm, "3.3.1-2", "1:3.3.1-3", Step::Major),
        (Scheme::Apk, "1.2.5-r9", "1.2.5-r10", Step::Patch),
        (Scheme::Maven, "2.17.0", "2.17.1", Step::Patch),
        (Scheme::Maven, "2.17.0", "2.17.1-SNAPSHOT", Step::Major),
        (Scheme::Nuget, "1.2.3", "1.2.3.1", Step::Patch),
        (Scheme::Composer, "v6.4.1", "6.4.2", Step::Patch),
        (Scheme::Gem, "7.0.8", "7.0.8.1", Step::Patch),
    ];
    for (scheme, from, to, step) in rows {
        assert_eq!(scheme.step(from, to), step, "{scheme:?} {from} to {to}");
    }
}

#[test]
fn prereleases() {
    let yes = [
        (Scheme::Npm, "1.0.0-0"),
        (Scheme::Pep440, "1.0.dev1"),
        (Scheme::Pep440, "1.0rc1"),
        (Scheme::Gem, "1.0.a"),
        (Scheme::Maven, "1.0-SNAPSHOT"),
        (Scheme::Maven, "1.0.CR1"),
        (Scheme::Composer, "1.0RC1"),
        (Scheme::Composer, "dev-main"),
        (Scheme::Debian, "1.0~rc1-1"),
        (Scheme::Rpm, "1.0~rc1-1"),
        (Scheme::Apk, "1.0_rc1"),
        (Scheme::Nuget, "1.0-a"),
        (Scheme::Go, "go1.22rc1"),
    ];
    let no = [
        (Scheme::Npm, "1.0.0+a-b"),
        (Scheme::Pep440, "1.0.post1"),
        (Scheme::Maven, "1.0.Final"),
        (Scheme::Maven, "1.0-jre"),
        (Scheme::Composer, "1.0-p1"),
        (Scheme::Debian, "1.0-1~bpo12+1"),
        (Scheme::Rpm, "1.0-1~x"),
        (Scheme::Apk, "1.0_p1"),
        (Scheme::Cran, "1.0-1"),
        (Scheme::Npm, "one"),
    ];
    for (scheme, text) in yes {
        assert!(scheme.is_prerelease(text), "{scheme:?} {text}");
    }
    for (scheme, text) in no {
        assert!(!scheme.is_prerelease(text), "{scheme:?} {text}");
    }
}

/// Every ecosystem of the OSV schema's list, and the purl types.
#[test]
fn ecosystems() {
    let of = |row: &[&str], scheme| {
        for name in row {
            assert_eq!(Scheme::of_ecosystem(name), scheme, "{name}");
        }
    };
    of(&["crates.io", "Hex", "SwiftURL", "Bitnami", "GitHub Actions", "ConanCenter"], Some(Scheme::Semver));
    of(&["Pub", "Julia", "Echo:npm"], Some(Scheme::SemverBuild));
    of(&["npm"], Some(Scheme::Npm));
    of(&["PyPI", "Echo:PyPi", "Root:PyPI", "TuxCare:PyPI"], Some(Scheme::Pep440));
    of(&["Maven", "Maven:https://repo.example", "Echo:Maven"], Some(Scheme::Maven));
    of(&["Packagist", "Packagist:https://packages.example/8"], Some(Scheme::Composer));
    of(
        &["Debian", "Debian:12", "Ubuntu:Pro:18.04:LTS", "Echo", "opam", "Root:Debian:12"],
        Some(Scheme::Debian),
    );
    of(
        &[
            "AlmaLinux:8",
            "Rocky Linux:9",
            "Red Hat:rhel_aus:8.6::appstream",
            "SUSE",
            "openSUSE:Leap 15.6",
            "openEuler",
            "Mageia:9",
            "Azure Linux:3",
            "Photon OS:5.0",
        ],
        Some(Scheme::Rpm),
    );
    of(
        &[
            "Alpine:v3.22",
            "Wolfi",
            "Chainguard",
            "MinimOS",
            "Alpaquita:23",
            "BellSoft Hardened Containers:23",
            "Root:Alpine:3.18",
        ],
        Some(Scheme::Apk),
    );
    of(&["CRAN", "Bioconductor:3.18"], Some(Scheme::Cran));
    of(&["Hackage", "GHC"], Some(Scheme::Pvp));
    of(
        &[
            "GIT",
            "OSS-Fuzz",
            "Android",
            "FreeBSD:14",
            "",
            "Root",
            "Root:npm",
            "Echo:NuGet",
            "Echo:Echo",
            "npm2",
        ],
        None,
    );
    for (kind, scheme) in [
        ("cargo", Scheme::Semver),
        ("npm", Scheme::Npm),
        ("pypi", Scheme::Pep440),
        ("golang", Scheme::Go),
        ("gem", Scheme::Gem),
        ("nuget", Scheme::Nuget),
        ("maven", Scheme::Maven),
        ("composer", Scheme::Composer),
        ("deb", Scheme::Debian),
        ("rpm", Scheme::Rpm),
        ("apk", Scheme::Apk),
        ("cran", Scheme::Cran),
        ("hackage", Scheme::Pvp),
        ("hex", Scheme::Semver),
        ("pub", Scheme::SemverBuild),
        ("swift", Scheme::Semver),
    ] {
        assert_eq!(Scheme::of_purl_type(kind), Some(scheme), "{kind}");
    }
    for kind in ["generic", "oci", "docker", "huggingface", "cpan", "alpm", ""] {
        assert_eq!(Scheme::of_purl_type(kind), None, "{kind}");
    }
}
