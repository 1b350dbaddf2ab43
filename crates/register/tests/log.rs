//! A log on real files and on files in memory: what is appended is there, verifies and has a receipt;
//! what is wrong is named.
#![allow(clippy::unwrap_used, reason = "a test stops where its own scene fails")]

mod scene;

use std::{collections::BTreeMap, sync::Arc};

use register::log::{Finding, Folder, Log, LogError, OpenError, Signer, Source, entries, receipt, verify};
use scene::{key, leaf, leaves, policy};
use store::{Disk, Files, FilesError, Forgetful};
use tlog::{Policy, Receipt, SignedCheckpoint, SignerKey};

/// A log of `size` entries, added in batches of `batch`.
fn grown(files: Arc<dyn Files>, size: u64, batch: u64) -> Log {
    let mut log = Log::create(files, "log", &key(1)).unwrap();
    while log.size() < size {
        let next = (log.size() + batch).min(size);
        let appended = log.append(leaves(log.size()..next), &key(1)).unwrap();
        assert_eq!(appended.indices.end, next);
        assert_eq!(appended.checkpoint.checkpoint().size(), next);
    }
    log
}

#[test]
fn appended_reopened_read_proven_verified() {
    for (size, batch) in [(0, 1), (1, 1), (300, 1), (300, 7), (1000, 333), (70_000, 35_000)] {
        let folder = tempfile::tempdir().unwrap();
        let files: Arc<dyn Files> = Arc::new(Disk::new(folder.path()));
        drop(grown(files.clone(), size, batch));
        let mut log = Log::open(files.clone(), "log", &key(1)).unwrap();
        assert_eq!(log.size(), size);
        let source = log.source();
        let report = verify(&source, &policy(), None);
        assert!(report.is_sound(), "{report:?}");
        assert_eq!(report.entries, size);
        let read: Vec<_> =
            entries(&source, log.checkpoint().checkpoint(), 0..size).collect::<Result<_, _>>().unwrap();
        assert!(read.iter().map(|(_, entry)| entry.clone()).eq(leaves(0..size)));
        assert!(read.iter().map(|(index, _)| *index).eq(0..size));
        for index in [0, 1, 255, 256, 257, size.saturating_sub(1)].into_iter().filter(|n| *n < size) {
            let receipt = receipt(&source, log.checkpoint(), index).unwrap();
            let receipt = Receipt::parse(receipt.to_string().as_bytes()).unwrap();
            receipt.verify(&leaf(index), &policy()).unwrap();
            assert!(receipt.verify(&leaf(index + 1), &policy()).is_err());
        }
        assert!(receipt(&source, log.checkpoint(), size).is_err());
        assert!(entries(&source, log.checkpoint().checkpoint(), 0..size + 1).any(|entry| entry.is_err()));
        // It goes on.
        let known = log.checkpoint().clone();
        log.append(leaves(size..size + 300), &key(1)).unwrap();
        let report = verify(&source, &policy(), Some(&known));
        assert!(report.is_sound(), "{report:?}");
        assert!(log.append(Vec::new(), &key(1)).unwrap().indices.is_empty());
    }
}

/// However it was batched, and however often opened, the files are the same.
#[test]
fn files_depend_on_the_entries_alone() {
    let full = |files: &Forgetful| -> BTreeMap<String, Vec<u8>> {
        files.files().into_iter().filter(|(path, _)| !path.contains(".p/") && !path.contains("/.")).collect()
    };
    let one = Arc::new(Forgetful::new());
    let log = grown(one.clone(), 600, 600);
    let root = *log.checkpoint().checkpoint().root();
    for batch in [1, 100, 256] {
        let other = Arc::new(Forgetful::new());
        let mut log = Log::create(other.clone(), "log", &key(1)).unwrap();
        while log.size() < 600 {
            drop(log);
            log = Log::open(other.clone(), "log", &key(1)).unwrap();
            let next = (log.size() + batch).min(600);
            log.append(leaves(log.size()..next), &key(1)).unwrap();
        }
        assert_eq!(*log.checkpoint().checkpoint().root(), root);
        assert_eq!(full(&one), full(&other));
        let partial: Vec<_> = other.files().into_keys().filter(|path| path.contains(".p/")).collect();
        assert!(
            partial.iter().all(|path| path.contains("/002.p/") || path.starts_with("log/tile/1/000.p/")),
            "partial tiles of full ones are gone: {partial:?}"
        );
    }
}

