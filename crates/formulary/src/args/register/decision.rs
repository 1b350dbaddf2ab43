//! What a decision is given: grant, deny, confirm, closures, agreements.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use domain::{Date, SubjectName};

use super::{About, Signing, Where};

#[derive(Debug, Subcommand)]
pub(crate) enum Decision {
    /// Decide a case: the quorum, a rule or silence must stand behind it
    #[command(
        after_help = "Examples:\n  formulary decision make R-1a2b3c4d grant --reasons \"…\" --review-on 2027-11-01\n  formulary decision make R-1a2b3c4d decline --reasons \"…\" --alternative \"pkg:npm/other\" --existing-uses \"May run until 2027-03-31\" --review-on 2027-11-01"
    )]
    Make {
        /// Reviews (several: one signature)
        #[arg(required = true)]
        reviews: Vec<String>,
        /// grant or decline
        #[arg(value_enum)]
        ruling: RulingWord,
        /// Why
        #[arg(long)]
        reasons: String,
        /// The day by which it must be reviewed; else the longest the quorum rules allow
        #[arg(long)]
        review_on: Option<Date>,
        /// By silence after the comment period, instead of the quorum
        #[arg(long)]
        silence: bool,
        /// any, shared-care, or team:NAME (repeatable)
        #[arg(long = "who", value_name = "WHO")]
        who: Vec<String>,
        /// What|who|by when|how shown (repeatable)
        #[arg(long = "obligation", value_name = "WHAT|WHO|DAY|SHOWN")]
        obligations: Vec<String>,
        /// For a no: the listed alternative, or why there is none
        #[arg(long)]
        alternative: Option<String>,
        /// For a no: what happens to uses that exist
        #[arg(long)]
        existing_uses: Option<String>,
        #[command(flatten)]
        signing: Signing,
        #[command(flatten)]
        at: Where,
    },
    /// Stop new uses at once, with one signature; lapses unless confirmed
    Deny {
        /// Why
        #[arg(long)]
        reason: String,
        /// The clause it rests on
        #[arg(long)]
        clause: String,
        /// What happens to uses that exist
        #[arg(long)]
        existing_uses: String,
        /// The listed alternative, or why there is none
        #[arg(long)]
        alternative: String,
        #[command(flatten)]
        about: About,
        #[command(flatten)]
        signing: Signing,
        #[command(flatten)]
        at: Where,
    },
    /// Allow a use for some hours, with the signature of who is on call
    BreakGlass {
        /// Why waiting would harm
        #[arg(long)]
        reason: String,
        /// The clause it rests on
        #[arg(long)]
        clause: String,
        /// Who uses it
        #[arg(long)]
        team: String,
        /// How the risk is held meanwhile
        #[arg(long)]
        compensating: String,
        #[command(flatten)]
        about: About,
        #[command(flatten)]
        signing: Signing,
        #[command(flatten)]
        at: Where,
    },
    /// Close a repository at once because of a live secret or patients' data
    Close {
        /// secret or patient-data
        #[arg(long, value_enum)]
        cause: CauseWord,
        /// TOML file of the closure
        #[arg(long, value_name = "FILE")]
        closure: PathBuf,
        /// What must be mended, in order (repeatable)
        #[arg(long = "mend", required = true)]
        mending: Vec<String>,
        /// Why
        #[arg(long)]
        reason: String,
        /// The clause it rests on
        #[arg(long)]
        clause: String,
        #[command(flatten)]
        about: About,
        #[command(flatten)]
        signing: Signing,
        #[command(flatten)]
        at: Where,
    },
    /// Suspend an entry because a trip-wire of its decision was touched
    Trip {
        /// Which
        #[arg(value_enum)]
        wire: WireWord,
        /// The assessment that shows it
        #[arg(long, value_name = "FILE")]
        assessment: PathBuf,
        /// What touched it
        #[arg(long)]
        because: String,
        #[command(flatten)]
        about: About,
        #[command(flatten)]
        signing: Signing,
        #[command(flatten)]
        at: Where,
    },
    /// Say that an obligation of a decision was met
    Done {
        /// The decision (D-…)
        decision: String,
        /// Which obligation, from 1
        obligation: u16,
        /// How it is shown
        #[arg(long)]
        shown: String,
        #[command(flatten)]
        signing: Signing,
        #[command(flatten)]
        at: Where,
    },
    /// Sign one side of a shared-care agreement
    SharedCare {
        /// Which side you sign for
        #[arg(value_enum)]
        side: SideWord,
        /// The team that provides
        #[arg(long)]
        provider: String,
        /// The team that uses
        #[arg(long)]
        recipient: String,
        /// The role that patches
        #[arg(long)]
        patches: String,
        /// The role that monitors
        #[arg(long)]
        monitors: String,
        /// The role that answers when something goes wrong
        #[arg(long)]
        answers: String,
        /// The last day
        #[arg(long)]
        until: Date,
        #[command(flatten)]
        about: About,
        #[command(flatten)]
        signing: Signing,
        #[command(flatten)]
        at: Where,
    },
    /// Show a decision, and what state follows from it today
    Show {
        /// The decision (D-…), or what it is about
        what: String,
        #[command(flatten)]
        at: Where,
    },
    /// Write HANDLING_INSTRUCTIONS.md of a closed repository
    Handling {
        /// The repository
        subject: SubjectName,
        /// Into this folder
        #[arg(long, default_value = ".")]
        into: PathBuf,
        #[command(flatten)]
        at: Where,
    },
}

/// Grant or decline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RulingWord {
    /// What was asked for is granted
    Grant,
    /// It is not
    Decline,
}

/// Why a repository is closed at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CauseWord {
    /// A secret that works
    Secret,
    /// Patients' data
    PatientData,
}

/// A trip-wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum WireWord {
    /// A malicious-package record matches
    Malware,
    /// A flaw is known to be exploited
    Kev,
    /// The licence changed
    Licence,
    /// The owner is gone
    OwnerGone,
}

/// A side of an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SideWord {
    /// Who provides
    Provider,
    /// Who uses
    Recipient,
}
