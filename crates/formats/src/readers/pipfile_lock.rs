//! `Pipfile.lock` of Pipenv.
//!
//! `default` is runtime, `develop` development; every other category is installed only when named
//! (Pipenv's "package categories"), so it is optional. The lockfile has no edges; what is direct is
//! only in the `Pipfile` beside it.

use std::collections::{HashMap, HashSet};

use domain::{Origin, Scope};
use versions::Scheme;

use super::pipfile;
use crate::{
    address,
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    pep508, text,
    tree::{Node, Tree},
    tree_path,
};

/// Reads `Pipfile.lock`.
pub(crate) struct PipfileLock;

impl Reader for PipfileLock {
    fn name(&self) -> &'static str {
        "Pipfile.lock"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        (tree_path::name(path) == "Pipfile.lock").then_some(Role::Lockfile)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let tree = Tree::json(path, bytes)?;
        let root = tree.root();
        if !root.is_map() || root.get("_meta").is_none() {
            return Err(text::unreadable(path, Some(1), "has no `_meta`: no Pipfile.lock"));
        }
        let mut gather = Gather::new(path);
        gather.faults(tree.duplicate_faults(path));
        let manifest = tree_path::join(tree_path::folder(path), "Pipfile");
        let direct = names_in(&manifest, files);
        let sources = root.get("_meta").and_then(|m| m.get("sources"));
        let hosts: HashMap<&str, String> = sources
            .into_iter()
            .flat_map(Node::entries)
            .filter_map(|s| Some((s.text_at("name")?, address::host(s.text_at("url")?)?)))
            .collect();
        let only = if hosts.len() == 1 { hosts.values().next() } else { None };
        for category in root.entries().filter(|c| c.key() != "_meta") {
            let scope = match category.key() {
                "default" => Scope::Runtime,
                "develop" => Scope::Development,
                _ => Scope::Optional,
            };
            for entry in category.entries() {
                let host = entry.text_at("index").and_then(|index| hosts.get(index)).or(only);
                let registry = host.map_or(Origin::Unstated, |host| Origin::Registry { host: host.clone() });
                let (origin, own) = pipfile::origin(entry, registry, tree_path::folder(path), files);
                if own {
                    continue;
                }
                let version = match entry.text_at("version") {
                    Some(pinned) => Version::Wanted(Scheme::Pep440, pinned),
                    None => Version::Missing,
                };
                let place = gather.place(entry.line());
                let Some(index) = gather.add(("pypi", None, entry.key()), version, origin, scope, place)
                else {
                    continue;
                };
                for hash in entry.get("hashes").into_iter().flat_map(Node::entries).filter_map(Node::text) {
                    gather.hash_text(index, hash);
                }
                if let Some(direct) = &direct {
                    gather.direct(index, direct.contains(&pep508::normal(entry.key())));
                }
            }
        }
        if direct.is_some() {
            gather.covers(manifest);
        }
        Ok(gather.finish())
    }
}

fn names_in(manifest: &str, files: &dyn Files) -> Option<HashSet<String>> {
    let bytes = files.read(manifest)?;
    let tree = Tree::toml(manifest, &bytes).ok()?;
    Some(
        pipfile::categories(tree.root())
            .flat_map(|(_, table)| table.entries())
            .map(|e| pep508::normal(e.key()))
            .collect(),
    )
}
