//! Numbers of any size, as the digits they are written in.

use std::cmp::Ordering;

/// Whether the text is one or more ASCII digits.
pub(crate) fn only(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The digits without leading zeros; zero is the empty text.
pub(crate) fn trim(digits: &str) -> &str {
    digits.trim_start_matches('0')
}

/// Compares two numbers written in digits; the empty text is zero.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (trim(a), trim(b));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// Splits off the digits at the start; both parts may be empty.
pub(crate) fn split(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

/// The number one higher, in digits.
pub(crate) fn next(digits: &str) -> String {
    let mut out: Vec<u8> = trim(digits).bytes().collect();
    for digit in out.iter_mut().rev() {
        if *digit == b'9' {
            *digit = b'0';
        } else {
            *digit += 1;
            return String::from_utf8_lossy(&out).into_owned();
        }
    }
    out.insert(0, b'1');
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_beyond_any_word_compare_by_value() {
        assert_eq!(compare("18446744073709551616", "18446744073709551615"), Ordering::Greater);
        assert_eq!(compare("0010", "10"), Ordering::Equal);
        assert_eq!(compare("", "0"), Ordering::Equal);
        assert_eq!(compare("9", "10"), Ordering::Less);
    }

    #[test]
    fn the_next_number_carries() {
        assert_eq!(next("0"), "1");
        assert_eq!(next("9"), "10");
        assert_eq!(next("0199"), "200");
        assert_eq!(next("99999999999999999999"), "100000000000000000000");
    }
}
