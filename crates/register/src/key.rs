//! A public key of a person, as the body holds it.
//!
//! Decides nothing about signatures: each form has a file of its own (`ssh.rs`).

use serde::{Deserialize, Serialize};

/// A public key of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// How it signs; `ssh` today. Passkeys and PKCS#11 have room beside it.
    pub form: Form,
    /// The public key, in the form's own spelling (`ssh-ed25519 AAAA…`), without a comment.
    pub public: String,
    /// Revoked: it makes no new signatures, and keeps its old ones.
    #[serde(default)]
    pub revoked: bool,
}

/// How a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// OpenSSH's `ssh-keygen -Y` (PROTOCOL.sshsig).
    Ssh,
}
