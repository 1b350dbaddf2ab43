//! The folders and files of the forgetful file system: what is there now, and what was synced.

use std::{collections::BTreeMap, io};

use super::loss::{Loss, Seeded};
use crate::files::{FilesError, parent};

#[derive(Clone)]
enum Node {
    File(File),
    Folder(Folder),
}

#[derive(Clone, Default)]
struct File {
    now: Vec<u8>,
    synced: Vec<u8>,
    /// Writes since the last sync, each from the file's start.
    writes: Vec<Vec<u8>>,
}

#[derive(Clone, Default)]
struct Folder {
    now: BTreeMap<String, usize>,
    synced: BTreeMap<String, usize>,
    /// Changes since the last sync.
    changes: Vec<Change>,
}

#[derive(Clone)]
enum Change {
    Made(String, usize),
    Gone(String, usize),
    Renamed(String, String, usize),
}

impl Change {
    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        let forget = |names: &mut BTreeMap<String, usize>, name: &String, node: &usize| {
            if names.get(name) == Some(node) {
                names.remove(name);
            }
        };
        match self {
            Self::Made(name, node) => {
                names.insert(name.clone(), *node);
            }
            Self::Gone(name, node) => forget(names, name, node),
            Self::Renamed(from, to, node) => {
                forget(names, from, node);
                names.insert(to.clone(), *node);
            }
        }
    }
}

/// Nodes by number; 0 is the root folder, which is always durable.
pub(super) struct Tree {
    nodes: Vec<Node>,
}

impl Default for Tree {
    fn default() -> Self {
        Self { nodes: vec![Node::Folder(Folder::default())] }
    }
}

/// The system's refusal of an operation that makes no sense on this path.
fn refused(path: &str, doing: &'static str) -> FilesError {
    let source = io::Error::new(io::ErrorKind::NotFound, "no such file or folder, or of the other kind");
    FilesError::Io { path: path.to_owned(), doing, source }
}

fn name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

fn write_over(bytes: &mut Vec<u8>, write: &[u8]) {
    if bytes.len() < write.len() {
        bytes.resize(write.len(), 0);
    }
    bytes[..write.len()].copy_from_slice(write);
}

