//! The referee: for every real file of every format, a reader that shares no code with ours (a
//! Python script under `tests/referee/`) must yield the same set of name, version and scope.
//!
//! How to add a format: one [`Row`] in [`ROWS`] (the test fails while a reader has none) and one
//! script. The script gets the subject's root folder as its argument and the files' paths, relative
//! to it, one a line on standard input; it prints one line per component,
//! `path TAB name TAB version TAB scope`, where
//! - `name` is the name as the ecosystem writes it (`@scope/name`, `group:artifact`), which is
//!   `Purl::native_name`; a subpath follows after `#`;
//! - `version` is the exact version; for a range the requirement as written; empty if unresolved;
//! - `scope` is `runtime`, `development`, `optional` or `unknown`.
//!
//! Components of `Origin::Own` are left out on both sides, and a name at one version named twice
//! keeps the strongest scope on both sides. A script imports `referee.py` beside it
//! (`from referee import main`), which does the reading and printing. A file that a script refuses
//! must be one that our reader calls unreadable too: the script prints `path TAB !unreadable`.
//!
//! Differences need a line in [`DIFFERENCES`] with a reason of the closed list [`Why`]; a line that
//! explains nothing any more fails too.
//!
//! Where the corpus has no file of a format, the row says `Source::Cases` and the script judges the
//! files under `tests/cases/inventory/<folder>/`, whose expectations were worked out by hand or made by the
//! ecosystem's own tool, as the row's note says.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails by panicking and says what it skips"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

#[path = "support/tree.rs"]
mod tree;

use domain::{Component, Origin, Resolution, Scope};
use formats::{
    inventory::{Files, Reader},
    readers::{self, READERS},
};
use tree::Tree;

/// Where the files of a format come from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// `$FORMULARY_CORPUS/inputs`: each folder directly below it is a subject.
    Corpus,
    /// `tests/cases/inventory/<this folder>`: each folder directly below it is a subject. The note says who
    /// made the expectation.
    Cases(&'static str, &'static str),
}

struct Row {
    /// `Reader::name`.
    reader: &'static str,
    /// The script under `tests/referee/`.
    script: &'static str,
    source: Source,
}

const fn row(reader: &'static str, script: &'static str, source: Source) -> Row {
    Row { reader, script, source }
}

