//! What lies inside a file: the entries of zip, tar and gzip archives, the cells of a notebook.
//!
//! Decides what of it is text and hands that over, one part after the other, within limits that a
//! file made to be a burden runs into: bytes, entries, how much a byte may swell to, one level deep.
//! What is over a limit, locked, or an archive inside an archive is named as not read. Nothing is
//! written to disk. The cells of spreadsheets are handed over as rows. Rules and numbers are the callers'.
//!
//! Own reader for tar, because the crates for it unpack to a file system.

mod sheets;

use std::io::{Cursor, Read};

use flate2::read::MultiGzDecoder;

use crate::{magic, text};

/// The largest archive that is opened, in bytes.
pub const LARGEST: usize = 32 << 20;

/// The largest notebook whose cells are taken apart, in bytes.
const LARGEST_NOTEBOOK: usize = 16 << 20;

/// The largest entry that is read, in bytes.
const LARGEST_ENTRY: u64 = 16 << 20;

/// So many bytes are unpacked of one archive.
const MOST_BYTES: u64 = 48 << 20;

/// So many entries are looked at in one archive.
const MOST_ENTRIES: usize = 5_000;

/// Beyond so many bytes an entry may be at most this many times its packed size.
const SWELLS_FROM: u64 = 1 << 20;
const MOST_SWELL: u64 = 200;

/// A part of a file.
#[derive(Debug)]
pub enum Part<'a> {
    /// Text, in UTF-8 or an encoding that keeps ASCII.
    Text(&'a [u8]),
    /// Not read, and why.
    Unread(&'a str),
}

/// Whom parts are handed to, with their names.
pub type Taker<'t> = &'t mut dyn FnMut(&str, Part<'_>);

/// Whether a binary file of this name and beginning is opened here.
pub fn opens(path: &str, head: &[u8]) -> bool {
    matches!(
        magic::closed_container(path, head),
        Some("zip archive" | "gzip archive" | "tar archive" | "spreadsheet" | "Office document")
    ) && !head.starts_with(b"\xd0\xcf\x11\xe0")
}

/// Whether a text is a notebook, by what it says.
pub fn is_notebook(text: &[u8]) -> bool {
    const ENDS: usize = 4096;
    let near = |part: &[u8]| memchr::memmem::find(part, b"\"nbformat\"").is_some();
    text.len() <= LARGEST_NOTEBOOK
        && text.trim_ascii_start().first() == Some(&b'{')
        && (near(&text[..text.len().min(ENDS)]) || near(&text[text.len().saturating_sub(ENDS)..]))
}

/// Hands over what is inside a file; whether it was one of those that are opened.
pub fn open(path: &str, bytes: &[u8], take: Taker<'_>) -> bool {
    if !opens(path, &bytes[..bytes.len().min(512)]) {
        return false;
    }
    if bytes.len() > LARGEST {
        take("", Part::Unread("an archive over the limit, not opened"));
        return true;
    }
    let mut left = Left { bytes: MOST_BYTES, entries: MOST_ENTRIES };
    if bytes.starts_with(b"PK") {
        zip(bytes, &mut left, take);
    } else if bytes.starts_with(b"\x1f\x8b") {
        gzip(bytes, &mut left, take);
    } else {
        tar(bytes, &mut left, take);
    }
    true
}

/// The texts of this name inside a file.
pub fn texts(path: &str, bytes: &[u8], inner: &str) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let mut take = |name: &str, part: Part<'_>| {
        if let (true, Part::Text(text)) = (name == inner, part) {
            out.push(text.to_vec());
        }
    };
    if !open(path, bytes, &mut take) && is_notebook(bytes) {
        notebook(bytes, &mut take);
    }
    out
}

/// What may still be unpacked.
struct Left {
    bytes: u64,
    entries: usize,
}

/// One entry: its text, or that it is an archive itself.
fn entry(name: &str, bytes: &[u8], take: Taker<'_>) {
    if let Some(text) = text::utf16(bytes) {
        take(name, Part::Text(&text));
    } else if !text::is_binary(bytes) {
        take(name, Part::Text(bytes));
    } else if let Some(kind) = magic::closed_container(name, &bytes[..bytes.len().min(512)]) {
        take(name, Part::Unread(&format!("{kind} inside an archive, not opened")));
    }
}

