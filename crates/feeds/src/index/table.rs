//! A sorted table from 64-bit keys to 64-bit values, for the values known per CVE.
//!
//! Two sections: pages of 256 rows, and a *fence* with the first key and the checksum of each
//! page. The fence (12 bytes for 4 KiB of rows: 14 KB for the 300,000 rows of EPSS) is read when
//! the table is first asked; a lookup is then a search in memory and one page read.

use std::{path::Path, sync::OnceLock};

use super::{
    Built, IndexError,
    file::{Header, IndexFile, Shape},
};

const PAGE_ROWS: usize = 256;
const ROW: usize = 16;
const FENCE_ROW: usize = 12;
/// Most rows that a table may claim to hold.
const MOST_ROWS: u64 = 1 << 28;

/// Builds the file. Of rows with the same key the last one stays.
pub fn build(mut rows: Vec<(u64, u64)>, extra: u64) -> Built {
    rows.reverse();
    rows.sort_by_key(|(key, _)| *key);
    rows.dedup_by_key(|(key, _)| *key);
    let (mut pages, mut fence) = (Vec::with_capacity(rows.len() * ROW), Vec::new());
    for (number, page) in rows.chunks(PAGE_ROWS).enumerate() {
        let start = pages.len();
        for (key, value) in page {
            pages.extend_from_slice(&key.to_le_bytes());
            pages.extend_from_slice(&value.to_le_bytes());
        }
        fence.extend_from_slice(&page[0].0.to_le_bytes());
        fence.extend_from_slice(&check(number, &pages[start..]).to_le_bytes());
    }
    let guard = crc32fast::hash(&fence).to_le_bytes();
    fence.extend_from_slice(&guard);
    Built::of(Header::assemble(Shape::Table, rows.len() as u64, extra, &[&fence, &pages]))
}

fn check(page: usize, rows: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&(page as u64).to_le_bytes());
    hasher.update(rows);
    hasher.finalize()
}

/// An open table.
#[derive(Debug)]
pub struct Table {
    file: IndexFile,
    fence: OnceLock<Vec<(u64, u32)>>,
}

impl Table {
    /// Opens a table; reads the header only.
    ///
    /// # Errors
    /// See [`IndexError`].
    pub fn open(path: &Path) -> Result<Self, IndexError> {
        let file = IndexFile::open(path, Shape::Table)?;
        let rows = file.header.entries;
        let [fence, pages, ..] = file.header.sections;
        let sized = rows <= MOST_ROWS
            && pages.length == rows * ROW as u64
            && fence.length == rows.div_ceil(PAGE_ROWS as u64) * FENCE_ROW as u64 + 4;
        if !sized {
            return Err(IndexError::Damaged("header"));
        }
        Ok(Self { file, fence: OnceLock::new() })
    }

    /// How many rows it holds.
    pub fn len(&self) -> u64 {
        self.file.header.entries
    }

    /// Whether it holds no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn fence(&self) -> Result<&[(u64, u32)], IndexError> {
        if let Some(fence) = self.fence.get() {
            return Ok(fence);
        }
        let section = self.file.header.sections[0];
        let length = usize::try_from(section.length).map_err(|_| IndexError::Damaged("fence"))?;
        let bytes = self.file.read(section, 0, length)?;
        let (rows, guard) = bytes.split_at(length - 4);
        if guard != crc32fast::hash(rows).to_le_bytes() {
            return Err(IndexError::Damaged("fence"));
        }
        let rows = rows.chunks_exact(FENCE_ROW).map(|row| {
            let (key, check) = row.split_at(8);
            (number(key), u32::try_from(number(check)).unwrap_or(0))
        });
        Ok(self.fence.get_or_init(|| rows.collect()))
    }

    /// The value of a key, or none if the table does not hold it.
    ///
    /// # Errors
    /// When the bytes that would tell are damaged.
    pub fn get(&self, key: u64) -> Result<Option<u64>, IndexError> {
        let fence = self.fence()?;
        let Some(page) = fence.partition_point(|(first, _)| *first <= key).checked_sub(1) else {
            return Ok(None);
        };
        let rows = (self.len() as usize - page * PAGE_ROWS).min(PAGE_ROWS);
        let at = (page * PAGE_ROWS * ROW) as u64;
        let bytes = self.file.read(self.file.header.sections[1], at, rows * ROW)?;
        if check(page, &bytes) != fence[page].1 {
            return Err(IndexError::Damaged("page"));
        }
        let row = |i: usize| number(&bytes[i * ROW..i * ROW + 8]);
        let (mut low, mut high) = (0, rows);
        while low < high {
            let middle = usize::midpoint(low, high);
            if row(middle) < key { low = middle + 1 } else { high = middle }
        }
        Ok((low < rows && row(low) == key).then(|| number(&bytes[low * ROW + 8..(low + 1) * ROW])))
    }

    /// Every row, by key.
    ///
    /// # Errors
    /// At the first damaged page.
    pub fn for_each(&self, mut each: impl FnMut(u64, u64)) -> Result<(), IndexError> {
        for (page, (_, stored)) in self.fence()?.iter().enumerate() {
            let rows = (self.len() as usize - page * PAGE_ROWS).min(PAGE_ROWS);
            let at = (page * PAGE_ROWS * ROW) as u64;
            let bytes = self.file.read(self.file.header.sections[1], at, rows * ROW)?;
            if check(page, &bytes) != *stored {
                return Err(IndexError::Damaged("page"));
            }
            bytes.chunks_exact(ROW).for_each(|row| each(number(&row[..8]), number(&row[8..])));
        }
        Ok(())
    }
}

/// Up to eight bytes as a number, low byte first.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(bytes: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        file
    }

    #[test]
    fn finds_every_key_and_no_other() {
        for count in [0u64, 1, 255, 256, 257, 1_000] {
            let built = build((0..count).map(|i| (i * 3 + 5, i)).collect(), 0);
            let file = write(&built.bytes);
            let table = Table::open(file.path()).unwrap();
            for i in 0..count {
                assert_eq!(table.get(i * 3 + 5).unwrap(), Some(i));
                assert_eq!(table.get(i * 3 + 6).unwrap(), None);
            }
            assert_eq!((table.get(0).unwrap(), table.get(u64::MAX).unwrap()), (None, None));
        }
    }

    #[test]
    fn the_last_row_of_a_key_stays() {
        let file = write(&build(vec![(1, 1), (2, 2), (1, 9)], 0).bytes);
        let table = Table::open(file.path()).unwrap();
        assert_eq!((table.get(1).unwrap(), table.len()), (Some(9), 2));
    }

    #[test]
    fn one_changed_byte_never_changes_an_answer() {
        let built = build((0..300u64).map(|i| (i * 2, i)).collect(), 0);
        let file = tempfile::NamedTempFile::new().unwrap();
        for at in (0..built.bytes.len()).step_by(5) {
            let mut bytes = built.bytes.clone();
            bytes[at] ^= 0x10;
            std::fs::write(file.path(), &bytes).unwrap();
            let Ok(table) = Table::open(file.path()) else { continue };
            for key in [0, 1, 200, 511, 512, 598, 600] {
                if let Ok(answer) = table.get(key) {
                    assert_eq!(answer, (key % 2 == 0 && key < 600).then_some(key / 2), "byte {at}");
                }
            }
        }
    }
}
