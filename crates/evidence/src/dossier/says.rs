//! What a dossier says, one value for each thing that a control may ask of a product. None is
//! unknown: nobody has shown it. A document that has ended is known to have.

use domain::{Date, Place};
use formats::{
    own::dossier::{Dossier, ExportResult},
    tree::{Node, Tree},
};
use serde::{Deserialize, Serialize};

use super::{
    documents::{Document, Standing, kinds},
    sheets::Sheet,
};
use crate::{material::Material, text};

/// Whether a bill of materials is that of the version in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SbomMatch {
    /// It is.
    ThisVersion,
    /// It is that of another.
    OtherVersion,
}

/// Values for controls. Months are counted up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Says {
    /// Age of the security certificate; of one that has ended, more than it lasts.
    pub security_certificate_months: Option<u32>,
    /// The charter is signed.
    pub charter_signed: Option<bool>,
    /// Age of the penetration test.
    pub penetration_test_months: Option<u32>,
    /// The worst CVSS score it left open, in tenths.
    pub penetration_test_worst_tenths: Option<u8>,
    /// Multi-factor authentication guards privileged access.
    pub supplier_mfa: Option<bool>,
    /// What is logged is defined.
    pub logging_defined: Option<bool>,
    /// How many of the fourteen principles are answered.
    pub code_principles_answered: Option<u32>,
    /// Whether the bill of materials is that of this version.
    pub sbom: Option<SbomMatch>,
    /// The data-security self-assessment is met.
    pub data_security_standards_met: Option<bool>,
    /// Registered with the data-protection regulator.
    pub regulator_registered: Option<bool>,
    /// How many of the eleven contents the impact assessment has.
    pub impact_assessment_parts: Option<u32>,
    /// Where data is kept is stated.
    pub data_location_stated: Option<bool>,
    /// An exit plan is at hand.
    pub exit_plan: Option<bool>,
    /// The data export was tested, and passed.
    pub export_tested: Option<bool>,
    /// Notice and renewal dates are known.
    pub contract_dates_known: Option<bool>,
    /// An open interface by a named standard.
    pub open_interface: Option<bool>,
    /// Identity standards are named.
    pub identity_standard: Option<bool>,
    /// Whole days of vendor support left, 0 when it has ended.
    pub support_days_left: Option<u32>,
}

/// The newest document of a kind that is there and dated; of several, the one issued last.
fn newest<'d>(documents: &'d [Document], kind: &str) -> Option<&'d Document> {
    documents
        .iter()
        .filter(|d| d.kind == kind && matches!(d.standing, Standing::Current | Standing::Expired))
        .max_by_key(|d| (d.standing == Standing::Current, d.issued))
}

/// Age in months; of a document that has ended, at least one more than its kind lasts.
fn months(document: &Document) -> Option<u32> {
    let lasts = kinds().iter().find(|kind| kind.id == document.kind).and_then(|kind| kind.lasts_months);
    match document.standing {
        Standing::Expired => Some(document.months.unwrap_or(0).max(lasts.unwrap_or(0) + 1)),
        _ => document.months,
    }
}

/// Words by which a document says that what it is about does not hold, or no longer.
const AGAINST: [&str; 24] = [
    "absent",
    "cancelled",
    "ceased",
    "declined",
    "draft",
    "expired",
    "failed",
    "in-progress",
    "inactive",
    "invalid",
    "lapsed",
    "missing",
    "no",
    "none",
    "partial",
    "pending",
    "planned",
    "refused",
    "rejected",
    "revoked",
    "superseded",
    "suspended",
    "terminated",
    "withdrawn",
];

/// Whether what a document states is so. One that has ended, or says that it is not so, is known not
/// to be; a word that nobody knows leaves it open.
fn holds(document: &Document, words: &[&str]) -> Option<bool> {
    if document.standing != Standing::Current {
        return Some(false);
    }
    let Some(status) = &document.status else { return Some(true) };
    let status = status.trim().to_lowercase().replace([' ', '_'], "-");
    if words.contains(&status.as_str()) {
        return Some(true);
    }
    is_against(&status).then_some(false)
}

fn is_against(status: &str) -> bool {
    let negated = ["not-", "un", "non-", "no-longer"].iter().any(|start| status.starts_with(start));
    negated || status.contains("-not-") || status.starts_with("approaching") || AGAINST.contains(&status)
}

/// Whether a document says of itself that it no longer holds (revoked, withdrawn …).
pub fn says_no(document: &Document) -> bool {
    let status = document.status.as_deref().map(|s| s.trim().to_lowercase().replace([' ', '_'], "-"));
    status.is_some_and(|status| is_against(&status))
}

/// Age of a certificate in months, as [`months`]; of one that was taken back, more than it lasts.
fn certificate_months(document: &Document) -> Option<u32> {
    let words = ["certified", "current", "valid", "issued", "passed", "active", "in-date", "yes", "met"];
    match (document.standing, holds(document, &words)) {
        (Standing::Current, Some(false)) => {
            let lasts = kinds().iter().find(|k| k.id == document.kind).and_then(|k| k.lasts_months);
            Some(document.months.unwrap_or(0).max(lasts.unwrap_or(0) + 1))
        }
        (Standing::Current, None) => None,
        _ => months(document),
    }
}

