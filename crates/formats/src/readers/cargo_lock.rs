//! `Cargo.lock`, versions 1 to 4: the exact crates of a Rust build.
//!
//! The lockfile does not say what is for development only; the manifests of the crates that the
//! repository itself builds do, so they are read beside it: `dev-` and `build-dependencies` are
//! development, `optional = true` optional, and the strongest of all paths wins. What a crate from
//! outside asks for cannot be told apart and counts as needed, and so does every crate that the
//! repository builds, even one that only another's build script uses. Without any manifest every scope is
//! unknown.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{Origin, Scope};

use super::cargo_toml;
use crate::{
    address,
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    reach,
    tree::{Node, Tree},
    tree_path,
};

/// Most manifests read for one lockfile. The largest workspaces in public have some hundreds.
const MOST_MANIFESTS: usize = 2_000;

/// Cargo's lockfile.
pub(super) struct CargoLock;

struct Package<'t> {
    name: &'t str,
    version: &'t str,
    source: Option<&'t str>,
    node: Node<'t>,
    /// Its number among the components, if it is one.
    component: Option<u32>,
}

/// What the manifests of the repository's own crates say.
#[derive(Default)]
struct Manifests {
    /// By crate name: what it asks for, strongest scope first.
    asked: BTreeMap<String, BTreeMap<String, Scope>>,
    paths: BTreeSet<String>,
}

impl Reader for CargoLock {
    fn name(&self) -> &'static str {
        "Cargo.lock"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        (tree_path::name(path) == "Cargo.lock").then_some(Role::Lockfile)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let tree = Tree::toml(path, bytes)?;
        let root = tree.root();
        let bad =
            |line, why: &str| Unreadable { path: path.to_owned(), line: Some(line), why: why.to_owned() };
        if root.get("package").is_none() && root.get("root").is_none() && root.get("version").is_none() {
            return Err(bad(1, "a Cargo.lock has a `version` or a list of packages; this has neither"));
        }
        if let Some(version) = root.get("version").and_then(Node::scalar)
            && !matches!(version, "1" | "2" | "3" | "4")
        {
            return Err(bad(1, "this version of Cargo.lock is not known; 1 to 4 are read"));
        }
        let mut packages = Vec::new();
        for node in
            root.get("root").into_iter().chain(root.get("package").into_iter().flat_map(Node::entries))
        {
            let (Some(name), Some(version)) = (node.text_at("name"), node.text_at("version")) else {
                return Err(bad(node.line(), "a package has no name or no version"));
            };
            packages.push(Package { name, version, source: node.text_at("source"), node, component: None });
        }
        let manifests = Manifests::around(path, &packages, files);
        let mut gather = Gather::new(path);
        gather.faults(tree.duplicate_faults(path));
        let sums = metadata_sums(root);
        for package in &mut packages {
            if package.source.is_some() || !manifests.owns(package.name) {
                package.component = add(&mut gather, package, &sums);
            }
        }
        connect(&mut gather, &packages, &manifests);
        for manifest in manifests.paths {
            gather.covers(manifest);
        }
        Ok(gather.finish())
    }
}

/// The checksums of versions 1 and 2: `"checksum NAME VERSION (SOURCE)"` to the hash.
fn metadata_sums(root: Node<'_>) -> HashMap<&str, &str> {
    let entries = root.get("metadata").into_iter().flat_map(Node::entries);
    entries.filter_map(|node| Some((node.key().strip_prefix("checksum ")?, node.text()?))).collect()
}

fn add(gather: &mut Gather, package: &Package<'_>, sums: &HashMap<&str, &str>) -> Option<u32> {
    let origin = match package.source {
        None => Origin::Path,
        Some(source) if source.starts_with("git+") => {
            Origin::Git { host: address::host(source).unwrap_or_default(), commit: address::commit(source) }
        }
        Some(source) => match address::host(source) {
            Some(host) => Origin::Registry { host },
            None => Origin::Unstated,
        },
    };
    let place = gather.place(package.node.get("name").map_or(1, Node::line));
    let named = ("cargo", None, package.name);
    let index = gather.add(named, Version::Exact(package.version), origin, Scope::Unknown, place)?;
    let full = || format!("{} {} ({})", package.name, package.version, package.source.unwrap_or_default());
    let sum = package.node.text_at("checksum").or_else(|| sums.get(full().as_str()).copied());
    if let Some(sum) = sum {
        gather.hash(index, "sha256", sum);
    }
    Some(index)
}

