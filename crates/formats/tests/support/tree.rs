//! A folder as the readers see it.

use std::{borrow::Cow, path::PathBuf};

use formats::inventory::{Files, HEAD};

/// A folder as the readers see it.
pub(crate) struct Tree {
    pub(crate) root: PathBuf,
    pub(crate) paths: Vec<String>,
}

impl Tree {
    pub(crate) fn of(root: PathBuf) -> Self {
        let mut paths = Vec::new();
        let mut open = vec![root.clone()];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                let kind = path.symlink_metadata().unwrap();
                if kind.is_dir() {
                    open.push(path);
                } else if kind.is_file() {
                    paths.push(path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/"));
                }
            }
        }
        paths.sort();
        Self { root, paths }
    }

    pub(crate) fn head(&self, path: &str) -> Vec<u8> {
        use std::io::Read as _;
        let mut head = Vec::new();
        let file = std::fs::File::open(self.root.join(path)).unwrap();
        file.take(HEAD as u64).read_to_end(&mut head).unwrap();
        head
    }
}

impl Files for Tree {
    fn read(&self, path: &str) -> Option<Cow<'_, [u8]>> {
        self.paths.binary_search_by(|p| p.as_str().cmp(path)).ok()?;
        std::fs::read(self.root.join(path)).ok().map(Cow::Owned)
    }

    fn paths(&self) -> &[String] {
        &self.paths
    }
}
