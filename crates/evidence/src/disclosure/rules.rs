//! The graded list, ready to be searched for: one pass over a text finds every suffix, range, account
//! mark and mark of a link; what stands around each is then read out. Lists are merged: of several rules that
//! fit, the first of the first list grades, and what is ordinary in one is ordinary.

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
    /// A link into a wiki or tickets.
    Link,
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
    #[serde(default = "internal")]
    grade: String,
}

/// A link by its shape, whoever hosts it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    #[serde(rename = "name")]
    _name: String,
    /// What stands in the address, lower case.
    mark: String,
    /// What follows it: anything, a `ticket` (`AB-12`) or a `space` (`AB/` or `~name`).
    #[serde(default)]
    then: String,
    /// What else stands in the address, lower case.
    #[serde(default)]
    with: Vec<String>,
    /// Hosts, as suffixes, whose links are public.
    #[serde(default)]
    not: Vec<String>,
    #[serde(default = "internal")]
    grade: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ordinary {
    #[serde(default)]
    addresses: Vec<String>,
    #[serde(default)]
    accounts: Vec<String>,
    #[serde(default)]
    hosts: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    host: Vec<Host>,
    #[serde(default)]
    range: Vec<Net>,
    #[serde(default)]
    link: Vec<Link>,
    #[serde(default)]
    ordinary: Ordinary,
}

fn internal() -> String {
    "internal".to_owned()
}

/// The grades that a list may give.
const GRADES: [&str; 5] = ["internal", "test", "public-api", "public", "ordinary"];

/// More rules than this in one list are a burden.
const MOST_RULES: usize = 2_000;

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
    Link,
    Arn,
    Image,
}

/// A list cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadRules(String);

impl Rules {
    pub(super) fn shipped() -> Result<&'static Self, &'static BadRules> {
        static RULES: OnceLock<Result<Rules, BadRules>> = OnceLock::new();
        RULES.get_or_init(Self::build).as_ref()
    }

    fn build() -> Result<Self, BadRules> {
        Self::merged(&[])
    }

