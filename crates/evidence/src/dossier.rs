//! The dossier of a closed product: the collector for `product.toml` and the documents it names.
//!
//! Decides which documents are there, how old they are on the given day, which have ended, and
//! what is missing; with the sentence to send to the supplier. A missing or undated document is
//! unknown, never "not met"; one that has ended is known to have. Whether what is there suffices
//! is the pack's to say. Documents are hashed, not read, except answer sheets.
//!
//! Evidence `dossier`: a [`Product`]. Findings: kind `document`, ids `missing`, `undated`,
//! `expired`, `later-than-today`, `other-version`, `answers-missing`, `kind-unknown`, under the
//! control that asks for the document.

pub mod documents;
pub mod lock_in;
pub mod says;
pub mod sheets;

use domain::{Coverage, Date, Evidence, Finding, FindingKind, Place};
use formats::own::dossier::{Dossier, FILE};
use serde::{Deserialize, Serialize};

use crate::{
    collector::{Given, Observed},
    material::Material,
};
use documents::{Document, Standing};
use lock_in::{Costs, Indicator};
use says::Says;
use sheets::Sheet;

/// The kind of the evidence, and the collector's name in coverage.
pub const KIND: &str = "dossier";

/// A role around the product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// The duty: `owner`, `patches`, `monitors`, `supplier` …
    pub duty: String,
    /// Role or team.
    pub role: String,
    /// How to reach it.
    pub contact: String,
    /// The day it last confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Date>,
    /// Where it is stated.
    pub place: Place,
}

/// Something to ask the supplier.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Ask {
    /// The control that asks.
    pub control: String,
    /// The kind of document.
    pub kind: String,
    /// The sentence.
    pub sentence: String,
}

/// What was seen of a product: the value of the evidence `dossier`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Supplier.
    pub supplier: String,
    /// Product.
    pub product: String,
    /// Version.
    pub version: String,
    /// The day it was looked at: ages and ends are as of this day.
    pub today: Date,
    /// The last day of vendor support.
    pub support_end: Option<Date>,
    /// Roles, sorted by duty.
    pub roles: Vec<Role>,
    /// Documents, in the order written.
    pub documents: Vec<Document>,
    /// Answer sheets.
    pub sheets: Vec<Sheet>,
    /// What follows from all that, one value for each thing a control may ask; none is unknown.
    pub says: Says,
    /// Indicators of lock-in, as values: no score.
    pub lock_in: Vec<Indicator>,
    /// Total cost, line by line.
    pub costs: Costs,
    /// What to ask the supplier, sorted.
    pub ask: Vec<Ask>,
    /// Bills of materials to be read, relative to the dossier.
    pub sboms: Vec<String>,
    /// VEX files to be read, relative to the dossier.
    pub vex: Vec<String>,
}

/// Looks at the dossier in the material.
pub fn collect(material: &dyn Material, given: Given) -> Observed {
    let mut observed = Observed::default();
    let mut coverage = Coverage::new(KIND);
    match material.read(FILE).map(|bytes| Dossier::read(FILE, &bytes)) {
        Err(error) => coverage.cannot_read(Place::file(FILE), error.to_string()),
        Ok(Err(invalid)) => {
            for fault in invalid.faults {
                coverage.cannot_read(Place::line(FILE, fault.line), fault.why);
            }
        }
        Ok(Ok(dossier)) => {
            coverage.read += 1;
            let (product, findings) = observe(material, &dossier, given.today, &mut coverage);
            observed.findings = findings;
            let value = serde_json::to_value(&product);
            match value.map_err(Into::into).and_then(|value| Evidence::new(KIND, value, FILE)) {
                Ok(evidence) => observed.evidence.push(evidence),
                Err(_) => coverage.cannot_read(Place::file(FILE), "what was seen has no canonical form"),
            }
        }
    }
    observed.coverage.push(coverage);
    observed
}

