//! Facts about one closed product, by its dossier. Months are counted up: twelve months and a day
//! is 13. A document that is missing or undated leaves its facts unobserved.

super::facts! { Product:
    /// Age of the security certificate in months, counted up, kept up to 250.
    SECURITY_CERTIFICATE_MONTHS: UpTo<250> = "security-certificate-months", Person;
    /// The supplier has signed the cyber-security charter that the pack names.
    CHARTER_SIGNED: bool = "charter-signed", Person;
    /// Age of the independent penetration test in months, counted up, kept up to 250.
    PENETRATION_TEST_MONTHS: UpTo<250> = "penetration-test-months", Person;
    /// The worst CVSS score that the test left open, in tenths.
    PENETRATION_TEST_WORST_TENTHS: UpTo<100> = "penetration-test-worst-tenths", Person;
    /// Multi-factor authentication guards the supplier's privileged access.
    SUPPLIER_MFA: bool = "supplier-mfa", Person;
    /// What is logged is defined.
    LOGGING_DEFINED: bool = "logging-defined", Person;
    /// How many of the fourteen principles for software suppliers are answered.
    CODE_PRINCIPLES_ANSWERED: UpTo<14> = "code-principles-answered", Person;
    /// Whether the supplied inventory is that of this version; unobserved where none is supplied.
    SBOM: SbomMatch = "sbom", Person;
    /// The data-security self-assessment that the pack names is met.
    DATA_SECURITY_STANDARDS_MET: bool = "data-security-standards-met", Person;
    /// The supplier is registered with the data-protection regulator.
    REGULATOR_REGISTERED: bool = "regulator-registered", Person;
    /// How many of the eleven contents the data-protection impact assessment has.
    IMPACT_ASSESSMENT_PARTS: UpTo<11> = "impact-assessment-parts", Person;
    /// Where the data is kept is stated, with safeguards where it leaves the country.
    DATA_LOCATION_STATED: bool = "data-location-stated", Person;
    /// An exit plan is at hand.
    EXIT_PLAN: bool = "exit-plan", Person;
    /// The data export was tested.
    EXPORT_TESTED: bool = "export-tested", Person;
    /// Notice and renewal dates are known.
    CONTRACT_DATES_KNOWN: bool = "contract-dates-known", Person;
    /// An open programming interface by a named standard.
    OPEN_INTERFACE: bool = "open-interface", Person;
    /// The identity standards that the pack names are supported, or an alternative is stated.
    IDENTITY_STANDARD: bool = "identity-standard", Person;
    /// Whole days of vendor support left, 0 when it has ended, kept up to 250.
    SUPPORT_DAYS_LEFT: UpTo<250> = "support-days-left", Person;
}
