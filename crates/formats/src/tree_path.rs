//! Paths inside the subject's tree: where a relative reference of one file points to.
//!
//! Decides only by text; it opens nothing and follows no link. A reference that leaves the tree is
//! told apart from one that is merely absent.

use crate::inventory::Files;

/// Most parts a path may have.
const DEEPEST: usize = 256;

/// The folder of a path, without a trailing `/`; empty for the root.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a path.
pub(crate) fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// A name in a folder.
pub(crate) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Where `reference`, written in a file of `folder`, points to. Backslashes count as `/`.
/// `None` when it leaves the tree: absolute paths, drive letters, addresses, too many `..`.
pub(crate) fn resolve(folder: &str, reference: &str) -> Option<String> {
    let reference = reference.replace('\\', "/");
    if reference.starts_with(['/', '~']) || reference.contains(':') || reference.contains('\0') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for part in reference.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            other => parts.push(other),
        }
        if parts.len() > DEEPEST {
            return None;
        }
    }
    Some(parts.join("/"))
}

/// Whether the tree holds this file.
pub(crate) fn holds(files: &dyn Files, path: &str) -> bool {
    files.paths().binary_search_by(|p| p.as_str().cmp(path)).is_ok()
}

/// The folder itself and each folder above it, nearest first, the root (empty) last.
pub(crate) fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |f| {
        (!f.is_empty()).then(|| f.rsplit_once('/').map_or("", |(above, _)| above))
    })
    .take(DEEPEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_inside() {
        assert_eq!(resolve("a/b", "../c.txt").as_deref(), Some("a/c.txt"));
        assert_eq!(resolve("a/b", r"..\c.txt").as_deref(), Some("a/c.txt"));
        assert_eq!(resolve("", "./x").as_deref(), Some("x"));
        for outside in ["../../../x", "/etc/passwd", "~/x", r"C:\x", "https://x.example/y"] {
            assert_eq!(resolve("a/b", outside), None, "{outside}");
        }
    }

    #[test]
    fn climbs_to_the_root() {
        assert_eq!(ancestors("a/b").collect::<Vec<_>>(), ["a/b", "a", ""]);
        assert_eq!(ancestors("").collect::<Vec<_>>(), [""]);
    }
}
