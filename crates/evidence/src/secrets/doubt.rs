//! Why a match is taken to be no secret: placeholders, words, identifiers, hashes, defaults.
//!
//! Each reason is counted and shown, so that what was dropped is never silent. The words are data,
//! in `rules/placeholders.toml`.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use memchr::{memchr, memrchr};
use serde::Deserialize;

use super::{
    rule::{BESIDE, BadRule, Check, MARK, Rule},
    verify,
};
use crate::paths;

/// The reason for which a match was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// A checksum or encoding that does not hold.
    Check,
    /// None of the words that must stand near it.
    Context,
    /// A default password that everybody knows, such as a local database's.
    Default,
    /// Too regular to be random.
    Entropy,
    /// Made to be handed to every browser, and in a minified script.
    Browser,
    /// `EXAMPLE`, `changeme`, `${VAR}`, `xxxx` and the like, or introduced as an example.
    Placeholder,
    /// The half without which it opens nothing is sealed, beside it.
    Sealed,
    /// It was valid for a day at most when it was issued.
    ShortLived,
    /// Known by its name alone, and in a test, fixture, example or vendored file.
    TestPath,
    /// In a published component that a tool put into the tree, or in the tests and documents of one
    /// that was copied there: its makers' example, which is in every copy of the component.
    Vendored,
    /// Words, an identifier, a path, a UUID, a version: not drawn at random.
    Words,
}

impl Doubt {
    /// The word used in evidence (kebab-case).
    pub const fn word(self) -> &'static str {
        match self {
            Self::Browser => "browser-key-in-script",
            Self::Check => "checksum-or-encoding",
            Self::Context => "context",
            Self::Default => "default-password",
            Self::Entropy => "low-entropy",
            Self::Placeholder => "placeholder",
            Self::Sealed => "other-half-sealed",
            Self::ShortLived => "short-lived",
            Self::TestPath => "guessed-in-test-file",
            Self::Vendored => "published-component",
            Self::Words => "words-or-identifier",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    anywhere: Vec<String>,
    guessed: Vec<String>,
    defaults: Vec<String>,
    words: Vec<String>,
}

/// The lists, ready.
#[derive(Debug)]
pub struct Doubts {
    anywhere: AhoCorasick,
    guessed: AhoCorasick,
    words: AhoCorasick,
    defaults: Vec<String>,
}

impl Doubts {
    /// The lists that are shipped.
    ///
    /// # Errors
    /// When the shipped file is broken.
    pub fn shipped() -> Result<Self, BadRule> {
        let bad = |why: String| BadRule::Unreadable { file: "../placeholders.toml", why };
        let mut lists: Lists = toml::from_str(include_str!("../../rules/placeholders.toml"))
            .map_err(|e| bad(e.message().to_owned()))?;
        lists.defaults.sort();
        let build = |words: &[String]| {
            AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .match_kind(aho_corasick::MatchKind::LeftmostLongest)
                .kind(Some(AhoCorasickKind::ContiguousNFA))
                .build(words)
                .map_err(|e| bad(e.to_string()))
        };
        Ok(Self {
            anywhere: build(&lists.anywhere)?,
            guessed: build(&lists.guessed)?,
            words: build(&lists.words)?,
            defaults: lists.defaults,
        })
    }

    /// The first reason to doubt this value, if there is one.
    pub fn about(&self, rule: &Rule, path: &str, value: &[u8]) -> Option<Doubt> {
        // Long structured values (key blocks) contain any short word by chance.
        if value.len() <= 256 && (self.anywhere.is_match(value) || is_template(value) || is_regular(value)) {
            return Some(Doubt::Placeholder);
        }
        match rule.check {
            Check::Password => {
                if let Some(doubt) = self.about_password(value) {
                    return Some(doubt);
                }
            }
            Check::Basic => {
                let password = verify::basic_password(value);
                if let Some(doubt) = password.and_then(|password| self.about_password(&password)) {
                    return Some(doubt);
                }
            }
            Check::Random => {
                if self.guessed.is_match(value) || is_reference(value) {
                    return Some(Doubt::Placeholder);
                }
                if self.is_wordy(value) || is_uuid(value) || is_name(value) || !is_jumpy(value) {
                    return Some(Doubt::Words);
                }
            }
            Check::Token => {
                if self.guessed.is_match(value) || is_reference(value) {
                    return Some(Doubt::Placeholder);
                }
                // Hexadecimal has no words.
                let hex = value.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-');
                if !hex && (self.is_wordy(value) || is_name(value) || !is_jumpy(value)) {
                    return Some(Doubt::Words);
                }
            }
            _ => {}
        }
        by_path(rule, path)
    }

