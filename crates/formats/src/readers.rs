//! The list of inventory readers, one line per format, in the order they are tried.

use crate::inventory::Reader;

/// Every format that is read.
pub static READERS: &[&dyn Reader] = &[];
