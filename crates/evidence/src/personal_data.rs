//! Identifiers of patients and other persons in the files of a tree: the collector.
//!
//! Decides which numbers may be somebody's, by range and by what stands beside them (see
//! [`search`]), and which only illustrate ([`illustration`]); it never says whose, and never keeps one: a
//! finding carries rule, blob (the file's SHA-256), offset of its first place, and lines. Spreadsheets are read
//! as rows, of DICOM files the header is ([`dicom`]). Files made to hold data are listed by name; what
//! cannot be looked into here is unread.
//!
//! Evidence `personal-data`:
//! ```json
//! { "files": 120, "record": 0, "context": 0,
//!   "silent": {"bare": 3, "test-range": 7, "never-issued": 40, "examples": 2, "in-tests": 1, "again": 4} }
//! ```
//! Evidence `data-files`: `{ "total": 2, "files": [{"path": "a.xlsx", "kind": "spreadsheet", "bytes": 10}] }`,
//! at most 500 listed; kinds `SQL rows`, `notebook output` and `spreadsheet` were searched, `weights` are
//! the model collectors', the others are in coverage as unread.
//!
//! Findings: kind `personal-data`, control `no-personal-data`, id `<number kind>-record` (high) or
//! `<number kind>` (medium), one a file; `development_only` for files that are only for tests. What is
//! told as informational has control `disclosure`, id `<number kind>-example` (low), one a kind.

pub mod dicom;
pub mod facts;
pub mod illustration;
pub mod number;
pub mod search;
pub mod trace;

use std::collections::BTreeMap;

use domain::{Coverage, Digest, Evidence, Finding, FindingKind, Place, Severity};
use serde_json::json;

use self::{
    facts::Facts,
    search::{Counts, Grade, Sighting},
};
use crate::{
    collector::{Collector, Given, Observed},
    magic,
    material::{Entry, Material},
    paths,
    text::{self, Content, Lines},
    unpack::{self, Part},
};

/// More places of one finding than this are counted in its title, not listed.
const MOST_PLACES: usize = 50;

/// More data files than this are counted, not listed.
const MOST_FILES: usize = 500;

/// The collector.
#[derive(Debug)]
pub struct PersonalData;

impl Collector for PersonalData {
    fn name(&self) -> &'static str {
        "personal-data"
    }

    fn collect(&self, material: &dyn Material, _given: Given) -> Observed {
        let mut coverage = Coverage::new(self.name());
        let facts = match Facts::shipped() {
            Ok(facts) => facts,
            Err(error) => {
                coverage.cannot_read(Place::file(""), error.to_string());
                return Observed { coverage: vec![coverage], ..Observed::default() };
            }
        };
        let mut seen = Seen::default();
        let mut data = Vec::new();
        for entry in material.entries() {
            match text::look(material, entry) {
                Content::Unread(why) => coverage.cannot_read(Place::file(&entry.path), why),
                Content::Binary(head) => {
                    let kind = magic::data_file(&entry.path, &head);
                    if let Some(kind) = kind.or_else(|| magic::weights(&entry.path, &head)) {
                        data.push(json!({"path": entry.path, "kind": kind, "bytes": entry.size}));
                    }
                    if dicom::is_dicom(&head) {
                        seen.header(material, entry, facts);
                    }
                    // Documents hold their words in a form of their own: known by nature alone.
                    if matches!(kind, None | Some("spreadsheet")) && unpack::opens(&entry.path, &head) {
                        seen.archive(material, entry, facts, &mut coverage);
                    } else if let Some(kind) = magic::closed_container(&entry.path, &head) {
                        let why = format!("{kind}: not looked into for personal data");
                        coverage.cannot_read(Place::file(&entry.path), why);
                    }
                }
                Content::Text(text) => {
                    coverage.read += 1;
                    if let Some(kind) = magic::text_data(&entry.path, &text) {
                        data.push(json!({"path": entry.path, "kind": kind, "bytes": entry.size}));
                    }
                    seen.text(&entry.path, &text, facts);
                }
            }
        }
        let (findings, again) = seen.findings();
        let Seen { silent, .. } = seen;
        coverage.unread.extend_from_slice(material.unread());
        coverage.unread.sort();
        let numbers = json!({
            "files": coverage.read,
            "record": seen.records,
            "context": seen.contexts,
            "silent": {
                "bare": silent.bare, "test-range": silent.test,
                "never-issued": silent.never, "examples": silent.example,
                "in-tests": silent.illustration, "again": again,
            },
        });
        let total = data.len();
        data.truncate(MOST_FILES);
        let evidence = [("personal-data", numbers), ("data-files", json!({"total": total, "files": data}))]
            .into_iter()
            .filter_map(|(kind, value)| Evidence::new(kind, value, self.name()).ok())
            .collect();
        Observed { evidence, findings, coverage: vec![coverage] }
    }
}

