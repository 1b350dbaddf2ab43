//! Lines that were looked at before and gave no reason to look any further, wherever they stand.
//!
//! A line is inert when no word of any rule or search stands in it, nothing in it decodes to text, and
//! no number in it may be a person's. Whatever is found begins with one of those, in the line where it
//! stands, so an inert line needs no second look whatever its neighbours are; any other line is looked
//! at every time. What is remembered is a hash of 64 bits under keys of this run, so that nobody can
//! make one line pass for another; a full place is overwritten, which costs a look and nothing else.

use std::{
    hash::{BuildHasher as _, Hasher as _, RandomState},
    ops::Range,
};

use memchr::memchr;

/// Places in the table: 2 MiB a thread.
const PLACES: usize = 1 << 18;

/// Longer lines are looked at every time.
const LONGEST: usize = 2_000;

/// Lines known to be inert.
pub(super) struct Inert {
    keys: RandomState,
    places: Vec<u64>,
    /// Of the part handed out: where each line ends, and its hash; 0 for one that is not remembered.
    lines: Vec<(usize, u64)>,
    /// Where in the part handed out something stands that is no reason to forget about the line.
    pub(super) busy: Vec<usize>,
}

impl Inert {
    pub(super) fn new() -> Self {
        Self { keys: RandomState::new(), places: vec![0; PLACES], lines: Vec::new(), busy: Vec::new() }
    }

    /// The next lines of a part, made of whole lines, that are not known to be inert.
    pub(super) fn next(&mut self, text: &[u8], part: Range<usize>) -> Option<Range<usize>> {
        self.lines.clear();
        self.busy.clear();
        let mut start = None;
        let mut at = part.start;
        while at < part.end {
            let length = memchr(b'\n', &text[at..part.end]);
            let end = length.map_or(part.end, |length| at + length + 1);
            let line = &text[at..length.map_or(part.end, |length| at + length)];
            let hash = if line.len() > LONGEST { 0 } else { self.hash(line) };
            if hash != 0 && self.places[Self::place(hash)] == hash {
                if start.is_some() {
                    break;
                }
            } else {
                start.get_or_insert(at);
                self.lines.push((end, hash));
            }
            at = end;
        }
        let end = self.lines.last()?.0;
        Some(start?..end)
    }

    /// The part handed out was looked at: its lines are inert, but for those where `busy` says otherwise.
    pub(super) fn learn(&mut self) {
        self.busy.sort_unstable();
        let mut busy = self.busy.iter().copied().peekable();
        for (end, hash) in &self.lines {
            let mut inert = *hash != 0;
            while busy.next_if(|at| at < end).is_some() {
                inert = false;
            }
            if inert {
                self.places[Self::place(*hash)] = *hash;
            }
        }
    }

    fn hash(&self, line: &[u8]) -> u64 {
        let mut hasher = self.keys.build_hasher();
        hasher.write(line);
        hasher.finish()
    }

    const fn place(hash: u64) -> usize {
        hash as usize & (PLACES - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hands_out_what_is_not_known_to_be_inert() {
        let mut inert = Inert::new();
        let text = b"one\ntwo\nthree\nfour";
        assert_eq!(inert.next(text, 0..text.len()), Some(0..18));
        inert.busy.push(9);
        inert.learn();
        assert_eq!(inert.next(text, 0..text.len()), Some(8..14));
        inert.busy.extend([8, 13]);
        inert.learn();
        let other = b"one\nthree\nnew\nfour\nthree\n";
        assert_eq!(inert.next(other, 0..other.len()), Some(4..14));
        assert_eq!(inert.next(other, 14..other.len()), Some(19..25));
        assert_eq!(inert.next(b"two\n", 0..4), None);
    }
}
