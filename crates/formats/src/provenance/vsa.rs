//! SLSA Verification Summary, version 1: a trusted party checked this artifact against that policy.
//!
//! It says PASSED or FAILED and a list of levels; a tier and what a yes depends on go into the levels,
//! which may hold strings beside SLSA's own.
//! Source: SLSA 1.1, "Verification Summary Attestation".

use domain::Timestamp;
use serde::Serialize;

use super::in_toto::Resource;

/// The predicate's type.
pub const PREDICATE: &str = "https://slsa.dev/verification_summary/v1";

/// The predicate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Who verified.
    pub verifier: Verifier,
    /// When.
    pub time_verified: Timestamp,
    /// What was verified, as consumers name it.
    pub resource_uri: String,
    /// By which policy.
    pub policy: Resource,
    /// What it rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub input_attestations: Vec<Resource>,
    /// PASSED or FAILED.
    pub verification_result: Answer,
    /// Levels that were verified, or `FAILED` alone.
    pub verified_levels: Vec<String>,
    /// The version of SLSA whose words are used.
    pub slsa_version: String,
}

/// Who verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verifier {
    /// A URI of the verifier.
    pub id: String,
}

/// The answer of a summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Answer {
    /// It meets the policy.
    Passed,
    /// It does not.
    Failed,
}