/// What was seen so far.
#[derive(Default)]
struct Seen {
    /// Of files that hold data, whatever other files hold.
    told: Vec<Finding>,
    /// Of files in which a few numbers stand: what they are is known when all files are.
    files: Vec<File>,
    uses: illustration::Uses,
    silent: Counts,
    records: u64,
    contexts: u64,
}

/// What one file, or a part of it, showed.
struct File {
    path: String,
    blob: Digest,
    seen: Vec<(Sighting, u32)>,
}

impl Seen {
    fn text(&mut self, path: &str, text: &[u8], facts: &'static Facts) {
        let (seen, counts) = search::everything(path, text, facts);
        self.silent.bare += counts.bare;
        self.silent.test += counts.test;
        self.silent.never += counts.never;
        self.silent.example += counts.example;
        self.add(path, text, seen);
    }

    fn add(&mut self, path: &str, bytes: &[u8], mut seen: Vec<Sighting>) {
        if seen.is_empty() {
            return;
        }
        let before = seen.len();
        // A file of more numbers holds data: it is told for itself, and says nothing of others.
        const FEW: usize = 1_000;
        if before <= FEW {
            self.uses.note(path, &seen);
        }
        illustration::set_aside(path, &mut seen);
        self.silent.illustration += (before - seen.len()) as u64;
        if seen.is_empty() {
            return;
        }
        let mut lines = Lines::of(bytes);
        let is_text = !dicom::is_dicom(bytes);
        let seen: Vec<(Sighting, u32)> =
            seen.into_iter().map(|s| (s, if is_text { lines.line(s.offset) } else { 1 })).collect();
        let file = File { path: path.to_owned(), blob: Digest::of(bytes), seen };
        if before <= FEW {
            self.files.push(file);
        } else {
            self.count(&file);
            let told = file.findings();
            self.told.extend(told);
        }
    }

    fn header(&mut self, material: &dyn Material, entry: &Entry, facts: &'static Facts) {
        // The patient stands near the beginning of the file.
        let Ok(head) = material.head(&entry.path, dicom::LOOK) else { return };
        let seen = dicom::look(&head, facts);
        self.add(&entry.path, &head, seen.into_iter().collect());
    }

    fn archive(
        &mut self,
        material: &dyn Material,
        entry: &Entry,
        facts: &'static Facts,
        coverage: &mut Coverage,
    ) {
        if entry.size > unpack::LARGEST as u64 {
            coverage.cannot_read(Place::file(&entry.path), "an archive over the limit, not opened");
            return;
        }
        let bytes = match material.read(&entry.path) {
            Ok(bytes) => bytes,
            Err(error) => return coverage.cannot_read(Place::file(&entry.path), error.to_string()),
        };
        coverage.read += 1;
        unpack::open(&entry.path, &bytes, &mut |name, part| {
            let path = if name.is_empty() { entry.path.clone() } else { format!("{}!{name}", entry.path) };
            match part {
                Part::Text(text) => self.text(&path, text, facts),
                Part::Unread(why) => coverage.cannot_read(Place::file(path), why),
            }
        });
    }

    fn count(&mut self, file: &File) {
        let of = |grade: Grade| file.seen.iter().filter(|(s, _)| s.grade == grade).count() as u64;
        self.records += of(Grade::Record);
        self.contexts += of(Grade::Context);
    }

    /// The findings, and how many numbers are told as informational.
    fn findings(&mut self) -> (Vec<Finding>, u64) {
        let mut out = std::mem::take(&mut self.told);
        let mut examples: BTreeMap<&'static str, (Finding, u64)> = BTreeMap::new();
        for mut file in std::mem::take(&mut self.files) {
            let (uses, path, blob) = (&self.uses, &file.path, &file.blob);
            file.seen.retain(|(seen, line)| {
                let only = uses.only_illustrates(seen);
                if only {
                    let (finding, count) = examples.entry(seen.kind).or_insert_with(|| {
                        let mut finding = example(seen.kind, &format!("{blob}:{}", seen.offset));
                        finding.development_only = true;
                        (finding, 0)
                    });
                    *count += 1;
                    finding.development_only &= paths::is_test(path);
                    let place = Place::line(path, *line);
                    if finding.places.len() < MOST_PLACES && finding.places.last() != Some(&place) {
                        finding.places.push(place);
                    }
                }
                !only
            });
            self.count(&file);
            out.extend(file.findings());
        }
        let again = examples.values().map(|(_, count)| count).sum();
        out.extend(examples.into_values().map(|(finding, _)| finding));
        out.sort_by(|a, b| (&a.places, &a.id).cmp(&(&b.places, &b.id)));
        (out, again)
    }
}

