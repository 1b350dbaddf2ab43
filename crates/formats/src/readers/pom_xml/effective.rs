//! The effective POM, as far as the tree holds it: the chain of parents, properties, managed
//! versions.

use std::{
    cell::Cell,
    collections::{HashMap, HashSet},
};

use super::reactor::Reactor;
use crate::{gather::short, tree_path, xml_tree::Element};

/// Longest chain of parents.
const MOST_PARENTS: usize = 32;
/// Deepest chain of imported BOMs.
const MOST_IMPORTS: usize = 8;
/// Most BOMs one evaluation reads.
const MOST_BOMS: usize = 64;
/// Deepest nesting of properties within properties.
const DEEPEST: usize = 16;
/// Most properties looked up to expand one text: they may name each other many times over.
const MOST_STEPS: u32 = 500;
/// Longest expanded text, in bytes.
const LONGEST: usize = 1024;

/// A POM with the parents the tree holds, nearest first.
pub(super) struct Effective {
    chain: Vec<Element>,
    /// The parent that is not in the tree, if the chain ends at one.
    outside: Option<String>,
    /// Properties of the chain, the nearest first, not yet expanded.
    properties: HashMap<String, String>,
    /// BOMs that are not in the tree.
    boms_outside: Vec<String>,
    managed: HashMap<Key, Managed>,
    plugins: HashMap<(String, String), Result<String, String>>,
}

type Key = (String, String, String, String);

/// A managed version.
#[derive(Clone)]
pub(super) struct Managed {
    pub(super) version: Result<String, String>,
    pub(super) scope: Option<String>,
}

impl Effective {
    /// Evaluates a POM.
    pub(super) fn of(path: &str, root: Element, reactor: &Reactor<'_>) -> Self {
        Self::at_depth(path, root, reactor, 0, &mut HashSet::new())
    }

    fn at_depth(
        path: &str,
        root: Element,
        reactor: &Reactor<'_>,
        depth: usize,
        boms: &mut HashSet<String>,
    ) -> Self {
        let mut this = Self {
            chain: Vec::new(),
            outside: None,
            properties: HashMap::new(),
            boms_outside: Vec::new(),
            managed: HashMap::new(),
            plugins: HashMap::new(),
        };
        this.climb(path, root, reactor);
        for pom in &this.chain {
            for property in parts(pom).filter_map(|part| part.child("properties")).flat_map(|p| &p.children) {
                this.properties.entry(property.name.clone()).or_insert_with(|| property.text.clone());
            }
        }
        this.manage(reactor, depth, boms);
        this
    }

    fn climb(&mut self, path: &str, root: Element, reactor: &Reactor<'_>) {
        let mut seen = HashSet::from([path.to_owned()]);
        let (mut at, mut current) = (path.to_owned(), root);
        loop {
            let next = current.child("parent").map(|parent| {
                let text = |name| parent.text_of(name).unwrap_or_default().to_owned();
                let (group, artifact, version) = (text("groupId"), text("artifactId"), text("version"));
                // An empty `<relativePath/>` says: not in the tree.
                let relative = match parent.child("relativePath") {
                    Some(stated) => stated.text.clone(),
                    None => "../pom.xml".to_owned(),
                };
                let found = (!relative.is_empty())
                    .then(|| reactor.parent_at(tree_path::folder(&at), &relative, &group, &artifact))
                    .flatten();
                (found, format!("{group}:{artifact}:{version}"))
            });
            self.chain.push(current);
            match next {
                Some((Some((path, root)), _))
                    if self.chain.len() < MOST_PARENTS && seen.insert(path.clone()) =>
                {
                    at = path;
                    current = root;
                }
                Some((_, name)) => {
                    self.outside = Some(short(&name));
                    return;
                }
                None => return,
            }
        }
    }

    /// Collects managed versions: direct entries of the whole chain first, then imported BOMs.
    fn manage(&mut self, reactor: &Reactor<'_>, depth: usize, boms: &mut HashSet<String>) {
        let mut imports = Vec::new();
        let mut managed = HashMap::new();
        let mut plugins = HashMap::new();
        for pom in &self.chain {
            for part in parts(pom) {
                let entries = part
                    .child("dependencyManagement")
                    .into_iter()
                    .flat_map(|m| m.listed("dependencies", "dependency"));
                for entry in entries {
                    let (Ok(group), Ok(artifact)) =
                        (self.text(entry, "groupId"), self.text(entry, "artifactId"))
                    else {
                        continue;
                    };
                    let version = self.text(entry, "version");
                    if entry.text_of("scope") == Some("import") {
                        imports.push((group, artifact, version));
                        continue;
                    }
                    let managed_entry = Managed { version, scope: entry.text_of("scope").map(str::to_owned) };
                    managed.entry(key(entry, &group, &artifact)).or_insert(managed_entry);
                }
                let build = part.child("build");
                let management = build.and_then(|b| b.child("pluginManagement"));
                for plugin in build.into_iter().chain(management).flat_map(|b| b.listed("plugins", "plugin"))
                {
                    if plugin.text_of("version").is_none() {
                        continue;
                    }
                    let group = plugin.text_of("groupId").unwrap_or("org.apache.maven.plugins");
                    if let (Ok(group), Ok(artifact)) = (self.expand(group), self.text(plugin, "artifactId")) {
                        plugins.entry((group, artifact)).or_insert_with(|| self.text(plugin, "version"));
                    }
                }
            }
        }
        for (group, artifact, version) in imports {
            let name = format!("{group}:{artifact}:{}", version.as_deref().unwrap_or("?"));
            let found = (depth < MOST_IMPORTS && boms.len() < MOST_BOMS)
                .then(|| reactor.find(&group, &artifact))
                .flatten()
                .and_then(|path| Some((reactor.pom(&path)?, path)));
            match found {
                Some((root, path)) => {
                    if boms.insert(path.clone()) {
                        let bom = Self::at_depth(&path, root, reactor, depth + 1, boms);
                        for (key, entry) in bom.managed {
                            managed.entry(key).or_insert(entry);
                        }
                        self.boms_outside.extend(bom.boms_outside);
                        self.boms_outside.extend(bom.outside);
                    }
                }
                None => self.boms_outside.push(short(&name)),
            }
        }
        self.boms_outside.sort();
        self.boms_outside.dedup();
        self.managed = managed;
        self.plugins = plugins;
    }

