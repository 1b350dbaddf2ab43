//! How fast lockfiles are read: `cargo bench -p formats --bench readers`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails by panicking and says what it skips"
)]

use std::{borrow::Cow, fmt::Write as _};

use formats::{
    inventory::{Files, Inventory},
    readers,
};

fn main() {
    divan::main();
}

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

/// A tree of one file.
struct Alone;

impl Files for Alone {
    fn read(&self, _path: &str) -> Option<Cow<'_, [u8]>> {
        None
    }

    fn paths(&self) -> &[String] {
        &[]
    }
}

fn read(path: &str, text: &str) -> Inventory {
    let (reader, _) = readers::of_file(path, text.as_bytes()).unwrap();
    reader.read(path, text.as_bytes(), &Alone).unwrap()
}

/// As npm writes it: address, hash, licence, and two dependencies each.
fn package_lock(count: usize) -> String {
    let hash = "A".repeat(86) + "==";
    let mut text =
        "{\n  \"lockfileVersion\": 3,\n  \"packages\": {\n    \"\": {\"dependencies\": {\"p0\": \"^1.0.0\"}}"
            .to_owned();
    for n in 0..count {
        let (a, b) = ((n * 7 + 1) % count, (n * 13 + 5) % count);
        write!(
            text,
            ",\n    \"node_modules/p{n}\": {{\n      \"version\": \"1.{n}.0\",\n      \"resolved\": \
             \"https://registry.example/p{n}/-/p{n}-1.{n}.0.tgz\",\n      \"integrity\": \"sha512-{hash}\",\n      \
             \"license\": \"MIT\",\n      \"dependencies\": {{\n        \"p{a}\": \"^1.0.0\",\n        \"p{b}\": \
             \"~1.{b}.0\"\n      }},\n      \"engines\": {{\n        \"node\": \">=18\"\n      }}\n    }}"
        )
        .unwrap();
    }
    text + "\n  }\n}\n"
}

fn cargo_lock(count: usize) -> String {
    let hash = "a".repeat(64);
    let mut text = "version = 4\n".to_owned();
    for n in 0..count {
        let (a, b) = ((n * 7 + 1) % count, (n * 13 + 5) % count);
        write!(
            text,
            "\n[[package]]\nname = \"p{n}\"\nversion = \"1.{n}.0\"\nsource = \"registry+https://index.example/git\"\n\
             checksum = \"{hash}\"\ndependencies = [\n \"p{a}\",\n \"p{b}\",\n]\n"
        )
        .unwrap();
    }
    text
}

fn pnpm_lock(count: usize) -> String {
    let hash = "A".repeat(86) + "==";
    let mut text = "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      p0:\n        specifier: ^1.0.0\n        version: 1.0.0\n\npackages:\n".to_owned();
    for n in 0..count {
        write!(
            text,
            "\n  p{n}@1.{n}.0:\n    resolution: {{integrity: sha512-{hash}}}\n    engines: {{node: '>=18'}}\n"
        )
        .unwrap();
    }
    text += "\nsnapshots:\n";
    for n in 0..count {
        let (a, b) = ((n * 7 + 1) % count, (n * 13 + 5) % count);
        write!(text, "\n  p{n}@1.{n}.0:\n    dependencies:\n      p{a}: 1.{a}.0\n      p{b}: 1.{b}.0\n")
            .unwrap();
    }
    text
}

fn measure(bencher: divan::Bencher<'_, '_>, path: &str, text: &str, count: usize) {
    assert_eq!(read(path, text).components.len(), count);
    bencher.counter(divan::counter::BytesCount::new(text.len())).bench(|| read(path, divan::black_box(text)));
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn package_lock_json(bencher: divan::Bencher<'_, '_>, count: usize) {
    measure(bencher, "package-lock.json", &package_lock(count), count);
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn cargo_lock_file(bencher: divan::Bencher<'_, '_>, count: usize) {
    measure(bencher, "Cargo.lock", &cargo_lock(count), count);
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn pnpm_lock_yaml(bencher: divan::Bencher<'_, '_>, count: usize) {
    measure(bencher, "pnpm-lock.yaml", &pnpm_lock(count), count);
}
