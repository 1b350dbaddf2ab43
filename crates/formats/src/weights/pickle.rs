//! Python pickles: recognised, not judged. Opcodes are walked with the depth of the stack they
//! work on, so that plain text is not taken for a pickle; nothing is built and nothing is run.
//!
//! A loader runs opcodes as it meets them, so a stream that breaks off after it imported and
//! called something counts as a pickle though it is broken.

use super::{
    Executes, MOST_NAMES, Weights,
    source::{Problem, Source},
};

/// The most bytes of a pickle that are walked.
const WALKED: u64 = 64 << 20;

/// The most texts kept, each at most this long: among them are the names of tensors.
const LONGEST_NAME: usize = 256;

const DEEPEST_MARKS: usize = 1 << 20;

/// The number that begins a file of torch's first format, as a pickle of its own.
const TORCH_LEGACY: &[u8] = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.";

/// Whether the bytes begin like a pickle: a protocol mark, or opcodes that hold together.
pub(super) fn begins(head: &[u8]) -> bool {
    is_pickle(head, true)
}

/// Whether the bytes are a pickle; `more` when they are only the beginning of a longer file.
pub(super) fn is_pickle(bytes: &[u8], more: bool) -> bool {
    if bytes.len() < 2 {
        return false;
    }
    let marked = bytes[0] == 0x80 && bytes[1] <= 5;
    let mut walk = Walk::new(bytes);
    let end = walk.run();
    let calls = walk.imports && walk.calls;
    match end {
        // A writer leaves one thing on the stack, and nothing but white space after the stop.
        End::Stop => {
            let clean = walk.depth == 0 && walk.marks.is_empty();
            marked || calls || (walk.ops > 2 && clean && bytes[walk.at..].iter().all(u8::is_ascii_whitespace))
        }
        End::RanOut => (marked || walk.ops > 3) && more || calls,
        End::TooDeep => true,
        End::Broken => calls || marked && walk.imports,
    }
}

pub(super) fn read(source: &mut Source<'_>) -> Result<Option<Weights>, Problem> {
    source.go(0)?;
    let n = source.left().min(WALKED);
    let more = source.left() > WALKED;
    let bytes = source.bytes(n, WALKED)?;
    if !is_pickle(&bytes, more) {
        let broken =
            bytes.len() > 2 && bytes[0] == 0x80 && bytes[1] <= 5 && Walk::new(&bytes).run() == End::RanOut;
        return if broken { Err(Problem::CutOff) } else { Ok(None) };
    }
    let legacy = bytes.starts_with(TORCH_LEGACY);
    let joblib = memchr::memmem::find(&bytes[..bytes.len().min(1 << 16)], b"joblib").is_some();
    let format = match (legacy, joblib) {
        (true, _) => "torch-legacy",
        (_, true) => "joblib",
        _ => "pickle",
    };
    let mut weights = Weights::new(format, Executes::Yes)
        .because("a pickle runs what it names when it is loaded; it was not judged opcode by opcode");
    weights.version = protocol(&bytes);
    weights.names = texts(&bytes);
    Ok(Some(weights))
}

fn protocol(bytes: &[u8]) -> Option<String> {
    (bytes[0] == 0x80).then(|| bytes.get(1).map(|n| format!("protocol {n}"))).flatten()
}

/// The texts of a pickle, and of those that follow it in the same bytes (torch's first format is
/// five in a row), sorted, without repetition.
pub(super) fn texts(bytes: &[u8]) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = bytes;
    for _ in 0..64 {
        let mut walk = Walk::new(rest);
        walk.keep = Some(Vec::new());
        let end = walk.run();
        let at = walk.at;
        out.extend(walk.keep.unwrap_or_default());
        out.truncate(MOST_NAMES);
        rest = &rest[at.min(rest.len())..];
        if end != End::Stop || rest.first() != Some(&0x80) {
            break;
        }
    }
    out.sort();
    out.dedup();
    out
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The stop opcode.
    Stop,
    /// The bytes end first.
    RanOut,
    /// Not an opcode, or one that finds too little on the stack.
    Broken,
    /// Marks nest beyond any real pickle.
    TooDeep,
}

struct Walk<'b> {
    bytes: &'b [u8],
    at: usize,
    depth: usize,
    marks: Vec<usize>,
    ops: u64,
    imports: bool,
    calls: bool,
    keep: Option<Vec<String>>,
}

