//! Appending, verifying a whole log, receipts.
//!
//! `cargo bench -p tlog`. `raw_sha256` hashes, as one message, as many 64-byte blocks as a log of that
//! size needs: what `verify` takes beside it is the cost of everything that is not hashing.
#![allow(missing_docs, reason = "a benchmark has no readers but this file's")]
#![allow(clippy::unwrap_used, reason = "a benchmark stops where its own scene fails")]

use std::{collections::HashMap, convert::Infallible};

use divan::{Bencher, black_box, counter::ItemsCount};
use sha2::{Digest, Sha256};
use tlog::{
    Checkpoint, Frontier, Hash, KeyName, LogVerifier, Policy, Receipt, SignatureType, SignedCheckpoint,
    SignerKey, TileHashes, TileId, leaf_hash,
    tile::{BundleId, write_bundle, write_tile},
};

fn main() {
    divan::main();
}

const SIZES: [u64; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// Bytes of an entry: a vote or a small decision as canonical JSON.
const ENTRY: usize = 400;

fn entry(n: u64) -> Vec<u8> {
    let mut bytes = vec![b'x'; ENTRY];
    bytes[..8].copy_from_slice(&n.to_be_bytes());
    bytes
}

struct Log {
    size: u64,
    root: Hash,
    files: HashMap<String, Vec<u8>>,
}

fn log(size: u64) -> Log {
    let mut frontier = Frontier::new();
    let mut hashes: Vec<Vec<Hash>> = vec![Vec::new(); 8];
    let mut files = HashMap::new();
    for bundle in BundleId::all(size) {
        let first = bundle.first_entry();
        let entries: Vec<Vec<u8>> = (first..first + u64::from(bundle.width())).map(entry).collect();
        for entry in &entries {
            let keep = |level: u8, _: u64, hash: &Hash| {
                if level.is_multiple_of(8) {
                    hashes[usize::from(level / 8)].push(*hash);
                }
            };
            frontier.append_with(leaf_hash(entry), keep).unwrap();
        }
        files.insert(bundle.path(), write_bundle(&entries).unwrap());
    }
    for tile in TileId::all(size) {
        let start = usize::try_from(tile.index()).unwrap() * 256;
        let of = &hashes[usize::from(tile.level())][start..start + usize::from(tile.width())];
        files.insert(tile.path(), write_tile(of));
    }
    Log { size, root: frontier.root(), files }
}

fn signer() -> SignerKey {
    SignerKey::new(KeyName::new("log.example").unwrap(), SignatureType::Ed25519, &[1; 32]).unwrap()
}

fn signed(log: &Log) -> SignedCheckpoint {
    SignedCheckpoint::sign(Checkpoint::new("log.example", log.size, log.root).unwrap(), &signer()).unwrap()
}

#[divan::bench(args = SIZES, sample_count = 5, sample_size = 1)]
fn append_and_root(bencher: Bencher<'_, '_>, size: u64) {
    let entries: Vec<Vec<u8>> = (0..256).map(entry).collect();
    bencher.counter(ItemsCount::new(size)).bench(|| {
        let mut frontier = Frontier::new();
        for n in 0..size {
            let entry = &entries[usize::try_from(n % 256).unwrap()];
            frontier.append(leaf_hash(black_box(entry))).unwrap();
        }
        frontier.root()
    });
}

#[divan::bench(args = SIZES, sample_count = 5, sample_size = 1)]
fn verify(bencher: Bencher<'_, '_>, size: u64) {
    let log = log(size);
    bencher.counter(ItemsCount::new(size)).bench(|| {
        let mut verifier = LogVerifier::of(log.size, log.root);
        while let Some(wanted) = verifier.wanted() {
            verifier.feed(&log.files[&wanted.path()]).unwrap();
        }
        verifier.finish().unwrap();
    });
}

#[divan::bench(args = SIZES, sample_count = 5, sample_size = 1)]
fn raw_sha256(bencher: Bencher<'_, '_>, size: u64) {
    // A message is padded by 9 bytes at least; a node is 65 bytes long.
    let leaf_blocks = (1 + ENTRY + 9).div_ceil(64) as u64;
    let blocks = size * leaf_blocks + (size - 1) * 2;
    // What is hashed over and over lies in the cache; a log read from disk will not.
    let part = vec![7u8; 64 * 1024];
    bencher.counter(ItemsCount::new(size)).bench(|| {
        let mut hasher = Sha256::new();
        for _ in 0..blocks / 1024 {
            hasher.update(black_box(&part));
        }
        hasher.update(&part[..usize::try_from(blocks % 1024).unwrap() * 64]);
        hasher.finalize()
    });
}

/// The first receipt out of tiles that were not looked at before.
#[divan::bench(args = SIZES)]
fn receipt_cold(bencher: Bencher<'_, '_>, size: u64) {
    let log = log(size);
    let signed = signed(&log);
    bencher.bench(|| {
        let mut hashes =
            TileHashes::new(size, |tile: TileId| Ok::<_, Infallible>(log.files[&tile.path()].clone()));
        Receipt::make(black_box(size * 2 / 3), &signed, &mut hashes).unwrap()
    });
}

/// One receipt after another, entry by entry, as a site writes them; with the text of the file.
#[divan::bench(args = SIZES)]
fn receipt_in_order(bencher: Bencher<'_, '_>, size: u64) {
    let log = log(size);
    let signed = signed(&log);
    let mut hashes =
        TileHashes::new(size, |tile: TileId| Ok::<_, Infallible>(log.files[&tile.path()].clone()));
    let mut index = 0;
    bencher.bench_local(|| {
        index = (index + 1) % size;
        Receipt::make(black_box(index), &signed, &mut hashes).unwrap().to_string()
    });
}

/// Reading a receipt and verifying signature and proof.
#[divan::bench(args = SIZES)]
fn receipt_check(bencher: Bencher<'_, '_>, size: u64) {
    let log = log(size);
    let mut hashes =
        TileHashes::new(size, |tile: TileId| Ok::<_, Infallible>(log.files[&tile.path()].clone()));
    let text = Receipt::make(size / 3, &signed(&log), &mut hashes).unwrap().to_string();
    let policy = Policy::of_log(signer().verifier()).unwrap();
    let entry = entry(size / 3);
    bencher.bench(|| Receipt::parse(black_box(text.as_bytes())).unwrap().verify(&entry, &policy).unwrap());
}

/// The proof alone, without the signature.
#[divan::bench(args = SIZES)]
fn proof_check(bencher: Bencher<'_, '_>, size: u64) {
    let log = log(size);
    let mut hashes =
        TileHashes::new(size, |tile: TileId| Ok::<_, Infallible>(log.files[&tile.path()].clone()));
    let receipt = Receipt::make(size / 3, &signed(&log), &mut hashes).unwrap();
    let entry = entry(size / 3);
    bencher.bench(|| receipt.proves(black_box(&entry)).unwrap());
}
