//! Compose files: the images that services run.
//!
//! A service that is built here names its own image, which is no component. Variables have the
//! defaults written in the file; an `.env` beside it may hold secrets and is not opened. Whether a
//! compose file is for production or for a desk is not told: the scope is unknown.

use domain::Scope;

use super::image;
use crate::{
    gather::Gather,
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    tree::{Node, Tree},
    tree_path,
};

/// A compose file.
pub(super) struct Compose;

impl Reader for Compose {
    fn name(&self) -> &'static str {
        "compose.yaml"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        let name = tree_path::name(path).to_ascii_lowercase();
        let stem = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml"))?;
        let starts = ["compose", "docker-compose", "podman-compose"].iter().any(|start| {
            stem.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
        });
        starts.then_some(Role::Pins)
    }

    fn read(&self, path: &str, bytes: &[u8], _files: &dyn Files) -> Result<Inventory, Unreadable> {
        let tree = Tree::yaml(path, bytes)?;
        let mut gather = Gather::new(path);
        gather.faults(tree.duplicate_faults(path));
        for service in tree.root().get("services").into_iter().flat_map(Node::entries) {
            let Some(named) = inherited(service, "image") else { continue };
            if inherited(service, "build").is_some() {
                continue;
            }
            if let Some(text) = named.scalar() {
                image::add(&mut gather, &image::substitute(text, &|_| None), Scope::Unknown, named.line());
            }
        }
        Ok(gather.finish())
    }
}

/// A field of a service, its own or merged in with `<<`.
fn inherited<'t>(service: Node<'t>, key: &str) -> Option<Node<'t>> {
    let merged = || {
        let merge = service.get("<<")?;
        merge.get(key).or_else(|| merge.entries().find_map(|one| one.get(key)))
    };
    service.get(key).or_else(merged)
}
