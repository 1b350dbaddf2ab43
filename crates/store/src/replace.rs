//! Putting new bytes in a file's place so that a reader, or whoever comes after a power cut, finds
//! either the old bytes or the new, whole.
//!
//! Decides the order: a file of its own beside it, its bytes synced, renamed over the old name, the
//! folder synced. Refuses to know who else writes the same name; that is what a lock is for.

use crate::files::{Files, FilesError, parent};

/// How many half-made files of crashed writers may stand beside a name before writing there is refused.
const ATTEMPTS: usize = 100;

/// Replaces the bytes of `path`, durably, in one step: two syncs. Its folder must be there.
///
/// Failpoints: `replace.written`, `replace.synced`, `replace.renamed`, `replace.folder-synced`.
///
/// # Errors
/// When a step fails: the old bytes are there still, unless only the last sync failed. In that case
/// which of the two a power cut would leave is unknown.
pub fn replace(files: &dyn Files, path: &str, bytes: &[u8]) -> Result<(), FilesError> {
    let temporary = write_beside(files, path, bytes)?;
    files.failpoint("replace.written")?;
    files.sync_file(&temporary)?;
    files.failpoint("replace.synced")?;
    files.rename(&temporary, path)?;
    files.failpoint("replace.renamed")?;
    files.sync_folder(parent(path))?;
    files.failpoint("replace.folder-synced")
}

/// Writes the bytes under a name that nobody else writes to: whoever makes it owns it.
fn write_beside(files: &dyn Files, path: &str, bytes: &[u8]) -> Result<String, FilesError> {
    let mut last = None;
    for attempt in 0..ATTEMPTS {
        let temporary = temporary(path, attempt);
        match files.write_new(&temporary, bytes) {
            Ok(()) => return Ok(temporary),
            Err(error @ FilesError::Exists { .. }) => last = Some(error),
            Err(error) => {
                // What was written of it (the disk is full, say) is no use to anyone.
                let _ = files.remove(&temporary);
                return Err(error);
            }
        }
    }
    Err(last.unwrap_or_else(|| FilesError::Exists { path: path.to_owned() }))
}

fn temporary(path: &str, attempt: usize) -> String {
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
    let slash = if folder.is_empty() { "" } else { "/" };
    format!("{folder}{slash}.{name}.{attempt}.new")
}

/// Removes what writers that crashed inside [`replace`] left in a folder. Only for whoever knows that
/// nobody is writing there: the holder of the lock.
///
/// # Errors
/// When the folder cannot be read or a file not removed.
pub fn sweep(files: &dyn Files, folder: &str) -> Result<(), FilesError> {
    let slash = if folder.is_empty() { "" } else { "/" };
    for name in files.list(folder)? {
        if name.starts_with('.') && name.ends_with(".new") {
            files.remove(&format!("{folder}{slash}{name}"))?;
            files.failpoint("replace.swept")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forgetful::{Forgetful, Loss};

    /// Every failpoint killed, every kind of loss: the old or the new, never anything else.
    #[test]
    fn a_crash_leaves_the_old_or_the_new() {
        let scene = || {
            let files = Forgetful::new();
            replace(&files, "name", b"the old bytes").unwrap();
            files
        };
        let whole = scene();
        let before = whole.steps();
        replace(&whole, "name", b"the new").unwrap();
        let after = whole.steps();
        assert!(after - before >= 8, "four operations and four failpoints: {}", after - before);
        let mut seen = [0, 0];
        for step in before..after {
            for seed in 0..40 {
                let files = scene();
                files.kill_at_step(step, seed);
                assert!(replace(&files, "name", b"the new").is_err());
                let loss = match seed {
                    0 => Loss::Nothing,
                    1 => Loss::Unsynced,
                    _ => Loss::Random(seed),
                };
                let left = files.crash(loss);
                match left.read("name", 100).unwrap().as_deref() {
                    Some(b"the old bytes") => seen[0] += 1,
                    Some(b"the new") => seen[1] += 1,
                    other => panic!("step {step}, seed {seed}: {other:?}"),
                }
                sweep(&left, "").unwrap();
                assert_eq!(left.list("").unwrap(), ["name"]);
                replace(&left, "name", b"once more").unwrap();
            }
        }
        assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
    }

    #[test]
    fn a_full_disk_leaves_the_old() {
        let files = Forgetful::new();
        replace(&files, "name", b"the old bytes").unwrap();
        files.full_after(3);
        assert!(replace(&files, "name", b"the new").unwrap_err().is_full());
        assert_eq!(files.read("name", 100).unwrap().as_deref(), Some(&b"the old bytes"[..]));
        assert_eq!(files.list("").unwrap(), ["name"]);
    }
}
