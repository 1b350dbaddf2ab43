//! SPDX documents in JSON, versions 2.2 and 2.3.
//!
//! Recognised by content, whatever the name. Read are `packages` with their `purl` references, and
//! the relationships that say what needs or holds what. The one package that the document describes
//! is the subject itself; where it describes several, or none, all are components. Files, snippets
//! and extracted licence texts are not inventory and are not looked at.
//!
//! SPDX says what something is needed for in the relationship (`DEV_DEPENDENCY_OF`), not in the
//! package: the scope is spread from the subject along the relationships. A package that nothing
//! relates to has an unknown scope.

use domain::Scope;

use super::sbom::{Bill, Entry, Relation, Said, head_may_be_object, head_says};
use crate::{
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    tree::{Node, Tree},
};

const VERSIONS: [&str; 2] = ["SPDX-2.2", "SPDX-2.3"];

/// SPDX JSON.
pub(super) struct Spdx;

impl Reader for Spdx {
    fn name(&self) -> &'static str {
        "SPDX JSON"
    }

    fn recognises(&self, path: &str, head: &[u8]) -> Option<Role> {
        // Version 3 is another format: JSON-LD, one `@graph` of elements.
        let linked = ["\"@context\"", "\"@graph\""];
        if linked.iter().any(|key| memchr::memmem::find(head, key.as_bytes()).is_some()) {
            return None;
        }
        // Some writers put the version last, behind every file.
        let says = head_says(head, "spdxVersion", "SPDX-2.") || head_says(head, "SPDXID", "SPDXRef-");
        let named = path.ends_with(".spdx.json") && head_may_be_object(head);
        (says || named).then_some(Role::Sbom)
    }

    fn read(&self, path: &str, bytes: &[u8], _files: &dyn Files) -> Result<Inventory, Unreadable> {
        let tree = Tree::json(path, bytes)?;
        let root = tree.root();
        let bad =
            |line, why: &str| Unreadable { path: path.to_owned(), line: Some(line), why: why.to_owned() };
        let version = root.get("spdxVersion");
        if !version.and_then(Node::text).is_some_and(|v| VERSIONS.contains(&v)) {
            let line = version.map_or(1, Node::line);
            return Err(bad(line, "this spdxVersion is not known in JSON; SPDX-2.2 and SPDX-2.3 are read"));
        }
        let mut bill = Bill::new(path);
        bill.document().faults = tree.duplicate_faults(path);
        if let Some(made) = root.get("creationInfo").and_then(|info| info.get("created")) {
            bill.made(made.scalar().unwrap_or_default(), made.line());
        }
        let packages = root.get("packages");
        if packages.is_some_and(|list| !list.is_list()) {
            return Err(bad(packages.map_or(1, Node::line), "`packages` is no list"));
        }
        let described = described(root);
        let subject = described.first().filter(|_| described.len() == 1).copied();
        let mut subject_entry = None;
        let mut count = 0;
        for node in packages.into_iter().flat_map(Node::entries) {
            if node.text_at("name").is_none_or(|name| name.trim().is_empty()) {
                return Err(bad(node.line(), "a package has no name"));
            }
            let reference = node.text_at("SPDXID");
            let entry = bill.entry(Some(reference.unwrap_or_default()), node.line());
            if reference.is_some() && reference == subject && subject_entry.is_none() {
                subject_entry = Some(entry);
                let said = said(node);
                let purl = bill.purl(&said);
                bill.document().describes = purl;
                continue;
            }
            count += 1;
            package(&mut bill, entry, node);
        }
        if count == 0 {
            let line = packages.map_or(1, Node::line);
            bill.fault("no-components", line, None, "it lists no packages but the one it describes");
        }
        relationships(&mut bill, root);
        bill.spread_scopes(subject_entry);
        Ok(bill.finish(subject_entry))
    }
}

/// The elements that the document describes, each once, in the document's order.
fn described(root: Node<'_>) -> Vec<&str> {
    let mut found: Vec<&str> =
        root.get("documentDescribes").into_iter().flat_map(Node::entries).filter_map(Node::text).collect();
    for node in root.get("relationships").into_iter().flat_map(Node::entries) {
        let element = match node.text_at("relationshipType") {
            Some("DESCRIBES") => node.text_at("relatedSpdxElement"),
            Some("DESCRIBED_BY") => node.text_at("spdxElementId"),
            _ => None,
        };
        found.extend(element);
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|element| seen.insert(*element));
    found
}

