//! Names and keys of signers, and their text forms (`signed-note`).
//!
//! It decides what a well-formed name and key is, and whether raw bytes bear a key's signature. It
//! refuses to know what message a kind of signature covers ([`crate::note`], [`crate::cosignature`]),
//! whom to trust ([`crate::policy`]), and where secrets are kept: it makes no randomness.

use std::{fmt, str::FromStr};

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use ml_dsa::MlDsa44;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::text;

/// How DSSE's pre-authentication encoding begins.
const DSSE: &[u8] = b"DSSEv1 ";

/// The longest name in bytes: `tlog-cosignature` keeps the length of a name and of an origin in one
/// byte.
pub const LONGEST_NAME: usize = 255;

/// The longest verifier key as text: a name, an id, and an ML-DSA-44 key in base64.
pub const LONGEST_VKEY: usize = LONGEST_NAME + 10 + 1752;

/// What an encoded signer key begins with (the form that Go's `note` package made and others read).
const SIGNER_PREFIX: &str = "PRIVATE+KEY+";

/// The name of a signer: not empty, no space, no plus sign.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

/// Which key of a name: the start of a hash over name, kind and key. An identifier, no proof.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub u32);

/// What a signature is made with and covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignatureType {
    /// Ed25519 over the text of a note (0x01).
    Ed25519,
    /// Ed25519 with a time, over a checkpoint (0x04).
    Ed25519Cosignature,
    /// ML-DSA-44 with a time, over origin, size and root of a checkpoint (0x06).
    MlDsa44Cosignature,
}

/// A key that verifies, with its name.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: KeyName,
    id: KeyId,
    kind: SignatureType,
    public: Vec<u8>,
}

/// A key that signs, with its name. Its secret is wiped from memory when it is dropped and shown by no
/// formatting.
pub struct SignerKey {
    name: KeyName,
    id: KeyId,
    kind: SignatureType,
    secret: SigningKey,
}

/// Why a name or key is none. No message repeats the text: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The name is empty, too long, or has a space, plus sign or control character.
    #[error("a key name has 1 to {LONGEST_NAME} bytes, no spaces, plus signs or control characters")]
    Name,
    /// Not of the form of a verifier key.
    #[error(
        "this is no verifier key: it reads NAME+ID+KEY, the id in 8 lowercase hexadecimal digits, the key in base64"
    )]
    Verifier,
    /// Not of the form of a signer key.
    #[error("this is no signer key: it reads PRIVATE+KEY+NAME+ID+KEY")]
    Signer,
    /// A kind of signature that is not known here, or cannot sign.
    #[error("signature type 0x{0:02x} is not known here: use Ed25519 (0x01), or a cosignature (0x04, 0x06)")]
    Type(u8),
    /// The id is not that of name and key.
    #[error("the key's id does not fit its name and key: it was mistyped or put together wrongly")]
    Id,
    /// The key's bytes are no public key.
    #[error("the bytes of the key are no public key of its type")]
    Public,
}

impl KeyName {
    /// Checks and keeps a name.
    ///
    /// # Errors
    /// It is empty, longer than [`LONGEST_NAME`], or has a Unicode space, a plus sign or a control
    /// character.
    pub fn new(name: &str) -> Result<Self, KeyError> {
        let bad = |c: char| c.is_whitespace() || c == '+' || c < ' ';
        if name.is_empty() || name.len() > LONGEST_NAME || name.contains(bad) {
            return Err(KeyError::Name);
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:08x}", self.0)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl SignatureType {
    /// The byte that stands for it.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::Ed25519Cosignature => 0x04,
            Self::MlDsa44Cosignature => 0x06,
        }
    }

    fn from_byte(byte: u8) -> Result<Self, KeyError> {
        [Self::Ed25519, Self::Ed25519Cosignature, Self::MlDsa44Cosignature]
            .into_iter()
            .find(|kind| kind.byte() == byte)
            .ok_or(KeyError::Type(byte))
    }

    /// Bytes of a signature, without a time.
    pub(crate) const fn signature_len(self) -> usize {
        match self {
            Self::Ed25519 | Self::Ed25519Cosignature => 64,
            Self::MlDsa44Cosignature => 2420,
        }
    }

    /// Bytes of a public key.
    const fn public_len(self) -> usize {
        match self {
            Self::Ed25519 | Self::Ed25519Cosignature => 32,
            Self::MlDsa44Cosignature => 1312,
        }
    }
}

/// The id of a key: the first four bytes of SHA-256 over name, newline, type and public key.
fn id_of(name: &KeyName, kind: SignatureType, public: &[u8]) -> KeyId {
    let mut hasher = Sha256::new();
    hasher.update(name.as_str());
    hasher.update([b'\n', kind.byte()]);
    hasher.update(public);
    let hash: [u8; 32] = hasher.finalize().into();
    KeyId(u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]))
}

