//! Whom to believe (`tlog-policy`): known logs, known witnesses, and which of them together are enough.
//!
//! It decides whether a signed checkpoint satisfies such a file. It refuses to know what an entry must
//! say, and how old a cosignature may be: the times are handed out, the caller compares.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::{
    key::{KeyError, SignatureType, VerifierKey},
    note::{NoteError, Verified},
    signed::SignedCheckpoint,
};

/// The most bytes of a policy file.
pub const LONGEST_POLICY: usize = 1 << 20;

/// The most logs, witnesses and groups, each. The specification asks for 32 at least; every line of a
/// note is compared with every key.
pub const MOST_OF_A_KIND: usize = 256;

/// A trust policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    /// Witnesses and groups in the order of their lines: a member's place is before its group's.
    members: Vec<Member>,
    /// Place of the quorum's name; none for `quorum none`.
    quorum: Option<usize>,
}

/// A log whose checkpoints are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Its key; the key's name is the log's origin.
    pub key: VerifierKey,
    /// Where it is served, if the file says.
    pub url: Option<String>,
}

/// A witness whose cosignature counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Its name in this file, as it is written there (not always UTF-8).
    pub name: Vec<u8>,
    /// Its key.
    pub key: VerifierKey,
    /// Where it takes checkpoints, if the file says.
    pub url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Member {
    /// Place in `witnesses`.
    Witness(usize),
    /// How many of the members at these places must have witnessed.
    Group(usize, Vec<usize>),
}

/// A checkpoint that satisfies a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The log's signature.
    pub log: Verified,
    /// The cosignatures that hold, of known witnesses, with their times.
    pub witnesses: Vec<Verified>,
}

/// Why a text is no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the policy: {reason}")]
pub struct PolicyError {
    /// The line, from 1; for what is missing, the line after the last.
    pub line: usize,
    /// What is wrong with it.
    pub reason: PolicyFault,
}

/// What is wrong with a line of a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// More than [`LONGEST_POLICY`].
    #[error("the file is longer than {LONGEST_POLICY} bytes")]
    TooLong,
    /// More than [`MOST_OF_A_KIND`].
    #[error("there are more than {MOST_OF_A_KIND} of this kind")]
    TooMany,
    /// A control character other than tab and newline.
    #[error("it has a control character")]
    Characters,
    /// The last line has no newline.
    #[error("it does not end with a newline")]
    Unended,
    /// Not one of the four kinds of line, or with too few or too many items.
    #[error(
        "a line reads: log KEY [URL], witness NAME KEY [URL], group NAME all|any|K NAME..., or quorum NAME"
    )]
    Form,
    /// The key is none.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The key is a witness's where a log's is wanted, or the other way.
    #[error(
        "the key is of a type for the other role: a log signs with 0x01 or 0x06, a witness with 0x04 or 0x06"
    )]
    Role,
    /// The same key stands in an earlier line.
    #[error("the same key stands in an earlier line")]
    SameKey,
    /// The name is defined already, or is `none`.
    #[error("the name is taken")]
    SameName,
    /// The name is not defined on an earlier line.
    #[error("a name in it is defined on no earlier line")]
    Unknown,
    /// The name is a member of an earlier group.
    #[error("a name in it belongs to a group already: each may count once")]
    SecondGroup,
    /// `k` is not between 1 and the number of members.
    #[error("the threshold is not between 1 and the number of members")]
    Threshold,
    /// A second quorum line.
    #[error("there is a second quorum line")]
    SecondQuorum,
    /// No quorum line.
    #[error("there is no quorum line: say `quorum none` to ask for no witness")]
    NoQuorum,
}

/// Why a checkpoint does not satisfy a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAccepted {
    /// No log of the policy has this origin.
    #[error("the log {0:?} is not one of the policy's")]
    UnknownLog(String),
    /// The log did not sign it.
    #[error("the checkpoint is not signed by its log")]
    NotSigned,
    /// A signature of a known key does not hold.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Too few witnesses, or not the right ones.
    #[error("the witnesses that cosigned ({0}) are not enough for the policy's quorum")]
    Quorum(usize),
}

