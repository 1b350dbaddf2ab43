//! `composer.lock` and `composer.json`: PHP packages.
//!
//! The lockfile keeps development packages apart; the manifest beside it tells what is direct. What
//! has no vendor (`php`, `ext-json`, `composer-plugin-api`) is the platform, not a package.

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

/// Composer's lockfile.
pub(super) struct ComposerLock;
/// Composer's manifest.
pub(super) struct ComposerJson;

const TABLES: [(&str, Scope); 2] = [("require", Scope::Runtime), ("require-dev", Scope::Development)];

impl Reader for ComposerLock {
    fn name(&self) -> &'static str {
        "composer.lock"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        (tree_path::name(path) == "composer.lock").then_some(Role::Lockfile)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let tree = Tree::json(path, bytes)?;
        let root = tree.root();
        let bad =
            |line, why: &str| Unreadable { path: path.to_owned(), line: Some(line), why: why.to_owned() };
        if root.get("packages").is_none_or(|packages| !packages.is_list()) {
            return Err(bad(1, "a composer.lock has a list of packages"));
        }
        let mut gather = Gather::new(path);
        gather.faults(tree.duplicate_faults(path));
        let mut added = Vec::new();
        for (table, scope) in [("packages", Scope::Runtime), ("packages-dev", Scope::Development)] {
            for node in root.get(table).into_iter().flat_map(Node::entries) {
                let (Some(name), Some(version)) = (node.text_at("name"), node.text_at("version")) else {
                    return Err(bad(node.line(), "a package has no name or no version"));
                };
                if let Some(index) = add(&mut gather, node, name, version, scope) {
                    added.push((name.to_ascii_lowercase(), index, node));
                }
            }
        }
        let by_name: HashMap<&str, u32> =
            added.iter().map(|(name, index, _)| (name.as_str(), *index)).collect();
        for (_, from, node) in &added {
            for asked in node.get("require").into_iter().flat_map(Node::entries) {
                if let Some(to) = by_name.get(asked.key().to_ascii_lowercase().as_str()) {
                    gather.edge(*from, *to);
                }
            }
        }
        let manifest = tree_path::join(tree_path::folder(path), "composer.json");
        let beside = files.read(&manifest);
        if let Some(Ok(tree)) = beside.as_deref().map(|bytes| Tree::json(&manifest, bytes)) {
            gather.covers(manifest.as_str());
            let asked: std::collections::HashSet<String> = TABLES
                .iter()
                .filter_map(|(table, _)| tree.root().get(table))
                .flat_map(Node::entries)
                .map(|node| node.key().to_ascii_lowercase())
                .collect();
            for (name, index, _) in &added {
                gather.direct(*index, asked.contains(name));
            }
        }
        Ok(gather.finish())
    }
}

fn add(gather: &mut Gather, node: Node<'_>, name: &str, version: &str, scope: Scope) -> Option<u32> {
    let (source, dist) = (node.get("source"), node.get("dist"));
    let at = |table: Option<Node<'_>>, key| table.and_then(|table| table.text_at(key)).map(str::to_owned);
    // A package from a registry names where its downloads are counted.
    let origin = if at(dist, "type").as_deref() == Some("path") {
        Origin::Path
    } else if let Some(host) = node.text_at("notification-url").and_then(address::host) {
        Origin::Registry { host }
    } else if let Some(host) = at(source, "url").as_deref().and_then(address::host) {
        Origin::Git { host, commit: at(source, "reference").filter(|commit| address::is_commit(commit)) }
    } else {
        match at(dist, "url").as_deref().and_then(address::host) {
            Some(host) => Origin::Archive { host },
            None => Origin::Unstated,
        }
    };
    let line = node.get("name").map_or(node.line(), Node::line);
    let place = gather.place(line);
    let index = gather.add(parts(name), Version::Exact(version), origin, scope, place)?;
    if let Some(sum) = at(dist, "shasum") {
        gather.hash(index, "sha1", &sum);
    }
    let licences: Vec<&str> =
        node.get("license").into_iter().flat_map(Node::entries).filter_map(Node::text).take(16).collect();
    let component = gather.component(index);
    component.licence = match licences.as_slice() {
        [] => node.text_at("license").map(str::to_owned),
        [one] => Some((*one).to_owned()),
        several => Some(format!("({})", several.join(" OR "))),
    };
    let kind = node.text_at("type").unwrap_or_default();
    component.install_script = Some(matches!(kind, "composer-plugin" | "composer-installer"));
    Some(index)
}

fn parts(name: &str) -> (&'static str, Option<&str>, &str) {
    match name.split_once('/') {
        Some((vendor, name)) => ("composer", Some(vendor), name),
        None => ("composer", None, name),
    }
}

impl Reader for ComposerJson {
    fn name(&self) -> &'static str {
        "composer.json"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        (tree_path::name(path) == "composer.json").then_some(Role::Manifest)
    }

    fn read(&self, path: &str, bytes: &[u8], _files: &dyn Files) -> Result<Inventory, Unreadable> {
        let tree = Tree::json(path, bytes)?;
        if !tree.root().is_map() {
            let why = "a composer.json is an object".to_owned();
            return Err(Unreadable { path: path.to_owned(), line: Some(1), why });
        }
        let mut gather = Gather::new(path);
        gather.faults(tree.duplicate_faults(path));
        for (table, scope) in TABLES {
            for node in tree.root().get(table).into_iter().flat_map(Node::entries) {
                if !node.key().contains('/') {
                    continue;
                }
                let wanted = Version::Wanted(Scheme::Composer, node.text().unwrap_or_default());
                let place = gather.place(node.line());
                if let Some(index) = gather.add(parts(node.key()), wanted, Origin::Unstated, scope, place) {
                    gather.direct(index, true);
                }
            }
        }
        Ok(gather.finish())
    }
}
