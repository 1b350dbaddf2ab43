//! Following the lockfiles along the line: which versions were there from when until when.
//!
//! A version is there as long as any lockfile holds it: one that moves to another folder, or from one
//! lockfile to another in the same commit, has not left.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    rc::Rc,
};

use domain::Timestamp;

use super::{
    Asked, Lockfile, LockfileHistory, Spell, Stay, Until,
    contents::{Contents, Named, Wanted},
    files::{self, Family, Part},
    folders::{File, Folders, ShapeOf},
    line::{Line, Step},
};
use crate::material::history::{History, id};

/// A lockfile on its way.
struct Slot {
    family: Family,
    blob: u32,
    holds: Rc<[Named]>,
    /// Since when what it holds is only carried on.
    lost: Option<Timestamp>,
    /// It was deleted, its manifest was not.
    orphan: bool,
}

/// How often a version is held.
#[derive(Default)]
struct Held {
    count: u32,
    since: Option<(Timestamp, bool)>,
    /// No lockfile ever said that it is needed for more than development.
    ships: bool,
    spells: Vec<Spell>,
}

/// Follows the line and fills in the answer.
pub(super) fn follow(
    history: &History,
    asked: &Asked<'_>,
    line: &Line,
    folders: &mut Folders,
    out: &mut LockfileHistory,
) {
    let (Some(first), Some(last)) = (line.steps.first(), line.steps.last()) else { return };
    out.head = id::to_hex(history.id(last.commit));
    out.commits = line.steps.len() as u64;
    out.span = Some((first.at, last.at));
    out.begins_inside = line.begins_inside;
    let (changes, blind) = changes(line, folders, out);
    folders.forget_trees();
    let mut following = Following {
        history,
        slots: BTreeMap::new(),
        held: HashMap::new(),
        files: BTreeMap::new(),
        unread: BTreeMap::new(),
        contents: Contents::new(history, asked.limits, asked.stop, queue(&changes, folders)),
        touched: BTreeSet::new(),
    };
    for (at, (step, shape)) in changes.iter().enumerate() {
        if at % 16 == 0 && (asked.stop)() {
            out.stopped = true;
            break;
        }
        let files = folders.files(*shape);
        following.step(step, &files, line.begins_inside && step.commit == first.commit);
    }
    following.finish(blind, out);
}

/// The steps at which files that are looked at changed; and since when, up to the end, none could be
/// looked at.
fn changes(
    line: &Line,
    folders: &mut Folders,
    out: &mut LockfileHistory,
) -> (Vec<(Step, ShapeOf)>, Option<Timestamp>) {
    let mut changes: Vec<(Step, ShapeOf)> = Vec::new();
    let mut unread = 0u64;
    let mut blind = None;
    for step in &line.steps {
        let Some(shape) = folders.shape(step.tree) else {
            // What is in a folder that cannot be read is unknown: the step before is carried on.
            unread += 1;
            blind.get_or_insert(step.at);
            continue;
        };
        blind = None;
        if changes.last().is_none_or(|(_, before)| *before != shape) {
            changes.push((*step, shape));
        }
    }
    if unread > 0 {
        let why =
            format!("{unread} commits: folders of them are missing, damaged or hold too many lockfiles");
        out.unread.push((".git".to_owned(), why));
    }
    (changes, blind)
}

/// The contents in the order in which they are first met, with the manifests that were beside them.
fn queue(changes: &[(Step, ShapeOf)], folders: &Folders) -> Vec<Wanted> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for (_, shape) in changes {
        let files = folders.files(*shape);
        for file in files.iter().filter(|file| file.part == Part::Lockfile) {
            if !seen.insert(file.blob) {
                continue;
            }
            let folder = files::split(&file.path).0;
            let beside = files::companions(file.family)
                .iter()
                .map(|name| if folder.is_empty() { (*name).to_owned() } else { format!("{folder}/{name}") })
                .filter_map(|path| {
                    let at = files.binary_search_by(|f| f.path.as_str().cmp(&path)).ok()?;
                    Some((path, files[at].blob))
                })
                .collect();
            out.push(Wanted { path: file.path.clone(), blob: file.blob, beside });
        }
    }
    out
}

struct Following<'a> {
    history: &'a History,
    slots: BTreeMap<String, Slot>,
    held: HashMap<u32, Held>,
    /// By path: contents read, contents that could not be.
    files: BTreeMap<String, (u64, u64)>,
    /// By path and reason: how many contents, and the first commit.
    unread: BTreeMap<(String, Rc<str>), (u64, u32)>,
    contents: Contents<'a>,
    touched: BTreeSet<u32>,
}

