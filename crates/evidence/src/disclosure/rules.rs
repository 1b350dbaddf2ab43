//! The graded list, ready to be searched for: one pass over a text finds every suffix, range and
//! account mark; what stands around each is then read out.

use std::{ops::Range, sync::OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use serde::Deserialize;

/// What a value tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grade {
    /// A host that only insiders should reach.
    InternalHost,
    /// A private or HSCN address.
    Address,
    /// A cloud account's number.
    Account,
    /// A host of a test environment.
    TestHost,
    /// A public API.
    PublicApi,
    /// A public site.
    PublicHost,
}

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Sighting {
    pub(super) grade: Grade,
    pub(super) value: String,
    pub(super) offset: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Host {
    suffix: String,
    grade: String,
    #[serde(default)]
    labels: Vec<String>,
    #[serde(default)]
    in_address: bool,
    #[serde(default)]
    not: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Net {
    #[serde(rename = "name")]
    _name: String,
    first: [u8; 4],
    bits: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ordinary {
    addresses: Vec<String>,
    accounts: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    host: Vec<Host>,
    range: Vec<Net>,
    ordinary: Ordinary,
}

/// The list.
#[derive(Debug)]
pub(super) struct Rules {
    file: File,
    marks: AhoCorasick,
    kinds: Vec<Mark>,
}

#[derive(Clone, Copy, Debug)]
enum Mark {
    Suffix,
    Address,
    Arn,
    Image,
}

/// The shipped list is broken, which a test excludes.
#[derive(Clone, Debug, thiserror::Error)]
#[error("rules/disclosure.toml: {0}")]
pub(super) struct BadRules(String);

impl Rules {
    pub(super) fn shipped() -> Result<&'static Self, &'static BadRules> {
        static RULES: OnceLock<Result<Rules, BadRules>> = OnceLock::new();
        RULES.get_or_init(Self::build).as_ref()
    }

    fn build() -> Result<Self, BadRules> {
        let file: File = toml::from_str(include_str!("../../rules/disclosure.toml"))
            .map_err(|e| BadRules(e.message().to_owned()))?;
        let mut words: Vec<(String, Mark)> =
            file.host.iter().map(|h| (format!(".{}", h.suffix), Mark::Suffix)).collect();
        words.extend(file.range.iter().map(|r| (start_of(r), Mark::Address)));
        words.push(("arn:aws".to_owned(), Mark::Arn));
        words.push((".dkr.ecr.".to_owned(), Mark::Image));
        words.sort_by(|a, b| a.0.cmp(&b.0));
        words.dedup_by(|a, b| a.0 == b.0);
        let marks = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(words.iter().map(|(word, _)| word))
            .map_err(|e| BadRules(e.to_string()))?;
        Ok(Self { file, marks, kinds: words.into_iter().map(|(_, mark)| mark).collect() })
    }

    pub(super) fn search<'t>(&'t self, text: &'t [u8]) -> impl Iterator<Item = Sighting> + 't {
        let mut last = 0;
        self.marks.find_overlapping_iter(text).filter_map(move |found| {
            if found.start() < last {
                return None;
            }
            let (sighting, end) = match self.kinds[found.pattern().as_usize()] {
                Mark::Suffix => self.host(text, found.range())?,
                Mark::Address => self.address(text, found.start())?,
                Mark::Arn => self.account(text, found.end())?,
                Mark::Image => self.image(text, found.start())?,
            };
            last = end;
            Some(sighting)
        })
    }

    fn host(&self, text: &[u8], suffix: Range<usize>) -> Option<(Sighting, usize)> {
        let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
        // A host name has at most 253 characters.
        let from = suffix.start.saturating_sub(253);
        let start = text[from..suffix.start].iter().rposition(|b| !part(b)).map_or(from, |at| from + at + 1);
        let after = text.get(suffix.end);
        let goes_on = after.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            || (after == Some(&b'.') && text.get(suffix.end + 1).is_some_and(u8::is_ascii_alphanumeric))
            || after == Some(&b'(');
        let host = std::str::from_utf8(&text[start..suffix.end]).ok()?.to_ascii_lowercase();
        let host = host.trim_start_matches(['.', '-']);
        if goes_on
            || host.starts_with("www.") && host.matches('.').count() < 2
            || host.contains("..")
            || !host.contains('.')
        {
            return None;
        }
        let before = &text[..start];
        let addressed = before.ends_with(b"://")
            || before.ends_with(b"@")
            || (after == Some(&b':') && text.get(suffix.end + 1).is_some_and(u8::is_ascii_digit));
        let rule = self.file.host.iter().find(|rule| {
            let fits = host.strip_suffix(rule.suffix.as_str()).is_some_and(|rest| rest.ends_with('.'));
            let labelled = rule.labels.is_empty()
                || host.split('.').any(|label| {
                    rule.labels.iter().any(|want| {
                        label.strip_prefix(want.as_str()).is_some_and(|rest| {
                            rest.is_empty() || rest.starts_with(|c: char| !c.is_ascii_alphabetic())
                        })
                    })
                });
            fits && labelled
                && (!rule.in_address || addressed)
                && !rule.not.iter().any(|not| host.ends_with(not.as_str()))
        })?;
        let grade = match rule.grade.as_str() {
            "internal" => Grade::InternalHost,
            "test" => Grade::TestHost,
            "public-api" => Grade::PublicApi,
            _ => Grade::PublicHost,
        };
        Some((Sighting { grade, value: host.to_owned(), offset: start }, suffix.end))
    }

    fn address(&self, text: &[u8], start: usize) -> Option<(Sighting, usize)> {
        let before = start.checked_sub(1).map(|at| text[at]);
        if before.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-')) {
            return None;
        }
        let end =
            start + text[start..].iter().take(16).take_while(|b| b.is_ascii_digit() || **b == b'.').count();
        let written = std::str::from_utf8(&text[start..end]).ok()?.trim_end_matches('.');
        let address: std::net::Ipv4Addr = written.parse().ok()?;
        let after = text.get(end);
        let number = u32::from(address);
        let inside = self.file.range.iter().any(|r| {
            let shift = 32 - r.bits.min(32);
            u64::from(number) >> shift == u64::from(u32::from_be_bytes(r.first)) >> shift
        });
        let line = &text[start.saturating_sub(40)..start];
        let version = memchr::memmem::find(&line.to_ascii_lowercase(), b"version").is_some();
        let ordinary = self.file.ordinary.addresses.iter().any(|a| a == written);
        // `/24` after it is a plan for a network that a template lays out, not an address of one.
        let excluded = ordinary
            || version
            || after.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_'));
        (inside && !excluded)
            .then(|| (Sighting { grade: Grade::Address, value: written.to_owned(), offset: start }, end))
    }

    /// `arn:aws:service:region:ACCOUNT:…`.
    fn account(&self, text: &[u8], end: usize) -> Option<(Sighting, usize)> {
        let rest = &text[end..text.len().min(end + 160)];
        let mut at = end;
        for (number, field) in rest.split(|b| *b == b':').enumerate() {
            if number == 3 {
                return self
                    .twelve(field)
                    .map(|value| (Sighting { grade: Grade::Account, value, offset: at }, at + 12));
            }
            if field.iter().any(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'-' | b'*')) {
                return None;
            }
            at += field.len() + 1;
        }
        None
    }

    /// `ACCOUNT.dkr.ecr.region…`.
    fn image(&self, text: &[u8], start: usize) -> Option<(Sighting, usize)> {
        let from = start.checked_sub(12)?;
        let value = self.twelve(&text[from..start])?;
        Some((Sighting { grade: Grade::Account, value, offset: from }, start))
    }

    fn twelve(&self, field: &[u8]) -> Option<String> {
        let made_up = field.iter().all(|b| Some(b) == field.first());
        let text = std::str::from_utf8(field).ok()?;
        (field.len() == 12
            && field.iter().all(u8::is_ascii_digit)
            && !made_up
            && !self.file.ordinary.accounts.iter().any(|a| a == text))
        .then(|| text.to_owned())
    }
}

/// The digits and dots with which every address of a range begins.
fn start_of(net: &Net) -> String {
    let whole = (net.bits / 8).min(4) as usize;
    net.first[..whole].iter().map(|byte| format!("{byte}.")).collect()
}
