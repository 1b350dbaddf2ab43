//! `package-lock.json` and `npm-shrinkwrap.json`, lockfile versions 1, 2 and 3.
//!
//! npm marks development and optional packages itself, over all paths, and those marks are taken.
//! Version 1 nests packages inside each other and knows no root; it is flattened to the paths that
//! versions 2 and 3 use, and the package.json beside it tells what is direct. A package at several
//! paths in one version is one component with several lines.

use std::collections::HashMap;

use domain::{Origin, Scope};

use super::npm::{self, Target};
use crate::{
    address,
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    tree::{Node, Tree},
    tree_path,
};

/// The longest path of a package, in bytes. npm's own limit on a name is 214.
const LONGEST_PATH: usize = 2048;

/// Most steps from a package towards the root when a name is looked up.
const MOST_STEPS: usize = 64;

/// npm's lockfile.
pub(super) struct PackageLock;

/// One package at one path.
struct Entry<'t> {
    path: String,
    node: Node<'t>,
    /// Its number among the components; none for the repository's own.
    component: Option<u32>,
    /// For a link: the path it stands for.
    target: Option<&'t str>,
}

impl Reader for PackageLock {
    fn name(&self) -> &'static str {
        "package-lock.json"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        matches!(tree_path::name(path), "package-lock.json" | "npm-shrinkwrap.json").then_some(Role::Lockfile)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let tree = Tree::json(path, bytes)?;
        let root = tree.root();
        let bad =
            |line, why: &str| Unreadable { path: path.to_owned(), line: Some(line), why: why.to_owned() };
        if !root.is_map() {
            return Err(bad(1, "a package-lock.json is an object"));
        }
        let version = root.get("lockfileVersion").and_then(Node::scalar);
        let mut gather = Gather::new(path);
        gather.faults(tree.duplicate_faults(path));
        let nested = matches!(version, Some("1") | None);
        let mut lock = Lock { gather, nested, entries: Vec::new() };
        match (version, root.get("packages")) {
            (Some("2" | "3"), Some(packages)) if packages.is_map() => lock.flat(path, packages)?,
            (Some("2" | "3"), Some(packages)) => return Err(bad(packages.line(), "`packages` is no object")),
            (Some("2" | "3"), None) if root.get("dependencies").is_some() => {
                return Err(bad(1, "lockfileVersion 2 or 3 needs `packages`, which is missing"));
            }
            (Some("2" | "3"), None) => {}
            (Some("1") | None, None) => lock.nested(path, root, files)?,
            (None, Some(_)) => return Err(bad(1, "there is no lockfileVersion")),
            _ => return Err(bad(1, "this lockfileVersion is not known; 1, 2 and 3 are read")),
        }
        lock.connect(path, files);
        Ok(lock.gather.finish())
    }
}

struct Lock<'t> {
    gather: Gather,
    /// Version 1.
    nested: bool,
    entries: Vec<Entry<'t>>,
}

impl<'t> Lock<'t> {
    /// Versions 2 and 3: `packages`, by path.
    fn flat(&mut self, path: &str, packages: Node<'t>) -> Result<(), Unreadable> {
        let root = packages.get("");
        let patterns = root.map(npm::workspaces).unwrap_or_default();
        let links: HashMap<&str, &str> = packages
            .entries()
            .filter(|node| node.is_true_at("link"))
            .filter_map(|node| Some((node.text_at("resolved")?, node.key())))
            .collect();
        for node in packages.entries() {
            let at = node.key();
            self.check(path, at, node)?;
            if node.is_true_at("link") {
                let target = node.text_at("resolved");
                self.entries.push(Entry { path: at.to_owned(), node, component: None, target });
                continue;
            }
            let installed = at.rsplit_once("node_modules/").map(|(_, name)| name);
            let component = match installed {
                Some(name) => {
                    let real = node.text_at("name").unwrap_or(name);
                    let origin = origin(node.text_at("resolved"));
                    self.add(node, real, node.text_at("version"), origin)
                }
                None => {
                    let folder = tree_path::folder(path);
                    if let Some(place) = tree_path::resolve(folder, at) {
                        self.gather.covers(tree_path::join(&place, "package.json"));
                    }
                    let member = at.is_empty() || npm::fits(&patterns, at);
                    let linked =
                        links.get(at).map(|link| link.rsplit_once("node_modules/").map_or(*link, |(_, n)| n));
                    match (member, node.text_at("name").or(linked)) {
                        (false, Some(name)) => self.add(node, name, node.text_at("version"), Origin::Path),
                        _ => None,
                    }
                }
            };
            self.entries.push(Entry { path: at.to_owned(), node, component, target: None });
        }
        Ok(())
    }

