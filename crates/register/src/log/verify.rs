//! Verifying a log that anyone shows: its checkpoint, every entry, every tile, and that it grew from
//! what was known before.
//!
//! Decides what is wrong, and names the file. Refuses to fetch, and to know whom to trust: both are
//! handed in.

use tlog::{
    LogVerifier, Policy, Resource, SignedCheckpoint,
    note::LONGEST_NOTE,
    policy::{Accepted, NotAccepted},
    proof::{consistency, verify_consistency},
    signed::SignedError,
    tile::TileError,
    verifier::Fault,
};

use super::{
    CHECKPOINT,
    diagnosis::diagnose,
    edge::hashes,
    source::{Source, SourceError, read_resource},
};

/// What was found. The log is sound if there are no findings.
#[derive(Debug)]
pub struct Report {
    /// The checkpoint that the log shows, if it could be read.
    pub checkpoint: Option<SignedCheckpoint>,
    /// Who signed it, if it satisfies the policy.
    pub accepted: Option<Accepted>,
    /// Entries that were read before the first fault.
    pub entries: u64,
    /// What is wrong, in the order found.
    pub findings: Vec<Finding>,
}

/// Something wrong with a log.
#[derive(Debug, thiserror::Error)]
pub enum Finding {
    /// There is no checkpoint.
    #[error("there is no log here: the file `{CHECKPOINT}` is missing")]
    NoCheckpoint,
    /// The checkpoint is none.
    #[error("`{CHECKPOINT}`: {0}")]
    Malformed(SignedError),
    /// It is not signed as the policy asks.
    #[error("`{CHECKPOINT}`: {0}")]
    NotAccepted(NotAccepted),
    /// A file could not be fetched, so nothing is known of it.
    #[error("`{path}` could not be read: {source}")]
    Unread {
        /// The file.
        path: String,
        /// What the source said.
        source: SourceError,
    },
    /// A tile or bundle is missing or wrong.
    #[error("`{path}`: {damage}")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong with it.
        damage: Damage,
    },
    /// The files do not give the checkpoint's root.
    #[error("{0}")]
    Root(Fault),
    /// There is more that is not listed.
    #[error("and more files are missing or damaged")]
    More,
    /// The log that is shown is shorter than the one known.
    #[error(
        "the log was rolled back: it had {known} entries, and is shown with {shown}; keep the checkpoint you know, \
         it is the proof"
    )]
    RolledBack {
        /// Entries of the known checkpoint.
        known: u64,
        /// Entries of the one shown.
        shown: u64,
    },
    /// The log that is shown does not begin with the one known.
    #[error(
        "the log was forked: what it shows with {shown} entries does not begin with the {known} entries you know; \
         keep both checkpoints, together they are the proof"
    )]
    Forked {
        /// Entries of the known checkpoint.
        known: u64,
        /// Entries of the one shown.
        shown: u64,
    },
    /// It cannot be said whether the log begins with what is known: files for the proof are damaged.
    #[error(
        "whether the log still begins with the {known} entries you know cannot be said: its files are damaged"
    )]
    NotProven {
        /// Entries of the known checkpoint.
        known: u64,
    },
    /// The known checkpoint is not one of this log.
    #[error("the checkpoint given as known is not one that this log, or a trusted witness, signed: {0}")]
    Known(SignedError),
}

/// What is wrong with a tile or bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// It is not there.
    #[error("is missing")]
    Missing,
    /// Its bytes are none.
    #[error("{0}")]
    Malformed(TileError),
    /// A tile's hashes are not those that were signed.
    #[error("holds other hashes than were signed")]
    Hashes,
    /// An entry is not the one that was signed.
    #[error("entry {0} of the log is not the one that was signed")]
    Entry(u64),
    /// Some entries are not those that were signed; which, only the damaged tile could say.
    #[error("holds entries that are not those that were signed")]
    Entries,
    /// What lies below a tile does not give its hash, and which file is to blame cannot be said.
    #[error("what lies below it is not what was signed")]
    Below,
    /// Two files do not fit each other, and which is to blame cannot be said.
    #[error("does not fit `{0}`: one of the two was changed")]
    Differs(String),
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    /// Whether history was changed: a rollback or a fork.
    pub fn is_rewritten(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| matches!(finding, Finding::RolledBack { .. } | Finding::Forked { .. }))
    }
}

