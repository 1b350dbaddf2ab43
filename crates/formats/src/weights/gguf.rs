//! GGUF versions 1 to 3 (and the older GGML containers by their magic alone): a list of typed
//! metadata, a list of tensors, then the numbers.
//!
//! The counts are 32-bit in version 1 and 64-bit since; version 3 may be big-endian, told by its
//! version number. Arrays are walked, not kept: a tokenizer's vocabulary has 250,000 texts.

use super::{
    Executes, MOST_NAMES, Weights,
    source::{Problem, Source},
};

const MOST_PAIRS: u64 = 1 << 20;
const MOST_TENSORS: u64 = 1 << 20;
const MOST_ITEMS: u64 = 1 << 24;
const LONGEST_KEY: u64 = 1 << 16;
const LONGEST_TEXT: u64 = 64 << 20;
const DEEPEST_ARRAY: u32 = 4;

pub(super) fn begins(head: &[u8]) -> bool {
    head.len() >= 8 && (head.starts_with(b"GGUF") || older(head))
}

fn older(head: &[u8]) -> bool {
    [b"lmgg", b"tjgg", b"algg", b"fmgg"].iter().any(|magic| head.starts_with(*magic))
}

/// Reads integers in the file's own order and width.
struct Walk<'s, 'r> {
    source: &'s mut Source<'r>,
    big: bool,
    narrow: bool,
}

/// A metadata value, where it is short enough to keep.
enum Value {
    Text(String),
    Number(u64),
    Other,
}

