//! A map from texts to blocks of bytes.
//!
//! Three sections: the *fanout*, one row a bucket (where its entries start, and their checksum);
//! the *entries*, sorted by the hash of their name (hash, offset, length and checksum of the
//! block); the *blocks*, each opening with its name. A name's bucket is the top bits of its hash,
//! about four entries a bucket. The bucket's checksum covers its number and its bounds, so that a
//! hole of zeros is not read as an empty bucket.
//!
//! The hash is the first eight bytes of SHA-256: names come from strangers, who must not be able
//! to pile them into one bucket cheaply; names are compared in full anyway.

use std::{collections::BTreeMap, path::Path};

use domain::Digest;

use super::{
    Built, IndexError,
    bytes::{Cursor, put_bytes, put_text},
    file::{Header, IndexFile, Section, Shape},
};

const FANOUT_ROW: usize = 8;
const ENTRY: usize = 32;
/// No block is larger: a lookup never asks for more memory than this.
pub const LARGEST_BLOCK: usize = 64 << 20;

fn hash(name: &str) -> u64 {
    let digest = Digest::of(name.as_bytes());
    let mut raw = [0; 8];
    raw.copy_from_slice(&digest.as_bytes()[..8]);
    u64::from_be_bytes(raw)
}

/// The bucket's number among `1 << bits`.
fn bucket_of(hash: u64, bits: u32) -> u64 {
    if bits == 0 { 0 } else { hash >> (64 - bits) }
}

fn check(bucket: u64, start: u32, end: u32, entries: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&bucket.to_le_bytes());
    hasher.update(&start.to_le_bytes());
    hasher.update(&end.to_le_bytes());
    hasher.update(b"bucket");
    hasher.update(entries);
    hasher.finalize()
}

/// Builds the file. Blocks above [`LARGEST_BLOCK`] are left out and their names returned.
///
/// `extra` is a second section of the caller's own, read back by [`Names::appendix`].
pub fn build(blocks: &BTreeMap<String, Vec<u8>>, records: u64, appendix: &[u8]) -> (Built, Vec<String>) {
    let mut left_out = Vec::new();
    let mut sorted: Vec<(u64, &str, &[u8])> = Vec::with_capacity(blocks.len());
    for (name, block) in blocks {
        if block.len() + name.len() + 16 > LARGEST_BLOCK {
            left_out.push(name.clone());
        } else {
            sorted.push((hash(name), name, block));
        }
    }
    sorted.sort_unstable();

    let bits = (sorted.len() as u64 / 4).checked_ilog2().map_or(0, |log| (log + 1).min(24));
    let (mut entries, mut content) = (Vec::with_capacity(sorted.len() * ENTRY), Vec::new());
    let mut counts = vec![0u32; 1 << bits];
    let mut named = Vec::new();
    for (hash, name, block) in &sorted {
        named.clear();
        put_text(&mut named, name);
        put_bytes(&mut named, block);
        entries.extend_from_slice(&hash.to_le_bytes());
        entries.extend_from_slice(&(content.len() as u64).to_le_bytes());
        entries.extend_from_slice(&(named.len() as u64).to_le_bytes());
        entries.extend_from_slice(&u64::from(crc32fast::hash(&named)).to_le_bytes());
        content.extend_from_slice(&named);
        counts[usize::try_from(bucket_of(*hash, bits)).unwrap_or(0)] += 1;
    }
    let mut fanout = Vec::with_capacity((counts.len() + 1) * FANOUT_ROW);
    let mut start = 0u32;
    for (bucket, count) in counts.iter().enumerate() {
        let end = start + count;
        let own = &entries[start as usize * ENTRY..end as usize * ENTRY];
        fanout.extend_from_slice(&start.to_le_bytes());
        fanout.extend_from_slice(&check(bucket as u64, start, end, own).to_le_bytes());
        start = end;
    }
    fanout.extend_from_slice(&start.to_le_bytes());
    fanout.extend_from_slice(&0u32.to_le_bytes());

    let mut appended = crc32fast::hash(appendix).to_le_bytes().to_vec();
    appended.extend_from_slice(appendix);
    let bytes = Header::assemble(
        Shape::Names,
        sorted.len() as u64,
        u64::from(bits) | records << 8,
        &[&fanout, &entries, &content, &appended],
    );
    (Built::of(bytes), left_out)
}

/// An open map.
#[derive(Debug)]
pub struct Names {
    file: IndexFile,
    bits: u32,
}

/// One row of a bucket.
struct Entry {
    hash: u64,
    offset: u64,
    length: u64,
    check: u64,
}

impl Names {
    /// Opens a map; reads the header only.
    ///
    /// # Errors
    /// See [`IndexError`].
    pub fn open(path: &Path) -> Result<Self, IndexError> {
        let file = IndexFile::open(path, Shape::Names)?;
        let bits = (file.header.extra & 0xff) as u32;
        let [fanout, entries, ..] = file.header.sections;
        let rows = 1u64.checked_shl(bits).filter(|_| bits <= 24).ok_or(IndexError::Damaged("header"))? + 1;
        let sized = fanout.length == rows * FANOUT_ROW as u64
            && Some(entries.length) == file.header.entries.checked_mul(ENTRY as u64);
        if !sized {
            return Err(IndexError::Damaged("header"));
        }
        Ok(Self { file, bits })
    }

    /// How many names it holds.
    pub fn len(&self) -> u64 {
        self.file.header.entries
    }

