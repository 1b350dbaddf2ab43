//! The ranges, words and printed examples of `rules/personal_data.toml`, ready for use.

use std::{collections::BTreeMap, sync::OnceLock};

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    name: String,
    from: u16,
    to: u16,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Numbers {
    numbers: Vec<String>,
}

/// Words that make three things of a record.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// Of a person's name.
    pub name: Vec<String>,
    /// Of a date of birth.
    pub birth: Vec<String>,
    /// Of a patient number.
    pub number: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    name: Vec<String>,
    birth: Vec<String>,
}

/// The data file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    range: Vec<Span>,
    never: Vec<Span>,
    examples: Numbers,
    context: BTreeMap<String, Vec<String>>,
    record: Words,
    /// Parts of column headers.
    pub columns: Columns,
}

/// The shipped file is broken, which a test excludes.
#[derive(Clone, Debug, thiserror::Error)]
#[error("rules/personal_data.toml: {0}")]
pub struct BadFacts(String);

impl Facts {
    /// The file that is shipped.
    ///
    /// # Errors
    /// When it is broken.
    pub fn shipped() -> Result<&'static Self, &'static BadFacts> {
        static FACTS: OnceLock<Result<Facts, BadFacts>> = OnceLock::new();
        FACTS
            .get_or_init(|| {
                toml::from_str(include_str!("../../rules/personal_data.toml"))
                    .map_err(|e| BadFacts(e.message().to_owned()))
            })
            .as_ref()
    }

    pub(super) fn issued(&'static self, first: u16) -> Option<&'static str> {
        find(&self.range, first)
    }

    pub(super) fn never(&'static self, first: u16) -> Option<&'static str> {
        find(&self.never, first)
    }

    pub(super) fn is_example(&self, digits: [u8; 10]) -> bool {
        self.examples.numbers.iter().any(|n| n.bytes().map(|b| b.wrapping_sub(b'0')).eq(digits))
    }

    /// Whether lower-case text holds a word that goes with this kind of number.
    pub(super) fn has_context(&self, kind: &str, lower: &[u8]) -> bool {
        self.context.get(kind).is_some_and(|words| any(words, lower))
    }

    /// A kind of ten-digit number by its name.
    pub fn kind(&'static self, name: &str) -> Option<&'static str> {
        if name == super::number::CHI {
            return Some(super::number::CHI);
        }
        self.range.iter().map(|span| span.name.as_str()).find(|known| *known == name)
    }

    /// The words that go with a kind of number.
    pub fn words(&self, kind: &str) -> &[String] {
        self.context.get(kind).map_or(&[], Vec::as_slice)
    }

    /// Whether lower-case text names both a person's name and a date of birth.
    pub(super) fn is_record(&self, lower: &[u8]) -> bool {
        any(&self.record.name, lower) && any(&self.record.birth, lower)
    }
}

fn find(spans: &'static [Span], first: u16) -> Option<&'static str> {
    spans.iter().find(|s| (s.from..=s.to).contains(&first)).map(|s| s.name.as_str())
}

fn any(words: &[String], lower: &[u8]) -> bool {
    words.iter().any(|word| memchr::memmem::find(lower, word.as_bytes()).is_some())
}
