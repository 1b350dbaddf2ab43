//! How the time to scan text for secrets grows with its length.
//!
//! `cargo bench -p evidence --bench scan`. Plain text is source-like, with a rule's keyword every
//! few lines; hostile text holds keywords only.

#![expect(clippy::expect_used, reason = "a bench stops by panicking")]

use divan::{Bencher, counter::BytesCount};

fn main() {
    divan::main();
}

const SIZES: [usize; 4] = [64 << 10, 256 << 10, 1 << 20, 4 << 20];

fn repeat(line: &str, size: usize) -> Vec<u8> {
    line.bytes().cycle().take(size).collect()
}

#[divan::bench(args = SIZES)]
fn plain(bencher: Bencher, size: usize) {
    let block = "    let total = items.iter().map(|item| item.price * item.count).sum::<u64>();\n\
                 // Reads the next record and returns its fields in the order of the header.\n\
                 fn next(&mut self) -> Option<Record> { self.source.advance(1); self.record() }\n";
    scan(bencher, &repeat(&block.repeat(8).replacen("items", "token", 1), size));
}

#[divan::bench(args = SIZES)]
fn keywords_only(bencher: Bencher, size: usize) {
    scan(bencher, &repeat("password=secret token:api_key ", size));
}

#[divan::bench(args = SIZES)]
fn one_line_of_key_starts(bencher: Bencher, size: usize) {
    scan(bencher, &repeat("-----BEGIN PRIVATE KEY-----AAAA", size));
}

fn scan(bencher: Bencher, text: &[u8]) {
    let scanner = evidence::secrets::scanner().expect("the shipped rules are read by a test");
    bencher.counter(BytesCount::of_slice(text)).bench(|| scanner.scan("src/file.rs", divan::black_box(text)));
}
