//! What of a secret or a person's identifier is in one file, with the values as digests, so that
//! two states of a file can be compared without keeping a value.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Digest, Finding, FindingKind, Place, Severity};

use crate::{
    magic,
    material::{Material as _, memory::Memory},
    paths,
    personal_data::{self, facts::Facts, number, search},
    secrets,
    text::{self, Content, Lines},
    unpack::{self, Part},
};

/// More places of one value than this are counted, not listed.
const MOST_PLACES: usize = 20;

/// A fault in a file, with the digests of its values: they never leave the process.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    pub(super) finding: Finding,
    /// Each value, and where.
    values: Vec<(Digest, Option<Place>)>,
}

impl Hit {
    /// The fault with only those places whose value is not known; none if all are.
    pub(super) fn without(mut self, known: &BTreeSet<Digest>) -> Option<Finding> {
        if known.is_empty() {
            return Some(self.finding);
        }
        self.values.retain(|(value, _)| !known.contains(value));
        if self.values.is_empty() {
            return None;
        }
        self.finding.places = places(self.values.iter().filter_map(|(_, place)| place.clone()));
        Some(self.finding)
    }

    /// Its values.
    pub(super) fn values(&self) -> impl Iterator<Item = Digest> {
        self.values.iter().map(|(value, _)| *value)
    }
}

/// What one file holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Looked {
    pub(super) hits: Vec<Hit>,
    /// Why it could not be looked into, if so.
    pub(super) unread: Option<String>,
}

/// Makes the rules ready.
///
/// # Errors
/// When a shipped rule is broken, which a test excludes.
pub fn prepare() -> Result<(), String> {
    secrets::scanner().map_err(ToString::to_string)?;
    Facts::shipped().map(drop).map_err(|error| error.to_string())
}

/// Looks at one file.
pub(super) fn look(path: &str, content: Vec<u8>) -> Looked {
    // A file's name may be empty (a tag's own text); the tree wants one.
    let name = if path.is_empty() { "-" } else { path };
    let tree = Memory::new().with(name, content);
    let Some(entry) = tree.entries().first() else { return Looked::default() };
    match text::look(&tree, entry) {
        Content::Unread(why) => Looked { hits: Vec::new(), unread: Some(why) },
        Content::Binary(head) if unpack::opens(path, &head) => {
            let bytes = tree.read(name).map(std::borrow::Cow::into_owned).unwrap_or_default();
            let mut all = Looked::default();
            unpack::open(path, &bytes, &mut |inner, part| {
                let at = if inner.is_empty() { path.to_owned() } else { format!("{path}!{inner}") };
                let more = match part {
                    Part::Text(text) => of_text(&at, text),
                    Part::Unread(why) => Looked { hits: Vec::new(), unread: Some(format!("{inner} {why}")) },
                };
                all.hits.extend(more.hits);
                all.unread = all.unread.take().or(more.unread);
            });
            all
        }
        Content::Binary(head) => {
            let closed = magic::closed_container(path, &head);
            Looked { hits: Vec::new(), unread: closed.map(|what| format!("{what}: not looked into")) }
        }
        Content::Text(text) => of_text(path, &text),
    }
}

fn of_text(path: &str, text: &[u8]) -> Looked {
    let (Ok(scanner), Ok(facts)) = (secrets::scanner(), Facts::shipped()) else {
        return Looked { hits: Vec::new(), unread: Some("a shipped rule is broken".to_owned()) };
    };
    let scanned = scanner.scan(path, text);
    let (sightings, _) = search::search(path, text, facts);
    let unread = scanned.cut.then(|| "more matches than are kept: the rest was not looked at".to_owned());
    if scanned.hits.is_empty() && sightings.is_empty() {
        return Looked { hits: Vec::new(), unread };
    }
    let blob = Digest::of(text);
    let development_only = paths::is_test(path);
    let mut hits: Vec<Hit> = Vec::new();

    let mut lines = Lines::of(text);
    let mut known: BTreeMap<(usize, Digest), usize> = BTreeMap::new();
    // What may be a secret stops nobody.
    for hit in scanned.hits.iter().filter(|hit| !scanner.rules()[hit.rule].doubtful) {
        let rule = &scanner.rules()[hit.rule];
        let value = hit.digest(text);
        let at = *known.entry((hit.rule, value)).or_insert_with(|| {
            let identity = format!("{}:{blob}:{}", rule.id, hit.offset());
            let mut finding = rule.finding(&identity);
            finding.remedy = Some(rule.revoke.clone());
            finding.development_only = development_only;
            hits.push(Hit { finding, values: Vec::new() });
            hits.len() - 1
        });
        hits[at].values.push((value, Some(Place::line(path, lines.line(hit.value.start)))));
    }

    let mut lines = Lines::of(text);
    let mut groups: BTreeMap<(search::Grade, &str), Hit> = BTreeMap::new();
    for sighting in &sightings {
        let place = Place::line(path, lines.line(sighting.offset));
        let value = Digest::of(&number_at(text, sighting.offset));
        groups
            .entry((sighting.grade, sighting.kind))
            .or_insert_with(|| Hit {
                finding: of_person(path, sighting, &blob, development_only),
                values: Vec::new(),
            })
            .values
            .push((value, Some(place)));
    }
    hits.extend(groups.into_values());
    for hit in &mut hits {
        hit.finding.places = places(hit.values.iter().filter_map(|(_, place)| place.clone()));
    }
    Looked { hits, unread }
}

fn places(all: impl Iterator<Item = Place>) -> Vec<Place> {
    let mut out: Vec<Place> = Vec::new();
    for place in all {
        if out.len() >= MOST_PLACES {
            break;
        }
        if out.last() != Some(&place) {
            out.push(place);
        }
    }
    out
}

fn of_person(path: &str, sighting: &search::Sighting, blob: &Digest, development_only: bool) -> Finding {
    let words = personal_data::words(sighting.kind);
    let (id, severity, beside) = match sighting.grade {
        search::Grade::Record => {
            (format!("{}-record", sighting.kind), Severity::High, "beside a name and a date of birth")
        }
        search::Grade::Context => (sighting.kind.to_owned(), Severity::Medium, "named as such"),
    };
    let identity = format!("{id}:{blob}:{}", sighting.offset);
    let title = format!("{words} that may be somebody's, {beside}");
    let mut finding = Finding::new(FindingKind::PersonalData, &id, "no-personal-data", title, &identity);
    finding.severity = Some(severity);
    finding.remedy = Some(
        "Ask whoever made the file whether the number is real; use numbers that begin with 999 for tests."
            .to_owned(),
    );
    finding.development_only = development_only;
    finding.places.push(Place::file(path));
    finding
}

/// The number that begins at an offset, without what stands between its digits: only its digest
/// leaves this function's caller.
fn number_at(text: &[u8], offset: usize) -> Vec<u8> {
    let window = &text[offset..text.len().min(offset + 32)];
    match number::runs(window).next() {
        Some(run) if run.start == 0 => run.digits.to_vec(),
        _ => window.iter().copied().filter(u8::is_ascii_alphanumeric).take(9).collect(),
    }
}
