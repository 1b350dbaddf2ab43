//! `Cargo.toml`: what a Rust crate asks for, and which crates of the tree belong to its build.
//!
//! Judged only where no Cargo.lock covers it. Target-specific tables count like the others: the
//! target is not known here. A dependency by path inside the tree is the repository's own.

use std::collections::HashMap;

use domain::{Origin, Scope};
use versions::Scheme;

use crate::{
    address,
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    tree::{Node, Tree},
    tree_path,
};

/// The largest workspace manifest that is read again for each member, in bytes; ten times the
/// largest seen.
const LARGEST_SHARED: usize = 256 << 10;

/// Cargo's manifest.
pub(super) struct CargoToml;

/// One entry of a dependency table.
pub(super) struct Asked<'t> {
    /// The crate's own name, whatever it is renamed to.
    pub(super) name: &'t str,
    pub(super) scope: Scope,
    /// The table or string, from the workspace where it is inherited.
    spec: Node<'t>,
    line: u32,
    /// The folder that a `path` in `spec` is relative to.
    folder: String,
}

impl Reader for CargoToml {
    fn name(&self) -> &'static str {
        "Cargo.toml"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        (tree_path::name(path) == "Cargo.toml").then_some(Role::Manifest)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let tree = Tree::toml(path, bytes)?;
        let above = workspace_of(path, tree.root(), files);
        let above = above.as_ref().and_then(|(at, bytes)| Some((at.as_str(), Tree::toml(at, bytes).ok()?)));
        let inherited = above.as_ref().map(|(at, tree)| (*at, tree.root()));
        let mut gather = Gather::new(path);
        gather.faults(tree.duplicate_faults(path));
        for asked in asked(path, tree.root(), inherited) {
            if asked.path().is_some_and(|path| exists(&path, files)) {
                continue;
            }
            let table = asked.spec;
            let origin = if let Some(git) = table.text_at("git") {
                let commit = table.text_at("rev").filter(|rev| address::is_commit(rev)).map(str::to_owned);
                Origin::Git { host: address::host(git).unwrap_or_default(), commit }
            } else if table.text_at("path").is_some() {
                Origin::Path
            } else {
                Origin::Unstated
            };
            let version = match table.text().or_else(|| table.text_at("version")) {
                Some(requirement) => Version::Wanted(Scheme::Semver, requirement),
                None => Version::Missing,
            };
            let place = gather.place(asked.line);
            if let Some(index) = gather.add(("cargo", None, asked.name), version, origin, asked.scope, place)
            {
                gather.direct(index, true);
            }
        }
        Ok(gather.finish())
    }
}

impl Asked<'_> {
    /// The manifest that a `path` dependency names, if it stays in the tree.
    pub(super) fn path(&self) -> Option<String> {
        let folder = tree_path::resolve(&self.folder, self.spec.text_at("path")?)?;
        Some(tree_path::join(&folder, "Cargo.toml"))
    }
}

fn exists(path: &str, files: &dyn Files) -> bool {
    files.paths().binary_search_by(|p| p.as_str().cmp(path)).is_ok()
}

/// The manifest of the workspace a manifest belongs to, if it is another file: the one it names, or
/// the nearest above that has a `[workspace]`.
pub(super) fn workspace_of(path: &str, root: Node<'_>, files: &dyn Files) -> Option<(String, Vec<u8>)> {
    if root.get("workspace").is_some() {
        return None;
    }
    let folder = tree_path::folder(path);
    let named = root.get("package").and_then(|package| package.text_at("workspace"));
    let places: Vec<String> = match named {
        Some(named) => vec![tree_path::resolve(folder, named)?],
        None => tree_path::ancestors(folder).skip(1).map(str::to_owned).collect(),
    };
    for place in places {
        let at = tree_path::join(&place, "Cargo.toml");
        let Some(bytes) = files.read(&at) else { continue };
        // A cheap look before a full read: most folders above are no workspace.
        if bytes.len() <= LARGEST_SHARED
            && memchr::memmem::find(&bytes, b"workspace").is_some()
            && Tree::toml(&at, &bytes).is_ok_and(|tree| tree.root().get("workspace").is_some())
        {
            return Some((at, bytes.into_owned()));
        }
    }
    None
}

/// Everything a manifest asks for; `above` is the workspace's manifest, if it is another.
pub(super) fn asked<'t>(path: &str, root: Node<'t>, above: Option<(&str, Node<'t>)>) -> Vec<Asked<'t>> {
    let (workspace_path, workspace) = above.unwrap_or((path, root));
    let shared = workspace.get("workspace").and_then(|w| w.get("dependencies"));
    let shared: HashMap<&str, Node<'t>> =
        shared.into_iter().flat_map(Node::entries).map(|node| (node.key(), node)).collect();
    let mut tables = vec![root];
    tables.extend(root.get("target").into_iter().flat_map(Node::entries));
    let mut found = Vec::new();
    for table in tables {
        for (names, scope) in [
            (["dependencies", "dependencies"], Scope::Runtime),
            (["dev-dependencies", "dev_dependencies"], Scope::Development),
            (["build-dependencies", "build_dependencies"], Scope::Development),
        ] {
            let Some(list) = names.iter().find_map(|name| table.get(name)) else { continue };
            for entry in list.entries() {
                let inherited = shared.get(entry.key()).copied().filter(|_| entry.is_true_at("workspace"));
                let spec = inherited.unwrap_or(entry);
                let from = if inherited.is_some() { workspace_path } else { path };
                let optional = entry.is_true_at("optional") && scope == Scope::Runtime;
                found.push(Asked {
                    name: spec.text_at("package").unwrap_or(entry.key()),
                    scope: if optional { Scope::Optional } else { scope },
                    spec,
                    line: entry.line(),
                    folder: tree_path::folder(from).to_owned(),
                });
            }
        }
    }
    found
}
