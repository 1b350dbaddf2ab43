//! The register of a body: what was decided, by whom, on what, as an append-only log that anyone can
//! verify.
//!
//! It decides what an entry of the log means and what state follows from all entries as of a time. It
//! refuses to know the clock, the network and the command line, and how a verdict comes about.

pub mod log;
