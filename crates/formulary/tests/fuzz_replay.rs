//! The kept inputs of every fuzz target, run through the target's own code on a stable toolchain.
//! A crash that fuzzing finds is kept as one more seed, and fails here until it is mended.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]
#![allow(unused_attributes, unreachable_pub, missing_docs, reason = "the targets are written for libFuzzer")]

use std::{fs, path::Path};

#[path = "../../../fuzz/fuzz_targets/advisories.rs"]
mod advisories;
#[path = "../../../fuzz/fuzz_targets/lockfiles.rs"]
mod lockfiles;
#[path = "../../../fuzz/fuzz_targets/own_files.rs"]
mod own_files;
#[path = "../../../fuzz/fuzz_targets/purl_cvss.rs"]
mod purl_cvss;
#[path = "../../../fuzz/fuzz_targets/register.rs"]
mod register;
#[path = "../../../fuzz/fuzz_targets/reports.rs"]
mod reports;
#[path = "../../../fuzz/fuzz_targets/sbom.rs"]
mod sbom;
#[path = "../../../fuzz/fuzz_targets/tlog.rs"]
mod tlog_target;
#[path = "../../../fuzz/fuzz_targets/versions.rs"]
mod versions;
#[path = "../../../fuzz/fuzz_targets/weights.rs"]
mod weights;

type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 10] = [
    ("advisories", advisories::run),
    ("lockfiles", lockfiles::run),
    ("own_files", own_files::run),
    ("purl_cvss", purl_cvss::run),
    ("register", register::run),
    ("reports", reports::run),
    ("sbom", sbom::run),
    ("tlog", tlog_target::run),
    ("versions", versions::run),
    ("weights", weights::run),
];

#[test]
fn every_target_is_replayed_and_no_kept_input_stops_it() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let mut files: Vec<_> = fs::read_dir(fuzz.join("fuzz_targets"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some())
        .collect();
    files.sort();
    let names: Vec<_> = files.iter().map(|p| p.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(names, TARGETS.map(|(name, _)| name), "a target without a line here");
    for (name, run) in TARGETS {
        let mut inputs = 0;
        for entry in
            fs::read_dir(fuzz.join("seeds").join(name)).unwrap_or_else(|e| panic!("{name} has no seeds: {e}"))
        {
            let bytes = fs::read(entry.unwrap().path()).unwrap();
            run(&bytes);
            inputs += 1;
            // Cut, doubled and with a byte changed: what a mutator tries first.
            run(&bytes[..bytes.len() / 2]);
            run(&[bytes.as_slice(), bytes.as_slice()].concat());
            for at in [0, bytes.len() / 3, bytes.len().saturating_sub(1)] {
                let mut changed = bytes.clone();
                if let Some(byte) = changed.get_mut(at) {
                    *byte ^= 0x20;
                }
                run(&changed);
            }
        }
        assert!(inputs > 0, "{name} has no seeds");
        run(b"");
        for byte in 0..=255 {
            run(&[byte; 64]);
        }
    }
}
