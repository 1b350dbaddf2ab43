//! OSV records (OSV schema 1.x, <https://ossf.github.io/osv-schema/>), read with borrowed strings.
//!
//! Decides what a record says: which component names, ranges and version lists, severity vectors
//! as text, aliases, dates. Unknown fields are passed over; fields that only add colour
//! (references, severity, the databases' own parts) may be malformed without losing the record;
//! what decides a match (`id`, `affected`, `aliases`, `withdrawn`) may not. It does not know
//! version order, nor what a match means.
//!
//! Own code although a crate exists: the records are read by the ten thousand and only a third of
//! their fields matter, so strings stay borrowed from the file's bytes.

use std::{borrow::Cow, fmt};

use domain::Timestamp;
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

mod own;

/// A record larger than this is refused unread. The largest seen in the wild is 0.6 MB.
pub const LARGEST_RECORD: usize = 16 << 20;
/// Longest identifier.
pub const LONGEST_ID: usize = 256;
/// Longest ecosystem or component name.
pub const LONGEST_NAME: usize = 1_024;
/// Longest version.
pub const LONGEST_VERSION: usize = 512;
/// Most events of one range.
pub const MOST_EVENTS: usize = 10_000;
/// Most identifiers that a record may give as its aliases.
pub const MOST_ALIASES: usize = 1_000;

/// A string of the record: borrowed when it holds no escape.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text<'a>(Cow<'a, str>);

impl std::ops::Deref for Text<'_> {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E>(self, v: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(v)))
            }
            fn visit_str<E>(self, v: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(v.to_owned())))
            }
            fn visit_string<E>(self, v: String) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(v)))
            }
        }
        deserializer.deserialize_str(Read)
    }
}

/// Why bytes are no OSV record.
#[derive(Debug, thiserror::Error)]
pub enum OsvError {
    /// Larger than [`LARGEST_RECORD`].
    #[error("the record is larger than 16 MiB")]
    TooLarge,
    /// Not UTF-8.
    #[error("the record cannot be read: {0}")]
    Encoding(String),
    /// Not JSON of the record's form.
    #[error("the record is not OSV JSON (line {line}, column {column})")]
    Json {
        /// Line of the fault.
        line: usize,
        /// Column of the fault.
        column: usize,
    },
    /// A field that decides a match is out of bounds.
    #[error("the record's {0} is longer than any real one")]
    OutOfBounds(&'static str),
    /// The identifier is empty or holds characters no database uses.
    #[error("the record's id is not an identifier")]
    Id,
}

/// One OSV record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Identifier: `GHSA-…`, `RUSTSEC-…`, `MAL-…`.
    pub id: Text<'a>,
    /// When the record changed; none when absent or no instant.
    pub modified: Option<Timestamp>,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// Whether the record was taken back (any value in `withdrawn` but null).
    pub withdrawn: bool,
    /// Other identifiers of the same flaw.
    pub aliases: Vec<Text<'a>>,
    /// Identifiers of the flaws that this one was made from.
    pub upstream: Vec<Text<'a>>,
    /// One line.
    pub summary: Option<Text<'a>>,
    /// What is affected.
    pub affected: Vec<Affected<'a>>,
    /// CVSS vectors that hold for the whole record, as text.
    pub severity: Vec<Severity<'a>>,
    /// Addresses.
    pub references: Vec<Reference<'a>>,
    /// CWE ids, from wherever the databases put them.
    pub cwe: Vec<String>,
}

/// A component that a record names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affected<'a> {
    /// Ecosystem with its suffix, and name; none for records about a git repository only.
    pub component: Option<Named<'a>>,
    /// Ranges.
    pub ranges: Vec<Range<'a>>,
    /// Versions, one by one.
    pub versions: Vec<Text<'a>>,
    /// CVSS vectors for this component.
    pub severity: Vec<Severity<'a>>,
    /// RustSec's `informational`: `unmaintained`, `notice`, `unsound`.
    pub informational: Option<Text<'a>>,
    /// CWE ids given for this component.
    pub cwe: Vec<String>,
    /// The import paths of the component that are affected (`ecosystem_specific.imports` of Go's
    /// database); none: all of it.
    pub imports: Vec<Text<'a>>,
}

/// Ecosystem and name as the record writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<'a> {
    /// `npm`, `Debian:12`, `Packagist:https://…`.
    pub ecosystem: Text<'a>,
    /// The name, not normalised.
    pub name: Text<'a>,
}

