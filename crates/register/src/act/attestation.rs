//! Attestations: what only people know, signed, dated, with an end.

use domain::{Date, Digest, SubjectName, Tier};
use serde::{Deserialize, Serialize};

use crate::{hazard::Residual, words::Words};

/// A person states that a control is met, for a subject, until a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// The control, e.g. `owner-accepts`, `no-secret`, `safety-case`.
    pub control: String,
    /// What it is about.
    pub subject: SubjectName,
    /// The release it is bound to: a version, tag or commit; none for the subject as such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What exactly was seen or mended: the digest of a blob, a finding's fingerprint, a component's
    /// package URL; anything else, a path above all, is sealed. None: the control as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Words>,
    /// What the person states.
    pub says: Words,
    /// The last day it counts.
    pub until: Date,
    /// What stands behind it beside the word of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
}

/// What stands behind a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "by", deny_unknown_fields)]
pub enum Basis {
    /// Code was read.
    Audit {
        /// The version read.
        version: String,
        /// What was read: paths, components, lines; public of a component alone.
        read: Vec<Words>,
        /// The audited version from which only the difference was read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        delta_from: Option<String>,
        /// The strictest tier it is fit for.
        fit_for: Tier,
        /// What was concluded.
        conclusion: Words,
    },
    /// A clinical safety officer stands for one version of the safety case report and hazard log.
    Safety {
        /// Version of the system.
        version: String,
        /// Digest of the safety case report.
        report: Digest,
        /// Digest of the hazard log.
        hazard_log: Digest,
        /// Residual risks as the log states them, recomputed by the body's matrix.
        hazards: Vec<Residual>,
        /// The professional body the officer is registered with, and until when, as stated.
        registration: Words,
    },
    /// A document, known by its digest.
    Document {
        /// Its digest.
        digest: Digest,
        /// Its title.
        title: Words,
    },
}

/// Controls that only a clinical safety officer may attest (DCB0129 §2.3, §3.3, §3.5).
pub const OFFICERS: [&str; 7] = [
    "safety-scope",
    "safety-case",
    "hazard-log",
    "safety-officer",
    "parts-assessed",
    "deployer-safety",
    "changes-assessed",
];

/// Controls that are stated of one release: the next may need another statement.
pub const BINDS_A_VERSION: [&str; 6] =
    ["safety-case", "hazard-log", "safety-officer", "parts-assessed", "deployer-safety", "changes-assessed"];

/// Controls that nobody's word can meet: they are looked at, or they are unknown.
pub const OBSERVED_ONLY: [&str; 5] =
    ["malware", "flaw-overdue", "flaw-open", "flaws-looked-at", "model-executes-code"];
