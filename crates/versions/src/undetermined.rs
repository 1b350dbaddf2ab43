//! The answer of a rule that does not apply.

use crate::Scheme;

/// No rule of the scheme orders this text. Never "not affected".
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{version}` is not a version that {scheme:?} can order")]
pub struct Undetermined {
    /// Whose rule was asked.
    pub scheme: Scheme,
    /// The text, cut to 80 characters.
    pub version: String,
}

impl Undetermined {
    /// The scheme has no place for this text.
    #[cold]
    pub(crate) fn new(scheme: Scheme, text: &str) -> Self {
        Self { scheme, version: text.chars().take(80).collect() }
    }
}
