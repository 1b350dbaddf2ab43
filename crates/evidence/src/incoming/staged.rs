//! What the index would add to the commit it stands on.
//!
//! The index keeps, for each folder that was not touched, the identity of its tree; where that is
//! the tree of HEAD, the folder is passed over. So the work grows with what is staged.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
    path::Path,
};

use domain::{Place, Unread};
use gix::{
    ObjectId,
    index::{
        self,
        entry::{Flags, Mode, Stage},
        extension,
    },
};

use super::{
    By, CannotLook, GitPaths, Incoming, Landing,
    objects::{self, Objects, Sort, TreeEntry},
    scan::{MayDo, Scan},
    text_of,
    trees::{self, Added, Compared},
};

/// The index of a repository, and the commits it stands on.
pub struct Staged {
    objects: Objects,
    index: index::File,
    /// The trees of HEAD, and of what is being merged into it.
    sides: Vec<ObjectId>,
    added: Vec<Added>,
    unread: Vec<Unread>,
}

impl Staged {
    /// Reads the index of the repository that the folder lies in, and compares it with HEAD.
    ///
    /// # Errors
    /// See [`CannotLook`].
    pub fn open(folder: &Path, paths: &GitPaths) -> Result<Self, CannotLook> {
        let repository = objects::repository(folder, paths.git_dir.as_ref())?;
        let mut folders = paths.object_dirs.clone();
        folders.push(repository.common_dir().join("objects"));
        let objects = Objects::open(&folders, repository.object_hash())?;
        let damaged_head = |error: String| CannotLook::damaged("HEAD", error);
        let head = repository.head().map_err(|error| damaged_head(error.to_string()))?;
        let mut on: Vec<ObjectId> = Vec::new();
        if !head.is_unborn() {
            let id = head.into_peeled_id().map_err(|error| damaged_head(error.to_string()))?;
            on.push(id.detach());
        }
        // A merge stands on what it merges as well.
        if let Ok(text) = std::fs::read_to_string(repository.git_dir().join("MERGE_HEAD")) {
            on.extend(text.lines().filter_map(|line| ObjectId::from_hex(line.trim().as_bytes()).ok()));
        }
        let sides = on.into_iter().map(|id| Ok(objects.commit(id)?.0.tree)).collect::<Result<Vec<_>, _>>()?;
        let file = match &paths.index_file {
            Some(path) if path.is_absolute() => path.clone(),
            Some(path) => folder.join(path),
            None => repository.index_path(),
        };
        let index = index::File::at_or_default(
            &file,
            repository.object_hash(),
            false,
            index::decode::Options::default(),
        )
        .map_err(|error| CannotLook::damaged("the index", error))?;
        let mut staged = Self { objects, index, sides, added: Vec::new(), unread: Vec::new() };
        let mut compared = Compared::default();
        let sides: Vec<_> = staged.sides.iter().copied().map(Some).collect();
        let mut unread = Vec::new();
        let whole = 0..staged.index.entries().len();
        staged.compare(whole, b"", &sides, staged.index.tree(), &mut compared, &mut unread)?;
        staged.added = compared.added;
        staged.unread = unread;
        Ok(staged)
    }

    /// How many files are staged.
    pub fn files(&self) -> usize {
        self.added.len()
    }

    fn path(&self, at: usize) -> &[u8] {
        self.index.entries().get(at).map_or(&b""[..], |entry| entry.path_in(self.index.path_backing()))
    }

