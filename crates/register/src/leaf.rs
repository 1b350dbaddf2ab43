//! A leaf of the log: a statement, when it was logged, and the signatures under it.
//!
//! Decides whether bytes are a leaf in canonical form, and whether its signatures are what they say.
//! Whether the signer may do the act is decided by the register.

use domain::{Timestamp, canonical::CanonicalError};
use serde::{Deserialize, Serialize};

use crate::{
    batch::{Batch, Place},
    key::Key,
    ssh::{PublicKey, SshError},
    statement::Statement,
};

/// The schema name written into every leaf.
pub const SCHEMA: &str = "formulary/leaf/v1";

/// The largest leaf, in bytes: an entry bundle holds lengths of 16 bits (C2SP tlog-tiles).
pub const LARGEST: usize = 65_535;

/// A leaf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// When the log took it in, by the log's clock; never before the leaf ahead of it.
    pub logged: Timestamp,
    /// What is stated.
    pub statement: Statement,
    /// Who signed it; none where the log itself speaks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<Signature>,
}

/// A signature under a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Who signed.
    pub person: String,
    /// Fingerprint of the key.
    pub key: String,
    /// The signature: for `ssh`, the base64 between the two lines of an SSH SIGNATURE.
    pub value: String,
    /// The statement's place in the batch, where the signature is over a batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<Place>,
}

/// Why bytes are no leaf.
#[derive(Debug, thiserror::Error)]
pub enum NotALeaf {
    /// Too large.
    #[error("an entry of {0} bytes is larger than a log takes (65,535)")]
    Large(usize),
    /// Not JSON of a leaf.
    #[error("an entry is no statement of a register: {0}")]
    Json(#[from] serde_json::Error),
    /// Another schema.
    #[error("an entry has the schema `{0}`; this program reads {SCHEMA}")]
    Schema(String),
    /// Made under rules that this program does not know.
    #[error("an entry is held to rules (version {0}) that this program does not know: use a newer one")]
    Rules(u32),
    /// Not the one spelling.
    #[error("an entry is not written in canonical form, so its digest could be that of another spelling")]
    Spelling,
    /// A number without canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
}

impl Leaf {
    /// A leaf.
    pub fn new(logged: Timestamp, statement: Statement, signatures: Vec<Signature>) -> Self {
        Self { schema: SCHEMA.to_owned(), logged, statement, signatures }
    }

    /// Reads a leaf from the log.
    ///
    /// # Errors
    /// See [`NotALeaf`].
    pub fn read(bytes: &[u8]) -> Result<Self, NotALeaf> {
        if bytes.len() > LARGEST {
            return Err(NotALeaf::Large(bytes.len()));
        }
        let leaf: Self = serde_json::from_slice(bytes)?;
        if leaf.schema != SCHEMA || leaf.statement.schema != crate::statement::SCHEMA {
            return Err(NotALeaf::Schema(leaf.schema.chars().take(60).collect()));
        }
        if leaf.statement.rules > crate::statement::RULES {
            return Err(NotALeaf::Rules(leaf.statement.rules));
        }
        if leaf.bytes()? != bytes {
            return Err(NotALeaf::Spelling);
        }
        Ok(leaf)
    }

    /// Reads a leaf that this program has read before under the same root: its spelling was looked at then.
    ///
    /// # Errors
    /// See [`NotALeaf`].
    pub(crate) fn read_again(bytes: &[u8]) -> Result<Self, NotALeaf> {
        if bytes.len() > LARGEST {
            return Err(NotALeaf::Large(bytes.len()));
        }
        Ok(serde_json::from_slice(bytes)?)
    }

    /// Its canonical bytes.
    ///
    /// # Errors
    /// When a number has no canonical form, or it is too large for the log.
    pub fn bytes(&self) -> Result<Vec<u8>, NotALeaf> {
        let bytes = domain::canonical::to_vec(self)?;
        if bytes.len() > LARGEST { Err(NotALeaf::Large(bytes.len())) } else { Ok(bytes) }
    }
}

/// Why a signature does not count.
#[derive(Debug, thiserror::Error)]
pub enum Unsigned {
    /// The statement's place in its batch is none.
    #[error("the statement's place in the batch that was signed is none")]
    NoPlace,
    /// More than one signature may cover.
    #[error("a batch holds at most {} statements", Batch::MOST)]
    LargeBatch,
    /// The signature itself.
    #[error(transparent)]
    Ssh(#[from] SshError),
    /// No canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
}

impl Signature {
    /// The bytes this signature is over.
    ///
    /// # Errors
    /// When the batch does not hold the statement, or is too large.
    pub fn signed_bytes(&self, statement: &Statement) -> Result<Vec<u8>, Unsigned> {
        let Some(place) = &self.batch else { return Ok(statement.bytes()?) };
        if place.size > Batch::MOST {
            return Err(Unsigned::LargeBatch);
        }
        let batch = Batch::holding(&statement.register, &statement.digest()?, place);
        Ok(batch.ok_or(Unsigned::NoPlace)?.bytes()?)
    }

    /// Verifies it with a key of the person.
    ///
    /// # Errors
    /// See [`Unsigned`].
    pub fn verify(&self, statement: &Statement, key: &Key) -> Result<(), Unsigned> {
        let bytes = self.signed_bytes(statement)?;
        if crate::ssh::bare(&self.value)? != self.value {
            return Err(SshError::NotASignature("it is not the base64 in one line".to_owned()).into());
        }
        Ok(PublicKey::read(&key.public)?.verify(&bytes, &self.value)?)
    }
}
