//! Writing OpenVEX: which flaws do not concern a product, and why not.
//!
//! Only `not_affected` is written, and only with one of the five justifications: whatever else might be
//! said of a named system (affected, under investigation) would draw a map for an attacker.
//! Source: OpenVEX specification 0.2.0. Reading is in [`crate::vex`].

use domain::{Digest, Timestamp, canonical};
use serde::Serialize;

/// The context of version 0.2.0.
const CONTEXT: &str = "https://openvex.dev/ns/v0.2.0";

/// Why a flaw does not concern a product: the words of OpenVEX, of CISA before it.
pub const JUSTIFICATIONS: [&str; 5] = [
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
];

/// A flaw does not concern some products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAffected {
    /// The flaw's identifier.
    pub flaw: String,
    /// Products, by package URL or another URI.
    pub products: Vec<String>,
    /// One of [`JUSTIFICATIONS`].
    pub justification: String,
    /// The reason in plain English.
    pub impact: String,
    /// Since when it is stated.
    pub at: Timestamp,
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "@context")]
    context: &'a str,
    #[serde(rename = "@id")]
    id: String,
    author: &'a str,
    role: &'a str,
    timestamp: Timestamp,
    version: u32,
    statements: Vec<Statement<'a>>,
}

#[derive(Serialize)]
struct Statement<'a> {
    vulnerability: Named<'a>,
    timestamp: Timestamp,
    products: Vec<Product<'a>>,
    status: &'a str,
    justification: &'a str,
    impact_statement: &'a str,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Product<'a> {
    #[serde(rename = "@id")]
    id: &'a str,
}

/// The document of an author as of a time; none where there is nothing to state, since OpenVEX knows no
/// empty document. The same statements give the same bytes, whatever their order.
///
/// # Errors
/// Never in fact: it holds no numbers but its version.
pub fn write(
    author: &str,
    at: Timestamp,
    statements: &[NotAffected],
) -> Result<Option<Vec<u8>>, canonical::CanonicalError> {
    let mut said: Vec<&NotAffected> =
        statements.iter().filter(|s| JUSTIFICATIONS.contains(&s.justification.as_str())).collect();
    if said.is_empty() {
        return Ok(None);
    }
    said.sort_by(|a, b| {
        (&a.flaw, &a.products, &a.justification, a.at).cmp(&(&b.flaw, &b.products, &b.justification, b.at))
    });
    let statements: Vec<Statement<'_>> = said
        .iter()
        .map(|s| Statement {
            vulnerability: Named { name: &s.flaw },
            timestamp: s.at,
            products: s.products.iter().map(|id| Product { id }).collect(),
            status: "not_affected",
            justification: &s.justification,
            impact_statement: &s.impact,
        })
        .collect();
    let id = Digest::of(&canonical::to_vec(&statements)?);
    let document = Document {
        context: CONTEXT,
        id: format!("urn:formulary:vex:{}", id.hex()),
        author,
        role: "Governing body",
        timestamp: at,
        version: 1,
        statements,
    };
    canonical::to_vec(&document).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vex;

    #[test]
    fn what_is_written_is_read_back_and_nothing_else_is_written() {
        let at: Timestamp = "2026-11-22".parse().unwrap();
        let one = |flaw: &str, justification: &str| NotAffected {
            flaw: flaw.to_owned(),
            products: vec!["pkg:npm/lodash@4.17.21".to_owned()],
            justification: justification.to_owned(),
            impact: "The template function is never called".to_owned(),
            at,
        };
        let good = [one("CVE-2026-0002", JUSTIFICATIONS[2]), one("CVE-2026-0001", JUSTIFICATIONS[4])];
        let bytes = write("Example Trust", at, &good).unwrap().unwrap();
        let read = vex::read("vex.json", &bytes).unwrap();
        let ids: Vec<_> = read.statements.iter().map(|s| s.ids.clone()).collect();
        assert_eq!(ids, [["CVE-2026-0001"], ["CVE-2026-0002"]]);
        assert!(read.statements.iter().all(|s| s.status == vex::VexStatus::NotAffected));
        assert_eq!(read.statements[1].justification.as_deref(), Some(JUSTIFICATIONS[2]));
        let turned = [good[1].clone(), good[0].clone()];
        assert_eq!(write("Example Trust", at, &turned).unwrap().unwrap(), bytes);
        assert_eq!(write("Example Trust", at, &[one("CVE-1", "accepted")]).unwrap(), None);
        assert_eq!(write("Example Trust", at, &[]).unwrap(), None);
    }
}
