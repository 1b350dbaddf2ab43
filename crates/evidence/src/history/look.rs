//! Looking at each object once: blobs as far as they are text, and what commits and tags say.

use crate::{
    magic,
    material::history::{
        History, Kind,
        commit::{self, Commit, Tag},
        walk::{Base, Object, Unreadable, Visit},
    },
    personal_data::{
        dicom,
        facts::Facts,
        search::{self, Sighting},
        trace::Trace,
    },
    secrets::{
        scan::{Hit, MOST_HITS, Scanned},
        sweep::{Scratch, Sweep},
    },
    text,
    unpack::{self, Part},
};

use super::{graph::Row, inert::Inert, regions};

/// How much of a binary blob is kept to say later, by its name as well, what it is.
const HEAD: usize = 512;

/// More matches than this are kept nowhere: a repository made to be a burden.
const MOST_KEPT: usize = 400_000;

/// An object of which something is to be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) number: u32,
    pub(super) kind: Kind,
    /// Matches of rules, as found without a path; values by digest.
    pub(super) marks: Vec<Mark>,
    /// Persons' numbers, were it a table; and were it not.
    pub(super) table: Vec<Person>,
    pub(super) plain: Vec<Person>,
    /// First bytes of something that may be a container.
    pub(super) head: Option<Vec<u8>>,
    /// Why it was not read, or not whole.
    pub(super) unread: Option<String>,
    /// The digest of its text, where something was found in it.
    pub(super) content: Option<domain::Digest>,
    /// Whether it is an archive that was opened.
    pub(super) opened: bool,
    /// What was found inside it.
    pub(super) inner: Vec<Inner>,
    /// What inside it was not read, and why.
    pub(super) closed: Vec<(String, String)>,
    /// It is text that holds rows of data, if its name says so too.
    pub(super) rows: bool,
}

/// A part of an archive or notebook in which something was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Inner {
    pub(super) name: String,
    pub(super) marks: Vec<Mark>,
    pub(super) table: Vec<Person>,
    pub(super) plain: Vec<Person>,
    pub(super) content: domain::Digest,
}

/// A match. The digest is kept in memory only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) hit: Hit,
    pub(super) line: u32,
    pub(super) value: domain::Digest,
}

/// A person's number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) seen: Sighting,
    pub(super) line: u32,
}

/// More parts of one archive than this are not named as unread.
const MOST_CLOSED: usize = 50;

/// How much is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What an object took over unchanged is not read again.
    New,
    /// Every byte of every object: to check the other.
    All,
}

/// One thread's looking.
pub(super) struct Look<'a> {
    history: &'a History,
    sweep: &'a Sweep,
    facts: &'static Facts,
    extent: Extent,
    scratch: Scratch,
    inert: Inert,
    pub(super) kept: Vec<Kept>,
    marks: usize,
    pub(super) rows: Vec<Row>,
    /// Tag objects: whether signed, and when.
    pub(super) tags: Vec<(u32, bool, i64)>,
    pub(super) counts: Counts,
}

/// What was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Counts {
    /// Blobs unpacked.
    pub blobs: u64,
    /// Of them no text.
    pub binary: u64,
    /// Bytes of text.
    pub bytes: u64,
    /// Bytes that rules were run over.
    pub read: u64,
    /// Tags with a message.
    pub tags: u64,
    /// Objects that could not be had.
    pub unreadable: u64,
    /// Whether finds were so many that not all were kept.
    pub cut: bool,
}

impl Counts {
    /// Both together.
    pub(super) fn add(&mut self, other: Self) {
        self.blobs += other.blobs;
        self.binary += other.binary;
        self.bytes += other.bytes;
        self.read += other.read;
        self.tags += other.tags;
        self.unreadable += other.unreadable;
        self.cut |= other.cut;
    }
}

/// What is remembered of a blob while others are made from it.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// It was text and its lines were read.
    read: bool,
    /// Matches within lines.
    hits: Vec<Hit>,
    wide: bool,
    persons: bool,
}

impl<'a> Look<'a> {
    pub(super) fn new(history: &'a History, sweep: &'a Sweep, facts: &'static Facts, extent: Extent) -> Self {
        Self {
            history,
            sweep,
            facts,
            extent,
            scratch: Scratch::default(),
            inert: Inert::new(),
            kept: Vec::new(),
            marks: 0,
            rows: Vec::new(),
            tags: Vec::new(),
            counts: Counts::default(),
        }
    }

