//! Everything a `pyproject.toml` asks for, table by table.

use domain::{Origin, Scope};

use super::{own_name, poetry};
use crate::{
    address,
    pep508, 
    tree::Node,
};

/// Deepest `include-group` chain.
const DEEPEST: usize = 32;
/// Most dependencies of one file: groups may include each other many times over.
const MOST: usize = 50_000;

/// One dependency, as asked for.
#[derive(Clone, Debug)]
pub(in crate::readers) struct Asked {
    /// Name as written.
    pub(in crate::readers) name: String,
    /// Its extras.
    pub(in crate::readers) extras: Vec<String>,
    /// Which version.
    pub(super) wanted: Wanted,
    /// From where, if the file says so.
    pub(super) origin: Origin,
    /// The path it is at, if it is one.
    pub(super) path: Option<String>,
    /// Whether it is a member of the same workspace.
    pub(super) workspace: bool,
    /// What for.
    pub(in crate::readers) scope: Scope,
    /// Whether a marker may leave it out.
    pub(in crate::readers) conditional: bool,
    /// Whether only building the project needs it: lockfiles leave such out.
    pub(in crate::readers) build_only: bool,
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

/// Reads all tables that ask for something.
pub(in crate::readers) fn asked(root: Node<'_>) -> Vec<Asked> {
    let mut out = Vec::new();
    let tool = |name: &str| root.get("tool").and_then(|t| t.get(name));
    if let Some(project) = root.get("project") {
        list(project.get("dependencies"), Scope::Runtime, &mut out);
        table_of_lists(project.get("optional-dependencies"), Scope::Optional, &mut out);
    }
    if let Some(groups) = root.get("dependency-groups") {
        for group in groups.entries() {
            include(groups, group, 0, &mut out);
        }
    }
    if let Some(uv) = tool("uv") {
        list(uv.get("dev-dependencies"), Scope::Development, &mut out);
        if let Some(sources) = uv.get("sources") {
            sourced(sources, &mut out);
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
        poetry::asked(table, &mut out);
    }
    let before = out.len();
    list(root.get("build-system").and_then(|b| b.get("requires")), Scope::Development, &mut out);
    for asked in out.iter_mut().skip(before) {
        asked.build_only = true;
    }
    let own = own_name(root);
    out.retain(|asked| Some(pep508::normal(&asked.name)) != own);
    out
}

fn table_of_lists(table: Option<Node<'_>>, scope: Scope, out: &mut Vec<Asked>) {
    for entry in table.into_iter().flat_map(Node::entries) {
        list(Some(entry), scope, out);
    }
}

fn list(items: Option<Node<'_>>, scope: Scope, out: &mut Vec<Asked>) {
    for item in items.into_iter().flat_map(Node::entries) {
        if let Some(text) = item.text() {
            out.extend(from_specifier(text, scope, item.line()));
        }
    }
}

/// A group of PEP 735, with the groups it includes.
fn include(groups: Node<'_>, group: Node<'_>, depth: usize, out: &mut Vec<Asked>) {
    for item in group.entries() {
        if out.len() >= MOST {
            return;
        }
        if let Some(text) = item.text() {
            out.extend(from_specifier(text, Scope::Development, item.line()));
        } else if let Some(name) = item.text_at("include-group") {
            let named = groups.entries().find(|g| pep508::normal(g.key()) == pep508::normal(name));
            // Only chains need following: every group is read in its own right.
            if let Some(named) = named.filter(|n| depth < DEEPEST && n.key() != group.key() && depth == 0) {
                include(groups, named, depth + 1, out);
            }
        }
    }
}

/// A PEP 508 text; one that is none keeps its first word as name, so that it is not lost.
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
        path: found.address.filter(|_| source.as_ref().is_some_and(|s| s.origin == Origin::Path)).map(str::to_owned),
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
    for source in sources.entries() {
        let name = pep508::normal(source.key());
        // A list gives one source per marker; the first stands for all.
        let table = if source.is_list() { source.entries().next().unwrap_or(source) } else { source };
        let git = table.text_at("git");
        let origin = if let Some(address) = git {
            Origin::Git {
                host: address::host(address).unwrap_or_else(|| "an unnamed host".to_owned()),
                commit: table.text_at("rev").filter(|r| address::is_commit(r)).map(str::to_ascii_lowercase),
            }
        } else if let Some(address) = table.text_at("url") {
            pep508::source(address).origin
        } else if table.text_at("path").is_some() {
            Origin::Path
        } else {
            Origin::Unstated
        };
        for asked in out.iter_mut().filter(|a| pep508::normal(&a.name) == name) {
            asked.workspace = table.is_true_at("workspace");
            asked.path = table.text_at("path").map(str::to_owned);
            asked.origin = origin.clone();
        }
    }
}
