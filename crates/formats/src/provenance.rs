//! Statements about software that other people's programs read: in-toto Statements in DSSE envelopes,
//! SLSA Verification Summaries, OpenVEX, CycloneDX declarations.
//!
//! Decides their spelling alone: one value, one sequence of bytes (canonical JSON, which every JSON
//! reader reads). What is true, and who signs, is decided elsewhere; keys never come here, a signature
//! is asked for by a function that is handed in.

pub mod cyclonedx;
pub mod dsse;
pub mod in_toto;
pub mod openvex;
pub mod vsa;

/// A part of a URI in which everything but unreserved characters is escaped (RFC 3986 §2.3).
pub fn uri_part(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(DIGITS[usize::from(byte >> 4)]));
            out.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    out
}
