//! The register as a file in which one subject is found without reading the rest: a projection of the log.
//!
//! Decides what such a file holds and when it may be believed. It is named by, and says inside, the log's
//! origin, size and root: it is looked into only under a checkpoint that says the same three, and is thrown
//! away otherwise. Nothing in it is trusted beyond that: it is this machine's own notes of what it has folded
//! itself, every section behind a checksum that also binds it to its place and its checkpoint, so that a
//! damaged, cut or mixed-up file is noticed and made anew. It is no proof for anybody else and is never
//! published or taken from elsewhere.
//!
//! What is found is folded by the same code as the whole register ([`Register::standing`]), from the leaves'
//! effects on this subject alone; a test holds that both say the same for every subject at every time.
//!
//! Layout: magic, then length and bytes of a header (JSON, checksum behind it), then a table of sections
//! (offset and length, 16 bytes each), then the sections (JSON, checksum behind each):
//! one for each bucket of subjects; one for each day on which an entry of a component becomes a no by
//! itself; one for what concerns every subject (statements about components).

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use domain::{Digest, Purpose, Standing, SubjectName, Timestamp};
use serde::{Deserialize, Serialize};
use tlog::Hash;

use crate::{
    act::{agreement::SharedCare, attestation::Attestation, decision::Ruling},
    body::{Body, Times},
    case::Case,
    entry::{Entry, Logged},
    register::{Closing, Excepted, Register},
    review::Review,
    standing::Opener,
    unread::Unread,
    words::Words,
};

/// The first bytes of every such file: format and version.
const MAGIC: &[u8; 24] = b"formulary/lookup/v3\n\0\0\0\0";
/// So many subjects share a bucket, on average.
const IN_A_BUCKET: usize = 16;
/// The largest header or section that is read, in bytes.
const LARGEST: u32 = 256 << 20;
const SUM: usize = 32;

/// Which state of which log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The log's origin.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The root over them.
    pub root: Digest,
}

impl Head {
    /// The head of a checkpoint.
    pub fn new(origin: &str, size: u64, root: &Hash) -> Self {
        Self { origin: origin.to_owned(), size, root: Digest::from_bytes(*root.as_bytes()) }
    }

    /// The digest by which the file of this head is named: of head and format.
    pub fn digest(&self) -> Digest {
        let text = format!("{}\n{}\n{}\n", self.origin, self.size, self.root);
        Digest::of(&[MAGIC.as_slice(), text.as_bytes()].concat())
    }
}

#[derive(Serialize, Deserialize)]
struct Header {
    head: Head,
    last: Timestamp,
    body: Body,
    buckets: u64,
    /// Days of the sections of components, ascending: `2026-11-22`.
    days: Vec<String>,
    rejected: Vec<(u64, String)>,
    unread: Vec<Unread>,
}

/// What leaves have done about some subjects.
#[derive(Default, Serialize, Deserialize)]
struct Part {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    entries: Vec<Entry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reviews: Vec<Review>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attestations: Vec<(Logged, Attestation)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    exceptions: Vec<Excepted>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    closures: Vec<Closing>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    agreements: Vec<(Logged, SharedCare)>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    revealed: BTreeMap<Digest, String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    erased: BTreeSet<Digest>,
}

/// What earlier runs have found of the leaves of a log up to a head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Up to where.
    pub head: Head,
    /// Leaves that mean nothing.
    pub rejected: BTreeMap<u64, String>,
}

/// Reads some bytes of the file; none where they are not there.
pub type ReadAt<'a> = &'a dyn Fn(Range<u64>) -> Option<Vec<u8>>;

/// A file that was opened: its header.
pub struct Lookup {
    header: Header,
    table: u64,
}

