//! An Estate as text for a terminal, as CSV for a spreadsheet, as one self-contained HTML page.
//!
//! Decides what stands in which column and in which words. It computes nothing that is not in the
//! document; what could not be read is never shown as a clean row.

pub mod csv;
pub mod page;
pub mod text;
mod told;
