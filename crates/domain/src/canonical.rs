//! Canonical JSON: one value, one sequence of bytes.
//!
//! The form is that of RFC 8785 (JSON Canonicalization Scheme) restricted to what Formulary
//! writes: object keys sorted by UTF-16 code units, no white space, strings escaped only where
//! JSON demands it, and integers alone as numbers. A number with a fraction is refused, so that
//! no platform's idea of floating point can enter a digest: CVSS scores are in tenths, EPSS
//! probabilities in millionths.

use serde::Serialize;
use serde_json::Value;

/// Why a value has no canonical form.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// The value cannot be written as JSON at all.
    #[error("the value cannot be written as JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    /// A number is not an integer, or is beyond 2^53 (RFC 8785 §3.2.2.3 would round it).
    #[error("the number {0} has no canonical form: only integers up to 2^53 have one")]
    Number(String),
}

const LARGEST: u64 = 1 << 53;

/// The canonical bytes of a value.
///
/// # Errors
/// See [`CanonicalError`].
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    let value = serde_json::to_value(value)?;
    let mut out = Vec::with_capacity(1024);
    write(&value, &mut out)?;
    Ok(out)
}

fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => {
            let fits = number.as_u64().is_some_and(|n| n <= LARGEST)
                || number.as_i64().is_some_and(|n| n.unsigned_abs() <= LARGEST);
            if !fits {
                return Err(CanonicalError::Number(number.to_string()));
            }
            out.extend_from_slice(number.to_string().as_bytes());
        }
        Value::String(text) => serde_json::to_writer(out, text)?,
        Value::Array(items) => {
            out.push(b'[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write(item, out)?;
            }
            out.push(b']');
        }
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
            out.push(b'{');
            for (i, (key, item)) in entries.into_iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                serde_json::to_writer(&mut *out, key)?;
                out.push(b':');
                write(item, out)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sorts_by_utf16_and_drops_white_space() {
        // U+1F600 is D83D DE00 in UTF-16 and so comes before U+FB33; by bytes it comes after.
        let value = json!({"\u{fb33}": 1, "\u{1f600}": 2, "b": [true, null], "a": "\u{e9}\n"});
        assert_eq!(
            String::from_utf8(to_vec(&value).unwrap()).unwrap(),
            "{\"a\":\"\u{e9}\\n\",\"b\":[true,null],\"\u{1f600}\":2,\"\u{fb33}\":1}"
        );
    }

    #[test]
    fn refuses_fractions_and_numbers_that_would_be_rounded() {
        assert!(to_vec(&json!({"x": 9.8})).is_err());
        assert!(to_vec(&json!(9_007_199_254_740_993_u64)).is_err());
        assert!(to_vec(&json!(-9_007_199_254_740_992_i64)).is_ok());
    }
}
