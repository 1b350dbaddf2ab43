//! `formulary.debt.toml`: exceptions, obligations and closures that a repository has recorded.
//!
//! Decides what the file says. Whether a control may be set aside at all, by whom and for how
//! long, is the pack's to say; this file only refuses what no pack could allow: an exception
//! without owner, reason, scope or end.

use std::{fmt, str::FromStr};

use domain::{Date, Digest, Purl};

use super::{
    closure::{DebtClosure, closure},
    strict::{Invalid, Reading, Table, inside},
    system::is_key,
};

/// The file's name, at the root of a repository.
pub const FILE: &str = "formulary.debt.toml";

/// The longest an exception may run, in days, first and last included: a year, after which
/// somebody must look again (the longest review period in the policies read is twelve months).
pub const LONGEST_EXCEPTION: i64 = 366;

/// What an exception is about, where not the whole control.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// A component; without a version, every version of it.
    Component(Purl),
    /// A folder or file, relative to the root.
    Path(String),
}

/// Why a scope cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum InvalidScope {
    /// It begins like a package URL and is none.
    #[error("{0}")]
    Purl(#[from] domain::purl::InvalidPurl),
    /// It is no path inside the repository.
    #[error("{0}")]
    Path(&'static str),
}

impl FromStr for Scope {
    type Err = InvalidScope;

    fn from_str(text: &str) -> Result<Self, InvalidScope> {
        if text.starts_with("pkg:") {
            return Ok(Self::Component(text.parse()?));
        }
        let path = inside(text).map_err(InvalidScope::Path)?;
        if path.is_empty() || path.contains('*') {
            return Err(InvalidScope::Path(
                "a scope names one component (pkg:…), folder or file: not everything, and no `*`",
            ));
        }
        Ok(Self::Path(path))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Component(purl) => purl.fmt(f),
            Self::Path(path) => f.write_str(path),
        }
    }
}

/// Which finding an entry is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// One finding, by its fingerprint.
    Fingerprint(Digest),
    /// Every finding of this record or rule: `CVE-…`, `GHSA-…`, `range` …
    Id(String),
}

impl FromStr for About {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("sha256:") {
            return text.parse().map(Self::Fingerprint).map_err(
                |_| "a fingerprint is `sha256:` and 64 hexadecimal digits, as `formulary check` prints it",
            );
        }
        let fits = text.len() <= 128
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':' | b'/'));
        fits.then(|| Self::Id(text.to_owned())).ok_or("write an advisory's id, a rule's id or a fingerprint")
    }
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fingerprint(digest) => digest.fmt(f),
            Self::Id(id) => f.write_str(id),
        }
    }
}

/// What an exception says about the finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExceptionKind {
    /// It is real and borne until the end.
    #[default]
    Accepted,
    /// It is not what the rule takes it for (a test value, an invented number).
    NotReal,
}

/// Who wrote an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RecordedBy {
    /// A person.
    #[default]
    Person,
    /// `formulary init`, which may take a finding once.
    Init,
}

/// A control, or some of its findings, set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DebtException {
    /// A name for it, unique in the file.
    pub id: String,
    /// The control.
    pub control: String,
    /// Which finding of it.
    pub finding: Option<About>,
    /// Where.
    pub scope: Option<Scope>,
    /// Borne, or not real.
    pub kind: ExceptionKind,
    /// The role that answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// Who wrote it.
    pub recorded_by: RecordedBy,
    /// The line it stands on.
    pub line: u32,
}

/// Something a conditional verdict asked for, taken on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DebtObligation {
    /// A name for it, unique in the file.
    pub id: String,
    /// The control it comes from.
    pub control: String,
    /// Which finding of it.
    pub finding: Option<About>,
    /// Where.
    pub scope: Option<Scope>,
    /// What will be done.
    pub what: String,
    /// The role that does it.
    pub owner: String,
    /// How it is shown to be done.
    pub shown_by: Option<String>,
    /// The day it was taken on.
    pub from: Date,
    /// The day it is due.
    pub until: Date,
    /// Who wrote it.
    pub recorded_by: RecordedBy,
    /// The line it stands on.
    pub line: u32,
}

/// What `formulary.debt.toml` records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Debt {
    /// Exceptions, in the order written.
    pub exceptions: Vec<DebtException>,
    /// Obligations, in the order written.
    pub obligations: Vec<DebtObligation>,
    /// Closures, in the order written.
    pub closures: Vec<DebtClosure>,
}

