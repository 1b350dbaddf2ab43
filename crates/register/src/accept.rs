//! Which act may be done, by whom and when; and what follows from it.
//!
//! One file a family of acts. Each function first asks everything that could refuse and only then
//! changes the register, so that a refusal changes nothing.

mod attest;
mod body;
mod decide;
mod emergency;
mod import;
mod review;
mod upkeep;

use domain::canonical::CanonicalError;

use crate::{
    act::{Act, closure::ClosureFault},
    body::InvalidBody,
    entry::Logged,
    hazard::HazardFault,
    leaf::Unsigned,
    register::Register,
    review::short,
    ssh::SshError,
    statement::Statement,
};

/// Why an act may not be done. In plain English, for who tried.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// For another log.
    #[error("it is meant for the register `{0}`")]
    OtherRegister(String),
    /// Stated before.
    #[error("this very statement is in the log already")]
    Twice,
    /// Not signed as it must be.
    #[error("it is not signed as it must be: {0}")]
    Unsigned(String),
    /// The signature does not hold.
    #[error("the signature does not hold: {0}")]
    Signature(#[from] Unsigned),
    /// A key cannot be used.
    #[error(transparent)]
    Key(#[from] SshError),
    /// The person may not do this.
    #[error("{who} may not: {why}")]
    NotYours {
        /// Who tried.
        who: String,
        /// Why not, and who may.
        why: String,
    },
    /// Not as things stand.
    #[error("{0}")]
    NotNow(String),
    /// A field is missing or makes no sense.
    #[error("{0}")]
    Incomplete(String),
    /// No such review.
    #[error("no review has the id `{0}`: `formulary review list` shows them")]
    NoReview(String),
    /// The body would not be valid.
    #[error(transparent)]
    Body(#[from] InvalidBody),
    /// The closure is none.
    #[error(transparent)]
    Closure(#[from] ClosureFault),
    /// The hazards do not hold.
    #[error(transparent)]
    Hazard(#[from] HazardFault),
    /// A value has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
}

impl Register {
    /// Asks, then applies.
    pub(crate) fn apply(&mut self, logged: &Logged, statement: &Statement) -> Result<(), Refused> {
        match &statement.act {
            Act::Found(_) => Err(Refused::NotNow("the body is founded already: change it by a decision".to_owned())),
            Act::Attest(attestation) => self.attest(logged, attestation),
            Act::Open(opening) => self.open(logged, opening),
            Act::Renew(renewal) => self.renew(logged, renewal),
            Act::TakeBack(back) => self.take_back(logged, back),
            Act::Position(position) => self.position(logged, position),
            Act::Answer(answer) => self.answer(logged, answer),
            Act::Satisfied(satisfied) => self.satisfied(logged, satisfied),
            Act::Overrule(overrule) => self.overrule(logged, overrule),
            Act::Decide(decision) => self.decide(logged, decision),
            Act::Emergency(emergency) => self.emergency(logged, emergency),
            Act::Revoke(revocation) => self.revoke(logged, revocation),
            Act::Agree(agreement) => self.agree(logged, agreement),
            Act::Done(done) => self.done(logged, done),
            Act::Trip(trip) => self.trip(logged, trip),
            Act::Consequence(consequence) => self.consequence(logged, consequence),
            Act::Import(imported) => self.import(logged, imported),
            Act::Adopt(adoption) => self.adopt(logged, adoption),
            Act::Reveal(reveal) => self.reveal(logged, reveal),
            Act::Erase(erasure) => self.erase(logged, erasure),
        }
    }

    /// The person, or a refusal that says nobody has this id.
    pub(crate) fn person(&self, id: &str) -> Result<&crate::body::Person, Refused> {
        self.body.people.get(id).ok_or_else(|| Refused::NotYours {
            who: id.chars().take(60).collect(),
            why: "nobody in the body has this id".to_owned(),
        })
    }
}

/// What a statement is about, for the story: a review's id or a case.
pub(crate) fn about(act: &Act) -> Option<String> {
    Some(match act {
        Act::Open(opening) => {
            opening.case.as_ref().map_or_else(|| "the body itself".to_owned(), ToString::to_string)
        }
        Act::Attest(a) => format!("{}, {}", a.control, a.subject),
        Act::Renew(r) => r.review.clone(),
        Act::TakeBack(b) => b.review.clone(),
        Act::Position(p) => p.review.clone(),
        Act::Answer(a) => a.review.clone(),
        Act::Satisfied(s) => s.review.clone(),
        Act::Overrule(o) => o.review.clone(),
        Act::Decide(d) => d.review.clone(),
        Act::Emergency(e) => e.case.to_string(),
        Act::Agree(a) => a.case.to_string(),
        Act::Trip(t) => t.case.to_string(),
        Act::Consequence(c) => c.case.to_string(),
        Act::Revoke(r) => r.key.clone(),
        Act::Done(d) => short('D', &d.decision),
        Act::Import(i) => i.body.clone(),
        Act::Adopt(_) | Act::Reveal(_) | Act::Erase(_) | Act::Found(_) => return None,
    })
}

/// A refusal about a missing or empty field.
pub(crate) fn incomplete(what: impl Into<String>) -> Refused {
    Refused::Incomplete(what.into())
}
