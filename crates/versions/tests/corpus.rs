//! Every version and event of real advisories, per ecosystem: read, or counted as undetermined.
//!
//! Needs `FORMULARY_CORPUS`, a folder with `advisories/<ecosystem>/all.zip` in the layout of OSV's
//! export. Each ecosystem has a bound; above it, either the data got worse or an order did.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test panics, and says what it counted")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::PathBuf;

use versions::{Event, Scheme};

/// How many texts of an ecosystem may be undetermined; the others, none.
///
/// Bitnami: dates with leading zeros (`2022.07.24`), which Semantic Versioning refuses, and
/// `nightly.2026-03-10.0`. Go: `branch-v0.1.1`. npm: `1.0.0-*`, `3.0.RC3` and `~`. PyPI: versions from
/// before PEP 440 (`0.4m2`, `0.9-doduo`); that `packaging` refuses these and no other is a test of its
/// own, `packaging_reads_the_same_texts_of_real_advisories` in `tests/oracles.rs`.
const BOUNDS: [(&str, usize); 4] = [("Bitnami", 21), ("Go", 1), ("PyPI", 120), ("npm", 7)];

fn records(ecosystem: &str, path: PathBuf) -> Vec<serde_json::Value> {
    let file = std::fs::File::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut archive = zip::ZipArchive::new(std::io::BufReader::new(file)).unwrap();
    let mut out = Vec::new();
    for place in 0..archive.len() {
        let mut text = String::new();
        archive.by_index(place).unwrap().read_to_string(&mut text).unwrap();
        out.push(serde_json::from_str(&text).unwrap_or_else(|e| panic!("{ecosystem}: {e}")));
    }
    out
}

#[test]
fn every_version_of_the_corpus_is_read_or_counted() {
    let Some(corpus) = std::env::var_os("FORMULARY_CORPUS") else {
        println!("SKIPPED: FORMULARY_CORPUS is not set");
        return;
    };
    let folder = PathBuf::from(corpus).join("advisories");
    let mut names: Vec<String> = std::fs::read_to_string(folder.join("ecosystems.txt"))
        .expect("the corpus has advisories/ecosystems.txt")
        .lines()
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    names.sort();

    // Per ecosystem: texts read, texts undetermined, and whether it has an order at all.
    let mut read = BTreeMap::<String, BTreeSet<String>>::new();
    let mut undetermined = BTreeMap::<String, BTreeSet<String>>::new();
    let mut unordered = BTreeSet::new();
    let (mut asked, mut unclear) = (0, 0);
    // Versions that a record lists, those of them outside all its ranges, and one of those.
    let mut strays = BTreeMap::<String, (usize, usize, Option<String>)>::new();
    for name in &names {
        for record in records(name, folder.join(name).join("all.zip")) {
            for affected in record["affected"].as_array().into_iter().flatten() {
                let Some(ecosystem) = affected["package"]["ecosystem"].as_str() else { continue };
                let key = ecosystem.split(':').next().unwrap().to_owned();
                let Some(scheme) = Scheme::of_ecosystem(ecosystem) else {
                    unordered.insert(key);
                    continue;
                };
                let listed: Vec<&str> = affected["versions"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|v| v.as_str())
                    .collect();
                let mut texts = listed.clone();
                let mut outside: BTreeSet<&str> = listed.iter().copied().collect();
                let mut has_ranges = false;
                for range in affected["ranges"].as_array().into_iter().flatten() {
                    if range["type"] == "GIT" {
                        continue;
                    }
                    let mut events = Vec::new();
                    for event in range["events"].as_array().into_iter().flatten() {
                        for (kind, text) in event.as_object().unwrap() {
                            let text = text.as_str().unwrap();
                            events.push(match kind.as_str() {
                                "introduced" => Event::Introduced(text),
                                "fixed" => Event::Fixed(text),
                                "last_affected" => Event::LastAffected(text),
                                "limit" => Event::Limit(text),
                                other => panic!("{ecosystem}: unknown event {other}"),
                            });
                        }
                    }
                    texts.extend(events.iter().map(Event::version).filter(|text| *text != "0"));
                    has_ranges = true;
                    for version in &listed {
                        asked += 1;
                        let inside = scheme.contains(&events, version);
                        unclear += usize::from(inside.is_err());
                        if inside != Ok(false) {
                            outside.remove(version);
                        }
                    }
                }
                if has_ranges {
                    let counts = strays.entry(key.clone()).or_insert((0, 0, None));
                    counts.0 += listed.len();
                    counts.1 += outside.len();
                    if let Some(first) = outside.first() {
                        counts.2 = Some(format!("{} {first}", record["id"]));
                    }
                }
                for text in texts {
                    let into = if scheme.reads(text) { &mut read } else { &mut undetermined };
                    into.entry(key.clone()).or_default().insert(text.to_owned());
                }
            }
        }
    }

    let mut over = Vec::new();
    for (ecosystem, texts) in &read {
        let none = BTreeSet::new();
        let bad = undetermined.get(ecosystem).unwrap_or(&none);
        let bound = BOUNDS.iter().find(|(name, _)| name == ecosystem).map_or(0, |(_, bound)| *bound);
        let sample: Vec<&String> = bad.iter().step_by(bad.len().div_ceil(12).max(1)).collect();
        println!("{ecosystem}: {} read, {} undetermined {sample:?}", texts.len(), bad.len());
        if bad.len() > bound {
            over.push(format!("{ecosystem}: {} undetermined, at most {bound} expected", bad.len()));
        }
    }
    println!("listed versions, outside every range of their record, such as: {strays:?}");
    println!(
        "without an order: {unordered:?}; {asked} listed versions held against their ranges, {unclear} undetermined"
    );
    assert!(read.keys().chain(undetermined.keys()).count() >= 20, "the corpus is incomplete");
    for ecosystem in undetermined.keys() {
        assert!(read.contains_key(ecosystem), "{ecosystem}: not one version is read");
    }
    // The records that do so err: a range that starts above a version they list.
    let (listed, outside) = strays.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    assert!(outside * 2_000 < listed, "{outside} of {listed} listed versions lie outside their ranges");
    assert!(over.is_empty(), "{}", over.join("\n"));
}
