//! Folding the log into the register.
//!
//! Phases, for each leaf in the order of the log: (1) its time is not before the leaf ahead of it;
//! (2) it is meant for this log and was not stated before; (3) it is signed by a key that its person
//! had, unrevoked, at that point of the log; (4) the act is one that this person may do now
//! (`accept/`); (5) its effect. A leaf that fails is not applied, and is listed in
//! [`Register::rejected`]: a log that holds one was written by somebody who did not ask first. A leaf that
//! cannot be read is listed in [`Register::unread`], and what depends on it is unknown.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{Digest, Timestamp};

use crate::{
    act::Act,
    body::Body,
    depends,
    entry::Logged,
    leaf::{Leaf, NotALeaf},
    lookup::Known,
    refused::Refused,
    register::{Register, Told},
    statement::{LOG, RULES, Statement},
    unread::Unread,
};

/// A statement may be this much younger than the log's clock says it is, in seconds.
pub(crate) const SKEW: i64 = 300;
/// A statement may have been signed this many days before it is logged.
const OLDEST: i64 = 90;

/// Whether signatures are verified, or were by an earlier run under the same hashes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Signatures {
    Verify,
    Known,
}

/// Why a log is no register.
#[derive(Debug, thiserror::Error)]
pub enum NotARegister {
    /// Nothing in it.
    #[error("the log is empty: `formulary body init` writes its first entry")]
    Empty,
    /// The first leaf founds no body.
    #[error("the first entry of the log does not found a body: {0}")]
    NotFounded(String),
    /// What an earlier run has found of the log is not so.
    #[error("entry {index} of the log is not as an earlier run has left it: read all of it anew")]
    Known {
        /// Where it shows.
        index: u64,
    },
    /// The first leaf cannot be read.
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
        let mut register = Self::empty(origin, (**body).clone(), leaf.logged);
        let digest = leaf.statement.digest()?;
        register.signed(leaf, digest, Signatures::Verify)?;
        let by = leaf.statement.by.clone();
        register.take(leaf, Logged { index: 0, digest, at: leaf.logged, by });
        Ok(register)
    }

    /// A register of which nothing was read yet.
    pub(crate) fn empty(origin: &str, body: Body, last: Timestamp) -> Self {
        Self {
            origin: origin.to_owned(),
            body,
            size: 0,
            last,
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
            rules: 0,
            ended: BTreeMap::new(),
            rejected: Vec::new(),
            unread: Vec::new(),
            overturned: BTreeSet::new(),
            keys: BTreeMap::new(),
            decisions: BTreeMap::new(),
        }
    }

    /// Reads a whole log.
    ///
    /// # Errors
    /// When the log is empty, or its first leaf founds no body. A leaf that could be read and may not be is
    /// no error here: it is listed as rejected; nor is one that cannot be read: it is listed as unread, and
    /// what depends on it is unknown.
    pub fn read(origin: &str, leaves: impl IntoIterator<Item = Vec<u8>>) -> Result<Self, NotARegister> {
        Self::read_on(origin, leaves, None)
    }

    /// The same, where an earlier run has read the first leaves under the same hashes: their signatures and
    /// spelling are not looked at again. That they are the same leaves is the caller's to know.
    ///
    /// # Errors
    /// As [`Register::read`]; and when what is known cannot be, so that all must be read anew.
    pub fn read_on(
        origin: &str,
        leaves: impl IntoIterator<Item = Vec<u8>>,
        known: Option<&Known>,
    ) -> Result<Self, NotARegister> {
        let mut leaves = (0_u64..).zip(leaves);
        let (_, first) = leaves.next().ok_or(NotARegister::Empty)?;
        let first = Leaf::read(&first).map_err(|source| NotARegister::Leaf { index: 0, source })?;
        let mut register =
            Self::founded(origin, &first).map_err(|e| NotARegister::NotFounded(e.to_string()))?;
        for (index, bytes) in leaves {
            match known.filter(|known| index < known.head.size) {
                None => register.read_next(index, &bytes),
                Some(known) => match known.rejected.get(&index) {
                    Some(why) => {
                        register.rejected.push((index, why.clone()));
                        register.size += 1;
                    }
                    None => {
                        let leaf = Leaf::read_again(&bytes);
                        let taken = leaf.ok().and_then(|l| register.accept_as(&l, Signatures::Known).ok());
                        taken.ok_or(NotARegister::Known { index })?;
                    }
                },
            }
        }
        Ok(register)
    }

    /// Takes in the next leaf of a log, whatever it is.
    fn read_next(&mut self, index: u64, bytes: &[u8]) {
        match Leaf::read(bytes) {
            Ok(leaf) => {
                if let Err(refused) = self.accept_as(&leaf, Signatures::Verify) {
                    self.rejected.push((index, refused.to_string()));
                    self.size += 1;
                }
            }
            Err(why) => {
                let about = depends::about(bytes, self);
                self.unread.push(Unread { index, why: why.to_string(), about });
                self.size += 1;
            }
        }
    }

    /// Takes in one more leaf, which is made now. A refusal changes nothing.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn accept(&mut self, leaf: &Leaf) -> Result<Logged, Refused> {
        if leaf.statement.rules != RULES {
            return Err(Refused::OlderRules);
        }
        self.accept_as(leaf, Signatures::Verify)
    }

    fn accept_as(&mut self, leaf: &Leaf, signatures: Signatures) -> Result<Logged, Refused> {
        if leaf.logged < self.last {
            return Err(Refused::NotNow("its time is before that of the entry ahead of it".to_owned()));
        }
        let digest = leaf.statement.digest()?;
        self.signed(leaf, digest, signatures)?;
        let logged = Logged { index: self.size, digest, at: leaf.logged, by: leaf.statement.by.clone() };
        self.apply(&logged, &leaf.statement)?;
        self.take(leaf, logged.clone());
        Ok(logged)
    }

    /// Counts a leaf whose effect has been applied.
    fn take(&mut self, leaf: &Leaf, logged: Logged) {
        let act = &leaf.statement.act;
        self.statements.insert(logged.digest, self.size);
        self.story.push(Told { logged, word: act.told(), about: act.about() });
        self.size += 1;
        self.last = leaf.logged;
        self.rules = self.rules.max(leaf.statement.rules);
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
        for (fingerprint, (holder, key)) in &self.keys {
            let there = self.body.people.get(holder).is_some_and(|p| p.keys.contains_key(fingerprint));
            if key.revoked || !there {
                self.ended.entry(fingerprint.clone()).or_insert(self.last);
            }
        }
    }

    /// Whether a leaf is for this log, new, of its time, and signed by who is said to speak.
    fn signed(&self, leaf: &Leaf, digest: Digest, signatures: Signatures) -> Result<(), Refused> {
        let statement = &leaf.statement;
        if statement.register != self.origin {
            return Err(Refused::OtherRegister(statement.register.chars().take(100).collect()));
        }
        if self.statements.contains_key(&digest) {
            return Err(Refused::Twice);
        }
        if statement.rules < self.rules {
            return Err(Refused::OlderRules);
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
            if signatures == Signatures::Verify {
                signature.verify(statement, key)?;
            }
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
        self.rules = self.rules.max(statement.rules);
        self.remember_keys();
        Ok(())
    }
}
