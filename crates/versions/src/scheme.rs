//! Whose rule orders the versions, and the questions that can be asked of it.

use std::cmp::Ordering;

use crate::order::{self, Order};
use crate::range::{self, Event};
use crate::requirement;
use crate::step::{self, Step};
use crate::tangle::{self, Reading};
use crate::undetermined::Undetermined;
use crate::{apk, composer, cran, debian, gem, go, maven, npm, nuget, pep440, pvp, rpm, semver};

/// Whose rule orders the versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// Semantic Versioning 2.0.0, read leniently: crates.io, Hex, SwiftURL, Bitnami, and SEMVER
    /// ranges of OSV.
    Semver,
    /// Semantic Versioning with build metadata ordered last: Dart's pub, Julia.
    SemverBuild,
    /// npm's `semver` package.
    Npm,
    /// PEP 440; what it refuses is undetermined.
    Pep440,
    /// Go modules: semver with `v`, pseudo-versions, `+incompatible`; and toolchain names.
    Go,
    /// RubyGems' `Gem::Version`.
    Gem,
    /// NuGet.
    Nuget,
    /// Maven's `ComparableVersion` (3.8.7 and later 3.x).
    Maven,
    /// Composer's normalised versions.
    Composer,
    /// Debian policy §5.6.12 (dpkg); opam takes the same order.
    Debian,
    /// rpm's `rpmvercmp` over epoch, version, release.
    Rpm,
    /// Alpine's apk (apk-tools 3).
    Apk,
    /// R's `package_version`.
    Cran,
    /// Haskell's PVP: dotted numbers.
    Pvp,
}

impl Scheme {
    /// What people call whoever wrote the rule.
    #[must_use]
    pub const fn written(self) -> &'static str {
        match self {
            Self::Semver | Self::SemverBuild => "semantic versioning",
            Self::Npm => "npm",
            Self::Pep440 => "Python (PEP 440)",
            Self::Go => "Go",
            Self::Gem => "RubyGems",
            Self::Nuget => "NuGet",
            Self::Maven => "Maven",
            Self::Composer => "Composer",
            Self::Debian => "dpkg",
            Self::Rpm => "rpm",
            Self::Apk => "apk",
            Self::Cran => "R",
            Self::Pvp => "Haskell's PVP",
        }
    }
}

/// Runs an expression with `$order` naming the version type of the scheme.
macro_rules! with_order {
    ($scheme:expr, $order:ident => $body:expr) => {
        match $scheme {
            Scheme::Semver => {
                type $order<'a> = semver::Version<'a>;
                $body
            }
            Scheme::SemverBuild => {
                type $order<'a> = semver::WithBuild<'a>;
                $body
            }
            Scheme::Npm => {
                type $order<'a> = npm::Version<'a>;
                $body
            }
            Scheme::Pep440 => {
                type $order<'a> = pep440::Version<'a>;
                $body
            }
            Scheme::Go => {
                type $order<'a> = go::Version<'a>;
                $body
            }
            Scheme::Gem => {
                type $order<'a> = gem::Version<'a>;
                $body
            }
            Scheme::Nuget => {
                type $order<'a> = nuget::Version<'a>;
                $body
            }
            Scheme::Maven => {
                type $order<'a> = maven::Version<'a>;
                $body
            }
            Scheme::Composer => {
                type $order<'a> = composer::Version<'a>;
                $body
            }
            Scheme::Debian => {
                type $order<'a> = debian::Version<'a>;
                $body
            }
            Scheme::Rpm => {
                type $order<'a> = rpm::Version<'a>;
                $body
            }
            Scheme::Apk => {
                type $order<'a> = apk::Version<'a>;
                $body
            }
            Scheme::Cran => {
                type $order<'a> = cran::Version<'a>;
                $body
            }
            Scheme::Pvp => {
                type $order<'a> = pvp::Version<'a>;
                $body
            }
        }
    };
}

impl Scheme {
    /// Every scheme.
    pub const ALL: [Self; 14] = [
        Self::Semver,
        Self::SemverBuild,
        Self::Npm,
        Self::Pep440,
        Self::Go,
        Self::Gem,
        Self::Nuget,
        Self::Maven,
        Self::Composer,
        Self::Debian,
        Self::Rpm,
        Self::Apk,
        Self::Cran,
        Self::Pvp,
    ];