    /// Compares a run of entries that lie in one folder with that folder on each side.
    fn compare(
        &self,
        run: Range<usize>,
        prefix: &[u8],
        sides: &[Option<ObjectId>],
        cached: Option<&extension::Tree>,
        out: &mut Compared,
        unread: &mut Vec<Unread>,
    ) -> Result<(), CannotLook> {
        deep(prefix)?;
        if let Some(cached) = cached
            && cached.num_entries.is_some_and(|n| n as usize == run.len())
            && sides.contains(&Some(cached.id))
        {
            return Ok(());
        }
        let folders: Vec<HashMap<Vec<u8>, TreeEntry>> = sides
            .iter()
            .flatten()
            .map(|side| {
                let entries = self.objects.tree(*side)?;
                Ok(entries.into_iter().map(|entry| (entry.name.clone(), entry)).collect())
            })
            .collect::<Result<_, CannotLook>>()?;
        let mut at = run.start;
        while at < run.end {
            let path = self.path(at);
            let rest = path.get(prefix.len()..).unwrap_or_default();
            let slash = rest.iter().position(|byte| *byte == b'/').filter(|slash| slash + 1 < rest.len());
            let Some(slash) = slash else {
                self.entry(at, rest, &folders, out, unread)?;
                at += 1;
                continue;
            };
            let name = &rest[..slash];
            let inner = &path[..prefix.len() + slash + 1];
            let end = (at..run.end).find(|i| !self.path(*i).starts_with(inner)).unwrap_or(run.end);
            let sides: Vec<Option<ObjectId>> = folders
                .iter()
                .filter_map(|folder| folder.get(name).filter(|e| e.sort == Sort::Tree))
                .map(|e| Some(e.id))
                .collect();
            let cached = cached.and_then(|tree| tree.children.iter().find(|child| child.name[..] == *name));
            self.compare(at..end, inner, &sides, cached, out, unread)?;
            at = end;
        }
        Ok(())
    }

    fn entry(
        &self,
        at: usize,
        name: &[u8],
        folders: &[HashMap<Vec<u8>, TreeEntry>],
        out: &mut Compared,
        unread: &mut Vec<Unread>,
    ) -> Result<(), CannotLook> {
        let Some(entry) = self.index.entries().get(at) else { return Ok(()) };
        let path = self.path(at).to_vec();
        if entry.stage() != Stage::Unconflicted {
            let why = "not merged yet: git will not commit it".to_owned();
            unread.push(Unread { place: Place::file(text_of(&path)), why });
            return Ok(());
        }
        // `git add -N` announces a file whose content is not staged.
        if entry.flags.contains(Flags::INTENT_TO_ADD) || entry.mode.contains(Mode::COMMIT) {
            return Ok(());
        }
        let name = name.strip_suffix(b"/").unwrap_or(name);
        let before: Vec<&TreeEntry> = folders.iter().filter_map(|folder| folder.get(name)).collect();
        if before.iter().any(|b| b.id == entry.id) {
            return Ok(());
        }
        if entry.mode == Mode::DIR {
            // A sparse index holds a folder outside of the checkout as one entry.
            let sides: Vec<_> = before.iter().filter(|b| b.sort == Sort::Tree).map(|b| Some(b.id)).collect();
            let at = path.strip_suffix(b"/").unwrap_or(&path).to_vec();
            return trees::compare(&self.objects, entry.id, &sides, at, &mut |_| Ok(()), out);
        }
        let before = before.iter().filter(|b| b.sort == Sort::Blob).map(|b| b.id).collect();
        out.added.push(Added { path, id: entry.id, before });
        Ok(())
    }

    /// Looks at what is staged.
    ///
    /// # Errors
    /// When an object is missing, or `may_do` says that it is enough.
    pub fn look(&self, may_do: MayDo<'_>) -> Result<Incoming, CannotLook> {
        let mut scan = Scan::new(&self.objects);
        let wanted = self.added.iter().map(|added| (added.id, added.path.clone())).collect();
        scan.look_at(wanted, may_do)?;
        let mut out =
            Incoming { looked: self.added.len() as u64, unread: self.unread.clone(), ..Incoming::default() };
        let any = self.added.iter().any(|a| scan.of(a.id, &a.path).is_some_and(|l| !l.hits.is_empty()));
        // What the change takes away elsewhere: a value that is only moved is not new.
        let known = if any { scan.values(&self.taken_away()?, may_do) } else { Default::default() };
        for added in &self.added {
            let Some(looked) = scan.of(added.id, &added.path).cloned() else { continue };
            if let Some(why) = looked.unread {
                out.unread.push(Unread { place: Place::file(text_of(&added.path)), why });
            }
            for hit in looked.hits {
                match hit.without(&known) {
                    Some(finding) => out.landings.push(Landing { finding, by: By::Index }),
                    None => out.kept += 1,
                }
            }
        }
        out.unread.sort();
        Ok(out)
    }

