//! What npm, yarn and pnpm share: names, what a requirement points to, workspaces.

use domain::{Origin, Scope};

use crate::{
    address,
    gather::Gather,
    inventory::Files,
    reach,
    tree::{Node, Tree},
    tree_path,
};

/// Most workspace members looked up for one file.
const MOST_MEMBERS: usize = 5_000;

/// Most workspace patterns of one file.
pub(super) const MOST_PATTERNS: usize = 256;

/// The parts of a purl from `name` or `@scope/name`.
pub(super) fn named(name: &str) -> (&'static str, Option<&str>, &str) {
    match name.rsplit_once('/') {
        Some((scope, name)) => ("npm", Some(scope), name),
        None => ("npm", None, name),
    }
}

/// `name@rest`, where the name may begin with `@`.
pub(super) fn split_at(text: &str) -> Option<(&str, &str)> {
    let at = text.get(1..)?.find('@')? + 1;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// What a requirement points to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target<'a> {
    /// A range or tag of the package itself.
    Range(&'a str),
    /// Another package under this name.
    Alias(&'a str, &'a str),
    /// A member of the same workspace.
    Workspace,
    /// A version kept in the workspace's catalogue of this name.
    Catalog(&'a str),
    /// Somewhere else than the registry.
    Elsewhere(Origin),
}

/// Reads a requirement as npm, yarn and pnpm do.
pub(super) fn target(requirement: &str) -> Target<'_> {
    let text = requirement.trim();
    if let Some(rest) = text.strip_prefix("npm:") {
        // berry writes `npm:^1.0` for the package itself.
        return match split_at(rest) {
            Some((name, range)) => Target::Alias(name, range),
            None if rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '@')
                && !rest.contains(' ') =>
            {
                Target::Alias(rest, "")
            }
            None => Target::Range(rest),
        };
    }
    if text.starts_with("workspace:") {
        return Target::Workspace;
    }
    if let Some(name) = text.strip_prefix("catalog:") {
        return Target::Catalog(if name.trim().is_empty() { "default" } else { name.trim() });
    }
    if ["file:", "link:", "portal:", "./", "../", "/", "~/"].iter().any(|start| text.starts_with(start)) {
        return Target::Elsewhere(Origin::Path);
    }
    let git = |host: Option<String>| {
        Target::Elsewhere(Origin::Git { host: host.unwrap_or_default(), commit: address::commit(text) })
    };
    for (prefix, host) in [
        ("github:", "github.com"),
        ("gitlab:", "gitlab.com"),
        ("bitbucket:", "bitbucket.org"),
        ("gist:", "gist.github.com"),
    ] {
        if text.starts_with(prefix) {
            return git(Some(host.to_owned()));
        }
    }
    if ["git+", "git:", "git@", "ssh:"].iter().any(|start| text.starts_with(start)) {
        return git(address::host(text));
    }
    if text.starts_with("http:") || text.starts_with("https:") {
        let path = text.split(['#', '?']).next().unwrap_or(text);
        if path.ends_with(".git") {
            return git(address::host(text));
        }
        return Target::Elsewhere(Origin::Archive { host: address::host(text).unwrap_or_default() });
    }
    // `owner/repository` is npm's short form for GitHub.
    let owner = text.split('#').next().unwrap_or(text);
    if owner.split('/').count() == 2 && !owner.starts_with('@') && !owner.contains([' ', ':', '@']) {
        return git(Some("github.com".to_owned()));
    }
    Target::Range(text)
}

/// The tables of a package.json, each with what it is needed for, strongest first.
pub(super) const TABLES: [(&str, Scope); 4] = [
    ("dependencies", Scope::Runtime),
    ("peerDependencies", Scope::Runtime),
    ("optionalDependencies", Scope::Optional),
    ("devDependencies", Scope::Development),
];

/// One thing a package.json asks for.
pub(crate) struct Asked<'t> {
    pub(crate) name: &'t str,
    pub(crate) requirement: &'t str,
    pub(crate) scope: Scope,
    pub(super) line: u32,
}

