//! A Finding: a located fault in the evidence.

use serde::{Deserialize, Serialize};

use crate::{Date, Digest, Place, Purl, Severity};

/// What sort of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// A known flaw (OSV record) whose range holds the component's version.
    Advisory,
    /// A malicious-package record that names the component's version.
    Malware,
    /// A record says the component is unmaintained, or is a notice about it.
    Maintenance,
    /// A version that no rule of its ecosystem can order against a record's range.
    Undetermined,
    /// The inventory: manifest without lockfile, range, git or path dependency, odd host, unread file.
    Inventory,
    /// A licence.
    Licence,
    /// A runtime, image or tool past, or near, the end of its vendor's support.
    Support,
    /// A credential.
    Secret,
    /// An identifier of a patient or another person.
    PersonalData,
    /// Internal hosts, addresses, account ids: architecture disclosed, no secret.
    Disclosure,
    /// A dangerous construction in a CI workflow.
    Workflow,
    /// An executable in the tree.
    Binary,
    /// Publication hygiene: README, licence file, reporting route, owner.
    Hygiene,
    /// A model's files, card or licence.
    Model,
    /// A document of a dossier.
    Document,
    /// An exception that is expired, unused or not permitted.
    Exception,
    /// Another tool's finding, imported from a report.
    Imported,
}

impl FindingKind {
    /// The word used in files and on screens (kebab-case).
    pub const fn word(self) -> &'static str {
        match self {
            Self::Advisory => "advisory",
            Self::Malware => "malware",
            Self::Maintenance => "maintenance",
            Self::Undetermined => "undetermined",
            Self::Inventory => "inventory",
            Self::Licence => "licence",
            Self::Support => "support",
            Self::Secret => "secret",
            Self::PersonalData => "personal-data",
            Self::Disclosure => "disclosure",
            Self::Workflow => "workflow",
            Self::Binary => "binary",
            Self::Hygiene => "hygiene",
            Self::Model => "model",
            Self::Document => "document",
            Self::Exception => "exception",
            Self::Imported => "imported",
        }
    }
}

/// How an input of a deadline is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Known {
    /// Read from a feed or declared.
    Observed,
    /// Computed from the CVSS vector by the printed rule.
    Derived,
    /// The documented default.
    Assumed,
}

/// One input of a deadline table, with its value and how it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Column of the table, e.g. `exposed`.
    pub name: String,
    /// Value, e.g. `yes`.
    pub value: String,
    /// How it is known.
    pub known: Known,
}

/// When a flaw is due, and why then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// The day it is due; none when the table says "on upgrade".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// Days the table allows; none when it says "on upgrade".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u16>,
    /// When the clock started.
    pub start: Date,
    /// Which event started it, e.g. `KEV listing`, `publication (assumed)`.
    pub start_from: String,
    /// Table and row, e.g. `BOD 26-04 row 12`.
    pub row: String,
    /// The table's inputs.
    pub inputs: Vec<Input>,
}

/// What is known about exploitation and severity of a flaw.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exploitability {
    /// CVSS vectors as the record states them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cvss: Vec<String>,
    /// Highest base score over those vectors, in tenths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_tenths: Option<u8>,
    /// Day it was listed as known exploited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kev: Option<Date>,
    /// EPSS probability in millionths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epss_millionths: Option<u32>,
    /// CWE ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cwe: Vec<String>,
}

/// How a flaw is cleared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// The lowest version that clears this flaw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clears_this: Option<String>,
    /// The lowest version that clears every known flaw of the component.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clears_all: Option<String>,
    /// The direct dependency to change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Purl>,
    /// The literal command for the package manager in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

/// A commit of the subject's history.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Commit {
    /// Its id, in hexadecimal.
    pub id: String,
    /// The day it was committed, in UTC.
    pub date: Date,
}

/// A path at which a fault lies or lay in the subject's history.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InHistory {
    /// The path, or `commit message`, or `tag` and its name.
    pub path: String,
    /// The line in the last version that holds it, counted from 1.
    pub line: u32,
    /// The git id of that version.
    pub blob: String,
    /// The first commit, by its date, that holds it there.
    pub first: Commit,
    /// The last commit, by its date, that holds it there.
    pub last: Commit,
    /// Whether the commit checked out holds it there.
    pub at_head: bool,
}

/// How many references lead to a fault, with some of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reached {
    /// How many references.
    pub total: u64,
    /// The names of a few, branches first.
    pub names: Vec<String>,
}

/// A located fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What sort of fault.
    pub kind: FindingKind,
    /// Identifier of the record or rule: `GHSA-…`, `github-token`, `range` …
    pub id: String,
    /// Other identifiers of the same flaw.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The control that judges it.
    pub control: String,
    /// What it is, one line, without any secret or identifier.
    pub title: String,
    /// What to do next, one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The component it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<Purl>,
    /// Severity; absent is unknown, never low.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Which range or version list of the record holds the version, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matched: Option<String>,
    /// The lowest version that clears it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_in: Option<String>,
    /// The path from a direct dependency.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<Purl>,
    /// The day it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// The deadline in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Deadline>,
    /// Exploitation and severity in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exploitability: Option<Exploitability>,
    /// How it is cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
    /// Where it lies and lay in the history, where that was read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<InHistory>,
    /// Which references lead to it, where the history was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<Reached>,
    /// Whether it is only in what development needs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub development_only: bool,
    /// Set aside by an exception until this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excepted_until: Option<Date>,
    /// Stated to be mended or harmless by a person, until this day: a secret rotated, an image seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attested: Option<Date>,
    /// Stable identity: kind, id, component or content, never the line number alone.
    pub fingerprint: Digest,
}

impl Finding {
    /// A finding with an identity and a title; everything else is filled in by who knows it.
    ///
    /// `identity` is what makes this finding the same one tomorrow: a component's purl, a blob's
    /// digest with an offset, a path. Kind and id are added to it.
    pub fn new(kind: FindingKind, id: &str, control: &str, title: impl Into<String>, identity: &str) -> Self {
        let fingerprint = Digest::of(format!("{}\0{id}\0{identity}", kind.word()).as_bytes());
        Self {
            kind,
            id: id.to_owned(),
            aliases: Vec::new(),
            control: control.to_owned(),
            title: shown(title.into()),
            remedy: None,
            component: None,
            severity: None,
            matched: None,
            fixed_in: None,
            via: Vec::new(),
            due: None,
            deadline: None,
            exploitability: None,
            fix: None,
            places: Vec::new(),
            history: Vec::new(),
            reached: None,
            development_only: false,
            excepted_until: None,
            attested: None,
            fingerprint,
        }
    }
}

/// A title with what would steer a terminal, or turn the direction of writing, written out: a name that
/// a subject chose must not look like another.
fn shown(title: String) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    if !title.contains(steers) {
        return title;
    }
    let mut out = String::with_capacity(title.len());
    for c in title.chars() {
        if steers(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_shows_what_it_holds() {
        let title = |text: &str| Finding::new(FindingKind::Inventory, "range", "c", text, "x").title;
        assert_eq!(title("left\u{202e}pad\u{1b}[2J"), "left\\u{202e}pad\\u{1b}[2J");
        assert_eq!(title("Zürich 患者"), "Zürich 患者");
    }
}
