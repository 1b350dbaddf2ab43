//! One document of a dossier: is it there, how old is it, has it ended.

use std::{fmt, sync::OnceLock};

use domain::{Date, Digest, Place};
use formats::own::{dossier, nearest};
use serde::{Deserialize, Serialize};

use crate::material::{Material, digest};

/// A kind of document that a control asks for; from `rules/dossier-kinds.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// Its id.
    pub id: String,
    /// What it is.
    pub title: String,
    /// How many months it is good for.
    #[serde(default)]
    pub lasts_months: Option<u32>,
    /// The control that asks for it.
    pub control: String,
    /// Kinds which, all together, make it needless.
    #[serde(default)]
    pub instead: Vec<String>,
    /// Not asked for where it is absent.
    #[serde(default)]
    pub optional: bool,
    /// The sentence to send to the supplier.
    pub ask: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    kind: Vec<Kind>,
}

/// Every kind, in the order of the rules; none if the shipped file were broken (a test excludes it).
pub fn kinds() -> &'static [Kind] {
    static KINDS: OnceLock<Vec<Kind>> = OnceLock::new();
    KINDS.get_or_init(|| {
        toml::from_str::<File>(include_str!("../../rules/dossier-kinds.toml"))
            .map(|f| f.kind)
            .unwrap_or_default()
    })
}

/// How a document stands on the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// There, dated, not ended.
    Current,
    /// Named, and not there.
    Missing,
    /// There, without a day.
    Undated,
    /// It has ended.
    Expired,
    /// Its day has not come yet.
    LaterThanToday,
    /// It is about another version of the product.
    OtherVersion,
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Current => "current",
            Self::Missing => "missing",
            Self::Undated => "undated",
            Self::Expired => "expired",
            Self::LaterThanToday => "later than today",
            Self::OtherVersion => "about another version",
        })
    }
}

/// A document as it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its kind.
    pub kind: String,
    /// The file.
    pub path: Option<String>,
    /// Its digest; none where it is not there.
    pub digest: Option<Digest>,
    /// How it stands.
    pub standing: Standing,
    /// Why, where it is not current.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The day it was issued.
    pub issued: Option<Date>,
    /// The last day it is good for, as it states or as its kind allows, the earlier.
    pub ends: Option<Date>,
    /// Its age in months, counted up.
    pub months: Option<u32>,
    /// Its number in the issuer's register.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Who issued it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The product version it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_version: Option<String>,
    /// What it concludes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The worst CVSS base score it reports, in tenths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst_cvss_tenths: Option<u8>,
    /// Where data is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// What it names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// The known kind that an unknown one is likely to mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likely: Option<String>,
    /// Where the dossier names it.
    pub place: Place,
}

