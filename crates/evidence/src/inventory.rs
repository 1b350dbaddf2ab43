//! The inventory: which files name components, what they name, and what was left unread.
//!
//! Phases: (1) every file is offered to the readers of `formats`; lockfiles, SBOMs and pins are
//! read. (2) A manifest that no lockfile or SBOM stands behind is read for what it asks for, and
//! is a finding. (3) Formats that are recognised but not read are listed, by name: the inventory
//! is then unknown, not small. (4) The same component named by several files becomes one, with
//! every line that names it, the strongest scope, and the shortest path to it.
//!
//! It refuses to know whether any of that is good or bad.

use std::{
    borrow::Cow,
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
};

use domain::{Component, Coverage, Finding, FindingKind, Origin, Place, Purl, Resolution, Scope, Timestamp};
use formats::{
    inventory::{Fault, Files, HEAD, Inventory, LARGEST, Reader, Role},
    readers, unread_formats,
};

use crate::material::Material;

/// What one file contributed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The file.
    pub path: String,
    /// The format's name.
    pub format: &'static str,
    /// The part it plays.
    pub role: Role,
    /// How many components it names.
    pub components: usize,
}

/// What the subject is built from, as far as its files say.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// Each component once, sorted by purl.
    pub components: Vec<Component>,
    /// Components whose origin differs from that of their neighbours, by purl.
    pub odd: BTreeSet<Purl>,
    /// Faults of the inventory.
    pub findings: Vec<Finding>,
    /// The files that were read.
    pub files: Vec<Read>,
    /// Manifests no lockfile or SBOM stands behind, among those that name components.
    pub unlocked: Vec<String>,
    /// Files that were recognised and not read, with the reason.
    pub unread: Vec<(String, String)>,
    /// Lines of files that were read whose dependency could not be told.
    pub left_out: Vec<Place>,
    /// Source code was seen and nothing says what it is built from.
    pub source_without_manifest: bool,
    /// Any source code, manifest, lockfile or SBOM was seen at all.
    pub anything: bool,
    /// What the bills of materials say they describe, with the file that says it.
    pub described: Vec<(Place, Purl)>,
    /// When the bills of materials were made: the oldest, where every file read says so.
    pub made: Option<Timestamp>,
    /// What was looked at.
    pub coverage: Option<Coverage>,
}

/// Files of the material, as `formats` asks for them.
struct Tree<'a> {
    material: &'a dyn Material,
    paths: Vec<String>,
}

impl Files for Tree<'_> {
    fn read(&self, path: &str) -> Option<Cow<'_, [u8]>> {
        self.material.read(path).ok()
    }

    fn paths(&self) -> &[String] {
        &self.paths
    }
}