    /// Whether it holds no name.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn sections(&self) -> [Section; 4] {
        self.file.header.sections
    }

    /// The block of a name, or none if the map does not hold it.
    ///
    /// # Errors
    /// When the bytes that would tell are damaged.
    pub fn get(&self, name: &str) -> Result<Option<Vec<u8>>, IndexError> {
        let wanted = hash(name);
        for entry in self.bucket(bucket_of(wanted, self.bits))? {
            if entry.hash == wanted {
                let (found, block) = self.block(&entry)?;
                if found == name {
                    return Ok(Some(block));
                }
            }
        }
        Ok(None)
    }

    /// Every name with its block, in the order of the file.
    ///
    /// # Errors
    /// At the first damaged bucket or block.
    pub fn for_each(&self, mut each: impl FnMut(String, Vec<u8>)) -> Result<(), IndexError> {
        for bucket in 0..1u64 << self.bits {
            for entry in self.bucket(bucket)? {
                let (name, block) = self.block(&entry)?;
                each(name, block);
            }
        }
        Ok(())
    }

    /// The caller's own bytes.
    ///
    /// # Errors
    /// When they are damaged.
    pub fn appendix(&self) -> Result<Vec<u8>, IndexError> {
        let section = self.sections()[3];
        let length = usize::try_from(section.length).map_err(|_| IndexError::Damaged("appendix"))?;
        let mut bytes = self.file.read(section, 0, length)?;
        if bytes.len() < 4 {
            return Err(IndexError::Damaged("appendix"));
        }
        let rest = bytes.split_off(4);
        if bytes != crc32fast::hash(&rest).to_le_bytes() {
            return Err(IndexError::Damaged("appendix"));
        }
        Ok(rest)
    }

    fn bucket(&self, bucket: u64) -> Result<Vec<Entry>, IndexError> {
        let [fanout, entries, ..] = self.sections();
        let rows = self.file.read(fanout, bucket * FANOUT_ROW as u64, 2 * FANOUT_ROW)?;
        let (start, stored, end) = (le32(&rows, 0), le32(&rows, 4), le32(&rows, 8));
        let count = end.checked_sub(start).ok_or(IndexError::Damaged("bucket"))? as usize;
        if count as u64 > self.file.header.entries {
            return Err(IndexError::Damaged("bucket"));
        }
        let raw = self.file.read(entries, u64::from(start) * ENTRY as u64, count * ENTRY)?;
        if check(bucket, start, end, &raw) != stored {
            return Err(IndexError::Damaged("bucket"));
        }
        Ok(raw
            .chunks_exact(ENTRY)
            .map(|row| Entry {
                hash: le64(row, 0),
                offset: le64(row, 8),
                length: le64(row, 16),
                check: le64(row, 24),
            })
            .collect())
    }

    fn block(&self, entry: &Entry) -> Result<(String, Vec<u8>), IndexError> {
        let length = usize::try_from(entry.length)
            .ok()
            .filter(|n| *n <= LARGEST_BLOCK)
            .ok_or(IndexError::Damaged("a block is too large"))?;
        let bytes = self.file.read(self.sections()[2], entry.offset, length)?;
        if u64::from(crc32fast::hash(&bytes)) != entry.check {
            return Err(IndexError::Damaged("block"));
        }
        let mut cursor = Cursor::new(&bytes);
        Ok((cursor.text()?.to_owned(), cursor.bytes()?.to_vec()))
    }
}

fn le32(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes)
}

fn le64(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(names: usize) -> BTreeMap<String, Vec<u8>> {
        (0..names).map(|i| (format!("name-{i}"), format!("block of {i}").into_bytes())).collect()
    }

    fn write(bytes: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        file
    }

    #[test]
    fn finds_every_name_and_no_other() {
        for count in [0, 1, 3, 4, 5, 8, 100, 2_000] {
            let blocks = sample(count);
            let (built, left_out) = build(&blocks, 7, b"mine");
            assert!(left_out.is_empty());
            let file = write(&built.bytes);
            let names = Names::open(file.path()).unwrap();
            assert_eq!(names.len(), count as u64);
            for (name, block) in &blocks {
                assert_eq!(names.get(name).unwrap().as_ref(), Some(block));
            }
            assert_eq!(names.get("other").unwrap(), None);
            assert_eq!(names.appendix().unwrap(), b"mine");
            let mut all = BTreeMap::new();
            names.for_each(|name, block| assert!(all.insert(name, block).is_none())).unwrap();
            assert_eq!(all, blocks);
        }
    }

    #[test]
    fn the_same_content_is_the_same_file() {
        assert_eq!(build(&sample(50), 1, b"").0.digest, build(&sample(50), 1, b"").0.digest);
        assert_ne!(build(&sample(50), 1, b"").0.digest, build(&sample(51), 1, b"").0.digest);
    }

    #[test]
    fn one_changed_byte_never_changes_an_answer() {
        let blocks = sample(12);
        let (built, _) = build(&blocks, 1, b"appendix");
        let file = tempfile::NamedTempFile::new().unwrap();
        for at in 0..built.bytes.len() {
            for flip in [0x01, 0x80, built.bytes[at]] {
                let mut bytes = built.bytes.clone();
                bytes[at] ^= flip;
                std::fs::write(file.path(), &bytes).unwrap();
                let Ok(names) = Names::open(file.path()) else { continue };
                for name in blocks.keys().map(String::as_str).chain(["absent", ""]) {
                    if let Ok(answer) = names.get(name) {
                        assert_eq!(answer.as_ref(), blocks.get(name), "byte {at}");
                    }
                }
                if let Ok(appendix) = names.appendix() {
                    assert_eq!(appendix, b"appendix", "byte {at}");
                }
            }
        }
    }

    #[test]
    fn a_file_cut_anywhere_is_an_error() {
        let (built, _) = build(&sample(40), 1, b"appendix");
        for length in 0..built.bytes.len() {
            let file = write(&built.bytes[..length]);
            assert!(Names::open(file.path()).is_err(), "{length}");
        }
    }
}
