//! The world as values: the clock, and the folders that the environment names.

use std::path::PathBuf;

use domain::Timestamp;

use crate::output::Failure;

/// What the program may know of the world around it.
#[derive(Clone, Debug)]
pub(crate) struct World {
    /// Now, to the second.
    pub(crate) now: Timestamp,
    /// Where feeds are kept, unless the command line says otherwise.
    pub(crate) library: Option<PathBuf>,
    /// The register's folder, unless the command line says otherwise.
    pub(crate) register: Option<PathBuf>,
    /// Who signs the log of a register behind an address, unless the command line says otherwise.
    pub(crate) register_trust: Option<PathBuf>,
    /// The key a person signs with, unless the command line says otherwise.
    pub(crate) key: Option<PathBuf>,
    /// The file of the body's key for fingerprints, where the environment names one.
    pub(crate) fingerprint_key: Option<PathBuf>,
    /// Where the user's own key for fingerprints lies, or is to lie.
    pub(crate) own_fingerprint_key: Option<PathBuf>,
    /// Where what was read of histories is kept from one run to the next.
    pub(crate) cache: Option<PathBuf>,
    /// The user's own folder.
    pub(crate) home: Option<PathBuf>,
}

impl World {
    /// The real one. `FORMULARY_FEEDS` names the feeds' folder, else it is the user's data folder;
    /// `FORMULARY_REGISTER` the register, `FORMULARY_REGISTER_TRUST` who signs it where it lies behind an
    /// address, `FORMULARY_KEY` the key, `FORMULARY_FINGERPRINT_KEY` the one by which secrets are known
    /// again, `FORMULARY_CACHE`
    /// the folder for what can be read again. `FORMULARY_NOW` is the clock of a
    /// rehearsal or a test: an instant, which then stands still.
    pub(crate) fn real() -> Result<Self, Failure> {
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .ok()
            .and_then(|since| i64::try_from(since.as_secs()).ok())
            .map_or(Timestamp::from_unix(0), Timestamp::from_unix);
        let now = match std::env::var("FORMULARY_NOW") {
            // A clock that was meant to stand still and does not would sign with another day.
            Ok(text) if !text.is_empty() => text.parse().map_err(|e| {
                Failure::from(e).next(
                    "FORMULARY_NOW holds it: write an instant such as 2026-08-22T09:00:00Z, or unset it.",
                )
            })?,
            _ => now,
        };
        Ok(Self {
            now,
            library: library(),
            register: named("FORMULARY_REGISTER"),
            register_trust: named("FORMULARY_REGISTER_TRUST"),
            key: named("FORMULARY_KEY"),
            fingerprint_key: named("FORMULARY_FINGERPRINT_KEY"),
            own_fingerprint_key: data().map(|folder| folder.join("formulary/fingerprint.key")),
            cache: cache(),
            home: named("HOME").or_else(|| named("USERPROFILE")),
        })
    }
}

fn named(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn cache() -> Option<PathBuf> {
    named("FORMULARY_CACHE")
        .or_else(|| Some(named("XDG_CACHE_HOME")?.join("formulary")))
        .or_else(|| Some(named("HOME")?.join(".cache/formulary")))
        .or_else(|| Some(named("LOCALAPPDATA")?.join("formulary/cache")))
}

fn library() -> Option<PathBuf> {
    named("FORMULARY_FEEDS").or_else(|| Some(data()?.join("formulary/feeds")))
}

/// The user's data folder.
fn data() -> Option<PathBuf> {
    named("XDG_DATA_HOME")
        .or_else(|| Some(named("HOME")?.join(".local/share")))
        .or_else(|| named("LOCALAPPDATA"))
}
