//! `formulary check`: the explained verdict on one or several subjects.

use std::fmt::Write as _;

use assess::{alone, change, judge::Questions};
use domain::{Assessment, Outcome, Purpose, Subject, Visibility, circumstances::By};
use evidence::material::{Material as _, revision::Revision};
use pages::columns::{WIDTH, cut, wrap};

use crate::{
    args::{Check, Format},
    fingerprint_key::FingerprintKey,
    history::{self, Wish},
    output::{Failure, answer, remark},
    progress::Progress,
    subject::{self, Judge, Judged, Opened},
    world::World,
};

pub(crate) fn run(args: &Check, world: &World) -> Result<u8, Failure> {
    if args.staged {
        return super::staged::run(args, world);
    }
    let questions =
        Questions { use_: args.use_only || !args.publish_only, publish: args.publish_only || !args.use_only };
    let progress = Progress::start();
    let judge = Judge::new(&args.judging, world)?
        .last_public(args.last_public.clone())
        .forge_settings(args.forge_settings.as_deref())?;
    let mut codes = Vec::new();
    let mut failed = false;
    for named in &args.subjects {
        progress.say(format!("looking at {named}"));
        let result = subject::open(named).and_then(|opened| {
            let opened = opened.with_history(wish(args), world.cache.clone(), history::cores());
            let opened = opened.keyed(FingerprintKey::find(world)?);
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
        puzzled(named, &opened, &judged.assessment);
        unasked(named, &judged, questions)?;
        lowered(&opened, args);
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
        if args.subjects.len() == 1 {
            // The program ends here: to give thousands of values back one by one is a twentieth of its time.
            std::mem::forget((judged, opened));
        }
    }
    if failed {
        codes.push(3);
    }
    Ok(worst(&codes))
}

/// A tier on the command line stands before those that the file declares for its parts; where it is milder than
/// one, that is said.
fn lowered(opened: &Opened, args: &Check) {
    let (Some(tier), Ok(own)) = (args.judging.tier, opened.own()) else { return };
    let parts = own.system.iter().flat_map(|system| &system.parts);
    for part in parts.filter(|part| part.tier < tier) {
        remark(&format!(
            "warning: --tier {tier} stands before formulary.toml, which declares {} for part {}",
            part.tier,
            cut(&part.name, 40)
        ));
    }
}

/// A question that was asked and that no pack answers is never passed over: alone it is no answer, beside the
/// other it is said.
fn unasked(named: &str, judged: &Judged, questions: Questions) -> Result<(), Failure> {
    let answered = |purpose: Purpose| judged.packs.iter().any(|pack| pack.purpose() == purpose);
    let repository = matches!(judged.assessment.subject, Subject::Repository { .. });
    for (asked, other, purpose, words) in [
        (questions.use_, questions.publish, Purpose::Use, "used"),
        (questions.publish && repository, questions.use_, Purpose::Publish, "public"),
    ] {
        if !asked || answered(purpose) {
            continue;
        }
        let packs: Vec<String> = judged.packs.iter().map(|pack| pack.label()).collect();
        let said = format!(
            "no pack says whether {} may be {words}: `packs` in formulary.toml names {}",
            cut(named, 60),
            packs.join(", ")
        );
        if other {
            remark(&format!("warning: {said}"));
        } else {
            let next = format!("Ask the program's own as well: `--pack {}`.", purpose.word());
            return Err(Failure::new(said).next(next));
        }
    }
    Ok(())
}

/// What a reader may not expect of what was named, and how to name it so that it can be judged.
fn puzzled(named: &str, opened: &Opened, assessment: &Assessment) {
    let named = cut(named, 60);
    let text = match opened {
        Opened::Folder { folder, .. } if folder.entries().is_empty() => format!(
            "{named} holds no file that is looked at (what its ignore files name is not): name the folder of a \
             repository, a model or a dossier."
        ),
        Opened::File(_) if assessment.components.is_empty() => format!(
            "Nothing in {named} could be read as a lockfile, manifest or SBOM: name such a file (CycloneDX or \
             SPDX JSON for an SBOM), or the folder it lies in."
        ),
        Opened::Purl(purl) if purl.version().is_none() => {
            format!("{named} names no version: write {named}@VERSION to have that version judged.")
        }
        _ => return,
    };
    for line in wrap(&text, WIDTH) {
        remark(&line);
    }
}

/// Whether the history is read: where publication is asked; all of it where that alone is asked.
const fn wish(args: &Check) -> Wish {
    if args.no_history {
        Wish::Not(history::NOT_WISHED)
    } else if args.since.is_some() {
        Wish::Not("--since compares two trees")
    } else if args.publish_only {
        Wish::Read(None)
    } else {
        Wish::Read(Some(history::USUAL))
    }
}

/// Over several subjects: 1, then 3, then 2, then 0.
pub(super) fn worst(codes: &[u8]) -> u8 {
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
            for (title, lines) in conflicts(judged) {
                let _ = writeln!(text, "\n{title}:");
                for line in lines {
                    for (i, part) in wrap(&line, WIDTH - 4).into_iter().enumerate() {
                        let _ = writeln!(text, "{}{part}", if i == 0 { "  " } else { "    " });
                    }
                }
            }
            text.push_str(&hint(assessment, loaded));
            answer(&text);
        }
        Format::Json => answer(&format!("{}\n", serde_json::to_string(assessment)?)),
        Format::Sarif => {
            answer(&format!("{}\n", formats::sarif::write(assessment)));
        }
        Format::Markdown => {
            let mut text = pages::markdown::render(assessment);
            for (title, lines) in conflicts(judged) {
                let _ = write!(text, "\n{title}:\n\n");
                for line in lines {
                    let _ = writeln!(text, "- {line}");
                }
            }
            answer(&text);
        }
        Format::Html => answer(&pages::html::render(assessment, &conflicts(judged))),
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

/// Packs that answer one question differently: a heading, and both clauses with their dates.
fn conflicts(judged: &Judged) -> Vec<(String, Vec<String>)> {
    let mut out = Vec::new();
    let verdicts = &judged.assessment.verdicts;
    let pack = |label: &str| judged.packs.iter().find(|pack| pack.label() == label);
    for (i, one) in verdicts.iter().enumerate() {
        for other in &verdicts[i + 1..] {
            let (Some(a), Some(b)) = (pack(&one.pack), pack(&other.pack)) else { continue };
            let Some(conflict) = policy::conflict::conflict((a, one), (b, other)) else { continue };
            let part = one.part.as_ref().map(|p| format!(" of part {}", cut(p, 30))).unwrap_or_default();
            let title = format!(
                "Two packs disagree on {}{part}; which of them rules is for people to say",
                one.purpose.word()
            );
            let lines = [(&conflict.one, one), (&conflict.other, other)]
                .map(|(side, verdict)| clause(side, &judged.assessment, verdict))
                .to_vec();
            out.push((title, lines));
        }
    }
    out
}

/// One side of a conflict: the pack with its date and source, its answer, and the clauses behind it.
fn clause(side: &policy::conflict::Side, assessment: &Assessment, verdict: &domain::Verdict) -> String {
    const MOST: usize = 4;
    let mut by: Vec<String> =
        side.clauses.iter().take(MOST).map(|(control, clause)| format!("{control} ({clause})")).collect();
    if side.clauses.len() > MOST {
        by.push(format!("and {} more", side.clauses.len() - MOST));
    }
    let (outcome, meaning) = pages::words::answer(assessment, verdict);
    let by = match (by.is_empty(), verdict.outcome) {
        (false, _) => format!(", by {}", by.join("; ")),
        // Nothing in it refuses: what can be cited is the pack itself.
        (true, domain::Outcome::Allowed) => format!("{meaning}; none of its clauses stands against it"),
        (true, _) => String::new(),
    };
    format!("{} of {} ({}) says {outcome}{by}.", side.pack, side.date, side.source)
}

/// Judges only what changed since a revision: what is shown and the exit code are the change's alone.
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
    let before = Revision::open(folder.root(), revision).map_err(|error| {
        Failure::from(error).next(
            "Name a branch, tag or commit that this clone has: `git branch -a` and `git tag` list them. \
             A shallow clone (CI) must fetch it first.",
        )
    })?;
    let questions =
        Questions { use_: args.use_only || !args.publish_only, publish: args.publish_only || !args.use_only };
    let before = judge.judge(&Opened::Revision(before), named, questions)?.assessment;
    let after = &now.assessment;
    let changes = change::between(&before, after);
    let alone = alone::alone(&before, after, &changes, &now.packs);
    match args.format {
        Format::Json => {
            let report = alone::Report::new(revision, &before, after, &changes, &alone);
            answer(&format!("{}\n", serde_json::to_string(&report)?));
        }
        Format::Sarif => answer(&format!("{}\n", only_new(&formats::sarif::write(&alone))?)),
        Format::Text | Format::Markdown | Format::Html => {
            let sections = super::changes::sections(&changes);
            let change = pages::change::Change {
                alone: &alone,
                since: revision,
                nothing_worse: changes.nothing_worse(),
                sections: &sections,
            };
            answer(&match args.format {
                Format::Markdown => pages::markdown::render_change(&change),
                Format::Html => pages::html::render_change(&change),
                _ => pages::text::render_change(&change),
            });
        }
    }
    if changes.nothing_worse() {
        remark(&format!("Since {}: nothing is worse.", cut(revision, 60)));
        return Ok(0);
    }
    Ok(worst(&counted(&alone, args.publish_only).map(|v| v.outcome.exit_code()).collect::<Vec<_>>()))
}

/// A report in which every result is marked as new against the earlier revision.
fn only_new(report: &str) -> Result<String, Failure> {
    let mut report: serde_json::Value = serde_json::from_str(report)?;
    let runs = report["runs"].as_array_mut().into_iter().flatten();
    for result in runs.filter_map(|run| run["results"].as_array_mut()).flatten() {
        result["baselineState"] = "new".into();
    }
    Ok(report.to_string())
}
