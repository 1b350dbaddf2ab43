//! Words that stay outside the log: sealed, kept in the register's private folder, opened for who holds it.
//!
//! Which words must be sealed is the register's rule (`register::sealing`); here they get their salt and
//! their place, and the same thing said again gets the same seal, so that everybody sees that it is the same
//! and nobody sees what.

use std::cell::{Cell, RefCell};

use domain::Digest;
use register::{
    sealing,
    words::{LONGEST, Words},
};
use serde::{Deserialize, Serialize};
use store::PrivateText;

use crate::{
    output::Failure,
    register_folder::{RegisterFolder, random},
};

/// What opens sealed words: to be handed over as carefully as the words themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seal {
    /// The salt, as 64 hexadecimal digits.
    pub(crate) salt: String,
    /// The words.
    pub(crate) text: String,
}

impl Seal {
    /// The digest it opens, and the salt's bytes; none where it is no seal.
    pub(crate) fn opens(&self) -> Option<(Digest, [u8; 32])> {
        let salt: Digest = format!("sha256:{}", self.salt).parse().ok()?;
        let salt = *salt.as_bytes();
        Some((Words::sealed(&salt, &self.text).seal()?, salt))
    }
}

/// What was sealed during this run.
#[derive(Default)]
pub(crate) struct Sealed {
    fresh: RefCell<Vec<Seal>>,
    interests: Cell<Option<[u8; 32]>>,
}

impl RegisterFolder {
    /// Words as the command line gives them: public, or sealed.
    pub(crate) fn words(&self, text: &str, private: bool) -> Result<Words, Failure> {
        if private { self.seal(text, &random()?) } else { Ok(Words::public(text)) }
    }

    /// Seals words with a salt, and keeps both.
    fn seal(&self, text: &str, salt: &[u8; 32]) -> Result<Words, Failure> {
        self.private().keep(text.as_bytes(), salt)?;
        let seal = Seal { salt: Digest::from_bytes(*salt).hex(), text: text.to_owned() };
        self.sealed.fresh.borrow_mut().push(seal);
        Ok(Words::sealed(salt, text))
    }

    /// What was sealed during this run, for the keeper of the log.
    pub(crate) fn fresh_seals(&self) -> Vec<Seal> {
        self.sealed.fresh.borrow().clone()
    }

    /// Takes in seals that came with a statement.
    pub(crate) fn take_seals(&self, seals: &[Seal]) -> Result<(), Failure> {
        for seal in seals {
            let (_, salt) = seal.opens().ok_or_else(|| Failure::new("a seal beside a statement is none"))?;
            if seal.text.len() > LONGEST {
                return Err(Failure::new("sealed words are too long"));
            }
            self.private().keep(seal.text.as_bytes(), &salt)?;
        }
        Ok(())
    }

    /// Sealed words, where this machine holds them.
    pub(crate) fn open_seal(&self, digest: &Digest) -> Option<String> {
        match self.private().read(digest, LONGEST as u64) {
            Ok(PrivateText::Here { text, .. }) => String::from_utf8(text).ok(),
            _ => None,
        }
    }

    /// Seals words anew, unless some of those given are the same words already.
    fn same<'w>(&self, text: &str, known: impl Iterator<Item = &'w Words>) -> Result<Words, Failure> {
        for words in known {
            if words.seal().is_some_and(|digest| self.open_seal(&digest).as_deref() == Some(text)) {
                return Ok(words.clone());
            }
        }
        self.seal(text, &random()?)
    }

    /// The scope of an exception: sealed, unless the flaw it names is said in public to be none.
    pub(crate) fn excepted_scope(
        &self,
        control: &str,
        scope: &str,
        reason: &Words,
    ) -> Result<Words, Failure> {
        let open = Words::public(scope);
        if sealing::may_be_excepted_openly(control, &open, reason) {
            return Ok(open);
        }
        let known = self.register.exceptions.iter().filter(|e| e.control == control);
        self.same(scope, known.filter_map(|e| e.scope.as_ref()))
    }

    /// The scope of an attestation: as it is where it gives nothing away, else sealed.
    pub(crate) fn attested_scope(&self, scope: &str, says: &Words) -> Result<Words, Failure> {
        let open = Words::public(scope);
        if sealing::may_be_attested_openly(&open, says) {
            return Ok(open);
        }
        self.same(scope, self.register.attestations.iter().filter_map(|(_, a)| a.scope.as_ref()))
    }

    /// The scope of a closure: `repository` as it is, paths sealed.
    pub(crate) fn closed_scope(&self, path: &str) -> Result<Words, Failure> {
        if path.trim() == register::act::closure::WHOLE {
            return Ok(Words::public(register::act::closure::WHOLE));
        }
        self.same(path, self.register.closures.iter().flat_map(|c| &c.closure.scope))
    }

    /// An interest: sealed with the salt that all interests of this register share.
    pub(crate) fn interest(&self, name: &str) -> Result<Words, Failure> {
        let people = self.register.body.people.values().flat_map(|p| &p.interests);
        let cases = self.register.reviews.values().flat_map(|r| &r.opening.interests);
        let known: Vec<Digest> = people.chain(cases).filter_map(Words::seal).collect();
        let salt = match self.sealed.interests.get() {
            Some(salt) => salt,
            None if known.is_empty() => random()?,
            None => known
                .iter()
                .find_map(|digest| match self.private().read(digest, LONGEST as u64) {
                    Ok(PrivateText::Here { salt, .. }) => Some(salt),
                    _ => None,
                })
                .ok_or_else(|| {
                    Failure::new("the interests of this register are sealed, and this machine does not hold them")
                        .next(
                            "Let the keeper of the register name them; who has an interest can always `vote … recuse`.",
                        )
                })?,
        };
        self.sealed.interests.set(Some(salt));
        self.seal(&plain_interest(name), &salt)
    }
}

/// An interest in the one spelling in which it is compared.
pub(crate) fn plain_interest(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
