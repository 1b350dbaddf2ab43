//! The fact catalogue: every fact that a control may read, in one place.
//!
//! A fact belongs to one kind of thing judged (a component, a flaw, the system, the repository,
//! a model, a product), is a boolean, one word of a closed list, or a small count, and says who
//! can observe it: a collector, or only a person. Dates never appear: the caller compares them
//! and states the answer (`due: overdue`) or counts days and months.
//!
//! This module refuses to know how a fact is derived, and what is good or bad: deriving is the
//! caller's, judging is the packs'. The list only grows; a fact's id and words never change
//! their meaning. Names here are neutral: what a country calls a certificate stands in its pack.
//!
//! The lists themselves are one file a kind, in the folder beside this file:
//! `fact::component::MALICIOUS`, `fact::flaw::DUE` and so on are typed constants, so a wrong id
//! or a wrong word does not compile.

use std::{fmt, marker::PhantomData};

use serde::{Deserialize, Serialize};

mod component;
mod flaw;
mod model;
mod product;
mod repository;
mod system;
mod words;

pub use words::{
    CardState, CodeFormat, DeviceClaim, DeviceStatus, Due, Feed, Fit, InstallScript, InventoryRead,
    LicenceAnswer, LicenceText, ListingValidity, Origin, ReportingRoute, Resolution, SbomMatch, Seen, Upkeep,
};

/// The typed constants, one module a kind of thing judged.
pub mod fact {
    pub use super::{
        component::fact as component, flaw::fact as flaw, model::fact as model, product::fact as product,
        repository::fact as repository, system::fact as system,
    };
}

/// What a control is asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Judged {
    /// One component, wherever found.
    Component,
    /// One known flaw of one component.
    Flaw,
    /// The system, or a part of it, as a whole.
    System,
    /// The repository, when publication is asked.
    Repository,
    /// One AI model.
    Model,
    /// One closed product, by its dossier.
    Product,
}

impl Judged {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Component, Self::Flaw, Self::System, Self::Repository, Self::Model, Self::Product];

    /// The word used in packs (as folder name and Cedar action) and on screens.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Component => "component",
            Self::Flaw => "flaw",
            Self::System => "system",
            Self::Repository => "repository",
            Self::Model => "model",
            Self::Product => "product",
        }
    }

    /// The kind a word names.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }

    /// The facts of this kind, in the order of their positions.
    pub const fn facts(self) -> &'static [Entry] {
        match self {
            Self::Component => component::FACTS,
            Self::Flaw => flaw::FACTS,
            Self::System => system::FACTS,
            Self::Repository => repository::FACTS,
            Self::Model => model::FACTS,
            Self::Product => product::FACTS,
        }
    }
}

impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Who can observe a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Observer {
    /// A collector should have seen it: unobserved means that it was not looked at.
    Collector,
    /// Only a person can state it: unobserved means that nobody has.
    Person,
}

impl Observer {
    /// The word used on screens.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Collector => "collector",
            Self::Person => "person",
        }
    }
}

/// What values a fact has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactType {
    /// Yes or no.
    Bool,
    /// One of these words, kebab-case.
    Words(&'static [&'static str]),
    /// A whole number; what is larger than `max` is kept as `max`.
    Count {
        /// The largest value kept.
        max: u8,
    },
}

/// One line of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Kebab-case id, unique within its kind. In Cedar it is written with `_`: `context.has_hash`.
    pub id: &'static str,
    /// Its values.
    pub kind: FactType,
    /// What it means, one line.
    pub meaning: &'static str,
    /// Who can observe it.
    pub observer: Observer,
}

impl Entry {
    /// The attribute name in Cedar: the id with `_` for `-`.
    pub fn attribute(&self) -> String {
        self.id.replace('-', "_")
    }
}

/// Looks a fact up by its kebab-case id (or by its Cedar attribute name).
pub fn find(judged: Judged, id: &str) -> Option<(u8, &'static Entry)> {
    let position = judged.facts().iter().position(|e| same_id(e.id, id))?;
    let position = u8::try_from(position).ok()?;
    Some((position, &judged.facts()[usize::from(position)]))
}

fn same_id(id: &str, asked: &str) -> bool {
    id.len() == asked.len() && id.bytes().zip(asked.bytes()).all(|(a, b)| a == b || (a == b'-' && b == b'_'))
}

