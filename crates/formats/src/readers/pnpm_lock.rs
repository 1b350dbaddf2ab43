//! `pnpm-lock.yaml`, lockfile versions 5, 6, 7 and 9.
//!
//! Scopes are carried from the importers (the packages of the workspace) along the graph, for every
//! version alike; versions 5 and 6 also mark development packages, and the referee reads those marks
//! instead. Peer suffixes (`(react@18.0.0)`, `_react@18.0.0`) tell installations apart, not packages,
//! and are dropped.

use std::collections::HashMap;

use domain::{Origin, Scope};

use super::npm;
use crate::{
    address,
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    tree::{Node, Tree},
    tree_path,
};

/// pnpm's lockfile.
pub(super) struct PnpmLock;

const TABLES: [(&str, Scope); 3] = [
    ("dependencies", Scope::Runtime),
    ("optionalDependencies", Scope::Optional),
    ("devDependencies", Scope::Development),
];

impl Reader for PnpmLock {
    fn name(&self) -> &'static str {
        "pnpm-lock.yaml"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        (tree_path::name(path) == "pnpm-lock.yaml").then_some(Role::Lockfile)
    }

    fn read(&self, path: &str, bytes: &[u8], _files: &dyn Files) -> Result<Inventory, Unreadable> {
        let tree = Tree::yaml(path, bytes)?;
        let root = tree.root();
        let bad =
            |line, why: &str| Unreadable { path: path.to_owned(), line: Some(line), why: why.to_owned() };
        let written = root.get("lockfileVersion").and_then(Node::scalar);
        let written = written.ok_or_else(|| bad(1, "there is no lockfileVersion"))?;
        let major = written.split('.').next().and_then(|major| major.parse::<u32>().ok());
        let Some(major @ 5..=9) = major else {
            return Err(bad(1, "this lockfileVersion is not known; 5 to 9 are read"));
        };
        let mut gather = Gather::new(path);
        gather.faults(tree.duplicate_faults(path));
        let mut by_key: HashMap<&str, u32> = HashMap::new();
        for node in root.get("packages").into_iter().flat_map(Node::entries) {
            if let Some(index) = add(&mut gather, major, node) {
                by_key.insert(node.key(), index);
            }
        }
        // Version 9 keeps what is asked for apart from what it is, by the key with its peers.
        let graph = root.get("snapshots").or_else(|| root.get("packages"));
        for node in graph.into_iter().flat_map(Node::entries) {
            let plain = node.key().split('(').next().unwrap_or_default();
            if let Some(index) = by_key.get(plain).copied() {
                by_key.entry(node.key()).or_insert(index);
            }
        }
        let mut optional = Vec::new();
        for node in graph.into_iter().flat_map(Node::entries) {
            let Some(from) = by_key.get(node.key()).copied() else { continue };
            for (table, is_optional) in [("dependencies", false), ("optionalDependencies", true)] {
                for asked in node.get(table).into_iter().flat_map(Node::entries) {
                    let Some(to) = asked.scalar().and_then(|version| find(&by_key, asked.key(), version))
                    else {
                        continue;
                    };
                    gather.edge(from, to);
                    if is_optional {
                        optional.push((from, to));
                    }
                }
            }
        }
        let roots = importers(path, root, &mut gather, &by_key);
        npm::spread(&mut gather, &optional, &roots);
        for index in 0..u32::try_from(gather.count()).unwrap_or(u32::MAX) {
            gather.direct(index, false);
        }
        for (index, _) in roots {
            gather.direct(index, true);
        }
        Ok(gather.finish())
    }
}

/// What the workspace's packages ask for; notes their manifests as covered.
fn importers(
    path: &str,
    root: Node<'_>,
    gather: &mut Gather,
    by_key: &HashMap<&str, u32>,
) -> Vec<(u32, Scope)> {
    let folder = tree_path::folder(path);
    let mut roots = Vec::new();
    let listed = root.get("importers");
    let importers: Vec<(&str, Node<'_>)> = match listed {
        Some(list) => list.entries().map(|node| (node.key(), node)).collect(),
        None => vec![(".", root)],
    };
    for (place, importer) in importers {
        if let Some(place) = tree_path::resolve(folder, place) {
            gather.covers(tree_path::join(&place, "package.json"));
        }
        for (table, scope) in TABLES {
            for asked in importer.get(table).into_iter().flat_map(Node::entries) {
                let version = asked.scalar().or_else(|| asked.get("version")?.scalar()).unwrap_or_default();
                if let Some(index) = find(by_key, asked.key(), version) {
                    roots.push((index, scope));
                } else if let Some(target) = version.strip_prefix("link:")
                    && tree_path::resolve(&tree_path::resolve(folder, place).unwrap_or_default(), target)
                        .is_none()
                {
                    let place = gather.place(asked.line());
                    let linked =
                        gather.add(npm::named(asked.key()), Version::Missing, Origin::Path, scope, place);
                    roots.extend(linked.map(|index| (index, scope)));
                }
            }
        }
    }
    roots
}

