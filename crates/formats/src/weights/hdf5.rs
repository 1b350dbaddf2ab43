//! HDF5, in which Keras keeps models. Its tree is not read: the crates that do are young, and
//! what matters here is one question, whether a layer with code of its own (`Lambda`) can be
//! excluded. It cannot: attributes may be packed. It can only be found.

use super::{
    Executes, Weights,
    source::{Problem, Source},
};

/// The most bytes searched: configuration stands near the beginning, but need not.
const SEARCHED: u64 = 8 << 30;

pub(super) fn begins(head: &[u8]) -> bool {
    // A user block may precede the signature, in powers of two from 512 on.
    [0, 512, 1024, 2048]
        .iter()
        .any(|at| head.get(*at..at + 8).is_some_and(|magic| magic == b"\x89HDF\r\n\x1a\n"))
}

pub(super) fn read(source: &mut Source<'_>) -> Result<Weights, Problem> {
    let needles: [&[u8]; 4] =
        [b"\"class_name\": \"Lambda\"", b"\"class_name\":\"Lambda\"", b"model_config", b"keras_version"];
    let seen = source.seen(&needles, SEARCHED)?;
    let mut weights = Weights::new("hdf5", Executes::CannotTell)
        .because("layers with code of their own (Lambda) cannot be excluded in HDF5");
    if seen[0] || seen[1] {
        weights.raise(Executes::Yes, "it holds a Lambda layer, which carries code");
    }
    if seen[2] || seen[3] {
        weights.version = Some("keras".to_owned());
    }
    Ok(weights)
}
