//! New files looked at on several threads, each content at each path once; and what of the hits
//! stood in the repository before.

use std::{
    collections::{BTreeSet, HashMap},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use domain::Digest;
use gix::ObjectId;

use crate::text::is_binary;

use super::{
    CannotLook,
    look::{Looked, look},
    objects::{LARGEST, Objects},
    text_of,
};

/// What is about to be done, in bytes: whoever grants the time knows what each costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// An object is about to be put together.
    Read(u64),
    /// A text is about to be searched, which takes longer.
    Search(u64),
}

/// Whether there is time for this; asked on every thread.
pub type MayDo<'a> = &'a (dyn Fn(Work) -> bool + Sync);

/// Contents by identity and path, looked at once.
pub(super) struct Scan<'a> {
    objects: &'a Objects,
    done: HashMap<(ObjectId, Vec<u8>), Looked>,
}

impl<'a> Scan<'a> {
    pub(super) fn new(objects: &'a Objects) -> Self {
        Self { objects, done: HashMap::new() }
    }

    /// Looks at what was not looked at yet among these.
    pub(super) fn look_at(
        &mut self,
        wanted: Vec<(ObjectId, Vec<u8>)>,
        may_do: MayDo<'_>,
    ) -> Result<(), CannotLook> {
        let mut wanted: Vec<_> = wanted.into_iter().filter(|key| !self.done.contains_key(key)).collect();
        wanted.sort();
        wanted.dedup();
        let workers = std::thread::available_parallelism().map_or(1, usize::from).min(8);
        let workers = workers.min(wanted.len().div_ceil(16)).max(1);
        let next = AtomicUsize::new(0);
        let over = AtomicBool::new(false);
        let work = |objects: Objects| {
            let mut done: Vec<(usize, Result<Looked, CannotLook>)> = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some((id, path)) = wanted.get(at) else { return done };
                let size = objects.header(*id).map_or(0, |(_, size)| size);
                let looked = (!over.load(Ordering::Relaxed))
                    .then(|| one(&objects, *id, path, size, may_do).transpose())
                    .flatten();
                let Some(looked) = looked else {
                    over.store(true, Ordering::Relaxed);
                    return done;
                };
                done.push((at, looked));
            }
        };
        let parts = if workers == 1 {
            vec![work(self.objects.clone())]
        } else {
            std::thread::scope(|scope| {
                let running: Vec<_> = (0..workers)
                    .map(|_| {
                        let objects = self.objects.clone();
                        scope.spawn(|| work(objects))
                    })
                    .collect();
                running
                    .into_iter()
                    .map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                    .collect()
            })
        };
        let total = wanted.len();
        let mut parts: Vec<_> = parts.into_iter().flatten().collect();
        parts.sort_by_key(|(at, _)| *at);
        let looked = parts.len();
        for (at, result) in parts {
            // Indices come from the list itself.
            if let Some(key) = wanted.get(at) {
                self.done.insert(key.clone(), result?);
            }
        }
        if over.into_inner() {
            return Err(CannotLook::TooMuch(format!("{looked} of {total} new files were looked at in time")));
        }
        Ok(())
    }

    /// What was seen in a content at a path.
    pub(super) fn of(&self, id: ObjectId, path: &[u8]) -> Option<&Looked> {
        self.done.get(&(id, path.to_vec()))
    }

    /// The values that these contents hold. What cannot be read holds none: a value is then told
    /// as new, which errs towards stopping.
    pub(super) fn values(&mut self, contents: &[(ObjectId, Vec<u8>)], may_do: MayDo<'_>) -> BTreeSet<Digest> {
        let mut known = BTreeSet::new();
        for (id, path) in contents {
            if !self.done.contains_key(&(*id, path.clone())) {
                let size = self.objects.header(*id).map_or(0, |(_, size)| size);
                let Some(looked) = one(self.objects, *id, path, size, may_do).ok().flatten() else {
                    continue;
                };
                self.done.insert((*id, path.clone()), looked);
            }
            if let Some(looked) = self.of(*id, path) {
                known.extend(looked.hits.iter().flat_map(super::look::Hit::values));
            }
        }
        known
    }
}

/// Looks at one content; none where there is no time for it.
fn one(
    objects: &Objects,
    id: ObjectId,
    path: &[u8],
    size: u64,
    may_do: MayDo<'_>,
) -> Result<Option<Looked>, CannotLook> {
    if size > LARGEST {
        let why = format!("larger than {} MiB, not looked into", LARGEST >> 20);
        return Ok(Some(Looked { hits: Vec::new(), unread: Some(why) }));
    }
    if !may_do(Work::Read(size)) {
        return Ok(None);
    }
    let content = objects.blob(id)?;
    if !is_binary(&content) && !may_do(Work::Search(size)) {
        return Ok(None);
    }
    Ok(Some(look(&text_of(path), content)))
}