    /// The scheme of a purl type (`cargo`, `npm`, `pypi`, `golang`, `gem`, `nuget`, `maven`,
    /// `composer`, `deb`, `rpm`, `apk`, `cran`, `hackage`, `hex`, `pub`, `swift` …); `None` where
    /// the type's versions have no order (`generic`, `oci`, `huggingface`) or one not known here.
    #[must_use]
    pub fn of_purl_type(kind: &str) -> Option<Self> {
        Some(match kind {
            "cargo" | "hex" | "swift" | "bitnami" | "conan" | "elm" | "github" | "githubactions"
            | "vscode-extension" => Self::Semver,
            "pub" | "julia" => Self::SemverBuild,
            "npm" => Self::Npm,
            "pypi" => Self::Pep440,
            "golang" => Self::Go,
            "gem" | "cocoapods" => Self::Gem,
            "nuget" => Self::Nuget,
            "maven" => Self::Maven,
            "composer" => Self::Composer,
            "deb" | "opam" => Self::Debian,
            "rpm" => Self::Rpm,
            "apk" => Self::Apk,
            "cran" | "bioconductor" => Self::Cran,
            "hackage" => Self::Pvp,
            _ => return None,
        })
    }

    /// The scheme of an OSV ecosystem (`crates.io`, `PyPI`, `Debian:12` …). What follows `:` is a
    /// release or a repository and does not matter, but for vendors of patched builds of other
    /// ecosystems' packages (`Echo:PyPi`, `Root:Alpine:3.18`).
    ///
    /// `None`: `GIT` and `OSS-Fuzz` (commits and tags, in no order), `Android`, `FreeBSD`, and
    /// whatever is not known here.
    #[must_use]
    pub fn of_ecosystem(ecosystem: &str) -> Option<Self> {
        let (name, suffix) = match ecosystem.split_once(':') {
            Some((name, suffix)) => (name, Some(suffix)),
            None => (ecosystem, None),
        };
        Some(match name {
            "crates.io"
            | "Hex"
            | "SwiftURL"
            | "Bitnami"
            | "GitHub Actions"
            | "ConanCenter"
            | "Kubernetes"
            | "VSCode"
            | "Linux"
            | "Docker Hardened Images" => Self::Semver,
            "Pub" | "Julia" => Self::SemverBuild,
            "npm" => Self::Npm,
            "PyPI" => Self::Pep440,
            "Go" => Self::Go,
            "RubyGems" => Self::Gem,
            "NuGet" => Self::Nuget,
            "Maven" => Self::Maven,
            "Packagist" => Self::Composer,
            "Debian" | "Ubuntu" | "opam" => Self::Debian,
            "AlmaLinux" | "Azure Linux" | "Mageia" | "openEuler" | "openSUSE" | "Photon OS" | "Red Hat"
            | "Rocky Linux" | "SUSE" => Self::Rpm,
            "Alpaquita" | "Alpine" | "BellSoft Hardened Containers" | "Chainguard" | "MinimOS" | "Wolfi" => {
                Self::Apk
            }
            "CRAN" | "Bioconductor" => Self::Cran,
            "Hackage" | "GHC" => Self::Pvp,
            // Echo marks its builds `+echo.N`: an order that ignores build metadata would call the
            // unpatched original fixed.
            "Echo" => match suffix.map(Self::of_patched) {
                None => Self::Debian,
                Some(Some(Self::Semver | Self::Npm | Self::Go)) => Self::SemverBuild,
                Some(of) => of?,
            },
            // Their marks (`-root.io.1`, `-tuxcare.1`) make a pre-release of the original in
            // Semantic Versioning, so nothing can be said there.
            "Root" | "TuxCare" => match Self::of_patched(suffix?)? {
                Self::Semver | Self::Npm | Self::Go | Self::SemverBuild => return None,
                of => of,
            },
            _ => return None,
        })
    }

