//! A log whose files were changed: verification names the file.
#![allow(clippy::unwrap_used, reason = "a test stops where its own scene fails")]

mod scene;

use std::{collections::BTreeSet, sync::Arc};

use register::log::{Damage, Finding, Folder, Log, OpenError, entries, receipt, verify};
use scene::{Seeded, key, leaves, policy};
use store::Forgetful;
use tlog::{Policy, Resource, SignatureType, SignedCheckpoint, SignerKey};

/// The files of a log of `size` entries in one batch.
fn log_of(size: u64) -> Arc<Forgetful> {
    let files = Arc::new(Forgetful::new());
    let mut log = Log::create(files.clone(), "log", &key(1)).unwrap();
    log.append(leaves(0..size), &key(1)).unwrap();
    files
}

fn findings(files: &Arc<Forgetful>) -> Vec<Finding> {
    verify(&Folder::new(files.clone(), "log"), &policy(), None).findings
}

/// The files named, and what is said of each.
fn damage(findings: &[Finding]) -> Vec<(String, Damage)> {
    let of = |finding: &Finding| match finding {
        Finding::Damaged { path, damage } => (path.clone(), damage.clone()),
        other => panic!("{other}"),
    };
    findings.iter().map(of).collect()
}

#[test]
fn every_file_that_is_missing_or_changed_is_named_alone() {
    for size in [3, 256, 600, 1024] {
        let files = log_of(size);
        assert!(findings(&files).is_empty());
        for (path, bytes) in files.files() {
            let Some(resource) = path.strip_prefix("log/").filter(|path| path.starts_with("tile/")) else {
                continue;
            };
            files.put(&path, None);
            assert_eq!(damage(&findings(&files)), [(resource.to_owned(), Damage::Missing)], "{size}");
            files.put(&path, Some(&bytes[..bytes.len() - 1]));
            let found = damage(&findings(&files));
            assert!(matches!(&found[..], [(path, Damage::Malformed(_))] if path == resource), "{found:?}");
            for at in [bytes.len() / 2, bytes.len() - 2] {
                files.put(&path, Some(&bytes));
                // A byte inside an entry, and inside a hash.
                files.flip(&path, at, 4);
                let found = damage(&findings(&files));
                let [(named, what)] = &found[..] else { panic!("{size} {path}: {found:?}") };
                assert_eq!(named, resource);
                match Resource::parse(resource).unwrap() {
                    Resource::Tile(_) => assert_eq!(*what, Damage::Hashes),
                    Resource::Bundle(bundle) => match what {
                        Damage::Entry(index) => {
                            let first = bundle.first_entry();
                            assert!((first..first + u64::from(bundle.width())).contains(index));
                        }
                        Damage::Malformed(_) => {}
                        other => panic!("{other}"),
                    },
                }
            }
            files.put(&path, Some(&bytes));
        }
        assert!(findings(&files).is_empty());
    }
}

/// Several files at once, at random: each is named, or the answer says that it cannot be told; never is
/// the log found sound, and never is a right file blamed while the tiles above it are right.
#[test]
fn several_damaged_files_are_all_reported() {
    let files = log_of(66_000);
    let all: Vec<(String, Vec<u8>)> =
        files.files().into_iter().filter(|(path, _)| path.contains("/tile/")).collect();
    let mut seeded = Seeded(8);
    for _ in 0..12 {
        let mut changed = BTreeSet::new();
        for _ in 0..1 + seeded.below(4) {
            let (path, bytes) = &all[usize::try_from(seeded.below(all.len() as u64)).unwrap()];
            if changed.insert(path.strip_prefix("log/").unwrap().to_owned()) {
                if seeded.below(2) == 0 {
                    files.put(path, None);
                } else {
                    files.flip(path, bytes.len() / 2, 1);
                }
            }
        }
        let found = findings(&files);
        assert!(!found.is_empty());
        let upper =
            changed.iter().any(|path| !path.starts_with("tile/0/") && !path.starts_with("tile/entries/"));
        let named: BTreeSet<String> = found
            .iter()
            .filter_map(|finding| match finding {
                Finding::Damaged { path, .. } => Some(path.clone()),
                _ => None,
            })
            .collect();
        if !upper {
            assert!(named.is_superset(&changed), "{changed:?} {found:?}");
            assert!(named.is_subset(&changed), "{changed:?} {found:?}");
        }
        for (path, bytes) in &all {
            if changed.contains(path.strip_prefix("log/").unwrap()) {
                files.put(path, Some(bytes));
            }
        }
    }
    assert!(findings(&files).is_empty());
}

