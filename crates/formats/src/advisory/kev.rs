//! The KEV catalogue: which CVEs are known to be exploited, since when (CISA, JSON).
//!
//! Decides what the catalogue says, and whether it holds as many entries as it claims to. Not
//! what follows from a listing.

use domain::{Date, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{CveId, Unread, osv::Text};

/// A catalogue larger than this is refused; the real one is below 2 MB.
pub const LARGEST: usize = 256 << 20;

/// Why bytes are no KEV catalogue.
#[derive(Debug, thiserror::Error)]
pub enum KevError {
    /// Too large to be one.
    #[error("the file is larger than 256 MiB")]
    TooLarge,
    /// Not UTF-8.
    #[error("the file cannot be read: {0}")]
    Encoding(String),
    /// Not JSON, or not of the catalogue's form.
    #[error("not a KEV catalogue in JSON (line {line}, column {column})")]
    Json {
        /// Line of the fault.
        line: usize,
        /// Column of the fault.
        column: usize,
    },
}

/// The catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue {
    /// When it was released, if it says so.
    pub released: Option<Timestamp>,
    /// How many entries it claims to hold.
    pub claimed: Option<u64>,
    /// Its entries, in file order.
    pub entries: Vec<Entry>,
    /// Entries that could not be read.
    pub unread: Unread,
}

/// One known exploited vulnerability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which.
    pub cve: CveId,
    /// The day it was listed.
    pub added: Date,
    /// The day by which United States agencies must act.
    pub due: Option<Date>,
    /// Whether ransomware is known to use it.
    pub ransomware: bool,
}

#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(default, rename = "dateReleased", borrow)]
    released: Option<Text<'a>>,
    #[serde(default)]
    count: Option<u64>,
    #[serde(borrow)]
    vulnerabilities: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawEntry<'a> {
    #[serde(rename = "cveID", borrow)]
    cve: Text<'a>,
    #[serde(rename = "dateAdded", borrow)]
    added: Text<'a>,
    #[serde(default, rename = "dueDate", borrow)]
    due: Option<Text<'a>>,
    #[serde(default, rename = "knownRansomwareCampaignUse", borrow)]
    ransomware: Option<Text<'a>>,
}

/// Reads a catalogue.
///
/// # Errors
/// See [`KevError`]. A single entry that cannot be read is listed, not an error.
pub fn parse(bytes: &[u8]) -> Result<Catalogue, KevError> {
    if bytes.len() > LARGEST {
        return Err(KevError::TooLarge);
    }
    let text = super::utf8(bytes).map_err(KevError::Encoding)?;
    let raw: Raw<'_> =
        serde_json::from_str(text).map_err(|e| KevError::Json { line: e.line(), column: e.column() })?;
    let mut catalogue = Catalogue {
        released: raw.released.and_then(|t| t.parse().ok()),
        claimed: raw.count,
        entries: Vec::with_capacity(raw.vulnerabilities.len()),
        unread: Unread::default(),
    };
    for (i, item) in raw.vulnerabilities.iter().enumerate() {
        match entry(item.get()) {
            Ok(entry) => catalogue.entries.push(entry),
            Err(why) => catalogue.unread.push(format!("entry {}", i + 1), why),
        }
    }
    Ok(catalogue)
}

fn entry(text: &str) -> Result<Entry, &'static str> {
    let raw: RawEntry<'_> = serde_json::from_str(text).map_err(|_| "not an entry of the catalogue's form")?;
    Ok(Entry {
        cve: CveId::parse(&raw.cve).ok_or("no CVE identifier")?,
        added: raw.added.parse().map_err(|_| "`dateAdded` is no date")?,
        due: raw.due.and_then(|t| t.parse().ok()),
        ransomware: raw.ransomware.as_deref() == Some("Known"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_entries_and_lists_those_it_cannot() {
        let text = br#"{"catalogVersion":"x","dateReleased":"2026-08-07T16:45:47.0648Z","count":3,"vulnerabilities":[
            {"cveID":"CVE-2026-8037","dateAdded":"2026-08-07","dueDate":"2026-08-10","knownRansomwareCampaignUse":"Known","new":1},
            {"cveID":"CVE-2026-1","dateAdded":"2026-08-07"}, 7]}"#;
        let catalogue = parse(text).unwrap();
        assert_eq!(catalogue.entries.len(), 1);
        assert!(catalogue.entries[0].ransomware);
        assert_eq!(catalogue.entries[0].added.to_string(), "2026-08-07");
        assert_eq!(catalogue.unread.count, 2);
        assert_eq!(catalogue.released.unwrap().to_string(), "2026-08-07T16:45:47Z");
    }

    #[test]
    fn refuses_what_is_no_catalogue() {
        for bad in ["", "[]", "{}", r#"{"vulnerabilities":{}}"#, r#"{"vulnerabilities":["#] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
