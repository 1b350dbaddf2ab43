//! Everything a `pyproject.toml` asks for, table by table.

use std::collections::HashMap;

use domain::{Origin, Scope};

use super::{own_name, poetry};
use crate::{address, pep508, tree::Node};

/// One dependency, as asked for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Name as written.
    pub(crate) name: String,
    /// Its extras.
    pub(crate) extras: Vec<String>,
    /// Which version.
    pub(super) wanted: Wanted,
    /// From where, if the file says so.
    pub(super) origin: Origin,
    /// The path it is at, if it is one.
    pub(super) path: Option<String>,
    /// Whether it is a member of the same workspace.
    pub(super) workspace: bool,
    /// What for.
    pub(crate) scope: Scope,
    /// Whether a marker may leave it out.
    pub(in crate::readers) conditional: bool,
    /// Whether only building the project needs it: lockfiles leave such out.
    pub(crate) build_only: bool,
    /// The line.
    pub(in crate::readers) line: u32,
}

/// Which version is asked for.
#[derive(Clone, Debug)]
pub(super) enum Wanted {
    /// A PEP 440 specifier; may be empty.
    Specifier(String),
    /// A Poetry constraint, with the PEP 440 specifier that means its lowest alternative.
    Poetry { meant: String, written: String },
    /// The version of the file or repository an address names, if its name says one.
    File(Option<String>),
}

/// What a file asks for, and the lines of it that could not be read.
#[derive(Debug, Default)]
pub(in crate::readers) struct Found {
    pub(in crate::readers) asked: Vec<Asked>,
    pub(in crate::readers) unread: Vec<u32>,
}

/// Reads all tables that ask for something.
pub(in crate::readers) fn asked(root: Node<'_>) -> Found {
    let mut out = Found::default();
    let tool = |name: &str| root.get("tool").and_then(|t| t.get(name));
    if let Some(project) = root.get("project") {
        list(project.get("dependencies"), Scope::Runtime, &mut out);
        table_of_lists(project.get("optional-dependencies"), Scope::Optional, &mut out);
    }
    if let Some(groups) = root.get("dependency-groups") {
        // A group that another includes (PEP 735 `include-group`) is read in its own right.
        table_of_lists(Some(groups), Scope::Development, &mut out);
    }
    if let Some(uv) = tool("uv") {
        list(uv.get("dev-dependencies"), Scope::Development, &mut out);
        if let Some(sources) = uv.get("sources") {
            sourced(sources, &mut out.asked);
        }
    }
    if let Some(pdm) = tool("pdm") {
        table_of_lists(pdm.get("dev-dependencies"), Scope::Development, &mut out);
    }
    if let Some(environments) = tool("hatch").and_then(|h| h.get("envs")) {
        for environment in environments.entries() {
            list(environment.get("dependencies"), Scope::Development, &mut out);
            list(environment.get("extra-dependencies"), Scope::Development, &mut out);
        }
    }
    if let Some(table) = tool("poetry") {
        poetry::asked(table, &mut out.asked);
    }
    let before = out.asked.len();
    list(root.get("build-system").and_then(|b| b.get("requires")), Scope::Development, &mut out);
    for asked in out.asked.iter_mut().skip(before) {
        asked.build_only = true;
    }
    let own = own_name(root);
    out.asked.retain(|asked| Some(pep508::normal(&asked.name)) != own);
    out
}

fn table_of_lists(table: Option<Node<'_>>, scope: Scope, out: &mut Found) {
    for entry in table.into_iter().flat_map(Node::entries) {
        list(Some(entry), scope, out);
    }
}

fn list(items: Option<Node<'_>>, scope: Scope, out: &mut Found) {
    for item in items.into_iter().flat_map(Node::entries) {
        match item.text().map(|text| from_specifier(text, scope, item.line())) {
            Some(Some(asked)) => out.asked.push(asked),
            Some(None) => out.unread.push(item.line()),
            // `{ include-group = … }`
            None => {}
        }
    }
}

/// A PEP 508 text; `None` when it is none.
pub(in crate::readers) fn from_specifier(text: &str, scope: Scope, line: u32) -> Option<Asked> {
    let found = pep508::parse(text)?;
    let source = found.address.map(pep508::source);
    Some(Asked {
        name: found.name.to_owned(),
        extras: pep508::extras(found.extras).map(str::to_owned).collect(),
        wanted: match &source {
            Some(source) => Wanted::File(source.version.clone()),
            None => Wanted::Specifier(found.specifier.to_owned()),
        },
        path: found
            .address
            .filter(|_| source.as_ref().is_some_and(|s| s.origin == Origin::Path))
            .map(str::to_owned),
        origin: source.map_or(Origin::Unstated, |s| s.origin),
        workspace: false,
        scope,
        conditional: found.marker.is_some(),
        build_only: false,
        line,
    })
}

/// Applies `[tool.uv.sources]`.
fn sourced(sources: Node<'_>, out: &mut [Asked]) {
    let sources: HashMap<String, Node<'_>> =
        sources.entries().map(|s| (pep508::normal(s.key()), s)).collect();
    for asked in out {
        let Some(source) = sources.get(&pep508::normal(&asked.name)).copied() else { continue };
        // A list gives one source per marker; the first stands for all.
        let table = if source.is_list() { source.entries().next().unwrap_or(source) } else { source };
        asked.workspace = table.is_true_at("workspace");
        asked.path = table.text_at("path").map(str::to_owned);
        asked.origin = if let Some(address) = table.text_at("git") {
            Origin::Git {
                host: address::host(address).unwrap_or_else(|| "an unnamed host".to_owned()),
                commit: table.text_at("rev").filter(|r| address::is_commit(r)).map(str::to_ascii_lowercase),
            }
        } else if let Some(address) = table.text_at("url") {
            pep508::source(address).origin
        } else if asked.path.is_some() {
            Origin::Path
        } else {
            Origin::Unstated
        };
    }
}
