//! What a value's own form proves: checksums, encodings, entropy.
//!
//! Nothing is asked of the network: whether a key still opens something only its owner can say.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::Value;

use super::rule::Check;

/// The answer of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The form alone shows that it is what it claims: no further doubt is due.
    Proved,
    /// Nothing speaks against it.
    Possible,
    /// It is not what it looked like.
    Refuted,
    /// It was valid for a day at most when it was issued, so it opens nothing by the time it is read.
    ShortLived,
}

/// Runs a check on a value.
pub fn check(check: Check, value: &[u8]) -> Answer {
    let holds = match check {
        Check::None | Check::Password | Check::Random => return Answer::Possible,
        Check::Token => is_token(value),
        Check::Base62Crc32 => return proof(base62_crc32(value)),
        Check::Jwt => return jwt(value),
        Check::Pem => pem(value),
        Check::Jwk => jwk(value),
        Check::Basic => basic(value),
        Check::Mixed => {
            value.iter().any(u8::is_ascii_digit)
                && value.iter().any(u8::is_ascii_lowercase)
                && value.iter().any(u8::is_ascii_uppercase)
        }
    };
    if holds { Answer::Possible } else { Answer::Refuted }
}

/// Whether a value has a shape that tokens have, and the entropy that values of this shape have.
fn is_token(value: &[u8]) -> bool {
    let hex = value.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-');
    let entropy = entropy_tenths(value);
    if hex && value.contains(&b'-') {
        // The UUID that every introduction shows, and those made of the clock.
        return value.len() == 36
            && entropy >= 30
            && value.get(14).is_some_and(|version| matches!(version, b'3'..=b'8'))
            && !value.starts_with(b"123e4567");
    }
    if hex {
        return matches!(value.len(), 32 | 40 | 48 | 56 | 64) && entropy >= 30;
    }
    let count = |of: fn(&u8) -> bool| value.iter().filter(|b| of(b)).count();
    let (digits, upper, lower) =
        (count(u8::is_ascii_digit), count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase));
    // Words keep to one case for longer than what is drawn at random does.
    let longest = |of: fn(&u8) -> bool| value.split(|b| !of(b)).map(<[u8]>::len).max().unwrap_or(0);
    let drawn = if upper > 0 && lower > 0 {
        longest(u8::is_ascii_lowercase) < 7 && longest(u8::is_ascii_uppercase) < 7
    } else {
        digits * 6 >= value.len()
    };
    let signs = value.len() - digits - upper - lower;
    drawn && digits >= 2 && upper + lower >= 6 && signs * 8 <= value.len() && entropy >= 36
}

fn proof(holds: bool) -> Answer {
    if holds { Answer::Proved } else { Answer::Refuted }
}

/// Shannon entropy over the bytes, in tenths of a bit a byte, rounded down.
pub fn entropy_tenths(value: &[u8]) -> u32 {
    if value.is_empty() {
        return 0;
    }
    let mut counts = [0u32; 256];
    for &byte in value {
        counts[usize::from(byte)] += 1;
    }
    #[expect(clippy::cast_precision_loss, reason = "values are far shorter than 2^52")]
    let total = value.len() as f64;
    let bits: f64 = counts
        .iter()
        .filter(|&&n| n > 0)
        .map(|&n| {
            let share = f64::from(n) / total;
            -share * share.log2()
        })
        .sum();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 80")]
    let tenths = (bits * 10.0).max(0.0) as u32;
    tenths
}

fn base62_crc32(value: &[u8]) -> bool {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let Some(prefix) = memchr::memchr(b'_', value) else { return false };
    let rest = &value[prefix + 1..];
    let Some(split) = rest.len().checked_sub(6) else { return false };
    let (body, sum) = rest.split_at(split);
    let mut number = crc32fast::hash(body);
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    digits == sum
}

fn decode(standard: bool, text: &[u8]) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let alphabet = if standard { &alphabet::STANDARD } else { &alphabet::URL_SAFE };
    GeneralPurpose::new(alphabet, config).decode(text).ok()
}

