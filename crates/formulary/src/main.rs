//! The command line: one file per command. Network, clock, environment and the user's folders are
//! read here and nowhere else, and handed to the crates below as values.

mod args;
mod commands;
mod http;
mod library;
mod output;
mod packs;
mod progress;
mod subject;
mod world;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let world = world::World::real();
    let arguments = match args::Arguments::try_parse_from(arguments()) {
        Ok(arguments) => arguments,
        Err(error) => {
            let failed = error.use_stderr();
            // Help that was asked for is an answer; anything else is a usage error, exit code 3.
            let _ = error.print();
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

/// `formulary` alone is `formulary check .`; `formulary PATH` is `formulary check PATH`.
fn arguments() -> Vec<std::ffi::OsString> {
    let mut given: Vec<_> = std::env::args_os().collect();
    if given.len() == 1 {
        given.extend(["check".into(), ".".into()]);
    }
    given
}
