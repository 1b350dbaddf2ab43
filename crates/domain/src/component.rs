//! A Component: a piece of software identified by a package URL, as some file of the subject names it.

use serde::{Deserialize, Serialize};

use crate::{Place, Purl};

/// What a component is needed for. Unknown scope counts as runtime.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Part of what runs.
    Runtime,
    /// Runs if installed, not needed.
    Optional,
    /// Needed to build or test only.
    Development,
    /// The file does not say.
    #[default]
    Unknown,
}

/// How exactly the file names the version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Resolution {
    /// One exact version, which the purl carries.
    #[default]
    Exact,
    /// A range. The purl carries the lowest version the range admits, if one can be told;
    /// the component is then judged at that version, marked assumed.
    Range {
        /// The requirement as written, e.g. `^1.2`.
        requirement: String,
    },
    /// No version at all.
    Unresolved,
}

/// Where the file says the component comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Origin {
    /// The file does not say; the client's configured upstream is meant.
    #[default]
    Unstated,
    /// A package registry, by its host name.
    Registry {
        /// Host name only: no user, no path, no query.
        host: String,
    },
    /// A git repository.
    Git {
        /// Host name only.
        host: String,
        /// The commit it is pinned to, if it is.
        commit: Option<String>,
    },
    /// An archive at an address that is no registry.
    Archive {
        /// Host name only.
        host: String,
    },
    /// A folder or file on the same machine, outside what the repository itself builds.
    Path,
    /// Made by this repository itself (a workspace member, a module of the same build).
    Own,
}

/// A content hash as the file records it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ContentHash {
    /// Lower-case name: `sha256`, `sha512`, `sha1`, `md5`, `h1` (Go's dirhash) …
    pub algorithm: String,
    /// The value in lower-case hexadecimal (`h1` in base64 as Go writes it).
    pub value: String,
}

/// A component as one or more files of the subject name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// Identity, canonical.
    pub purl: Purl,
    /// What it is needed for.
    pub scope: Scope,
    /// Whether the subject itself asks for it (`None`: the file does not say).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direct: Option<bool>,
    /// The lines that name it.
    pub from: Vec<Place>,
    /// The shortest path from a direct dependency to this one, that one first; empty when direct
    /// or not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<Purl>,
    /// How exactly the version is named.
    #[serde(default, skip_serializing_if = "is_exact")]
    pub resolution: Resolution,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "is_unstated")]
    pub origin: Origin,
    /// Recorded content hashes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hashes: Vec<ContentHash>,
    /// Licence expression as the file states it (a claim, not yet normalised).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Whether it declares a script that runs when installed (`None`: the file does not say).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_script: Option<bool>,
}

fn is_exact(resolution: &Resolution) -> bool {
    *resolution == Resolution::Exact
}

fn is_unstated(origin: &Origin) -> bool {
    *origin == Origin::Unstated
}

impl Component {
    /// A component named on one line, everything else unstated.
    pub fn new(purl: Purl, from: Place) -> Self {
        Self {
            purl,
            scope: Scope::Unknown,
            direct: None,
            from: vec![from],
            via: Vec::new(),
            resolution: Resolution::Exact,
            origin: Origin::Unstated,
            hashes: Vec::new(),
            licence: None,
            install_script: None,
        }
    }
}
