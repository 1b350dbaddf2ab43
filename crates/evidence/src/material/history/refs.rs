//! Where the references of a repository point: loose files, the packed list, HEAD and stashes.
//!
//! Read here rather than through a library, because a hostile repository may have a hundred
//! thousand of them, names that are not UTF-8, links in circles, or a configuration that should
//! never be looked at. What is clone-local (stashes, bisecting) is told apart by name.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
};

use super::id::from_hex;

/// More references than this are not read.
pub const MOST: usize = 1_000_000;

/// A reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// Its name as people say it: `main` for `refs/heads/main` and for `refs/remotes/origin/main`.
    pub name: String,
    /// What it points to.
    pub id: Vec<u8>,
    /// Whether it exists in this clone alone, by its nature.
    pub local: bool,
}

/// All references.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refs {
    /// Sorted, each once.
    pub all: Vec<Reference>,
    /// The commit checked out.
    pub head: Option<Vec<u8>>,
    /// The branch checked out.
    pub branch: Option<String>,
    /// What could not be read.
    pub problems: Vec<String>,
}

impl Refs {
    /// Reads the references of a repository: `git` is the working tree's own folder, `common` that
    /// of all its working trees.
    pub fn read(git: &Path, common: &Path, width: usize) -> Self {
        let mut out = Self::default();
        if common.join("reftable").exists() {
            out.problems.push("references are kept in the reftable form, which is not read".to_owned());
        }
        let mut found = Vec::new();
        packed(&common.join("packed-refs"), width, &mut found, &mut out.problems);
        let packed_end = found.len();
        walk(&common.join("refs"), "refs", 0, width, &mut found, &mut out.problems);
        if git != common {
            walk(&git.join("refs"), "refs", 0, width, &mut found, &mut out.problems);
        }
        // A loose file stands before the packed line of the same name.
        let loose: std::collections::BTreeSet<String> =
            found[packed_end..].iter().map(|(name, _)| name.clone()).collect();
        let mut at = 0;
        found.retain(|(name, _)| {
            at += 1;
            at > packed_end || !loose.contains(name)
        });
        let head = small_file(&git.join("HEAD")).unwrap_or_default();
        if let Some(target) = head.strip_prefix("ref: ") {
            let target = target.trim();
            out.branch = target.strip_prefix("refs/heads/").map(str::to_owned);
            out.head = found.iter().find(|(name, _)| name == target).map(|(_, id)| id.clone());
        } else {
            out.head = id_of(head.as_bytes(), width);
        }
        for (name, id) in found {
            let local = is_local(&name);
            out.all.push(Reference { name: said(&name), id, local });
        }
        if let Some(id) = &out.head {
            out.all.push(Reference { name: "HEAD".to_owned(), id: id.clone(), local: false });
        }
        for id in stashes(&common.join("logs/refs/stash"), width) {
            out.all.push(Reference { name: "stash".to_owned(), id, local: true });
        }
        out.all.sort();
        out.all.dedup();
        out
    }
}

/// References that are made by working in a clone and never leave it.
fn is_local(name: &str) -> bool {
    ["refs/stash", "refs/bisect/", "refs/original/", "refs/rewritten/", "refs/worktree/", "refs/prefetch/"]
        .iter()
        .any(|start| name.starts_with(start))
}

fn said(name: &str) -> String {
    if let Some(branch) = name.strip_prefix("refs/heads/") {
        return branch.to_owned();
    }
    if let Some((_, branch)) = name.strip_prefix("refs/remotes/").and_then(|rest| rest.split_once('/')) {
        return branch.to_owned();
    }
    name.strip_prefix("refs/").unwrap_or(name).to_owned()
}

fn id_of(text: &[u8], width: usize) -> Option<Vec<u8>> {
    let hex = text.get(..2 * width)?;
    let ends = text.get(2 * width).is_none_or(|b| b.is_ascii_whitespace());
    if ends { from_hex(hex) } else { None }
}

fn packed(path: &Path, width: usize, found: &mut Vec<(String, Vec<u8>)>, problems: &mut Vec<String>) {
    let Ok(file) = fs::File::open(path) else { return };
    // A line of more than a few kilobytes is no reference.
    let mut reader = BufReader::new(file.take(1 << 30));
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut reader).take(8192).read_until(b'\n', &mut line) {
            Ok(0) => return,
            Ok(_) => {}
            Err(_) => {
                problems.push("the list of packed references could not be read to its end".to_owned());
                return;
            }
        }
        if matches!(line.first(), Some(b'#' | b'^')) {
            continue;
        }
        if let (Some(id), Some(name)) = (id_of(&line, width), line.get(2 * width + 1..)) {
            if found.len() >= MOST {
                problems.push(format!("more than {MOST} references: the rest were not read"));
                return;
            }
            found.push((String::from_utf8_lossy(name.trim_ascii_end()).into_owned(), id));
        }
    }
}

fn walk(
    folder: &Path,
    at: &str,
    depth: usize,
    width: usize,
    found: &mut Vec<(String, Vec<u8>)>,
    problems: &mut Vec<String>,
) {
    if depth > 64 {
        problems.push("references lie more than 64 folders deep".to_owned());
        return;
    }
    let Ok(files) = fs::read_dir(folder) else { return };
    for file in files.flatten() {
        let name = format!("{at}/{}", file.file_name().to_string_lossy());
        let Ok(kind) = file.file_type() else { continue };
        if kind.is_dir() {
            walk(&file.path(), &name, depth + 1, width, found, problems);
        } else if kind.is_file() && found.len() < MOST {
            if let Some(id) = small_file(&file.path()).and_then(|text| id_of(text.as_bytes(), width)) {
                found.push((name, id));
            }
        } else if found.len() >= MOST {
            problems.push(format!("more than {MOST} references: the rest were not read"));
            return;
        }
    }
}

/// Every stash, from the log that keeps them: the reference itself names the newest alone.
fn stashes(log: &Path, width: usize) -> Vec<Vec<u8>> {
    let Ok(file) = fs::File::open(log) else { return Vec::new() };
    let mut text = Vec::new();
    let _ = file.take(16 << 20).read_to_end(&mut text);
    text.split(|b| *b == b'\n').filter_map(|line| id_of(line.get(2 * width + 1..)?, width)).collect()
}

/// A file of a few kilobytes, as text.
pub(super) fn small_file(path: &Path) -> Option<String> {
    let meta = fs::symlink_metadata(path).ok()?;
    // HEAD was once a link to its branch: what it leads to is read as a plain file elsewhere.
    if !meta.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(64 << 10).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