    fn blob(&mut self, object: Object<'_>, base: Option<Base<'_, Memory>>) -> Memory {
        self.counts.blobs += 1;
        let data = object.data;
        if let Some(text) = text::utf16(data) {
            self.text(object.number, object.kind, &text, None);
            return Memory::default();
        }
        if text::is_binary(data) {
            self.counts.binary += 1;
            let head = &data[..data.len().min(HEAD)];
            if may_be_closed(head) {
                let mut kept = Kept { head: Some(head.to_vec()), ..Kept::empty(object.number, object.kind) };
                in_header(&mut kept, data, self.facts);
                self.marks += inside(&mut kept, data, self.sweep, self.facts, &mut self.scratch);
                self.keep_if_room(kept);
            }
            return Memory::default();
        }
        if let Some(what) = elsewhere(data) {
            self.kept.push(Kept { unread: Some(what.to_owned()), ..Kept::empty(object.number, object.kind) });
        }
        let memory = self.text(object.number, object.kind, data, base);
        let notebook = unpack::is_notebook(data);
        if notebook {
            self.cells(object.number, data);
        }
        if magic::may_hold_rows(data, notebook) {
            match self.kept.last_mut().filter(|kept| kept.number == object.number) {
                Some(kept) => kept.rows = true,
                None => self.keep_if_room(Kept { rows: true, ..Kept::empty(object.number, object.kind) }),
            }
        }
        memory
    }

    /// The cells of a notebook, as they read; what stands in the object as it is was found already.
    fn cells(&mut self, number: u32, data: &[u8]) {
        let mut inner = Kept::empty(number, Kind::Blob);
        inside(&mut inner, data, self.sweep, self.facts, &mut self.scratch);
        let known = self.kept.last_mut().filter(|kept| kept.number == number && kept.content.is_some());
        new_only(&mut inner, known.as_ref().map_or(&[][..], |known| &known.marks));
        if inner.inner.is_empty() {
            return;
        }
        self.marks += inner.inner.iter().map(|part| part.marks.len()).sum::<usize>();
        match known {
            Some(known) => known.inner = inner.inner,
            None => self.keep_if_room(inner),
        }
    }

    fn keep_if_room(&mut self, kept: Kept) {
        if self.marks > MOST_KEPT || self.kept.len() >= MOST_KEPT {
            self.counts.cut = true;
        } else {
            self.kept.push(kept);
        }
    }

    /// Reads a text as far as it is new.
    fn text(&mut self, number: u32, kind: Kind, text: &[u8], base: Option<Base<'_, Memory>>) -> Memory {
        self.counts.bytes += text.len() as u64;
        let base = base.filter(|base| base.memory.read && self.extent == Extent::New);
        let ranges = match &base {
            Some(base) => regions::changed(text, base.length, base.copies),
            None => std::iter::once(0..text.len()).collect(),
        };
        let mut found = Scanned::default();
        let mut trace = Trace::of(text, self.facts);
        let mut wide = base.as_ref().is_some_and(|base| base.memory.wide);
        let mut persons = base.as_ref().is_some_and(|base| base.memory.persons);
        for range in &ranges {
            self.counts.read += range.len() as u64;
            let mut at = range.start;
            while let Some(part) = match self.extent {
                Extent::New => self.inert.next(text, at..range.end),
                Extent::All => Some(at..range.end).filter(|part| !part.is_empty()),
            } {
                at = part.end;
                let saw = self.sweep.lines(text, part.clone(), &mut self.scratch, &mut found);
                wide |= saw.wide;
                persons = persons || saw.others.iter().any(|end| trace.insured(*end));
                if !persons {
                    persons = trace.wakes(part, &mut self.inert.busy);
                    // Which lines gave no reason is known where all of them were looked at.
                    if !persons && !found.cut && self.extent == Extent::New {
                        self.inert.busy.extend(saw.busy);
                        self.inert.learn();
                    }
                }
            }
            // A new head makes persons of rows that were none.
            persons = persons
                || (is_blank(&text[..range.start])
                    && range.end < text.len()
                    && trace.heads_table()
                    && trace.wakes(0..text.len(), &mut Vec::new()));
        }
        if let Some(base) = &base {
            found.hits.extend(regions::carried(&base.memory.hits, base.copies, &ranges, text.len()));
        }
        found.hits.sort_by_key(Hit::order);
        found.hits.dedup();
        let mut memory = Memory { read: !found.cut, hits: found.hits, wide: false, persons: false };
        let mut all = memory.hits.clone();
        if wide {
            let mut over = Scanned::default();
            self.counts.read += text.len() as u64;
            // The words may be gone by now: then what is made from this starts anew.
            memory.wide = self.sweep.wide(text, &mut self.scratch, &mut over);
            found.cut |= over.cut;
            all.extend(over.hits);
            all.sort_by_key(Hit::order);
        }
        let (mut table, mut plain) = (Vec::new(), Vec::new());
        if persons || self.extent == Extent::All {
            table = search::everything("a.csv", text, self.facts).0;
            plain = search::everything("a.txt", text, self.facts).0;
            memory.persons = !table.is_empty() || !plain.is_empty();
        }
        let cut = found.cut || all.len() > MOST_HITS;
        all.truncate(MOST_HITS);
        if !(all.is_empty() && table.is_empty() && plain.is_empty() && !cut) {
            self.keep(number, kind, text, &all, &table, &plain, cut);
        }
        memory
    }

