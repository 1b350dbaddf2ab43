//! An Assessment: subject, circumstances, evidence, control states and verdicts, known by its digest.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Circumstances, Component, ControlResult, Coverage, Digest, Evidence, Exception, FeedStamp, Finding,
    Obligation, Subject, Timestamp, Verdict,
    canonical::{self, CanonicalError},
};

/// The schema name written into every assessment.
pub const SCHEMA: &str = "formulary/assessment/v1";

/// Everything that was seen and concluded about one subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// Program and version that wrote it.
    pub tool: String,
    /// Over the canonical bytes without `digest`, `basis` and `local`.
    pub digest: Option<Digest>,
    /// What a vote depends on: subject, pack, circumstances, facts, control states and finding
    /// fingerprints, without times and feeds.
    pub basis: Option<Digest>,
    /// The clock that was handed in.
    pub as_of: Timestamp,
    /// What was evaluated.
    pub subject: Subject,
    /// Under which circumstances.
    pub circumstances: Circumstances,
    /// The answers.
    pub verdicts: Vec<Verdict>,
    /// Every control of the packs, with its state.
    pub controls: Vec<ControlResult>,
    /// What the subject is built from.
    pub components: Vec<Component>,
    /// Located faults.
    pub findings: Vec<Finding>,
    /// Observations.
    pub evidence: Vec<Evidence>,
    /// What the answers ask for.
    pub obligations: Vec<Obligation>,
    /// Exceptions in force.
    pub exceptions: Vec<Exception>,
    /// What was looked at, and what was not.
    pub coverage: Vec<Coverage>,
    /// Reference data used.
    pub feeds: Vec<FeedStamp>,
    /// What differs from clone to clone or key to key: outside the digest.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub local: Value,
}

impl Assessment {
    /// The digest of the canonical bytes without `digest`, `basis` and `local`.
    ///
    /// # Errors
    /// When a value holds a number that canonical JSON refuses.
    pub fn compute_digest(&self) -> Result<Digest, CanonicalError> {
        let bytes = canonical::to_vec_without(self, &["digest", "basis", "local"])?;
        Ok(Digest::of(&bytes))
    }
}
