//! One ecosystem of an OSV export, kept up to date.
//!
//! 1. Fetch `modified_id.csv`; unchanged: nothing to do, and the feed is true as of now.
//! 2. Compare it line by line with the list that was applied last. Not "everything newer than the
//!    newest date seen": a record dated next year would end all updates until then.
//! 3. Few lines differ: fetch those records one by one. Many, or nothing was applied yet: fetch
//!    `all.zip`, then one by one what the list says is newer than the archive.
//! 4. Build from the folder that results; once the library has it, remember the list, without
//!    the lines that could not be followed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use domain::Timestamp;

use super::{
    SyncFault,
    download::{Download, shown},
};
use crate::{
    changed::ids,
    fetch::Fetch,
    import::{Content, Progress, build_ecosystem},
    library::replace,
};

/// More records than this are not fetched one by one.
const MOST_SINGLE: usize = 500;
const LARGEST_LIST: u64 = 256 << 20;
const LARGEST_ZIP: u64 = 8 << 30;
const LARGEST_RECORD: u64 = 16 << 20;

/// A feed built, and how far it follows the list of changes.
pub(super) struct Applied {
    pub(super) content: Content,
    pub(super) followed: String,
}

pub(super) struct Ecosystem<'a> {
    pub(super) fetch: &'a dyn Fetch,
    /// Address of the ecosystem's folder, without a slash at its end.
    pub(super) base: String,
    pub(super) name: &'a str,
    pub(super) feed: &'a str,
    /// Where what was fetched lies.
    pub(super) folder: PathBuf,
    pub(super) now: Timestamp,
    /// Whether the library holds the feed that was built last.
    pub(super) held: bool,
}