/// Reads an entry as far as the limits allow; none, with the reason told, when it goes beyond. Of
/// binary entries only the first bytes are read.
fn read(name: &str, from: impl Read, packed: u64, left: &mut Left, take: Taker<'_>) -> Option<Vec<u8>> {
    const LOOK: u64 = 8 << 10;
    let most = LARGEST_ENTRY.min(left.bytes);
    let mut from = from.take(most + 1);
    let mut bytes = Vec::new();
    let done = (&mut from).take(LOOK).read_to_end(&mut bytes);
    if done.is_err() {
        take(name, Part::Unread("damaged inside the archive"));
        return None;
    }
    left.bytes = left.bytes.saturating_sub(bytes.len() as u64);
    if text::is_binary(&bytes) || (bytes.len() as u64) < LOOK {
        return Some(bytes);
    }
    loop {
        let before = bytes.len();
        if (&mut from).take(SWELLS_FROM).read_to_end(&mut bytes).is_err() {
            take(name, Part::Unread("damaged inside the archive"));
            return None;
        }
        let now = bytes.len() as u64;
        left.bytes = left.bytes.saturating_sub((bytes.len() - before) as u64);
        if bytes.len() == before {
            return Some(bytes);
        }
        if now > most || (now > SWELLS_FROM && now / MOST_SWELL > packed) {
            take(name, Part::Unread("over a limit inside the archive, not read whole"));
            return None;
        }
    }
}

fn zip(bytes: &[u8], left: &mut Left, take: Taker<'_>) {
    let mut archive = match zip::ZipArchive::new(Cursor::new(bytes)) {
        Ok(archive) => archive,
        Err(_) => return take("", Part::Unread("a damaged zip archive")),
    };
    let mut book = sheets::Book::default();
    for index in 0..archive.len() {
        if left.entries == 0 || left.bytes == 0 {
            book.rows(&mut left.bytes, take);
            return take("", Part::Unread("more entries or bytes than are read of one archive"));
        }
        left.entries -= 1;
        // Opened without unpacking first: a locked entry has a name all the same.
        let (name, locked, packed) = match archive.by_index_raw(index) {
            Ok(file) if file.is_dir() => continue,
            Ok(file) => (plain(file.name_raw()), file.encrypted(), file.compressed_size()),
            Err(_) => {
                take("", Part::Unread("a damaged entry of a zip archive"));
                continue;
            }
        };
        if locked {
            take(&name, Part::Unread("locked by a password"));
            continue;
        }
        if sheets::Book::is_closed(&name) {
            take(&name, Part::Unread("a sheet in a binary form, not read"));
            continue;
        }
        match archive.by_index(index) {
            Ok(file) => {
                let whole = read(&name, file, packed, left, take);
                if let Some(bytes) = whole.and_then(|bytes| book.keep(&name, bytes)) {
                    entry(&name, &bytes, take);
                }
            }
            Err(_) => take(&name, Part::Unread("packed in a way that is not read")),
        }
    }
    book.rows(&mut left.bytes, take);
}

fn gzip(bytes: &[u8], left: &mut Left, take: Taker<'_>) {
    // The stream's own name may be anything, and the file's is not known in a history.
    let inner = "content";
    let mut head = Vec::new();
    if MultiGzDecoder::new(bytes).take(512).read_to_end(&mut head).is_err() {
        return take("", Part::Unread("a damaged gzip archive"));
    }
    if head.get(257..262) != Some(b"ustar") {
        if let Some(bytes) = read(inner, MultiGzDecoder::new(bytes), bytes.len() as u64, left, take) {
            entry(inner, &bytes, take);
        }
        return;
    }
    // An archive in one stream: unpacked whole, within what one archive may give.
    let most = left.bytes.min((bytes.len() as u64).saturating_mul(MOST_SWELL).max(SWELLS_FROM));
    let mut whole = Vec::new();
    let done = MultiGzDecoder::new(bytes).take(most).read_to_end(&mut whole);
    if done.is_err() || whole.len() as u64 >= most {
        take("", Part::Unread("damaged, or more bytes than are read of one archive"));
    }
    tar(&whole, left, take);
}

