//! One evaluation of an MSBuild project: properties first, then items, over the files it is made of.
//!
//! A property set under an undecided condition has several possible values; texts that use it have
//! as many, up to a bound.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::condition;
use crate::{
    gather::Gather,
    inventory::Files,
    tree_path,
    xml_tree::{self, Element},
};

/// Most files of one evaluation.
const MOST_FILES: usize = 64;
/// Most values of one property or text.
const MOST_VALUES: usize = 8;
/// Longest expanded text, in bytes.
const LONGEST: usize = 4096;
/// Most items.
const MOST_ITEMS: usize = 50_000;

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// `PackageReference`
    Reference,
    /// `PackageVersion`: a central version.
    Central,
    /// `GlobalPackageReference`: for every project, private to each.
    Global,
    /// `DotNetCliToolReference`
    Tool,
}

/// One item.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) version: Option<String>,
    pub(super) version_override: Option<String>,
    private_assets: Option<String>,
    pub(super) path: String,
    pub(super) line: u32,
}

impl Item {
    /// Whether the project keeps it to itself.
    pub(super) fn is_private(&self) -> bool {
        let assets = self.private_assets.as_deref().unwrap_or_default();
        assets.split([';', ',']).any(|a| a.trim().eq_ignore_ascii_case("all"))
    }
}

/// The result.
pub(super) struct Evaluation<'f> {
    files: &'f dyn Files,
    project: String,
    properties: BTreeMap<String, Vec<String>>,
    items: Vec<Item>,
    /// Indices of the items that were not removed, in order.
    standing: Vec<usize>,
    /// Which items stand, by kind and lower-case name.
    known: HashMap<(Kind, String), Vec<usize>>,
}

/// An item group and the file it stands in, waiting for all properties.
type Waiting = (String, Element);

impl<'f> Evaluation<'f> {
    /// Evaluates a project and what stands above it in the tree.
    pub(super) fn of_project(path: &str, root: Element, files: &'f dyn Files, gather: &mut Gather) -> Self {
        let mut this = Self {
            files,
            project: path.to_owned(),
            properties: BTreeMap::new(),
            items: Vec::new(),
            standing: Vec::new(),
            known: HashMap::new(),
        };
        let mut seen = HashSet::from([path.to_owned()]);
        let mut waiting = Vec::new();
        let folder = tree_path::folder(path);
        for name in ["Directory.Build.props", "Directory.Packages.props"] {
            if let Some(found) = nearest(files, folder, name) {
                this.import(&found, &mut seen, &mut waiting, gather);
            }
        }
        this.sdk(path, &root);
        this.document(path, root, &mut seen, &mut waiting, gather);
        if let Some(found) = nearest(files, folder, "Directory.Build.targets") {
            this.import(&found, &mut seen, &mut waiting, gather);
        }
        for (path, group) in waiting {
            this.group(&path, &group);
        }
        let mut standing: Vec<usize> = this.known.values().flatten().copied().collect();
        standing.sort_unstable();
        this.standing = standing;
        this
    }

    fn import(
        &mut self,
        path: &str,
        seen: &mut HashSet<String>,
        waiting: &mut Vec<Waiting>,
        gather: &mut Gather,
    ) {
        if seen.len() >= MOST_FILES || !seen.insert(path.to_owned()) {
            return;
        }
        let Some(bytes) = self.files.read(path) else { return };
        match xml_tree::parse(path, &bytes) {
            Ok(root) => self.document(path, root, seen, waiting, gather),
            Err(error) => {
                gather.fault("unread", 1, format!("is made of a file that cannot be read: {error}"))
            }
        }
    }

    /// Properties and imports now, item groups later.
    fn document(
        &mut self,
        path: &str,
        root: Element,
        seen: &mut HashSet<String>,
        waiting: &mut Vec<Waiting>,
        gather: &mut Gather,
    ) {
        for child in root.children {
            let holds = self.holds(&child, path);
            if holds == Some(false) {
                continue;
            }
            match child.name.as_str() {
                "PropertyGroup" => self.property_group(path, &child, holds == Some(true)),
                "ItemGroup" => waiting.push((path.to_owned(), child)),
                "ImportGroup" | "Choose" | "When" | "Otherwise" => {
                    self.document(path, child, seen, waiting, gather);
                }
                "Import" => {
                    let Some(project) = child.attribute("Project") else { continue };
                    match self.imported(project, path) {
                        Some(Ok(found)) => self.import(&found, seen, waiting, gather),
                        Some(Err(())) => {
                            gather.fault_at(
                                "include-outside",
                                None,
                                domain::Place::line(path, child.line),
                                "imports a build file from outside this tree; what it adds is not known",
                            );
                        }
                        None => {}
                    }
                }
                _ => {}
            }
        }
    }

