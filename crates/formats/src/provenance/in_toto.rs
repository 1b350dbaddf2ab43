//! in-toto Statements, version 1: something is said about artifacts that are known by digests.
//!
//! Source: in-toto Attestation Framework, spec/v1/statement.md and resource_descriptor.md.

use std::collections::BTreeMap;

use domain::canonical::{self, CanonicalError};
use serde::Serialize;

/// The type of a Statement.
pub const STATEMENT: &str = "https://in-toto.io/Statement/v1";

/// Something with a name and digests (in-toto's ResourceDescriptor).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Resource {
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it is, or what it is known as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// Digests by algorithm, in lower-case hexadecimal. `sha256` is that of the artifact's bytes and of
    /// nothing else: consumers compare it with a file.
    pub digest: BTreeMap<String, String>,
}

/// A Statement; `P` is its predicate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement<P> {
    /// Always [`STATEMENT`].
    #[serde(rename = "_type")]
    kind: &'static str,
    /// About what.
    pub subject: Vec<Resource>,
    /// Which predicate.
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    /// What is said.
    pub predicate: P,
}

impl<P: Serialize> Statement<P> {
    /// A Statement.
    pub fn new(subject: Vec<Resource>, predicate_type: &str, predicate: P) -> Self {
        Self { kind: STATEMENT, subject, predicate_type: predicate_type.to_owned(), predicate }
    }

    /// Its bytes, as an envelope carries them.
    ///
    /// # Errors
    /// When a number of the predicate has no canonical form.
    pub fn bytes(&self) -> Result<Vec<u8>, CanonicalError> {
        canonical::to_vec(self)
    }
}
