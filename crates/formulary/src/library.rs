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
    open_at(&folder).map(Some)
}

/// The feeds in a folder.
pub(crate) fn open_at(folder: &Path) -> Result<Feeds, Failure> {
    Feeds::open(folder).map_err(|error| {
        Failure::from(error)
            .next("Import the feeds again: `formulary feeds import DIR`, or `formulary feeds sync`.")
    })
}
