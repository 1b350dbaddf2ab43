//! The commands, one file each.

mod changes;
mod check;
mod ci;
mod comment;
mod compare;
mod completions;
mod feeds;
mod hook;
mod init;
mod policy;
mod receive;
mod replay;
mod staged;
mod sync;
mod what_if;
mod who;
mod why;

use crate::{
    args::{Arguments, Command},
    output::Failure,
    world::World,
};

/// Runs a command; the number is the exit code.
pub(crate) fn run(arguments: Arguments, world: &World) -> Result<u8, Failure> {
    match arguments.command {
        Command::Check(args) => check::run(&args, world),
        Command::Init(args) => init::run(&args, world),
        Command::Why(args) => why::run(&args, world),
        Command::Who(args) => who::run(&args, world),
        Command::Compare(args) => compare::run(&args, world),
        Command::Changes(args) => changes::run(&args, world),
        Command::Replay(args) => replay::run(&args, world),
        Command::Feeds(args) => feeds::run(&args, world),
        Command::Policy(args) => policy::run(&args, world),
        Command::Hook(args) => hook::run(&args, world),
        Command::Comment(args) => comment::run(&args, world),
        Command::Ci { forge } => ci::run(forge),
        Command::Completions { shell } => completions::run(shell),
    }
}