#[test]
fn one_writer_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let files: Arc<dyn Files> = Arc::new(Disk::new(folder.path()));
    let log = grown(files.clone(), 3, 1);
    let locked = Log::open(Arc::new(Disk::new(folder.path())), "log", &key(1));
    assert!(matches!(locked, Err(OpenError::Files(FilesError::Locked { .. }))));
    assert!(matches!(Log::create(files.clone(), "log", &key(1)), Err(OpenError::Files(_))));
    drop(log);
    assert!(matches!(Log::create(files.clone(), "log", &key(1)), Err(OpenError::Exists { .. })));
    assert!(matches!(Log::open(files.clone(), "log", &key(2)), Err(OpenError::Checkpoint(_))));
    assert!(matches!(Log::open(files.clone(), "other", &key(1)), Err(OpenError::NoLog { .. })));
    assert_eq!(Log::open(files, "log", &key(1)).unwrap().size(), 3);
}

#[test]
fn a_second_writer_past_the_lock_is_noticed() {
    // `crash` gives files without locks: put what one writer did before the other, as a shared folder
    // without locks would.
    let files = Arc::new(Forgetful::new());
    let mut log = grown(files.clone(), 3, 1);
    let other = Arc::new(files.crash(store::Loss::Nothing));
    grown_by(&other, 1);
    for path in ["log/checkpoint", "log/.promise"] {
        let copy = |path: &str| files.put(path, other.files().get(path).map(Vec::as_slice));
        let before = files.files()[path].clone();
        copy(path);
        let refused = log.append(leaves(3..5), &key(1));
        assert!(matches!(refused, Err(LogError::AnotherWriter { .. })), "{path}: {refused:?}");
        assert!(matches!(log.append(leaves(3..5), &key(1)), Err(LogError::Broken)));
        files.put(path, Some(&before));
        drop(log);
        log = Log::open(files.clone(), "log", &key(1)).unwrap();
        assert_eq!(log.size(), 3);
    }
    files.put("log/tile/0/000.p/4", Some(b"another's"));
    assert!(matches!(log.append(leaves(3..4), &key(1)), Err(LogError::AnotherWriter { .. })));
}

fn grown_by(files: &Arc<Forgetful>, count: u64) -> SignedCheckpoint {
    let mut log = Log::open(files.clone(), "log", &key(1)).unwrap();
    let size = log.size();
    log.append(leaves(size..size + count), &key(1)).unwrap().checkpoint
}

#[test]
fn rollback_and_fork_are_told_apart_and_reported_to_whoever_knows() {
    let files = Arc::new(Forgetful::new());
    drop(grown(files.clone(), 300, 100));
    let copy = Arc::new(files.crash(store::Loss::Nothing));
    let source = Folder::new(files.clone(), "log");
    let older = SignedCheckpoint::parse(&copy.files()["log/checkpoint"]).unwrap();
    let known = grown_by(&files, 5);
    assert!(verify(&source, &policy(), Some(&older)).is_sound());

    let rolled_back = Folder::new(copy.clone(), "log");
    assert!(verify(&rolled_back, &policy(), None).is_sound(), "nobody can know without a later checkpoint");
    let report = verify(&rolled_back, &policy(), Some(&known));
    assert!(matches!(report.findings[..], [Finding::RolledBack { known: 305, shown: 300 }]));

    // The rolled back copy goes on with other entries: a fork, at the same size and at a larger one.
    let mut log = Log::open(copy.clone(), "log", &key(1)).unwrap();
    log.append(leaves(1000..1005), &key(1)).unwrap();
    let report = verify(&rolled_back, &policy(), Some(&known));
    assert!(matches!(report.findings[..], [Finding::Forked { known: 305, shown: 305 }]));
    assert!(report.is_rewritten());
    log.append(leaves(0..1), &key(1)).unwrap();
    let report = verify(&rolled_back, &policy(), Some(&known));
    assert!(matches!(report.findings[..], [Finding::Forked { known: 305, shown: 306 }]), "{report:?}");

    // A checkpoint of another key says nothing.
    let forged = SignedCheckpoint::sign(known.checkpoint().clone(), &key(2)).unwrap();
    let report = verify(&rolled_back, &policy(), Some(&forged));
    assert!(matches!(report.findings[..], [Finding::Known(_)]), "{report:?}");
}

