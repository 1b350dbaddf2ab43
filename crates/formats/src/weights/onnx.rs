//! ONNX and Core ML models. Nodes and tensors are walked by their wire form; the numbers are
//! skipped. Field numbers are those of `onnx.proto` (IR version 3 and later) and of Core ML's
//! `Model.proto`.
//!
//! An ONNX graph is data, but two things reach outside it: tensors kept in other files, and
//! operators of other domains, for which somebody must have installed a library.

use super::{
    Executes, MOST_NAMES, Weights,
    protobuf::{Field, Survey, text, walk},
    source::{Problem, Source},
};

/// How deep graphs nest in attributes (loops, branches).
const DEEPEST_GRAPH: u32 = 16;

/// Domains that runtimes bring along themselves.
const STANDARD: [&str; 7] = [
    "",
    "ai.onnx",
    "ai.onnx.ml",
    "ai.onnx.training",
    "ai.onnx.preview.training",
    "com.microsoft",
    "com.microsoft.nchwc",
];

pub(super) fn read(source: &mut Source<'_>) -> Result<Option<Weights>, Problem> {
    let len = source.len();
    let Ok(model) = Survey::of(source, 0, len) else { return Ok(None) };
    if model.counts.keys().any(|field| *field >= 200) && model.numbers.contains_key(&1) && model.has(2) {
        return Ok(Some(core_ml(&model)));
    }
    let fields = [1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26];
    let (Some(graph), true) = (model.first(7), model.only(&fields)) else { return Ok(None) };
    if !model.numbers.contains_key(&1) && !model.has(8) {
        return Ok(None);
    }
    let mut weights = Weights::new("onnx", Executes::No);
    weights.version = model.numbers.get(&1).map(|n| format!("ir {n}"));
    for (field, at, len) in &model.places {
        match field {
            8 => opset(source, *at, *len, &mut weights)?,
            14 => pair(source, *at, *len)?.into_iter().for_each(|(k, v)| weights.keep_metadata(&k, &v)),
            2 => {
                if let Some(producer) = text(source, *at, *len)? {
                    weights.keep_metadata("producer_name", &producer);
                }
            }
            _ => {}
        }
    }
    weights.parameters = Some(0);
    weights.tensors = Some(0);
    self::graph(source, graph.0, graph.1, 0, &mut weights)?;
    weights.external.sort();
    weights.external.dedup();
    weights.domains.sort();
    weights.domains.dedup();
    if !weights.domains.is_empty() {
        weights.raise(
            Executes::CannotTell,
            "it uses operators outside the standard, which need a library that is not in the file",
        );
    }
    if weights.external.iter().any(|path| leads_out(path)) {
        weights.fault("it reads a file outside its own folder");
        weights.raise(Executes::CannotTell, "it reads a file outside its own folder");
    }
    Ok(Some(weights))
}

fn core_ml(model: &Survey) -> Weights {
    let mut weights = Weights::new("coreml", Executes::No);
    weights.version = model.numbers.get(&1).map(u64::to_string);
    if model.has(555) {
        weights.raise(Executes::CannotTell, "a custom model, whose code is in the program that loads it");
    }
    weights
}

fn leads_out(path: &str) -> bool {
    let path = path.replace('\\', "/");
    path.starts_with('/') || path.as_bytes().get(1) == Some(&b':') || path.split('/').any(|part| part == "..")
}

fn opset(source: &mut Source<'_>, at: u64, len: u64, weights: &mut Weights) -> Result<(), Problem> {
    let set = Survey::of(source, at, len)?;
    let domain = match set.first(1) {
        Some((at, len)) => text(source, at, len)?.unwrap_or_else(|| "(not text)".to_owned()),
        None => String::new(),
    };
    if !STANDARD.contains(&domain.as_str()) && weights.domains.len() < 256 {
        weights.domains.push(domain.chars().take(128).collect());
    }
    Ok(())
}

fn pair(source: &mut Source<'_>, at: u64, len: u64) -> Result<Option<(String, String)>, Problem> {
    let entry = Survey::of(source, at, len)?;
    let mut part = |field| match entry.first(field) {
        Some((at, len)) => text(source, at, len),
        None => Ok(Some(String::new())),
    };
    Ok(part(1)?.zip(part(2)?))
}

