//! A text with signature lines (`signed-note`).
//!
//! It decides what a well-formed note is and which of its signatures hold for keys that are handed in.
//! A line of an unknown key says nothing and is kept; a line of a known key that does not hold spoils
//! the whole note. It refuses to know what the text means.

use std::fmt;

use crate::{
    cosignature::{self, CosignatureError},
    key::{KeyId, KeyName, SignatureType, SignerKey, VerifierKey},
    text,
};

/// The most bytes of a note: what Go's `note` package takes, and far above 64 of the largest signatures.
pub const LONGEST_NOTE: usize = 1_000_000;

/// The most signature lines. `signed-note` asks for 16 at least; 64 let each of the witnesses of a large
/// policy sign twice, while a key is changed.
pub const MOST_SIGNATURES: usize = 64;

/// The most bytes of a signature: an ML-DSA-87 one has 4,627, with a time and room.
pub const LONGEST_SIGNATURE: usize = 8192;

/// Em dash and space: what a signature line begins with.
const DASH: &str = "\u{2014} ";

/// A text and its signature lines. That it could be read does not mean that any holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<SignatureLine>,
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignatureLine {
    name: KeyName,
    id: KeyId,
    signature: Vec<u8>,
}

/// A signature that holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Verified {
    /// The signer's name.
    pub name: KeyName,
    /// The signer's key id.
    pub id: KeyId,
    /// What it signed.
    pub kind: SignatureType,
    /// When it says it signed, in seconds since 1970: cosignatures only.
    pub time: Option<u64>,
}

/// Why bytes are no note, or a note is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Longer than [`LONGEST_NOTE`].
    #[error("a note has at most {LONGEST_NOTE} bytes")]
    TooLong,
    /// Not UTF-8, or a control character other than newline.
    #[error("a note is UTF-8 text without control characters")]
    Characters,
    /// The text does not end with a newline, or no blank line stands before the signatures.
    #[error("a note is lines of text, a blank line, and signature lines, each ended by a newline")]
    Form,
    /// A signature line is not of its form.
    #[error("signature line {0} does not read: — NAME BASE64")]
    Line(usize),
    /// More than [`MOST_SIGNATURES`].
    #[error("a note has at most {MOST_SIGNATURES} signature lines")]
    TooMany,
    /// The key cannot sign a plain note.
    #[error("the key {0} signs checkpoints with a time, not plain notes")]
    Kind(KeyName),
    /// A known key's signature does not hold.
    #[error("the signature of {0} does not hold: the note was changed or put together wrongly")]
    Wrong(KeyName),
    /// None of the known keys signed.
    #[error("no trusted key signed this note")]
    Unsigned,
    /// A cosignature could not be made.
    #[error(transparent)]
    Cosignature(#[from] CosignatureError),
}

impl SignatureLine {
    /// A line of these parts; `signature` without the key id.
    #[must_use]
    pub const fn new(name: KeyName, id: KeyId, signature: Vec<u8>) -> Self {
        Self { name, id, signature }
    }

    /// The signer's name.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// The signer's key id.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// The signature's bytes, without the key id.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Reads a line, without its newline.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let (name, base64) = line.strip_prefix(DASH)?.split_once(' ')?;
        // Four characters carry three bytes.
        if base64.len() / 4 * 3 > LONGEST_SIGNATURE + 4 {
            return None;
        }
        let bytes = text::from_base64(base64)?;
        let (id, signature) = bytes.split_first_chunk::<4>()?;
        if signature.is_empty() {
            return None;
        }
        let name = KeyName::new(name).ok()?;
        Some(Self { name, id: KeyId(u32::from_be_bytes(*id)), signature: signature.to_vec() })
    }

    /// Whether it is `key`'s line.
    #[must_use]
    pub fn is_of(&self, key: &VerifierKey) -> bool {
        self.id == key.id() && self.name == *key.name()
    }

    /// Whether this is `key`'s signature of `text`.
    fn verify(&self, text: &str, key: &VerifierKey) -> Option<Verified> {
        let time = match key.kind() {
            SignatureType::Ed25519 => {
                if !key.bears(text.as_bytes(), &self.signature) {
                    return None;
                }
                None
            }
            SignatureType::Ed25519Cosignature | SignatureType::MlDsa44Cosignature => {
                Some(cosignature::verify(text, key, &self.signature).ok()?)
            }
        };
        Some(Verified { name: self.name.clone(), id: self.id, kind: key.kind(), time })
    }
}