    fn property_group(&mut self, path: &str, group: &Element, certain: bool) {
        for property in &group.children {
            let holds = self.holds(property, path);
            if holds == Some(false) {
                continue;
            }
            let certain = certain && holds == Some(true);
            let values: Vec<String> =
                self.expand(&property.text, path).into_iter().filter_map(Result::ok).collect();
            let slot = self.properties.entry(property.name.to_ascii_lowercase()).or_default();
            if certain {
                slot.clear();
            }
            for value in values {
                if slot.len() < MOST_VALUES && !slot.contains(&value) {
                    slot.push(value);
                }
            }
        }
    }

    fn group(&mut self, path: &str, group: &Element) {
        for element in &group.children {
            let kind = match element.name.as_str() {
                "PackageReference" => Kind::Reference,
                "PackageVersion" => Kind::Central,
                "GlobalPackageReference" => Kind::Global,
                "DotNetCliToolReference" => Kind::Tool,
                _ => continue,
            };
            if self.holds(element, path) == Some(false) {
                continue;
            }
            let metadata = |name: &str| {
                let child = element
                    .children
                    .iter()
                    .find(|c| c.name.eq_ignore_ascii_case(name))
                    .map(|c| c.text.as_str());
                element.attribute(name).or(child).filter(|v| !v.trim().is_empty()).map(str::to_owned)
            };
            let names = |attribute: &str| -> Vec<String> {
                let texts = element.attribute(attribute).map(|t| self.expand(t, path)).unwrap_or_default();
                let texts: Vec<String> = texts.into_iter().filter_map(Result::ok).collect();
                texts
                    .iter()
                    .flat_map(|t| t.split(';'))
                    .map(|n| n.trim().to_owned())
                    .filter(|n| !n.is_empty() && !n.contains(['*', '@', '%', '$', '(']))
                    .collect()
            };
            let (removed, updated, included) = (names("Remove"), names("Update"), names("Include"));
            for name in removed {
                self.known.remove(&(kind, name.to_ascii_lowercase()));
            }
            for name in updated {
                for at in self.known.get(&(kind, name.to_ascii_lowercase())).into_iter().flatten() {
                    let Some(item) = self.items.get_mut(*at) else { continue };
                    item.version = metadata("Version").or(item.version.take());
                    item.version_override = metadata("VersionOverride").or(item.version_override.take());
                    item.private_assets = metadata("PrivateAssets").or(item.private_assets.take());
                }
            }
            for name in included {
                let known = self.known.entry((kind, name.to_ascii_lowercase())).or_default();
                if self.items.len() >= MOST_ITEMS || known.len() >= MOST_VALUES {
                    continue;
                }
                known.push(self.items.len());
                self.items.push(Item {
                    kind,
                    name,
                    version: metadata("Version"),
                    version_override: metadata("VersionOverride"),
                    private_assets: metadata("PrivateAssets"),
                    path: path.to_owned(),
                    line: element.line,
                });
            }
        }
    }

    /// A project SDK with a version (`Sdk="Name/1.2"`) is fetched like any other component.
    fn sdk(&mut self, path: &str, root: &Element) {
        let attribute = root
            .attribute("Sdk")
            .into_iter()
            .flat_map(|sdks| sdks.split(';'))
            .filter_map(|sdk| sdk.split_once('/'));
        let elements =
            root.each("Sdk").filter_map(|sdk| Some((sdk.attribute("Name")?, sdk.attribute("Version")?)));
        for (name, version) in attribute.chain(elements) {
            self.known
                .entry((Kind::Tool, name.trim().to_ascii_lowercase()))
                .or_default()
                .push(self.items.len());
            self.items.push(Item {
                kind: Kind::Tool,
                name: name.trim().to_owned(),
                version: Some(version.trim().to_owned()),
                version_override: None,
                private_assets: None,
                path: path.to_owned(),
                line: root.line,
            });
        }
    }

