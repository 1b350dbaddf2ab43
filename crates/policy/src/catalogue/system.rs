//! Facts about the system, or a part of it, as a whole.

super::facts! { System:
    /// How much of the inventory could be read.
    INVENTORY_READ: InventoryRead = "inventory-read", Collector;
    /// A lockfile or SBOM stands behind every manifest (true where there is no manifest).
    LOCK_BEHIND_MANIFESTS: bool = "lock-behind-manifests", Collector;
    /// A role that patches and monitors the system is named; absent where nothing names one.
    OWNER_NAMED: bool = "owner-named", Person;
    /// A contact of that role is given; absent where nothing gives one.
    OWNER_CONTACT: bool = "owner-contact", Person;
    /// That role has accepted the duty.
    OWNER_ACCEPTED: bool = "owner-accepted", Person;
    /// Whole days since that role last confirmed it, kept up to 250.
    OWNER_CONFIRMED_DAYS: UpTo<250> = "owner-confirmed-days", Person;
    /// Alternatives, those already listed among them, and the cost were considered.
    ALTERNATIVES_CONSIDERED: bool = "alternatives-considered", Person;
    /// Whether the clinical-safety standard applies was decided, with a reason.
    SAFETY_SCOPE_DECIDED: bool = "safety-scope-decided", Person;
    /// The safety case report covers this version; unobserved where no report is at hand.
    SAFETY_CASE_COVERS_VERSION: bool = "safety-case-covers-version", Person;
    /// The safety case report is signed by the maker's clinical safety officer.
    SAFETY_CASE_SIGNED: bool = "safety-case-signed", Person;
    /// The hazard log could be read row by row; absent where there is none.
    HAZARD_LOG_READ: bool = "hazard-log-read", Person;
    /// The hazard log declares its risk scheme.
    HAZARD_SCHEME_DECLARED: bool = "hazard-scheme-declared", Person;
    /// Hazards whose rating is not what the declared scheme computes, kept up to 250.
    HAZARD_RATINGS_WRONG: UpTo<250> = "hazard-ratings-wrong", Person;
    /// Hazards whose residual rating the scheme does not accept, kept up to 250.
    HAZARDS_UNACCEPTABLE: UpTo<250> = "hazards-unacceptable", Person;
    /// Hazards whose residual rating needs a justification that is not there, kept up to 250.
    HAZARDS_UNJUSTIFIED: UpTo<250> = "hazards-unjustified", Person;
    /// A clinical safety officer who is a clinician is named.
    SAFETY_OFFICER_CLINICIAN: bool = "safety-officer-clinician", Person;
    /// That officer's professional registration is current.
    SAFETY_OFFICER_REGISTERED: bool = "safety-officer-registered", Person;
    /// That officer has signed this version's safety documents.
    SAFETY_OFFICER_SIGNED: bool = "safety-officer-signed", Person;
    /// Third-party parts that the safety case report does not assess, kept up to 250.
    PARTS_UNASSESSED: UpTo<250> = "parts-unassessed", Person;
    /// The deploying organisation has its own clinical risk management plan.
    DEPLOYER_PLAN: bool = "deployer-plan", Person;
    /// The deploying organisation has its own hazard log.
    DEPLOYER_HAZARD_LOG: bool = "deployer-hazard-log", Person;
    /// The deploying organisation has its own safety case report.
    DEPLOYER_SAFETY_CASE: bool = "deployer-safety-case", Person;
    /// A route for reporting safety incidents is stated.
    INCIDENT_ROUTE: bool = "incident-route", Person;
    /// A log of safety incidents is kept.
    INCIDENT_LOG: bool = "incident-log", Person;
    /// Changes since the last safety case report that nobody has assessed, kept up to 250.
    CHANGES_UNASSESSED: UpTo<250> = "changes-unassessed", Person;
    /// Whether the system is a medical device.
    DEVICE_STATUS: DeviceStatus = "device-status", Person;
}
