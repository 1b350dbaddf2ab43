//! Words that stay outside the log: sealed, kept in the register's private folder, opened for who holds it.
//!
//! Which words must be sealed is the register's rule (`register::sealing`); here they get their salt and
//! their place, and the same thing said again gets the same seal, so that everybody sees that it is the same
//! and nobody sees what.

use std::{
    cell::{Cell, RefCell},
    path::Path,
};

use domain::{Digest, SubjectName};
use register::{
    sealing,
    words::{LONGEST, Words},
};
use serde::{Deserialize, Serialize};
use store::{Private, PrivateText};

use crate::{
    output::Failure,
    register_folder::{RegisterFolder, random},
    subject,
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
    fn bytes(&self) -> Option<[u8; 32]> {
        let salt: Digest = format!("sha256:{}", self.salt).parse().ok()?;
        Some(*salt.as_bytes())
    }

    /// The digest it opens, and the words; none where it is no seal.
    pub(crate) fn opens(&self) -> Option<(Digest, String)> {
        Some((Words::sealed(&self.bytes()?, &self.text).seal()?, self.text.clone()))
    }
}

/// Reads a file of seals, one a line.
pub(crate) fn read(path: &Path) -> Result<Vec<Seal>, Failure> {
    let bytes = subject::read(path)?;
    let text =
        String::from_utf8(bytes).map_err(|_| Failure::new(format!("{} is not text", path.display())))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            // Never what stands there: it is what must not be shown.
            serde_json::from_str(line)
                .map_err(|_| Failure::new(format!("{} holds something that is no seal", path.display())))
        })
        .collect()
}

/// Sealed words, where this folder holds them.
pub(crate) fn open(private: &Private, digest: &Digest) -> Option<String> {
    match private.read(digest, LONGEST as u64) {
        Ok(PrivateText::Here { text, .. }) => String::from_utf8(text).ok(),
        _ => None,
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
            let salt = seal.bytes().ok_or_else(|| Failure::new("a seal beside a statement is none"))?;
            if seal.text.len() > LONGEST {
                return Err(Failure::new("sealed words are too long"));
            }
            self.private().keep(seal.text.as_bytes(), &salt)?;
        }
        Ok(())
    }

    /// Sealed words, where this machine holds them.
    pub(crate) fn open_seal(&self, digest: &Digest) -> Option<String> {
        open(&self.private(), digest)
    }

    /// What opens the sealed scopes of a subject: for the team it concerns, whose gates then know them.
    pub(crate) fn seals_of(&self, subject: &SubjectName) -> Vec<Seal> {
        let register = &self.register;
        let exceptions = register.exceptions.iter().filter(|e| e.case.subject == *subject);
        let attestations = register.attestations.iter().filter(|(_, a)| a.subject == *subject);
        let closures = register.closures.iter().filter(|c| c.case.subject == *subject);
        let scopes = exceptions
            .filter_map(|e| e.scope.as_ref())
            .chain(attestations.filter_map(|(_, a)| a.scope.as_ref()))
            .chain(closures.flat_map(|c| &c.closure.scope));
        let mut out: Vec<Seal> = Vec::new();
        for digest in scopes.filter_map(Words::seal) {
            if let Ok(PrivateText::Here { text, salt }) = self.private().read(&digest, LONGEST as u64)
                && let Ok(text) = String::from_utf8(text)
            {
                let seal = Seal { salt: Digest::from_bytes(salt).hex(), text };
                if !out.contains(&seal) {
                    out.push(seal);
                }
            }
        }
        out
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
        let known = known.filter_map(|e| e.scope.as_ref());
        let asked = self.register.reviews.values().filter_map(|r| match &r.opening.asks {
            register::act::review::Asks::Exception { control: of, scope, .. } if of == control => {
                scope.as_ref()
            }
            _ => None,
        });
        self.same(scope, known.chain(asked))
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
        let known = self.register.closures.iter().flat_map(|c| &c.closure.scope);
        let asked = self.register.reviews.values().filter_map(|r| match &r.opening.asks {
            register::act::review::Asks::Closure { closure } => Some(&closure.scope),
            _ => None,
        });
        self.same(path, known.chain(asked.flatten()))
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
