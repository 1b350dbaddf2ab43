//! The percent-encoding of package URLs: letters, digits, `.-_~` and `:` stand as they are,
//! everything else is encoded, and a text that is no UTF-8 once decoded is refused.

use std::{borrow::Cow, fmt};

use super::{InvalidPurl, refuse};

/// What a slash in the decoded text is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Slash {
    /// A separator of segments: written as it is.
    Separates,
    /// A character like others: encoded.
    Encoded,
}

/// Writes the text encoded.
pub(super) fn encode(f: &mut fmt::Formatter<'_>, text: &str, slash: Slash) -> fmt::Result {
    let stands = |b: &u8| {
        b.is_ascii_alphanumeric()
            || matches!(b, b'.' | b'-' | b'_' | b'~' | b':')
            || (*b == b'/' && slash == Slash::Separates)
    };
    let mut rest = text;
    while !rest.is_empty() {
        let plain = rest.bytes().position(|b| !stands(&b)).unwrap_or(rest.len());
        // Every byte before `plain` is ASCII, so `plain` lies between two characters.
        f.write_str(&rest[..plain])?;
        let Some(c) = rest[plain..].chars().next() else { break };
        let mut bytes = [0; 4];
        for byte in c.encode_utf8(&mut bytes).bytes() {
            write!(f, "%{byte:02X}")?;
        }
        rest = &rest[plain + c.len_utf8()..];
    }
    Ok(())
}

/// Decodes a text that has no separators left in it.
pub(super) fn decode(text: &str) -> Result<Cow<'_, str>, InvalidPurl> {
    if !text.contains('%') {
        return Ok(Cow::Borrowed(text));
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16));
        match (digit(bytes.next()), digit(bytes.next())) {
            // Two hexadecimal digits make at most 255.
            (Some(high), Some(low)) => out.push((high * 16 + low) as u8),
            _ => return refuse("a `%` is not followed by two hexadecimal digits"),
        }
    }
    match String::from_utf8(out) {
        Ok(text) => Ok(Cow::Owned(text)),
        Err(_) => refuse("it is not UTF-8 once decoded"),
    }
}

/// Decodes segments separated by `/`; a slash hidden inside a segment is refused.
pub(super) fn decode_segments(text: &str) -> Result<Cow<'_, str>, InvalidPurl> {
    if !text.contains('%') {
        return Ok(Cow::Borrowed(text));
    }
    let mut out = String::with_capacity(text.len());
    for segment in text.split('/') {
        let segment = decode(segment)?;
        if segment.contains('/') {
            return refuse("a segment holds an encoded slash");
        }
        out.push_str(&segment);
        out.push('/');
    }
    Ok(Cow::Owned(out))
}
