//! Reference data from strangers: OSV records, KEV, EPSS, SSVC, end-of-life; index files with any
//! bytes; and index files whose checksums hold and whose blocks are hostile all the same.
//!
//! The first byte chooses. Nothing may panic, hang or take memory out of proportion; whatever an
//! index answers, it answers without a crash.

#![no_main]

use std::{collections::BTreeMap, path::PathBuf, sync::OnceLock};

use domain::{Component, Place};
use feeds::{
    Feeds,
    index::{names, table},
};
use formats::advisory::{CveId, endoflife, epss, kev, osv, ssvc};
use libfuzzer_sys::fuzz_target;

/// A library folder of this process, in memory where the system offers that.
fn folder() -> &'static PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let shared = PathBuf::from("/dev/shm");
        let base = if shared.is_dir() { shared } else { std::env::temp_dir() };
        let folder = base.join(format!("formulary-fuzz-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("index")).expect("a folder for the library");
        folder
    })
}

fn any_bytes(data: &[u8]) {
    let path = folder().join("any");
    std::fs::write(&path, data).expect("write the file");
    if let Ok(names) = names::Names::open(&path) {
        let _ = names.get("left-pad");
        let _ = names.get("");
        let _ = names.appendix();
        let _ = names.for_each(|_, _| {});
    }
    if let Ok(table) = table::Table::open(&path) {
        let _ = table.get(0);
        let _ = table.get(u64::MAX);
        let _ = table.for_each(|_, _| {});
    }
}

/// A library whose one index holds this block under every name that is asked for.
fn hostile_block(feed: &str, known: &[&str], block: &[u8], purl: &str) {
    let blocks: BTreeMap<String, Vec<u8>> =
        known.iter().map(|name| ((*name).to_owned(), block.to_vec())).collect();
    let (built, _) = names::build(&blocks, 1, &[]);
    let index = folder().join("index").join(built.digest.hex());
    std::fs::write(&index, &built.bytes).expect("write the index");
    let list = format!(
        r#"{{"feeds":[{{"as_of":"2026-01-01T00:00:00Z","coverage":"full","digest":"{}","imported":"2026-01-01T00:00:00Z","name":"{feed}","records":1}}],"schema":"formulary/feeds/v1"}}"#,
        built.digest
    );
    std::fs::write(folder().join("feeds.json"), list).expect("write the list");
    let feeds = Feeds::open(folder()).expect("the list is sound");
    assert!(feeds.has(feed));
    let component = Component::new(purl.parse().expect("a purl"), Place::file("lock"));
    let _ = feeds.matches(std::slice::from_ref(&component));
    let _ = feeds.support(&component.purl);
    std::fs::remove_file(index).expect("remove the index");
}

fuzz_target!(|data: &[u8]| {
    let Some((choice, data)) = data.split_first() else { return };
    match choice % 8 {
        0 => {
            if let Ok(record) = osv::parse(data) {
                assert!(!record.id.is_empty() && record.id.len() <= osv::LONGEST_ID);
            }
        }
        1 => drop(kev::parse(data)),
        2 => drop(epss::parse(data)),
        3 => drop(ssvc::parse(data)),
        4 => drop(endoflife::parse(data)),
        5 => any_bytes(data),
        6 => hostile_block("osv/npm", &["left-pad"], data, "pkg:npm/left-pad@1.2.3"),
        _ => hostile_block(
            "endoflife",
            &["purl:generic/node", "product:nodejs"],
            data,
            "pkg:generic/node@20.1.0",
        ),
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Some(cve) = CveId::parse(text)
    {
        assert_eq!(CveId::parse(&cve.to_string()), Some(cve));
    }
});
