//! What the ecosystems' own documents and tests say, as rows to be read aloud.
//!
//! Each row is a list in rising order, or a set of spellings of one version. Facts only; the sources
//! are named above them. They stand beside `tests/oracles.rs`, and alone for NuGet, apk, pub, Julia
//! and Haskell.

use std::cmp::Ordering;

use versions::{Event, Scheme};

/// Each text comes before all that follow.
fn rising(scheme: Scheme, row: &[&str]) {
    for (place, a) in row.iter().enumerate() {
        for b in &row[place + 1..] {
            assert_eq!(scheme.compare(a, b), Ok(Ordering::Less), "{scheme:?}: {a} < {b}");
            assert_eq!(scheme.compare(b, a), Ok(Ordering::Greater), "{scheme:?}: {b} > {a}");
        }
    }
}

/// All texts are one version.
fn equal(scheme: Scheme, row: &[&str]) {
    for (a, b) in row.iter().flat_map(|a| row.iter().map(move |b| (a, b))) {
        assert_eq!(scheme.compare(a, b), Ok(Ordering::Equal), "{scheme:?}: {a} = {b}");
    }
}

/// No text is a version.
fn refused(scheme: Scheme, row: &[&str]) {
    for text in row {
        assert!(!scheme.reads(text), "{scheme:?} reads {text:?}");
        assert!(scheme.compare(text, "1").is_err() && scheme.compare("1", text).is_err());
    }
}

/// semver.org 2.0.0, §2, §9 to §11.
#[test]
fn semantic_versioning() {
    for scheme in [Scheme::Semver, Scheme::SemverBuild, Scheme::Npm, Scheme::Go] {
        rising(
            scheme,
            &[
                "1.0.0-alpha",
                "1.0.0-alpha.1",
                "1.0.0-alpha.beta",
                "1.0.0-beta",
                "1.0.0-beta.2",
                "1.0.0-beta.11",
                "1.0.0-rc.1",
                "1.0.0",
                "1.9.0",
                "1.10.0",
                "1.11.0",
                "2.0.0",
                "2.1.0",
                "2.1.1",
            ],
        );
        rising(scheme, &["99999999999999999999998.0.0", "99999999999999999999999.0.0"]);
        rising(scheme, &["1.0.0-99999999999999999999998", "1.0.0-99999999999999999999999", "1.0.0-a"]);
        refused(
            scheme,
            &[
                "",
                " ",
                "1.2.3.4",
                "01.2.3",
                "1.02.3",
                "1.2.3-01",
                "1.2.3-",
                "1.2.3-a..b",
                "1.2.3+",
                "1.2.3+a+b",
                "a.b.c",
                "1.2-beta",
                "-1.0.0",
                "1..2",
                "1.2.",
                "1.2.3-é",
                "0x1.2.3",
                "1.2.3 - 2.0.0",
            ],
        );
        equal(scheme, &["1.2.0", "1.2", "v1.2.0"]);
    }
    equal(Scheme::Semver, &["1.0.0-alpha+001", "1.0.0-alpha+20130313144700", "1.0.0-alpha"]);
    equal(Scheme::Npm, &["1.2.3", "v1.2.3", "=1.2.3", "=v1.2.3", "  1.2.3 ", "1.2.3+exp.sha"]);
}

/// Dart's pub_semver README ("semantics") and Julia's manual on `VersionNumber`: build metadata counts.
#[test]
fn semantic_versioning_with_build() {
    rising(
        Scheme::SemverBuild,
        &[
            "1.0.0-pre",
            "1.0.0-pre+build",
            "1.0.0",
            "1.0.0+0",
            "1.0.0+1",
            "1.0.0+10",
            "1.0.0+build",
            "1.0.1-a",
        ],
    );
    // The first build of a Julia binary is older than its second, which may carry the fix.
    let fixed = [Event::Introduced("0"), Event::Fixed("8.0.1+1")];
    assert_eq!(Scheme::SemverBuild.contains(&fixed, "8.0.1+0"), Ok(true));
    assert_eq!(Scheme::SemverBuild.contains(&fixed, "8.0.1+1"), Ok(false));
}

