//! `renv.lock` and `DESCRIPTION`: R packages, and R itself.
//!
//! renv's `Hash` is over a package's description, not its content, and is not taken for a content
//! hash. What only tests need is not told by the lockfile: the scope is unknown. Packages that come
//! with R itself are part of R.

use std::collections::{HashMap, HashSet};

use domain::{Origin, Scope};
use versions::Scheme;

use crate::{
    address,
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    text,
    tree::{Node, Tree},
    tree_path,
};

/// renv's lockfile.
pub(super) struct RenvLock;
/// The manifest of an R package.
pub(super) struct Description;

/// The packages of R's own distribution with priority `base`.
const WITH_R: [&str; 15] = [
    "R",
    "base",
    "compiler",
    "datasets",
    "grDevices",
    "graphics",
    "grid",
    "methods",
    "parallel",
    "splines",
    "stats",
    "stats4",
    "tcltk",
    "tools",
    "utils",
];

impl Reader for RenvLock {
    fn name(&self) -> &'static str {
        "renv.lock"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        (tree_path::name(path) == "renv.lock").then_some(Role::Lockfile)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let tree = Tree::json(path, bytes)?;
        let root = tree.root();
        let bad =
            |line, why: &str| Unreadable { path: path.to_owned(), line: Some(line), why: why.to_owned() };
        let packages = root.get("Packages").filter(|packages| packages.is_map());
        let packages = packages.ok_or_else(|| bad(1, "a renv.lock has an object of `Packages`"))?;
        let mut gather = Gather::new(path);
        gather.faults(tree.duplicate_faults(path));
        if let Some(version) = root.get("R").and_then(|r| r.get("Version")) {
            let place = gather.place(version.line());
            let exact = version.text().map_or(Version::Missing, Version::Exact);
            if let Some(index) =
                gather.add(("generic", None, "r"), exact, Origin::Unstated, Scope::Runtime, place)
            {
                gather.direct(index, true);
            }
        }
        let repositories: HashMap<&str, String> = root
            .get("R")
            .and_then(|r| r.get("Repositories"))
            .into_iter()
            .flat_map(Node::entries)
            .filter_map(|node| Some((node.text_at("Name")?, address::host(node.text_at("URL")?)?)))
            .collect();
        let mut by_name = HashMap::new();
        for node in packages.entries() {
            let name = node.text_at("Package").unwrap_or(node.key());
            if let Some(index) = add(&mut gather, node, name, &repositories) {
                by_name.insert(name, (index, node));
            }
        }
        for (from, node) in by_name.values() {
            for asked in asked(*node) {
                if let Some((to, _)) = by_name.get(asked) {
                    gather.edge(*from, *to);
                }
            }
        }
        let manifest = tree_path::join(tree_path::folder(path), "DESCRIPTION");
        if let Some(bytes) = files.read(&manifest)
            && let Ok(text) = text::utf8(&manifest, &bytes)
        {
            gather.covers(manifest.as_str());
            let direct: HashSet<&str> = described(text).iter().map(|asked| asked.name).collect();
            for (name, (index, _)) in &by_name {
                gather.direct(*index, direct.contains(name));
            }
        }
        Ok(gather.finish())
    }
}

