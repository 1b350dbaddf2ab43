//! The other POMs of the tree: where a parent, a BOM or a module of the same build stands.
//!
//! A reader sees one file at a time, so what is learnt of the others is learnt again for each; the
//! bounds here keep that cheap for builds of thousands of modules, which are searched by folder
//! name (a module's folder is named as its artifact, or as the end of it).

use std::{cell::RefCell, collections::HashMap};

use crate::{
    inventory::Files,
    tree_path,
    xml_tree::{self, Element},
};

/// Builds of at most this many POMs are searched whole.
const MOST: usize = 64;
/// Most POMs looked at for one name in larger builds.
const MOST_LIKELY: usize = 8;
/// Most names looked up for one POM.
const MOST_LOOKUPS: usize = 2_000;
/// Most bytes of other POMs read for one POM.
const MOST_BYTES: usize = 8 << 20;

/// The POMs of a tree.
pub(super) struct Reactor<'f> {
    files: &'f dyn Files,
    paths: Vec<&'f str>,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    found: HashMap<(String, String), Option<String>>,
    coordinates: HashMap<String, Option<(String, String)>>,
    bytes: usize,
}

impl<'f> Reactor<'f> {
    pub(super) fn of(files: &'f dyn Files) -> Self {
        let paths =
            files.paths().iter().map(String::as_str).filter(|p| tree_path::name(p) == "pom.xml").collect();
        Self { files, paths, state: RefCell::default() }
    }

    /// The parent that `relativePath` leads to, if it is the one that is meant.
    pub(super) fn parent_at(
        &self,
        folder: &str,
        relative: &str,
        group: &str,
        artifact: &str,
    ) -> Option<(String, Element)> {
        let at = tree_path::resolve(folder, relative)?;
        let at = if tree_path::holds(self.files, &at) { at } else { tree_path::join(&at, "pom.xml") };
        let root = self.pom(&at)?;
        (coordinates(&root)? == (group.to_owned(), artifact.to_owned())).then_some((at, root))
    }

    /// A POM of the tree, parsed.
    pub(super) fn pom(&self, path: &str) -> Option<Element> {
        let bytes = self.files.read(path)?;
        xml_tree::parse(path, &bytes).ok().filter(|root| root.name == "project")
    }

    /// The path of the POM with these coordinates.
    pub(super) fn find(&self, group: &str, artifact: &str) -> Option<String> {
        let key = (group.to_owned(), artifact.to_owned());
        if let Some(found) = self.state.borrow().found.get(&key) {
            return found.clone();
        }
        if self.state.borrow().found.len() >= MOST_LOOKUPS {
            return None;
        }
        let likely = |p: &&&str| {
            let folder = tree_path::name(tree_path::folder(p));
            self.paths.len() <= MOST || (!folder.is_empty() && artifact.ends_with(folder))
        };
        let limit = if self.paths.len() <= MOST { MOST } else { MOST_LIKELY };
        let found =
            self.paths.iter().filter(likely).take(limit).find(|p| self.coordinates(p).as_ref() == Some(&key));
        let found = found.map(|p| (*p).to_owned());
        self.state.borrow_mut().found.insert(key, found.clone());
        found
    }

    fn coordinates(&self, path: &str) -> Option<(String, String)> {
        if let Some(known) = self.state.borrow().coordinates.get(path) {
            return known.clone();
        }
        if self.state.borrow().bytes >= MOST_BYTES {
            return None;
        }
        let bytes = self.files.read(path)?;
        let found = xml_tree::parse(path, &bytes).ok().and_then(|root| coordinates(&root));
        let mut state = self.state.borrow_mut();
        state.bytes += bytes.len();
        state.coordinates.insert(path.to_owned(), found.clone());
        found
    }
}

fn coordinates(root: &Element) -> Option<(String, String)> {
    let group = root.text_of("groupId").or_else(|| root.child("parent")?.text_of("groupId"))?;
    (root.name == "project").then_some(())?;
    Some((group.to_owned(), root.text_of("artifactId")?.to_owned()))
}