#[test]
fn a_working_copy_put_back_to_an_older_state_is_not_continued() {
    let files = Arc::new(Forgetful::new());
    drop(grown(files.clone(), 3, 1));
    let older = files.files();
    grown_by(&files, 2);
    for (path, _) in files.files().into_iter().filter(|(path, _)| !path.contains("/.")) {
        files.put(&path, older.get(&path).map(Vec::as_slice));
    }
    let refused = Log::open(files.clone(), "log", &key(1)).err().unwrap();
    assert!(matches!(refused, OpenError::RolledBack { promised: 5, here: 3, .. }), "{refused}");
}

#[test]
fn verification_names_what_is_wrong_and_never_believes_a_stranger() {
    let files = Arc::new(Forgetful::new());
    drop(grown(files.clone(), 600, 300));
    let source = Folder::new(files.clone(), "log");
    assert!(verify(&source, &policy(), None).is_sound());
    let stranger = Policy::of_log(key(2).verifier()).unwrap();
    assert!(matches!(verify(&source, &stranger, None).findings[..], [Finding::NotAccepted(_)]));
    assert!(matches!(
        verify(&Folder::new(files.clone(), "nowhere"), &policy(), None).findings[..],
        [Finding::NoCheckpoint]
    ));

    struct Unplugged(Folder);
    impl Source for Unplugged {
        fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, register::log::SourceError> {
            if path.contains("001") { Err("no route".into()) } else { self.0.read(path, limit) }
        }
    }
    let report = verify(&Unplugged(source), &policy(), None);
    assert!(matches!(&report.findings[..], [Finding::Unread { path, .. }, ..] if path.contains("001")));
}

#[test]
fn a_key_that_cannot_sign_leaves_the_log_to_be_finished() {
    struct Gone(SignerKey);
    impl Signer for Gone {
        fn verifier(&self) -> tlog::VerifierKey {
            self.0.verifier()
        }
        fn sign(&self, _: tlog::Checkpoint) -> Result<SignedCheckpoint, tlog::signed::SignedError> {
            Err(tlog::signed::SignedError::Note(tlog::note::NoteError::Unsigned))
        }
    }
    let files = Arc::new(Forgetful::new());
    let mut log = grown(files.clone(), 3, 1);
    let refused = log.append(leaves(3..5), &Gone(key(1)));
    assert!(matches!(refused, Err(LogError::Unsigned { first: 3, .. })), "{refused:?}");
    drop(log);
    assert_eq!(Log::open(files, "log", &key(1)).unwrap().size(), 5);
}

#[test]
fn a_cosignature_is_kept_and_only_a_right_one() {
    let files = Arc::new(Forgetful::new());
    let mut log = grown(files.clone(), 3, 1);
    let witness = |secret| {
        let name = tlog::KeyName::new("witness.example").unwrap();
        SignerKey::new(name, tlog::SignatureType::Ed25519Cosignature, &[secret; 32]).unwrap()
    };
    let line = log.checkpoint().clone().cosign(&witness(9), 1_800_000_000).unwrap();
    assert!(matches!(
        log.add_cosignature(line.clone(), &witness(8).verifier()),
        Err(LogError::Cosignature(_))
    ));
    log.add_cosignature(line.clone(), &witness(9).verifier()).unwrap();
    log.add_cosignature(line.clone(), &witness(9).verifier()).unwrap();
    let trust = format!("log {}\nwitness w {}\nquorum w\n", key(1).verifier(), witness(9).verifier());
    let trust = Policy::parse(trust.as_bytes()).unwrap();
    assert!(verify(&log.source(), &trust, None).is_sound());
    let receipt = receipt(&log.source(), log.checkpoint(), 2).unwrap();
    receipt.verify(&leaf(2), &trust).unwrap();
    // The next head is not cosigned yet, and an old line does not fit it.
    log.append(leaves(3..4), &key(1)).unwrap();
    assert!(matches!(verify(&log.source(), &trust, None).findings[..], [Finding::NotAccepted(_)]));
    assert!(matches!(log.add_cosignature(line, &witness(9).verifier()), Err(LogError::Cosignature(_))));
    drop(log);
    assert_eq!(Log::open(files, "log", &key(1)).unwrap().size(), 4);
}
