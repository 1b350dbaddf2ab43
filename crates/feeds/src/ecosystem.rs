//! Which feed knows a component, and by which name: from purl to OSV ecosystem.
//!
//! Decides the mapping from purl types to ecosystems, how each ecosystem writes a name so that
//! two spellings of one component meet, and which release of a distribution a purl means. It
//! knows no feed's content.
//!
//! Names are made equal where the ecosystem itself treats them as equal (PEP 503 for PyPI; case
//! for npm, Packagist, NuGet, Hex, GitHub; case, `-` and `_` for crates.io) and where the purl specification folds case although
//! the ecosystem does not (Go): there two modules that differ in case alone share a finding, which
//! errs to the safe side.

use domain::Purl;
use versions::Scheme;

/// Whether a feed for a component could be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A feed exists; without it nothing is known.
    Feed(Target),
    /// A feed exists in name but holds next to nothing (GitHub Actions): used if loaded, not missed
    /// if not.
    IfLoaded(Target),
    /// Nobody publishes one (images, tools, models).
    Nowhere,
}

/// Where to look, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// OSV ecosystem without suffix, which names the feed: `osv/<ecosystem>`.
    pub(crate) ecosystem: &'static str,
    /// The name as [`key`] writes it.
    pub(crate) name: String,
    /// Whose order the versions follow, if anybody's.
    pub(crate) scheme: Option<Scheme>,
    /// The version with what only the purl or the tool adds taken off.
    pub(crate) version: Option<String>,
    /// Which records of the name apply.
    pub(crate) release: Release,
}

/// Which suffixes of an ecosystem apply to a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Release {
    /// The ecosystem has no releases: every record of the name applies.
    Any,
    /// This release of a distribution.
    Named(String),
    /// A distribution's component that does not say of which release: no record can be judged.
    Unknown,
}

/// Purl type, namespace (empty: any), ecosystem.
const TABLE: &[(&str, &str, &str)] = &[
    ("cargo", "", "crates.io"),
    ("npm", "", "npm"),
    ("pypi", "", "PyPI"),
    ("golang", "", "Go"),
    ("gem", "", "RubyGems"),
    ("nuget", "", "NuGet"),
    ("maven", "", "Maven"),
    ("composer", "", "Packagist"),
    ("hex", "", "Hex"),
    ("pub", "", "Pub"),
    ("cran", "", "CRAN"),
    ("hackage", "", "Hackage"),
    ("swift", "", "SwiftURL"),
    ("julia", "", "Julia"),
    ("opam", "", "opam"),
    ("conan", "", "ConanCenter"),
    ("bitnami", "", "Bitnami"),
    ("deb", "debian", "Debian"),
    ("deb", "ubuntu", "Ubuntu"),
    ("apk", "alpine", "Alpine"),
    ("apk", "wolfi", "Wolfi"),
    ("apk", "chainguard", "Chainguard"),
    ("rpm", "almalinux", "AlmaLinux"),
    ("rpm", "rocky", "Rocky Linux"),
    ("rpm", "rockylinux", "Rocky Linux"),
    ("rpm", "redhat", "Red Hat"),
    ("rpm", "opensuse", "openSUSE"),
    ("rpm", "suse", "SUSE"),
    ("rpm", "openeuler", "openEuler"),
    ("rpm", "mageia", "Mageia"),
    ("rpm", "azurelinux", "Azure Linux"),
];

/// Distributions with rolling content: their records carry no release.
const ROLLING: &[&str] = &["Wolfi", "Chainguard"];

