//! The list of collectors, one line each, in the order their evidence is shown.

use crate::collector::Collector;

/// Collectors of a repository's working tree.
pub static REPOSITORY: &[&dyn Collector] = &[
    &crate::secrets::Secrets,
    &crate::personal_data::PersonalData,
    &crate::licence::Licence,
    &crate::readme::Readme,
    &crate::reporting_route::ReportingRoute,
    &crate::owner::Owner,
    &crate::handling_instructions::HandlingInstructions,
    &crate::contribution::Contribution,
    &crate::test_suite::TestSuite,
    &crate::binaries::Binaries,
    &crate::workflow::Workflow,
    &crate::disclosure::Disclosure,
    &crate::addresses::Addresses,
];
