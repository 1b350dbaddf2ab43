//! A register behind an address: its log fetched into this user's folder for what can be read again, file by
//! file as it grows, and believed only as far as a checkpoint reaches that the trust file accepts.
//!
//! Why the whole log and not single receipts: a receipt proves that a decision was made, not that none came
//! after it; who serves the register could leave out a suspension. Under the checkpoint all entries are there
//! or none are believed. Tiles and bundles never change, so each is fetched once.
//!
//! Decides: a register that was asked less than five minutes ago is not asked again; one that cannot be
//! reached is read as it was when it last could, and says since when; a copy older than thirty days is no
//! longer a yes to anything. A register that shows less than it has shown before, or something else, is not
//! read at all.

use std::{
    fs,
    path::{Path, PathBuf},
};

use domain::{Digest, Timestamp};
use register::log::{self, Source, SourceError};
use tlog::{Policy, SignedCheckpoint};

use crate::{
    log_source::HttpLog,
    output::{Failure, remark},
    subject,
    world::World,
};

/// So long, in seconds, a copy is as good as asking.
const FRESH: i64 = 300;
/// From so many days on a copy is said to be old.
const OLD: i64 = 7;
/// From so many days on a copy says nothing certain.
const TOO_OLD: i64 = 30;

/// The longest checkpoint, in bytes.
const LONGEST: u64 = 1 << 20;

/// A register behind an address, as last fetched.
pub(crate) struct Remote {
    /// Its log: what is kept, else fetched.
    pub(crate) source: Kept,
    /// The head it is read under.
    pub(crate) checkpoint: SignedCheckpoint,
    /// When it was last reached.
    fetched: Timestamp,
    now: Timestamp,
}

/// Whether the network may be asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asking {
    /// Where the copy is not fresh.
    Network,
    /// Never: who waits has no time for it.
    KeptAlone,
}

/// Whether a register is named by an address; if so, by which.
pub(crate) fn address(named: &Path) -> Option<&str> {
    named.to_str().filter(|text| text.starts_with("https://") || text.starts_with("http://"))
}

impl Remote {
    /// Opens the register below an address.
    pub(crate) fn open(
        address: &str,
        trust: Option<&Path>,
        ca: Option<&Path>,
        asking: Asking,
        world: &World,
    ) -> Result<Self, Failure> {
        let trust = trust.or(world.register_trust.as_deref()).ok_or_else(|| {
            Failure::new("say who signs the log of that register: --register-trust FILE").next(
                "Its keeper gives you the file trust.policy, by another way than the address itself; keep it in your \
                 repository (or name it with FORMULARY_REGISTER_TRUST).",
            )
        })?;
        let text = subject::read(trust)?;
        let policy = Policy::parse(&text)
            .map_err(|e| Failure::new(format!("{} cannot be used: {e}", trust.display())))?;
        let cache = world.cache.as_ref().ok_or_else(|| {
            Failure::new("a register behind an address needs a folder to keep it in: set FORMULARY_CACHE")
        })?;
        let name = Digest::of(&[address.trim_end_matches('/').as_bytes(), b"\n", &text].concat());
        let folder = cache.join("register-at").join(&name.hex()[..32]);
        let kept = Self::kept(&folder, &policy);
        let now = world.now;
        if let Some((checkpoint, fetched)) = &kept
            && (asking == Asking::KeptAlone || (0..FRESH).contains(&(now.unix() - fetched.unix())))
        {
            let source = Kept { folder, http: None };
            return Ok(Self { source, checkpoint: checkpoint.clone(), fetched: *fetched, now });
        }
        if asking == Asking::KeptAlone {
            return Err(Failure::new("the register was never fetched here")
                .next("Run `formulary check` once with it."));
        }
        match Self::fetch(address, &policy, ca, &folder, kept.as_ref().map(|(c, _)| c), now) {
            Ok(remote) => Ok(remote),
            Err(NotFetched::Lies(failure)) => Err(failure),
            Err(NotFetched::NotReached(why)) => {
                let Some((checkpoint, fetched)) = kept else {
                    return Err(Failure::new(format!("the register cannot be reached: {why}"))
                        .next("It was never fetched here, so nothing it says is known."));
                };
                remark(&format!(
                    "The register cannot be reached ({why}); what it said on {} is used.",
                    fetched.date()
                ));
                Ok(Self { source: Kept { folder, http: None }, checkpoint, fetched, now })
            }
        }
    }

    /// The head of an earlier run, if it is one that is accepted, and when it was fetched.
    fn kept(folder: &Path, policy: &Policy) -> Option<(SignedCheckpoint, Timestamp)> {
        let checkpoint = SignedCheckpoint::parse(&fs::read(folder.join(log::CHECKPOINT)).ok()?).ok()?;
        policy.check(&checkpoint).ok()?;
        let fetched = fs::read_to_string(folder.join("fetched")).ok()?.trim().parse().ok()?;
        Some((checkpoint, fetched))
    }

