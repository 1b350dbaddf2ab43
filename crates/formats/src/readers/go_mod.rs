//! `go.mod` and `go.sum`: the modules of a Go build.
//!
//! Since Go 1.17 go.mod lists every module that a build uses, at the version that is used, so it is
//! the lockfile. go.sum holds hashes for more than is used; it gives the hashes, and, for a go.mod
//! older than 1.17, the modules that go.mod leaves out. A go.sum without its go.mod is read as what
//! it is: an upper bound. Which modules only tests need is not told: the scope is unknown.

use std::collections::{BTreeMap, BTreeSet};

use domain::{ContentHash, Origin, Purl, Resolution, Scope};

use crate::{
    gather::{Gather, Version},
    inventory::{Files, Inventory, Reader, Role, Unreadable},
    text, tree_path,
};

/// Go's module file.
pub(super) struct GoMod;
/// Go's file of hashes.
pub(super) struct GoSum;

/// Module and version to the hash of the module's content, where go.sum has one.
type Sums<'a> = BTreeMap<(&'a str, &'a str), (u32, Option<&'a str>)>;

#[derive(Default)]
struct Mod<'a> {
    /// Module, version, line, indirect.
    required: Vec<(&'a str, &'a str, u32, bool)>,
    /// By module and version (`""`: every version): the new path, and the new version if it has one.
    replaced: BTreeMap<(&'a str, &'a str), (&'a str, Option<&'a str>)>,
    go: Option<(&'a str, u32)>,
    toolchain: Option<(&'a str, u32)>,
    module: bool,
}

impl Reader for GoMod {
    fn name(&self) -> &'static str {
        "go.mod"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        (tree_path::name(path) == "go.mod").then_some(Role::Lockfile)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let read = parse(path, text::utf8(path, bytes)?)?;
        let mut gather = Gather::new(path);
        gather.covers(path);
        let sum_path = tree_path::join(tree_path::folder(path), "go.sum");
        let sum_bytes = files.read(&sum_path);
        let sums = sum_bytes
            .as_deref()
            .and_then(|bytes| parse_sum(&sum_path, text::utf8(&sum_path, bytes).ok()?).ok());
        let sums = sums.unwrap_or_default();
        let mut listed = BTreeSet::new();
        for (module, version, line, indirect) in &read.required {
            listed.insert(*module);
            let replacement =
                read.replaced.get(&(*module, *version)).or_else(|| read.replaced.get(&(*module, "")));
            let (name, version, origin) = match replacement {
                // A folder inside the tree is the repository's own.
                Some((place, None)) if tree_path::resolve(tree_path::folder(path), place).is_some() => {
                    continue;
                }
                Some((_, None)) => (*module, *version, Origin::Path),
                Some((name, Some(version))) => (*name, *version, Origin::Unstated),
                None => (*module, *version, Origin::Unstated),
            };
            let place = gather.place(*line);
            let exact = Version::Exact(version);
            let Some(index) = gather.add(parts(name), exact, origin, Scope::Unknown, place) else { continue };
            gather.direct(index, !indirect);
            add_hash(&mut gather, index, &sums, name, version);
        }
        if read.go.is_none_or(|(version, _)| before_1_17(version)) {
            for ((module, version), (line, hash)) in &sums {
                if hash.is_none() || listed.contains(module) {
                    continue;
                }
                let place = domain::Place::line(sum_path.clone(), *line);
                let exact = Version::Exact(version);
                if let Some(index) = gather.add(parts(module), exact, Origin::Unstated, Scope::Unknown, place)
                {
                    gather.direct(index, false);
                    add_hash(&mut gather, index, &sums, module, version);
                }
            }
            if sum_bytes.is_none() && !read.required.is_empty() {
                let line = read.go.map_or(1, |(_, line)| line);
                let why = "before go 1.17 this file does not list indirect modules, and there is no go.sum; raise the \
                           `go` line and run `go mod tidy`";
                gather.fault("unresolved", line, why);
            }
        }
        let toolchain = read.toolchain.map(|(version, line)| (version.trim_start_matches("go"), line));
        if let Some((version, line)) = toolchain.filter(|(v, _)| *v != "default") {
            let version = version.split('-').next().unwrap_or(version);
            add_go(&mut gather, version, Resolution::Exact, line);
        } else if let Some((version, line)) = read.go {
            add_go(&mut gather, version, Resolution::Range { requirement: format!(">={version}") }, line);
        }
        Ok(gather.finish())
    }
}

impl Reader for GoSum {
    fn name(&self) -> &'static str {
        "go.sum"
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Option<Role> {
        (tree_path::name(path) == "go.sum").then_some(Role::Lockfile)
    }

    fn read(&self, path: &str, bytes: &[u8], files: &dyn Files) -> Result<Inventory, Unreadable> {
        let sums = parse_sum(path, text::utf8(path, bytes)?)?;
        let mut gather = Gather::new(path);
        // With its go.mod, that file says what is used and takes the hashes from here.
        if files.read(&tree_path::join(tree_path::folder(path), "go.mod")).is_some() {
            return Ok(gather.finish());
        }
        for ((module, version), (line, hash)) in &sums {
            if hash.is_none() {
                continue;
            }
            let place = gather.place(*line);
            let exact = Version::Exact(version);
            if let Some(index) = gather.add(parts(module), exact, Origin::Unstated, Scope::Unknown, place) {
                add_hash(&mut gather, index, &sums, module, version);
            }
        }
        Ok(gather.finish())
    }
}

