//! Vendor support: which product of the end-of-life feed a component is, and which cycle its
//! version belongs to.
//!
//! A component is a product by one of the purls that the feed gives, by a row of `products.tsv`
//! (official images, names that version pins use), or, for generic pins and official images, by
//! the product's own name. A version belongs to the cycle whose name is the longest dotted prefix
//! of it. A tag that floats over several cycles (`php:8`) belongs to none that can be told; which of
//! them is supported longest is told, for then it is certain when all have ended.
//!
//! Whether support has ended on a given day is not decided here: there is no clock.

use domain::{Date, Purl, Timestamp};
pub use formats::advisory::endoflife::DateOrFlag;

use crate::index::{IndexError, bytes::Cursor, names::Names};

/// Rows `key<TAB>product`, and `product:codename<TAB>cycle`.
const PRODUCTS: &str = include_str!("products.tsv");

/// What is known about vendor support of a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Support {
    /// The feed's name of the product: `nodejs`.
    pub product: String,
    /// Its name for people: `Node.js`.
    pub title: String,
    /// The release cycle that the version belongs to; none when that cannot be told.
    pub cycle: Option<String>,
    /// End of security support; none: unknown.
    pub eol: Option<DateOrFlag>,
    /// End of active support.
    pub active_until: Option<DateOrFlag>,
    /// End of extended, usually paid, support.
    pub extended_until: Option<DateOrFlag>,
    /// Newest release of the cycle.
    pub latest: Option<String>,
    /// The newest cycle that the feed lists: where to go.
    pub newest_cycle: Option<String>,
    /// Where the version may belong to several cycles (`couchdb:2`): the one whose support ends last,
    /// and when. If even that has ended, all have.
    pub at_best: Option<(String, DateOrFlag)>,
}

/// A purl without version, as the feed's index and lookups both write it.
///
/// An image's host is left out: an official image is the same product from whichever mirror it
/// comes, and an image with no folder before its name is taken for the official one of that name.
pub(crate) fn purl_key(purl: &Purl) -> String {
    let kind = if purl.kind() == "oci" { "docker" } else { purl.kind() };
    let whole = purl.namespace().unwrap_or_default().to_lowercase();
    let mut namespace = whole.as_str();
    if kind == "docker" {
        if let Some((host, rest)) = namespace.split_once('/').or(Some((namespace, "")))
            && host.contains(['.', ':'])
        {
            namespace = rest;
        }
        if namespace.is_empty() || namespace.ends_with("/library") {
            namespace = "library";
        }
    }
    let name = purl.name().to_lowercase();
    if namespace.is_empty() { format!("{kind}/{name}") } else { format!("{kind}/{namespace}/{name}") }
}

/// Finds product and cycle.
pub(crate) fn find(names: &Names, purl: &Purl) -> Result<Option<Support>, IndexError> {
    let key = purl_key(purl);
    let named = base_in_name(&key);
    let version = named.map_or_else(|| purl.version().unwrap_or_default(), |(_, release)| release);
    let mut best: Option<Support> = None;
    let products = match named {
        Some((product, _)) => vec![product.to_owned()],
        None => products(names, &key, version)?,
    };
    for product in products {
        let Some(block) = names.get(&format!("product:{product}"))? else { continue };
        let found = read(&product, &block, version)?;
        if found.cycle.is_some() {
            return Ok(Some(found));
        }
        best = best.or(Some(found));
    }
    Ok(best)
}

/// Names of products that a purl may be, best first.
fn products(names: &Names, key: &str, version: &str) -> Result<Vec<String>, IndexError> {
    let mut all: Vec<String> = Vec::new();
    // `java@temurin-17.0.3`: the vendor stands before the number.
    let vendor =
        version.split_once('-').map(|(v, _)| v).filter(|v| v.bytes().all(|b| b.is_ascii_alphabetic()));
    if let Some(product) = vendor.and_then(|v| row(&format!("{key}:{v}"))) {
        return Ok(vec![product.to_owned()]);
    }
    if key == "generic/dotnet" && framework(version).is_some() {
        return Ok(vec!["dotnetfx".to_owned()]);
    }
    all.extend(row(key).map(str::to_owned));
    if let Some(block) = names.get(&format!("purl:{key}"))? {
        let mut cursor = Cursor::new(&block);
        while !cursor.is_empty() {
            all.push(cursor.text()?.to_owned());
        }
    }
    let own = key.strip_prefix("generic/").or_else(|| key.strip_prefix("docker/library/"));
    // `keycloak/keycloak`: the makers' own image.
    let of_makers = key.strip_prefix("docker/").and_then(|rest| rest.split_once('/'));
    let own = own.or(of_makers.filter(|(maker, name)| maker == name).map(|(_, name)| name));
    all.extend(own.map(str::to_owned));
    Ok(all)
}