/// The line without its newline.
impl fmt::Display for SignatureLine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.id.0.to_be_bytes()[..], &self.signature].concat();
        write!(out, "{DASH}{} {}", self.name, text::to_base64(&bytes))
    }
}

impl Note {
    /// A note without signatures, to be signed.
    ///
    /// # Errors
    /// The text is too long, does not end with a newline, or has control characters.
    pub fn new(text: &str) -> Result<Self, NoteError> {
        if text.len() > LONGEST_NOTE {
            return Err(NoteError::TooLong);
        }
        if text.bytes().any(|b| b < b' ' && b != b'\n') {
            return Err(NoteError::Characters);
        }
        if !text.ends_with('\n') {
            return Err(NoteError::Form);
        }
        Ok(Self { text: text.to_owned(), signatures: Vec::new() })
    }

    /// Reads a signed note.
    ///
    /// # Errors
    /// The bytes are none, and why.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > LONGEST_NOTE {
            return Err(NoteError::TooLong);
        }
        let all = std::str::from_utf8(bytes).map_err(|_| NoteError::Characters)?;
        // The last blank line parts text and signatures.
        let at = all.rfind("\n\n").ok_or(NoteError::Form)?;
        let mut note = Self::new(&all[..=at])?;
        let lines = all[at + 2..].strip_suffix('\n').ok_or(NoteError::Form)?;
        for (place, line) in lines.split('\n').enumerate() {
            if place == MOST_SIGNATURES {
                return Err(NoteError::TooMany);
            }
            note.signatures.push(SignatureLine::parse(line).ok_or(NoteError::Line(place + 1))?);
        }
        Ok(note)
    }

    /// The signed text, with its last newline.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines, of known and unknown keys.
    #[must_use]
    pub fn signatures(&self) -> &[SignatureLine] {
        &self.signatures
    }

    /// Adds a signature line; one that is there already is not added twice.
    ///
    /// # Errors
    /// There are too many.
    pub fn add(&mut self, line: SignatureLine) -> Result<(), NoteError> {
        if self.signatures.contains(&line) {
            return Ok(());
        }
        if self.signatures.len() >= MOST_SIGNATURES {
            return Err(NoteError::TooMany);
        }
        self.signatures.push(line);
        Ok(())
    }

    /// Signs the text with an Ed25519 note key.
    ///
    /// # Errors
    /// The key makes cosignatures, or there are too many signatures.
    pub fn sign(&mut self, key: &SignerKey) -> Result<(), NoteError> {
        if key.kind() != SignatureType::Ed25519 {
            return Err(NoteError::Kind(key.name().clone()));
        }
        let signature = key.sign_bytes(self.text.as_bytes()).to_vec();
        self.add(SignatureLine::new(key.name().clone(), key.id(), signature))
    }

    /// Cosigns the checkpoint that the text is, at `time`, in seconds since 1970. Gives the line as
    /// well, which is what a witness answers.
    ///
    /// # Errors
    /// The text is no checkpoint, the key no cosigning one, or there are too many signatures.
    pub fn cosign(&mut self, key: &SignerKey, time: u64) -> Result<SignatureLine, NoteError> {
        let signature = cosignature::cosign(&self.text, key, time)?;
        let line = SignatureLine::new(key.name().clone(), key.id(), signature);
        self.add(line.clone())?;
        Ok(line)
    }

    /// The signatures of `keys` that hold, at most one of each key, in the order of the lines.
    ///
    /// # Errors
    /// A line of one of the keys does not hold, or there is none of any.
    pub fn verify<'k>(
        &self,
        keys: impl IntoIterator<Item = &'k VerifierKey> + Clone,
    ) -> Result<Vec<Verified>, NoteError> {
        let mut verified: Vec<Verified> = Vec::new();
        for line in &self.signatures {
            let Some(key) = keys.clone().into_iter().find(|key| line.is_of(key)) else { continue };
            let found = line.verify(&self.text, key).ok_or_else(|| NoteError::Wrong(line.name.clone()))?;
            // A second line of a key must hold as well, and adds nothing.
            if !verified.iter().any(|seen| seen.id == found.id && seen.name == found.name) {
                verified.push(found);
            }
        }
        if verified.is_empty() { Err(NoteError::Unsigned) } else { Ok(verified) }
    }
}

/// The note as bytes are: text, blank line, signature lines.
impl fmt::Display for Note {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| writeln!(out, "{line}"))
    }
}