/// The feed for a component.
pub(crate) fn source_of(purl: &Purl) -> Source {
    if let Some(version) = go_toolchain(purl) {
        return Source::Feed(Target {
            ecosystem: "Go",
            name: key("Go", "stdlib"),
            scheme: scheme_of("Go"),
            version: Some(version),
            release: Release::Any,
        });
    }
    if matches!(purl.kind(), "github" | "githubactions") {
        let Some(owner) = purl.namespace() else { return Source::Nowhere };
        return Source::IfLoaded(Target {
            ecosystem: "GitHub Actions",
            name: key("GitHub Actions", &format!("{owner}/{}", purl.name())),
            scheme: Some(Scheme::Semver),
            version: purl.version().map(|v| v.strip_prefix('v').unwrap_or(v).to_owned()),
            release: Release::Any,
        });
    }
    let namespace = purl.namespace().unwrap_or_default();
    let row = TABLE.iter().find(|(kind, ns, _)| *kind == purl.kind() && (ns.is_empty() || *ns == namespace));
    let Some(&(_, distribution, ecosystem)) = row else { return Source::Nowhere };
    let name = if distribution.is_empty() { purl.native_name() } else { source_name(purl) };
    Source::Feed(Target {
        ecosystem,
        name: key(ecosystem, &name),
        scheme: scheme_of(ecosystem),
        version: purl.version().map(|v| with_epoch(purl, plain_version(ecosystem, v))),
        release: if distribution.is_empty() || ROLLING.contains(&ecosystem) {
            Release::Any
        } else {
            release(purl)
        },
    })
}

/// The version of Go that a pin of the toolchain or its official image names. Its standard library is
/// linked into whatever it builds, and the records know it as `stdlib`.
///
/// Where an image or a set-up step names a cycle alone (`1.21`), the newest of that cycle is what
/// arrives: flaws that a later one of the cycle mended are not counted.
pub(crate) fn go_toolchain(purl: &Purl) -> Option<String> {
    let image = purl.kind() == "docker"
        && purl.name() == "golang"
        && matches!(purl.namespace(), None | Some("library"));
    let pin = purl.kind() == "generic" && purl.name() == "go" && purl.namespace().is_none();
    if !image && !pin {
        return None;
    }
    let version = purl.version()?;
    let version = version.strip_prefix("go").unwrap_or(version).split(['-', '@', '+']).next()?;
    if !version.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let whole = version.split('.').count() >= 3 || version.contains(|c: char| c.is_ascii_alphabetic());
    Some(if whole { version.to_owned() } else { format!("{version}.{NEWEST_OF_CYCLE}") })
}

/// Whether a component is linked into what it builds, so that it runs wherever that runs: a Go toolchain.
pub fn links_itself(purl: &Purl) -> bool {
    go_toolchain(purl).is_some()
}

/// No cycle of Go has had as many releases.
const NEWEST_OF_CYCLE: u32 = 9_999;

/// Whose order an ecosystem's versions follow.
pub(crate) fn scheme_of(ecosystem: &str) -> Option<Scheme> {
    Scheme::of_ecosystem(ecosystem).or(match ecosystem {
        "Bitnami" | "Julia" | "SwiftURL" | "GitHub Actions" | "Pub" | "Hex" => Some(Scheme::Semver),
        _ => None,
    })
}

/// The name by which records and components of an ecosystem meet. The ecosystem has no suffix.
pub(crate) fn key(ecosystem: &str, name: &str) -> String {
    match ecosystem {
        "PyPI" => pep503(name),
        "npm" | "NuGet" | "Packagist" | "Hex" | "Pub" | "Bitnami" | "GitHub Actions" => name.to_lowercase(),
        // crates.io lets no two names differ in case, `-` and `_` alone.
        "crates.io" => name.to_lowercase().replace('_', "-"),
        // Go's standard library: `stdlib` in the records, `std` in what lists a build's modules.
        "Go" if name == "std" => "stdlib".to_owned(),
        "Go" => name.to_lowercase(),
        "SwiftURL" => {
            let name = name.trim_end_matches('/');
            let name = name.strip_prefix("https://").or_else(|| name.strip_prefix("http://")).unwrap_or(name);
            name.strip_suffix(".git").unwrap_or(name).to_lowercase()
        }
        _ => name.to_owned(),
    }
}

/// PEP 503: lower case, runs of `-`, `_`, `.` are one `-`.
fn pep503(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if matches!(c, '-' | '_' | '.') {
            if !out.ends_with('-') {
                out.push('-');
            }
        } else {
            out.extend(c.to_lowercase());
        }
    }
    out
}

/// The version that was published, of one that carries a mark of who built it (`2.5.1+cu118` is built
/// from 2.5.1). PEP 440: a range that names no such mark leaves it out of account.
pub(crate) fn published<'a>(ecosystem: &str, version: &'a str) -> Option<&'a str> {
    if ecosystem == "PyPI" { version.split_once('+').map(|(public, _)| public) } else { None }
}

