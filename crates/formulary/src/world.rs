//! The world as values: the clock, and the folders that the environment names.

use std::path::PathBuf;

use domain::Timestamp;

/// What the program may know of the world around it.
#[derive(Clone, Debug)]
pub(crate) struct World {
    /// Now, to the second.
    pub(crate) now: Timestamp,
    /// Where feeds are kept, unless the command line says otherwise.
    pub(crate) library: Option<PathBuf>,
}

impl World {
    /// The real one. `FORMULARY_FEEDS` names the feeds' folder; else the user's data folder.
    pub(crate) fn real() -> Self {
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .ok()
            .and_then(|since| i64::try_from(since.as_secs()).ok())
            .map_or(Timestamp::from_unix(0), Timestamp::from_unix);
        Self { now, library: library() }
    }
}

fn library() -> Option<PathBuf> {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    named("FORMULARY_FEEDS")
        .or_else(|| Some(named("XDG_DATA_HOME")?.join("formulary/feeds")))
        .or_else(|| Some(named("HOME")?.join(".local/share/formulary/feeds")))
        .or_else(|| Some(named("LOCALAPPDATA")?.join("formulary/feeds")))
}
