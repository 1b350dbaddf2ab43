//! Gradle's version catalogue (`*.versions.toml`): names and versions that build files pick from.
//!
//! It says what may be used, not what for: the scope is unknown, and plugins are development.

use std::collections::HashMap;

use domain::{Origin, Scope};
use versions::Scheme;

use crate::{
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    tree::{Node, Tree},
    tree_path,
};

/// Reads version catalogues.
pub(crate) struct VersionCatalogue;

impl Reader for VersionCatalogue {
    fn name(&self) -> &'static str {
        "libs.versions.toml"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        tree_path::name(path).ends_with(".versions.toml").then_some(Role::Manifest)
    }

    fn read(&self, path: &str, bytes: &[u8], _files: &dyn Files) -> Result<Inventory, Unreadable> {
        let tree = Tree::toml(path, bytes)?;
        let mut gather = Gather::new(path);
        for entry in entries(tree.root()) {
            let place = gather.place(entry.line);
            let scope = if entry.plugin { Scope::Development } else { Scope::Unknown };
            let name = ("maven", Some(entry.group.as_str()), entry.name.as_str());
            let wanted = entry.version.as_deref().map(Wanted::of);
            let version = wanted.as_ref().map_or(Version::Missing, Wanted::version);
            if let Some(index) = gather.add(name, version, Origin::Unstated, scope, place) {
                gather.direct(index, true);
            }
        }
        Ok(gather.finish())
    }
}

/// A version as Gradle writes it: exact, unless it is a range (`[1.0,2.0[`), a prefix (`1.+`) or
/// `latest.…` (Gradle's manual, "Declaring versions and ranges").
pub(super) struct Wanted {
    written: String,
    /// The Maven range it means, where it is one.
    meant: Option<String>,
}

impl Wanted {
    pub(super) fn of(text: &str) -> Self {
        let written = text.trim().trim_end_matches("!!").to_owned();
        let meant = if let Some(prefix) = written.strip_suffix('+') {
            let prefix = prefix.trim_end_matches('.');
            Some(if prefix.is_empty() { "[0,)".to_owned() } else { format!("[{prefix},)") })
        } else if written.contains(',') || written.starts_with(['[', '(', ']']) {
            // Gradle also writes an open end as the bracket turned outwards.
            let start = written.strip_prefix(']').map_or_else(|| written.clone(), |rest| format!("({rest}"));
            Some(start.strip_suffix('[').map_or_else(|| start.clone(), |rest| format!("{rest})")))
        } else {
            None
        };
        Self { written, meant }
    }

    pub(super) fn version(&self) -> Version<'_> {
        match &self.meant {
            Some(meant) => Version::Meant(Scheme::Maven, meant, &self.written),
            None if self.written.is_empty() || self.written.starts_with("latest.") => Version::Missing,
            None => Version::Exact(&self.written),
        }
    }
}

/// One line of a catalogue.
pub(super) struct Entry {
    /// Alias as build files write it: dots for dashes and underscores.
    pub(super) alias: String,
    pub(super) group: String,
    pub(super) name: String,
    pub(super) version: Option<String>,
    pub(super) plugin: bool,
    line: u32,
}

/// All libraries and plugins.
pub(super) fn entries(root: Node<'_>) -> Vec<Entry> {
    let table = |name: &str| root.get(name).into_iter().flat_map(Node::entries);
    let versions: HashMap<&str, String> = table("versions").filter_map(|v| Some((v.key(), of(v)?))).collect();
    let version_of = |node: Node<'_>| -> Option<String> {
        let version = node.get("version")?;
        match version.text_at("ref") {
            Some(reference) => versions.get(reference).cloned(),
            None => of(version),
        }
    };
    let alias = |key: &str| key.replace(['-', '_'], ".");
    let mut out = Vec::new();
    for library in table("libraries") {
        let coordinates = library.text().or_else(|| library.text_at("module")).unwrap_or_default();
        let mut parts = coordinates.split(':');
        let group = parts.next().filter(|g| !g.is_empty()).or_else(|| library.text_at("group"));
        let name = parts.next().or_else(|| library.text_at("name"));
        let (Some(group), Some(name)) = (group, name) else { continue };
        out.push(Entry {
            alias: alias(library.key()),
            group: group.to_owned(),
            name: name.to_owned(),
            version: parts.next().map(str::to_owned).or_else(|| version_of(library)),
            plugin: false,
            line: library.line(),
        });
    }
    for plugin in table("plugins") {
        let (id, inline) = match plugin.text() {
            Some(text) => text.split_once(':').map_or((text, None), |(id, version)| (id, Some(version))),
            None => (plugin.text_at("id").unwrap_or_default(), None),
        };
        if id.is_empty() {
            continue;
        }
        out.push(Entry {
            alias: alias(plugin.key()),
            group: id.to_owned(),
            name: format!("{id}.gradle.plugin"),
            version: inline.map(str::to_owned).or_else(|| version_of(plugin)),
            plugin: true,
            line: plugin.line(),
        });
    }
    out
}

/// A version, plain or rich (`strictly` before `require` before `prefer`).
fn of(node: Node<'_>) -> Option<String> {
    let rich = || ["strictly", "require", "prefer"].iter().find_map(|key| node.text_at(key));
    node.text().or_else(rich).map(str::to_owned)
}
