//! The answer of a rule that does not apply.

use crate::Scheme;

/// No rule of the scheme orders this text. Never "not affected".
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{version}` is not a version that {} can order", scheme.written())]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_is_named_as_people_write_it() {
        let told = |scheme| Undetermined::new(scheme, "x").to_string();
        assert_eq!(told(Scheme::Npm), "`x` is not a version that npm can order");
        assert_eq!(told(Scheme::Pep440), "`x` is not a version that Python (PEP 440) can order");
    }
}
