//! VEX statements that the system trusts: a flaw that a trusted statement excuses is no finding,
//! and the evidence says who excused it, why, and until when that trust holds.
//!
//! What was there and excuses nothing (no reason given, fixed in no version, an author whom nobody
//! trusts) is listed with the reason.
//!
//! Trust has an end, like everything, and lasts at most a year: past it, or stated for longer, the
//! statements count no more and a finding says so. A document that names another author than the one who is
//! trusted is not applied. A flaw that is known to be exploited is excused only by what takes it away (the
//! component or the flawed code is not there, or a fixed version is), never by an argument.

use std::collections::BTreeMap;

use domain::{
    Assessment, Coverage, Evidence, Finding, FindingKind, Place, Purl, Timestamp, canonical::CanonicalError,
};
use evidence::material::Material;
use formats::{
    own::system::{self as system_file, TrustedVex},
    vex::{self, VexStatus},
};
use serde_json::{Value, json};

use crate::facts;

/// The longest trust, in days from the day it is judged.
const LONGEST_TRUST: i64 = 366;

/// Reasons by which the flaw is not there at all.
const ABSENT: [&str; 3] = ["component_not_present", "vulnerable_code_not_present", "code_not_present"];

/// The kind of evidence that lists what was excused.
pub const KIND: &str = "vex";

/// Applies trusted statements.
///
/// # Errors
/// When a value has no canonical form.
pub fn apply(
    out: &mut Assessment,
    material: &dyn Material,
    trust: &[TrustedVex],
    described: &[(Place, Purl)],
) -> Result<(), CanonicalError> {
    let today = out.as_of.date();
    let from = out.components.iter().map(|component| (component.purl.clone(), component.from.clone()));
    let from: BTreeMap<Purl, Vec<Place>> = from.collect();
    // What a component surely lies inside: what every file that names it describes.
    let holders = |purl: &Purl| -> Vec<&Purl> {
        let Some(from) = from.get(purl).filter(|from| !from.is_empty()) else { return Vec::new() };
        let holds = |(file, _): &&(Place, Purl)| from.iter().all(|place| place.path == file.path);
        described.iter().filter(holds).map(|(_, purl)| purl).collect()
    };
    let mut said_on: Option<Timestamp> = None;
    let mut excused: Vec<Value> = Vec::new();
    let mut coverage = Coverage::new(KIND);
    let mut remarks = Vec::new();
    untrusted(out, trust, &mut coverage);
    for trusted in trust {
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
        if trusted.until > today.plus_days(LONGEST_TRUST) {
            let title = format!(
                "the trust in the statements of {} is stated until {}: a year is the longest",
                trusted.path, trusted.until
            );
            let mut finding =
                Finding::new(FindingKind::Exception, "trust-too-long", "flaw-open", title, &trusted.path);
            finding.places.push(place);
            finding.remedy = Some("Set an end within a year; until then they excuse nothing.".to_owned());
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
        for fault in &document.faults {
            coverage.cannot_read(fault.place.clone(), fault.why.clone());
        }
        let stranger =
            |author: &Option<String>| author.as_ref().is_some_and(|a| !same_name(a, &trusted.signer));
        if let Some(statement) = document.statements.iter().find(|s| stranger(&s.author)) {
            let author = statement.author.as_deref().unwrap_or_default();
            coverage.cannot_read(
                Place::file(&trusted.path),
                format!(
                    "not applied: its author is `{author}`, and formulary.toml trusts `{}`",
                    trusted.signer
                ),
            );
        }
        let usable = document.statements.iter().filter(|s| s.excuses() && !stranger(&s.author));
        for statement in usable {
            let takes_away = statement.status == VexStatus::Fixed
                || statement.justification.as_deref().is_some_and(|reason| ABSENT.contains(&reason));
            out.findings.retain(|finding| {
                let Some(purl) = finding.component.as_ref().filter(|_| finding.kind == FindingKind::Advisory)
                else {
                    return true;
                };
                let ids: Vec<&str> = std::iter::once(finding.id.as_str())
                    .chain(finding.aliases.iter().map(String::as_str))
                    .collect();
                let exploited = finding.exploitability.as_ref().is_some_and(|e| e.kev.is_some());
                if (exploited && !takes_away) || !statement.applies_within(purl, &holders(purl), &ids) {
                    return true;
                }
                said_on = match (said_on, statement.timestamp) {
                    (Some(a), Some(b)) => Some(a.min(b)),
                    (a, b) => a.or(b),
                };
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
        let mut evidence = Evidence::new(KIND, Value::Array(excused), "trusted statements")?;
        evidence.as_of = said_on;
        out.evidence.push(evidence);
    }
    if coverage.read > 0 || !coverage.unread.is_empty() {
        out.coverage.push(coverage);
    }
    Ok(())
}

/// Whether a document's author is whom the system trusts: one name stands within the other, in whatever case.
fn same_name(author: &str, signer: &str) -> bool {
    let (author, signer) = (author.trim().to_lowercase(), signer.trim().to_lowercase());
    !signer.is_empty() && (author.contains(&signer) || signer.contains(&author))
}

/// Statements that a dossier brings and that nobody has said may be trusted: a supplier does not
/// excuse its own flaws by sending a file.
fn untrusted(out: &Assessment, trust: &[TrustedVex], coverage: &mut Coverage) {
    let dossier = facts::value(out, evidence::dossier::KIND);
    let brought = dossier.and_then(|value| value["vex"].as_array()).into_iter().flatten();
    for path in brought.filter_map(Value::as_str) {
        if trust.iter().all(|trusted| trusted.path != path) {
            coverage.cannot_read(
                Place::file(path),
                "not applied: its author is not trusted here; to trust it, add [[vex]] with path, signer, why and until to formulary.toml",
            );
        }
    }
}
