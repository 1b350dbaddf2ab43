//! Bytes to values and back: lockfiles, manifests, SBOMs, advisories, VEX, SARIF, model weights,
//! and the TOML files of ours.
//!
//! This crate decides what bytes *say*. It does no I/O, knows no clock, and judges nothing. All
//! bytes are hostile: memory, depth and time are bounded, nothing panics, and what cannot be read
//! is an error with a position, never an empty answer.

pub mod inventory;
pub mod readers;
