//! What the readers of bills of materials share: entries with references become components with
//! edges, by one set of rules.
//!
//! An entry is a component when it has a package URL; without one it has no identity to look up, and
//! leaves the fault `no-purl` with its name and version instead, never nothing. Entries that are no
//! package by their own word (files, data, keys, an operating system) leave one `not-a-package` with
//! their number. Edges that run through an entry without package URL are joined, so that paths stay
//! whole. Which relation means which scope is the formats' own matter.
//!
//! Faults: `no-purl`, `bad-purl`, `not-a-package`, `version-conflict`, `unresolved`, `range`,
//! `bad-ref`, `bad-hash`, `bad-scope`, `bad-timestamp`, `unknown-type`, `no-components`, `incomplete`,
//! `external-document`, `duplicate-key`, `truncated`.

use std::collections::HashMap;

use domain::{Component, ContentHash, Place, Purl, Resolution, Scope};

use crate::{
    gather::short,
    inventory::{Fault, Inventory},
    reach,
};

mod relations;

/// Most faults of one document; one more, `truncated`, says that there were others.
const MOST_FAULTS: usize = 20_000;
/// Most hashes and most lines of one component.
const MOST_DETAILS: usize = 1_000;
/// Longest package URL, name, version, licence or reference that is taken for one, in bytes.
const LONGEST: usize = 4_096;

/// An entry of the document, by its number in the order of reading.
pub(super) type Entry = usize;

/// How one entry relates to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// Asks for it, for this purpose.
    Asks(Scope),
    /// Holds it inside.
    Holds,
}

/// What an entry says of itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Said<'a> {
    pub(super) line: u32,
    pub(super) purl: Option<&'a str>,
    /// Name and version as the document states them, for messages and for a purl without version.
    pub(super) name: &'a str,
    pub(super) version: Option<&'a str>,
    /// A range instead of a version.
    pub(super) range: Option<&'a str>,
    pub(super) scope: Scope,
    pub(super) licence: Option<String>,
    /// By its own word no package: a file, data, a key, an operating system.
    pub(super) no_package: bool,
}

/// A bill of materials in the making.
#[derive(Debug)]
pub(super) struct Bill {
    path: String,
    inventory: Inventory,
    known: HashMap<(Purl, Resolution), u32>,
    /// For each entry its component, if it has one.
    entries: Vec<Option<u32>>,
    references: HashMap<String, Entry>,
    relations: Vec<(Entry, Entry, Relation)>,
    no_packages: usize,
    first_no_package: Option<(u32, String)>,
}

