//! Evidence: one observation, known by its digest. A collector measures; it never says good or bad.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Digest, Timestamp, canonical::CanonicalError};

/// One observation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Digest of the canonical bytes of kind, value and source.
    pub digest: Digest,
    /// What was observed, kebab-case: `licence-file`, `readme`, `model-files` …
    pub kind: String,
    /// The observation: no floats, no secrets, no identifiers of patients.
    pub value: Value,
    /// Which collector observed it, and in what (`licence: LICENSE`).
    pub source: String,
    /// When it was true, where the material says so; the assessment's as-of otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Timestamp>,
}

impl Evidence {
    /// An observation without a date of its own.
    ///
    /// # Errors
    /// When the value holds a number that canonical JSON refuses.
    pub fn new(kind: &str, value: Value, source: &str) -> Result<Self, CanonicalError> {
        let digest = Digest::of_value(&serde_json::json!({"kind": kind, "source": source, "value": value}))?;
        Ok(Self { digest, kind: kind.to_owned(), value, source: source.to_owned(), as_of: None })
    }
}