    /// The lists of others, the first before the second, and after them the shipped one.
    ///
    /// # Errors
    /// When one cannot be read; which one it is, the caller knows.
    pub(super) fn merged(lists: &[&str]) -> Result<Self, BadRules> {
        let mut file = File::read("")?;
        for text in lists.iter().chain(&[include_str!("../../rules/disclosure.toml")]) {
            let mut more = File::read(text)?;
            more.host.iter_mut().for_each(|host| host.suffix.make_ascii_lowercase());
            more.link.iter_mut().for_each(|link| link.mark.make_ascii_lowercase());
            file.host.extend(more.host);
            file.range.extend(more.range);
            file.link.extend(more.link);
            file.ordinary.addresses.extend(more.ordinary.addresses);
            file.ordinary.accounts.extend(more.ordinary.accounts);
            file.ordinary.hosts.extend(more.ordinary.hosts);
        }
        let mut words: Vec<(String, Mark)> =
            file.host.iter().map(|h| (marked(&h.suffix), Mark::Suffix)).collect();
        words.extend(file.range.iter().map(|r| (start_of(r), Mark::Address)));
        words.extend(file.link.iter().map(|l| (l.mark.clone(), Mark::Link)));
        words.push(("arn:aws".to_owned(), Mark::Arn));
        words.push((".dkr.ecr.".to_owned(), Mark::Image));
        words.sort_by(|a, b| a.0.cmp(&b.0));
        words.dedup_by(|a, b| a.0 == b.0 && std::mem::discriminant(&a.1) == std::mem::discriminant(&b.1));
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
                // Other marks lie in the address of a link.
                Mark::Link => return self.link(text, found.range()),
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
        if self.is_ordinary(host) {
            return None;
        }
        let rule = self.file.host.iter().find(|rule| {
            let fits = host
                .strip_suffix(rule.suffix.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
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
            "ordinary" => return None,
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
        let range = self.file.range.iter().find(|r| {
            let shift = 32 - r.bits.min(32);
            u64::from(number) >> shift == u64::from(u32::from_be_bytes(r.first)) >> shift
        });
        let inside = range.is_some_and(|range| range.grade == "internal");
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

    /// A link: known by its host, so that a wiki is one finding whatever number of pages is named.
    fn link(&self, text: &[u8], mark: Range<usize>) -> Option<Sighting> {
        const FAR: usize = 400;
        let part = |b: &u8| {
            b.is_ascii_graphic() && !matches!(b, b'"' | b'\'' | b'<' | b'>' | b'(' | b')' | b'`' | b'|')
        };
        let from = mark.start.saturating_sub(FAR);
        let start = text[from..mark.start].iter().rposition(|b| !part(b)).map_or(from, |at| from + at + 1);
        let to = text.len().min(mark.end + FAR);
        let end = text[mark.end..to].iter().position(|b| !part(b)).map_or(to, |at| mark.end + at);
        let lower = text[start..end].to_ascii_lowercase();
        let scheme = memchr::memmem::rfind(&lower[..mark.start - start], b"://")?;
        if !lower[..scheme].ends_with(b"http") && !lower[..scheme].ends_with(b"https") {
            return None;
        }
        let host_start = scheme + 3;
        let host_end = lower[host_start..]
            .iter()
            .position(|b| matches!(b, b'/' | b':' | b'?' | b'#'))
            .map_or(lower.len(), |at| host_start + at);
        let host = std::str::from_utf8(&lower[host_start..host_end]).ok()?;
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        // A variable, or a host that is kept for examples.
        if host.is_empty() || host.contains(['{', '$', '%', '*']) || self.is_ordinary(host) {
            return None;
        }
        let behind = &text[mark.end..end];
        let rule = self.file.link.iter().find(|rule| {
            let follows = match rule.then.as_str() {
                "ticket" => is_ticket(behind),
                "space" => is_space(behind),
                _ => behind.first().is_some_and(u8::is_ascii_alphanumeric),
            };
            rule.mark.as_bytes() == &lower[mark.start - start..mark.end - start]
                && follows
                && rule.with.iter().all(|with| memchr::memmem::find(&lower, with.as_bytes()).is_some())
                && !rule.not.iter().any(|not| {
                    host == not || host.strip_suffix(not.as_str()).is_some_and(|rest| rest.ends_with('.'))
                })
        })?;
        (rule.grade == "internal").then(|| Sighting {
            grade: Grade::Link,
            value: host.to_owned(),
            offset: start + host_start,
        })
    }

    /// Kept for examples and tests (RFC 2606, RFC 6761), or named as ordinary by a list.
    fn is_ordinary(&self, host: &str) -> bool {
        let under = |domain: &str| {
            host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
        };
        ["example", "test", "invalid", "localhost", "example.com", "example.org", "example.net"]
            .into_iter()
            .any(under)
            || self.file.ordinary.hosts.iter().any(|known| under(known))
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

/// What is looked for of a suffix: one word alone is too common without the dot before it.
fn marked(suffix: &str) -> String {
    if suffix.contains('.') { suffix.to_owned() } else { format!(".{suffix}") }
}

/// `AB-12`: a project in capitals and a number.
fn is_ticket(text: &[u8]) -> bool {
    let project = text.iter().take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit()).count();
    (2..=12).contains(&project)
        && text[0].is_ascii_uppercase()
        && text.get(project) == Some(&b'-')
        && text.get(project + 1).is_some_and(u8::is_ascii_digit)
}

/// `AB/` or `~name`: a space of a wiki.
fn is_space(text: &[u8]) -> bool {
    let space = text.iter().take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit()).count();
    text.first() == Some(&b'~') || ((2..=20).contains(&space) && matches!(text.get(space), Some(b'/') | None))
}

impl File {
    fn read(text: &str) -> Result<Self, BadRules> {
        let file: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            BadRules(format!("line {line}: {}", error.message()))
        })?;
        let count = file.host.len() + file.range.len() + file.link.len();
        if count > MOST_RULES {
            return Err(BadRules(format!("{count} rules are more than the {MOST_RULES} that are read")));
        }
        let grades = file.host.iter().map(|h| &h.grade).chain(file.range.iter().map(|r| &r.grade));
        for grade in grades.chain(file.link.iter().map(|l| &l.grade)) {
            if !GRADES.contains(&grade.as_str()) {
                return Err(BadRules(format!(
                    "there is no grade `{grade}`; there are {}",
                    GRADES.join(", ")
                )));
            }
        }
        if let Some(range) = file.range.iter().find(|range| range.bits < 8 || range.bits > 32) {
            return Err(BadRules(format!("a range of {} bits: 8 to 32 are read", range.bits)));
        }
        let short = file.host.iter().map(|h| &h.suffix).chain(file.link.iter().map(|l| &l.mark));
        if let Some(short) = short.filter(|word| word.len() < 2 || !word.is_ascii()).min() {
            return Err(BadRules(format!("`{short}` fits too much: at least two letters")));
        }
        if let Some(link) = file.link.iter().find(|l| !matches!(l.then.as_str(), "" | "ticket" | "space")) {
            return Err(BadRules(format!("`then` is `ticket` or `space`, not `{}`", link.then)));
        }
        Ok(file)
    }
}

/// The digits and dots with which every address of a range begins.
fn start_of(net: &Net) -> String {
    let whole = (net.bits / 8).min(4) as usize;
    net.first[..whole].iter().map(|byte| format!("{byte}.")).collect()
}
