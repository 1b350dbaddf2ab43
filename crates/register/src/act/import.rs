//! Other bodies' decisions: shown beside ours, and adopted by one signature where the body allows.

use domain::{Date, Digest, EntryState, Timestamp};
use serde::{Deserialize, Serialize};

use super::position::Duty;
use crate::words::Words;

/// A decision of another body, with the proof that its log holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Imported {
    /// Verifier key of the other body's log.
    pub log: String,
    /// The other body's name, as its log has it.
    pub body: String,
    /// The leaf that opened the case, exactly as logged there.
    pub opening: String,
    /// Its receipt.
    pub opening_receipt: String,
    /// The leaf of the decision, exactly as logged there.
    pub decision: String,
    /// Its receipt.
    pub decision_receipt: String,
    /// What the other body's whole log says of it; only leaves of older programs do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub there: Option<There>,
}

/// What became of a decision in the other body's log, as whoever imported it has folded that log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct There {
    /// The state of its entry.
    pub state: EntryState,
    /// Whether this decision is the one in force; later ones replace earlier ones.
    pub in_force: bool,
    /// As of when.
    pub as_of: Timestamp,
    /// So many entries of that log were read.
    pub size: u64,
}

/// Another body's decision, adopted. Only what that body decided itself: never what it adopted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adoption {
    /// The import, by the digest of its statement.
    pub import: Digest,
    /// The role that owns it here.
    pub owner: String,
    /// What holds here besides, or instead: the local parts restated.
    pub local: Words,
    /// Obligations here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub obligations: Vec<Duty>,
    /// The day by which it must be reviewed here.
    pub review_on: Date,
}
