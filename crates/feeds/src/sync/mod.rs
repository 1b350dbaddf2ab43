//! Synchronising: keeping the feeds of a library as new as their upstreams.
//!
//! One connection at a time, conditional, resumable ([`download`]); OSV ecosystems by their list
//! of changes ([`osv`]); KEV, EPSS, SSVC and end-of-life as single files. What was fetched stays in
//! the library's `fetched/` folder, in the layout of an export, so that the next run fetches only
//! what changed. One feed that fails leaves the one before it, and the others go on.
//!
//! A synchronised feed is full, unless something of it could not be read, and true as of now: the
//! upstream was just asked. The network is a capability ([`Fetch`](crate::Fetch)); there is no
//! clock.

mod download;
mod osv;

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use domain::{FeedCoverage, Timestamp};

use crate::{
    fetch::Fetch,
    import::{self, Content, FeedFault, ImportOptions, Progress},
    library::{Held, Library, LibraryError},
    upstreams::Upstreams,
};
use download::Download;

/// Ecosystems that are synchronised when neither the caller nor the library names any.
pub const USUAL_ECOSYSTEMS: &[&str] =
    &["GitHub Actions", "Go", "Maven", "NuGet", "Packagist", "PyPI", "RubyGems", "crates.io", "npm"];

/// No single file (KEV, EPSS, SSVC, end-of-life) is larger.
const LARGEST_FILE: u64 = 512 << 20;

/// How to synchronise.
#[derive(Clone, Debug)]
pub struct SyncOptions {
    /// The present.
    pub now: Timestamp,
    /// Synchronise these only: ecosystems (`npm`), `kev`, `epss`, `ssvc`, `endoflife`. None: those
    /// that the library holds (else [`USUAL_ECOSYSTEMS`]), and every other one with an address.
    pub only: Option<Vec<String>>,
}

/// What became of one feed.
#[derive(Debug)]
pub enum Outcome {
    /// It changed, and is now current.
    Updated(Box<Held>),
    /// It did not change; it is true as of now.
    Unchanged(Box<Held>),
    /// It could not be brought up to date; what was current stays.
    Failed(SyncFault),
}

/// What a run did, by feed.
#[derive(Debug, Default)]
pub struct SyncReport {
    /// Name and outcome.
    pub feeds: Vec<(String, Outcome)>,
}

/// Why nothing could be synchronised.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// No address is known for what was asked.
    #[error(
        "no address to fetch {what} from: none is built in. Write one into a file of upstreams, for example `{key} = \"https://mirror.hospital.example/{key}\"`; its keys are osv (the base of an OSV export: all.zip, modified_id.csv and <id>.json in a folder an ecosystem), kev, epss, ssvc and endoflife (a file each)"
    )]
    NoAddress {
        /// The feed.
        what: String,
        /// The key that is empty.
        key: &'static str,
    },
    /// A name that is no feed.
    #[error("`{0}` is no feed: name an ecosystem (npm, PyPI …), kev, epss, ssvc or endoflife")]
    NoFeed(String),
    /// Another process is synchronising.
    #[error("another process is synchronising this library; try again when it has finished")]
    Busy,
    /// The library cannot be read or written.
    #[error(transparent)]
    Library(#[from] LibraryError),
}

