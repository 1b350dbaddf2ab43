//! Folding the log into the register.
//!
//! Phases, for each leaf in the order of the log: (1) its time is not before the leaf ahead of it;
//! (2) it is meant for this log and was not stated before; (3) it is signed by a key that its person
//! had, unrevoked, at that point of the log; (4) the act is one that this person may do now
//! (`accept/`); (5) its effect. A leaf that fails is not applied, and is listed in
//! [`Register::rejected`]: a log that holds one was written by somebody who did not ask first.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::Digest;

use crate::{
    act::Act,
    entry::Logged,
    leaf::{Leaf, NotALeaf},
    refused::Refused,
    register::{Register, Told},
    statement::{LOG, Statement},
};

/// A statement may be this much younger than the log's clock says it is, in seconds.
pub(crate) const SKEW: i64 = 300;
/// A statement may have been signed this many days before it is logged.
const OLDEST: i64 = 90;

/// Why a log is no register.
#[derive(Debug, thiserror::Error)]
pub enum NotARegister {
    /// Nothing in it.
    #[error("the log is empty: `formulary body init` writes its first entry")]
    Empty,
    /// The first leaf founds no body.
    #[error("the first entry of the log does not found a body: {0}")]
    NotFounded(String),
    /// A leaf cannot be read.
    #[error("entry {index} of the log: {source}")]
    Leaf {
        /// Which.
        index: u64,
        /// Why.
        source: NotALeaf,
    },
}

impl Register {
    /// Begins with the first leaf, which founds the body.
    ///
    /// # Errors
    /// When it founds none, or is not signed by one of the body's people.
    pub fn founded(origin: &str, leaf: &Leaf) -> Result<Self, Refused> {
        let Act::Found(body) = &leaf.statement.act else {
            return Err(Refused::NotNow("the first statement of a register founds its body".to_owned()));
        };
        body.check()?;
        let mut register = Self {
            origin: origin.to_owned(),
            body: (**body).clone(),
            size: 0,
            last: leaf.logged,
            reviews: BTreeMap::new(),
            entries: BTreeMap::new(),
            attestations: Vec::new(),
            exceptions: Vec::new(),
            closures: Vec::new(),
            agreements: Vec::new(),
            imports: BTreeMap::new(),
            revealed: BTreeMap::new(),
            erased: BTreeSet::new(),
            statements: HashMap::new(),
            story: Vec::new(),
            rejected: Vec::new(),
            overturned: BTreeSet::new(),
            keys: BTreeMap::new(),
            decisions: BTreeMap::new(),
        };
        let digest = leaf.statement.digest()?;
        register.signed(leaf, digest)?;
        let by = leaf.statement.by.clone();
        register.take(leaf, Logged { index: 0, digest, at: leaf.logged, by });
        Ok(register)
    }

    /// Reads a whole log.
    ///
    /// # Errors
    /// When the log is empty, its first leaf founds no body, or a leaf is no statement at all. A leaf
    /// that could be read and may not be is no error here: it is listed as rejected.
    pub fn read(origin: &str, leaves: impl IntoIterator<Item = Vec<u8>>) -> Result<Self, NotARegister> {
        let mut register: Option<Self> = None;
        for (index, bytes) in (0_u64..).zip(leaves) {
            let leaf = Leaf::read(&bytes).map_err(|source| NotARegister::Leaf { index, source })?;
            match &mut register {
                None => {
                    let founded =
                        Self::founded(origin, &leaf).map_err(|e| NotARegister::NotFounded(e.to_string()))?;
                    register = Some(founded);
                }
                Some(register) => {
                    if let Err(refused) = register.accept(&leaf) {
                        register.rejected.push((index, refused.to_string()));
                        register.size += 1;
                    }
                }
            }
        }
        register.ok_or(NotARegister::Empty)
    }