    /// The order for a vendor's patched builds of another ecosystem's packages.
    fn of_patched(ecosystem: &str) -> Option<Self> {
        // A vendor of a vendor is none that exists, and the text is a stranger's.
        if ecosystem.starts_with("Echo") || ecosystem.starts_with("Root") || ecosystem.starts_with("TuxCare")
        {
            return None;
        }
        match Self::of_ecosystem(if ecosystem == "PyPi" { "PyPI" } else { ecosystem })? {
            // NuGet ignores what marks the build, and no other order reads its four numbers.
            Self::Nuget => None,
            scheme => Some(scheme),
        }
    }

    /// Which version comes first.
    ///
    /// # Errors
    /// When either is no version of the scheme, or the scheme leaves the two unordered.
    pub fn compare(self, a: &str, b: &str) -> Result<Ordering, Undetermined> {
        fn compare<'a, V: Order<'a>>(
            scheme: Scheme,
            a: &'a str,
            b: &'a str,
        ) -> Result<Ordering, Undetermined> {
            let Some(left) = order::read::<V>(a) else { return Err(Undetermined::new(scheme, a)) };
            let Some(right) = order::read::<V>(b) else { return Err(Undetermined::new(scheme, b)) };
            left.order(&right).ok_or_else(|| Undetermined::new(scheme, a))
        }
        with_order!(self, V => compare::<V<'_>>(self, a, b))
    }

    /// Whether the text is a version of the scheme.
    #[must_use]
    pub fn reads(self, version: &str) -> bool {
        with_order!(self, V => order::read::<V<'_>>(version).is_some())
    }

    /// Whether the version lies in a range given by OSV events (OSV schema, "affected[].ranges[]").
    ///
    /// # Errors
    /// When the version or an event that decides is no version of the scheme.
    pub fn contains(self, events: &[Event<'_>], version: &str) -> Result<bool, Undetermined> {
        with_order!(self, V => range::contains::<V<'_>>(self, events, version))
    }

    /// Whether ends and starts of a range do not pair up (an end before its start, two ends behind
    /// each other), so that [`Self::contains`] would give an answer that the range does not carry.
    #[must_use]
    pub fn is_tangled(self, events: &[Event<'_>]) -> bool {
        with_order!(self, V => tangle::is_tangled::<V<'_>>(events))
    }

    /// What a tangled range still says of a version.
    ///
    /// # Errors
    /// When the version or an event is no version of the scheme.
    pub fn read_tangled(self, events: &[Event<'_>], version: &str) -> Result<Reading, Undetermined> {
        with_order!(self, V => tangle::read_tangled::<V<'_>>(self, events, version))
    }

    /// The lowest version a requirement of the ecosystem's manifests admits, e.g. npm `^1.2` →
    /// `1.2.0`.
    ///
    /// `None` where the requirement cannot be read, states no lower end (`*`, `<2`), or states one
    /// that is itself shut out and after which no next version is known (PEP 440 `>1.0`). A lower
    /// end shut out by another clause (`>=1.0, !=1.0`) is `None` too.
    #[must_use]
    pub fn lowest(self, requirement: &str) -> Option<String> {
        requirement::lowest(self, requirement)
    }

    /// Whether a requirement admits exactly one version (an exact pin), and which, as it is written.
    ///
    /// A bare version pins where the ecosystem's tools take it so: npm, RubyGems, Composer, Go, and
    /// Maven's soft `1.0`, which its own resolution then uses. Not in Cargo (`1.0` is `^1.0`) or
    /// NuGet (`1.0` is at least 1.0).
    #[must_use]
    pub fn pinned(self, requirement: &str) -> Option<String> {
        requirement::pinned(self, requirement)
    }

    /// Whether a requirement of the ecosystem's manifests admits the version.
    ///
    /// # Errors
    /// When the requirement or the version cannot be read; the error holds the text at fault.
    pub fn satisfies(self, requirement: &str, version: &str) -> Result<bool, Undetermined> {
        requirement::satisfies(self, requirement, version)
    }

    /// Whether the version is a pre-release; false for what cannot be read.
    #[must_use]
    pub fn is_prerelease(self, version: &str) -> bool {
        with_order!(self, V => order::read::<V<'_>>(version).is_some_and(|v| v.is_prerelease()))
    }

    /// How much changed.
    #[must_use]
    pub fn step(self, from: &str, to: &str) -> Step {
        with_order!(self, V => step::between::<V<'_>>(from, to))
    }
}
