//! The wire form of protocol buffers, walked without a schema: which fields there are, and where.
//! Lengths are checked against the message they lie in; content is skipped, not read.

use std::collections::BTreeMap;

use super::source::{Problem, Source};

/// The most fields of one message that are walked.
const MOST_FIELDS: u64 = 8 << 20;

/// The most places kept of one message.
const MOST_PLACES: usize = 1 << 16;

/// A field's content.
#[derive(Clone, Copy, Debug)]
pub(super) enum Field {
    /// A number.
    Number(u64),
    /// Bytes: a text, a message, packed numbers.
    Bytes {
        /// Where they begin.
        at: u64,
        /// How many.
        len: u64,
    },
    /// Four or eight bytes, skipped.
    Fixed,
}

/// Whether the first bytes hold together as a message of small field numbers.
pub(super) fn begins(head: &[u8]) -> bool {
    let mut rest = head;
    let mut fields = 0;
    while !rest.is_empty() {
        let Some((tag, after)) = varint(rest) else { break };
        let (number, wire) = (tag >> 3, tag & 7);
        if !(1..=2000).contains(&number) {
            return false;
        }
        let skip = match wire {
            0 => match varint(after) {
                Some((_, next)) => after.len() - next.len(),
                None => break,
            },
            1 => 8,
            5 => 4,
            2 => {
                let Some((len, next)) = varint(after) else { break };
                let len = usize::try_from(len).unwrap_or(usize::MAX);
                (after.len() - next.len()).saturating_add(len)
            }
            _ => return false,
        };
        fields += 1;
        rest = after.get(skip..).unwrap_or(&[]);
    }
    fields > 0 && matches!(head.first(), Some(0x08 | 0x0a | 0x12 | 0x1a | 0x22 | 0x28 | 0x32 | 0x3a | 0x42))
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (i, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[i + 1..]));
        }
    }
    None
}

/// Calls `each` for every field between two offsets.
pub(super) fn walk(
    source: &mut Source<'_>,
    at: u64,
    len: u64,
    each: &mut dyn FnMut(&mut Source<'_>, u32, Field) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let end = at.checked_add(len).filter(|end| *end <= source.len()).ok_or(Problem::CutOff)?;
    source.go(at)?;
    let mut fields: u64 = 0;
    while source.at() < end {
        fields += 1;
        if fields > MOST_FIELDS {
            return Problem::says("a message of more fields than any known model has");
        }
        let tag = number(source)?;
        let field = u32::try_from(tag >> 3).ok().filter(|n| *n > 0).ok_or_else(broken)?;
        let (content, next) = match tag & 7 {
            0 => (Field::Number(number(source)?), source.at()),
            1 => (Field::Fixed, source.at() + 8),
            5 => (Field::Fixed, source.at() + 4),
            2 => {
                let len = number(source)?;
                let at = source.at();
                (Field::Bytes { at, len }, at.checked_add(len).ok_or(Problem::CutOff)?)
            }
            _ => return Err(broken()),
        };
        if next > end {
            return Err(Problem::CutOff);
        }
        each(source, field, content)?;
        source.go(next)?;
    }
    if source.at() == end { Ok(()) } else { Err(broken()) }
}

fn broken() -> Problem {
    Problem::Says("its fields do not hold together".to_owned())
}

fn number(source: &mut Source<'_>) -> Result<u64, Problem> {
    let mut value: u64 = 0;
    for i in 0..10 {
        let byte = source.array::<1>()?[0];
        value |= u64::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(broken())
}

/// Which fields a message has: how often, and where the first ones with bytes lie.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) counts: BTreeMap<u32, u64>,
    pub(super) places: Vec<(u32, u64, u64)>,
    pub(super) numbers: BTreeMap<u32, u64>,
}

impl Survey {
    pub(super) fn of(source: &mut Source<'_>, at: u64, len: u64) -> Result<Self, Problem> {
        let mut survey = Self::default();
        walk(source, at, len, &mut |_, field, content| {
            if survey.counts.len() < 256 || survey.counts.contains_key(&field) {
                *survey.counts.entry(field).or_default() += 1;
            }
            match content {
                Field::Bytes { at, len } if survey.places.len() < MOST_PLACES => {
                    survey.places.push((field, at, len));
                }
                Field::Number(n) if survey.numbers.len() < 256 => {
                    survey.numbers.entry(field).or_insert(n);
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(survey)
    }

    pub(super) fn has(&self, field: u32) -> bool {
        self.counts.contains_key(&field)
    }

    pub(super) fn first(&self, field: u32) -> Option<(u64, u64)> {
        self.places.iter().find(|(f, ..)| *f == field).map(|(_, at, len)| (*at, *len))
    }

    /// Whether every field is among these.
    pub(super) fn only(&self, fields: &[u32]) -> bool {
        self.counts.keys().all(|field| fields.contains(field))
    }
}

/// A short text; `None` if it is long or not text.
pub(super) fn text(source: &mut Source<'_>, at: u64, len: u64) -> Result<Option<String>, Problem> {
    if len > 4096 {
        return Ok(None);
    }
    source.go(at)?;
    Ok(String::from_utf8(source.bytes(len, 4096)?).ok())
}