/// Reads what the material is built from.
pub fn observe(material: &dyn Material) -> Observed {
    let tree = Tree { material, paths: material.entries().iter().map(|entry| entry.path.clone()).collect() };
    let mut out = Observed::default();
    let mut coverage = Coverage::new("inventory");
    let mut inventories = Vec::new();
    let mut manifests: Vec<(&dyn Reader, &str, u64)> = Vec::new();
    let mut covered: BTreeSet<String> = BTreeSet::new();
    let mut source = false;
    for entry in material.entries() {
        let head = head_of(material, &entry.path);
        let Some((reader, role)) = readers::of_file(&entry.path, &head) else {
            if let Some(format) = unread_formats::recognise(&entry.path, &head) {
                out.unread.push((entry.path.clone(), format!("{format} is recognised and not read yet")));
            } else {
                source |= unread_formats::source_ecosystem(&entry.path).is_some();
            }
            continue;
        };
        if role == Role::Manifest {
            manifests.push((reader, &entry.path, entry.size));
            continue;
        }
        if let Some(inventory) = read(reader, &entry.path, entry.size, &tree, &mut out.unread) {
            covered.extend(inventory.covers.iter().cloned());
            out.described.extend(inventory.describes.clone().map(|purl| (Place::file(&entry.path), purl)));
            out.files.push(file(&entry.path, reader, role, &inventory));
            inventories.push(inventory);
        }
    }
    for (reader, path, size) in manifests {
        if covered.contains(path) {
            out.files.push(Read {
                path: path.to_owned(),
                format: reader.name(),
                role: Role::Manifest,
                components: 0,
            });
            continue;
        }
        let Some(inventory) = read(reader, path, size, &tree, &mut out.unread) else { continue };
        out.files.push(file(path, reader, Role::Manifest, &inventory));
        if inventory.components.iter().any(|c| c.origin != Origin::Own) {
            out.unlocked.push(path.to_owned());
        }
        inventories.push(inventory);
    }
    // What an SBOM names without an identity is no component here: it was not looked at.
    for fault in inventories.iter().flat_map(|inventory| &inventory.faults) {
        if matches!(fault.id, "no-purl" | "bad-purl" | "incomplete") {
            out.unread
                .push((fault.place.path.clone(), "it names parts that have no usable identity".to_owned()));
        }
        if LEFT_OUT.contains(&fault.id) {
            out.left_out.push(fault.place.clone());
            coverage.cannot_read(fault.place.clone(), fault.why.clone());
        }
    }
    out.left_out.sort();
    out.left_out.dedup();
    out.files.sort_by(|a, b| a.path.cmp(&b.path));
    out.unread.sort();
    out.unread.dedup();
    out.source_without_manifest = source && out.files.is_empty() && out.unread.is_empty();
    out.anything = source || !out.files.is_empty() || !out.unread.is_empty();
    out.made = inventories.iter().map(|inventory| inventory.made).min().flatten();
    for inventory in &inventories {
        out.findings.extend(inventory.faults.iter().map(finding_of));
        odd_hosts(inventory, &mut out);
    }
    for path in &out.unlocked {
        out.findings.push(unlocked(path));
    }
    for (path, why) in &out.unread {
        let mut finding = Finding::new(
            FindingKind::Inventory,
            "unread",
            "inventory-complete",
            format!("{path}: {why}"),
            path,
        );
        finding.places.push(Place::file(path));
        finding.remedy = Some(
            "Add an SBOM (CycloneDX or SPDX JSON) for this part, so that what it is built from is known."
                .to_owned(),
        );
        out.findings.push(finding);
        coverage.cannot_read(Place::file(path), why.clone());
    }
    if out.source_without_manifest {
        let mut finding = Finding::new(
            FindingKind::Inventory,
            "no-manifest",
            "inventory-complete",
            "source code, and no manifest, lockfile or SBOM says what it is built from",
            "",
        );
        finding.remedy = Some(
            "Add the ecosystem's manifest and lockfile, or an SBOM; an empty one states that nothing is used."
                .to_owned(),
        );
        out.findings.push(finding);
    }
    out.components = merge(&inventories);
    out.findings.sort_by(|a, b| (&a.id, &a.places, &a.title).cmp(&(&b.id, &b.places, &b.title)));
    out.findings.dedup_by(|a, b| a.fingerprint == b.fingerprint && a.places == b.places);
    coverage.read = out.files.len() as u64;
    coverage.unread.extend(material.unread().iter().cloned());
    out.coverage = Some(coverage);
    out
}

/// Only files whose name says too little are opened to be recognised by content: what an SBOM could
/// be called, and names that other things bear too.
fn head_of(material: &dyn Material, path: &str) -> Vec<u8> {
    const ENDS: [&str; 8] = [".json", ".jsonld", ".spdx", ".xml", ".cdx", ".bom", ".rdf", ".swidtag"];
    const NAMES: [&str; 5] = ["meta.yaml", "chart.yaml", "project.toml", "manifest.toml", "runtime.txt"];
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    let free_name = ENDS.iter().any(|end| name.ends_with(end)) || NAMES.contains(&name);
    let free_name = free_name || ["spdx", "sbom"].iter().any(|word| name.contains(word));
    // A requirements file says only inside whether a compiler wrote it (a lockfile) or a person.
    let free_name = free_name || (lower.ends_with(".txt") && lower.contains("requirement"));
    if free_name { material.head(path, HEAD).unwrap_or_default() } else { Vec::new() }
}

fn file(path: &str, reader: &dyn Reader, role: Role, inventory: &Inventory) -> Read {
    Read { path: path.to_owned(), format: reader.name(), role, components: inventory.components.len() }
}

