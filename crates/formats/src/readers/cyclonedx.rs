//! CycloneDX bills of materials in JSON, specification versions 1.2 to 1.7.
//!
//! Recognised by content, whatever the name. Read are `components` at any depth (and those inside
//! `metadata.component`, which is the subject itself), `dependencies`, `compositions` where they say
//! that the inventory is incomplete, and `metadata`'s time. Not inventory, and not looked at:
//! `services`, `formulation`, `metadata.tools`, pedigrees, annotations, signatures; vulnerabilities
//! are the matter of [`crate::vex`].
//!
//! This is a reader, no validator: what the schema forbids is refused only where it would make the
//! inventory untrue (a component without a name, `components` that is no list); elsewhere it leaves
//! a fault or is of no consequence. `tests/sbom.rs` has the table.

use domain::Scope;

use super::sbom::{Bill, Entry, Relation, Said, head_may_be_object, head_says};
use crate::{
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    tree::{Node, Tree},
};

/// The specification versions read. 1.0 and 1.1 have no JSON form.
const VERSIONS: [&str; 6] = ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"];

/// Component types of 1.7 (each version knows a part of them).
const TYPES: [&str; 13] = [
    "application",
    "framework",
    "library",
    "container",
    "platform",
    "operating-system",
    "device",
    "device-driver",
    "firmware",
    "file",
    "machine-learning-model",
    "data",
    "cryptographic-asset",
];

/// Properties by which generators mark what is needed for development only, though `scope` cannot
/// say it (CycloneDX property taxonomy).
const DEVELOPMENT: [&str; 2] = ["cdx:npm:package:development", "cdx:composer:package:isDevRequirement"];

/// CycloneDX JSON.
pub(super) struct CycloneDx;

impl Reader for CycloneDx {
    fn name(&self) -> &'static str {
        "CycloneDX JSON"
    }

    fn recognises(&self, path: &str, head: &[u8]) -> Option<Role> {
        let says = head_says(head, "bomFormat", "CycloneDX\"")
            || head_says(head, "$schema", "http://cyclonedx.org/schema/bom-")
            || head_says(head, "$schema", "https://cyclonedx.org/schema/bom-");
        let named = path.ends_with(".cdx.json") && head_may_be_object(head);
        (says || named).then_some(Role::Sbom)
    }

    fn read(&self, path: &str, bytes: &[u8], _files: &dyn Files) -> Result<Inventory, Unreadable> {
        let tree = Tree::json(path, bytes)?;
        let root = tree.root();
        let bad =
            |line, why: &str| Unreadable { path: path.to_owned(), line: Some(line), why: why.to_owned() };
        if root.text_at("bomFormat") != Some("CycloneDX") {
            return Err(bad(1, "its bomFormat is not CycloneDX"));
        }
        let version = root.get("specVersion");
        if !version.and_then(Node::text).is_some_and(|v| VERSIONS.contains(&v)) {
            let line = version.map_or(1, Node::line);
            return Err(bad(line, "this specVersion of CycloneDX is not known; 1.2 to 1.7 are read"));
        }
        let mut bill = Bill::new(path);
        bill.document().faults = tree.duplicate_faults(path);
        let metadata = root.get("metadata");
        if let Some(made) = metadata.and_then(|m| m.get("timestamp")) {
            bill.made(made.scalar().unwrap_or_default(), made.line());
        }
        let subject = metadata.and_then(|m| m.get("component")).map(|node| subject(&mut bill, node));
        let mut lists = Vec::new();
        if let Some((entry, node)) = subject {
            lists.extend(node.get("components").map(|list| (Some(entry), list)));
        }
        let top = root.get("components");
        lists.extend(top.map(|list| (None, list)));
        let held = components(&mut bill, lists).map_err(|(line, why)| bad(line, why))?;
        if held == 0 {
            let line = top.map_or(1, Node::line);
            let why = match root.get("vulnerabilities") {
                Some(_) => {
                    "it lists vulnerabilities and no components: a statement on a product (VEX), no inventory"
                }
                None => "it lists no components",
            };
            bill.fault("no-components", line, None, why);
        }
        services(&mut bill, root.get("services"));
        dependencies(&mut bill, root.get("dependencies")).map_err(|(line, why)| bad(line, why))?;
        compositions(&mut bill, root.get("compositions"));
        Ok(bill.finish(subject.map(|(entry, _)| entry)))
    }
}

/// What the document describes.
fn subject<'t>(bill: &mut Bill, node: Node<'t>) -> (Entry, Node<'t>) {
    let entry = bill.entry(node.text_at("bom-ref"), node.line());
    let said = said(bill, node, false);
    let purl = bill.purl(&said);
    bill.document().describes = purl;
    (entry, node)
}

