//! Judging what would land in a repository, by commit or by push: the same answer for both.
//!
//! Collectors say what is new; the pack says who may set what aside; `formulary.debt.toml`, as it
//! would land with the change, says what is set aside. What is left stops the change.

use std::path::Path;

use assess::{
    debt,
    system::{self, Declared, Stating},
};
use domain::{Assessment, Finding, FindingKind, Outcome, Standing, Subject, Timestamp, Unread};
use evidence::{
    incoming::{By, Incoming, Landing, staged::Files},
    inventory,
    material::memory::Memory,
};
use feeds::{Feeds, MatchKind};
use formats::own::{Invalid, debt::Debt, system::System};
use pages::{
    columns::{clean, cut},
    words::count,
};
use policy::Pack;

use crate::{
    args::Otherwise,
    output::Failure,
    packs,
    register_remote::Asking,
    standing::Asked,
    subject::{TOOL, own_fault},
    world::World,
};

/// Reads a file of the state that would land.
pub(crate) type Content<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// What would land, judged.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// What stops it.
    pub(crate) stopped: Vec<Landing>,
    /// What an exception sets aside.
    pub(crate) excepted: Vec<Landing>,
    /// What could not be looked into.
    pub(crate) unread: Vec<Unread>,
    /// Why not everything was looked at, if so.
    pub(crate) cut: Option<String>,
    /// Values that stood there before.
    pub(crate) kept: u64,
    /// How many files and texts were looked at.
    pub(crate) looked: u64,
}

impl Judged {
    /// The verdict on the change; what could not be looked at stands against it unless said otherwise.
    pub(crate) fn outcome(&self, unread: Otherwise, too_large: Otherwise) -> Outcome {
        if !self.stopped.is_empty() {
            Outcome::Refused
        } else if (!self.unread.is_empty() && unread == Otherwise::Refuse)
            || (self.cut.is_some() && too_large == Otherwise::Refuse)
        {
            Outcome::NotEvaluated
        } else if self.excepted.is_empty() {
            Outcome::Allowed
        } else {
            Outcome::Conditional
        }
    }

    /// `1 secret and 2 numbers of persons would land`, in words.
    pub(crate) fn summary(&self) -> String {
        let of = |kind: FindingKind| self.stopped.iter().filter(|l| l.finding.kind == kind).count();
        let parts: Vec<String> = [
            (FindingKind::Secret, "secret", "secrets"),
            (FindingKind::PersonalData, "identifier of a person", "identifiers of persons"),
            (FindingKind::Malware, "malicious component", "malicious components"),
        ]
        .into_iter()
        .filter(|(kind, _, _)| of(*kind) > 0)
        .map(|(kind, one, many)| count(of(kind), one, many))
        .collect();
        match parts.split_last() {
            None => "nothing stands against it".to_owned(),
            Some((last, [])) => format!("{last} would land"),
            Some((last, rest)) => format!("{} and {last} would land", rest.join(", ")),
        }
    }

    /// What was looked at, in a line.
    pub(crate) fn tally(&self) -> String {
        let looked = usize::try_from(self.looked).unwrap_or(usize::MAX);
        let mut out = format!("Looked at {}", count(looked, "file or message", "files and messages"));
        if self.kept > 0 {
            let kept = usize::try_from(self.kept).unwrap_or(usize::MAX);
            let stood = count(kept, "fault", "faults");
            out.push_str(&format!("; {stood} stood there before and did not count"));
        }
        for landing in self.excepted.iter().take(3) {
            let until = landing.finding.excepted_until.map(|day| day.to_string()).unwrap_or_default();
            out.push_str(&format!("; {} set aside until {until}", landing.finding.id));
        }
        if self.excepted.len() > 3 {
            out.push_str(&format!(" and {} more set aside", self.excepted.len() - 3));
        }
        out.push('.');
        out
    }
}

