//! What the tests of the log share: keys, entries, a signer that remembers, and the verifier that is not
//! ours.
#![allow(dead_code, clippy::print_stdout, reason = "each test takes what it needs, and says what it skips")]

use std::{
    ops::Range,
    path::Path,
    sync::{Arc, Mutex},
};

use register::log::Signer;
use tlog::{
    Checkpoint, KeyName, Policy, SignatureType, SignedCheckpoint, SignerKey, VerifierKey, signed::SignedError,
};

pub(crate) fn key(secret: u8) -> SignerKey {
    let name = KeyName::new("register.example/log").unwrap();
    SignerKey::new(name, SignatureType::Ed25519, &[secret; 32]).unwrap()
}

pub(crate) fn policy() -> Policy {
    Policy::of_log(key(1).verifier()).unwrap()
}

pub(crate) fn leaf(n: u64) -> Vec<u8> {
    format!("{{\"entry\":{n}}}").into_bytes()
}

pub(crate) fn leaves(range: Range<u64>) -> Vec<Vec<u8>> {
    range.map(leaf).collect()
}

/// Remembers every checkpoint it ever signed.
#[derive(Clone)]
pub(crate) struct Remembering(pub(crate) Arc<Mutex<Vec<SignedCheckpoint>>>);

impl Remembering {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    pub(crate) fn signed(&self) -> Vec<SignedCheckpoint> {
        self.0.lock().unwrap().clone()
    }
}

impl Signer for Remembering {
    fn verifier(&self) -> VerifierKey {
        key(1).verifier()
    }

    fn sign(&self, checkpoint: Checkpoint) -> Result<SignedCheckpoint, SignedError> {
        let signed = SignedCheckpoint::sign(checkpoint, &key(1))?;
        self.0.lock().unwrap().push(signed.clone());
        Ok(signed)
    }
}

/// Verifies the log in `log` of these files by the implementation that is not ours. Not installed: a
/// failure where `FORMULARY_ORACLES` is set, else a line that says so.
pub(crate) fn foreign(files: &store::Forgetful) {
    let folder = tempfile::tempdir().unwrap();
    files.dump(folder.path()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/foreign-verify.sh");
    let out = std::process::Command::new("sh")
        .arg(script)
        .arg(folder.path().join("log"))
        .arg(key(1).verifier().to_string())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    match out.status.code() {
        Some(0) => {}
        Some(77) if std::env::var_os("FORMULARY_ORACLES").is_none() => println!("SKIPPED: {said}"),
        _ => panic!("the foreign verifier: {said}"),
    }
}

/// SplitMix64: which kills, which batches. The seed is printed.
pub(crate) struct Seeded(pub(crate) u64);

impl Seeded {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}
