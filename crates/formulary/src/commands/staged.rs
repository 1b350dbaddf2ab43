//! `formulary check --staged`: what the index would add, and nothing else. Fast enough to stand
//! before every commit: it reads the blobs that are staged, never the tree.

use std::{fmt::Write, path::Path};

use domain::{FindingKind, Outcome};
use evidence::incoming::{look, staged::Staged};
use pages::columns::{WIDTH, clean, cut, wrap};
use serde_json::json;

use crate::{
    args::{Check, Format, Otherwise},
    git_environment,
    landing::{self, Judged},
    library,
    output::{Failure, answer, remark},
    world::World,
};

pub(crate) fn run(args: &Check, world: &World) -> Result<u8, Failure> {
    let [folder] = &args.subjects[..] else {
        return Err(Failure::new("--staged judges the index of one repository").next("Name one folder."));
    };
    if !matches!(args.format, Format::Text | Format::Json) {
        return Err(Failure::new("what is staged is shown as text or json"));
    }
    look::prepare().map_err(Failure::new)?;
    let folder = Path::new(folder);
    let staged = Staged::open(folder, &git_environment::read())
        .map_err(|error| Failure::from(error).next("Nothing was judged, so nothing is allowed."))?;
    let incoming = staged.look(&|_| true)?;
    let (before, after) = staged.folders_around(&landing::names_components);
    let mut malware = Vec::new();
    if !after.is_empty() {
        match library::open(args.judging.feeds.as_ref(), world)? {
            Some(feeds) => malware = landing::malware(&before, &after, &feeds),
            None => remark("No advisories are loaded: components were not looked up for malware."),
        }
    }
    let judged = landing::judge(
        incoming,
        malware,
        &|path| staged.content(path),
        Some(folder),
        &landing::Register {
            named: args.judging.register.as_deref(),
            trust: args.judging.register_trust.as_deref(),
            seals: args.judging.seals.as_deref(),
            world,
        },
        args.judging.as_of.unwrap_or(world.now),
    )?;
    let outcome = judged.outcome(args.unread, Otherwise::Refuse);
    match args.format {
        Format::Json => answer(&format!("{}\n", as_json(&judged, outcome))),
        _ => answer(&text(&judged, outcome)),
    }
    Ok(outcome.exit_code())
}

fn text(judged: &Judged, outcome: Outcome) -> String {
    let mut out = String::new();
    let why = match outcome {
        Outcome::NotEvaluated => {
            pages::words::count(judged.unread.len(), "file could", "files could") + " not be looked into"
        }
        _ => judged.summary(),
    };
    let _ = writeln!(out, "Staged: {}: {why}.", outcome.word());
    const MOST: usize = 10;
    for one in judged.stopped.iter().take(MOST) {
        lines(&mut out, 2, &landing::what_and_where(one));
        for step in steps(one) {
            lines(&mut out, 4, &step);
        }
    }
    if judged.stopped.len() > MOST {
        let _ = writeln!(out, "  and {} more (--format json lists all)", judged.stopped.len() - MOST);
    }
    if let Some(finding) = judged.stopped.iter().map(|l| &l.finding).find(|f| f.kind != FindingKind::Malware)
    {
        lines(&mut out, 2, &landing::not_real(finding));
    }
    for unread in judged.unread.iter().take(MOST) {
        lines(
            &mut out,
            2,
            &format!("Not looked into: {} ({})", clean(&unread.place.to_string()), unread.why),
        );
    }
    if judged.unread.len() > MOST {
        let _ = writeln!(out, "  and {} more", judged.unread.len() - MOST);
    }
    if outcome == Outcome::NotEvaluated {
        lines(
            &mut out,
            2,
            "If you know what is in it, say --unread accept, or `git commit --no-verify` this once; else unstage it.",
        );
    }
    lines(&mut out, 2, &judged.tally());
    out
}

/// What to do about one fault, the first thing first.
fn steps(landing: &evidence::incoming::Landing) -> Vec<String> {
    let finding = &landing.finding;
    let unstage = finding
        .places
        .first()
        .map(|place| format!("git reset -q -- {}", quoted(&place.path)))
        .unwrap_or_else(|| "git reset -q".to_owned());
    let remedy = finding.remedy.as_deref().unwrap_or_default();
    match finding.kind {
        FindingKind::Secret => vec![
            format!("Remove it: unstage the file ({unstage}), take the value out, and stage it again."),
            format!("Rotate it if it ever left this machine: {remedy}"),
        ],
        FindingKind::PersonalData => vec![
            format!("Remove it: unstage the file ({unstage}) and take the number out."),
            remedy.to_owned(),
        ],
        _ => vec![format!("{remedy} Unstage it: {unstage}")],
    }
}

/// A path as a shell reads it.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    let path = clean(path);
    if !path.is_empty() && path.chars().all(plain) {
        path
    } else {
        format!("'{}'", path.replace('\'', "'\\''"))
    }
}

fn lines(out: &mut String, indent: usize, text: &str) {
    for (i, line) in wrap(text, WIDTH - indent - 2).into_iter().enumerate() {
        let _ = writeln!(out, "{:indent$}{}{line}", "", if i == 0 { "" } else { "  " });
    }
}

fn as_json(judged: &Judged, outcome: Outcome) -> serde_json::Value {
    json!({
        "schema": "formulary/landing/v1",
        "tool": crate::subject::TOOL,
        "outcome": outcome.word(),
        "stopped": judged.stopped.iter().map(|l| &l.finding).collect::<Vec<_>>(),
        "excepted": judged.excepted.iter().map(|l| &l.finding).collect::<Vec<_>>(),
        "unread": judged.unread.iter()
            .map(|u| json!({ "place": u.place, "why": cut(&u.why, 200) })).collect::<Vec<_>>(),
        "looked": judged.looked,
        "kept": judged.kept,
    })
}