/// Distributions' records name source components; a purl may carry that in `upstream`
/// (`openssl`, `openssl@3.0.1`, `openssl (3.0.1)`).
fn source_name(purl: &Purl) -> String {
    let upstream = purl.qualifiers().get("upstream").map(String::as_str).unwrap_or_default();
    let name = upstream.split(['@', ' ', ',']).next().unwrap_or_default();
    if name.is_empty() { purl.name().to_owned() } else { name.to_owned() }
}

fn plain_version(ecosystem: &str, version: &str) -> String {
    match ecosystem {
        // Go's own toolchain writes go1.21.3, its modules v1.2.3; the records write neither.
        "Go" => {
            let version = version.strip_prefix("go").unwrap_or(version);
            version.strip_prefix('v').unwrap_or(version).to_owned()
        }
        "SwiftURL" => version.strip_prefix('v').unwrap_or(version).to_owned(),
        _ => version.to_owned(),
    }
}

/// rpm's epoch stands in a qualifier of the purl, and before the version in the records.
fn with_epoch(purl: &Purl, version: String) -> String {
    match purl.qualifiers().get("epoch") {
        Some(epoch)
            if matches!(purl.kind(), "rpm" | "deb")
                && !version.contains(':')
                && !epoch.is_empty()
                && epoch.bytes().all(|b| b.is_ascii_digit()) =>
        {
            format!("{epoch}:{version}")
        }
        _ => version,
    }
}

/// `distro=debian-12`, `distro=ubuntu-22.04`, `distro=alpine-3.18.4`, or a bare release.
fn release(purl: &Purl) -> Release {
    let Some(distro) = purl.qualifiers().get("distro") else { return Release::Unknown };
    let release = distro.rsplit_once('-').map_or(distro.as_str(), |(_, release)| release);
    if release.starts_with(|c: char| c.is_ascii_digit()) {
        Release::Named(release.to_owned())
    } else {
        match CODENAMES.iter().find(|(name, _)| *name == release) {
            Some((_, number)) => Release::Named((*number).to_owned()),
            None => Release::Unknown,
        }
    }
}

/// Releases that purls name by their code name.
const CODENAMES: &[(&str, &str)] = &[
    ("stretch", "9"),
    ("buster", "10"),
    ("bullseye", "11"),
    ("bookworm", "12"),
    ("trixie", "13"),
    ("trusty", "14.04"),
    ("xenial", "16.04"),
    ("bionic", "18.04"),
    ("focal", "20.04"),
    ("jammy", "22.04"),
    ("noble", "24.04"),
];

impl Release {
    /// Whether records with this suffix are about the component; none: that cannot be told.
    pub(crate) fn applies(&self, suffix: &str) -> Option<bool> {
        match self {
            Self::Any => Some(true),
            Self::Unknown => None,
            // A record about the distribution as a whole.
            Self::Named(_) if suffix.is_empty() => Some(true),
            Self::Named(release) => {
                // `22.04:LTS`, `Pro:22.04:LTS` (bought separately), `v3.18`, `12`, and Red Hat's
                // `enterprise_linux:9::appstream`.
                let mut parts = suffix.split(':');
                let first = parts.next().unwrap_or_default();
                let is_number =
                    |part: &str| part.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit());
                if is_number(first) {
                    return Some(same_release(first.trim_start_matches('v'), release));
                }
                if first.starts_with("Pro") {
                    return Some(false);
                }
                parts.find(|part| is_number(part)).map(|part| same_release(part, release))
            }
        }
    }
}

