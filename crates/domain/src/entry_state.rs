//! The states an entry of a register can have. Colours are a theme; these are the words.
//!
//! Decides nothing about how an entry comes into a state: that follows from decisions and dates.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The state of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryState {
    /// Nobody has asked.
    Unlisted,
    /// A review is open.
    UnderEvaluation,
    /// May be used, or be public.
    Listed,
    /// The same, with obligations that are not met yet and not overdue.
    ListedWithObligations,
    /// Past its review date or an obligation's due date: running uses go on, somebody must act.
    Overdue,
    /// Overdue for long: no new uses.
    Restricted,
    /// Stopped at once, by one signature or a trip-wire; a decision must follow.
    Suspended,
    /// Decided: no.
    Declined,
    /// Taken off the register.
    Withdrawn,
}

impl EntryState {
    /// The words used on screens.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unlisted => "unlisted",
            Self::UnderEvaluation => "under evaluation",
            Self::Listed => "listed",
            Self::ListedWithObligations => "listed with obligations",
            Self::Overdue => "overdue",
            Self::Restricted => "restricted",
            Self::Suspended => "suspended",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// All states, in the order of the register's board.
    pub const ALL: [Self; 9] = [
        Self::Unlisted,
        Self::UnderEvaluation,
        Self::Listed,
        Self::ListedWithObligations,
        Self::Overdue,
        Self::Restricted,
        Self::Suspended,
        Self::Declined,
        Self::Withdrawn,
    ];
}

impl fmt::Display for EntryState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
