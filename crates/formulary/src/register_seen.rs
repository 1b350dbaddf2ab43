//! The largest head of each log that this user has seen in a folder, so that a copy which shows less, or
//! something else, is not believed.
//!
//! Decides nothing about a log that was never seen here. A register behind an address has its own memory
//! ([`register_remote`](crate::register_remote)).

use std::{
    fs,
    path::{Path, PathBuf},
};

use domain::Digest;
use register::log;
use tlog::{Policy, SignedCheckpoint};

/// The memory of one log.
pub(crate) struct Seen(Option<PathBuf>);

impl Seen {
    /// Of the log with an origin; none where this user keeps nothing.
    pub(crate) fn of(origin: &str, cache: Option<&Path>) -> Self {
        Self(cache.map(|cache| {
            cache.join("register").join(&Digest::of(origin.as_bytes()).hex()[..32]).join(log::CHECKPOINT)
        }))
    }

    /// Compares a head that was accepted with the one remembered, and remembers the larger.
    ///
    /// # Errors
    /// Why the copy is not to be believed, in plain English.
    pub(crate) fn compare(
        &self,
        source: &dyn log::Source,
        head: &SignedCheckpoint,
        policy: &Policy,
    ) -> Result<(), String> {
        let Some(path) = &self.0 else { return Ok(()) };
        // What the trust file does not accept any more proves nothing.
        let old = fs::read(path).ok().and_then(|bytes| SignedCheckpoint::parse(&bytes).ok());
        let Some(old) = old.filter(|old| policy.check(old).is_ok()) else {
            self.remember(head);
            return Ok(());
        };
        let (old, new) = (old.checkpoint(), head.checkpoint());
        if old.size() > new.size() {
            return Err(format!(
                "this copy of the log shows {}, and {} were seen here before",
                pages::words::count(usize::try_from(new.size()).unwrap_or(usize::MAX), "entry", "entries"),
                pages::words::count(usize::try_from(old.size()).unwrap_or(usize::MAX), "entry", "entries"),
            ));
        }
        match log::begins(source, old, new) {
            Ok(true) => {
                if old.size() < new.size() {
                    self.remember(head);
                }
                Ok(())
            }
            Ok(false) => Err("REWRITTEN: this log does not begin as the one seen here before".to_owned()),
            Err(error) => Err(format!("it cannot be compared with what was seen here before: {error}")),
        }
    }

    /// Remembers a head. That it cannot be kept is no fault.
    pub(crate) fn remember(&self, head: &SignedCheckpoint) {
        let Some(path) = &self.0 else { return };
        let _ = path.parent().map(fs::create_dir_all);
        let _ = fs::write(path, head.to_string());
    }

    /// Forgets the log: it is begun anew.
    pub(crate) fn forget(&self) {
        let _ = self.0.as_ref().map(fs::remove_file);
    }

    /// Where it is kept.
    pub(crate) fn path(&self) -> String {
        self.0.as_ref().map(|path| path.display().to_string()).unwrap_or_default()
    }
}
