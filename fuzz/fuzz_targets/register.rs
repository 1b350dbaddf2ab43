//! The log of a register from strangers: leaves, one a line.
//!
//! A leaf has one spelling, and however they are folded, in the log's way or as a rehearsal without
//! signatures, nothing panics, every leaf is counted, and every question can be asked of what results.

#![no_main]

use libfuzzer_sys::fuzz_target;
use register::{Register, leaf::Leaf, lookup::Lookup, statements};

fuzz_target!(|data: &[u8]| {
    let mut leaves = Vec::new();
    let mut bytes = Vec::new();
    for line in data.split(|b| *b == b'\n').take(64) {
        if let Ok(leaf) = Leaf::read(line) {
            assert_eq!(leaf.bytes().ok().as_deref(), Some(line));
            leaves.push(leaf);
            bytes.push(line.to_vec());
        }
    }
    // As notes on a log: what is none is none.
    let read = |range: std::ops::Range<u64>| {
        let range = usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?;
        data.get(range).map(<[u8]>::to_vec)
    };
    let _ = Lookup::known(&read);
    let Some(first) = leaves.first() else { return };
    let origin = first.statement.register.clone();
    let Ok(read) = Register::read(&origin, bytes) else { return };
    assert_eq!(read.size, leaves.len() as u64);
    assert!(read.rejected.len() < leaves.len());
    // Lines that are no leaf stop nothing, and are counted.
    let lines: Vec<Vec<u8>> = data.split(|b| *b == b'\n').take(64).map(<[u8]>::to_vec).collect();
    if let Ok(all) = Register::read(&origin, lines.iter().cloned()) {
        assert_eq!(all.size, lines.len() as u64);
        let _ = all.standing(None, all.last, &|_| None);
    }
    // The same acts, whoever signed them.
    let Ok(mut rehearsed) = Register::founded(&origin, first) else { return };
    for leaf in &leaves[1..] {
        let before = rehearsed.size;
        let taken = rehearsed.would(&leaf.statement, leaf.logged).is_ok();
        assert_eq!(rehearsed.size, before + u64::from(taken));
    }
    for register in [read, rehearsed] {
        for review in register.reviews.values() {
            let _ = (review.count(&register.body), review.awaited(&register.body), review.stale());
            let _ = review.expected(&register.body);
        }
        let at = register.last;
        for entry in register.entries.values() {
            assert_eq!(statements::vsa(&register, entry, at).is_ok(), entry.decided.is_some());
            let _ = statements::cyclonedx(&register, entry, at);
        }
        let _ = (register.consequences(at), statements::openvex(&register, at));
    }
});