    /// The POM itself, which `climb` always pushes first.
    pub(super) fn own(&self) -> &Element {
        &self.chain[0]
    }

    /// The parent that is not in the tree.
    pub(super) fn outside(&self) -> Option<&str> {
        self.outside.as_deref()
    }

    /// Where a version may stand that the tree does not hold.
    pub(super) fn beyond(&self) -> Option<String> {
        let names: Vec<&str> =
            self.outside.iter().chain(&self.boms_outside).map(String::as_str).take(3).collect();
        (!names.is_empty()).then(|| names.join(" or "))
    }

    /// The managed entry of a dependency.
    pub(super) fn managed(&self, dependency: &Element, group: &str, artifact: &str) -> Option<&Managed> {
        self.managed.get(&key(dependency, group, artifact))
    }

    /// The version that the chain gives a plugin.
    pub(super) fn plugin_version(&self, group: &str, artifact: &str) -> Option<Result<String, String>> {
        self.plugins.get(&(group.to_owned(), artifact.to_owned())).cloned()
    }

    /// Whether a dependency is a module of this build: in the tree, and of a group or version that
    /// the build itself has.
    pub(super) fn is_own(
        &self,
        group: &str,
        artifact: &str,
        version: Option<&str>,
        reactor: &Reactor<'_>,
    ) -> bool {
        let own_version = self.coordinate("version", &Cell::new(MOST_STEPS));
        let own_group = self.coordinate("groupId", &Cell::new(MOST_STEPS)).unwrap_or_default();
        let kin = version.is_some() && version == own_version.as_deref();
        let root = |g: &str| g.split('.').take(2).map(str::to_owned).collect::<Vec<_>>();
        (kin || root(group) == root(&own_group)) && reactor.find(group, artifact).is_some()
    }

    fn text(&self, element: &Element, name: &str) -> Result<String, String> {
        self.expand(element.text_of(name).unwrap_or_default())
    }

    /// `groupId`, `artifactId` or `version` of the POM, inherited where it has none.
    fn coordinate(&self, name: &str, budget: &Cell<u32>) -> Option<String> {
        let own = self.own();
        let inherited = || own.child("parent").filter(|_| name != "artifactId").and_then(|p| p.text_of(name));
        let text = own.text_of(name).or_else(inherited)?;
        self.expand_at(text, 1, budget).ok()
    }

    /// Replaces `${…}`.
    ///
    /// # Errors
    /// The end of a sentence about the component, when a property is not known.
    pub(super) fn expand(&self, text: &str) -> Result<String, String> {
        self.expand_at(text.trim(), 0, &Cell::new(MOST_STEPS))
    }

    fn expand_at(&self, text: &str, depth: usize, budget: &Cell<u32>) -> Result<String, String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, after)) = after.split_once('}') else { break };
            out.push_str(before);
            let steps = budget.get();
            budget.set(steps.saturating_sub(1));
            let value =
                if depth < DEEPEST && steps > 0 { self.property(name.trim(), depth, budget) } else { None };
            match value {
                Some(value) if out.len() + value.len() <= LONGEST => out.push_str(&value),
                _ => {
                    let known = self.properties.contains_key(name.trim());
                    let name = short(name);
                    return Err(match self.outside() {
                        _ if known => format!(
                            "takes its version from the property `{name}`, which leads in a circle, or to nothing"
                        ),
                        Some(parent) => format!(
                            "takes its version from the property `{name}` of {parent}, which is not in this tree"
                        ),
                        None => format!(
                            "takes its version from the property `{name}`, which this tree does not define"
                        ),
                    });
                }
            }
            rest = after;
        }
        out.push_str(rest);
        if out.len() <= LONGEST { Ok(out) } else { Err("has a version too long to be one".to_owned()) }
    }

    fn property(&self, name: &str, depth: usize, budget: &Cell<u32>) -> Option<String> {
        if let Some(value) = self.properties.get(name) {
            return self.expand_at(value, depth + 1, budget).ok();
        }
        let name = name.strip_prefix("project.").or_else(|| name.strip_prefix("pom.")).unwrap_or(name);
        match name {
            "version" | "groupId" | "artifactId" => self.coordinate(name, budget),
            _ => {
                let of_parent = name.strip_prefix("parent.")?;
                let text = self.own().child("parent")?.text_of(of_parent)?;
                self.expand_at(text, depth + 1, budget).ok()
            }
        }
    }
}

/// A POM and those of its profiles that are active by default, profiles first: they override.
fn parts(pom: &Element) -> impl Iterator<Item = &Element> {
    let active =
        |p: &&Element| p.child("activation").and_then(|a| a.text_of("activeByDefault")) == Some("true");
    pom.listed("profiles", "profile").filter(active).chain(std::iter::once(pom))
}

/// What a managed entry is known by.
fn key(entry: &Element, group: &str, artifact: &str) -> Key {
    let kind = entry.text_of("type").unwrap_or("jar").to_owned();
    let classifier = entry.text_of("classifier").unwrap_or_default().to_owned();
    (group.to_owned(), artifact.to_owned(), kind, classifier)
}
