//! `package.json`: what a JavaScript package asks for.
//!
//! Judged only where no lockfile covers it. `engines` are limits, not pins, and are not read. A
//! member of the same workspace is the repository's own; a catalogue entry is looked up in
//! pnpm-workspace.yaml.

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
        let house = House::of(path, root, files);
        for asked in npm::asked(root) {
            let mut requirement = asked.requirement.to_owned();
            if let Target::Catalog(name) = npm::target(&requirement) {
                requirement = house.catalog(name, asked.name).unwrap_or(requirement);
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
struct House {
    /// The folder of the workspace's root.
    folder: String,
    patterns: Vec<String>,
    /// pnpm-workspace.yaml, if there is one.
    pnpm: Option<Vec<u8>>,
}

impl House {
    fn of(path: &str, root: Node<'_>, files: &dyn Files) -> Self {
        let owned = |patterns: Vec<&str>| patterns.into_iter().map(str::to_owned).collect::<Vec<String>>();
        let own = owned(npm::workspaces(root));
        let here = tree_path::folder(path);
        for folder in tree_path::ancestors(here) {
            let pnpm = files.read(&tree_path::join(folder, "pnpm-workspace.yaml")).map(|b| b.into_owned());
            if let Some(bytes) = pnpm {
                let patterns = Tree::yaml("pnpm-workspace.yaml", &bytes).map(|tree| owned(pnpm_patterns(tree.root())));
                return Self {
                    folder: folder.to_owned(),
                    patterns: patterns.unwrap_or_default(),
                    pnpm: Some(bytes),
                };
            }
            if folder == here {
                if !own.is_empty() {
                    break;
                }
                continue;
            }
            let Some(manifest) = npm::Manifest::of(folder, files) else { continue };
            let patterns = manifest.tree().map(|tree| owned(npm::workspaces(tree.root()))).unwrap_or_default();
            if !patterns.is_empty() {
                return Self { folder: folder.to_owned(), patterns, pnpm: None };
            }
        }
        Self { folder: here.to_owned(), patterns: own, pnpm: None }
    }

    /// Whether the workspace has a member of this name. Only the folders that the patterns would give
    /// a package of this name are opened, so that a workspace of a thousand is not read a thousand times.
    fn is_member(&self, name: &str, files: &dyn Files) -> bool {
        let base = name.rsplit('/').next().unwrap_or(name);
        self.patterns.iter().any(|pattern| {
            let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
            let place = match pattern.strip_suffix("/**").or_else(|| pattern.strip_suffix("/*")) {
                Some(parent) => tree_path::join(parent, base),
                None if pattern == "*" || pattern == "**" => base.to_owned(),
                None => pattern.to_owned(),
            };
            let place = tree_path::resolve(&self.folder, &place);
            let manifest = place.and_then(|place| npm::Manifest::of(&place, files));
            manifest
                .is_some_and(|manifest| manifest.tree().is_some_and(|tree| tree.root().text_at("name") == Some(name)))
        })
    }

    /// What pnpm-workspace.yaml's catalogue says of a package.
    fn catalog(&self, catalog: &str, name: &str) -> Option<String> {
        let tree = Tree::yaml("pnpm-workspace.yaml", self.pnpm.as_ref()?).ok()?;
        let root = tree.root();
        let named = root.get("catalogs").and_then(|all| all.get(catalog));
        let table = if catalog == "default" { root.get("catalog").or(named) } else { named };
        table?.get(name)?.scalar().map(str::to_owned)
    }
}

/// The `packages` patterns of pnpm-workspace.yaml.
pub(super) fn pnpm_patterns(root: Node<'_>) -> Vec<&str> {
    root.get("packages").into_iter().flat_map(Node::entries).filter_map(Node::text).collect()
}
