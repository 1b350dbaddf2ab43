//! What is observed about a subject: the collectors over its material, the feeds over its
//! components, the owners' declarations and exceptions. The result is an assessment without verdicts.

mod support;

use domain::{
    Assessment, Circumstances, Component, Coverage, Evidence, Finding, FindingKind, Place, Purl, Standing,
    Subject, Timestamp, Unread, canonical::CanonicalError,
};
use evidence::{
    collector::{Given, Observed},
    collectors, disclosure,
    history::{ci_over_time::CiOverTime, report::Told},
    inventory,
    lockfile_history::LockfileHistory,
    material::{Material, revision::Checkout},
};
use feeds::Feeds;
use formats::own::{
    Invalid,
    debt::{self, Debt},
    system::{self as system_file, System},
};
use policy::Pack;
use serde_json::{Value, json};

use self::support::{support_finding, support_row};
use crate::{
    closures,
    command::Lookup,
    debt as exceptions, flaws, forge_settings,
    identify::{self, Kind},
    owner, remediation,
    reopening::{self, Looked},
    reports, statements,
    system::{self, Declared, Part, Stating},
    upkeep,
};

/// Evidence of the inventory.
pub const INVENTORY: &str = "inventory";
/// Evidence of vendor support.
pub const SUPPORT: &str = "support";
/// Evidence of the repository's history: whether there is one, and whether it was read.
pub const HISTORY: &str = "history";
/// Evidence of how many whole years no commit was made for: `{ "years": 3 }`. Years and not a date,
/// so that what a vote depends on does not change with each commit.
pub const QUIET: &str = "quiet";
/// Evidence of how the repository is worked on, from its commits and tags.
pub const HYGIENE: &str = "history-hygiene";
/// Evidence of dangers in CI workflows.
pub const WORKFLOWS: &str = "workflows";
/// Evidence of internals disclosed.
pub const DISCLOSURE: &str = "disclosure";
/// Kinds of evidence that come from feeds or from the register itself, or change with every day, and
/// so are no part of what a vote depends on.
pub const OUTSIDE_BASIS: [&str; 6] =
    [SUPPORT, crate::standing::KIND, remediation::KIND, upkeep::KIND, upkeep::OF_COMPONENTS, reopening::KIND];

/// What is asked about.
pub enum Asked<'a> {
    /// A material, and what git says of it.
    Material {
        /// Its files.
        material: &'a dyn Material,
        /// Whether it is one file alone.
        one_file: bool,
        /// What git says, where it is a working tree.
        checkout: Option<&'a Checkout>,
    },
    /// A component by its purl.
    Component(&'a Purl),
}

/// What is handed in beside the subject.
pub struct World<'a> {
    /// The clock.
    pub as_of: Timestamp,
    /// Feeds, if any could be opened.
    pub feeds: Option<&'a Feeds>,
    /// What the command line states.
    pub stated: Stating,
    /// What the register holds.
    pub standing: &'a Standing,
    /// Packs in use: they say what may be set aside.
    pub packs: &'a [Pack],
    /// Reports of other tools: name and bytes.
    pub reports: &'a [(String, Vec<u8>)],
    /// Clones of components, by which their upkeep is told.
    pub clones: &'a [upkeep::Clone],
    /// What was committed since the repository was last public, where that was asked.
    pub reopening: &'a Looked<'a>,
    /// Settings of the forge that were exported: name and bytes; else those that the repository holds.
    pub settings: Option<&'a (String, Vec<u8>)>,
    /// Program and version.
    pub tool: &'a str,
}

