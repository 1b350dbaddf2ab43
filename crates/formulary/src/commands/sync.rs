//! `formulary feeds sync`: fetches what is new from the addresses that the body trusts.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

use feeds::{Outcome, SyncError, SyncOptions, Upstreams};

use crate::{
    http::Http,
    library,
    output::{Failure, answer},
    progress::Progress,
    subject,
    world::World,
};

pub(crate) fn run(
    upstreams: Option<&Path>,
    ecosystems: &[String],
    ca: Option<&Path>,
    feeds: Option<&PathBuf>,
    world: &World,
) -> Result<u8, Failure> {
    let library = library::folder(feeds, world)?;
    // The body's own addresses lie beside what is fetched from them.
    let beside = library.join("upstreams.toml");
    let named = upstreams.map(Path::to_path_buf).or_else(|| beside.is_file().then(|| beside.clone()));
    let addresses = match &named {
        None => Upstreams::shipped()?,
        Some(path) => {
            let text = String::from_utf8(subject::read(path)?)
                .map_err(|_| Failure::new(format!("{} is not UTF-8 text", path.display())))?;
            Upstreams::parse(&text)?.or(Upstreams::shipped()?)
        }
    };
    let options = SyncOptions { now: world.now, only: Some(ecosystems.to_vec()).filter(|e| !e.is_empty()) };
    let http = Http::new(ca)?;
    let progress = Progress::start();
    let report = feeds::sync(&library, &addresses, &options, &http, &mut |step| {
        progress.say(super::feeds::words(&step));
    })
    .map_err(|error| match error {
        SyncError::NoAddress { .. } => Failure::from(error).next(format!(
            "The file is {}, or another named with --upstreams. Without any address, `formulary feeds import \
             DIR` takes in a folder.",
            named.as_deref().unwrap_or(&beside).display()
        )),
        other => Failure::from(other),
    })?;
    drop(progress);
    let mut out = String::new();
    let mut failed = false;
    for (name, outcome) in &report.feeds {
        match outcome {
            Outcome::Updated(held) => super::feeds::line(&mut out, held, None),
            Outcome::Unchanged(held) => {
                let _ = writeln!(out, "{name:<18} unchanged, {} records", held.stamp.records);
            }
            Outcome::Failed(fault) => {
                failed = true;
                for (i, line) in pages::columns::wrap(&fault.to_string(), 80).into_iter().enumerate() {
                    let head = if i == 0 { format!("{name:<18} failed: ") } else { " ".repeat(19) };
                    let _ = writeln!(out, "{head}{line}");
                }
            }
        }
    }
    if failed {
        out.push_str("What failed stays as it was. Run it again to go on where it stopped.\n");
    }
    answer(&out);
    Ok(if failed { 3 } else { 0 })
}