    fn about_password(&self, value: &[u8]) -> Option<Doubt> {
        let lower = String::from_utf8_lossy(value).to_ascii_lowercase();
        if self.defaults.binary_search(&lower).is_ok() {
            return Some(Doubt::Default);
        }
        (self.guessed.is_match(value) || is_reference(value)).then_some(Doubt::Placeholder)
    }

    /// Whether words make up at least half of the letters.
    fn is_wordy(&self, value: &[u8]) -> bool {
        let covered: usize = self.words.find_iter(value).map(|m| m.len()).sum();
        let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
        covered * 2 >= letters
    }
}

/// The reason to doubt any value of a rule at a path.
pub(crate) fn by_path(rule: &Rule, path: &str) -> Option<Doubt> {
    if rule.check.proves() {
        None
    } else if paths::is_published_component(path) {
        Some(Doubt::Vendored)
    } else if rule.guessed && (paths::is_test(path) || paths::is_vendored(path)) {
        Some(Doubt::TestPath)
    } else {
        None
    }
}

/// The reason to doubt a value for what stands beside it, within [`BESIDE`] bytes or on its line.
pub(super) fn by_surroundings(rule: &Rule, text: &[u8], value: &Range<usize>) -> Option<Doubt> {
    let before = text[value.start.saturating_sub(BESIDE)..value.start].to_ascii_lowercase();
    if is_introduced(&before) {
        return Some(Doubt::Placeholder);
    }
    let behind = text[value.end..text.len().min(value.end + BESIDE)].to_ascii_lowercase();
    let holds = |word: &String| memchr::memmem::find(&behind, word.as_bytes()).is_some();
    if rule.sealed.iter().any(holds) {
        return Some(Doubt::Sealed);
    }
    (rule.browser && is_minified(text, value)).then_some(Doubt::Browser)
}

/// `e.g.`, `for example`, `such as`, with at most a name, quotes and signs of a comment behind it.
fn is_introduced(before: &[u8]) -> bool {
    const NEAR: usize = 16;
    ["e.g.", "eg:", "for example", "such as", "for instance", "looks like"].iter().any(|words| {
        memchr::memmem::rfind(before, words.as_bytes())
            .is_some_and(|at| before.len() - at - words.len() <= NEAR)
    })
}

/// Whether a value stands in a line so long, with so few spaces, that a program wrote it.
fn is_minified(text: &[u8], value: &Range<usize>) -> bool {
    const LONG: usize = 300;
    const LOOK: usize = 2000;
    let from = value.start.saturating_sub(LOOK);
    let to = text.len().min(value.end + LOOK);
    let start = memrchr(b'\n', &text[from..value.start]).map_or(from, |at| from + at + 1);
    let end = memchr(b'\n', &text[value.end..to]).map_or(to, |at| value.end + at);
    let spaces = text[start..end].iter().filter(|b| matches!(b, b' ' | b'\t')).count();
    end - start >= LONG && spaces * 16 < end - start
}

/// `${VAR}`, `{{ var }}`, `<name>`, `%(name)s`, `$(cmd)`, `%s`, `#{x}`, and the mark that splits the
/// examples of our own rule files.
fn is_template(value: &[u8]) -> bool {
    [MARK, "${", "{{", "$(", "%(", "#{", "<%", "@@", "%s", "{0}", "{}"]
        .iter()
        .any(|mark| memchr::memmem::find(value, mark.as_bytes()).is_some())
        || matches!((value.first(), value.last()), (Some(b'<'), Some(b'>')) | (Some(b'%'), Some(b'%')))
}

/// A host that RFC 2606 and RFC 6761 reserve for examples and tests, or a word standing for one.
pub(super) fn is_reserved_host(host: &[u8]) -> bool {
    let host = String::from_utf8_lossy(host).to_ascii_lowercase();
    let under =
        |domain: &str| host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    [
        "example.com",
        "example.org",
        "example.net",
        "example",
        "test",
        "invalid",
        "host",
        "hostname",
        "host.tld",
    ]
    .iter()
    .any(|domain| under(domain))
        || host.starts_with("host.")
        || host.starts_with("example.")
}

/// A variable or a path into a configuration rather than a value.
fn is_reference(value: &[u8]) -> bool {
    matches!(value.first(), Some(b'$' | b'@' | b'%' | b'&' | b'*' | b'!' | b'/' | b'.' | b'~' | b'#'))
        || [
            "::",
            "->",
            "process.env",
            "os.environ",
            "env.",
            "://",
            "()",
            "(\"",
            "('",
            "var.",
            "self.",
            "this.",
        ]
        .iter()
        .any(|mark| memchr::memmem::find(value, mark.as_bytes()).is_some())
}

/// Few different characters, or a long run that counts up, down or repeats.
fn is_regular(value: &[u8]) -> bool {
    let mut seen = [false; 256];
    value.iter().for_each(|&b| seen[usize::from(b)] = true);
    let kinds = seen.iter().filter(|&&s| s).count();
    if value.len() >= 8 && kinds <= 3 {
        return true;
    }
    let mut run = 1;
    let mut last_step = None;
    for pair in value.windows(2) {
        let step = i16::from(pair[1].to_ascii_lowercase()) - i16::from(pair[0].to_ascii_lowercase());
        // `90` continues the count of digits.
        let step = if pair == b"90" { 1 } else { step };
        if (-1..=1).contains(&step) && last_step == Some(step) {
            run += 1;
            if run >= 7 {
                return true;
            }
        } else {
            run = if (-1..=1).contains(&step) { 2 } else { 1 };
            last_step = Some(step);
        }
    }
    false
}

/// Text drawn at random changes between lower case, upper case, digits and signs all the time.
fn is_jumpy(value: &[u8]) -> bool {
    let class = |b: u8| match b {
        b'a'..=b'z' => 0u8,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let jumps = value.windows(2).filter(|pair| class(pair[0]) != class(pair[1])).count();
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    jumps * 5 >= value.len() && digits > 0 && digits < value.len()
}

/// At least three words of lower-case letters and short numbers, joined by one sign
/// (`proxy-client-cert-1`): the name of a secret that is kept elsewhere, or a sentence.
fn is_name(value: &[u8]) -> bool {
    [b'-', b'_', b'.'].iter().any(|sign| {
        let parts: Vec<&[u8]> = value.split(|b| b == sign).collect();
        let word = |part: &&&[u8]| part.iter().all(u8::is_ascii_lowercase) && (1..=12).contains(&part.len());
        let number = |part: &&&[u8]| part.iter().all(u8::is_ascii_digit) && (1..=5).contains(&part.len());
        let words = parts.iter().filter(word).count();
        words >= 3 && words + parts.iter().filter(number).take(2).count() == parts.len()
    })
}

fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(at, &b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_what_counts_repeats_or_is_filled_in_later() {
        for text in ["12345678", "abcdefgh12", "xxxxxxxxxxxx", "87654321aa", "1234567890"] {
            assert!(is_regular(text.as_bytes()), "{text}");
        }
        assert!(!is_regular(b"q8Zt4mVx91"));
        assert!(is_template(b"${DB_PASSWORD}") && is_template(b"<password>") && is_template(b"{{ pw }}"));
        assert!(is_reference(b"process.env.SECRET") && is_reference(b"/run/secrets/db"));
    }

    #[test]
    fn tells_random_text_from_identifiers() {
        assert!(is_jumpy(b"f3a9c1d07be24a") && is_jumpy(b"kQ8vTz3LmWp"));
        assert!(!is_jumpy(b"userserviceaccount1") && !is_jumpy(b"20240101123456"));
        assert!(is_uuid(b"0d1f2c3b-aaaa-4bbb-8ccc-0123456789ab"));
        assert!(is_name(b"proxy-client-cert-1") && is_name(b"sk_this_was_a_very_bad_idea_12345"));
        for random in [&b"fGh7-k2Lq-93xZ"[..], b"a9f3-77bc-01de", b"k2-l9-m4-q1", b"correcthorse-1"] {
            assert!(!is_name(random), "{}", String::from_utf8_lossy(random));
        }
    }
}
