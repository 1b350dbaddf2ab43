//! The other POMs of the tree: where a parent, a BOM or a module of the same build stands.

use super::effective::pom;
use crate::{inventory::Files, tree_path, xml_tree::Element};

/// Most POMs looked at for one name. Larger builds are searched by folder name only.
const MOST: usize = 160;

/// The parent that `relativePath` leads to, if it is the one that is meant.
pub(super) fn parent_at(
    files: &dyn Files,
    folder: &str,
    relative: &str,
    group: &str,
    artifact: &str,
) -> Option<(String, Element)> {
    let at = tree_path::resolve(folder, relative)?;
    let at = if tree_path::holds(files, &at) { at } else { tree_path::join(&at, "pom.xml") };
    let root = pom(files, &at)?;
    is(&root, group, artifact).then_some((at, root))
}

/// The POM of the tree with these coordinates.
pub(super) fn find(files: &dyn Files, group: &str, artifact: &str) -> Option<(String, Element)> {
    let poms = || files.paths().iter().filter(|p| tree_path::name(p) == "pom.xml");
    let likely = |p: &&String| {
        let folder = tree_path::name(tree_path::folder(p));
        !folder.is_empty() && artifact.ends_with(folder)
    };
    let by_folder = poms().filter(likely).take(MOST);
    let all = poms().count();
    let rest = poms().filter(|p| all <= MOST && !likely(p));
    by_folder.chain(rest).find_map(|path| {
        // Cheaper than parsing each: the name must at least occur.
        let bytes = files.read(path)?;
        memchr::memmem::find(&bytes, artifact.as_bytes())?;
        let root = crate::xml_tree::parse(path, &bytes).ok()?;
        is(&root, group, artifact).then(|| (path.clone(), root))
    })
}

fn is(root: &Element, group: &str, artifact: &str) -> bool {
    let own_group = root.text_of("groupId").or_else(|| root.child("parent")?.text_of("groupId"));
    root.name == "project" && own_group == Some(group) && root.text_of("artifactId") == Some(artifact)
}
