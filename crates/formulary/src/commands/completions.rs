//! `formulary completions SHELL`: completions for a shell, on standard output.

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use crate::{
    args::Arguments,
    output::{Failure, answer},
};

pub(crate) fn run(shell: Shell) -> Result<u8, Failure> {
    let mut out = Vec::new();
    generate(shell, &mut Arguments::command(), "formulary", &mut out);
    answer(&String::from_utf8_lossy(&out));
    Ok(0)
}