/// Verifies the log that `source` shows: its checkpoint against `policy`, every entry and tile against
/// the checkpoint, and the whole against a checkpoint `known` from before (an older one of one's own, or
/// what a witness cosigned). Memory is bounded by one bundle and a tile a level.
pub fn verify(source: &dyn Source, policy: &Policy, known: Option<&SignedCheckpoint>) -> Report {
    let mut report = Report { checkpoint: None, accepted: None, entries: 0, findings: Vec::new() };
    let signed = match source.read(CHECKPOINT, LONGEST_NOTE as u64) {
        Ok(Some(bytes)) => SignedCheckpoint::parse(&bytes).map_err(Finding::Malformed),
        Ok(None) => Err(Finding::NoCheckpoint),
        Err(source) => Err(Finding::Unread { path: CHECKPOINT.to_owned(), source }),
    };
    let signed = match signed {
        Ok(signed) => signed,
        Err(finding) => {
            report.findings.push(finding);
            return report;
        }
    };
    match policy.check(&signed) {
        Ok(accepted) => report.accepted = Some(accepted),
        Err(error) => report.findings.push(Finding::NotAccepted(error)),
    }
    files(source, &signed, &mut report);
    if let Some(known) = known {
        history(source, policy, known, &signed, &mut report);
    }
    report.checkpoint = Some(signed);
    report
}

/// Every entry and every tile.
fn files(source: &dyn Source, signed: &SignedCheckpoint, report: &mut Report) {
    let mut verifier = LogVerifier::new(signed.checkpoint());
    let sound = loop {
        let Some(wanted) = verifier.wanted() else { break verifier.finish() };
        match read_resource(source, wanted) {
            Ok(Some(bytes)) => {
                if let Err(fault) = verifier.feed(cut(wanted, &bytes)) {
                    break Err(fault);
                }
            }
            // The diagnosis says why.
            Ok(None) | Err(_) => break Err(Fault::Unread(wanted)),
        }
    };
    report.entries = verifier.entries();
    if let Err(fault) = sound {
        let found = diagnose(source, signed.checkpoint());
        // What was wrong a moment ago is right now: somebody is writing, or the disk is failing.
        report.findings.extend(if found.is_empty() { vec![Finding::Root(fault)] } else { found });
    }
}

/// The bytes of a partial bundle out of those of the full one.
fn cut(wanted: Resource, bytes: &[u8]) -> &[u8] {
    let Resource::Bundle(bundle) = wanted else { return bytes };
    if bundle.is_full() {
        return bytes;
    }
    match bundle.full().read(bytes) {
        Ok(entries) => {
            let length = entries.iter().take(usize::from(bundle.width())).map(|entry| entry.len() + 2).sum();
            bytes.get(..length).unwrap_or(bytes)
        }
        Err(_) => bytes,
    }
}

/// Whether what is shown begins with what is known.
fn history(
    source: &dyn Source,
    policy: &Policy,
    known: &SignedCheckpoint,
    shown: &SignedCheckpoint,
    report: &mut Report,
) {
    // The log's own signature, or a witness's: a witness signs nothing that the log did not.
    let logs = policy.logs().iter().map(|log| &log.key);
    let keys = logs.chain(policy.witnesses().iter().map(|witness| &witness.key));
    if let Err(error) = known.note().verify(keys) {
        report.findings.push(Finding::Known(error.into()));
        return;
    }
    let (known, shown) = (known.checkpoint(), shown.checkpoint());
    let (old, new) = (known.size(), shown.size());
    if known.origin() != shown.origin() {
        let (expected, found) = (known.origin().to_owned(), shown.origin().to_owned());
        report.findings.push(Finding::Known(SignedError::Origin { expected, found }));
        return;
    }
    if old > new {
        report.findings.push(Finding::RolledBack { known: old, shown: new });
        return;
    }
    if old == new {
        if known.root() != shown.root() {
            report.findings.push(Finding::Forked { known: old, shown: new });
        }
        return;
    }
    let begins = consistency(old, new, &mut hashes(new, source))
        .ok()
        .map(|proof| verify_consistency(old, known.root(), new, shown.root(), &proof).is_ok());
    let damaged = report.findings.iter().any(|finding| {
        matches!(finding, Finding::Damaged { .. } | Finding::Unread { .. } | Finding::Root(_))
    });
    match begins {
        Some(true) => {}
        Some(false) if !damaged => report.findings.push(Finding::Forked { known: old, shown: new }),
        Some(false) | None => report.findings.push(Finding::NotProven { known: old }),
    }
}
