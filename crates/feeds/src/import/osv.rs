//! The records of one ecosystem: `all.zip` and loose `<id>.json` files, built into an index.
//!
//! A loose file stands for a newer state of its record than the one in the zip (that is how
//! `sync` keeps single updates). Withdrawn records are counted and matched with nothing. The
//! archive is hostile: entries, their size, and the sum of all sizes against the archive's own
//! are bounded.

use std::{
    collections::{BTreeMap, HashMap},
    fs::{self, File},
    io::{self, BufReader, Read},
    path::Path,
};

use domain::Timestamp;
use formats::advisory::{
    Unread,
    osv::{self, LARGEST_RECORD},
};

use super::{Content, FeedFault, Progress, newest};
use crate::{
    ecosystem,
    index::{bytes, names},
    plain::plain,
    record,
};

/// More records than any ecosystem has.
const MOST_RECORDS: usize = 4_000_000;
/// An archive may always unpack to this many bytes …
const ALWAYS_ALLOWED: u64 = 256 << 20;
/// … and beyond that to so many times its own size (real exports: 2 to 8).
const LARGEST_RATIO: u64 = 60;
/// The blocks of one index may take this many bytes of memory.
const LARGEST_INDEX: usize = 2 << 30;
/// Longest `modified_id.csv` that is looked at.
const LARGEST_CSV: usize = 256 << 20;

struct Builder<'a> {
    ecosystem: &'a str,
    /// Per name: record id and its encoded statement.
    blocks: BTreeMap<String, Vec<(String, Vec<u8>)>>,
    /// Every id read, with its date and whether it is withdrawn.
    ids: HashMap<String, (Option<Timestamp>, bool)>,
    size: usize,
    unread: Unread,
}

/// Builds the index of an ecosystem's folder.
pub(super) fn build(
    folder: &Path,
    ecosystem: &str,
    feed: &str,
    now: Timestamp,
    tell: &mut dyn FnMut(Progress),
) -> Result<Content, FeedFault> {
    let mut builder = Builder {
        ecosystem,
        blocks: BTreeMap::new(),
        ids: HashMap::new(),
        size: 0,
        unread: Unread::default(),
    };
    builder.read_loose(folder)?;
    let zip = folder.join("all.zip");
    if zip.is_file() {
        builder.read_zip(&zip, feed, tell)?;
    }
    builder.compare_with_csv(&folder.join("modified_id.csv"))?;
    Ok(builder.finish(now))
}

