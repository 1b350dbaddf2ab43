//! A log that this crate writes, verified by implementations that are not ours: aics-tlog (Python, made
//! to the C2SP specifications) and golang.org/x/mod/sumdb (from which the formats come).
//!
//! `scripts/install-oracles.sh` installs both. With `FORMULARY_ORACLES` set a missing one is a failure,
//! without it a skip.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tlog::{
    Checkpoint, Frontier, Hash, KeyName, LogVerifier, Policy, Receipt, Resource, SignatureType,
    SignedCheckpoint, SignerKey, TileHashes, TileId, leaf_hash,
    tile::{BundleId, write_bundle, write_tile},
};

fn key(name: &str, kind: SignatureType, secret: u8) -> SignerKey {
    SignerKey::new(KeyName::new(name).unwrap(), kind, &[secret; 32]).unwrap()
}

fn log_key() -> SignerKey {
    key("log.example/register", SignatureType::Ed25519, 1)
}

fn witness_key() -> SignerKey {
    key("witness.example/w1", SignatureType::Ed25519Cosignature, 2)
}

fn entry(n: u64) -> Vec<u8> {
    // Entries of every length up to 700 bytes, the empty one among them.
    format!("{{\"entry\":{n}}}")
        .into_bytes()
        .into_iter()
        .cycle()
        .take(usize::try_from(n * 37 % 701).unwrap())
        .collect()
}

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tlog-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let to = self.0.join(path);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(&to, bytes).unwrap();
        to
    }

    fn read(&self, path: &str) -> std::io::Result<Vec<u8>> {
        fs::read(self.0.join(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Writes a log as a store would: appending, tiles and bundles as they grow, checkpoint last.
fn write_log(folder: &Folder, size: u64) -> SignedCheckpoint {
    let mut frontier = Frontier::new();
    let mut hashes: Vec<Vec<Hash>> = vec![Vec::new(); 8];
    for n in 0..size {
        frontier
            .append_with(leaf_hash(&entry(n)), |level, _, hash| {
                if level % 8 == 0 {
                    hashes[usize::from(level / 8)].push(*hash);
                }
            })
            .unwrap();
    }
    for tile in TileId::all(size) {
        let start = usize::try_from(tile.index()).unwrap() * 256;
        let of = &hashes[usize::from(tile.level())][start..start + usize::from(tile.width())];
        folder.write(&tile.path(), write_tile(of));
    }
    for bundle in BundleId::all(size) {
        let first = bundle.first_entry();
        let entries: Vec<Vec<u8>> = (first..first + u64::from(bundle.width())).map(entry).collect();
        folder.write(&bundle.path(), write_bundle(&entries).unwrap());
    }
    let checkpoint = Checkpoint::new("log.example/register", size, frontier.root()).unwrap();
    let mut signed = SignedCheckpoint::sign(checkpoint, &log_key()).unwrap();
    signed.cosign(&witness_key(), 1_700_000_000).unwrap();
    folder.write("checkpoint", signed.to_string());
    signed
}

/// Our own verifying of a folder.
fn ours(folder: &Folder) {
    let signed = SignedCheckpoint::parse(&folder.read("checkpoint").unwrap()).unwrap();
    signed.verify(&log_key().verifier()).unwrap();
    let mut verifier = LogVerifier::new(signed.checkpoint());
    while let Some(wanted) = verifier.wanted() {
        verifier.feed(&folder.read(&wanted.path()).unwrap()).unwrap();
    }
    verifier.finish().unwrap();
}

/// Runs a referee. None if it is not installed, and that may be.
fn referee(command: &mut Command, absent: impl Fn(i32, &str) -> bool) -> Option<Result<String, String>> {
    let missing = |why: &str| {
        assert!(
            std::env::var_os("FORMULARY_ORACLES").is_none(),
            "no referee ({why}): run scripts/install-oracles.sh"
        );
        println!(
            "SKIPPED: no referee for logs on this machine ({why}); scripts/install-oracles.sh installs it"
        );
    };
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => {
            missing(&error.to_string());
            return None;
        }
    };
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if output.status.success() {
        return Some(Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()));
    }
    if absent(output.status.code().unwrap_or(-1), &said) {
        missing(&said);
        return None;
    }
    Some(Err(said))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn python(folder: &Folder, more: &[&str]) -> Option<Result<String, String>> {
    let mut command = Command::new(root().join("scripts/foreign-verify.sh"));
    command.arg(&folder.0).arg(log_key().verifier().to_string());
    command.args(["--witness", &witness_key().verifier().to_string(), "--quorum", "1"]).args(more);
    referee(&mut command, |code, _| code == 77)
}

fn go(folder: &Folder) -> Option<Result<String, String>> {
    let mut command = Command::new("go");
    command.arg("run").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/referee/sumdb.go"));
    command.arg(&folder.0).arg(log_key().verifier().to_string());
    command.env("GO111MODULE", "off").env("GOPATH", "/usr/share/gocode").env("GOFLAGS", "");
    referee(&mut command, |_, said| said.contains("cannot find package"))
}

#[test]
fn both_referees_verify_what_we_write() {
    for size in [1, 2, 255, 256, 257, 700] {
        let folder = Folder::new(&format!("ok-{size}"));
        let signed = write_log(&folder, size);
        ours(&folder);
        let mut hashes = TileHashes::new(size, |tile: TileId| folder.read(&tile.path()));
        let index = size * 2 / 3;
        let receipt = Receipt::make(index, &signed, &mut hashes).unwrap();
        receipt.verify(&entry(index), &Policy::of_log(log_key().verifier()).unwrap()).unwrap();
        let kept = folder.write("receipt.tlog-proof", receipt.to_string());
        let of = folder.write("entry", entry(index));
        let more = ["--receipt", kept.to_str().unwrap(), of.to_str().unwrap()];
        let Some(answer) = python(&folder, &more) else { return };
        let said = answer.unwrap_or_else(|why| panic!("{size} entries: {why}"));
        assert!(said.contains(&format!("{size} entries")) && said.ends_with("1 receipts"), "{said}");
    }
    for size in [1, 256, 700] {
        let folder = Folder::new(&format!("go-{size}"));
        write_log(&folder, size);
        let Some(answer) = go(&folder) else { return };
        let said = answer.unwrap_or_else(|why| panic!("{size} entries: {why}"));
        assert!(said.contains(&format!("{size} entries")), "{said}");
    }
}

#[test]
fn both_referees_verify_a_log_of_three_levels() {
    let folder = Folder::new("deep");
    // The specification's example: 273 full tiles, then partial ones at three levels.
    write_log(&folder, 70_000);
    ours(&folder);
    if let Some(answer) = python(&folder, &[]) {
        println!("{}", answer.unwrap());
    }
    if let Some(answer) = go(&folder) {
        println!("{}", answer.unwrap());
    }
}

/// A referee that agrees to everything would be none.
#[test]
fn the_referees_refuse_what_was_changed() {
    let folder = Folder::new("changed");
    write_log(&folder, 700);
    let all: Vec<Resource> =
        BundleId::all(700).map(Resource::Bundle).chain(TileId::all(700).map(Resource::Tile)).collect();
    for resource in all {
        let path = resource.path();
        let whole = folder.read(&path).unwrap();
        let mut changed = whole.clone();
        let at = changed.len() - 2;
        changed[at] ^= 1;
        folder.write(&path, &changed);
        let Some(answer) = python(&folder, &[]) else { return };
        assert!(answer.is_err(), "{path} was changed, and aics-tlog saw nothing");
        folder.write(&path, whole);
    }
    assert!(python(&folder, &[]).unwrap().is_ok());
    // Rolled back: an older checkpoint is held against the folder.
    let older = Folder::new("older");
    write_log(&older, 900);
    let known = older.0.join("checkpoint");
    let why = python(&folder, &["--old", known.to_str().unwrap()]).unwrap().unwrap_err();
    assert!(why.contains("rolled back"), "{why}");
    let known = folder.0.join("checkpoint");
    assert!(python(&older, &["--old", known.to_str().unwrap()]).unwrap().is_ok());
}
