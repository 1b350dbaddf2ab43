//! One pack: which object is made from which, and the bytes of each entry.
//!
//! Opening reads every entry's header once, in the order of the file, and leaves four numbers an
//! object: kind, base, first child, next sibling. An object whose base is not in the pack, or that
//! is its own ancestor, is no member of any family: it is counted as unreadable, never lost.

use std::{fs::File, path::Path};

use zlib_rs::{Inflate, InflateFlush, Status};

use super::{
    buffer::Buffer,
    kind::Kind,
    pack_index::{BadIndex, PackIndex},
    read_at::read_at,
};

/// No object.
pub(super) const NONE: u32 = u32::MAX;

/// What an entry is, as one byte: 0 to 3 are [`Kind`], then deltas by where their base stands.
const UNKNOWN: u8 = 9;

/// How much of a pack is read at once.
const CHUNK: usize = 64 << 10;

/// A pack, opened.
#[derive(Debug)]
pub(super) struct Pack {
    file: File,
    /// The end of the last entry.
    end: u64,
    /// The pack's checksum, as its index states it.
    pub(super) checksum: Vec<u8>,
    pub(super) width: usize,
    pub(super) ids: Vec<u8>,
    offsets: Vec<u64>,
    /// Index positions in the order of the file: the ordinal is the place in this list.
    order: Vec<u32>,
    kinds: Vec<u8>,
    bases: Vec<u32>,
    first_child: Vec<u32>,
    next_sibling: Vec<u32>,
    /// The number of index position 0 over all sources.
    pub(super) first_number: u32,
    /// Its blobs were read by a former reading.
    pub(super) read_before: bool,
}

/// An entry that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadEntry {
    #[error("an object in a pack is damaged")]
    Damaged,
    #[error("larger than {0} bytes")]
    TooLarge(u64),
}

/// An entry's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Header {
    kind: Entry,
    size: u64,
    length: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    Whole(Kind),
    /// How far back in the pack the base starts.
    Offset(u64),
    /// The base's id stands in the header.
    Named,
}

impl Pack {
    /// Opens a pack by its index.
    pub(super) fn open(index: &Path, width: usize) -> Result<Self, BadIndex> {
        let PackIndex { ids, offsets, checksum } = PackIndex::read(index, width)?;
        let file = File::open(index.with_extension("pack"))?;
        let length = file.metadata()?.len();
        let mut head = [0; 12];
        if read_at(&file, &mut head, 0)? < 12 || &head[..4] != b"PACK" {
            return Err(BadIndex::Damaged("its pack is no pack"));
        }
        let end = length.saturating_sub(width as u64);
        let mut order: Vec<u32> = (0..u32::try_from(offsets.len()).unwrap_or(0)).collect();
        order.sort_unstable_by_key(|at| offsets[*at as usize]);
        let count = order.len();
        let mut pack = Self {
            file,
            end,
            checksum,
            width,
            ids,
            offsets,
            order,
            kinds: vec![UNKNOWN; count],
            bases: vec![NONE; count],
            first_child: vec![NONE; count],
            next_sibling: vec![NONE; count],
            first_number: 0,
            read_before: false,
        };
        pack.read_headers();
        Ok(pack)
    }

    /// How many objects it has.
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    fn offset(&self, ordinal: u32) -> u64 {
        self.offsets[self.order[ordinal as usize] as usize]
    }

    /// Where the entry ends at the latest.
    fn limit(&self, ordinal: u32) -> u64 {
        match self.order.get(ordinal as usize + 1) {
            Some(next) => self.offsets[*next as usize].min(self.end),
            None => self.end,
        }
    }

    /// The object's number over all sources.
    pub(super) fn number(&self, ordinal: u32) -> u32 {
        self.first_number + self.order[ordinal as usize]
    }

    /// The ordinal of the entry at this index position.
    pub(super) fn ordinal_of(&self, position: u32) -> Option<u32> {
        self.ordinal_at(*self.offsets.get(position as usize)?)
    }

    fn ordinal_at(&self, offset: u64) -> Option<u32> {
        let at = self.order.binary_search_by_key(&offset, |at| self.offsets[*at as usize]).ok()?;
        u32::try_from(at).ok()
    }

