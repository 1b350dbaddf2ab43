//! Materials and collectors: what a subject is made of, and what can be observed in it.
//!
//! A collector measures; it never says good or bad, never reads a feed, a policy or a register,
//! and never prints, stores or logs a secret or an identifier of a patient.

pub mod collector;
pub mod collectors;
// pub mod inventory;
pub mod magic;
pub mod material;
pub mod paths;
pub mod personal_data;
pub mod secrets;
pub mod text;