/// How a range's versions are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeKind {
    /// Semantic Versioning 2.0.0.
    Semver,
    /// The ecosystem's own order.
    Ecosystem,
    /// Commits of a repository: no version can be compared with them.
    Git,
    /// A type this reader does not know, or none stated.
    Other,
}

/// A range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range<'a> {
    /// How versions are ordered.
    pub kind: RangeKind,
    /// The events, in the record's order.
    pub events: Vec<Event<'a>>,
}

/// What an event of a range marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// First version of an affected stretch.
    Introduced,
    /// First version after it.
    Fixed,
    /// Last version of it.
    LastAffected,
    /// The range does not look beyond.
    Limit,
}

/// An event of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// What it marks.
    pub kind: EventKind,
    /// Which version.
    pub version: Text<'a>,
}

/// A severity vector, kept as text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Severity<'a> {
    /// `CVSS_V2`, `CVSS_V3`, `CVSS_V4`.
    #[serde(rename = "type", borrow)]
    pub kind: Text<'a>,
    /// The vector.
    #[serde(borrow)]
    pub score: Text<'a>,
}

/// An address.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Reference<'a> {
    /// `ADVISORY`, `FIX`, `WEB` …
    #[serde(rename = "type", borrow)]
    pub kind: Text<'a>,
    /// The address as written.
    #[serde(borrow)]
    pub url: Text<'a>,
}

/// Reads one record.
///
/// # Errors
/// See [`OsvError`]; the caller names the record by its file.
pub fn parse(bytes: &[u8]) -> Result<Record<'_>, OsvError> {
    if bytes.len() > LARGEST_RECORD {
        return Err(OsvError::TooLarge);
    }
    let text = super::utf8(bytes).map_err(OsvError::Encoding)?;
    let raw: RawRecord<'_> =
        serde_json::from_str(text).map_err(|e| OsvError::Json { line: e.line(), column: e.column() })?;
    raw.checked()
}

/// Whether a text can be the identifier of a record: printable ASCII without what files, addresses
/// and markup give a meaning to.
pub fn is_id(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_graphic() && !matches!(b, b'"' | b'\\' | b'<' | b'>' | b'/');
    !text.is_empty() && text.bytes().all(allowed)
}

#[derive(Deserialize)]
struct RawRecord<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow, default)]
    modified: Option<&'a RawValue>,
    #[serde(borrow, default)]
    published: Option<&'a RawValue>,
    #[serde(default)]
    withdrawn: Option<IgnoredAny>,
    #[serde(borrow, default)]
    aliases: Option<Vec<Text<'a>>>,
    #[serde(borrow, default)]
    upstream: Option<Vec<Text<'a>>>,
    #[serde(borrow, default)]
    summary: Option<&'a RawValue>,
    #[serde(borrow, default)]
    affected: Option<Vec<RawAffected<'a>>>,
    #[serde(borrow, default)]
    severity: Option<&'a RawValue>,
    #[serde(borrow, default)]
    references: Option<&'a RawValue>,
    #[serde(borrow, default)]
    database_specific: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawAffected<'a> {
    #[serde(borrow, default, rename = "package")]
    component: Option<RawNamed<'a>>,
    #[serde(borrow, default)]
    ranges: Option<Vec<RawRange<'a>>>,
    #[serde(borrow, default)]
    versions: Option<Vec<Text<'a>>>,
    #[serde(borrow, default)]
    severity: Option<&'a RawValue>,
    #[serde(borrow, default)]
    database_specific: Option<&'a RawValue>,
    #[serde(borrow, default)]
    ecosystem_specific: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawNamed<'a> {
    #[serde(borrow)]
    ecosystem: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
}

#[derive(Deserialize)]
struct RawRange<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Option<Text<'a>>,
    #[serde(borrow, default)]
    events: Option<Vec<Events<'a>>>,
}

/// One object of `events`: normally one event, several in old records.
struct Events<'a>(Vec<Event<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Events<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Events<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an event")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Events<'de>, A::Error> {
                let mut events = Vec::with_capacity(1);
                while let Some(key) = map.next_key::<Text<'de>>()? {
                    let kind = match &*key {
                        "introduced" => EventKind::Introduced,
                        "fixed" => EventKind::Fixed,
                        "last_affected" => EventKind::LastAffected,
                        "limit" => EventKind::Limit,
                        // Not to be passed over: an event of a kind not known may end a stretch or
                        // begin one, so the record would be read as saying something else.
                        _ => return Err(serde::de::Error::custom("an event of a kind not known")),
                    };
                    if events.len() == 4 {
                        return Err(serde::de::Error::custom("an event given twice"));
                    }
                    events.push(Event { kind, version: map.next_value()? });
                }
                Ok(Events(events))
            }
        }
        deserializer.deserialize_map(Read)
    }
}

