//! Bytes to values and back: lockfiles, manifests, SBOMs, advisories, VEX, SARIF, model weights,
//! and the TOML files of ours.
//!
//! This crate decides what bytes *say*. It does no I/O, knows no clock, and judges nothing. All
//! bytes are hostile: memory, depth and time are bounded, nothing panics, and what cannot be read
//! is an error with a position, never an empty answer.

mod address;
pub mod advisory;
pub mod asks;
pub mod codeowners;
mod extras_graph;
pub mod forge_settings;
mod gather;
pub mod inventory;
mod marker;
pub mod own;
mod pep508;
pub mod piecewise;
pub mod provenance;
pub mod publiccode;
mod reach;
pub mod readers;
pub mod sarif;
pub mod security_txt;
pub mod text;
pub mod tree;
mod tree_path;
pub mod unread_formats;
pub mod vex;
pub mod weights;
mod xml_tree;