/// What follows from the dossier.
pub fn of(
    material: &dyn Material,
    dossier: &Dossier,
    documents: &[Document],
    sheets: &[Sheet],
    today: Date,
) -> Says {
    let newest = |kind: &str| newest(documents, kind);
    let answered = |kind: &str| {
        // A sheet counts with its document: undated or missing, it is unknown.
        let document = newest(kind)?;
        let sheet = sheets.iter().find(|sheet| sheet.kind == kind)?;
        let given = sheet.sections.iter().map(|section| section.given).sum();
        Some(if document.standing == Standing::Current { given } else { 0 })
    };
    let test = newest("penetration-test");
    let plan = dossier.exit.plan.as_deref().and_then(|path| text_is_there(material, path));
    let location = documents.iter().any(|d| d.standing == Standing::Current && d.location.is_some());
    let names = |kind: &str| newest(kind).map(|d| d.standing == Standing::Current && !d.names.is_empty());
    Says {
        security_certificate_months: newest("cyber-essentials").and_then(certificate_months),
        charter_signed: newest("charter").and_then(|d| holds(d, &["signed"])),
        penetration_test_months: test.and_then(months),
        penetration_test_worst_tenths: test.and_then(|d| d.worst_cvss_tenths),
        supplier_mfa: newest("mfa").and_then(|d| holds(d, &["in-place", "yes", "met"])),
        logging_defined: newest("logging").and_then(|d| holds(d, &["defined", "yes", "met"])),
        code_principles_answered: answered("code-of-practice"),
        sbom: sbom(material, dossier, documents),
        // A status must be stated: that there is a document does not say how it came out.
        data_security_standards_met: newest("dspt")
            .filter(|d| d.status.is_some() || d.standing == Standing::Expired)
            .and_then(|d| holds(d, &["standards-met", "standards-exceeded", "met", "exceeded"])),
        regulator_registered: newest("ico").and_then(|d| holds(d, &["registered", "yes"])),
        impact_assessment_parts: answered("dpia"),
        data_location_stated: location.then_some(true),
        exit_plan: dossier.exit.plan_date.filter(|day| *day <= today).and(plan),
        export_tested: dossier
            .exit
            .export_test
            .filter(|(day, _)| *day <= today)
            .map(|(_, result)| result == ExportResult::Passed),
        contract_dates_known: dossier.contract.renewal.and(dossier.contract.last_notice()).map(|_| true),
        open_interface: names("api-standards"),
        identity_standard: names("identity-standards"),
        support_days_left: dossier
            .support_end
            .map(|end| u32::try_from(end.days_since(today).max(0)).unwrap_or(u32::MAX)),
    }
}

fn text_is_there(material: &dyn Material, path: &str) -> Option<bool> {
    let at = material.entries().binary_search_by(|entry| entry.path.as_str().cmp(path)).ok()?;
    material.entries().get(at).filter(|entry| entry.size > 0).map(|_| true)
}

/// The version that a bill of materials is about: as the dossier states, else as it says itself.
fn sbom(material: &dyn Material, dossier: &Dossier, documents: &[Document]) -> Option<SbomMatch> {
    let of_kind = documents.iter().filter(|d| d.kind == "sbom" && d.digest.is_some());
    let mut known = of_kind.filter_map(|document| {
        if matches!(document.standing, Standing::Undated | Standing::LaterThanToday) {
            return None;
        }
        let own = document.path.as_deref().and_then(|path| described_version(material, path));
        // What the file says of itself stands before what is said about it.
        let about = own.or_else(|| document.product_version.clone())?;
        Some(if about == dossier.version { SbomMatch::ThisVersion } else { SbomMatch::OtherVersion })
    });
    let first = known.next()?;
    if first == SbomMatch::ThisVersion || known.any(|m| m == SbomMatch::ThisVersion) {
        return Some(SbomMatch::ThisVersion);
    }
    Some(SbomMatch::OtherVersion)
}

/// The version of what a CycloneDX or SPDX file describes, where it says.
fn described_version(material: &dyn Material, path: &str) -> Option<String> {
    let content = text::small(material, path)?;
    let tree = Tree::json(path, content.as_bytes()).ok()?;
    let root = tree.root();
    let component = root.get("metadata").and_then(|metadata| metadata.get("component"));
    if let Some(version) = component.and_then(|component| component.text_at("version")) {
        return Some(version.to_owned());
    }
    let described = root.get("documentDescribes")?.entries().next().and_then(Node::text)?;
    let mut packages = root.get("packages")?.entries();
    packages.find(|p| p.text_at("SPDXID") == Some(described))?.text_at("versionInfo").map(str::to_owned)
}

/// Where a value of [`Says`] is stated, for reasons: the document of a kind.
pub fn place(documents: &[Document], kind: &str) -> Option<Place> {
    newest(documents, kind).map(|document| document.place.clone())
}
