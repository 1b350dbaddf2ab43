//! Clones of components that the command line names: what they tell of how those are kept up.

use std::{
    fs,
    path::{Path, PathBuf},
};

use assess::upkeep::Clone;
use domain::{Date, Purl, Timestamp};
use evidence::{
    collector::{Collector as _, Given},
    history::worked_on::worked_on,
    material::{folder::Folder, history::Limits},
    readme::Readme,
};

use crate::output::Failure;

/// Reads the clones named as `PURL=DIR`.
pub(crate) fn read(named: &[String], today: Date) -> Result<Vec<Clone>, Failure> {
    named.iter().map(|one| clone(one, today)).collect()
}

fn clone(named: &str, today: Date) -> Result<Clone, Failure> {
    let shape = "Write a component and the folder of its clone: --clone pkg:npm/lodash=../lodash";
    // A folder's name may hold the sign as well as the component's.
    let (purl, folder) = named
        .match_indices('=')
        .map(|(at, _)| (&named[..at], PathBuf::from(&named[at + 1..])))
        .find(|(_, folder)| folder.is_dir())
        .ok_or_else(|| Failure::new(format!("`{named}` names no folder that is there")).next(shape))?;
    let purl: Purl = purl.parse().map_err(|error| Failure::from(error).next(shape))?;
    at(purl, &folder, today)
}

/// A clone that `[clones]` of formulary.toml names; none where it is not there or cannot be read: then the
/// component's upkeep stays unknown.
pub(crate) fn declared(purl: &Purl, folder: &Path, today: Date) -> Option<Clone> {
    at(purl.clone(), folder, today).ok()
}

fn at(purl: Purl, folder: &Path, today: Date) -> Result<Clone, Failure> {
    let hygiene = worked_on(folder, Limits::usual(1))?;
    let material = Folder::open(folder, &[])?;
    let seen = Readme.collect(&material, Given { today });
    let ended = seen.evidence.iter().any(|e| e.kind == "archived" && e.value["stated"] == true);
    Ok(Clone { purl, hygiene, fetched: fetched(folder), ended })
}

/// The day on which a clone was last fetched, as git's own note of it says; none where it was never
/// fetched after it was made, or nobody can tell.
pub(crate) fn fetched(folder: &Path) -> Option<Date> {
    let git = folder.join(".git");
    let note = if git.is_dir() { git.join("FETCH_HEAD") } else { folder.join("FETCH_HEAD") };
    let at = fs::metadata(note).ok()?.modified().ok()?;
    let seconds = at.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs();
    i64::try_from(seconds).ok().map(|seconds| Timestamp::from_unix(seconds).date())
}
