//! Secrets in the files of a tree: the collector.
//!
//! Decides which texts hold a credential that its form, a checksum or the name beside it gives
//! away. It never says whether the credential still opens anything: that only its owner knows, so
//! each finding counts as live until attested otherwise. The value is compared in memory to join
//! places and is then forgotten; a finding is known by rule, blob (the file's SHA-256) and offset
//! of its first place. History is not looked at here.
//!
//! Own rules, because the published rule crates need a newer compiler and a C++ engine
//! (one data file each in `rules/secrets/`, with examples that a test reads).
//!
//! Evidence `secrets`:
//! ```json
//! { "rules": 54, "rule_set": "sha256:…", "history": false,
//!   "files": {"scanned": 10, "opened": 1, "binary": 2, "unread": 0}, "bytes": 12345,
//!   "found": {"github-token": {"distinct": 1, "places": 2}},
//!   "dropped": {"placeholder": 3, "low-entropy": 1} }
//! ```
//! Findings: kind `secret`, control `no-secret` (`disclosure` where a rule only doubts), id the rule's; `development_only` when every place
//! lies in a test, fixture or example. Coverage lists as unread: text over the limit,
//! databases, keystores and archives of kinds that are not opened. Zip, tar and gzip archives and
//! notebooks are opened within limits (see [`crate::unpack`]); a place in one is `file!inside`.

pub mod decode;
pub mod doubt;
pub mod gitleaks;
pub mod rule;
pub mod scan;
mod shipped;
pub mod sweep;
pub mod verify;

use std::{
    collections::{BTreeMap, HashMap},
    sync::OnceLock,
};

use domain::{Coverage, Digest, Evidence, Finding, Place};
use serde_json::json;

use self::{rule::BadRule, scan::Scanner};
use crate::{
    collector::{Collector, Given, Observed},
    magic,
    material::{Entry, Material},
    paths,
    text::{self, Content, Lines},
    unpack::{self, Part},
};

/// More distinct secrets of one rule than this are counted, not listed.
const MOST_FINDINGS: usize = 500;

/// More places of one secret than this are counted, not listed.
const MOST_PLACES: usize = 100;

/// The collector.
#[derive(Debug)]
pub struct Secrets;

/// The shipped rules, made ready once a process.
///
/// # Errors
/// When a shipped rule is broken, which a test excludes.
pub fn scanner() -> Result<&'static Scanner, &'static BadRule> {
    static SCANNER: OnceLock<Result<Scanner, BadRule>> = OnceLock::new();
    SCANNER.get_or_init(|| Scanner::new(shipped::rules()?)).as_ref()
}

/// The digest of the shipped rules: which rules a clean answer was a clean answer to.
pub fn rule_set() -> Digest {
    static DIGEST: OnceLock<Digest> = OnceLock::new();
    *DIGEST.get_or_init(shipped::digest)
}

impl Collector for Secrets {
    fn name(&self) -> &'static str {
        "secrets"
    }

    fn collect(&self, material: &dyn Material, _given: Given) -> Observed {
        let mut coverage = Coverage::new(self.name());
        let scanner = match scanner() {
            Ok(scanner) => scanner,
            Err(error) => {
                coverage.cannot_read(Place::file(""), error.to_string());
                return Observed { coverage: vec![coverage], ..Observed::default() };
            }
        };
        let looks = look_at_all(scanner, material);
        let mut all = Gathered::default();
        for (entry, look) in material.entries().iter().zip(looks) {
            all.take(scanner, entry, look, &mut coverage);
        }
        coverage.read = all.scanned;
        coverage.unread.extend_from_slice(material.unread());
        coverage.unread.sort();
        let evidence = Evidence::new("secrets", all.value(scanner), "secrets").into_iter().collect();
        Observed { evidence, findings: all.findings(scanner, &mut coverage), coverage: vec![coverage] }
    }
}

/// What one file gave. Holds digests of values only for as long as the collector runs.
enum Look {
    Read(Parts),
    Binary(Option<&'static str>),
    Unread(String),
}

/// What a file, or what lies inside it, gave.
#[derive(Default)]
struct Parts {
    bytes: u64,
    opened: bool,
    cut: bool,
    dropped: BTreeMap<doubt::Doubt, u64>,
    hits: Vec<Seen>,
    /// What lies inside and was not read: its place, and why.
    unread: Vec<(String, String)>,
}

struct Seen {
    rule: usize,
    value: Digest,
    offset: String,
    line: u32,
    blob: Digest,
    path: String,
}

impl Parts {
    fn scan(&mut self, scanner: &Scanner, path: &str, text: &[u8]) {
        let scanned = scanner.scan(path, text);
        self.bytes += text.len() as u64;
        self.cut |= scanned.cut;
        for (reason, count) in scanned.dropped {
            *self.dropped.entry(reason).or_default() += count;
        }
        if scanned.hits.is_empty() {
            return;
        }
        let (mut lines, blob) = (Lines::of(text), Digest::of(text));
        self.hits.extend(scanned.hits.iter().map(|hit| Seen {
            rule: hit.rule,
            value: hit.digest(text),
            offset: hit.offset(),
            line: lines.line(hit.value.start),
            blob,
            path: path.to_owned(),
        }));
    }