fn read(
    reader: &dyn Reader,
    path: &str,
    size: u64,
    tree: &Tree<'_>,
    unread: &mut Vec<(String, String)>,
) -> Option<Inventory> {
    if size > LARGEST as u64 {
        unread.push((path.to_owned(), format!("larger than {} MiB", LARGEST >> 20)));
        return None;
    }
    let bytes = match tree.material.read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            unread.push((path.to_owned(), error.to_string()));
            return None;
        }
    };
    match reader.read(path, &bytes, tree) {
        Ok(inventory) => Some(inventory),
        Err(error) => {
            let at = error.line.map(|line| format!("line {line}: ")).unwrap_or_default();
            unread.push((path.to_owned(), format!("not readable as {}: {at}{}", reader.name(), error.why)));
            None
        }
    }
}

/// Faults that say that something which may be a dependency was left out: the rest of the file is no
/// whole answer.
const LEFT_OUT: [&str; 3] = ["unread", "include-missing", "include-outside"];

/// Which control judges a fault that a reader reports.
fn control_of(fault: &str) -> &'static str {
    match fault {
        "range" | "unresolved" | "no-purl" | "no-version" => "inventory-exact",
        "git-dependency" | "path-dependency" | "archive-dependency" => "source-odd",
        _ => "inventory-complete",
    }
}

fn finding_of(fault: &Fault) -> Finding {
    let identity = match &fault.component {
        Some(purl) => purl.to_string(),
        None => format!("{}\0{}", fault.place.path, fault.why),
    };
    let left_out = LEFT_OUT.contains(&fault.id);
    let id = if left_out { "unread" } else { fault.id };
    let mut finding =
        Finding::new(FindingKind::Inventory, id, control_of(fault.id), fault.why.clone(), &identity);
    finding.component.clone_from(&fault.component);
    finding.places.push(fault.place.clone());
    if left_out {
        finding.remedy = Some(
            "Mend the line so that it names one dependency, or commit a lockfile or SBOM that stands for it."
                .to_owned(),
        );
    }
    if let Some(purl) = &fault.component
        && finding.remedy.is_none()
    {
        finding.remedy = pin(fault.id, purl).map(str::to_owned);
    }
    finding
}

/// How what is named without an exact version is pinned: each kind of thing in its own way.
fn pin(fault: &str, purl: &Purl) -> Option<&'static str> {
    Some(match (fault, purl.kind()) {
        ("range" | "unresolved", "github" | "githubactions") => {
            "Pin each action to a full commit, with its version as a comment (`uses: owner/name@SHA # v1.2.3`)."
        }
        ("range" | "unresolved", "docker" | "oci") => {
            "Name each image by its version and digest (`name:1.2.3@sha256:…`)."
        }
        ("range", "generic") if purl.name() == "go" => {
            "Write a `toolchain` line into go.mod: the `go` line says only which Go is the oldest that may build it."
        }
        ("range" | "unresolved", "generic") => "Pin the exact version of each language and tool.",
        ("range", _) => "Commit a lockfile, or pin the exact versions.",
        ("unresolved", _) => "State a version of each, and commit a lockfile.",
        _ => return None,
    })
}

fn unlocked(path: &str) -> Finding {
    let mut finding = Finding::new(
        FindingKind::Inventory,
        "manifest-without-lockfile",
        "inventory-complete",
        format!("{path} names dependencies, and no lockfile or SBOM stands behind it"),
        path,
    );
    finding.places.push(Place::file(path));
    finding.remedy = Some(lock_command(path).to_owned());
    finding
}

