//! `formulary register`: shows the register, lets dates act, takes in other bodies' decisions.

use std::{fmt::Write as _, path::Path, sync::Arc};

use domain::{Digest, SubjectName};
use pages::columns::{WIDTH, cut};
use register::{
    act::{
        Act,
        decision::Ruling,
        import::{Adoption, Imported, There},
        upkeep::{Erasure, Reveal},
    },
    leaf::Leaf,
    log,
    review::short,
    state::State,
};
use store::{Disk, PrivateText};
use tlog::Policy;

use super::{review::told, vote::duties};
use crate::{
    args::register::Register,
    output::{Failure, answer},
    register_folder::{self, RegisterFolder},
    register_remote::{self, Asking, Remote},
    subject,
    world::World,
};

/// The longest sealed text, in bytes.
const LONGEST: u64 = 64 << 10;

pub(crate) fn run(command: &Register, world: &World) -> Result<u8, Failure> {
    match command {
        Register::Show { only, json, at } => {
            let folder = RegisterFolder::open(at, world)?;
            answer(&if *json { as_json(&folder, only.as_deref())? } else { show(&folder, only.as_deref()) });
            Ok(0)
        }
        Register::Site { folder, anew, at } => super::site::run(folder, *anew, at, world),
        Register::Statements { out, at } => super::statements::run(out, at, world),
        Register::Seals { subject, to, at } => {
            let folder = RegisterFolder::open(at, world)?;
            let seals = folder.seals_of(subject);
            let mut text = String::new();
            for seal in &seals {
                text.push_str(&serde_json::to_string(seal)?);
                text.push('\n');
            }
            std::fs::write(to, text)
                .map_err(|e| Failure::new(format!("cannot write {}: {e}", to.display())))?;
            answer(&format!(
                "{} written to {}: hand it over privately, and keep it out of git.\n",
                pages::words::count(seals.len(), "seal", "seals"),
                to.display()
            ));
            Ok(0)
        }
        Register::Tick { at } => {
            let mut folder = RegisterFolder::open(at, world)?;
            let due = folder.register.consequences(folder.now);
            let appended = folder.append_consequences()?;
            if appended.is_empty() {
                answer("Nothing follows from dates today.\n");
            }
            for (one, what) in appended.iter().zip(due) {
                answer(&format!("entry {}: {} is now {} ({})\n", one.index, what.case, what.to, what.why));
            }
            Ok(0)
        }
        Register::Import { other, policy, subject, signing, at } => {
            let mut folder = RegisterFolder::open(at, world)?;
            let acts = imports(&folder, other, policy, subject.as_ref(), world)?;
            if acts.is_empty() {
                answer("Nothing to take in: no decision of its own that is not here already.\n");
                return Ok(0);
            }
            let n = acts.len();
            if folder.state(acts, signing, world)?.is_some() {
                answer(&format!(
                    "Took in {}: shown beside ours, in force nowhere until adopted.\n",
                    pages::words::count(n, "decision", "decisions")
                ));
            }
            Ok(0)
        }
        Register::Adopt { import, owner, local, obligations, review_on, signing, at } => {
            let mut folder = RegisterFolder::open(at, world)?;
            let found = find_import(&folder, import)?;
            let adoption = Adoption {
                import: found,
                owner: owner.clone(),
                local: folder.words(local, signing.private)?,
                obligations: duties(&folder, obligations, signing.private)?,
                review_on: *review_on,
            };
            told(
                &mut folder,
                Act::Adopt(Box::new(adoption)),
                signing,
                world,
                "Adopted: it is listed here, with the local parts.\n",
            )
        }
        Register::Reveal { sealed, signing, at } => {
            let mut folder = RegisterFolder::open(at, world)?;
            let PrivateText::Here { text, salt } = folder.private().read(sealed, LONGEST)? else {
                return Err(Failure::new("these words are not on this machine, or were erased"));
            };
            let text = String::from_utf8(text).map_err(|_| Failure::new("the sealed words are not text"))?;
            let salt = Digest::from_bytes(salt).hex();
            told(
                &mut folder,
                Act::Reveal(Reveal { sealed: *sealed, salt, text }),
                signing,
                world,
                "Public from now on.\n",
            )
        }
        Register::Erase { sealed, ground, signing, at } => {
            let mut folder = RegisterFolder::open(at, world)?;
            let erasure = Act::Erase(Erasure { sealed: *sealed, ground: ground.clone() });
            if folder.state(vec![erasure], signing, world)?.is_some() {
                folder.private().erase(sealed)?;
                answer(
                    "Erased here. The log keeps only a digest that nobody can guess; erase copies and backups too.\n",
                );
            }
            Ok(0)
        }
    }
}

