//! git's objects over several folders: what is being received is kept apart from what is there.
//!
//! gix opens one folder with its alternates; git, while it receives a push, names the folders in
//! its environment instead, so each is opened and they are asked in turn.

use std::path::{Path, PathBuf};

use gix::{
    ObjectId,
    hash::Kind as HashKind,
    objs::{Find as _, FindHeader as _, Kind, TreeRefIter},
};

use super::CannotLook;

/// No object larger than this is taken into memory, in bytes.
pub const LARGEST: u64 = 256 << 20;

/// A bound on any single allocation made while an object is put together, in bytes.
const ALLOCATION: usize = 512 << 20;

/// The objects of a repository, and of what is being received.
#[derive(Clone)]
pub struct Objects {
    stores: Vec<gix::odb::Handle>,
    hash: HashKind,
}

/// An entry of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TreeEntry {
    pub(super) name: Vec<u8>,
    pub(super) sort: Sort,
    pub(super) id: ObjectId,
}

/// What an entry of a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// A file or a link.
    Blob,
    /// A folder.
    Tree,
    /// A submodule.
    Commit,
}

/// A commit, as far as a walk needs it.
#[derive(Clone, Debug)]
pub(super) struct Commit {
    pub(super) tree: ObjectId,
    pub(super) parents: Vec<ObjectId>,
    pub(super) time: i64,
}

/// More parents than this are not compared with: no real merge has them.
const MOST_PARENTS: usize = 64;

impl Objects {
    /// Opens the folders that exist among these.
    ///
    /// # Errors
    /// When none can be opened.
    pub fn open(folders: &[PathBuf], hash: HashKind) -> Result<Self, CannotLook> {
        let mut known: Vec<PathBuf> = Vec::new();
        let mut stores = Vec::new();
        for folder in folders {
            let Ok(real) = folder.canonicalize() else { continue };
            if known.contains(&real) || !real.is_dir() {
                continue;
            }
            let options = gix::odb::store::init::Options {
                alloc_limit_bytes: Some(ALLOCATION),
                ..gix::odb::store::init::Options::default()
            };
            // No replacements: a reference in the repository may not change what is looked at.
            let store = gix::odb::at_opts(&real, hash, None, options)
                .map_err(|error| CannotLook::damaged(real.display().to_string(), error))?;
            stores.push(store);
            known.push(real);
        }
        if stores.is_empty() {
            return Err(CannotLook::damaged("the repository's folder of objects", "it is not there"));
        }
        Ok(Self { stores, hash })
    }

    /// The kind of hash that names objects.
    pub fn hash(&self) -> HashKind {
        self.hash
    }

    /// Reads an object whole; what it is.
    pub(super) fn read(&self, id: ObjectId, buffer: &mut Vec<u8>) -> Result<Kind, CannotLook> {
        if let Some((_, size)) = self.header(id)
            && size > LARGEST
        {
            return Err(CannotLook::TooMuch(format!("the object {id} is larger than {} MiB", LARGEST >> 20)));
        }
        let mut why = None;
        for store in &self.stores {
            match store.try_find(&id, buffer) {
                Ok(Some(data)) => return Ok(data.kind),
                Ok(None) => {}
                Err(error) => why = Some(error.to_string()),
            }
        }
        let why = why.unwrap_or_else(|| "it is not there (a shallow or partial clone?)".to_owned());
        Err(CannotLook::damaged(format!("the object {id}"), why))
    }

    /// What an object is, and its size in bytes, if it is there.
    pub(super) fn header(&self, id: ObjectId) -> Option<(Kind, u64)> {
        self.stores
            .iter()
            .find_map(|store| store.try_header(&id).ok().flatten())
            .map(|header| (header.kind, header.size))
    }

    /// The content of a file.
    pub(super) fn blob(&self, id: ObjectId) -> Result<Vec<u8>, CannotLook> {
        let mut buffer = Vec::new();
        match self.read(id, &mut buffer)? {
            Kind::Blob => Ok(buffer),
            other => {
                Err(CannotLook::damaged(format!("the object {id}"), format!("it is a {other}, no file")))
            }
        }
    }