/// One line per format.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    row("Cargo.lock", "cargo_lock.py", Source::Corpus),
    row("Cargo.toml", "cargo_toml.py", Source::Corpus),
    row("package-lock.json", "package_lock.py", Source::Corpus),
    row("yarn.lock", "yarn_lock.py", Source::Corpus),
    row("pnpm-lock.yaml", "pnpm_lock.py", Source::Cases("pnpm-lock", "written by pnpm 7, 8 and 9 themselves")),
    row("package.json", "package_json.py", Source::Corpus),
    row("go.mod", "go_mod.py", Source::Corpus),
    row("go.sum", "go_sum.py", Source::Corpus),
    row("composer.lock", "composer_lock.py", Source::Corpus),
    row("composer.json", "composer_json.py", Source::Corpus),
    row("renv.lock", "renv_lock.py", Source::Cases("renv-lock", "worked out by hand")),
    row("GitHub Actions", "workflow.py", Source::Cases("workflows", "worked out by hand")),
    row("Dockerfile", "dockerfile.py", Source::Corpus),
    row("Dockerfile", "dockerfile.py", Source::Cases("docker", "worked out by hand")),
    row("compose.yaml", "compose.py", Source::Cases("compose", "worked out by hand")),
    row("language version pins", "language_pins.py", Source::Corpus),
    row("language version pins", "language_pins.py", Source::Cases("language-pins", "worked out by hand")),
    row("go.sum", "go_sum.py", Source::Cases("go", "worked out by hand")),
    row("go.mod", "go_mod.py", Source::Cases("go", "worked out by hand")),
    row("package-lock.json", "package_lock.py", Source::Cases("package-lock", "written by npm itself")),
    row("Cargo.lock", "cargo_lock.py", Source::Cases("cargo", "worked out by hand")),
    row("Cargo.toml", "cargo_toml.py", Source::Cases("cargo", "worked out by hand")),
    row("composer.lock", "composer_lock.py", Source::Cases("composer", "worked out by hand")),
    row("yarn.lock", "yarn_lock.py", Source::Cases("yarn-lock", "written by yarn 4 itself, or by hand")),
    row("DESCRIPTION", "description.py", Source::Cases("renv-lock", "worked out by hand")),
    row("CycloneDX JSON", "cyclonedx.py", Source::Corpus),
    row("SPDX JSON", "spdx.py", Source::Corpus),
    row("requirements.txt", "requirements_txt.py", Source::Corpus),
    row("requirements.txt", "requirements_txt.py", Source::Cases("requirements-txt", "judged by pip's own reader")),
    row("poetry.lock", "poetry_lock.py", Source::Corpus),
    row("poetry.lock", "poetry_lock.py", Source::Cases("poetry-lock", "worked out by hand")),
    row("uv.lock", "uv_lock.py", Source::Corpus),
    row("uv.lock", "uv_lock.py", Source::Cases("uv-lock", "worked out by hand")),
    row("Pipfile.lock", "pipfile_lock.py", Source::Cases("pipfile", "worked out by hand")),
    row("Pipfile", "pipfile.py", Source::Cases("pipfile", "worked out by hand")),
    row("pylock.toml", "pylock_toml.py", Source::Cases("pylock-toml", "worked out by hand")),
    row("pdm.lock", "pdm_lock.py", Source::Cases("pdm-lock", "worked out by hand")),
    row("pyproject.toml", "pyproject_toml.py", Source::Corpus),
    row("pyproject.toml", "pyproject_toml.py", Source::Cases("pyproject", "worked out by hand")),
    row("setup.cfg", "setup_cfg.py", Source::Corpus),
    row("setup.py", "setup_py.py", Source::Cases("setup-py", "worked out by hand")),
    row("Gemfile.lock", "gemfile_lock.py", Source::Corpus),
    row("Gemfile.lock", "gemfile_lock.py", Source::Cases("gemfile", "judged by Bundler's own parser")),
    row("Gemfile", "gemfile.py", Source::Cases("gemfile", "judged by Bundler itself")),
    row("*.gemspec", "gemspec.py", Source::Cases("gemfile", "judged by RubyGems itself")),
    row("packages.lock.json", "packages_lock_json.py", Source::Cases("nuget", "worked out by hand")),
    row("packages.config", "packages_config.py", Source::Cases("nuget", "worked out by hand")),
    row("*.csproj", "csproj.py", Source::Corpus),
    row("*.csproj", "csproj.py", Source::Cases("msbuild", "worked out by hand")),
    row("pom.xml", "pom_xml.py", Source::Corpus),
    row("pom.xml", "pom_xml.py", Source::Cases("maven", "worked out by hand")),
    row("gradle.lockfile", "gradle_lockfile.py", Source::Cases("gradle", "worked out by hand")),
    row("build.gradle", "build_gradle.py", Source::Cases("gradle", "worked out by hand")),
    row("libs.versions.toml", "version_catalogue.py", Source::Cases("gradle", "worked out by hand")),
];

/// Why ours and the referee's may differ; nothing else is an explanation.
#[derive(Clone, Copy, Debug)]
#[allow(dead_code, reason = "a reason that no file needs today is still the closed list")]
enum Why {
    /// The file itself is broken at that place, and our reader says so with a fault.
    BrokenEntry,
    /// The name or version is normalised by the purl specification.
    PurlNormalised,
    /// The referee does not evaluate what ours does (a property, a variable, an include).
    RefereeDoesNotResolve,
    /// The format leaves the scope open and the two follow different, stated rules.
    ScopeRule,
}

/// Known differences: reader, path that ends so, name, and why. Covers the name on either side.
const DIFFERENCES: &[(&str, &str, &str, Why)] = &[
    // `pkg:golang/./api`: a Go `replace` by folder, turned into a package URL that is none.
    ("SPDX JSON", "_sbom.spdx.json", "./api", Why::BrokenEntry),
];

type Key = (String, String, String);
type Found = BTreeMap<String, Option<BTreeSet<Key>>>;

