//! `uv.lock`, and the lockfiles of scripts (`script.py.lock`).
//!
//! The lockfile holds the workspace's own members with what they ask for, so scope and directness
//! need no other file: a member's `dependencies` are runtime, its extras optional, its groups
//! development, and everything further takes the strongest scope it is reached with. Members are
//! the subject itself and are not named as components.

use std::collections::{HashMap, HashSet};

use domain::{Origin, Scope};

use super::pyproject_toml;
use crate::{
    address,
    extras_graph::ExtrasGraph,
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    text,
    tree::{Node, Tree},
    tree_path,
};

/// Most versions of one name that an edge leads to.
const MOST_VARIANTS: usize = 64;

/// Most versions of one name that are looked through for the one an entry means.
const MOST_LOOKED_AT: usize = 256;

/// Reads `uv.lock`.
pub(crate) struct UvLock;

impl Reader for UvLock {
    fn name(&self) -> &'static str {
        "uv.lock"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        let name = tree_path::name(path);
        (name == "uv.lock" || name.ends_with(".py.lock")).then_some(Role::Lockfile)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let tree = Tree::toml(path, bytes)?;
        let root = tree.root();
        match root.get("version").and_then(Node::scalar) {
            Some("1") => {}
            Some(_) => {
                return Err(text::unreadable(
                    path,
                    Some(1),
                    "a lockfile version other than 1, which is not known",
                ));
            }
            None => {
                return Err(text::unreadable(
                    path,
                    Some(1),
                    "has no lockfile version: no uv.lock, or cut off",
                ));
            }
        }
        let folder = tree_path::folder(path);
        let members: HashSet<&str> = texts(root.get("manifest").and_then(|m| m.get("members"))).collect();
        let mut gather = Gather::new(path);
        let packages: Vec<Package<'_>> = root
            .get("package")
            .into_iter()
            .flat_map(Node::entries)
            .map(|node| Package::of(node, &members, folder, files))
            .collect();
        let mut by_name: HashMap<&str, Vec<u32>> = HashMap::new();
        for (number, package) in (0u32..).zip(&packages) {
            by_name.entry(package.name).or_default().push(number);
        }
        let reading = Reading { packages: &packages, by_name: &by_name };
        let mut direct = vec![false; packages.len()];
        let graph = reading.graph(root, &mut direct);
        let reached = graph.scopes();
        let mut indices = Vec::with_capacity(packages.len());
        for ((package, reached), direct) in packages.iter().zip(reached).zip(direct) {
            if package.own {
                if let Some(at) = package.at.and_then(|at| tree_path::resolve(folder, at)) {
                    cover(&at, files, &mut gather);
                }
                indices.push(None);
                continue;
            }
            let version = package.version.map_or(Version::Missing, Version::Exact);
            let scope = reached.unwrap_or(Scope::Unknown);
            let place = gather.place(package.line);
            let index = gather.add(("pypi", None, package.name), version, package.origin(), scope, place);
            if let Some(index) = index {
                if graph.has_roots() {
                    gather.direct(index, direct);
                }
                let sdist = package.node.get("sdist");
                for file in
                    sdist.into_iter().chain(package.node.get("wheels").into_iter().flat_map(Node::entries))
                {
                    if let Some(hash) = file.text_at("hash") {
                        gather.hash_text(index, hash);
                    }
                }
            }
            indices.push(index);
        }
        for (asker, asked) in graph.package_edges() {
            if let (Some(Some(asker)), Some(Some(asked))) =
                (indices.get(asker as usize), indices.get(asked as usize))
            {
                gather.edge(*asker, *asked);
            }
        }
        if tree_path::name(path) == "uv.lock" {
            cover(folder, files, &mut gather);
        }
        Ok(gather.finish())
    }
}

/// The manifests of a project: uv asks its build system, so what setuptools declares is locked too.
fn cover(folder: &str, files: &dyn Files, gather: &mut Gather) {
    for name in ["pyproject.toml", "setup.cfg", "setup.py"] {
        let manifest = tree_path::join(folder, name);
        if tree_path::holds(files, &manifest) {
            gather.covers(manifest);
        }
    }
}

fn texts(list: Option<Node<'_>>) -> impl Iterator<Item = &str> {
    list.into_iter().flat_map(Node::entries).filter_map(Node::text)
}

/// One `[[package]]`.
struct Package<'t> {
    node: Node<'t>,
    name: &'t str,
    version: Option<&'t str>,
    line: u32,
    /// A member of the workspace, or another project of this tree.
    own: bool,
    /// The folder of a local project.
    at: Option<&'t str>,
}

