//! What the log and a receipt are asked.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Where;

#[derive(Debug, Subcommand)]
pub(crate) enum Log {
    /// Verify a log, in a folder or at an address: every entry, tile and hash
    #[command(
        after_help = "Examples:\n  formulary log verify register/log\n  formulary log verify https://register.trust.example/log --policy trust.policy --known last-checkpoint"
    )]
    Verify {
        /// Folder or address of the log
        log: String,
        /// Who signs it (tlog-policy); else trust.policy beside the log
        #[arg(long, value_name = "FILE")]
        policy: Option<PathBuf>,
        /// A checkpoint you hold: a rollback or fork since then is reported
        #[arg(long, value_name = "FILE")]
        known: Option<PathBuf>,
        /// PEM file of certificate authorities to trust, instead of the system's
        #[arg(long, value_name = "FILE")]
        ca: Option<PathBuf>,
    },
    /// Add statements that others signed to the log
    Append {
        /// Files written with --to
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        at: Where,
    },
    /// Tell what is in the log, the newest last
    Show {
        /// Only the last this many
        #[arg(long, default_value_t = 30)]
        last: usize,
        #[command(flatten)]
        at: Where,
    },
    /// Print one entry whole, as it was logged
    Entry {
        /// Its index
        index: u64,
        #[command(flatten)]
        at: Where,
    },
    /// Write the receipt of an entry: a proof that anyone verifies offline
    Receipt {
        /// Its index
        index: u64,
        /// To this file, instead of the terminal
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
        #[command(flatten)]
        at: Where,
    },
    /// Write what OpenSSH needs to verify a signed statement: statement, signature, allowed_signers
    Signed {
        /// Index of the entry
        index: u64,
        /// Into this folder
        #[arg(long, default_value = ".")]
        into: PathBuf,
        #[command(flatten)]
        at: Where,
    },
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  formulary verify entry-12.tlog-proof --entry entry-12.json --policy trust.policy\n  formulary verify statements/12.vsa.dsse.json --policy trust.policy"
)]
pub(crate) struct Verify {
    /// The receipt (.tlog-proof), or a signed statement (.dsse.json)
    pub(crate) receipt: PathBuf,
    /// The entry that the receipt is about
    #[arg(long, value_name = "FILE")]
    pub(crate) entry: Option<PathBuf>,
    /// Who signs the log (tlog-policy)
    #[arg(long, value_name = "FILE", default_value = "trust.policy")]
    pub(crate) policy: PathBuf,
}
