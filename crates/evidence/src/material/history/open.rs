//! Finding and opening the folders of a repository.

use std::{
    collections::{BTreeSet, HashSet},
    fs,
    path::{Path, PathBuf},
};

use super::{
    History, Lookup,
    loose::Loose,
    pack::Pack,
    refs::{Refs, small_file},
};

/// More packs than this are not opened.
const MOST_PACKS: usize = 10_000;

/// More object folders than this are not followed from one to the next.
const MOST_ALTERNATES: usize = 64;

/// Why a history cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum CannotOpen {
    /// The folder is not the top of a repository.
    #[error("{0} is not the top folder of a git repository: name the folder that holds `.git`")]
    NotGit(String),
    /// The ids are of a form that is not known.
    #[error("the repository names its objects by `{0}`, which is not known here")]
    Form(String),
    /// More objects than can be numbered.
    #[error("the repository holds more objects than can be read (4,294,967,295)")]
    TooMany,
}

/// The folder of a working tree and the one that all working trees of the repository share.
pub(super) fn folders(top: &Path) -> Option<(PathBuf, PathBuf)> {
    let dot = top.join(".git");
    let git = if dot.is_dir() {
        dot
    } else if let Some(text) = small_file(&dot) {
        top.join(text.strip_prefix("gitdir:")?.trim())
    } else if top.join("HEAD").is_file() && top.join("objects").is_dir() {
        top.to_owned()
    } else {
        return None;
    };
    let git = git.canonicalize().ok()?;
    let common = match small_file(&git.join("commondir")) {
        Some(text) => git.join(text.trim()).canonicalize().ok()?,
        None => git.clone(),
    };
    common.join("objects").is_dir().then_some((git, common))
}

/// Two words of the configuration: the form of ids, and whether objects were left out on purpose.
/// No value of it is ever run, and no other file is included.
fn configuration(common: &Path) -> (Option<String>, bool) {
    let text = small_file(&common.join("config")).unwrap_or_default().to_ascii_lowercase();
    let value = |name: &str| {
        text.lines().find_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == name).then(|| value.trim().trim_matches('"').to_owned())
        })
    };
    let partial = value("partialclone").is_some() || value("promisor").is_some_and(|v| v == "true");
    (value("objectformat"), partial)
}

impl History {
    /// Opens the history of the repository whose top folder this is (a bare one too).
    ///
    /// # Errors
    /// See [`CannotOpen`]. What is there and cannot be read is in [`History::problems`].
    pub fn open(top: &Path) -> Result<Self, CannotOpen> {
        let not_git = || CannotOpen::NotGit(top.display().to_string());
        let (git, common) = folders(top).ok_or_else(not_git)?;
        let (form, mut partial) = configuration(&common);
        let width = match form.as_deref() {
            None | Some("sha1") => 20,
            Some("sha256") => 32,
            Some(other) => return Err(CannotOpen::Form(other.chars().take(40).collect())),
        };
        let refs = Refs::read(&git, &common, width);
        let mut problems = refs.problems.clone();
        let shallow: Vec<Vec<u8>> = small_or_large(&common.join("shallow"))
            .lines()
            .filter_map(|line| super::id::from_hex(line.trim().as_bytes()))
            .filter(|id| id.len() == width)
            .collect();
        let mut out = Self {
            width,
            refs,
            shallow,
            partial: false,
            problems: Vec::new(),
            packs: Vec::new(),
            loose: Vec::new(),
            loose_before: HashSet::new(),
            lookup: Lookup::default(),
            objects: 0,
            common: common.clone(),
        };
        let mut objects = 0u64;
        for folder in object_folders(&common.join("objects"), &mut problems) {
            for index in indexes(&folder.join("pack"), &mut problems, &mut partial) {
                match Pack::open(&index, width) {
                    Ok(mut pack) => {
                        pack.first_number = u32::try_from(objects).map_err(|_| CannotOpen::TooMany)?;
                        objects += pack.len() as u64;
                        out.packs.push(pack);
                    }
                    Err(error) => problems.push(error.to_string()),
                }
            }
            let loose = Loose::list(&folder, width);
            if loose.cut {
                problems.push("more loose objects than are read".to_owned());
            }
            out.loose.push(loose);
        }
        for loose in &mut out.loose {
            loose.first_number = u32::try_from(objects).map_err(|_| CannotOpen::TooMany)?;
            objects += loose.len() as u64;
        }
        out.objects = u32::try_from(objects)
            .ok()
            // The highest number is kept for "none".
            .filter(|n| *n < u32::MAX - 1)
            .ok_or(CannotOpen::TooMany)?;
        out.partial = partial;
        problems.sort();
        out.problems = problems;
        out.lookup = Lookup::of(&out);
        Ok(out)
    }
}

