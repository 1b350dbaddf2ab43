//! A change between two states of one subject, as the screens take it: the assessment of the change
//! alone, what the earlier state was called, and what changed in lines.
//!
//! Decides nothing: what is worse, and what the change alone comes to, is handed in.

use domain::Assessment;

/// A change to be shown.
#[derive(Clone, Debug)]
pub struct Change<'a> {
    /// The assessment cut down to what the change brought or made worse.
    pub alone: &'a Assessment,
    /// What the earlier state was called.
    pub since: &'a str,
    /// Whether nothing is worse.
    pub nothing_worse: bool,
    /// What changed: a heading and its lines each.
    pub sections: &'a [(String, Vec<String>)],
}