fn package(bill: &mut Bill, entry: Entry, node: Node<'_>) {
    let said = said(node);
    let mut number = None;
    // One package may be listed by several package URLs: the first stands in relations.
    for purl in purls(node).skip(1) {
        let other = bill.entry(None, node.line());
        bill.name(other, Said { purl: Some(purl), ..said.clone() });
    }
    if let Some(named) = bill.name(entry, said) {
        number = Some(named);
    }
    for checksum in node.get("checksums").into_iter().flat_map(Node::entries) {
        let algorithm = checksum.text_at("algorithm").unwrap_or_default();
        bill.hash(number, algorithm, checksum.text_at("checksumValue").unwrap_or_default(), checksum.line());
    }
}

fn purls(node: Node<'_>) -> impl Iterator<Item = &str> {
    let references = node.get("externalRefs").into_iter().flat_map(Node::entries);
    references
        .filter(|r| r.text_at("referenceType") == Some("purl"))
        .filter_map(|r| r.text_at("referenceLocator"))
}

fn said(node: Node<'_>) -> Said<'_> {
    let purpose = node.text_at("primaryPackagePurpose");
    // NOASSERTION and NONE say nothing of a licence that holds.
    let stated =
        |key| node.text_at(key).filter(|l| !matches!(*l, "NOASSERTION" | "NONE" | "") && l.len() <= 4096);
    Said {
        line: node.line(),
        purl: purls(node).next(),
        name: node.text_at("name").unwrap_or_default(),
        version: node.text_at("versionInfo").filter(|v| *v != "NOASSERTION"),
        range: None,
        scope: Scope::Unknown,
        licence: stated("licenseConcluded").or_else(|| stated("licenseDeclared")).map(str::to_owned),
        no_package: matches!(purpose, Some("FILE" | "OPERATING-SYSTEM" | "OPERATING_SYSTEM")),
    }
}

/// What a relationship type means: whether it runs from the asked to the asker, and the relation.
fn relation(kind: &str) -> Option<(bool, Relation)> {
    let (backwards, relation) = match kind {
        "DEPENDS_ON" | "DYNAMIC_LINK" | "STATIC_LINK" | "HAS_PREREQUISITE" => {
            (false, Relation::Asks(Scope::Runtime))
        }
        "CONTAINS" => (false, Relation::Holds),
        "CONTAINED_BY" => (true, Relation::Holds),
        "DEPENDENCY_OF" | "RUNTIME_DEPENDENCY_OF" | "PROVIDED_DEPENDENCY_OF" | "PREREQUISITE_FOR" => {
            (true, Relation::Asks(Scope::Runtime))
        }
        "OPTIONAL_DEPENDENCY_OF" | "OPTIONAL_COMPONENT_OF" => (true, Relation::Asks(Scope::Optional)),
        "DEV_DEPENDENCY_OF"
        | "BUILD_DEPENDENCY_OF"
        | "TEST_DEPENDENCY_OF"
        | "DEV_TOOL_OF"
        | "BUILD_TOOL_OF"
        | "TEST_TOOL_OF" => (true, Relation::Asks(Scope::Development)),
        _ => return None,
    };
    Some((backwards, relation))
}

fn relationships(bill: &mut Bill, root: Node<'_>) {
    // Files are elements too, and no entries here: only relations between packages, or to another
    // document, are of interest.
    let listed = |list| {
        root.get(list).into_iter().flat_map(Node::entries).filter_map(|n: Node<'_>| n.text_at("SPDXID"))
    };
    let others: std::collections::HashSet<&str> =
        listed("files").chain(listed("snippets")).chain(root.text_at("SPDXID")).collect();
    for node in root.get("relationships").into_iter().flat_map(Node::entries) {
        let Some((backwards, relation)) = node.text_at("relationshipType").and_then(relation) else {
            continue;
        };
        let from = node.text_at("spdxElementId").unwrap_or_default();
        let to = node.text_at("relatedSpdxElement").unwrap_or_default();
        if [from, to].iter().any(|end| others.contains(end) || matches!(*end, "NONE" | "NOASSERTION")) {
            continue;
        }
        let (from, to) = if backwards { (to, from) } else { (from, to) };
        bill.relate(from, to, relation, node.line());
    }
}