/// The literal command that makes the missing lockfile.
fn lock_command(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name {
        "package.json" => "Run `npm install --package-lock-only` beside it and commit package-lock.json.",
        "Cargo.toml" => "Run `cargo generate-lockfile` and commit Cargo.lock.",
        "pyproject.toml" => "Run `uv lock` (or `poetry lock`) beside it and commit the lock file.",
        "Pipfile" => "Run `pipenv lock` beside it and commit Pipfile.lock.",
        "composer.json" => "Run `composer update --lock` beside it and commit composer.lock.",
        "Gemfile" => "Run `bundle lock` beside it and commit Gemfile.lock.",
        "pom.xml" => {
            "Maven writes no lockfile: commit an SBOM (`mvn org.cyclonedx:cyclonedx-maven-plugin:makeAggregateBom -DoutputFormat=json`)."
        }
        "go.mod" => "Run `go mod tidy` beside it and commit go.mod and go.sum.",
        _ if name.ends_with("proj") || name == "packages.config" => {
            "Set RestorePackagesWithLockFile to true, run `dotnet restore`, and commit packages.lock.json."
        }
        _ if name.starts_with("build.gradle") || name.ends_with("versions.toml") => {
            "Turn on dependency locking and run `gradle dependencies --write-locks`; commit gradle.lockfile."
        }
        _ if name.ends_with(".txt") || name.ends_with(".in") || name.starts_with("setup.") => {
            "Run `pip-compile --generate-hashes` (or `uv pip compile --generate-hashes`) and commit the result."
        }
        _ => "Commit a lockfile, or an SBOM (CycloneDX or SPDX JSON) for this part.",
    }
}

/// A component that one file fetches from another host than most of its neighbours.
fn odd_hosts(inventory: &Inventory, out: &mut Observed) {
    let mut count: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for component in &inventory.components {
        if let Origin::Registry { host } = &component.origin {
            *count.entry((component.purl.kind(), host)).or_default() += 1;
        }
    }
    let mut usual_of: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
    for (&(kind, host), &n) in &count {
        let usual = usual_of.entry(kind).or_insert((host, n));
        if n > usual.1 {
            *usual = (host, n);
        }
    }
    for component in &inventory.components {
        let place = component.from.first().cloned();
        match &component.origin {
            Origin::Registry { host } => {
                let here = count.get(&(component.purl.kind(), host.as_str())).copied().unwrap_or(0);
                let Some(&(usual, n)) = usual_of.get(component.purl.kind()) else { continue };
                if usual == host || !is_odd(here, n) {
                    continue;
                }
                let title = format!(
                    "{} comes from {host}; {n} of its neighbours come from {usual}",
                    component.purl.native_name()
                );
                let identity = component.purl.to_string();
                let mut finding =
                    Finding::new(FindingKind::Inventory, "odd-host", "source-odd", title, &identity);
                finding.component = Some(component.purl.clone());
                finding.places.extend(place);
                finding.remedy =
                    Some("Fetch it from the same host as its neighbours, or record why not.".to_owned());
                out.odd.insert(component.purl.clone());
                out.findings.push(finding);
            }
            Origin::Git { .. } | Origin::Path | Origin::Archive { .. } => {
                out.odd.insert(component.purl.clone());
            }
            Origin::Unstated | Origin::Own => {}
        }
    }
}

/// Whether so many components from one host are odd beside the `usual` number from another. Two hosts
/// that share the load are a mirror set-up; one or two strays beside twice as many, and at most a
/// quarter of a larger number, are not.
const fn is_odd(here: usize, usual: usize) -> bool {
    (here <= 2 && here * 2 <= usual) || here * 4 <= usual
}

/// Joins what the files say of one component, and finds the shortest path to each.
fn merge(inventories: &[Inventory]) -> Vec<Component> {
    let mut index: HashMap<Purl, usize> = HashMap::new();
    let mut merged: Vec<Component> = Vec::new();
    for inventory in inventories {
        let vias = RefCell::new(shortest(inventory));
        for (i, component) in inventory.components.iter().enumerate() {
            if component.origin == Origin::Own {
                continue;
            }
            let mut component = component.clone();
            if component.direct != Some(true) && component.via.is_empty() {
                component.via = std::mem::take(&mut vias.borrow_mut()[i]);
            }
            match index.get(&component.purl) {
                Some(&at) => join(&mut merged[at], component),
                None => {
                    index.insert(component.purl.clone(), merged.len());
                    merged.push(component);
                }
            }
        }
    }
    merged.sort_by_cached_key(|component| component.purl.to_string());
    for component in &mut merged {
        component.from.sort();
        component.from.dedup();
        component.hashes.sort();
        component.hashes.dedup();
    }
    merged
}

