//! Which act may be done, by whom and when; and what follows from it.
//!
//! One file a family of acts. Each function first asks everything that could refuse and only then
//! changes the register, so that a refusal changes nothing.

mod attest;
mod body;
mod decide;
mod emergency;
mod grant;
mod import;
mod review;
mod upkeep;

use crate::{act::Act, entry::Logged, refused::Refused, register::Register, statement::Statement};

impl Register {
    /// Asks, then applies.
    pub(crate) fn apply(&mut self, logged: &Logged, statement: &Statement) -> Result<(), Refused> {
        let strict = statement.is_strict();
        match &statement.act {
            Act::Found(_) => {
                Err(Refused::NotNow("the body is founded already: change it by a decision".to_owned()))
            }
            Act::Attest(attestation) => self.attest(logged, attestation, strict),
            Act::Open(opening) => self.open(logged, opening, strict),
            Act::Renew(renewal) => self.renew(logged, renewal, strict),
            Act::TakeBack(back) => self.take_back(logged, back),
            Act::Position(position) => self.position(logged, position),
            Act::Answer(answer) => self.answer(logged, answer, strict),
            Act::Satisfied(satisfied) => self.satisfied(logged, satisfied),
            Act::Overrule(overrule) => self.overrule(logged, overrule),
            Act::Decide(decision) => self.decide(logged, decision, strict),
            Act::Emergency(emergency) => self.emergency(logged, emergency, strict),
            Act::Revoke(revocation) => self.revoke(logged, revocation),
            Act::Agree(agreement) => self.agree(logged, agreement),
            Act::Done(done) => self.done(logged, done),
            Act::Trip(trip) => self.trip(logged, trip, strict),
            Act::Consequence(consequence) => self.consequence(logged, consequence, strict),
            Act::Import(imported) => self.import(logged, imported, strict),
            Act::Adopt(adoption) => self.adopt(logged, adoption, strict),
            Act::Reveal(reveal) => self.reveal(logged, reveal, strict),
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