/// The register that a hook asks, and only where there is something to ask about: most changes bring
/// nothing that could be set aside, and wait for nothing.
pub(crate) struct Register<'a> {
    /// How it is named; else the environment's.
    pub(crate) named: Option<&'a Path>,
    /// Who signs its log, where it lies behind an address.
    pub(crate) trust: Option<&'a Path>,
    /// What opens its sealed scopes.
    pub(crate) seals: Option<&'a Path>,
    /// Clock and environment.
    pub(crate) world: &'a World,
}

impl Register<'_> {
    /// What it holds about the repository that the change would land in: nothing, where no register is
    /// named. The one place where a look-up is joined to both hooks' answer. A hook never waits for a
    /// network: a register behind an address is asked as it was last fetched.
    fn standing(&self, name: Option<&str>, as_of: Timestamp) -> Result<Standing, Failure> {
        let Some(named) = self.named.or(self.world.register.as_deref()) else {
            return Ok(Standing::default());
        };
        let asked = Asked::open(named, self.trust, None, Asking::KeptAlone, self.seals, self.world)?;
        asked.standing(name, None, as_of)
    }
}

/// Whether the committee has set this very finding aside.
fn set_aside(finding: &Finding, standing: &Standing, as_of: Timestamp) -> Option<domain::Date> {
    let named = |scope: &String| {
        *scope == finding.fingerprint.to_string()
            || *scope == finding.id
            || finding.aliases.contains(scope)
            || finding.component.as_ref().is_some_and(|c| c.to_string() == *scope)
            || finding.places.iter().any(|place| place.path == *scope)
    };
    let standing = standing.exceptions.iter().filter(|e| e.control == finding.control);
    let live = standing.filter(|e| e.until >= as_of.date() && e.from <= as_of.date());
    live.filter(|e| e.scope.as_ref().is_some_and(named)).map(|e| e.until).max()
}

/// Judges what would land.
///
/// `root` is where packs that the repository keeps itself are found; the register's floors enter the
/// circumstances under which exceptions hold, and what its committee set aside is set aside.
pub(crate) fn judge(
    incoming: Incoming,
    malware: Vec<Finding>,
    content: Content<'_>,
    root: Option<&Path>,
    register: &Register<'_>,
    as_of: Timestamp,
) -> Result<Judged, Failure> {
    let mut out = Judged {
        unread: incoming.unread,
        cut: incoming.cut,
        kept: incoming.kept,
        looked: incoming.looked,
        ..Judged::default()
    };
    let mut landings = incoming.landings;
    landings.extend(malware.into_iter().map(|finding| Landing { finding, by: By::Index }));
    if landings.is_empty() {
        return Ok(out);
    }
    let system = read(content, formats::own::system::FILE, System::read)?;
    let debt = read(content, formats::own::debt::FILE, Debt::read)?;
    let standing = register.standing(system.as_ref().and_then(|s| s.name.as_deref()), as_of)?;
    for landing in &mut landings {
        landing.finding.excepted_until = set_aside(&landing.finding, &standing, as_of);
    }
    let Some(debt) = debt else {
        let aside = |landing: &Landing| landing.finding.excepted_until.is_some();
        (out.excepted, out.stopped) = landings.into_iter().partition(aside);
        return Ok(out);
    };
    let declared = system.as_ref().map(Declared::of).unwrap_or_default();
    let mut assessment = Assessment {
        schema: domain::assessment::SCHEMA.to_owned(),
        tool: TOOL.to_owned(),
        digest: None,
        basis: None,
        as_of,
        subject: Subject::Component { purl: None, digest: None },
        circumstances: system::circumstances(system.as_ref(), Stating::default(), &standing),
        verdicts: Vec::new(),
        controls: Vec::new(),
        components: Vec::new(),
        findings: landings.iter().map(|landing| landing.finding.clone()).collect(),
        evidence: vec![declared.evidence()?],
        obligations: Vec::new(),
        exceptions: Vec::new(),
        coverage: Vec::new(),
        feeds: Vec::new(),
        local: serde_json::Value::Null,
    };
    debt::apply(&mut assessment, &debt, &rules(system.as_ref(), root)?);
    for mut landing in landings {
        let excepted = assessment
            .findings
            .iter()
            .find(|f| f.fingerprint == landing.finding.fingerprint)
            .and_then(|f| f.excepted_until);
        let excepted = landing.finding.excepted_until.max(excepted);
        landing.finding.excepted_until = excepted;
        if excepted.is_some() { out.excepted.push(landing) } else { out.stopped.push(landing) }
    }
    Ok(out)
}

