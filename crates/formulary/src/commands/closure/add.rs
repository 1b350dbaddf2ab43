//! `formulary closure add`: writes a closure, or says why it may not be.

use std::path::Path;

use assess::{closures::State, judge::Questions, observe::Own};
use domain::{ControlState, Date, Purpose, Visibility, closure::LastPublic};
use evidence::material::{Material as _, revision::Revision};
use formats::own::{
    DebtClosure,
    debt::{self, Debt},
    system::holds,
};
use pages::columns::{WIDTH, wrap};
use policy::closure::NOT_CURED;

use super::{Book, instructions};
use crate::{
    args::closure::Add,
    asking::{ask, may_ask},
    output::{Failure, answer},
    subject::{self, Judge, Opened},
    world::World,
};

pub(super) fn run(args: &Add, world: &World) -> Result<u8, Failure> {
    let folder = &args.folder;
    let judge = Judge::new(&args.judging, world)?;
    let today = judge.as_of.date();
    let book = Book::open(folder, &args.judging)?;
    let opened = subject::folder(folder)?;
    let it = asked(args, &book, today, last_public(args, &book, folder)?)?;
    if it.until <= today {
        return Err(Failure::new(format!("it would have ended on {}", it.until))
            .next("A closure ends: name a day after today with --until."));
    }
    // Through the reader of the file: what it refuses is not written.
    let before = book.text.clone().unwrap_or_else(|| Debt::default().to_toml());
    let text = format!("{}\n{}", before.trim_end(), it.to_toml());
    let debt = Debt::read(debt::FILE, text.as_bytes()).map_err(|invalid| {
        let whys: Vec<&str> = invalid.faults.iter().map(|fault| fault.why.as_str()).collect();
        Failure::new(whys.join("\n")).next(format!("Nothing was written to {}.", debt::FILE))
    })?;
    narrow(&it, &opened)?;
    let own = Own { debt: Some(debt), ..opened.own()? };
    let named = folder.display().to_string();
    let questions = Questions { use_: false, publish: true };
    let judged = judge.judge_as(&opened, &named, questions, &own)?;
    let assessment = &judged.assessment;
    let failed: Vec<&str> = NOT_CURED
        .into_iter()
        .filter(|control| {
            assessment.controls.iter().any(|c| c.id == *control && c.state == ControlState::NotMet)
        })
        .collect();
    if !failed.is_empty() {
        return Err(Failure::new(format!(
            "a closure does not cure {}: mend it, or retire the service",
            failed.join(", ")
        ))
        .next(format!(
            "Nothing was written. `formulary why {} --of {named}` says what is missing.",
            failed[0]
        )));
    }
    super::super::init::write(folder, debt::FILE, &text)?;
    let book = Book::open(folder, &args.judging)?;
    let rows = book.rows();
    let state = rows.iter().find(|row| row.id == it.id).map(|row| row.state(&rows, book.limit, today));
    answer(&format!(
        "Wrote closure `{}` into {}: {} until {}.\n",
        it.id,
        debt::FILE,
        state.map_or("recorded", State::word),
        it.until
    ));
    if state == Some(State::Holds) && !args.no_handling {
        instructions::write(&book, folder, today)?;
    }
    for verdict in assessment.verdicts.iter().filter(|v| v.purpose == Purpose::Publish) {
        answer(&format!("publish: {}\n", verdict.outcome));
        for told in pages::words::register(verdict) {
            for line in wrap(&told, WIDTH - 2) {
                answer(&format!("  {line}\n"));
            }
        }
    }
    if assessment.circumstances.visibility.value == Visibility::Public {
        answer(
            "It is declared public: close it before these two files are pushed. Closing does not undo what was\n\
             published; clones, forks and mirrors keep it.\n",
        );
    }
    Ok(0)
}

