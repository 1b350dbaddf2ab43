//! `formulary register site`: writes the static site of a register.
//!
//! A page is made, and a file written, only when what it is made from changed: the list that a run leaves
//! ([`MANIFEST`]) holds a digest of that for every file, and its length. Files of an earlier run that no
//! longer belong are removed by that list, and never any other file; a folder that holds something and no
//! such list is refused. A page altered by hand in its own length is not noticed: `--anew` makes every one.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Component, Path, PathBuf},
};

use domain::Digest;
use pages::site::{Site, view};
use register::log;
use tlog::{Policy, Receipt};

use crate::{
    args::register::Where,
    output::{Failure, answer},
    register_folder::{self, LOG_FOLDER, RegisterFolder, TRUST},
    subject,
    world::World,
};

/// The list of files that a run wrote, one path a line.
const MANIFEST: &str = ".formulary-site";
/// Its first line. Every other is a path and, after tabs, the digest of what the file was made from and the
/// file's length in bytes.
const MANIFEST_HEAD: &str = "formulary/site/v2";
/// The first line of a list that holds paths alone.
const PATHS_ALONE: &str = "formulary/site/v1";

pub(super) fn run(into: &Path, anew: bool, at: &Where, world: &World) -> Result<u8, Failure> {
    let root = register_folder::find(at.register.as_deref(), world)?;
    let folder = RegisterFolder::open_at(&root, at.log_key.clone(), world)?;
    let mut out = Output::open(into, anew)?;
    let public = folder.register.public(folder.now);
    // The pages are made from the public JSON: what is not in it cannot be on them.
    let json = serde_json::to_vec(&public)?;
    let register: view::Register = serde_json::from_slice(&json)?;
    let site = Site::new(&register);
    for (path, page) in site.overviews() {
        out.put(&path, page.as_bytes())?;
    }
    // What every page shows: this program's own words, and the body's.
    let shell = Digest::of(&serde_json::to_vec(&(subject::TOOL, &public.name, &public.contact))?);
    let made_from = |what: &[u8]| Digest::of(&[shell.as_bytes(), what].concat());
    for (one, shown) in public.reviews.iter().zip(&register.reviews) {
        let linked = one.subject.as_deref().and_then(|name| site.stem_of(name));
        let from = made_from(&serde_json::to_vec(&(one, linked))?);
        out.make(&site.review_path(shown), from, || Ok(site.review_page(shown).into_bytes()))?;
    }
    let (mut brief, mut search) = (Vec::new(), Vec::new());
    for (one, shown) in public.subjects.iter().zip(&register.subjects) {
        let Some(stem) = site.stem_of(&one.name) else { continue };
        let from = made_from(&serde_json::to_vec(one)?);
        out.make(&format!("{stem}.html"), from, || Ok(site.subject_page(shown).into_bytes()))?;
        out.make(&format!("{stem}.json"), from, || lines(one))?;
        let states: Vec<_> = one
            .lines
            .iter()
            .map(|l| serde_json::json!({ "question": l.question, "state": l.state, "since": l.since, "entry": l.follows_from }))
            .collect();
        let words = one.lines.iter().map(|l| format!("{}: {}", l.question, l.state.word().replace('-', " ")));
        search.push((&one.plain, words.collect::<Vec<_>>().join("; "), format!("{stem}.html")));
        brief.push(serde_json::json!({
            "name": one.name, "plain": one.plain, "kind": one.kind, "lines": states,
            "page": format!("{stem}.html"), "json": format!("{stem}.json"),
        }));
    }
    let mut index = serde_json::to_value(&public)?;
    if let Some(all) = index.as_object_mut() {
        all.insert("subjects".to_owned(), brief.into());
    }
    out.put("index.json", &lines(&index)?)?;
    out.put("search.json", &serde_json::to_vec(&search)?)?;
    let trust = subject::read(&root.join(TRUST))?;
    let policy = Policy::parse(&trust).map_err(|e| Failure::new(format!("{TRUST} cannot be used: {e}")))?;
    entries(&folder, (&trust, &policy), &site, &mut out)?;
    // Where the keeper writes the site, what is new is signed; elsewhere what was signed is kept.
    let key = folder.key().ok();
    super::statements::write(&folder, key.as_ref(), &format!("{}/", super::statements::FOLDER), &mut out)?;
    out.put(TRUST, &trust)?;
    copy(&root.join(LOG_FOLDER), LOG_FOLDER, &mut out)?;
    out.put(&format!("{LOG_FOLDER}/{}", log::CHECKPOINT), folder.checkpoint.to_string().as_bytes())?;
    let (written, same, removed) = out.finish()?;
    answer(&format!(
        "{}: {written} written, {same} unchanged, {removed} removed.\nOpen {} or put the folder on any web server.\n",
        pages::words::count(written + same, "file", "files"),
        into.join("index.html").display()
    ));
    Ok(0)
}