    /// The index position of an id.
    pub(super) fn position(&self, id: &[u8]) -> Option<u32> {
        let count = self.len();
        let id_at = |at: usize| &self.ids[at * self.width..(at + 1) * self.width];
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = low + (high - low) / 2;
            match id_at(middle).cmp(id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return u32::try_from(middle).ok(),
            }
        }
        None
    }

    fn read_headers(&mut self) {
        let mut window = Vec::new();
        let mut window_at = 0u64;
        for ordinal in 0..u32::try_from(self.len()).unwrap_or(0) {
            let offset = self.offset(ordinal);
            if offset < 12 || offset >= self.end {
                continue;
            }
            let need = (10 + 10 + self.width as u64).min(self.end - offset);
            let inside = offset >= window_at && offset + need <= window_at + window.len() as u64;
            if !inside {
                window.resize(CHUNK, 0);
                let Ok(got) = read_at(&self.file, &mut window, offset) else { continue };
                window.truncate(got);
                window_at = offset;
            }
            let start = usize::try_from(offset - window_at).unwrap_or(usize::MAX);
            let Some(bytes) = window.get(start..) else { continue };
            let Some(header) = Header::read(bytes) else { continue };
            let at = ordinal as usize;
            match header.kind {
                Entry::Whole(kind) => self.kinds[at] = kind as u8,
                Entry::Offset(back) => {
                    if let Some(base) = offset.checked_sub(back).and_then(|o| self.ordinal_at(o))
                        && base != ordinal
                    {
                        self.bases[at] = base;
                    }
                }
                Entry::Named => {
                    let base = bytes.get(header.length..header.length + self.width);
                    let base = base.and_then(|id| self.position(id)).and_then(|p| self.ordinal_of(p));
                    if let Some(base) = base.filter(|base| *base != ordinal) {
                        self.bases[at] = base;
                    }
                }
            }
        }
        self.break_circles();
        // Pushed to the front from the end on, so that a first child lies nearest to its base.
        for ordinal in (0..u32::try_from(self.len()).unwrap_or(0)).rev() {
            let base = self.bases[ordinal as usize];
            if base != NONE {
                self.next_sibling[ordinal as usize] = self.first_child[base as usize];
                self.first_child[base as usize] = ordinal;
            }
        }
    }

    /// Bases that name one another in a circle, which only a made-up pack has, lose their base.
    fn break_circles(&mut self) {
        // A base that stands earlier in the pack cannot be part of a circle of such bases alone.
        if !self.bases.iter().enumerate().any(|(at, base)| *base != NONE && *base as usize > at) {
            return;
        }
        let mut sound = vec![false; self.bases.len()];
        let mut path = Vec::new();
        for start in 0..self.bases.len() {
            path.clear();
            let mut at = start;
            let mut on_path = std::collections::HashSet::new();
            while !sound[at] && self.bases[at] != NONE {
                if !on_path.insert(at) {
                    self.bases[at] = NONE;
                    break;
                }
                path.push(at);
                at = self.bases[at] as usize;
            }
            sound[at] = true;
            path.iter().for_each(|at| sound[*at] = true);
        }
    }

    /// The kind of an object that is not made from another.
    pub(super) fn kind_of_root(&self, ordinal: u32) -> Option<Kind> {
        match self.kinds[ordinal as usize] {
            0 => Some(Kind::Commit),
            1 => Some(Kind::Tree),
            2 => Some(Kind::Blob),
            3 => Some(Kind::Tag),
            _ => None,
        }
    }

    pub(super) fn base(&self, ordinal: u32) -> u32 {
        self.bases[ordinal as usize]
    }

    pub(super) fn first_child(&self, ordinal: u32) -> u32 {
        self.first_child[ordinal as usize]
    }

    pub(super) fn next_sibling(&self, ordinal: u32) -> u32 {
        self.next_sibling[ordinal as usize]
    }
}