#[test]
fn every_format_has_a_referee() {
    let rows: BTreeSet<&str> = ROWS.iter().map(|row| row.reader).collect();
    let missing: Vec<&str> = READERS.iter().map(|r| r.name()).filter(|name| !rows.contains(name)).collect();
    assert!(missing.is_empty(), "readers without a row in ROWS: {missing:?}");
    let known: BTreeSet<&str> = READERS.iter().map(|r| r.name()).collect();
    let stale: Vec<&&str> = rows.iter().filter(|row| !known.contains(*row)).collect();
    assert!(stale.is_empty(), "rows without a reader: {stale:?}");
}

#[test]
fn the_referee_agrees() {
    let corpus = std::env::var_os("FORMULARY_CORPUS").map(PathBuf::from);
    if Command::new("python3").arg("--version").stdout(Stdio::null()).status().is_err() {
        assert!(corpus.is_none(), "python3 is needed and is not there");
        println!("SKIPPED: the referee needs python3");
        return;
    }
    if corpus.is_none() {
        println!("SKIPPED: FORMULARY_CORPUS is not set; only the committed cases are refereed");
    }
    let inputs = corpus.map(|folder| Subjects::below(&folder.join("inputs")));
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for row in ROWS {
        let Some(reader) = READERS.iter().find(|reader| reader.name() == row.reader) else { continue };
        if let Some(tool) = lacking(row.script) {
            assert!(inputs.is_none(), "{} needs {tool}, which is not there", row.script);
            println!("SKIPPED: {} needs {tool}", row.script);
            continue;
        }
        let cases;
        let (subjects, real) = match row.source {
            Source::Corpus => match &inputs {
                Some(inputs) => (inputs, true),
                None => continue,
            },
            Source::Cases(folder, _) => {
                let refereed = ROWS.iter().any(|r| r.reader == row.reader && r.source == Source::Corpus);
                if let Some(inputs) = inputs.as_ref().filter(|_| !refereed) {
                    let real = inputs.files_of(*reader);
                    if !real.is_empty() {
                        wrong.push(format!(
                            "{}: the corpus has files of this format; referee those",
                            row.reader
                        ));
                    }
                }
                cases = Subjects::below(&here().join("cases/inventory").join(folder));
                (&cases, false)
            }
        };
        let files = subjects.files_of(*reader);
        if files.is_empty() {
            wrong.push(format!("{}: no file to referee", row.reader));
            continue;
        }
        let mut count = 0;
        for (subject, paths) in &files {
            let tree = &subjects.trees[*subject];
            let theirs = referee(row.script, &tree.root, paths);
            for path in paths {
                let ours = read(*reader, tree, path);
                let theirs = theirs.get(path).cloned().unwrap_or(Some(BTreeSet::new()));
                match (ours, theirs) {
                    (Ok(ours), Some(theirs)) => {
                        count += ours.len();
                        for key in ours.symmetric_difference(&theirs) {
                            let side = if ours.contains(key) { "only ours" } else { "only the referee's" };
                            let known = DIFFERENCES
                                .iter()
                                .position(|d| d.0 == row.reader && path.ends_with(d.1) && d.2 == key.0);
                            match known {
                                Some(index) => drop(used.insert(index)),
                                None => wrong.push(format!("{} {path}: {side}: {key:?}", row.reader)),
                            }
                        }
                    }
                    (Err(_), None) => {}
                    (Err(error), Some(_)) => wrong.push(format!("only ours refuses: {error}")),
                    (Ok(_), None) => wrong.push(format!("only the referee refuses: {path}")),
                }
            }
        }
        let total: usize = files.iter().map(|(_, paths)| paths.len()).sum();
        println!("{}: {total} {} files, {count} components", row.reader, if real { "real" } else { "made" });
    }
    if inputs.is_some() {
        for (index, difference) in DIFFERENCES.iter().enumerate() {
            if !used.contains(&index) {
                wrong.push(format!("explains nothing: {difference:?}"));
            }
        }
    }
    let total = wrong.len();
    wrong.truncate(60);
    assert!(wrong.is_empty(), "{total} unexplained:\n{}", wrong.join("\n"));
}

