//! What is stated about reference data: as of when, how complete, and which bytes.

use serde::{Deserialize, Serialize};

use crate::{Digest, Timestamp};

/// Whether a feed holds everything its source publishes for an ecosystem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FeedCoverage {
    /// Everything the source publishes.
    Full,
    /// Some of it; the default until declared.
    Partial,
}

/// A feed as an assessment names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedStamp {
    /// `osv/npm`, `kev`, `epss`, `ssvc`, `endoflife`.
    pub name: String,
    /// When it was true.
    pub as_of: Timestamp,
    /// How complete it is.
    pub coverage: FeedCoverage,
    /// Digest of the content.
    pub digest: Digest,
    /// How many records it holds.
    pub records: u64,
}
