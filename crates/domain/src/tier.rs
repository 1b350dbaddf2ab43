//! Tiers of clinical risk. A tier belongs to a *use*, never to a component.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// How close a use is to the care of a patient; the strictest comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Influences care decisions: strict certification.
    Clinical,
    /// Runs the service, without influencing care decisions.
    Operational,
    /// Databases, operating systems, frameworks: an open attitude.
    Infrastructure,
    /// Research and development only.
    Research,
}

impl Tier {
    /// All tiers, the strictest first.
    pub const ALL: [Self; 4] = [Self::Clinical, Self::Operational, Self::Infrastructure, Self::Research];

    /// The word used in files and on screens.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Clinical => "clinical",
            Self::Operational => "operational",
            Self::Infrastructure => "infrastructure",
            Self::Research => "research",
        }
    }

    /// The stricter of two tiers.
    #[must_use]
    pub fn stricter(self, other: Self) -> Self {
        self.min(other)
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The word is not one of the four tiers.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a tier: write clinical, operational, infrastructure or research")]
pub struct InvalidTier(String);

impl FromStr for Tier {
    type Err = InvalidTier;

    fn from_str(text: &str) -> Result<Self, InvalidTier> {
        Self::ALL.into_iter().find(|t| t.word() == text).ok_or_else(|| InvalidTier(text.to_owned()))
    }
}