/// Writes the file of a register that was folded under a root.
///
/// # Errors
/// Never in fact: everything in it has a form in JSON.
pub fn write(register: &Register, root: &Hash) -> Result<Vec<u8>, serde_json::Error> {
    let head = Head::new(&register.origin, register.size, root);
    let subjects: BTreeSet<&SubjectName> = register
        .entries
        .keys()
        .map(|case| &case.subject)
        .chain(register.attestations.iter().map(|(_, a)| &a.subject))
        .chain(register.exceptions.iter().map(|e| &e.case.subject))
        .chain(register.closures.iter().map(|c| &c.case.subject))
        .collect();
    let buckets = subjects.len().div_ceil(IN_A_BUCKET).max(1) as u64;
    let mut parts: BTreeMap<u64, Part> = BTreeMap::new();
    let mut days: BTreeMap<String, Part> = BTreeMap::new();
    let mut general = Part::default();
    for entry in register.entries.values() {
        let part = parts.entry(bucket(&entry.case.subject, buckets)).or_default();
        part.add(register, entry);
        if let Some(day) = turns(entry, &register.body.times) {
            days.entry(day).or_default().add(register, entry);
        }
    }
    for (logged, it) in &register.attestations {
        let component = it.subject.kind() == "component";
        let part = match component {
            true => &mut general,
            false => parts.entry(bucket(&it.subject, buckets)).or_default(),
        };
        part.told(register, it.scope.as_ref());
        part.attestations.push((logged.clone(), slim_attestation(it)));
    }
    for it in &register.exceptions {
        let part = parts.entry(bucket(&it.case.subject, buckets)).or_default();
        part.told(register, it.scope.iter().chain([&it.reason]));
        part.exceptions.push(it.clone());
    }
    for it in &register.closures {
        parts.entry(bucket(&it.case.subject, buckets)).or_default().closures.push(it.clone());
    }
    for it in &register.agreements {
        parts.entry(bucket(&it.1.case.subject, buckets)).or_default().agreements.push(it.clone());
    }
    let header = Header {
        head,
        last: register.last,
        body: register.body.clone(),
        buckets,
        days: days.keys().cloned().collect(),
        rejected: register.rejected.clone(),
        unread: register.unread.clone(),
    };
    let mut sections = Vec::new();
    for n in 0..buckets {
        sections
            .push(parts.remove(&n).map(|part| serde_json::to_vec(&part)).transpose()?.unwrap_or_default());
    }
    for part in days.into_values().chain([general]) {
        sections.push(serde_json::to_vec(&part)?);
    }
    laid_out(&header, &sections)
}

