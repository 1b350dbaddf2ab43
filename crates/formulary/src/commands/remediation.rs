//! `formulary remediation`: how fast known flaws were mended in a repository, measured.

use crate::{
    args::{Format, Remediation},
    history::{self, Wish},
    output::{Failure, answer},
    progress::Progress,
    subject::{self, Judge, Opened},
    world::World,
};

pub(crate) fn run(args: &Remediation, world: &World) -> Result<u8, Failure> {
    let progress = Progress::start();
    let judge = Judge::new(&args.judging, world)?;
    let Some(feeds) = judge.feeds.as_ref().filter(|_| judge.has_advisories()) else {
        return Err(Failure::new("no advisories are loaded, so no flaw is known to have been mended").next(
            "`formulary feeds import DIR` takes in a folder in OSV's export layout; `formulary feeds sync` fetches.",
        ));
    };
    let opened = subject::folder(&args.folder)?;
    progress.say(format!("reading the history of {}", args.folder.display()));
    let Opened::Folder { folder, .. } = &opened else {
        return Err(Failure::new(format!("{} is no folder", args.folder.display()))
            .next("Name the top folder of a git repository."));
    };
    let read = history::History::new(Wish::Read(None), world.cache.clone(), history::cores());
    let lockfiles = read.lockfiles(folder.root()).map_err(|why| {
        Failure::new(why).next("Name the top folder of a git repository that has at least one commit.")
    })?;
    let circumstances = judge.circumstances(&opened)?;
    let record = assess::remediation::measure(lockfiles, feeds, &circumstances, judge.as_of.date());
    match args.format {
        Format::Text => answer(&pages::remediation::text(&record)),
        Format::Json => answer(&format!("{}\n", serde_json::to_string(&record)?)),
        Format::Markdown => answer(&pages::remediation::markdown(&record)),
        Format::Html => answer(&pages::remediation::page(&record)),
        Format::Sarif => {
            return Err(Failure::new("a measure is no list of findings, which is what SARIF holds")
                .next("Ask for --format json, markdown or html."));
        }
    }
    Ok(0)
}
