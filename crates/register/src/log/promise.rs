//! The promise: which head this log will sign next, and no other of that size.
//!
//! Decides the form of the file `.promise`, and whether one that was read is whole. It is written in
//! place (one sync instead of three), so a power cut may leave any mix of old and new: the digest of
//! what stands above it tells.

use domain::Digest;
use tlog::Checkpoint;

/// The file's name in the log's folder.
pub(super) const PROMISE: &str = ".promise";

/// The most bytes it can have: an origin has 255 at most.
pub(super) const LONGEST: u64 = 1024;

const FORM: &str = "formulary/log-promise/v1";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Promise {
    /// Counts the changes of this file, so that a second writer is noticed.
    pub(super) count: u64,
    /// What is signed, or will be.
    pub(super) checkpoint: Checkpoint,
}

impl Promise {
    pub(super) fn write(&self) -> Vec<u8> {
        let text = format!("{FORM}\n{}\n{}", self.count, self.checkpoint);
        format!("{text}{}\n", Digest::of(text.as_bytes())).into_bytes()
    }

    /// The promise in these bytes; `None` if they are not whole. What follows it is of an older, longer
    /// one.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut end = 0;
        let mut lines = Vec::new();
        for line in bytes.split_inclusive(|b| *b == b'\n').take(6) {
            end += line.len();
            lines.push(std::str::from_utf8(line.strip_suffix(b"\n")?).ok()?);
        }
        let [FORM, count, origin, size, root, digest] = lines[..] else { return None };
        let text = &bytes[..end - digest.len() - 1];
        if digest.parse() != Ok(Digest::of(text)) {
            return None;
        }
        let checkpoint = Checkpoint::parse(&format!("{origin}\n{size}\n{root}\n")).ok()?;
        Some(Self { count: count.parse().ok()?, checkpoint })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_or_nothing() {
        let promise = |count, size| Promise {
            count,
            checkpoint: Checkpoint::new("register.example/log", size, tlog::leaf_hash(&[1])).unwrap(),
        };
        let (old, new) = (promise(9, 12_345), promise(10, 12));
        for promise in [&old, &new] {
            assert_eq!(Promise::read(&promise.write()).as_ref(), Some(promise));
        }
        let (old_bytes, new_bytes) = (old.write(), new.write());
        for torn in 0..=new_bytes.len() {
            let mut bytes = old_bytes.clone();
            bytes[..torn].copy_from_slice(&new_bytes[..torn]);
            let read = Promise::read(&bytes);
            assert!(read.is_none() || read == Some(old.clone()) || read == Some(new.clone()), "{torn}");
            if torn == new_bytes.len() {
                assert_eq!(read, Some(new.clone()));
            }
            assert_eq!(Promise::read(&new_bytes[..torn]).is_some(), torn == new_bytes.len());
        }
        assert_eq!(Promise::read(b""), None);
        assert_eq!(Promise::read(&[b'\n'; 20]), None);
    }
}
