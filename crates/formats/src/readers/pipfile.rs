//! `Pipfile` of Pipenv: what people ask for; `Pipfile.lock` stands behind it.

use domain::{Origin, Scope};
use versions::Scheme;

use super::pyproject_toml;
use crate::{
    address,
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    pep508,
    tree::{Node, Tree},
    tree_path,
};

/// Reads `Pipfile`.
pub(crate) struct Pipfile;

impl Reader for Pipfile {
    fn name(&self) -> &'static str {
        "Pipfile"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        (tree_path::name(path) == "Pipfile").then_some(Role::Manifest)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let tree = Tree::toml(path, bytes)?;
        let mut gather = Gather::new(path);
        for (scope, table) in categories(tree.root()) {
            for entry in table.entries() {
                let (origin, own) = origin(entry, Origin::Unstated, tree_path::folder(path), files);
                if own {
                    continue;
                }
                let version = match entry.text().or_else(|| entry.text_at("version")) {
                    Some(wanted) => Version::Wanted(Scheme::Pep440, wanted),
                    None => Version::Missing,
                };
                let place = gather.place(entry.line());
                if let Some(index) = gather.add(("pypi", None, entry.key()), version, origin, scope, place) {
                    gather.direct(index, true);
                }
            }
        }
        Ok(gather.finish())
    }
}

/// The tables that name components, with their scope.
pub(super) fn categories(root: Node<'_>) -> impl Iterator<Item = (Scope, Node<'_>)> {
    root.entries().filter(|table| table.is_map()).filter_map(|table| {
        let scope = match table.key() {
            "packages" => Scope::Runtime,
            "dev-packages" => Scope::Development,
            "requires" | "scripts" | "pipenv" | "source" | "pip" => return None,
            _ => Scope::Optional,
        };
        Some((scope, table))
    })
}

/// Where an entry comes from, and whether it is a project of this tree.
pub(super) fn origin(entry: Node<'_>, registry: Origin, folder: &str, files: &dyn Files) -> (Origin, bool) {
    if let Some(address) = ["git", "hg", "svn"].iter().find_map(|vcs| entry.text_at(vcs)) {
        let host = address::host(address).unwrap_or_else(|| "an unnamed host".to_owned());
        let commit = entry.text_at("ref").filter(|r| address::is_commit(r)).map(str::to_ascii_lowercase);
        return (Origin::Git { host, commit }, false);
    }
    match entry.text_at("path").or_else(|| entry.text_at("file")) {
        Some(address) => {
            let own = pyproject_toml::is_project(files, folder, address);
            (pep508::source(address).origin, own)
        }
        None => (registry, false),
    }
}
