//! The entries of a tree object. Names are bytes: nothing says that they are UTF-8.

/// One entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// What it is.
    pub kind: ItemKind,
    /// Its name, without a slash in honest trees.
    pub name: &'a [u8],
    /// The id of what it names, as bytes.
    pub id: &'a [u8],
}

/// What an entry is, by its mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// A folder.
    Tree,
    /// A file, or a link whose target is the blob's text.
    Blob,
    /// A submodule: a commit of another repository.
    Commit,
}

/// The entries, until the first that is damaged; the flag says whether all were read.
pub fn items<'a>(tree: &'a [u8], width: usize, mut each: impl FnMut(Item<'a>)) -> bool {
    let mut rest = tree;
    while !rest.is_empty() {
        let Some(space) = memchr::memchr(b' ', &rest[..rest.len().min(8)]) else { return false };
        let mode = &rest[..space];
        let Some(end) = memchr::memchr(0, &rest[space + 1..]) else { return false };
        let name = &rest[space + 1..space + 1 + end];
        let at = space + 1 + end + 1;
        let Some(id) = rest.get(at..at + width) else { return false };
        let kind = match mode {
            b"40000" | b"040000" => ItemKind::Tree,
            b"160000" => ItemKind::Commit,
            _ => ItemKind::Blob,
        };
        each(Item { kind, name, id });
        rest = &rest[at + width..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_entries_and_stops_at_damage() {
        let mut tree = b"100644 a\xff.txt\0".to_vec();
        tree.extend([1; 20]);
        tree.extend(b"40000 d\0");
        tree.extend([2; 20]);
        tree.extend(b"160000 sub\0");
        tree.extend([3; 20]);
        let mut seen = Vec::new();
        assert!(items(&tree, 20, |item| seen.push((item.kind, item.name.to_vec(), item.id[0]))));
        assert_eq!(seen[0], (ItemKind::Blob, b"a\xff.txt".to_vec(), 1));
        assert_eq!((seen[1].0, seen[2].0), (ItemKind::Tree, ItemKind::Commit));
        assert!(!items(&tree[..tree.len() - 1], 20, |_| {}));
        assert!(!items(b"100644", 20, |_| {}));
    }
}
