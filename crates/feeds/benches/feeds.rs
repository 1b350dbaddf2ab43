//! How long opening, matching and importing take, over made-up records and, where
//! `FORMULARY_CORPUS` is set, over real ones.
//!
//! `cargo bench -p feeds`. The made-up export has the shape of the real one: a tenth of the names
//! asked for are known, each with one to five records, half of them with a version list.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench may panic and print")]

use std::{
    fmt::Write as _,
    io::Write as _,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use domain::{Component, Place, Purl, Timestamp};
use feeds::{Feeds, ImportOptions};

fn main() {
    divan::main();
}

const NOW: Timestamp = Timestamp::from_unix(1_787_443_200);

/// Components of an npm lockfile; every tenth is a name the made-up export knows.
fn components(count: usize) -> Vec<Component> {
    let name =
        |i: usize| if i.is_multiple_of(10) { format!("known-{}", i / 10) } else { format!("unheard-of-{i}") };
    (0..count)
        .map(|i| {
            let version = format!("{}.{}.{}", i % 5, i % 7, i % 11);
            let purl = Purl::new("npm", None, &name(i), Some(&version)).unwrap();
            Component::new(purl, Place::file("package-lock.json"))
        })
        .collect()
}

fn record(i: usize) -> String {
    let mut versions = String::new();
    if i.is_multiple_of(2) {
        for v in 0..20 {
            let _ = write!(versions, "{}\"{}.{}.0\"", if v == 0 { "" } else { "," }, v % 4, v);
        }
    }
    format!(
        r#"{{"schema_version":"1.6.0","id":"GHSA-{i:08}","modified":"2026-08-01T00:00:00Z","published":"2026-01-01T00:00:00Z","aliases":["CVE-2026-{:05}"],"summary":"A flaw of the made-up sort","details":"{}","affected":[{{"package":{{"ecosystem":"npm","name":"known-{}"}},"ranges":[{{"type":"SEMVER","events":[{{"introduced":"0"}},{{"fixed":"{}.2.3"}}]}}],"versions":[{versions}]}}],"severity":[{{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}],"references":[{{"type":"ADVISORY","url":"https://advisories.example/{i}"}}],"database_specific":{{"cwe_ids":["CWE-79"]}}}}"#,
        i % 90_000 + 10_000,
        "Words that the index does not keep. ".repeat(25),
        i / 3,
        i % 5,
    )
}

fn export(records: usize) -> &'static Path {
    static MADE: OnceLock<[(usize, tempfile::TempDir); 2]> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        [47_000, 470_000].map(|count| {
            let folder = tempfile::tempdir().unwrap();
            std::fs::create_dir(folder.path().join("npm")).unwrap();
            let file = std::fs::File::create(folder.path().join("npm/all.zip")).unwrap();
            let mut zip = zip::ZipWriter::new(std::io::BufWriter::new(file));
            let fast = zip::write::SimpleFileOptions::default().compression_level(Some(1));
            for i in 0..count {
                zip.start_file(format!("GHSA-{i:08}.json"), fast).unwrap();
                zip.write_all(record(i).as_bytes()).unwrap();
            }
            zip.finish().unwrap();
            (count, folder)
        })
    });
    made.iter().find(|(count, _)| *count == records).map(|(_, folder)| folder.path()).unwrap()
}

fn import_to(export: &Path, library: &Path) -> usize {
    feeds::import(export, library, &ImportOptions::new(NOW), &mut |_| {}).unwrap().imported.len()
}

fn library(records: usize) -> PathBuf {
    static MADE: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = MADE.get_or_init(|| tempfile::tempdir().unwrap()).path().join(records.to_string());
    if !folder.join("feeds.json").exists() {
        import_to(export(records), &folder);
    }
    folder
}

fn corpus() -> Option<&'static Path> {
    static MADE: OnceLock<Option<tempfile::TempDir>> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let corpus = PathBuf::from(std::env::var_os("FORMULARY_CORPUS")?);
        let library = tempfile::tempdir().unwrap();
        for part in ["advisories", "reference"] {
            import_to(&corpus.join(part), library.path());
        }
        Some(library)
    });
    if made.is_none() {
        println!("SKIPPED: FORMULARY_CORPUS is not set");
    }
    made.as_ref().map(tempfile::TempDir::path)
}

