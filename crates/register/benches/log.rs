//! What the log on disk costs: appending by batch size, verifying a million entries, receipts.
//!
//! `cargo bench -p register --bench log`. The disk is the one under the system's folder for temporary
//! files (`TMPDIR`): set it to the disk that matters. Entries are 300 bytes, as a vote's leaf is.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench may panic and print")]

use std::sync::{Arc, OnceLock};

use divan::{Bencher, counter::ItemsCount};
use register::log::{Folder, Log, Receipts, entries, verify};
use store::Disk;
use tlog::{KeyName, Policy, SignatureType, SignedCheckpoint, SignerKey};

fn main() {
    divan::main();
}

fn key() -> SignerKey {
    SignerKey::new(KeyName::new("register.example/log").unwrap(), SignatureType::Ed25519, &[1; 32]).unwrap()
}

fn leaf(n: u64) -> Vec<u8> {
    let mut leaf = format!("{{\"entry\":{n:012}}}").into_bytes();
    leaf.resize(300, b' ');
    leaf
}

fn grow(log: &mut Log, to: u64, batch: u64) {
    let key = key();
    while log.size() < to {
        let leaves = (log.size()..(log.size() + batch).min(to)).map(leaf).collect();
        log.append(leaves, &key).unwrap();
    }
}

/// 10,000 entries, each batch acknowledged before the next: 10,000 to 1 durable commits.
#[divan::bench(args = [1, 10, 100, 1_000, 10_000], sample_count = 1, sample_size = 1)]
fn append_10_000(bencher: Bencher<'_, '_>, batch: u64) {
    bencher
        .counter(ItemsCount::new(10_000u64))
        .with_inputs(|| {
            let folder = tempfile::tempdir().unwrap();
            let log = Log::create(Arc::new(Disk::new(folder.path())), "log", &key()).unwrap();
            (folder, log)
        })
        .bench_local_refs(|(_, log)| grow(log, 10_000, batch));
}

const MILLION: u64 = 1_000_000;

/// A log of a million entries, made once.
fn million() -> &'static (tempfile::TempDir, Folder, SignedCheckpoint) {
    static LOG: OnceLock<(tempfile::TempDir, Folder, SignedCheckpoint)> = OnceLock::new();
    LOG.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let mut log = Log::create(Arc::new(Disk::new(folder.path())), "log", &key()).unwrap();
        grow(&mut log, MILLION, 1 << 16);
        let (source, checkpoint) = (log.source(), log.checkpoint().clone());
        (folder, source, checkpoint)
    })
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn verify_1_000_000(bencher: Bencher<'_, '_>) {
    let (_, source, _) = million();
    let policy = Policy::of_log(key().verifier()).unwrap();
    bencher.counter(ItemsCount::new(MILLION)).bench_local(|| {
        let report = verify(source, &policy, None);
        assert!(report.is_sound() && report.entries == MILLION);
    });
}

/// Every entry, each bundle proven against the root.
#[divan::bench(sample_count = 1, sample_size = 1)]
fn read_1_000_000(bencher: Bencher<'_, '_>) {
    let (_, source, signed) = million();
    bencher.counter(ItemsCount::new(MILLION)).bench_local(|| {
        let read = entries(source, signed.checkpoint(), 0..MILLION);
        assert_eq!(read.filter(Result::is_ok).count() as u64, MILLION);
    });
}

/// A receipt out of a log of a million, nothing read before.
#[divan::bench]
fn first_receipt(bencher: Bencher<'_, '_>) {
    let (_, source, signed) = million();
    bencher.bench_local(|| Receipts::new(source, signed).receipt(777_777).unwrap());
}

/// One receipt after another.
#[divan::bench(sample_size = 256)]
fn next_receipt(bencher: Bencher<'_, '_>) {
    let (_, source, signed) = million();
    let mut receipts = Receipts::new(source, signed);
    let mut index = 0;
    bencher.bench_local(|| {
        index = (index + 1) % MILLION;
        receipts.receipt(index).unwrap()
    });
}

/// Opening a log of a million to add to it.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn open_1_000_000(bencher: Bencher<'_, '_>) {
    let (folder, _, _) = million();
    bencher.bench_local(|| Log::open(Arc::new(Disk::new(folder.path())), "log", &key()).unwrap());
}
