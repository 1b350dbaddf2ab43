//! Maven's `pom.xml`, evaluated as far as the tree goes.
//!
//! Properties, parents found by `relativePath`, `dependencyManagement` and imported BOMs are
//! followed inside the tree. A version that stands in a parent or BOM outside of it is unresolved,
//! and the fault names that parent. Modules of the same build are the subject itself.
//!
//! Scopes: `test` is development, `provided` and `optional` are optional, everything else runtime;
//! build plugins and extensions are development. What stands in a profile that is not active by
//! default is optional at most. What a POM inherits from a parent of the tree is named there, once.
//!
//! Exact versions here are what the project asks for, not the whole of what Maven would fetch: the
//! file is a manifest, and only an SBOM covers it.

use domain::{Origin, Place, Scope};
use versions::Scheme;

use crate::{
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    text, tree_path,
    xml_tree::{self, Element},
};

mod effective;
mod reactor;

use effective::Effective;
use reactor::Reactor;

/// Plugins that Maven runs in every build without being told ("Built-in Lifecycle Bindings"), so
/// that a managed version of one is a version that is used.
const LIFECYCLE: [&str; 10] = [
    "maven-clean-plugin",
    "maven-compiler-plugin",
    "maven-deploy-plugin",
    "maven-ear-plugin",
    "maven-install-plugin",
    "maven-jar-plugin",
    "maven-resources-plugin",
    "maven-site-plugin",
    "maven-surefire-plugin",
    "maven-war-plugin",
];

/// Reads `pom.xml`.
pub(crate) struct PomXml;

impl Reader for PomXml {
    fn name(&self) -> &'static str {
        "pom.xml"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        let name = tree_path::name(path);
        (name == "pom.xml" || name.ends_with(".pom")).then_some(Role::Manifest)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let root = xml_tree::parse(path, bytes)?;
        if root.name != "project" {
            return Err(text::unreadable(path, Some(root.line), "its root element is not `project`"));
        }
        let mut gather = Gather::new(path);
        let reactor = Reactor::of(files);
        let effective = Effective::of(path, root, &reactor);
        let mut reading = Reading { effective: &effective, reactor: &reactor, gather: &mut gather, path };
        let own = effective.own();
        reading.part(own, None);
        for profile in own.listed("profiles", "profile") {
            let active =
                profile.child("activation").and_then(|a| a.text_of("activeByDefault")) == Some("true");
            reading.part(profile, (!active).then_some(Scope::Optional));
        }
        if let Some(parent) = effective.outside() {
            let line = own.child("parent").map_or(own.line, |p| p.line);
            let why =
                format!("inherits from {parent}, which is not in this tree: what that adds is not known");
            gather.fault("parent-outside", line, why);
        }
        Ok(gather.finish())
    }
}

struct Reading<'a, 'g> {
    effective: &'a Effective,
    reactor: &'a Reactor<'a>,
    gather: &'g mut Gather,
    path: &'a str,
}

impl Reading<'_, '_> {
    /// A project or a profile of it; `at_most` weakens what a profile asks for.
    fn part(&mut self, part: &Element, at_most: Option<Scope>) {
        for dependency in part.listed("dependencies", "dependency") {
            self.dependency(dependency, at_most);
        }
        if let Some(build) = part.child("build") {
            for plugin in build.listed("plugins", "plugin") {
                self.plugin(plugin);
            }
            for plugin in
                build.child("pluginManagement").into_iter().flat_map(|m| m.listed("plugins", "plugin"))
            {
                if plugin.text_of("artifactId").is_some_and(|a| LIFECYCLE.contains(&a)) {
                    self.plugin(plugin);
                }
            }
            for extension in build.listed("extensions", "extension") {
                self.build_tool(extension, "");
            }
        }
        for plugin in part.child("reporting").into_iter().flat_map(|r| r.listed("plugins", "plugin")) {
            self.plugin(plugin);
        }
    }