/// Adds one entry of `packages`.
fn add(gather: &mut Gather, major: u32, node: Node<'_>) -> Option<u32> {
    let (mut name, mut version) = parse_key(major, node.key())?;
    name = node.text_at("name").unwrap_or(name);
    let resolution = node.get("resolution");
    let at = |key| resolution.and_then(|resolution| resolution.text_at(key));
    let tarball = at("tarball").unwrap_or_default();
    let elsewhere = version.contains([':', '/']) || !version.starts_with(|c: char| c.is_ascii_digit());
    let origin = if let (Some("git"), repository) = (at("type"), at("repo")) {
        let commit = at("commit").filter(|commit| address::is_commit(commit)).map(str::to_owned);
        Origin::Git { host: repository.and_then(address::host).unwrap_or_default(), commit }
    } else if at("directory").is_some() || version.starts_with("file:") || tarball.starts_with("file:") {
        Origin::Path
    } else if elsewhere || node.text_at("name").is_some() {
        let address = if tarball.is_empty() { version } else { tarball };
        let host = address::host(address).unwrap_or_default();
        // A forge serves a commit as an archive named by it.
        match address.rsplit('/').next().filter(|last| address::is_commit(last)) {
            Some(commit) => Origin::Git { host, commit: Some(commit.to_owned()) },
            None => Origin::Archive { host },
        }
    } else {
        address::host(tarball).map_or(Origin::Unstated, |host| Origin::Registry { host })
    };
    if elsewhere {
        version = "";
    }
    version = node.get("version").and_then(Node::scalar).unwrap_or(version);
    let exact = if version.is_empty() { Version::Missing } else { Version::Exact(version) };
    let place = gather.place(node.line());
    let index = gather.add(npm::named(name), exact, origin, Scope::Unknown, place)?;
    for hash in at("integrity").map(address::integrity).unwrap_or_default() {
        gather.hash(index, &hash.algorithm, &hash.value);
    }
    // Version 9 leaves it to the package itself.
    if major < 9 {
        gather.component(index).install_script = Some(node.is_true_at("requiresBuild"));
    }
    Some(index)
}

/// Name and version of a key: `/name/1.0.0_peers` (5), `/name@1.0.0(peers)` (6), `name@1.0.0` (9); a
/// registry's host may stand before the first `/`.
fn parse_key(major: u32, key: &str) -> Option<(&str, &str)> {
    let plain = key.split('(').next()?;
    let own = match plain.strip_prefix('/') {
        Some(own) => own,
        None if major >= 9 => plain,
        // A host before the name; anything that is no `host/name` stays whole.
        None => match plain.split_once('/') {
            Some((host, own)) if host.contains('.') && !own.is_empty() && !host.contains('@') => own,
            _ => plain,
        },
    };
    if major == 5 {
        let (name, version) = own.rsplit_once('/')?;
        return Some((name, version.split('_').next().unwrap_or(version)));
    }
    npm::split_at(own)
}

/// The package that a name and the version written beside it stand for.
fn find(by_key: &HashMap<&str, u32>, name: &str, version: &str) -> Option<u32> {
    if version.is_empty() || version.len() > 4096 || version.starts_with("link:") {
        return None;
    }
    let plain = version.split('(').next().unwrap_or(version);
    for version in [version, plain] {
        let candidates = [
            format!("{name}@{version}"),
            format!("/{name}@{version}"),
            format!("/{name}/{version}"),
            version.to_owned(),
            format!("/{version}"),
        ];
        if let Some(found) = candidates.iter().find_map(|key| by_key.get(key.as_str())) {
            return Some(*found);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_every_version() {
        for (major, key, expected) in [
            (5, "/a/1.0.0", ("a", "1.0.0")),
            (5, "/@s/a/1.0.0_b@2.0.0+c@3.0.0", ("@s/a", "1.0.0")),
            (5, "registry.example/@s/a/1.0.0", ("@s/a", "1.0.0")),
            (6, "/a@1.0.0(b@2.0.0)", ("a", "1.0.0")),
            (6, "registry.example/a@1.0.0", ("a", "1.0.0")),
            (9, "@s/a@1.0.0(b@2.0.0)(c@3.0.0)", ("@s/a", "1.0.0")),
            (9, "a@file:../a", ("a", "file:../a")),
        ] {
            assert_eq!(parse_key(major, key), Some(expected), "{key}");
        }
    }
}