impl Following<'_> {
    fn step(&mut self, step: &Step, files: &[File], earlier: bool) {
        let locks = || files.iter().filter(|file| file.part == Part::Lockfile);
        for file in locks() {
            self.hold(step, file);
        }
        let here: BTreeSet<&str> = locks().map(|file| file.path.as_str()).collect();
        let gone: Vec<String> =
            self.slots.keys().filter(|path| !here.contains(path.as_str())).cloned().collect();
        for path in gone {
            self.without(step, files, path);
        }
        let touched = std::mem::take(&mut self.touched);
        for number in touched {
            let Some(held) = self.held.get_mut(&number) else { continue };
            match (held.count, held.since) {
                (0, Some((from, earlier))) => {
                    held.since = None;
                    let commit = id::to_hex(self.history.id(step.commit));
                    let until = Until::Gone { at: step.at, by: step.by, commit };
                    held.spells.push(Spell { from, earlier, until });
                }
                (1.., None) => held.since = Some((step.at, earlier)),
                _ => {}
            }
        }
    }

    /// A lockfile is there.
    fn hold(&mut self, step: &Step, file: &File) {
        if self.slots.get(&file.path).is_some_and(|slot| slot.blob == file.blob && !slot.orphan) {
            return;
        }
        let tally = self.files.entry(file.path.clone()).or_default();
        match self.contents.get(file.blob) {
            Ok(holds) => {
                tally.0 += 1;
                self.add(&holds);
                let slot = Slot { family: file.family, blob: file.blob, holds, lost: None, orphan: false };
                if let Some(old) = self.slots.insert(file.path.clone(), slot) {
                    self.remove(&old.holds);
                }
            }
            Err(why) => {
                tally.1 += 1;
                self.unread.entry((file.path.clone(), why)).or_insert((0, step.commit)).0 += 1;
                // Carried on: that it cannot be read does not mean that anything left.
                let slot = self.slots.entry(file.path.clone()).or_insert_with(|| Slot {
                    family: file.family,
                    blob: file.blob,
                    holds: Rc::from([]),
                    lost: None,
                    orphan: false,
                });
                (slot.blob, slot.orphan) = (file.blob, false);
                slot.lost.get_or_insert(step.at);
            }
        }
    }

    /// A lockfile is not there any more: nothing of it is, unless what it locked stayed and no other
    /// lockfile took its place.
    fn without(&mut self, step: &Step, files: &[File], path: String) {
        let Some(slot) = self.slots.get_mut(&path) else { return };
        let folder = files::split(&path).0;
        let beside = |part: Part| {
            files.iter().any(|file| {
                file.part == part && file.family == slot.family && files::split(&file.path).0 == folder
            })
        };
        if beside(Part::Manifest) && !beside(Part::Lockfile) {
            slot.orphan = true;
            slot.lost.get_or_insert(step.at);
        } else if let Some(slot) = self.slots.remove(&path) {
            self.remove(&slot.holds);
        }
    }

    fn add(&mut self, holds: &[Named]) {
        for named in holds {
            let held = self.held.entry(named.purl()).or_default();
            held.count += 1;
            held.ships |= !named.development();
            self.touched.insert(named.purl());
        }
    }

    fn remove(&mut self, holds: &[Named]) {
        for named in holds {
            if let Some(held) = self.held.get_mut(&named.purl()) {
                held.count = held.count.saturating_sub(1);
                self.touched.insert(named.purl());
            }
        }
    }

    fn finish(mut self, blind: Option<Timestamp>, out: &mut LockfileHistory) {
        // Held by lockfiles that were lost alone: what became of it is not known.
        let mut lost: HashMap<u32, (u32, Timestamp)> = HashMap::new();
        for slot in self.slots.values() {
            let Some(at) = slot.lost else { continue };
            for named in slot.holds.iter() {
                let entry = lost.entry(named.purl()).or_insert((0, at));
                *entry = (entry.0 + 1, entry.1.max(at));
            }
        }
        for (number, held) in &mut self.held {
            let Some((from, earlier)) = held.since.take() else { continue };
            let until = match lost.get(number) {
                Some((count, at)) if *count >= held.count => Until::Lost { at: *at },
                _ => blind.map_or(Until::Here, |at| Until::Lost { at }),
            };
            held.spells.push(Spell { from, earlier, until });
        }
        let purls = self.contents.purls();
        out.stays = self
            .held
            .into_iter()
            .filter_map(|(number, held)| {
                let purl = purls.get(number as usize)?.clone();
                Some(Stay { purl, development: !held.ships, spells: held.spells })
            })
            .collect();
        out.stays.sort_by_cached_key(|stay| stay.purl.to_string());
        let slots = &self.slots;
        out.lockfiles = self
            .files
            .into_iter()
            .map(|(path, (contents, unreadable))| Lockfile {
                here: slots.get(&path).is_some_and(|slot| !slot.orphan),
                contents,
                unreadable,
                path,
            })
            .collect();
        for ((path, why), (count, commit)) in self.unread {
            let first = &id::to_hex(self.history.id(commit))[..12];
            let times = if count == 1 { "one content".to_owned() } else { format!("{count} contents") };
            out.unread.push((path, format!("{times} of the past, from commit {first} on: {why}")));
        }
        for (path, slot) in slots {
            if slot.orphan {
                let why = "deleted while its manifest stayed: what became of its components is not known";
                out.unread.push((path.clone(), why.to_owned()));
            }
        }
        out.unread.sort();
    }
}