    #[expect(clippy::too_many_arguments, reason = "what one text gave, handed over once")]
    fn keep(
        &mut self,
        number: u32,
        kind: Kind,
        text: &[u8],
        hits: &[Hit],
        table: &[Sighting],
        plain: &[Sighting],
        cut: bool,
    ) {
        self.marks += hits.len() + table.len() + plain.len();
        if self.marks > MOST_KEPT {
            self.counts.cut = true;
            return;
        }
        let marks = marks_of(text, hits);
        let (table, plain) = (persons_of(text, table), persons_of(text, plain));
        let content = Some(domain::Digest::of(text));
        let unread = cut.then(|| format!("more than {MOST_HITS} matches: the rest was not looked at"));
        self.kept.push(Kept { marks, table, plain, unread, content, ..Kept::empty(number, kind) });
    }

    fn commit(&mut self, object: Object<'_>) {
        let Some(commit) = Commit::read(object.data) else {
            self.unreadable(object.number, Some(Kind::Commit), Unreadable::Damaged);
            return;
        };
        let row = Row::of(self.history, object.number, &commit);
        self.rows.push(row);
        let said = said_by(&commit);
        self.text(object.number, Kind::Commit, &said, None);
    }

    fn tag(&mut self, object: Object<'_>) {
        self.counts.tags += 1;
        if let Some(tag) = Tag::read(object.data) {
            self.tags.push((object.number, tag.signed(), commit::time(tag.tagger)));
        }
        if let Some(said) = said_in_tag(object.data) {
            self.text(object.number, Kind::Tag, &said, None);
        }
    }
}

/// What people wrote: a signature is none of it, and would pass for random text.
fn said_by(commit: &Commit<'_>) -> Vec<u8> {
    [commit.author, commit.committer, commit.message].join(&b"\n"[..])
}

/// What a commit object says.
pub(super) fn said_in_commit(object: &[u8]) -> Option<Vec<u8>> {
    Commit::read(object).map(|commit| said_by(&commit))
}

/// What a tag object says.
pub(super) fn said_in_tag(object: &[u8]) -> Option<Vec<u8>> {
    Tag::read(object).map(|tag| [tag.name, tag.tagger, tag.message].join(&b"\n"[..]))
}

impl Kept {
    pub(super) const fn empty(number: u32, kind: Kind) -> Self {
        Self {
            number,
            kind,
            marks: Vec::new(),
            table: Vec::new(),
            plain: Vec::new(),
            head: None,
            unread: None,
            content: None,
            opened: false,
            inner: Vec::new(),
            closed: Vec::new(),
            rows: false,
        }
    }
}

fn marks_of(text: &[u8], hits: &[Hit]) -> Vec<Mark> {
    let mut lines = text::Lines::of(text);
    hits.iter()
        .map(|hit| Mark { line: lines.line(hit.value.start), value: hit.digest(text), hit: hit.clone() })
        .collect()
}

fn persons_of(text: &[u8], seen: &[Sighting]) -> Vec<Person> {
    let mut lines = text::Lines::of(text);
    seen.iter().map(|seen| Person { line: lines.line(seen.offset), seen: *seen }).collect()
}

/// The persons in an object as it was kept: in a text, were it a table and were it not.
pub(super) fn persons(text: &[u8], facts: &'static Facts) -> (Vec<Person>, Vec<Person>) {
    let of = |path: &str| persons_of(text, &search::everything(path, text, facts).0);
    (of("a.csv"), of("a.txt"))
}

/// The patient whom a header names.
pub(super) fn in_header(kept: &mut Kept, data: &[u8], facts: &'static Facts) {
    if let Some(seen) = dicom::look(data, facts) {
        kept.plain = vec![Person { seen, line: 1 }];
        kept.table.clone_from(&kept.plain);
        kept.content = Some(domain::Digest::of(&data[..data.len().min(dicom::LOOK)]));
    }
}