    /// Version 1: `dependencies` inside `dependencies`.
    fn nested(&mut self, path: &str, root: Node<'t>, files: &dyn Files) -> Result<(), Unreadable> {
        let manifest = tree_path::join(tree_path::folder(path), "package.json");
        if files.read(&manifest).is_some() {
            self.gather.covers(manifest);
        }
        let mut open: Vec<(String, Node<'t>)> = vec![(String::new(), root)];
        while let Some((above, parent)) = open.pop() {
            for node in parent.get("dependencies").into_iter().flat_map(Node::entries) {
                let name = node.key();
                let at = tree_path::join(&above, &format!("node_modules/{name}"));
                self.check(path, &at, node)?;
                let version = node.text_at("version").unwrap_or_default();
                let (real, version, mut from) = match npm::target(version) {
                    Target::Alias(real, version) => (real, version, Origin::Unstated),
                    Target::Elsewhere(origin) => (name, "", origin),
                    _ => (name, version, Origin::Unstated),
                };
                if from == Origin::Unstated {
                    from = origin(node.text_at("resolved"));
                }
                let component = self.add(node, real, Some(version).filter(|v| !v.is_empty()), from);
                open.push((at.clone(), node));
                self.entries.push(Entry { path: at, node, component, target: None });
            }
        }
        Ok(())
    }

    fn check(&self, path: &str, at: &str, node: Node<'_>) -> Result<(), Unreadable> {
        let why = if !node.is_map() {
            "a package is no object"
        } else if at.len() > LONGEST_PATH {
            "the path of a package is longer than 2,048 characters"
        } else {
            return Ok(());
        };
        Err(Unreadable { path: path.to_owned(), line: Some(node.line()), why: why.to_owned() })
    }

    fn add(&mut self, node: Node<'_>, name: &str, version: Option<&str>, origin: Origin) -> Option<u32> {
        let place = self.gather.place(node.line());
        let exact = version.map_or(Version::Missing, Version::Exact);
        let index = self.gather.add(npm::named(name), exact, origin, scope(node), place)?;
        for hash in node.text_at("integrity").map(address::integrity).unwrap_or_default() {
            self.gather.hash(index, &hash.algorithm, &hash.value);
        }
        let component = self.gather.component(index);
        let licence = node.get("license");
        component.licence = licence.and_then(|l| l.text().or_else(|| l.text_at("type"))).map(str::to_owned);
        // Versions 2 and 3 record scripts where there are any; version 1 does not.
        let script = node.get("hasInstallScript").and_then(Node::bool);
        component.install_script = script.or((!self.nested).then_some(false));
        Some(index)
    }

    /// Edges, and which packages the repository itself asks for.
    fn connect(&mut self, path: &str, files: &dyn Files) {
        let by_path: HashMap<&str, usize> =
            self.entries.iter().enumerate().map(|(number, entry)| (entry.path.as_str(), number)).collect();
        let component_at = |found: usize| {
            let entry = self.entries.get(found)?;
            match entry.target {
                Some(target) => self.entries.get(*by_path.get(target)?)?.component,
                None => entry.component,
            }
        };
        let (mut edges, mut direct, mut archives) = (Vec::new(), Vec::new(), Vec::new());
        for entry in &self.entries {
            if entry.target.is_some() {
                continue;
            }
            for asked in asked(entry.node, self.nested, entry.component.is_none()) {
                let Some(to) = find(&entry.path, asked.key(), &by_path).and_then(component_at) else {
                    continue;
                };
                let target = npm::target(asked.text().unwrap_or_default());
                if let Target::Elsewhere(origin @ Origin::Archive { .. }) = target {
                    archives.push((to, origin));
                }
                match entry.component {
                    Some(from) => edges.push((from, to)),
                    None => direct.push(to),
                }
            }
        }
        let mut told = !self.nested;
        if self.nested
            && let Some(manifest) = npm::Manifest::of(tree_path::folder(path), files)
            && let Some(tree) = manifest.tree()
        {
            told = true;
            let found =
                npm::asked(tree.root()).into_iter().filter_map(|asked| find("", asked.name, &by_path));
            direct.extend(found.filter_map(component_at));
        }
        for (from, to) in edges {
            self.gather.edge(from, to);
        }
        for (index, origin) in archives {
            let component = self.gather.component(index);
            if component.origin != origin {
                component.origin = origin;
                self.gather.fault_of(
                    "archive-dependency",
                    index,
                    "asked for by the address of an archive, not from a registry",
                );
            }
        }
        if told {
            for index in 0..u32::try_from(self.gather.count()).unwrap_or(u32::MAX) {
                self.gather.direct(index, false);
            }
            for index in direct {
                self.gather.direct(index, true);
            }
        }
    }
}

/// What npm itself marked. An optional part of development is development; what both a development
/// and an optional runtime package need is optional.
fn scope(node: Node<'_>) -> Scope {
    if node.is_true_at("dev") {
        Scope::Development
    } else if node.is_true_at("optional") || node.is_true_at("devOptional") {
        Scope::Optional
    } else {
        Scope::Runtime
    }
}

/// Where a `resolved` address points to.
fn origin(resolved: Option<&str>) -> Origin {
    let Some(resolved) = resolved else { return Origin::Unstated };
    match npm::target(resolved) {
        // An address ending in an archive is how a registry is written too; npm's registries, and
        // those that speak its protocol, keep archives below the package's name.
        Target::Elsewhere(Origin::Archive { host }) if !host.is_empty() => Origin::Registry { host },
        Target::Elsewhere(origin) => origin,
        _ => Origin::Unstated,
    }
}

/// What a package asks for, by name; for development only the repository's own.
fn asked(node: Node<'_>, nested: bool, own: bool) -> impl Iterator<Item = Node<'_>> {
    let tables: &[&str] = match (nested, own) {
        (true, _) => &["requires"],
        (false, false) => &["dependencies", "optionalDependencies", "peerDependencies"],
        (false, true) => &["dependencies", "optionalDependencies", "peerDependencies", "devDependencies"],
    };
    tables.iter().flat_map(move |table| node.get(table)).flat_map(Node::entries)
}

/// Node's own lookup: `node_modules/NAME` in the package's folder, then in each folder above.
fn find(from: &str, name: &str, by_path: &HashMap<&str, usize>) -> Option<usize> {
    let mut folder = from;
    let mut wanted = String::with_capacity(from.len() + name.len() + 14);
    for _ in 0..MOST_STEPS {
        if tree_path::name(folder) != "node_modules" {
            wanted.clear();
            wanted.push_str(folder);
            wanted.push_str(if folder.is_empty() { "node_modules/" } else { "/node_modules/" });
            wanted.push_str(name);
            if let Some(found) = by_path.get(wanted.as_str()) {
                return Some(*found);
            }
        }
        if folder.is_empty() {
            return None;
        }
        folder = tree_path::folder(folder);
    }
    None
}
