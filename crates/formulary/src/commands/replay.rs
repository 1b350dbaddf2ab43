//! `formulary replay`: judges a kept assessment again, from its own evidence, or collects again.

use std::{fmt::Write, path::Path};

use assess::{
    replay::{self, differ},
    system::Stating,
};
use domain::{Assessment, circumstances::By};
use feeds::Feeds;

use crate::{
    args::Replay,
    output::{Failure, answer},
    subject::{self, Judge},
    world::World,
};

pub(crate) fn run(args: &Replay, _world: &World) -> Result<u8, Failure> {
    let kept = subject::kept(&args.assessment)?;
    let packs = subject::packs_of(&kept, &args.packs)?;
    let (intact, differences) = match &args.material {
        None => {
            let replayed = replay::replay(&kept, &packs)?;
            (replayed.intact, replayed.differences)
        }
        Some(material) => {
            let named = material.display().to_string();
            let feeds = args.feeds.as_ref().map(|folder| named_feeds(folder, &kept)).transpose()?;
            let judge = Judge::with(kept.as_of, feeds, stated(&kept), args.packs.clone());
            let again = judge.judge(&subject::open(&named)?, &named, replay::questions(&kept))?;
            let intact = kept.digest == Some(kept.compute_digest()?);
            let same = intact && again.assessment.digest == kept.digest;
            (intact, if same { Vec::new() } else { differ(&kept, &again.assessment) })
        }
    };
    let mut out = String::new();
    if !intact {
        let _ = writeln!(
            out,
            "The assessment was changed after it was written: its digest is not that of its content."
        );
    }
    if differences.is_empty() && intact {
        let digest = kept.digest.map(|d| d.to_string()).unwrap_or_default();
        let _ = writeln!(out, "The same: {digest}");
    } else if !differences.is_empty() {
        let _ = writeln!(out, "It differs:");
        for line in &differences {
            let _ = writeln!(out, "  {}", pages::columns::cut(line, pages::columns::WIDTH - 2));
        }
    }
    answer(&out);
    Ok(if intact && differences.is_empty() { 0 } else { 1 })
}

/// The feeds that the assessment names, current or not. One that is no longer there ends it: with
/// another one the answer would differ for a reason that is not the material's.
fn named_feeds(folder: &Path, kept: &Assessment) -> Result<Feeds, Failure> {
    if !folder.is_dir() {
        return Err(Failure::new(format!("there is no folder {}", folder.display()))
            .next("Name the folder that `formulary feeds import --feeds` or `feeds sync` filled."));
    }
    let feeds = Feeds::open_named(folder, &kept.feeds);
    let missing: Vec<String> = feeds
        .damaged()
        .map(|(name, _)| {
            let stamp = kept.feeds.iter().find(|stamp| stamp.name == name);
            let of = stamp.map(|s| format!(" of {} ({})", s.as_of.date(), s.digest)).unwrap_or_default();
            format!("{name}{of}")
        })
        .collect();
    if missing.is_empty() {
        return Ok(feeds);
    }
    Err(Failure::new(format!(
        "{} no longer holds what the assessment was made with:\n{}",
        folder.display(),
        missing.join("\n")
    ))
    .next(
        "Import that state again, or judge anew with today's feeds: `formulary check`. `formulary feeds prune \
         --keep ASSESSMENT` keeps what assessments name.",
    ))
}

/// What was declared then; what the material's own file declares it declares again.
fn stated(kept: &Assessment) -> Stating {
    let of = &kept.circumstances;
    // A tier of parts is stated by the file; only one that was stated for all of them came from elsewhere.
    let parts = kept.verdicts.iter().filter(|v| v.part.is_some()).all(|v| v.tier == of.tier.value);
    let declared = |by: By| by != By::Assumed;
    Stating {
        tier: (declared(of.tier.by) && parts).then_some(of.tier.value),
        exposure: declared(of.exposure.by).then_some(of.exposure.value),
        visibility: declared(of.visibility.by).then_some(of.visibility.value),
        deployment: declared(of.deployment.by).then_some(of.deployment.value),
    }
}