/// Everything a package.json (or an entry shaped like one) asks for. What is optional is not
/// repeated as needed: npm copies `optionalDependencies` into `dependencies` when it publishes.
pub(crate) fn asked(manifest: Node<'_>) -> Vec<Asked<'_>> {
    let optional: std::collections::HashSet<&str> =
        manifest.get("optionalDependencies").into_iter().flat_map(Node::entries).map(Node::key).collect();
    let optional_peers: std::collections::HashSet<&str> = manifest
        .get("peerDependenciesMeta")
        .into_iter()
        .flat_map(Node::entries)
        .filter(|node| node.is_true_at("optional"))
        .map(Node::key)
        .collect();
    let mut found = Vec::new();
    for (table, scope) in TABLES {
        for node in manifest.get(table).into_iter().flat_map(Node::entries) {
            if table == "dependencies" && optional.contains(node.key()) {
                continue;
            }
            let scope = match table {
                "peerDependencies" if optional_peers.contains(node.key()) => Scope::Optional,
                _ => scope,
            };
            let requirement = node.scalar().unwrap_or_default();
            found.push(Asked { name: node.key(), requirement, scope, line: node.line() });
        }
    }
    found
}

/// The `workspaces` patterns of a package.json.
pub(super) fn workspaces(manifest: Node<'_>) -> Vec<&str> {
    let Some(node) = manifest.get("workspaces") else { return Vec::new() };
    let list = if node.is_map() { node.get("packages") } else { Some(node) };
    list.into_iter().flat_map(Node::entries).filter_map(Node::text).take(MOST_PATTERNS).collect()
}

/// The folders in the tree that workspace patterns name, each with a package.json in it, relative
/// to the subject's root.
pub(super) fn members(folder: &str, patterns: &[&str], files: &dyn Files) -> Vec<String> {
    if patterns.is_empty() {
        return Vec::new();
    }
    let manifests = files.paths().iter().filter(|path| tree_path::name(path) == "package.json");
    let mut found = Vec::new();
    for manifest in manifests {
        let place = tree_path::folder(manifest);
        let inner = if folder.is_empty() {
            place
        } else {
            match place.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) {
                Some(inner) => inner,
                None => continue,
            }
        };
        if inner.is_empty() || inner.split('/').any(|part| part == "node_modules") {
            continue;
        }
        if fits(patterns, inner) {
            found.push(place.to_owned());
            if found.len() >= MOST_MEMBERS {
                break;
            }
        }
    }
    found
}

/// Whether a folder fits workspace patterns, the refusing ones (`!`) too.
pub(super) fn fits(patterns: &[&str], folder: &str) -> bool {
    let (refused, wanted): (Vec<&str>, Vec<&str>) = patterns.iter().partition(|p| p.starts_with('!'));
    let any = |list: &[&str]| list.iter().any(|pattern| matches(pattern.trim_start_matches('!'), folder));
    any(&wanted) && !any(&refused)
}

