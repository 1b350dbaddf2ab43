//! What a review is asked, and what people say on it: open, add, withdraw, show; votes.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use domain::Date;

use super::{About, Proposed, Signing, Where};

#[derive(Debug, Subcommand)]
pub(crate) enum Review {
    /// Put a case to the committee: what is missing is listed, and the clock starts now
    #[command(
        after_help = "Examples:\n  formulary check . --format json > assessment.json\n  formulary review open assessment.json --reason \"Release 2.1\" --owner \"Ward systems team\"\n  formulary review open assessment.json --ask publication --reason \"Open by default\" --owner \"Ward systems team\"\n  formulary review open assessment.json --ask closure --closure closure.toml --reason \"…\" --owner \"…\"\n\nA closure file: attacker, publication_adds, path_to_harm (a sentence or two each), scope = [\"src/rules\"],\nowner, contact, until."
    )]
    Open {
        /// The assessment (JSON of `formulary check`)
        assessment: Option<PathBuf>,
        /// What is asked
        #[arg(long, value_enum, default_value_t = Ask::Use)]
        ask: Ask,
        /// Why
        #[arg(long)]
        reason: String,
        /// The role that will own the outcome
        #[arg(long)]
        owner: String,
        /// The control, for an exception
        #[arg(long)]
        control: Option<String>,
        /// A finding, component or path, for an exception
        #[arg(long)]
        scope: Option<String>,
        /// The last day, for an exception
        #[arg(long)]
        until: Option<Date>,
        /// TOML file, for a closure
        #[arg(long, value_name = "FILE")]
        closure: Option<PathBuf>,
        /// The decision (D-…, or its digest), for an appeal
        #[arg(long)]
        decision: Option<String>,
        /// A supplier or team whose interest excludes members (repeatable)
        #[arg(long = "interest", value_name = "NAME")]
        interests: Vec<String>,
        #[command(flatten)]
        proposed: Box<Proposed>,
        #[command(flatten)]
        about: About,
        #[command(flatten)]
        signing: Signing,
        #[command(flatten)]
        at: Where,
    },
    /// Renew the evidence of an open case: votes on another basis go stale
    Renew {
        /// The review
        review: String,
        /// The assessment
        assessment: PathBuf,
        #[command(flatten)]
        signing: Signing,
        #[command(flatten)]
        at: Where,
    },
    /// List reviews, the oldest first
    List {
        /// Closed ones too
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        at: Where,
    },
    /// Show a case: evidence, positions, concerns, whom it waits for, the clock
    Show {
        /// The review
        review: String,
        #[command(flatten)]
        at: Where,
    },
    /// Answer somebody's concern
    Answer {
        /// The review
        review: String,
        /// Whose concern
        #[arg(long)]
        concern_of: String,
        /// The answer
        #[arg(long)]
        says: String,
        #[command(flatten)]
        signing: Signing,
        #[command(flatten)]
        at: Where,
    },
    /// Say that the answer settles your concern
    Settle {
        /// The review
        review: String,
        #[command(flatten)]
        signing: Signing,
        #[command(flatten)]
        at: Where,
    },
    /// Vote to overrule a concern that was answered
    Overrule {
        /// The review
        review: String,
        /// Whose concern
        #[arg(long)]
        concern_of: String,
        /// Why it does not hold
        #[arg(long)]
        says: String,
        #[command(flatten)]
        signing: Signing,
        #[command(flatten)]
        at: Where,
    },
    /// Take a case back
    TakeBack {
        /// The review
        review: String,
        /// Why
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        signing: Signing,
        #[command(flatten)]
        at: Where,
    },
    /// Write the board paper of a case, in Markdown
    Paper {
        /// The review
        review: String,
        #[command(flatten)]
        at: Where,
    },
}

/// What a review asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ask {
    /// That it may be used
    Use,
    /// That it may be, or stay, public
    Publication,
    /// That it stays closed, narrowly and for a time
    Closure,
    /// That one control is set aside
    Exception,
    /// Other terms for an entry
    Change,
    /// That an entry ends
    Removal,
    /// That other people look at a decision
    Appeal,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  formulary vote R-1a2b3c4d agree\n  formulary vote R-1a2b3c4d concern --clause INB-02 --says \"Nobody monitors it; name who does\"\n  formulary vote R-1a2b3c4d R-5e6f7a8b agree          several cases, one signature\n  formulary vote R-1a2b3c4d agree-with-obligations --obligation \"Test the export|Ward systems team|2027-01-31|a signed test report\""
)]
pub(crate) struct Vote {
    /// Reviews, then the position: agree, agree-with-obligations, no-objection, concern, abstain, recuse
    #[arg(required = true, num_args = 2..)]
    pub(crate) words: Vec<String>,
    /// Why; a concern says what would answer it
    #[arg(long)]
    pub(crate) says: Option<String>,
    /// The clause or control a concern rests on
    #[arg(long)]
    pub(crate) clause: Option<String>,
    /// What|who|by when|how shown (repeatable)
    #[arg(long = "obligation", value_name = "WHAT|WHO|DAY|SHOWN")]
    pub(crate) obligations: Vec<String>,
    /// The interest, for a recusal
    #[arg(long)]
    pub(crate) interest: Option<String>,
    #[command(flatten)]
    pub(crate) signing: Signing,
    #[command(flatten)]
    pub(crate) at: Where,
}