impl Bill {
    pub(super) fn new(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            inventory: Inventory::default(),
            known: HashMap::new(),
            entries: Vec::new(),
            references: HashMap::new(),
            relations: Vec::new(),
            no_packages: 0,
            first_no_package: None,
        }
    }

    pub(super) fn place(&self, line: u32) -> Place {
        Place::line(self.path.clone(), line)
    }

    /// The inventory so far, for what concerns the document as a whole.
    pub(super) fn document(&mut self) -> &mut Inventory {
        &mut self.inventory
    }

    pub(super) fn fault(
        &mut self,
        id: &'static str,
        line: u32,
        component: Option<Purl>,
        why: impl Into<String>,
    ) {
        let place = self.place(line);
        let faults = &mut self.inventory.faults;
        if faults.len() < MOST_FAULTS {
            faults.push(Fault { id, component, place, why: why.into() });
        } else if faults.len() == MOST_FAULTS {
            let why = "more faults than are listed; the rest of them is not shown".to_owned();
            faults.push(Fault { id: "truncated", component: None, place, why });
        }
    }

    /// A new entry under its reference. A reference that is empty or already taken leaves a fault;
    /// relations then go to the first that has it.
    pub(super) fn entry(&mut self, reference: Option<&str>, line: u32) -> Entry {
        let entry = self.entries.len();
        self.entries.push(None);
        match reference {
            None => {}
            Some("") => {
                self.fault("bad-ref", line, None, "an entry's reference is empty; nothing can relate to it")
            }
            Some(reference) if self.references.contains_key(reference) => {
                let why = format!(
                    "the reference `{}` is given to two entries; relations are read as the first's",
                    short(reference)
                );
                self.fault("bad-ref", line, None, why);
            }
            Some(reference) if reference.len() <= LONGEST => {
                self.references.insert(reference.to_owned(), entry);
            }
            Some(_) => self.fault("bad-ref", line, None, "an entry's reference is longer than 4,096 bytes"),
        }
        entry
    }

    /// The entry under a reference.
    pub(super) fn find(&self, reference: &str) -> Option<Entry> {
        self.references.get(reference).copied()
    }

    /// Relates two entries by their references; one that is unknown leaves a fault.
    pub(super) fn relate(&mut self, from: &str, to: &str, relation: Relation, line: u32) {
        match (self.find(from), self.find(to)) {
            (Some(from), Some(to)) => self.relations.push((from, to, relation)),
            (None, _) => self.unknown_reference(from, line),
            (_, None) => self.unknown_reference(to, line),
        }
    }

    fn unknown_reference(&mut self, reference: &str, line: u32) {
        let elsewhere = reference.starts_with("urn:cdx:") || reference.starts_with("DocumentRef-");
        if elsewhere {
            let why = format!("`{}` is described in another document, which was not read", short(reference));
            self.fault("external-document", line, None, why);
        } else {
            let why = format!("a relation names `{}`, which is no entry of this document", short(reference));
            self.fault("bad-ref", line, None, why);
        }
    }

    /// Relates two entries.
    pub(super) fn relate_entries(&mut self, from: Entry, to: Entry, relation: Relation) {
        self.relations.push((from, to, relation));
    }

    /// The package URL an entry states, brought together with the version it states beside it.
    pub(super) fn purl(&mut self, said: &Said<'_>) -> Option<Purl> {
        let text = said.purl?;
        let stated = said.version.filter(|v| !v.is_empty() && v.len() <= LONGEST);
        let read = text.parse::<Purl>().and_then(|purl| match (purl.version(), stated) {
            (None, Some(version)) => purl.try_with_version(Some(version)),
            _ => Ok(purl),
        });
        let purl = match read {
            Ok(purl) => purl,
            Err(error) => {
                let why = format!(
                    "{} is listed with a package URL that is none ({}); it cannot be looked up",
                    label(said),
                    error.0
                );
                self.fault("bad-purl", said.line, None, why);
                return None;
            }
        };
        if let (Some(in_purl), Some(stated)) = (purl.version(), stated)
            && !in_purl.contains(stated)
            && !stated.contains(in_purl)
        {
            let why = format!(
                "{} has version {} in its package URL and {} beside it; the former is used",
                short(said.name),
                short(in_purl),
                short(stated)
            );
            self.fault("version-conflict", said.line, Some(purl.clone()), why);
        }
        if !purl.has_known_type() {
            let meant =
                purl.likely_meant().map(|m| format!(" (`{}` is meant?)", m.kind())).unwrap_or_default();
            let why = format!(
                "{} has the type `{}` in its package URL, which no ecosystem has{meant}: it was looked up nowhere",
                short(said.name),
                short(purl.kind())
            );
            self.fault("unread", said.line, Some(purl.clone()), why);
        }
        Some(purl)
    }

    /// Makes an entry the component it says it is, or leaves a fault. Returns the component's number.
    pub(super) fn name(&mut self, entry: Entry, said: Said<'_>) -> Option<u32> {
        if said.purl.is_none() {
            if said.no_package {
                self.no_packages += 1;
                self.first_no_package.get_or_insert_with(|| (said.line, label(&said)));
            } else {
                let why = format!("{} is listed without a package URL; it cannot be looked up", label(&said));
                self.fault("no-purl", said.line, None, why);
            }
            return None;
        }
        let purl = self.purl(&said)?;
        let resolution = match (purl.version(), said.range) {
            (Some(_), _) => Resolution::Exact,
            (None, Some(range)) => Resolution::Range { requirement: range.chars().take(512).collect() },
            (None, None) => Resolution::Unresolved,
        };
        let number = self.add(purl, resolution, &said)?;
        if let Some(slot) = self.entries.get_mut(entry) {
            *slot = Some(number);
        }
        Some(number)
    }

    fn add(&mut self, purl: Purl, resolution: Resolution, said: &Said<'_>) -> Option<u32> {
        let place = self.place(said.line);
        let key = (purl, resolution);
        if let Some(number) = self.known.get(&key).copied() {
            let component = self.inventory.components.get_mut(number as usize)?;
            component.scope = reach::stronger(component.scope, said.scope);
            if component.from.len() < MOST_DETAILS && component.from.last() != Some(&place) {
                component.from.push(place);
            }
            component.licence = component.licence.take().or_else(|| said.licence.clone());
            return Some(number);
        }
        let number = u32::try_from(self.inventory.components.len()).ok()?;
        let (purl, resolution) = key.clone();
        self.known.insert(key, number);
        match &resolution {
            Resolution::Exact => {}
            Resolution::Range { requirement } => {
                let why = format!(
                    "{} is listed with a range of versions (`{}`), none of them chosen",
                    label(said),
                    short(requirement)
                );
                self.fault("range", said.line, Some(purl.clone()), why);
            }
            Resolution::Unresolved => {
                let why = format!("{} is listed without a version", short(&purl.native_name()));
                self.fault("unresolved", said.line, Some(purl.clone()), why);
            }
        }
        let mut component = Component::new(purl, place);
        component.scope = said.scope;
        component.resolution = resolution;
        component.licence.clone_from(&said.licence);
        self.inventory.components.push(component);
        Some(number)
    }

    /// Records a content hash; one that cannot be a value of its algorithm leaves a fault.
    pub(super) fn hash(&mut self, component: Option<u32>, algorithm: &str, value: &str, line: u32) {
        let algorithm = algorithm_name(algorithm);
        let sound = value.bytes().all(|b| b.is_ascii_hexdigit())
            && algorithm.as_ref().is_some_and(|(_, length)| *length == value.len());
        let Some((algorithm, _)) = algorithm.filter(|_| sound) else {
            self.fault(
                "bad-hash",
                line,
                None,
                "a content hash is not of its algorithm's form; it was left out",
            );
            return;
        };
        let found = component.and_then(|number| self.inventory.components.get_mut(number as usize));
        if let Some(component) = found.filter(|c| c.hashes.len() < MOST_DETAILS) {
            let value = value.to_ascii_lowercase();
            component.hashes.push(ContentHash { algorithm: algorithm.to_owned(), value });
        }
    }

    /// Reads when the document says it was made; anything but an instant leaves a fault.
    pub(super) fn made(&mut self, text: &str, line: u32) {
        match text.parse() {
            Ok(made) => self.inventory.made = Some(made),
            Err(_) => self.fault(
                "bad-timestamp",
                line,
                None,
                "the time the document says it was made is no instant",
            ),
        }
    }
}