/// The cited entries exactly as logged, and receipts of those that decide. A receipt stays what it was:
/// the head it was made under was signed, and a later one proves nothing more.
fn entries(
    folder: &RegisterFolder,
    (trust, policy): (&[u8], &Policy),
    site: &Site<'_>,
    out: &mut Output,
) -> Result<(), Failure> {
    let cited = site.cited();
    let source = folder.source();
    let mut receipts = log::Receipts::new(&source, &folder.checkpoint);
    for entry in log::entries(&source, folder.checkpoint.checkpoint(), 0..folder.register.size) {
        let (index, bytes) = entry?;
        if !cited.leaves.contains(&index) {
            continue;
        }
        out.put(&format!("entries/{index}.json"), &bytes)?;
        if cited.receipts.contains(&index) {
            let path = format!("entries/{index}.tlog-proof");
            let from = Digest::of(&[&index.to_le_bytes(), trust, &bytes].concat());
            let old = out.old(&path).filter(|_| !out.holds(&path, from));
            out.make(&path, from, || match old.filter(|old| proves(old, &bytes, index, policy)) {
                Some(old) => Ok(old),
                None => Ok(receipts.receipt(index)?.to_string().into_bytes()),
            })?;
        }
    }
    Ok(())
}

/// Whether a receipt that lies there is one of this entry in this log.
fn proves(receipt: &[u8], leaf: &[u8], index: u64, policy: &Policy) -> bool {
    Receipt::parse(receipt).is_ok_and(|r| r.index() == index && r.verify(leaf, policy).is_ok())
}

/// Copies the log but for what is this machine's own, which begins with a dot.
fn copy(from: &Path, to: &str, out: &mut Output) -> Result<(), Failure> {
    let cannot = |e: std::io::Error| Failure::new(format!("cannot read {}: {e}", from.display()));
    let mut found: Vec<_> = fs::read_dir(from).map_err(cannot)?.collect::<Result<_, _>>().map_err(cannot)?;
    found.sort_by_key(fs::DirEntry::file_name);
    for one in found {
        let name = one.file_name();
        let Some(name) = name.to_str().filter(|n| !n.starts_with('.')) else { continue };
        let path = format!("{to}/{name}");
        let kind = one.file_type().map_err(cannot)?;
        if kind.is_dir() {
            copy(&one.path(), &path, out)?;
        } else if kind.is_file() && path != format!("{LOG_FOLDER}/{}", log::CHECKPOINT) {
            out.put(&path, &subject::read(&one.path())?)?;
        }
    }
    Ok(())
}

fn lines<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, Failure> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// What a file was made from, and its length in bytes; nothing where a list holds paths alone.
type Made = Option<(Digest, u64)>;

/// The folder that is written.
struct Output {
    root: PathBuf,
    /// Make every file, whatever lies there.
    anew: bool,
    before: BTreeMap<String, Made>,
    now: BTreeMap<String, Made>,
    written: usize,
    same: usize,
}

impl Output {
    /// A folder that is new, empty, or holds a site.
    fn open(root: &Path, anew: bool) -> Result<Self, Failure> {
        let mut before = BTreeMap::new();
        let manifest = root.join(MANIFEST);
        if manifest.exists() {
            let text = String::from_utf8(subject::read(&manifest)?)
                .map_err(|_| Failure::new(format!("{} is not text", manifest.display())))?;
            let mut lines = text.lines();
            if !matches!(lines.next(), Some(MANIFEST_HEAD | PATHS_ALONE)) {
                return Err(Failure::new(format!("{} is no list of a site's files", manifest.display()))
                    .next("Name a new folder."));
            }
            before.extend(lines.filter_map(listed));
        } else if root.exists() {
            let mut found = fs::read_dir(root)
                .map_err(|e| Failure::new(format!("cannot read {}: {e}", root.display())))?;
            if found.next().is_some() {
                return Err(Failure::new(format!(
                    "{} is not empty and holds no site: nothing was written",
                    root.display()
                ))
                .next("Name a new or empty folder, or one that this command wrote before."));
            }
        }
        let out = Self { root: root.to_owned(), anew, before, now: BTreeMap::new(), written: 0, same: 0 };
        // What this run writes is its own from the first file on, even if it does not end.
        fs::create_dir_all(root).map_err(|e| Failure::new(format!("cannot make {}: {e}", root.display())))?;
        if !manifest.exists() {
            out.list(&BTreeMap::new())?;
        }
        Ok(out)
    }

