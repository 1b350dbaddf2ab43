//! One pass over all commits and trees: who changed what when, and which lockfiles lie in which tree.
//!
//! Kept of a tree are its folders and the files that are looked at, as two numbers each. What lies in a
//! tree is a shape, the list of its names with the files and shapes under them; of the many trees of a
//! history few have shapes of their own, and a shape's files are listed only when they are asked for.

use std::collections::{HashMap, HashSet};

use super::{
    files::{self, Family, Part},
    line::Row,
};
use crate::material::history::{
    History, Kind,
    commit::Commit,
    tree::{self, ItemKind},
    walk::{Base, Object, Unreadable, Visit},
};

/// More files than this in one tree are not looked at.
const MOST_FILES: u32 = 5_000;

/// Folders in folders deeper than this are not looked into.
const DEEPEST: usize = 64;

/// No object: the clone lacks it.
pub(super) const NONE: u32 = u32::MAX;

/// A file that is looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) family: Family,
    pub(super) part: Part,
    /// Its content, or [`NONE`].
    pub(super) blob: u32,
}

/// Names of files and of folders, and the number that each goes under: an odd one is a folder's.
#[derive(Default)]
struct Names([HashMap<Box<[u8]>, u32>; 2]);

impl Names {
    fn number(&mut self, name: &[u8], folder: bool) -> u32 {
        let names = &mut self.0[usize::from(folder)];
        if let Some(known) = names.get(name) {
            return *known;
        }
        let next = u32::try_from(names.len()).unwrap_or(u32::MAX >> 1) << 1 | u32::from(folder);
        names.insert(Box::from(name), next);
        next
    }
}

/// The trees that one thread saw, with what of them is of interest.
#[derive(Default)]
struct Seen {
    names: Names,
    /// Name and object.
    entries: Vec<(u32, u32)>,
    /// A tree, and where its entries start and end.
    trees: Vec<(u32, u32, u32)>,
}

/// One thread's pass.
pub(super) struct Look<'a> {
    history: &'a History,
    pub(super) commits: Vec<Row>,
    seen: Seen,
}

impl<'a> Look<'a> {
    pub(super) fn new(history: &'a History) -> Self {
        Self { history, commits: Vec::new(), seen: Seen::default() }
    }

    fn tree(&mut self, object: Object<'_>) {
        let start = self.seen.entries.len();
        let (history, seen) = (self.history, &mut self.seen);
        let whole = tree::items(object.data, history.width, |item| {
            let folder = match item.kind {
                ItemKind::Commit => return,
                ItemKind::Tree if files::is_skipped(item.name) => return,
                ItemKind::Tree => true,
                ItemKind::Blob if files::by_name(item.name).is_some() => false,
                ItemKind::Blob => return,
            };
            let name = seen.names.number(item.name, folder);
            seen.entries.push((name, history.find(item.id).unwrap_or(NONE)));
        });
        if !whole {
            self.gap();
        }
        self.end(object.number, start);
    }

    /// A folder that the clone lacks.
    fn gap(&mut self) {
        let name = self.seen.names.number(b"", true);
        self.seen.entries.push((name, NONE));
    }

    fn end(&mut self, number: u32, start: usize) {
        let end = self.seen.entries.len();
        if end > start
            && let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(end))
        {
            self.seen.trees.push((number, start, end));
        }
    }
}

impl Visit for Look<'_> {
    type Memory = ();

    fn visit(&mut self, object: Object<'_>, _base: Option<Base<'_, ()>>) {
        match object.kind {
            Kind::Commit => {
                let row = Commit::read(object.data).map(|c| Row::of(self.history, object.number, &c));
                self.commits.extend(row);
            }
            Kind::Tree => self.tree(object),
            Kind::Blob | Kind::Tag => {}
        }
    }

    fn unreadable(&mut self, number: u32, kind: Option<Kind>, _why: Unreadable) {
        // A tree that cannot be had is like one with a folder that the clone lacks.
        if kind != Some(Kind::Commit) {
            let start = self.seen.entries.len();
            self.gap();
            self.end(number, start);
        }
    }
}

/// What a name is.
struct Name {
    text: Box<str>,
    /// None: a folder.
    what: Option<(Family, Part)>,
}

/// Names, and the object of a file or the shape of a folder.
type Entries = Box<[(u32, u32)]>;

/// What lies in a tree.
struct Shape {
    entries: Entries,
    /// A folder could not be read, or there are more files than are looked at.
    part_unread: bool,
    files: u32,
}

/// What lies in a tree: trees with the same number hold the same files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ShapeOf(u32);

/// Nothing lies there.
const EMPTY: u32 = 0;
/// It cannot be known what lies there.
const UNREAD: u32 = 1;

/// All trees.
pub(super) struct Folders {
    /// What the threads saw, names by the numbers of this list.
    seen: Vec<Seen>,
    /// Those of files, and those of folders.
    names: [Vec<Name>; 2],
    /// By object: the place in `slots`, one added.
    slot: Vec<u32>,
    /// Thread, and where the entries start and end.
    slots: Vec<(u32, u32, u32)>,
    shapes: Vec<Shape>,
    /// By entries and whether a part is unread.
    known: HashMap<(Entries, bool), u32>,
    /// By tree, and whether its own name makes lists of requirements of its texts.
    of: HashMap<(u32, bool), u32>,
    open: HashSet<u32>,
}

