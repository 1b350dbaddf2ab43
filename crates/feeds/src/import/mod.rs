//! Import: from a folder of public data, in the layout of OSV's export, to indexes in the library.
//!
//! 1. *Look*: which feeds does the folder hold? One folder an ecosystem (`all.zip`, loose
//!    `<id>.json`), and `kev.json`, `epss.csv[.gz]`, `ssvc.tsv`, `endoflife.jsonl` beside them.
//! 2. *Build* each into an index, two at a time, in memory. What cannot be read of a feed is
//!    listed and makes it partial; a feed of which nothing can be read, or a tenth not, is broken
//!    and replaces nothing.
//! 3. *Put* every index file, then the list, under the library's lock.
//!
//! A feed's date is the one asked for, else the newest `modified` that is not in the future: a
//! record dated next year must not make an old feed look fresh. Feeds are partial unless declared
//! full. Nothing here knows the clock; `now` is handed in.
//!
//! A feed that says less than the one that lies there does not take its place unless that is asked
//! for: a full feed is not replaced by one that nobody declares full, nor any feed by one with fewer
//! than nine records for its ten. What was looked up in the smaller one would silently find nothing.

mod endoflife;
mod layout;
mod osv;
mod values;

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Mutex, mpsc},
};

use domain::{FeedCoverage, FeedStamp, Timestamp};
use formats::advisory::{Unread, endoflife::EndOfLifeError, epss::EpssError, kev::KevError, ssvc::SsvcError};

use crate::{
    index::Built,
    library::{Held, Library, LibraryError},
};
pub(crate) use layout::is_ecosystem_name;
use layout::{Found, Kind};
pub use values::{EpssValue, KevValue, SsvcValue};

/// How to import.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// What is declared about completeness; partial when not declared.
    pub coverage: Option<FeedCoverage>,
    /// When the data was true, if stated rather than read from the data.
    pub as_of: Option<Timestamp>,
    /// The present.
    pub now: Timestamp,
    /// Import these feeds only (`npm` or `osv/npm`, `kev` …); none: all.
    pub only: Option<Vec<String>>,
    /// Let a feed take the place of one that says more.
    pub replace: bool,
}

impl ImportOptions {
    /// Everything, partial, dated by its content.
    pub const fn new(now: Timestamp) -> Self {
        Self { coverage: None, as_of: None, now, only: None, replace: false }
    }
}

/// How far the import is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Another process writes to the library; waiting for it.
    Waiting,
    /// So many feeds were found.
    Found {
        /// How many.
        feeds: usize,
    },
    /// A feed is being read.
    Reading {
        /// Which.
        feed: String,
        /// Records read.
        done: u64,
        /// Records in all.
        total: u64,
    },
    /// A feed is done.
    Done {
        /// Which.
        feed: String,
        /// Records it holds.
        records: u64,
    },
    /// A feed could not be imported.
    Failed {
        /// Which.
        feed: String,
    },
    /// The network is asked.
    Fetching {
        /// Which feed.
        feed: String,
        /// Bytes, or records, that arrived.
        done: u64,
        /// How many are expected, if known.
        total: Option<u64>,
    },
}

/// What an import did.
#[derive(Debug, Default)]
pub struct ImportReport {
    /// Feeds that are now current, by name.
    pub imported: Vec<Held>,
    /// Feeds that could not be imported, by name; what was current stays.
    pub failed: Vec<(String, FeedFault)>,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The folder cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder holds no feed.
    #[error(
        "{} holds no feed: expected one folder an ecosystem with all.zip or <id>.json in it (OSV's export), or kev.json, epss.csv.gz, ssvc.tsv, endoflife.jsonl",
        path.display()
    )]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// A date was declared that has not come yet.
    #[error("--as-of {as_of} is in the future")]
    Future {
        /// The date.
        as_of: Timestamp,
    },
    /// Every feed that was found is broken.
    #[error("none of the feeds could be imported; the first: {name}: {fault}")]
    NothingImported {
        /// The first one.
        name: String,
        /// Why.
        fault: Box<FeedFault>,
        /// All of them.
        all: Vec<(String, FeedFault)>,
    },
    /// The library cannot be read or written.
    #[error(transparent)]
    Library(#[from] LibraryError),
}

