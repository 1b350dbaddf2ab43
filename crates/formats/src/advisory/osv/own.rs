//! What databases put into their own parts of a record (`database_specific`, `ecosystem_specific`):
//! RustSec's `informational`, CWE ids in three spellings, Go's import paths.
//!
//! All of it only adds to a record. A part of another form is passed over and the record stays.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{LONGEST_NAME, Text, lenient_list};

/// RustSec's word for what is no flaw, if the part holds one.
pub(super) fn informational(raw: &RawValue) -> Option<Text<'_>> {
    let own: AffectedOwn<'_> = serde_json::from_str(raw.get()).unwrap_or_default();
    own.informational.and_then(|raw| serde_json::from_str(raw.get()).ok())
}

#[derive(Default, Deserialize)]
struct AffectedOwn<'a> {
    #[serde(borrow, default)]
    informational: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct EcosystemOwn<'a> {
    #[serde(borrow, default)]
    imports: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Import<'a> {
    #[serde(borrow)]
    path: Text<'a>,
}

/// The import paths named, in the record's order. It only adds to what is shown: a part of another
/// form is passed over.
pub(super) fn imports(raw: &RawValue) -> Vec<Text<'_>> {
    if memchr::memmem::find(raw.get().as_bytes(), b"\"imports\"").is_none() {
        return Vec::new();
    }
    let own: EcosystemOwn<'_> = serde_json::from_str(raw.get()).unwrap_or_default();
    let listed: Vec<Import<'_>> = lenient_list(own.imports);
    listed
        .into_iter()
        .map(|import| import.path)
        .filter(|path| path.len() <= LONGEST_NAME)
        .take(1_000)
        .collect()
}

/// Where databases put CWE ids: `cwe_ids` (GitHub), `cwes[].cweId` (malicious-packages), `cwe`.
#[derive(Default, Deserialize)]
struct CweOwn<'a> {
    #[serde(borrow, default)]
    cwe_ids: Option<&'a RawValue>,
    #[serde(borrow, default)]
    cwes: Option<&'a RawValue>,
    #[serde(borrow, default)]
    cwe: Option<&'a RawValue>,
}

pub(super) fn cwe_ids(raw: &RawValue) -> Vec<String> {
    // Most records say nothing about CWE; do not read their own part twice for it.
    if memchr::memmem::find(raw.get().as_bytes(), b"CWE-").is_none() {
        return Vec::new();
    }
    let own: CweOwn<'_> = serde_json::from_str(raw.get()).unwrap_or_default();
    let mut found: Vec<String> = Vec::new();
    for raw in [own.cwe_ids, own.cwes, own.cwe].into_iter().flatten() {
        let Ok(list) = serde_json::from_str::<CweList>(raw.get()) else { continue };
        found.extend(list.0);
    }
    found.sort();
    found.dedup();
    found.truncate(50);
    found
}

/// CWE ids in a string, a list of strings, or a list of objects with `cweId`.
struct CweList(Vec<String>);

impl<'de> Deserialize<'de> for CweList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = CweList;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("CWE ids")
            }
            fn visit_str<E>(self, v: &str) -> Result<CweList, E> {
                Ok(CweList(cwe_id(v).into_iter().collect()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<CweList, A::Error> {
                let mut all = Vec::new();
                while let Some(raw) = seq.next_element::<&RawValue>()? {
                    if let Ok(text) = serde_json::from_str::<Text<'_>>(raw.get()) {
                        all.extend(cwe_id(&text));
                    } else if let Ok(object) = serde_json::from_str::<CweObject<'_>>(raw.get()) {
                        all.extend(cwe_id(&object.id));
                    }
                }
                Ok(CweList(all))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

#[derive(Deserialize)]
struct CweObject<'a> {
    #[serde(rename = "cweId", borrow)]
    id: Text<'a>,
}

fn cwe_id(text: &str) -> Option<String> {
    let digits = text.strip_prefix("CWE-")?;
    (!digits.is_empty() && digits.len() <= 6 && digits.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.to_owned())
}
