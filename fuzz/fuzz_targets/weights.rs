//! Model weights of every format over any bytes: never a panic, never more than is there.
#![no_main]

use std::io::Cursor;

use formats::weights::{Executes, HEAD, identify, may_be_weights};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let head = &bytes[..bytes.len().min(HEAD)];
    let _ = may_be_weights(head);
    if let Ok(Some(weights)) = identify(head, &mut Cursor::new(bytes)) {
        assert_eq!(weights.why.is_some(), weights.executes_code != Executes::No);
        assert!(weights.names.is_sorted());
        assert!(weights.names.len() <= bytes.len());
        assert!(weights.metadata.iter().all(|(key, value)| key.len() + value.len() < 1024));
        assert_eq!(identify(head, &mut Cursor::new(bytes)), Ok(Some(weights)), "the same twice");
    }
});
