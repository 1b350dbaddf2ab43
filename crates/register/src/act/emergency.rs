//! What one authorised signature may do at once, and for how long.

use domain::Digest;
use serde::{Deserialize, Serialize};

use super::closure::ClosureAsked;
use crate::{case::Case, words::Words};

/// An act of one person, at once, with an end; the committee confirms it or it lapses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Emergency {
    /// What is done.
    pub measure: Measure,
    /// About what.
    pub case: Case,
    /// The clause it rests on.
    pub clause: String,
    /// Why.
    pub reason: Words,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "measure", deny_unknown_fields)]
pub enum Measure {
    /// New uses stop; running ones go on.
    Deny {
        /// What happens to uses that exist.
        existing_uses: String,
        /// The listed alternative, or why there is none.
        alternative: String,
    },
    /// A use is allowed for some hours because waiting would harm.
    BreakGlass {
        /// Who uses it.
        team: String,
        /// How the risk is held meanwhile; sealed, since it tells how the risk could be had.
        compensating: Words,
    },
    /// A repository is closed because a live secret or patient data lies in it.
    Close {
        /// What lies there: a secret that works, or patients' data. Sealed until it is mended: it is the
        /// way in.
        cause: Words,
        /// The closure; its end is at most the body's.
        closure: Box<ClosureAsked>,
        /// What must be mended, in order; sealed for the same reason.
        mending: Vec<Words>,
        /// The assessment that shows it, if one was made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        assessment: Option<Digest>,
    },
}

impl Measure {
    /// The words used on screens.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Deny { .. } => "denied by one signature",
            Self::BreakGlass { .. } => "break-glass",
            Self::Close { .. } => "closed in an emergency",
        }
    }
}

/// Roles whose one signature denies or closes.
pub const MAY_DENY: [&str; 5] =
    ["chair", "clinical-safety-officer", "security", "information-governance", "on-call"];

/// Roles whose one signature says that a trip-wire was touched.
pub const MAY_TRIP: [&str; 5] = MAY_DENY;

/// Roles whose one signature breaks the glass.
pub const MAY_BREAK_GLASS: [&str; 2] = ["on-call", "clinical-safety-officer"];