/// The packs that say who may set what aside; the built-in one where the repository's own have no
/// such control, or cannot be reached (a bare repository).
fn rules(system: Option<&System>, root: Option<&Path>) -> Result<Vec<Pack>, Failure> {
    if let (Some(system), Some(root)) = (system, root)
        && !system.packs.is_empty()
    {
        let own = packs::packs(&[], &system.packs, root)?;
        if own.iter().any(|pack| pack.find("no-secret").is_some()) {
            return Ok(own);
        }
    }
    Ok(vec![packs::pack("publish")?])
}

fn read<T>(
    content: Content<'_>,
    file: &str,
    parse: fn(&str, &[u8]) -> Result<T, Invalid>,
) -> Result<Option<T>, Failure> {
    content(file).map(|bytes| parse(file, &bytes)).transpose().map_err(own_fault)
}

/// Whether a file's name says that it names components: only those are read for malware.
pub(crate) fn names_components(path: &str) -> bool {
    formats::readers::of_file(path, b"").is_some()
}

/// Components that are recorded as malicious and that the files did not name before.
pub(crate) fn malware(before: &Files, after: &Files, feeds: &Feeds) -> Vec<Finding> {
    let of = |files: &Files| {
        let mut tree = Memory::new();
        for (path, content) in files {
            tree.add(path, content.clone(), false);
        }
        let components = inventory::observe(&tree).components;
        let matched = feeds.matches(&components);
        let mut out = Vec::new();
        for (component, result) in components.into_iter().zip(matched.components) {
            for found in result.matches.into_iter().filter(|found| found.kind == MatchKind::Malware) {
                out.push((component.clone(), found.id));
            }
        }
        out
    };
    let new = of(after);
    if new.is_empty() {
        return Vec::new();
    }
    let old = of(before);
    new.into_iter()
        .filter(|(component, id)| !old.iter().any(|(was, had)| was.purl == component.purl && had == id))
        .map(|(component, id)| {
            let name = component.purl.native_name();
            let version = component.purl.version().unwrap_or("(no version)");
            let identity = component.purl.with_version(None).to_string();
            let title = format!("{name} {version} is recorded as malicious");
            let mut finding = Finding::new(FindingKind::Malware, &id, "malware", title, &identity);
            finding.remedy = Some(format!(
                "Remove {name} {version}; treat every machine that installed it as compromised."
            ));
            finding.places = component.from;
            finding.component = Some(component.purl);
            finding
        })
        .collect()
}

/// One fault: what and where. Never the value.
pub(crate) fn what_and_where(landing: &Landing) -> String {
    let finding = &landing.finding;
    let mut places: Vec<String> =
        finding.places.iter().take(3).map(|place| clean(&place.to_string())).collect();
    if finding.places.len() > 3 {
        places.push(format!("{} more", finding.places.len() - 3));
    }
    let at = if places.is_empty() { String::new() } else { format!(" in {}", places.join(", ")) };
    let commit = match &landing.by {
        By::Commit(id) => format!(", commit {}", short(id)),
        By::Index | By::Tag(_) => String::new(),
    };
    format!("{} ({}){at}{commit}", cut(&finding.title, 70), cut(&finding.id, 40))
}

/// The beginning of an object's id.
pub(crate) fn short(id: &str) -> &str {
    id.get(..10).unwrap_or(id)
}

/// How a value that is none is recorded, on a line.
pub(crate) fn not_real(finding: &Finding) -> String {
    format!(
        "Not real? Add to {}: control = \"{}\", finding = \"{}\", kind = \"not-real\", with id, owner, reason, from, until.",
        formats::own::debt::FILE,
        finding.control,
        finding.fingerprint
    )
}
