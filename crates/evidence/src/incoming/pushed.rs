//! What a push would add: every commit, tag and file that no reference holds yet.
//!
//! git hands a pre-receive hook the references as they would become, while the objects lie in
//! quarantine. Every new commit is compared with its own parents, so a secret that one commit
//! brings and the next takes out is seen: it would be in the history for good. Texts of commits
//! and tags are looked at too.

use std::{
    collections::{BTreeSet, HashSet},
    path::Path,
};

use domain::{Place, Unread};
use gix::ObjectId;

use super::{
    By, CannotLook, GitPaths, Incoming, Landing,
    graph::{Graph, Peeled, peel},
    objects::{self, Objects},
    scan::{MayDo, Scan},
    staged::{Files, changed_folders, files_of},
    text_of,
    trees::{self, Added, Compared, GoOn},
};

/// A line that git hands to a pre-receive hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// What the reference points at; none if it does not exist yet.
    pub old: Option<ObjectId>,
    /// What it would point at; none if it would be deleted.
    pub new: Option<ObjectId>,
    /// The reference's full name.
    pub name: String,
}

/// Why a line cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a line of `old new reference` was expected, as git hands it to a pre-receive hook")]
pub struct NoUpdate;

impl Update {
    /// Reads one line: `old new reference`. A name that is not UTF-8 is kept as far as it can be shown.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(line: &[u8]) -> Result<Self, NoUpdate> {
        let mut parts = line.splitn(3, |byte| *byte == b' ');
        let mut id = || {
            let id = ObjectId::from_hex(parts.next().unwrap_or_default()).map_err(|_| NoUpdate)?;
            Ok((!id.is_null()).then_some(id))
        };
        let (old, new) = (id()?, id()?);
        let name = parts.next().filter(|name| !name.is_empty()).ok_or(NoUpdate)?;
        Ok(Self { old, new, name: text_of(name) })
    }
}

/// A repository that is receiving.
pub struct Receiving {
    objects: Objects,
    existing: Vec<ObjectId>,
    shallow: HashSet<ObjectId>,
}

/// The new commits of one reference.
struct Brought {
    commit: ObjectId,
    tree: ObjectId,
    parents: Vec<ObjectId>,
    added: Vec<Added>,
}

impl Receiving {
    /// Opens the repository that git names, or that the folder lies in; with every reference it has.
    ///
    /// # Errors
    /// See [`CannotLook`].
    pub fn open(folder: &Path, paths: &GitPaths) -> Result<Self, CannotLook> {
        let repository = objects::repository(folder, paths.git_dir.as_ref())?;
        let mut folders = paths.object_dirs.clone();
        folders.push(repository.common_dir().join("objects"));
        let objects = Objects::open(&folders, repository.object_hash())?;
        let references = |error: String| CannotLook::damaged("the references", error);
        let mut existing = BTreeSet::new();
        let platform = repository.references().map_err(|error| references(error.to_string()))?;
        for reference in platform.all().map_err(|error| references(error.to_string()))? {
            // One that cannot be read hides nothing: more is looked at, not less.
            let Ok(reference) = reference else { continue };
            existing.extend(reference.inner.peeled);
            existing.extend(reference.inner.target.try_id().map(|id| id.to_owned()));
        }
        let shallow = std::fs::read_to_string(repository.common_dir().join("shallow")).unwrap_or_default();
        let shallow = shallow.lines().filter_map(|line| ObjectId::from_hex(line.as_bytes()).ok()).collect();
        Ok(Self { objects, existing: existing.into_iter().collect(), shallow })
    }

    /// Looks at what each reference would bring, in the order given: what two bring is told with
    /// the first. `go_on` is asked before each object of the walk, `may_do` before each content;
    /// where they end it, [`Incoming::cut`] says so beside what was seen until then.
    ///
    /// # Errors
    /// When an object is missing or damaged, or the references alone are more than was granted.
    pub fn look(
        &self,
        updates: &[Update],
        go_on: GoOn<'_>,
        may_do: MayDo<'_>,
    ) -> Result<Vec<Incoming>, CannotLook> {
        let mut graph = Graph::new(&self.objects, &self.shallow, &self.existing, go_on)?;
        let mut scan = Scan::new(&self.objects);
        let mut out = Vec::new();
        for update in updates {
            let mut incoming = Incoming::default();
            if let Some(new) = update.new {
                match self.look_at_one(update, new, &mut graph, &mut scan, go_on, may_do, &mut incoming) {
                    Err(CannotLook::TooMuch(why)) => incoming.cut = Some(why),
                    other => other?,
                }
            }
            out.push(incoming);
        }
        Ok(out)
    }

