//! End-of-life dates of products: JSON lines, one product a line (the form of endoflife.date's
//! product pages).
//!
//! Decides what a line says about a product's release cycles. Which component is which product,
//! and which cycle a version belongs to, is decided where components are known.

use domain::Date;
use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor},
};

use super::{Unread, osv::Text};

/// A file larger than this is refused; the real one is near 1 MB.
pub const LARGEST: usize = 256 << 20;
/// Most release cycles or identifiers of one product.
pub const MOST_CYCLES: usize = 10_000;

/// Why bytes are no list of products.
#[derive(Debug, thiserror::Error)]
pub enum EndOfLifeError {
    /// Too large to be one.
    #[error("the file is larger than 256 MiB")]
    TooLarge,
    /// Not UTF-8.
    #[error("the file cannot be read: {0}")]
    Encoding(String),
}

/// A date, or only whether it is past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrFlag {
    /// On this day.
    On(Date),
    /// `true`: it happened, on a day not stated. `false`: not so far, and no day is announced.
    Flag(bool),
}

impl<'de> Deserialize<'de> for DateOrFlag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = DateOrFlag;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a date, true or false")
            }
            fn visit_bool<E>(self, v: bool) -> Result<DateOrFlag, E> {
                Ok(DateOrFlag::Flag(v))
            }
            fn visit_str<E: de::Error>(self, v: &str) -> Result<DateOrFlag, E> {
                v.parse().map(DateOrFlag::On).map_err(|_| E::custom("not a date"))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

/// A product with its release cycles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Short name: `nodejs`.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// Package URLs that name it, as written.
    pub purls: Vec<String>,
    /// Release cycles, newest first as the source orders them.
    pub cycles: Vec<Cycle>,
}

/// A release cycle.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Cycle {
    /// Its name: `3.11`, `24`, `8.0`.
    #[serde(rename = "releaseCycle")]
    pub name: String,
    /// End of security support.
    #[serde(default)]
    pub eol: Option<DateOrFlag>,
    /// End of active support.
    #[serde(default)]
    pub eoas: Option<DateOrFlag>,
    /// End of extended (paid) support.
    #[serde(default)]
    pub eoes: Option<DateOrFlag>,
    /// Whether, or since when, production stopped (hardware).
    #[serde(default)]
    pub discontinued: Option<DateOrFlag>,
    /// Newest release.
    #[serde(default)]
    pub latest: Option<String>,
    /// The day of the newest release.
    #[serde(default, rename = "latestReleaseDate")]
    pub latest_on: Option<DateOrFlag>,
}

#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow)]
    product: Text<'a>,
    #[serde(borrow, default)]
    title: Option<Text<'a>>,
    #[serde(borrow, default)]
    identifiers: Option<Vec<Identifier<'a>>>,
    releases: Vec<Cycle>,
}

#[derive(Deserialize)]
struct Identifier<'a> {
    #[serde(borrow, default)]
    purl: Option<Text<'a>>,
}

/// Reads the lines. A line that cannot be read is listed with its number.
///
/// # Errors
/// See [`EndOfLifeError`].
pub fn parse(bytes: &[u8]) -> Result<(Vec<Product>, Unread), EndOfLifeError> {
    if bytes.len() > LARGEST {
        return Err(EndOfLifeError::TooLarge);
    }
    let text = super::utf8(bytes).map_err(EndOfLifeError::Encoding)?;
    let (mut products, mut unread) = (Vec::new(), Unread::default());
    for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match product(line) {
            Some(product) => products.push(product),
            None => unread.push(format!("line {}", i + 1), "not a product with release cycles"),
        }
    }
    Ok((products, unread))
}

fn product(line: &str) -> Option<Product> {
    let raw: Raw<'_> = serde_json::from_str(line).ok()?;
    let slug = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    let named = !raw.product.is_empty() && raw.product.len() <= 200 && raw.product.bytes().all(slug);
    let identifiers = raw.identifiers.unwrap_or_default();
    let unfit = |text: &str| text.len() > 200 || text.chars().any(char::is_control);
    let bounded = raw.releases.len() <= MOST_CYCLES
        && identifiers.len() <= MOST_CYCLES
        && !raw.releases.iter().any(|c| unfit(&c.name) || c.latest.as_deref().is_some_and(unfit));
    if !named || !bounded {
        return None;
    }
    Some(Product {
        name: raw.product.to_string(),
        title: raw
            .title
            .as_deref()
            .unwrap_or(&raw.product)
            .chars()
            .filter(|c| !c.is_control())
            .take(200)
            .collect(),
        purls: identifiers.into_iter().filter_map(|i| i.purl).map(|p| p.to_string()).collect(),
        cycles: raw.releases,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_dates_and_flags() {
        let text = br#"{"product":"nodejs","title":"Node.js","identifiers":[{"cpe":"x"},{"purl":"pkg:generic/node"}],"releases":[{"releaseCycle":"26","eol":"2029-04-30","eoas":false,"latest":"26.7.0"},{"releaseCycle":"0.10","eol":true}]}
not json
{"product":"x","releases":[{"releaseCycle":"1","eol":"some day"}]}"#;
        let (products, unread) = parse(text).unwrap();
        assert_eq!(products.len(), 1);
        assert_eq!(products[0].purls, ["pkg:generic/node"]);
        assert_eq!(products[0].cycles[0].eol, Some(DateOrFlag::On("2029-04-30".parse().unwrap())));
        assert_eq!(products[0].cycles[1].eol, Some(DateOrFlag::Flag(true)));
        assert_eq!(unread.count, 2);
    }
}
