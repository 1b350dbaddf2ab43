//! The two digests of an assessment.
//!
//! `digest` is over everything but `digest`, `basis` and `local`. `basis` is what a vote depends
//! on: subject, packs, circumstances, what was observed, control states and finding fingerprints,
//! without times and feeds, so that a later day or a newer feed that changes nothing leaves it.

use domain::{Assessment, Digest, canonical::CanonicalError};
use serde_json::{Value, json};

/// Sets `basis` and `digest`.
///
/// # Errors
/// When a value holds a number that canonical JSON refuses.
pub fn seal(assessment: &mut Assessment) -> Result<(), CanonicalError> {
    assessment.basis = Some(basis(assessment)?);
    assessment.digest = Some(assessment.compute_digest()?);
    Ok(())
}

fn basis(assessment: &Assessment) -> Result<Digest, CanonicalError> {
    let mut packs: Vec<&str> = assessment.verdicts.iter().map(|v| v.pack.as_str()).collect();
    packs.sort_unstable();
    packs.dedup();
    let controls: Vec<Value> = assessment
        .controls
        .iter()
        .map(|c| {
            json!([
                c.pack,
                c.part,
                c.id,
                c.state,
                c.not_met,
                c.unknown,
                c.attested.is_some(),
                c.excepted_until.is_some()
            ])
        })
        .collect();
    let mut findings: Vec<Digest> = assessment.findings.iter().map(|f| f.fingerprint).collect();
    findings.sort_unstable();
    findings.dedup();
    let mut evidence: Vec<Digest> = assessment
        .evidence
        .iter()
        .filter(|e| !crate::observe::OUTSIDE_BASIS.contains(&e.kind.as_str()))
        .map(|e| e.digest)
        .collect();
    evidence.sort_unstable();
    let of = &assessment.circumstances;
    Digest::of_value(&json!({
        "subject": assessment.subject,
        // The values, not who says so: that the register confirms a tier changes nothing voted on.
        "circumstances": [of.tier.value.word(), of.exposure.value, of.visibility.value, of.deployment.value],
        "packs": packs,
        "tiers": assessment.verdicts.iter().map(|v| json!([v.purpose, v.part, v.tier])).collect::<Vec<_>>(),
        "controls": controls,
        "components": assessment.components.iter().map(|c| c.purl.to_string()).collect::<Vec<_>>(),
        "findings": findings,
        "evidence": evidence,
    }))
}
