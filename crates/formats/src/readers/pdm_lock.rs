//! `pdm.lock`: `[[package]]` with `groups` (`default` is runtime) and PEP 508 dependencies.
//!
//! Whether another group is an extra or for development stands in the `pyproject.toml` beside it;
//! without that the scope of such a component is unknown.

use std::collections::{HashMap, HashSet};

use domain::{Origin, Scope};

use super::pyproject_toml;
use crate::{
    address,
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    pep508, reach, text,
    tree::{Node, Tree},
    tree_path,
};

/// Most versions of one name that an edge leads to.
const MOST_VARIANTS: usize = 64;

/// Reads `pdm.lock`.
pub(crate) struct PdmLock;

impl Reader for PdmLock {
    fn name(&self) -> &'static str {
        "pdm.lock"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        (tree_path::name(path) == "pdm.lock").then_some(Role::Lockfile)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let tree = Tree::toml(path, bytes)?;
        let root = tree.root();
        if root.get("metadata").is_none() {
            return Err(text::unreadable(path, Some(1), "has no `[metadata]`: no pdm.lock, or cut off"));
        }
        let folder = tree_path::folder(path);
        let manifest = tree_path::join(folder, "pyproject.toml");
        let groups = groups_of(&manifest, files);
        let direct: Option<HashSet<String>> = super::poetry_lock::asked_by(&manifest, files)
            .map(|asked| asked.iter().filter(|a| !a.build_only).map(|a| pep508::normal(&a.name)).collect());
        let mut gather = Gather::new(path);
        let mut by_name: HashMap<String, Vec<u32>> = HashMap::new();
        let mut entries = Vec::new();
        for package in root.get("package").into_iter().flat_map(Node::entries) {
            let name = package.get("name");
            let text = name.and_then(Node::text).unwrap_or_default();
            if package.text_at("path").is_some_and(|to| pyproject_toml::is_project(files, folder, to)) {
                continue;
            }
            let version = package.text_at("version").map_or(Version::Missing, Version::Exact);
            let place = gather.place(name.unwrap_or(package).line());
            let scope = scope(package, &groups);
            let Some(index) = gather.add(("pypi", None, text), version, origin(package), scope, place) else {
                continue;
            };
            for file in package.get("files").into_iter().flat_map(Node::entries) {
                if let Some(hash) = file.text_at("hash") {
                    gather.hash_text(index, hash);
                }
            }
            let normal = pep508::normal(text);
            if let Some(direct) = &direct {
                gather.direct(index, direct.contains(&normal));
            }
            by_name.entry(normal).or_default().push(index);
            entries.push((index, package));
        }
        for (asker, package) in entries {
            for dependency in
                package.get("dependencies").into_iter().flat_map(Node::entries).filter_map(Node::text)
            {
                let named = pep508::parse(dependency).and_then(|d| by_name.get(&pep508::normal(d.name)));
                for asked in named.into_iter().flatten().take(MOST_VARIANTS) {
                    gather.edge(asker, *asked);
                }
            }
        }
        if tree_path::holds(files, &manifest) {
            gather.covers(manifest);
        }
        Ok(gather.finish())
    }
}

/// The scope of each group that `pyproject.toml` declares.
fn groups_of(manifest: &str, files: &dyn Files) -> HashMap<String, Scope> {
    let mut out = HashMap::from([("default".to_owned(), Scope::Runtime)]);
    let Some(bytes) = files.read(manifest) else { return out };
    let Ok(tree) = Tree::toml(manifest, &bytes) else { return out };
    let root = tree.root();
    let extras = root.get("project").and_then(|p| p.get("optional-dependencies"));
    let pdm = root.get("tool").and_then(|t| t.get("pdm")).and_then(|p| p.get("dev-dependencies"));
    for extra in extras.into_iter().flat_map(Node::entries) {
        out.insert(extra.key().to_owned(), Scope::Optional);
    }
    for group in pdm.into_iter().chain(root.get("dependency-groups")).flat_map(Node::entries) {
        out.insert(group.key().to_owned(), Scope::Development);
    }
    out
}

fn scope(package: Node<'_>, groups: &HashMap<String, Scope>) -> Scope {
    package
        .get("groups")
        .into_iter()
        .flat_map(Node::entries)
        .filter_map(Node::text)
        .map(|group| groups.get(group).copied().unwrap_or(Scope::Unknown))
        .reduce(reach::stronger)
        .unwrap_or(Scope::Unknown)
}

fn origin(package: Node<'_>) -> Origin {
    if let Some(address) = package.text_at("git") {
        let host = address::host(address).unwrap_or_else(|| "an unnamed host".to_owned());
        let commit =
            package.text_at("revision").filter(|r| address::is_commit(r)).map(str::to_ascii_lowercase);
        return Origin::Git { host, commit };
    }
    if package.text_at("path").is_some() {
        return Origin::Path;
    }
    package.text_at("url").map_or(Origin::Unstated, |address| pep508::source(address).origin)
}
