//! VEX statements that the system trusts: a flaw that a trusted statement excuses is no finding,
//! and the evidence says who excused it, why, and until when that trust holds.
//!
//! Trust has an end, like everything: past it, the statements count no more and a finding says so.

use domain::{Assessment, Coverage, Evidence, Finding, FindingKind, Place, canonical::CanonicalError};
use evidence::material::Material;
use formats::{
    own::system::{self as system_file, System},
    vex,
};
use serde_json::{Value, json};

/// The kind of evidence that lists what was excused.
pub const KIND: &str = "vex";

/// Applies trusted statements.
///
/// # Errors
/// When a value has no canonical form.
pub fn apply(out: &mut Assessment, material: &dyn Material, system: &System) -> Result<(), CanonicalError> {
    let today = out.as_of.date();
    let mut excused: Vec<Value> = Vec::new();
    let mut coverage = Coverage::new(KIND);
    let mut remarks = Vec::new();
    for trusted in &system.vex {
        let place = Place::line(system_file::FILE, trusted.line);
        if trusted.until < today {
            let title = format!("the trust in the statements of {} ended on {}", trusted.path, trusted.until);
            let mut finding =
                Finding::new(FindingKind::Exception, "trust-ended", "flaw-open", title, &trusted.path);
            finding.places.push(place);
            finding.remedy = Some("Ask the signer for current statements, and set a new end.".to_owned());
            remarks.push(finding);
            continue;
        }
        let read = material.read(&trusted.path).map_err(|e| e.to_string());
        let document = read.and_then(|bytes| vex::read(&trusted.path, &bytes).map_err(|e| e.to_string()));
        let document = match document {
            Ok(document) => document,
            Err(why) => {
                coverage.cannot_read(Place::file(&trusted.path), why);
                continue;
            }
        };
        coverage.read += 1;
        for statement in document.statements.iter().filter(|s| s.excuses()) {
            out.findings.retain(|finding| {
                let Some(purl) = finding.component.as_ref().filter(|_| finding.kind == FindingKind::Advisory)
                else {
                    return true;
                };
                let ids: Vec<&str> = std::iter::once(finding.id.as_str())
                    .chain(finding.aliases.iter().map(String::as_str))
                    .collect();
                if !statement.applies(purl, &ids) {
                    return true;
                }
                excused.push(json!({
                    "id": finding.id,
                    "component": purl,
                    "signer": trusted.signer,
                    "why": statement.justification.as_ref().or(statement.impact.as_ref()),
                    "place": statement.place,
                    "until": trusted.until,
                }));
                false
            });
        }
    }
    out.findings.extend(remarks);
    if !excused.is_empty() {
        out.evidence.push(Evidence::new(KIND, Value::Array(excused), "trusted statements")?);
    }
    if coverage.read > 0 || !coverage.unread.is_empty() {
        out.coverage.push(coverage);
    }
    Ok(())
}