/// `3.18` is the release of `3.18.4`; `8` that of `8.9`.
fn same_release(suffix: &str, release: &str) -> bool {
    release.strip_prefix(suffix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(purl: &str) -> Target {
        match source_of(&purl.parse().unwrap()) {
            Source::Feed(target) | Source::IfLoaded(target) => target,
            Source::Nowhere => panic!("{purl} has no feed"),
        }
    }

    #[test]
    fn names_meet_however_they_are_spelt() {
        for (purl, ecosystem, name) in [
            ("pkg:pypi/zope.interface@1", "PyPI", "zope-interface"),
            ("pkg:pypi/Django@1", "PyPI", "django"),
            ("pkg:npm/%40babel/core@1", "npm", "@babel/core"),
            ("pkg:maven/org.apache.commons/commons-text@1.9", "Maven", "org.apache.commons:commons-text"),
            ("pkg:golang/github.com/BurntSushi/toml@v1", "Go", "github.com/burntsushi/toml"),
            ("pkg:golang/github.com/foo/bar/v2@v2.0.1", "Go", "github.com/foo/bar/v2"),
            ("pkg:golang/stdlib@1.21.3", "Go", "stdlib"),
            ("pkg:composer/drupal/core@10.1", "Packagist", "drupal/core"),
            ("pkg:swift/github.com/apple/swift-nio@2", "SwiftURL", "github.com/apple/swift-nio"),
            ("pkg:deb/debian/libssl3@3.0?distro=debian-12&upstream=openssl%403.0", "Debian", "openssl"),
            ("pkg:github/actions/checkout@v4", "GitHub Actions", "actions/checkout"),
        ] {
            let target = target(purl);
            assert_eq!((target.ecosystem, target.name.as_str()), (ecosystem, name), "{purl}");
        }
        assert_eq!(key("PyPI", "A__b..C-d"), "a-b-c-d");
        assert_eq!(key("SwiftURL", "https://github.com/Apple/Swift-NIO.git"), "github.com/apple/swift-nio");
        assert_eq!(target("pkg:golang/stdlib@go1.21.3").version.as_deref(), Some("1.21.3"));
    }

    #[test]
    fn nobody_publishes_a_feed_for_images_and_tools() {
        for purl in [
            "pkg:docker/library/python@3.11",
            "pkg:oci/x@1",
            "pkg:generic/nodejs@20",
            "pkg:huggingface/a/b@1",
            "pkg:rpm/fedora/x@1",
        ] {
            assert_eq!(source_of(&purl.parse().unwrap()), Source::Nowhere, "{purl}");
        }
    }

    #[test]
    fn a_go_toolchain_is_its_standard_library() {
        for (purl, version) in [
            ("pkg:generic/go@1.21.3", "1.21.3"),
            ("pkg:generic/go@go1.21.3", "1.21.3"),
            ("pkg:generic/go@1.21rc2", "1.21rc2"),
            ("pkg:docker/golang@1.21.3-alpine3.18", "1.21.3"),
            ("pkg:docker/library/golang@1.21-bookworm", "1.21.9999"),
        ] {
            let target = target(purl);
            assert_eq!((target.ecosystem, target.name.as_str()), ("Go", "stdlib"), "{purl}");
            assert_eq!(target.version.as_deref(), Some(version), "{purl}");
        }
        for purl in ["pkg:generic/go", "pkg:docker/golang@latest", "pkg:docker/someone/golang@1.21.3"] {
            assert_eq!(source_of(&purl.parse().unwrap()), Source::Nowhere, "{purl}");
        }
    }

    #[test]
    fn a_distribution_release_is_named_or_unknown() {
        let release = |purl: &str| target(purl).release;
        assert_eq!(release("pkg:deb/debian/x@1?distro=debian-12"), Release::Named("12".into()));
        assert_eq!(release("pkg:deb/debian/x@1?distro=bookworm"), Release::Named("12".into()));
        assert_eq!(release("pkg:deb/debian/x@1"), Release::Unknown);
        assert_eq!(release("pkg:apk/wolfi/x@1"), Release::Any);
        let alpine = release("pkg:apk/alpine/x@1?distro=alpine-3.18.4");
        assert_eq!(alpine.applies("v3.18"), Some(true));
        assert_eq!(alpine.applies("v3.1"), Some(false));
        let ubuntu = release("pkg:deb/ubuntu/x@1?distro=ubuntu-22.04");
        assert_eq!(ubuntu.applies("22.04:LTS"), Some(true));
        assert_eq!(ubuntu.applies("Pro:22.04:LTS"), Some(false));
        assert_eq!(ubuntu.applies("20.04:LTS"), Some(false));
        assert_eq!(Release::Unknown.applies("12"), None);
        assert_eq!(Release::Named("9.2".into()).applies("enterprise_linux:9::appstream"), Some(true));
    }
}
