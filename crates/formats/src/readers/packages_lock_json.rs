//! NuGet's `packages.lock.json` (and `packages.<project>.lock.json`).
//!
//! What is direct, the edges and the hashes are the lockfile's own. Scope is in the project file
//! beside it: a test project is development as a whole, `PrivateAssets="all"` makes one direct
//! component development. Without a project file the scope is unknown. Other projects of the
//! solution are the subject itself, not components.

use std::collections::HashMap;

use domain::{Origin, Scope};

use super::csproj;
use crate::{
    address,
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    text,
    tree::{Node, Tree},
    tree_path,
};

/// Reads `packages.lock.json`.
pub(crate) struct PackagesLockJson;

impl Reader for PackagesLockJson {
    fn name(&self) -> &'static str {
        "packages.lock.json"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        let name = tree_path::name(path);
        let fits =
            name == "packages.lock.json" || (name.starts_with("packages.") && name.ends_with(".lock.json"));
        fits.then_some(Role::Lockfile)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let tree = Tree::json(path, bytes)?;
        let root = tree.root();
        let Some(frameworks) = root.get("dependencies").filter(|d| d.is_map()) else {
            return Err(text::unreadable(path, Some(1), "has no `dependencies`: no packages.lock.json"));
        };
        let mut gather = Gather::new(path);
        gather.faults(tree.duplicate_faults(path));
        let projects = projects_beside(path, files);
        let scopes: Option<Vec<csproj::Summary>> = (!projects.is_empty())
            .then(|| projects.iter().filter_map(|p| csproj::summary(p, files)).collect::<Vec<_>>())
            .filter(|summaries| !summaries.is_empty());
        for framework in frameworks.entries() {
            one_framework(framework, scopes.as_deref(), &mut gather);
        }
        for project in projects {
            gather.covers(project);
        }
        Ok(gather.finish())
    }
}

fn one_framework(framework: Node<'_>, projects: Option<&[csproj::Summary]>, gather: &mut Gather) {
    let mut by_name: HashMap<String, u32> = HashMap::new();
    let mut entries = Vec::new();
    let mut own = Vec::new();
    for entry in framework.entries() {
        let kind = entry.text_at("type").unwrap_or_default();
        if kind == "Project" {
            own.push(entry);
            continue;
        }
        let version = entry.text_at("resolved").map_or(Version::Missing, Version::Exact);
        let place = gather.place(entry.line());
        // The weakest scope for now: the true one is spread below, over all frameworks.
        let name = ("nuget", None, entry.key());
        let Some(index) = gather.add(name, version, Origin::Unstated, Scope::Development, place) else {
            continue;
        };
        if let Some(hash) = entry.text_at("contentHash") {
            for hash in address::integrity(&format!("sha512-{hash}")) {
                gather.hash(index, &hash.algorithm, &hash.value);
            }
        }
        gather.direct(index, kind == "Direct");
        by_name.insert(entry.key().to_ascii_lowercase(), index);
        entries.push((index, entry, kind == "Direct"));
    }
    let needs = |node: Node<'_>| {
        let names = node.get("dependencies").into_iter().flat_map(Node::entries);
        names.filter_map(|d| by_name.get(&d.key().to_ascii_lowercase()).copied()).collect::<Vec<u32>>()
    };
    let mut edges = Vec::new();
    let mut roots = Vec::new();
    for (index, entry, direct) in &entries {
        edges.extend(needs(*entry).into_iter().map(|needed| (*index, needed)));
        if *direct {
            roots.push((*index, scope(entry.key(), projects)));
        }
    }
    for project in own {
        let scope = projects.map_or(Scope::Unknown, |all| {
            if all.iter().all(|p| p.test) { Scope::Development } else { Scope::Runtime }
        });
        roots.extend(needs(project).into_iter().map(|index| (index, scope)));
    }
    let found = crate::reach::scopes(gather.count(), &edges, &roots);
    for (index, _, _) in &entries {
        let scope = found.get(*index as usize).copied().flatten().unwrap_or(Scope::Unknown);
        let slot = &mut gather.component(*index).scope;
        *slot = crate::reach::stronger(*slot, scope);
    }
    for (asker, needed) in edges {
        gather.edge(asker, needed);
    }
}

fn scope(name: &str, projects: Option<&[csproj::Summary]>) -> Scope {
    let Some(projects) = projects else { return Scope::Unknown };
    let development = |p: &csproj::Summary| p.test || p.private.contains(&name.to_ascii_lowercase());
    if projects.iter().all(development) { Scope::Development } else { Scope::Runtime }
}

/// The project files that the lockfile belongs to.
fn projects_beside(path: &str, files: &dyn Files) -> Vec<String> {
    let folder = tree_path::folder(path);
    let named = tree_path::name(path).strip_prefix("packages.").and_then(|n| n.strip_suffix(".lock.json"));
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let start = files.paths().partition_point(|p| p.as_str() < prefix.as_str());
    files
        .paths()
        .iter()
        .skip(start)
        .take_while(|p| p.starts_with(&prefix))
        .filter(|p| tree_path::folder(p) == folder && csproj::is_project(p))
        .filter(|p| {
            named.is_none_or(|n| tree_path::name(p).rsplit_once('.').is_some_and(|(stem, _)| stem == n))
        })
        .cloned()
        .collect()
}
