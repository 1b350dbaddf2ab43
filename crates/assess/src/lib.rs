//! From a subject to an Assessment.
//!
//! The phases, in order, each a file: [`identify`] says what kind of subject a material is;
//! [`observe`] runs the collectors and the feeds and yields an assessment without verdicts;
//! [`facts`] alone turns what was observed into facts; [`judge`] asks the packs and yields the
//! verdicts; [`seal`] adds the digests. [`mod@replay`] repeats the last three on a kept assessment.
//!
//! It refuses to know the command line, the clock, the network and the register: circumstances,
//! the day and a [`domain::Standing`] are handed in.

pub mod alone;
pub mod avoid;
pub mod change;
pub mod closures;
pub mod command;
pub mod compare;
pub mod deadline;
pub mod debt;
pub mod estate;
pub mod explain;
pub mod facts;
pub mod flaws;
pub mod forge_settings;
pub mod grammar;
pub mod identify;
pub mod judge;
pub mod observe;
pub mod owner;
pub mod remediation;
pub mod reopening;
pub mod replay;
pub mod reports;
pub mod seal;
pub mod sources;
pub mod standing;
pub mod statements;
pub mod system;
pub mod upkeep;
