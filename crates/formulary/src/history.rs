//! Reading a repository's history for an answer on publication: whether, and for how long.

use std::{
    cell::OnceCell,
    path::Path,
    time::{Duration, Instant},
};

use assess::observe::Past;
use evidence::{
    history::{Asked, CannotLook, Extent, Found, look},
    material::history::Limits,
};

/// How long `check` reads a history when publication is one question of two. Ordinary histories
/// take a second or two; whoever asks for publication alone gets all of it.
pub(crate) const USUAL: Duration = Duration::from_secs(20);

/// Whether a history is read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wish {
    /// It is not, and why.
    Not(&'static str),
    /// It is, for as long as this where there is a limit.
    Read(Option<Duration>),
}

/// A history, read at most once however often the subject is judged.
pub(crate) struct History {
    wish: Wish,
    read: OnceCell<Result<Found, String>>,
}

impl History {
    pub(crate) const fn new(wish: Wish) -> Self {
        Self { wish, read: OnceCell::new() }
    }

    /// What was read of the repository whose top folder this is.
    pub(crate) fn of(&self, folder: &Path) -> Past<'_> {
        let limit = match self.wish {
            Wish::Not(why) => return Past::NotRead(why),
            Wish::Read(limit) => limit,
        };
        match self.read.get_or_init(|| read(folder, limit).map_err(|error| error.to_string())) {
            Ok(found) => Past::Read { found, key: None },
            Err(why) => Past::NotRead(why),
        }
    }
}

fn read(folder: &Path, limit: Option<Duration>) -> Result<Found, CannotLook> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(16);
    let start = Instant::now();
    let stop = || limit.is_some_and(|limit| start.elapsed() > limit);
    look(&Asked { folder, limits: Limits::usual(threads), extent: Extent::New, stop: &stop })
}