fn show(folder: &RegisterFolder, only: Option<&str>) -> String {
    let register = &folder.register;
    let mut rows = Vec::new();
    let mut tally = std::collections::BTreeMap::<State, usize>::new();
    for entry in register.entries.values() {
        if only.is_some_and(|only| !entry.case.to_string().contains(only)) {
            continue;
        }
        let stand = entry.stand(folder.now, &register.body.times);
        *tally.entry(stand.state).or_default() += 1;
        rows.push((entry, stand));
    }
    // What needs somebody stands first.
    rows.sort_by(|(a, x), (b, y)| y.state.cmp(&x.state).then(a.case.cmp(&b.case)));
    let mut out = format!("{} as of {}\n", register.body.name, folder.now.date());
    let counts: Vec<String> = tally.iter().map(|(state, n)| format!("{n} {state}")).collect();
    let _ = writeln!(
        out,
        "{}\n",
        if counts.is_empty() { "No entries yet.".to_owned() } else { counts.join(", ") }
    );
    for (entry, stand) in rows {
        let decision = entry.decided.as_ref().map(|d| short('D', &d.logged.digest)).unwrap_or_default();
        let _ = writeln!(out, "{:<24} {}", stand.state.word(), cut(&entry.case.to_string(), WIDTH - 25));
        let until = stand.next.map(|d| format!("; changes on {d}")).unwrap_or_default();
        let _ = writeln!(out, "{:<24} {}", "", cut(&format!("{decision} {}{until}", stand.why), WIDTH - 25));
    }
    let today = folder.now.date();
    for closing in register.closures.iter().filter(|c| c.closure.until >= today) {
        if only.is_some_and(|only| !closing.case.to_string().contains(only)) {
            continue;
        }
        let what = if closing.closure.is_whole() { "closed" } else { "closed in part" };
        let line = format!("{} until {}", closing.case.subject, closing.closure.until);
        let _ = writeln!(out, "{what:<24} {}", cut(&line, WIDTH - 25));
    }
    for (_, imported) in register.imports.values() {
        if let Ok(foreign) = imported.read() {
            let line = format!("{}: {}", imported.body, foreign.question());
            let _ = writeln!(out, "{:<24} {}", "another body says", cut(&line, WIDTH - 25));
            let _ = writeln!(out, "{:<24} {}", "", cut(&foreign.standing(), WIDTH - 25));
        }
    }
    out
}

fn as_json(folder: &RegisterFolder, only: Option<&str>) -> Result<String, Failure> {
    let register = &folder.register;
    let mut out = String::new();
    for entry in register.entries.values() {
        if only.is_some_and(|only| !entry.case.to_string().contains(only)) {
            continue;
        }
        let stand = entry.stand(folder.now, &register.body.times);
        let line = serde_json::json!({ "entry": entry, "stand": stand });
        let _ = writeln!(out, "{}", serde_json::to_string(&line)?);
    }
    Ok(out)
}