/// PEP 440: "Summary of permitted suffixes and relative ordering", normalisation, local versions.
#[test]
fn pep_440() {
    let scheme = Scheme::Pep440;
    rising(
        scheme,
        &[
            "1.dev0",
            "1.0.dev456",
            "1.0a1",
            "1.0a2.dev456",
            "1.0a12.dev456",
            "1.0a12",
            "1.0b1.dev456",
            "1.0b2",
            "1.0b2.post345.dev456",
            "1.0b2.post345",
            "1.0rc1.dev456",
            "1.0rc1",
            "1.0",
            "1.0+abc.5",
            "1.0+abc.7",
            "1.0+5",
            "1.0.post456.dev34",
            "1.0.post456",
            "1.0.15",
            "1.1.dev1",
            "1!0.1",
        ],
    );
    equal(scheme, &["1.0", "1", "v1.0.0", "01.00", " 1.0\n", "0!1.0"]);
    equal(scheme, &["1.1rc1", "1.1-RC-1", "1.1.c1", "1.1_pre_1", "1.1preview1"]);
    equal(scheme, &["1.0-1", "1.0.post1", "1.0-r1", "1.0rev1"]);
    equal(scheme, &["1.0+ubuntu.1", "1.0+Ubuntu-1", "1.0+ubuntu_1"]);
    rising(scheme, &["1.18446744073709551615", "1.18446744073709551616"]);
    refused(
        scheme,
        &["0.1-bulbasaur", "2004d", "1.0+", "1.0+a..b", "1.0.x", "french toast", "1.0a1b2", "!1.0"],
    );
}

/// golang.org/x/mod/semver, `module` on pseudo-versions, go.dev/doc/toolchain on toolchain names.
#[test]
fn go() {
    let scheme = Scheme::Go;
    rising(
        scheme,
        &[
            "v0.0.0-20191109021931-daa7c04131f5",
            "v0.0.0-20201120070457-d52dcb253c63",
            "v0.1.0-rc.1",
            "v0.1.0-rc.1.0.20221102000833-1f054980bc27",
            "v0.1.0",
            "v0.1.1-0.20221104162952-702349b0e862",
            "v0.1.1",
        ],
    );
    equal(scheme, &["v2.0.0+incompatible", "2.0.0", "v2", "v2.0"]);
    rising(
        scheme,
        &[
            "go1.9",
            "go1.20rc1",
            "go1.20",
            "go1.20.1",
            "go1.21",
            "go1.21rc2",
            "go1.21rc10",
            "go1.21.0",
            "go1.21.13",
        ],
    );
    equal(scheme, &["go1.20", "go1.20.0", "1.20.0"]);
    equal(scheme, &["go1.21rc2", "1.21.0-rc.2"]);
    // As the Go advisories write it: every release candidate of 1.21 is in.
    let events = [Event::Introduced("1.21.0-0"), Event::Fixed("1.21.3")];
    assert_eq!(scheme.contains(&events, "go1.21rc1"), Ok(true));
    assert_eq!(scheme.contains(&events, "go1.21.3"), Ok(false));
    assert_eq!(scheme.contains(&events, "go1.20.14"), Ok(false));
    refused(scheme, &["(devel)", "go", "go1.", "gov1.2.3", "go1.2.3rc1", "vv1.0.0", "branch-v0.1.1"]);
}

/// Gem::Version's documentation.
#[test]
fn rubygems() {
    let scheme = Scheme::Gem;
    rising(scheme, &["0.9", "1.0.a.2", "1.0.a.10", "1.0.b1", "1.0", "1.0.1.pre", "1.0.1", "1.2", "1.10"]);
    equal(scheme, &["1", "1.0", "1.0.0", " 1 ", "01.0"]);
    equal(scheme, &["1.0.a2", "1.0.a.2", "1.a.2"]);
    equal(scheme, &["1.0-1", "1.0.pre.1"]);
    refused(scheme, &["", "1beta", "1.", "1..0", "a.1", "1.0_1", "1.0+1", "1 0"]);
}