/// POSIX tar: blocks of 512 bytes, a header before each file; GNU's long names.
fn tar(bytes: &[u8], left: &mut Left, take: Taker<'_>) {
    const BLOCK: usize = 512;
    let mut at = 0;
    let mut long = None;
    while let Some(header) = bytes.get(at..at + BLOCK) {
        if header.iter().all(|b| *b == 0) {
            return;
        }
        if left.entries == 0 {
            return take("", Part::Unread("more entries than are read of one archive"));
        }
        left.entries -= 1;
        let Some(size) = octal(&header[124..136]) else {
            return take("", Part::Unread("a damaged tar archive"));
        };
        let start = at + BLOCK;
        let Some(content) = start.checked_add(size).and_then(|end| bytes.get(start..end)) else {
            return take("", Part::Unread("a tar archive that ends before its last file does"));
        };
        at = start + size.div_ceil(BLOCK) * BLOCK;
        match header[156] {
            b'0' | 0 => {
                let name = long.take().unwrap_or_else(|| {
                    let prefix = text_of(&header[345..500]);
                    let name = text_of(&header[..100]);
                    if prefix.is_empty() { name } else { format!("{prefix}/{name}") }
                });
                if size as u64 > LARGEST_ENTRY {
                    take(&name, Part::Unread("over a limit inside the archive, not read"));
                } else {
                    entry(&name, content, take);
                }
            }
            b'L' => long = Some(text_of(content)),
            _ => {}
        }
    }
}

fn octal(field: &[u8]) -> Option<usize> {
    let digits: Vec<u8> = field.iter().copied().filter(|b| !matches!(b, 0 | b' ')).collect();
    usize::from_str_radix(std::str::from_utf8(&digits).ok()?, 8).ok()
}

fn text_of(field: &[u8]) -> String {
    plain(field.split(|b| *b == 0).next().unwrap_or_default())
}

/// A name as it can be shown: whoever packed the archive chose it.
fn plain(name: &[u8]) -> String {
    const LONGEST: usize = 240;
    String::from_utf8_lossy(name)
        .chars()
        .take(LONGEST)
        .map(|c| if c.is_control() || c == '!' { '?' } else { c })
        .collect()
}

