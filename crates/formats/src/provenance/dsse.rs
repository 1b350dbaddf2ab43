//! DSSE: a payload with its type, and signatures over both (Dead Simple Signing Envelope 1.0.2).
//!
//! Written here, in thirty lines, because the crate of that name belongs to another project and the
//! larger ones bring certificates, networks and clocks for what is one concatenation. Signing and
//! verifying are functions that are handed in: this file knows no key.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use domain::canonical::{self, CanonicalError};
use serde::{Deserialize, Serialize};

/// The payload type of in-toto Statements.
pub const IN_TOTO: &str = "application/vnd.in-toto+json";

/// The largest envelope that is read, in bytes.
pub const LARGEST: usize = 4 << 20;

/// The most signatures of an envelope that is read.
const MOST_SIGNATURES: usize = 64;

/// The bytes that are signed: the pre-authentication encoding of type and payload.
///
/// `DSSEv1 SP LEN(type) SP type SP LEN(payload) SP payload`, lengths in bytes and decimal.
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut out = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    out.extend_from_slice(payload);
    out
}

/// An envelope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Base64 of the payload.
    payload: String,
    /// What the payload is.
    #[serde(rename = "payloadType")]
    payload_type: String,
    /// Who signed.
    signatures: Vec<Signature>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Signature {
    /// A hint which key it was; never trusted.
    #[serde(default)]
    keyid: String,
    /// Base64 of the signature.
    sig: String,
}

/// Why an envelope gives no payload.
#[derive(Debug, thiserror::Error)]
pub enum NotAnEnvelope {
    /// Too large.
    #[error("an envelope of {0} bytes is larger than is read ({LARGEST})")]
    Large(usize),
    /// Not JSON of an envelope.
    #[error("it is no DSSE envelope: {0}")]
    Json(#[from] serde_json::Error),
    /// Not base64.
    #[error("payload and signatures of a DSSE envelope are base64, and this {0} is not")]
    Base64(&'static str),
    /// Nobody we trust signed it.
    #[error("no signature of the envelope is that of the key that was asked for")]
    Unsigned,
}

impl Envelope {
    /// An envelope with one signature; `sign` is given the bytes of [`pae`].
    pub fn sign(payload_type: &str, payload: &[u8], keyid: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> Self {
        let sig = BASE64_STANDARD.encode(sign(&pae(payload_type, payload)));
        Self {
            payload: BASE64_STANDARD.encode(payload),
            payload_type: payload_type.to_owned(),
            signatures: vec![Signature { keyid: keyid.to_owned(), sig }],
        }
    }

    /// Reads an envelope. Nothing of it may be used before [`Envelope::open`] gave it.
    ///
    /// # Errors
    /// See [`NotAnEnvelope`].
    pub fn read(bytes: &[u8]) -> Result<Self, NotAnEnvelope> {
        if bytes.len() > LARGEST {
            return Err(NotAnEnvelope::Large(bytes.len()));
        }
        Ok(serde_json::from_slice(bytes)?)
    }

    /// The payload and its type, if one of the signatures holds; `verifies` is given the bytes of [`pae`]
    /// and a signature. The key id is not asked: it is a hint that anybody can write.
    ///
    /// # Errors
    /// When something is not base64, or no signature holds.
    pub fn open(&self, verifies: impl Fn(&[u8], &[u8]) -> bool) -> Result<(String, Vec<u8>), NotAnEnvelope> {
        let payload = BASE64_STANDARD.decode(&self.payload).map_err(|_| NotAnEnvelope::Base64("payload"))?;
        let signed = pae(&self.payload_type, &payload);
        for signature in self.signatures.iter().take(MOST_SIGNATURES) {
            let sig =
                BASE64_STANDARD.decode(&signature.sig).map_err(|_| NotAnEnvelope::Base64("signature"))?;
            if verifies(&signed, &sig) {
                return Ok((self.payload_type.clone(), payload));
            }
        }
        Err(NotAnEnvelope::Unsigned)
    }

    /// The envelope as bytes.
    ///
    /// # Errors
    /// Never in fact: it holds no numbers.
    pub fn bytes(&self) -> Result<Vec<u8>, CanonicalError> {
        canonical::to_vec(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the DSSE specification, and what its test vectors stress: lengths are of bytes.
    #[test]
    fn the_encoding_is_that_of_the_specification() {
        assert_eq!(
            pae("http://example.com/HelloWorld", b"hello world"),
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
        assert_eq!(pae("", b""), b"DSSEv1 0  0 ");
        assert_eq!(pae("t\u{e9}", b"\x00\xff"), b"DSSEv1 3 t\xc3\xa9 2 \x00\xff");
    }

    #[test]
    fn opens_only_under_a_signature_that_holds() {
        let sign = |bytes: &[u8]| domain::Digest::of(bytes).as_bytes().to_vec();
        let verifies = |bytes: &[u8], sig: &[u8]| domain::Digest::of(bytes).as_bytes() == sig;
        let envelope = Envelope::sign(IN_TOTO, b"{}", "a-key", sign);
        let read = Envelope::read(&envelope.bytes().unwrap()).unwrap();
        assert_eq!(read, envelope);
        assert_eq!(read.open(verifies).unwrap(), (IN_TOTO.to_owned(), b"{}".to_vec()));
        let other_type = Envelope { payload_type: "text/plain".to_owned(), ..envelope.clone() };
        assert!(matches!(other_type.open(verifies), Err(NotAnEnvelope::Unsigned)));
        let other = Envelope { payload: BASE64_STANDARD.encode(b"[]"), ..envelope.clone() };
        assert!(matches!(other.open(verifies), Err(NotAnEnvelope::Unsigned)));
        let odd = Envelope { payload: "?".to_owned(), ..envelope };
        assert!(matches!(odd.open(verifies), Err(NotAnEnvelope::Base64("payload"))));
        for bad in [&b"{}"[..], b"", b"[[[[", &vec![b' '; LARGEST + 1]] {
            assert!(Envelope::read(bad).is_err());
        }
    }
}
