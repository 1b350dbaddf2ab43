//! The state of a control. There are four, and no fifth: an exception keeps the state, an
//! attestation makes it met, and both are shown beside it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Date;

/// What a control was found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ControlState {
    /// Observed, and as the control asks.
    Met,
    /// Observed, and not as the control asks.
    NotMet,
    /// Not observed. Never counts as met.
    Unknown,
    /// Asked of something this subject is not or does not have.
    NotApplicable,
}

impl ControlState {
    /// The words used on screens.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::NotMet => "not met",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not applicable",
        }
    }
}

impl fmt::Display for ControlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A control's state over the whole subject: the worst of what it was asked of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlResult {
    /// The control, e.g. `flaw-overdue`.
    pub id: String,
    /// The row of the reference it comes from, e.g. `INB-02`.
    pub row: String,
    /// The pack that asked.
    pub pack: String,
    /// The part of the system, where it was asked of a part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// The state.
    pub state: ControlState,
    /// How many times it was asked: components, findings, models.
    pub asked: u64,
    /// How many of those were not met.
    pub not_met: u64,
    /// How many of those were unknown.
    pub unknown: u64,
    /// Met because a person stated it, until this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attested: Option<Date>,
    /// Set aside until this day; the state stays what it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excepted_until: Option<Date>,
}