/// Images that carry the release of their distribution in the name, and whose tags count something
/// else: `ubi8/nodejs-14`, `redhat/ubi9-minimal`, `distroless/python3-debian11`.
fn base_in_name(key: &str) -> Option<(&'static str, &str)> {
    let image = key.strip_prefix("docker/")?;
    let (product, rest) = match image.strip_prefix("redhat/").unwrap_or(image).strip_prefix("ubi") {
        Some(rest) => ("rhel", rest),
        None => ("debian", image.strip_prefix("distroless/")?.rsplit_once("-debian")?.1),
    };
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (release, after) = rest.split_at(end);
    (!release.is_empty() && (after.is_empty() || after.starts_with(['/', '-']))).then_some((product, release))
}

fn row(key: &str) -> Option<&'static str> {
    PRODUCTS.lines().filter_map(|line| line.split_once('\t')).find(|(k, _)| *k == key).map(|(_, v)| v)
}

struct Cycle<'a> {
    name: &'a str,
    latest: &'a str,
    dates: [Option<DateOrFlag>; 3],
}

fn read(product: &str, block: &[u8], version: &str) -> Result<Support, IndexError> {
    let mut cursor = Cursor::new(block);
    let title = cursor.text()?.to_owned();
    let count = cursor.count()?;
    let cycles = (0..count).map(|_| cycle(&mut cursor)).collect::<Result<Vec<_>, _>>()?;
    let candidates = choose(product, &cycles, version);
    let chosen = candidates.first().copied().filter(|_| candidates.len() == 1);
    let at_best = if candidates.len() > 1 { best(&candidates) } else { None };
    let text = |t: &str| (!t.is_empty()).then(|| t.to_owned());
    let [eol, active_until, extended_until] = chosen.map_or([None; 3], |c| c.dates);
    Ok(Support {
        product: product.to_owned(),
        title,
        cycle: chosen.map(|c| c.name.to_owned()),
        eol,
        active_until,
        extended_until,
        latest: chosen.and_then(|c| text(c.latest)),
        newest_cycle: cycles.first().map(|c| c.name.to_owned()),
        at_best: at_best.map(|(name, end)| (name.to_owned(), end)),
    })
}

/// The cycle whose support ends last; none where that of one of them is not known.
fn best<'a>(cycles: &[&Cycle<'a>]) -> Option<(&'a str, DateOrFlag)> {
    let rank = |end: DateOrFlag| match end {
        DateOrFlag::Flag(true) => (0, None),
        DateOrFlag::On(day) => (1, Some(day)),
        DateOrFlag::Flag(false) => (2, None),
    };
    let ends = cycles.iter().map(|c| Some((c.name, c.dates[0]?))).collect::<Option<Vec<_>>>()?;
    // Of equals the first: the feed lists the newest first.
    ends.into_iter().rev().max_by_key(|(_, end)| rank(*end))
}

fn cycle<'a>(cursor: &mut Cursor<'a>) -> Result<Cycle<'a>, IndexError> {
    let (name, latest) = (cursor.text()?, cursor.text()?);
    let mut dates = [None; 3];
    for date in &mut dates {
        *date = match cursor.byte()? {
            0 => None,
            1 => Some(DateOrFlag::Flag(false)),
            2 => Some(DateOrFlag::Flag(true)),
            3 => Some(DateOrFlag::On(day(cursor.signed()?))),
            _ => return Err(IndexError::Damaged("a date of no known kind")),
        };
    }
    Ok(Cycle { name, latest, dates })
}

fn day(seconds: i64) -> Date {
    Timestamp::from_unix(seconds).date()
}

/// The cycle that a version belongs to, or those that it may belong to.
fn choose<'a, 'b>(product: &str, cycles: &'b [Cycle<'a>], version: &str) -> Vec<&'b Cycle<'a>> {
    let number = match framework(version) {
        Some(number) if product == "dotnetfx" => number,
        _ => match row(&format!("{product}:{}", code_name(version))) {
            Some(cycle) => cycle.to_owned(),
            None => number_of(version).to_owned(),
        },
    };
    if number.is_empty() {
        return Vec::new();
    }
    let within = |long: &str, short: &str| {
        long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_', '+']))
    };
    match cycles.iter().filter(|c| within(&number, c.name)).max_by_key(|c| c.name.len()) {
        Some(fitting) => vec![fitting],
        None => cycles.iter().filter(|c| within(c.name, &number)).collect(),
    }
}