/// A value that a fact can have.
pub trait Value: Copy {
    /// Its type as the catalogue shows it.
    const KIND: FactType;
    /// The position of the value among its type's values, from 0.
    fn position(self) -> u8;
}

impl Value for bool {
    const KIND: FactType = FactType::Bool;
    fn position(self) -> u8 {
        u8::from(self)
    }
}

/// A count that is kept up to `MAX`; what is larger is kept as `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpTo<const MAX: u8>(u8);

impl<const MAX: u8> From<u64> for UpTo<MAX> {
    fn from(count: u64) -> Self {
        Self(u8::try_from(count).unwrap_or(MAX).min(MAX))
    }
}

impl<const MAX: u8> Value for UpTo<MAX> {
    const KIND: FactType = FactType::Count { max: MAX };
    fn position(self) -> u8 {
        self.0
    }
}

/// A typed reference to one fact of one kind.
pub struct Fact<T> {
    pub(crate) judged: Judged,
    pub(crate) position: u8,
    value: PhantomData<fn(T)>,
}

impl<T> Clone for Fact<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Fact<T> {}

impl<T> Fact<T> {
    pub(crate) const fn new(judged: Judged, position: u8) -> Self {
        Self { judged, position, value: PhantomData }
    }

    /// The kind of thing it belongs to.
    pub const fn judged(self) -> Judged {
        self.judged
    }

    /// Its line in the catalogue.
    pub const fn entry(self) -> &'static Entry {
        &self.judged.facts()[self.position as usize]
    }
}

/// Declares the facts of one kind: a typed constant and a catalogue line from one text.
macro_rules! facts {
    ($judged:ident: $( #[doc = $meaning:literal] $name:ident: $ty:ty = $id:literal, $observer:ident; )+) => {
        #[expect(non_camel_case_types, reason = "only gives each fact its position")]
        #[allow(clippy::upper_case_acronyms, reason = "fires on names of one word, which not every kind has")]
        #[repr(u8)]
        enum Position { $( $name ),+ }

        /// The typed constants.
        pub mod fact {
            #[allow(unused_imports, reason = "a kind may use no word list")]
            use crate::catalogue::{Fact, Judged, UpTo, words::*};
            $(
                #[doc = $meaning]
                pub const $name: Fact<$ty> = Fact::new(Judged::$judged, super::Position::$name as u8);
            )+
        }

        #[allow(unused_imports, reason = "a kind may use no word list")]
        use crate::catalogue::{UpTo, words::*};

        pub(super) const FACTS: &[crate::catalogue::Entry] = &[ $(
            crate::catalogue::Entry {
                id: $id,
                kind: <$ty as crate::catalogue::Value>::KIND,
                meaning: $meaning.trim_ascii(),
                observer: crate::catalogue::Observer::$observer,
            }
        ),+ ];
    };
}
pub(crate) use facts;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_kebab_case_unique_and_few_enough_for_a_vector() {
        for judged in Judged::ALL {
            let ids: BTreeSet<&str> = judged.facts().iter().map(|e| e.id).collect();
            assert_eq!(ids.len(), judged.facts().len(), "{judged}: an id stands twice");
            assert!(
                judged.facts().len() <= crate::facts::CAPACITY,
                "{judged}: more facts than a vector holds"
            );
            for entry in judged.facts() {
                assert!(
                    entry.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                    "{}",
                    entry.id
                );
                assert!(entry.meaning.ends_with('.'), "{}: the meaning is one sentence", entry.id);
                if let FactType::Words(words) = entry.kind {
                    assert!(words.len() >= 2 && words.len() < 200, "{}", entry.id);
                }
                if let FactType::Count { max } = entry.kind {
                    assert!(max <= crate::facts::LARGEST, "{}", entry.id);
                }
            }
        }
    }

    #[test]
    fn a_fact_is_found_by_id_and_by_attribute() {
        let (position, entry) = find(Judged::Component, "has-hash").unwrap();
        assert_eq!(position, fact::component::HAS_HASH.position);
        assert_eq!(find(Judged::Component, &entry.attribute()).unwrap().0, position);
        assert!(find(Judged::Component, "has--hash").is_none());
        assert!(find(Judged::System, "has-hash").is_none());
    }
}
