//! A statement: an act, said by somebody, for one register, at a time. Its canonical bytes are signed.

use domain::{Digest, Timestamp, canonical::CanonicalError};
use serde::{Deserialize, Serialize};

use crate::act::Act;

/// The schema name written into every statement.
pub const SCHEMA: &str = "formulary/statement/v1";

/// Who speaks where nobody signs: the log itself, about what follows from dates.
pub const LOG: &str = "log";

/// What a person, or the log itself, states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The origin of the log it is meant for: it counts in no other.
    pub register: String,
    /// When it was said, by the clock of who said it.
    pub at: Timestamp,
    /// The id of the person, or [`LOG`].
    pub by: String,
    /// What is stated.
    pub act: Act,
}

impl Statement {
    /// A statement.
    pub fn new(register: &str, at: Timestamp, by: &str, act: Act) -> Self {
        Self { schema: SCHEMA.to_owned(), register: register.to_owned(), at, by: by.to_owned(), act }
    }

    /// The bytes that are signed.
    ///
    /// # Errors
    /// When a number has no canonical form.
    pub fn bytes(&self) -> Result<Vec<u8>, CanonicalError> {
        domain::canonical::to_vec(self)
    }

    /// The digest of those bytes, by which other statements name it.
    ///
    /// # Errors
    /// When a number has no canonical form.
    pub fn digest(&self) -> Result<Digest, CanonicalError> {
        Ok(Digest::of(&self.bytes()?))
    }
}
