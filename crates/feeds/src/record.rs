//! An advisory record as the index keeps it: what decides a match first, what a match shows after.
//!
//! One block holds every record that names one component. Each record is two parts, so that a
//! lookup that does not match never reads the second: *deciding* (ids, kind, dates, ranges,
//! versions) and *details* (summary, vectors, CWE, addresses). The free text of a record is not
//! kept.

use domain::Timestamp;
use formats::advisory::osv::{Affected, EventKind, RangeKind, Record, Severity, is_id};
use versions::{Event, Scheme};

use crate::{
    index::{
        IndexError,
        bytes::{Cursor, put_bytes, put_number, put_signed, put_text},
    },
    plain::plain,
};

/// Most addresses kept of a record.
const MOST_ADDRESSES: usize = 20;
/// Longest address kept.
const LONGEST_ADDRESS: usize = 2_048;
/// Longest summary kept, in characters.
const LONGEST_SUMMARY: usize = 300;
/// Most import paths kept of a record.
const MOST_IMPORTS: usize = 50;
/// Most severity vectors kept of a record.
const MOST_VECTORS: usize = 20;

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RecordKind {
    /// A flaw.
    Flaw,
    /// A malicious component (`MAL-…`).
    Malware,
    /// The component, or what is imported of it, is no longer maintained (RustSec `informational:
    /// unmaintained`; Go says so in the summary).
    Unmaintained,
    /// Something users should know that is no flaw (RustSec `informational: notice`).
    Notice,
}

/// How a range is marked in the index.
const SEMVER: u8 = 1;
const TANGLED: u8 = 2;

/// One record's statement about one component.
pub(crate) struct Stored<'a> {
    pub(crate) id: &'a str,
    pub(crate) aliases: Vec<&'a str>,
    pub(crate) upstream: Vec<&'a str>,
    pub(crate) kind: RecordKind,
    pub(crate) published: Option<Timestamp>,
    pub(crate) modified: Option<Timestamp>,
    pub(crate) affected: Vec<StoredAffected<'a>>,
    details: &'a [u8],
}

/// One entry of `affected`.
pub(crate) struct StoredAffected<'a> {
    /// What follows the first `:` of the ecosystem: a distribution's release, a repository.
    pub(crate) suffix: &'a str,
    /// Ranges that can be compared.
    pub(crate) ranges: Vec<StoredRange<'a>>,
    /// Whether there is a range, or the absence of any statement, that nothing can be compared with.
    pub(crate) incomparable: bool,
    version_count: usize,
    versions: &'a [u8],
}

/// A range.
pub(crate) struct StoredRange<'a> {
    pub(crate) semver: bool,
    /// Whether its ends and starts do not pair up ([`versions::Scheme::is_tangled`]).
    pub(crate) tangled: bool,
    pub(crate) events: Vec<Event<'a>>,
}

impl StoredRange<'_> {
    /// Whether the range holds every version from some point on, with nothing that ends it, and
    /// that point is the beginning.
    pub(crate) fn condemns_every_version(&self) -> bool {
        !self.events.is_empty()
            && self.events.iter().all(|e| match e {
                Event::Introduced(v) => is_beginning(v),
                Event::Limit(v) => *v == "*",
                Event::Fixed(_) | Event::LastAffected(_) => false,
            })
    }
}

/// Whose order a range follows: SEMVER ranges Semantic Versioning, but in ecosystems whose own
/// versions are not written that way their own.
pub(crate) fn scheme_of_range(semver: bool, own: Option<Scheme>) -> Option<Scheme> {
    match own {
        None if semver => Some(Scheme::Semver),
        own => own,
    }
}

/// `0`, and the ways databases spell "before every version" (`0.0.0-0` in RustSec).
fn is_beginning(version: &str) -> bool {
    matches!(version, "0" | "0.0.0-0" | "0.0.0" | "0.0")
}

/// What a match shows.
pub(crate) struct Details {
    pub(crate) summary: Option<String>,
    pub(crate) cvss: Vec<String>,
    pub(crate) cwe: Vec<String>,
    pub(crate) references: Vec<String>,
    /// The only import paths that the record is about; none: the whole component.
    pub(crate) imports: Vec<String>,
}

/// Appends what a record says about one component: those entries of `affected` that name it.
///
/// `own` is the order of the ecosystem's versions, by which a range is found to be tangled: once
/// here, instead of at every look-up.
pub(crate) fn put_record(
    out: &mut Vec<u8>,
    record: &Record<'_>,
    named: &[(&str, &Affected<'_>)],
    own: Option<Scheme>,
) {
    let mut deciding = Vec::with_capacity(256);
    put_text(&mut deciding, &record.id);
    for list in [&record.aliases, &record.upstream] {
        // Ids are shown on terminals and pages: what is none is left out.
        let ids: Vec<&str> = list.iter().map(|id| &**id).filter(|id| is_id(id)).collect();
        put_number(&mut deciding, ids.len() as u64);
        ids.iter().for_each(|id| put_text(&mut deciding, id));
    }
    deciding.push(kind_of(record, named) as u8);
    for instant in [record.published, record.modified] {
        deciding.push(u8::from(instant.is_some()));
        put_signed(&mut deciding, instant.map_or(0, Timestamp::unix));
    }
    put_number(&mut deciding, named.len() as u64);
    for (suffix, affected) in named {
        put_affected(&mut deciding, suffix, affected, own);
    }
    put_bytes(out, &deciding);
    put_bytes(out, &details(record, named));
}

fn kind_of(record: &Record<'_>, named: &[(&str, &Affected<'_>)]) -> RecordKind {
    if record.id.starts_with("MAL-") {
        return RecordKind::Malware;
    }
    match named.iter().find_map(|(_, a)| a.informational.as_deref()) {
        Some("unmaintained") => RecordKind::Unmaintained,
        Some("notice") => RecordKind::Notice,
        // `unsound` is a flaw; a word not known must not make one disappear.
        _ if says_unmaintained(record) => RecordKind::Unmaintained,
        _ => RecordKind::Flaw,
    }
}

