//! `formulary init`: asks little, guesses well, and records today's debt with owners and ends, so
//! that from tomorrow a change is judged for what it changes.

use std::{fmt::Write as _, path::Path};

use assess::{debt, judge::Questions, observe::Own, owner, system::Declared};
use domain::{Outcome, Tier};
use formats::own::{
    debt::{self as debt_file, Debt},
    system::{self as system_file, Owner, System},
};
use pages::columns::{WIDTH, wrap};

use crate::{
    args::Init,
    asking::{ask, may_ask, prompt},
    output::{Failure, answer, remark},
    subject::{self, Judge},
    world::World,
};

const QUESTIONS: Questions = Questions { use_: true, publish: true };

pub(crate) fn run(args: &Init, world: &World) -> Result<u8, Failure> {
    let folder = &args.folder;
    let named = folder.display().to_string();
    for file in [system_file::FILE, debt_file::FILE] {
        if folder.join(file).exists() && !args.force {
            return Err(Failure::new(format!("{file} is already there"))
                .next("Edit it, or say --force to write it anew. `formulary check` reads it as it is."));
        }
    }
    let judge = Judge::new(&args.judging, world)?;
    let opened = subject::folder(folder)?;
    // Writing anew keeps what people declared, and the day the clock started: it cannot be reset.
    let before = std::fs::read(folder.join(system_file::FILE))
        .ok()
        .and_then(|bytes| System::read(system_file::FILE, &bytes).ok())
        .unwrap_or_default();
    // A first look, without any declaration, for what can be guessed.
    let first = judge.judge_as(&opened, &named, QUESTIONS, &Own::default())?;
    let guessed = owner::of_system(&first.assessment, &Declared::default(), None);
    let asking = may_ask(args.yes);
    let name = ask(
        asking,
        "Name of the system",
        args.name.clone(),
        before.name.clone().or_else(|| guess_name(folder)),
    )?;
    let role = ask(
        asking,
        "Role or team that answers for it",
        args.owner.clone(),
        guessed.as_ref().map(|o| o.role.clone()),
    )?;
    let contact = ask(
        asking,
        "How to reach that role",
        args.contact.clone(),
        before
            .owner
            .as_ref()
            .map(|o| o.contact.clone())
            .or_else(|| guessed.as_ref().and_then(|o| o.contact.clone())),
    )?;
    let tier = match args.judging.tier {
        Some(tier) => tier,
        None if before.tier.is_some() && !asking => before.tier.unwrap_or(Tier::Operational),
        None => ask_tier(asking)?,
    };
    let today = judge.as_of.date();
    let system = System {
        name,
        tier: Some(tier),
        exposure: args.judging.exposure.or(before.exposure),
        visibility: args.judging.visibility.or(before.visibility),
        deployment: args.judging.deployment.or(before.deployment),
        started: Some(before.started.filter(|day| *day <= today).unwrap_or(today)),
        owner: role.clone().zip(contact).map(|(role, contact)| Owner {
            role,
            contact,
            // Whoever runs this is not the role that accepts: it confirms for itself.
            confirmed: None,
            patches: None,
            monitors: None,
            line: 0,
        }),
        ..before
    };
    let who = system.owner.as_ref().map_or_else(|| "nobody named yet".to_owned(), |owner| owner.role.clone());
    let own = Own { system: Some(system), debt: None };
    let second = judge.judge_as(&opened, &named, QUESTIONS, &own)?;
    let taken = debt::take(&second.assessment, &second.packs, &who);
    // A closure is no debt that a first look could find again: what was closed stays recorded.
    let closures = std::fs::read(folder.join(debt_file::FILE))
        .ok()
        .and_then(|bytes| Debt::read(debt_file::FILE, &bytes).ok())
        .map(|debt| debt.closures)
        .unwrap_or_default();
    let debt = Debt { exceptions: taken.exceptions, obligations: Vec::new(), closures };
    let system_text = own.system.as_ref().map(System::to_toml).unwrap_or_default();
    let debt_text = debt.to_toml();
    // What was written is read again before it is kept: a file that init writes must be valid.
    let own = Own {
        system: Some(System::read(system_file::FILE, system_text.as_bytes())?),
        debt: Some(Debt::read(debt_file::FILE, debt_text.as_bytes())?),
    };
    write(folder, system_file::FILE, &system_text)?;
    write(folder, debt_file::FILE, &debt_text)?;
    let third = judge.judge_as(&opened, &named, QUESTIONS, &own)?;
    answer(&told(&third.assessment, &debt, &taken.left));
    if own.system.as_ref().is_some_and(|s| s.owner.is_none()) {
        remark("No owner is named: put an [owner] with role and contact into formulary.toml.");
    }
    Ok(super::check::code(&third.assessment, false))
}

fn told(assessment: &domain::Assessment, debt: &Debt, left: &[(String, String)]) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "Wrote {} and {}: {} recorded, each with an owner and an end.",
        system_file::FILE,
        debt_file::FILE,
        pages::words::count(debt.exceptions.len(), "thing", "things")
    );
    if let Some(first) = debt.exceptions.iter().map(|e| e.until).min() {
        let _ = writeln!(out, "The first ends on {first}; past its end, debt is refused.");
    }
    if !left.is_empty() {
        let _ = writeln!(out, "Not recorded, because it may not be set aside:");
        for (what, why) in left.iter().take(10) {
            for (i, line) in wrap(&format!("{what}: {why}"), WIDTH - 4).into_iter().enumerate() {
                let _ = writeln!(out, "{}{line}", if i == 0 { "  - " } else { "    " });
            }
        }
        if left.len() > 10 {
            let _ = writeln!(out, "  and {} more", left.len() - 10);
        }
    }
    for verdict in &assessment.verdicts {
        let _ = writeln!(out, "{}: {}", verdict.purpose.word(), verdict.outcome);
    }
    if assessment.verdicts.iter().all(|v| v.outcome <= Outcome::Conditional) {
        let _ =
            writeln!(out, "Next: put `formulary check --since main` into the job that checks each change.");
    } else {
        let _ = writeln!(out, "Next: `formulary check` shows what still stands in the way.");
    }
    out
}

fn ask_tier(asking: bool) -> Result<Tier, Failure> {
    if !asking {
        return Ok(Tier::Operational);
    }
    loop {
        let typed = prompt(
            "Tier: clinical (influences care), operational, infrastructure, research [operational]: ",
        )?;
        if typed.is_empty() {
            return Ok(Tier::Operational);
        }
        match typed.parse() {
            Ok(tier) => return Ok(tier),
            Err(error) => remark(&error.to_string()),
        }
    }
}

/// The name that a manifest or the folder itself gives.
fn guess_name(folder: &Path) -> Option<String> {
    let whole = folder.canonicalize().ok()?;
    whole.file_name().and_then(|name| name.to_str()).map(str::to_owned)
}

/// Writes beside the file and renames, so that a broken write leaves what was there.
pub(super) fn write(folder: &Path, file: &str, text: &str) -> Result<(), Failure> {
    let target = folder.join(file);
    let beside = folder.join(format!(".{file}.{}.new", std::process::id()));
    let result = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, &target));
    if let Err(error) = result {
        let _ = std::fs::remove_file(&beside);
        return Err(Failure::new(format!("cannot write {}: {error}", target.display())));
    }
    Ok(())
}