/// learn.microsoft.com "NuGet package versioning" and the tests of NuGet.Versioning.
#[test]
fn nuget() {
    let scheme = Scheme::Nuget;
    rising(
        scheme,
        &[
            "1.0.1-aaa",
            "1.0.1-alpha",
            "1.0.1-alpha.1",
            "1.0.1-alpha10",
            "1.0.1-alpha2",
            "1.0.1-beta",
            "1.0.1-open",
            "1.0.1-rc.2",
            "1.0.1-rc.10",
            "1.0.1-zzz",
            "1.0.1",
            "1.0.1.1-a",
            "1.0.1.1",
            "1.0.1.10",
            "1.1",
        ],
    );
    equal(scheme, &["1", "1.0", "1.0.0", "1.0.0.0", "01.00.0", "1.0.0+metadata"]);
    equal(scheme, &["1.0.0-Beta.X", "1.0.0-BETA.x", "1.0-beta.x+5"]);
    rising(scheme, &["1.0.0-99999999999", "1.0.0-100000000000"]);
    refused(scheme, &["1.0.0.0.0", "1.0.0-", "1.0.0+", "v1.0", "1.0-a..b", "1.*", "[1.0]", "1.0.0-a_b"]);
}

/// maven.apache.org/pom.html "Version Order Specification" and the tests of ComparableVersion.
#[test]
fn maven() {
    let scheme = Scheme::Maven;
    rising(
        scheme,
        &[
            "1-alpha2snapshot",
            "1-alpha2",
            "1-alpha-123",
            "1-beta-2",
            "1-beta123",
            "1-m2",
            "1-m11",
            "1-rc",
            "1-cr2",
            "1-rc123",
            "1-SNAPSHOT",
            "1",
            "1-sp",
            "1-sp2",
            "1-sp123",
            "1-abc",
            "1-def",
            "1-pom-1",
            "1-1-snapshot",
            "1-1",
            "1-2",
            "1-123",
        ],
    );
    rising(
        scheme,
        &[
            "2.0", "2.0.a", "2-1", "2.0.2", "2.0.123", "2.1.0", "2.1.1", "2.123", "11.a2", "11.b2", "11",
            "11.a",
        ],
    );
    equal(scheme, &["1", "1.0", "1.0.0", "1-0", "1.0-0", "1-ga", "1.0.ga", "1-FINAL", "1.0.0-release", "01"]);
    equal(scheme, &["1a1", "1-a1", "1-alpha-1", "1alpha1", "1.0-ALPHA-1"]);
    equal(scheme, &["1-cr1", "1rc1", "1-RC-1"]);
    rising(scheme, &["1.0.RC2", "1.0-RC3", "1.0.1"]);
    rising(scheme, &["20190126.230843", "99999999999999999999.1", "100000000000000000000"]);
    refused(scheme, &["", "${revision}", "[1.0,2.0)", "1.0,2.0", "1 0", ".", "1.0\u{e9}"]);
}

/// The tests of composer/semver, and PHP's manual on version_compare.
#[test]
fn composer() {
    let scheme = Scheme::Composer;
    rising(
        scheme,
        &[
            "1.0.0-dev",
            "1.0.0-alpha1",
            "1.0.0-beta2",
            "1.0.0-beta10",
            "1.0.0-RC1",
            "1.0.0",
            "1.0.0-p1",
            "1.0.1",
            "1.10",
            "1.x-dev",
            "2.0.0",
        ],
    );
    equal(scheme, &["1", "1.0", "v1.0.0.0", "1.0.0+meta", "1.0.0-stable", "1.0.0@beta", "1.0 as 2.0"]);
    equal(scheme, &["1.0.0RC1", "1.0.0-rc.1", "1.0.0_RC1"]);
    equal(scheme, &["1.0.x-dev", "1.0.X-dev", "1.0.9999999.9999999-dev"]);
    equal(scheme, &["dev-main", "dev-main"]);
    rising(scheme, &["2010-01-02", "2010-01-03", "2010.1.3"]);
    rising(scheme, &["2010.1.3", "20100102", "20100102.1"]);
    assert!(scheme.compare("dev-main", "1.0.0").is_err() && scheme.compare("dev-main", "dev-dev").is_err());
    refused(scheme, &["", "1.0.0-meh", "feature-foo", "1.0.0.0.0", "a", "1000000.1", "1.0 .2"]);
}