/// Edges, scopes and directness.
fn connect(gather: &mut Gather, packages: &[Package<'_>], manifests: &Manifests) {
    // A dependency is written as name, name and version, or both and the source, as far as needed.
    let mut names: HashMap<(&str, &str, &str), usize> = HashMap::new();
    for (number, package) in packages.iter().enumerate() {
        let source = package.source.unwrap_or_default();
        // The commit of a git source is not repeated in references of version 3 and later.
        let short = source.split_once('#').map_or(source, |(source, _)| source);
        for key in [("", ""), (package.version, ""), (package.version, source), (package.version, short)] {
            names.entry((package.name, key.0, key.1)).or_insert(number);
        }
    }
    let mut roots = Vec::new();
    let mut direct = vec![false; packages.len()];
    for package in packages {
        for written in package.node.get("dependencies").into_iter().flat_map(Node::entries) {
            let mut parts = written.text().unwrap_or_default().splitn(3, ' ');
            let mut next = || parts.next().unwrap_or_default();
            let (name, version) = (next(), next());
            let source = next().trim_start_matches('(').trim_end_matches(')');
            let Some(&to) = names.get(&(name, version, source)).or_else(|| names.get(&(name, version, "")))
            else {
                gather.fault(
                    "unresolved",
                    written.line(),
                    "a dependency names a package that is not in the file",
                );
                continue;
            };
            let Some(target) = packages.get(to).and_then(|package| package.component) else { continue };
            match package.component {
                Some(from) => gather.edge(from, target),
                None => {
                    if let Some(flag) = direct.get_mut(to) {
                        *flag = true;
                    }
                    roots.push((target, manifests.scope(package.name, name)));
                }
            }
        }
    }
    gather.spread_scopes(&roots, Scope::Unknown);
    for (package, direct) in packages.iter().zip(direct) {
        if let Some(index) = package.component {
            gather.direct(index, direct);
        }
    }
}

impl Manifests {
    /// The manifests below the lockfile whose crates have no source in it, and those they name by path.
    fn around(path: &str, packages: &[Package<'_>], files: &dyn Files) -> Self {
        let folder = tree_path::folder(path);
        let own: BTreeSet<&str> = packages.iter().filter(|p| p.source.is_none()).map(|p| p.name).collect();
        let below = |manifest: &&String| {
            tree_path::name(manifest) == "Cargo.toml"
                && (folder.is_empty()
                    || manifest.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
        };
        let mut open: Vec<String> =
            files.paths().iter().filter(below).take(MOST_MANIFESTS).cloned().collect();
        open.reverse();
        let mut seen: BTreeSet<String> = open.iter().cloned().collect();
        let mut manifests = Self::default();
        let beside = tree_path::join(folder, "Cargo.toml");
        while let Some(at) = open.pop() {
            let Some(bytes) = files.read(&at) else { continue };
            let Ok(tree) = Tree::toml(&at, &bytes) else { continue };
            let root = tree.root();
            let name = root.get("package").and_then(|package| package.text_at("name"));
            if at == beside && root.get("workspace").is_some() {
                manifests.paths.insert(at.clone());
            }
            let Some(name) = name.filter(|name| own.contains(name)) else { continue };
            let above = cargo_toml::workspace_of(&at, root, files);
            let above =
                above.as_ref().and_then(|(at, bytes)| Some((at.as_str(), Tree::toml(at, bytes).ok()?)));
            let inherited = above.as_ref().map(|(at, tree)| (*at, tree.root()));
            let asked = manifests.asked.entry(name.to_owned()).or_default();
            for wanted in cargo_toml::asked(&at, root, inherited) {
                let scope = asked.entry(wanted.name.to_owned()).or_insert(wanted.scope);
                *scope = reach::stronger(*scope, wanted.scope);
                if let Some(path) = wanted.path()
                    && seen.len() < MOST_MANIFESTS
                    && seen.insert(path.clone())
                {
                    open.push(path);
                }
            }
            manifests.paths.insert(at);
        }
        manifests
    }

    /// Whether a crate without a source is the repository's own: a manifest of the tree has its name,
    /// or there is no manifest to ask.
    fn owns(&self, name: &str) -> bool {
        self.asked.is_empty() || self.asked.contains_key(name)
    }

    fn scope(&self, asker: &str, asked: &str) -> Scope {
        self.asked.get(asker).and_then(|asked_by| asked_by.get(asked)).copied().unwrap_or(Scope::Unknown)
    }
}
