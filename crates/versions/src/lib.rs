//! Version order and ranges, per ecosystem.
//!
//! This crate decides which of two versions comes first, whether a version lies in a range of an
//! advisory, and which is the lowest version a requirement admits, exactly as the ecosystem's own
//! tools do. It refuses to know components, advisories, files and every other crate of ours.

use std::cmp::Ordering;

/// Whose rule orders the versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// Semantic Versioning 2.0.0, read leniently: crates.io, Hex, SwiftURL, Julia, and SEMVER ranges of OSV.
    Semver,
    /// npm's `semver` package.
    Npm,
    /// PEP 440, with the legacy fallback for what PEP 440 refuses.
    Pep440,
    /// Go modules: semver with `v`, pseudo-versions, `+incompatible`.
    Go,
    /// RubyGems' `Gem::Version`.
    Gem,
    /// NuGet.
    Nuget,
    /// Maven's `ComparableVersion`.
    Maven,
    /// Composer's normalised versions.
    Composer,
    /// Debian policy §5.6.12 (dpkg).
    Debian,
    /// rpm's `rpmvercmp` over epoch, version, release.
    Rpm,
    /// Alpine's apk.
    Apk,
    /// R's `package_version`.
    Cran,
    /// Haskell's PVP: dotted numbers.
    Pvp,
}

/// No rule of the scheme orders this text. Never "not affected".
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{version}` is not a version that {scheme:?} can order")]
pub struct Undetermined {
    /// Whose rule was asked.
    pub scheme: Scheme,
    /// The text, cut to 80 characters.
    pub version: String,
}

/// An event of an OSV range, in the order the record gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// From this version on; `0` is before every version.
    Introduced(&'a str),
    /// No longer in this version.
    Fixed(&'a str),
    /// Still in this version, not in later ones.
    LastAffected(&'a str),
    /// The range does not look at or beyond this version.
    Limit(&'a str),
}

/// How much changed between two versions of one component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The same version.
    Same,
    /// Third number or below, upwards, both releases.
    Patch,
    /// Second number.
    Minor,
    /// First number, a pre-release, a downgrade, or what the scheme cannot tell.
    Major,
}

impl Scheme {
    /// The scheme of a purl type (`cargo`, `npm`, `pypi`, `golang`, `gem`, `nuget`, `maven`,
    /// `composer`, `deb`, `rpm`, `apk`, `cran`, `hackage`, `hex`, `pub`, `swift` …).
    pub fn of_purl_type(_kind: &str) -> Option<Self> {
        None
    }
    /// The scheme of an OSV ecosystem, suffix after `:` ignored (`crates.io`, `PyPI`, `Debian:12` …).
    pub fn of_ecosystem(_ecosystem: &str) -> Option<Self> {
        None
    }
    /// Which version comes first.
    ///
    /// # Errors
    /// When either is no version of the scheme.
    pub fn compare(self, _a: &str, _b: &str) -> Result<Ordering, Undetermined> {
        Err(Undetermined { scheme: self, version: String::new() })
    }
    /// Whether the version lies in a range given by OSV events (OSV schema, "affected[].ranges[]").
    ///
    /// # Errors
    /// When the version or an event that decides is no version of the scheme.
    pub fn contains(self, _events: &[Event<'_>], _version: &str) -> Result<bool, Undetermined> {
        Err(Undetermined { scheme: self, version: String::new() })
    }
    /// The lowest version a requirement of the ecosystem's manifests admits, e.g. npm `^1.2` → `1.2.0`.
    pub fn lowest(self, _requirement: &str) -> Option<String> {
        None
    }
    /// Whether a requirement admits exactly one version (an exact pin), and which.
    pub fn pinned(self, _requirement: &str) -> Option<String> {
        None
    }
    /// Whether the version is a pre-release.
    pub fn is_prerelease(self, _version: &str) -> bool {
        false
    }
    /// How much changed.
    pub fn step(self, _from: &str, _to: &str) -> Step {
        Step::Major
    }
}
