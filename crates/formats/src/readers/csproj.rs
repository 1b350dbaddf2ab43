//! MSBuild project files (`*.csproj`, `*.fsproj`, `*.vbproj`) with central versions.
//!
//! A project is evaluated as far as its own tree goes: the nearest `Directory.Build.props`,
//! `Directory.Packages.props` and `Directory.Build.targets` above it, what they import inside the
//! tree, and `$(Property)` where the tree defines it. A condition that the tree cannot decide keeps
//! both sides; a version that depends on an unknown property is unresolved, and says which.
//!
//! A bare `Version="1.2.3"` counts as exact: NuGet restores the lowest version that fits, which is
//! that one unless something else asks for more. What else is pulled in is not written here: the
//! file is a manifest, and only a lockfile or SBOM covers it.
//!
//! Test projects (`IsTestProject`, or a reference to the test SDK, which sets it) never ship: all
//! of theirs is development, as is what `PrivateAssets="all"` keeps from users of the project.

use std::collections::HashSet;

use domain::{Origin, Place, Scope};
use versions::Scheme;

use crate::{
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    tree_path, xml_tree,
};

mod condition;
mod evaluation;

use evaluation::{Evaluation, Item, Kind};

/// The test SDK; its own build files set `IsTestProject`.
const TEST_SDK: &str = "microsoft.net.test.sdk";

/// Reads MSBuild project files.
pub(crate) struct Csproj;

impl Reader for Csproj {
    fn name(&self) -> &'static str {
        "*.csproj"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        is_project(path).then_some(Role::Manifest)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let root = xml_tree::parse(path, bytes)?;
        if !root.name.eq_ignore_ascii_case("Project") {
            return Err(crate::text::unreadable(path, Some(root.line), "its root element is not `Project`"));
        }
        let mut gather = Gather::new(path);
        let evaluation = Evaluation::of_project(path, root, files, &mut gather);
        components(&evaluation, &mut gather);
        Ok(gather.finish())
    }
}

/// Whether a path is a project file by its name.
pub(super) fn is_project(path: &str) -> bool {
    let ending = tree_path::name(path).rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    matches!(ending.as_deref(), Some("csproj" | "fsproj" | "vbproj"))
}

/// What a lockfile beside a project needs to know of it.
pub(super) struct Summary {
    /// Whether it is a test project.
    pub(super) test: bool,
    /// Names, in lower case, that the project keeps to itself.
    pub(super) private: HashSet<String>,
}

/// The summary of a project, if it can be read.
pub(super) fn summary(path: &str, files: &dyn Files) -> Option<Summary> {
    let bytes = files.read(path)?;
    let root = xml_tree::parse(path, &bytes).ok()?;
    let evaluation = Evaluation::of_project(path, root, files, &mut Gather::new(path));
    let private =
        evaluation.items().filter(|item| item.is_private()).map(|item| item.name.to_ascii_lowercase());
    Some(Summary { test: is_test(&evaluation), private: private.collect() })
}

fn is_test(evaluation: &Evaluation<'_>) -> bool {
    let declared = evaluation.values("IsTestProject").iter().any(|v| v.eq_ignore_ascii_case("true"));
    let sdk = |item: &Item| item.kind == Kind::Reference && item.name.eq_ignore_ascii_case(TEST_SDK);
    declared || evaluation.items().any(sdk)
}

fn components(evaluation: &Evaluation<'_>, gather: &mut Gather) {
    let test = is_test(evaluation);
    let central =
        evaluation.values("ManagePackageVersionsCentrally").iter().any(|v| v.eq_ignore_ascii_case("true"));
    for item in evaluation.items() {
        let private = match item.kind {
            Kind::Central => continue,
            Kind::Global | Kind::Tool => true,
            Kind::Reference => item.is_private(),
        };
        let scope = if test || private { Scope::Development } else { Scope::Runtime };
        let place = Place::line(item.path.clone(), item.line);
        let mut versions: Vec<Result<String, String>> = Vec::new();
        if let Some(version) = item.version_override.as_ref().or(item.version.as_ref()) {
            versions.extend(evaluation.expand(version, &item.path));
        } else if central && item.kind != Kind::Tool {
            for entry in evaluation.central(&item.name) {
                versions.extend(
                    entry.version.as_ref().into_iter().flat_map(|v| evaluation.expand(v, &entry.path)),
                );
            }
            if versions.is_empty() {
                versions.push(Err(
                    "has no version here, nor in a Directory.Packages.props of this tree".to_owned()
                ));
            }
        } else {
            versions.push(Err("is asked for without a version".to_owned()));
        }
        for version in versions {
            let version = match &version {
                Ok(version) => of_text(version),
                Err(why) => Version::Elsewhere(why),
            };
            let name = ("nuget", None, item.name.as_str());
            if let Some(index) = gather.add(name, version, Origin::Unstated, scope, place.clone()) {
                gather.direct(index, true);
            }
        }
    }
}

fn of_text(version: &str) -> Version<'_> {
    let version = version.trim();
    if version.is_empty() {
        Version::Missing
    } else if version.contains(['[', '(', ',', '*']) {
        Version::Wanted(Scheme::Nuget, version)
    } else {
        Version::Exact(version)
    }
}