fn laid_out(header: &Header, sections: &[Vec<u8>]) -> Result<Vec<u8>, serde_json::Error> {
    let name = header.head.digest();
    let head = serde_json::to_vec(header)?;
    let mut out = MAGIC.to_vec();
    out.extend(u32::try_from(head.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend(&head);
    out.extend(sum(&name, u64::MAX, &head));
    let mut at = out.len() as u64 + 16 * sections.len() as u64;
    for section in sections {
        out.extend(at.to_le_bytes());
        out.extend((section.len() as u64).to_le_bytes());
        at += (section.len() + SUM) as u64;
    }
    for (n, section) in (0_u64..).zip(sections) {
        out.extend(section);
        out.extend(sum(&name, n, section));
    }
    Ok(out)
}

/// The checksum of a section at its place in the file of a head.
fn sum(name: &Digest, place: u64, bytes: &[u8]) -> [u8; SUM] {
    let inner = Digest::of(bytes);
    *Digest::of(&[name.as_bytes().as_slice(), &place.to_le_bytes(), inner.as_bytes()].concat()).as_bytes()
}

/// In which bucket a subject lies.
fn bucket(subject: &SubjectName, buckets: u64) -> u64 {
    let digest = Digest::of(subject.as_str().as_bytes());
    let (first, _) = digest.as_bytes().split_at(8);
    first.iter().fold(0_u64, |n, byte| n << 8 | u64::from(*byte)) % buckets
}

/// The day on which the entry of a component can first be a no to who asks about something else.
fn turns(entry: &Entry, times: &Times) -> Option<String> {
    if entry.case.purpose != Purpose::Use || entry.case.subject.kind() != "component" {
        return None;
    }
    let declined = entry.decided.as_ref().is_some_and(|d| d.decision.ruling == Ruling::Decline);
    if declined || entry.denied.is_some() || !entry.trips.is_empty() {
        return Some("0000-00-00".to_owned());
    }
    let day = entry.decided.as_ref()?.restricted_on(times);
    Some(day.to_string())
}

impl Part {
    fn add(&mut self, register: &Register, entry: &Entry) {
        let mut slim = entry.clone();
        if let Some(decided) = &mut slim.decided {
            // What was assessed is in the log; a gate needs the decision.
            decided.assessed = None;
            let words = decided.decision.terms.obligations.iter().map(|duty| &duty.what);
            self.told(register, words);
        }
        self.entries.push(slim);
        self.reviews.extend(entry.open.iter().filter_map(|id| register.reviews.get(id)).map(slim_review));
    }

    /// Remembers which of these words were revealed or erased.
    fn told<'w>(&mut self, register: &Register, words: impl IntoIterator<Item = &'w Words>) {
        for sealed in words.into_iter().filter_map(Words::seal) {
            if register.erased.contains(&sealed) {
                self.erased.insert(sealed);
            } else if let Some(text) = register.revealed.get(&sealed) {
                self.revealed.insert(sealed, text.clone());
            }
        }
    }

    fn join(&mut self, other: Self) {
        self.entries.extend(other.entries);
        self.reviews.extend(other.reviews);
        self.attestations.extend(other.attestations);
        self.exceptions.extend(other.exceptions);
        self.closures.extend(other.closures);
        self.agreements.extend(other.agreements);
        self.revealed.extend(other.revealed);
        self.erased.extend(other.erased);
    }
}

/// A review without the states of controls: whom it awaits depends on its bases alone.
fn slim_review(review: &Review) -> Review {
    let mut slim = review.clone();
    for assessed in slim.assessed.iter_mut().chain(&mut slim.opening.assessed) {
        assessed.states = Vec::new();
        assessed.reasons = Vec::new();
    }
    slim
}

/// An attestation without what stands behind it, but for the tier an audit is fit for.
fn slim_attestation(it: &Attestation) -> Attestation {
    use crate::act::attestation::Basis;
    let mut slim = it.clone();
    slim.says = Words::public("");
    slim.basis = match slim.basis {
        Some(Basis::Audit { version, fit_for, .. }) => Some(Basis::Audit {
            version,
            read: Vec::new(),
            delta_from: None,
            fit_for,
            conclusion: Words::public(""),
        }),
        _ => None,
    };
    slim
}

impl Lookup {
    /// Opens a file; none where it is not one, is damaged, or not of this head.
    pub fn open(read: ReadAt<'_>, head: &Head) -> Option<Self> {
        Self::open_any(read).filter(|found| found.header.head == *head)
    }

    /// Opens a file of whatever head.
    fn open_any(read: ReadAt<'_>) -> Option<Self> {
        let start = MAGIC.len() as u64;
        let first = read(0..start + 4)?;
        let (magic, length) = first.split_at_checked(MAGIC.len())?;
        let length = u32::from_le_bytes(length.try_into().ok()?);
        if magic != MAGIC || length > LARGEST {
            return None;
        }
        let at = start + 4;
        let bytes = read(at..at + u64::from(length) + SUM as u64)?;
        let (head, found) = bytes.split_at_checked(length as usize)?;
        let header: Header = serde_json::from_slice(head).ok()?;
        (sum(&header.head.digest(), u64::MAX, head) == found)
            .then(|| Self { header, table: at + u64::from(length) + SUM as u64 })
    }

    /// What an earlier run has found of the leaves, from a file of whatever head.
    pub fn known(read: ReadAt<'_>) -> Option<Known> {
        let header = Self::open_any(read)?.header;
        // What could not be read then may be readable now: from there on everything is looked at again.
        header
            .unread
            .is_empty()
            .then(|| Known { head: header.head, rejected: header.rejected.into_iter().collect() })
    }

    /// The head it is of.
    pub const fn head(&self) -> &Head {
        &self.header.head
    }

    /// When the last entry was logged.
    pub const fn last(&self) -> Timestamp {
        self.header.last
    }

    /// Leaves that mean nothing, with why.
    pub fn rejected(&self) -> &[(u64, String)] {
        &self.header.rejected
    }

    /// Leaves that could not be read.
    pub fn unread(&self) -> &[Unread] {
        &self.header.unread
    }

    /// What the register says of a subject as of a time; none where the file is damaged.
    pub fn standing(
        &self,
        read: ReadAt<'_>,
        subject: Option<&SubjectName>,
        as_of: Timestamp,
        open: Opener<'_>,
    ) -> Option<Standing> {
        let header = &self.header;
        let today = as_of.date().to_string();
        let days = header.days.iter().take_while(|day| **day <= today).count() as u64;
        let general = header.buckets + header.days.len() as u64;
        let own = subject.map(|subject| bucket(subject, header.buckets));
        let mut part = Part::default();
        for n in own.into_iter().chain(header.buckets..header.buckets + days).chain([general]) {
            part.join(self.section(read, n)?);
        }
        part.attestations.sort_by_key(|(logged, _)| logged.index);
        Some(self.register(part).standing(subject, as_of, open))
    }

    fn section(&self, read: ReadAt<'_>, n: u64) -> Option<Part> {
        let row = read(self.table + 16 * n..self.table + 16 * n + 16)?;
        let (at, length) = row.split_at_checked(8)?;
        let at = u64::from_le_bytes(at.try_into().ok()?);
        let length = u64::from_le_bytes(length.try_into().ok()?);
        if length > u64::from(LARGEST) {
            return None;
        }
        let bytes = read(at..at.checked_add(length)?.checked_add(SUM as u64)?)?;
        let (section, found) = bytes.split_at_checked(usize::try_from(length).ok()?)?;
        if sum(&self.header.head.digest(), n, section) != found {
            return None;
        }
        if section.is_empty() { Some(Part::default()) } else { serde_json::from_slice(section).ok() }
    }

    /// A register of which only this part is known.
    fn register(&self, part: Part) -> Register {
        let header = &self.header;
        let mut out = Register::empty(&header.head.origin, header.body.clone(), header.last);
        out.size = header.head.size;
        out.entries =
            part.entries.into_iter().map(|entry| (entry.case.clone(), entry)).collect::<BTreeMap<Case, _>>();
        out.reviews = part.reviews.into_iter().map(|review| (review.id.clone(), review)).collect();
        out.attestations = part.attestations;
        out.exceptions = part.exceptions;
        out.closures = part.closures;
        out.agreements = part.agreements;
        out.revealed = part.revealed;
        out.erased = part.erased;
        out.unread.clone_from(&header.unread);
        out
    }
}
