//! The states of an entry, by the name they have in a register.

pub use domain::EntryState as State;
