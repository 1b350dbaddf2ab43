//! The `vulnerabilities` of a CycloneDX document, alone (VEX) or beside its components.

use std::collections::HashMap;

use domain::{Place, Purl, Timestamp};

use super::{Product, VexDocument, VexStatement, VexStatus, said};
use crate::tree::Node;

/// The reasons that CycloneDX knows for "not affected" (impact analysis justification, 1.4 to 1.7).
const REASONS: [&str; 9] = [
    "code_not_present",
    "code_not_reachable",
    "requires_configuration",
    "requires_dependency",
    "requires_environment",
    "protected_by_compiler",
    "protected_at_runtime",
    "protected_at_perimeter",
    "protected_by_mitigating_control",
];

pub(super) fn read(path: &str, root: Node<'_>, document: &mut VexDocument) {
    let metadata = root.get("metadata");
    let made = metadata.and_then(|m| time(path, m, "timestamp", document));
    let author = metadata.and_then(author);
    let known = references(root);
    for node in root.get("vulnerabilities").into_iter().flat_map(Node::entries) {
        let place = Place::line(path, node.line());
        // A flaw that is only listed, without an analysis, is no statement.
        let Some(analysis) = node.get("analysis") else { continue };
        let status = match analysis.text_at("state") {
            Some("not_affected" | "false_positive") => VexStatus::NotAffected,
            Some("exploitable") => VexStatus::Affected,
            Some("resolved" | "resolved_with_pedigree") => VexStatus::Fixed,
            Some("in_triage") => VexStatus::UnderInvestigation,
            _ => {
                document.fault(
                    "bad-statement",
                    &place,
                    "an analysis has no state that CycloneDX knows; it was left out",
                );
                continue;
            }
        };
        let references = node.get("references").into_iter().flat_map(Node::entries);
        let ids = node.text_at("id").into_iter().chain(references.filter_map(|r| r.text_at("id")));
        let updated = time(path, analysis, "lastUpdated", document);
        let issued = time(path, analysis, "firstIssued", document);
        let affects = node.get("affects").into_iter().flat_map(Node::entries);
        let statement = VexStatement {
            ids: ids.filter_map(|id| said(Some(id))).collect(),
            products: affects.filter_map(|node| product(node, status, &known)).collect(),
            status,
            justification: document.reason(analysis.text_at("justification"), &REASONS, &place),
            impact: said(analysis.text_at("detail")),
            timestamp: updated.or(issued).or(made),
            author: author.clone(),
            place,
        };
        document.keep(statement);
    }
}

fn time(path: &str, node: Node<'_>, key: &str, document: &mut VexDocument) -> Option<Timestamp> {
    let at = node.get(key)?;
    let time = at.text().unwrap_or_default().parse().ok();
    if time.is_none() {
        document.fault("bad-timestamp", &Place::line(path, at.line()), "a time is no instant");
    }
    time
}

/// Who made the document: the first that is named of supplier, manufacturer and authors.
fn author(metadata: Node<'_>) -> Option<String> {
    let named = |key| metadata.get(key).and_then(|node| said(node.text_at("name")));
    let authors = || {
        let first = metadata.get("authors")?.entries().next()?;
        said(first.text_at("name")).or_else(|| said(first.text_at("email")))
    };
    named("supplier").or_else(|| named("manufacturer")).or_else(|| named("manufacture")).or_else(authors)
}

/// The entries of the document, by their references.
struct Known<'t> {
    subject: Option<&'t str>,
    purls: HashMap<&'t str, Option<Purl>>,
}

fn references(root: Node<'_>) -> Known<'_> {
    let subject = root.get("metadata").and_then(|m| m.get("component"));
    let mut purls = HashMap::new();
    let mut open: Vec<Node<'_>> = subject.into_iter().collect();
    open.extend(root.get("components").into_iter().flat_map(Node::entries));
    while let Some(node) = open.pop() {
        if let Some(reference) = node.text_at("bom-ref").filter(|r| !r.is_empty()) {
            let purl = node.text_at("purl").and_then(|text| text.parse::<Purl>().ok());
            let purl = purl.map(|purl| match (purl.version(), node.text_at("version")) {
                (None, Some(version)) => purl.with_version(Some(version)),
                _ => purl,
            });
            // A reference given twice names neither.
            purls.entry(reference).and_modify(|known| *known = None).or_insert(purl);
        }
        open.extend(node.get("components").into_iter().flat_map(Node::entries));
    }
    Known { subject: subject.and_then(|node| node.text_at("bom-ref")), purls }
}

/// What is affected or not: an entry of the document, or of another by its BOM-Link, whose last part
/// is often a package URL. Where versions are listed, those whose status fits the analysis; `None`
/// if there is none of them.
fn product(node: Node<'_>, status: VexStatus, known: &Known<'_>) -> Option<Product> {
    let reference = node.text_at("ref").unwrap_or_default();
    let mut product = Product::of(reference);
    if let Some(purl) = known.purls.get(reference) {
        product.purl.clone_from(purl);
        product.subject = known.subject == Some(reference);
    } else if let Some((_, entry)) = reference.strip_prefix("urn:cdx:").and_then(|link| link.split_once('#'))
    {
        product.purl = entry.parse().ok();
    }
    let mut listed = node.get("versions").into_iter().flat_map(Node::entries).peekable();
    if listed.peek().is_some() {
        let fits = |entry: &Node<'_>| {
            // The specification's default.
            let said = entry.text_at("status").unwrap_or("affected");
            match status {
                VexStatus::NotAffected | VexStatus::Fixed => said == "unaffected",
                VexStatus::Affected => said == "affected",
                VexStatus::UnderInvestigation => said != "unaffected",
            }
        };
        product.versions = listed
            .filter(fits)
            .filter_map(|entry| entry.text_at("version").or_else(|| entry.text_at("range")))
            .filter(|version| version.len() <= super::LONGEST)
            .map(str::to_owned)
            .collect();
        if product.versions.is_empty() {
            return None;
        }
    }
    Some(product)
}