    #[expect(clippy::too_many_arguments, reason = "one step of a loop, taken out to be read alone")]
    fn look_at_one(
        &self,
        update: &Update,
        new: ObjectId,
        graph: &mut Graph<'_>,
        scan: &mut Scan<'_>,
        go_on: GoOn<'_>,
        may_do: MayDo<'_>,
        out: &mut Incoming,
    ) -> Result<(), CannotLook> {
        let mut tags = Vec::new();
        let target = peel(&self.objects, new, &mut tags)?;
        for (id, text) in tags.into_iter().filter(|(id, _)| !self.existing.contains(id)) {
            self.text(&format!("(text of tag {})", short(id)), text, By::Tag(id.to_string()), out);
        }
        let mut brought = Vec::new();
        match target {
            Peeled::Commit(tip) => {
                for id in graph.brought_by(tip, go_on)? {
                    brought.push(self.brought(id, graph, go_on, out)?);
                }
            }
            // Not a commit: whatever it holds is looked at whole, unless it is there already.
            Peeled::Tree(tree) if !self.existing.contains(&tree) => {
                let mut compared = Compared::default();
                trees::compare(&self.objects, tree, &[], Vec::new(), go_on, &mut compared)?;
                let added = compared.added;
                brought.push(Brought { commit: new, tree, parents: Vec::new(), added });
            }
            Peeled::Blob(id) if !self.existing.contains(&id) => {
                let added = vec![Added { path: update.name.clone().into_bytes(), id, before: Vec::new() }];
                brought.push(Brought { commit: new, tree: id, parents: Vec::new(), added });
            }
            Peeled::Tree(_) | Peeled::Blob(_) => {}
        }
        let wanted: Vec<_> =
            brought.iter().flat_map(|b| &b.added).map(|added| (added.id, added.path.clone())).collect();
        let distinct: HashSet<_> = wanted.iter().map(|(id, path)| (*id, path.as_slice())).collect();
        out.looked += distinct.len() as u64;
        drop(distinct);
        let scanned = scan.look_at(wanted, may_do);
        if let Err(CannotLook::Damaged { .. } | CannotLook::NotGit(_)) = &scanned {
            return scanned;
        }
        // The oldest first: where a value came in is where it is told.
        for one in brought.iter().rev() {
            self.judge_one(one, update, graph, scan, go_on, may_do, out);
        }
        let mut seen = HashSet::new();
        out.landings.retain(|landing| seen.insert(landing.finding.fingerprint));
        out.unread.sort();
        out.unread.dedup();
        scanned
    }

    fn brought(
        &self,
        id: ObjectId,
        graph: &Graph<'_>,
        go_on: GoOn<'_>,
        out: &mut Incoming,
    ) -> Result<Brought, CannotLook> {
        let (commit, message) = self.objects.commit(id)?;
        self.text(&format!("(message of commit {})", short(id)), message, By::Commit(id.to_string()), out);
        let parents = if self.shallow.contains(&id) { Vec::new() } else { commit.parents };
        let sides = parents
            .iter()
            .map(|parent| match graph.seen(*parent) {
                Some(parent) => Ok(Some(parent.tree)),
                None => Ok(Some(self.objects.commit(*parent)?.0.tree)),
            })
            .collect::<Result<Vec<_>, CannotLook>>()?;
        let mut compared = Compared::default();
        trees::compare(&self.objects, commit.tree, &sides, Vec::new(), go_on, &mut compared)?;
        let parents = sides.into_iter().flatten().collect();
        Ok(Brought { commit: id, tree: commit.tree, parents, added: compared.added })
    }

