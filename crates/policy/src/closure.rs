//! What keeping code closed does not cure.
//!
//! Source: the guidance on open source and AI that the pack `publish` cites: a repository without an
//! owner, a way to report, credible remediation or healthy dependencies is mended or retired, not hidden.

/// Controls that no closure cures: mend or retire.
pub const NOT_CURED: [&str; 6] =
    ["owner-route", "reporting-route", "flaws", "malware", "flaw-overdue", "remediation"];
