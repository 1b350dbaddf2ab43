//! Numbers and texts as bytes: variable-length integers (LEB128) and length-prefixed UTF-8.
//!
//! Decides only the spelling. The reader trusts no length: everything is checked against the
//! bytes that are there.

use super::IndexError;

/// Appends an unsigned number, seven bits a byte, low bits first.
pub(crate) fn put_number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a signed number (zigzag).
pub(crate) fn put_signed(out: &mut Vec<u8>, value: i64) {
    put_number(out, (value << 1) as u64 ^ (value >> 63) as u64);
}

/// Appends a text with its length.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_bytes(out, text.as_bytes());
}

/// Appends bytes with their length.
pub(crate) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Reads what the functions above wrote.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    rest: &'a [u8],
}

const SHORT: IndexError = IndexError::Damaged("a block ends early");

impl<'a> Cursor<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn byte(&mut self) -> Result<u8, IndexError> {
        let (&first, rest) = self.rest.split_first().ok_or(SHORT)?;
        self.rest = rest;
        Ok(first)
    }

    pub(crate) fn number(&mut self) -> Result<u64, IndexError> {
        let mut value = 0u64;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(IndexError::Damaged("a number is too long"))
    }

    pub(crate) fn signed(&mut self) -> Result<i64, IndexError> {
        let value = self.number()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// A count of things that take at least one byte each: never more than the bytes left.
    pub(crate) fn count(&mut self) -> Result<usize, IndexError> {
        let count = self.number()?;
        usize::try_from(count).ok().filter(|n| *n <= self.rest.len()).ok_or(SHORT)
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], IndexError> {
        let length = self.count()?;
        let (head, rest) = self.rest.split_at(length);
        self.rest = rest;
        Ok(head)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, IndexError> {
        std::str::from_utf8(self.bytes()?).map_err(|_| IndexError::Damaged("a text is not UTF-8"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_wrote() {
        let numbers = [0, 1, 127, 128, 16_383, 16_384, u64::from(u32::MAX), u64::MAX];
        let signed = [0, -1, 1, i64::MIN, i64::MAX, -62_135_596_800];
        let mut out = Vec::new();
        numbers.iter().for_each(|n| put_number(&mut out, *n));
        signed.iter().for_each(|n| put_signed(&mut out, *n));
        put_text(&mut out, "näm");
        let mut cursor = Cursor::new(&out);
        numbers.iter().for_each(|n| assert_eq!(cursor.number().unwrap(), *n));
        signed.iter().for_each(|n| assert_eq!(cursor.signed().unwrap(), *n));
        assert_eq!(cursor.text().unwrap(), "näm");
        assert!(cursor.is_empty());
    }

    #[test]
    fn lengths_that_lie_are_errors() {
        assert!(Cursor::new(&[0xff; 10]).number().is_err());
        assert!(Cursor::new(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02]).number().is_err());
        assert!(Cursor::new(&[5, b'a']).text().is_err());
        assert!(Cursor::new(&[0xff, 0xff, 0xff, 0x7f]).count().is_err());
        assert!(Cursor::new(&[1, 0xff]).text().is_err());
    }
}