impl Walk<'_, '_> {
    fn u32(&mut self) -> Result<u32, Problem> {
        let bytes = self.source.array()?;
        Ok(if self.big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn u64(&mut self) -> Result<u64, Problem> {
        let bytes = self.source.array()?;
        Ok(if self.big { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) })
    }

    /// A count or length: 32 bits in version 1, 64 since.
    fn count(&mut self) -> Result<u64, Problem> {
        if self.narrow { Ok(u64::from(self.u32()?)) } else { self.u64() }
    }

    fn text(&mut self, longest: u64) -> Result<String, Problem> {
        let n = self.count()?;
        let bytes = self.source.bytes(n, longest)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn value(&mut self, kind: u32, depth: u32) -> Result<Value, Problem> {
        Ok(match kind {
            0 | 1 | 7 => Value::Number(u64::from(self.source.array::<1>()?[0])),
            2 | 3 => {
                self.source.skip(2)?;
                Value::Other
            }
            4 => Value::Number(u64::from(self.u32()?)),
            5 | 6 => {
                self.source.skip(4)?;
                Value::Other
            }
            8 => Value::Text(self.text(LONGEST_TEXT)?),
            9 => {
                let kind = self.u32()?;
                let n = self.count()?;
                self.array(kind, n, depth)?;
                Value::Other
            }
            10 => Value::Number(self.u64()?),
            11 | 12 => {
                self.source.skip(8)?;
                Value::Other
            }
            _ => return Problem::says("a metadata value of a type the format does not have"),
        })
    }

    fn array(&mut self, kind: u32, n: u64, depth: u32) -> Result<(), Problem> {
        let width = match kind {
            0 | 1 | 7 => 1,
            2 | 3 => 2,
            4..=6 => 4,
            10..=12 => 8,
            8 | 9 => 0,
            _ => return Problem::says("an array of a type the format does not have"),
        };
        if width > 0 {
            return self.source.skip(n.checked_mul(width).ok_or(Problem::CutOff)?);
        }
        if n > MOST_ITEMS || depth >= DEEPEST_ARRAY {
            return Problem::says("an array larger or deeper than any known model has");
        }
        for _ in 0..n {
            if kind == 8 {
                let length = self.count()?;
                self.source.skip(length)?;
            } else {
                self.value(9, depth + 1)?;
            }
        }
        Ok(())
    }
}

pub(super) fn read(head: &[u8], source: &mut Source<'_>) -> Result<Weights, Problem> {
    if older(head) {
        return Ok(Weights::new("ggml", Executes::CannotTell)
            .because("the containers before GGUF are recognised, and not read"));
    }
    source.go(4)?;
    let bytes: [u8; 4] = source.array()?;
    let (little, swapped) = (u32::from_le_bytes(bytes), u32::from_be_bytes(bytes));
    let (version, big) = if (1..=3).contains(&little) {
        (little, false)
    } else if swapped == 3 {
        (swapped, true)
    } else {
        return Problem::says("a version this program does not know (1 to 3 are)");
    };
    let mut walk = Walk { source, big, narrow: version == 1 };
    let tensors = walk.count()?;
    let pairs = walk.count()?;
    if tensors > MOST_TENSORS || pairs > MOST_PAIRS {
        return Problem::says("more tensors or metadata than any known model has");
    }
    let mut weights = Weights::new("gguf", Executes::No);
    weights.version = Some(version.to_string());
    let mut alignment = 32;
    for _ in 0..pairs {
        let key = walk.text(LONGEST_KEY)?;
        let kind = walk.u32()?;
        match (walk.value(kind, 0)?, key.as_str()) {
            (Value::Text(_), key) if key.starts_with("tokenizer.chat_template") => {
                weights.chat_template = true
            }
            (Value::Text(text), key) if key.starts_with("general.") => weights.keep_metadata(key, &text),
            (Value::Number(n), "general.file_type") => weights.quantisation = Some(file_type(n)),
            (Value::Number(n), "general.alignment") => alignment = n,
            (Value::Number(n), key) if key.starts_with("general.") => {
                weights.keep_metadata(key, &n.to_string())
            }
            _ => {}
        }
    }
    if alignment == 0 || !alignment.is_multiple_of(8) || alignment > 1 << 20 {
        return Problem::says("an alignment that is not a multiple of 8");
    }
    let extents = tensor_list(&mut walk, tensors, &mut weights)?;
    let data = walk.source.at().div_ceil(alignment) * alignment;
    check_extents(extents, data, walk.source.len(), &mut weights)?;
    Ok(weights)
}

fn tensor_list(
    walk: &mut Walk<'_, '_>,
    tensors: u64,
    weights: &mut Weights,
) -> Result<Vec<(u64, Option<u64>)>, Problem> {
    let mut extents = Vec::new();
    let mut parameters: u64 = 0;
    let mut names = std::collections::BTreeSet::new();
    for _ in 0..tensors {
        let name = walk.text(LONGEST_KEY)?;
        let dimensions = walk.u32()?;
        if dimensions > 8 {
            return Problem::says("a tensor of more than eight dimensions");
        }
        let mut count: u64 = 1;
        for _ in 0..dimensions {
            let n = walk.count()?;
            count = count
                .checked_mul(n)
                .ok_or_else(|| Problem::Says("a tensor's size is beyond counting".into()))?;
        }
        let kind = walk.u32()?;
        let offset = walk.u64()?;
        parameters = parameters.saturating_add(count);
        let (word, size) = ggml_type(kind, count);
        *weights.dtypes.entry(word).or_default() += 1;
        extents.push((offset, size));
        if names.len() < MOST_NAMES && !names.insert(name) {
            return Problem::says("a tensor's name stands twice");
        }
    }
    weights.names = names.into_iter().collect();
    weights.tensors = Some(tensors);
    weights.parameters = Some(parameters);
    Ok(extents)
}

/// Every tensor must lie in the file and on no other; where a type's size is not known, only its
/// beginning is checked.
fn check_extents(
    mut extents: Vec<(u64, Option<u64>)>,
    data: u64,
    len: u64,
    weights: &mut Weights,
) -> Result<(), Problem> {
    extents.sort_unstable();
    let mut end: u64 = 0;
    for (offset, size) in extents {
        if offset < end {
            return Problem::says("two tensors overlap");
        }
        end = offset.checked_add(size.unwrap_or(0)).ok_or(Problem::CutOff)?;
        if data.checked_add(end).is_none_or(|end| end > len) {
            return Err(Problem::CutOff);
        }
    }
    if data.saturating_add(end).saturating_add(1 << 20) < len {
        weights.fault("more than a megabyte follows the last tensor");
    }
    Ok(())
}

/// A ggml type's name, and the bytes that `count` numbers of it take. From ggml's type table
/// (`block size`, `bytes per block`); types later withdrawn, and new ones, have no size here.
fn ggml_type(kind: u32, count: u64) -> (String, Option<u64>) {
    let known: &[(u32, &str, u64, u64)] = &[
        (0, "F32", 1, 4),
        (1, "F16", 1, 2),
        (2, "Q4_0", 32, 18),
        (3, "Q4_1", 32, 20),
        (6, "Q5_0", 32, 22),
        (7, "Q5_1", 32, 24),
        (8, "Q8_0", 32, 34),
        (9, "Q8_1", 32, 36),
        (10, "Q2_K", 256, 84),
        (11, "Q3_K", 256, 110),
        (12, "Q4_K", 256, 144),
        (13, "Q5_K", 256, 176),
        (14, "Q6_K", 256, 210),
        (15, "Q8_K", 256, 292),
        (16, "IQ2_XXS", 256, 66),
        (17, "IQ2_XS", 256, 74),
        (18, "IQ3_XXS", 256, 98),
        (19, "IQ1_S", 256, 50),
        (20, "IQ4_NL", 32, 18),
        (21, "IQ3_S", 256, 110),
        (22, "IQ2_S", 256, 82),
        (23, "IQ4_XS", 256, 136),
        (24, "I8", 1, 1),
        (25, "I16", 1, 2),
        (26, "I32", 1, 4),
        (27, "I64", 1, 8),
        (28, "F64", 1, 8),
        (29, "IQ1_M", 256, 56),
        (30, "BF16", 1, 2),
    ];
    match known.iter().find(|(id, ..)| *id == kind) {
        Some((_, name, block, bytes)) => {
            ((*name).to_owned(), count.div_ceil(*block).checked_mul(*bytes).or(Some(u64::MAX)))
        }
        None => (format!("type-{kind}"), None),
    }
}

/// The name of `general.file_type`: which quantisation most tensors have.
fn file_type(n: u64) -> String {
    let names = [
        (0, "F32"),
        (1, "F16"),
        (2, "Q4_0"),
        (3, "Q4_1"),
        (7, "Q8_0"),
        (8, "Q5_0"),
        (9, "Q5_1"),
        (10, "Q2_K"),
        (11, "Q3_K_S"),
        (12, "Q3_K_M"),
        (13, "Q3_K_L"),
        (14, "Q4_K_S"),
        (15, "Q4_K_M"),
        (16, "Q5_K_S"),
        (17, "Q5_K_M"),
        (18, "Q6_K"),
        (19, "IQ2_XXS"),
        (20, "IQ2_XS"),
        (21, "Q2_K_S"),
        (22, "IQ3_XS"),
        (23, "IQ3_XXS"),
        (24, "IQ1_S"),
        (25, "IQ4_NL"),
        (26, "IQ3_S"),
        (27, "IQ3_M"),
        (28, "IQ2_S"),
        (29, "IQ2_M"),
        (30, "IQ4_XS"),
        (31, "IQ1_M"),
        (32, "BF16"),
    ];
    names
        .iter()
        .find(|(id, _)| *id == n)
        .map_or_else(|| format!("file-type-{n}"), |(_, name)| (*name).to_owned())
}
