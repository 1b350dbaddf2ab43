//! Bytes of a file at an offset, without moving a cursor that threads share.
//!
//! Reading instead of mapping: a pack that is cut short while it is read is an error here, where a
//! map would end the process; and the pages of a map would count as this program's memory.

use std::{fs::File, io};

/// Fills as much of `buffer` as the file holds from `offset` on; how much that was.
pub(super) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut done = 0;
    while done < buffer.len() {
        let at = offset.saturating_add(done as u64);
        #[cfg(unix)]
        let got = std::os::unix::fs::FileExt::read_at(file, &mut buffer[done..], at);
        #[cfg(windows)]
        let got = std::os::windows::fs::FileExt::seek_read(file, &mut buffer[done..], at);
        match got {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}
