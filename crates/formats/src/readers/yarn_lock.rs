//! `yarn.lock`, of classic yarn (version 1) and of berry (YAML, versions 4 and later).
//!
//! Neither says what is for development: the package.json files of the workspace do, and scopes are
//! carried from there along the graph. A requirement is found by its descriptor (`name@range`); one
//! that a `resolutions` entry rewrote is found by its name alone.

use std::collections::HashMap;

use domain::{Origin, Scope};

use super::npm::{self, Target};
use crate::{
    address,
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    text, tree_path,
};

mod berry;
mod classic;

/// Most entries tried for a requirement that only its name can find.
const MOST_BY_NAME: usize = 16;

/// yarn's lockfile.
pub(super) struct YarnLock;

/// One entry: what was asked for, and what it became.
#[derive(Default)]
pub(crate) struct Entry {
    line: u32,
    /// Name and range of each requirement it answers.
    pub(crate) descriptors: Vec<(String, String)>,
    version: String,
    resolved: Option<String>,
    integrity: Option<String>,
    /// berry's own checksum, in hexadecimal.
    checksum: Option<String>,
    /// Name, range, whether optional.
    pub(crate) asks: Vec<(String, String, bool)>,
    /// For a member of the workspace: its folder relative to the lockfile.
    member: Option<String>,
}

impl Reader for YarnLock {
    fn name(&self) -> &'static str {
        "yarn.lock"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        (tree_path::name(path) == "yarn.lock").then_some(Role::Lockfile)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let text = text::utf8(path, bytes)?;
        let mut gather = Gather::new(path);
        let is_berry = text.lines().any(|line| line.starts_with("__metadata:"));
        let entries =
            if is_berry { berry::read(path, bytes, &mut gather)? } else { classic::read(path, text)? };
        let folder = tree_path::folder(path);
        let manifests = if is_berry {
            let members = entries.iter().filter_map(|entry| entry.member.as_deref());
            members
                .filter_map(|member| npm::Manifest::of(&tree_path::resolve(folder, member)?, files))
                .collect()
        } else {
            npm::manifests_beside(path, files)
        };
        let components: Vec<Option<u32>> = entries.iter().map(|entry| add(&mut gather, entry)).collect();
        let index = Index::of(&entries);
        let mut optional = Vec::new();
        for (entry, from) in entries.iter().zip(&components) {
            let Some(from) = *from else { continue };
            for (name, range, is_optional) in &entry.asks {
                for to in index.find(name, range).into_iter().filter_map(|found| *components.get(found)?) {
                    gather.edge(from, to);
                    if *is_optional {
                        optional.push((from, to));
                    }
                }
            }
        }
        let mut roots = Vec::new();
        for manifest in &manifests {
            gather.covers(manifest.path());
            let Some(tree) = manifest.tree() else { continue };
            for asked in npm::asked(tree.root()) {
                let found = index.find(asked.name, asked.requirement);
                roots.extend(found.into_iter().filter_map(|n| Some(((*components.get(n)?)?, asked.scope))));
            }
        }
        npm::spread(&mut gather, &optional, &roots);
        if !manifests.is_empty() {
            for index in 0..u32::try_from(gather.count()).unwrap_or(u32::MAX) {
                gather.direct(index, false);
            }
            for (index, _) in roots {
                gather.direct(index, true);
            }
        }
        Ok(gather.finish())
    }
}

/// An entry of a classic lockfile that stands alone, and the component that it makes.
pub(crate) fn alone(path: &str, text: &str) -> Option<(Entry, Inventory)> {
    let mut entries = classic::read(path, text).ok()?;
    let entry = entries.pop().filter(|_| entries.is_empty())?;
    let mut gather = Gather::new(path);
    add(&mut gather, &entry);
    Some((entry, gather.finish()))
}

fn add(gather: &mut Gather, entry: &Entry) -> Option<u32> {
    if entry.member.is_some() {
        return None;
    }
    let (name, range) = entry.descriptors.first()?;
    let resolved = entry.resolved.as_deref().unwrap_or_default();
    let (name, origin) = match npm::target(range) {
        Target::Alias(real, _) => (real, None),
        Target::Elsewhere(Origin::Git { host, commit }) => {
            let last = resolved.rsplit('/').next().filter(|last| address::is_commit(last));
            let commit = commit.or_else(|| address::commit(resolved)).or_else(|| last.map(str::to_owned));
            (name.as_str(), Some(Origin::Git { host, commit }))
        }
        Target::Elsewhere(origin) => (name.as_str(), Some(origin)),
        _ => (name.as_str(), None),
    };
    let origin = origin
        .or_else(|| Some(Origin::Registry { host: address::host(resolved)? }))
        .unwrap_or(Origin::Unstated);
    let version = if entry.version.is_empty() { Version::Missing } else { Version::Exact(&entry.version) };
    let place = gather.place(entry.line);
    let index = gather.add(npm::named(name), version, origin, Scope::Unknown, place)?;
    for hash in entry.integrity.as_deref().map(address::integrity).unwrap_or_default() {
        gather.hash(index, &hash.algorithm, &hash.value);
    }
    if let Some((_, sum)) = resolved.rsplit_once('#')
        && sum.len() == 40
        && !matches!(gather.component(index).origin, Origin::Git { .. })
    {
        gather.hash(index, "sha1", sum);
    }
    // berry hashes the archive it builds itself, not the one the registry serves.
    if let Some(sum) = &entry.checksum {
        gather.hash(index, "yarnsha512", sum);
    }
    Some(index)
}

/// Entries by what they answer.
struct Index<'e> {
    by_descriptor: HashMap<(&'e str, &'e str), usize>,
    by_name: HashMap<&'e str, Vec<usize>>,
}

impl<'e> Index<'e> {
    fn of(entries: &'e [Entry]) -> Self {
        let (mut by_descriptor, mut by_name) = (HashMap::new(), HashMap::<&str, Vec<usize>>::new());
        for (number, entry) in entries.iter().enumerate() {
            for (name, range) in &entry.descriptors {
                by_descriptor.insert((name.as_str(), range.as_str()), number);
                // berry writes `npm:` before a range, older lockfiles and manifests do not.
                if let Some(range) = range.strip_prefix("npm:") {
                    by_descriptor.insert((name.as_str(), range), number);
                }
            }
            if let Some((name, _)) = entry.descriptors.first() {
                let same = by_name.entry(name.as_str()).or_default();
                if same.len() < MOST_BY_NAME {
                    same.push(number);
                }
            }
        }
        Self { by_descriptor, by_name }
    }

    fn find(&self, name: &str, range: &str) -> Vec<usize> {
        let plain = range.strip_prefix("npm:").unwrap_or(range);
        let exact = self.by_descriptor.get(&(name, range)).or_else(|| self.by_descriptor.get(&(name, plain)));
        match exact {
            Some(found) => vec![*found],
            None => self.by_name.get(name).cloned().unwrap_or_default(),
        }
    }
}
