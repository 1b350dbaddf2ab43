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
//!   "files": {"scanned": 10, "binary": 2, "unread": 0}, "bytes": 12345,
//!   "found": {"github-token": {"distinct": 1, "places": 2}},
//!   "dropped": {"placeholder": 3, "low-entropy": 1} }
//! ```
//! Findings: kind `secret`, control `no-secret`, id the rule's; `development_only` when every place
//! lies in a test, fixture or example. Coverage lists as unread: text over the limit, archives,
//! databases and keystores, which hold secrets and cannot be looked into here.

pub mod doubt;
pub mod rule;
pub mod scan;
mod shipped;
pub mod sweep;
pub mod verify;

use std::{
    collections::{BTreeMap, HashMap},
    sync::OnceLock,
};

use domain::{Coverage, Digest, Evidence, Finding, FindingKind, Place};
use serde_json::json;

use self::{rule::BadRule, scan::Scanner};
use crate::{
    collector::{Collector, Given, Observed},
    magic,
    material::{Entry, Material},
    paths,
    text::{self, Content, Lines},
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
    Text {
        bytes: u64,
        cut: bool,
        dropped: BTreeMap<doubt::Doubt, u64>,
        hits: Vec<Seen>,
        blob: Option<Digest>,
    },
    Binary(Option<&'static str>),
    Unread(String),
}

struct Seen {
    rule: usize,
    value: Digest,
    offset: usize,
    line: u32,
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
    match text::look(material, entry) {
        Content::Unread(why) => Look::Unread(why),
        Content::Binary(head) => Look::Binary(magic::closed_container(&entry.path, &head)),
        Content::Text(text) => {
            let scanned = scanner.scan(&entry.path, &text);
            let mut lines = Lines::of(&text);
            let hits: Vec<Seen> = scanned
                .hits
                .iter()
                .map(|hit| Seen {
                    rule: hit.rule,
                    value: Digest::of(&text[hit.value.clone()]),
                    offset: hit.value.start,
                    line: lines.line(hit.value.start),
                })
                .collect();
            let blob = (!hits.is_empty()).then(|| Digest::of(&text));
            Look::Text { bytes: text.len() as u64, cut: scanned.cut, dropped: scanned.dropped, hits, blob }
        }
    }
}

#[derive(Default)]
struct Gathered {
    scanned: u64,
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
            Look::Text { bytes, cut, dropped, hits, blob } => {
                self.scanned += 1;
                self.bytes += bytes;
                for (reason, count) in dropped {
                    *self.dropped.entry(reason).or_default() += count;
                }
                if cut {
                    let why = format!("more than {} matches: the rest was not looked at", scan::MOST_HITS);
                    coverage.cannot_read(Place::file(&entry.path), why);
                }
                for seen in hits {
                    self.add(scanner, entry, &seen, blob);
                }
            }
        }
    }

    fn add(&mut self, scanner: &Scanner, entry: &Entry, seen: &Seen, blob: Option<Digest>) {
        let index = *self.known.entry((seen.rule, seen.value)).or_insert_with(|| {
            let blob = blob.map(|b| b.to_string()).unwrap_or_default();
            self.distinct.push(Distinct {
                rule: seen.rule,
                identity: format!("{}:{blob}:{}", scanner.rules()[seen.rule].id, seen.offset),
                places: Vec::new(),
                count: 0,
                only_tests: true,
            });
            self.distinct.len() - 1
        });
        let distinct = &mut self.distinct[index];
        distinct.count += 1;
        distinct.only_tests &= paths::is_test(&entry.path);
        let place = Place::line(&entry.path, seen.line);
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
            "files": {"scanned": self.scanned, "binary": self.binary, "unread": self.unread},
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
            let mut finding =
                Finding::new(FindingKind::Secret, &rule.id, "no-secret", &rule.name, &distinct.identity);
            finding.severity = Some(rule.severity);
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
