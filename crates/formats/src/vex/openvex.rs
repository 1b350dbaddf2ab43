//! OpenVEX, specification versions 0.0.1 to 0.2.0.

use domain::{Place, Timestamp};

use super::{Product, VexDocument, VexStatement, VexStatus, said};
use crate::tree::Node;

/// The reasons that OpenVEX knows for "not affected" (specification 0.2.0, status justifications).
const REASONS: [&str; 5] = [
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
];

pub(super) fn read(path: &str, root: Node<'_>, document: &mut VexDocument) {
    let author = said(root.text_at("author"));
    let made = time(path, root, document);
    for node in root.get("statements").into_iter().flat_map(Node::entries) {
        let place = Place::line(path, node.line());
        let status = match node.text_at("status") {
            Some("not_affected") => VexStatus::NotAffected,
            Some("affected") => VexStatus::Affected,
            Some("fixed") => VexStatus::Fixed,
            Some("under_investigation") => VexStatus::UnderInvestigation,
            _ => {
                document.fault(
                    "bad-statement",
                    &place,
                    "a statement has no status that OpenVEX knows; it was left out",
                );
                continue;
            }
        };
        // Version 0.0.1 lists the parts beside the products.
        let parts: Vec<Product> = list(node, "subcomponents").map(part).collect();
        let mut products: Vec<Product> = list(node, "products").map(product).collect();
        for product in &mut products {
            product.subcomponents.extend(parts.iter().cloned());
        }
        let timestamp = time(path, node, document).or(made);
        let justification = document.reason(node.text_at("justification"), &REASONS, &place);
        document.keep(VexStatement {
            ids: ids(node),
            products,
            status,
            justification,
            impact: said(node.text_at("impact_statement")),
            timestamp,
            author: author.clone(),
            place,
        });
    }
}

fn list<'t>(node: Node<'t>, key: &str) -> impl Iterator<Item = Node<'t>> {
    node.get(key).into_iter().flat_map(Node::entries)
}

/// The flaw's name and aliases; 0.0.1 has the name alone.
fn ids(node: Node<'_>) -> Vec<String> {
    let Some(flaw) = node.get("vulnerability") else { return Vec::new() };
    let name = flaw.text().or_else(|| flaw.text_at("name")).or_else(|| flaw.text_at("@id"));
    let aliases = list(flaw, "aliases").filter_map(Node::text);
    name.into_iter().chain(aliases).filter_map(|id| said(Some(id))).collect()
}

/// The later of a document's or statement's two times.
fn time(path: &str, node: Node<'_>, document: &mut VexDocument) -> Option<Timestamp> {
    let mut latest = None;
    for key in ["timestamp", "last_updated"] {
        let Some(at) = node.get(key) else { continue };
        match at.text().unwrap_or_default().parse::<Timestamp>() {
            Ok(time) => latest = latest.max(Some(time)),
            Err(_) => document.fault("bad-timestamp", &Place::line(path, at.line()), "a time is no instant"),
        }
    }
    latest
}

/// A product with its parts.
fn product(node: Node<'_>) -> Product {
    let mut product = part(node);
    product.subcomponents = list(node, "subcomponents").map(part).collect();
    product
}

/// A product or part: `@id`, or its `identifiers.purl`; 0.0.1 has the identifier alone.
fn part(node: Node<'_>) -> Product {
    let name = node.text().or_else(|| node.text_at("@id")).unwrap_or_default();
    let mut part = Product::of(name);
    if let Some(purl) = node.get("identifiers").and_then(|i| i.text_at("purl")) {
        let stated = purl.parse().ok();
        // Two identities that differ are none.
        part.purl = if part.purl.is_none() || part.purl == stated { stated } else { None };
    }
    part
}