    /// A text that is no file: the message of a commit, of a tag.
    fn text(&self, name: &str, text: Vec<u8>, by: By, out: &mut Incoming) {
        /// A text that nobody writes by hand.
        const LARGEST: usize = 1 << 20;
        out.looked += 1;
        if text.len() > LARGEST {
            let why = format!("larger than {} MiB", LARGEST >> 20);
            out.unread.push(Unread { place: Place::file(name), why });
            return;
        }
        for hit in super::look::look(name, text).hits {
            if let Some(finding) = hit.without(&BTreeSet::new()) {
                out.landings.push(Landing { finding, by: by.clone() });
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one step of a loop, taken out to be read alone")]
    fn judge_one(
        &self,
        one: &Brought,
        update: &Update,
        graph: &Graph<'_>,
        scan: &mut Scan<'_>,
        go_on: GoOn<'_>,
        may_do: MayDo<'_>,
        out: &mut Incoming,
    ) {
        let mut known = None;
        for added in &one.added {
            let Some(looked) = scan.of(added.id, &added.path).cloned() else { continue };
            if let Some(why) = looked.unread {
                out.unread.push(Unread { place: Place::file(text_of(&added.path)), why });
            }
            if looked.hits.is_empty() {
                continue;
            }
            let known = match &known {
                Some(known) => known,
                None => {
                    // Where time ran out, a value is told as new: that errs towards stopping.
                    let contents = self.stood_before(one, update, graph, go_on).unwrap_or_default();
                    known.insert(scan.values(&contents, may_do))
                }
            };
            for hit in looked.hits {
                match hit.without(known) {
                    Some(finding) => {
                        out.landings.push(Landing { finding, by: By::Commit(one.commit.to_string()) });
                    }
                    None => out.kept += 1,
                }
            }
        }
    }

    /// Contents in which the values of a commit may have stood already: what it takes away from its
    /// parents, and what its own paths hold where the reference stands now (a rebased branch).
    fn stood_before(
        &self,
        one: &Brought,
        update: &Update,
        graph: &Graph<'_>,
        go_on: GoOn<'_>,
    ) -> Result<Vec<(ObjectId, Vec<u8>)>, CannotLook> {
        let mut out = Vec::new();
        for parent in &one.parents {
            let mut gone = Compared::default();
            trees::compare(&self.objects, *parent, &[Some(one.tree)], Vec::new(), go_on, &mut gone)?;
            out.extend(gone.added.into_iter().map(|gone| (gone.id, gone.path)));
        }
        if let Some(tree) = update.old.and_then(|old| self.tree_of(old, graph)) {
            for added in &one.added {
                go_on(1)?;
                out.extend(self.objects.at(tree, &added.path).map(|id| (id, added.path.clone())));
            }
        }
        Ok(out)
    }

    fn tree_of(&self, id: ObjectId, graph: &Graph<'_>) -> Option<ObjectId> {
        match peel(&self.objects, id, &mut Vec::new()).ok()? {
            Peeled::Commit(id) => match graph.seen(id) {
                Some(commit) => Some(commit.tree),
                None => Some(self.objects.commit(id).ok()?.0.tree),
            },
            Peeled::Tree(id) => Some(id),
            Peeled::Blob(_) => None,
        }
    }

    /// A file as it stands where a reference would point, by path; none when there is no such file.
    pub fn content(&self, update: &Update, path: &str) -> Option<Vec<u8>> {
        let id = self.objects.at(self.tip(update.new?)?, path.as_bytes())?;
        self.objects.blob(id).ok()
    }

    fn tip(&self, id: ObjectId) -> Option<ObjectId> {
        match peel(&self.objects, id, &mut Vec::new()).ok()? {
            Peeled::Commit(id) => Some(self.objects.commit(id).ok()?.0.tree),
            Peeled::Tree(id) => Some(id),
            Peeled::Blob(_) => None,
        }
    }

    /// The files whose names `wanted` takes, where their folder changed between what the reference
    /// points at now and what it would point at: before and after. Of a new reference, before is
    /// where its history leaves what is there.
    ///
    /// # Errors
    /// As [`Receiving::look`].
    pub fn folders_around(
        &self,
        update: &Update,
        wanted: &dyn Fn(&str) -> bool,
        go_on: GoOn<'_>,
    ) -> Result<(Files, Files), CannotLook> {
        let (mut before, mut after) = (Files::new(), Files::new());
        let Some(tip) = update.new.and_then(|new| self.tip(new)) else { return Ok((before, after)) };
        let sides: Vec<ObjectId> = match update.old {
            Some(old) => self.tip(old).into_iter().collect(),
            None => self.left_at(update, go_on)?,
        };
        let mut compared = Compared::default();
        let optional: Vec<_> = sides.iter().copied().map(Some).collect();
        trees::compare(&self.objects, tip, &optional, Vec::new(), go_on, &mut compared)?;
        for folder in changed_folders(&compared.added, wanted) {
            for side in &sides {
                before.extend(files_of(&self.objects, *side, &folder, wanted));
            }
            after.extend(files_of(&self.objects, tip, &folder, wanted));
        }
        Ok((before, after))
    }

    /// The trees of the existing commits from which a new reference sets out.
    fn left_at(&self, update: &Update, go_on: GoOn<'_>) -> Result<Vec<ObjectId>, CannotLook> {
        let mut graph = Graph::new(&self.objects, &self.shallow, &self.existing, go_on)?;
        let Some(Ok(Peeled::Commit(tip))) = update.new.map(|new| peel(&self.objects, new, &mut Vec::new()))
        else {
            return Ok(Vec::new());
        };
        let brought: HashSet<ObjectId> = graph.brought_by(tip, go_on)?.into_iter().collect();
        let mut out = BTreeSet::new();
        for id in brought.iter().copied().chain([tip]) {
            let Some(commit) = graph.seen(id).cloned() else { continue };
            if !brought.contains(&id) {
                // Nothing is new: it sets out from its own tip.
                out.insert(commit.tree);
            }
            for parent in commit.parents.into_iter().filter(|parent| !brought.contains(parent)) {
                out.extend(graph.seen(parent).map(|parent| parent.tree));
            }
        }
        Ok(out.into_iter().take(16).collect())
    }
}

fn short(id: ObjectId) -> String {
    id.to_hex_with_len(10).to_string()
}