/// The tool that a script asks beside Python, where it is not installed.
fn lacking(script: &str) -> Option<&'static str> {
    let answers = |program: &str, arguments: &[&str]| {
        let run = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
        run.is_ok_and(|status| status.success())
    };
    let text = std::fs::read_to_string(here().join("referee").join(script)).unwrap_or_default();
    if matches!(script, "gemfile.py" | "gemspec.py") && !answers("ruby", &["-rbundler", "-e", "0"]) {
        return Some("ruby with Bundler");
    }
    if (text.contains("from pip.") || text.contains("python_names"))
        && !answers("python3", &["-c", "import pip"])
    {
        return Some("pip");
    }
    if text.contains("tomllib") && !answers("python3", &["-c", "import tomllib"]) {
        return Some("Python 3.11 or later");
    }
    None
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// What our reader says, as the referee's key.
fn read(reader: &dyn Reader, tree: &Tree, path: &str) -> Result<BTreeSet<Key>, String> {
    let bytes = tree.read(path).ok_or_else(|| format!("{path} cannot be opened"))?;
    let inventory = reader.read(path, &bytes, tree).map_err(|error| error.to_string())?;
    Ok(strongest(inventory.components.iter().filter(|c| c.origin != Origin::Own).map(key).collect()))
}

/// Each name and version once, with the strongest of its scopes.
fn strongest(keys: BTreeSet<Key>) -> BTreeSet<Key> {
    let mut best = BTreeMap::new();
    for (name, version, scope) in keys {
        let rank = ["runtime", "unknown", "optional", "development"].iter().position(|s| *s == scope);
        let kept = best.entry((name, version)).or_insert((rank, scope.clone()));
        if rank < kept.0 {
            *kept = (rank, scope);
        }
    }
    best.into_iter().map(|((name, version), (_, scope))| (name, version, scope)).collect()
}

fn key(component: &Component) -> Key {
    let mut name = component.purl.native_name();
    if let Some(subpath) = component.purl.subpath() {
        name = format!("{name}#{subpath}");
    }
    let version = match &component.resolution {
        Resolution::Exact => component.purl.version().unwrap_or_default().to_owned(),
        Resolution::Range { requirement } => requirement.clone(),
        Resolution::Unresolved => String::new(),
    };
    let scope = match component.scope {
        Scope::Runtime => "runtime",
        Scope::Optional => "optional",
        Scope::Development => "development",
        Scope::Unknown => "unknown",
    };
    (name, version, scope.to_owned())
}

/// What the script says: path to its set, or `None` where it refuses the file.
fn referee(script: &str, root: &Path, paths: &[String]) -> Found {
    let mut child = Command::new("python3")
        .arg(here().join("referee").join(script))
        .arg(root)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let list = paths.join("\n");
    let writer = std::thread::spawn(move || input.write_all(list.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{script} failed on {}", root.display());
    let mut found = Found::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        match parts[..] {
            [path, "!unreadable"] => drop(found.insert(path.to_owned(), None)),
            [path, name, version, scope] => {
                let set = found.entry(path.to_owned()).or_insert_with(|| Some(BTreeSet::new()));
                if let Some(set) = set {
                    set.insert((name.to_owned(), version.to_owned(), scope.to_owned()));
                }
            }
            _ => panic!("{script} printed a line that is no answer: {line:?}"),
        }
    }
    found.into_iter().map(|(path, set)| (path, set.map(strongest))).collect()
}

/// Folders, each the root of one subject.
struct Subjects {
    trees: Vec<Tree>,
}

impl Subjects {
    fn below(folder: &Path) -> Self {
        let list = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut roots: Vec<PathBuf> =
            list.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
        roots.sort();
        Self { trees: roots.into_iter().map(Tree::of).collect() }
    }

    /// The files that this reader, and none before it in the list, recognises: by subject.
    fn files_of(&self, reader: &dyn Reader) -> Vec<(usize, Vec<String>)> {
        let mut found = Vec::new();
        for (index, tree) in self.trees.iter().enumerate() {
            let paths: Vec<String> = tree
                .paths
                .iter()
                .filter(|path| {
                    let head = tree.head(path);
                    readers::of_file(path, &head).is_some_and(|(first, _)| first.name() == reader.name())
                })
                .cloned()
                .collect();
            if !paths.is_empty() {
                found.push((index, paths));
            }
        }
        found
    }
}
