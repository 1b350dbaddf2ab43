//! Text that stands encoded inside another text: base64 and hexadecimal, one level.
//!
//! Decides which runs of characters decode to readable text, and nothing else: what is found in
//! them is the scanner's. A run ends at the end of its line, so that a line read alone gives what the
//! whole text gives. Digests, pictures and fonts decode to bytes that are no text and are left after
//! their first few; a few bytes in every thirty-two are looked at to find the runs at all.

use std::ops::Range;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

/// Shorter runs hold no secret that is worth the search.
const SHORTEST: usize = 32;

/// Longer runs are not decoded: they are files, which the tree holds as files.
const LONGEST: usize = 1 << 20;

/// So many characters are decoded to see whether a run is text: divisible by four and by two.
const SAMPLE: usize = 24;

/// The runs in a part of a text that decode to text, with what they decode to, in order.
pub fn runs(text: &[u8], part: Range<usize>) -> impl Iterator<Item = (Range<usize>, Vec<u8>)> + '_ {
    let mut at = part.start;
    std::iter::from_fn(move || {
        while at < part.end {
            if !is_digit(text[at]) {
                // A run of the shortest length covers one byte in every so many.
                at += SHORTEST;
                continue;
            }
            let from = part.start.max(at.saturating_sub(LONGEST));
            let start = text[from..at].iter().rposition(|b| !is_digit(*b)).map_or(from, |i| from + i + 1);
            let end = text[at..part.end].iter().position(|b| !is_digit(*b)).map_or(part.end, |i| at + i);
            // The byte that ended the run is none of the next one.
            at = end + SHORTEST;
            let padding = text[end..part.end].iter().take(2).take_while(|b| **b == b'=').count();
            let end = end + padding;
            if let Some(decoded) = decode(&text[start..end]) {
                return Some((start..end, decoded));
            }
        }
        None
    })
}

/// What a run decodes to, where that is text.
pub fn decode(run: &[u8]) -> Option<Vec<u8>> {
    if !(SHORTEST..=LONGEST).contains(&run.len()) {
        return None;
    }
    let hex = |run: &[u8]| -> Option<Vec<u8>> {
        run.chunks_exact(2)
            .map(|pair| Some(u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).unwrap_or_default()))
            .collect()
    };
    if run.len().is_multiple_of(2)
        && let Some(sample) = hex(&run[..SAMPLE])
    {
        return if is_text(&sample) { hex(run).filter(|all| is_text(all)) } else { None };
    }
    let sample = base64(&run[..SAMPLE])?;
    if !is_text(&sample) {
        return None;
    }
    base64(run).filter(|all| is_text(all))
}

/// Letters, digits and signs of both forms of base64.
const fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

fn digit(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(16)
}

fn base64(run: &[u8]) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let of_urls = run.iter().any(|b| matches!(b, b'-' | b'_'));
    let alphabet = if of_urls { &alphabet::URL_SAFE } else { &alphabet::STANDARD };
    GeneralPurpose::new(alphabet, config).decode(run).ok()
}

/// Printable ASCII with blanks and line ends.
fn is_text(bytes: &[u8]) -> bool {
    bytes.iter().all(|b| (0x20..0x7f).contains(b) || matches!(b, b'\n' | b'\r' | b'\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        runs(text.as_bytes(), 0..text.len())
            .map(|(_, decoded)| String::from_utf8_lossy(&decoded).into_owned())
            .collect()
    }

    #[test]
    fn decodes_what_is_text_wherever_it_stands() {
        let encoded = base64::engine::general_purpose::STANDARD.encode("password: correct horse battery");
        for before in 0..70 {
            let text = format!("{} {encoded}\nnext", "x ".repeat(before));
            assert_eq!(found(&text), ["password: correct horse battery"], "{before}");
        }
        let hex: String = "user=ward;key=17 and more".bytes().map(|b| format!("{b:02x}")).collect();
        assert_eq!(found(&format!("data = '{hex}'")), ["user=ward;key=17 and more"]);
    }

    #[test]
    fn leaves_digests_identifiers_and_short_runs() {
        for text in [
            "sha512-OSYWEsgkTkWq5RMhTyHWmbs1YRtMMUpHTVXx3QXZ1PPZmJBV4zg9CYBoFnfqZXmMDUMCC1Y8yrBpaSdM6oRMFg==",
            "0dc526d8c4fa04084f4b2a6433f4cd14664b93df9fb8a9e00b77ba890b83704d24944c93caa692b51085bb476f81852c",
            "aVeryLongIdentifierThatGoesOnAndOnWithoutAnyEndAtAllInTheSourceCode",
            "cGFzc3dvcmQ=",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
