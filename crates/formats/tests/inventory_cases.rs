//! Folders of small subjects, `tests/cases/inventory/<format>/<case>/`, each read whole by the
//! inventory readers and compared with the `expected.txt` in it.
//!
//! To add a case: make the folder, run with `FORMULARY_BLESS=1`, and check by hand every line of the
//! `expected.txt` that was written, against the format's documentation and not against the reader.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails by panicking and says what it skips"
)]

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

#[path = "support/tree.rs"]
mod tree;

use domain::{Component, Origin, Resolution};
use formats::{
    inventory::{Files, Inventory},
    readers,
};
use tree::Tree;

#[test]
fn every_case_reads_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/inventory");
    let bless = std::env::var_os("FORMULARY_BLESS").is_some();
    let mut wrong = Vec::new();
    let mut count = 0;
    for format in folders(&folder) {
        for case in folders(&format) {
            let text = render(&Tree::of(case.clone()));
            assert!(!text.is_empty(), "{}: no file in it is recognised", case.display());
            let expected = case.join("expected.txt");
            if bless {
                std::fs::write(&expected, &text).unwrap();
            }
            let wanted = std::fs::read_to_string(&expected).unwrap_or_default();
            if wanted != text {
                wrong.push(format!("{}\n--- expected\n{wanted}--- read\n{text}", case.display()));
            }
            count += 1;
        }
    }
    assert!(count > 0, "no case in {}", folder.display());
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(of)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

fn render(tree: &Tree) -> String {
    let mut out = String::new();
    for path in tree.paths() {
        let Some((reader, role)) = readers::of_file(path, &tree.head(path)) else { continue };
        writeln!(out, "{path}: {} ({role:?})", reader.name()).unwrap();
        match reader.read(path, &tree.read(path).unwrap(), tree) {
            Ok(inventory) => describe(&mut out, &inventory),
            Err(error) => writeln!(out, "  unreadable: {error}").unwrap(),
        }
    }
    out
}

fn describe(out: &mut String, inventory: &Inventory) {
    for component in &inventory.components {
        writeln!(out, "  {}", line_of(component)).unwrap();
    }
    let name = |index: &u32| inventory.components[*index as usize].purl.to_string();
    for (from, to) in &inventory.edges {
        writeln!(out, "  {} -> {}", name(from), name(to)).unwrap();
    }
    for path in &inventory.covers {
        writeln!(out, "  covers {path}").unwrap();
    }
    for fault in &inventory.faults {
        writeln!(out, "  fault {} at {}: {}", fault.id, fault.place, fault.why).unwrap();
    }
}

fn line_of(component: &Component) -> String {
    let mut words = vec![component.purl.to_string(), format!("{:?}", component.scope).to_lowercase()];
    match component.direct {
        Some(true) => words.push("direct".into()),
        Some(false) => words.push("indirect".into()),
        None => {}
    }
    match &component.resolution {
        Resolution::Exact => {}
        Resolution::Range { requirement } => words.push(format!("range({requirement})")),
        Resolution::Unresolved => words.push("unresolved".into()),
    }
    match &component.origin {
        Origin::Unstated => {}
        Origin::Registry { host } => words.push(format!("registry({host})")),
        Origin::Git { host, commit } => {
            words.push(format!("git({host} {})", commit.as_deref().unwrap_or("-")))
        }
        Origin::Archive { host } => words.push(format!("archive({host})")),
        Origin::Path => words.push("path".into()),
        Origin::Own => words.push("own".into()),
    }
    words.extend(component.hashes.iter().map(|h| format!("{}:{:.12}", h.algorithm, h.value)));
    words.extend(component.licence.iter().map(|licence| format!("licence({licence})")));
    words.extend(component.install_script.map(|has| format!("script({has})")));
    words.extend(component.from.iter().map(|place| format!("@{place}")));
    words.join(" ")
}
