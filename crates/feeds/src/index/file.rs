//! The header that every index file opens with, and reading a file by offset.
//!
//! Reading is by `pread`, not by a memory map: a file that is cut short while it is read gives an
//! error instead of killing the process, and no `unsafe` is needed.

use std::{fs::File, path::Path};

use super::IndexError;

/// The first bytes of every index file; the last one is the version of the form.
const MAGIC: &[u8; 8] = b"FMLYIDX\x02";

/// What shape the rest of the file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// See [`super::names`].
    Names = 1,
    /// See [`super::table`].
    Table = 2,
}

/// How many sections a header describes; unused ones are empty.
const SECTIONS: usize = 4;
/// Magic, shape, two counts, sections (offset and length), checksum.
pub(crate) const HEADER_LENGTH: usize = 8 + 8 + 16 + SECTIONS * 16 + 8;

/// Where a part of the file lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) offset: u64,
    pub(crate) length: u64,
}

/// The header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) shape: u64,
    /// Entries of the table, or names of the map.
    pub(crate) entries: u64,
    /// A second number whose meaning is the shape's.
    pub(crate) extra: u64,
    pub(crate) sections: [Section; SECTIONS],
}

impl Header {
    /// A file's bytes: header, then the sections one after the other.
    pub(crate) fn assemble(shape: Shape, entries: u64, extra: u64, parts: &[&[u8]]) -> Vec<u8> {
        let total: usize = HEADER_LENGTH + parts.iter().map(|p| p.len()).sum::<usize>();
        let mut out = Vec::with_capacity(total);
        out.extend_from_slice(MAGIC);
        for number in [shape as u64, entries, extra] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        let mut offset = HEADER_LENGTH as u64;
        for i in 0..SECTIONS {
            let length = parts.get(i).map_or(0, |p| p.len() as u64);
            out.extend_from_slice(&offset.to_le_bytes());
            out.extend_from_slice(&length.to_le_bytes());
            offset += length;
        }
        let check = u64::from(crc32fast::hash(&out));
        out.extend_from_slice(&check.to_le_bytes());
        for part in parts {
            out.extend_from_slice(part);
        }
        out
    }

    fn parse(bytes: &[u8; HEADER_LENGTH], file_length: u64) -> Result<Self, IndexError> {
        if &bytes[..8] != MAGIC {
            return Err(IndexError::Format);
        }
        let number = |at: usize| {
            let mut raw = [0; 8];
            raw.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(raw)
        };
        if number(HEADER_LENGTH - 8) != u64::from(crc32fast::hash(&bytes[..HEADER_LENGTH - 8])) {
            return Err(IndexError::Damaged("header"));
        }
        let mut header =
            Self { shape: number(8), entries: number(16), extra: number(24), sections: Default::default() };
        for (i, section) in header.sections.iter_mut().enumerate() {
            *section = Section { offset: number(32 + i * 16), length: number(40 + i * 16) };
            let end = section.offset.checked_add(section.length);
            if end.is_none_or(|end| end > file_length) {
                return Err(IndexError::Damaged("it is shorter than its header says"));
            }
        }
        Ok(header)
    }
}

/// An open index file.
#[derive(Debug)]
pub(crate) struct IndexFile {
    file: File,
    pub(crate) header: Header,
}

impl IndexFile {
    /// Opens the file and reads its header.
    pub(crate) fn open(path: &Path, shape: Shape) -> Result<Self, IndexError> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        if length < HEADER_LENGTH as u64 {
            return Err(IndexError::Format);
        }
        let mut bytes = [0; HEADER_LENGTH];
        read_at(&file, &mut bytes, 0)?;
        let header = Header::parse(&bytes, length)?;
        if header.shape != shape as u64 {
            return Err(IndexError::Format);
        }
        Ok(Self { file, header })
    }

    /// Reads `length` bytes at `at` of a section.
    pub(crate) fn read(&self, section: Section, at: u64, length: usize) -> Result<Vec<u8>, IndexError> {
        let end = at.checked_add(length as u64).filter(|end| *end <= section.length);
        let start = section.offset.checked_add(at);
        let (Some(_), Some(start)) = (end, start) else {
            return Err(IndexError::Damaged("an offset points outside"));
        };
        let mut bytes = vec![0; length];
        read_at(&self.file, &mut bytes, start)?;
        Ok(bytes)
    }
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> std::io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, offset)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            n => {
                bytes = &mut bytes[n..];
                offset += n as u64;
            }
        }
    }
    Ok(())
}

#[cfg(not(any(unix, windows)))]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> std::io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    let mut own = file.try_clone()?;
    own.seek(SeekFrom::Start(offset))?;
    own.read_exact(bytes)
}