impl Ecosystem<'_> {
    /// Brings the folder up to date and builds it; none when nothing changed.
    pub(super) fn run(&self, tell: &mut dyn FnMut(Progress)) -> Result<Option<Applied>, SyncFault> {
        let io = |source| SyncFault::Io { path: self.folder.clone(), source };
        fs::create_dir_all(&self.folder).map_err(io)?;
        let list_path = self.folder.join("modified_id.csv");
        let url = format!("{}/modified_id.csv", self.base);
        let list_download = Download { fetch: self.fetch, url: &url, to: &list_path, limit: LARGEST_LIST };
        let applied = read_list(&self.applied_path()).ok();
        list_download.run(&mut self.telling(tell))?;
        let list = read_list(&list_path).map_err(io)?;
        if list.is_empty() {
            // Whatever its `ETag` says: nothing can be gained by keeping this.
            list_download.forget();
            return Err(SyncFault::NoList { url: shown(&url) });
        }
        if self.held && applied.as_ref() == Some(&list) {
            return Ok(None);
        }

        let zip = self.folder.join("all.zip");
        let differing = applied.as_ref().filter(|_| zip.is_file()).map(|applied| {
            let gone = applied.keys().any(|id| !list.contains_key(id));
            let new: BTreeSet<&str> = list
                .iter()
                .filter(|(id, at)| applied.get(*id) != Some(*at))
                .map(|(id, _)| id.as_str())
                .collect();
            (gone, new)
        });
        let content = match differing {
            Some((false, new)) if new.len() <= MOST_SINGLE => {
                self.fetch_records(&new, tell)?;
                self.build(tell)?
            }
            _ => self.whole(&zip, &list, tell)?,
        };
        let behind = self.behind(&content, &list)?;
        let followed: String = list
            .iter()
            .filter(|(id, _)| !behind.contains(id.as_str()))
            .map(|(id, at)| format!("{at},{id}\n"))
            .collect();
        Ok(Some(Applied { content, followed }))
    }

    fn applied_path(&self) -> PathBuf {
        self.folder.join("applied.csv")
    }

    /// Remembers what was followed. To be called when the library holds what was built from it.
    pub(super) fn remember(&self, followed: &str) -> Result<(), SyncFault> {
        let path = self.applied_path();
        replace(&self.folder, &path, followed.as_bytes()).map_err(|source| SyncFault::Io { path, source })
    }

    /// Ids of which the list knows something newer than what was built, or which are missing.
    fn behind<'l>(
        &self,
        content: &Content,
        list: &'l BTreeMap<String, String>,
    ) -> Result<BTreeSet<&'l str>, SyncFault> {
        let held = ids(&content.appendix).map_err(|_| SyncFault::NoList { url: shown(&self.base) })?;
        let newer = |id: &str, at: &str| {
            let at = at.parse::<Timestamp>().ok().map(Timestamp::unix);
            held.get(id).is_none_or(|(modified, _)| at > *modified)
        };
        Ok(list.iter().filter(|(id, at)| newer(id, at)).map(|(id, _)| id.as_str()).collect())
    }

    /// Fetches the archive, then what the list says is newer than the archive.
    fn whole(
        &self,
        zip: &Path,
        list: &BTreeMap<String, String>,
        tell: &mut dyn FnMut(Progress),
    ) -> Result<Content, SyncFault> {
        let url = format!("{}/all.zip", self.base);
        Download { fetch: self.fetch, url: &url, to: zip, limit: LARGEST_ZIP }
            .run(&mut self.telling(tell))?;
        let io = |source| SyncFault::Io { path: self.folder.clone(), source };
        for entry in fs::read_dir(&self.folder).map_err(io)?.flatten() {
            // Single records are older than the archive now, or fetched again below.
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".json") || name.ends_with(".json.from") {
                fs::remove_file(entry.path()).map_err(io)?;
            }
        }
        let content = self.build(tell)?;
        let behind = self.behind(&content, list)?;
        // Too many: the archive is of another day than the list. The next run follows the list.
        if behind.is_empty() || behind.len() > MOST_SINGLE {
            return Ok(content);
        }
        self.fetch_records(&behind, tell)?;
        self.build(tell)
    }

    fn build(&self, tell: &mut dyn FnMut(Progress)) -> Result<Content, SyncFault> {
        Ok(build_ecosystem(&self.folder, self.name, self.feed, self.now, tell)?)
    }

    fn fetch_records(
        &self,
        wanted: &BTreeSet<&str>,
        tell: &mut dyn FnMut(Progress),
    ) -> Result<(), SyncFault> {
        for (done, id) in wanted.iter().enumerate() {
            tell(Progress::Fetching {
                feed: self.feed.to_owned(),
                done: done as u64,
                total: Some(wanted.len() as u64),
            });
            let url = format!("{}/{}.json", self.base, encoded(id));
            let to = self.folder.join(format!("{}.json", encoded(id)));
            let download = Download { fetch: self.fetch, url: &url, to: &to, limit: LARGEST_RECORD };
            match download.run(&mut |_, _| {}) {
                Ok(_) => {}
                // Listed and not there: building lists it as unread, unless the archive holds it.
                Err(SyncFault::Status { status: 404 | 410, .. }) => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    fn telling<'t>(&'t self, tell: &'t mut dyn FnMut(Progress)) -> impl FnMut(u64, Option<u64>) + 't {
        move |done, total| tell(Progress::Fetching { feed: self.feed.to_owned(), done, total })
    }
}

/// Lines `modified,id`, by id. A line that is none is passed over; an id that could lead out of the
/// folder is none.
fn read_list(path: &Path) -> std::io::Result<BTreeMap<String, String>> {
    let text = String::from_utf8_lossy(&fs::read(path)?).into_owned();
    let safe = |id: &str| {
        !id.is_empty()
            && id.len() <= 200
            && !id.starts_with('.')
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'))
    };
    Ok(text
        .lines()
        .filter_map(|line| line.trim().split_once(','))
        .filter(|(at, id)| safe(id) && at.len() <= 40 && *id != "id")
        .map(|(at, id)| (id.to_owned(), at.to_owned()))
        .collect())
}

/// Percent-encodes what is not plain in an address or a file name.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
