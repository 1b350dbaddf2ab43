//! Bytes to values and back: lockfiles, manifests, SBOMs, advisories, VEX, SARIF, model weights,
//! and the TOML files of ours.
//!
//! This crate decides what bytes *say*. It does no I/O, knows no clock, and judges nothing. All
//! bytes are hostile: memory, depth and time are bounded, nothing panics, and what cannot be read
//! is an error with a position, never an empty answer.

mod address;
pub mod advisory;
pub mod codeowners;
mod extras_graph;
mod gather;
pub mod inventory;
pub mod own;
mod marker;
mod pep508;
mod reach;
pub mod publiccode;
pub mod readers;
pub mod sarif;
pub mod security_txt;
pub mod text;
pub mod tree;
pub mod unread_formats;
mod tree_path;
pub mod vex;
pub mod weights;
mod xml_tree;