impl Header {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut at = 1;
        let first = *bytes.first()?;
        let mut size = u64::from(first & 0x0f);
        let mut shift = 4;
        let mut byte = first;
        while byte & 0x80 != 0 {
            byte = *bytes.get(at)?;
            at += 1;
            if shift > 56 {
                return None;
            }
            size |= u64::from(byte & 0x7f) << shift;
            shift += 7;
        }
        let kind = match (first >> 4) & 7 {
            1 => Entry::Whole(Kind::Commit),
            2 => Entry::Whole(Kind::Tree),
            3 => Entry::Whole(Kind::Blob),
            4 => Entry::Whole(Kind::Tag),
            6 => {
                let mut byte = *bytes.get(at)?;
                at += 1;
                let mut back = u64::from(byte & 0x7f);
                while byte & 0x80 != 0 {
                    byte = *bytes.get(at)?;
                    at += 1;
                    back = (back + 1).checked_mul(128)? | u64::from(byte & 0x7f);
                }
                Entry::Offset(back)
            }
            7 => Entry::Named,
            _ => return None,
        };
        Some(Self { kind, size, length: at })
    }
}

/// Decodes entries; one a thread.
pub(super) struct Decoder {
    inflate: Inflate,
    read: Vec<u8>,
}

impl Decoder {
    pub(super) fn new() -> Self {
        Self { inflate: Inflate::new(true, 15), read: vec![0; CHUNK] }
    }

    /// The bytes of an entry: an object's content, or a delta.
    pub(super) fn entry(
        &mut self,
        pack: &Pack,
        ordinal: u32,
        largest: u64,
        out: &mut Buffer,
    ) -> Result<(), BadEntry> {
        let mut at = pack.offset(ordinal);
        let limit = pack.limit(ordinal);
        let mut got = self.fill(pack, at, limit)?;
        let header = Header::read(&self.read[..got]).ok_or(BadEntry::Damaged)?;
        if header.size > largest {
            return Err(BadEntry::TooLarge(header.size));
        }
        let size = usize::try_from(header.size).map_err(|_| BadEntry::TooLarge(header.size))?;
        let named = if header.kind == Entry::Named { pack.width } else { 0 };
        let mut start = header.length + named;
        if start > got {
            return Err(BadEntry::Damaged);
        }
        let target = out.of_length(size);
        self.inflate.reset(true);
        loop {
            let written = usize::try_from(self.inflate.total_out()).unwrap_or(usize::MAX);
            let before = self.inflate.total_in();
            let last = at + got as u64 >= limit;
            let flush = if last { InflateFlush::Finish } else { InflateFlush::NoFlush };
            let status = self
                .inflate
                .decompress(&self.read[start..got], &mut target[written..], flush)
                .map_err(|_| BadEntry::Damaged)?;
            let done = usize::try_from(self.inflate.total_out()).unwrap_or(usize::MAX);
            if status == Status::StreamEnd {
                return if done == size { Ok(()) } else { Err(BadEntry::Damaged) };
            }
            start += usize::try_from(self.inflate.total_in() - before).unwrap_or(usize::MAX);
            if last || (done == size && start < got) || (start < got && done == written) {
                return Err(BadEntry::Damaged);
            }
            at += start as u64;
            got = self.fill(pack, at, limit)?;
            start = 0;
            if got == 0 {
                return Err(BadEntry::Damaged);
            }
        }
    }

    fn fill(&mut self, pack: &Pack, at: u64, limit: u64) -> Result<usize, BadEntry> {
        let want = usize::try_from(limit.saturating_sub(at)).unwrap_or(usize::MAX).min(CHUNK);
        read_at(&pack.file, &mut self.read[..want], at).map_err(|_| BadEntry::Damaged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_bounded() {
        // A blob of 5 bytes; a delta one 200 back; endless size; endless offset.
        assert_eq!(Header::read(&[0x35]).unwrap().size, 5);
        let delta = Header::read(&[0x61, 0x80, 0x48]).unwrap();
        assert_eq!((delta.kind, delta.length), (Entry::Offset(200), 3));
        assert_eq!(Header::read(&[0xff; 40]), None);
        assert_eq!(Header::read(&[&[0x60][..], &[0xff; 40]].concat()), None);
        assert_eq!(Header::read(&[]), None);
        assert_eq!(Header::read(&[0x05]), None);
    }
}
