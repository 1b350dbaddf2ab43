//! Package URLs (purl), the identity of a Component.
//!
//! What is decided here: which texts are a package URL, and the one way each is written, by the
//! core specification (ECMA-427) and the type definitions published with it (`purl/kinds.rs`).
//! Two values are equal exactly when their canonical texts are, and every value can be printed
//! and parsed again without change. Which versions come before which, and where a component is
//! fetched from, is not known here.
//!
//! Own code, because the crates on offer fail the published test-suite (`packageurl` 0.7 10 of its
//! 206 parse cases, `purl` 0.1 26) and neither refuses traversal or control characters.
//!
//! Where the specification leaves a choice or contradicts its own test-suite:
//! - Qualifier keys in upper case are folded (its "how to parse"), not refused (its parse cases).
//! - A slash inside a name (`%2F`) separates namespace segments: `pkg:npm/%40scope%2Fname` and
//!   `pkg:npm/%40scope/name` are one component, and must not become two identities.
//! - `.` and `..` are refused in namespace, name and version, and dropped from a subpath.
//! - Names on PyPI are folded by PEP 503, so that runs of `-`, `_` and `.` are one `-`.
//! - A namespace is optional for golang (`gioui.org`, `stdlib`), huggingface (`gpt2`) although their
//!   definitions call it required.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

mod kinds;
mod percent;

/// The longest text accepted as a package URL, and the longest one built, in bytes. Real ones with
/// many qualifiers stay under 1 KiB.
pub const LONGEST: usize = 8192;

/// A canonical package URL: `pkg:type/namespace/name@version?qualifiers#subpath`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Purl {
    kind: String,
    namespace: Option<String>,
    name: String,
    version: Option<String>,
    qualifiers: BTreeMap<String, String>,
    subpath: Option<String>,
}

/// Why a text or its parts are no package URL. The message never repeats the text.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error("not a package URL: {0}")]
pub struct InvalidPurl(pub String);

fn refuse<T>(why: impl Into<String>) -> Result<T, InvalidPurl> {
    Err(InvalidPurl(why.into()))
}

impl Purl {
    /// Builds and normalises a purl from its parts (decoded, not percent-encoded).
    ///
    /// # Errors
    /// When the type or the name is empty or not permitted.
    pub fn new(
        kind: &str,
        namespace: Option<&str>,
        name: &str,
        version: Option<&str>,
    ) -> Result<Self, InvalidPurl> {
        Self::from_parts(kind, namespace, name, version, BTreeMap::new(), None)
    }

