//! `formulary attest`: signs what only a person knows, with an end.

use std::path::Path;

use domain::{Digest, Tier};
use register::{
    act::{
        Act,
        attestation::{Attestation, Basis},
    },
    hazard::Residual,
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
            Some(Basis::Safety {
                version: safety.version,
                report: Digest::of(&subject::read(&near.join(&safety.report))?),
                hazard_log: Digest::of(&subject::read(&near.join(&safety.hazard_log))?),
                hazards: safety.hazard,
                registration: folder.words(&safety.registration, private)?,
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
    if let Some(appended) = folder.state(vec![Act::Attest(Box::new(attestation))], &args.signing, world)? {
        for one in appended {
            answer(&format!(
                "Attested: {} for {} until {} (entry {}). It is shown as attested wherever it counts.\n",
                args.control, args.subject, args.until, one.index
            ));
        }
    }
    Ok(0)
}

/// A mistyped control would be signed and count for nothing.
fn known_control(id: &str) -> Result<(), Failure> {
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
