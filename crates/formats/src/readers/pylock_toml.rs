//! `pylock.toml` and `pylock.<name>.toml` (PEP 751).
//!
//! A package's marker says which extras or groups it is for: what is there without either (or with
//! the file's `default-groups`) is runtime, with extras optional, with other groups development.

use std::collections::HashMap;

use domain::{Origin, Scope};

use super::pyproject_toml;
use crate::{
    address,
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    marker::{Chosen, could_hold},
    pep508, text,
    tree::{Node, Tree},
    tree_path,
};

/// Most entries of one name that an edge leads to.
const MOST_VARIANTS: usize = 64;

/// Reads `pylock.toml`.
pub(crate) struct PylockToml;

impl Reader for PylockToml {
    fn name(&self) -> &'static str {
        "pylock.toml"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        let name = tree_path::name(path);
        let named = name.strip_prefix("pylock.").and_then(|rest| rest.strip_suffix(".toml"));
        let fits = name == "pylock.toml" || named.is_some_and(|n| !n.is_empty() && !n.contains('.'));
        fits.then_some(Role::Lockfile)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let tree = Tree::toml(path, bytes)?;
        let root = tree.root();
        let version = root.text_at("lock-version");
        if !version.is_some_and(|v| v.starts_with("1.")) {
            return Err(text::unreadable(
                path,
                Some(1),
                "its `lock-version` is missing or not 1.x, which is not known",
            ));
        }
        let defaults: Vec<&str> =
            root.get("default-groups").into_iter().flat_map(Node::entries).filter_map(Node::text).collect();
        let folder = tree_path::folder(path);
        let mut gather = Gather::new(path);
        let mut by_name: HashMap<String, Vec<u32>> = HashMap::new();
        let mut entries = Vec::new();
        for package in root.get("packages").into_iter().flat_map(Node::entries) {
            let name = package.get("name");
            let text = name.and_then(Node::text).unwrap_or_default();
            let directory = package.get("directory").and_then(|d| d.text_at("path"));
            if directory.is_some_and(|to| pyproject_toml::is_project(files, folder, to)) {
                continue;
            }
            let version = package.text_at("version").map_or(Version::Missing, Version::Exact);
            let scope = scope(package.text_at("marker"), &defaults);
            let place = gather.place(name.unwrap_or(package).line());
            let Some(index) = gather.add(("pypi", None, text), version, origin(package), scope, place) else {
                continue;
            };
            hashes(package, index, &mut gather);
            by_name.entry(pep508::normal(text)).or_default().push(index);
            entries.push((index, package));
        }
        for (asker, package) in entries {
            for dependency in package.get("dependencies").into_iter().flat_map(Node::entries) {
                let version = dependency.text_at("version");
                let named =
                    dependency.text_at("name").map(pep508::normal).and_then(|name| by_name.get(&name));
                for asked in named.into_iter().flatten().take(MOST_VARIANTS) {
                    if version.is_none() || gather.component(*asked).purl.version() == version {
                        gather.edge(asker, *asked);
                    }
                }
            }
        }
        let manifest = tree_path::join(folder, "pyproject.toml");
        if tree_path::holds(files, &manifest) {
            gather.covers(manifest);
        }
        Ok(gather.finish())
    }
}

fn scope(marker: Option<&str>, defaults: &[&str]) -> Scope {
    let Some(marker) = marker else { return Scope::Runtime };
    if could_hold(marker, Chosen { extras: false, groups: defaults }) {
        Scope::Runtime
    } else if could_hold(marker, Chosen { extras: true, groups: defaults }) {
        Scope::Optional
    } else {
        Scope::Development
    }
}

fn origin(package: Node<'_>) -> Origin {
    let host = |table: Node<'_>| address::host(table.text_at("url").unwrap_or_default());
    if let Some(vcs) = package.get("vcs") {
        return match host(vcs) {
            Some(host) => {
                let commit =
                    vcs.text_at("commit-id").filter(|c| address::is_commit(c)).map(str::to_ascii_lowercase);
                Origin::Git { host, commit }
            }
            None => Origin::Path,
        };
    }
    if package.get("directory").is_some() {
        return Origin::Path;
    }
    if let Some(archive) = package.get("archive") {
        return host(archive).map_or(Origin::Path, |host| Origin::Archive { host });
    }
    match package.text_at("index").and_then(address::host) {
        Some(host) => Origin::Registry { host },
        None => Origin::Unstated,
    }
}

fn hashes(package: Node<'_>, index: u32, gather: &mut Gather) {
    let files = package.get("archive").into_iter().chain(package.get("sdist"));
    for file in files.chain(package.get("wheels").into_iter().flat_map(Node::entries)) {
        for hash in file.get("hashes").into_iter().flat_map(Node::entries) {
            if let Some(value) = hash.text() {
                gather.hash(index, hash.key(), value);
            }
        }
    }
}
