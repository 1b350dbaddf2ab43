//! Bounded reading of a file handed in: every length is checked against what is left before
//! anything is allocated or skipped.

use std::{
    fmt,
    io::{self, BufReader, Read, Seek, SeekFrom},
};

use super::{Malformed, ReadSeek};

/// The most bytes inflated to see what a compressed member is.
pub(super) const INFLATED_HEAD: u64 = 64 << 10;

/// Why reading stopped.
#[derive(Debug)]
pub(super) enum Problem {
    /// The file ends before what it announced.
    CutOff,
    /// The system could not read it.
    Io(io::ErrorKind),
    /// It contradicts itself or exceeds a bound.
    Says(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutOff => f.write_str("it ends before what its header announces"),
            Self::Io(kind) => write!(f, "the system could not read it ({kind})"),
            Self::Says(why) => f.write_str(why),
        }
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::CutOff,
            kind => Self::Io(kind),
        }
    }
}

impl Problem {
    pub(super) fn says<T>(why: impl Into<String>) -> Result<T, Self> {
        Err(Self::Says(why.into()))
    }

    pub(super) fn of(self, format: &'static str) -> Malformed {
        Malformed { format, why: self.to_string() }
    }
}

/// A file, its length, and where we are in it.
pub(super) struct Source<'r> {
    inner: BufReader<&'r mut dyn ReadSeek>,
    len: u64,
    at: u64,
}

impl<'r> Source<'r> {
    pub(super) fn new(open: &'r mut dyn ReadSeek) -> Result<Self, Problem> {
        let len = open.seek(SeekFrom::End(0))?;
        open.seek(SeekFrom::Start(0))?;
        Ok(Self { inner: BufReader::with_capacity(64 << 10, open), len, at: 0 })
    }

    /// The file's length.
    pub(super) const fn len(&self) -> u64 {
        self.len
    }

    /// The offset of the next byte.
    pub(super) const fn at(&self) -> u64 {
        self.at
    }

    /// How much is left.
    pub(super) const fn left(&self) -> u64 {
        self.len.saturating_sub(self.at)
    }

    /// Goes to an offset, which must lie in the file (or at its end).
    pub(super) fn go(&mut self, to: u64) -> Result<(), Problem> {
        if to > self.len {
            return Err(Problem::CutOff);
        }
        // Both are below 2^63: a file's length is an `i64` to every system.
        let by = i64::try_from(to).and_then(|to| i64::try_from(self.at).map(|at| to - at));
        self.inner.seek_relative(by.map_err(|_| Problem::CutOff)?)?;
        self.at = to;
        Ok(())
    }

    pub(super) fn skip(&mut self, by: u64) -> Result<(), Problem> {
        self.go(self.at.checked_add(by).ok_or(Problem::CutOff)?)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        let mut out = [0; N];
        self.inner.read_exact(&mut out)?;
        self.at += N as u64;
        Ok(out)
    }

    /// `n` bytes, if they are there and at most `most`.
    pub(super) fn bytes(&mut self, n: u64, most: u64) -> Result<Vec<u8>, Problem> {
        if n > self.left() {
            return Err(Problem::CutOff);
        }
        if n > most {
            return Problem::says(format!("a piece of {n} bytes where at most {most} are read"));
        }
        let mut out = Vec::new();
        (&mut self.inner).take(n).read_to_end(&mut out)?;
        if out.len() as u64 != n {
            return Err(Problem::CutOff);
        }
        self.at += n;
        Ok(out)
    }

    pub(super) fn u16(&mut self) -> Result<u16, Problem> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub(super) fn u32(&mut self) -> Result<u32, Problem> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(super) fn u64(&mut self) -> Result<u64, Problem> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// The first bytes of the whole file, inflated.
    pub(super) fn inflate_head(&mut self, gzip: bool) -> Result<Vec<u8>, Problem> {
        self.go(0)?;
        let mut out = Vec::new();
        let inner = &mut self.inner;
        // A stream that breaks off still shows what it began with.
        let _ = if gzip {
            flate2::bufread::GzDecoder::new(inner).take(INFLATED_HEAD).read_to_end(&mut out)
        } else {
            flate2::bufread::ZlibDecoder::new(inner).take(INFLATED_HEAD).read_to_end(&mut out)
        };
        let now = self.inner.stream_position()?;
        self.at = now;
        Ok(out)
    }

    /// At most `most` inflated bytes of a raw deflate stream of `packed` bytes that begins here.
    pub(super) fn inflate(&mut self, packed: u64, most: u64) -> Result<Vec<u8>, Problem> {
        let mut out = Vec::new();
        let piece = (&mut self.inner).take(packed.min(self.len - self.at));
        flate2::bufread::DeflateDecoder::new(piece).take(most).read_to_end(&mut out)?;
        self.at = self.inner.stream_position()?;
        Ok(out)
    }

    /// Whether any of the needles occurs in the file, read once from the beginning to at most
    /// `most` bytes: which, by index. `None` at an index: not seen.
    pub(super) fn seen(&mut self, needles: &[&[u8]], most: u64) -> Result<Vec<bool>, Problem> {
        self.go(0)?;
        let mut seen = vec![false; needles.len()];
        let keep = needles.iter().map(|n| n.len()).max().unwrap_or(1).saturating_sub(1);
        let finders: Vec<_> = needles.iter().map(memchr::memmem::Finder::new).collect();
        let mut window: Vec<u8> = Vec::new();
        let mut left = self.len.min(most);
        while left > 0 {
            let n = left.min(1 << 20);
            let piece = self.bytes(n, 1 << 20)?;
            window.extend_from_slice(&piece);
            for (found, finder) in seen.iter_mut().zip(&finders) {
                *found = *found || finder.find(&window).is_some();
            }
            let cut = window.len().saturating_sub(keep);
            window.drain(..cut);
            left -= n;
        }
        Ok(seen)
    }
}
