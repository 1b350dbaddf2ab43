//! Shared care: two teams agree who patches, monitors and answers for something in use.
//!
//! The word is that of medicines committees: a specialist starts a treatment, a general practice
//! continues it, and both have signed who does what.

use domain::Date;
use serde::{Deserialize, Serialize};

use crate::case::Case;

/// An agreement, as one side signs it. It holds when both sides have signed the same content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedCare {
    /// About what.
    pub case: Case,
    /// The team that provides.
    pub provider: String,
    /// The team that uses.
    pub recipient: String,
    /// The role that patches.
    pub patches: String,
    /// The role that monitors.
    pub monitors: String,
    /// The role that answers when something goes wrong.
    pub answers: String,
    /// The last day.
    pub until: Date,
    /// For which side this signature is.
    pub side: Side,
}

/// A side of an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Who provides.
    Provider,
    /// Who uses.
    Recipient,
}

impl SharedCare {
    /// Whether two signatures are about the same content.
    pub fn same_content(&self, other: &Self) -> bool {
        let bare = |one: &Self| Self { side: Side::Provider, ..one.clone() };
        bare(self) == bare(other)
    }
}