    /// Builds and normalises a purl from all its parts (decoded, not percent-encoded).
    ///
    /// # Errors
    /// When a part is not permitted, or a qualifier that the type requires is missing.
    pub fn from_parts(
        kind: &str,
        namespace: Option<&str>,
        name: &str,
        version: Option<&str>,
        qualifiers: BTreeMap<String, String>,
        subpath: Option<&str>,
    ) -> Result<Self, InvalidPurl> {
        let kind = kind.to_ascii_lowercase();
        if !kind.starts_with(|c: char| c.is_ascii_lowercase()) {
            return refuse("the type must begin with a letter");
        }
        if !kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-')) {
            return refuse("the type may hold only letters, digits, `.` and `-`");
        }
        // A slash in the name separates segments too: see the head of this file.
        let mut segments: Vec<&str> = namespace
            .unwrap_or_default()
            .split('/')
            .chain(name.split('/'))
            .filter(|s| !s.is_empty())
            .collect();
        if segments.iter().any(|s| matches!(*s, "." | "..")) {
            return refuse("`.` and `..` are no names");
        }
        let Some(last) = segments.pop().filter(|_| !name.trim_matches('/').is_empty()) else {
            return refuse("the name is missing");
        };
        let mut purl = Self {
            kind,
            namespace: (!segments.is_empty()).then(|| segments.join("/")),
            name: last.to_owned(),
            version: None,
            qualifiers: BTreeMap::new(),
            subpath: clean_subpath(subpath)?,
        };
        for (key, value) in qualifiers {
            purl.insert_qualifier(&key, value)?;
        }
        purl.version = clean_version(version)?;
        purl.normalise()?;
        Ok(purl)
    }

    fn insert_qualifier(&mut self, key: &str, value: String) -> Result<(), InvalidPurl> {
        if value.is_empty() {
            return Ok(());
        }
        let key = key.to_ascii_lowercase();
        if !key.starts_with(|c: char| c.is_ascii_lowercase())
            || !key
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_'))
        {
            return refuse("a qualifier's key may hold only letters, digits, `.`, `-` and `_`");
        }
        match self.qualifiers.insert(key, value) {
            None => Ok(()),
            Some(_) => refuse("a qualifier stands there twice"),
        }
    }

    /// Applies the type's rules, then what holds for every part of every type.
    fn normalise(&mut self) -> Result<(), InvalidPurl> {
        kinds::normalise(self)?;
        let texts = [Some(&self.name), self.namespace.as_ref(), self.version.as_ref(), self.subpath.as_ref()];
        if texts.into_iter().flatten().chain(self.qualifiers.values()).any(|t| t.chars().any(is_hostile)) {
            return refuse("control characters are not permitted");
        }
        if self.length() > LONGEST {
            return refuse(format!("longer than {LONGEST} bytes"));
        }
        Ok(())
    }

    fn length(&self) -> usize {
        struct Count(usize);
        impl fmt::Write for Count {
            fn write_str(&mut self, text: &str) -> fmt::Result {
                self.0 += text.len();
                Ok(())
            }
        }
        let mut count = Count(0);
        // Counting cannot fail.
        let _ = fmt::Write::write_fmt(&mut count, format_args!("{self}"));
        count.0
    }

    /// The type, lower case: `npm`, `pypi`, `cargo` …
    pub fn kind(&self) -> &str {
        &self.kind
    }
    /// The namespace, decoded; segments separated by `/`.
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }
    /// The name, decoded.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// The version, decoded.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }
    /// The qualifiers, decoded, sorted by key.
    pub fn qualifiers(&self) -> &BTreeMap<String, String> {
        &self.qualifiers
    }
    /// The subpath, decoded.
    pub fn subpath(&self) -> Option<&str> {
        self.subpath.as_deref()
    }

    /// Whether its type is one that some ecosystem has. One that nobody has (`pip`) can be looked up
    /// nowhere, and is in all likelihood a slip of the pen.
    pub fn has_known_type(&self) -> bool {
        kinds::is_known(&self.kind)
    }

    /// The purl that one of an unknown type is likely to mean; none where that cannot be told.
    pub fn likely_meant(&self) -> Option<Self> {
        if self.has_known_type() {
            return None;
        }
        let kind = kinds::meant(&self.kind)?;
        Self::new(kind, self.namespace(), self.name(), self.version()).ok()
    }

    /// The same component at another version, or at none.
    ///
    /// A text that can be no version (control characters, a `..` segment, too long) gives none: the
    /// version is then unresolved, which no rule takes for good. [`Purl::try_with_version`] says why.
    #[must_use]
    pub fn with_version(&self, version: Option<&str>) -> Self {
        self.try_with_version(version).unwrap_or_else(|_| Self { version: None, ..self.clone() })
    }

    /// The same component at another version, or at none.
    ///
    /// # Errors
    /// When the text can be no version.
    pub fn try_with_version(&self, version: Option<&str>) -> Result<Self, InvalidPurl> {
        let mut other = Self { version: clean_version(version)?, ..self.clone() };
        other.normalise()?;
        Ok(other)
    }

    /// The same with one qualifier set; an empty value removes it.
    ///
    /// # Errors
    /// When the key or the value is not permitted, or the type requires the one removed.
    pub fn with_qualifier(&self, key: &str, value: &str) -> Result<Self, InvalidPurl> {
        let mut other = self.clone();
        other.qualifiers.remove(&key.to_ascii_lowercase());
        other.insert_qualifier(key, value.to_owned())?;
        other.normalise()?;
        Ok(other)
    }

    /// The same with another subpath, or none.
    ///
    /// # Errors
    /// When the text is not permitted.
    pub fn with_subpath(&self, subpath: Option<&str>) -> Result<Self, InvalidPurl> {
        let mut other = Self { subpath: clean_subpath(subpath)?, ..self.clone() };
        other.normalise()?;
        Ok(other)
    }

    /// Whether both name the same component, whatever the version, qualifiers and subpath.
    pub fn same_component(&self, other: &Self) -> bool {
        self.kind == other.kind && self.name == other.name && self.namespace == other.namespace
    }

    /// The name as the ecosystem itself writes it: `@scope/name`, `group:artifact`, `vendor/name`,
    /// `host/path/module`.
    pub fn native_name(&self) -> String {
        match (self.kind.as_str(), &self.namespace) {
            (_, None) => self.name.clone(),
            ("maven", Some(ns)) => format!("{ns}:{}", self.name),
            (_, Some(ns)) => format!("{ns}/{}", self.name),
        }
    }
}

/// Control characters, and those that reorder the text around them on a screen.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn clean_version(version: Option<&str>) -> Result<Option<String>, InvalidPurl> {
    let Some(version) = version.filter(|v| !v.is_empty()) else { return Ok(None) };
    if version.split('/').any(|s| matches!(s, "." | "..")) {
        return refuse("`.` and `..` are no version");
    }
    if version.trim() != version {
        return refuse("the version begins or ends with a space");
    }
    Ok(Some(version.to_owned()))
}

fn clean_subpath(subpath: Option<&str>) -> Result<Option<String>, InvalidPurl> {
    let kept: Vec<&str> =
        subpath.unwrap_or_default().split('/').filter(|s| !matches!(*s, "" | "." | "..")).collect();
    Ok((!kept.is_empty()).then(|| kept.join("/")))
}