/// Why one feed could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum SyncFault {
    /// No answer, or one that was cut.
    #[error("{url}: {why}. What arrived is kept; run it again to go on")]
    NoAnswer {
        /// The address, without secrets.
        url: String,
        /// Why.
        why: String,
    },
    /// An answer that is no file.
    #[error("{url} answered with status {status}")]
    Status {
        /// The address, without secrets.
        url: String,
        /// The status.
        status: u16,
    },
    /// Larger than any such file.
    #[error("{url} is larger than any such file")]
    TooLarge {
        /// The address, without secrets.
        url: String,
    },
    /// The list of changes names no record.
    #[error("{url} lists no record: is it the base of an OSV export?")]
    NoList {
        /// The address, without secrets.
        url: String,
    },
    /// What was fetched is no sound feed.
    #[error(transparent)]
    Feed(#[from] FeedFault),
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The library did not take it.
    #[error(transparent)]
    Library(#[from] LibraryError),
}

/// One feed to synchronise.
struct Task {
    name: String,
    source: From,
}

enum From {
    Osv { ecosystem: String, base: String },
    File { url: String, file: &'static str },
}

/// Brings feeds up to date.
///
/// # Errors
/// When nothing can be tried; a single feed that fails is in the report.
pub fn sync(
    library: &Path,
    upstreams: &Upstreams,
    options: &SyncOptions,
    fetch: &dyn Fetch,
    progress: &mut dyn FnMut(Progress),
) -> Result<SyncReport, SyncError> {
    let library = Library::at(library);
    let tasks = tasks(&library, upstreams, options)?;
    let fetched = library.root().join("fetched");
    let refused = |source| LibraryError::ReadOnly { path: library.root().to_owned(), source };
    fs::create_dir_all(&fetched).map_err(refused)?;
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(fetched.join("lock"))
        .map_err(refused)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => return Err(SyncError::Busy),
        Err(fs::TryLockError::Error(e)) => return Err(refused(e).into()),
    }
    progress(Progress::Found { feeds: tasks.len() });
    let mut report = SyncReport::default();
    for task in tasks {
        let outcome = match one(&library, &fetched, &task, options, fetch, progress) {
            Ok(outcome) => outcome,
            Err(fault) => Outcome::Failed(fault),
        };
        progress(match &outcome {
            Outcome::Updated(held) | Outcome::Unchanged(held) => {
                Progress::Done { feed: task.name.clone(), records: held.stamp.records }
            }
            Outcome::Failed(_) => Progress::Failed { feed: task.name.clone() },
        });
        report.feeds.push((task.name, outcome));
    }
    Ok(report)
}

fn tasks(library: &Library, upstreams: &Upstreams, options: &SyncOptions) -> Result<Vec<Task>, SyncError> {
    let files = [
        ("endoflife", &upstreams.endoflife, "endoflife.jsonl"),
        ("epss", &upstreams.epss, "epss.csv.gz"),
        ("kev", &upstreams.kev, "kev.json"),
        ("ssvc", &upstreams.ssvc, "ssvc.tsv"),
    ];
    let osv = |ecosystem: &str| -> Result<Task, SyncError> {
        let name = format!("osv/{ecosystem}");
        let base = upstreams.osv.as_deref().ok_or(SyncError::NoAddress { what: name.clone(), key: "osv" })?;
        let base = format!("{}/{}", base.trim_end_matches('/'), osv::encoded(ecosystem));
        Ok(Task { name, source: From::Osv { ecosystem: ecosystem.to_owned(), base } })
    };
    let file = |(name, url, file): (&'static str, &Option<String>, &'static str)| -> Result<Task, SyncError> {
        let url = url.clone().ok_or(SyncError::NoAddress { what: name.to_owned(), key: name })?;
        Ok(Task { name: name.to_owned(), source: From::File { url, file } })
    };
    let mut tasks = Vec::new();
    match &options.only {
        Some(only) => {
            for asked in only {
                let plain = asked.strip_prefix("osv/").unwrap_or(asked);
                tasks.push(match files.iter().find(|(name, ..)| *name == plain) {
                    Some(row) => file(*row)?,
                    None if import::is_ecosystem_name(plain) => osv(plain)?,
                    None => return Err(SyncError::NoFeed(asked.chars().take(80).collect())),
                });
            }
        }
        None => {
            let list = library.list()?;
            let held: Vec<&str> =
                list.feeds.iter().filter_map(|f| f.stamp.name.strip_prefix("osv/")).collect();
            if upstreams.osv.is_some() {
                let ecosystems = if held.is_empty() { USUAL_ECOSYSTEMS } else { &held };
                for ecosystem in ecosystems.iter().filter(|e| import::is_ecosystem_name(e)) {
                    tasks.push(osv(ecosystem)?);
                }
            }
            for row in files.iter().filter(|(_, url, _)| url.is_some()) {
                tasks.push(file(*row)?);
            }
            if tasks.is_empty() {
                return Err(SyncError::NoAddress { what: "any feed".into(), key: "osv" });
            }
        }
    }
    tasks.sort_by(|a, b| a.name.cmp(&b.name));
    tasks.dedup_by(|a, b| a.name == b.name);
    Ok(tasks)
}

fn one(
    library: &Library,
    fetched: &Path,
    task: &Task,
    options: &SyncOptions,
    fetch: &dyn Fetch,
    progress: &mut dyn FnMut(Progress),
) -> Result<Outcome, SyncFault> {
    let held = library.list()?.get(&task.name).cloned();
    let usable = held.as_ref().is_some_and(|h| library.index_path(&h.stamp.digest).is_file());
    match &task.source {
        From::Osv { ecosystem, base } => {
            let ecosystem = osv::Ecosystem {
                fetch,
                base: base.clone(),
                name: ecosystem,
                feed: &task.name,
                folder: fetched.join("osv").join(ecosystem),
                now: options.now,
                held: usable,
            };
            match ecosystem.run(progress)? {
                None => put(library, task, held, None, options, progress),
                Some(applied) => {
                    let outcome = put(library, task, held, Some(applied.content), options, progress)?;
                    ecosystem.remember(&applied.followed)?;
                    Ok(outcome)
                }
            }
        }
        From::File { url, file } => {
            let to = fetched.join(file);
            let download = Download { fetch, url, to: &to, limit: LARGEST_FILE };
            let mut tell =
                |done, total| progress(Progress::Fetching { feed: task.name.clone(), done, total });
            download.run(&mut tell)?;
            // Built also when unchanged: it costs little, and a run that was killed between fetching
            // and putting leaves nothing behind that would have to be remembered.
            let content =
                import::build_file(&task.name, &to, options.now).inspect_err(|_| download.forget())?;
            let same = usable && held.as_ref().is_some_and(|h| h.stamp.digest == content.built.digest);
            put(library, task, held, (!same).then_some(content), options, progress)
        }
    }
}

fn put(
    library: &Library,
    task: &Task,
    held: Option<Held>,
    content: Option<Content>,
    options: &SyncOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Outcome, SyncFault> {
    let writer = library.writer(&mut || progress(Progress::Waiting))?;
    let outcome = match (content, held) {
        (Some(content), _) => {
            writer.put_index(&content.built)?;
            let import = ImportOptions {
                coverage: Some(FeedCoverage::Full),
                as_of: Some(options.now),
                ..ImportOptions::new(options.now)
            };
            Outcome::Updated(Box::new(import::held(&task.name, &content, &import)))
        }
        (None, Some(mut held)) => {
            held.stamp.as_of = held.stamp.as_of.max(options.now);
            Outcome::Unchanged(Box::new(held))
        }
        (None, None) => return Err(SyncFault::Feed(FeedFault::NoRecord)),
    };
    if let Outcome::Updated(held) | Outcome::Unchanged(held) = &outcome {
        let mut list = library.list()?;
        list.put((**held).clone());
        writer.put_list(list)?;
    }
    Ok(outcome)
}
