//! Which repositories a command line names: those below a folder, and the lines of a list.
//!
//! Links are not followed, hidden folders and what lies inside a repository are not searched. What
//! holds no repository is told.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use assess::system::Stating;
use domain::{Place, Unread};
use evidence::material::revision::is_bare;

use super::list;
use crate::output::Failure;

/// Repositories are looked for so many folders deep: host, group, sub-group, repository, and two more.
const DEEPEST: usize = 6;

/// More folders than this are not searched.
const MOST_FOLDERS: usize = 200_000;

/// A subject as it was named.
pub(super) struct Named {
    /// How its row is named.
    pub(super) name: String,
    /// Where it lies.
    pub(super) path: PathBuf,
    /// What its line of a list states.
    pub(super) stated: Stating,
    /// Why it cannot be read, where that is known already.
    pub(super) fault: Option<String>,
}

/// All that was named.
#[derive(Default)]
pub(super) struct Found {
    pub(super) subjects: Vec<Named>,
    pub(super) passed_over: Vec<Unread>,
}

/// Finds them, each once, by name.
pub(super) fn all(named: &[PathBuf]) -> Result<Found, Failure> {
    let mut found = Found::default();
    for path in named {
        let meta = fs::metadata(path).map_err(|error| {
            Failure::new(format!("cannot read {}: {error}", path.display()))
                .next("Name a folder with repositories below it, or a file that lists them.")
        })?;
        if !meta.is_dir() {
            found.subjects.extend(list::read(path)?);
        } else if is_repository(path) {
            let whole = path.canonicalize().unwrap_or_else(|_| path.clone());
            let name =
                whole.file_name().map_or_else(|| shown(path), |name| name.to_string_lossy().into_owned());
            found.subjects.push(Named { name, path: path.clone(), stated: Stating::default(), fault: None });
        } else {
            below(path, &mut found)?;
        }
    }
    distinct(&mut found);
    Ok(found)
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Whether a folder is a repository: with a working tree, or bare.
fn is_repository(path: &Path) -> bool {
    path.join(".git").symlink_metadata().is_ok() || is_bare(path)
}

fn below(root: &Path, found: &mut Found) -> Result<(), Failure> {
    let top =
        folders(root).map_err(|error| Failure::new(format!("cannot read {}: {error}", root.display())))?;
    let mut searched = 0;
    for (name, path, link) in top {
        let before = found.subjects.len();
        if link {
            pass(found, &path, "a link: it is not followed");
            continue;
        }
        search(&name, &path, 1, &mut searched, found);
        if found.subjects.len() == before && searched <= MOST_FOLDERS {
            pass(found, &path, "it holds no repository; a line of a list has it judged as a plain folder");
        }
    }
    if searched > MOST_FOLDERS {
        pass(found, root, "more folders than are searched: name those that hold the repositories");
    }
    Ok(())
}

fn pass(found: &mut Found, path: &Path, why: &str) {
    found.passed_over.push(Unread { place: Place::file(shown(path)), why: why.to_owned() });
}

fn search(name: &str, path: &Path, depth: usize, searched: &mut usize, found: &mut Found) {
    *searched += 1;
    if *searched > MOST_FOLDERS {
        return;
    }
    if is_repository(path) {
        found.subjects.push(Named {
            name: name.to_owned(),
            path: path.to_owned(),
            stated: Stating::default(),
            fault: None,
        });
        return;
    }
    let inside = match folders(path) {
        Ok(inside) => inside,
        Err(error) => return pass(found, path, &format!("cannot be read: {error}")),
    };
    if depth >= DEEPEST {
        if !inside.is_empty() {
            pass(found, path, "deeper than is searched");
        }
        return;
    }
    for (child, path, link) in inside {
        if !link {
            search(&format!("{name}/{child}"), &path, depth + 1, searched, found);
        }
    }
}

/// The folders in a folder by name, and whether each is a link to one; hidden ones left out.
fn folders(path: &Path) -> std::io::Result<Vec<(String, PathBuf, bool)>> {
    let mut out = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type()?;
        let link = kind.is_symlink() && entry.path().is_dir();
        if (kind.is_dir() || link) && !name.starts_with('.') {
            out.push((name, entry.path(), link));
        }
    }
    out.sort();
    Ok(out)
}

/// A folder named twice is one subject, as it was named first; a name that two folders share becomes the
/// path of each.
fn distinct(found: &mut Found) {
    let mut seen = std::collections::BTreeSet::new();
    found.subjects.retain(|named| {
        let whole = named.path.canonicalize().unwrap_or_else(|_| named.path.clone());
        seen.insert(whole)
    });
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for named in &found.subjects {
        *names.entry(named.name.clone()).or_default() += 1;
    }
    for named in &mut found.subjects {
        if names.get(&named.name).is_some_and(|n| *n > 1) {
            named.name = shown(&named.path);
        }
    }
}