impl VerifierKey {
    /// The key of `name` with the public key's bytes.
    ///
    /// # Errors
    /// The bytes are no public key of that type.
    pub fn new(name: KeyName, kind: SignatureType, public: &[u8]) -> Result<Self, KeyError> {
        if public.len() != kind.public_len() {
            return Err(KeyError::Public);
        }
        if kind != SignatureType::MlDsa44Cosignature {
            let point = ed25519(public).ok_or(KeyError::Public)?;
            // verify_strict would refuse every signature of such a key: say so at once.
            if point.is_weak() {
                return Err(KeyError::Public);
            }
        }
        let id = id_of(&name, kind, public);
        Ok(Self { name, id, kind, public: public.to_vec() })
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// What its signatures are.
    #[must_use]
    pub const fn kind(&self) -> SignatureType {
        self.kind
    }

    /// The public key's bytes.
    #[must_use]
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// Whether a signature over DSSE's pre-authentication encoding is this key's (Ed25519 alone signs it).
    #[must_use]
    pub fn bears_dsse(&self, encoded: &[u8], signature: &[u8]) -> bool {
        encoded.starts_with(DSSE) && self.bears(encoded, signature)
    }

    /// Whether `signature` is this key's signature of `message`; Ed25519 strictly: no second encoding,
    /// no weak key.
    pub(crate) fn bears(&self, message: &[u8], signature: &[u8]) -> bool {
        if self.kind == SignatureType::MlDsa44Cosignature {
            return ml_dsa_44(&self.public, message, signature);
        }
        let Ok(signature) = signature.try_into() else { return false };
        ed25519(&self.public).is_some_and(|key| {
            key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature)).is_ok()
        })
    }
}

/// ML-DSA-44 (FIPS 204, pure, no context). Verifying only: what the crate's past advisories (repeated
/// hints, rounding; mended in 0.1.0) were about is held by the Wycheproof cases it is tested with.
fn ml_dsa_44(public: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let (Ok(public), Ok(signature)) = (
        ml_dsa::EncodedVerifyingKey::<MlDsa44>::try_from(public),
        ml_dsa::Signature::<MlDsa44>::try_from(signature),
    ) else {
        return false;
    };
    ml_dsa::VerifyingKey::<MlDsa44>::decode(&public).verify_with_context(message, &[], &signature)
}

fn ed25519(public: &[u8]) -> Option<VerifyingKey> {
    VerifyingKey::from_bytes(public.try_into().ok()?).ok()
}

/// Reads `NAME+ID+KEY`.
impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(vkey: &str) -> Result<Self, KeyError> {
        if vkey.len() > LONGEST_VKEY {
            return Err(KeyError::Verifier);
        }
        let (name, id, kind, public) = split(vkey).ok_or(KeyError::Verifier)?;
        let name = KeyName::new(name)?;
        let key = Self::new(name, SignatureType::from_byte(kind)?, &public)?;
        if key.id == id { Ok(key) } else { Err(KeyError::Id) }
    }
}

/// `NAME+ID+KEY` in its parts: name, id, type, key.
fn split(text: &str) -> Option<(&str, KeyId, u8, Zeroizing<Vec<u8>>)> {
    let mut parts = text.splitn(3, '+');
    let (name, id, key) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if id.len() != 8 || !id.bytes().all(digits) {
        return None;
    }
    let id = KeyId(u32::from_str_radix(id, 16).ok()?);
    let mut bytes = Zeroizing::new(text::from_base64(key)?);
    if bytes.is_empty() {
        return None;
    }
    let kind = bytes.remove(0);
    Some((name, id, kind, bytes))
}

/// `NAME+ID+KEY`.
impl fmt::Display for VerifierKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key: Vec<u8> = std::iter::once(self.kind.byte()).chain(self.public.iter().copied()).collect();
        write!(out, "{}+{}+{}", self.name, self.id, text::to_base64(&key))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}+{}", self.name, self.id)
    }
}

impl SignerKey {
    /// The Ed25519 key of `name` with these 32 secret bytes, which the caller wipes. `kind` is
    /// [`SignatureType::Ed25519`] for a log, [`SignatureType::Ed25519Cosignature`] for a witness.
    ///
    /// # Errors
    /// The kind is not an Ed25519 one.
    pub fn new(name: KeyName, kind: SignatureType, secret: &[u8; 32]) -> Result<Self, KeyError> {
        if kind == SignatureType::MlDsa44Cosignature {
            return Err(KeyError::Type(kind.byte()));
        }
        let secret = SigningKey::from_bytes(secret);
        let id = id_of(&name, kind, secret.verifying_key().as_bytes());
        Ok(Self { name, id, kind, secret })
    }