    /// The contents that stood in HEAD at paths which the index changes or no longer has.
    fn taken_away(&self) -> Result<Vec<(ObjectId, Vec<u8>)>, CannotLook> {
        let mut out: Vec<(ObjectId, Vec<u8>)> = Vec::new();
        for added in &self.added {
            out.extend(added.before.iter().map(|id| (*id, added.path.clone())));
        }
        for side in &self.sides {
            self.gone(*side, Vec::new(), self.index.tree(), &mut out)?;
        }
        Ok(out)
    }

    fn gone(
        &self,
        tree: ObjectId,
        at: Vec<u8>,
        cached: Option<&extension::Tree>,
        out: &mut Vec<(ObjectId, Vec<u8>)>,
    ) -> Result<(), CannotLook> {
        if cached.is_some_and(|cached| cached.num_entries.is_some() && cached.id == tree) {
            return Ok(());
        }
        deep(&at)?;
        for entry in self.objects.tree(tree)? {
            let mut path = at.clone();
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(&entry.name);
            match entry.sort {
                Sort::Tree => {
                    let cached = cached
                        .and_then(|tree| tree.children.iter().find(|child| child.name[..] == *entry.name));
                    self.gone(entry.id, path, cached, out)?;
                }
                Sort::Blob if self.entry_at(&path).is_none() => out.push((entry.id, path)),
                Sort::Blob | Sort::Commit => {}
            }
        }
        Ok(())
    }

    fn entry_at(&self, path: &[u8]) -> Option<ObjectId> {
        self.index.entry_by_path(path.into()).map(|entry| entry.id)
    }

    /// A staged file's content, by path; none when the index has no such file, or it is unreadable.
    pub fn content(&self, path: &str) -> Option<Vec<u8>> {
        self.objects.blob(self.entry_at(path.as_bytes())?).ok()
    }

    /// The staged files whose names `wanted` takes, where their folder changed, before and after.
    pub fn folders_around(&self, wanted: &dyn Fn(&str) -> bool) -> (Files, Files) {
        let (mut before, mut after) = (Files::new(), Files::new());
        for folder in changed_folders(&self.added, wanted) {
            for side in &self.sides {
                before.extend(files_of(&self.objects, *side, &folder, wanted));
            }
            let mut prefix = folder.clone();
            if !prefix.is_empty() {
                prefix.push(b'/');
            }
            for at in 0..self.index.entries().len() {
                let path = self.path(at);
                let inside = path.strip_prefix(&prefix[..]).is_some_and(|rest| !rest.contains(&b'/'));
                let Some(name) = std::str::from_utf8(path).ok().filter(|path| inside && wanted(path)) else {
                    continue;
                };
                if let Some(content) = self.content(name) {
                    after.insert(name.to_owned(), content);
                }
            }
        }
        (before, after)
    }
}

/// Refuses a path of more folders than any real one has, before it is walked down.
fn deep(path: &[u8]) -> Result<(), CannotLook> {
    if path.iter().filter(|byte| **byte == b'/').count() > trees::DEEPEST {
        return Err(CannotLook::TooMuch(format!("folders more than {} deep", trees::DEEPEST)));
    }
    Ok(())
}

/// Files by path.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The folders in which a file changed whose name `wanted` takes.
pub(super) fn changed_folders(added: &[Added], wanted: &dyn Fn(&str) -> bool) -> Vec<Vec<u8>> {
    let mut folders: Vec<Vec<u8>> = added
        .iter()
        .filter(|added| std::str::from_utf8(&added.path).is_ok_and(wanted))
        .map(|added| match added.path.iter().rposition(|byte| *byte == b'/') {
            Some(at) => added.path[..at].to_vec(),
            None => Vec::new(),
        })
        .collect();
    folders.sort();
    folders.dedup();
    folders
}

/// The files of one folder of a tree whose names `wanted` takes.
pub(super) fn files_of(
    objects: &Objects,
    tree: ObjectId,
    folder: &[u8],
    wanted: &dyn Fn(&str) -> bool,
) -> Files {
    let mut out = Files::new();
    let entries = objects.folder_at(tree, folder).and_then(|id| objects.tree(id).ok()).unwrap_or_default();
    for entry in entries.into_iter().filter(|entry| entry.sort == Sort::Blob) {
        let mut path = folder.to_vec();
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(&entry.name);
        let Some(path) = String::from_utf8(path).ok().filter(|path| wanted(path)) else { continue };
        if let Ok(content) = objects.blob(entry.id) {
            out.insert(path, content);
        }
    }
    out
}
