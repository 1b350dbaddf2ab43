//! `package.json`: what a JavaScript package asks for.
//!
//! Judged only where no lockfile covers it. `engines` are limits, not pins, and are not read. A
//! member of the same workspace is the repository's own; a catalogue entry is looked up in
//! pnpm-workspace.yaml.

use std::collections::HashMap;

use domain::Origin;
use versions::Scheme;

use super::npm::{self, Target};
use crate::{
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    tree::{Node, Tree},
    tree_path,
};

/// npm's manifest.
pub(super) struct PackageJson;

impl Reader for PackageJson {
    fn name(&self) -> &'static str {
        "package.json"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        (tree_path::name(path) == "package.json").then_some(Role::Manifest)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let tree = Tree::json(path, bytes)?;
        let root = tree.root();
        if !root.is_map() {
            let why = "a package.json is an object".to_owned();
            return Err(Unreadable { path: path.to_owned(), line: Some(1), why });
        }
        let mut gather = Gather::new(path);
        gather.faults(tree.duplicate_faults(path));
        let mut house = House::of(path, root, files);
        for asked in npm::asked(root) {
            let mut requirement = asked.requirement.to_owned();
            if let Target::Catalog(name) = npm::target(&requirement) {
                requirement = house.catalog(name, asked.name).map_or(requirement.clone(), str::to_owned);
            }
            let (name, version, origin) = match npm::target(&requirement) {
                Target::Workspace => continue,
                Target::Range(range) => (asked.name, Version::Wanted(Scheme::Npm, range), Origin::Unstated),
                Target::Alias(real, range) => (real, Version::Wanted(Scheme::Npm, range), Origin::Unstated),
                Target::Catalog(_) => (asked.name, Version::Missing, Origin::Unstated),
                Target::Elsewhere(origin) => (asked.name, Version::Missing, origin),
            };
            if house.is_member(asked.name, files) {
                continue;
            }
            let place = gather.place(asked.line);
            if let Some(index) = gather.add(npm::named(name), version, origin, asked.scope, place) {
                gather.direct(index, true);
            }
        }
        Ok(gather.finish())
    }
}

/// The workspace around a package.json.
#[derive(Default)]
struct House {
    /// The folder of the workspace's root.
    folder: String,
    patterns: Vec<String>,
    /// pnpm's catalogues: catalogue and package to the requirement.
    catalogs: HashMap<(String, String), String>,
    /// The names of packages looked at, by folder.
    names: HashMap<String, Option<String>>,
}

impl House {
    fn of(path: &str, root: Node<'_>, files: &dyn Files) -> Self {
        let owned = |patterns: Vec<&str>| patterns.into_iter().map(str::to_owned).collect::<Vec<String>>();
        let own = owned(npm::workspaces(root));
        let here = tree_path::folder(path);
        for folder in tree_path::ancestors(here) {
            if let Some(bytes) = files.read(&tree_path::join(folder, "pnpm-workspace.yaml"))
                && let Ok(tree) = Tree::yaml("pnpm-workspace.yaml", &bytes)
            {
                let root = tree.root();
                let patterns =
                    root.get("packages").into_iter().flat_map(Node::entries).filter_map(Node::text);
                let patterns = owned(patterns.take(npm::MOST_PATTERNS).collect());
                let catalogs = catalogs(root);
                return Self { folder: folder.to_owned(), patterns, catalogs, ..Self::default() };
            }
            if folder == here {
                if !own.is_empty() {
                    break;
                }
                continue;
            }
            let Some(manifest) = npm::Manifest::of(folder, files) else { continue };
            let patterns =
                manifest.tree().map(|tree| owned(npm::workspaces(tree.root()))).unwrap_or_default();
            if !patterns.is_empty() {
                return Self { folder: folder.to_owned(), patterns, ..Self::default() };
            }
        }
        Self { folder: here.to_owned(), patterns: own, ..Self::default() }
    }

    /// Whether the workspace has a member of this name. Only the folders that the patterns would give
    /// a package of this name are opened, so that a workspace of a thousand is not read a thousand times.
    fn is_member(&mut self, name: &str, files: &dyn Files) -> bool {
        let base = name.rsplit('/').next().unwrap_or(name);
        let places: Vec<String> = self
            .patterns
            .iter()
            .filter_map(|pattern| {
                let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
                let place = match pattern.strip_suffix("/**").or_else(|| pattern.strip_suffix("/*")) {
                    Some(parent) => tree_path::join(parent, base),
                    None if pattern == "*" || pattern == "**" => base.to_owned(),
                    None => pattern.to_owned(),
                };
                tree_path::resolve(&self.folder, &place)
            })
            .collect();
        places.into_iter().any(|place| {
            let found = self.names.entry(place).or_insert_with_key(|place| {
                let manifest = npm::Manifest::of(place, files)?;
                let tree = manifest.tree()?;
                tree.root().text_at("name").map(str::to_owned)
            });
            found.as_deref() == Some(name)
        })
    }

    /// What pnpm-workspace.yaml's catalogue says of a package.
    fn catalog(&self, catalog: &str, name: &str) -> Option<&str> {
        self.catalogs.get(&(catalog.to_owned(), name.to_owned())).map(String::as_str)
    }
}

/// `catalog` (the default one) and `catalogs` of pnpm-workspace.yaml.
fn catalogs(root: Node<'_>) -> HashMap<(String, String), String> {
    let named = root.get("catalogs").into_iter().flat_map(Node::entries).map(|table| (table.key(), table));
    let tables = root.get("catalog").map(|table| ("default", table)).into_iter().chain(named);
    let entries = tables.flat_map(|(catalog, table)| table.entries().map(move |node| (catalog, node)));
    let entries = entries.filter_map(|(catalog, node)| {
        Some(((catalog.to_owned(), node.key().to_owned()), node.scalar()?.to_owned()))
    });
    entries.collect()
}
