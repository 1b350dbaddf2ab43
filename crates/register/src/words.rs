//! Words of people: public at once, or sealed behind a salted digest until they may be read.
//!
//! Decides nothing about *when* words may be read: the salt and the text lie in the register's
//! private folder, and revealing or erasing them is an act of its own. A sealed text can be erased
//! (UK GDPR art. 17) without touching the log, since the leaf holds only a digest that nobody can
//! guess without the salt.

use domain::Digest;
use serde::{Deserialize, Serialize};

/// A text, or what stands for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Words {
    /// Anyone may read it.
    Public {
        /// The words.
        text: String,
    },
    /// Only the digest of salt and text is public.
    Sealed {
        /// The salted digest of the text, as `store::private` makes it.
        sealed: Digest,
    },
}

/// The longest text of one statement, in bytes: a page or two, not a document.
pub const LONGEST: usize = 20_000;

impl Words {
    /// Words that anyone may read.
    pub fn public(text: impl Into<String>) -> Self {
        Self::Public { text: text.into() }
    }

    /// Words behind a digest; `salt` is random and kept with the text.
    pub fn sealed(salt: &[u8; 32], text: &str) -> Self {
        Self::Sealed { sealed: store::private::salted_digest(text.as_bytes(), salt) }
    }

    /// The digest behind which it lies, where it is sealed.
    pub const fn seal(&self) -> Option<Digest> {
        match self {
            Self::Public { .. } => None,
            Self::Sealed { sealed } => Some(*sealed),
        }
    }

    /// The text, where it is public.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Public { text } => Some(text),
            Self::Sealed { .. } => None,
        }
    }

    /// Whether this text and salt are what the digest stands for.
    pub fn opened_by(&self, salt: &[u8; 32], text: &str) -> bool {
        matches!(self, Self::Sealed { .. }) && *self == Self::sealed(salt, text)
    }

    /// Whether something stands there at all, and is not too long.
    pub fn is_given(&self) -> bool {
        self.text().is_none_or(|text| !text.trim().is_empty() && text.len() <= LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_text_is_opened_by_its_salt_alone() {
        let sealed = Words::sealed(&[7; 32], "Ms Example");
        assert!(sealed.opened_by(&[7; 32], "Ms Example"));
        assert!(!sealed.opened_by(&[8; 32], "Ms Example"));
        assert!(!sealed.opened_by(&[7; 32], "Ms Exampl"));
        let json = serde_json::to_string(&sealed).unwrap();
        assert!(!json.contains("Example"), "{json}");
        assert_eq!(serde_json::from_str::<Words>(&json).unwrap(), sealed);
        assert_eq!(serde_json::from_str::<Words>("{\"text\":\"open\"}").unwrap(), Words::public("open"));
    }
}
