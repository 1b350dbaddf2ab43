//! Loose objects: one compressed file each, its header inside.

use std::{
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
};

use zlib_rs::{Inflate, InflateFlush, Status};

use super::{buffer::Buffer, kind::Kind};

/// More loose objects than this are not listed.
const MOST: usize = 2_000_000;

/// The loose objects of one object folder.
#[derive(Debug, Default)]
pub(super) struct Loose {
    folder: PathBuf,
    pub(super) width: usize,
    /// All ids in ascending order, one after the other.
    pub(super) ids: Vec<u8>,
    pub(super) first_number: u32,
    /// Not everything could be listed.
    pub(super) cut: bool,
}

/// Why a loose object cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadLoose {
    Damaged,
    TooLarge(u64),
}

impl Loose {
    /// Lists a folder's loose objects.
    pub(super) fn list(folder: &Path, width: usize) -> Self {
        let mut out = Self { folder: folder.to_owned(), width, ..Self::default() };
        let mut ids: Vec<Vec<u8>> = Vec::new();
        for first in 0..=255u8 {
            let Ok(files) = fs::read_dir(folder.join(format!("{first:02x}"))) else { continue };
            for file in files.flatten() {
                let name = file.file_name();
                let Some(rest) = name.to_str().filter(|name| name.len() == 2 * (width - 1)) else { continue };
                let Some(rest) = super::id::from_hex(rest.as_bytes()) else { continue };
                if ids.len() >= MOST {
                    out.cut = true;
                    break;
                }
                let mut id = Vec::with_capacity(width);
                id.push(first);
                id.extend(rest);
                ids.push(id);
            }
        }
        ids.sort_unstable();
        out.ids = ids.concat();
        out
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len().checked_div(self.width).unwrap_or(0)
    }

    pub(super) fn id(&self, position: usize) -> &[u8] {
        &self.ids[position * self.width..(position + 1) * self.width]
    }

    /// Reads one.
    pub(super) fn read(&self, position: usize, largest: u64, out: &mut Buffer) -> Result<Kind, BadLoose> {
        let hex = super::id::to_hex(self.id(position));
        let path = self.folder.join(&hex[..2]).join(&hex[2..]);
        let meta = fs::symlink_metadata(&path).map_err(|_| BadLoose::Damaged)?;
        if !meta.is_file() {
            return Err(BadLoose::Damaged);
        }
        let mut file = File::open(path).map_err(|_| BadLoose::Damaged)?;
        let mut inflate = Inflate::new(true, 15);
        let mut input = vec![0; 32 << 10];
        let mut head = [0u8; 64];
        let got = read_some(&mut file, &mut input)?;
        let mut status = inflate
            .decompress(&input[..got], &mut head, InflateFlush::NoFlush)
            .map_err(|_| BadLoose::Damaged)?;
        let have = usize::try_from(inflate.total_out()).unwrap_or(0).min(head.len());
        let end = memchr::memchr(0, &head[..have]).ok_or(BadLoose::Damaged)?;
        let space = memchr::memchr(b' ', &head[..end]).ok_or(BadLoose::Damaged)?;
        let kind = Kind::of_word(&head[..space]).ok_or(BadLoose::Damaged)?;
        let size: u64 = std::str::from_utf8(&head[space + 1..end])
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or(BadLoose::Damaged)?;
        if size > largest {
            return Err(BadLoose::TooLarge(size));
        }
        let size = usize::try_from(size).map_err(|_| BadLoose::TooLarge(size))?;
        let early = have - end - 1;
        if early > size {
            return Err(BadLoose::Damaged);
        }
        let target = out.of_length(size);
        target[..early].copy_from_slice(&head[end + 1..have]);
        let mut done = early;
        let mut start = usize::try_from(inflate.total_in()).unwrap_or(usize::MAX).min(got);
        let mut got = got;
        while status != Status::StreamEnd {
            if start == got {
                got = read_some(&mut file, &mut input)?;
                start = 0;
            }
            let (before_in, before_out) = (inflate.total_in(), inflate.total_out());
            status = inflate
                .decompress(&input[start..got], &mut target[done..], InflateFlush::NoFlush)
                .map_err(|_| BadLoose::Damaged)?;
            let read = usize::try_from(inflate.total_in() - before_in).unwrap_or(0);
            let written = usize::try_from(inflate.total_out() - before_out).unwrap_or(0);
            start += read;
            done += written;
            if status != Status::StreamEnd && read == 0 && written == 0 {
                return Err(BadLoose::Damaged);
            }
        }
        if done == size { Ok(kind) } else { Err(BadLoose::Damaged) }
    }
}

fn read_some(file: &mut File, into: &mut [u8]) -> Result<usize, BadLoose> {
    loop {
        match file.read(into) {
            Ok(n) => return Ok(n),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return Err(BadLoose::Damaged),
        }
    }
}
