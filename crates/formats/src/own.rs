//! The TOML files that people write for Formulary: `formulary.toml` (the system),
//! `formulary.debt.toml` (its exceptions, obligations and closures), `product.toml` (the dossier of a
//! closed product), the answer sheets a dossier names, and `model.toml` (where a model comes from).
//!
//! Reading is strict: a key nobody knows is an error that names the nearest known one, a value
//! of the wrong sort is an error with its line, and all faults of a file are told at once. A
//! misspelt `untill` must never become an exception without an end.

pub mod answers;
pub mod closure;
pub mod debt;
pub mod dossier;
pub mod model;
mod strict;
pub mod system;
mod write;

pub use answers::{Answer, Answers};
pub use closure::DebtClosure;
pub use debt::{Debt, DebtException, DebtObligation, ExceptionKind, RecordedBy, Scope};
pub use dossier::{Document, Dossier};
pub use strict::{Fault, Invalid, LARGEST, nearest};
pub use system::{Claim, Owner, Part, System, TrustedVex};