fn jwt(value: &[u8]) -> Answer {
    const DAY: u64 = 86_400;
    let mut parts = value.split(|&b| b == b'.');
    let mut object = || -> Option<Value> {
        let decoded = decode(false, parts.next()?)?;
        serde_json::from_slice::<Value>(&decoded).ok().filter(Value::is_object)
    };
    let (Some(header), Some(claims)) = (object(), object()) else { return Answer::Refuted };
    // The subject and name that the introduction to the format uses everywhere.
    let tutorial = claims.get("sub").is_some_and(|sub| sub == "1234567890");
    if tutorial || !header.get("alg").is_some_and(Value::is_string) {
        return Answer::Refuted;
    }
    let time = |name: &str| claims.get(name).and_then(Value::as_u64);
    match (time("iat").or_else(|| time("nbf")), time("exp")) {
        (Some(from), Some(to)) if to.saturating_sub(from) <= DAY => Answer::ShortLived,
        _ => Answer::Possible,
    }
}

fn pem(value: &[u8]) -> bool {
    // Keys are often written into JSON or code: `\n` as two characters, quotes, commas, plus signs
    // at line ends. Header lines such as `Proc-Type:` hold a colon and end before a blank line.
    let text = String::from_utf8_lossy(value).replace("\\r", "").replace("\\n", "\n");
    let mut body = String::new();
    for line in text.lines() {
        let line = line.trim().trim_matches(|c| matches!(c, '"' | '\'' | ',' | '\\' | ';' | ' ' | '#' | '|'));
        if line.contains(':') || line.starts_with("-----") {
            continue;
        }
        body.push_str(line.trim_end_matches(" +").trim_matches('"'));
    }
    let body: Vec<u8> = body.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    let encrypted = text.contains("ENCRYPTED") || text.contains("DEK-Info");
    decode(true, &body).is_some_and(|bytes| {
        bytes.len() >= 40 && (encrypted || bytes[0] == 0x30 || bytes.starts_with(b"openssh-key-v1\0"))
    })
}

fn jwk(value: &[u8]) -> bool {
    // `"d"` is the private part of RSA, EC and OKP keys, `"k"` the whole of a symmetric one.
    let symmetric = memchr::memmem::find(value, b"\"oct\"").is_some();
    let name: &[u8] = if symmetric { b"\"k\"" } else { b"\"d\"" };
    memchr::memmem::find_iter(value, name).any(|at| {
        let rest = value[at + name.len()..].trim_ascii_start();
        let Some(rest) = rest.strip_prefix(b":") else { return false };
        let Some(text) = rest.trim_ascii_start().strip_prefix(b"\"") else { return false };
        text.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')).count() >= 20
    })
}

fn basic(value: &[u8]) -> bool {
    basic_password(value).is_some()
}

/// The password in base64 of `user:password`.
pub(super) fn basic_password(value: &[u8]) -> Option<Vec<u8>> {
    let bytes = decode(true, value)?;
    let at = memchr::memchr(b':', &bytes)?;
    let fits = bytes.iter().all(|b| (0x20..0x7f).contains(b)) && at > 0 && at + 4 < bytes.len();
    fits.then(|| bytes[at + 1..].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_shapes() {
        for token in [
            "8f2b61c09d3e47a5b0c91e6f7d2a48c3",
            "7b3e90d1-4c58-4f2a-9e61-0a8d27c5f4b9",
            "Kq7Rt2Zp9Wm4Xc8Vb1Nd6Hs3Jf5Lg0Ya",
            "k4v9q2zt71xw83mb60rd5hs8",
        ] {
            assert!(is_token(token.as_bytes()), "{token}");
        }
        for other in [
            "00000000000000000000000000000000",
            "123e4567-e89b-42d3-a456-426614174000",
            "getAccessTokenForUserWithRetries2",
            "services/production/database-credentials",
            "8f2b61c09d3e47a5b0c91e6f7d2a",
            "com.ward.service.tokens.Provider2",
        ] {
            assert!(!is_token(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn knows_the_checksum_that_a_published_example_carries() {
        // The example by which the form was announced, split; its last six characters are the sum.
        let whole = ["ghp_zQWBuTSOoRi4A9sp", "HcVY5ncnsDkxkJ0mLq17"].concat();
        assert!(base62_crc32(whole.as_bytes()));
        assert!(!base62_crc32(whole.replace("0mL", "0mM").as_bytes()));
        assert!(!base62_crc32(b"ghp_12"));
    }

    #[test]
    fn measures_entropy() {
        assert_eq!(entropy_tenths(b""), 0);
        assert_eq!(entropy_tenths(b"aaaa"), 0);
        assert_eq!(entropy_tenths(b"abcdefgh"), 30);
    }
}
