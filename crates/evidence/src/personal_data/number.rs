//! Ten-digit patient numbers: the check digit, and what the first digits say.
//!
//! NHS number, Scotland's CHI number and Northern Ireland's Health and Care number share one
//! modulus-11 check digit. One in eleven random ten-digit numbers passes it, so the check alone
//! says nothing; only the range and what stands beside the number do. Own code, twenty lines: the
//! published crates know no CHI, no Health and Care range, or no list of printed examples.

use super::facts::Facts;

/// What a valid number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// In a range that is issued: it may be somebody's. The name is that of the range.
    Issuable(&'static str),
    /// In the range kept for tests.
    Test,
    /// In a range from which none has been issued.
    NeverIssued,
    /// Printed in guidance as an example, or typed rather than issued: of two digits, or counting.
    Example,
    /// Outside every range known here.
    Unallocated,
}

/// A number as it is compared with others in memory. It is never shown: its debug form holds no digit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Value(u64);

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Value")
    }
}

impl Value {
    /// Of digits and letters, in base 36; what stands between them is left out.
    pub(super) fn of(written: &[u8]) -> Self {
        let mut value = 1u64;
        for digit in written.iter().filter_map(|b| char::from(*b).to_digit(36)) {
            value = value.wrapping_mul(36).wrapping_add(u64::from(digit));
        }
        Self(value)
    }
}

/// Scotland's number: its range is a date, so it is not in the table of ranges.
pub const CHI: &str = "chi-number";

/// Classifies ten digits; none when the check digit is wrong.
pub fn classify(digits: [u8; 10], facts: &'static Facts) -> Option<Standing> {
    if !is_valid(digits) {
        return None;
    }
    if is_made_up(digits) || facts.is_example(digits) {
        return Some(Standing::Example);
    }
    let first = u16::from(digits[0]) * 100 + u16::from(digits[1]) * 10 + u16::from(digits[2]);
    if let Some(never) = facts.never(first) {
        return Some(if never == "test-range" { Standing::Test } else { Standing::NeverIssued });
    }
    if let Some(name) = facts.issued(first) {
        return Some(Standing::Issuable(name));
    }
    Some(if begins_with_date(digits) { Standing::Issuable(CHI) } else { Standing::Unallocated })
}

/// The modulus-11 check: weights 10 to 2, and a remainder that asks for 10 makes the number invalid.
pub fn is_valid(digits: [u8; 10]) -> bool {
    let sum: u32 = digits[..9].iter().zip((2..=10u32).rev()).map(|(d, weight)| u32::from(*d) * weight).sum();
    match 11 - sum % 11 {
        11 => digits[9] == 0,
        10 => false,
        check => u32::from(digits[9]) == check,
    }
}

/// Of one or two digits only (two in a million issued numbers are), or counting up or down throughout.
fn is_made_up(digits: [u8; 10]) -> bool {
    let kinds = (0..10).filter(|kind| digits.contains(kind)).count();
    let counts = |step: u8| digits.windows(2).all(|pair| (pair[0] + step) % 10 == pair[1]);
    kinds <= 2 || counts(1) || counts(9)
}

fn begins_with_date(digits: [u8; 10]) -> bool {
    let pair = |at: usize| digits[at] * 10 + digits[at + 1];
    let longest = match pair(2) {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 29,
        _ => return false,
    };
    (1..=longest).contains(&pair(0))
}

/// A ten-digit number in a text: where it starts and ends, and its digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// The digits.
    pub digits: [u8; 10],
}

/// All runs of ten digits that stand alone: together, or in groups of three, three and four with a
/// space or hyphen between them (ten together for CHI). One pass.
pub fn runs(text: &[u8]) -> impl Iterator<Item = Run> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < text.len() {
            if !text[at].is_ascii_digit() {
                at += 1;
                continue;
            }
            let start = at;
            let (digits, end) = read(text, start);
            // Whatever this run was, the next one starts behind its first block of digits.
            at = start + text[start..].iter().take_while(|b| b.is_ascii_digit()).count();
            if let Some(digits) = digits
                && stands_alone(text, start, end)
            {
                at = end;
                return Some(Run { start, end, digits });
            }
        }
        None
    })
}

/// The number that starts here, if one does and it stands alone.
pub(super) fn run_at(text: &[u8], start: usize) -> Option<Run> {
    let (digits, end) = read(text, start);
    digits.filter(|_| stands_alone(text, start, end)).map(|digits| Run { start, end, digits })
}

fn read(text: &[u8], start: usize) -> (Option<[u8; 10]>, usize) {
    let mut digits = [0u8; 10];
    let mut count = 0;
    let mut at = start;
    let separator = text.get(start + 3).copied().filter(|b| matches!(b, b' ' | b'-'));
    while count < 10 {
        match text.get(at) {
            Some(b) if b.is_ascii_digit() => {
                digits[count] = b - b'0';
                count += 1;
            }
            Some(b) if Some(*b) == separator && (at == start + 3 || at == start + 7) => {}
            _ => return (None, at),
        }
        at += 1;
    }
    (Some(digits), at)
}

fn stands_alone(text: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).map(|at| text[at]);
    let after = text.get(end).copied();
    let glued = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+');
    // `.5` goes on as a decimal number, `. ` ends a sentence.
    let decimal = after == Some(b'.') && text.get(end + 1).is_some_and(u8::is_ascii_digit);
    !before.is_some_and(|b| glued(b) || b == b'.') && !after.is_some_and(glued) && !decimal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> [u8; 10] {
        runs(text.as_bytes()).next().map(|run| run.digits).unwrap()
    }

    #[test]
    fn classifies_by_range() {
        let facts = Facts::shipped().unwrap();
        let of = |text: &str| classify(digits(text), facts);
        assert_eq!(of("943 476 5919"), Some(Standing::NeverIssued));
        assert_eq!(of("9990000018"), Some(Standing::Test));
        assert_eq!(of("401 023 2137"), Some(Standing::Example));
        assert_eq!(of("7777777777"), Some(Standing::Example));
        assert_eq!(of("4444444444"), Some(Standing::Example));
        assert!(is_made_up([3, 4, 5, 6, 7, 8, 9, 0, 1, 2]) && is_made_up([4, 0, 0, 0, 0, 0, 0, 0, 0, 4]));
        assert!(!is_made_up([4, 5, 6, 3, 1, 9, 8, 7, 2, 2]));
        assert_eq!(of("401 023 2138"), None);
    }

    #[test]
    fn the_check_digit_holds_for_one_in_eleven() {
        let valid = (0..11_000u32)
            .filter(|n| is_valid(digits(&format!("{:010}", 4_000_000_000u64 + u64::from(*n) * 7_919))))
            .count();
        assert!((900..1_100).contains(&valid), "{valid}");
    }

    #[test]
    fn only_numbers_that_stand_alone_are_runs() {
        let count = |text: &str| runs(text.as_bytes()).count();
        assert_eq!(count("1234567890, 123 456 7890; 123-456-7890"), 3);
        for text in
            ["12345678901", "x1234567890", "1234567890.5", "+1234567890", "123 4567890x", "123-456 7890"]
        {
            assert_eq!(count(text), 0, "{text}");
        }
    }
}
