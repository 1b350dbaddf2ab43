//! Which commits a reference would bring that no reference holds yet: `new --not --all`.
//!
//! Commits are taken newest first; those that an existing reference reaches are painted hidden,
//! and the walk ends when only hidden ones wait. A wrong clock can make a commit count as new that
//! is not (it is then looked at again), never the other way round: only a true ancestor of an
//! existing reference is ever hidden.

use std::collections::{BinaryHeap, HashMap, HashSet};

use gix::{ObjectId, objs::Kind};

use super::{
    CannotLook,
    objects::{Commit, Objects},
    trees::GoOn,
};

#[derive(Clone, Copy, Default)]
struct Mark {
    seen: bool,
    hidden: bool,
    waiting: bool,
}

/// How many hidden commits are followed when nothing open is left: a commit with a wrong clock may
/// have been taken for new before its turn came to be painted.
const FURTHER: usize = 256;

/// A walk that goes on from one reference of a push to the next: what one of them brought is
/// hidden for those after it.
pub(super) struct Graph<'a> {
    objects: &'a Objects,
    /// Commits whose ancestors this clone does not have.
    shallow: &'a HashSet<ObjectId>,
    commits: HashMap<ObjectId, Commit>,
    marks: HashMap<ObjectId, Mark>,
    queue: BinaryHeap<(i64, ObjectId)>,
    /// How many in the queue are not hidden.
    open: usize,
}

impl<'a> Graph<'a> {
    /// A walk that hides whatever these reach. What cannot be read among them hides nothing.
    pub(super) fn new(
        objects: &'a Objects,
        shallow: &'a HashSet<ObjectId>,
        existing: &[ObjectId],
        go_on: GoOn<'_>,
    ) -> Result<Self, CannotLook> {
        let mut graph = Self {
            objects,
            shallow,
            commits: HashMap::new(),
            marks: HashMap::new(),
            queue: BinaryHeap::new(),
            open: 0,
        };
        for tip in existing {
            go_on(1)?;
            if let Ok(Peeled::Commit(id)) = peel(objects, *tip, &mut Vec::new()) {
                graph.hide(id);
            }
        }
        Ok(graph)
    }

    fn commit(&mut self, id: ObjectId) -> Result<&Commit, CannotLook> {
        if !self.commits.contains_key(&id) {
            let (mut commit, _) = self.objects.commit(id)?;
            if self.shallow.contains(&id) {
                commit.parents.clear();
            }
            self.commits.insert(id, commit);
        }
        self.commits.get(&id).ok_or_else(|| CannotLook::damaged(format!("the commit {id}"), "it is gone"))
    }

    /// The commit, if it was seen on the walk.
    pub(super) fn seen(&self, id: ObjectId) -> Option<&Commit> {
        self.commits.get(&id)
    }

    /// Whether an existing reference, or an earlier one of this push, holds it.
    pub(super) fn is_hidden(&self, id: ObjectId) -> bool {
        self.marks.get(&id).is_some_and(|mark| mark.hidden)
    }

    fn hide(&mut self, id: ObjectId) {
        let mark = self.marks.entry(id).or_default();
        if mark.hidden {
            return;
        }
        mark.hidden = true;
        if mark.waiting {
            self.open -= 1;
            return;
        }
        mark.seen = true;
        // A hidden commit that is missing (a shallow clone's edge) has no ancestors to hide.
        if let Ok(time) = self.commit(id).map(|commit| commit.time) {
            self.marks.entry(id).or_default().waiting = true;
            self.queue.push((time, id));
        }
    }

    /// The new commits that this one brings, the oldest last; each is told once, whichever
    /// reference brings it first.
    pub(super) fn brought_by(&mut self, tip: ObjectId, go_on: GoOn<'_>) -> Result<Vec<ObjectId>, CannotLook> {
        let mut listed = Vec::new();
        let mut further = FURTHER;
        self.open(tip)?;
        while self.open > 0 || (further > 0 && !listed.is_empty()) {
            let Some((_, id)) = self.queue.pop() else { break };
            go_on(1)?;
            if self.open == 0 {
                further -= 1;
            }
            let mark = self.marks.entry(id).or_default();
            mark.waiting = false;
            let hidden = mark.hidden;
            // Read before, so it can only be missing now if it always was.
            let parents = self.commit(id)?.parents.clone();
            if hidden {
                parents.into_iter().for_each(|parent| self.hide(parent));
            } else {
                self.open -= 1;
                listed.push(id);
                for parent in parents {
                    self.open(parent)?;
                }
            }
        }
        listed.retain(|id| !self.is_hidden(*id));
        for id in &listed {
            self.marks.entry(*id).or_default().hidden = true;
        }
        Ok(listed)
    }

    fn open(&mut self, id: ObjectId) -> Result<(), CannotLook> {
        if self.marks.get(&id).is_some_and(|mark| mark.seen) {
            return Ok(());
        }
        let time = self.commit(id)?.time;
        self.marks.insert(id, Mark { seen: true, hidden: false, waiting: true });
        self.queue.push((time, id));
        self.open += 1;
        Ok(())
    }
}

/// What a reference points at in the end.
pub(super) enum Peeled {
    Commit(ObjectId),
    Tree(ObjectId),
    Blob(ObjectId),
}

/// Follows tags; their own texts are added to `tags`.
pub(super) fn peel(
    objects: &Objects,
    id: ObjectId,
    tags: &mut Vec<(ObjectId, Vec<u8>)>,
) -> Result<Peeled, CannotLook> {
    /// A tag of a tag of a tag: more than this is no real one.
    const MOST: usize = 16;
    let mut id = id;
    for _ in 0..MOST {
        let Some((kind, _)) = objects.header(id) else {
            return Err(CannotLook::damaged(format!("the object {id}"), "it is not there"));
        };
        match kind {
            Kind::Commit => return Ok(Peeled::Commit(id)),
            Kind::Tree => return Ok(Peeled::Tree(id)),
            Kind::Blob => return Ok(Peeled::Blob(id)),
            Kind::Tag => {
                let mut buffer = Vec::new();
                objects.read(id, &mut buffer)?;
                let tag = gix::objs::TagRef::from_bytes(&buffer, objects.hash())
                    .map_err(|error| CannotLook::damaged(format!("the tag {id}"), error))?;
                let target = tag.target();
                tags.push((id, tag.message.to_vec()));
                id = target;
            }
        }
    }
    Err(CannotLook::TooMuch(format!("more than {MOST} tags, each of the next")))
}