    /// Reads `PRIVATE+KEY+NAME+ID+KEY`, as [`Self::encode`] writes it.
    ///
    /// # Errors
    /// It is not of that form, or the id does not fit.
    pub fn decode(text: &str) -> Result<Self, KeyError> {
        let rest = text.strip_prefix(SIGNER_PREFIX).ok_or(KeyError::Signer)?;
        if rest.len() > LONGEST_VKEY {
            return Err(KeyError::Signer);
        }
        let (name, id, kind, secret) = split(rest).ok_or(KeyError::Signer)?;
        let kind = SignatureType::from_byte(kind)?;
        let mut bytes: [u8; 32] = secret.as_slice().try_into().map_err(|_| KeyError::Signer)?;
        let key = Self::new(KeyName::new(name)?, kind, &bytes);
        bytes.zeroize();
        let key = key?;
        if key.id == id { Ok(key) } else { Err(KeyError::Id) }
    }

    /// `PRIVATE+KEY+NAME+ID+KEY`: the secret as text, wiped from memory when dropped.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<String> {
        let mut key = Zeroizing::new(Vec::with_capacity(33));
        key.push(self.kind.byte());
        key.extend_from_slice(Zeroizing::new(self.secret.to_bytes()).as_slice());
        let key = Zeroizing::new(text::to_base64(&key));
        // Sized beforehand: growing would leave a copy behind.
        let length = SIGNER_PREFIX.len() + self.name.as_str().len() + 10 + key.len();
        let mut out = Zeroizing::new(String::with_capacity(length));
        let id = self.id.to_string();
        for part in [SIGNER_PREFIX, self.name.as_str(), "+", &id, "+", &key] {
            out.push_str(part);
        }
        out
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// What its signatures are.
    #[must_use]
    pub const fn kind(&self) -> SignatureType {
        self.kind
    }

    /// The key that verifies what this one signs.
    #[must_use]
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey {
            name: self.name.clone(),
            id: self.id,
            kind: self.kind,
            public: self.secret.verifying_key().to_bytes().to_vec(),
        }
    }

    /// Signs DSSE's pre-authentication encoding of a statement; none where the bytes are anything else: a
    /// log's key signs heads and statements, and neither can be taken for the other, since no origin begins
    /// like this.
    #[must_use]
    pub fn sign_dsse(&self, encoded: &[u8]) -> Option<[u8; 64]> {
        encoded.starts_with(DSSE).then(|| self.sign_bytes(encoded))
    }

    pub(crate) fn sign_bytes(&self, message: &[u8]) -> [u8; 64] {
        self.secret.sign(message).to_bytes()
    }
}

/// Name and id; never the secret.
impl fmt::Debug for SignerKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "secret of {}+{}", self.name, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From `signed-note`.
    const VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    #[test]
    fn a_verifier_key_has_one_spelling() {
        let key: VerifierKey = VKEY.parse().unwrap();
        assert_eq!(key.to_string(), VKEY);
        assert_eq!((key.name().as_str(), key.id()), ("example.com/foo", KeyId(0x530d_903a)));
        for (bad, why) in [
            ("", KeyError::Verifier),
            ("example.com/foo", KeyError::Verifier),
            (&VKEY.replace("530d903a", "530D903A"), KeyError::Verifier),
            (&VKEY.replace("530d903a", "0530d903a"), KeyError::Verifier),
            (&VKEY.replace("530d903a", "530d903b"), KeyError::Id),
            (&VKEY.replace("foo", "fop"), KeyError::Id),
            (&VKEY.replace("+Ae", "+Be"), KeyError::Type(5)),
            (&VKEY.replace("example.com/foo", "example.com/ foo"), KeyError::Name),
            (&VKEY.replace("example.com/foo", ""), KeyError::Name),
            (&VKEY[..VKEY.len() - 4], KeyError::Public),
        ] {
            assert_eq!(bad.parse::<VerifierKey>(), Err(why), "{bad}");
        }
    }

    #[test]
    fn a_signer_key_comes_back_and_shows_nothing() {
        let name = KeyName::new("log.example/a").unwrap();
        let key = SignerKey::new(name.clone(), SignatureType::Ed25519, &[7; 32]).unwrap();
        let text = key.encode();
        let again = SignerKey::decode(&text).unwrap();
        assert_eq!(again.verifier(), key.verifier());
        assert!(again.verifier().bears(b"x", &key.sign_bytes(b"x")));
        assert!(!again.verifier().bears(b"y", &key.sign_bytes(b"x")));
        assert_eq!(format!("{key:?}"), format!("secret of log.example/a+{}", key.id()));
        assert!(SignerKey::decode(&text[1..]).is_err());
        assert!(SignerKey::decode(&text.replace("log.example/a", "log.example/b")).is_err());
        // The same secret for another use is another key.
        let cosigner = SignerKey::new(name, SignatureType::Ed25519Cosignature, &[7; 32]).unwrap();
        assert_ne!(cosigner.id(), key.id());
    }

    #[test]
    fn weak_public_keys_are_refused() {
        // The neutral point and one of order two verify anything under lenient rules.
        for first in [1, 0] {
            let mut bytes = [0; 32];
            bytes[0] = first;
            let name = KeyName::new("a").unwrap();
            assert_eq!(VerifierKey::new(name, SignatureType::Ed25519, &bytes), Err(KeyError::Public));
        }
    }
}
