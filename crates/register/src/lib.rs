//! The register of a body: what was decided, by whom, on what, as an append-only log that anyone can
//! verify.
//!
//! It decides what an entry of the log means and what state follows from all entries as of a time. It
//! refuses to know the clock, the network and the command line, and how a verdict comes about.

mod accept;
pub mod act;
pub mod batch;
pub mod body;
pub mod case;
pub mod days;
mod depends;
pub mod entry;
pub mod fold;
pub mod hazard;
pub mod key;
pub mod leaf;
pub mod log;
pub mod lookup;
pub mod public;
pub mod refused;
pub mod register;
pub mod review;
pub mod sealing;
pub mod ssh;
pub mod standing;
pub mod state;
pub mod statement;
pub mod statements;
pub mod unread;
pub mod words;

pub use register::Register;