/// An entry rewritten together with its tile, as somebody would who wants it unnoticed.
#[test]
fn entry_and_tile_rewritten_together_are_both_named() {
    let files = log_of(600);
    let other = Arc::new(Forgetful::new());
    let mut log = Log::create(other.clone(), "log", &key(1)).unwrap();
    let mut changed = leaves(0..600);
    changed[300] = b"{\"entry\":\"another\"}".to_vec();
    log.append(changed, &key(1)).unwrap();
    for path in ["log/tile/entries/001", "log/tile/0/001"] {
        files.put(path, Some(&other.files()[path]));
    }
    let found = damage(&findings(&files));
    let named: BTreeSet<_> = found.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(named, BTreeSet::from(["tile/entries/001", "tile/0/001"]), "{found:?}");
    // Neither an entry nor a receipt comes out of it, and its neighbours are not touched.
    let source = Folder::new(files.clone(), "log");
    let signed = SignedCheckpoint::parse(&files.files()["log/checkpoint"]).unwrap();
    assert!(entries(&source, signed.checkpoint(), 300..301).next().unwrap().is_err());
    assert!(receipt(&source, &signed, 300).is_err());
    assert_eq!(entries(&source, signed.checkpoint(), 0..256).filter(Result::is_ok).count(), 256);
    assert!(receipt(&source, &signed, 599).is_ok());
}

#[test]
fn a_log_damaged_at_its_edge_is_not_continued() {
    for (path, bytes) in log_of(600).files() {
        if !path.contains(".p/") && path != "log/checkpoint" {
            continue;
        }
        for change in 0..2 {
            let files = log_of(600);
            if change == 0 {
                files.put(&path, None)
            } else {
                files.flip(&path, bytes.len() / 2, 1)
            }
            let refused = Log::open(files.clone(), "log", &key(1)).err().unwrap_or_else(|| panic!("{path}"));
            assert!(
                matches!(refused, OpenError::Edge(_) | OpenError::NoLog { .. } | OpenError::Checkpoint(_)),
                "{path}: {refused}"
            );
            let refused = Log::create(files.clone(), "log", &key(1)).err();
            assert!(matches!(refused, Some(OpenError::Exists { .. })), "{path}: {refused:?}");
        }
    }
}

/// A checkpoint may claim any size; what is not there is listed, up to a bound.
#[test]
fn a_claim_of_any_size_ends() {
    let files = log_of(3);
    for size in [4, 1 << 40, u64::MAX >> 1] {
        let checkpoint = tlog::Checkpoint::new("register.example/log", size, tlog::leaf_hash(b"")).unwrap();
        let signed = SignedCheckpoint::sign(checkpoint, &key(1)).unwrap();
        files.put("log/checkpoint", Some(signed.to_string().as_bytes()));
        let found = findings(&files);
        assert!(!found.is_empty() && found.len() <= 1001, "{}", found.len());
        assert!(Log::open(files.clone(), "log", &key(1)).is_err());
    }
    for bytes in [&b""[..], b"x", &[0xff; 5000]] {
        files.put("log/checkpoint", Some(bytes));
        assert!(matches!(findings(&files)[..], [Finding::Malformed(_)]));
    }
}

/// What a witness cosigned is as good as what one saw oneself.
#[test]
fn a_rollback_is_reported_to_whoever_has_a_witnesss_checkpoint() {
    let files = log_of(10);
    let older = files.files();
    let mut log = Log::open(files.clone(), "log", &key(1)).unwrap();
    let mut seen = log.append(leaves(10..20), &key(1)).unwrap().checkpoint;
    let name = tlog::KeyName::new("witness.example").unwrap();
    let witness = SignerKey::new(name, SignatureType::Ed25519Cosignature, &[9; 32]).unwrap();
    let line = seen.cosign(&witness, 1_800_000_000).unwrap();
    // The witness keeps the text and its own line alone.
    let text = seen.note().text().to_owned();
    let kept = SignedCheckpoint::parse(format!("{text}\n{line}\n").as_bytes()).unwrap();
    let trust = format!("log {}\nwitness w {}\nquorum none\n", key(1).verifier(), witness.verifier());
    let trust = Policy::parse(trust.as_bytes()).unwrap();
    let source = Folder::new(files.clone(), "log");
    assert!(verify(&source, &trust, Some(&kept)).is_sound());
    for (path, bytes) in &older {
        files.put(path, Some(bytes));
    }
    assert!(verify(&source, &trust, None).is_sound());
    let report = verify(&source, &trust, Some(&kept));
    assert!(matches!(report.findings[..], [Finding::RolledBack { known: 20, shown: 10 }]), "{report:?}");
    let stranger = Policy::of_log(key(1).verifier()).unwrap();
    assert!(matches!(verify(&source, &stranger, Some(&kept)).findings[..], [Finding::Known(_)]));
}

/// A copy that knows nothing of what was signed removes nothing.
#[test]
fn files_beyond_an_old_checkpoint_are_not_removed_from_a_fresh_copy() {
    let files = log_of(10);
    let older = files.files()["log/checkpoint"].clone();
    Log::open(files.clone(), "log", &key(1)).unwrap().append(leaves(10..300), &key(1)).unwrap();
    files.put("log/checkpoint", Some(&older));
    files.put("log/.promise", None);
    let before = files.files();
    let refused = Log::open(files.clone(), "log", &key(1)).err().unwrap();
    assert!(matches!(refused, OpenError::Edge(_) | OpenError::Unexplained { .. }), "{refused}");
    let entries = |files: std::collections::BTreeMap<String, Vec<u8>>| {
        files.into_iter().filter(|(path, _)| path.contains("/tile/")).collect::<Vec<_>>()
    };
    assert_eq!(entries(files.files()), entries(before));
}
