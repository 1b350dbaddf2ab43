//! NuGet's older `packages.config`: a flat list of exact versions, everything that is needed
//! included, written by the tool. So it is a lockfile, and covers the project files beside it.

use domain::{Origin, Scope};

use super::csproj;
use crate::{
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    text, tree_path, xml_tree,
};

/// Reads `packages.config`.
pub(crate) struct PackagesConfig;

impl Reader for PackagesConfig {
    fn name(&self) -> &'static str {
        "packages.config"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        tree_path::name(path).eq_ignore_ascii_case("packages.config").then_some(Role::Lockfile)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let root = xml_tree::parse(path, bytes)?;
        if root.name != "packages" {
            return Err(text::unreadable(path, Some(root.line), "its root element is not `packages`"));
        }
        let mut gather = Gather::new(path);
        for entry in root.each("package") {
            let version =
                entry.attribute("version").filter(|v| !v.is_empty()).map_or(Version::Missing, Version::Exact);
            let development =
                entry.attribute("developmentDependency").is_some_and(|v| v.eq_ignore_ascii_case("true"));
            let scope = if development { Scope::Development } else { Scope::Runtime };
            let name = ("nuget", None, entry.attribute("id").unwrap_or_default());
            let place = gather.place(entry.line);
            gather.add(name, version, Origin::Unstated, scope, place);
        }
        let folder = tree_path::folder(path);
        for project in
            files.paths().iter().filter(|p| tree_path::folder(p) == folder && csproj::is_project(p))
        {
            gather.covers(project.clone());
        }
        Ok(gather.finish())
    }
}
