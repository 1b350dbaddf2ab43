//! Package URLs (purl), the identity of a Component.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

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

/// Why a text or its parts are no package URL.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a package URL: {0}")]
pub struct InvalidPurl(pub String);

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
        if kind.is_empty() || name.is_empty() {
            return Err(InvalidPurl("type and name are required".into()));
        }
        Ok(Self {
            kind: kind.to_ascii_lowercase(),
            namespace: namespace.filter(|n| !n.is_empty()).map(str::to_owned),
            name: name.to_owned(),
            version: version.filter(|v| !v.is_empty()).map(str::to_owned),
            qualifiers: BTreeMap::new(),
            subpath: None,
        })
    }

    /// The type, lower case: `npm`, `pypi`, `cargo` …
    pub fn kind(&self) -> &str {
        &self.kind
    }
    /// The namespace, decoded.
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
    /// The same component at another version, or at none.
    #[must_use]
    pub fn with_version(&self, version: Option<&str>) -> Self {
        Self { version: version.map(str::to_owned), ..self.clone() }
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

impl fmt::Display for Purl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pkg:{}/{}", self.kind, self.name)
    }
}

impl FromStr for Purl {
    type Err = InvalidPurl;

    fn from_str(text: &str) -> Result<Self, InvalidPurl> {
        Err(InvalidPurl(text.to_owned()))
    }
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