impl History {
    /// A digest of everything that a reading of the history depends on: references, packs, loose
    /// objects. Reads no object.
    ///
    /// # Errors
    /// See [`CannotOpen`].
    pub fn state(top: &Path) -> Result<domain::Digest, CannotOpen> {
        let (git, common) = folders(top).ok_or_else(|| CannotOpen::NotGit(top.display().to_string()))?;
        let (form, partial) = configuration(&common);
        let width = if form.as_deref() == Some("sha256") { 32 } else { 20 };
        let refs = Refs::read(&git, &common, width);
        let mut said = format!("{form:?}\0{partial}\0{:?}\0{:?}\0", refs.head, refs.problems).into_bytes();
        for reference in &refs.all {
            said.extend_from_slice(reference.name.as_bytes());
            said.push(u8::from(reference.local));
            said.extend_from_slice(&reference.id);
        }
        said.extend(small_or_large(&common.join("shallow")).into_bytes());
        let (mut problems, mut partial) = (Vec::new(), false);
        for folder in object_folders(&common.join("objects"), &mut problems) {
            for index in indexes(&folder.join("pack"), &mut problems, &mut partial) {
                // The end of an index is its pack's checksum and its own; its name says the same.
                let tail = tail(&index, 2 * width).unwrap_or_default();
                said.extend(tail);
                let pack = fs::metadata(index.with_extension("pack")).map_or(0, |meta| meta.len());
                said.extend(pack.to_be_bytes());
            }
            said.push(0);
            said.extend(Loose::list(&folder, width).ids);
        }
        said.extend(format!("{problems:?}{partial}").into_bytes());
        Ok(domain::Digest::of(&said))
    }
}

fn tail(path: &Path, length: usize) -> Option<Vec<u8>> {
    let file = fs::File::open(path).ok()?;
    let size = file.metadata().ok()?.len();
    let mut out = vec![0; length];
    let got = super::read_at::read_at(&file, &mut out, size.checked_sub(length as u64)?).ok()?;
    out.truncate(got);
    Some(out)
}

impl Lookup {
    fn of(history: &History) -> Self {
        let mut sorted: Vec<u32> = (0..history.objects).collect();
        if history.packs.len() + history.loose.iter().filter(|l| l.len() > 0).count() > 1 {
            // The same id in two places: the lower number stands first and is the one found.
            sorted.sort_unstable_by(|a, b| history.id(*a).cmp(history.id(*b)).then(a.cmp(b)));
            sorted.dedup_by(|later, first| history.id(*later) == history.id(*first));
        }
        let count = sorted.len();
        let bits = (usize::BITS - count.leading_zeros()).min(26);
        let mut out = Self { sorted, starts: vec![0; (1 << bits) + 2], bits };
        for at in 0..count {
            let bucket = out.bucket(history.id(out.sorted[at]));
            out.starts[bucket + 1] += 1;
        }
        for at in 1..out.starts.len() {
            out.starts[at] += out.starts[at - 1];
        }
        out
    }
}

fn small_or_large(path: &Path) -> String {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    if let Ok(file) = fs::File::open(path) {
        let _ = file.take(64 << 20).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The repository's own object folder, and those it borrows from, each once: circles end.
fn object_folders(own: &Path, problems: &mut Vec<String>) -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut waiting = vec![own.to_owned()];
    while let Some(folder) = waiting.pop() {
        let Ok(folder) = folder.canonicalize() else {
            problems.push("objects are borrowed from a folder that is not there".to_owned());
            continue;
        };
        if !seen.insert(folder.clone()) {
            continue;
        }
        if out.len() >= MOST_ALTERNATES {
            problems.push(format!("objects are borrowed from more than {MOST_ALTERNATES} folders"));
            break;
        }
        if let Some(text) = small_file(&folder.join("info/alternates")) {
            let mut next: Vec<PathBuf> = text
                .lines()
                .filter(|line| !line.is_empty() && !line.starts_with('#'))
                .map(|line| folder.join(line.trim_matches('"')))
                .collect();
            next.reverse();
            waiting.extend(next);
        }
        out.push(folder);
    }
    out
}

fn indexes(folder: &Path, problems: &mut Vec<String>, partial: &mut bool) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let Ok(files) = fs::read_dir(folder) else { return out };
    for file in files.flatten() {
        let path = file.path();
        match path.extension().and_then(|e| e.to_str()) {
            Some("idx") => out.push(path),
            Some("promisor") => *partial = true,
            Some("pack") if !path.with_extension("idx").exists() => {
                problems.push("a pack has no index: it is being written, or damaged".to_owned());
            }
            _ => {}
        }
    }
    out.sort();
    if out.len() > MOST_PACKS {
        problems.push(format!("more than {MOST_PACKS} packs: the rest were not read"));
        out.truncate(MOST_PACKS);
    }
    out
}
