//! A statement: an act, said by somebody, for one register, at a time. Its canonical bytes are signed.

use domain::{Digest, Timestamp, canonical::CanonicalError};
use serde::{Deserialize, Serialize};

use crate::act::Act;

/// The schema name written into every statement.
pub const SCHEMA: &str = "formulary/statement/v1";

/// The rules a statement made now is held to. A log keeps its meaning: what an older program wrote is read by
/// the rules it was written under, and after the first statement under newer rules none under older ones
/// is taken in any more.
pub const RULES: u32 = 2;

/// Rules of statements that name none.
const FIRST: u32 = 1;

const fn first() -> u32 {
    FIRST
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
const fn is_first(rules: &u32) -> bool {
    *rules == FIRST
}

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
    /// The rules it is made under; see [`RULES`].
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub rules: u32,
}

impl Statement {
    /// A statement.
    pub fn new(register: &str, at: Timestamp, by: &str, act: Act) -> Self {
        let (schema, register, by) = (SCHEMA.to_owned(), register.to_owned(), by.to_owned());
        Self { schema, register, at, by, act, rules: RULES }
    }

    /// Whether it is held to the rules of statements made now.
    pub(crate) const fn is_strict(&self) -> bool {
        self.rules > FIRST
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
