//! Notes, checkpoints, receipts, policies, witness requests, paths, bundles, tiles and proofs from
//! strangers.
//!
//! What is read is written the same; what is not signed is not believed; a proof that holds stops
//! holding when a bit of it is changed; a whole log of fed bytes is a log only if its root says so.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tlog::{
    BundleId, Hash, LogVerifier, Note, Policy, Receipt, Resource, SignedCheckpoint, VerifierKey, leaf_hash,
    note::NoteError,
    proof::{root_from_inclusion, verify_consistency, verify_inclusion},
    witness::{Answer, Request, Seen},
};

/// A key that signed none of the seeds.
const STRANGER: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

fuzz_target!(|data: &[u8]| {
    let Ok(stranger) = STRANGER.parse::<VerifierKey>() else { panic!("the key is the specification's") };
    if let Ok(note) = Note::parse(data) {
        assert_eq!(note.to_string().as_bytes(), data);
        if !note.signatures().iter().any(|line| line.is_of(&stranger)) {
            assert_eq!(note.verify([&stranger]), Err(NoteError::Unsigned));
        }
    }
    if let Ok(signed) = SignedCheckpoint::parse(data) {
        assert_eq!(signed.to_string().as_bytes(), data);
    }
    if let Ok(receipt) = Receipt::parse(data) {
        assert_eq!(receipt.to_string().as_bytes(), data);
        let _ = receipt.proves(data);
    }
    if let Ok(request) = Request::parse(data) {
        assert_eq!(request.to_string().as_bytes(), data);
        assert!(request.decide(std::slice::from_ref(&stranger), &Seen::NEVER).is_err());
    }
    if let Ok(policy) = Policy::parse(data) {
        let written = policy.to_string();
        let again = Policy::parse(written.as_bytes()).unwrap_or_else(|error| panic!("{error}: {written}"));
        assert_eq!(again.to_string(), written);
    }
    let _ = (Answer::parse(200, data), Answer::parse(409, data));
    if let Ok(text) = std::str::from_utf8(data) {
        if let Ok(key) = text.parse::<VerifierKey>() {
            assert_eq!(key.to_string(), text);
        }
        if let Ok(resource) = Resource::parse(text) {
            assert_eq!(resource.path(), text);
        }
        if let Ok(hash) = text.parse::<Hash>() {
            assert_eq!(hash.to_string(), text);
        }
    }
    let Some((first, rest)) = data.split_first() else { return };
    if let Ok(bundle) = BundleId::new(0, u16::from(*first)) {
        if let Ok(entries) = bundle.read(rest) {
            assert_eq!(tlog::tile::write_bundle(&entries).as_deref(), Ok(rest));
        }
        // The same bytes as entries and as tile: only a checkpoint that says so makes them a log.
        let mut verifier = LogVerifier::of(u64::from(*first), Hash::EMPTY_TREE);
        while let Some(wanted) = verifier.wanted() {
            if verifier.feed(&rest[..rest.len().min(wanted.longest())]).is_err() {
                break;
            }
        }
        assert!(verifier.finish().is_err());
    }
    // Two numbers, then hashes.
    let Some((numbers, hashes)) = data.split_first_chunk::<16>() else { return };
    let number = |at: usize| u64::from_be_bytes(std::array::from_fn(|byte| numbers[at + byte]));
    let proof: Vec<Hash> = hashes.chunks_exact(32).filter_map(Hash::from_slice).collect();
    let leaf = leaf_hash(data);
    for (index, size) in [(number(0), number(8)), (number(0) & 0xff, number(8) & 0xff)] {
        if let Ok(root) = root_from_inclusion(&leaf, index, size, &proof) {
            assert!(verify_inclusion(&leaf, index, size, &proof, &root).is_ok());
            assert!(verify_inclusion(&root, index, size, &proof, &root).is_err() || proof.is_empty());
        }
        if verify_consistency(index, &leaf, size, &leaf, &proof).is_ok() {
            assert!(index == size && proof.is_empty());
        }
    }
});