impl Builder<'_> {
    fn read_loose(&mut self, folder: &Path) -> Result<(), FeedFault> {
        let io = |source| FeedFault::Io { path: folder.to_owned(), source };
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder).map_err(io)? {
            let path = entry.map_err(io)?.path();
            if path.extension().is_some_and(|x| x == "json") && path.is_file() {
                paths.push(path);
            }
        }
        paths.sort();
        if paths.len() > MOST_RECORDS {
            return Err(FeedFault::Bomb("more than 4,000,000 records"));
        }
        for path in paths {
            let bytes = super::read_bounded(&path, LARGEST_RECORD)?;
            let name = path.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            self.add(&bytes, &name, true)?;
        }
        Ok(())
    }

    fn read_zip(&mut self, path: &Path, feed: &str, tell: &mut dyn FnMut(Progress)) -> Result<(), FeedFault> {
        let io = |source| FeedFault::Io { path: path.to_owned(), source };
        let broken = || FeedFault::Zip { path: path.to_owned() };
        let file = File::open(path).map_err(io)?;
        let allowed = file.metadata().map_err(io)?.len().saturating_mul(LARGEST_RATIO).max(ALWAYS_ALLOWED);
        let mut archive =
            zip::ZipArchive::new(BufReader::with_capacity(64 << 10, file)).map_err(|_| broken())?;
        let total = archive.len();
        if total > MOST_RECORDS {
            return Err(FeedFault::Bomb("more than 4,000,000 records"));
        }
        let (mut unpacked, mut buffer) = (0u64, Vec::new());
        for i in 0..total {
            if i % 1_000 == 0 {
                tell(Progress::Reading { feed: feed.to_owned(), done: i as u64, total: total as u64 });
            }
            let mut entry = match archive.by_index(i) {
                Ok(entry) => entry,
                Err(zip::result::ZipError::Io(e)) if e.kind() != io::ErrorKind::UnexpectedEof => {
                    return Err(io(e));
                }
                Err(_) => {
                    self.unread.push(format!("entry {} of all.zip", i + 1), "it cannot be unpacked");
                    continue;
                }
            };
            let name = entry.name().map(std::borrow::Cow::into_owned).unwrap_or_default();
            let Some(name) = name.strip_suffix(".json") else { continue };
            if entry.is_dir() {
                continue;
            }
            buffer.clear();
            let read = entry.by_ref().take(LARGEST_RECORD as u64 + 1).read_to_end(&mut buffer);
            unpacked = unpacked.saturating_add(buffer.len() as u64);
            if unpacked > allowed {
                return Err(FeedFault::Bomb("all.zip unpacks to more than sixty times its size"));
            }
            match read {
                Ok(_) => self.add(&buffer, name, false)?,
                Err(_) => self.unread.push(place(name), "it cannot be unpacked"),
            }
        }
        Ok(())
    }

    /// Adds one record. The first one of an id stays: loose files come first and are newer.
    fn add(&mut self, bytes: &[u8], file_name: &str, loose: bool) -> Result<(), FeedFault> {
        let record = match osv::parse(bytes) {
            Ok(record) => record,
            Err(e) => {
                self.unread.push(place(file_name), e.to_string());
                return Ok(());
            }
        };
        if self.ids.contains_key(&*record.id) {
            if loose {
                self.unread.push(record.id.to_string(), "two files hold a record of this id");
            }
            return Ok(());
        }
        self.ids.insert(record.id.to_string(), (record.modified, record.withdrawn));
        if record.withdrawn {
            return Ok(());
        }
        // Entries of `affected` by name: mostly one.
        let mut by_name: Vec<(String, Vec<(&str, &osv::Affected<'_>)>)> = Vec::new();
        for affected in &record.affected {
            let Some(component) = &affected.component else { continue };
            let (base, suffix) = component.ecosystem.split_once(':').unwrap_or((&component.ecosystem, ""));
            if base != self.ecosystem {
                continue;
            }
            let key = ecosystem::key(self.ecosystem, &component.name);
            match by_name.iter_mut().find(|(name, _)| *name == key) {
                Some((_, list)) => list.push((suffix, affected)),
                None => by_name.push((key, vec![(suffix, affected)])),
            }
        }
        for (key, named) in by_name {
            let mut encoded = Vec::new();
            record::put_record(&mut encoded, &record, &named, ecosystem::scheme_of(self.ecosystem));
            self.size += encoded.len() + key.len() + 64;
            if self.size > LARGEST_INDEX {
                return Err(FeedFault::Bomb("its index would be larger than 2 GiB"));
            }
            self.blocks.entry(key).or_default().push((record.id.to_string(), encoded));
        }
        Ok(())
    }

    /// The export lists its ids: one that is listed and not there was lost on the way.
    fn compare_with_csv(&mut self, path: &Path) -> Result<(), FeedFault> {
        if !path.is_file() {
            return Ok(());
        }
        let bytes = super::read_bounded(path, LARGEST_CSV)?;
        for line in bytes.split(|b| *b == b'\n') {
            let Some((_, id)) = std::str::from_utf8(line).ok().and_then(|l| l.trim_end().split_once(','))
            else {
                continue;
            };
            if !self.ids.contains_key(id) && id != "id" {
                self.unread.push(place(id), "listed in modified_id.csv and not there");
            }
        }
        Ok(())
    }

    fn finish(self, now: Timestamp) -> Content {
        let newest = newest(self.ids.values().filter_map(|(modified, _)| *modified), now);
        let withdrawn = self.ids.values().filter(|(_, withdrawn)| *withdrawn).count() as u64;
        let records = self.ids.len() as u64;
        let mut unread = self.unread;
        let mut joined = BTreeMap::new();
        for (name, mut list) in self.blocks {
            list.sort();
            joined.insert(name, list.into_iter().flat_map(|(_, bytes)| bytes).collect::<Vec<u8>>());
        }
        let mut ids: Vec<_> = self.ids.into_iter().collect();
        ids.sort();
        let mut appendix = Vec::with_capacity(ids.len() * 32);
        bytes::put_number(&mut appendix, ids.len() as u64);
        for (id, (modified, withdrawn)) in &ids {
            bytes::put_text(&mut appendix, id);
            appendix.push(u8::from(modified.is_some()) | u8::from(*withdrawn) << 1);
            bytes::put_signed(&mut appendix, modified.map_or(0, Timestamp::unix));
        }
        let (built, left_out) = names::build(&joined, records, &appendix);
        for name in left_out {
            unread.push(place(&name), "more is said about this name than an index can hold");
        }
        Content { built, appendix, records, withdrawn, newest, unread }
    }
}

/// A file name or id from outside, fit to be shown.
fn place(name: &str) -> String {
    plain(name, 100)
}
