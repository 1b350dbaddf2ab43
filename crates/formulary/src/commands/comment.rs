//! `formulary comment`: the one comment of a change request, edited in place.
//!
//! Two steps, so that a job which may write comments needs no code of the change: `--since` judges
//! and writes the comment; `--body` and `--existing` decide which request to make of the forge.
//! Where there is nothing to say, nothing is printed.

mod choose;
mod render;

use assess::{alone, change, judge::Questions};
use evidence::material::revision::Revision;

use crate::{
    args,
    output::{Failure, answer},
    subject::{self, Judge, Opened},
    world::World,
};

pub(crate) fn run(args: &args::Comment, world: &World) -> Result<u8, Failure> {
    let marker = choose::marker(args.label.as_deref())?;
    let said = match (&args.since, &args.body) {
        (Some(revision), None) => judged(args, revision, world)?,
        (None, Some(path)) => taken(&subject::read(path)?, &marker)?,
        _ => return Err(Failure::new("say --since REV to write a comment, or --body FILE to take one")),
    };
    let Some(existing) = &args.existing else {
        if let Some(said) = said {
            answer(&choose::whole(&marker, &said, None));
        }
        return Ok(0);
    };
    let listed: serde_json::Value = serde_json::from_slice(&subject::read(existing)?).map_err(|error| {
        Failure::new(format!("{} is no list of comments: {error}", existing.display())).next(
            "Write what the forge's interface answers when it lists the comments of the change request.",
        )
    })?;
    let request = choose::request(&listed, &marker, said.as_deref(), args.author.as_deref())?;
    answer(&format!("{}\n", serde_json::to_string(&request)?));
    Ok(0)
}

/// What there is to say about the change, if anything.
fn judged(args: &args::Comment, revision: &str, world: &World) -> Result<Option<String>, Failure> {
    let judge = Judge::new(&args.judging, world)?;
    let opened = subject::open(&args.folder)?;
    let Opened::Folder { folder, .. } = &opened else {
        return Err(
            Failure::new("a comment is about a change of a folder").next("Name the repository's folder.")
        );
    };
    let before = Revision::open(folder.root(), revision).map_err(|error| {
        Failure::from(error)
            .next("A shallow clone (CI) must fetch that revision first: git fetch origin BRANCH.")
    })?;
    let questions = Questions { use_: true, publish: true };
    let after = judge.judge(&opened, &args.folder, questions)?;
    let before = judge.judge(&Opened::Revision(before), &args.folder, questions)?.assessment;
    let changes = change::between(&before, &after.assessment);
    if changes.nothing_worse() {
        return Ok(None);
    }
    let alone = alone::alone(&before, &after.assessment, &changes, &after.packs);
    Ok(Some(render::render(&alone, &after.packs)))
}

/// The comment that an earlier job wrote; an empty file is nothing to say.
fn taken(bytes: &[u8], marker: &str) -> Result<Option<String>, Failure> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    choose::current(text, marker).map(Some).ok_or_else(|| {
        Failure::new("the body was not written by `formulary comment` with this label")
            .next("Write it with `formulary comment --since REV > FILE`.")
    })
}