/// Why nothing could be observed.
#[derive(Debug, thiserror::Error)]
pub enum CannotObserve {
    /// One of our own files in the subject is not valid.
    #[error("{0}")]
    Own(#[from] Invalid),
    /// A report that was asked for cannot be read.
    #[error("the report {0} cannot be read: {1}")]
    Report(String, String),
    /// Settings of the forge that were handed in cannot be read.
    #[error("the settings of the forge in {0} cannot be read: {1}")]
    Settings(String, String),
    /// A value has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
}

/// The owners' own files of a material.
#[derive(Debug, Default)]
pub struct Own {
    /// `formulary.toml`.
    pub system: Option<System>,
    /// `formulary.debt.toml`.
    pub debt: Option<Debt>,
}

/// Reads the owners' own files.
///
/// # Errors
/// When one is there and not valid: a misread declaration would change the verdict.
pub fn own_files(material: &dyn Material) -> Result<Own, Invalid> {
    let read = |path: &str| {
        let there = material.entries().iter().any(|e| e.path == path);
        if there { material.read(path).ok() } else { None }
    };
    Ok(Own {
        system: read(system_file::FILE).map(|bytes| System::read(system_file::FILE, &bytes)).transpose()?,
        debt: read(debt::FILE).map(|bytes| Debt::read(debt::FILE, &bytes)).transpose()?,
    })
}

/// Whether a path belongs to a part, or (for none) to what no part names.
pub fn in_part(declared: &Declared, part: Option<&Part>, path: &str) -> bool {
    match (declared.part_of(path), part) {
        (Some(own), Some(part)) => own.name == part.name,
        (None, None) => true,
        _ => false,
    }
}

/// What was read of the subject's history.
pub enum Past<'a> {
    /// Nothing, and why.
    NotRead(&'a str),
    /// This.
    Read {
        /// What it tells.
        told: &'a Told,
        /// When which component version stood in its lockfiles, where that was read.
        lockfiles: Option<&'a LockfileHistory>,
        /// When the clone was last fetched, where that is known.
        fetched: Option<domain::Date>,
        /// The body's key, by which a secret is known again without being kept.
        key: Option<&'a [u8]>,
    },
}

/// Observes a subject, its history left out.
///
/// # Errors
/// See [`CannotObserve`].
pub fn observe(asked: &Asked<'_>, own: &Own, world: &World<'_>) -> Result<Assessment, CannotObserve> {
    observe_with(asked, own, world, &Past::NotRead("only the working tree was asked for"))
}

/// Observes a subject and its history.
///
/// # Errors
/// See [`CannotObserve`].
pub fn observe_with(
    asked: &Asked<'_>,
    own: &Own,
    world: &World<'_>,
    past: &Past<'_>,
) -> Result<Assessment, CannotObserve> {
    let mut declared = own.system.as_ref().map(Declared::of).unwrap_or_default();
    // A day that has not come cannot be the day somebody first looked.
    declared.started = declared.started.filter(|day| *day <= world.as_of.date());
    if let Some(tier) = world.stated.tier {
        // The command line stands before the file, for the parts as well.
        declared.parts.iter_mut().for_each(|part| part.tier = tier);
    }
    let circumstances = system::circumstances(own.system.as_ref(), world.stated, world.standing);
    let mut out = blank(circumstances, world);
    if let Some(system) = &own.system {
        out.evidence.push(declared.evidence()?);
        out.evidence.extend(system::mirrors(system)?);
    }
    let mut described = Vec::new();
    match asked {
        Asked::Component(purl) => {
            out.subject = Subject::Component { purl: Some((*purl).clone()), digest: None };
            let mut component = Component::new((*purl).clone(), Place::file("the command line"));
            component.from.clear();
            component.direct = Some(true);
            if purl.version().is_none() {
                component.resolution = domain::Resolution::Unresolved;
            }
            out.components.push(component);
        }
        Asked::Material { material, one_file, checkout } => {
            described = look(&mut out, *material, *one_file, *checkout, own, past, world.packs)?;
            if matches!(out.subject, Subject::Repository { .. }) {
                take_settings(&mut out, *material, world.settings)?;
            }
        }
    }
    out.evidence.extend(crate::standing::evidence(world.standing, &out.components)?);
    let material = if let Asked::Material { material, .. } = asked { Some(*material) } else { None };
    ask_feeds(&mut out, &declared, world, material)?;
    mended(&mut out, world, past)?;
    kept_up(&mut out, world, past)?;
    if let Asked::Material { material, .. } = asked {
        let trusted = own.system.as_ref().map_or(&[][..], |system| &system.vex);
        statements::apply(&mut out, *material, trusted, &described)?;
        for (name, bytes) in world.reports {
            reports::take_in(&mut out, name, bytes)
                .map_err(|why| CannotObserve::Report(name.clone(), why))?;
        }
    }
    if let Some(debt) = &own.debt {
        out.evidence.extend(exceptions::promises(debt)?);
        out.evidence.extend(closures::evidence(debt)?);
        exceptions::apply(&mut out, debt, world.packs);
    }
    closures::remarks(&mut out, world.packs);
    crate::standing::mark(&mut out, world.standing);
    let reopened = reopening::evidence(world.reopening, &out)?;
    out.evidence.extend(reopened);
    tidy(&mut out);
    Ok(out)
}

fn blank(circumstances: Circumstances, world: &World<'_>) -> Assessment {
    Assessment {
        schema: domain::assessment::SCHEMA.to_owned(),
        tool: world.tool.to_owned(),
        digest: None,
        basis: None,
        as_of: world.as_of,
        subject: Subject::Component { purl: None, digest: None },
        circumstances,
        verdicts: Vec::new(),
        controls: Vec::new(),
        components: Vec::new(),
        findings: Vec::new(),
        evidence: Vec::new(),
        obligations: Vec::new(),
        exceptions: Vec::new(),
        coverage: Vec::new(),
        feeds: Vec::new(),
        local: Value::Null,
    }
}

/// The collectors over a material. Gives what its bills of materials say they describe.
fn look(
    out: &mut Assessment,
    material: &dyn Material,
    one_file: bool,
    checkout: Option<&Checkout>,
    own: &Own,
    past: &Past<'_>,
    packs: &[Pack],
) -> Result<Vec<(Place, Purl)>, CannotObserve> {
    let given = Given { today: out.as_of.date() };
    let seen = inventory::observe(material);
    let models = if one_file { Vec::new() } else { evidence::model::find_models(material) };
    let at_root = models.iter().any(|model| model.path.is_empty());
    let kind = if one_file { Kind::File } else { identify::kind(material, at_root, !seen.files.is_empty()) };
    let name = match kind {
        Kind::Repository => own.system.as_ref().and_then(|system| system.name.clone()),
        _ => None,
    };
    out.subject = identify::subject(material, kind, name);
    let described = seen.described.clone();
    take_inventory(out, seen, kind)?;
    // In a repository it is the repository itself, which has findings of its own.
    if matches!(kind, Kind::File | Kind::Product) {
        roots(out, &described);
    }
    if !models.is_empty() {
        take(out, evidence::model::collect_found(material, &models, given));
    }
    match kind {
        Kind::Repository => {
            out.evidence.extend(codeowners(material, &out.components)?);
            let lists: Vec<(String, &str)> =
                packs.iter().filter_map(|pack| Some((pack.label().to_owned(), pack.disclosure()?))).collect();
            for collector in collectors::REPOSITORY {
                // Packs bring lists of their own to this one.
                let seen = match collector.name() {
                    disclosure::NAME => disclosure::collect(material, &lists),
                    _ => collector.collect(material, given),
                };
                take(out, seen);
            }
            let manifest = facts_manifest(&out.evidence);
            out.evidence.extend(evidence::osps::level_one(&out.evidence, &out.coverage, manifest));
            look_back(out, material, checkout, past)?;
            let own = evidence::secrets::gitleaks::apply(material, &mut out.findings);
            take(out, own);
            if let Some(last) = checkout.and_then(|checkout| checkout.last_change) {
                let years = out.as_of.date().days_since(last).max(0) / 365;
                out.evidence.push(Evidence::new(
                    QUIET,
                    json!({ "years": years }),
                    "git: the commit at HEAD",
                )?);
            }
        }
        Kind::Product => take(out, evidence::dossier::collect(material, given)),
        Kind::File | Kind::Model => {}
    }
    Ok(described)
}

/// What a bill of materials describes, where that is what was asked about: a component like those it
/// lists, and the root of them.
fn roots(out: &mut Assessment, described: &[(Place, Purl)]) {
    for (place, purl) in described.iter().filter(|(_, purl)| purl.version().is_some()) {
        match out.components.iter_mut().find(|component| component.purl == *purl) {
            Some(listed) => listed.direct = Some(true),
            None => {
                let mut root = Component::new(purl.clone(), place.clone());
                root.scope = domain::Scope::Runtime;
                root.direct = Some(true);
                out.components.push(root);
            }
        }
    }
    out.components.sort_by_cached_key(|component| component.purl.to_string());
}

/// The history, as far as it was read.
fn look_back(
    out: &mut Assessment,
    material: &dyn Material,
    checkout: Option<&Checkout>,
    past: &Past<'_>,
) -> Result<(), CannotObserve> {
    let mut local = Value::Null;
    match past {
        Past::Read { told, key, .. } => {
            let mut worked_on = told.hygiene.value(out.as_of.date());
            worked_on["tests_over_time"] = told.ci.value();
            out.findings.extend(lost_tests(&told.ci));
            out.evidence.push(Evidence::new(HYGIENE, worked_on, "git")?);
            let report = told.report(Some(material), &mut out.findings, *key);
            take(out, report.observed);
            local = report.local;
        }
        Past::NotRead(why) => {
            let history = json!({ "present": checkout.is_some(), "read": false });
            out.evidence.push(Evidence::new(HISTORY, history, "git")?);
            if checkout.is_some() {
                let mut coverage = Coverage::new(HISTORY);
                coverage.cannot_read(Place::file(".git"), format!("the history was not read: {why}"));
                out.coverage.push(coverage);
            }
        }
    }
    if let Some(checkout) = checkout {
        out.local = json!({ "head": checkout.head, "shallow": checkout.shallow });
        if !local.is_null() {
            out.local["history"] = local;
        }
    }
    Ok(())
}

/// That CI ran tests and does not any more.
fn lost_tests(ci: &CiOverTime) -> Option<Finding> {
    let (from, until) = ci.lost()?;
    let title = format!("CI ran tests from {from}, and does not since {until}");
    let mut finding = Finding::new(FindingKind::Hygiene, "tests-removed", "tests", title, "");
    finding.remedy = Some("Run the tests in CI on every change again.".to_owned());
    Some(finding)
}

/// Settings of the forge, handed in or lying in the repository.
fn take_settings(
    out: &mut Assessment,
    material: &dyn Material,
    given: Option<&(String, Vec<u8>)>,
) -> Result<(), CannotObserve> {
    if let Some((name, bytes)) = given {
        let evidence = forge_settings::evidence(name, bytes)
            .map_err(|why| CannotObserve::Settings(name.clone(), why))?;
        out.evidence.push(evidence);
    } else if let Some(bytes) = forge_settings::found(material) {
        match forge_settings::evidence(formats::forge_settings::FILE, &bytes) {
            Ok(evidence) => out.evidence.push(evidence),
            Err(why) => {
                let mut coverage = Coverage::new(forge_settings::KIND);
                coverage.cannot_read(Place::file(formats::forge_settings::FILE), why);
                out.coverage.push(coverage);
            }
        }
    }
    Ok(())
}

/// Whether the inventory recognised any manifest or lockfile; none where it was not read.
fn facts_manifest(evidence: &[Evidence]) -> Option<bool> {
    let value = &evidence.iter().find(|e| e.kind == INVENTORY)?.value;
    Some(value["files"].as_array().is_some_and(|files| !files.is_empty()))
}

/// The CODEOWNERS line that speaks for each file that names components.
fn codeowners(material: &dyn Material, components: &[Component]) -> Result<Option<Evidence>, CanonicalError> {
    use formats::codeowners::{CodeOwners, PLACES};
    let there = |path: &&&str| material.entries().iter().any(|entry| entry.path == **path);
    let Some(file) = PLACES.iter().find(there) else { return Ok(None) };
    let Some(text) = material.read(file).ok().and_then(|bytes| String::from_utf8(bytes.into_owned()).ok())
    else {
        return Ok(None);
    };
    let owners = CodeOwners::read(&text);
    let paths: std::collections::BTreeSet<&str> =
        components.iter().flat_map(|c| &c.from).map(|place| place.path.as_str()).collect();
    let rows: Vec<Value> = paths
        .into_iter()
        .filter_map(|path| {
            let line = owners.line_for(path)?;
            Some(json!({ "path": path, "place": format!("{file}:{}", line.line), "owners": line.owners }))
        })
        .collect();
    Ok(Some(Evidence::new(owner::CODEOWNERS, Value::Array(rows), file)?))
}

fn take(out: &mut Assessment, observed: Observed) {
    out.evidence.extend(observed.evidence);
    out.findings.extend(observed.findings);
    out.coverage.extend(observed.coverage);
}

fn take_inventory(out: &mut Assessment, seen: inventory::Observed, kind: Kind) -> Result<(), CanonicalError> {
    // A model's folder and a dossier are not built from source: that nothing says what from is no fault.
    let source_kind = matches!(kind, Kind::File | Kind::Repository);
    if source_kind || seen.anything {
        let files: Vec<Value> = seen
            .files
            .iter()
            .map(|read| json!({ "path": read.path, "format": read.format, "components": read.components }))
            .collect();
        // A file of which a line was left out is not read whole.
        let mut unread: Vec<&str> = seen.unread.iter().map(|(path, _)| path.as_str()).collect();
        unread.extend(seen.left_out.iter().map(|place| place.path.as_str()));
        unread.sort_unstable();
        unread.dedup();
        let value = json!({
            "files": files,
            "unlocked": seen.unlocked,
            "unread": unread,
            "source_without_manifest": seen.source_without_manifest,
            "anything": seen.anything,
        });
        let mut evidence = Evidence::new(INVENTORY, value, "inventory")?;
        evidence.as_of = seen.made;
        out.evidence.push(evidence);
    }
    out.components = seen.components;
    out.findings.extend(seen.findings);
    out.coverage.extend(seen.coverage);
    Ok(())
}

fn ask_feeds(
    out: &mut Assessment,
    declared: &Declared,
    world: &World<'_>,
    material: Option<&dyn Material>,
) -> Result<(), CanonicalError> {
    let Some(feeds) = world.feeds else { return Ok(()) };
    let flaws = flaws::find(
        feeds,
        &out.components,
        &out.circumstances,
        declared,
        world.as_of,
        &Lookup::new(material),
    );
    out.findings.extend(flaws.findings);
    let mut support = Vec::new();
    let mut asked_support = false;
    for component in &out.components {
        match feeds.support(&component.purl) {
            Ok(Some(known)) => {
                asked_support = true;
                support.push(support_row(component, &known, world.as_of.date()));
                out.findings.extend(support_finding(component, &known, world.as_of));
            }
            Ok(None) => asked_support |= matches!(component.purl.kind(), "generic" | "docker" | "oci"),
            Err(_) => {}
        }
    }
    if !support.is_empty() {
        let mut evidence = Evidence::new(SUPPORT, Value::Array(support), "endoflife")?;
        evidence.as_of = feeds.stamps().into_iter().find(|s| s.name == "endoflife").map(|s| s.as_of);
        out.evidence.push(evidence);
    }
    // Only what was asked is named: another feed in the library must not change the digest.
    let values = ["kev", "epss", "ssvc"];
    let any_flaw =
        out.findings.iter().any(|f| matches!(f.kind, FindingKind::Advisory | FindingKind::Malware));
    out.feeds = feeds
        .stamps()
        .into_iter()
        .filter(|stamp| !flaws.damaged.contains_key(&stamp.name))
        .filter(|stamp| {
            flaws.asked.contains(&stamp.name)
                || (any_flaw && values.contains(&stamp.name.as_str()))
                || (asked_support && stamp.name == "endoflife")
        })
        .collect();
    if !flaws.damaged.is_empty() {
        let mut coverage = Coverage::new("feeds");
        for (name, why) in flaws.damaged {
            coverage.unread.push(Unread { place: Place::file(name), why });
        }
        out.coverage.push(coverage);
    }
    Ok(())
}

/// How fast flaws were mended, where the lockfiles' past and any feeds were read.
fn mended(out: &mut Assessment, world: &World<'_>, past: &Past<'_>) -> Result<(), CanonicalError> {
    let Past::Read { lockfiles: Some(lockfiles), .. } = past else { return Ok(()) };
    if !matches!(out.subject, Subject::Repository { .. }) {
        return Ok(());
    }
    out.coverage.push(lockfiles.coverage());
    let Some(feeds) = world.feeds.filter(|_| !lockfiles.stopped) else { return Ok(()) };
    let mut record = remediation::measure(lockfiles, feeds, &out.circumstances, out.as_of.date());
    // What ended is history; what is open stands among the findings.
    record.exposures.clear();
    let value = serde_json::to_value(&record).map_err(CanonicalError::from)?;
    out.evidence.push(Evidence::new(remediation::KIND, value, "git, first parents; feeds")?);
    Ok(())
}

/// Whether the repository, and components whose clones were given, are kept up.
fn kept_up(out: &mut Assessment, world: &World<'_>, past: &Past<'_>) -> Result<(), CanonicalError> {
    let today = out.as_of.date();
    let open = |f: &&Finding| f.kind == FindingKind::Advisory && !f.development_only;
    if let (Past::Read { told, fetched, .. }, Subject::Repository { .. }) = (past, &out.subject) {
        let ended = crate::facts::value(out, "archived").is_some_and(|v| v["stated"] == Value::Bool(true));
        let flawed = out.findings.iter().any(|f| open(&f));
        let found = upkeep::found(&told.hygiene, *fetched, ended, flawed, today);
        let value = upkeep::value(found, &told.hygiene, *fetched, today);
        out.evidence.push(Evidence::new(upkeep::KIND, value, "git")?);
    }
    let flawed = |purl: &Purl| {
        out.findings.iter().filter(open).any(|f| f.component.as_ref().is_some_and(|c| c.same_component(purl)))
    };
    let of_components = upkeep::of_components(world.clones, flawed, today)?;
    out.evidence.extend(of_components);
    Ok(())
}

/// One order for everything, whatever order it was seen in.
fn tidy(out: &mut Assessment) {
    out.findings.sort_by(|a, b| {
        (a.kind, &a.id, &a.component, &a.places, &a.title).cmp(&(
            b.kind,
            &b.id,
            &b.component,
            &b.places,
            &b.title,
        ))
    });
    out.findings.dedup();
    out.evidence.sort_by(|a, b| (&a.kind, &a.source, a.digest).cmp(&(&b.kind, &b.source, b.digest)));
    out.evidence.dedup();
    for coverage in &mut out.coverage {
        coverage.unread.sort();
        coverage.unread.dedup();
    }
    out.coverage.sort_by(|a, b| a.collector.cmp(&b.collector));
    out.feeds.sort_by(|a, b| a.name.cmp(&b.name));
}
