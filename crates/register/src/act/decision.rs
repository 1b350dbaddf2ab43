//! Decisions: what the committee, a rule or silence settled, with terms.

use domain::{Date, Digest};
use serde::{Deserialize, Serialize};

pub use domain::Settled;

use super::position::Duty;
use crate::words::Words;

/// The decision of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The review.
    pub review: String,
    /// What was decided.
    pub ruling: Ruling,
    /// By what right.
    pub by: Means,
    /// The assessment decided on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Digest>,
    /// Its basis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Digest>,
    /// The terms.
    pub terms: Terms,
    /// The positions it rests on, by the digests of their statements.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub votes: Vec<Digest>,
    /// What the packs referred to people and this decision settles: the same fault, concerning no more
    /// things, is not referred again while the decision stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<Settled>,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ruling {
    /// What was asked for is granted, with the obligations of the terms, if any.
    Grant,
    /// It is not.
    Decline,
}

impl Ruling {
    /// The words used on screens.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Grant => "granted",
            Self::Decline => "declined",
        }
    }
}

/// By what right a case is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Means {
    /// The quorum of the tier stands.
    Quorum,
    /// A published rule: the packs allow it and the body lets rules decide at this tier.
    Rule,
    /// Nobody objected for the stated time, at a tier where that is consent.
    Silence,
    /// One authorised signature: only ever a no.
    OneSignature,
    /// A concern that nobody has answered: only ever a no.
    Concern,
    /// The people who can still sign, after keys were lost: only ever a new key.
    Recovery,
}

impl Means {
    /// The words used on screens.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Quorum => "by the committee's quorum",
            Self::Rule => "by a published rule",
            Self::Silence => "by silence for the stated time",
            Self::OneSignature => "by one authorised signature",
            Self::Concern => "on a concern that nobody has answered",
            Self::Recovery => "by the people who can still sign, after keys were lost",
        }
    }
}

/// The terms of a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Who may use it.
    pub who: WhoMayUse,
    /// What must be done by when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub obligations: Vec<Duty>,
    /// Why.
    pub reasons: Words,
    /// The day by which it must be reviewed.
    pub review_on: Date,
    /// What suspends it at once.
    pub trip_wires: Vec<TripWire>,
    /// For a no: the listed alternative, or why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternative: Option<String>,
    /// For a no: what happens to uses that exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub existing_uses: Option<String>,
    /// The release it is bound to, where not all later ones are meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// Who may use what was granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "may", deny_unknown_fields)]
pub enum WhoMayUse {
    /// Any team.
    AnyTeam,
    /// Any team that has a shared-care agreement signed by both sides.
    SharedCare,
    /// Only these teams.
    Teams {
        /// Their names.
        teams: Vec<String>,
    },
}

/// Facts that suspend an entry at once, without anybody's signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TripWire {
    /// A malicious-package record matches.
    Malware,
    /// A flaw is listed as known to be exploited.
    Kev,
    /// A licence changed.
    Licence,
    /// The owner is gone.
    OwnerGone,
}

impl TripWire {
    /// All of them: what a decision carries unless it says otherwise.
    pub const ALL: [Self; 4] = [Self::Malware, Self::Kev, Self::Licence, Self::OwnerGone];

    /// The word used in files.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Malware => "malware",
            Self::Kev => "kev",
            Self::Licence => "licence",
            Self::OwnerGone => "owner-gone",
        }
    }

    /// The words used on screens.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Malware => "malware",
            Self::Kev => "a flaw known to be exploited",
            Self::Licence => "a changed licence",
            Self::OwnerGone => "the owner is gone",
        }
    }
}