fn observe(
    material: &dyn Material,
    dossier: &Dossier,
    today: Date,
    coverage: &mut Coverage,
) -> (Product, Vec<Finding>) {
    let mut findings = Vec::new();
    let documents: Vec<Document> =
        dossier.documents.iter().map(|d| documents::look(material, d, today, &dossier.version)).collect();
    coverage.read += documents.iter().filter(|d| d.digest.is_some()).count() as u64;
    let sheets = sheets::look(material, dossier, coverage);
    let says = says::of(material, dossier, &documents, &sheets, today);
    let mut ask = Vec::new();
    for kind in documents::kinds() {
        let of_kind = documents.iter().filter(|d| d.kind == kind.id);
        let current = of_kind.clone().any(|d| d.standing == Standing::Current);
        let instead = !kind.instead.is_empty()
            && kind
                .instead
                .iter()
                .all(|other| documents.iter().any(|d| &d.kind == other && d.standing == Standing::Current));
        let absent = of_kind.clone().next().is_none();
        if current || instead || (kind.optional && absent) {
            continue;
        }
        ask.push(Ask { control: kind.control.clone(), kind: kind.id.clone(), sentence: kind.ask.clone() });
        if absent {
            let mut finding = finding(
                "missing",
                &kind.control,
                format!("no {} in the dossier", kind.title),
                Place::file(FILE),
                &kind.id,
            );
            finding.remedy = Some(format!("Write to the supplier: '{}'", kind.ask));
            findings.push(finding);
        }
    }
    for document in &documents {
        findings.extend(document_finding(document));
        findings.extend(content_finding(document));
    }
    for sheet in &sheets {
        for section in sheet.sections.iter().filter(|s| s.given < s.asked) {
            let title = format!(
                "{}: {} of {} questions on {} are answered",
                sheet.title, section.given, section.asked, section.title
            );
            let place = Place::file(&sheet.path);
            let identity = format!("{}{}", sheet.kind, section.prefix);
            let mut finding = finding("answers-missing", &section.control, title, place, &identity);
            finding.remedy = Some(if section.missing.is_empty() {
                "Ask the supplier to answer the rest.".to_owned()
            } else {
                format!("Ask the supplier to answer: {}.", section.missing.join(", "))
            });
            findings.push(finding);
        }
    }
    if dossier.support_end.is_none() {
        let sentence = "Until when is this version supported with security updates?".to_owned();
        ask.push(Ask { control: "product-support".to_owned(), kind: "support-end".to_owned(), sentence });
    }
    ask.sort();
    let paths = |kind: &str| {
        let of = documents.iter().filter(|d| d.kind == kind && d.digest.is_some());
        of.filter_map(|d| d.path.clone()).collect::<Vec<_>>()
    };
    let (sboms, vex) = (paths("sbom"), paths("vex"));
    let product = Product {
        supplier: dossier.supplier.clone(),
        product: dossier.product.clone(),
        version: dossier.version.clone(),
        today,
        support_end: dossier.support_end,
        roles: dossier.roles.iter().map(role).collect(),
        lock_in: lock_in::indicators(dossier, &says, lock_in::proprietary(material, &sboms), today),
        costs: lock_in::costs(dossier),
        documents,
        sheets,
        says,
        ask,
        sboms,
        vex,
    };
    (product, findings)
}

fn role(role: &formats::own::dossier::Role) -> Role {
    Role {
        duty: role.duty.clone(),
        role: role.who.role.clone(),
        contact: role.who.contact.clone(),
        confirmed: role.who.confirmed,
        place: Place::line(FILE, role.who.line),
    }
}

fn finding(id: &str, control: &str, title: String, place: Place, identity: &str) -> Finding {
    let mut finding = Finding::new(FindingKind::Document, id, control, title, identity);
    finding.places = vec![place];
    finding
}

/// The worst CVSS score, in tenths, that a penetration test may leave open is below this.
const WORST_TENTHS: u8 = 70;

/// What a document that is there and in date says against what is asked.
fn content_finding(document: &Document) -> Option<Finding> {
    if document.standing != Standing::Current {
        return None;
    }
    let kind = documents::kinds().iter().find(|kind| kind.id == document.kind)?;
    let (id, why) = if says::says_no(document) {
        let status = document.status.as_deref().unwrap_or_default();
        ("taken-back", format!("{}: it says `{}`", kind.title, status.chars().take(40).collect::<String>()))
    } else if kind.id == "penetration-test" {
        match document.worst_cvss_tenths {
            None => ("worst-score-missing", format!("{}: its worst CVSS score is not stated", kind.title)),
            Some(worst) if worst >= WORST_TENTHS => {
                let score = format!("{}.{}", worst / 10, worst % 10);
                ("worst-score", format!("{}: it leaves a flaw of CVSS {score} open", kind.title))
            }
            Some(_) => return None,
        }
    } else {
        return None;
    };
    let identity = format!("{}\0{}", document.kind, document.path.as_deref().unwrap_or_default());
    let mut finding = finding(id, &kind.control, why, document.place.clone(), &identity);
    finding.remedy = Some(format!("Write to the supplier: '{}'", kind.ask));
    Some(finding)
}

fn document_finding(document: &Document) -> Option<Finding> {
    let kind = documents::kinds().iter().find(|kind| kind.id == document.kind);
    let control = kind.map_or("exit", |kind| kind.control.as_str());
    let title = kind.map_or(document.kind.as_str(), |kind| kind.title.as_str());
    let id = match document.standing {
        Standing::Current if kind.is_some() => return None,
        Standing::Current => "kind-unknown",
        Standing::Missing => "missing",
        Standing::Undated => "undated",
        Standing::Expired => "expired",
        Standing::LaterThanToday => "later-than-today",
        Standing::OtherVersion => "other-version",
    };
    let why = match (&document.likely, id) {
        (Some(near), "kind-unknown") => {
            format!("no control asks for `{}`: did you mean `{near}`?", document.kind)
        }
        (None, "kind-unknown") => return None,
        _ => format!("{title}: {}", document.why.as_deref().unwrap_or_default()),
    };
    let identity = format!("{}\0{}", document.kind, document.path.as_deref().unwrap_or_default());
    let mut finding = finding(id, control, why, document.place.clone(), &identity);
    finding.remedy = kind.map(|kind| format!("Write to the supplier: '{}'", kind.ask));
    finding.due = document.ends.filter(|_| document.standing == Standing::Expired);
    Some(finding)
}