/// Name and version for a message, at most eighty characters each.
fn label(said: &Said<'_>) -> String {
    match said.version.or(said.range).filter(|v| !v.is_empty()) {
        Some(version) => format!("`{}` {}", short(said.name), short(version)),
        None => format!("`{}`", short(said.name)),
    }
}

/// Our name of an algorithm as CycloneDX (`SHA-256`) or SPDX (`SHA256`) writes it, and the length of
/// its value in hexadecimal digits.
fn algorithm_name(text: &str) -> Option<(&'static str, usize)> {
    Some(match text.to_ascii_uppercase().as_str() {
        "MD2" => ("md2", 32),
        "MD4" => ("md4", 32),
        "MD5" => ("md5", 32),
        "MD6" => ("md6", 64),
        "ADLER32" => ("adler32", 8),
        "SHA-1" | "SHA1" => ("sha1", 40),
        "SHA-224" | "SHA224" => ("sha224", 56),
        "SHA-256" | "SHA256" => ("sha256", 64),
        "SHA-384" | "SHA384" => ("sha384", 96),
        "SHA-512" | "SHA512" => ("sha512", 128),
        "SHA3-256" => ("sha3-256", 64),
        "SHA3-384" => ("sha3-384", 96),
        "SHA3-512" => ("sha3-512", 128),
        "BLAKE2B-256" => ("blake2b-256", 64),
        "BLAKE2B-384" => ("blake2b-384", 96),
        "BLAKE2B-512" => ("blake2b-512", 128),
        "BLAKE3" => ("blake3", 64),
        "STREEBOG-256" => ("streebog-256", 64),
        "STREEBOG-512" => ("streebog-512", 128),
        _ => return None,
    })
}

/// Whether the head of a file begins a JSON object that holds `"key": "…value"` with a value that
/// begins so.
pub(super) fn head_says(head: &[u8], key: &str, value: &str) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    if !head.trim_ascii_start().starts_with(b"{") {
        return false;
    }
    let quoted = format!("\"{key}\"");
    memchr::memmem::find_iter(head, quoted.as_bytes()).any(|at| {
        let rest = head.get(at + quoted.len()..).unwrap_or_default().trim_ascii_start();
        let rest = rest.strip_prefix(b":").map(<[u8]>::trim_ascii_start);
        rest.and_then(|rest| rest.strip_prefix(b"\"")).is_some_and(|rest| rest.starts_with(value.as_bytes()))
    })
}

/// Whether the head of a file begins a JSON object, or is in an encoding that hides it.
pub(super) fn head_may_be_object(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    text.trim_ascii_start().starts_with(b"{")
        || head.starts_with(&[0xFF, 0xFE])
        || head.starts_with(&[0xFE, 0xFF])
}