    fn take(&mut self, scanner: &Scanner, path: &str, name: &str, part: Part<'_>) {
        let path = if name.is_empty() { path.to_owned() } else { format!("{path}!{name}") };
        match part {
            Part::Text(text) => self.scan(scanner, &path, text),
            Part::Unread(why) => {
                if self.unread.len() < MOST_PLACES {
                    self.unread.push((path, why.to_owned()));
                }
            }
        }
    }

    /// The cells of a notebook, as they read; what stands in the file as it is was found already.
    fn cells(&mut self, scanner: &Scanner, path: &str, text: &[u8]) {
        let mut inside = Self::default();
        unpack::notebook(text, &mut |name, part| inside.take(scanner, path, name, part));
        let new = |seen: &Seen| !self.hits.iter().any(|hit| (hit.rule, hit.value) == (seen.rule, seen.value));
        let new: Vec<Seen> = inside.hits.into_iter().filter(new).collect();
        self.hits.extend(new);
    }
}

/// Looks at every file, on as many threads as there are processors; the order stays that of the entries.
fn look_at_all(scanner: &Scanner, material: &dyn Material) -> Vec<Look> {
    let entries = material.entries();
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    if workers == 1 || entries.len() < 32 {
        return entries.iter().map(|entry| look_at(scanner, material, entry)).collect();
    }
    // Small runs, dealt out in turn, so that one folder of large files does not hold one thread.
    let next = std::sync::atomic::AtomicUsize::new(0);
    const RUN: usize = 16;
    let mut parts: Vec<(usize, Vec<Look>)> = std::thread::scope(|scope| {
        let work = || {
            let mut done = Vec::new();
            loop {
                let start = next.fetch_add(RUN, std::sync::atomic::Ordering::Relaxed);
                let Some(run) = entries.get(start..entries.len().min(start.saturating_add(RUN))) else {
                    return done;
                };
                if run.is_empty() {
                    return done;
                }
                done.push((start, run.iter().map(|entry| look_at(scanner, material, entry)).collect()));
            }
        };
        let running: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        running
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    parts.sort_by_key(|(start, _)| *start);
    parts.into_iter().flat_map(|(_, looks)| looks).collect()
}

fn look_at(scanner: &Scanner, material: &dyn Material, entry: &Entry) -> Look {
    let mut parts = Parts::default();
    match text::look(material, entry) {
        Content::Unread(why) => Look::Unread(why),
        Content::Binary(head) if unpack::opens(&entry.path, &head) => {
            if entry.size > unpack::LARGEST as u64 {
                return Look::Unread("an archive over the limit, not opened".to_owned());
            }
            let bytes = match material.read(&entry.path) {
                Ok(bytes) => bytes,
                Err(error) => return Look::Unread(error.to_string()),
            };
            parts.opened = true;
            unpack::open(&entry.path, &bytes, &mut |name, part| {
                parts.take(scanner, &entry.path, name, part);
            });
            Look::Read(parts)
        }
        Content::Binary(head) => Look::Binary(magic::closed_container(&entry.path, &head)),
        Content::Text(text) => {
            parts.scan(scanner, &entry.path, &text);
            if paths::extension(&entry.path).eq_ignore_ascii_case("ipynb") && unpack::is_notebook(&text) {
                parts.cells(scanner, &entry.path, &text);
            }
            Look::Read(parts)
        }
    }
}

/// The texts at a place of a finding: the file's own, or those of this name inside it.
pub(crate) fn texts_at(material: &dyn Material, path: &str) -> Vec<Vec<u8>> {
    let find = |path: &str| {
        let at = material.entries().binary_search_by(|e| e.path.as_str().cmp(path)).ok()?;
        Some(&material.entries()[at])
    };
    if let Some(entry) = find(path) {
        return match text::look(material, entry) {
            Content::Text(text) => vec![text.into_owned()],
            Content::Binary(_) | Content::Unread(_) => Vec::new(),
        };
    }
    let Some((outer, inner)) = path.rsplit_once('!') else { return Vec::new() };
    let Some(bytes) =
        find(outer).filter(|e| e.size <= text::LARGEST).and_then(|e| material.read(&e.path).ok())
    else {
        return Vec::new();
    };
    unpack::texts(outer, &bytes, inner)
}

#[derive(Default)]
struct Gathered {
    scanned: u64,
    opened: u64,
    binary: u64,
    unread: u64,
    bytes: u64,
    dropped: BTreeMap<doubt::Doubt, u64>,
    /// By rule and value: index into `distinct`.
    known: HashMap<(usize, Digest), usize>,
    distinct: Vec<Distinct>,
}

struct Distinct {
    rule: usize,
    identity: String,
    places: Vec<Place>,
    count: u64,
    only_tests: bool,
}

impl Gathered {
    fn take(&mut self, scanner: &Scanner, entry: &Entry, look: Look, coverage: &mut Coverage) {
        match look {
            Look::Unread(why) => {
                self.unread += 1;
                coverage.cannot_read(Place::file(&entry.path), why);
            }
            Look::Binary(closed) => {
                self.binary += 1;
                if let Some(what) = closed {
                    self.unread += 1;
                    coverage.cannot_read(
                        Place::file(&entry.path),
                        format!("{what}: not looked into for secrets"),
                    );
                }
            }
            Look::Read(parts) => {
                self.scanned += 1;
                self.opened += u64::from(parts.opened);
                self.bytes += parts.bytes;
                for (reason, count) in parts.dropped {
                    *self.dropped.entry(reason).or_default() += count;
                }
                if parts.cut {
                    let why = format!("more than {} matches: the rest was not looked at", scan::MOST_HITS);
                    coverage.cannot_read(Place::file(&entry.path), why);
                }
                for (path, why) in parts.unread {
                    coverage.cannot_read(Place::file(path), why);
                }
                for seen in parts.hits {
                    self.add(scanner, &seen);
                }
            }
        }
    }

    fn add(&mut self, scanner: &Scanner, seen: &Seen) {
        let index = *self.known.entry((seen.rule, seen.value)).or_insert_with(|| {
            self.distinct.push(Distinct {
                rule: seen.rule,
                identity: format!("{}:{}:{}", scanner.rules()[seen.rule].id, seen.blob, seen.offset),
                places: Vec::new(),
                count: 0,
                only_tests: true,
            });
            self.distinct.len() - 1
        });
        let distinct = &mut self.distinct[index];
        distinct.count += 1;
        distinct.only_tests &= paths::is_test(&seen.path);
        let place = Place::line(&seen.path, seen.line);
        if distinct.places.len() < MOST_PLACES && distinct.places.last() != Some(&place) {
            distinct.places.push(place);
        }
    }

    fn value(&self, scanner: &Scanner) -> serde_json::Value {
        let mut found: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for distinct in &self.distinct {
            let counts = found.entry(&scanner.rules()[distinct.rule].id).or_default();
            counts.0 += 1;
            counts.1 += distinct.count;
        }
        let found: BTreeMap<_, _> = found
            .into_iter()
            .map(|(id, (distinct, places))| (id, json!({"distinct": distinct, "places": places})))
            .collect();
        let dropped: BTreeMap<_, _> = self.dropped.iter().map(|(reason, n)| (reason.word(), n)).collect();
        json!({
            "rules": scanner.rules().len(),
            "rule_set": rule_set(),
            "history": false,
            "files": {"scanned": self.scanned, "opened": self.opened, "binary": self.binary, "unread": self.unread},
            "bytes": self.bytes,
            "found": found,
            "dropped": dropped,
        })
    }

    fn findings(self, scanner: &Scanner, coverage: &mut Coverage) -> Vec<Finding> {
        let mut listed: BTreeMap<usize, usize> = BTreeMap::new();
        let mut findings = Vec::new();
        for distinct in self.distinct {
            let rule = &scanner.rules()[distinct.rule];
            let count = listed.entry(distinct.rule).or_default();
            *count += 1;
            if *count > MOST_FINDINGS {
                if *count == MOST_FINDINGS + 1 {
                    let why = format!("more than {MOST_FINDINGS} of `{}`: counted, not listed", rule.id);
                    let place = distinct.places.into_iter().next().unwrap_or_else(|| Place::file(""));
                    coverage.cannot_read(place, why);
                }
                continue;
            }
            let mut finding = rule.finding(&distinct.identity);
            finding.development_only = distinct.only_tests;
            finding.remedy = Some(format!(
                "{} Then take it out of the tree. Rewriting history does not undo publication: who copied it keeps it.",
                rule.revoke
            ));
            finding.places = distinct.places;
            findings.push(finding);
        }
        findings.sort_by(|a, b| (&a.places, &a.id).cmp(&(&b.places, &b.id)));
        findings
    }
}
