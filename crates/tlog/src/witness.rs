//! The witness's side and the log's side of `add-checkpoint` (`tlog-witness`), as values.
//!
//! It decides what a request and an answer look like and what a witness must answer, given what it last
//! cosigned. It refuses to know HTTP, and it stores nothing: whoever asks it must compare and store in
//! one step, or two requests at once roll the witness back.

use std::fmt;

use crate::{
    hash::Hash,
    key::VerifierKey,
    note::{LONGEST_NOTE, Note, NoteError, SignatureLine},
    proof::{self, ProofError},
    signed::{SignedCheckpoint, SignedError},
    text,
};

/// The most hashes in a request (`tlog-witness`).
pub const MOST_HASHES: usize = 63;

/// The most bytes of a request: an old size, the hashes, a note.
pub const LONGEST_REQUEST: usize = 25 + MOST_HASHES * 45 + 1 + LONGEST_NOTE;

/// The content type of an answer with status 409.
pub const SIZE_TYPE: &str = "text/x.tlog.size";

/// A request for a cosignature: the body of `POST add-checkpoint`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Size of the log when the witness last cosigned it; 0 if never.
    pub old: u64,
    /// That the log of the checkpoint begins with that of the old size.
    pub proof: Vec<Hash>,
    /// The new checkpoint.
    pub checkpoint: SignedCheckpoint,
}

/// What a witness keeps of a log, by its origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Size it last cosigned.
    pub size: u64,
    /// Root it last cosigned.
    pub root: Hash,
}

impl Seen {
    /// What a witness knows of a log that it never cosigned.
    pub const NEVER: Self = Self { size: 0, root: Hash::EMPTY_TREE };
}

/// Why a witness does not cosign. Each is an answer with its own status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// 400: the body is no request.
    #[error("the request does not read: old SIZE, hashes, a blank line, a checkpoint ({0})")]
    Malformed(String),
    /// 404: no key is known for the origin.
    #[error("this witness does not know the log")]
    UnknownLog,
    /// 403: no known key of the log signed, or a signature of one does not hold.
    #[error("the checkpoint bears no good signature of the log: {0}")]
    Unsigned(NoteError),
    /// 400: the old size is above the checkpoint's.
    #[error("the old size is above the checkpoint's size")]
    OldAboveNew,
    /// 409: the witness last cosigned another size, which is the answer.
    #[error("this witness last cosigned size {0}")]
    Conflict(u64),
    /// 422: the log was rewritten, or the proof is wrong.
    #[error("the checkpoint does not continue the log this witness cosigned: {0}")]
    Inconsistent(ProofError),
}

/// What a witness answered, as the log reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// 200: signature lines, of known and unknown keys.
    Cosigned(Vec<SignatureLine>),
    /// 409: the size the witness last cosigned; ask again with a proof from there.
    Conflict(u64),
}

/// Why an answer is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The status says no.
    #[error("the witness answered {status}: {}", meaning(*.status))]
    Status {
        /// HTTP status.
        status: u16,
    },
    /// The body is neither signature lines nor a size.
    #[error("the witness's answer does not read")]
    Malformed,
}

const fn meaning(status: u16) -> &'static str {
    match status {
        400 => "it did not understand the request",
        403 => "it does not know the key that signed the checkpoint",
        404 => "it does not know this log; ask its operator to add it",
        422 => "the checkpoint does not continue what it cosigned before",
        429 | 503 => "it is busy; ask again later",
        _ => "the protocol does not say what that means",
    }
}

