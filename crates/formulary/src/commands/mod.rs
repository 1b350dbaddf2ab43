//! The commands, one file each.

mod agenda;
mod attest;
mod body;
mod case_text;
mod changes;
mod check;
mod ci;
mod closure;
mod comment;
mod compare;
mod completions;
mod decision;
mod estate;
mod feeds;
mod handling;
mod hook;
mod init;
mod log;
mod policy;
mod receive;
mod register;
mod remediation;
mod replay;
mod review;
mod site;
mod staged;
mod statements;
mod sync;
mod trip;
mod verify;
mod vote;
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
        Command::Closure(args) => closure::run(&args, world),
        Command::Estate(args) => estate::run(&args, world),
        Command::Init(args) => init::run(&args, world),
        Command::Why(args) => why::run(&args, world),
        Command::Who(args) => who::run(&args, world),
        Command::Remediation(args) => remediation::run(&args, world),
        Command::Compare(args) => compare::run(&args, world),
        Command::Changes(args) => changes::run(&args, world),
        Command::Replay(args) => replay::run(&args, world),
        Command::Feeds(args) => feeds::run(&args, world),
        Command::Policy(args) => policy::run(&args, world),
        Command::Hook(args) => hook::run(&args, world),
        Command::Comment(args) => comment::run(&args, world),
        Command::Ci { forge } => ci::run(forge),
        Command::Body(args) => body::run(&args, world),
        Command::Attest(args) => attest::run(&args, world),
        Command::Review(args) => review::run(&args, world),
        Command::Vote(args) => vote::run(&args, world),
        Command::Decision(args) => decision::run(&args, world),
        Command::Log(args) => log::run(&args, world),
        Command::Register(args) => register::run(&args, world),
        Command::Verify(args) => verify::run(&args),
        Command::Agenda(args) => agenda::run(&args, world),
        Command::Completions { shell } => completions::run(shell),
    }
}