/// Hands over the cells of a notebook and what they put out, as they read.
pub fn notebook(text: &[u8], take: Taker<'_>) {
    #[derive(serde::Deserialize)]
    struct Notebook {
        #[serde(default)]
        cells: Vec<Cell>,
    }
    #[derive(serde::Deserialize)]
    struct Cell {
        #[serde(default)]
        source: Lines,
        #[serde(default)]
        outputs: Vec<Output>,
    }
    #[derive(serde::Deserialize)]
    struct Output {
        #[serde(default)]
        text: Lines,
        #[serde(default)]
        data: std::collections::BTreeMap<String, serde_json::Value>,
    }
    #[derive(Default, serde::Deserialize)]
    #[serde(untagged)]
    enum Lines {
        #[default]
        None,
        One(String),
        Many(Vec<String>),
    }
    impl Lines {
        fn whole(self) -> String {
            match self {
                Self::None => String::new(),
                Self::One(text) => text,
                Self::Many(lines) => lines.concat(),
            }
        }
    }
    let Ok(notebook) = serde_json::from_slice::<Notebook>(text) else { return };
    for (number, cell) in notebook.cells.into_iter().enumerate() {
        take(&format!("cell {}", number + 1), Part::Text(cell.source.whole().as_bytes()));
        let mut out = String::new();
        for output in cell.outputs {
            out.push_str(&output.text.whole());
            let readable = output.data.into_iter().filter(|(kind, _)| kind.starts_with("text/"));
            for (_, value) in readable {
                out.push('\n');
                out.push_str(&serde_json::from_value::<Lines>(value).unwrap_or_default().whole());
            }
        }
        if !out.is_empty() {
            take(&format!("cell {} output", number + 1), Part::Text(out.as_bytes()));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn parts(path: &str, bytes: &[u8]) -> Vec<(String, String)> {
        let mut out = Vec::new();
        assert!(open(path, bytes, &mut |name, part| {
            out.push((
                name.to_owned(),
                match part {
                    Part::Text(text) => String::from_utf8_lossy(&text[..text.len().min(40)]).into_owned(),
                    Part::Unread(why) => format!("unread: {why}"),
                },
            ));
        }));
        out
    }

    fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn tarred(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = Vec::new();
        for (name, bytes) in files {
            let mut header = [0u8; 512];
            header[..name.len()].copy_from_slice(name.as_bytes());
            header[124..135].copy_from_slice(format!("{:011o}", bytes.len()).as_bytes());
            header[156] = b'0';
            header[257..262].copy_from_slice(b"ustar");
            out.extend_from_slice(&header);
            out.extend_from_slice(bytes);
            out.resize(out.len().div_ceil(512) * 512, 0);
        }
        out.resize(out.len() + 1024, 0);
        out
    }

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn opens_zip_tar_and_gzip_one_level_deep() {
        let inside = zipped(&[("x", b"x")]);
        let zip = zipped(&[("a/b.txt", b"hello"), ("c.bin", b"\0\0"), ("in.zip", &inside)]);
        let expected = [
            ("a/b.txt".to_owned(), "hello".to_owned()),
            ("in.zip".to_owned(), "unread: zip archive inside an archive, not opened".to_owned()),
        ];
        assert_eq!(parts("a.zip", &zip), expected);
        assert_eq!(parts("a.jar", &zip), expected);
        let tar = tarred(&[("a/b.txt", b"hello"), ("in.zip", &inside)]);
        assert_eq!(parts("a.tar", &tar), expected);
        assert_eq!(parts("a.tar.gz", &gzipped(&tar)), expected);
        assert_eq!(parts("notes.txt.gz", &gzipped(b"hello")), [("content".to_owned(), "hello".to_owned())]);
    }

    #[test]
    fn what_is_made_to_be_a_burden_is_named_and_left() {
        let bomb = zipped(&[("big.txt", &vec![b'a'; 32 << 20]), ("small.txt", b"hello")]);
        let seen = parts("a.zip", &bomb);
        assert!(seen[0].1.starts_with("unread: over a limit"), "{seen:?}");
        assert_eq!(seen[1].1, "hello");
        let many: Vec<_> = (0..6_000).map(|n| (format!("{n}"), b"x".to_vec())).collect();
        let many: Vec<_> = many.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        let seen = parts("a.zip", &zipped(&many));
        assert!(seen.last().unwrap().1.starts_with("unread: more entries"), "{:?}", seen.last());
        for cut in [30, 100, 600] {
            let broken = &tarred(&[("a", &[b'x'; 2000])])[..512 + cut];
            assert!(parts("a.tar", broken).iter().any(|(_, text)| text.starts_with("unread")));
        }
        let zip = zipped(&[("a/b.txt", b"hello")]);
        for cut in 5..zip.len() {
            assert!(parts("a.zip", &zip[..cut]).iter().all(|(_, text)| text.starts_with("unread")));
        }
    }

    #[test]
    fn notebooks_read_as_they_look() {
        let text = br#"{"nbformat":4,"cells":[{"source":["a = \"b\"\n","c"],"outputs":[{"text":"x"},{"data":{"text/plain":["y"],"image/png":"z"}}]}]}"#;
        assert!(is_notebook(text));
        let mut out = Vec::new();
        notebook(text, &mut |name, part| {
            if let Part::Text(text) = part {
                out.push((name.to_owned(), String::from_utf8_lossy(text).into_owned()));
            }
        });
        assert_eq!(
            out,
            [
                ("cell 1".to_owned(), "a = \"b\"\nc".to_owned()),
                ("cell 1 output".to_owned(), "x\ny".to_owned())
            ]
        );
    }
}