fn join(kept: &mut Component, other: Component) {
    kept.scope = stronger(kept.scope, other.scope);
    kept.direct = match (kept.direct, other.direct) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), _) | (_, Some(false)) => Some(false),
        (None, None) => None,
    };
    let shorter = !other.via.is_empty()
        && (kept.via.is_empty() || (other.via.len(), &other.via) < (kept.via.len(), &kept.via));
    if kept.direct == Some(true) {
        kept.via.clear();
    } else if shorter {
        kept.via = other.via;
    }
    kept.from.extend(other.from);
    kept.hashes.extend(other.hashes);
    // What one file leaves open and another pins is pinned only there: keep the looser statement.
    if kept.resolution == Resolution::Exact {
        kept.resolution = other.resolution;
    }
    let telling = matches!(kept.origin, Origin::Unstated)
        || matches!(other.origin, Origin::Git { .. } | Origin::Path | Origin::Archive { .. });
    if telling && !matches!(other.origin, Origin::Unstated) {
        kept.origin = other.origin;
    }
    if kept.licence.is_none() {
        kept.licence = other.licence;
    }
    kept.install_script = match (kept.install_script, other.install_script) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (a, b) => a.or(b),
    };
}

/// Runtime wins over unknown, which counts as runtime; optional over development.
fn stronger(a: Scope, b: Scope) -> Scope {
    let rank = |scope| match scope {
        Scope::Runtime => 3,
        Scope::Unknown => 2,
        Scope::Optional => 1,
        Scope::Development => 0,
    };
    if rank(a) >= rank(b) { a } else { b }
}