/// Go's database has no field for it: a record of its own (no other database knows it as a flaw),
/// that nothing fixes, and whose one line says that the thing is not kept up.
fn says_unmaintained(record: &Record<'_>) -> bool {
    const WORDS: [&str; 8] = [
        " is unmaintained",
        " are unmaintained",
        " is not maintained",
        " is no longer maintained",
        " are no longer maintained",
        " is deprecated",
        " has been deprecated",
        " has been archived",
    ];
    let fixed =
        |a: &Affected<'_>| a.ranges.iter().flat_map(|r| &r.events).any(|e| e.kind == EventKind::Fixed);
    record.id.starts_with("GO-")
        && record.aliases.is_empty()
        && record.upstream.is_empty()
        && !record.affected.iter().any(fixed)
        && record.summary.as_deref().is_some_and(|line| {
            let line = line.to_lowercase();
            WORDS.iter().any(|words| line.contains(words))
        })
}

fn put_affected(out: &mut Vec<u8>, suffix: &str, affected: &Affected<'_>, own: Option<Scheme>) {
    put_text(out, suffix);
    let comparable = |r: &&formats::advisory::osv::Range<'_>| {
        matches!(r.kind, RangeKind::Semver | RangeKind::Ecosystem)
            && r.events.iter().any(|e| e.kind == EventKind::Introduced)
    };
    let kept: Vec<_> = affected.ranges.iter().filter(comparable).collect();
    let strange = affected.ranges.iter().any(|r| r.kind != RangeKind::Git && !comparable(&r));
    let nothing = kept.is_empty() && affected.versions.is_empty();
    out.push(u8::from(strange || nothing));
    put_number(out, kept.len() as u64);
    for range in kept {
        let semver = range.kind == RangeKind::Semver;
        let tangled = scheme_of_range(semver, own).is_some_and(|scheme| {
            let events: Vec<Event<'_>> = range.events.iter().map(borrowed).collect();
            scheme.is_tangled(&events)
        });
        out.push(if semver { SEMVER } else { 0 } | if tangled { TANGLED } else { 0 });
        put_number(out, range.events.len() as u64);
        for event in &range.events {
            out.push(event.kind as u8);
            put_text(out, &event.version);
        }
    }
    let mut versions = Vec::new();
    affected.versions.iter().for_each(|v| put_text(&mut versions, v));
    put_number(out, affected.versions.len() as u64);
    put_bytes(out, &versions);
}

fn borrowed<'a>(event: &'a formats::advisory::osv::Event<'_>) -> Event<'a> {
    match event.kind {
        EventKind::Introduced => Event::Introduced(&event.version),
        EventKind::Fixed => Event::Fixed(&event.version),
        EventKind::LastAffected => Event::LastAffected(&event.version),
        EventKind::Limit => Event::Limit(&event.version),
    }
}

fn details(record: &Record<'_>, named: &[(&str, &Affected<'_>)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    put_text(&mut out, &plain(record.summary.as_deref().unwrap_or_default(), LONGEST_SUMMARY));

    let printable = |s: &&Severity<'_>| s.score.bytes().all(|b| b.is_ascii_graphic());
    let vectors = |list: &[Severity<'_>]| {
        list.iter().filter(printable).map(|s| s.score.to_string()).collect::<Vec<_>>()
    };
    let own = named.iter().flat_map(|(_, a)| vectors(&a.severity));
    put_list(&mut out, vectors(&record.severity).into_iter().chain(own).take(MOST_VECTORS));
    let own = named.iter().flat_map(|(_, a)| a.cwe.iter().cloned());
    put_list(&mut out, record.cwe.iter().cloned().chain(own).take(50));
    let shown = |url: &str| {
        url.len() <= LONGEST_ADDRESS
            && (url.starts_with("https://") || url.starts_with("http://"))
            && url.bytes().all(|b| b.is_ascii_graphic())
    };
    let addresses =
        record.references.iter().filter(|r| matches!(&*r.kind, "ADVISORY" | "FIX") && shown(&r.url));
    put_list(&mut out, addresses.map(|r| r.url.to_string()).take(MOST_ADDRESSES));
    // One entry that names no imports is about the whole component, whatever the others say.
    let scoped = named.iter().all(|(_, a)| !a.imports.is_empty());
    let imports = named.iter().filter(|_| scoped).flat_map(|(_, a)| &a.imports);
    put_list(&mut out, imports.map(|path| plain(path, 200)).take(MOST_IMPORTS));
    out
}

