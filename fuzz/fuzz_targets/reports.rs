//! Reports of other scanners (SARIF) from strangers.
//!
//! Whatever is read stays inside what was scanned, and its titles are one line without control
//! characters.

#![no_main]

use formats::sarif;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(report) = sarif::read("a.sarif", data) else { return };
    for result in &report.results {
        assert!(!result.title.chars().any(char::is_control) && !result.rule.chars().any(char::is_control));
        assert!(result.severity_tenths.is_none_or(|tenths| tenths <= 100));
        if let Some(place) = &result.place {
            assert!(
                !place.path.starts_with('/')
                    && place.path.split('/').all(|part| !matches!(part, "" | "." | ".."))
            );
        }
    }
    if report.runs.iter().any(|run| !run.complete) {
        assert!(!report.faults.is_empty());
    }
});
