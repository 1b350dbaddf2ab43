//! What a file of model weights is, by its content: the name decides nothing.
//!
//! Phases: the first bytes name candidate formats; the candidate's own reader walks the structure
//! (never the numbers) and tells tensors, parameters, types and metadata; a file whose end is
//! also a zip archive is told as such, because a loader may open it from that end.
//!
//! Whether loading a file may run code follows from the format. Any pickle may: pickles are not
//! judged opcode by opcode yet, so a harmless one and a hostile one read alike here. Where a format
//! only sometimes carries code and this module cannot exclude it, the answer is
//! [`Executes::CannotTell`], never no.
//!
//! Own code where crates exist (safetensors, gguf, zip, onnx): those are built to load, and trust
//! what they load; here every count, length and offset is a stranger's, and numbers are skipped
//! without being read. Files are handed in as [`ReadSeek`]; this module opens nothing.

use std::{
    collections::BTreeMap,
    io::{Read, Seek},
};

mod executable;
mod gguf;
mod hdf5;
mod numpy;
mod onnx;
mod pickle;
mod protobuf;
mod safetensors;
mod source;
mod tensorflow;
mod zip;

use source::{Problem, Source};

/// How many first bytes [`identify`] wants; it works with fewer, and then sees less.
pub const HEAD: usize = 4096;

/// The most metadata entries kept of one file.
const MOST_METADATA: usize = 64;

/// The longest metadata value kept, in bytes.
const LONGEST_METADATA: usize = 512;

/// The most tensor names kept of one file, to be compared with another file's.
const MOST_NAMES: usize = 100_000;

/// `Read` and `Seek` together.
pub trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

/// Whether loading a file may run code that the file brings along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Executes {
    /// The format carries data only.
    No,
    /// The format may carry code, and this file could not be shown to carry none.
    CannotTell,
    /// The format runs what the file says when it is loaded.
    Yes,
}

impl Executes {
    /// The word used in evidence: `no`, `cannot-tell`, `yes`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::CannotTell => "cannot-tell",
            Self::Yes => "yes",
        }
    }
}

/// What one file of weights is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weights {
    /// The format: `safetensors`, `gguf`, `onnx`, `torch-zip`, `torch-legacy`, `torchscript`,
    /// `pickle`, `joblib`, `keras-v3`, `hdf5`, `tensorflow-saved-model`, `tensorflow-graph`,
    /// `tflite`, `coreml`, `npy`, `npz`, `llamafile`, `executable`, `ggml`, `zip`, `compressed`,
    /// `archive`.
    pub format: &'static str,
    /// The format's version, where it has one.
    pub version: Option<String>,
    /// Whether loading may run code.
    pub executes_code: Executes,
    /// Why, in a sentence, where the answer is not no.
    pub why: Option<String>,
    /// How many numbers the tensors hold.
    pub parameters: Option<u64>,
    /// How many tensors there are.
    pub tensors: Option<u64>,
    /// Tensors by type of number, e.g. `BF16` → 291.
    pub dtypes: BTreeMap<String, u64>,
    /// The quantisation the file states, e.g. `Q4_K_M`.
    pub quantisation: Option<String>,
    /// Metadata the file carries, cut to a bounded size: licence, name, base model …
    pub metadata: BTreeMap<String, String>,
    /// Other files it reads when loaded, as it names them (ONNX external data).
    pub external: Vec<String>,
    /// Operator domains beyond the standard's own (ONNX).
    pub domains: Vec<String>,
    /// Whether it carries a chat template, which is a small program for the text around a prompt.
    pub chat_template: bool,
    /// Names of its tensors, sorted, for comparison with another file (pickles: every text in it,
    /// among which the names are).
    pub names: Vec<String>,
    /// What is wrong with the file, though it could be read: an overlap, trailing bytes …
    pub faults: Vec<String>,
}

impl Weights {
    fn new(format: &'static str, executes_code: Executes) -> Self {
        Self {
            format,
            version: None,
            executes_code,
            why: None,
            parameters: None,
            tensors: None,
            dtypes: BTreeMap::new(),
            quantisation: None,
            metadata: BTreeMap::new(),
            external: Vec::new(),
            domains: Vec::new(),
            chat_template: false,
            names: Vec::new(),
            faults: Vec::new(),
        }
    }

    fn because(mut self, why: &str) -> Self {
        self.why = Some(why.to_owned());
        self
    }

    /// Raises the answer on code, never lowers it.
    fn raise(&mut self, executes: Executes, why: &str) {
        if executes > self.executes_code {
            self.executes_code = executes;
            self.why = Some(why.to_owned());
        }
    }

    fn keep_metadata(&mut self, key: &str, value: &str) {
        if self.metadata.len() < MOST_METADATA && key.len() <= 128 {
            let mut end = value.len().min(LONGEST_METADATA);
            while !value.is_char_boundary(end) {
                end -= 1;
            }
            self.metadata.insert(key.to_owned(), value[..end].to_owned());
        }
    }

    fn fault(&mut self, why: impl Into<String>) {
        if self.faults.len() < 20 {
            self.faults.push(why.into());
        }
    }
}

/// A file begins like a format and is not a whole, well-formed file of it.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("begins like {format} and cannot be read as it: {why}")]
pub struct Malformed {
    /// The format it begins like.
    pub format: &'static str,
    /// What is wrong, in plain English.
    pub why: String,
}

