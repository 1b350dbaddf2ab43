//! SARIF 2.1.0: reports of any scanner as neutral values ([`read`]), and our own assessment as a
//! report ([`write`]).
//!
//! What a scanner found is taken as it says it, bounded and without what a title may never carry: a
//! message is cut to its first line, and words in it that could be a secret or a person's number are
//! masked. Fingerprints are kept as a digest only, since scanners put authors and commit messages
//! into them. Whether a finding is one of ours, who owns it and when it is due, is decided elsewhere.

use domain::{Digest, Place};

use crate::inventory::Fault;

mod mask;
mod read;
mod write;

pub use read::read;
pub use write::write;

/// Most results read from one report; beyond it the fault `truncated` says that there were more.
pub const MOST_RESULTS: usize = 100_000;

/// How grave the scanner holds a result to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// No gravity of its own.
    None,
    /// A remark.
    Note,
    /// Something to look at; SARIF's default.
    Warning,
    /// Something to mend.
    Error,
}

/// One result of a scanner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// The scanner.
    pub tool: String,
    /// The rule that fired, as the scanner names it.
    pub rule: String,
    /// How grave.
    pub level: Level,
    /// The first line of the message, masked; the rule's title where there is none.
    pub title: String,
    /// Where, relative to the root of what was scanned; none where the report gives no such path.
    pub place: Option<Place>,
    /// The same tomorrow for the same result: over tool, rule and the scanner's own fingerprints; else
    /// over path and message, and how many alike came before.
    pub fingerprint: Digest,
    /// `security-severity` of the result or its rule, in tenths (98 is 9.8).
    pub severity_tenths: Option<u8>,
    /// CWE ids among the rule's tags, like `CWE-79`; sorted.
    pub cwe: Vec<String>,
    /// Whether the report itself marks it as suppressed.
    pub suppressed: bool,
}

/// One run of one scanner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The scanner.
    pub tool: String,
    /// Its version, where given.
    pub version: Option<String>,
    /// Whether the scanner says that it ended well; `false` also where the results lie elsewhere or
    /// are missing. An incomplete run that found nothing shows nothing.
    pub complete: bool,
}

/// A report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The runs, in the document's order.
    pub runs: Vec<Run>,
    /// What they found: failures and open questions; what passed is left out, and so is what the
    /// report calls gone.
    pub results: Vec<Reported>,
    /// `incomplete`, `no-results`, `bad-place`, `duplicate-key`, `truncated`.
    pub faults: Vec<Fault>,
}