/// For each component the shortest path from a direct one (that one first, itself left out),
/// ties broken by the order of the file; members of the repository itself are not named.
fn shortest(inventory: &Inventory) -> Vec<Vec<Purl>> {
    let n = inventory.components.len();
    let mut asked: Vec<Vec<u32>> = vec![Vec::new(); n];
    for &(from, to) in &inventory.edges {
        if (from as usize) < n && (to as usize) < n {
            asked[from as usize].push(to);
        }
    }
    const NOBODY: u32 = u32::MAX;
    let mut parent: Vec<Option<u32>> = vec![None; n];
    let mut queue = VecDeque::new();
    for (i, component) in inventory.components.iter().enumerate() {
        if component.direct == Some(true) && component.origin != Origin::Own {
            parent[i] = Some(NOBODY);
            queue.push_back(i as u32);
        }
    }
    while let Some(at) = queue.pop_front() {
        for &to in &asked[at as usize] {
            if parent[to as usize].is_none() {
                parent[to as usize] = Some(at);
                queue.push_back(to);
            }
        }
    }
    (0..n)
        .map(|i| {
            let mut path = Vec::new();
            let mut at = parent[i];
            while let Some(step) = at {
                // A path longer than this says nothing to a reader, and bounds hostile chains.
                if step == NOBODY || path.len() >= 32 {
                    break;
                }
                path.push(inventory.components[step as usize].purl.clone());
                at = parent[step as usize];
            }
            path.reverse();
            path
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::material::memory::Memory;

    fn locked(hosts: &[(&str, usize)]) -> String {
        let mut members = Vec::new();
        for (host, count) in hosts {
            members.extend((0..*count).map(|i| {
                let name = format!("{}-{i}", host.replace('.', "-"));
                format!(r#""node_modules/{name}":{{"version":"1.0.0","resolved":"https://{host}/{name}/-/{name}-1.0.0.tgz"}}"#)
            }));
        }
        format!(r#"{{"lockfileVersion":3,"packages":{{{}}}}}"#, members.join(","))
    }

    #[test]
    fn a_stray_is_odd_beside_few_neighbours_and_two_hosts_that_share_the_load_are_not() {
        for (usual, stray, odd) in
            [(2, 1, 1), (3, 1, 1), (4, 2, 2), (20, 5, 5), (1, 1, 0), (2, 2, 0), (3, 2, 0), (8, 3, 0)]
        {
            let hosts = [("packages.example", usual), ("stray.example", stray)];
            let lock = locked(&hosts);
            let seen = observe(&Memory::new().with("package-lock.json", lock.as_str()));
            assert_eq!(seen.odd.len(), odd, "{stray} beside {usual}");
        }
        let crates = |host: &str, names: &[&str]| -> String {
            let entry = |n: &&str| {
                format!(
                    "[[package]]\nname = \"{n}\"\nversion = \"1.0.0\"\nsource = \"registry+https://{host}/index\"\n"
                )
            };
            names.iter().map(entry).collect()
        };
        let lock = crates("crates.example", &["a", "b", "c"]) + &crates("evil.example", &["d"]);
        let seen = observe(&Memory::new().with("Cargo.lock", lock.as_str()));
        assert_eq!(seen.odd.iter().map(ToString::to_string).collect::<Vec<_>>(), ["pkg:cargo/d@1.0.0"]);
    }

    #[test]
    fn a_line_that_was_left_out_leaves_the_inventory_open_by_file_and_line() {
        for (path, text, line) in [
            ("requirements.txt", "jinja2=2.10\n", 1),
            ("requirements.txt", "flask==1.0\ndjango 3.2\n", 2),
            ("requirements.txt", "-r gone.txt\n", 1),
            ("pyproject.toml", "[project]\nname = \"a\"\ndependencies = [\n  \"jinja2=2.10\",\n]\n", 4),
            ("setup.cfg", "[options]\ninstall_requires =\n  django 3.2\n", 3),
        ] {
            let seen = observe(&Memory::new().with(path, text));
            assert_eq!(seen.left_out, [Place::line(path, line)], "{text}");
            let told = seen.findings.iter().find(|f| f.id == "unread").unwrap();
            assert_eq!(told.places, seen.left_out);
            assert!(told.remedy.is_some());
            assert!(seen.coverage.unwrap().unread.iter().any(|gap| gap.place == Place::line(path, line)));
        }
    }

    #[test]
    fn what_is_not_exact_is_pinned_in_its_own_way() {
        let tree = Memory::new()
            .with("Dockerfile", "FROM debian:stable\n")
            .with(
                ".github/workflows/ci.yml",
                "jobs:\n  a:\n    steps:\n      - uses: actions/checkout@main\n",
            )
            .with("requirements.txt", "flask>=1.0\ndjango\n")
            .with("go.mod", "module example.test/a\n\ngo 1.22\n");
        let seen = observe(&tree);
        let remedy = |purl: &str| {
            let here = |f: &&Finding| f.component.as_ref().is_some_and(|c| c.to_string().starts_with(purl));
            let found = seen.findings.iter().filter(|f| ["range", "unresolved"].contains(&f.id.as_str()));
            found.clone().find(here).and_then(|f| f.remedy.clone()).unwrap_or_default()
        };
        assert!(remedy("pkg:docker/debian").contains("digest"));
        assert!(remedy("pkg:github/actions/checkout").contains("full commit"));
        assert!(remedy("pkg:generic/go").contains("`toolchain`"));
        assert!(remedy("pkg:pypi/flask").contains("lockfile"));
        assert_ne!(remedy("pkg:pypi/flask"), remedy("pkg:pypi/django"), "each is a line of its own");
    }

    #[test]
    fn names_that_say_too_little_are_known_by_content() {
        let tree = Memory::new()
            .with("runtime.txt", "python-3.8.10\n")
            .with("recipe/meta.yaml", "requirements:\n  run:\n    - numpy\n")
            .with("deploy/Chart.yaml", "name: a\ndependencies:\n  - name: redis\n")
            .with("Project.toml", "name = \"A\"\n[deps]\nJSON = \"1\"\n")
            .with("out/app.spdx.yaml", "spdxVersion: \"SPDX-2.3\"\n")
            .with("out/sbom.tag", "SPDXVersion: SPDX-2.3\n")
            .with("notes/meta.yaml", "title: nothing of the kind\n");
        let seen = observe(&tree);
        let purls: Vec<String> = seen.components.iter().map(|c| c.purl.to_string()).collect();
        assert_eq!(purls, ["pkg:generic/python@3.8.10"]);
        let unread: Vec<&str> = seen.unread.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(
            unread,
            ["Project.toml", "deploy/Chart.yaml", "out/app.spdx.yaml", "out/sbom.tag", "recipe/meta.yaml"]
        );
    }
}
