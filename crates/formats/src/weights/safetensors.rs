//! safetensors: eight bytes of length, a JSON header, then the numbers. The format's own rules
//! (at most 100 MB of header, no gaps, no overlaps, no key twice) are what makes it data only, so
//! a file that breaks one of them is not taken for safetensors.

use std::fmt;

use serde::{
    Deserialize,
    de::{Error as _, MapAccess, Visitor},
};

use super::{
    Executes, MOST_NAMES, Weights,
    source::{Problem, Source},
};

/// The longest header the format allows (the reference implementation's own limit), in bytes.
const LONGEST_HEADER: u64 = 100_000_000;

/// The most tensors read: ten times the largest model known.
const MOST_TENSORS: usize = 1_000_000;

/// The most dimensions of a tensor.
const MOST_DIMENSIONS: usize = 64;

pub(super) fn begins(head: &[u8]) -> bool {
    // Whatever the length claims, the header must begin with a brace: a length of 2^63 before a
    // brace is a broken safetensors, not some other file. Eight letters before a brace are text:
    // as a length they would be a thousand times what the format allows.
    let text = |byte: &u8| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    head.len() >= 10
        && head[8] == b'{'
        && matches!(head[9], b'"' | b'}' | b' ' | b'\n')
        && !head[..8].iter().all(text)
}

/// A tensor's entry. Unknown keys are refused: the format knows three.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    dtype: String,
    shape: Shape,
    data_offsets: (u64, u64),
}

struct Shape(Vec<u64>);

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Dimensions;
        impl<'de> Visitor<'de> for Dimensions {
            type Value = Shape;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of whole numbers")
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Shape, A::Error> {
                let mut out = Vec::new();
                while let Some(dimension) = list.next_element()? {
                    if out.len() >= MOST_DIMENSIONS {
                        return Err(A::Error::custom("too many dimensions"));
                    }
                    out.push(dimension);
                }
                Ok(Shape(out))
            }
        }
        deserializer.deserialize_seq(Dimensions)
    }
}

/// The header: tensors in the order written, and the metadata.
#[derive(Default)]
struct Header {
    tensors: Vec<(String, Entry)>,
    metadata: Option<Vec<(String, String)>>,
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Header;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of tensors")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
                let mut header = Header::default();
                while let Some(key) = map.next_key::<String>()? {
                    if key == "__metadata__" {
                        if header.metadata.is_some() {
                            return Err(A::Error::custom("`__metadata__` stands twice"));
                        }
                        let Texts(texts) = map.next_value()?;
                        header.metadata = Some(texts);
                    } else {
                        if header.tensors.len() >= MOST_TENSORS {
                            return Err(A::Error::custom("more tensors than any known model has"));
                        }
                        header.tensors.push((key, map.next_value()?));
                    }
                }
                Ok(header)
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

struct Texts(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Texts;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Texts, A::Error> {
                let mut out = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    out.push(pair);
                }
                Ok(Texts(out))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

/// Bits of one number of a type; `None` for a type this reader does not know.
fn bits(dtype: &str) -> Option<u64> {
    Some(match dtype {
        "F4" => 4,
        "F6_E2M3" | "F6_E3M2" => 6,
        "BOOL" | "U8" | "I8" | "F8_E5M2" | "F8_E4M3" | "F8_E8M0" | "F8_E5M2FNUZ" | "F8_E4M3FNUZ" => 8,
        "I16" | "U16" | "F16" | "BF16" => 16,
        "I32" | "U32" | "F32" => 32,
        "F64" | "I64" | "U64" | "C64" => 64,
        _ => return None,
    })
}

pub(super) fn read(source: &mut Source<'_>) -> Result<Weights, Problem> {
    source.go(0)?;
    let length = source.u64()?;
    if length > LONGEST_HEADER {
        return Problem::says("its header claims to be longer than the 100 MB the format allows");
    }
    let header = source.bytes(length, LONGEST_HEADER)?;
    let data = source.left();
    let Header { mut tensors, metadata } = serde_json::from_slice(&header).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Data => "holds an entry that is not a tensor's",
            _ => "is not JSON",
        };
        Problem::Says(format!("its header {what} (line {}, column {})", error.line(), error.column()))
    })?;
    drop(header);

    let mut weights = Weights::new("safetensors", Executes::No);
    let mut parameters: u64 = 0;
    for (_, entry) in &tensors {
        let (begin, end) = entry.data_offsets;
        let count = entry.shape.0.iter().try_fold(1u64, |all, n| all.checked_mul(*n));
        let Some(count) = count else { return Problem::says("a tensor's size is beyond counting") };
        if begin > end || end > data {
            return Problem::says("a tensor lies outside the file");
        }
        match bits(&entry.dtype) {
            Some(bits) if count.checked_mul(bits).map(|n| n.div_ceil(8)) != Some(end - begin) => {
                return Problem::says("a tensor's shape and its bytes do not agree");
            }
            Some(_) => {}
            None => weights.fault("a type of number that is not of the format"),
        }
        parameters = parameters.saturating_add(count);
        let name: String = entry.dtype.chars().take(16).filter(char::is_ascii_graphic).collect();
        if weights.dtypes.len() < 64 || weights.dtypes.contains_key(&name) {
            *weights.dtypes.entry(name).or_default() += 1;
        }
    }
    check_contiguous(&mut tensors, data)?;
    check_names(&mut tensors)?;
    weights.parameters = Some(parameters);
    weights.tensors = Some(tensors.len() as u64);
    for (key, value) in metadata.unwrap_or_default() {
        weights.keep_metadata(&key, &value);
    }
    weights.names = tensors.into_iter().take(MOST_NAMES).map(|(name, _)| name).collect();
    Ok(weights)
}

fn check_contiguous(tensors: &mut [(String, Entry)], data: u64) -> Result<(), Problem> {
    tensors.sort_by_key(|(_, entry)| entry.data_offsets);
    let mut at = 0;
    for (_, entry) in tensors.iter() {
        let (begin, end) = entry.data_offsets;
        if begin != at {
            let what = if begin < at { "two tensors overlap" } else { "there is a gap between two tensors" };
            return Problem::says(what);
        }
        at = end;
    }
    if at != data {
        return Problem::says("there are bytes after the last tensor, or the file is cut off");
    }
    Ok(())
}

fn check_names(tensors: &mut [(String, Entry)]) -> Result<(), Problem> {
    tensors.sort_by(|a, b| a.0.cmp(&b.0));
    if tensors.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Problem::says("a tensor's name stands twice in its header");
    }
    Ok(())
}