/// Debian policy §5.6.12 and deb-version(7).
#[test]
fn debian() {
    let scheme = Scheme::Debian;
    rising(scheme, &["1~~", "1~~a", "1~", "1", "1a", "1b", "1+", "1.0~rc1", "1.0", "1.0-1~bpo12+1", "1.0-1"]);
    rising(scheme, &["1.0~rc1", "1."]);
    rising(scheme, &["1.0-1", "1.0-1ubuntu1", "1.0-1+b1", "1.0-1.1", "1.0-2", "1.0-10", "1.0.1", "1:0.1"]);
    equal(scheme, &["1.0", "0:1.0", "1.0-0", "1.00"]);
    rising(scheme, &["v0.9.0", "v0.10.0"]);
    refused(scheme, &["", "1.0-", "a:1", ":1", "1:", "1.0_1", "1 0", "-1"]);
}

/// rpm's own tests of rpmvercmp (tests/rpmvercmp.at) and of epochs and releases.
#[test]
fn rpm() {
    let scheme = Scheme::Rpm;
    rising(
        scheme,
        &["1.0~rc1~git123", "1.0~rc1", "1.0", "1.0^", "1.0^git1~pre", "1.0^git1", "1.0^git2", "1.0.1"],
    );
    rising(scheme, &["5.5p1", "5.5p2", "5.5p10", "5.6"]);
    rising(scheme, &["xyz", "10xyz", "10.1xyz"]);
    rising(scheme, &["8.0", "8.0.rc1", "8.0.1"]);
    equal(scheme, &["1.0010", "1.10", "1_10", "1.+10", "0:1.10"]);
    equal(scheme, &["2_0", "2.0", "2..0"]);
    rising(scheme, &["1.0", "1.0-1.el8", "1.0-1.el8_2", "1.0-2", "1:0.1-1"]);
    rising(scheme, &["20101121", "20101122", "99999999999999999999"]);
    refused(scheme, &["", "a:1", "1 0", "1:", "(none):1.0"]);
}

/// apk-tools 3, test/unit/version.data, and Gentoo's rule for leading zeros that it names.
#[test]
fn apk() {
    let scheme = Scheme::Apk;
    rising(
        scheme,
        &[
            "1.0_alpha",
            "1.0_alpha2",
            "1.0_beta1",
            "1.0_pre1",
            "1.0_rc1",
            "1.0",
            "1.0-r1",
            "1.0_cvs1",
            "1.0_svn1",
            "1.0_git20240101",
            "1.0_hg1",
            "1.0_p1",
            "1.0_p10",
            "1.0a",
            "1.0b-r2",
            "1.0.1",
            "1.1",
        ],
    );
    rising(scheme, &["1.05", "1.06", "1.5"]);
    rising(scheme, &["0.12", "0.12.1", "0.13_beta1", "0.13"]);
    rising(scheme, &["1.0~abc", "1.0~abd"]);
    rising(scheme, &["1.99999999999999999999", "1.100000000000000000000"]);
    refused(scheme, &["", "1-r", "1.0_foo1", "1.0A", "1.0bc", "a1", "1.0-1", "1.0_", "1.0-r1_rc1", "1..0"]);
}

/// "Writing R Extensions" §1.1.1 and `?numeric_version`.
#[test]
fn cran() {
    let scheme = Scheme::Cran;
    rising(scheme, &["0.1", "0.1-3", "0.1.4", "0.9", "0.75", "1.0", "1.0.0"]);
    equal(scheme, &["0.01.0", "0.1-0", "0.1.0"]);
    refused(scheme, &["", "1.", "1.a", "1_0", "1.0-rc1"]);
}

/// pvp.haskell.org and Cabal's `mkVersion`.
#[test]
fn haskell() {
    let scheme = Scheme::Pvp;
    rising(
        scheme,
        &["0.11.3.0", "1", "1.0", "1.0.0", "1.0.1", "1.1", "1.10", "6.20160419", "99999999999999999999"],
    );
    refused(scheme, &["", "01", "1.01", "1.0-foo", "1.", "1.*"]);
}

/// Echo's patched builds come after what they patch, in each ecosystem's order.
#[test]
fn a_patched_build_comes_after_its_original() {
    for (ecosystem, original, patched) in [
        ("Echo:npm", "3.1.10", "3.1.10+echo.1"),
        ("Echo:PyPi", "2.14.2", "2.14.2+echo.1"),
        ("Echo:Maven", "5.3.32", "5.3.32+echo.1"),
    ] {
        rising(Scheme::of_ecosystem(ecosystem).unwrap(), &[original, patched]);
    }
}
