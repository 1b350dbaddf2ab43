//! A Subject: what is evaluated.

use serde::{Deserialize, Serialize};

use crate::{Digest, Purl};

/// What is evaluated. Never holds the folder's name: the same material elsewhere is the same subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Subject {
    /// A piece of software by its package URL, or a lockfile or SBOM that lists some.
    Component {
        /// The package URL, where one was asked about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purl: Option<Purl>,
        /// Digest of the lockfile or SBOM, where a file was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        digest: Option<Digest>,
    },
    /// A repository or folder of source.
    Repository {
        /// The system's declared name, if `formulary.toml` gives one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Digest over the sorted (path, content digest) pairs of all files looked at.
        tree: Digest,
    },
    /// An AI model's folder.
    Model {
        /// The model's declared name, if its card or configuration gives one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// As for a repository.
        tree: Digest,
    },
    /// A closed product, by its dossier.
    Product {
        /// Supplier.
        supplier: String,
        /// Product.
        name: String,
        /// Version.
        version: String,
        /// As for a repository.
        tree: Digest,
    },
}

impl Subject {
    /// The word used on screens.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Component { .. } => "component",
            Self::Repository { .. } => "repository",
            Self::Model { .. } => "model",
            Self::Product { .. } => "product",
        }
    }
}