fn put_list(out: &mut Vec<u8>, items: impl Iterator<Item = String>) {
    let mut seen: Vec<String> = Vec::new();
    for item in items {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    put_number(out, seen.len() as u64);
    seen.iter().for_each(|item| put_text(out, item));
}

/// The records of a block.
pub(crate) fn records(block: &[u8]) -> Result<Vec<Stored<'_>>, IndexError> {
    let mut cursor = Cursor::new(block);
    let mut all = Vec::new();
    while !cursor.is_empty() {
        let deciding = cursor.bytes()?;
        all.push(stored(deciding, cursor.bytes()?)?);
    }
    Ok(all)
}

fn stored<'a>(deciding: &'a [u8], details: &'a [u8]) -> Result<Stored<'a>, IndexError> {
    let mut cursor = Cursor::new(deciding);
    let id = cursor.text()?;
    let (aliases, upstream) = (texts(&mut cursor)?, texts(&mut cursor)?);
    let kind = match cursor.byte()? {
        0 => RecordKind::Flaw,
        1 => RecordKind::Malware,
        2 => RecordKind::Unmaintained,
        3 => RecordKind::Notice,
        _ => return Err(IndexError::Damaged("a record of no known kind")),
    };
    let (published, modified) = (instant(&mut cursor)?, instant(&mut cursor)?);
    let count = cursor.count()?;
    let affected = (0..count).map(|_| affected(&mut cursor)).collect::<Result<_, _>>()?;
    Ok(Stored { id, aliases, upstream, kind, published, modified, affected, details })
}

fn affected<'a>(cursor: &mut Cursor<'a>) -> Result<StoredAffected<'a>, IndexError> {
    let suffix = cursor.text()?;
    let incomparable = cursor.byte()? != 0;
    let count = cursor.count()?;
    let ranges = (0..count)
        .map(|_| {
            let form = cursor.byte()?;
            let count = cursor.count()?;
            let events = (0..count).map(|_| event(cursor)).collect::<Result<_, _>>()?;
            Ok(StoredRange { semver: form & SEMVER != 0, tangled: form & TANGLED != 0, events })
        })
        .collect::<Result<_, IndexError>>()?;
    let version_count = cursor.count()?;
    Ok(StoredAffected { suffix, ranges, incomparable, version_count, versions: cursor.bytes()? })
}

fn event<'a>(cursor: &mut Cursor<'a>) -> Result<Event<'a>, IndexError> {
    let kind = cursor.byte()?;
    let version = cursor.text()?;
    match kind {
        k if k == EventKind::Introduced as u8 => Ok(Event::Introduced(version)),
        k if k == EventKind::Fixed as u8 => Ok(Event::Fixed(version)),
        k if k == EventKind::LastAffected as u8 => Ok(Event::LastAffected(version)),
        k if k == EventKind::Limit as u8 => Ok(Event::Limit(version)),
        _ => Err(IndexError::Damaged("an event of no known kind")),
    }
}

fn instant(cursor: &mut Cursor<'_>) -> Result<Option<Timestamp>, IndexError> {
    let known = cursor.byte()? != 0;
    let seconds = cursor.signed()?;
    Ok(known.then(|| Timestamp::from_unix(seconds)))
}

fn texts<'a>(cursor: &mut Cursor<'a>) -> Result<Vec<&'a str>, IndexError> {
    let count = cursor.count()?;
    (0..count).map(|_| cursor.text()).collect()
}

impl Stored<'_> {
    pub(crate) fn details(&self) -> Result<Details, IndexError> {
        let mut cursor = Cursor::new(self.details);
        let summary = cursor.text()?;
        let mut list = || -> Result<Vec<String>, IndexError> {
            Ok(texts(&mut cursor)?.into_iter().map(str::to_owned).collect())
        };
        Ok(Details {
            summary: (!summary.is_empty()).then(|| summary.to_owned()),
            cvss: list()?,
            cwe: list()?,
            references: list()?,
            imports: list()?,
        })
    }

    /// Every identifier of the flaw that this record gives: its own first, then its aliases, then
    /// what it was made from, if that is one flaw (a notice that bundles several joins none).
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        let upstream = if self.upstream.len() == 1 { &self.upstream[..] } else { &[] };
        std::iter::once(self.id).chain(self.aliases.iter().copied()).chain(upstream.iter().copied())
    }
}

impl<'a> StoredAffected<'a> {
    /// How many versions are listed one by one.
    pub(crate) const fn version_count(&self) -> usize {
        self.version_count
    }

    /// The versions listed one by one. Stops early only if the index is damaged, which the
    /// block's checksum has excluded.
    pub(crate) fn versions(&self) -> impl Iterator<Item = &'a str> {
        let mut cursor = Cursor::new(self.versions);
        std::iter::from_fn(move || if cursor.is_empty() { None } else { cursor.text().ok() })
    }
}
