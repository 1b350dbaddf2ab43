//! Coverage: what a collector looked at, and what it could not. What was not looked at is listed.

use serde::{Deserialize, Serialize};

use crate::Place;

/// What one collector looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// The collector's name.
    pub collector: String,
    /// How many files (or records) it read.
    pub read: u64,
    /// What it recognised or was given and could not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
}

/// Something that was there and was not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unread {
    /// Where.
    pub place: Place,
    /// Why, in plain English, without the content.
    pub why: String,
}

impl Coverage {
    /// Nothing read yet.
    pub fn new(collector: &str) -> Self {
        Self { collector: collector.to_owned(), read: 0, unread: Vec::new() }
    }

    /// Notes that something could not be read.
    pub fn cannot_read(&mut self, place: Place, why: impl Into<String>) {
        self.unread.push(Unread { place, why: why.into() });
    }
}
