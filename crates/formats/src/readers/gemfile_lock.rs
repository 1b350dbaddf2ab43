//! `Gemfile.lock` of Bundler (also `gems.locked`, and `x.gemfile.lock`).
//!
//! The lockfile knows sources, versions, edges, what is direct and, since Bundler 2.5, checksums. It
//! does not know groups: those stand in the `Gemfile` beside it, which is a program and is read line
//! by line as far as that goes. What is asked for by a line that could not be read has unknown
//! scope; without a `Gemfile` everything has. Platform builds of one version are one component.

use std::collections::{HashMap, HashSet};

use domain::{Origin, Scope};

use super::gemfile::{self, Asked};
use crate::{
    address,
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    text, tree_path,
};

/// Most builds of one name that an edge leads to.
const MOST_VARIANTS: usize = 64;

/// Reads `Gemfile.lock`.
pub(crate) struct GemfileLock;

impl Reader for GemfileLock {
    fn name(&self) -> &'static str {
        "Gemfile.lock"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        let name = tree_path::name(path);
        let fits = matches!(name, "Gemfile.lock" | "gems.locked") || name.ends_with(".gemfile.lock");
        fits.then_some(Role::Lockfile)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let text = text::utf8(path, bytes)?;
        let folder = tree_path::folder(path);
        let mut reading = Reading::new(path, files);
        reading.lines(path, text)?;
        let manifest = if tree_path::name(path) == "gems.locked" {
            Some(tree_path::join(folder, "gems.rb"))
        } else {
            path.strip_suffix(".lock").map(str::to_owned)
        };
        let beside = manifest.as_deref().and_then(|m| Some((m, files.read(m)?)));
        let groups = match &beside {
            Some((manifest, bytes)) => reading.groups(manifest, bytes),
            None => Groups::default(),
        };
        if let Some((manifest, _)) = beside {
            reading.gather.covers(manifest);
        }
        Ok(reading.settle(&groups))
    }
}

/// What a part of a lockfile says that stands alone.
pub(crate) struct Alone {
    /// Its components.
    pub(crate) inventory: Inventory,
    /// Their names.
    pub(crate) names: Vec<String>,
    /// What they ask for.
    pub(crate) asked: Vec<String>,
    /// What the subject asks for.
    pub(crate) direct: Vec<String>,
    /// The version of the language.
    pub(crate) ruby: Option<String>,
}

/// Reads a part of a lockfile; none where it is odd.
pub(crate) fn alone(path: &str, text: &str) -> Option<Alone> {
    let mut reading = Reading::new(path, &Nothing);
    reading.lines(path, text).ok()?;
    let inventory = reading.gather.finish();
    (inventory.faults.iter().all(|fault| fault.id == "git-dependency") && reading.own.is_empty()).then(|| {
        Alone {
            inventory,
            names: reading.by_name.into_keys().collect(),
            asked: reading.asked.into_iter().map(|(_, name)| name).collect(),
            direct: reading.direct.into_keys().collect(),
            ruby: reading.ruby.map(|(version, _)| version),
        }
    })
}

/// No other files.
struct Nothing;

impl Files for Nothing {
    fn read(&self, _path: &str) -> Option<std::borrow::Cow<'_, [u8]>> {
        None
    }
    fn paths(&self) -> &[String] {
        &[]
    }
}

/// The scope of each gem that the `Gemfile` and the gemspecs ask for.
#[derive(Default)]
struct Groups {
    scopes: HashMap<String, Scope>,
    known: bool,
}

/// Who asks: a component, or one of the subject's own gems.
#[derive(Clone, Copy)]
enum Asker {
    Component(u32),
    Own,
}

struct Reading<'a> {
    folder: &'a str,
    files: &'a dyn Files,
    gather: Gather,
    by_name: HashMap<String, Vec<u32>>,
    asked: Vec<(Asker, String)>,
    /// Gemspecs of the subject's own gems.
    own: Vec<String>,
    /// Names under `DEPENDENCIES`.
    direct: HashMap<String, u32>,
    /// What stands under `RUBY VERSION`, with its line.
    ruby: Option<(String, u32)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Section {
    Gem,
    Git,
    Path,
    Dependencies,
    Checksums,
    Ruby,
    Other,
}

/// What a source section says of itself before its specs.
#[derive(Default)]
struct Heading<'t> {
    remotes: Vec<&'t str>,
    revision: Option<&'t str>,
}