impl Folders {
    pub(super) fn of(history: &History, looks: Vec<Look<'_>>) -> Self {
        let mut names = Names::default();
        let mut slot = vec![0; history.objects() as usize];
        let mut slots = Vec::new();
        let mut all = Vec::new();
        for (thread, look) in (0u32..).zip(looks) {
            let mut seen = look.seen;
            let map = [false, true].map(|folder| {
                let own = std::mem::take(&mut seen.names.0[usize::from(folder)]);
                let mut map = vec![0; own.len()];
                for (name, at) in own {
                    map[at as usize >> 1] = names.number(&name, folder);
                }
                map
            });
            seen.entries.iter_mut().for_each(|(at, _)| *at = map[*at as usize & 1][*at as usize >> 1]);
            for (tree, start, end) in std::mem::take(&mut seen.trees) {
                slots.push((thread, start, end));
                slot[tree as usize] = u32::try_from(slots.len()).unwrap_or(0);
            }
            all.push(seen);
        }
        let mut folder = true;
        let names = names.0.map(|names| {
            folder = !folder;
            let mut listed: Vec<(Box<[u8]>, u32)> = names.into_iter().collect();
            listed.sort_unstable_by_key(|(_, at)| *at);
            let name = |(name, _): (Box<[u8]>, u32)| Name {
                what: if folder { None } else { files::by_name(&name) },
                // A name that is no UTF-8 is shown with its odd bytes replaced.
                text: String::from_utf8_lossy(&name).into_owned().into_boxed_str(),
            };
            listed.into_iter().map(name).collect()
        });
        let none = |part_unread| Shape { entries: Box::default(), part_unread, files: 0 };
        Self {
            seen: all,
            names,
            slot,
            slots,
            shapes: vec![none(false), none(true)],
            known: HashMap::from([((Box::default(), false), EMPTY), ((Box::default(), true), UNREAD)]),
            of: HashMap::new(),
            open: HashSet::new(),
        }
    }

    /// What lies in a tree that is the top of a commit; none where not all of it can be known.
    pub(super) fn shape(&mut self, tree: u32) -> Option<ShapeOf> {
        let shape = self.below(tree, false, 0);
        (!self.shapes[shape as usize].part_unread).then_some(ShapeOf(shape))
    }

    /// Lets go of the trees: what was asked for stays.
    pub(super) fn forget_trees(&mut self) {
        self.seen = Vec::new();
        (self.slot, self.slots) = (Vec::new(), Vec::new());
        (self.of, self.known) = (HashMap::new(), HashMap::new());
    }

    /// The files, sorted by path.
    pub(super) fn files(&self, of: ShapeOf) -> Vec<File> {
        let mut out = Vec::new();
        self.list(of.0, &mut String::new(), &mut out);
        out.sort();
        out
    }

    fn name(&self, number: u32) -> &Name {
        &self.names[number as usize & 1][number as usize >> 1]
    }

    fn list(&self, shape: u32, above: &mut String, out: &mut Vec<File>) {
        for (name, below) in &*self.shapes[shape as usize].entries {
            let Name { text, what } = self.name(*name);
            let length = above.len();
            above.push_str(text);
            match what {
                Some((family, part)) => {
                    out.push(File { path: above.clone(), family: *family, part: *part, blob: *below });
                }
                None => {
                    above.push('/');
                    self.list(*below, above, out);
                }
            }
            above.truncate(length);
        }
    }

    fn below(&mut self, tree: u32, requirements: bool, depth: usize) -> u32 {
        if let Some(known) = self.of.get(&(tree, requirements)) {
            return *known;
        }
        // Deeper than any honest tree, or a circle, which only a made-up pack has.
        if tree == NONE || depth > DEEPEST || !self.open.insert(tree) {
            return UNREAD;
        }
        let (thread, start, end) = match self.slot[tree as usize] {
            0 => (0, 0, 0),
            at => self.slots[at as usize - 1],
        };
        let mut entries = Vec::new();
        let (mut part_unread, mut count) = (false, 0u32);
        for at in start..end {
            let (name, object) = self.seen[thread as usize].entries[at as usize];
            let Name { text, what } = self.name(name);
            if what.is_some() {
                if requirements || !files::is_any_text(text) {
                    entries.push((name, object));
                    count += 1;
                }
                continue;
            }
            let requirements = files::holds_requirements(text);
            let inner = self.below(object, requirements, depth + 1);
            let shape = &self.shapes[inner as usize];
            part_unread |= shape.part_unread;
            count = count.saturating_add(shape.files);
            if shape.files > 0 {
                entries.push((name, inner));
            }
        }
        self.open.remove(&tree);
        part_unread |= count > MOST_FILES;
        if part_unread {
            // What else lies there is of no use without the rest.
            (entries, count) = (Vec::new(), 0);
        }
        let key = (entries.into_boxed_slice(), part_unread);
        let shape = match self.known.get(&key) {
            Some(known) => *known,
            None => {
                let next = u32::try_from(self.shapes.len()).unwrap_or(UNREAD);
                self.shapes.push(Shape { entries: key.0.clone(), part_unread, files: count });
                self.known.insert(key, next);
                next
            }
        };
        self.of.insert((tree, requirements), shape);
        shape
    }
}
