//! What must hold for logs of any size: every proof that is made verifies, nothing changed does, and
//! what appending, tiles and proofs say of one tree is the same.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where its own scene fails")]

mod scene;

use proptest::prelude::*;
use scene::Files;
use tlog::{
    Frontier, Hash, HashReader, LogVerifier, TileHashes, leaf_hash,
    proof::{self, consistency, inclusion, verify_consistency, verify_inclusion},
    verifier::Fault,
};

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_inclusion_proof_verifies_and_no_changed_one(size in 1u64..1200, flip in any::<u64>()) {
        let files = Files::of(size);
        let root = files.root();
        let mut hashes = TileHashes::new(size, |tile| files.tile(tile));
        for index in (0..size).step_by(1 + usize::try_from(size / 40).unwrap()) {
            let leaf = leaf_hash(&files.entries[usize::try_from(index).unwrap()]);
            let made = inclusion(index, size, &mut hashes).unwrap();
            prop_assert_eq!(verify_inclusion(&leaf, index, size, &made, &root), Ok(()));
            // Another place, another size, another leaf, a bit of the proof, one hash more or less.
            prop_assert!(verify_inclusion(&leaf, (index + 1) % size, size, &made, &root).is_err() || size == 1);
            let other = flipped(&leaf, flip);
            prop_assert!(verify_inclusion(&other, index, size, &made, &root).is_err());
            prop_assert!(verify_inclusion(&leaf, index, size, &made, &flipped(&root, flip)).is_err());
            for at in 0..made.len() {
                let mut changed = made.clone();
                changed[at] = flipped(&changed[at], flip.rotate_left(u32::try_from(at).unwrap()));
                prop_assert!(verify_inclusion(&leaf, index, size, &changed, &root).is_err());
                changed.remove(at);
                prop_assert!(verify_inclusion(&leaf, index, size, &changed, &root).is_err());
            }
            let longer: Vec<Hash> = made.iter().copied().chain([root]).collect();
            prop_assert!(verify_inclusion(&leaf, index, size, &longer, &root).is_err());
        }
    }

    #[test]
    fn every_consistency_proof_verifies_and_no_changed_one(new in 0u64..1200, part in 0u64..=1000, flip in any::<u64>()) {
        let old = new * part / 1000;
        let files = Files::of(new);
        let (old_root, new_root) = (files.root_at(old), files.root());
        let mut hashes = TileHashes::new(new, |tile| files.tile(tile));
        let made = consistency(old, new, &mut hashes).unwrap();
        prop_assert_eq!(verify_consistency(old, &old_root, new, &new_root, &made), Ok(()));
        prop_assert!(verify_consistency(old, &flipped(&old_root, flip), new, &new_root, &made).is_err());
        // A log without entries says nothing about what comes after it.
        if old > 0 {
            prop_assert!(verify_consistency(old, &old_root, new, &flipped(&new_root, flip), &made).is_err());
        }
        for at in 0..made.len() {
            let mut changed = made.clone();
            changed[at] = flipped(&changed[at], flip.rotate_left(u32::try_from(at).unwrap()));
            prop_assert!(verify_consistency(old, &old_root, new, &new_root, &changed).is_err());
            changed.remove(at);
            prop_assert!(verify_consistency(old, &old_root, new, &new_root, &changed).is_err());
        }
        let longer: Vec<Hash> = made.iter().copied().chain([new_root]).collect();
        prop_assert!(verify_consistency(old, &old_root, new, &new_root, &longer).is_err());
        if old < new {
            prop_assert!(verify_consistency(new, &new_root, old, &old_root, &made).is_err());
        }
    }

    #[test]
    fn appending_to_what_tiles_say_goes_on_where_it_stopped(old in 0u64..900, more in 0u64..600) {
        let files = Files::of(old + more);
        let mut hashes = TileHashes::new(old, |tile| files.tile_at(tile));
        let mut frontier: Frontier = hashes.frontier().unwrap();
        prop_assert_eq!(frontier.root(), files.root_at(old));
        for entry in &files.entries[usize::try_from(old).unwrap()..] {
            frontier.append(leaf_hash(entry)).unwrap();
        }
        prop_assert_eq!(frontier.root(), files.root());
        let mut all = TileHashes::new(old + more, |tile| files.tile(tile));
        prop_assert_eq!(proof::root(old + more, &mut all).unwrap(), files.root());
    }

    #[test]
    fn a_changed_byte_anywhere_is_found_and_named(size in prop_oneof![1u64..1500, Just(256), Just(512), Just(1024)], place in any::<prop::sample::Index>(), bit in 0u8..8) {
        let files = Files::of(size);
        let mut verifier = LogVerifier::of(size, files.root());
        prop_assert_eq!(files.feed(&mut verifier), Vec::<Fault>::new());
        prop_assert_eq!(verifier.finish(), Ok(()));
        let mut changed = files.clone();
        let path = changed.flip(place, bit);
        let mut verifier = LogVerifier::of(size, files.root());
        let faults = changed.feed(&mut verifier);
        // The first fault names the file and another; the end knows which of the two it was.
        prop_assert!(faults.iter().any(|fault| fault.to_string().contains(&path)), "{path}: {faults:?}");
        match verifier.finish() {
            Err(Fault::Changed(changed)) => {
                let names: Vec<String> = changed.files.iter().map(ToString::to_string).collect();
                prop_assert_eq!(names, [path]);
                prop_assert_eq!(changed.count, 1);
            }
            Err(Fault::Unread(unread)) => prop_assert_eq!(unread.path(), path),
            other => prop_assert!(false, "{path}: {other:?}"),
        }
    }
}

