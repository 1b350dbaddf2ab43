//! NumPy's `.npy`: a Python dictionary as text, then the numbers. An array of objects is a pickle.

use super::{Executes, Weights, source::Problem};

pub(super) fn begins(head: &[u8]) -> bool {
    head.starts_with(b"\x93NUMPY")
}

/// Reads the header out of the first bytes.
pub(super) fn read(head: &[u8]) -> Result<Weights, Problem> {
    let at = |range: std::ops::Range<usize>| head.get(range).ok_or(Problem::CutOff);
    let major = at(6..7)?[0];
    let (start, length): (usize, usize) = if major == 1 {
        let bytes = at(8..10)?;
        (10, usize::from(u16::from_le_bytes([bytes[0], bytes[1]])))
    } else {
        let bytes = at(8..12)?;
        (12, u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize)
    };
    let mut weights = Weights::new("npy", Executes::No);
    weights.version = Some(major.to_string());
    let Some(header) = head.get(start..start.saturating_add(length)) else {
        weights.raise(Executes::CannotTell, "its header is longer than what is read of it");
        return Ok(weights);
    };
    let Ok(header) = std::str::from_utf8(header) else {
        return Problem::says("its header is not text");
    };
    if !header.trim_start().starts_with('{') || !header.contains("descr") {
        return Problem::says("its header is not a dictionary with a `descr`");
    }
    if has_objects(header) {
        weights.raise(Executes::Yes, "an array of objects is a pickle, which runs what it names when loaded");
    } else {
        weights.parameters = shape(header);
        weights.tensors = Some(1);
        if let Some(dtype) = quoted(header, "descr") {
            weights.dtypes.insert(dtype, 1);
        }
    }
    Ok(weights)
}

/// Whether any type code in the header is `O`: `'|O'`, `'O'`, `'<O8'`, alone or in a record.
fn has_objects(header: &str) -> bool {
    header.split(['\'', '"']).any(|piece| {
        let code = piece.trim_start_matches(['|', '<', '>', '=', '!']);
        let code = code.trim_start_matches(|c: char| c.is_ascii_digit());
        code.strip_prefix('O').is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
    })
}

fn quoted(header: &str, key: &str) -> Option<String> {
    let after = header.split_once(key)?.1;
    let after = after.trim_start_matches(['\'', '"', ':', ' ']);
    let end = after.find(['\'', '"'])?;
    let value = after.get(..end).filter(|value| value.len() <= 16)?;
    value.bytes().all(|b| b.is_ascii_graphic()).then(|| value.to_owned())
}

fn shape(header: &str) -> Option<u64> {
    let after = header.split_once("'shape'")?.1;
    let list = after.split_once('(')?.1.split_once(')')?.0;
    list.split(',')
        .map(str::trim)
        .filter(|n| !n.is_empty())
        .try_fold(1u64, |all, n| all.checked_mul(n.parse().ok()?))
}
