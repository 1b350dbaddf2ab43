//! What kind of subject a material is.
//!
//! In this order: a file that a reader of inventories knows is a Component subject (a lockfile or
//! SBOM on its own); a folder with `product.toml` at its root is a Product's dossier; a folder
//! whose root holds model weights, and no manifest of source code, is a Model; every other folder
//! is a Repository, and models inside it are components of it.

use domain::{Digest, Subject};
use evidence::material::{Material, digest};
use formats::own::dossier;

/// The kinds that a folder can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A lockfile or SBOM alone.
    File,
    /// Source.
    Repository,
    /// An AI model's folder.
    Model,
    /// A closed product's dossier.
    Product,
}

/// Which kind a folder is.
pub fn kind(material: &dyn Material, models_at_root: bool, names_components: bool) -> Kind {
    let has = |path: &str| material.entries().iter().any(|entry| entry.path == path);
    if has(dossier::FILE) {
        Kind::Product
    } else if models_at_root && !names_components {
        Kind::Model
    } else {
        Kind::Repository
    }
}

/// The subject that a material of a kind is.
pub fn subject(material: &dyn Material, kind: Kind, name: Option<String>) -> Subject {
    match kind {
        Kind::File => {
            let digest = material.entries().first().and_then(|entry| digest::file(material, entry));
            Subject::Component { purl: None, digest }
        }
        Kind::Repository => Subject::Repository { name, tree: digest::tree(material) },
        Kind::Model => Subject::Model { name, tree: digest::tree(material) },
        Kind::Product => {
            let tree = digest::tree(material);
            let read = material.read(dossier::FILE).ok();
            let dossier = read.and_then(|bytes| dossier::Dossier::read(dossier::FILE, &bytes).ok());
            // A dossier that cannot be read is still one; the fault is in the coverage.
            let said = |f: fn(&dossier::Dossier) -> &String| {
                dossier.as_ref().map_or_else(|| "(not readable)".to_owned(), |d| f(d).clone())
            };
            Subject::Product {
                supplier: said(|d| &d.supplier),
                name: said(|d| &d.product),
                version: said(|d| &d.version),
                tree,
            }
        }
    }
}

/// The digest of a subject's material, where it has one.
pub fn tree(subject: &Subject) -> Option<Digest> {
    match subject {
        Subject::Component { digest, .. } => *digest,
        Subject::Repository { tree, .. } | Subject::Model { tree, .. } | Subject::Product { tree, .. } => {
            Some(*tree)
        }
    }
}
