//! Public reference data about flaws and support: what the bytes of each source say.
//!
//! One file for each source: OSV records, the KEV catalogue, the EPSS table, SSVC values as
//! published by CISA's Vulnrichment, end-of-life dates. These modules decide only what is
//! *written*; which component a record meets, and what follows from that, is for others. All of
//! it comes from strangers: sizes are bounded by named constants, and a record that breaks the
//! form is an error with a reason, never a record with a hole in it.

pub mod endoflife;
pub mod epss;
pub mod kev;
pub mod osv;
pub mod ssvc;

use std::fmt;

/// A CVE identifier as two numbers, so that it sorts and packs: `CVE-2024-3094` is year 2024,
/// number 3094.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CveId(u64);

/// Numbers stay below this, so that year and number fit one 64-bit key.
const NUMBER_BITS: u32 = 48;

impl CveId {
    /// Reads `CVE-<year>-<number>`; none when the text is anything else.
    ///
    /// The number has at least four digits and no padding beyond them (CVE Record Format, `cveId`).
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("CVE-").or_else(|| text.strip_prefix("cve-"))?;
        let (year, number) = rest.split_once('-')?;
        let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        let padded = number.len() > 4 && number.starts_with('0');
        if year.len() != 4
            || !digits(year)
            || number.len() < 4
            || number.len() > 14
            || padded
            || !digits(number)
        {
            return None;
        }
        let year: u64 = year.parse().ok()?;
        let number: u64 = number.parse().ok()?;
        (number < 1 << NUMBER_BITS).then_some(Self(year << NUMBER_BITS | number))
    }

    /// The identifier that [`CveId::key`] gave this number for.
    pub const fn from_key(key: u64) -> Self {
        Self(key)
    }

    /// The identifier as one number that sorts by year, then by number.
    pub const fn key(self) -> u64 {
        self.0
    }
}

impl fmt::Display for CveId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CVE-{:04}-{:04}", self.0 >> NUMBER_BITS, self.0 & ((1 << NUMBER_BITS) - 1))
    }
}

impl fmt::Debug for CveId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A line or entry that was there and could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Which: an identifier, or `line 12`.
    pub place: String,
    /// Why, without repeating the content.
    pub why: String,
}

/// At most this many unreadable lines of a file are listed one by one; the rest is a number.
pub const UNREADABLE_LISTED: usize = 1_000;

/// What could not be read of a file: the first ones listed, all of them counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// The first [`UNREADABLE_LISTED`], in file order.
    pub listed: Vec<Unreadable>,
    /// How many there were in all.
    pub count: u64,
}

impl Unread {
    /// Notes one more.
    pub fn push(&mut self, place: impl Into<String>, why: impl Into<String>) {
        self.count += 1;
        if self.listed.len() < UNREADABLE_LISTED {
            self.listed.push(Unreadable { place: place.into(), why: why.into() });
        }
    }

    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

/// Reads a decimal fraction from 0 to 1 as millionths, without floating point; digits beyond the
/// sixth are cut. `0.04919` is 49190.
fn millionths(text: &str) -> Option<u32> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.len() > 1 || fraction.len() > 40 {
        return small_exponent(text);
    }
    let mut value: u32 = whole.parse::<u32>().ok()? * 1_000_000;
    let mut unit = 100_000;
    for digit in fraction.bytes().take(6) {
        value += u32::from(digit - b'0') * unit;
        unit /= 10;
    }
    (value <= 1_000_000).then_some(value)
}

/// `9e-05`, as some writers print small numbers.
fn small_exponent(text: &str) -> Option<u32> {
    let (mantissa, exponent) = text.split_once("e-").or_else(|| text.split_once("E-"))?;
    let shift: u32 = exponent.parse().ok().filter(|n| (1..=40).contains(n))?;
    if mantissa.contains(['e', 'E']) || mantissa.len() > 40 {
        return None;
    }
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all: String = [whole, fraction].concat();
    if whole.len() != 1 || !all.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits: u64 = all.get(..all.len().min(12))?.parse().ok()?;
    let places = shift + u32::try_from(fraction.len().min(11)).ok()?;
    let scaled = u128::from(digits) * 1_000_000 / 10u128.checked_pow(places)?;
    u32::try_from(scaled).ok().filter(|v| *v <= 1_000_000)
}

/// The text without a UTF-8 byte order mark, or why it is no UTF-8.
fn utf8(bytes: &[u8]) -> Result<&str, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("it is UTF-16; save it as UTF-8".into());
    }
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|e| format!("it is not UTF-8 (byte {})", e.valid_up_to()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cve_identifiers_sort_by_year_then_number_and_print_as_read() {
        let a = CveId::parse("CVE-2024-3094").unwrap();
        let b = CveId::parse("CVE-2024-10000").unwrap();
        assert!(a < b);
        assert!(CveId::parse("CVE-1999-0001").unwrap() < a);
        assert_eq!(CveId::parse("CVE-1999-0001").unwrap().to_string(), "CVE-1999-0001");
        for bad in [
            "",
            "CVE-2024",
            "CVE-2024-1",
            "CVE-2024-00001",
            "CVE-24-0001",
            "GHSA-2024-0001",
            "CVE-2024-99999999999999999999",
        ] {
            assert_eq!(CveId::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn millionths_need_no_floating_point() {
        for (text, want) in [
            ("0.04919", Some(49_190)),
            ("1", Some(1_000_000)),
            ("0.9999999", Some(999_999)),
            ("0", Some(0)),
            ("1.000001", None),
            ("9e-05", Some(90)),
            ("9.12E-3", Some(9_120)),
            ("", None),
            (".5", None),
            ("-0.1", None),
            ("nan", None),
            ("1e-999", None),
            ("2", None),
        ] {
            assert_eq!(millionths(text), want, "{text}");
        }
    }
}
