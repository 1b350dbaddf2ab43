//! A case: what exactly is asked about, and so the key of an entry.

use std::fmt;

use domain::{Purpose, SubjectName, Tier};
use serde::{Deserialize, Serialize};

/// A use of a subject, or its publication. Equal cases share one entry of the register.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it is about.
    pub subject: SubjectName,
    /// Use, or publication.
    pub purpose: Purpose,
    /// The tier of the use; none for a publication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// The part of the system, where it is asked about a part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
}

impl Case {
    /// A use.
    pub const fn of_use(subject: SubjectName, tier: Tier) -> Self {
        Self { subject, purpose: Purpose::Use, tier: Some(tier), part: None }
    }

    /// A publication.
    pub const fn of_publication(subject: SubjectName) -> Self {
        Self { subject, purpose: Purpose::Publish, tier: None, part: None }
    }

    /// The tier whose rules of quorum hold: a publication counts as operational.
    pub fn governed_at(&self) -> Tier {
        self.tier.unwrap_or(Tier::Operational)
    }

    /// Whether it says what its purpose needs, and nothing else.
    pub fn is_whole(&self) -> bool {
        let tier = match self.purpose {
            Purpose::Use => self.tier.is_some(),
            Purpose::Publish => {
                self.tier.is_none() && self.part.is_none() && self.subject.kind() == "repository"
            }
        };
        tier && self.part.as_ref().is_none_or(|p| !p.trim().is_empty() && p.len() <= 100)
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.subject, self.purpose.word())?;
        if let Some(tier) = self.tier {
            write!(f, " at {tier}")?;
        }
        if let Some(part) = &self.part {
            write!(f, ", part {part}")?;
        }
        Ok(())
    }
}