    /// The entries of a tree, in its order.
    pub(super) fn tree(&self, id: ObjectId) -> Result<Vec<TreeEntry>, CannotLook> {
        let mut buffer = Vec::new();
        let damaged = |why: String| CannotLook::damaged(format!("the tree {id}"), why);
        match self.read(id, &mut buffer)? {
            Kind::Tree => {}
            other => return Err(damaged(format!("it is a {other}"))),
        }
        TreeRefIter::from_bytes(&buffer, self.hash)
            .map(|entry| {
                let entry = entry.map_err(|error| damaged(error.to_string()))?;
                let sort = if entry.mode.is_tree() {
                    Sort::Tree
                } else if entry.mode.is_commit() {
                    Sort::Commit
                } else {
                    Sort::Blob
                };
                Ok(TreeEntry { name: entry.filename.to_vec(), sort, id: entry.oid.to_owned() })
            })
            .collect()
    }

    /// A commit, and its message.
    pub(super) fn commit(&self, id: ObjectId) -> Result<(Commit, Vec<u8>), CannotLook> {
        let mut buffer = Vec::new();
        let damaged = |why: String| CannotLook::damaged(format!("the commit {id}"), why);
        match self.read(id, &mut buffer)? {
            Kind::Commit => {}
            other => return Err(damaged(format!("it is a {other}"))),
        }
        let commit = gix::objs::CommitRef::from_bytes(&buffer, self.hash)
            .map_err(|error| damaged(error.to_string()))?;
        let time = commit.committer().map_or(0, |who| who.seconds());
        let parsed =
            Commit { tree: commit.tree(), parents: commit.parents().take(MOST_PARENTS).collect(), time };
        Ok((parsed, commit.message.to_vec()))
    }

    /// The file at a path of a tree, if there is one.
    pub(super) fn at(&self, tree: ObjectId, path: &[u8]) -> Option<ObjectId> {
        let mut tree = tree;
        let mut parts = path.split(|byte| *byte == b'/').peekable();
        while let Some(part) = parts.next() {
            let entry = self.tree(tree).ok()?.into_iter().find(|entry| entry.name == part)?;
            match (parts.peek(), entry.sort) {
                (None, Sort::Blob) => return Some(entry.id),
                (Some(_), Sort::Tree) => tree = entry.id,
                _ => return None,
            }
        }
        None
    }

    /// The folder at a path of a tree, if there is one; the tree itself for the empty path.
    pub(super) fn folder_at(&self, tree: ObjectId, path: &[u8]) -> Option<ObjectId> {
        let mut tree = tree;
        for part in path.split(|byte| *byte == b'/').filter(|part| !part.is_empty()) {
            let entry = self.tree(tree).ok()?.into_iter().find(|entry| entry.name == part)?;
            if entry.sort != Sort::Tree {
                return None;
            }
            tree = entry.id;
        }
        Some(tree)
    }
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Objects").field("folders", &self.stores.len()).finish()
    }
}

/// Opens the repository that git names, or that a folder lies in.
pub(super) fn repository(folder: &Path, git_dir: Option<&PathBuf>) -> Result<gix::Repository, CannotLook> {
    let not_git = || CannotLook::NotGit(folder.display().to_string());
    let path = match git_dir {
        Some(path) if path.is_absolute() => path.clone(),
        Some(path) => folder.join(path),
        None => {
            let folder = folder.canonicalize().map_err(|_| not_git())?;
            let (found, _trust) = gix::discover::upwards(&folder).map_err(|_| not_git())?;
            found.into_repository_and_work_tree_directories().0
        }
    };
    // Isolated: neither the user's nor the system's configuration may change what is read.
    gix::open_opts(path, gix::open::Options::isolated()).map_err(|_| not_git())
}