impl Request {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// It is none ([`Refusal::Malformed`]).
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let malformed = |why: &str| Refusal::Malformed(why.to_owned());
        if body.len() > LONGEST_REQUEST {
            return Err(malformed("it is too long"));
        }
        let all = std::str::from_utf8(body).map_err(|_| malformed("it is not UTF-8"))?;
        let (first, mut rest) = all.split_once('\n').ok_or_else(|| malformed("it has one line"))?;
        let old =
            first.strip_prefix("old ").and_then(text::decimal).ok_or_else(|| malformed("the old size"))?;
        let mut proof = Vec::new();
        loop {
            let (line, behind) = rest.split_once('\n').ok_or_else(|| malformed("there is no blank line"))?;
            rest = behind;
            if line.is_empty() {
                break;
            }
            if proof.len() >= MOST_HASHES {
                return Err(malformed("there are more than 63 hashes"));
            }
            proof.push(line.parse().map_err(|_| malformed("a hash"))?);
        }
        let checkpoint = SignedCheckpoint::parse(rest.as_bytes())
            .map_err(|error: SignedError| Refusal::Malformed(error.to_string()))?;
        Ok(Self { old, proof, checkpoint })
    }

    /// Decides as `tlog-witness` demands, in its order. `keys` are those trusted for the checkpoint's
    /// origin (none: the log is unknown), `seen` what was last cosigned for it. If it is accepted, the
    /// caller stores the answer in place of `seen`, in one step with the comparison, and cosigns only
    /// then.
    ///
    /// # Errors
    /// The checkpoint is not to be cosigned, and what to answer.
    pub fn decide(&self, keys: &[VerifierKey], seen: &Seen) -> Result<Seen, Refusal> {
        let checkpoint = self.checkpoint.checkpoint();
        if keys.is_empty() {
            return Err(Refusal::UnknownLog);
        }
        self.checkpoint.note().verify(keys).map_err(Refusal::Unsigned)?;
        if self.old > checkpoint.size() {
            return Err(Refusal::OldAboveNew);
        }
        if self.old != seen.size {
            return Err(Refusal::Conflict(seen.size));
        }
        // The stored root counts, never one that the request could choose.
        proof::verify_consistency(seen.size, &seen.root, checkpoint.size(), checkpoint.root(), &self.proof)
            .map_err(Refusal::Inconsistent)?;
        Ok(Seen { size: checkpoint.size(), root: *checkpoint.root() })
    }
}

/// The body of the request.
impl fmt::Display for Request {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(out, "{hash}"))?;
        write!(out, "\n{}", self.checkpoint)
    }
}

impl Refusal {
    /// The HTTP status of the answer.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) | Self::OldAboveNew => 400,
            Self::Unsigned(_) => 403,
            Self::UnknownLog => 404,
            Self::Conflict(_) => 409,
            Self::Inconsistent(_) => 422,
        }
    }

    /// Content type and body of the answer.
    #[must_use]
    pub fn body(&self) -> (&'static str, String) {
        match self {
            Self::Conflict(size) => (SIZE_TYPE, format!("{size}\n")),
            other => ("text/plain; charset=utf-8", format!("{other}\n")),
        }
    }
}

impl Answer {
    /// Reads what a witness answered. Nothing is verified: add the lines to the checkpoint's note and
    /// verify that.
    ///
    /// # Errors
    /// A refusal other than a conflict, or a body that does not read.
    pub fn parse(status: u16, body: &[u8]) -> Result<Self, AnswerError> {
        let lines = || {
            if body.len() > LONGEST_NOTE {
                return None;
            }
            std::str::from_utf8(body).ok()?.strip_suffix('\n')
        };
        match status {
            200 => {
                let lines = lines().ok_or(AnswerError::Malformed)?;
                let lines: Option<Vec<_>> = lines.split('\n').map(SignatureLine::parse).collect();
                lines
                    .filter(|lines| lines.len() <= crate::note::MOST_SIGNATURES)
                    .map(Self::Cosigned)
                    .ok_or(AnswerError::Malformed)
            }
            409 => lines().and_then(text::decimal).map(Self::Conflict).ok_or(AnswerError::Malformed),
            status => Err(AnswerError::Status { status }),
        }
    }

    /// The body of an answer with status 200: the lines of the witness's own cosignatures.
    #[must_use]
    pub fn body(lines: &[SignatureLine]) -> String {
        lines.iter().map(|line| format!("{line}\n")).collect()
    }
}

/// The monitoring path of a witness for a log: `<SHA-256 of the origin in hexadecimal>/checkpoint`.
#[must_use]
pub fn monitoring_path(origin: &str) -> String {
    use sha2::{Digest, Sha256};
    let hash: [u8; 32] = Sha256::digest(origin).into();
    hash.iter().map(|b| format!("{b:02x}")).chain(["/checkpoint".to_owned()]).collect()
}

/// A note with the witness's lines added, for [`Note::verify`] with the witness's keys. At most
/// [`crate::note::MOST_SIGNATURES`] lines.
///
/// # Errors
/// There are too many lines.
pub fn with_lines(note: &Note, lines: &[SignatureLine]) -> Result<Note, NoteError> {
    let mut note = note.clone();
    lines.iter().try_for_each(|line| note.add(line.clone()))?;
    Ok(note)
}