impl Tree {
    fn find(&self, path: &str) -> Option<usize> {
        let mut node = 0;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            let Node::Folder(folder) = &self.nodes[node] else { return None };
            node = *folder.now.get(name)?;
        }
        Some(node)
    }

    fn file(&mut self, path: &str, doing: &'static str) -> Result<&mut File, FilesError> {
        match self.find(path).map(|node| &mut self.nodes[node]) {
            Some(Node::File(file)) => Ok(file),
            _ => Err(refused(path, doing)),
        }
    }

    fn folder(&mut self, path: &str, doing: &'static str) -> Result<&mut Folder, FilesError> {
        match self.find(path).map(|node| &mut self.nodes[node]) {
            Some(Node::Folder(folder)) => Ok(folder),
            _ => Err(refused(path, doing)),
        }
    }

    fn change(&mut self, folder: &str, doing: &'static str, change: Change) -> Result<(), FilesError> {
        let folder = self.folder(folder, doing)?;
        change.apply(&mut folder.now);
        folder.changes.push(change);
        Ok(())
    }

    pub(super) fn bytes(&self, path: &str) -> Result<Option<&[u8]>, FilesError> {
        match self.find(path).map(|node| &self.nodes[node]) {
            None => Ok(None),
            Some(Node::File(file)) => Ok(Some(&file.now)),
            Some(Node::Folder(_)) => Err(FilesError::NotPlain { path: path.to_owned() }),
        }
    }

    pub(super) fn is_folder(&self, path: &str) -> bool {
        self.find(path).is_some_and(|node| matches!(self.nodes[node], Node::Folder(_)))
    }

    pub(super) fn list(&self, path: &str) -> Result<Vec<String>, FilesError> {
        match self.find(path).map(|node| &self.nodes[node]) {
            None => Ok(Vec::new()),
            Some(Node::File(_)) => Err(FilesError::NotPlain { path: path.to_owned() }),
            Some(Node::Folder(folder)) => {
                let mut names: Vec<String> = folder
                    .now
                    .iter()
                    .map(|(name, node)| match self.nodes[*node] {
                        Node::Folder(_) => format!("{name}/"),
                        Node::File(_) => name.clone(),
                    })
                    .collect();
                names.sort();
                Ok(names)
            }
        }
    }

    pub(super) fn write_new(&mut self, path: &str, bytes: &[u8]) -> Result<(), FilesError> {
        if self.find(path).is_some() {
            return Err(FilesError::Exists { path: path.to_owned() });
        }
        let file = File { now: bytes.to_vec(), synced: Vec::new(), writes: vec![bytes.to_vec()] };
        let node = self.nodes.len();
        self.change(parent(path), "create", Change::Made(name(path), node))?;
        self.nodes.push(Node::File(file));
        Ok(())
    }

    pub(super) fn overwrite(&mut self, path: &str, bytes: &[u8]) -> Result<(), FilesError> {
        let file = self.file(path, "open")?;
        write_over(&mut file.now, bytes);
        file.writes.push(bytes.to_vec());
        Ok(())
    }

    pub(super) fn sync_file(&mut self, path: &str) -> Result<(), FilesError> {
        let file = self.file(path, "sync")?;
        file.synced.clone_from(&file.now);
        file.writes.clear();
        Ok(())
    }

    pub(super) fn sync_folder(&mut self, path: &str) -> Result<(), FilesError> {
        let folder = self.folder(path, "sync")?;
        folder.synced.clone_from(&folder.now);
        folder.changes.clear();
        Ok(())
    }

    pub(super) fn rename(&mut self, from: &str, to: &str) -> Result<(), FilesError> {
        let node = self.find(from).ok_or_else(|| refused(from, "rename"))?;
        if self.is_folder(from) || self.is_folder(to) {
            return Err(refused(to, "rename to"));
        }
        self.change(parent(to), "rename to", Change::Renamed(name(from), name(to), node))
    }

    pub(super) fn create_folder(&mut self, path: &str) -> Result<(), FilesError> {
        if self.find(path).is_some() {
            return Err(FilesError::Exists { path: path.to_owned() });
        }
        let node = self.nodes.len();
        self.change(parent(path), "create the folder", Change::Made(name(path), node))?;
        self.nodes.push(Node::Folder(Folder::default()));
        Ok(())
    }

    pub(super) fn remove(&mut self, path: &str) -> Result<(), FilesError> {
        let Some(node) = self.find(path) else { return Ok(()) };
        if matches!(&self.nodes[node], Node::Folder(folder) if !folder.now.is_empty()) {
            let source = io::Error::from(io::ErrorKind::DirectoryNotEmpty);
            return Err(FilesError::Io { path: path.to_owned(), doing: "remove", source });
        }
        self.change(parent(path), "remove", Change::Gone(name(path), node))
    }

    pub(super) fn put(&mut self, path: &str, bytes: Option<&[u8]>) {
        let mut made = String::new();
        for name in parent(path).split('/').filter(|name| !name.is_empty()) {
            let above = made.clone();
            made = if made.is_empty() { name.to_owned() } else { format!("{made}/{name}") };
            // Refused where it is there already: all the same.
            let _ = self.create_folder(&made);
            let _ = self.sync_folder(&above);
        }
        let _ = self.remove(path);
        if let Some(bytes) = bytes {
            let _ = self.write_new(path, bytes);
            let _ = self.sync_file(path);
        }
        let _ = self.sync_folder(parent(path));
    }

    pub(super) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut open = vec![(String::new(), 0)];
        while let Some((path, node)) = open.pop() {
            match &self.nodes[node] {
                Node::File(file) => {
                    found.insert(path, file.now.clone());
                }
                Node::Folder(folder) => open.extend(folder.now.iter().map(|(name, node)| {
                    (if path.is_empty() { name.clone() } else { format!("{path}/{name}") }, *node)
                })),
            }
        }
        found
    }

    /// The tree after a crash: after a power cut everything in it is durable; after a kill what was not
    /// synced is still not.
    pub(super) fn after(&self, loss: Loss) -> Self {
        if loss == Loss::Nothing {
            return Self { nodes: self.nodes.clone() };
        }
        let mut seeded = Seeded::new(if let Loss::Random(seed) = loss { seed } else { 0 });
        // Some crashes take nearly all, some next to nothing.
        let kept_of_eight = [1, 4, 7][seeded.below(3)];
        let kept = |seeded: &mut Seeded| match loss {
            Loss::Random(_) => seeded.below(8) < kept_of_eight,
            Loss::Nothing | Loss::Unsynced => false,
        };
        let mut nodes = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            nodes.push(match node {
                Node::Folder(folder) => {
                    let mut names = folder.synced.clone();
                    for change in &folder.changes {
                        if kept(&mut seeded) {
                            change.apply(&mut names);
                        }
                    }
                    Node::Folder(Folder { now: names.clone(), synced: names, changes: Vec::new() })
                }
                Node::File(file) => {
                    let mut bytes = file.synced.clone();
                    for write in &file.writes {
                        if kept(&mut seeded) {
                            tear(&mut bytes, write, loss, &mut seeded);
                        }
                    }
                    Node::File(File { now: bytes.clone(), synced: bytes, writes: Vec::new() })
                }
            });
        }
        Self { nodes }
    }
}

/// A write that was not lost, perhaps not whole: up to some byte, or with a hole of zeros (blocks that
/// were given to the file before their bytes came).
fn tear(bytes: &mut Vec<u8>, write: &[u8], loss: Loss, seeded: &mut Seeded) {
    let mut write = write.to_vec();
    if let Loss::Random(_) = loss {
        match seeded.below(4) {
            0 => write.truncate(seeded.below(write.len() + 1)),
            1 => {
                let (a, b) = (seeded.below(write.len() + 1), seeded.below(write.len() + 1));
                write[a.min(b)..a.max(b)].fill(0);
            }
            _ => {}
        }
    }
    write_over(bytes, &write);
}
