//! The YAML format of berry: a key of descriptors, then a map.

use std::collections::HashSet;

use super::{Entry, Unreadable, npm};
use crate::{
    gather::Gather,
    tree::{Node, Tree},
};

pub(super) fn read(path: &str, bytes: &[u8], gather: &mut Gather) -> Result<Vec<Entry>, Unreadable> {
    let tree = Tree::yaml(path, bytes)?;
    gather.faults(tree.duplicate_faults(path));
    let mut entries = Vec::new();
    for node in tree.root().entries() {
        if node.key() == "__metadata" {
            continue;
        }
        let bad =
            |why: &str| Unreadable { path: path.to_owned(), line: Some(node.line()), why: why.to_owned() };
        let resolution = node.text_at("resolution").ok_or_else(|| bad("an entry has no resolution"))?;
        let mut entry = Entry {
            line: node.line(),
            version: node.get("version").and_then(Node::scalar).unwrap_or_default().to_owned(),
            ..Entry::default()
        };
        for descriptor in node.key().split(", ") {
            let (name, range) = npm::split_at(descriptor).unwrap_or((descriptor, ""));
            entry.descriptors.push((name.to_owned(), range.to_owned()));
        }
        resolve(&mut entry, resolution);
        let checksum = node.text_at("checksum");
        entry.checksum = checksum.map(|sum| sum.rsplit('/').next().unwrap_or(sum).to_owned());
        let meta = node.get("dependenciesMeta").into_iter().flat_map(Node::entries);
        let optional: HashSet<&str> =
            meta.filter(|meta| meta.is_true_at("optional")).map(Node::key).collect();
        for asked in node.get("dependencies").into_iter().flat_map(Node::entries) {
            let is_optional = optional.contains(asked.key());
            entry.asks.push((
                asked.key().to_owned(),
                asked.scalar().unwrap_or_default().to_owned(),
                is_optional,
            ));
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// Reads `resolution`: what the descriptors became. The first descriptor is set to it, because the
/// entry is named by what it is and not by what was asked.
fn resolve(entry: &mut Entry, resolution: &str) {
    let Some((name, reference)) = npm::split_at(resolution) else { return };
    if let Some(folder) = reference.strip_prefix("workspace:") {
        entry.member = Some(folder.to_owned());
        return;
    }
    let asked = entry.descriptors.first().map(|(asked, _)| asked.clone()).unwrap_or_default();
    let written = if let Some(reference) = reference.strip_prefix("npm:") {
        // `name@npm:1.0.0::__archiveUrl=https%3A%2F%2Fhost%2F…` names where it was taken from.
        if let Some((_, url)) = reference.split_once("::__archiveUrl=") {
            entry.resolved = Some(url.replace("%3A", ":").replace("%2F", "/"));
        }
        if name == asked { String::new() } else { format!("npm:{name}@") }
    } else if reference.starts_with("patch:") {
        // A patch of the package itself: the same component at the same version.
        String::new()
    } else {
        entry.resolved = Some(reference.to_owned());
        reference.to_owned()
    };
    if !written.is_empty() {
        entry.descriptors.insert(0, (asked, written));
    } else if let Some((_, range)) = entry.descriptors.first()
        && range.starts_with("patch:")
    {
        entry.descriptors.insert(0, (asked, String::new()));
    }
}
