//! Positions on a case, concerns, and how a concern ends.

use domain::{Date, Digest};
use policy::quorum::Stance;
use serde::{Deserialize, Serialize};

use crate::words::Words;

/// A person's position, bound to what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// The review.
    pub review: String,
    /// The assessment voted on; none for a case without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Digest>,
    /// Its basis: the position goes stale when the case's basis is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Digest>,
    /// The position.
    pub stance: Stance,
    /// Why; a concern's must say what would answer it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<Words>,
    /// The clause or control that a concern rests on: no vague no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
    /// What is asked for with an agreement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub obligations: Vec<Duty>,
    /// The interest declared with a recusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interest: Option<Words>,
}

/// Something somebody must do by a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duty {
    /// What must be done.
    pub what: Words,
    /// The role that must do it.
    pub who: String,
    /// By when.
    pub due: Date,
    /// How it is shown to be done.
    pub shown_by: String,
}

/// An answer to a concern.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The review.
    pub review: String,
    /// The person whose concern it is.
    pub to: String,
    /// The answer.
    pub says: Words,
}

/// Who raised a concern is satisfied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Satisfied {
    /// The review.
    pub review: String,
}

/// A person would decide in spite of a concern.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overrule {
    /// The review.
    pub review: String,
    /// The person whose concern it is.
    pub concern_of: String,
    /// Why it does not hold.
    pub says: Words,
}