/// The Go that builds it: named by the `toolchain` line; the `go` line alone says which is the oldest
/// that may.
fn add_go(gather: &mut Gather, version: &str, resolution: Resolution, line: u32) {
    let place = gather.place(line);
    let Ok(purl) = Purl::new("generic", None, "go", Some(version)) else {
        gather.fault("bad-purl", line, "the version of Go makes no valid package URL; it was left out");
        return;
    };
    if let Some(index) = gather.add_purl(purl, resolution, Origin::Unstated, Scope::Runtime, place) {
        gather.direct(index, true);
    }
}

fn parts(module: &str) -> (&'static str, Option<&str>, &str) {
    match module.rsplit_once('/') {
        Some((namespace, name)) => ("golang", Some(namespace), name),
        None => ("golang", None, module),
    }
}

fn add_hash(gather: &mut Gather, index: u32, sums: &Sums<'_>, module: &str, version: &str) {
    let Some((_, Some(value))) = sums.get(&(module, version)) else { return };
    let hash = ContentHash { algorithm: "h1".to_owned(), value: (*value).to_owned() };
    let hashes = &mut gather.component(index).hashes;
    if !hashes.contains(&hash) && hashes.len() < 8 {
        hashes.push(hash);
    }
}

fn before_1_17(go: &str) -> bool {
    let mut numbers = go.split(['.', 'r', 'b']).map(|part| part.parse::<u32>().unwrap_or(0));
    (numbers.next(), numbers.next()) < (Some(1), Some(17))
}

fn parse<'a>(path: &str, text: &'a str) -> Result<Mod<'a>, Unreadable> {
    let mut read = Mod::default();
    let mut block: Option<&str> = None;
    for (number, raw) in (1u32..).zip(text.lines()) {
        let bad = |why: &str| Unreadable { path: path.to_owned(), line: Some(number), why: why.to_owned() };
        let (line, comment) = raw.split_once("//").unwrap_or((raw, ""));
        let mut words: Vec<&str> =
            line.split_ascii_whitespace().map(|w| w.trim_matches(['"', '`'])).collect();
        if words.is_empty() {
            continue;
        }
        let verb = match block {
            Some(_) if words == [")"] => {
                block = None;
                continue;
            }
            Some(verb) => verb,
            None => {
                let verb = words.remove(0);
                if words.first() == Some(&"(") {
                    block = Some(verb);
                    continue;
                }
                verb
            }
        };
        match (verb, words.as_slice()) {
            ("module", [_]) => read.module = true,
            ("go", [version]) => read.go = Some((version, number)),
            ("toolchain", [version]) => read.toolchain = Some((version, number)),
            ("require", [module, version]) => {
                let indirect = comment.trim() == "indirect" || comment.trim().starts_with("indirect;");
                read.required.push((module, version, number, indirect));
            }
            ("replace", [from, "=>", to @ ..]) => {
                let _ = read.replaced.insert((from, ""), replacement(to, &bad)?);
            }
            ("replace", [from, version, "=>", to @ ..]) => {
                read.replaced.insert((from, version), replacement(to, &bad)?);
            }
            ("module" | "go" | "toolchain" | "require" | "replace", _) => {
                return Err(bad("the line is not of the form that go.mod asks for"));
            }
            // exclude, retract, tool, ignore, godebug and what is to come name no module that is used.
            (verb, _) if verb.bytes().all(|b| b.is_ascii_lowercase()) => {}
            _ => return Err(bad("the line does not begin with a word that go.mod knows")),
        }
    }
    let whole = |why: &str| Unreadable { path: path.to_owned(), line: None, why: why.to_owned() };
    if block.is_some() {
        return Err(whole("a block does not end; the file may be cut short"));
    }
    if !read.module {
        return Err(whole("a go.mod names its module; this does not"));
    }
    Ok(read)
}

fn replacement<'a>(
    to: &[&'a str],
    bad: &dyn Fn(&str) -> Unreadable,
) -> Result<(&'a str, Option<&'a str>), Unreadable> {
    match to {
        [place] => Ok((place, None)),
        [name, version] => Ok((name, Some(version))),
        _ => Err(bad("a replacement is a folder, or a module and a version")),
    }
}

fn parse_sum<'a>(path: &str, text: &'a str) -> Result<Sums<'a>, Unreadable> {
    let mut sums = Sums::new();
    for (number, line) in (1u32..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let [module, version, hash] = words.as_slice() else {
            let why = "a go.sum line is a module, a version and a hash".to_owned();
            return Err(Unreadable { path: path.to_owned(), line: Some(number), why });
        };
        // A line for `/go.mod` alone means that the module's content was not needed.
        let (version, content) = match version.strip_suffix("/go.mod") {
            Some(version) => (version, None),
            None => (*version, hash.strip_prefix("h1:").filter(|h| h.len() == 44)),
        };
        let entry = sums.entry((module, version)).or_insert((number, None));
        if let Some(hash) = content {
            *entry = (number, Some(hash));
        }
    }
    Ok(sums)
}