impl File {
    /// One finding for each kind and grade.
    fn findings(&self) -> Vec<Finding> {
        let mut groups: BTreeMap<(Grade, &str), (usize, Vec<Place>, u64)> = BTreeMap::new();
        for (sighting, line) in &self.seen {
            let place = Place::line(&self.path, *line);
            let group = groups
                .entry((sighting.grade, sighting.kind))
                .or_insert_with(|| (sighting.offset, Vec::new(), 0));
            group.2 += 1;
            if group.1.len() < MOST_PLACES && group.1.last() != Some(&place) {
                group.1.push(place);
            }
        }
        groups
            .into_iter()
            .map(|((grade, kind), (offset, places, count))| {
                let identity = format!("{}:{}:{offset}", id_of(grade, kind), self.blob);
                let mut finding = finding(grade, kind, Some(count), &identity);
                finding.development_only = paths::is_test(&self.path);
                finding.places = places;
                finding
            })
            .collect()
    }
}

/// Told as informational: what is used as an example, again and again, or beside a name that is nobody's.
fn example(kind: &str, identity: &str) -> Finding {
    let id = example_id(kind);
    let title = format!("{} in a form that is issued, evidently used as an example", words(kind));
    let mut finding =
        Finding::new(FindingKind::PersonalData, &id, "disclosure", title, &format!("{id}:{identity}"));
    finding.severity = Some(Severity::Low);
    finding.remedy = Some(
        "Ask once whether it was set aside for tests; numbers that begin with 999 leave no question."
            .to_owned(),
    );
    finding
}

/// The id under which what only illustrates is told.
pub(crate) fn example_id(kind: &str) -> String {
    format!("{kind}-example")
}

/// The name for people of a kind of number.
pub(crate) fn words(kind: &str) -> &'static str {
    match kind {
        "nhs-number" => "NHS number",
        "health-and-care-number" => "Health and Care number",
        "chi-number" => "CHI number",
        dicom::KIND => "Patient",
        _ => "National Insurance number",
    }
}

/// The id under which a kind of number and grade is found.
pub(crate) fn id_of(grade: Grade, kind: &str) -> String {
    match grade {
        Grade::Record => format!("{kind}-record"),
        Grade::Context => kind.to_owned(),
    }
}

/// A finding without places; how often it stands in the file, where that is known.
pub(crate) fn finding(grade: Grade, kind: &str, count: Option<u64>, identity: &str) -> Finding {
    let words = words(kind);
    let (severity, beside) = match grade {
        Grade::Record => (Severity::High, "beside a name and a date of birth"),
        Grade::Context => (Severity::Medium, "named as such"),
    };
    let times = match count {
        Some(count) if count > 1 => format!(", {count} times in this file"),
        _ => String::new(),
    };
    let title = if kind == dicom::KIND {
        "A patient's name, number and date of birth in the header of a DICOM file".to_owned()
    } else {
        format!("{words} that may be somebody's, {beside}{times}")
    };
    let id = id_of(grade, kind);
    let mut finding = Finding::new(FindingKind::PersonalData, &id, "no-personal-data", title, identity);
    finding.severity = Some(severity);
    finding.remedy = Some(REMEDY.to_owned());
    finding
}

const REMEDY: &str = "Ask whoever made the file whether the number is real. If it is, tell the information governance \
lead first (where it was published: a breach, with its own clock); then take it out. Rewriting history does not undo \
publication. If it is made up, use numbers that begin with 999, or record an exception `not-real`.";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::material::memory::Memory;

    #[test]
    fn keeps_no_number_and_lists_what_it_cannot_open() {
        // 4563198725 would be issuable; it is put together so that it does not stand here.
        let number = format!("{}{}", "45631", "98722");
        assert!(number::runs(number.as_bytes()).next().is_some_and(|run| number::is_valid(run.digits)));
        let tree = Memory::new()
            .with("data/p.csv", format!("nhs_number,surname,dob\n{number},Smith,1970-02-03\n"))
            .with("a.db", &b"SQLite format 3\0\0\0"[..])
            .with("d.sql", "INSERT INTO t VALUES (1);");
        let seen = PersonalData.collect(&tree, Given { today: "2026-08-22".parse().unwrap() });
        assert_eq!(seen.findings.len(), 1);
        assert_eq!(
            (seen.findings[0].id.as_str(), seen.findings[0].severity),
            ("nhs-number-record", Some(Severity::High))
        );
        assert_eq!(seen.findings[0].places, [Place::line("data/p.csv", 2)]);
        assert_eq!(seen.coverage[0].unread.len(), 1);
        assert_eq!(seen.evidence[1].value["total"], 2);
        let all = serde_json::to_string(&(&seen.evidence, &seen.findings)).unwrap();
        assert!(!all.contains(&number) && !all.contains("Smith"));
    }
}