/// Whether a path fits a workspace pattern: `*` within a part, `**` over any number of parts.
fn matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let path: Vec<&str> = path.split('/').collect();
    // The classic two-pointer walk over parts, remembering the last `**`.
    let (mut p, mut at, mut back) = (0, 0, None);
    while at < path.len() {
        match pattern.get(p) {
            Some(&"**") => {
                back = Some((p, at));
                p += 1;
            }
            Some(part) if part_matches(part, path.get(at).copied().unwrap_or_default()) => {
                p += 1;
                at += 1;
            }
            _ => match &mut back {
                Some((star, from)) => {
                    *from += 1;
                    (p, at) = (*star + 1, *from);
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|part| *part == "**")
}

fn part_matches(pattern: &str, text: &str) -> bool {
    if let Some((before, after)) = pattern.split_once('{')
        && let Some((choices, after)) = after.split_once('}')
    {
        return choices.split(',').take(32).any(|choice| star(&format!("{before}{choice}{after}"), text));
    }
    star(pattern, text)
}

fn star(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let mut last = None;
    for piece in pieces {
        if let Some(piece) = last.replace(piece) {
            match rest.find(piece) {
                Some(at) => rest = rest.get(at + piece.len()..).unwrap_or_default(),
                None => return false,
            }
        }
    }
    last.map_or(rest.is_empty(), |end| rest.ends_with(end))
}

/// Scopes over a graph in which some edges are optional: what is reached over one is optional
/// unless something else needs it.
pub(super) fn spread(gather: &mut Gather, optional: &[(u32, u32)], roots: &[(u32, Scope)]) {
    let count = gather.count();
    let optional_edges: std::collections::HashSet<&(u32, u32)> = optional.iter().collect();
    let hard: Vec<(u32, u32)> =
        gather.edges().iter().filter(|edge| !optional_edges.contains(edge)).copied().collect();
    let is_strong = |scope: Scope| matches!(scope, Scope::Runtime | Scope::Unknown);
    let (strong, mut weak): (Vec<_>, Vec<_>) = roots.iter().partition(|(_, scope)| is_strong(*scope));
    let needed = reach::scopes(count, &hard, &strong);
    let is_needed = |node: u32| needed.get(node as usize).is_some_and(Option::is_some);
    weak.extend(optional.iter().filter(|(from, _)| is_needed(*from)).map(|(_, to)| (*to, Scope::Optional)));
    let rest = reach::scopes(count, gather.edges(), &weak);
    for (index, (needed, rest)) in (0u32..).zip(needed.into_iter().zip(rest)) {
        let scope = needed.or(rest).unwrap_or(Scope::Unknown);
        gather.component(index).scope = scope;
    }
}

/// A package.json of the tree, read for a lockfile beside it.
pub(super) struct Manifest {
    /// Relative to the subject's root.
    pub(super) folder: String,
    bytes: Vec<u8>,
}

impl Manifest {
    pub(super) fn of(folder: &str, files: &dyn Files) -> Option<Self> {
        let bytes = files.read(&tree_path::join(folder, "package.json"))?.into_owned();
        Some(Self { folder: folder.to_owned(), bytes })
    }

    pub(super) fn path(&self) -> String {
        tree_path::join(&self.folder, "package.json")
    }

    pub(super) fn tree(&self) -> Option<Tree<'_>> {
        Tree::json(&self.path(), &self.bytes).ok()
    }
}

/// The package.json beside a lockfile and those of its workspace.
pub(super) fn manifests_beside(path: &str, files: &dyn Files) -> Vec<Manifest> {
    let folder = tree_path::folder(path);
    let Some(root) = Manifest::of(folder, files) else { return Vec::new() };
    let places = root.tree().map(|tree| members(folder, &workspaces(tree.root()), files)).unwrap_or_default();
    let mut found = vec![root];
    found.extend(places.iter().filter_map(|place| Manifest::of(place, files)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements() {
        let git = |host: &str, commit: Option<&str>| {
            Target::Elsewhere(Origin::Git { host: host.into(), commit: commit.map(Into::into) })
        };
        let sha = "0123456789012345678901234567890123456789";
        assert_eq!(target("^1.2"), Target::Range("^1.2"));
        assert_eq!(target(">=1 <2 || 3.x"), Target::Range(">=1 <2 || 3.x"));
        assert_eq!(target("npm:@s/real@^1"), Target::Alias("@s/real", "^1"));
        assert_eq!(target("npm:^1.0.0"), Target::Range("^1.0.0"));
        assert_eq!(target("npm:real"), Target::Alias("real", ""));
        assert_eq!(target("workspace:^"), Target::Workspace);
        assert_eq!(target("catalog:"), Target::Catalog("default"));
        assert_eq!(target("file:../x"), Target::Elsewhere(Origin::Path));
        assert_eq!(target("owner/repo"), git("github.com", None));
        assert_eq!(
            target(&format!("git+ssh://git@code.example/o/r.git#{sha}")),
            git("code.example", Some(sha))
        );
        assert_eq!(target("https://code.example/o/r.git"), git("code.example", None));
        assert_eq!(
            target("https://files.example/x-1.tgz"),
            Target::Elsewhere(Origin::Archive { host: "files.example".into() })
        );
    }

    #[test]
    fn patterns() {
        for (pattern, path, fits) in [
            ("packages/*", "packages/a", true),
            ("./packages/*/", "packages/a", true),
            ("packages/*", "packages/a/b", false),
            ("packages/**", "packages/a/b", true),
            ("**", "a/b", true),
            ("**/x", "x", true),
            ("a-*-c", "a-b-c", true),
            ("a*", "b", false),
            ("{apps,packages}/*", "apps/x", true),
            ("packages/a", "packages/ab", false),
        ] {
            assert_eq!(matches(pattern, path), fits, "{pattern} {path}");
        }
    }
}