/// What `head` could be the beginning of, without opening the file: a cheap first look that
/// never misses a format [`identify`] knows, except zip archives hidden behind other content.
pub fn may_be_weights(head: &[u8]) -> bool {
    safetensors::begins(head)
        || gguf::begins(head)
        || hdf5::begins(head)
        || zip::begins(head)
        || executable::begins(head)
        || numpy::begins(head)
        || head.get(4..8) == Some(b"TFL3")
        || compressed(head).is_some()
        || pickle::begins(head)
        || protobuf::begins(head)
}

/// Tells what a file is, from its first bytes (at least [`HEAD`], or all of a smaller file) and
/// the file itself. `Ok(None)`: none of the formats known here.
///
/// # Errors
/// [`Malformed`] when the file begins like a format and is cut off, contradicts itself, exceeds a
/// bound, or cannot be read.
pub fn identify(head: &[u8], open: &mut dyn ReadSeek) -> Result<Option<Weights>, Malformed> {
    let mut source = match Source::new(open) {
        Ok(source) => source,
        Err(problem) => return Err(Malformed { format: "a file", why: problem.to_string() }),
    };
    let mut found = by_beginning(head, &mut source)?;
    let begins_as_zip = zip::begins(head);
    if !begins_as_zip && zip::ends(&mut source) {
        let why = "the end of the file is a zip archive, which a loader may open instead";
        match &mut found {
            Some(weights) => {
                weights.fault(why);
                weights.raise(Executes::CannotTell, why);
            }
            None => {
                found = zip::identify(&mut source).map_err(|p| p.of("zip"))?;
            }
        }
    }
    if let Some(weights) = &mut found {
        weights.names.sort();
        weights.names.dedup();
    }
    Ok(found)
}

fn by_beginning(head: &[u8], source: &mut Source<'_>) -> Result<Option<Weights>, Malformed> {
    if gguf::begins(head) {
        return gguf::read(head, source).map(Some).map_err(|p| p.of("GGUF"));
    }
    if hdf5::begins(head) {
        return hdf5::read(source).map(Some).map_err(|p| p.of("HDF5"));
    }
    if zip::begins(head) {
        return zip::identify(source).map_err(|p| p.of("zip"));
    }
    if executable::begins(head) {
        return Ok(Some(executable::read(head)));
    }
    if numpy::begins(head) {
        return numpy::read(head).map(Some).map_err(|p| p.of("npy"));
    }
    if head.get(4..8) == Some(b"TFL3") {
        return Ok(Some(Weights::new("tflite", Executes::No)));
    }
    if safetensors::begins(head) {
        return safetensors::read(source).map(Some).map_err(|p| p.of("safetensors"));
    }
    if let Some(name) = compressed(head) {
        return inside_compressed(name, source).map(Some).map_err(|p| p.of("compressed"));
    }
    if pickle::begins(head)
        && let Some(weights) = pickle::read(source).map_err(|p| p.of("pickle"))?
    {
        return Ok(Some(weights));
    }
    if protobuf::begins(head) {
        if let Some(weights) = onnx::read(source).map_err(|p| p.of("ONNX"))? {
            return Ok(Some(weights));
        }
        return tensorflow::read(source).map_err(|p| p.of("TensorFlow"));
    }
    Ok(None)
}

/// Compressed streams and archives that loaders (joblib, NeMo, torch's first versions) unpack
/// before reading.
fn compressed(head: &[u8]) -> Option<&'static str> {
    let begins = |magic: &[u8]| head.starts_with(magic);
    let zlib = head.len() > 2
        && head[0] == 0x78
        && u16::from_be_bytes([head[0], head[1]]).is_multiple_of(31)
        && matches!(head[1], 0x01 | 0x5e | 0x9c | 0xda);
    match () {
        () if begins(b"\x1f\x8b\x08") => Some("gzip"),
        () if zlib => Some("zlib"),
        () if begins(b"BZh") => Some("bzip2"),
        () if begins(b"\xfd7zXZ\0") => Some("xz"),
        () if begins(b"]\0\0") => Some("lzma"),
        () if begins(b"\x04\x22\x4d\x18") => Some("lz4"),
        () if begins(b"\x28\xb5\x2f\xfd") => Some("zstd"),
        () if begins(b"7z\xbc\xaf\x27\x1c") => Some("7z"),
        () if begins(b"Rar!\x1a\x07") => Some("rar"),
        () if head.get(257..262) == Some(b"ustar") => Some("tar"),
        () => None,
    }
}

/// A compressed file: looked into where that is bounded (gzip, zlib), else told as unread.
fn inside_compressed(name: &'static str, source: &mut Source<'_>) -> Result<Weights, Problem> {
    let inner = match name {
        "gzip" => source.inflate_head(true)?,
        "zlib" => source.inflate_head(false)?,
        _ => Vec::new(),
    };
    if pickle::begins(&inner) && pickle::is_pickle(&inner, false) {
        let joblib = memchr::memmem::find(&inner, b"joblib").is_some();
        let mut weights = Weights::new(if joblib { "joblib" } else { "pickle" }, Executes::Yes)
            .because("a pickle, here compressed, runs what it names when it is loaded");
        weights.version = Some(name.to_owned());
        return Ok(weights);
    }
    let archive = matches!(name, "7z" | "rar" | "tar");
    let mut weights = Weights::new(if archive { "archive" } else { "compressed" }, Executes::CannotTell)
        .because("what is packed inside was not looked at");
    weights.version = Some(name.to_owned());
    Ok(weights)
}
