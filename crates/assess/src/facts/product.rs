//! Facts about one closed product, by its dossier.

use domain::Assessment;
use evidence::dossier::{KIND, Product, says};
use policy::{Facts, Judged, catalogue::SbomMatch, fact::product as fact};

/// The facts of the product; all unobserved where its dossier could not be read.
pub fn facts(assessment: &Assessment) -> Facts {
    let mut facts = Facts::new(Judged::Product);
    let read = super::value(assessment, KIND).and_then(|v| serde_json::from_value::<Product>(v.clone()).ok());
    let Some(says) = read.map(|product| product.says) else { return facts };
    let many = |n: Option<u32>| n.map(u64::from);
    facts
        .set_if(fact::SECURITY_CERTIFICATE_MONTHS, many(says.security_certificate_months))
        .set_if(fact::CHARTER_SIGNED, says.charter_signed)
        .set_if(fact::PENETRATION_TEST_MONTHS, many(says.penetration_test_months))
        .set_if(fact::PENETRATION_TEST_WORST_TENTHS, says.penetration_test_worst_tenths.map(u64::from))
        .set_if(fact::SUPPLIER_MFA, says.supplier_mfa)
        .set_if(fact::LOGGING_DEFINED, says.logging_defined)
        .set_if(fact::CODE_PRINCIPLES_ANSWERED, many(says.code_principles_answered))
        .set_if(
            fact::SBOM,
            says.sbom.map(|sbom| match sbom {
                says::SbomMatch::ThisVersion => SbomMatch::ThisVersion,
                says::SbomMatch::OtherVersion => SbomMatch::OtherVersion,
            }),
        )
        .set_if(fact::DATA_SECURITY_STANDARDS_MET, says.data_security_standards_met)
        .set_if(fact::REGULATOR_REGISTERED, says.regulator_registered)
        .set_if(fact::IMPACT_ASSESSMENT_PARTS, many(says.impact_assessment_parts))
        .set_if(fact::DATA_LOCATION_STATED, says.data_location_stated)
        .set_if(fact::EXIT_PLAN, says.exit_plan)
        .set_if(fact::EXPORT_TESTED, says.export_tested)
        .set_if(fact::CONTRACT_DATES_KNOWN, says.contract_dates_known)
        .set_if(fact::OPEN_INTERFACE, says.open_interface)
        .set_if(fact::IDENTITY_STANDARD, says.identity_standard)
        .set_if(fact::SUPPORT_DAYS_LEFT, many(says.support_days_left));
    facts
}