impl Policy {
    /// The policy that believes one log and asks for no witness.
    ///
    /// # Errors
    /// The key is a witness's.
    pub fn of_log(key: VerifierKey) -> Result<Self, PolicyFault> {
        if key.kind() == SignatureType::Ed25519Cosignature {
            return Err(PolicyFault::Role);
        }
        let logs = vec![Log { key, url: None }];
        Ok(Self { logs, witnesses: Vec::new(), members: Vec::new(), quorum: None })
    }

    /// Reads a policy file.
    ///
    /// # Errors
    /// Which line is wrong, and what with it.
    pub fn parse(bytes: &[u8]) -> Result<Self, PolicyError> {
        if bytes.len() > LONGEST_POLICY {
            return Err(PolicyError { line: 1, reason: PolicyFault::TooLong });
        }
        let mut reading = Reading::default();
        let mut count = 0;
        for line in bytes.split_inclusive(|b| *b == b'\n') {
            count += 1;
            let read =
                line.strip_suffix(b"\n").ok_or(PolicyFault::Unended).and_then(|line| reading.line(line));
            read.map_err(|reason| PolicyError { line: count, reason })?;
        }
        let Some(quorum) = reading.quorum else {
            return Err(PolicyError { line: count + 1, reason: PolicyFault::NoQuorum });
        };
        Ok(Self { logs: reading.logs, witnesses: reading.witnesses, members: reading.members, quorum })
    }

    /// The logs that are believed.
    #[must_use]
    pub fn logs(&self) -> &[Log] {
        &self.logs
    }

    /// The witnesses whose cosignatures count.
    #[must_use]
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// Whether a checkpoint satisfies the policy: signed by a log whose key's name is its origin,
    /// cosigned by a quorum, and no line of a known key that does not hold.
    ///
    /// # Errors
    /// It does not, and why.
    pub fn check(&self, signed: &SignedCheckpoint) -> Result<Accepted, NotAccepted> {
        let origin = signed.checkpoint().origin();
        let logs: Vec<&VerifierKey> =
            self.logs.iter().map(|log| &log.key).filter(|key| key.name().as_str() == origin).collect();
        if logs.is_empty() {
            return Err(NotAccepted::UnknownLog(origin.to_owned()));
        }
        let keys = logs.iter().copied().chain(self.witnesses.iter().map(|witness| &witness.key));
        let verified = match signed.note().verify(keys) {
            Err(NoteError::Unsigned) => return Err(NotAccepted::NotSigned),
            other => other?,
        };
        let is_of = |found: &Verified, key: &VerifierKey| found.id == key.id() && found.name == *key.name();
        let (by_log, witnesses): (Vec<Verified>, Vec<Verified>) =
            verified.into_iter().partition(|found| logs.iter().any(|key| is_of(found, key)));
        let log = by_log.into_iter().next().ok_or(NotAccepted::NotSigned)?;
        // A member's place is before its group's, so one pass decides all.
        let mut witnessed: Vec<bool> = Vec::with_capacity(self.members.len());
        for member in &self.members {
            let yes = match member {
                Member::Witness(at) => witnesses.iter().any(|found| is_of(found, &self.witnesses[*at].key)),
                Member::Group(k, of) => of.iter().filter(|at| witnessed[**at]).count() >= *k,
            };
            witnessed.push(yes);
        }
        if self.quorum.is_some_and(|at| !witnessed[at]) {
            return Err(NotAccepted::Quorum(witnesses.len()));
        }
        Ok(Accepted { log, witnesses })
    }
}

/// What the lines so far have said.
#[derive(Default)]
struct Reading {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    members: Vec<Member>,
    names: BTreeMap<Vec<u8>, usize>,
    grouped: BTreeSet<usize>,
    quorum: Option<Option<usize>>,
}

