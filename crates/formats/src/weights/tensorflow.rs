//! TensorFlow's SavedModel and frozen graphs. A graph is a program: it may read and write files,
//! and call Python that is registered beside it. Its operators are searched for those that do;
//! that none is found does not prove that none is there, because a graph may pack another.

use super::{
    Executes, Weights,
    protobuf::{Survey, text},
    source::{Problem, Source},
};

/// The most bytes searched for operators.
const SEARCHED: u64 = 2 << 30;

/// Operators that reach outside the graph.
const REACHING: [&[u8]; 8] = [
    b"PyFunc",
    b"PyFuncStateless",
    b"EagerPyFunc",
    b"ReadFile",
    b"WriteFile",
    b"MatchingFiles",
    b"PrintV2",
    b"LoadLibrary",
];

pub(super) fn read(source: &mut Source<'_>) -> Result<Option<Weights>, Problem> {
    let len = source.len();
    let Ok(top) = Survey::of(source, 0, len) else { return Ok(None) };
    let graph = if top.numbers.contains_key(&1) && top.only(&[1, 2]) && top.has(2) {
        let Some(meta) = top.first(2) else { return Ok(None) };
        let Ok(meta) = Survey::of(source, meta.0, meta.1) else { return Ok(None) };
        if !meta.has(2) || !meta.only(&[1, 2, 3, 4, 5, 6, 7]) {
            return Ok(None);
        }
        "tensorflow-saved-model"
    } else if top.only(&[1, 2, 3, 4, 5]) && top.first(1).is_some() {
        let Some((at, len)) = top.first(1) else { return Ok(None) };
        let Ok(node) = Survey::of(source, at, len) else { return Ok(None) };
        if !node.only(&[1, 2, 3, 4, 5, 6, 7]) || !is_node(source, &node)? {
            return Ok(None);
        }
        "tensorflow-graph"
    } else {
        return Ok(None);
    };
    let mut weights = Weights::new(graph, Executes::CannotTell)
        .because("a graph is a program that may read and write files; that it does not was not shown");
    let seen = source.seen(&REACHING, SEARCHED)?;
    if seen.contains(&true) {
        weights.raise(Executes::Yes, "its graph reads or writes files, or calls Python");
    }
    Ok(Some(weights))
}

/// A node has a name and an operator, both words.
fn is_node(source: &mut Source<'_>, node: &Survey) -> Result<bool, Problem> {
    for field in [1, 2] {
        let Some((at, len)) = node.first(field) else { return Ok(false) };
        let word = text(source, at, len)?;
        let word = word.filter(|w| {
            !w.is_empty() && w.bytes().all(|b| b.is_ascii_alphanumeric() || b"_./\\->:".contains(&b))
        });
        if word.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}