impl<'a> RawRecord<'a> {
    fn checked(self) -> Result<Record<'a>, OsvError> {
        if self.id.len() > LONGEST_ID {
            return Err(OsvError::OutOfBounds("id"));
        }
        if !is_id(&self.id) {
            return Err(OsvError::Id);
        }
        let (aliases, upstream) = (ids(self.aliases)?, ids(self.upstream)?);
        let affected = self
            .affected
            .unwrap_or_default()
            .into_iter()
            .map(RawAffected::checked)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Record {
            id: self.id,
            modified: instant(self.modified),
            published: instant(self.published),
            withdrawn: self.withdrawn.is_some(),
            aliases,
            upstream,
            summary: self.summary.and_then(|raw| serde_json::from_str(raw.get()).ok()),
            affected,
            severity: severity(self.severity),
            references: lenient_list(self.references),
            cwe: self.database_specific.map(own::cwe_ids).unwrap_or_default(),
        })
    }
}

impl<'a> RawAffected<'a> {
    fn checked(self) -> Result<Affected<'a>, OsvError> {
        let component = match self.component {
            None => None,
            Some(named) => {
                if named.name.len() > LONGEST_NAME || named.ecosystem.len() > LONGEST_NAME {
                    return Err(OsvError::OutOfBounds("component name"));
                }
                Some(Named { ecosystem: named.ecosystem, name: named.name })
            }
        };
        let versions = self.versions.unwrap_or_default();
        if versions.iter().any(|v| v.len() > LONGEST_VERSION) {
            return Err(OsvError::OutOfBounds("version list"));
        }
        let ranges = self
            .ranges
            .unwrap_or_default()
            .into_iter()
            .map(RawRange::checked)
            .collect::<Result<Vec<_>, _>>()?;
        let (informational, cwe) = match self.database_specific {
            Some(raw) => (own::informational(raw), own::cwe_ids(raw)),
            None => (None, Vec::new()),
        };
        let severity = severity(self.severity);
        let imports = self.ecosystem_specific.map(own::imports).unwrap_or_default();
        Ok(Affected { component, ranges, versions, severity, informational, cwe, imports })
    }
}

impl<'a> RawRange<'a> {
    fn checked(self) -> Result<Range<'a>, OsvError> {
        let kind = match self.kind.as_deref() {
            Some("SEMVER") => RangeKind::Semver,
            Some("ECOSYSTEM") => RangeKind::Ecosystem,
            Some("GIT") => RangeKind::Git,
            _ => RangeKind::Other,
        };
        let events: Vec<_> = self.events.unwrap_or_default().into_iter().flat_map(|e| e.0).collect();
        if events.len() > MOST_EVENTS {
            return Err(OsvError::OutOfBounds("list of events"));
        }
        if events.iter().any(|e| e.version.len() > LONGEST_VERSION) {
            return Err(OsvError::OutOfBounds("event"));
        }
        Ok(Range { kind, events })
    }
}