    /// Takes in one more leaf. A refusal changes nothing.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn accept(&mut self, leaf: &Leaf) -> Result<Logged, Refused> {
        if leaf.logged < self.last {
            return Err(Refused::NotNow("its time is before that of the entry ahead of it".to_owned()));
        }
        let digest = leaf.statement.digest()?;
        self.signed(leaf, digest)?;
        let logged = Logged { index: self.size, digest, at: leaf.logged, by: leaf.statement.by.clone() };
        self.apply(&logged, &leaf.statement)?;
        self.take(leaf, logged.clone());
        Ok(logged)
    }

    /// Counts a leaf whose effect has been applied.
    fn take(&mut self, leaf: &Leaf, logged: Logged) {
        let act = &leaf.statement.act;
        self.statements.insert(logged.digest, self.size);
        self.story.push(Told { logged, word: act.word(), about: act.about() });
        self.size += 1;
        self.last = leaf.logged;
        if matches!(act, Act::Found(_) | Act::Decide(_) | Act::Revoke(_)) {
            self.remember_keys();
        }
    }

    /// Whose every key is, or was, and whether it was ever revoked.
    fn remember_keys(&mut self) {
        for (id, person) in &self.body.people {
            for (fingerprint, key) in &person.keys {
                let (_, kept) =
                    self.keys.entry(fingerprint.clone()).or_insert_with(|| (id.clone(), key.clone()));
                kept.revoked |= key.revoked;
            }
        }
    }

    /// Whether a leaf is for this log, new, of its time, and signed by who is said to speak.
    fn signed(&self, leaf: &Leaf, digest: Digest) -> Result<(), Refused> {
        let statement = &leaf.statement;
        if statement.register != self.origin {
            return Err(Refused::OtherRegister(statement.register.chars().take(100).collect()));
        }
        if self.statements.contains_key(&digest) {
            return Err(Refused::Twice);
        }
        let age = leaf.logged.unix() - statement.at.unix();
        if !(-SKEW..=OLDEST * 86_400).contains(&age) {
            return Err(Refused::NotNow(format!(
                "it was signed at {} and logged at {}: sign it again",
                statement.at, leaf.logged
            )));
        }
        if statement.by == LOG {
            return match statement.act {
                Act::Consequence(_) if leaf.signatures.is_empty() => Ok(()),
                Act::Consequence(_) => Err(Refused::Unsigned(
                    "what the log itself states carries no signature of a person".to_owned(),
                )),
                _ => Err(Refused::Unsigned(
                    "only what follows from dates is stated by the log itself".to_owned(),
                )),
            };
        }
        if matches!(statement.act, Act::Consequence(_)) {
            return Err(Refused::Unsigned(
                "what follows from dates is stated by the log, by nobody else".to_owned(),
            ));
        }
        let own: Vec<_> = leaf.signatures.iter().filter(|s| s.person == statement.by).collect();
        if own.is_empty() {
            return Err(Refused::Unsigned(format!("{} did not sign it", statement.by)));
        }
        // Every signature under a leaf must hold: none may be decoration.
        for signature in &leaf.signatures {
            let person = self.body.people.get(&signature.person).ok_or_else(|| {
                Refused::Unsigned(format!("nobody in the body has the id {}", signature.person))
            })?;
            let key = person.keys.get(&signature.key).ok_or_else(|| {
                Refused::Unsigned(format!("{} has no key {}", signature.person, signature.key))
            })?;
            if key.revoked {
                return Err(Refused::Unsigned(format!(
                    "the key {} of {} is revoked",
                    signature.key, signature.person
                )));
            }
            signature.verify(statement, key)?;
        }
        Ok(())
    }

    /// Whether a statement would be taken if it were signed and logged at this time; applies it here, so
    /// ask a copy.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn would(&mut self, statement: &Statement, at: domain::Timestamp) -> Result<(), Refused> {
        let digest = statement.digest()?;
        if self.statements.contains_key(&digest) {
            return Err(Refused::Twice);
        }
        let logged = Logged { index: self.size, digest, at: at.max(self.last), by: statement.by.clone() };
        self.apply(&logged, statement)?;
        self.statements.insert(digest, self.size);
        self.size += 1;
        self.last = logged.at;
        self.remember_keys();
        Ok(())
    }
}