fn graph(
    source: &mut Source<'_>,
    at: u64,
    len: u64,
    depth: u32,
    weights: &mut Weights,
) -> Result<(), Problem> {
    if depth > DEEPEST_GRAPH {
        return Problem::says("graphs nest more deeply than any known model's");
    }
    walk(source, at, len, &mut |source, field, content| {
        let Field::Bytes { at, len } = content else { return Ok(()) };
        match field {
            1 => node(source, at, len, depth, weights),
            5 => tensor(source, at, len, weights),
            _ => Ok(()),
        }
    })
}

fn node(
    source: &mut Source<'_>,
    at: u64,
    len: u64,
    depth: u32,
    weights: &mut Weights,
) -> Result<(), Problem> {
    walk(source, at, len, &mut |source, field, content| {
        match (field, content) {
            (7, Field::Bytes { at, len }) => {
                let domain = text(source, at, len)?.unwrap_or_else(|| "(not text)".to_owned());
                let known = STANDARD.contains(&domain.as_str()) || weights.domains.contains(&domain);
                if !known && weights.domains.len() < 256 {
                    weights.domains.push(domain.chars().take(128).collect());
                }
            }
            (5, Field::Bytes { at, len }) => attribute(source, at, len, depth, weights)?,
            _ => {}
        }
        Ok(())
    })
}

fn attribute(
    source: &mut Source<'_>,
    at: u64,
    len: u64,
    depth: u32,
    weights: &mut Weights,
) -> Result<(), Problem> {
    walk(source, at, len, &mut |source, field, content| match (field, content) {
        (5 | 10, Field::Bytes { at, len }) => tensor(source, at, len, weights),
        (6 | 11, Field::Bytes { at, len }) => graph(source, at, len, depth + 1, weights),
        _ => Ok(()),
    })
}

fn tensor(source: &mut Source<'_>, at: u64, len: u64, weights: &mut Weights) -> Result<(), Problem> {
    let (mut count, mut dtype): (u64, u64) = (1, 0);
    walk(source, at, len, &mut |source, field, content| {
        match (field, content) {
            (1, Field::Number(n)) => count = count.saturating_mul(n),
            (1, Field::Bytes { at, len }) => count = packed(source, at, len, count)?,
            (2, Field::Number(n)) => dtype = n,
            (8, Field::Bytes { at, len }) if weights.names.len() < MOST_NAMES => {
                weights.names.extend(text(source, at, len)?);
            }
            (13, Field::Bytes { at, len }) => {
                if let Some((key, value)) = pair(source, at, len)?
                    && key == "location"
                    && weights.external.len() < 4096
                {
                    weights.external.push(value);
                    if weights.external.len() > 1024 {
                        weights.external.sort();
                        weights.external.dedup();
                    }
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    weights.parameters = weights.parameters.map(|all| all.saturating_add(count));
    weights.tensors = weights.tensors.map(|all| all + 1);
    *weights.dtypes.entry(data_type(dtype).to_owned()).or_default() += 1;
    Ok(())
}

/// Dimensions written one after another in one field.
fn packed(source: &mut Source<'_>, at: u64, len: u64, count: u64) -> Result<u64, Problem> {
    source.go(at)?;
    let bytes = source.bytes(len, 1024)?;
    let mut count = count;
    let (mut value, mut shift) = (0u64, 0u32);
    for byte in bytes {
        value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        shift += 7;
        if byte & 0x80 == 0 {
            count = count.saturating_mul(value);
            (value, shift) = (0, 0);
        }
    }
    Ok(count)
}

/// Names of `TensorProto.DataType`.
fn data_type(n: u64) -> &'static str {
    const NAMES: [&str; 24] = [
        "undefined",
        "F32",
        "U8",
        "I8",
        "U16",
        "I16",
        "I32",
        "I64",
        "string",
        "BOOL",
        "F16",
        "F64",
        "U32",
        "U64",
        "C64",
        "C128",
        "BF16",
        "F8_E4M3FN",
        "F8_E4M3FNUZ",
        "F8_E5M2",
        "F8_E5M2FNUZ",
        "U4",
        "I4",
        "F4",
    ];
    usize::try_from(n).ok().and_then(|n| NAMES.get(n)).copied().unwrap_or("other")
}