fn flipped(hash: &Hash, bit: u64) -> Hash {
    let mut bytes = *hash.as_bytes();
    bytes[usize::try_from(bit % 32).unwrap()] ^= 1 << (bit / 32 % 8);
    Hash::from_bytes(bytes)
}

#[test]
fn every_proof_of_every_small_tree_verifies() {
    let files = Files::of(70);
    for new in 0..=70 {
        let mut hashes = TileHashes::new(new, |tile| files.tile_at(tile));
        let root = files.root_at(new);
        for at in 0..new {
            let leaf = leaf_hash(&files.entries[usize::try_from(at).unwrap()]);
            let made = inclusion(at, new, &mut hashes).unwrap();
            assert_eq!(verify_inclusion(&leaf, at, new, &made, &root), Ok(()), "{at} of {new}");
        }
        for old in 0..=new {
            let made = consistency(old, new, &mut hashes).unwrap();
            assert_eq!(
                verify_consistency(old, &files.root_at(old), new, &root, &made),
                Ok(()),
                "{old} to {new}"
            );
        }
    }
}

#[test]
fn sizes_and_places_at_the_edge_of_numbers_are_answered() {
    struct Same;
    impl HashReader for Same {
        type Error = ();
        fn hash(&mut self, _: u8, _: u64) -> Result<Hash, ()> {
            Ok(Hash::EMPTY_TREE)
        }
    }
    let most = tlog::tree::MAX_SIZE;
    for size in [0, 1, 2, most - 1, most, most + 1, u64::MAX] {
        for index in [0, 1, most - 1, most, u64::MAX] {
            let made = inclusion(index, size, &mut Same);
            assert_eq!(made.is_ok(), index < size && size <= most, "{index} {size}");
            if let Ok(made) = made {
                assert!(made.len() <= 63);
                assert!(proof::root_from_inclusion(&Hash::EMPTY_TREE, index, size, &made).is_ok());
            }
            assert!(verify_inclusion(&Hash::EMPTY_TREE, index, size, &[], &leaf_hash(b"x")).is_err());
            let made = consistency(index, size, &mut Same);
            assert_eq!(made.is_ok(), index <= size && size <= most);
            if let Ok(made) = made {
                let answer = verify_consistency(index, &Hash::EMPTY_TREE, size, &Hash::EMPTY_TREE, &made);
                assert!(!matches!(answer, Err(tlog::proof::ProofError::Length { .. })), "{index} {size}");
            }
        }
    }
}