    fn dependency(&mut self, dependency: &Element, at_most: Option<Scope>) {
        let Some((group, artifact)) = self.coordinates(dependency, "") else { return };
        let managed = self.effective.managed(dependency, &group, &artifact);
        let stated = dependency.text_of("version").map(|v| self.effective.expand(v));
        let version = stated.or_else(|| managed.map(|m| m.version.clone())).unwrap_or_else(|| {
            Err(match self.effective.beyond() {
                Some(outside) => format!("takes its version from {outside}, which is not in this tree"),
                None => "is asked for without a version".to_owned(),
            })
        });
        if self.effective.is_own(&group, &artifact, version.as_deref().ok(), self.reactor) {
            return;
        }
        let word =
            dependency.text_of("scope").map(str::to_owned).or_else(|| managed.and_then(|m| m.scope.clone()));
        let word = word.and_then(|w| self.effective.expand(&w).ok());
        let optional = dependency.text_of("optional").is_some_and(|o| o.trim() == "true");
        let (scope, origin) = match word.as_deref() {
            Some("test") => (Scope::Development, Origin::Unstated),
            Some("provided") => (Scope::Optional, Origin::Unstated),
            Some("system") => (Scope::Runtime, Origin::Path),
            _ if optional => (Scope::Optional, Origin::Unstated),
            _ => (Scope::Runtime, Origin::Unstated),
        };
        let scope = match at_most {
            Some(limit) if scope == Scope::Runtime => limit,
            _ => scope,
        };
        self.add((&group, &artifact), &version, origin, scope, dependency.line);
    }

    fn plugin(&mut self, plugin: &Element) {
        self.build_tool(plugin, "org.apache.maven.plugins");
        for dependency in plugin.listed("dependencies", "dependency") {
            self.build_tool(dependency, "");
        }
    }

    /// Something only the build runs.
    fn build_tool(&mut self, element: &Element, default_group: &str) {
        let Some((group, artifact)) = self.coordinates(element, default_group) else { return };
        let version = match element.text_of("version") {
            Some(version) => self.effective.expand(version),
            None => self.effective.plugin_version(&group, &artifact).unwrap_or_else(|| {
                Err(match self.effective.outside() {
                    Some(outside) => {
                        format!("takes its version from {outside} or from Maven itself, not from this tree")
                    }
                    None => "takes its version from Maven itself, which differs from one Maven to the next"
                        .to_owned(),
                })
            }),
        };
        if self.effective.is_own(&group, &artifact, version.as_deref().ok(), self.reactor) {
            return;
        }
        self.add((&group, &artifact), &version, Origin::Unstated, Scope::Development, element.line);
    }

    fn coordinates(&mut self, element: &Element, default_group: &str) -> Option<(String, String)> {
        let group = self.effective.expand(element.text_of("groupId").unwrap_or(default_group));
        let artifact = self.effective.expand(element.text_of("artifactId").unwrap_or_default());
        match (group, artifact) {
            (Ok(group), Ok(artifact)) if !group.is_empty() && !artifact.is_empty() => Some((group, artifact)),
            _ => {
                self.gather.fault(
                    "unread",
                    element.line,
                    "its groupId or artifactId cannot be told; it was left out",
                );
                None
            }
        }
    }

    fn add(
        &mut self,
        (group, artifact): (&str, &str),
        version: &Result<String, String>,
        origin: Origin,
        scope: Scope,
        line: u32,
    ) {
        let version = match version {
            Ok(version) if matches!(version.as_str(), "" | "LATEST" | "RELEASE") => Version::Missing,
            Ok(version) if version.contains(['[', '(', ',']) => Version::Wanted(Scheme::Maven, version),
            Ok(version) => Version::Exact(version),
            Err(why) => Version::Elsewhere(why),
        };
        let snapshot = matches!(version, Version::Exact(v) if v.ends_with("-SNAPSHOT"));
        let place = Place::line(self.path, line);
        let Some(index) = self.gather.add(("maven", Some(group), artifact), version, origin, scope, place)
        else {
            return;
        };
        self.gather.direct(index, true);
        if snapshot {
            self.gather.fault_of(
                "snapshot",
                index,
                "a snapshot: the same version can change from one day to the next",
            );
        }
    }
}
