//! The digest of a whole material: what a repository, model or product *is*, wherever it lies.
//!
//! Over the canonical list of `path`, content digest pairs, sorted by path. Modes, times, owners
//! and the folder's own name do not enter.

use std::io::Read;

use domain::Digest;
use sha2::{Digest as _, Sha256};

use super::{Entry, Material};

/// The digest of the material's files. A file that cannot be read enters by its path alone,
/// marked, so that reading it later is a change.
pub fn tree(material: &dyn Material) -> Digest {
    let entries = material.entries();
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    let parts: Vec<Vec<u8>> = if entries.len() < 64 || workers == 1 {
        vec![lines(material, entries)]
    } else {
        // Order does not depend on the number of workers: each takes a run of the sorted list.
        let run = entries.len().div_ceil(workers);
        std::thread::scope(|scope| {
            let running: Vec<_> =
                entries.chunks(run).map(|part| scope.spawn(move || lines(material, part))).collect();
            running
                .into_iter()
                .map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        })
    };
    let mut whole = Sha256::new();
    for part in parts {
        whole.update(&part);
    }
    Digest::from_bytes(whole.finalize().into())
}

fn lines(material: &dyn Material, entries: &[Entry]) -> Vec<u8> {
    let mut out = Vec::with_capacity(entries.len() * 96);
    for entry in entries {
        out.extend_from_slice(entry.path.as_bytes());
        out.push(0);
        match file(material, entry) {
            Some(digest) => out.extend_from_slice(digest.as_bytes()),
            None => out.extend_from_slice(b"unread"),
        }
        out.push(b'\n');
    }
    out
}

/// The digest of one file's content, by stream.
pub fn file(material: &dyn Material, entry: &Entry) -> Option<Digest> {
    let mut source = material.open(&entry.path).ok()?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0u8; 64 << 10];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return Some(Digest::from_bytes(hasher.finalize().into())),
            Ok(n) => hasher.update(&buffer[..n]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
}
