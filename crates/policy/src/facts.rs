//! Facts: what is known about one thing judged, as one small vector that is also the cache's key.
//!
//! Each fact of the catalogue has one byte: unobserved, absent (looked for, and not there), or its
//! value. Nothing is observed until it is set. The vector knows no evidence and no source; the
//! caller keeps those.

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use serde_json::{Map, Value as Json};

use crate::catalogue::{Entry, Fact, FactType, Judged, Value, find};

/// How many facts a kind of thing may have at most.
pub const CAPACITY: usize = 48;

/// The largest count or word position a vector can hold.
pub const LARGEST: u8 = 250;

const UNOBSERVED: u8 = 0;
const ABSENT: u8 = 255;

/// What is known about one fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Not looked at, or could not be told.
    Unobserved,
    /// Looked for, and not there; the control says what that means.
    Absent,
    /// Yes or no.
    Bool(bool),
    /// One of the fact's words.
    Word(&'static str),
    /// A count, at most the fact's maximum.
    Count(u8),
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unobserved => f.pad("not observed"),
            Self::Absent => f.pad("absent"),
            Self::Bool(true) => f.pad("yes"),
            Self::Bool(false) => f.pad("no"),
            Self::Word(word) => f.pad(word),
            Self::Count(n) => n.fmt(f),
        }
    }
}

/// A fact that the catalogue does not have, or a value that it does not take.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FactError {
    /// No such fact.
    #[error("a {judged} has no fact `{id}`: `formulary policy facts` lists those it has")]
    NoSuchFact {
        /// The kind asked.
        judged: Judged,
        /// The id asked.
        id: String,
    },
    /// No such value.
    #[error("`{id}` cannot be `{value}`: {takes}")]
    NoSuchValue {
        /// The fact.
        id: &'static str,
        /// The value offered.
        value: String,
        /// What it takes.
        takes: String,
    },
}

/// What is known about one thing judged.
#[derive(Clone, Copy)]
pub struct Facts {
    judged: Judged,
    values: [u8; CAPACITY],
}

impl Facts {
    /// Nothing observed yet.
    pub const fn new(judged: Judged) -> Self {
        Self { judged, values: [UNOBSERVED; CAPACITY] }
    }

    /// The kind of thing these are facts about.
    pub const fn judged(&self) -> Judged {
        self.judged
    }

    /// States an observed value. A fact of another kind of thing is a mistake in the program: it is
    /// left out, so it stays unobserved and counts as unknown (a debug build stops).
    pub fn set<T: Value>(&mut self, fact: Fact<T>, value: impl Into<T>) -> &mut Self {
        self.put(fact.judged, fact.position, 1 + value.into().position().min(LARGEST))
    }

    /// As [`Facts::set`] where there is a value; leaves the fact unobserved where there is none.
    pub fn set_if<T: Value>(&mut self, fact: Fact<T>, value: Option<impl Into<T>>) -> &mut Self {
        match value {
            Some(value) => self.set(fact, value),
            None => self,
        }
    }

    /// States that it was looked for and is not there. What that means is the control's `@absent`.
    pub fn absent<T>(&mut self, fact: Fact<T>) -> &mut Self {
        self.put(fact.judged, fact.position, ABSENT)
    }

    /// Takes an observation back.
    pub fn withdraw(&mut self, position: u8) -> &mut Self {
        self.put(self.judged, position, UNOBSERVED)
    }

    fn put(&mut self, judged: Judged, position: u8, byte: u8) -> &mut Self {
        debug_assert_eq!(judged, self.judged, "a fact of another kind of thing");
        if judged == self.judged
            && let Some(slot) = self.values.get_mut(usize::from(position))
        {
            *slot = byte;
        }
        self
    }

    /// What is known about the fact at a position of the catalogue.
    pub fn known(&self, position: u8) -> Known {
        let Some(entry) = self.judged.facts().get(usize::from(position)) else { return Known::Unobserved };
        match self.values[usize::from(position)] {
            UNOBSERVED => Known::Unobserved,
            ABSENT => Known::Absent,
            byte => match entry.kind {
                FactType::Bool => Known::Bool(byte == 2),
                FactType::Words(words) => {
                    words.get(usize::from(byte) - 1).map_or(Known::Unobserved, |w| Known::Word(w))
                }
                FactType::Count { .. } => Known::Count(byte - 1),
            },
        }
    }

    /// The byte at a position: what conditions compare.
    pub(crate) fn byte(&self, position: u8) -> u8 {
        self.values.get(usize::from(position)).copied().unwrap_or(UNOBSERVED)
    }