fn ids(list: Option<Vec<Text<'_>>>) -> Result<Vec<Text<'_>>, OsvError> {
    let list = list.unwrap_or_default();
    if list.len() > MOST_ALIASES || list.iter().any(|id| id.len() > LONGEST_ID) {
        return Err(OsvError::OutOfBounds("list of aliases"));
    }
    Ok(list)
}

fn instant(raw: Option<&RawValue>) -> Option<Timestamp> {
    let text: Text<'_> = serde_json::from_str(raw?.get()).ok()?;
    text.parse().ok()
}

/// The entries of a list that have the form asked for; the others are passed over.
fn lenient_list<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Vec<T> {
    let Some(raw) = raw else { return Vec::new() };
    let items: Vec<&'a RawValue> = serde_json::from_str(raw.get()).unwrap_or_default();
    items.into_iter().filter_map(|item| serde_json::from_str(item.get()).ok()).collect()
}

fn severity<'a>(raw: Option<&'a RawValue>) -> Vec<Severity<'a>> {
    let mut all: Vec<Severity<'a>> = lenient_list(raw);
    all.retain(|s| s.kind.starts_with("CVSS_") && s.score.len() <= 512);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_decides_a_match_and_passes_over_what_it_does_not_know() {
        let text = br#"{"schema_version":"1.7.0","id":"GHSA-aaaa-bbbb-cccc","modified":"2026-01-02T03:04:05.678Z",
            "aliases":["CVE-2026-0001"],"summary":"A \"quoted\" summary","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N"},{"score":"low"},7],
            "affected":[{"package":{"ecosystem":"npm","name":"left-pad","purl":"pkg:npm/left-pad"},
              "ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.2.3"}]},{"events":null}],"versions":null,
              "ecosystem_specific":{"imports":[{"path":"left-pad/deep","symbols":["Pad"]},{"broken":1},"x"]},
              "database_specific":{"informational":null,"cwes":[{"cweId":"CWE-506","name":"x"}]}}],
            "references":[{"type":"FIX","url":"https://code.example/1"},{"broken":true}],
            "database_specific":{"cwe_ids":["CWE-79",3]},"something_new":{"deep":[1]}}"#;
        let record = parse(text).unwrap();
        assert_eq!(&*record.id, "GHSA-aaaa-bbbb-cccc");
        assert_eq!(record.modified.unwrap().to_string(), "2026-01-02T03:04:05Z");
        assert_eq!(record.summary.as_deref(), Some("A \"quoted\" summary"));
        assert_eq!(record.severity.len(), 1);
        assert_eq!(record.cwe, ["CWE-79"]);
        let affected = &record.affected[0];
        assert_eq!(affected.cwe, ["CWE-506"]);
        assert_eq!(affected.imports.iter().map(|path| &**path).collect::<Vec<_>>(), ["left-pad/deep"]);
        assert_eq!(affected.ranges[0].events[1].kind, EventKind::Fixed);
        assert_eq!(affected.ranges[1].kind, RangeKind::Other);
        assert_eq!(record.references.len(), 1);
        assert!(!record.withdrawn);
    }

    #[test]
    fn a_record_that_cannot_be_trusted_to_match_is_an_error() {
        let long = "9".repeat(LONGEST_VERSION + 1);
        let event = format!(
            r#"{{"id":"X-1","affected":[{{"ranges":[{{"type":"SEMVER","events":[{{"fixed":"{long}"}}]}}]}}]}}"#
        );
        for (text, why) in [
            ("", "empty"),
            ("{}", "no id"),
            (r#"{"id":""}"#, "empty id"),
            (r#"{"id":"../../etc"}"#, "traversal in an id"),
            (r#"{"id":"X-1","id":"X-2"}"#, "duplicate key"),
            (r#"{"id":"X-1","affected":{}}"#, "affected is no list"),
            (r#"{"id":"X-1","affected":[{"package":{"name":"a"}}]}"#, "no ecosystem"),
            (
                r#"{"id":"X-1","affected":[{"ranges":[{"type":"SEMVER","events":[{"vanished":"1"}]}]}]}"#,
                "unknown event",
            ),
            (r#"{"id":"X-1","aliases":"CVE-1"}"#, "aliases is no list"),
            (&event, "endless version"),
            (r#"{"id":"X-1"} {"id":"X-2"}"#, "two values"),
        ] {
            assert!(parse(text.as_bytes()).is_err(), "{why}");
        }
        assert!(parse(b"\xff\xfe{\0}\0").is_err());
        assert!(parse(b"\xef\xbb\xbf{\"id\":\"X-1\"}").is_ok());
    }

    #[test]
    fn a_million_levels_are_refused_or_passed_over_without_a_deep_stack() {
        let deep = "[".repeat(1_000_000);
        assert!(parse(format!(r#"{{"id":"X-1","affected":{deep}"#).as_bytes()).is_err());
        assert!(parse(format!(r#"{{"id":"X-1","unknown":{deep}"#).as_bytes()).is_err());
        let closed = format!(r#"{{"id":"X-1","severity":{deep}{}}}"#, "]".repeat(1_000_000));
        if let Ok(record) = parse(closed.as_bytes()) {
            assert!(record.severity.is_empty());
        }
    }

    #[test]
    fn withdrawn_is_any_value_but_null_and_odd_dates_are_kept_or_unknown() {
        let record = parse(br#"{"id":"X-1","withdrawn":"2030-01-01T00:00:00Z","modified":"0001-01-01T00:00:00Z","published":"yesterday"}"#).unwrap();
        assert!(record.withdrawn);
        assert_eq!(record.modified.unwrap().to_string(), "0001-01-01T00:00:00Z");
        assert_eq!(record.published, None);
        assert!(!parse(br#"{"id":"X-1","withdrawn":null}"#).unwrap().withdrawn);
    }
}