impl Reading {
    fn line(&mut self, line: &[u8]) -> Result<(), PolicyFault> {
        if line.iter().any(|b| (*b < b' ' && *b != b'\t') || *b == 0x7f) {
            return Err(PolicyFault::Characters);
        }
        let items: Vec<&[u8]> =
            line.split(|b| *b == b' ' || *b == b'\t').filter(|item| !item.is_empty()).collect();
        match items.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", key] => self.log(key, None),
            [b"log", key, url] => self.log(key, Some(url)),
            [b"witness", name, key] => self.witness(name, key, None),
            [b"witness", name, key, url] => self.witness(name, key, Some(url)),
            [b"group", name, threshold, first, rest @ ..] => self.group(name, threshold, first, rest),
            [b"quorum", name] => self.quorum(name),
            _ => Err(PolicyFault::Form),
        }
    }

    fn log(&mut self, key: &[u8], url: Option<&[u8]>) -> Result<(), PolicyFault> {
        let key = read_key(key, SignatureType::Ed25519)?;
        if self.logs.iter().any(|log| log.key.public() == key.public()) {
            return Err(PolicyFault::SameKey);
        }
        if self.logs.len() >= MOST_OF_A_KIND {
            return Err(PolicyFault::TooMany);
        }
        self.logs.push(Log { key, url: url.map(lossy) });
        Ok(())
    }

    fn witness(&mut self, name: &[u8], key: &[u8], url: Option<&[u8]>) -> Result<(), PolicyFault> {
        let key = read_key(key, SignatureType::Ed25519Cosignature)?;
        if self.witnesses.iter().any(|witness| witness.key.public() == key.public()) {
            return Err(PolicyFault::SameKey);
        }
        if self.witnesses.len() >= MOST_OF_A_KIND {
            return Err(PolicyFault::TooMany);
        }
        self.define(name, Member::Witness(self.witnesses.len()))?;
        self.witnesses.push(Witness { name: name.to_vec(), key, url: url.map(lossy) });
        Ok(())
    }

    fn group(&mut self, name: &[u8], k: &[u8], first: &[u8], rest: &[&[u8]]) -> Result<(), PolicyFault> {
        if self.members.len() - self.witnesses.len() >= MOST_OF_A_KIND {
            return Err(PolicyFault::TooMany);
        }
        let mut of = Vec::new();
        for member in [first].into_iter().chain(rest.iter().copied()) {
            let at = *self.names.get(member).ok_or(PolicyFault::Unknown)?;
            if !self.grouped.insert(at) {
                return Err(PolicyFault::SecondGroup);
            }
            of.push(at);
        }
        let threshold = match k {
            b"all" => of.len(),
            b"any" => 1,
            number => std::str::from_utf8(number)
                .ok()
                .and_then(crate::text::decimal)
                .and_then(|k| usize::try_from(k).ok())
                .filter(|k| (1..=of.len()).contains(k))
                .ok_or(PolicyFault::Threshold)?,
        };
        self.define(name, Member::Group(threshold, of))
    }

    fn quorum(&mut self, name: &[u8]) -> Result<(), PolicyFault> {
        if self.quorum.is_some() {
            return Err(PolicyFault::SecondQuorum);
        }
        self.quorum = Some(match name {
            b"none" => None,
            name => Some(*self.names.get(name).ok_or(PolicyFault::Unknown)?),
        });
        Ok(())
    }

    fn define(&mut self, name: &[u8], member: Member) -> Result<(), PolicyFault> {
        if name == b"none" || self.names.contains_key(name) {
            return Err(PolicyFault::SameName);
        }
        self.names.insert(name.to_vec(), self.members.len());
        self.members.push(member);
        Ok(())
    }
}

/// The key in an item, if it is of type `role` or of the type that fits both roles.
fn read_key(item: &[u8], role: SignatureType) -> Result<VerifierKey, PolicyFault> {
    let key: VerifierKey = std::str::from_utf8(item).map_err(|_| KeyError::Verifier)?.parse()?;
    if key.kind() != role && key.kind() != SignatureType::MlDsa44Cosignature {
        return Err(PolicyFault::Role);
    }
    Ok(key)
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The policy as a file, in one spelling: without comments, groups named by their place.
impl fmt::Display for Policy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = |url: &Option<String>| url.as_ref().map_or_else(String::new, |url| format!(" {url}"));
        for log in &self.logs {
            writeln!(out, "log {}{}", log.key, url(&log.url))?;
        }
        for (place, member) in self.members.iter().enumerate() {
            match member {
                Member::Witness(at) => {
                    let witness = &self.witnesses[*at];
                    writeln!(out, "witness m{place} {}{}", witness.key, url(&witness.url))?;
                }
                Member::Group(k, of) => {
                    write!(out, "group m{place} {k}")?;
                    of.iter().try_for_each(|at| write!(out, " m{at}"))?;
                    writeln!(out)?;
                }
            }
        }
        match self.quorum {
            None => writeln!(out, "quorum none"),
            Some(at) => writeln!(out, "quorum m{at}"),
        }
    }
}
