//! `formulary check`: the explained verdict on one or several subjects.

use assess::{change, judge::Questions};
use domain::{Assessment, Outcome, Purpose, Visibility, circumstances::By};
use evidence::material::revision::Revision;

use crate::{
    args::{Check, Format},
    output::{Failure, answer, remark},
    progress::Progress,
    subject::{self, Judge, Judged, Opened},
    world::World,
};

pub(crate) fn run(args: &Check, world: &World) -> Result<u8, Failure> {
    let questions =
        Questions { use_: args.use_only || !args.publish_only, publish: args.publish_only || !args.use_only };
    let progress = Progress::start();
    let judge = Judge::new(&args.judging, world)?;
    let mut codes = Vec::new();
    let mut failed = false;
    for named in &args.subjects {
        progress.say(format!("looking at {named}"));
        let result = subject::open(named).and_then(|opened| {
            let judged = judge.judge(&opened, named, questions)?;
            Ok((opened, judged))
        });
        let (opened, judged) = match result {
            Ok(done) => done,
            // One bad subject among several must not hide the others.
            Err(failure) if args.subjects.len() > 1 => {
                crate::output::failure(&failure);
                failed = true;
                continue;
            }
            Err(failure) => return Err(failure),
        };
        if args.subjects.len() > 1 && args.format == Format::Text {
            answer(&format!("{named}\n"));
        }
        if let Some(revision) = &args.since {
            codes.push(since(&judge, &opened, named, revision, &judged, args)?);
            continue;
        }
        show(&judged, args.format, judge.has_advisories())?;
        if args.format == Format::Text && args.subjects.len() > 1 {
            answer("\n");
        }
        codes.push(code(&judged.assessment, args.publish_only));
    }
    if failed {
        codes.push(3);
    }
    Ok(worst(&codes))
}

/// Over several subjects: 1, then 3, then 2, then 0.
fn worst(codes: &[u8]) -> u8 {
    [1, 3, 2].into_iter().find(|code| codes.contains(code)).unwrap_or(0)
}

/// The exit code of one assessment: publication counts if asked for, or if the repository is public.
pub(crate) fn code(assessment: &Assessment, publish_asked: bool) -> u8 {
    let counted: Vec<u8> = counted(assessment, publish_asked).map(|v| v.outcome.exit_code()).collect();
    // No question answered is no answer.
    if assessment.verdicts.is_empty() { 3 } else { worst(&counted) }
}

/// The verdicts that count.
fn counted(assessment: &Assessment, publish_asked: bool) -> impl Iterator<Item = &domain::Verdict> {
    let visibility = assessment.circumstances.visibility;
    let public = visibility.value == Visibility::Public && visibility.by != By::Assumed;
    assessment.verdicts.iter().filter(move |v| v.purpose == Purpose::Use || publish_asked || public)
}

fn show(judged: &Judged, format: Format, loaded: bool) -> Result<(), Failure> {
    let assessment = &judged.assessment;
    match format {
        Format::Text => {
            let mut text = pages::text::render(assessment);
            text.push_str(&conflicts(judged));
            text.push_str(&hint(assessment, loaded));
            answer(&text);
        }
        Format::Json => answer(&format!("{}\n", serde_json::to_string(assessment)?)),
        Format::Sarif => {
            answer(&format!("{}\n", formats::sarif::write(assessment)));
        }
        Format::Markdown => answer(&format!("{}{}", pages::markdown::render(assessment), conflicts(judged))),
        Format::Html => answer(&pages::html::render(assessment)),
    }
    Ok(())
}

/// What a newcomer needs next: feeds.
fn hint(assessment: &Assessment, loaded: bool) -> String {
    let blind = assessment.verdicts.iter().any(|v| v.outcome == Outcome::NotEvaluated);
    if blind && !loaded {
        "  No advisories are loaded: `formulary feeds import DIR` takes in a folder in OSV's export layout,\n  \
         `formulary feeds sync` fetches them from the addresses you name.\n"
            .to_owned()
    } else {
        String::new()
    }
}

/// Packs that answer one question differently, both clauses and dates.
fn conflicts(judged: &Judged) -> String {
    use std::fmt::Write;
    let mut out = String::new();
    let verdicts = &judged.assessment.verdicts;
    let pack = |label: &str| judged.packs.iter().find(|pack| pack.label() == label);
    for (i, one) in verdicts.iter().enumerate() {
        for other in &verdicts[i + 1..] {
            let (Some(a), Some(b)) = (pack(&one.pack), pack(&other.pack)) else { continue };
            let Some(conflict) = policy::conflict::conflict((a, one), (b, other)) else { continue };
            let _ = writeln!(
                out,
                "\nTwo packs disagree on {}; which of them rules is for people to say:",
                one.purpose.word()
            );
            for side in [&conflict.one, &conflict.other] {
                let clauses: Vec<String> = side
                    .clauses
                    .iter()
                    .take(4)
                    .map(|(control, clause)| format!("{control} ({clause})"))
                    .collect();
                let text = format!(
                    "{} of {} says {}{} {}",
                    side.pack,
                    side.date,
                    side.outcome,
                    if clauses.is_empty() { "." } else { ", by" },
                    clauses.join("; ")
                );
                for (i, line) in
                    pages::columns::wrap(&text, pages::columns::WIDTH - 4).into_iter().enumerate()
                {
                    let _ = writeln!(out, "{}{line}", if i == 0 { "  " } else { "    " });
                }
            }
        }
    }
    out
}

/// Judges only what changed since a revision: exit code 0 where nothing is worse.
fn since(
    judge: &Judge,
    opened: &Opened,
    named: &str,
    revision: &str,
    now: &Judged,
    args: &Check,
) -> Result<u8, Failure> {
    let Opened::Folder { folder, .. } = opened else {
        return Err(Failure::new("--since compares a folder with an earlier revision of it")
            .next("Name the folder of the git repository."));
    };
    let before = Revision::open(folder.root(), revision)?;
    let questions =
        Questions { use_: args.use_only || !args.publish_only, publish: args.publish_only || !args.use_only };
    let before = judge.judge(&Opened::Revision(before), named, questions)?;
    let changes = change::between(&before.assessment, &now.assessment);
    if args.format != Format::Text {
        show(now, args.format, judge.has_advisories())?;
    } else {
        answer(&super::changes::text(&changes));
    }
    if changes.nothing_worse() {
        remark(&format!("Since {}: nothing is worse.", pages::columns::cut(revision, 60)));
        return Ok(0);
    }
    Ok(worst(&worse(&now.assessment, &changes, args.publish_only)))
}

/// The exit codes of the reasons that the change brought or made worse; what was bad before and is
/// no worse does not stop it.
fn worse(assessment: &Assessment, changes: &change::Changes, publish_asked: bool) -> Vec<u8> {
    let controls: Vec<&str> = changes
        .controls
        .iter()
        .filter(|c| c.worse)
        .map(|c| c.control.split(" (").next().unwrap_or(&c.control))
        .collect();
    let counted = counted(assessment, publish_asked);
    counted
        .flat_map(|v| &v.reasons)
        .filter(|reason| {
            controls.contains(&reason.control.as_str())
                || changes.new_findings.iter().any(|f| reason.findings.contains(&f.fingerprint))
        })
        .map(|reason| reason.outcome.exit_code())
        .collect()
}