impl<'t> Package<'t> {
    fn of(node: Node<'t>, members: &HashSet<&str>, folder: &str, files: &dyn Files) -> Self {
        let name = node.get("name");
        let source = node.get("source");
        let at =
            source.and_then(|s| ["editable", "virtual", "directory"].iter().find_map(|key| s.text_at(key)));
        let text = name.and_then(Node::text).unwrap_or_default();
        let own = at.is_some_and(|at| {
            at == "." || members.contains(text) || pyproject_toml::is_project(files, folder, at)
        });
        let version = node.text_at("version");
        Self { node, name: text, version, line: name.map_or(node.line(), Node::line), own, at }
    }

    fn origin(&self) -> Origin {
        let Some(source) = self.node.get("source") else { return Origin::Unstated };
        let unnamed = || "an unnamed host".to_owned();
        if let Some(address) = source.text_at("registry") {
            // A registry may be a folder: then there is no host to name.
            return address::host(address).map_or(Origin::Path, |host| Origin::Registry { host });
        }
        if let Some(address) = source.text_at("git") {
            let commit = address.split_once('#').map(|(_, commit)| commit).filter(|c| address::is_commit(c));
            let host = address::host(address).unwrap_or_else(unnamed);
            return Origin::Git { host, commit: commit.map(str::to_ascii_lowercase) };
        }
        if let Some(address) = source.text_at("url") {
            return Origin::Archive { host: address::host(address).unwrap_or_else(unnamed) };
        }
        Origin::Path
    }
}

struct Reading<'a, 't> {
    packages: &'a [Package<'t>],
    by_name: &'a HashMap<&'t str, Vec<u32>>,
}

impl<'t> Reading<'_, 't> {
    /// The packages that a dependency entry means: by name and, where given, version.
    fn meant(&self, entry: Node<'t>) -> impl Iterator<Item = u32> {
        let all =
            entry.text_at("name").and_then(|name| self.by_name.get(name)).map_or(&[][..], Vec::as_slice);
        let version = entry.text_at("version");
        let fits = move |number: &u32| {
            version.is_none() || self.packages.get(*number as usize).is_some_and(|p| p.version == version)
        };
        all.iter().take(MOST_LOOKED_AT).copied().filter(fits).take(MOST_VARIANTS)
    }

    fn graph(&self, root: Node<'t>, direct: &mut [bool]) -> ExtrasGraph {
        let mut graph = ExtrasGraph::new(self.packages.len());
        let mut tell = |numbers: &[u32]| {
            for number in numbers {
                if let Some(slot) = direct.get_mut(*number as usize) {
                    *slot = true;
                }
            }
        };
        for (number, package) in (0u32..).zip(self.packages) {
            if package.own {
                graph.root(number, Scope::Runtime);
            }
            let asked = self.ask(&mut graph, number, package.node.get("dependencies"));
            if package.own {
                tell(&asked);
            }
            for extra in package.node.get("optional-dependencies").into_iter().flat_map(Node::entries) {
                let node = graph.extra(number, extra.key());
                let asked = self.ask(&mut graph, node, Some(extra));
                if package.own {
                    graph.root(node, Scope::Optional);
                    tell(&asked);
                }
            }
            for group in package.node.get("dev-dependencies").into_iter().flat_map(Node::entries) {
                if package.own {
                    tell(&self.demand(&mut graph, group, Scope::Development));
                }
            }
        }
        // Scripts and workspaces without a project of their own.
        if let Some(manifest) = root.get("manifest") {
            if let Some(requirements) = manifest.get("requirements") {
                tell(&self.demand(&mut graph, requirements, Scope::Runtime));
            }
            for group in manifest.get("dependency-groups").into_iter().flat_map(Node::entries) {
                tell(&self.demand(&mut graph, group, Scope::Development));
            }
        }
        graph
    }

    /// A node asks for each entry of a list.
    fn ask(&self, graph: &mut ExtrasGraph, asker: u32, list: Option<Node<'t>>) -> Vec<u32> {
        let mut asked = Vec::new();
        for entry in list.into_iter().flat_map(Node::entries) {
            for number in self.meant(entry) {
                graph.ask(asker, number, texts(entry.get("extra").or_else(|| entry.get("extras"))));
                asked.push(number);
            }
        }
        asked
    }

    /// The subject itself asks for each entry of a list.
    fn demand(&self, graph: &mut ExtrasGraph, list: Node<'t>, scope: Scope) -> Vec<u32> {
        let mut asked = Vec::new();
        for entry in list.entries() {
            for number in self.meant(entry) {
                graph.root(number, scope);
                for extra in texts(entry.get("extra").or_else(|| entry.get("extras"))) {
                    let node = graph.extra(number, extra);
                    graph.root(node, scope);
                }
                asked.push(number);
            }
        }
        asked
    }
}
