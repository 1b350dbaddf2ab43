//! Small acts that keep the register true: keys, obligations, trip-wires, sealed words.

use domain::Digest;
use serde::{Deserialize, Serialize};

use super::decision::TripWire;
use crate::{case::Case, words::Words};

/// A key makes no new signatures from here on. Its holder or the chair may say so, at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// Its fingerprint.
    pub key: String,
    /// Why.
    pub reason: Words,
}

/// An obligation of a decision was met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Done {
    /// The decision's statement.
    pub decision: Digest,
    /// Which obligation, counted from nought.
    pub obligation: u16,
    /// How it is shown.
    pub shown: Words,
}

/// A trip-wire that a decision carries was touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trip {
    /// The entry.
    pub case: Case,
    /// Which wire. None: one of those that would tell an open flaw of a named system; which, the sealed
    /// words say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wire: Option<TripWire>,
    /// The assessment that shows it.
    pub assessment: Digest,
    /// What touched it; sealed where it is an open flaw of a named system.
    pub because: Words,
}

impl Trip {
    /// What of a wire may stand in the log at once: of a component everything, of a named system only that
    /// something was touched; malware is told, since no glass is broken for it.
    pub fn told(case: &Case, wire: TripWire) -> Option<TripWire> {
        (case.subject.kind() == "component" || wire == TripWire::Malware).then_some(wire)
    }
}

/// Sealed words are made public: their text and salt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reveal {
    /// What was sealed.
    pub sealed: Digest,
    /// The salt, 64 hexadecimal digits.
    pub salt: String,
    /// The text.
    pub text: String,
}

/// Sealed words were erased; their digest stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    /// What was sealed.
    pub sealed: Digest,
    /// The legal ground.
    pub ground: String,
}
