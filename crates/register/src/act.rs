//! What can be stated: one kind of act a file, and the list of them here.
//!
//! An act is a value that somebody signs. Whether it may be done, by whom and when, is decided where
//! statements are folded (`register.rs` and `allowed/`); what follows from it, in the same place.

pub mod agreement;
pub mod attestation;
pub mod closure;
pub mod consequence;
pub mod decision;
pub mod emergency;
pub mod import;
pub mod position;
pub mod review;
pub mod upkeep;

use serde::{Deserialize, Serialize};

use crate::body::Body;

/// One act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "of")]
pub enum Act {
    /// The first leaf: the body begins.
    Found(Box<Body>),
    /// A person states a fact or an audit.
    Attest(Box<attestation::Attestation>),
    /// A case is put to the committee.
    Open(Box<review::Opening>),
    /// The evidence of an open case is renewed.
    Renew(Box<review::Renewal>),
    /// A case is taken back by who opened it.
    TakeBack(review::TakeBack),
    /// A person takes a position.
    Position(Box<position::Position>),
    /// A concern is answered.
    Answer(position::Answer),
    /// Who raised a concern is satisfied.
    Satisfied(position::Satisfied),
    /// A person would overrule a concern.
    Overrule(position::Overrule),
    /// The case is decided.
    Decide(Box<decision::Decision>),
    /// One signature, at once: deny, break glass, close.
    Emergency(Box<emergency::Emergency>),
    /// A key makes no new signatures.
    Revoke(upkeep::Revocation),
    /// One side of a shared-care agreement signs it.
    Agree(Box<agreement::SharedCare>),
    /// An obligation was met.
    Done(upkeep::Done),
    /// A trip-wire was touched.
    Trip(upkeep::Trip),
    /// What follows from dates and trip-wires, appended by the log itself.
    Consequence(Box<consequence::Consequence>),
    /// Another body's decision is shown beside ours.
    Import(Box<import::Imported>),
    /// Another body's decision is adopted.
    Adopt(Box<import::Adoption>),
    /// Sealed words are made public.
    Reveal(upkeep::Reveal),
    /// Sealed words were erased.
    Erase(upkeep::Erasure),
}

impl Act {
    /// The words used on screens.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Found(_) => "body founded",
            Self::Attest(_) => "attested",
            Self::Open(_) => "review opened",
            Self::Renew(_) => "evidence renewed",
            Self::TakeBack(_) => "taken back",
            Self::Position(_) => "position",
            Self::Answer(_) => "concern answered",
            Self::Satisfied(_) => "concern settled",
            Self::Overrule(_) => "vote to overrule a concern",
            Self::Decide(_) => "decided",
            Self::Emergency(_) => "emergency",
            Self::Revoke(_) => "key revoked",
            Self::Agree(_) => "shared care signed",
            Self::Done(_) => "obligation met",
            Self::Trip(_) => "trip-wire touched",
            Self::Consequence(_) => "consequence",
            Self::Import(_) => "imported",
            Self::Adopt(_) => "adopted",
            Self::Reveal(_) => "made public",
            Self::Erase(_) => "erased",
        }
    }

    /// What it did, in a few words: what everybody may know of it.
    pub fn told(&self) -> String {
        match self {
            Self::Attest(it) => format!("attested: {}", it.control),
            Self::Open(it) => format!("review opened: {}", it.asks.word()),
            Self::Position(it) => format!("position: {}", it.stance.word()),
            Self::Decide(it) => format!("{} {}", it.ruling.word(), it.by.word()),
            Self::Emergency(it) => it.measure.word().to_owned(),
            Self::Trip(it) => match it.wire {
                Some(wire) => format!("trip-wire touched: {}", wire.word()),
                None => self.word().to_owned(),
            },
            Self::Consequence(it) => format!("became {}: {}", it.to, it.why),
            _ => self.word().to_owned(),
        }
    }

    /// What it is about, for people: a review's id, a case, a name.
    pub fn about(&self) -> Option<String> {
        Some(match self {
            Self::Open(opening) => {
                opening.case.as_ref().map_or_else(|| "the body itself".to_owned(), ToString::to_string)
            }
            Self::Attest(a) => format!("{}, {}", a.control, a.subject),
            Self::Renew(r) => r.review.clone(),
            Self::TakeBack(b) => b.review.clone(),
            Self::Position(p) => p.review.clone(),
            Self::Answer(a) => a.review.clone(),
            Self::Satisfied(s) => s.review.clone(),
            Self::Overrule(o) => o.review.clone(),
            Self::Decide(d) => d.review.clone(),
            Self::Emergency(e) => e.case.to_string(),
            Self::Agree(a) => a.case.to_string(),
            Self::Trip(t) => t.case.to_string(),
            Self::Consequence(c) => c.case.to_string(),
            Self::Revoke(r) => r.key.clone(),
            Self::Done(d) => d.decision.to_string(),
            Self::Import(i) => i.body.clone(),
            Self::Adopt(_) | Self::Reveal(_) | Self::Erase(_) | Self::Found(_) => return None,
        })
    }
}