/// The closure as flags, answers and the repository's own files have it.
fn asked(
    args: &Add,
    book: &Book,
    today: Date,
    last_public: Option<LastPublic>,
) -> Result<DebtClosure, Failure> {
    let asking = may_ask(args.yes);
    let owner = book.system.owner.as_ref();
    let must = |what: &str, flag: &str, given: Option<String>, guess: Option<String>| {
        ask(asking, what, given, guess)?
            .ok_or_else(|| Failure::new(format!("a closure says {}: {flag}", lower(what))))
    };
    let number = (1..).find(|n| !book.debt.closures.iter().any(|c| c.id == format!("closure-{n}")));
    let id = must("A short name", "--id", args.id.clone(), number.map(|n| format!("closure-{n}")))?;
    let scope = if args.scope.is_empty() {
        let typed = must(
            "What it closes: folders or files, separated by commas, or the word `repository`",
            "--scope PATH, or --scope repository",
            None,
            None,
        )?;
        typed.split(',').map(|path| path.trim().to_owned()).collect()
    } else {
        args.scope.clone()
    };
    let attacker = must("Who would attack, with which means", "--attacker", args.attacker.clone(), None)?;
    let adds = must("What publication would add for that attacker", "--adds", args.adds.clone(), None)?;
    let harm = must("How that leads to harm", "--harm", args.harm.clone(), None)?;
    let reason = must(
        "Why it is necessary now, and why nothing narrower does",
        "--reason",
        args.reason.clone(),
        None,
    )?;
    let role = must(
        "The role that answers for it",
        "--owner, or an [owner] in formulary.toml",
        args.owner.clone(),
        owner.map(|o| o.role.clone()),
    )?;
    let contact = must(
        "How to reach that role",
        "--contact, or an [owner] in formulary.toml",
        args.contact.clone(),
        owner.filter(|o| args.owner.as_ref().is_none_or(|r| *r == o.role)).map(|o| o.contact.clone()),
    )?;
    let until = match args.until {
        Some(day) => day,
        None => must("The last day (a closure ends), like 2027-01-31", "--until DAY", None, None)?
            .parse()
            .map_err(|_| Failure::new("the last day is written like 2027-01-31"))?,
    };
    Ok(DebtClosure {
        id,
        attacker,
        publication_adds: adds,
        path_to_harm: harm,
        scope,
        owner: role,
        contact,
        reason,
        from: args.from.unwrap_or(today),
        until,
        ended: None,
        last_public,
        line: 0,
    })
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// The last public state: what was said, else the commit checked out where it is declared public.
fn last_public(args: &Add, book: &Book, folder: &Path) -> Result<Option<LastPublic>, Failure> {
    let visibility = args.judging.visibility.or(book.system.visibility);
    match &args.last_public {
        Some(text) => crate::history::last_public(folder, text).map(Some),
        None if visibility == Some(Visibility::Public) => {
            Ok(Revision::open(folder, "HEAD").ok().map(|head| LastPublic::Commit(head.id().to_owned())))
        }
        None => Ok(None),
    }
}

/// Paths are there, and do not add up to everything.
fn narrow(it: &DebtClosure, opened: &Opened) -> Result<(), Failure> {
    let Opened::Folder { folder, .. } = opened else { return Ok(()) };
    if it.is_whole() {
        return Ok(());
    }
    let files: Vec<&str> = folder.entries().iter().map(|entry| entry.path.as_str()).collect();
    let clean = |scope: &str| scope.trim_start_matches("./").trim_end_matches('/').to_owned();
    for scope in it.scope.iter().map(|s| clean(s)) {
        if !files.iter().any(|file| holds(&scope, file)) {
            return Err(Failure::new(format!("nothing lies in `{}`", pages::columns::cut(&scope, 60))).next(
                "Name a folder or file of this repository, from its root; or `repository` for all of it.",
            ));
        }
    }
    // Files of ours and of the forge are no reason to call the rest narrow.
    let counted = |file: &&&str| file.contains('/') && !file.starts_with('.');
    let own: Vec<&&str> = files.iter().filter(counted).collect();
    let all = own.len() > 1 && own.iter().all(|file| it.scope.iter().any(|s| holds(&clean(s), file)));
    if all {
        return Err(Failure::new(
            "these paths add up to every folder of the repository: that is no narrow scope",
        )
        .next("Name what the attacker would gain from alone, or say --scope repository and why not less."));
    }
    Ok(())
}
