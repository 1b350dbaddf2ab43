//! The two encodings that all the text forms share, each with exactly one spelling for a value, so that
//! what is read is written back the same: decimal numbers and base64.

use base64::{Engine, engine::general_purpose::STANDARD};

/// A decimal number with no sign, no space and no leading zero (`0` itself excepted).
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let digits = text.as_bytes();
    // u64::MAX has 20 digits.
    if digits.is_empty() || digits.len() > 20 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    if digits[0] == b'0' && digits.len() > 1 {
        return None;
    }
    text.parse().ok()
}

/// Standard base64 (RFC 4648, section 4) with its padding, in its one canonical spelling.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Standard base64 with padding.
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!(decimal("0"), Some(0));
        assert_eq!(decimal("18446744073709551615"), Some(u64::MAX));
        for bad in ["", "00", "01", "+1", "-1", " 1", "1 ", "1_0", "18446744073709551616", "٣", "1e3"] {
            assert_eq!(decimal(bad), None, "{bad}");
        }
    }

    #[test]
    fn base64_has_one_spelling() {
        assert_eq!(from_base64("AQ=="), Some(vec![1]));
        for bad in ["AQ", "AQ=", "AR==", "A Q==", "AQ==\n", "_-==", "AQ==AQ=="] {
            assert_eq!(from_base64(bad), None, "{bad}");
        }
    }
}
