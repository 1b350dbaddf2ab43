//! Policy: the fact catalogue, and the packs of controls that judge facts.
//!
//! Facts go in, states and outcomes come out. This crate decides nothing about how a fact is
//! derived, opens no file, asks no clock and no network, and knows no other crate of ours but
//! `domain`.

pub mod catalogue;
pub mod facts;

pub use catalogue::{Judged, Observer, fact};
pub use facts::{Facts, Known};
