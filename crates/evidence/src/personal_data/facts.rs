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

/// Names that stand for nobody.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nobody {
    words: Vec<String>,
    family: Vec<String>,
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
    nobody: Nobody,
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

impl Facts {
    /// Whether a name, as written, stands for nobody: a word of the list in it, letters that end in a
    /// number (as generators of made-up patients write them), or no letter at all.
    pub fn is_nobody(&self, name: &[u8]) -> bool {
        let lower = name.to_ascii_lowercase();
        let mut words =
            lower.split(|b| !b.is_ascii_alphanumeric() && *b < 0x80).filter(|w| !w.is_empty()).peekable();
        words.peek().is_none()
            || words.any(|word| {
                self.nobody.words.iter().any(|known| known.as_bytes() == word)
                    || word.last().is_some_and(u8::is_ascii_digit)
            })
    }

    /// Whether what stands where a patient's number does names nobody: a word of the list, or zeros.
    pub fn is_nobody_number(&self, text: &[u8]) -> bool {
        let lower = text.to_ascii_lowercase();
        let mut words = lower.split(|b| !b.is_ascii_alphanumeric()).filter(|w| !w.is_empty());
        words.any(|word| self.nobody.words.iter().any(|known| known.as_bytes() == word))
            || text.iter().all(|b| !b.is_ascii_alphanumeric() || *b == b'0')
    }

    /// Whether every family name (every name, where none is a family's) in lower-case text stands for
    /// nobody.
    pub(super) fn names_nobody(&self, lower: &[u8]) -> bool {
        let all = |keys: &mut dyn Iterator<Item = &String>| -> (usize, bool) {
            let (mut count, mut nobody) = (0, true);
            for key in keys {
                for at in memchr::memmem::find_iter(lower, key.as_bytes()) {
                    let rest = &lower[at + key.len()..];
                    // `surnames`, `lastname2`: the beginning of another word.
                    let goes_on =
                        !key.ends_with(['>', ' ']) && rest.first().is_some_and(u8::is_ascii_alphanumeric);
                    if let Some(name) = value_behind(rest).filter(|_| !goes_on) {
                        count += 1;
                        nobody &= self.is_nobody(name);
                    }
                }
            }
            (count, nobody)
        };
        let is_family = |key: &&String| self.nobody.family.iter().any(|part| key.contains(part.as_str()));
        match all(&mut self.record.name.iter().filter(is_family)) {
            (0, _) => {
                let (count, nobody) = all(&mut self.record.name.iter());
                count > 0 && nobody
            }
            (_, nobody) => nobody,
        }
    }
}

/// What is assigned to a name that ended here: behind `: "`, `="`, `>`, ` value="`.
fn value_behind(rest: &[u8]) -> Option<&[u8]> {
    const FAR: usize = 16;
    const LONG: usize = 64;
    let rest = rest.trim_ascii_start();
    let rest = rest.strip_prefix(b"value").unwrap_or(rest);
    let start = rest.iter().take(FAR).position(|b| b.is_ascii_alphanumeric() || *b >= 0x80)?;
    // `surname, forename`: a list of names of fields.
    if !rest[..start].iter().any(|b| matches!(b, b':' | b'=' | b'>')) && !rest[..start].is_empty() {
        return None;
    }
    let value = &rest[start..rest.len().min(start + LONG)];
    let end = value
        .iter()
        .position(|b| matches!(b, b'"' | b'\'' | b'<' | b'\n' | b'\r' | b',' | b';' | b'}' | b'|'))
        .unwrap_or(value.len());
    Some(&value[..end])
}

fn find(spans: &'static [Span], first: u16) -> Option<&'static str> {
    spans.iter().find(|s| (s.from..=s.to).contains(&first)).map(|s| s.name.as_str())
}

fn any(words: &[String], lower: &[u8]) -> bool {
    words.iter().any(|word| memchr::memmem::find(lower, word.as_bytes()).is_some())
}
