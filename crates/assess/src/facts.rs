//! Evidence to Facts: the one place where what was observed becomes what a policy may read.
//!
//! Everything is derived from the assessment itself (components, findings, evidence, feeds and the
//! day it is judged as of), so that a kept assessment can be judged again anywhere. What was not
//! observed stays unobserved; nothing here guesses in favour of a subject.
//!
//! One file a kind of thing judged, in the folder beside this file.

pub mod component;
pub mod flaw;
pub mod model;
pub mod product;
pub mod repository;
pub mod system;

use domain::{Assessment, Evidence};
use serde_json::Value;

/// The value of the first evidence of a kind.
pub fn value<'a>(assessment: &'a Assessment, kind: &str) -> Option<&'a Value> {
    assessment.evidence.iter().find(|e| e.kind == kind).map(|e| &e.value)
}

/// Every evidence of a kind.
pub fn all<'a>(assessment: &'a Assessment, kind: &'a str) -> impl Iterator<Item = &'a Evidence> {
    assessment.evidence.iter().filter(move |e| e.kind == kind)
}