/// `bookworm` of `bookworm-slim`.
fn code_name(version: &str) -> &str {
    version.split(['-', '_']).next().unwrap_or_default()
}

/// The number in a version, tag or pin: `v20.1.0`, `3.11-slim`, `1:3.11.2-6`, `temurin-17.0.3+7`,
/// `net8.0`, `ruby-3.2.1`.
fn number_of(version: &str) -> &str {
    let version = version
        .split_once(':')
        .filter(|(epoch, _)| epoch.bytes().all(|b| b.is_ascii_digit()))
        .map_or(version, |(_, v)| v);
    let start = match version.find(|c: char| c.is_ascii_digit()) {
        Some(0) => 0,
        // Only a word before the number: `latest-alpine3.20` is no release of 3.20.
        Some(at)
            if version[..at].trim_end_matches('-').bytes().all(|b| b.is_ascii_alphabetic())
                && !floats(&version[..at]) =>
        {
            at
        }
        _ => return "",
    };
    let rest = &version[start..];
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    rest[..end].trim_end_matches('.')
}

/// Tags that say nothing about the product's own version.
fn floats(word: &str) -> bool {
    let word = word.trim_end_matches('-');
    ["latest", "stable", "lts", "alpine", "slim", "edge", "nightly", "current", "mainline", "netstandard"]
        .iter()
        .any(|w| word.eq_ignore_ascii_case(w))
}

/// .NET Framework target names: `net48` is 4.8, `net472` is 4.7.2.
fn framework(version: &str) -> Option<String> {
    let digits = version.strip_prefix("net")?;
    let plain = (2..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    (plain && digits.starts_with(['2', '3', '4']))
        .then(|| digits.chars().map(String::from).collect::<Vec<_>>().join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_from_versions_tags_and_pins() {
        for (text, want) in [
            ("20.1.0", "20.1.0"),
            ("v20.1.0", "20.1.0"),
            ("3.11-slim", "3.11"),
            ("1:3.11.2-6", "3.11.2"),
            ("temurin-17.0.3+7", "17.0.3"),
            ("net8.0", "8.0"),
            ("netcoreapp3.1", "3.1"),
            ("8u292", "8"),
            ("latest", ""),
            ("latest-alpine3.20", ""),
            ("alpine3.20", ""),
            ("netstandard2.0", ""),
            ("", ""),
            ("4-dotnet-isolated8.0", "4"),
            ("3.", "3"),
        ] {
            assert_eq!(number_of(text), want, "{text}");
        }
        assert_eq!(framework("net48").as_deref(), Some("4.8"));
        assert_eq!(framework("net472").as_deref(), Some("4.7.2"));
        assert_eq!(framework("net8.0"), None);
    }

    #[test]
    fn official_images_have_one_key_however_written() {
        for purl in [
            "pkg:docker/python@3",
            "pkg:docker/library/python@3",
            "pkg:docker/mirror.example/library/python@3",
            "pkg:docker/mirror.example:5000/python@3",
            "pkg:docker/python@3?repository_url=mirror.example",
            "pkg:docker/mirror.example/docker/library/python@3",
            "pkg:oci/python@3",
        ] {
            assert_eq!(purl_key(&purl.parse().unwrap()), "docker/library/python", "{purl}");
        }
        assert_eq!(purl_key(&"pkg:generic/node@1".parse().unwrap()), "generic/node");
        assert_eq!(purl_key(&"pkg:docker/acme/python@1".parse().unwrap()), "docker/acme/python");
    }

    #[test]
    fn some_images_are_named_after_their_base() {
        for (purl, want) in [
            ("pkg:docker/ubi8/nodejs-14@1-75?repository_url=images.example", Some(("rhel", "8"))),
            ("pkg:docker/redhat/ubi9-minimal@9.2", Some(("rhel", "9"))),
            ("pkg:docker/ubi8@8.5", None),
            ("pkg:docker/distroless/python3-debian11?repository_url=images.example", Some(("debian", "11"))),
            ("pkg:docker/distroless/static@nonroot", None),
            ("pkg:docker/ubiquity/app@1", None),
        ] {
            let key = purl_key(&purl.parse().unwrap());
            assert_eq!(base_in_name(&key), want, "{purl}");
        }
    }

    #[test]
    fn the_table_is_well_formed() {
        let mut keys = Vec::new();
        for line in PRODUCTS.lines() {
            let (key, value) = line.split_once('\t').expect(line);
            assert!(!key.is_empty() && !value.is_empty() && !value.contains('\t'), "{line}");
            keys.push(key);
        }
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count, "a key stands twice");
    }
}