impl fmt::Display for Purl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use percent::{Slash, encode};
        write!(f, "pkg:{}/", self.kind)?;
        if let Some(namespace) = &self.namespace {
            encode(f, namespace, Slash::Separates)?;
            f.write_str("/")?;
        }
        encode(f, &self.name, Slash::Encoded)?;
        if let Some(version) = &self.version {
            f.write_str("@")?;
            encode(f, version, Slash::Encoded)?;
        }
        for (i, (key, value)) in self.qualifiers.iter().enumerate() {
            write!(f, "{}{key}=", if i == 0 { '?' } else { '&' })?;
            encode(f, value, Slash::Encoded)?;
        }
        if let Some(subpath) = &self.subpath {
            f.write_str("#")?;
            encode(f, subpath, Slash::Separates)?;
        }
        Ok(())
    }
}

impl FromStr for Purl {
    type Err = InvalidPurl;

    fn from_str(text: &str) -> Result<Self, InvalidPurl> {
        if text.len() > LONGEST {
            return refuse(format!("longer than {LONGEST} bytes"));
        }
        if text.trim() != text {
            return refuse("it begins or ends with a space");
        }
        let (rest, subpath) = cut(text, '#');
        let (rest, query) = cut(rest, '?');
        // Cut at the last one, the rest would make a name out of what was meant as a qualifier.
        if rest.contains(['?', '#']) || query.is_some_and(|q| q.contains('#')) {
            return refuse("a `?` or `#` that separates nothing must be percent-encoded");
        }
        let rest = match rest.split_once(':') {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("pkg") => rest.trim_start_matches('/'),
            _ => return refuse("it must begin with `pkg:`"),
        };
        let Some((kind, path)) = rest.split_once('/') else {
            return refuse("type and name are required, as in `pkg:type/name`");
        };
        let (path, version) = split_version(kind, path)?;
        let path = path.trim_matches('/');
        let (namespace, name) = path.rsplit_once('/').unwrap_or(("", path));

        let mut qualifiers = BTreeMap::new();
        for pair in query.unwrap_or_default().split('&').filter(|p| !p.is_empty()) {
            let Some((key, value)) = pair.split_once('=') else {
                return refuse("a qualifier must be written `key=value`");
            };
            let value = percent::decode(value)?;
            if !value.is_empty() && qualifiers.insert(key.to_ascii_lowercase(), value.into_owned()).is_some()
            {
                return refuse("a qualifier stands there twice");
            }
        }
        let version = version.map(percent::decode).transpose()?;
        let subpath = subpath.map(percent::decode_segments).transpose()?;
        Self::from_parts(
            kind,
            Some(&percent::decode_segments(namespace)?),
            &percent::decode(name)?,
            version.as_deref(),
            qualifiers,
            subpath.as_deref(),
        )
    }
}

/// Splits once from the right.
fn cut(text: &str, at: char) -> (&str, Option<&str>) {
    match text.rsplit_once(at) {
        Some((left, right)) => (left, Some(right)),
        None => (text, None),
    }
}

/// Splits the version off at the last `@`, unless that `@` opens an npm scope.
fn split_version<'t>(kind: &str, path: &'t str) -> Result<(&'t str, Option<&'t str>), InvalidPurl> {
    let Some((left, right)) = path.rsplit_once('@') else { return Ok((path, None)) };
    if !left.is_empty() && !left.ends_with('/') {
        return Ok((left, Some(right)));
    }
    if kind.eq_ignore_ascii_case("npm") && left.is_empty() && right.contains('/') {
        return Ok((path, None));
    }
    refuse("the name is missing")
}

impl Serialize for Purl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Purl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_it_parses() {
        for (text, canonical) in [
            ("pkg:npm/%40angular/animation@12.3.1", "pkg:npm/%40angular/animation@12.3.1"),
            ("pkg:npm/@babel/core@7.0.0#/a/./../b/", "pkg:npm/%40babel/core@7.0.0#a/b"),
            ("pkg:npm/%40babel%2Fcore@7", "pkg:npm/%40babel/core@7"),
            ("pkg:PYPI/Zope.Interface@1", "pkg:pypi/zope-interface@1"),
            ("pkg://GitHub/A/B", "pkg:github/a/b"),
        ] {
            let purl: Purl = text.parse().unwrap();
            assert_eq!(purl.to_string(), canonical, "{text}");
            assert_eq!(canonical.parse(), Ok(purl));
        }
    }

    #[test]
    fn a_hostile_version_becomes_none_and_says_why() {
        let purl: Purl = "pkg:npm/a@1".parse().unwrap();
        for version in ["1\0", "1/../2", "..", " 1", "1\u{202e}", &"9".repeat(LONGEST)] {
            assert_eq!(purl.with_version(Some(version)).version(), None, "{version:.20}");
            assert!(purl.try_with_version(Some(version)).is_err());
        }
    }
}
