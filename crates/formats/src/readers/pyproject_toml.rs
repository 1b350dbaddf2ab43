//! `pyproject.toml`: what a Python project asks for, in every dialect in wide use.
//!
//! Read: `[project]` (PEP 621), `[dependency-groups]` (PEP 735), `[build-system]` (PEP 518), and
//! the tables of Poetry, uv, PDM and Hatch. Main dependencies are runtime, extras optional, groups
//! and build requirements development (Poetry: "groups other than main must only contain
//! dependencies you need in your development process").
//!
//! Dependencies that are computed when the project is built (`dynamic`) are not written here: that
//! is said, not passed over.

use domain::Origin;
use versions::Scheme;

use crate::{
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    pep508,
    tree::{Node, Tree},
    tree_path,
};

mod asked;
mod poetry;

use asked::Wanted;
pub(super) use asked::{Asked, asked, from_specifier};

/// Reads `pyproject.toml`.
pub(crate) struct PyprojectToml;

impl Reader for PyprojectToml {
    fn name(&self) -> &'static str {
        "pyproject.toml"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        (tree_path::name(path) == "pyproject.toml").then_some(Role::Manifest)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let tree = Tree::toml(path, bytes)?;
        let root = tree.root();
        let mut gather = Gather::new(path);
        let found = asked(root);
        for line in &found.unread {
            gather.fault("unread", *line, "no requirement that pip would understand; it was left out");
        }
        for asked in found.asked {
            let origin = in_tree(path, &asked, files);
            if origin == Origin::Own {
                continue;
            }
            let name = ("pypi", None, asked.name.as_str());
            let place = gather.place(asked.line);
            if let Some(index) = gather.add(name, asked.version(), origin, asked.scope, place) {
                gather.direct(index, true);
            }
        }
        unwritten(root, &mut gather, path, files);
        Ok(gather.finish())
    }
}

/// A path inside the tree that holds a project of its own is built here.
fn in_tree(path: &str, asked: &Asked, files: &dyn Files) -> Origin {
    let own = asked.workspace
        || asked.path.as_ref().is_some_and(|to| is_project(files, tree_path::folder(path), to));
    if own { Origin::Own } else { asked.origin.clone() }
}

/// Whether a path written in a file of `folder` leads to a Python project of this tree.
pub(super) fn is_project(files: &dyn Files, folder: &str, to: &str) -> bool {
    let Some(inside) = tree_path::resolve(folder, to) else { return false };
    ["pyproject.toml", "setup.py", "setup.cfg"]
        .iter()
        .any(|name| tree_path::holds(files, &tree_path::join(&inside, name)))
}

/// Says where dependencies are computed instead of written.
fn unwritten(root: Node<'_>, gather: &mut Gather, path: &str, files: &dyn Files) {
    let Some(dynamic) = root.get("project").and_then(|p| p.get("dynamic")) else { return };
    for entry in dynamic.entries() {
        let Some(field @ ("dependencies" | "optional-dependencies")) = entry.text() else { continue };
        let file = ["tool", "setuptools", "dynamic", field]
            .iter()
            .try_fold(root, |node, key| node.get(key))
            .and_then(|n| n.get("file"));
        // A requirements file of the tree is read as a file of its own.
        let named: Vec<&str> = file
            .into_iter()
            .flat_map(|f| f.text().into_iter().chain(f.entries().filter_map(Node::text)))
            .collect();
        let read_elsewhere = !named.is_empty()
            && named.iter().all(|to| {
                tree_path::resolve(tree_path::folder(path), to).is_some_and(|to| {
                    tree_path::holds(files, &to)
                        && super::requirements_txt::RequirementsTxt.recognises(&to, b"").is_some()
                })
            });
        if !read_elsewhere {
            gather.fault(
                "unread",
                entry.line(),
                format!("`{field}` is dynamic: computed when the project is built, not written here"),
            );
        }
    }
}

/// Whether a name, however written, is the one in `[project]` or `[tool.poetry]`.
pub(super) fn own_name(root: Node<'_>) -> Option<String> {
    let project = root.get("project").and_then(|p| p.text_at("name"));
    let poetry = root.get("tool").and_then(|t| t.get("poetry")).and_then(|p| p.text_at("name"));
    project.or(poetry).map(pep508::normal)
}

impl Asked {
    /// The version asked for, as [`Gather`] takes it.
    pub(super) fn version(&self) -> Version<'_> {
        match &self.wanted {
            Wanted::Specifier(text) => Version::Wanted(Scheme::Pep440, text),
            Wanted::Poetry { meant, written } => Version::Meant(Scheme::Pep440, meant, written),
            Wanted::File(version) => version.as_deref().map_or(Version::Missing, Version::Exact),
        }
    }

    /// Where it is to come from.
    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }
}