/// Looks at one document.
pub fn look(material: &dyn Material, document: &dossier::Document, today: Date, version: &str) -> Document {
    let kind = kinds().iter().find(|kind| kind.id == document.kind);
    let content = document.path.as_deref().and_then(|path| {
        let at = material.entries().binary_search_by(|entry| entry.path.as_str().cmp(path)).ok()?;
        let entry = material.entries().get(at)?;
        // An empty file is nobody's document.
        (entry.size > 0).then(|| digest::file(material, entry)).flatten()
    });
    let by_kind = kind
        .and_then(|kind| kind.lasts_months)
        .zip(document.issued)
        .map(|(months, issued)| plus_months(issued, months));
    let ends = match (document.expires, by_kind) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    let needs_issue = kind.is_some_and(|kind| kind.lasts_months.is_some());
    let (standing, why) = match () {
        () if document.path.is_none() => {
            (Standing::Missing, Some("the dossier names no file for it".to_owned()))
        }
        () if content.is_none() => {
            (Standing::Missing, Some("the file that the dossier names is not there, or is empty".to_owned()))
        }
        () if document.issued.is_some_and(|issued| issued > today) => {
            (Standing::LaterThanToday, Some("its day of issue has not come yet: check the date".to_owned()))
        }
        () if ends.is_some_and(|ends| ends < today) => {
            (Standing::Expired, ends.map(|ends| format!("it ended on {ends}")))
        }
        () if document.issued.is_none() && (needs_issue || document.expires.is_none()) => {
            (Standing::Undated, Some("its day of issue is not stated".to_owned()))
        }
        () if document.product_version.as_deref().is_some_and(|about| about != version) => {
            (Standing::OtherVersion, Some(format!("it is about another version than {version}")))
        }
        () => (Standing::Current, None),
    };
    let likely = if kind.is_none() {
        let known: Vec<&str> = kinds().iter().map(|kind| kind.id.as_str()).collect();
        nearest(&document.kind, &known).map(str::to_owned)
    } else {
        None
    };
    Document {
        kind: document.kind.clone(),
        path: document.path.clone(),
        digest: content,
        standing,
        why,
        issued: document.issued,
        ends,
        months: document.issued.filter(|issued| *issued <= today).map(|issued| months_up(issued, today)),
        reference: document.reference.clone(),
        issuer: document.issuer.clone(),
        product_version: document.product_version.clone(),
        status: document.status.clone(),
        worst_cvss_tenths: document.worst_cvss_tenths,
        location: document.location.clone(),
        names: document.names.clone(),
        likely,
        place: Place::line(dossier::FILE, document.line),
    }
}

/// Year, month, day of a date.
fn parts(date: Date) -> (i64, i64, i64) {
    let text = date.to_string();
    let mut numbers = text.rsplit('-').map(|part| part.parse().unwrap_or(1));
    let (day, month) = (numbers.next().unwrap_or(1), numbers.next().unwrap_or(1));
    (i64::from(date.year()), month, day)
}

/// Whole months from one day to a later one, a begun month counted as one: a year and a day is 13.
pub fn months_up(from: Date, to: Date) -> u32 {
    let ((y1, m1, d1), (y2, m2, d2)) = (parts(from), parts(to));
    let months = (y2 - y1) * 12 + (m2 - m1) + i64::from(d2 > d1);
    u32::try_from(months).unwrap_or(0)
}

/// The same day so many months later; the last day of a shorter month.
pub fn plus_months(date: Date, months: u32) -> Date {
    let (year, month, day) = parts(date);
    let month = month - 1 + i64::from(months);
    let (year, month) = (year + month.div_euclid(12), month.rem_euclid(12) + 1);
    (1..=day)
        .rev()
        .find_map(|day| format!("{year:04}-{month:02}-{day:02}").parse().ok())
        .unwrap_or_else(|| date.plus_days(i64::from(months) * 31))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_year_and_a_day_is_thirteen_months() {
        assert_eq!(months_up(day("2025-08-22"), day("2026-08-22")), 12);
        assert_eq!(months_up(day("2025-08-21"), day("2026-08-22")), 13);
        assert_eq!(months_up(day("2025-08-23"), day("2026-08-22")), 12);
        assert_eq!(months_up(day("2026-08-22"), day("2026-08-22")), 0);
        assert_eq!(months_up(day("2024-02-29"), day("2025-02-28")), 12);
    }

    #[test]
    fn months_end_where_the_calendar_does() {
        assert_eq!(plus_months(day("2024-02-29"), 12), day("2025-02-28"));
        assert_eq!(plus_months(day("2025-12-31"), 2), day("2026-02-28"));
        assert_eq!(plus_months(day("2025-03-31"), 12), day("2026-03-31"));
        assert!(plus_months(day("9999-12-31"), 12) >= day("9999-12-31"));
    }

    #[test]
    fn the_shipped_kinds_are_readable_and_refer_to_each_other() {
        assert!(kinds().len() >= 15);
        for kind in kinds() {
            assert!(kind.instead.iter().all(|other| kinds().iter().any(|k| &k.id == other)), "{}", kind.id);
            assert!(kind.ask.ends_with(['.', '?']) && !kind.control.is_empty());
        }
    }
}
