//! Which files of a tree stand in none of the trees it is compared with, at the same path.
//!
//! Folders that are equal on one side are never opened, so the work grows with what changed, not
//! with the size of the repository. Trees are joined in git's own order; a damaged order can only
//! make more files new, never fewer.

use std::cmp::Ordering;

use gix::ObjectId;

use super::{
    CannotLook,
    objects::{Objects, Sort, TreeEntry},
};

/// A folder deeper than this is not opened.
pub(super) const DEEPEST: usize = 512;

/// A file that is new, or whose content is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Added {
    /// Its path.
    pub(super) path: Vec<u8>,
    /// Its content.
    pub(super) id: ObjectId,
    /// What stood at the path before, on each side that had a file there.
    pub(super) before: Vec<ObjectId>,
}

/// What a comparison found.
#[derive(Debug, Default)]
pub(super) struct Compared {
    /// Files that are new.
    pub(super) added: Vec<Added>,
    /// Submodules that are new, by path.
    pub(super) submodules: Vec<Vec<u8>>,
}

/// Whether the work may go on: asked with the number of trees and files taken so far.
pub(super) type GoOn<'a> = &'a mut dyn FnMut(u64) -> Result<(), CannotLook>;

/// What of `tree` is in none of `sides`; `None` is a side that has no such folder.
pub(super) fn compare(
    objects: &Objects,
    tree: ObjectId,
    sides: &[Option<ObjectId>],
    at: Vec<u8>,
    go_on: GoOn<'_>,
    out: &mut Compared,
) -> Result<(), CannotLook> {
    let mut waiting = vec![(tree, sides.to_vec(), at, 0usize)];
    while let Some((tree, sides, at, depth)) = waiting.pop() {
        if sides.contains(&Some(tree)) {
            continue;
        }
        if depth > DEEPEST {
            return Err(CannotLook::TooMuch(format!("folders more than {DEEPEST} deep")));
        }
        go_on(1)?;
        let entries = objects.tree(tree)?;
        let others: Vec<Vec<TreeEntry>> =
            sides.iter().flatten().map(|side| objects.tree(*side)).collect::<Result<_, _>>()?;
        let mut cursors = vec![0usize; others.len()];
        for entry in entries {
            let mut same = false;
            let mut folders = Vec::new();
            let mut files = Vec::new();
            for (other, cursor) in others.iter().zip(&mut cursors) {
                while other.get(*cursor).is_some_and(|o| order(o, &entry) == Ordering::Less) {
                    *cursor += 1;
                }
                let Some(found) = other.get(*cursor).filter(|o| order(o, &entry) == Ordering::Equal) else {
                    continue;
                };
                same |= found.id == entry.id && found.sort == entry.sort;
                match found.sort {
                    Sort::Tree => folders.push(Some(found.id)),
                    Sort::Blob => files.push(found.id),
                    Sort::Commit => {}
                }
            }
            if same {
                continue;
            }
            let mut path = at.clone();
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(&entry.name);
            match entry.sort {
                Sort::Tree => waiting.push((entry.id, folders, path, depth + 1)),
                Sort::Blob => {
                    go_on(1)?;
                    out.added.push(Added { path, id: entry.id, before: files });
                }
                Sort::Commit => out.submodules.push(path),
            }
        }
    }
    Ok(())
}

/// git's order of entries: a folder sorts as if its name ended in a slash.
fn order(a: &TreeEntry, b: &TreeEntry) -> Ordering {
    let end = |entry: &TreeEntry| (entry.sort == Sort::Tree).then_some(b'/');
    a.name.iter().copied().chain(end(a)).cmp(b.name.iter().copied().chain(end(b)))
}
