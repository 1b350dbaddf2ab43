//! Signatures of people in the form of OpenSSH (`ssh-keygen -Y`, PROTOCOL.sshsig), verified here.
//!
//! Decides whether a signature over some bytes was made by a public key for our namespace. It never
//! signs: that is done by the user's own `ssh-keygen`, which knows agents, passphrases and hardware
//! keys. Which keys count, and since when, is the body's affair. Ed25519, its hardware form and ECDSA
//! P-256 are read; others are refused by name.

use ssh_key::{Algorithm, EcdsaCurve, HashAlg, LineEnding, SshSig};

use crate::key::{Form, Key};

/// The namespace of every signature: one made for git or for a file is none for us.
pub const NAMESPACE: &str = "formulary@v1";

/// The longest public key or signature read, in bytes.
const LONGEST: usize = 8_192;

/// A public key that can sign statements.
#[derive(Clone, Debug)]
pub struct PublicKey(ssh_key::PublicKey);

/// Why a key or signature does not count.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SshError {
    /// Not a public key in OpenSSH's form.
    #[error("it is not a public key as in an `.pub` file (ssh-ed25519 AAAA…): {0}")]
    NotAKey(String),
    /// A private key where a public one belongs. Nothing of it is shown.
    #[error("it is a PRIVATE key: give the file that ends in .pub, and keep the other one to yourself")]
    Private,
    /// An algorithm we do not count.
    #[error("keys of the kind {0} are not counted: make one with `ssh-keygen -t ed25519`")]
    Algorithm(String),
    /// Not an SSH signature.
    #[error("it is not a signature made by `ssh-keygen -Y sign`: {0}")]
    NotASignature(String),
    /// Made for something else.
    #[error("the signature was made for `{0}`, not for `{NAMESPACE}`")]
    Namespace(String),
    /// Made by another key.
    #[error("the signature was made by the key {made}, not by {asked}")]
    OtherKey {
        /// The key that made it.
        made: String,
        /// The key asked about.
        asked: String,
    },
    /// A hardware key signed without its owner.
    #[error("the hardware key was not touched for it: make one without `no-touch-required`")]
    Untouched,
    /// Does not fit the bytes.
    #[error("the signature does not fit what it is said to sign")]
    Wrong,
}

impl PublicKey {
    /// Reads a line such as `ssh-ed25519 AAAA… comment`.
    ///
    /// # Errors
    /// When it is no public key, or one of a kind that is not counted.
    pub fn read(line: &str) -> Result<Self, SshError> {
        let line = line.trim();
        if line.contains("PRIVATE KEY") {
            return Err(SshError::Private);
        }
        if line.len() > LONGEST {
            return Err(SshError::NotAKey("it is too long".to_owned()));
        }
        let key = ssh_key::PublicKey::from_openssh(line).map_err(|e| SshError::NotAKey(e.to_string()))?;
        match key.algorithm() {
            Algorithm::Ed25519
            | Algorithm::SkEd25519
            | Algorithm::SkEcdsaSha2NistP256
            | Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 } => Ok(Self(key)),
            other => Err(SshError::Algorithm(other.to_string())),
        }
    }

    /// `SHA256:` and the base64 of the key's digest, as `ssh-keygen -l` prints it.
    pub fn fingerprint(&self) -> String {
        self.0.fingerprint(HashAlg::Sha256).to_string()
    }

    /// The key in one spelling, without its comment (which often holds a name).
    pub fn key(&self) -> Key {
        let mut bare = self.0.clone();
        bare.set_comment("");
        let public = bare.to_openssh().unwrap_or_default().trim().to_owned();
        Key { form: Form::Ssh, public, revoked: false }
    }

    /// Verifies an armoured or bare base64 signature over bytes.
    ///
    /// # Errors
    /// See [`SshError`].
    pub fn verify(&self, bytes: &[u8], signature: &str) -> Result<(), SshError> {
        let signature = read_signature(signature)?;
        if signature.namespace() != NAMESPACE {
            return Err(SshError::Namespace(signature.namespace().chars().take(60).collect()));
        }
        if signature.public_key() != self.0.key_data() {
            let made = ssh_key::PublicKey::from(signature.public_key().clone());
            let made = made.fingerprint(HashAlg::Sha256).to_string();
            return Err(SshError::OtherKey { made, asked: self.fingerprint() });
        }
        self.0.verify(NAMESPACE, bytes, &signature).map_err(|_| SshError::Wrong)?;
        if touched(&signature) { Ok(()) } else { Err(SshError::Untouched) }
    }
}

/// Whether a hardware key was touched, as its signature says in the flags before the counter of four
/// bytes (PROTOCOL.u2f); other keys know no touch. Without it, malware beside a plugged-in key signs.
fn touched(signature: &SshSig) -> bool {
    match signature.signature().algorithm() {
        Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256 => {
            signature.signature().as_bytes().iter().nth_back(4).is_some_and(|flags| flags & 1 == 1)
        }
        _ => true,
    }
}

/// The fingerprint of the key that a signature names.
///
/// # Errors
/// When it is no signature.
pub fn signer(signature: &str) -> Result<String, SshError> {
    let signature = read_signature(signature)?;
    let key = ssh_key::PublicKey::from(signature.public_key().clone());
    Ok(key.fingerprint(HashAlg::Sha256).to_string())
}

/// The body of an armoured signature: what stands between the two lines, in one line.
///
/// # Errors
/// When it is no signature.
pub fn bare(armoured: &str) -> Result<String, SshError> {
    let pem = read_signature(armoured)?
        .to_pem(LineEnding::LF)
        .map_err(|e| SshError::NotASignature(e.to_string()))?;
    Ok(pem.lines().filter(|line| !line.starts_with("-----")).collect())
}

/// The armoured form that `ssh-keygen -Y verify` reads.
pub fn armoured(bare: &str) -> String {
    let mut out = String::from("-----BEGIN SSH SIGNATURE-----\n");
    let mut rest = bare;
    while !rest.is_empty() {
        let cut = rest.char_indices().nth(70).map_or(rest.len(), |(at, _)| at);
        out.push_str(&rest[..cut]);
        out.push('\n');
        rest = &rest[cut..];
    }
    out.push_str("-----END SSH SIGNATURE-----\n");
    out
}

fn read_signature(text: &str) -> Result<SshSig, SshError> {
    if text.len() > LONGEST {
        return Err(SshError::NotASignature("it is too long".to_owned()));
    }
    let pem = if text.contains("-----BEGIN") { text.to_owned() } else { armoured(text.trim()) };
    SshSig::from_pem(pem.trim()).map_err(|e| SshError::NotASignature(e.to_string()))
}