/// Whether only line ends stand here.
fn is_blank(text: &[u8]) -> bool {
    text.iter().all(|b| matches!(b, b'\n' | b'\r'))
}

/// Looks at what lies inside an archive or notebook; how much was found. An archive is read as one
/// wherever it lies: what its name says of it is decided with its places.
pub(super) fn inside(
    kept: &mut Kept,
    data: &[u8],
    sweep: &Sweep,
    facts: &'static Facts,
    scratch: &mut Scratch,
) -> usize {
    let mut found = 0;
    let (mut parts, mut closed) = (Vec::new(), Vec::new());
    let mut take = |name: &str, part: Part<'_>| {
        let text = match part {
            Part::Text(text) => text,
            Part::Unread(why) => {
                if closed.len() < MOST_CLOSED {
                    closed.push((name.to_owned(), why.to_owned()));
                }
                return;
            }
        };
        let mut all = Scanned::default();
        let saw = sweep.lines(text, 0..text.len(), scratch, &mut all);
        if saw.wide {
            sweep.wide(text, scratch, &mut all);
        }
        all.hits.sort_by_key(Hit::order);
        all.hits.dedup();
        if all.cut {
            closed.push((
                name.to_owned(),
                format!("more than {MOST_HITS} matches: the rest was not looked at"),
            ));
        }
        let table = search::everything("a.csv", text, facts).0;
        let plain = search::everything("a.txt", text, facts).0;
        found += all.hits.len() + table.len() + plain.len();
        if !(all.hits.is_empty() && table.is_empty() && plain.is_empty()) && found <= MOST_HITS {
            parts.push(Inner {
                name: name.to_owned(),
                marks: marks_of(text, &all.hits),
                table: persons_of(text, &table),
                plain: persons_of(text, &plain),
                content: domain::Digest::of(text),
            });
        }
    };
    kept.opened = unpack::open("x", data, &mut take);
    if !kept.opened && unpack::is_notebook(data) {
        unpack::notebook(data, &mut take);
    }
    kept.inner = parts;
    kept.closed = closed;
    found
}

/// Leaves of what is inside a notebook what does not stand in the file as it is.
pub(super) fn new_only(kept: &mut Kept, known: &[Mark]) {
    for part in &mut kept.inner {
        part.marks.retain(|mark| !known.iter().any(|k| (k.hit.rule, k.value) == (mark.hit.rule, mark.value)));
        // The file itself was searched for numbers, with its own words beside them.
        part.table.clear();
        part.plain.clear();
    }
    kept.inner.retain(|part| !part.marks.is_empty());
}

/// Whether some name could make a closed container of a binary file with this head.
fn may_be_closed(head: &[u8]) -> bool {
    ["x", "x.p12", "x.dta", "x.rds"].iter().any(|name| magic::closed_container(name, head).is_some())
        || magic::weights("x.pkl", head).is_some()
}

/// Text that only stands for content kept somewhere else, or locked.
fn elsewhere(data: &[u8]) -> Option<&'static str> {
    if data.len() < 1024 && data.starts_with(b"version https://git-lfs.github.com/spec/") {
        Some("its content lies in Git LFS, not read")
    } else if data.starts_with(b"-----BEGIN PGP MESSAGE-----")
        || data.starts_with(b"age-encryption.org/v1")
        || data.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----")
    {
        Some("encrypted, not read")
    } else {
        None
    }
}

impl Visit for Look<'_> {
    type Memory = Memory;

    fn visit(&mut self, object: Object<'_>, base: Option<Base<'_, Memory>>) -> Memory {
        match object.kind {
            Kind::Commit => self.commit(object),
            Kind::Tag => self.tag(object),
            Kind::Blob => {
                return self.blob(object, base);
            }
            Kind::Tree => {}
        }
        Memory::default()
    }

    fn unreadable(&mut self, number: u32, kind: Option<Kind>, why: Unreadable) {
        self.counts.unreadable += 1;
        let why = match why {
            Unreadable::Damaged => "the object is damaged".to_owned(),
            Unreadable::TooLarge(None) => "made from objects larger than the limit, not read".to_owned(),
            Unreadable::TooLarge(Some(_)) => {
                format!("larger than {} MiB, not read", text::LARGEST >> 20)
            }
            Unreadable::Stopped => "the reading was stopped before it".to_owned(),
        };
        if self.kept.len() < MOST_KEPT {
            let kind = kind.unwrap_or(Kind::Blob);
            self.kept.push(Kept { unread: Some(why), ..Kept::empty(number, kind) });
        } else {
            self.counts.cut = true;
        }
    }
}