#[divan::bench(args = [47_000, 470_000])]
fn open(bencher: divan::Bencher<'_, '_>, records: usize) {
    let library = library(records);
    bencher.bench(|| Feeds::open(&library).unwrap());
}

#[divan::bench(args = [1_000, 10_000, 100_000], sample_count = 20)]
fn match_against_47_000(bencher: divan::Bencher<'_, '_>, count: usize) {
    let (feeds, components) = (Feeds::open(&library(47_000)).unwrap(), components(count));
    bencher.bench(|| feeds.matches(&components));
}

#[divan::bench(args = [1_000, 10_000, 100_000], sample_count = 20)]
fn match_against_470_000(bencher: divan::Bencher<'_, '_>, count: usize) {
    let (feeds, components) = (Feeds::open(&library(470_000)).unwrap(), components(count));
    bencher.bench(|| feeds.matches(&components));
}

#[divan::bench(args = [47_000, 470_000], sample_count = 1, sample_size = 1)]
fn import(bencher: divan::Bencher<'_, '_>, records: usize) {
    let export = export(records);
    bencher
        .with_inputs(|| tempfile::tempdir().unwrap())
        .bench_values(|library| import_to(export, library.path()));
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn corpus_import(bencher: divan::Bencher<'_, '_>) {
    let Some(corpus) = std::env::var_os("FORMULARY_CORPUS").map(PathBuf::from) else { return };
    let advisories = corpus.join("advisories");
    bencher
        .with_inputs(|| tempfile::tempdir().unwrap())
        .bench_values(|library| import_to(&advisories, library.path()));
}

#[divan::bench]
fn corpus_open(bencher: divan::Bencher<'_, '_>) {
    let Some(library) = corpus() else { return };
    bencher.bench(|| Feeds::open(library).unwrap());
}

/// A thousand components of four ecosystems, every fifth a name with real records.
#[divan::bench]
fn corpus_match_1_000(bencher: divan::Bencher<'_, '_>) {
    let Some(library) = corpus() else { return };
    let feeds = Feeds::open(library).unwrap();
    let known = [
        ("npm", None, "lodash", "4.17.15"),
        ("npm", None, "axios", "0.21.0"),
        ("pypi", None, "django", "3.2.1"),
        ("pypi", None, "tensorflow", "2.4.0"),
        ("cargo", None, "openssl", "0.10.30"),
        ("golang", None, "stdlib", "1.20.1"),
        ("pypi", None, "pillow", "8.0.0"),
        ("cargo", None, "tokio", "1.7.0"),
        ("maven", Some("com.fasterxml.jackson.core"), "jackson-databind", "2.9.8"),
        ("gem", None, "rails", "5.2.0"),
    ];
    let components: Vec<Component> = (0..1_000usize)
        .map(|i| {
            let purl = if i.is_multiple_of(5) {
                let (kind, namespace, name, version) = known[i / 5 % known.len()];
                // Another build of the version, so that no answer is a copy of an earlier one.
                Purl::new(kind, namespace, name, Some(&format!("{version}.{}", i / 50)))
            } else {
                Purl::new(
                    ["npm", "pypi", "cargo", "golang"][i % 4],
                    None,
                    &format!("unheard-of-{i}"),
                    Some("1.2.3"),
                )
            };
            Component::new(purl.unwrap(), Place::file("lock"))
        })
        .collect();
    bencher.bench(|| feeds.matches(&components));
}

/// Names with very many records, one lookup each.
#[divan::bench(args = ["pkg:pypi/tensorflow@2.4.0", "pkg:pypi/django@3.2.1", "pkg:golang/stdlib@1.20.1", "pkg:npm/lodash@4.17.15", "pkg:gem/rails@5.2.0", "pkg:maven/com.fasterxml.jackson.core/jackson-databind@2.9.8"])]
fn corpus_match_one(bencher: divan::Bencher<'_, '_>, purl: &str) {
    let Some(library) = corpus() else { return };
    let feeds = Feeds::open(library).unwrap();
    let components = [Component::new(purl.parse().unwrap(), Place::file("lock"))];
    bencher.bench(|| feeds.matches(&components));
}
