//! Values to what a person reads: text for a terminal, Markdown for a change request, one
//! self-contained HTML page.
//!
//! This crate decides how an Assessment is shown, and in which order. It does no I/O, computes no
//! verdict, and knows neither terminal, clock nor network.

pub mod actions;
pub mod change;
pub mod columns;
mod csv;
pub mod estate;
pub mod handling;
pub mod html;
pub mod markdown;
pub mod mirrors;
pub mod remediation;
pub mod reopening;
pub mod rewriting;
pub mod shell;
pub mod site;
pub mod text;
pub mod words;
