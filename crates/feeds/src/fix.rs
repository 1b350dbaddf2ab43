//! The lowest version that clears a flaw, and the lowest that clears them all.
//!
//! Candidates are the versions that records name as fixed; a candidate clears a flaw when none of
//! its records holds for it any more. For "all" it must be free of every record of the name, also
//! of those that did not hold before: nobody is sent from one flaw into another. A flaw whose
//! records name no fixed version has no clearing version, and then neither has the component.

use std::cmp::Ordering;

use versions::{Event, Scheme};

use crate::{ecosystem::Target, judge::is_clear, record::Stored};

/// Most candidates tried.
const MOST_CANDIDATES: usize = 256;
/// Most fixed versions put in order.
const MOST_FIXED: usize = 20_000;

/// Versions that these records name as fixed, ascending by the ecosystem's order.
pub(crate) fn fixed_versions(records: &[&Stored<'_>], target: &Target) -> Vec<String> {
    let Some(scheme) = target.scheme else { return Vec::new() };
    let mut fixed: Vec<&str> = Vec::new();
    for affected in records.iter().flat_map(|r| &r.affected) {
        if target.release.applies(affected.suffix) == Some(false) {
            continue;
        }
        for event in affected.ranges.iter().flat_map(|r| &r.events) {
            if let Event::Fixed(version) = event {
                fixed.push(version);
            }
        }
    }
    fixed.sort_unstable();
    fixed.dedup();
    // A text that cannot be ordered is no version to send somebody to.
    fixed.retain(|v| scheme.compare(v, v).is_ok());
    sort(scheme, &mut fixed);
    fixed.dedup_by(|a, b| scheme.compare(a, b) == Ok(Ordering::Equal));
    fixed.into_iter().map(str::to_owned).collect()
}

/// Ascending by the scheme. By insertion: the library's sort may panic on an order that is not
/// total, and an order over texts from strangers need not be.
fn sort(scheme: Scheme, versions: &mut Vec<&str>) {
    let mut sorted: Vec<&str> = Vec::with_capacity(versions.len());
    for version in versions.drain(..).take(MOST_FIXED) {
        let at = sorted.partition_point(|v| scheme.compare(v, version) != Ok(Ordering::Greater));
        sorted.insert(at, version);
    }
    *versions = sorted;
}

/// The lowest of `candidates` above `version` at which none of `records` holds.
pub(crate) fn lowest_clearing(
    candidates: &[String],
    records: &[&Stored<'_>],
    target: &Target,
    version: &str,
) -> Option<String> {
    let scheme = target.scheme?;
    let above = |c: &&String| scheme.compare(c, version) == Ok(Ordering::Greater);
    // What stands against one candidate mostly stands against the next: it is asked first.
    let mut order: Vec<&Stored<'_>> = records.to_vec();
    let mut clear = |c: &&String| match order.iter().position(|record| !is_clear(record, target, c)) {
        None => true,
        Some(at) => {
            order.swap(0, at);
            false
        }
    };
    candidates.iter().filter(above).take(MOST_CANDIDATES).find(|c| clear(c)).cloned()
}

/// The highest of some versions.
pub(crate) fn highest<'a>(
    scheme: Option<Scheme>,
    versions: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let scheme = scheme?;
    versions.reduce(|a, b| if scheme.compare(a, b) == Ok(Ordering::Less) { b } else { a })
}
