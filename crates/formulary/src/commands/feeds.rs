//! `formulary feeds import|sync|status|prune|verify`: reference data, taken in, fetched, shown, tidied,
//! checked.

use std::{fmt::Write, path::PathBuf};

use domain::{Date, Digest, FeedCoverage};
use feeds::{ImportOptions, Library, Progress as Step};

use crate::{
    args::Feeds,
    library,
    output::{Failure, answer},
    progress::Progress,
    subject,
    world::World,
};

pub(crate) fn run(args: &Feeds, world: &World) -> Result<u8, Failure> {
    match args {
        Feeds::Import { folder, coverage, as_of, replace, feeds } => {
            let options = ImportOptions {
                coverage: *coverage,
                as_of: *as_of,
                replace: *replace,
                ..ImportOptions::new(world.now)
            };
            import(folder, &options, feeds.as_ref(), world)
        }
        Feeds::Sync { upstreams, ecosystems, ca, feeds } => {
            super::sync::run(upstreams.as_deref(), ecosystems, ca.as_deref(), feeds.as_ref(), world)
        }
        Feeds::Prune { keep, dry_run, feeds } => prune(keep, *dry_run, feeds.as_ref(), world),
        Feeds::Verify { feeds } => verify(feeds.as_ref(), world),
        Feeds::Status { feeds, as_of } => status(feeds.as_ref(), *as_of, world),
    }
}

fn import(
    folder: &std::path::Path,
    options: &ImportOptions,
    into: Option<&PathBuf>,
    world: &World,
) -> Result<u8, Failure> {
    let library = library::folder(into, world)?;
    let progress = Progress::start();
    let report = feeds::import(folder, &library, options, &mut |step| {
        progress.say(words(&step));
    })
    .map_err(|error| Failure::from(error).next("What was loaded before stays as it was."))?;
    drop(progress);
    let mut out = String::new();
    for held in &report.imported {
        line(&mut out, held, None);
    }
    for (name, fault) in &report.failed {
        let text = format!("{name}: not imported, what was loaded stays: {fault}");
        for line in pages::columns::wrap(&text, pages::columns::WIDTH) {
            let _ = writeln!(out, "{line}");
        }
    }
    if report.imported.iter().any(|held| held.stamp.coverage == FeedCoverage::Partial)
        && options.coverage.is_none()
    {
        let _ = writeln!(
            out,
            "Taken as partial. If the folder holds everything its source publishes, say --coverage full."
        );
    }
    answer(&out);
    Ok(if report.failed.is_empty() { 0 } else { 3 })
}

pub(super) fn line(out: &mut String, held: &feeds::Held, today: Option<Date>) {
    let coverage = match held.stamp.coverage {
        FeedCoverage::Full => "full",
        FeedCoverage::Partial => "partial",
    };
    let date = held.stamp.as_of.date();
    let age = today
        .map(|today| {
            format!(
                ", {} old",
                pages::words::count(usize::try_from(today.days_since(date)).unwrap_or(0), "day", "days")
            )
        })
        .unwrap_or_default();
    let unread = if held.unread > 0 { format!(", {} not readable", held.unread) } else { String::new() };
    let _ = writeln!(
        out,
        "{:<18} as of {date}{age}, {coverage}, {} records{unread}",
        held.stamp.name, held.stamp.records
    );
}

fn status(given: Option<&PathBuf>, as_of: Option<Date>, world: &World) -> Result<u8, Failure> {
    let folder = library::folder(given, world)?;
    let feeds = library::open(Some(&folder).filter(|f| f.exists()), world)?;
    let today = as_of.unwrap_or_else(|| world.now.date());
    let mut out = String::new();
    let mut any = false;
    if let Some(feeds) = feeds.filter(|_| folder.exists()) {
        for held in feeds.held() {
            any = true;
            line(&mut out, held, Some(today));
        }
        for (name, why) in feeds.damaged() {
            let _ = writeln!(out, "{name:<18} damaged: {} (import it again)", pages::columns::cut(why, 60));
        }
    }
    if !any {
        let _ = writeln!(
            out,
            "No feeds are loaded in {}.\nTake some in with `formulary feeds import DIR`, or fetch them with \
             `formulary feeds sync`.",
            folder.display()
        );
    }
    answer(&out);
    Ok(0)
}

