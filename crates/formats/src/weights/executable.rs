//! Programs where weights are expected: a llamafile is an executable for six systems at once
//! with the weights inside.

use super::{Executes, Weights};

pub(super) fn begins(head: &[u8]) -> bool {
    portable(head)
        || head.starts_with(b"\x7fELF")
        || (head.starts_with(b"MZ") && pe(head))
        || [
            [0xfe, 0xed, 0xfa, 0xce],
            [0xfe, 0xed, 0xfa, 0xcf],
            [0xce, 0xfa, 0xed, 0xfe],
            [0xcf, 0xfa, 0xed, 0xfe],
        ]
        .iter()
        .any(|magic| head.starts_with(magic))
}

/// An "actually portable executable", as llamafiles are.
fn portable(head: &[u8]) -> bool {
    head.starts_with(b"MZqFpD='") || head.starts_with(b"jartsr='")
}

/// Two letters are not enough: the header they open must point at `PE\0\0`, or lie beyond what
/// was read.
fn pe(head: &[u8]) -> bool {
    let Some(at) = head.get(60..64) else { return false };
    let at = u32::from_le_bytes([at[0], at[1], at[2], at[3]]) as usize;
    head.len() > 64 && head.get(at..at.saturating_add(4)).is_none_or(|magic| magic == b"PE\0\0")
}

pub(super) fn read(head: &[u8]) -> Weights {
    let format = if portable(head) { "llamafile" } else { "executable" };
    Weights::new(format, Executes::Yes).because("the file is a program")
}
