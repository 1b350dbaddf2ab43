//! The trait that every collector implements, and what it yields.

use domain::{Coverage, Date, Evidence, Finding};

use crate::material::Material;

/// What is handed to a collector beside the material: nothing else of the world reaches it.
#[derive(Clone, Copy, Debug)]
pub struct Given {
    /// The day on which the question is asked.
    pub today: Date,
}

/// What a collector saw.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// Observations, for facts to be derived from.
    pub evidence: Vec<Evidence>,
    /// Located faults.
    pub findings: Vec<Finding>,
    /// What was looked at and what was not, one entry a collector.
    pub coverage: Vec<Coverage>,
}

/// A collector: one file, one line in [`crate::collectors`].
pub trait Collector: Sync {
    /// Its name, kebab-case, as coverage shows it.
    fn name(&self) -> &'static str;
    /// Looks.
    fn collect(&self, material: &dyn Material, given: Given) -> Observed;
}