/// Removes what newer feeds superseded, but for what kept assessments name.
fn prune(keep: &[PathBuf], dry_run: bool, given: Option<&PathBuf>, world: &World) -> Result<u8, Failure> {
    let library = existing(given, world)?;
    // A kept assessment that cannot be read ends it: what it names must not be removed.
    let mut named: Vec<Digest> = Vec::new();
    for path in assessments(keep)? {
        named.extend(subject::kept(&path)?.feeds.iter().map(|stamp| stamp.digest));
    }
    named.sort_unstable();
    named.dedup();
    let pruned = if dry_run { library.superseded(&named)? } else { library.prune(&named)? };
    let mut out = String::new();
    let word = if dry_run { "would be removed" } else { "removed" };
    for digest in &pruned.removed {
        let _ = writeln!(out, "{word}: {digest}");
    }
    for digest in &pruned.kept {
        let _ = writeln!(out, "kept, an assessment names it: {digest}");
    }
    let _ = writeln!(
        out,
        "{} {word}, {} kept for assessments; the current feeds stay.",
        pages::words::count(pruned.removed.len(), "superseded feed", "superseded feeds"),
        pruned.kept.len()
    );
    answer(&out);
    Ok(0)
}

/// The files named, and those directly in the folders named.
fn assessments(named: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut out = Vec::new();
    for path in named {
        if !path.is_dir() {
            out.push(path.clone());
            continue;
        }
        let cannot = |error| Failure::new(format!("cannot read {}: {error}", path.display()));
        for entry in std::fs::read_dir(path).map_err(cannot)? {
            let file = entry.map_err(cannot)?.path();
            if file.extension().is_some_and(|end| end == "json") {
                out.push(file);
            }
        }
    }
    out.sort();
    Ok(out)
}

/// Reads every current feed whole.
fn verify(given: Option<&PathBuf>, world: &World) -> Result<u8, Failure> {
    let library = existing(given, world)?;
    let damaged = library.verify()?;
    let feeds = library::open_at(library.root())?;
    let mut out = String::new();
    for held in feeds.held() {
        let state = if damaged.contains(&held.stamp.name) {
            "damaged: its bytes are not those of its digest"
        } else {
            "intact"
        };
        let _ = writeln!(out, "{:<18} {state}", pages::columns::cut(&held.stamp.name, 40));
    }
    if damaged.is_empty() {
        let all = pages::words::count(feeds.held().count(), "feed", "feeds");
        let _ = writeln!(out, "{all} as written.");
    } else {
        out.push_str(
            "Import what is damaged again: `formulary feeds import DIR`, or `formulary feeds sync`.\n",
        );
    }
    answer(&out);
    Ok(if damaged.is_empty() { 0 } else { 3 })
}

/// The library, which must be there.
fn existing(given: Option<&PathBuf>, world: &World) -> Result<Library, Failure> {
    let folder = library::folder(given, world)?;
    if !folder.is_dir() {
        return Err(Failure::new(format!("no feeds are loaded: there is no folder {}", folder.display()))
            .next("Take some in with `formulary feeds import DIR`, or name their folder with --feeds."));
    }
    Ok(Library::at(&folder))
}

/// What is being done, for a person who waits.
pub(super) fn words(step: &Step) -> String {
    match step {
        Step::Waiting => "another process writes to the feeds: waiting for it".to_owned(),
        Step::Found { feeds } => pages::words::count(*feeds, "feed found", "feeds found"),
        Step::Reading { feed, done, total } => format!("{feed}: {done} of {total} records"),
        Step::Done { feed, records } => format!("{feed}: {records} records"),
        Step::Failed { feed } => format!("{feed}: could not be taken in"),
        Step::Fetching { feed, done, total: Some(total) } => format!("{feed}: {done} of {total} fetched"),
        Step::Fetching { feed, done, total: None } => format!("{feed}: {done} fetched"),
    }
}
