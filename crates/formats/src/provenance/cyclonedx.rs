//! Writing CycloneDX 1.6 declarations: what a body claims of one component, with what shows it.
//!
//! No scores are written (conformance and confidence are optional fractions there): an answer is a
//! claim with its reasons, not a number. Source: CycloneDX 1.6, `declarations` (CDXA).

use domain::{Date, Digest, Timestamp, canonical};
use serde_json::{Value, json};

/// What a body declares of a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Who declares it.
    pub body: String,
    /// `library`, `application`, `machine-learning-model`.
    pub kind: &'static str,
    /// The component's name.
    pub name: String,
    /// Its version, where the declaration is about one.
    pub version: Option<String>,
    /// Its package URL, where it has one.
    pub purl: Option<String>,
    /// What is claimed, e.g. `listed: use at operational`.
    pub claim: String,
    /// Why, where it is public.
    pub reasoning: Option<String>,
    /// What shows it: name and content.
    pub evidence: Vec<(String, String)>,
    /// Since when.
    pub since: Timestamp,
    /// The last day it holds.
    pub until: Date,
    /// Further facts by name.
    pub properties: Vec<(String, String)>,
    /// As of when it is written.
    pub at: Timestamp,
}

/// The document.
///
/// # Errors
/// Never in fact: it holds no number but its version.
pub fn write(it: &Declaration) -> Result<Vec<u8>, canonical::CanonicalError> {
    let mut component = json!({ "type": it.kind, "bom-ref": "subject", "name": it.name });
    for (key, value) in [("version", &it.version), ("purl", &it.purl)] {
        if let Some(value) = value {
            component[key] = json!(value);
        }
    }
    let mut target = component.clone();
    target["bom-ref"] = json!("target");
    let evidence: Vec<Value> = it
        .evidence
        .iter()
        .enumerate()
        .map(|(i, (name, content))| {
            json!({
                "bom-ref": format!("evidence-{i}"),
                "description": name,
                "data": [{ "name": name, "contents": { "attachment": { "contentType": "text/plain", "content": content } } }],
                "created": it.since,
                "expires": it.until.start(),
            })
        })
        .collect();
    let mut claim = json!({
        "bom-ref": "claim",
        "target": "target",
        "predicate": it.claim,
        "evidence": (0..it.evidence.len()).map(|i| format!("evidence-{i}")).collect::<Vec<_>>(),
    });
    if let Some(reasoning) = &it.reasoning {
        claim["reasoning"] = json!(reasoning);
    }
    let properties: Vec<Value> =
        it.properties.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let declarations = json!({
        "assessors": [{ "bom-ref": "body", "thirdParty": false, "organization": { "name": it.body } }],
        "claims": [claim],
        "evidence": evidence,
        "attestations": [{ "summary": it.claim, "assessor": "body", "map": [{ "claims": ["claim"] }] }],
        "targets": { "components": [target] },
    });
    let mut document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "timestamp": it.at, "component": component, "properties": properties },
        "declarations": declarations,
    });
    document["serialNumber"] = json!(serial(&Digest::of(&canonical::to_vec(&document)?)));
    canonical::to_vec(&document)
}

/// A serial number that follows from the content: a UUID of version 8 (RFC 9562), for which the digits
/// are the writer's own.
fn serial(digest: &Digest) -> String {
    let hex = digest.hex();
    format!("urn:uuid:{}-{}-8{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}
