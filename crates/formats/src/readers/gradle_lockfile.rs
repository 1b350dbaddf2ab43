//! Gradle's dependency locking: `gradle.lockfile`, `buildscript-gradle.lockfile`, and the older one
//! file per configuration (`gradle/dependency-locks/*.lockfile`).
//!
//! Each line names the configurations that resolve to it. A configuration's name says its scope: a
//! runtime class path is runtime, a compile class path without it optional (compile-only), tests,
//! annotation processors, compilers and analysis tools development; any other is unknown. There are
//! no edges, hashes or direct marks in the format.

use domain::{Origin, Scope};

use crate::{
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    reach, text, tree_path,
};

/// Reads `gradle.lockfile`.
pub(crate) struct GradleLockfile;

impl Reader for GradleLockfile {
    fn name(&self) -> &'static str {
        "gradle.lockfile"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        let name = tree_path::name(path);
        let fits = matches!(name, "gradle.lockfile" | "buildscript-gradle.lockfile")
            || of_configuration(path).is_some();
        fits.then_some(Role::Lockfile)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let text = text::utf8(path, bytes)?;
        let mut gather = Gather::new(path);
        let configuration = of_configuration(path);
        let build_script = tree_path::name(path).starts_with("buildscript-");
        for (number, line) in (1u32..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') || line.starts_with("empty=") {
                continue;
            }
            let (coordinates, configurations) = match (line.split_once('='), configuration) {
                (Some((coordinates, configurations)), _) => (coordinates, configurations),
                (None, Some(configuration)) => (line, configuration),
                (None, None) => {
                    return Err(text::unreadable(
                        path,
                        Some(number),
                        "neither a comment nor `group:name:version=…`",
                    ));
                }
            };
            let parts: Vec<&str> = coordinates.split(':').collect();
            let [group, name, version] = parts[..] else {
                return Err(text::unreadable(path, Some(number), "does not name group, name and version"));
            };
            let scope = if build_script {
                Scope::Development
            } else {
                configurations
                    .split(',')
                    .map(|c| scope(c.trim()))
                    .reduce(reach::stronger)
                    .unwrap_or(Scope::Unknown)
            };
            let scope = if !build_script && only_compiled(configurations) { Scope::Optional } else { scope };
            let place = gather.place(number);
            gather.add(("maven", Some(group), name), Version::Exact(version), Origin::Unstated, scope, place);
        }
        for manifest in manifests(path, files) {
            gather.covers(manifest);
        }
        Ok(gather.finish())
    }
}

/// The configuration of an older lockfile, by its path.
fn of_configuration(path: &str) -> Option<&str> {
    let stem = tree_path::name(path).strip_suffix(".lockfile")?;
    tree_path::folder(path).ends_with("gradle/dependency-locks").then_some(stem)
}

/// The build files beside the lockfile, and the version catalogue they share.
fn manifests(path: &str, files: &dyn Files) -> Vec<String> {
    let mut folder = tree_path::folder(path);
    if of_configuration(path).is_some() {
        folder = folder.strip_suffix("gradle/dependency-locks").unwrap_or(folder).trim_end_matches('/');
    }
    let mut found: Vec<String> = ["build.gradle", "build.gradle.kts"]
        .iter()
        .map(|name| tree_path::join(folder, name))
        .filter(|p| tree_path::holds(files, p))
        .collect();
    let catalogue = tree_path::ancestors(folder).map(|f| tree_path::join(f, "gradle/libs.versions.toml"));
    found.extend(catalogue.into_iter().find(|p| tree_path::holds(files, p)));
    found
}

fn scope(configuration: &str) -> Scope {
    let name = configuration.to_ascii_lowercase();
    let development = name.contains("test")
        || name.contains("annotationprocessor")
        || name.starts_with("kapt")
        || name.starts_with("ksp")
        || name.contains("compilerclasspath")
        || name.contains("compilerplugin")
        || name.contains("lint")
        || name.contains("kotlinbuildtoolsapi")
        || [
            "classpath",
            "checkstyle",
            "pmd",
            "spotbugs",
            "detekt",
            "jacocoagent",
            "jacocoant",
            "errorprone",
            "spotless",
        ]
        .contains(&name.as_str());
    if development {
        Scope::Development
    } else if name.ends_with("runtimeclasspath") || name.ends_with("compileclasspath") {
        Scope::Runtime
    } else {
        Scope::Unknown
    }
}

/// Whether a compile class path needs it and no runtime class path has it.
fn only_compiled(configurations: &str) -> bool {
    let mut compiled = false;
    for configuration in configurations.split(',').map(str::trim).filter(|c| scope(c) != Scope::Development) {
        if !configuration.to_ascii_lowercase().ends_with("compileclasspath") {
            return false;
        }
        compiled = true;
    }
    compiled
}