impl<'b> Walk<'b> {
    fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0, depth: 0, marks: Vec::new(), ops: 0, imports: false, calls: false, keep: None }
    }

    fn run(&mut self) -> End {
        loop {
            match self.step() {
                Ok(()) => self.ops += 1,
                Err(end) => return end,
            }
        }
    }

    fn take(&mut self, n: u64) -> Result<&'b [u8], End> {
        let n = usize::try_from(n).map_err(|_| End::RanOut)?;
        let end = self.at.checked_add(n).ok_or(End::RanOut)?;
        let piece = self.bytes.get(self.at..end).ok_or(End::RanOut)?;
        self.at = end;
        Ok(piece)
    }

    fn number(&mut self, width: u64) -> Result<u64, End> {
        Ok(self.take(width)?.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte)))
    }

    /// A line of an old protocol, without its end. Only printable lines are one.
    fn line(&mut self) -> Result<&'b [u8], End> {
        let rest = &self.bytes[self.at..];
        let Some(end) = memchr::memchr(b'\n', &rest[..rest.len().min(1 << 20)]) else {
            return Err(if rest.len() < 1 << 20 { End::RanOut } else { End::Broken });
        };
        self.at += end + 1;
        Ok(&rest[..end])
    }

    fn text(&mut self, width: u64) -> Result<(), End> {
        let n = self.number(width)?;
        let piece = self.take(n)?;
        if let Some(keep) = &mut self.keep
            && keep.len() < MOST_NAMES
            && piece.len() <= LONGEST_NAME
            && let Ok(text) = std::str::from_utf8(piece)
        {
            keep.push(text.to_owned());
        }
        Ok(())
    }

    fn data(&mut self, width: u64) -> Result<(), End> {
        let n = self.number(width)?;
        self.take(n).map(drop)
    }

    /// Takes `pops` and gives `pushes`; what lies under the last mark may not be taken.
    fn stack(&mut self, pops: usize, pushes: usize) -> Result<(), End> {
        let floor = self.marks.last().copied().unwrap_or(0);
        if self.depth.saturating_sub(floor) < pops {
            return Err(End::Broken);
        }
        self.depth = self.depth - pops + pushes;
        Ok(())
    }

    /// Takes everything above the last mark, then as [`Self::stack`].
    fn past_mark(&mut self, least: usize, pops: usize, pushes: usize) -> Result<(), End> {
        let mark = self.marks.pop().ok_or(End::Broken)?;
        if self.depth.saturating_sub(mark) < least {
            return Err(End::Broken);
        }
        self.depth = mark;
        self.stack(pops, pushes)
    }

    fn step(&mut self) -> Result<(), End> {
        let op = self.take(1)?[0];
        match op {
            b'.' => {
                self.stack(1, 0)?;
                return Err(End::Stop);
            }
            b'(' => {
                if self.marks.len() >= DEEPEST_MARKS {
                    return Err(End::TooDeep);
                }
                self.marks.push(self.depth);
            }
            b'0' if self.marks.last() == Some(&self.depth) => drop(self.marks.pop()),
            b'0' => self.stack(1, 0)?,
            b'1' => self.past_mark(0, 0, 0)?,
            b'2' => self.stack(1, 2)?,
            b'N' | b']' | b'}' | b')' | 0x88 | 0x89 | 0x8f | 0x97 => self.stack(0, 1)?,
            b'Q' | 0x85 | 0x94 | 0x98 => self.stack(1, 1)?,
            b'R' | b'b' | 0x81 => {
                self.stack(2, 1)?;
                self.calls = true;
            }
            0x92 => {
                self.stack(3, 1)?;
                self.calls = true;
            }
            b'a' | 0x86 => self.stack(2, 1)?,
            b's' | 0x87 => self.stack(3, 1)?,
            b'd' | b'l' | b't' | 0x91 => self.past_mark(0, 0, 1)?,
            b'e' | b'u' | 0x90 => self.past_mark(0, 1, 1)?,
            b'o' => {
                self.past_mark(1, 0, 1)?;
                (self.imports, self.calls) = (true, true);
            }
            b'i' => {
                self.import()?;
                self.past_mark(0, 0, 1)?;
                self.calls = true;
            }
            b'c' => {
                self.import()?;
                self.stack(0, 1)?;
            }
            0x93 => {
                self.stack(2, 1)?;
                self.imports = true;
            }
            b'F' | b'I' | b'L' | b'g' => {
                let line = self.line()?;
                let number = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
                if line.is_empty() || !line.iter().all(number) {
                    return Err(End::Broken);
                }
                self.stack(0, 1)?;
            }
            b'P' | b'S' | b'V' => {
                self.line()?;
                self.stack(0, 1)?;
            }
            b'p' => {
                let line = self.line()?;
                if line.is_empty() || !line.iter().all(u8::is_ascii_digit) {
                    return Err(End::Broken);
                }
                self.stack(1, 1)?;
            }
            b'q' => self.fixed(1, 1)?,
            b'r' => self.fixed(4, 1)?,
            b'K' | b'h' | 0x82 => self.fixed(1, 0)?,
            b'M' | 0x83 => self.fixed(2, 0)?,
            b'J' | b'j' | 0x84 => self.fixed(4, 0)?,
            b'G' => self.fixed(8, 0)?,
            0x80 => {
                if self.take(1)?[0] > 5 {
                    return Err(End::Broken);
                }
            }
            0x95 => drop(self.take(8)?),
            b'U' | b'C' | 0x8a => {
                self.data(1)?;
                self.stack(0, 1)?;
            }
            b'T' | b'B' | 0x8b => {
                self.data(4)?;
                self.stack(0, 1)?;
            }
            0x8e | 0x96 => {
                self.data(8)?;
                self.stack(0, 1)?;
            }
            0x8c => self.text(1).and_then(|()| self.stack(0, 1))?,
            b'X' => self.text(4).and_then(|()| self.stack(0, 1))?,
            0x8d => self.text(8).and_then(|()| self.stack(0, 1))?,
            _ => return Err(End::Broken),
        }
        Ok(())
    }

    /// A fixed argument; `pops` is given back and one pushed.
    fn fixed(&mut self, width: u64, pops: usize) -> Result<(), End> {
        self.take(width)?;
        self.stack(pops, 1)
    }

    /// Module and name, one line each; only names that Python could import are.
    fn import(&mut self) -> Result<(), End> {
        for _ in 0..2 {
            let line = self.line()?;
            let name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.') || !b.is_ascii();
            if line.is_empty() || !line.iter().all(name) {
                return Err(End::Broken);
            }
        }
        self.imports = true;
        Ok(())
    }
}
