//! What the register is asked for: pages, statements, seals, other registers, what falls due.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::{Date, SubjectName};

use super::{Signing, Where};

#[derive(Debug, Subcommand)]
pub(crate) enum Register {
    /// Show the register: every entry with its state today
    Show {
        /// Only entries whose subject holds this
        only: Option<String>,
        /// Form of the answer: text or json
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        at: Where,
    },
    /// Write the register as a static site: pages, JSON, CSV, feed, the log and receipts
    #[command(
        after_help = "Example:\n  formulary register site public      then open public/index.html, or put the folder on a web server\n\nOnly what is public is written: no sealed words, no names without consent. A second run writes only\nwhat changed."
    )]
    Site {
        /// Folder to write: new, empty, or written by this command before
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Make every page, also those whose entry has not changed since the last time
        #[arg(long)]
        anew: bool,
        #[command(flatten)]
        at: Where,
    },
    /// Write decisions as others read them: SLSA summary and own predicate in DSSE, OpenVEX, CycloneDX
    #[command(
        after_help = "Example:\n  formulary register statements --out statements\n  formulary verify statements/12.vsa.dsse.json --policy trust.policy\n\nSigned with the log's key. The same register gives the same bytes: a summary is dated by the day since\nwhich its state holds."
    )]
    Statements {
        /// Into this folder
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        #[command(flatten)]
        at: Where,
    },
    /// Write what opens the sealed scopes of a subject, for the team whose gates must know them
    #[command(
        after_help = "Example:\n  formulary register seals \"repository:Ward list\" --to seals.jsonl\n\nThe team keeps the file out of its repository and hands it to the gate: formulary check . --seals FILE."
    )]
    Seals {
        /// The subject
        subject: SubjectName,
        /// To this file
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        #[command(flatten)]
        at: Where,
    },
    /// Append what follows from dates: overdue, restricted, lapsed
    Tick {
        #[command(flatten)]
        at: Where,
    },
    /// Take in another body's decision, verified by its key and receipts; shown beside ours
    Import {
        /// Folder or address of the other register, its site or its log
        other: PathBuf,
        /// Who signs it (tlog-policy)
        #[arg(long, value_name = "FILE")]
        policy: PathBuf,
        /// Only this subject
        #[arg(long, value_name = "NAME")]
        subject: Option<SubjectName>,
        #[command(flatten)]
        signing: Signing,
        #[command(flatten)]
        at: Where,
    },
    /// Adopt an imported decision with one signature, the local parts restated
    Adopt {
        /// Digest of the import, or the subject's name
        import: String,
        /// The role that owns it here
        #[arg(long)]
        owner: String,
        /// What holds here
        #[arg(long)]
        local: String,
        /// What|who|by when|how shown (repeatable)
        #[arg(long = "obligation", value_name = "WHAT|WHO|DAY|SHOWN")]
        obligations: Vec<String>,
        /// The day by which it must be reviewed here
        #[arg(long)]
        review_on: Date,
        #[command(flatten)]
        signing: Signing,
        #[command(flatten)]
        at: Where,
    },
    /// Make sealed words public, e.g. after mending
    Reveal {
        /// Their digest
        sealed: domain::Digest,
        #[command(flatten)]
        signing: Signing,
        #[command(flatten)]
        at: Where,
    },
    /// Erase sealed words: the log keeps only their digest
    Erase {
        /// Their digest
        sealed: domain::Digest,
        /// The legal ground
        #[arg(long)]
        ground: String,
        #[command(flatten)]
        signing: Signing,
        #[command(flatten)]
        at: Where,
    },
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  formulary agenda                        the ten things that need you, oldest first\n  formulary agenda --person p-02 --html agenda.html --calendar agenda.ics"
)]
pub(crate) struct Agenda {
    /// For whom; else whose key you have
    #[arg(long)]
    pub(crate) person: Option<String>,
    /// Write it as a page
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Write it as a calendar
    #[arg(long, value_name = "FILE")]
    pub(crate) calendar: Option<PathBuf>,
    /// SSH key that says who you are
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) at: Where,
}
