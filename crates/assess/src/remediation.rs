//! How fast known flaws were mended in a repository: the lockfiles' past laid over the advisories.
//!
//! Decides what an exposure is, how long it lasted, and what may be said of all of them together. An
//! exposure begins on the later of two days, the flaw's publication (the earliest of its alias set) and
//! the arrival of an affected version on the branch, and ends when no affected version of the component
//! is left in any lockfile. What is open at the end of what can be seen is censored, not left out:
//! without that, a repository that never mends anything would look fast.
//!
//! It speaks of the repository. When a fix reached the people who are cared for, it does not know.
//! Malicious components are no part of it (they are to be removed at once, see `malware`), nor are
//! records whose range cannot be compared with the version.

mod exposures;
mod summary;
mod survival;

use domain::{Assessment, Circumstances, Date, remediation::Looked};
use evidence::lockfile_history::LockfileHistory;
use feeds::Feeds;

pub use domain::remediation::{FEWEST, Median, Record, Summary};

/// Evidence of it in an assessment: the record without its single exposures.
pub const KIND: &str = "remediation";

/// Measures.
pub fn measure(history: &LockfileHistory, feeds: &Feeds, of: &Circumstances, as_of: Date) -> Record {
    let found = exposures::find(history, feeds, of, as_of);
    let ships: Vec<_> = found.all.iter().filter(|e| !e.development).collect();
    let development: Vec<_> = found.all.iter().filter(|e| e.development).collect();
    Record {
        as_of,
        commits: history.commits,
        span: history.span.map(|(first, last)| (first.date(), last.date())),
        begins_inside: history.begins_inside,
        lockfiles: history.lockfiles.len() as u64,
        contents: history.lockfiles.iter().map(|file| file.contents).sum(),
        unreadable: history.lockfiles.iter().map(|file| file.unreadable).sum(),
        looked: Looked { versions: history.stays.len() as u64, ..found.looked },
        start_unknown: found.start_unknown,
        ships: summary::of(&ships),
        development: summary::of(&development),
        by_severity: summary::by_severity(&ships),
        by_year: summary::by_year(&ships),
        curve: survival::curve(&summary::observations(&ships)).steps,
        exposures: found.all,
    }
}

/// The record that stands in an assessment.
pub fn recorded(assessment: &Assessment) -> Option<Record> {
    crate::facts::value(assessment, KIND).and_then(|value| serde_json::from_value(value.clone()).ok())
}