    /// What lies at a path from an earlier run.
    fn old(&self, path: &str) -> Option<Vec<u8>> {
        let full = self.root.join(path);
        fs::symlink_metadata(&full).ok().filter(fs::Metadata::is_file)?;
        fs::read(full).ok()
    }

    /// Whether what an earlier run made from the same lies there, in its length.
    fn holds(&self, path: &str, from: Digest) -> bool {
        let Some(Some((old, length))) = self.before.get(path) else { return false };
        *old == from
            && !self.anew
            && fs::symlink_metadata(self.root.join(path)).is_ok_and(|m| m.is_file() && m.len() == *length)
    }

    /// A file that is made from something, if that has changed.
    fn make(
        &mut self,
        path: &str,
        from: Digest,
        bytes: impl FnOnce() -> Result<Vec<u8>, Failure>,
    ) -> Result<(), Failure> {
        if self.holds(path, from) {
            self.same += 1;
            self.now.insert(path.to_owned(), self.before.get(path).copied().flatten());
            return Ok(());
        }
        self.write(path, from, &bytes()?)
    }

    /// A file that is made from nothing but its bytes.
    fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), Failure> {
        let from = Digest::of(bytes);
        self.make(path, from, || Ok(bytes.to_vec()))
    }

    fn write(&mut self, path: &str, from: Digest, bytes: &[u8]) -> Result<(), Failure> {
        self.now.insert(path.to_owned(), Some((from, bytes.len() as u64)));
        if self.old(path).is_some_and(|old| old == bytes) {
            self.same += 1;
            return Ok(());
        }
        let full = self.root.join(path);
        let cannot = |e: std::io::Error| Failure::new(format!("cannot write {}: {e}", full.display()));
        if let Some(folder) = full.parent() {
            fs::create_dir_all(folder).map_err(cannot)?;
        }
        // Beside it, then over it: a reader sees the old file or the new one, and a link is replaced
        // instead of followed.
        let mut beside = full.clone().into_os_string();
        beside.push(".new");
        fs::write(&beside, bytes).map_err(cannot)?;
        fs::rename(&beside, &full).map_err(cannot)?;
        self.written += 1;
        Ok(())
    }

    fn list(&self, files: &BTreeMap<String, Made>) -> Result<(), Failure> {
        let mut text = format!("{MANIFEST_HEAD}\n");
        for (path, made) in files {
            let _ = match made {
                Some((from, length)) => writeln!(text, "{path}\t{from}\t{length}"),
                None => writeln!(text, "{path}"),
            };
        }
        let path = self.root.join(MANIFEST);
        fs::write(&path, text).map_err(|e| Failure::new(format!("cannot write {}: {e}", path.display())))
    }

    /// Removes what is gone, and leaves the list.
    fn finish(self) -> Result<(usize, usize, usize), Failure> {
        let mut removed = 0;
        for path in self.before.keys().filter(|path| !self.now.contains_key(*path)) {
            let full = self.root.join(path);
            if fs::symlink_metadata(&full).is_ok_and(|m| m.is_file()) {
                fs::remove_file(&full)
                    .map_err(|e| Failure::new(format!("cannot remove {}: {e}", full.display())))?;
                removed += 1;
            }
        }
        self.list(&self.now)?;
        Ok((self.written, self.same, removed))
    }
}

impl super::statements::Into for Output {
    fn old(&self, path: &str) -> Option<Vec<u8>> {
        Self::old(self, path)
    }

    fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), Failure> {
        Self::put(self, path, bytes)
    }
}

/// A line of the list: a path that stays inside the folder, and what the file was made from.
fn listed(line: &str) -> Option<(String, Made)> {
    let mut parts = line.split('\t');
    let path = parts.next().filter(|path| inside(path))?;
    let from = parts.next().and_then(|from| from.parse().ok());
    let length = parts.next().and_then(|length| length.parse().ok());
    Some((path.to_owned(), from.zip(length)))
}

/// Whether a path of the list stays inside the folder.
fn inside(path: &str) -> bool {
    !path.is_empty() && Path::new(path).components().all(|c| matches!(c, Component::Normal(_)))
}
