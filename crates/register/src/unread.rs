//! Leaves that this program cannot read: of a later version, or damaged before they were logged.
//!
//! What depends on such a leaf is unknown: the subjects it names, where that can be seen, else everything.

use std::collections::BTreeSet;

use domain::SubjectName;
use serde::{Deserialize, Serialize};

/// A leaf that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// Where it stands.
    pub index: u64,
    /// Why it cannot be read.
    pub why: String,
    /// The subjects it names; none where that cannot be seen, and everything depends on it.
    pub about: Option<BTreeSet<SubjectName>>,
}

impl Unread {
    /// Whether something about a subject depends on it.
    pub fn concerns(&self, subject: Option<&SubjectName>) -> bool {
        match (&self.about, subject) {
            (None, _) => true,
            (Some(about), Some(subject)) => about.contains(subject),
            (Some(_), None) => false,
        }
    }

    /// In a sentence.
    pub fn words(&self) -> String {
        format!("entry {} of the register cannot be read ({}): update this program", self.index, self.why)
    }
}