    /// Every fact of the kind with what is known about it, in the order of the catalogue.
    pub fn iter(&self) -> impl Iterator<Item = (u8, &'static Entry, Known)> + '_ {
        (0u8..).zip(self.judged.facts()).map(|(position, entry)| (position, entry, self.known(position)))
    }

    /// Sets a fact by its id from a word: `true`/`false`, one of its words, a number, or `absent`.
    ///
    /// # Errors
    /// When the catalogue has no such fact, or the fact does not take the value.
    pub fn set_word(&mut self, id: &str, word: &str) -> Result<&mut Self, FactError> {
        let (position, entry) = find(self.judged, id)
            .ok_or_else(|| FactError::NoSuchFact { judged: self.judged, id: id.to_owned() })?;
        let byte = encode(entry, word).filter(|b| *b != UNOBSERVED);
        let byte = byte.ok_or_else(|| FactError::NoSuchValue {
            id: entry.id,
            value: word.to_owned(),
            takes: match entry.kind {
                FactType::Bool => "it is true, false or absent".to_owned(),
                FactType::Words(words) => format!("it is one of {}, or absent", words.join(", ")),
                FactType::Count { max } => format!("it is a number from 0 to {max}, or absent"),
            },
        })?;
        Ok(self.put(self.judged, position, byte))
    }

    /// What was observed, as a JSON object by id; unobserved facts are left out, absent ones `null`.
    pub fn to_json(&self) -> Json {
        let mut map = Map::new();
        for (_, entry, known) in self.iter() {
            let value = match known {
                Known::Unobserved => continue,
                Known::Absent => Json::Null,
                Known::Bool(yes) => Json::Bool(yes),
                Known::Word(word) => Json::from(word),
                Known::Count(n) => Json::from(n),
            };
            map.insert(entry.id.to_owned(), value);
        }
        Json::Object(map)
    }

    /// The facts that [`Facts::to_json`] wrote.
    ///
    /// # Errors
    /// When the catalogue has no such fact, or the fact does not take the value.
    pub fn from_json(judged: Judged, json: &Map<String, Json>) -> Result<Self, FactError> {
        let mut facts = Self::new(judged);
        for (id, value) in json {
            let word = match value {
                Json::Null => "absent".to_owned(),
                Json::String(word) => word.clone(),
                other => other.to_string(),
            };
            facts.set_word(id, &word)?;
        }
        Ok(facts)
    }
}

/// The byte for a word of a fact: a value, `absent`, or `unobserved`.
pub(crate) fn encode(entry: &Entry, word: &str) -> Option<u8> {
    match (word, entry.kind) {
        ("absent", _) => Some(ABSENT),
        ("unobserved", _) => Some(UNOBSERVED),
        ("false", FactType::Bool) => Some(1),
        ("true", FactType::Bool) => Some(2),
        (_, FactType::Bool) => None,
        (_, FactType::Words(words)) => {
            words.iter().position(|w| *w == word).and_then(|at| u8::try_from(at + 1).ok())
        }
        (_, FactType::Count { max }) => word.parse::<u8>().ok().filter(|n| *n <= max).map(|n| n + 1),
    }
}

impl PartialEq for Facts {
    fn eq(&self, other: &Self) -> bool {
        self.judged == other.judged && self.values == other.values
    }
}

impl Eq for Facts {}

impl Hash for Facts {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.judged.hash(state);
        state.write(&self.values[..self.judged.facts().len().min(CAPACITY)]);
    }
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.judged, self.to_json())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Feed, fact};

    #[test]
    fn nothing_is_observed_until_it_is_set() {
        let mut facts = Facts::new(Judged::Component);
        assert!(facts.iter().all(|(_, _, known)| known == Known::Unobserved));
        facts
            .set(fact::component::MALICIOUS, false)
            .set(fact::component::FEED, Feed::Stale)
            .set(fact::component::AGE_DAYS, 4000)
            .absent(fact::component::LICENCE);
        assert_eq!(facts.known(fact::component::MALICIOUS.position), Known::Bool(false));
        assert_eq!(facts.known(fact::component::FEED.position), Known::Word("stale"));
        assert_eq!(facts.known(fact::component::AGE_DAYS.position), Known::Count(90));
        assert_eq!(facts.known(fact::component::LICENCE.position), Known::Absent);
        assert_eq!(facts.known(fact::component::HAS_HASH.position), Known::Unobserved);
    }

    #[test]
    fn json_goes_there_and_back_and_refuses_what_the_catalogue_does_not_have() {
        let mut facts = Facts::new(Judged::Component);
        facts.set(fact::component::FEED, Feed::NoneExists).set(fact::component::SUPPORT_DAYS_LEFT, 250);
        facts.absent(fact::component::LICENCE);
        let Json::Object(map) = facts.to_json() else { panic!("an object") };
        assert_eq!(Facts::from_json(Judged::Component, &map), Ok(facts));
        assert!(Facts::from_json(Judged::System, &map).is_err());
        assert!(Facts::new(Judged::Component).set_word("feed", "fresh").is_err());
        assert!(Facts::new(Judged::Component).set_word("age-days", "91").is_err());
        assert!(Facts::new(Judged::Component).set_word("malicious", "yes").is_err());
    }
}