/// Why one feed could not be imported.
#[derive(Debug, thiserror::Error)]
pub enum FeedFault {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// `all.zip` is cut short or no zip file.
    #[error("{} is cut short or is no zip file", path.display())]
    Zip {
        /// The file.
        path: PathBuf,
    },
    /// The content is out of all proportion.
    #[error("{0}: refused as a decompression bomb")]
    Bomb(&'static str),
    /// There is no record.
    #[error("it holds no record")]
    NoRecord,
    /// Too much of it cannot be read.
    #[error("{unread} of {total} records cannot be read (the first: {first}): it is taken for broken")]
    Broken {
        /// How many cannot.
        unread: u64,
        /// How many there are.
        total: u64,
        /// The first one, with the reason.
        first: String,
    },
    /// What lies there says more.
    #[error(
        "{lies} would give way to {comes}. To keep both, import into a folder of its own with --feeds \
         FOLDER; if the new one holds everything its source publishes, say --coverage full; to replace it \
         all the same, --replace"
    )]
    SaysLess {
        /// Coverage, number of records and date of what lies there.
        lies: String,
        /// The same of what was to take its place.
        comes: String,
    },
    /// Not a KEV catalogue.
    #[error(transparent)]
    Kev(#[from] KevError),
    /// Not an EPSS table.
    #[error(transparent)]
    Epss(#[from] EpssError),
    /// Not a table of SSVC values.
    #[error(transparent)]
    Ssvc(#[from] SsvcError),
    /// Not a list of products.
    #[error(transparent)]
    EndOfLife(#[from] EndOfLifeError),
    /// The library did not take it.
    #[error(transparent)]
    Library(#[from] LibraryError),
}

/// A feed, built and not yet put.
pub(crate) struct Content {
    pub(crate) built: Built,
    /// The index's own list of ids (OSV feeds).
    pub(crate) appendix: Vec<u8>,
    records: u64,
    withdrawn: u64,
    /// The newest date in it that is not in the future.
    newest: Option<Timestamp>,
    unread: Unread,
}

impl Content {
    /// Refuses a feed of which too much is missing to take the place of another.
    fn sound(self) -> Result<Self, FeedFault> {
        let total = self.records + self.unread.count;
        let broken = self.unread.count > 10 && self.unread.count > total / 10;
        if total == 0 {
            return Err(FeedFault::NoRecord);
        }
        if self.records == 0 || broken {
            let first =
                self.unread.listed.first().map(|u| format!("{}: {}", u.place, u.why)).unwrap_or_default();
            return Err(FeedFault::Broken { unread: self.unread.count, total, first });
        }
        Ok(self)
    }
}

enum Message {
    Progress(Progress),
    Finished(usize, Box<Result<Content, FeedFault>>),
}

/// Imports the feeds of `folder` into the library.
///
/// Feeds that the folder does not hold stay as they are. A broken feed leaves the one it would
/// have replaced; the others are imported all the same and the report names both.
///
/// # Errors
/// See [`ImportError`].
pub fn import(
    folder: &Path,
    library: &Path,
    options: &ImportOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<ImportReport, ImportError> {
    if let Some(as_of) = options.as_of.filter(|as_of| *as_of > options.now) {
        return Err(ImportError::Future { as_of });
    }
    let found = layout::look(folder, options.only.as_deref())
        .map_err(|source| ImportError::Folder { path: folder.to_owned(), source })?;
    if found.is_empty() {
        return Err(ImportError::Empty { path: folder.to_owned() });
    }
    progress(Progress::Found { feeds: found.len() });
    let library = Library::at(library);
    let writer = library.writer(&mut || progress(Progress::Waiting))?;
    let mut list = library.list()?;

    let mut report = ImportReport::default();
    build_all(&found, options.now, &mut |message| match message {
        Message::Progress(p) => progress(p),
        Message::Finished(i, content) => {
            let name = found[i].name.clone();
            let put = content.and_then(|content| {
                let held = held(&name, &content, options);
                if !options.replace {
                    list.get(&name).map_or(Ok(()), |lies| says_no_less(&held, lies, options))?;
                }
                writer.put_index(&content.built)?;
                Ok(held)
            });
            match put {
                Ok(held) => {
                    progress(Progress::Done { feed: name, records: held.stamp.records });
                    report.imported.push(held);
                }
                Err(fault) => {
                    progress(Progress::Failed { feed: name.clone() });
                    report.failed.push((name, fault));
                }
            }
        }
    });
    report.imported.sort_by(|a, b| a.stamp.name.cmp(&b.stamp.name));
    report.failed.sort_by(|a, b| a.0.cmp(&b.0));
    if report.imported.is_empty() {
        let mut all = report.failed;
        let (name, fault) = all.remove(0);
        return Err(ImportError::NothingImported { name, fault: Box::new(fault), all });
    }
    report.imported.iter().for_each(|held| list.put(held.clone()));
    writer.put_list(list)?;
    Ok(report)
}

/// Refuses a feed that says less than the one that lies there. One that is declared full and is
/// partial because some of its records cannot be read says so, and loses nothing else.
fn says_no_less(comes: &Held, lies: &Held, options: &ImportOptions) -> Result<(), FeedFault> {
    let undeclared =
        lies.stamp.coverage == FeedCoverage::Full && options.coverage != Some(FeedCoverage::Full);
    let shrunk = comes.stamp.records.saturating_mul(10) < lies.stamp.records.saturating_mul(9);
    if comes.stamp.digest == lies.stamp.digest && comes.stamp.coverage == lies.stamp.coverage {
        return Ok(());
    }
    if undeclared || shrunk {
        return Err(FeedFault::SaysLess { lies: told(&lies.stamp), comes: told(&comes.stamp) });
    }
    Ok(())
}

fn told(stamp: &FeedStamp) -> String {
    let coverage = match stamp.coverage {
        FeedCoverage::Full => "full",
        FeedCoverage::Partial => "partial",
    };
    let records = if stamp.records == 1 { "record" } else { "records" };
    format!("a {coverage} feed of {} {records} as of {}", stamp.records, stamp.as_of.date())
}

pub(crate) fn held(name: &str, content: &Content, options: &ImportOptions) -> Held {
    let whole = content.unread.is_empty() && options.coverage == Some(FeedCoverage::Full);
    let stamp = FeedStamp {
        name: name.to_owned(),
        // With no usable date it is as old as can be: stale, never fresh.
        as_of: options.as_of.or(content.newest).unwrap_or(Timestamp::from_unix(0)),
        coverage: if whole { FeedCoverage::Full } else { FeedCoverage::Partial },
        digest: content.built.digest,
        records: content.records,
    };
    let mut held = Held {
        stamp,
        imported: options.now,
        withdrawn: content.withdrawn,
        unread: 0,
        unread_named: Vec::new(),
    };
    held.note_unread(&content.unread);
    held
}

/// Builds the feeds in two threads, largest first; messages arrive in this one.
fn build_all(found: &[Found], now: Timestamp, receive: &mut dyn FnMut(Message)) {
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by_key(|i| (std::cmp::Reverse(found[*i].size), *i));
    let queue = Mutex::new(order.into_iter());
    let (sender, receiver) = mpsc::sync_channel::<Message>(64);
    std::thread::scope(|scope| {
        for _ in 0..found.len().min(2) {
            let (sender, queue) = (sender.clone(), &queue);
            scope.spawn(move || {
                loop {
                    let next = queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
                    let Some(i) = next else { return };
                    let mut tell = |p| drop(sender.send(Message::Progress(p)));
                    let content = build(&found[i], now, &mut tell).and_then(Content::sound);
                    if sender.send(Message::Finished(i, Box::new(content))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for message in receiver {
            receive(message);
        }
    });
}

fn build(found: &Found, now: Timestamp, tell: &mut dyn FnMut(Progress)) -> Result<Content, FeedFault> {
    match &found.kind {
        Kind::Osv { ecosystem, folder } => osv::build(folder, ecosystem, &found.name, now, tell),
        Kind::Kev(path) => values::kev(path, now),
        Kind::Epss(path) => values::epss(path, now),
        Kind::Ssvc(path) => values::ssvc(path, now),
        Kind::EndOfLife(path) => endoflife::build(path, now),
    }
}

/// Builds the feed of an ecosystem's folder.
pub(crate) fn build_ecosystem(
    folder: &Path,
    ecosystem: &str,
    feed: &str,
    now: Timestamp,
    tell: &mut dyn FnMut(Progress),
) -> Result<Content, FeedFault> {
    osv::build(folder, ecosystem, feed, now, tell).and_then(Content::sound)
}

/// Builds the feed `kev`, `epss`, `ssvc` or `endoflife` from its file.
pub(crate) fn build_file(feed: &str, path: &Path, now: Timestamp) -> Result<Content, FeedFault> {
    let content = match feed {
        "kev" => values::kev(path, now),
        "epss" => values::epss(path, now),
        "ssvc" => values::ssvc(path, now),
        _ => endoflife::build(path, now),
    };
    content.and_then(Content::sound)
}

/// Reads a file whole, up to a limit; one byte more tells that it is larger.
fn read_bounded(path: &Path, limit: usize) -> Result<Vec<u8>, FeedFault> {
    let io = |source| FeedFault::Io { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(io)?;
    io::Read::read_to_end(&mut io::Read::take(file, limit as u64 + 1), &mut bytes).map_err(io)?;
    Ok(bytes)
}

/// The newest of these that is not after `now`.
fn newest(all: impl Iterator<Item = Timestamp>, now: Timestamp) -> Option<Timestamp> {
    all.filter(|t| *t <= now && t.date().year() >= FIRST_YEAR).max()
}

/// No record about software flaws is older; the year 1 is how Go's database spells "not stated".
pub(crate) const FIRST_YEAR: i32 = 1980;
