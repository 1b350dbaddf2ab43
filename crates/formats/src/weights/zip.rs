//! Zip archives as model containers: torch's `.bin`, `.pt`, `.pth`, TorchScript, Keras 3, `.npz`.
//!
//! Only the central directory is walked, as Python's `zipfile` does, and only the beginnings of
//! the members that matter are inflated. What a member may grow to never matters, because no
//! member is inflated beyond a bound.

use super::{
    Executes, Weights, numpy, pickle,
    source::{INFLATED_HEAD, Problem, Source},
};

const MOST_MEMBERS: u64 = 200_000;
const LARGEST_DIRECTORY: u64 = 64 << 20;
const LARGEST_CONFIG: u64 = 16 << 20;

/// The most members of an `.npz` that are looked into; beyond it the answer is not no.
const MOST_ARRAYS: usize = 4_096;

/// The trailer is 22 bytes and a comment of at most 65,535.
const TAIL: u64 = 22 + 65_535;

pub(super) fn begins(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

/// Whether the file ends like a zip archive whose directory begins where the end says.
pub(super) fn ends(source: &mut Source<'_>) -> bool {
    directory(source).is_ok_and(|found| found.is_some_and(|members| !members.is_empty()))
}

struct Member {
    name: String,
    method: u16,
    packed: u64,
    size: u64,
    at: u64,
}

impl Member {
    /// At most `most` of its bytes, inflated.
    fn beginning(&self, source: &mut Source<'_>, most: u64) -> Result<Vec<u8>, Problem> {
        source.go(self.at)?;
        if source.u32()? != 0x0403_4b50 {
            return Problem::says("a member is not where the directory says");
        }
        source.skip(22)?;
        let name = source.u16()?;
        let extra = source.u16()?;
        let own = source.bytes(u64::from(name), u64::from(u16::MAX))?;
        if own != self.name.as_bytes() {
            return Problem::says("a member has one name in the directory and another where it lies");
        }
        source.skip(u64::from(extra))?;
        match self.method {
            0 => {
                let n = self.packed.min(most);
                source.bytes(n, most)
            }
            8 => source.inflate(self.packed, most),
            _ => Problem::says("a member is packed in a way that is not read"),
        }
    }
}

fn directory(source: &mut Source<'_>) -> Result<Option<Vec<Member>>, Problem> {
    let len = source.len();
    if len < 22 {
        return Ok(None);
    }
    let tail_at = len - len.min(TAIL);
    source.go(tail_at)?;
    let tail = source.bytes(len - tail_at, TAIL)?;
    let Some(end) = memchr::memmem::rfind(&tail, b"PK\x05\x06") else { return Ok(None) };
    if tail.len() - end < 22 {
        return Ok(None);
    }
    let end_at = tail_at + end as u64;
    source.go(end_at + 10)?;
    let mut count = u64::from(source.u16()?);
    let mut size = u64::from(source.u32()?);
    let mut offset = u64::from(source.u32()?);
    let mut ends_at = end_at;
    if (count == 0xffff || size == 0xffff_ffff || offset == 0xffff_ffff) && end_at >= 20 {
        source.go(end_at - 20)?;
        if source.u32()? == 0x0706_4b50 {
            source.skip(4)?;
            let wide = source.u64()?;
            source.go(wide)?;
            if source.u32()? != 0x0606_4b50 {
                return Problem::says("its end points at no directory");
            }
            ends_at = wide;
            source.skip(28)?;
            count = source.u64()?;
            size = source.u64()?;
            offset = source.u64()?;
        }
    }
    // Bytes before the archive shift every offset by the same amount.
    let Some(begin) = ends_at.checked_sub(size) else { return Err(Problem::CutOff) };
    let Some(shift) = begin.checked_sub(offset) else { return Err(Problem::CutOff) };
    if count > MOST_MEMBERS || size > LARGEST_DIRECTORY {
        return Problem::says("more members than any known model has");
    }
    source.go(begin)?;
    let mut members = Vec::new();
    for _ in 0..count {
        members.push(member(source, shift)?);
        if source.at() > ends_at {
            return Problem::says("its directory runs past its end");
        }
    }
    Ok(Some(members))
}

fn member(source: &mut Source<'_>, shift: u64) -> Result<Member, Problem> {
    if source.u32()? != 0x0201_4b50 {
        return Problem::says("its directory is broken");
    }
    source.skip(6)?;
    let method = source.u16()?;
    source.skip(8)?;
    let mut packed = u64::from(source.u32()?);
    let mut size = u64::from(source.u32()?);
    let (name, extra, comment) = (source.u16()?, source.u16()?, source.u16()?);
    source.skip(8)?;
    let mut at = u64::from(source.u32()?);
    let name = source.bytes(u64::from(name), u64::from(u16::MAX))?;
    let extra = source.bytes(u64::from(extra), u64::from(u16::MAX))?;
    source.skip(u64::from(comment))?;
    let mut rest = extra.as_slice();
    while let [a, b, c, d, after @ ..] = rest {
        let (id, n) = (u16::from_le_bytes([*a, *b]), usize::from(u16::from_le_bytes([*c, *d])));
        let Some((field, next)) = after.split_at_checked(n) else { break };
        if id == 1 {
            let mut wide =
                field.chunks_exact(8).map(|piece| piece.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b)));
            for value in [&mut size, &mut packed, &mut at] {
                if *value == 0xffff_ffff {
                    *value = wide.next().unwrap_or(*value);
                }
            }
        }
        rest = next;
    }
    let at = at.checked_add(shift).ok_or(Problem::CutOff)?;
    Ok(Member { name: String::from_utf8_lossy(&name).into_owned(), method, packed, size, at })
}

