//! Policy: the fact catalogue, and the packs of controls that judge facts.
//!
//! Facts go in, states and outcomes come out. This crate decides nothing about how a fact is
//! derived, opens no file, asks no clock and no network, and knows no other crate of ours but
//! `domain`.
//!
//! The way through, for who judges a subject:
//!
//! 1. [`Pack::builtin`]`("use")`, or [`Pack::load`] with the files of a folder.
//! 2. For each component, flaw, system, repository, model or product: [`Facts::new`], then
//!    [`Facts::set`] with the typed constants in [`fact`] (what is not set is unobserved;
//!    [`Facts::absent`] is "looked for, and not there").
//! 3. [`Pack::evaluate`] gives the state of every control of that kind, from memory where equal
//!    facts were asked before.
//! 4. [`Tally::add`] each with the [`Setting`] it is judged in, and whether an exception is in
//!    force; [`Tally::answer`] is the verdict's outcome, [`Tally::lines`] every control.
//! 5. [`Control::why`] and [`Control::remedy`] are the words for a reason; [`control::fill`] puts
//!    count and names in.
//!
//! Beside it: [`deadline::due`] (days a flaw may stay open), [`Pack::licences`] and
//! [`Pack::model_licences`] (tables), [`cases::run`], [`what_if::what_if`], [`conflict::conflict`].

pub mod builtin;
pub mod cache;
pub mod cases;
pub mod catalogue;
pub mod closure;
pub mod conflict;
pub mod control;
pub mod deadline;
pub mod demand;
pub mod evaluate;
pub mod excepts;
pub mod facts;
pub mod licence;
pub mod model_licence;
pub mod pack;
pub mod quorum;
pub mod schema;
pub mod setting;
pub mod what_if;

pub use catalogue::{Judged, Observer, fact};
pub use control::Control;
pub use demand::{Answer, Demand, Line, Tally};
pub use evaluate::{ControlIdx, Judgement};
pub use facts::{Facts, Known};
pub use pack::{Pack, PackError};
pub use setting::Setting;