fn add(gather: &mut Gather, node: Node<'_>, name: &str, repositories: &HashMap<&str, String>) -> Option<u32> {
    let source = node.text_at("Source").unwrap_or_default();
    let kind = node.text_at("RemoteType").unwrap_or_default();
    let commit = node.text_at("RemoteSha").filter(|commit| address::is_commit(commit)).map(str::to_owned);
    let host = || node.text_at("RemoteHost").or_else(|| node.text_at("RemoteUrl"));
    let host = || host().map(|host| address::host(host).unwrap_or_else(|| host.to_ascii_lowercase()));
    // renv leaves the host out where it is the forge's own.
    let usual = match source.to_ascii_lowercase().as_str() {
        "github" => "github.com",
        "gitlab" => "gitlab.com",
        "bitbucket" => "bitbucket.org",
        _ => "an unnamed host",
    };
    let git_host = || host().unwrap_or_else(|| usual.to_owned());
    let origin = match source {
        "Repository" | "CRAN" | "Bioconductor" => {
            let repository = node.text_at("Repository").unwrap_or(source);
            let named = repositories.get(repository).cloned().or_else(|| address::host(repository));
            named.map_or(Origin::Unstated, |host| Origin::Registry { host })
        }
        "GitHub" | "GitLab" | "Bitbucket" | "Git" | "git" => Origin::Git { host: git_host(), commit },
        "URL" => Origin::Archive { host: host().unwrap_or_else(|| "an unnamed host".to_owned()) },
        "Local" => Origin::Path,
        _ if kind.starts_with("git") => Origin::Git { host: git_host(), commit },
        _ => Origin::Unstated,
    };
    let place = gather.place(node.line());
    let exact = node.text_at("Version").map_or(Version::Missing, Version::Exact);
    let ecosystem = if source == "Bioconductor" { "bioconductor" } else { "cran" };
    gather.add((ecosystem, None, name), exact, origin, Scope::Unknown, place)
}

/// What a package asks for: a list of names (renv before 1.1), or the fields of its description.
fn asked(node: Node<'_>) -> impl Iterator<Item = &str> {
    let fields = ["Requirements", "Depends", "Imports", "LinkingTo"];
    let entries = fields.into_iter().filter_map(move |field| node.get(field)).flat_map(Node::entries);
    entries.filter_map(|node| node.text()?.split([' ', '(', '\n']).next())
}

/// One entry of a DESCRIPTION.
struct Described<'a> {
    name: &'a str,
    requirement: &'a str,
    scope: Scope,
    line: u32,
}

impl Reader for Description {
    fn name(&self) -> &'static str {
        "DESCRIPTION"
    }

    fn recognises(&self, path: &str, head: &[u8]) -> Option<Role> {
        let fields = ["Package:", "Type: Package", "Title:", "Imports:", "Depends:"];
        let is_r = || {
            let head = String::from_utf8_lossy(head);
            head.lines().any(|line| fields.iter().any(|field| line.starts_with(field)))
        };
        (tree_path::name(path) == "DESCRIPTION" && is_r()).then_some(Role::Manifest)
    }

    fn read(&self, path: &str, bytes: &[u8], _files: &dyn Files) -> Result<Inventory, Unreadable> {
        let mut gather = Gather::new(path);
        for asked in described(text::utf8(path, bytes)?) {
            let wanted = Version::Wanted(Scheme::Cran, asked.requirement);
            let place = gather.place(asked.line);
            let named = ("cran", None, asked.name);
            if let Some(index) = gather.add(named, wanted, Origin::Unstated, asked.scope, place) {
                gather.direct(index, true);
            }
        }
        Ok(gather.finish())
    }
}

/// The requirements of a DESCRIPTION (Debian control fields; a line that begins with a space goes on).
fn described(text: &str) -> Vec<Described<'_>> {
    let mut scope = None;
    let mut found = Vec::new();
    for (line, raw) in (1u32..).zip(text.lines()) {
        let mut value = raw;
        if !raw.starts_with([' ', '\t']) {
            let (field, rest) = raw.split_once(':').unwrap_or((raw, ""));
            scope = match field {
                "Depends" | "Imports" | "LinkingTo" => Some(Scope::Runtime),
                "Suggests" | "Enhances" => Some(Scope::Optional),
                _ => None,
            };
            value = rest;
        }
        let Some(scope) = scope else { continue };
        for item in value.split(',') {
            let (name, rest) = item.split_once('(').unwrap_or((item, ""));
            let name = name.trim();
            if name.is_empty() || WITH_R.contains(&name) {
                continue;
            }
            let requirement = rest.split(')').next().unwrap_or_default().trim();
            found.push(Described { name, requirement, scope, line });
        }
    }
    found
}
