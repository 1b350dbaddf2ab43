//! Exceptions and Obligations. Neither can exist without an owner and an end.

use serde::{Deserialize, Serialize};

use crate::{Date, Digest};

/// One control, or one finding of it, set aside. It keeps the state and shows its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// The control set aside.
    pub control: String,
    /// What of it: a finding's id or fingerprint, a purl, a path; `None` for the whole control.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The role that answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
}

/// What a conditional verdict asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obligation {
    /// The control it comes from.
    pub control: String,
    /// What must be done.
    pub what: String,
    /// Who must do it: the owning role, or `nobody named`.
    pub who: String,
    /// By when.
    pub due: Date,
    /// How it is shown to be done.
    pub shown_by: String,
    /// Findings it clears.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Digest>,
    /// Whether `formulary.debt.toml` records it.
    #[serde(default)]
    pub recorded: bool,
}
