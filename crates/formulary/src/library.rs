//! The feeds' folder: opened if it is there; its absence is told, never an error.

use std::path::{Path, PathBuf};

use feeds::Feeds;

use crate::{output::Failure, world::World};

/// The folder in use.
pub(crate) fn folder(given: Option<&PathBuf>, world: &World) -> Result<PathBuf, Failure> {
    given.cloned().or_else(|| world.library.clone()).ok_or_else(|| {
        Failure::new("there is no folder for the feeds").next("Name one with --feeds DIR or FORMULARY_FEEDS.")
    })
}

/// The feeds, if the folder has any.
pub(crate) fn open(given: Option<&PathBuf>, world: &World) -> Result<Option<Feeds>, Failure> {
    let Some(folder) = given.cloned().or_else(|| world.library.clone()) else { return Ok(None) };
    if !folder.exists() {
        if given.is_some() {
            return Err(Failure::new(format!("there is no folder {}", folder.display()))
                .next("Make it with `formulary feeds import DIR --feeds FOLDER`."));
        }
        return Ok(None);
    }
    if let Some(feeds) = taken_in(&folder, world)? {
        return Ok(Some(feeds));
    }
    open_at(&folder).map(Some)
}

/// The largest folder of plain records that is taken in on the way, in files; larger ones want an
/// import of their own.
const MOST_PLAIN: usize = 2_000;

/// A small folder in OSV's export layout (`<Ecosystem>/<id>.json`), named where feeds are expected,
/// is taken in for this run alone.
fn taken_in(folder: &Path, world: &World) -> Result<Option<Feeds>, Failure> {
    let mut files = 0;
    let mut records = 0;
    for entry in std::fs::read_dir(folder)?.flatten().filter(|e| e.path().is_dir()) {
        for file in std::fs::read_dir(entry.path())?.flatten() {
            files += 1;
            records += usize::from(file.path().extension().is_some_and(|e| e == "json"));
            if files > MOST_PLAIN {
                return Ok(None);
            }
        }
    }
    // A library keeps its indexes in folders of their own, none of them plain records.
    if records == 0 || records < files {
        return Ok(None);
    }
    let beside = tempfile::tempdir()?;
    feeds::import(folder, beside.path(), &feeds::ImportOptions::new(world.now), &mut |_| {})?;
    let feeds = open_at(beside.path())?;
    Ok(Some(feeds))
}

/// The feeds in a folder.
pub(crate) fn open_at(folder: &Path) -> Result<Feeds, Failure> {
    Feeds::open(folder).map_err(|error| {
        Failure::from(error)
            .next("Import the feeds again: `formulary feeds import DIR`, or `formulary feeds sync`.")
    })
}