pub(super) fn identify(source: &mut Source<'_>) -> Result<Option<Weights>, Problem> {
    let Some(members) = directory(source)? else {
        return Problem::says("it has no directory: it is cut off, or no archive");
    };
    let named = |name: &str| {
        members.iter().find(|m| {
            m.name == name
                || m.name.rsplit_once('/').is_some_and(|(folder, last)| last == name && !folder.contains('/'))
        })
    };
    let mut names: Vec<_> = members.iter().map(|m| m.name.as_str()).collect();
    names.sort_unstable();
    let twice = names.windows(2).any(|pair| pair[0] == pair[1]);

    let mut found = if let Some(data) = named("data.pkl") {
        torch(source, &members, data)?
    } else if members.iter().any(|m| m.name.ends_with("/constants.pkl") || m.name == "constants.pkl") {
        torchscript()
    } else if let (Some(config), true) =
        (named("config.json"), named("model.weights.h5").is_some() || named("metadata.json").is_some())
    {
        keras(source, config)?
    } else if !members.is_empty() && members.iter().all(|m| m.name.ends_with(".npy")) {
        arrays(source, &members)
    } else {
        match other(source, &members) {
            Some(weights) => weights,
            None => return Ok(None),
        }
    };
    if twice {
        found.fault("two members have the same name: loaders differ in which one they take");
    }
    Ok(Some(found))
}

fn torch(source: &mut Source<'_>, members: &[Member], data: &Member) -> Result<Weights, Problem> {
    if members.iter().any(|m| m.name.ends_with("/constants.pkl")) {
        return Ok(torchscript());
    }
    let mut weights = Weights::new("torch-zip", Executes::Yes).because(
        "it holds a pickle, which runs what it names when it is loaded; it was not judged opcode by opcode",
    );
    let numbers: Vec<_> = members.iter().filter(|m| m.name.contains("/data/")).collect();
    weights.tensors = Some(numbers.len() as u64);
    let bytes = numbers.iter().fold(0u64, |all, m| all.saturating_add(m.size));
    weights.keep_metadata("data_bytes", &bytes.to_string());
    match data.beginning(source, LARGEST_CONFIG) {
        Ok(bytes) if pickle::begins(&bytes) => weights.names = pickle::texts(&bytes),
        Ok(_) => weights.fault("its data.pkl does not begin like a pickle"),
        Err(problem) => weights.fault(format!("its data.pkl: {problem}")),
    }
    Ok(weights)
}

fn torchscript() -> Weights {
    Weights::new("torchscript", Executes::Yes).because("it holds a program of its own, and pickles beside it")
}

fn keras(source: &mut Source<'_>, config: &Member) -> Result<Weights, Problem> {
    let mut weights = Weights::new("keras-v3", Executes::CannotTell)
        .because("what its configuration names is imported when it is loaded");
    if config.size > LARGEST_CONFIG {
        return Problem::says("its configuration is larger than any known model's");
    }
    let text = config.beginning(source, LARGEST_CONFIG)?;
    let lambda = [&b"\"class_name\": \"Lambda\""[..], b"\"class_name\":\"Lambda\""]
        .iter()
        .any(|needle| memchr::memmem::find(&text, needle).is_some());
    if lambda {
        weights.raise(Executes::Yes, "it holds a Lambda layer, which carries code");
    }
    Ok(weights)
}

fn arrays(source: &mut Source<'_>, members: &[Member]) -> Weights {
    let mut weights = Weights::new("npz", Executes::No);
    let mut parameters = Some(0u64);
    for member in members.iter().take(MOST_ARRAYS) {
        let array = member.beginning(source, INFLATED_HEAD).and_then(|head| {
            if numpy::begins(&head) { numpy::read(&head) } else { Problem::says("a member is no array") }
        });
        match array {
            Ok(array) => {
                parameters = parameters.zip(array.parameters).map(|(a, b)| a.saturating_add(b));
                for (dtype, n) in array.dtypes {
                    *weights.dtypes.entry(dtype).or_default() += n;
                }
                if let Some(why) = array.why {
                    weights.raise(array.executes_code, &why);
                }
            }
            Err(problem) => {
                weights.fault(problem.to_string());
                weights.raise(Executes::CannotTell, "a member could not be read");
            }
        }
    }
    if members.len() > MOST_ARRAYS {
        weights.raise(Executes::CannotTell, "it has more members than are looked into");
        parameters = None;
    }
    weights.tensors = Some(members.len() as u64);
    weights.parameters = parameters.filter(|_| weights.executes_code == Executes::No);
    weights
}

/// An archive of no known model format: weights only if a member's name says so.
fn other(source: &mut Source<'_>, members: &[Member]) -> Option<Weights> {
    const WEIGHTS: [&str; 16] = [
        "bin",
        "ckpt",
        "gguf",
        "h5",
        "hdf5",
        "joblib",
        "keras",
        "nemo",
        "npy",
        "onnx",
        "pb",
        "pickle",
        "pkl",
        "pt",
        "pth",
        "safetensors",
    ];
    let end = |m: &Member| m.name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
    let mut inside =
        members.iter().filter(|m| end(m).is_some_and(|e| WEIGHTS.contains(&e.as_str()))).peekable();
    inside.peek()?;
    let mut weights =
        Weights::new("zip", Executes::CannotTell).because("what is packed inside was not looked at");
    for member in inside.take(64) {
        if member.beginning(source, INFLATED_HEAD).is_ok_and(|head| pickle::begins(&head)) {
            weights.raise(Executes::Yes, "it holds a pickle, which runs what it names when it is loaded");
        }
    }
    Some(weights)
}