    fn holds(&self, element: &Element, path: &str) -> Option<bool> {
        let Some(text) = element.attribute("Condition").filter(|c| !c.trim().is_empty()) else {
            return Some(true);
        };
        let expand = |text: &str| self.expand(text, path).into_iter().collect::<Result<Vec<_>, _>>().ok();
        let exists = |to: &str| {
            let inside = tree_path::resolve(tree_path::folder(path), to)?;
            tree_path::holds(self.files, &inside).then_some(true)
        };
        condition::holds(text, &expand, &exists)
    }

    /// Where an import leads: a file of the tree, outside of it, or to an SDK we cannot see (`None`).
    fn imported(&self, project: &str, path: &str) -> Option<Result<String, ()>> {
        let folder = tree_path::folder(path);
        if let Some((_, rest)) = project.split_once("GetPathOfFileAbove(") {
            let name = rest.split(['\'', '"', ',', ')']).map(str::trim).find(|n| !n.is_empty())?;
            let above = folder.rsplit_once('/').map_or("", |(above, _)| above);
            return (!folder.is_empty()).then(|| nearest(self.files, above, name)).flatten().map(Ok);
        }
        let to = self.expand(project, path).into_iter().next()?.ok()?;
        match tree_path::resolve(folder, &to) {
            Some(inside) if tree_path::holds(self.files, &inside) => Some(Ok(inside)),
            Some(_) => None,
            None => Some(Err(())),
        }
    }

    /// The possible values of a property; none when the tree does not define it.
    pub(super) fn values(&self, property: &str) -> &[String] {
        self.properties.get(&property.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// The central versions of a name.
    pub(super) fn central(&self, name: &str) -> impl Iterator<Item = &Item> {
        let found =
            self.known.get(&(Kind::Central, name.to_ascii_lowercase())).map_or(&[][..], Vec::as_slice);
        found.iter().filter_map(|at| self.items.get(*at))
    }

    /// The items that stand, in order.
    pub(super) fn items(&self) -> impl Iterator<Item = &Item> {
        self.standing.iter().filter_map(|at| self.items.get(*at))
    }

    /// Every value a text may have, or why it has none.
    pub(super) fn expand(&self, text: &str, path: &str) -> Vec<Result<String, String>> {
        let mut done = vec![String::new()];
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("$(") {
            let Some((name, after)) = after.split_once(')') else { break };
            let Some(values) = self.property(name.trim(), path) else {
                return vec![Err(format!(
                    "takes its version from the property `{}`, which this tree does not define",
                    crate::gather::short(name)
                ))];
            };
            let mut longer = Vec::new();
            for start in &done {
                for value in &values {
                    if longer.len() < MOST_VALUES && start.len() + before.len() + value.len() <= LONGEST {
                        longer.push(format!("{start}{before}{value}"));
                    }
                }
            }
            done = longer;
            rest = after;
        }
        done.into_iter()
            .filter(|d| d.len() + rest.len() <= LONGEST)
            .map(|d| Ok(format!("{d}{rest}")))
            .collect()
    }

    fn property(&self, name: &str, path: &str) -> Option<Vec<String>> {
        let found = self.values(name);
        if !found.is_empty() {
            return Some(found.to_vec());
        }
        let file = tree_path::name(&self.project);
        let (stem, ending) = file.rsplit_once('.')?;
        let known = match name.to_ascii_lowercase().as_str() {
            "msbuildprojectname" => stem.to_owned(),
            "msbuildprojectfile" => file.to_owned(),
            "msbuildprojectextension" => format!(".{ending}"),
            // Paths are relative to the file that uses them, which is what they stand for here.
            "msbuildthisfiledirectory" => "./".to_owned(),
            "msbuildprojectdirectory" if path == self.project => ".".to_owned(),
            _ => return None,
        };
        Some(vec![known])
    }
}

/// The nearest file of this name in a folder or above it.
fn nearest(files: &dyn Files, folder: &str, name: &str) -> Option<String> {
    tree_path::ancestors(folder).map(|f| tree_path::join(f, name)).find(|p| tree_path::holds(files, p))
}
