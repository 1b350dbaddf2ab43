//! `formulary attest`: signs what only a person knows, with an end.

use std::path::Path;

use domain::{Digest, Tier};
use register::{
    act::{
        Act,
        attestation::{Attestation, Basis},
    },
    hazard::{self, HazardFault, Residual},
};
use serde::Deserialize;

use super::body::toml_file;
use crate::{
    args::register::Attest,
    output::{Failure, answer},
    register_folder::RegisterFolder,
    subject,
    world::World,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AuditFile {
    version: String,
    read: Vec<String>,
    #[serde(default)]
    delta_from: Option<String>,
    fit_for: Tier,
    conclusion: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SafetyFile {
    version: String,
    report: String,
    hazard_log: String,
    registration: String,
    /// What remains, if somebody wrote it down twice: it must be what the hazard log says.
    #[serde(default)]
    hazard: Vec<Residual>,
}

pub(crate) fn run(args: &Attest, world: &World) -> Result<u8, Failure> {
    let mut folder = RegisterFolder::open(&args.at, world)?;
    let private = args.signing.private;
    let basis = match (&args.audit, &args.safety, &args.document) {
        (Some(path), _, _) => {
            let audit: AuditFile = toml_file(path)?;
            Some(Basis::Audit {
                version: audit.version,
                read: audit
                    .read
                    .iter()
                    .map(|one| folder.words(one, private || args.subject.kind() != "component"))
                    .collect::<Result<_, _>>()?,
                delta_from: audit.delta_from,
                fit_for: audit.fit_for,
                conclusion: folder.words(&audit.conclusion, private)?,
            })
        }
        (_, Some(path), _) => {
            let safety: SafetyFile = toml_file(path)?;
            let near = path.parent().unwrap_or(Path::new("."));
            let hazard_log = subject::read(&near.join(&safety.hazard_log))?;
            let matrix = folder.register.body.hazards.clone().unwrap_or_default();
            // Read, not only hashed: whoever signs stands for what is in it.
            let hazards = hazard::log::read(&hazard_log, &matrix)?;
            agree(&hazards, &safety.hazard)?;
            Some(Basis::Safety {
                version: safety.version,
                report: Digest::of(&subject::read(&near.join(&safety.report))?),
                hazard_log: Digest::of(&hazard_log),
                hazards,
                // A number in a public register of professionals is a name.
                registration: folder.words(&safety.registration, true)?,
            })
        }
        (_, _, Some(path)) => {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            Some(Basis::Document {
                digest: Digest::of(&subject::read(path)?),
                title: folder.words(&name, private)?,
            })
        }
        _ => None,
    };
    let says = folder.words(&args.says, private)?;
    let attestation = Attestation {
        control: args.control.clone(),
        subject: args.subject.clone(),
        version: args.version.clone(),
        scope: args.scope.as_ref().map(|scope| folder.attested_scope(scope, &says)).transpose()?,
        says,
        until: args.until,
        basis,
    };
    known_control(&args.control)?;
    let idle = meets_nothing(&attestation)?;
    if let Some(appended) = folder.state(vec![Act::Attest(Box::new(attestation))], &args.signing, world)? {
        for one in appended {
            answer(&format!(
                "Attested: {} for {} until {} (entry {}). {}\n",
                args.control,
                args.subject,
                args.until,
                one.index,
                match idle {
                    true => format!(
                        "It meets nothing by itself: `{}` is looked at, and met by an audit (--audit FILE) or, for \
                         one fault, by what was seen (--scope).",
                        args.control
                    ),
                    false => "It is shown as attested wherever it counts.".to_owned(),
                }
            ));
        }
    }
    Ok(0)
}

/// What a safety file says of hazards beside its log is what the log says.
fn agree(log: &[Residual], file: &[Residual]) -> Result<(), HazardFault> {
    let differs = |one: &&Residual| {
        let same = |other: &Residual| {
            other.hazard == one.hazard
                && other.severity.eq_ignore_ascii_case(&one.severity)
                && other.likelihood.eq_ignore_ascii_case(&one.likelihood)
                && other.stated == one.stated
        };
        !log.iter().any(same)
    };
    match file.iter().find(differs) {
        None => Ok(()),
        Some(one) => Err(HazardFault::Differs(one.hazard.chars().take(60).collect())),
    }
}

/// Whether the word of a person can meet a control, or it takes an audit: what a collector should have seen
/// is met by who looked.
fn meets_nothing(attestation: &Attestation) -> Result<bool, Failure> {
    let audited = matches!(attestation.basis, Some(Basis::Audit { .. }));
    if audited || attestation.scope.is_some() {
        return Ok(false);
    }
    for name in policy::Pack::builtin_names() {
        let pack = policy::Pack::builtin(name)?;
        if let Some((_, control)) = pack.find(&attestation.control)
            && control.needs().any(|fact| fact.observer == policy::Observer::Person)
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A mistyped control would be signed and count for nothing.
pub(super) fn known_control(id: &str) -> Result<(), Failure> {
    let mut all = Vec::new();
    for name in policy::Pack::builtin_names() {
        let pack = policy::Pack::builtin(name)?;
        if pack.find(id).is_some() {
            return Ok(());
        }
        all.extend(pack.controls().map(|(_, c)| c.id().to_owned()));
    }
    let near = all.iter().find(|c| c.contains(id) || id.contains(c.as_str()));
    let near = near.map(|c| format!(" Did you mean `{c}`?")).unwrap_or_default();
    Err(Failure::new(format!("no control is called `{id}`"))
        .next(format!("`formulary policy list use` lists them.{near}")))
}
