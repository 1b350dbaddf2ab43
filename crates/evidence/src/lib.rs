//! Materials and collectors: what a subject is made of, and what can be observed in it.
//!
//! A collector measures; it never says good or bad, never reads a feed, a policy or a register,
//! and never prints, stores or logs a secret or an identifier of a patient.

pub mod addresses;
pub mod binaries;
pub mod collector;
pub mod collectors;
pub mod contribution;
pub mod disclosure;
pub mod dossier;
pub mod handling_instructions;
pub mod history;
pub mod incoming;
pub mod inventory;
pub mod licence;
pub mod lockfile_history;
pub mod magic;
pub mod material;
pub mod model;
pub mod osps;
pub mod owner;
pub mod paths;
pub mod personal_data;
pub mod prose;
pub mod readme;
pub mod reporting_route;
pub mod secrets;
pub mod test_suite;
pub mod text;
pub mod unpack;
pub mod workflow;
