//! One file from the network: conditional, resumable, polite.
//!
//! *Conditional*: what was fetched before is asked for with its `ETag` or date, and 304 ends it.
//! *Resumable*: what arrived of a cut transfer stays in a `.part` file, and the next attempt, also
//! one of another day, asks for the rest, if the server's `ETag` still is the one it was.
//! *Polite*: one request at a time; on 429 and 5xx `Retry-After` is kept, else the pauses grow; a
//! server that asks for a long silence gets it, by giving up.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::SyncFault;
use crate::{
    fetch::{Fetch, FetchRequest, FetchResponse},
    library::replace,
};

/// How often one file is asked for before giving up.
const ATTEMPTS: u32 = 5;
/// The longest silence that is waited out; a longer one is reported instead.
const LONGEST_PAUSE: Duration = Duration::from_secs(120);

const USER_AGENT: &str = concat!("formulary/", env!("CARGO_PKG_VERSION"), " (feeds sync)");

/// What is remembered of a file that was fetched, beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Memory {
    url: String,
    #[serde(default)]
    etag: Option<String>,
    #[serde(default)]
    last_modified: Option<String>,
}

/// A download.
pub(super) struct Download<'a> {
    pub(super) fetch: &'a dyn Fetch,
    pub(super) url: &'a str,
    /// Where the file goes; it is replaced only by a whole one.
    pub(super) to: &'a Path,
    /// No larger file is taken.
    pub(super) limit: u64,
}

