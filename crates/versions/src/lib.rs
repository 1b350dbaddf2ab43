//! Version order and ranges, per ecosystem.
//!
//! This crate decides which of two versions comes first, whether a version lies in a range of an
//! advisory, and which is the lowest version a requirement admits, exactly as the ecosystem's own
//! tools do. It refuses to know components, advisories, files and every other crate of ours.
//!
//! Crates exist for some of these orders. They hold numbers in machine words, so a version such as
//! `1.99999999999999999999` is an error or wraps, and each reads another dialect; here numbers are
//! compared as digits, of any size, nothing is copied, and one test drives every order against the
//! ecosystem's own tool (`tests/oracles.rs`).
//!
//! One order is one file. A text that no rule of the scheme orders is [`Undetermined`], never a
//! guess and never "not affected". No text over 512 bytes is a version, none over 4,096 a requirement.

mod apk;
mod composer;
mod cran;
mod debian;
mod digits;
mod gem;
mod go;
mod maven;
mod npm;
mod nuget;
mod order;
mod pep440;
mod pvp;
mod range;
mod requirement;
mod rpm;
mod scheme;
mod semver;
mod step;
mod tangle;
mod undetermined;

pub use range::Event;
pub use scheme::Scheme;
pub use step::Step;
pub use tangle::Reading;
pub use undetermined::Undetermined;
