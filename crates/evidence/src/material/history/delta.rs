//! Applying a delta, and remembering which ranges of the result were copied.
//!
//! Every length and offset is checked before it is used. Source: git's `gitformat-pack(5)`.

use super::buffer::Buffer;

/// Shorter copies are not worth remembering: their lines are read again anyway.
const SHORTEST_COPY: usize = 48;

/// A range of the result that is the same as a range of the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Where it starts in the result.
    pub at: usize,
    /// Where it starts in the base.
    pub from: usize,
    /// Its length in bytes.
    pub length: usize,
}

/// A delta that does not fit its base or contradicts itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a delta in the pack is damaged")]
pub(super) struct BadDelta;

/// The size of the result that a delta states, its base's size checked.
pub(super) fn result_size(delta: &[u8], base: usize) -> Result<(u64, usize), BadDelta> {
    let mut at = 0;
    if size(delta, &mut at)? != base as u64 {
        return Err(BadDelta);
    }
    let result = size(delta, &mut at)?;
    Ok((result, at))
}

fn size(delta: &[u8], at: &mut usize) -> Result<u64, BadDelta> {
    let mut out = 0u64;
    let mut shift = 0;
    loop {
        let byte = *delta.get(*at).ok_or(BadDelta)?;
        *at += 1;
        if shift > 56 {
            return Err(BadDelta);
        }
        out |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return Ok(out);
        }
    }
}

/// Applies a delta's instructions, which start at `start`; the result's length is `length`.
pub(super) fn apply(
    delta: &[u8],
    start: usize,
    base: &[u8],
    length: usize,
    out: &mut Buffer,
    copies: &mut Vec<Copied>,
) -> Result<(), BadDelta> {
    copies.clear();
    let result = out.of_length(length);
    let mut at = start;
    let mut done = 0;
    while at < delta.len() {
        let op = delta[at];
        at += 1;
        if op & 0x80 != 0 {
            let mut from = 0usize;
            let mut count = 0usize;
            for bit in 0..4 {
                if op & (1 << bit) != 0 {
                    from |= usize::from(*delta.get(at).ok_or(BadDelta)?) << (8 * bit);
                    at += 1;
                }
            }
            for bit in 0..3 {
                if op & (0x10 << bit) != 0 {
                    count |= usize::from(*delta.get(at).ok_or(BadDelta)?) << (8 * bit);
                    at += 1;
                }
            }
            if count == 0 {
                count = 0x1_0000;
            }
            let end = from.checked_add(count).ok_or(BadDelta)?;
            let part = base.get(from..end).ok_or(BadDelta)?;
            result.get_mut(done..done + count).ok_or(BadDelta)?.copy_from_slice(part);
            match copies.last_mut() {
                Some(last) if last.at + last.length == done && last.from + last.length == from => {
                    last.length += count;
                }
                _ => copies.push(Copied { at: done, from, length: count }),
            }
            done += count;
        } else if op != 0 {
            let count = usize::from(op);
            let part = delta.get(at..at + count).ok_or(BadDelta)?;
            result.get_mut(done..done + count).ok_or(BadDelta)?.copy_from_slice(part);
            at += count;
            done += count;
        } else {
            return Err(BadDelta);
        }
    }
    copies.retain(|copy| copy.length >= SHORTEST_COPY);
    if done == length { Ok(()) } else { Err(BadDelta) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(delta: &[u8], base: &[u8]) -> Result<(Vec<u8>, Vec<Copied>), BadDelta> {
        let (length, start) = result_size(delta, base.len())?;
        let mut out = Buffer::default();
        let mut copies = Vec::new();
        apply(delta, start, base, usize::try_from(length).unwrap(), &mut out, &mut copies)?;
        Ok((out.bytes().to_vec(), copies))
    }

    #[test]
    fn copies_and_inserts() {
        let base: Vec<u8> = (0..100).collect();
        // 100 → 53: copy 50 from 10, insert three.
        let delta = [100, 53, 0x91, 10, 50, 3, b'a', b'b', b'c'];
        let (out, copies) = run(&delta, &base).unwrap();
        assert_eq!((&out[..2], &out[50..]), (&[10u8, 11][..], &b"abc"[..]));
        assert_eq!(copies, [Copied { at: 0, from: 10, length: 50 }]);
    }

    #[test]
    fn refuses_what_does_not_fit() {
        let base = [0u8; 100];
        for delta in [
            &[99, 1, 1, 0][..],
            &[100, 1, 0],
            &[100, 1, 2, 0, 0],
            &[100, 60, 0x91, 60, 60],
            &[100, 5, 0x91, 0],
            &[100, 5, 3, b'a', b'b', b'c'],
            &[100],
            &[],
            &[0xff; 12],
        ] {
            assert!(run(delta, &base).is_err(), "{delta:?}");
        }
    }
}
