//! `poetry.lock`, of Poetry 1.0 to 2.x.
//!
//! The scope is the file's own where it has one (`category` before 1.5, `groups` since 2.0; a group
//! other than `main` is development, as Poetry's manual defines it). Between those the file says
//! nothing, and the scope follows from the `pyproject.toml` beside it; without that it is unknown.
//! What is direct is only ever in `pyproject.toml`.

use std::collections::{HashMap, HashSet};

use domain::{Origin, Scope};

use super::pyproject_toml::{self, Asked};
use crate::{
    address,
    extras_graph::ExtrasGraph,
    gather::{Gather, Version, short},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    pep508, text,
    tree::{Node, Tree},
    tree_path,
};

/// Most versions of one name that an edge leads to. Real files have two or three.
const MOST_VARIANTS: usize = 64;

/// Reads `poetry.lock`.
pub(crate) struct PoetryLock;

impl Reader for PoetryLock {
    fn name(&self) -> &'static str {
        "poetry.lock"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        (tree_path::name(path) == "poetry.lock").then_some(Role::Lockfile)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let tree = Tree::toml(path, bytes)?;
        let root = tree.root();
        if root.get("package").is_none() && root.get("metadata").is_none() {
            return Err(text::unreadable(path, Some(1), "has neither packages nor metadata: no poetry.lock"));
        }
        let manifest = tree_path::join(tree_path::folder(path), "pyproject.toml");
        let asked = asked_by(&manifest, files);
        let mut gather = Gather::new(path);
        let packages: Vec<Package<'_>> =
            root.get("package").into_iter().flat_map(Node::entries).map(Package::of).collect();
        let old_hashes = root.get("metadata").and_then(|m| m.get("files"));
        let old_hashes: HashMap<&str, Node<'_>> =
            old_hashes.into_iter().flat_map(Node::entries).map(|f| (f.key(), f)).collect();
        let mut by_name: HashMap<String, Vec<u32>> = HashMap::new();
        for (number, package) in (0u32..).zip(&packages) {
            by_name.entry(pep508::normal(package.name)).or_default().push(number);
        }
        let direct: Option<HashSet<String>> = asked
            .as_ref()
            .map(|asked| asked.iter().filter(|a| !a.build_only).map(|a| pep508::normal(&a.name)).collect());
        let graph = graph(&packages, &by_name, asked.as_deref().unwrap_or_default());
        let reached = graph.scopes();
        let mut indices: Vec<Option<u32>> = Vec::with_capacity(packages.len());
        for (package, reached) in packages.iter().zip(reached) {
            let optional = package.node.is_true_at("optional");
            let scope = package.stated_scope().or(reached).unwrap_or(if optional {
                Scope::Optional
            } else {
                Scope::Unknown
            });
            let origin = package.origin(tree_path::folder(path), files);
            if origin == Origin::Own
                && let Some(at) = package.node.get("source").and_then(|s| s.text_at("url"))
                && let Some(at) = tree_path::resolve(tree_path::folder(path), at)
            {
                let manifest = tree_path::join(&at, "pyproject.toml");
                if tree_path::holds(files, &manifest) {
                    gather.covers(manifest);
                }
            }
            let version = package.version.map_or(Version::Missing, Version::Exact);
            let place = gather.place(package.line);
            let index = gather.add(("pypi", None, package.name), version, origin, scope, place);
            if let Some(index) = index {
                let new = package.node.get("files");
                let old = old_hashes.get(package.name).copied();
                for file in new.into_iter().chain(old).flat_map(Node::entries) {
                    if let Some(hash) = file.text_at("hash") {
                        gather.hash_text(index, hash);
                    }
                }
                if let Some(direct) = &direct {
                    gather.direct(index, direct.contains(&pep508::normal(package.name)));
                }
            }
            indices.push(index);
        }
        for (asker, needed) in graph.package_edges() {
            if let (Some(Some(asker)), Some(Some(needed))) =
                (indices.get(asker as usize), indices.get(needed as usize))
            {
                gather.edge(*asker, *needed);
            }
        }
        if let Some(asked) = &asked {
            for missing in asked.iter().filter(|a| {
                !a.conditional && !a.build_only && !by_name.contains_key(&pep508::normal(&a.name))
            }) {
                let why = format!(
                    "pyproject.toml asks for {} (line {}), which is not locked here: lock again",
                    short(&missing.name),
                    missing.line
                );
                gather.fault("stale-lockfile", 1, why);
            }
            gather.covers(manifest);
        }
        Ok(gather.finish())
    }
}

/// What the manifest asks for, if it is there and can be read.
pub(super) fn asked_by(manifest: &str, files: &dyn Files) -> Option<Vec<Asked>> {
    asked_in(manifest, &files.read(manifest)?)
}

/// What a manifest asks for, if it can be read.
pub(crate) fn asked_in(manifest: &str, bytes: &[u8]) -> Option<Vec<Asked>> {
    let tree = Tree::toml(manifest, bytes).ok()?;
    Some(pyproject_toml::asked(tree.root()).asked)
}

/// A package of a lockfile that stands alone.
pub(crate) struct Alone<'t> {
    /// Name as written.
    pub(crate) name: &'t str,
    /// What it is, where it has a version.
    pub(crate) purl: Option<domain::Purl>,
    /// Whether the lockfile says that it is for development.
    pub(crate) development: Option<bool>,
    /// What it asks for.
    pub(crate) wants: Vec<Wants<'t>>,
}