type Bad = (u32, &'static str);

/// Reads lists of components, each with the entry that holds it, and the lists inside. Returns how
/// many components there were.
fn components(bill: &mut Bill, mut lists: Vec<(Option<Entry>, Node<'_>)>) -> Result<usize, Bad> {
    lists.reverse();
    let mut count = 0;
    while let Some((holder, list)) = lists.pop() {
        if list.is_null() {
            continue;
        }
        if !list.is_list() {
            return Err((list.line(), "`components` is no list"));
        }
        let mut inner = Vec::new();
        for node in list.entries() {
            if !node.is_map() {
                return Err((node.line(), "a component is no object"));
            }
            if node.text_at("name").is_none_or(|name| name.trim().is_empty()) {
                return Err((node.line(), "a component has no name"));
            }
            count += 1;
            let entry = bill.entry(node.text_at("bom-ref"), node.line());
            component(bill, entry, node);
            if let Some(holder) = holder {
                bill.relate_entries(holder, entry, Relation::Holds);
            }
            inner.extend(node.get("components").map(|list| (Some(entry), list)));
        }
        lists.extend(inner.into_iter().rev());
    }
    Ok(count)
}

fn component(bill: &mut Bill, entry: Entry, node: Node<'_>) {
    let said = said(bill, node, true);
    let number = bill.name(entry, said);
    for hash in node.get("hashes").into_iter().flat_map(Node::entries) {
        let algorithm = hash.text_at("alg").unwrap_or_default();
        bill.hash(number, algorithm, hash.text_at("content").unwrap_or_default(), hash.line());
    }
}

fn said<'t>(bill: &mut Bill, node: Node<'t>, judged: bool) -> Said<'t> {
    let kind = node.text_at("type");
    let name = node.text_at("name").unwrap_or_default();
    let mut fault = |id, why: &str| {
        if judged {
            bill.fault(id, node.line(), None, format!("`{}` {why}", crate::gather::short(name)));
        }
    };
    if kind.is_none_or(|kind| !TYPES.contains(&kind)) {
        fault("unknown-type", "has no type that CycloneDX knows; it is taken for a package");
    }
    let development = node.get("properties").into_iter().flat_map(Node::entries).any(|property| {
        property.text_at("name").is_some_and(|name| DEVELOPMENT.contains(&name))
            && property.text_at("value").is_some_and(|value| value.eq_ignore_ascii_case("true"))
    });
    let scope = match node.get("scope").map(|scope| scope.text().unwrap_or_default()) {
        _ if development => Scope::Development,
        // The specification: where no scope is given, `required` is to be assumed.
        None | Some("required") => Scope::Runtime,
        Some("optional") => Scope::Optional,
        // Documented, and not there at run time.
        Some("excluded") => Scope::Development,
        Some(_) => {
            fault("bad-scope", "has a scope that CycloneDX does not know; it counts as needed at run time");
            Scope::Unknown
        }
    };
    Said {
        line: node.line(),
        purl: node.text_at("purl").filter(|purl| !purl.is_empty()),
        name,
        version: node.text_at("version"),
        range: node.text_at("versionRange"),
        scope,
        licence: node.get("licenses").and_then(licence),
        no_package: matches!(kind, Some("file" | "data" | "cryptographic-asset" | "operating-system")),
    }
}

/// The licences as one expression; what somebody concluded goes before what is declared.
fn licence(list: Node<'_>) -> Option<String> {
    let said = |concluded: bool| -> Vec<&str> {
        list.entries()
            .map(|entry| entry.get("license").unwrap_or(entry))
            .filter(|node| !concluded || node.text_at("acknowledgement") == Some("concluded"))
            .filter_map(|node| {
                node.text_at("expression").or_else(|| node.text_at("id")).or_else(|| node.text_at("name"))
            })
            .filter(|text| !text.trim().is_empty() && text.len() <= 1024)
            .take(64)
            .collect()
    };
    let mut found = said(true);
    if found.is_empty() {
        found = said(false);
    }
    match found.as_slice() {
        [] => None,
        [one] => Some((*one).to_owned()),
        // Several licences without an operator: all of them are taken to apply.
        many => {
            let part =
                |text: &&str| if text.contains(' ') { format!("({text})") } else { (*text).to_owned() };
            Some(many.iter().map(part).collect::<Vec<_>>().join(" AND "))
        }
    }
}

/// Services may ask for components and be asked for; they are none themselves.
fn services(bill: &mut Bill, list: Option<Node<'_>>) {
    let mut lists: Vec<Node<'_>> = list.into_iter().collect();
    while let Some(list) = lists.pop() {
        for node in list.entries() {
            if let Some(reference) = node.text_at("bom-ref") {
                bill.entry(Some(reference), node.line());
            }
            lists.extend(node.get("services"));
        }
    }
}

fn dependencies(bill: &mut Bill, list: Option<Node<'_>>) -> Result<(), Bad> {
    let Some(list) = list.filter(|list| !list.is_null()) else { return Ok(()) };
    if !list.is_list() {
        return Err((list.line(), "`dependencies` is no list"));
    }
    for node in list.entries() {
        let asker = match node.text_at("ref") {
            Some(asker) if !asker.is_empty() => asker,
            _ => {
                bill.fault(
                    "bad-ref",
                    node.line(),
                    None,
                    "a dependency does not say whose it is; it was left out",
                );
                continue;
            }
        };
        for asked in node.get("dependsOn").into_iter().flat_map(Node::entries) {
            let to = asked.text().unwrap_or_default();
            bill.relate(asker, to, Relation::Asks(Scope::Runtime), asked.line());
        }
    }
    Ok(())
}

/// The document's own word that something is missing from it.
fn compositions(bill: &mut Bill, list: Option<Node<'_>>) {
    for node in list.into_iter().flat_map(Node::entries) {
        if node.text_at("aggregate").is_some_and(|aggregate| aggregate.starts_with("incomplete")) {
            bill.fault("incomplete", node.line(), None, "the document says of itself that it is incomplete");
        }
    }
}
