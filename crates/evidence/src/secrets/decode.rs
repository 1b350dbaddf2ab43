//! Text that stands encoded inside another text: base64 and hexadecimal, one level.
//!
//! Decides which runs of characters decode to readable text, and nothing else: what is found in
//! them is the scanner's. A run ends at the end of its line, unless it is wrapped: lines of one length that
//! hold nothing else, of which any one leads to all, so that a line read alone gives what the whole text gives.
//! Digests, pictures and fonts decode to bytes that are no text and are left after
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
            if let Some(block) = wrapped(text, start..end) {
                at = at.max(block.end);
                if let Some(decoded) = decode(&text[block.clone()]) {
                    return Some((block, decoded));
                }
                continue;
            }
            let padding = text[end..part.end].iter().take(2).take_while(|b| **b == b'=').count();
            let end = end + padding;
            if let Some(decoded) = decode(&text[start..end]) {
                return Some((start..end, decoded));
            }
        }
        None
    })
}

/// The shortest line of base64 that is wrapped, as tools wrap it: 60, 64, 72 or 76.
const NARROWEST: usize = 60;

/// The lines of which this run is one, where they are base64 that is wrapped: each of the same length and
/// indented alike, the last one shorter or as long. A run that is a line's only content and as long as the
/// one before or after it is taken for one.
fn wrapped(text: &[u8], run: Range<usize>) -> Option<Range<usize>> {
    if run.len() < NARROWEST {
        return None;
    }
    let ends = |at: usize| matches!(text.get(at), None | Some(b'\n' | b'\r'));
    let line_start =
        text[..run.start].iter().rposition(|b| !matches!(b, b' ' | b'\t')).map_or(0, |at| at + 1);
    let first_line = line_start == 0 || text[line_start - 1] == b'\n';
    let padded = run.end + text[run.end..].iter().take(2).take_while(|b| **b == b'=').count();
    if !first_line || !ends(padded) || run.start - line_start > NARROWEST {
        return None;
    }
    let indent = run.start - line_start;
    let feed = if text.get(padded) == Some(&b'\r') || text[..line_start].ends_with(b"\r\n") { 2 } else { 1 };
    let is_line = |from: usize, width: usize| {
        let body = from + indent..from + indent + width;
        text.get(from..from + indent).is_some_and(|blank| blank.iter().all(|b| matches!(b, b' ' | b'\t')))
            && text.get(body.clone()).is_some_and(|body| body.iter().all(|b| is_digit(*b)))
            && ends(body.end)
    };
    // The width is that of the line before, or else of this one.
    let width_before = || {
        let end = line_start.checked_sub(feed)?;
        let from = text[end.saturating_sub(NARROWEST * 2 + indent)..end].iter().rposition(|b| *b == b'\n');
        let from = from.map_or(end.saturating_sub(NARROWEST * 2 + indent), |at| {
            end.saturating_sub(NARROWEST * 2 + indent) + at + 1
        });
        let width = (end - from).checked_sub(indent)?;
        is_line(from, width).then_some(width)
    };
    let own = run.end - run.start;
    let fits = |width: usize| (NARROWEST..=NARROWEST * 2).contains(&width) && width.is_multiple_of(4);
    let width =
        width_before().filter(|width| fits(*width) && own <= *width).or_else(|| fits(own).then_some(own))?;
    let step = indent + width + feed;
    let mut start = line_start;
    while start >= step && run.end - start < LONGEST && is_line(start - step, width) {
        start -= step;
    }
    let mut line = start;
    let mut end = start + indent;
    while end - start < LONGEST && is_line(line, width) {
        end = line + indent + width;
        line = end + feed;
    }
    // The last line, shorter and perhaps filled up.
    let rest = text
        .get(line + indent..)
        .map_or(0, |rest| rest.iter().take(width).take_while(|b| is_digit(**b)).count());
    let filled = line + indent + rest;
    let filled =
        filled + text.get(filled..).map_or(0, |rest| rest.iter().take(2).take_while(|b| **b == b'=').count());
    let indented =
        text.get(line..line + indent).is_some_and(|blank| blank.iter().all(|b| matches!(b, b' ' | b'\t')));
    if rest > 0 && rest < width && indented && ends(filled) {
        end = filled;
    }
    (end > start + step && (start..=end).contains(&run.end)).then_some(start + indent..end)
}

/// What a run decodes to, where that is text.
pub fn decode(run: &[u8]) -> Option<Vec<u8>> {
    if run.contains(&b'\n') {
        let joined: Vec<u8> = run.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
        return decode(&joined);
    }
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
    const FORGIVING: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    const PLAIN: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, FORGIVING);
    const OF_URLS: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, FORGIVING);
    static BOTH: [GeneralPurpose; 2] = [PLAIN, OF_URLS];
    BOTH[usize::from(run.iter().any(|b| matches!(b, b'-' | b'_')))].decode(run).ok()
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
    fn joins_what_is_wrapped_from_whichever_line_it_is_asked() {
        let secret: String = (0..40).map(|n| format!("name{n}: value number {n} of forty\n")).collect();
        let encoded = base64::engine::general_purpose::STANDARD.encode(&secret);
        for (width, indent, feed) in [(64, "", "\n"), (76, "    ", "\n"), (76, "", "\r\n"), (60, "\t", "\n")]
        {
            let lines: Vec<String> = encoded
                .as_bytes()
                .chunks(width)
                .map(|line| format!("{indent}{}", String::from_utf8_lossy(line)))
                .collect();
            let text = format!("data: |{feed}{}{feed}next: 1{feed}", lines.join(feed));
            assert_eq!(found(&text), [secret.as_str()], "{width}");
            // A line alone leads to the whole.
            let whole = runs(text.as_bytes(), 0..text.len()).next().unwrap();
            let mut at = text.find('\n').unwrap() + 1;
            for line in &lines[..lines.len() - 1] {
                let part = at..at + line.len();
                assert_eq!(runs(text.as_bytes(), part).next().as_ref(), Some(&whole));
                at += line.len() + feed.len();
            }
            assert_eq!(decode(&text.as_bytes()[whole.0.clone()]), Some(secret.clone().into_bytes()));
        }
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