impl Download<'_> {
    /// Fetches the file unless it is unchanged.
    pub(super) fn run(&self, tell: &mut dyn FnMut(u64, Option<u64>)) -> Result<(), SyncFault> {
        let mut pause = Duration::from_secs(1);
        let mut attempt = 1;
        loop {
            let (fault, asked) = match self.attempt(tell) {
                Ok(()) => return Ok(()),
                Err(Attempt::Final(fault)) => return Err(fault),
                Err(Attempt::Again(fault, asked)) => (fault, asked),
            };
            if attempt == ATTEMPTS || asked.is_some_and(|t| t > LONGEST_PAUSE) {
                return Err(fault);
            }
            attempt += 1;
            self.fetch.pause(asked.unwrap_or(pause));
            pause = (pause * 4).min(LONGEST_PAUSE);
        }
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.to.as_os_str().to_owned();
        name.push(ending);
        name.into()
    }

    fn memory(&self, ending: &str) -> Option<Memory> {
        let bytes = fs::read(self.beside(ending)).ok()?;
        let memory: Memory = serde_json::from_slice(&bytes).ok()?;
        (memory.url == self.url).then_some(memory)
    }

    fn attempt(&self, tell: &mut dyn FnMut(u64, Option<u64>)) -> Result<(), Attempt> {
        let mut headers =
            vec![("User-Agent", USER_AGENT.to_owned()), ("Accept-Encoding", "identity".to_owned())];
        let part = self.beside(".part");
        let held = fs::metadata(&part).map_or(0, |m| m.len());
        // Only a strong ETag says that the bytes are the same (RFC 9110 §13.1.5).
        let strong = |m: &Memory| m.etag.as_deref().is_some_and(|e| !e.starts_with("W/"));
        let begun = self.memory(".part-of").filter(strong).filter(|_| held > 0);
        if let Some(etag) = begun.as_ref().and_then(|m| m.etag.clone()) {
            headers.push(("Range", format!("bytes={held}-")));
            headers.push(("If-Range", etag));
        } else if self.to.is_file()
            && let Some(memory) = self.memory(".from")
        {
            if let Some(etag) = memory.etag {
                headers.push(("If-None-Match", etag));
            } else if let Some(date) = memory.last_modified {
                headers.push(("If-Modified-Since", date));
            }
        }
        let request = FetchRequest { url: self.url.to_owned(), headers };
        let response = self.fetch.get(&request).map_err(|e| {
            let again = e.again;
            let fault = SyncFault::NoAnswer { url: shown(self.url), why: e.why };
            if again { Attempt::Again(fault, None) } else { Attempt::Final(fault) }
        })?;
        match response.status {
            304 => Ok(()),
            200 => self.receive(response, 0, tell),
            206 if begun.is_some() && starts_at(&response) == Some(held) => {
                self.receive(response, held, tell)
            }
            206 | 416 => {
                // What is held does not fit what is offered: start over.
                let _ = fs::remove_file(&part);
                Err(Attempt::Again(
                    SyncFault::Status { url: shown(self.url), status: response.status },
                    Some(Duration::ZERO),
                ))
            }
            status => {
                let fault = SyncFault::Status { url: shown(self.url), status };
                let asked = response
                    .header("Retry-After")
                    .and_then(|v| v.trim().parse().ok())
                    .map(Duration::from_secs);
                match status {
                    429 | 500 | 502 | 503 | 504 => Err(Attempt::Again(fault, asked)),
                    _ => Err(Attempt::Final(fault)),
                }
            }
        }
    }

    /// Writes the body behind what is held, then makes the whole the file.
    fn receive(
        &self,
        mut response: FetchResponse,
        held: u64,
        tell: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<(), Attempt> {
        let part = self.beside(".part");
        let io = |source: io::Error| Attempt::Final(SyncFault::Io { path: part.clone(), source });
        let memory = Memory {
            url: self.url.to_owned(),
            etag: response.header("ETag").map(str::to_owned),
            last_modified: response.header("Last-Modified").map(str::to_owned),
        };
        let told = response.header("Content-Length").and_then(|v| v.trim().parse::<u64>().ok());
        let total = told.and_then(|n| n.checked_add(held));
        if total.is_some_and(|t| t > self.limit) {
            return Err(Attempt::Final(SyncFault::TooLarge { url: shown(self.url) }));
        }
        let mut file = File::options()
            .create(true)
            .append(held > 0)
            .write(true)
            .truncate(held == 0)
            .open(&part)
            .map_err(io)?;
        write_memory(&self.beside(".part-of"), &memory).map_err(io)?;
        let (mut length, mut buffer) = (held, vec![0; 64 << 10]);
        loop {
            tell(length, total);
            let read = match response.body.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(self.cut(&e.to_string())),
            };
            length += read as u64;
            if length > self.limit {
                let _ = fs::remove_file(&part);
                return Err(Attempt::Final(SyncFault::TooLarge { url: shown(self.url) }));
            }
            file.write_all(&buffer[..read]).map_err(io)?;
        }
        if total.is_some_and(|t| t != length) {
            return Err(self.cut("the connection ended early"));
        }
        file.sync_all().map_err(io)?;
        drop(file);
        fs::rename(&part, self.to).map_err(io)?;
        write_memory(&self.beside(".from"), &memory).map_err(io)?;
        let _ = fs::remove_file(self.beside(".part-of"));
        Ok(())
    }

    fn cut(&self, why: &str) -> Attempt {
        Attempt::Again(SyncFault::NoAnswer { url: shown(self.url), why: why.to_owned() }, None)
    }

    /// Forgets that the file was fetched, so that the next run asks for it whatever its `ETag`.
    pub(super) fn forget(&self) {
        let _ = fs::remove_file(self.beside(".from"));
    }
}

fn write_memory(path: &Path, memory: &Memory) -> io::Result<()> {
    let bytes = serde_json::to_vec(memory).map_err(io::Error::other)?;
    replace(path.parent().unwrap_or(Path::new(".")), path, &bytes)
}

enum Attempt {
    Final(SyncFault),
    /// Asking again may help; after this time, if the server said so.
    Again(SyncFault, Option<Duration>),
}

/// Where a partial body starts: `Content-Range: bytes 100-199/200`.
fn starts_at(response: &FetchResponse) -> Option<u64> {
    response.header("Content-Range")?.strip_prefix("bytes ")?.split('-').next()?.parse().ok()
}

/// An address without what may be secret in it: user, password, query, fragment.
pub(super) fn shown(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let url = &url[..end];
    let Some((scheme, rest)) = url.split_once("://") else { return "(an address)".into() };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{scheme}://{host}/{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_addresses_are_not_shown() {
        assert_eq!(shown("https://user:pass@mirror.example/a/b?token=x#y"), "https://mirror.example/a/b");
        assert_eq!(shown("https://mirror.example"), "https://mirror.example/");
    }
}