impl Debt {
    /// Reads `formulary.debt.toml`.
    ///
    /// # Errors
    /// When anything in it is unknown, of the wrong sort or incomplete: all of it, by line.
    pub fn read(path: &str, bytes: &[u8]) -> Result<Self, Invalid> {
        Reading::all(path, bytes, |root| {
            let debt = Self {
                exceptions: root.tables("exceptions", exception),
                obligations: root.tables("obligations", obligation),
                closures: root.tables("closures", closure),
            };
            let exceptions = debt.exceptions.iter().map(|e| (&e.id, e.line));
            let obligations = debt.obligations.iter().map(|o| (&o.id, o.line));
            let closures = debt.closures.iter().map(|c| (&c.id, c.line));
            let mut ids: Vec<_> = exceptions.chain(obligations).chain(closures).collect();
            ids.sort();
            for twice in ids.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
                root.fault_on(twice[1].1, format!("the id `{}` is used twice", twice[1].0));
            }
            Some(debt)
        })
    }
}

impl DebtException {
    /// The exception as the assessment shows it. Where it names a finding within a scope, the
    /// scope is shown as `FINDING in SCOPE`.
    pub fn to_domain(&self) -> domain::Exception {
        let scope = match (&self.finding, &self.scope) {
            (Some(finding), Some(scope)) => Some(format!("{finding} in {scope}")),
            (Some(finding), None) => Some(finding.to_string()),
            (None, Some(scope)) => Some(scope.to_string()),
            (None, None) => None,
        };
        domain::Exception {
            control: self.control.clone(),
            scope,
            owner: self.owner.clone(),
            reason: self.reason.clone(),
            from: self.from,
            until: self.until,
        }
    }
}

/// What both sorts of entry have.
struct Common {
    id: Option<String>,
    control: Option<String>,
    finding: Option<About>,
    scope: Option<Scope>,
    owner: Option<String>,
    days: Option<(Date, Date)>,
    recorded_by: RecordedBy,
}

fn common(table: &Table<'_, '_>, end: &str) -> Common {
    let id = table.required_text("id", "a short name for this entry, unique in the file");
    let control = table.required_text("control", "the control it is about, e.g. \"flaw-overdue\"");
    if control.as_deref().is_some_and(|control| !is_key(control)) {
        table.fault_at("control", "a control is written in lower case with hyphens, e.g. \"flaw-overdue\"");
    }
    let finding = table.parsed("finding");
    let scope = table.parsed("scope");
    let owner = table.required_text("owner", "the role that answers for it");
    let from = table.required_date("from", "the first day, like 2026-08-22");
    let until = table.required_date("until", end);
    let days = from.zip(until);
    if days.is_some_and(|(from, until)| until < from) {
        table.fault_at("until", "`until` lies before `from`");
    }
    let recorded_by = table
        .word("recorded_by", &[("person", RecordedBy::Person), ("init", RecordedBy::Init)])
        .unwrap_or_default();
    Common { id, control, finding, scope, owner, days, recorded_by }
}

fn exception(table: &Table<'_, '_>) -> Option<DebtException> {
    let common = common(table, "the last day: nothing is set aside for ever");
    let kind = table
        .word("kind", &[("accepted", ExceptionKind::Accepted), ("not-real", ExceptionKind::NotReal)])
        .unwrap_or_default();
    let reason = table.required_text("reason", "why it is set aside, in a sentence");
    let (from, until) = common.days?;
    if until.days_since(from) >= LONGEST_EXCEPTION {
        let last = from.plus_days(LONGEST_EXCEPTION - 1);
        table.fault_at(
            "until",
            format!("an exception runs for a year at most: end it by {last} and look again"),
        );
    }
    if kind == ExceptionKind::NotReal && common.finding.is_none() {
        table.fault("`not-real` is said of one finding: name it with `finding`");
    }
    Some(DebtException {
        id: common.id?,
        control: common.control?,
        finding: common.finding,
        scope: common.scope,
        kind,
        owner: common.owner?,
        reason: reason?,
        from,
        until,
        recorded_by: common.recorded_by,
        line: table.line,
    })
}

fn obligation(table: &Table<'_, '_>) -> Option<DebtObligation> {
    let common = common(table, "the day it is due");
    let what = table.required_text("what", "what will be done, in a sentence");
    let shown_by = table.text("shown_by");
    let (from, until) = common.days?;
    Some(DebtObligation {
        id: common.id?,
        control: common.control?,
        finding: common.finding,
        scope: common.scope,
        what: what?,
        owner: common.owner?,
        shown_by,
        from,
        until,
        recorded_by: common.recorded_by,
        line: table.line,
    })
}
