//! Statements that a product is, or is not, affected by a flaw (VEX): OpenVEX and CycloneDX, as one
//! value; and the rule by which a statement applies to a component.
//!
//! Whether a statement is trusted, for how long, and what follows from it, is decided elsewhere: a
//! file counts only where a system names it. CSAF is not read, and says so.
//!
//! **When a statement applies** ([`VexStatement::applies_within`]). Too much matched would hide a
//! flaw, too little only shows one more, so every doubt ends in "does not apply":
//! 1. One of the statement's identifiers is one of the flaw's, aliases included.
//! 2. A purl without version matches every version, one without qualifiers or subpath any; what it
//!    does state must be the same in the component. A product named without package URL matches
//!    nothing; nor does one that is said to be fixed and not in which version.
//! 3. A product without subcomponents: the component is that product, or lies inside it.
//! 4. A product with subcomponents: the component is one of them, and is that product or lies inside
//!    it. A statement on log4j in somebody else's product says nothing on ours.

use domain::{Place, Purl, Timestamp};

use crate::{
    inventory::{Fault, Unreadable},
    tree::Tree,
};

mod cyclonedx;
mod openvex;
mod vers;

/// Longest text kept of a justification, an impact or an author, in characters.
const LONGEST: usize = 1_000;

/// What is said of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum VexStatus {
    /// The flaw does not affect it.
    NotAffected,
    /// It does.
    Affected,
    /// These versions hold the fix.
    Fixed,
    /// Not known yet.
    UnderInvestigation,
}

/// Something a statement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// As the document names it.
    pub reference: String,
    /// Its package URL, where it has one; without it nothing matches.
    pub purl: Option<Purl>,
    /// Whether it is what the document itself describes.
    pub subject: bool,
    /// The versions it is about, where the document lists them beside the name: exact ones, or
    /// ranges in `vers:` form. Empty: whatever the purl says.
    pub versions: Vec<String>,
    /// The parts of it that the statement is about; empty: all of it.
    pub subcomponents: Vec<Product>,
}

/// One statement on one flaw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VexStatement {
    /// The flaw's identifiers, aliases included.
    pub ids: Vec<String>,
    /// What it is about.
    pub products: Vec<Product>,
    /// What is said.
    pub status: VexStatus,
    /// Why it is not affected, as a word of the format (`code_not_reachable`,
    /// `vulnerable_code_not_present`).
    pub justification: Option<String>,
    /// What the flaw does or does not do here, in the author's words.
    pub impact: Option<String>,
    /// When it was said: the statement's own time, else the document's.
    pub timestamp: Option<Timestamp>,
    /// Who says it, as the document names them (not verified here).
    pub author: Option<String>,
    /// Where it stands.
    pub place: Place,
}

/// The statements of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VexDocument {
    /// In the document's order.
    pub statements: Vec<VexStatement>,
    /// What could not be taken for a statement or can match nothing: `bad-statement`,
    /// `no-justification`, `no-purl`, `no-version`, `bad-timestamp`, `duplicate-key`.
    pub faults: Vec<Fault>,
}

impl VexDocument {
    fn fault(&mut self, id: &'static str, place: &Place, why: &str) {
        if self.faults.len() < 1_000 {
            self.faults.push(Fault { id, component: None, place: place.clone(), why: why.to_owned() });
        }
    }

    /// A reason of the format's own list; any other is no reason, and said to be none.
    fn reason(&mut self, stated: Option<&str>, known: &[&str], place: &Place) -> Option<String> {
        let stated = said(stated)?;
        if known.contains(&stated.as_str()) {
            return Some(stated);
        }
        self.fault(
            "unknown-justification",
            place,
            "a statement gives a reason that its format does not know",
        );
        None
    }

    /// Keeps a statement, and says what is odd about it.
    fn keep(&mut self, statement: VexStatement) {
        let place = statement.place.clone();
        if statement.ids.is_empty() {
            self.fault("bad-statement", &place, "a statement names no flaw; it was left out");
            return;
        }
        if statement.status == VexStatus::NotAffected && !statement.excuses() {
            self.fault(
                "no-justification",
                &place,
                "a statement says `not affected` and not why; it excuses nothing",
            );
        }
        let versionless = |p: &Product| {
            p.purl.is_some()
                && !p.states_version()
                && p.subcomponents.iter().all(|part| !part.states_version())
        };
        if statement.status == VexStatus::Fixed && statement.products.iter().any(versionless) {
            self.fault(
                "no-version",
                &place,
                "a statement says `fixed` and not in which version; there it excuses nothing",
            );
        }
        let nameless = |p: &Product| p.purl.is_none() && !p.subject;
        if statement.products.iter().any(|p| nameless(p) || p.subcomponents.iter().any(nameless)) {
            self.fault(
                "no-purl",
                &place,
                "a statement names a product without a package URL; there it matches nothing",
            );
        }
        self.statements.push(statement);
    }
}

