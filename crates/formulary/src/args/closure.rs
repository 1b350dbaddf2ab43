//! What `formulary closure` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::{Date, Timestamp};

use super::{Format, Judging};

/// Examples, for the help.
pub(crate) const EXAMPLES: &str = "Examples:\n  formulary closure add --id fraud-rules --scope src/fraud --until 2027-01-31 \\\n    --attacker \"Claimants who work in groups and share scripts\" \\\n    --adds \"The exact thresholds that are probed for today\" \\\n    --harm \"Claims just under each threshold are paid, out of patients' money\" \\\n    --reason \"Found in the review of March; the rest of the service is open\"\n  formulary closure list\n  formulary closure show fraud-rules --toml > closure.toml   for a register's review\n  formulary closure end fraud-rules                          opened again\n  formulary check . --publish                                what the closure makes of the answer\n\nA closure never cures a missing owner, a missing reporting route, flaws or slow remediation.";

#[derive(Debug, Subcommand)]
pub(crate) enum Closure {
    /// Write a closure into formulary.debt.toml, and HANDLING_INSTRUCTIONS.md with it
    #[command(after_help = EXAMPLES)]
    Add(Box<Add>),
    /// List the closures, what each is today, and the days it has left
    #[command(
        after_help = "Examples:\n  formulary closure list\n  formulary closure list ../ward-list --format json"
    )]
    List {
        /// Folder of the repository
        #[arg(default_value = ".")]
        folder: PathBuf,
        /// Form of the answer: text or json
        #[arg(long, value_enum, default_value_t)]
        format: Format,
        #[command(flatten)]
        judging: Judging,
    },
    /// Show one closure whole
    #[command(
        after_help = "Examples:\n  formulary closure show fraud-rules\n  formulary closure show fraud-rules --toml > closure.toml"
    )]
    Show {
        /// Its id
        id: String,
        /// Folder of the repository
        #[arg(default_value = ".")]
        folder: PathBuf,
        /// As the file that `formulary review open … --ask closure --closure FILE` takes
        #[arg(long)]
        toml: bool,
        #[command(flatten)]
        judging: Judging,
    },
    /// Record that a closure was ended: the code is open again
    #[command(
        after_help = "Example:\n  formulary closure end fraud-rules --on 2026-10-01\n\nThen `formulary check . --publish` re-reads the commits since it was last public."
    )]
    End {
        /// Its id
        id: String,
        /// Folder of the repository
        #[arg(default_value = ".")]
        folder: PathBuf,
        /// The day, instead of today
        #[arg(long, value_name = "DAY")]
        on: Option<Date>,
        /// Record as of this day or instant instead of now
        #[arg(long, value_name = "WHEN")]
        as_of: Option<Timestamp>,
    },
    /// Write HANDLING_INSTRUCTIONS.md anew from the closures in force; what people wrote in it stays
    Handling {
        /// Folder of the repository
        #[arg(default_value = ".")]
        folder: PathBuf,
        #[command(flatten)]
        judging: Judging,
    },
}

/// A closure to be written.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// Folder of the repository
    #[arg(default_value = ".")]
    pub(crate) folder: PathBuf,
    /// A short name for it, unique in the file
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// Who would attack, with which means
    #[arg(long, value_name = "TEXT")]
    pub(crate) attacker: Option<String>,
    /// What publication would add for that attacker
    #[arg(long, value_name = "TEXT")]
    pub(crate) adds: Option<String>,
    /// How that leads to harm
    #[arg(long, value_name = "TEXT")]
    pub(crate) harm: Option<String>,
    /// A folder or file it closes, or the word `repository` (repeatable)
    #[arg(long = "scope", value_name = "PATH")]
    pub(crate) scope: Vec<String>,
    /// The role that answers for it; else the owner in formulary.toml
    #[arg(long)]
    pub(crate) owner: Option<String>,
    /// How to reach that role
    #[arg(long)]
    pub(crate) contact: Option<String>,
    /// What made it necessary, and why nothing narrower does
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// The first day; else today
    #[arg(long, value_name = "DAY")]
    pub(crate) from: Option<Date>,
    /// The last day
    #[arg(long, value_name = "DAY")]
    pub(crate) until: Option<Date>,
    /// The last state that was public: a day or a revision; else HEAD, where it is declared public
    #[arg(long, value_name = "REV|DAY")]
    pub(crate) last_public: Option<String>,
    /// Leave HANDLING_INSTRUCTIONS.md as it is
    #[arg(long)]
    pub(crate) no_handling: bool,
    /// Ask nothing
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) judging: Judging,
}
