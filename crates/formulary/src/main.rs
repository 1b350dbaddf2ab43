//! The command line: one file per command. Network, clock, environment and the user's folders are
//! read here and nowhere else, and handed to the crates below as values.

mod args;
mod asking;
mod clones;
mod commands;
mod fingerprint_key;
mod git_environment;
mod history;
mod http;
mod landing;
mod library;
mod log_source;
mod output;
mod packs;
mod progress;
mod register_folder;
mod register_lookup;
mod register_remote;
mod register_seen;
mod reopening;
mod seals;
mod signer;
mod standing;
mod subject;
mod world;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

fn main() -> ExitCode {
    let world = match world::World::real() {
        Ok(world) => world,
        Err(failure) => {
            output::failure(&failure);
            return ExitCode::from(3);
        }
    };
    let arguments = match args::Arguments::try_parse_from(arguments()) {
        Ok(arguments) => arguments,
        Err(error) => {
            let failed = error.use_stderr();
            // Help that was asked for is an answer; anything else is a usage error, exit code 3.
            if failed {
                output::usage(&error.render().to_string());
            } else {
                let _ = error.print();
            }
            return ExitCode::from(if failed { 3 } else { 0 });
        }
    };
    match commands::run(arguments, &world) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            output::failure(&failure);
            ExitCode::from(3)
        }
    }
}

/// `formulary` alone is `formulary check .`; `formulary PATH` is `formulary check PATH`, where PATH is
/// no command and something of that name is there, or a package URL.
fn arguments() -> Vec<std::ffi::OsString> {
    let mut given: Vec<_> = std::env::args_os().collect();
    if given.len() == 1 {
        given.extend(["check".into(), ".".into()]);
        return given;
    }
    let first = given[1].to_string_lossy().into_owned();
    let known =
        args::Arguments::command().get_subcommands().any(|c| c.get_name() == first) || first == "help";
    let subject =
        first.starts_with("pkg:") || (!first.starts_with('-') && std::path::Path::new(&first).exists());
    if !known && subject {
        given.insert(1, "check".into());
    }
    given
}
