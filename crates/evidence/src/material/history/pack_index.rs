//! The index of a pack: object ids and where each starts. Versions 1 and 2, SHA-1 and SHA-256.
//!
//! Decides only whether the index is well formed. Source: git's `gitformat-pack(5)`.

use std::{fs::File, io::Read as _, path::Path};

/// More objects than this in one pack are not read: beyond any repository known, and 2 GB of index.
const MOST_OBJECTS: u32 = 50_000_000;

/// An index that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadIndex {
    /// The file cannot be read.
    #[error("the index of the pack cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// The file is not what an index must be.
    #[error("the index of the pack is damaged: {0}")]
    Damaged(&'static str),
}

/// Ids in ascending order, with the offset of each in the pack.
#[derive(Debug)]
pub(super) struct PackIndex {
    /// All ids, one after the other.
    pub(super) ids: Vec<u8>,
    /// Offset of each, in the order of the ids.
    pub(super) offsets: Vec<u64>,
    /// The checksum of the pack it belongs to.
    pub(super) checksum: Vec<u8>,
}

impl PackIndex {
    /// Reads an index whose ids are `width` bytes long.
    pub(super) fn read(path: &Path, width: usize) -> Result<Self, BadIndex> {
        let mut file = std::io::BufReader::with_capacity(1 << 18, File::open(path)?);
        let length = file.get_ref().metadata()?.len();
        let mut head = [0; 8];
        file.read_exact(&mut head)?;
        if head == *b"\xfftOc\0\0\0\x02" {
            Self::second(&mut file, length, width)
        } else if head.starts_with(b"\xfftOc") {
            Err(BadIndex::Damaged("an unknown version"))
        } else {
            Self::first(&mut file, head, length, width)
        }
    }

    fn second(file: &mut impl std::io::Read, length: u64, width: usize) -> Result<Self, BadIndex> {
        let count = fan_out(file, &[])?;
        let n = count as usize;
        let least = 8 + 1024 + u64::from(count) * (width as u64 + 8) + 2 * width as u64;
        if length < least {
            return Err(BadIndex::Damaged("it is cut short"));
        }
        let wide = usize::try_from((length - least) / 8).unwrap_or(usize::MAX).min(n);
        let mut ids = vec![0; n * width];
        file.read_exact(&mut ids)?;
        if ids.chunks_exact(width).zip(ids.chunks_exact(width).skip(1)).any(|(a, b)| a > b) {
            return Err(BadIndex::Damaged("its ids are not in order"));
        }
        std::io::copy(&mut file.take(4 * u64::from(count)), &mut std::io::sink())?;
        let mut small = vec![0; n * 4];
        file.read_exact(&mut small)?;
        let mut large = vec![0; wide * 8];
        file.read_exact(&mut large)?;
        let mut offsets = Vec::with_capacity(n);
        for four in small.chunks_exact(4) {
            let offset = u32::from_be_bytes([four[0], four[1], four[2], four[3]]);
            offsets.push(if offset >> 31 == 0 {
                u64::from(offset)
            } else {
                let at = (offset & 0x7fff_ffff) as usize * 8;
                let eight: Option<&[u8; 8]> = large.get(at..at + 8).and_then(|s| s.try_into().ok());
                u64::from_be_bytes(*eight.ok_or(BadIndex::Damaged("an offset points outside it"))?)
            });
        }
        let mut checksum = vec![0; width];
        file.read_exact(&mut checksum)?;
        Ok(Self { ids, offsets, checksum })
    }

    fn first(
        file: &mut impl std::io::Read,
        head: [u8; 8],
        length: u64,
        width: usize,
    ) -> Result<Self, BadIndex> {
        let count = fan_out(file, &head)?;
        if length < 1024 + u64::from(count) * (width as u64 + 4) + 2 * width as u64 {
            return Err(BadIndex::Damaged("it is cut short"));
        }
        let mut ids = Vec::with_capacity(count as usize * width);
        let mut offsets = Vec::with_capacity(count as usize);
        let mut entry = vec![0; width + 4];
        for _ in 0..count {
            file.read_exact(&mut entry)?;
            offsets.push(u64::from(u32::from_be_bytes([entry[0], entry[1], entry[2], entry[3]])));
            ids.extend_from_slice(&entry[4..]);
        }
        if ids.chunks_exact(width).zip(ids.chunks_exact(width).skip(1)).any(|(a, b)| a > b) {
            return Err(BadIndex::Damaged("its ids are not in order"));
        }
        let mut checksum = vec![0; width];
        file.read_exact(&mut checksum)?;
        Ok(Self { ids, offsets, checksum })
    }
}

/// The table of counts by first byte; how many objects there are.
fn fan_out(file: &mut impl std::io::Read, already: &[u8]) -> Result<u32, BadIndex> {
    let mut table = [0; 1024];
    table[..already.len()].copy_from_slice(already);
    file.read_exact(&mut table[already.len()..])?;
    let mut last = 0;
    for four in table.chunks_exact(4) {
        let count = u32::from_be_bytes([four[0], four[1], four[2], four[3]]);
        if count < last {
            return Err(BadIndex::Damaged("its table of counts falls"));
        }
        last = count;
    }
    if last > MOST_OBJECTS { Err(BadIndex::Damaged("more objects than are read")) } else { Ok(last) }
}