    fn fetch(
        address: &str,
        policy: &Policy,
        ca: Option<&Path>,
        folder: &Path,
        known: Option<&SignedCheckpoint>,
        now: Timestamp,
    ) -> Result<Self, NotFetched> {
        let address = address.trim_end_matches('/');
        // A site has its log in a folder of its own; a log may also be served alone.
        let mut found = None;
        for prefix in [format!("{address}/log"), address.to_owned()] {
            let http = HttpLog::new(&prefix, ca).map_err(NotFetched::Lies)?;
            let bytes =
                http.read(log::CHECKPOINT, LONGEST).map_err(|e| NotFetched::NotReached(e.to_string()))?;
            if let Some(bytes) = bytes {
                found = Some((http, bytes));
                break;
            }
        }
        let (http, bytes) =
            found.ok_or_else(|| NotFetched::NotReached("no log is served there".to_owned()))?;
        let lies = |why: String| {
            NotFetched::Lies(
                Failure::new(why)
                    .next("Nothing it says is believed. Tell its keeper, and keep both checkpoints."),
            )
        };
        let checkpoint =
            SignedCheckpoint::parse(&bytes).map_err(|e| lies(format!("its checkpoint is none: {e}")))?;
        policy
            .check(&checkpoint)
            .map_err(|e| lies(format!("the register's checkpoint is not accepted: {e}")))?;
        let source = Kept { folder: folder.to_owned(), http: Some(http) };
        let (old, new) = (known.map(SignedCheckpoint::checkpoint), checkpoint.checkpoint());
        if let Some(old) = old.filter(|old| old.size() > new.size()) {
            return Err(lies(format!(
                "REWRITTEN: the register has shown {} entries before, and shows {} now",
                old.size(),
                new.size()
            )));
        }
        // All of it, before it counts: from here on it can be read without the network.
        let whole = || -> Result<bool, log::EntriesError> {
            for entry in log::entries(&source, new, 0..new.size()) {
                entry?;
            }
            Ok(match old {
                Some(old) => log::begins(&source, old, new)?,
                None => true,
            })
        };
        let begins = whole().or_else(|_| {
            // A file that is kept here may be damaged: everything is fetched once more.
            let _ = fs::remove_dir_all(folder.join("files"));
            whole()
        });
        match begins {
            Ok(true) => {}
            Ok(false) => {
                return Err(lies("REWRITTEN: the register does not begin as it did before".to_owned()));
            }
            Err(error) => return Err(NotFetched::NotReached(error.to_string())),
        }
        let keep = || -> std::io::Result<()> {
            write(&folder.join(log::CHECKPOINT), &bytes)?;
            write(&folder.join("fetched"), format!("{now}\n").as_bytes())
        };
        keep().map_err(|e| NotFetched::NotReached(format!("it cannot be kept: {e}")))?;
        Ok(Self { source: Kept { folder: folder.to_owned(), http: None }, checkpoint, fetched: now, now })
    }

    /// As of when it speaks, in a line.
    pub(crate) fn as_of(&self) -> String {
        let head = self.checkpoint.checkpoint();
        let days = self.days();
        let old = if days >= OLD { format!(", which is {days} days ago: stale") } else { String::new() };
        format!(
            "Register {}: {} entries, fetched on {}{old}.",
            head.origin(),
            head.size(),
            self.fetched.date()
        )
    }

    /// Why nothing certain can be said from it, where that is so.
    pub(crate) fn unknown(&self) -> Option<String> {
        let days = self.days();
        (days >= TOO_OLD).then(|| format!("it was last fetched on {}, {days} days ago", self.fetched.date()))
    }

    fn days(&self) -> i64 {
        self.now.date().days_since(self.fetched.date())
    }
}

/// Why a register was not fetched.
enum NotFetched {
    /// It, or something of it, cannot be had now.
    NotReached(String),
    /// It is not what it must be.
    Lies(Failure),
}

/// The files of a log that are kept here, and fetched where they are not.
pub(crate) struct Kept {
    folder: PathBuf,
    http: Option<HttpLog>,
}

impl Source for Kept {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, SourceError> {
        if path == log::CHECKPOINT && self.http.is_none() {
            return Ok(Some(fs::read(self.folder.join(path))?));
        }
        let here = self.folder.join("files").join(path);
        match fs::metadata(&here) {
            Ok(meta) if meta.is_file() && meta.len() <= limit => return Ok(Some(fs::read(&here)?)),
            _ => {}
        }
        let Some(http) = &self.http else { return Ok(None) };
        let bytes = http.read(path, limit)?;
        if let Some(bytes) = &bytes {
            write(&here, bytes)?;
        }
        Ok(bytes)
    }
}

/// Writes beside and renames.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    let folder = path.parent().ok_or(std::io::ErrorKind::NotFound)?;
    fs::create_dir_all(folder)?;
    let mut beside = tempfile::NamedTempFile::new_in(folder)?;
    beside.write_all(bytes)?;
    beside.persist(path).map_err(|error| error.error)?;
    Ok(())
}
