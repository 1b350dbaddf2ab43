//! CVSS vectors (v2.0, v3.0, v3.1, v4.0) and their base scores, in tenths.
//!
//! What is decided here: which texts are a vector, the base score each has by its version's
//! specification, and the few answers that other rules take from a vector. Own code, because the
//! crates on offer compute in floating point, and a score that enters a digest must be the same on
//! every machine: everything here is integers, exact up to the one rounding that the specification
//! itself asks for (see `v2.rs`, `v3.rs`, `v4.rs`).
//!
//! Temporal, threat, environmental and supplemental metrics are checked and kept, and change no
//! base score: they speak of somebody else's day or place. For v4.0 [`Cvss::full_tenths`] counts
//! them in.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Severity;

mod metrics;
mod v2;
mod v3;
mod v4;

/// The longest text accepted, in bytes. A v4.0 vector with every metric has 190.
pub const LONGEST: usize = 256;

/// The version of the specification that a vector follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Version {
    /// 2.0: no prefix.
    V2,
    /// `CVSS:3.0/`.
    V30,
    /// `CVSS:3.1/`.
    V31,
    /// `CVSS:4.0/`.
    V4,
}

/// A CVSS vector: every metric known, every mandatory one there, none twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cvss {
    version: Version,
    metrics: metrics::Chosen,
}

/// Why a text is no CVSS vector.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum InvalidCvss {
    /// It begins like no version that is known.
    #[error("not a CVSS vector: expected `CVSS:3.0/`, `CVSS:3.1/`, `CVSS:4.0/` or `AV:` (v2)")]
    Version,
    /// It is longer than [`LONGEST`].
    #[error("not a CVSS vector: longer than {LONGEST} bytes")]
    TooLong,
    /// A part is no `metric:value`, or the metric or the value is not of this version.
    #[error("not a CVSS vector: part {0} is no metric of this version with a value it may have")]
    Part(usize),
    /// A metric stands there twice.
    #[error("not a CVSS vector: {0} stands there twice")]
    Twice(&'static str),
    /// The metrics are not in the order that v2.0 and v4.0 demand.
    #[error("not a CVSS vector: {0} is not in the order that this version demands")]
    Order(&'static str),
    /// A mandatory metric is missing.
    #[error("not a CVSS vector: {0} is missing")]
    Missing(&'static str),
}

impl Cvss {
    /// The version of the specification.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The base score in tenths (98 is 9.8).
    ///
    /// For v4.0 this is CVSS-B: as if no threat or environmental metric were given.
    pub fn score_tenths(&self) -> u8 {
        match self.version {
            Version::V2 => v2::base(self),
            Version::V30 | Version::V31 => v3::base(self),
            Version::V4 => v4::score(self, v4::Counted::Base),
        }
    }

    /// The score in tenths with the threat and environmental metrics the vector carries, for v4.0
    /// (CVSS-BTE). The older versions define that score too, but nobody publishes such vectors:
    /// here it is the base score.
    pub fn full_tenths(&self) -> u8 {
        match self.version {
            Version::V4 => v4::score(self, v4::Counted::All),
            _ => self.score_tenths(),
        }
    }

    /// The band of the base score.
    ///
    /// v2.0 has no bands of its own; those of v3.1 are used, which are never milder than the ones
    /// that databases use for it.
    pub fn severity(&self) -> Severity {
        Severity::of_tenths(self.score_tenths())
    }

    /// Whether it can be attacked over a network (`AV:N`).
    pub fn network(&self) -> bool {
        self.is("AV", "N")
    }

    /// Whether the attack needs no special conditions (`AC:L`; for v4.0 also `AT:N`).
    pub fn low_complexity(&self) -> bool {
        self.is("AC", "L") && (self.version != Version::V4 || self.is("AT", "N"))
    }

    /// Whether the attacker needs no account (`PR:N`, `Au:N` in v2.0).
    pub fn privileges_none(&self) -> bool {
        self.is(if self.version == Version::V2 { "Au" } else { "PR" }, "N")
    }

    /// Whether nobody but the attacker must do anything (`UI:N`); v2.0 does not say.
    pub fn user_interaction_none(&self) -> Option<bool> {
        (self.version != Version::V2).then(|| self.is("UI", "N"))
    }

    /// Whether confidentiality, integrity and availability of the flawed system are all lost:
    /// SSVC's technical impact "total".
    pub fn impact_total(&self) -> bool {
        let (names, whole) = match self.version {
            Version::V2 => (["C", "I", "A"], "C"),
            Version::V30 | Version::V31 => (["C", "I", "A"], "H"),
            Version::V4 => (["VC", "VI", "VA"], "H"),
        };
        names.iter().all(|name| self.is(name, whole))
    }

    /// The value of a metric as the vector states it; `None` where it does not.
    pub fn metric(&self, name: &str) -> Option<&'static str> {
        self.metrics.get(self.version, name)
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.metric(name) == Some(value)
    }

    /// The value of a mandatory metric.
    fn base(&self, name: &str) -> &'static str {
        self.metric(name).unwrap_or_default()
    }
}

impl FromStr for Cvss {
    type Err = InvalidCvss;

    fn from_str(text: &str) -> Result<Self, InvalidCvss> {
        if text.len() > LONGEST {
            return Err(InvalidCvss::TooLong);
        }
        let prefixes = [("CVSS:3.1/", Version::V31), ("CVSS:3.0/", Version::V30), ("CVSS:4.0/", Version::V4)];
        let found = prefixes.into_iter().find_map(|(prefix, v)| Some((v, text.strip_prefix(prefix)?)));
        let (version, rest) = match found {
            Some(found) => found,
            None if text.starts_with("AV:") => (Version::V2, text),
            None => return Err(InvalidCvss::Version),
        };
        Ok(Self { version, metrics: metrics::Chosen::read(version, rest)? })
    }
}

impl fmt::Display for Cvss {
    /// The metrics in the specification's order.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.version {
            Version::V2 => "",
            Version::V30 => "CVSS:3.0/",
            Version::V31 => "CVSS:3.1/",
            Version::V4 => "CVSS:4.0/",
        })?;
        for (i, (name, value)) in self.metrics.stated(self.version).enumerate() {
            write!(f, "{}{name}:{value}", if i == 0 { "" } else { "/" })?;
        }
        Ok(())
    }
}

impl Serialize for Cvss {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cvss {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
