//! The words that every part of Formulary speaks, as types.
//!
//! A Subject is evaluated under Circumstances; collectors yield Evidence and Findings;
//! Controls are judged met, not met, unknown or not applicable; a Verdict follows, with
//! its Reasons; all of it together is an Assessment, known by its digest.
//!
//! This crate decides only what a value of the vocabulary *is*: how it is written, compared,
//! and turned into canonical bytes. It refuses to know files, networks, clocks, the command
//! line, policy and every other crate of ours. Time, where a value has one, was handed in.

pub mod assessment;
pub mod canonical;
pub mod circumstances;
pub mod closure;
pub mod component;
pub mod control;
pub mod coverage;
pub mod cvss;
pub mod date;
pub mod digest;
pub mod entry_state;
pub mod estate;
pub mod evidence;
pub mod exception;
pub mod feed;
pub mod finding;
pub mod place;
pub mod purl;
pub mod remediation;
pub mod severity;
pub mod standing;
pub mod subject;
pub mod subject_name;
pub mod tier;
pub mod verdict;

pub use assessment::Assessment;
pub use circumstances::{By, Circumstances, Deployment, Exposure, Stated, Visibility};
pub use component::{Component, ContentHash, Origin, Resolution, Scope};
pub use control::{ControlResult, ControlState};
pub use coverage::{Coverage, Unread};
pub use date::{Date, Timestamp};
pub use digest::Digest;
pub use entry_state::EntryState;
pub use estate::Estate;
pub use evidence::Evidence;
pub use exception::{Exception, Obligation};
pub use feed::{FeedCoverage, FeedStamp};
pub use finding::{Commit, Finding, FindingKind, InHistory, Reached};
pub use place::Place;
pub use purl::Purl;
pub use severity::Severity;
pub use standing::{Attested, Listing, Settled, Standing};
pub use subject::Subject;
pub use subject_name::SubjectName;
pub use tier::Tier;
pub use verdict::{Outcome, Purpose, Reason, Verdict};
