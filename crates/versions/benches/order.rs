//! Comparing, ranges and requirements, per scheme, with versions and ranges that grow.
//!
//! `cargo bench -p versions --bench order`
#![allow(missing_docs, reason = "a benchmark has no readers but this file's")]

use divan::{Bencher, black_box};
use versions::{Event, Scheme};

fn main() {
    divan::main();
}

/// A version and one after it, as the ecosystem writes them.
fn ordinary(scheme: Scheme) -> (&'static str, &'static str) {
    match scheme {
        Scheme::Semver | Scheme::SemverBuild | Scheme::Npm => ("1.24.3-rc.1+build.5", "1.24.3-rc.2"),
        Scheme::Pep440 => ("2.31.0rc1.post2.dev3", "2.31.0rc1.post2"),
        Scheme::Go => ("v0.0.0-20240409100909-b1b7427c6ea6", "v0.0.0-20260319091847-d06919eb03ec"),
        Scheme::Gem => ("7.0.8.rc1", "7.0.8"),
        Scheme::Nuget => ("8.0.1-preview.7.23375", "8.0.1"),
        Scheme::Maven => ("2.17.1-rc-1", "2.17.1.RELEASE"),
        Scheme::Composer => ("v6.4.12-beta3", "v6.4.12"),
        Scheme::Debian => ("1:2.4.57-2+deb12u1", "1:2.4.57-2+deb12u2"),
        Scheme::Rpm => ("0:3.3.1-2.module+el9.4.0+20787+4c237fd3", "0:3.3.1-2.module+el9.5.0+1"),
        Scheme::Apk => ("1.2.2_pre3-r0", "1.2.2-r7"),
        Scheme::Cran => ("1.8.8-2", "1.8.9"),
        Scheme::Pvp => ("4.15.0.0", "4.15.0.1"),
    }
}

#[divan::bench(args = Scheme::ALL)]
fn compare(bencher: Bencher<'_, '_>, scheme: Scheme) {
    let (a, b) = ordinary(scheme);
    bencher.bench(|| black_box(scheme).compare(black_box(a), black_box(b)));
}

#[divan::bench(args = Scheme::ALL)]
fn contains(bencher: Bencher<'_, '_>, scheme: Scheme) {
    let (a, b) = ordinary(scheme);
    let events = [Event::Introduced("0"), Event::Fixed(b)];
    bencher.bench(|| black_box(scheme).contains(black_box(&events), black_box(a)));
}

/// Versions of so many numbers, equal but for the last.
#[divan::bench(args = [4, 16, 64, 250])]
fn compare_long(bencher: Bencher<'_, '_>, numbers: usize) {
    let head = vec!["1"; numbers].join(".");
    let (a, b) = (format!("{head}.1"), format!("{head}.2"));
    bencher.bench(|| Scheme::Maven.compare(black_box(&a), black_box(&b)));
}

/// Ranges of so many pairs of events.
#[divan::bench(args = [1, 10, 100, 1_000])]
fn contains_many(bencher: Bencher<'_, '_>, pairs: usize) {
    let texts: Vec<String> = (0..pairs * 2).map(|n| format!("{n}.0.0")).collect();
    let events: Vec<Event<'_>> =
        texts.chunks(2).flat_map(|two| [Event::Introduced(&two[0]), Event::Fixed(&two[1])]).collect();
    let version = format!("{}.5.0", pairs);
    bencher.bench(|| Scheme::Npm.contains(black_box(&events), black_box(&version)));
}

#[divan::bench]
fn lowest_of_an_npm_range() -> Option<String> {
    Scheme::Npm.lowest(black_box("^14.17.0 || ^16.10.0 || >=17.0.0"))
}

#[divan::bench]
fn satisfies_a_python_specifier() -> bool {
    Scheme::Pep440.satisfies(black_box(">=2.0,!=2.1.*,<3"), black_box("2.31.0")) == Ok(true)
}
