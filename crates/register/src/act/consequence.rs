//! What follows from dates and trip-wires. Every reader computes it from the log; `tick` writes it
//! down, so that the log itself tells the story.

use domain::{Date, Digest};
use serde::{Deserialize, Serialize};

use crate::{case::Case, state::State};

/// An entry changed its state without anybody's signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consequence {
    /// The entry.
    pub case: Case,
    /// Before.
    pub from: State,
    /// After.
    pub to: State,
    /// The statement it follows from.
    pub of: Digest,
    /// The day it follows on.
    pub on: Date,
    /// Why, in plain English.
    pub why: String,
}