/// The one package of a document; none where what it is depends on other files.
pub(crate) fn alone<'t>(path: &str, tree: &'t Tree<'_>) -> Option<Alone<'t>> {
    let root = tree.root();
    let mut packages = root.get("package")?.entries();
    let package = Package::of(packages.next()?);
    let source = package.node.get("source").and_then(|source| source.text_at("type"));
    if packages.next().is_some() || root.entries().count() != 1 || source == Some("directory") {
        return None;
    }
    let mut gather = Gather::new(path);
    let version = package.version.map_or(Version::Missing, Version::Exact);
    let place = gather.place(package.line);
    gather.add(("pypi", None, package.name), version, Origin::Unstated, Scope::Unknown, place);
    Some(Alone {
        name: package.name,
        purl: crate::piecewise::exact(gather.finish()).next().map(|(purl, _)| purl),
        development: package.stated_scope().map(|scope| scope == Scope::Development),
        wants: package.wants(),
    })
}

/// What a package asks for.
pub(crate) struct Wants<'t> {
    pub(crate) name: &'t str,
    /// With which extras.
    pub(crate) extras: Vec<&'t str>,
    /// Only where one of these extras of its own is asked for; none: always.
    pub(crate) only_for: Option<Vec<&'t str>>,
}

/// One `[[package]]`.
struct Package<'t> {
    node: Node<'t>,
    name: &'t str,
    version: Option<&'t str>,
    line: u32,
}

impl<'t> Package<'t> {
    fn of(node: Node<'t>) -> Self {
        let name = node.get("name");
        Self {
            node,
            name: name.and_then(Node::text).unwrap_or_default(),
            version: node.text_at("version"),
            line: name.map_or(node.line(), Node::line),
        }
    }

    /// The scope that the lockfile itself gives.
    fn stated_scope(&self) -> Option<Scope> {
        let main = match (self.node.get("groups"), self.node.text_at("category")) {
            (Some(groups), _) => groups.entries().any(|g| g.text() == Some("main")),
            (None, Some(category)) => category == "main",
            (None, None) => return None,
        };
        Some(match main {
            true if self.node.is_true_at("optional") => Scope::Optional,
            true => Scope::Runtime,
            false => Scope::Development,
        })
    }

    /// What it asks for.
    fn wants(&self) -> Vec<Wants<'t>> {
        // Which extras of this package a dependency belongs to: `foo (>=1)` in `[package.extras]`.
        let mut of_extra: HashMap<String, Vec<&'t str>> = HashMap::new();
        for extra in self.node.get("extras").into_iter().flat_map(Node::entries) {
            for member in extra.entries().filter_map(Node::text) {
                let end = member
                    .find(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c)))
                    .unwrap_or(member.len());
                let name = member.get(..end).unwrap_or(member);
                of_extra.entry(pep508::normal(name)).or_default().push(extra.key());
            }
        }
        let mut out = Vec::new();
        for dependency in self.node.get("dependencies").into_iter().flat_map(Node::entries) {
            let first = if dependency.is_list() {
                dependency.entries().next().unwrap_or(dependency)
            } else {
                dependency
            };
            let only_for = first
                .is_true_at("optional")
                .then(|| of_extra.get(&pep508::normal(dependency.key())).cloned().unwrap_or_default());
            let extras = first.get("extras").into_iter().flat_map(Node::entries).filter_map(Node::text);
            out.push(Wants { name: dependency.key(), extras: extras.collect(), only_for });
        }
        out
    }

    fn origin(&self, folder: &str, files: &dyn Files) -> Origin {
        let Some(source) = self.node.get("source") else { return Origin::Unstated };
        let url = source.text_at("url").unwrap_or_default();
        let host = || address::host(url).unwrap_or_else(|| "an unnamed host".to_owned());
        match source.text_at("type") {
            Some("legacy") | None => Origin::Registry { host: host() },
            Some("git" | "hg" | "svn" | "bzr") => Origin::Git {
                host: host(),
                commit: source
                    .text_at("resolved_reference")
                    .filter(|r| address::is_commit(r))
                    .map(str::to_ascii_lowercase),
            },
            Some("directory") if pyproject_toml::is_project(files, folder, url) => Origin::Own,
            Some("directory" | "file") => Origin::Path,
            Some(_) => Origin::Archive { host: host() },
        }
    }
}

/// Who asks for whom, extras apart, with what `pyproject.toml` asks for as roots.
fn graph(packages: &[Package<'_>], by_name: &HashMap<String, Vec<u32>>, asked: &[Asked]) -> ExtrasGraph {
    let mut graph = ExtrasGraph::new(packages.len());
    let named = |name: &str| {
        let all = by_name.get(&pep508::normal(name)).map_or(&[][..], Vec::as_slice);
        all.get(..MOST_VARIANTS).unwrap_or(all)
    };
    for (number, package) in (0u32..).zip(packages) {
        for wants in package.wants() {
            let askers: Vec<u32> = match wants.only_for {
                Some(extras) => extras.iter().map(|extra| graph.extra(number, extra)).collect(),
                None => vec![number],
            };
            for asker in askers {
                for needed in named(wants.name) {
                    graph.ask(asker, *needed, wants.extras.iter().copied());
                }
            }
        }
    }
    for asked in asked.iter().filter(|a| !a.build_only) {
        for package in named(&asked.name) {
            graph.root(*package, asked.scope);
            for extra in &asked.extras {
                let node = graph.extra(*package, extra);
                graph.root(node, asked.scope);
            }
        }
    }
    graph
}