/// Reads a file of statements, of whichever format its content is.
///
/// # Errors
/// When it is not JSON, not a format that is read, or beyond a bound.
pub fn read(path: &str, bytes: &[u8]) -> Result<VexDocument, Unreadable> {
    let tree = Tree::json(path, bytes)?;
    let root = tree.root();
    let mut document = VexDocument { statements: Vec::new(), faults: tree.duplicate_faults(path) };
    if root.text_at("@context").is_some_and(|context| context.starts_with("https://openvex.dev/ns")) {
        openvex::read(path, root, &mut document);
    } else if root.text_at("bomFormat") == Some("CycloneDX") {
        cyclonedx::read(path, root, &mut document);
    } else {
        let why = if root.get("document").and_then(|d| d.get("csaf_version")).is_some() {
            "CSAF statements are not read; ask for OpenVEX or CycloneDX"
        } else {
            "neither OpenVEX nor CycloneDX"
        };
        return Err(Unreadable { path: path.to_owned(), line: Some(1), why: why.to_owned() });
    }
    Ok(document)
}

impl VexStatement {
    /// Whether the statement can excuse a flaw at all: fixed, or not affected for a stated reason.
    pub fn excuses(&self) -> bool {
        match self.status {
            VexStatus::Fixed => true,
            VexStatus::NotAffected => self.justification.is_some() || self.impact.is_some(),
            VexStatus::Affected | VexStatus::UnderInvestigation => false,
        }
    }

    /// Whether it is about this component itself and a flaw of one of these identifiers: as
    /// [`VexStatement::applies_within`], with nothing known to hold the component.
    pub fn applies(&self, component: &Purl, ids: &[&str]) -> bool {
        self.applies_within(component, &[], ids)
    }

    /// Whether it is about this component, inside what holds it, and a flaw of one of these
    /// identifiers.
    ///
    /// `holders` is what the component surely lies inside: the subject, and components that *every*
    /// path to it leads through.
    pub fn applies_within(&self, component: &Purl, holders: &[&Purl], ids: &[&str]) -> bool {
        self.ids.iter().any(|own| ids.iter().any(|id| own.eq_ignore_ascii_case(id)))
            && self.products.iter().any(|product| {
                // A fix is in some versions and not in the others: a statement that names none says
                // of every version ever made that it holds the fix.
                let part_versioned =
                    product.subcomponents.iter().any(|part| part.states_version() && part.matches(component));
                if self.status == VexStatus::Fixed && !product.states_version() && !part_versioned {
                    return false;
                }
                let inside =
                    product.matches(component) || holders.iter().any(|holder| product.matches(holder));
                let part = product.subcomponents.is_empty()
                    || product.subcomponents.iter().any(|part| part.matches(component));
                inside && part
            })
    }
}

impl Product {
    fn of(reference: &str) -> Self {
        Self {
            reference: clip(reference),
            purl: reference.parse().ok(),
            subject: false,
            versions: Vec::new(),
            subcomponents: Vec::new(),
        }
    }

    /// Whether it says which versions it is about.
    fn states_version(&self) -> bool {
        self.purl.as_ref().is_some_and(|purl| purl.version().is_some()) || !self.versions.is_empty()
    }

    /// Whether this names that component: the same in everything that it states.
    pub fn matches(&self, component: &Purl) -> bool {
        let Some(own) = &self.purl else { return false };
        let version = match (own.version(), self.versions.as_slice()) {
            (Some(version), []) => component.version() == Some(version),
            (None, []) => true,
            (own, listed) => component.version().is_some_and(|version| {
                own.is_none_or(|own| own == version)
                    && listed.iter().any(|listed| vers::holds(component.kind(), listed, version))
            }),
        };
        let qualifiers = own.qualifiers();
        version
            && own.same_component(component)
            && qualifiers.iter().all(|(key, value)| component.qualifiers().get(key) == Some(value))
            && (own.subpath().is_none() || own.subpath() == component.subpath())
    }
}

/// A text for people, without control characters and at most so long.
fn clip(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}

/// The text, clipped; nothing where it is blank.
fn said(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(clip)
}