impl<'a> Reading<'a> {
    fn new(path: &'a str, files: &'a dyn Files) -> Self {
        Self {
            folder: tree_path::folder(path),
            files,
            gather: Gather::new(path),
            by_name: HashMap::new(),
            asked: Vec::new(),
            own: Vec::new(),
            direct: HashMap::new(),
            ruby: None,
        }
    }
}

impl Reading<'_> {
    fn lines(&mut self, path: &str, text: &str) -> Result<(), Unreadable> {
        let mut section = Section::Other;
        let mut seen = false;
        let mut heading = Heading::default();
        let mut asker = None;
        for (number, line) in (1u32..).zip(text.lines()) {
            let line = line.trim_end();
            if line.starts_with("<<<<<<<") || line.starts_with(">>>>>>>") || line.starts_with("=======") {
                return Err(text::unreadable(
                    path,
                    Some(number),
                    "holds a merge conflict; resolve it and lock again",
                ));
            }
            let body = line.trim_start();
            let indent = line.len() - body.len();
            if body.is_empty() {
                continue;
            }
            if indent == 0 {
                section = match body {
                    "GEM" => Section::Gem,
                    "GIT" => Section::Git,
                    "PATH" => Section::Path,
                    "DEPENDENCIES" => Section::Dependencies,
                    "CHECKSUMS" => Section::Checksums,
                    "RUBY VERSION" => Section::Ruby,
                    _ if body.bytes().all(|b| b.is_ascii_uppercase() || b == b' ') => Section::Other,
                    _ => return Err(text::unreadable(path, Some(number), "not a section of a Gemfile.lock")),
                };
                seen |= !matches!(section, Section::Other | Section::Ruby);
                heading = Heading::default();
                asker = None;
                continue;
            }
            match (section, indent) {
                (Section::Gem | Section::Git | Section::Path, 2) => match body.split_once(':') {
                    Some(("remote", value)) => heading.remotes.push(value.trim()),
                    Some(("revision", value)) => heading.revision = Some(value.trim()),
                    _ => {}
                },
                (Section::Gem | Section::Git | Section::Path, 4) => {
                    asker = self.spec(section, &heading, body, number);
                }
                (Section::Gem | Section::Git | Section::Path, 6) => {
                    if let Some(asker) = asker {
                        self.asked.push((asker, name_and_version(body).0.to_owned()));
                    }
                }
                (Section::Dependencies, 2) => {
                    self.direct.insert(name_and_version(body).0.to_owned(), number);
                }
                (Section::Checksums, 2) => self.checksum(body),
                (Section::Ruby, _) => self.ruby = ruby(body).map(|version| (version, number)),
                (Section::Other, _) => {}
                _ => self.gather.fault(
                    "unread",
                    number,
                    "an indentation that Bundler does not write; the line was left out",
                ),
            }
        }
        if seen { Ok(()) } else { Err(text::unreadable(path, Some(1), "has no section of a Gemfile.lock")) }
    }

    fn spec(&mut self, section: Section, heading: &Heading<'_>, body: &str, line: u32) -> Option<Asker> {
        let (name, version) = name_and_version(body);
        let unnamed = || "an unnamed host".to_owned();
        let origin = match section {
            Section::Path => {
                let remote = heading.remotes.first().copied().unwrap_or(".");
                if let Some(at) = tree_path::resolve(self.folder, remote).filter(|at| self.in_tree(at)) {
                    self.own.push(tree_path::join(&at, &format!("{name}.gemspec")));
                    return Some(Asker::Own);
                }
                Origin::Path
            }
            Section::Git => Origin::Git {
                host: heading.remotes.first().and_then(|r| address::host(r)).unwrap_or_else(unnamed),
                commit: heading.revision.filter(|r| address::is_commit(r)).map(str::to_ascii_lowercase),
            },
            _ => match heading.remotes[..] {
                // Which of several sources answered is not written down.
                [only] => address::host(only).map_or(Origin::Unstated, |host| Origin::Registry { host }),
                _ => Origin::Unstated,
            },
        };
        // `1.2.3-x86_64-linux`: a version of RubyGems holds no dash, the rest is the platform.
        let number = version.map(|v| v.split('-').next().unwrap_or(v));
        let version = number.filter(|v| !v.is_empty()).map_or(Version::Missing, Version::Exact);
        let place = self.gather.place(line);
        let index = self.gather.add(("gem", None, name), version, origin, Scope::Unknown, place)?;
        let known = self.by_name.entry(name.to_owned()).or_default();
        if known.last() != Some(&index) && known.len() < MOST_VARIANTS {
            known.push(index);
        }
        Some(Asker::Component(index))
    }

    /// Whether anything of the tree lies in this folder.
    fn in_tree(&self, folder: &str) -> bool {
        if folder.is_empty() {
            return true;
        }
        let within = format!("{folder}/");
        let at = self.files.paths().partition_point(|p| p.as_str() < within.as_str());
        self.files.paths().get(at).is_some_and(|p| p.starts_with(&within))
    }

    fn checksum(&mut self, body: &str) {
        let (name, version) = name_and_version(body);
        let number = version.map(|v| v.split('-').next().unwrap_or(v));
        let hashes = body.rsplit_once(')').map_or("", |(_, after)| after);
        for index in self.by_name.get(name).cloned().unwrap_or_default() {
            if self.gather.component(index).purl.version() == number {
                for hash in hashes.split([' ', ',']).filter(|h| !h.is_empty()) {
                    self.gather.hash_text(index, hash);
                }
            }
        }
    }

    fn groups(&mut self, manifest: &str, bytes: &[u8]) -> Groups {
        let Ok(text) = text::utf8(manifest, bytes) else { return Groups::default() };
        let mut groups = Groups { scopes: HashMap::new(), known: true };
        let mut take = |asked: &[Asked]| {
            for gem in asked {
                let scope = groups.scopes.entry(gem.name.clone()).or_insert(gem.scope);
                *scope = crate::reach::stronger(*scope, gem.scope);
            }
        };
        take(&gemfile::gemfile(text).asked);
        for gemspec in self.own.clone() {
            if let Some(bytes) = self.files.read(&gemspec) {
                if let Ok(text) = text::utf8(&gemspec, &bytes) {
                    take(&gemfile::gemspec(text).asked);
                }
                self.gather.covers(gemspec);
            }
        }
        groups
    }

    fn settle(mut self, groups: &Groups) -> Inventory {
        let mut roots = Vec::new();
        let mut direct: HashSet<u32> = HashSet::new();
        let asked = std::mem::take(&mut self.asked);
        for (asker, name) in &asked {
            for index in self.by_name.get(name).into_iter().flatten().take(MOST_VARIANTS) {
                match asker {
                    Asker::Component(asker) => self.gather.edge(*asker, *index),
                    Asker::Own => {
                        direct.insert(*index);
                        roots.push((*index, if groups.known { Scope::Runtime } else { Scope::Unknown }));
                    }
                }
            }
        }
        for name in self.direct.keys() {
            for index in self.by_name.get(name).into_iter().flatten() {
                direct.insert(*index);
                roots.push((*index, groups.scopes.get(name).copied().unwrap_or(Scope::Unknown)));
            }
        }
        self.gather.spread_scopes(&roots, Scope::Unknown);
        for index in 0..u32::try_from(self.gather.count()).unwrap_or(u32::MAX) {
            self.gather.direct(index, direct.contains(&index));
        }
        if let Some((version, line)) = &self.ruby {
            let (named, place) = (("generic", None, "ruby"), self.gather.place(*line));
            let exact = Version::Exact(version);
            if let Some(index) = self.gather.add(named, exact, Origin::Unstated, Scope::Runtime, place) {
                self.gather.direct(index, true);
            }
        }
        self.gather.finish()
    }
}

/// `ruby 3.3.1p55`, of which the patch level names no release of its own; another engine's line names
/// the language alone: `ruby 3.1.4p0 (jruby 9.4.8.0)`.
fn ruby(body: &str) -> Option<String> {
    let version = body.strip_prefix("ruby ")?.split_ascii_whitespace().next()?;
    let end = version.find('p').filter(|at| !version[..*at].ends_with('.')).unwrap_or(version.len());
    let version = version.get(..end)?;
    version.starts_with(|c: char| c.is_ascii_digit()).then(|| version.to_owned())
}

/// `name (version)`, `name!` or `name`.
fn name_and_version(body: &str) -> (&str, Option<&str>) {
    match body.split_once(" (") {
        Some((name, rest)) => (name.trim_end_matches('!'), rest.split(')').next()),
        None => (body.split(' ').next().unwrap_or(body).trim_end_matches('!'), None),
    }
}