/// The other body's own decisions that are not here yet.
fn imports(
    folder: &RegisterFolder,
    other: &Path,
    policy: &Path,
    subject: Option<&SubjectName>,
    world: &World,
) -> Result<Vec<Act>, Failure> {
    let text = subject::read(policy)?;
    let trusted = Policy::parse(&text)
        .map_err(|e| Failure::new(format!("{} cannot be used: {e}", policy.display())))?;
    let source: Box<dyn log::Source> = match register_remote::address(other) {
        Some(address) => Box::new(Remote::open(address, Some(policy), None, Asking::Network, world)?.source),
        None => {
            let root =
                if other.join(log::CHECKPOINT).exists() { other.to_owned() } else { other.join("log") };
            Box::new(log::Folder::new(Arc::new(Disk::new(root)), ""))
        }
    };
    let (checkpoint, leaves) = register_folder::read(&*source, &trusted)?;
    // Folded by our own rules: signatures, people, quorum, evidence. What does not hold there has closed
    // nothing, and is not taken in.
    let origin = checkpoint.checkpoint().origin().to_string();
    let theirs = register::Register::read(&origin, leaves.iter().cloned())?;
    let key = log_key(&text, &origin)?;
    let known = |leaf: &str, there: &There| {
        let same = |t: &There| (t.state, t.in_force) == (there.state, there.in_force);
        let mut imports = folder.register.imports.values();
        imports.any(|(_, i)| i.decision == leaf && i.there.as_ref().is_some_and(same))
    };
    let mut receipts = log::Receipts::new(&*source, &checkpoint);
    let mut acts = Vec::new();
    for review in theirs.reviews.values() {
        let Some(closed) = review.closed.as_ref().filter(|c| c.ruling.is_some()) else { continue };
        let Some(case) = &review.opening.case else { continue };
        // An emergency opened it: there is no opening leaf of its own to prove.
        let at = |index: u64| leaves.get(usize::try_from(index).unwrap_or(usize::MAX));
        let (Some(opening), Some(decision)) = (at(review.opened.index), at(closed.logged.index)) else {
            continue;
        };
        let opens = Leaf::read(opening).is_ok_and(|l| matches!(l.statement.act, Act::Open(_)));
        let decision_text = String::from_utf8_lossy(decision).into_owned();
        // As it stands there now: denied, suspended, overdue or replaced since, a grant is none.
        let entry = theirs.entries.get(case);
        let stand = theirs.stand(case, folder.now);
        // Broken glass is no listing: under it the register says no.
        let glass = entry.and_then(|e| e.glass.as_ref()).is_some_and(|g| stand.of == Some(g.logged.digest));
        let there = There {
            state: if glass { State::Suspended } else { stand.state },
            in_force: entry.and_then(|e| e.decided.as_ref()).is_some_and(|d| d.logged == closed.logged),
            as_of: folder.now,
            size: theirs.size,
        };
        if !opens || subject.is_some_and(|s| *s != case.subject) || known(&decision_text, &there) {
            continue;
        }
        acts.push(Act::Import(Box::new(Imported {
            log: key.clone(),
            body: theirs.body.name.clone(),
            opening: String::from_utf8_lossy(opening).into_owned(),
            opening_receipt: receipts.receipt(review.opened.index)?.to_string(),
            decision: decision_text,
            decision_receipt: receipts.receipt(closed.logged.index)?.to_string(),
            there: Some(there),
        })));
    }
    Ok(acts)
}

/// The verifier key of a log in a trust file.
fn log_key(policy: &[u8], origin: &str) -> Result<String, Failure> {
    let text = String::from_utf8_lossy(policy);
    text.lines()
        .filter_map(|line| line.strip_prefix("log "))
        .filter_map(|rest| rest.split_whitespace().next())
        .find(|key| key.starts_with(&format!("{origin}+")))
        .map(str::to_owned)
        .ok_or_else(|| Failure::new(format!("the trust file names no log {origin}")))
}

fn find_import(folder: &RegisterFolder, named: &str) -> Result<Digest, Failure> {
    let mut found = folder.register.imports.iter().filter(|(digest, (_, imported))| {
        digest.to_string() == named
            || imported
                .read()
                .is_ok_and(|f| f.case.subject.as_str() == named && f.decision.ruling == Ruling::Grant)
    });
    match (found.next(), found.next()) {
        (Some((digest, _)), None) => Ok(*digest),
        (None, _) => Err(Failure::new(format!("nothing imported is called `{named}`"))
            .next("`formulary register show` lists what other bodies say.")),
        _ => Err(Failure::new(format!("several imports are about `{named}`: name one by its digest"))),
    }
}
