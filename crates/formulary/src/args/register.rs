//! What the commands of the register take: body, attest, review, vote, decision, log, register, verify,
//! agenda.

mod decision;
mod log;
mod review;
mod site;

pub(crate) use self::{
    decision::{CauseWord, Decision, RulingWord, SideWord, WireWord},
    log::{Log, Verify},
    review::{Ask, Review, Vote},
    site::{Agenda, Register},
};

use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::{Date, SubjectName, Tier};

/// Which register.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Where {
    /// Folder of the register, instead of `.` or `./register`
    #[arg(long, value_name = "DIR")]
    pub(crate) register: Option<PathBuf>,
    /// The log's own key, instead of the one in your configuration folder
    #[arg(long, value_name = "FILE")]
    pub(crate) log_key: Option<PathBuf>,
    /// Add to a log whose last entry is more than 62 days old: the clock of this machine is right
    #[arg(long)]
    pub(crate) clock_is_right: bool,
}

/// Who signs, and where the signed statement goes.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Signing {
    /// SSH key to sign with (private, or the .pub of one in your agent)
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// Write the signed statement to this file for the keeper of the log, instead of adding it
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<PathBuf>,
    /// Keep what you say behind a digest: it is shown to nobody until revealed
    #[arg(long)]
    pub(crate) private: bool,
}

/// What is asked about.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct About {
    /// A package URL, repository:NAME, model:NAME or product:SUPPLIER/NAME@VERSION
    #[arg(long, value_name = "NAME")]
    pub(crate) subject: Option<SubjectName>,
    /// Tier of the use
    #[arg(long)]
    pub(crate) tier: Option<Tier>,
    /// Part of the system
    #[arg(long)]
    pub(crate) part: Option<String>,
    /// The publication of the repository, instead of its use
    #[arg(long)]
    pub(crate) publication: bool,
}

/// Terms that are proposed with a case: no decision goes further.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Proposed {
    /// Who may use it, as proposed: any, shared-care, or team:NAME (repeatable)
    #[arg(long = "who", value_name = "WHO")]
    pub(crate) who: Vec<String>,
    /// What is proposed as an obligation: what|who|by when|how shown (repeatable)
    #[arg(long = "obligation", value_name = "WHAT|WHO|DAY|SHOWN")]
    pub(crate) obligations: Vec<String>,
    /// The day by which it is to be reviewed, as proposed
    #[arg(long)]
    pub(crate) review_on: Option<Date>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Body {
    /// Make a register: the body, its people, roles, keys and quorum, as the first entry of a new log
    #[command(
        after_help = "Examples:\n  formulary body template > body.toml      then fill it in\n  formulary body init body.toml            makes ./register, signed with your key\n\nThe log's own key is made in your configuration folder; keep it safe and off shared machines."
    )]
    Init {
        /// The body, as `formulary body template` prints one
        file: PathBuf,
        /// Folder to make
        #[arg(long, default_value = "register", value_name = "DIR")]
        register: PathBuf,
        /// The log's own key, instead of one in your configuration folder
        #[arg(long, value_name = "FILE")]
        log_key: Option<PathBuf>,
        /// SSH key of the person who founds it
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
    /// Print a body to fill in
    Template,
    /// Show the body: people, roles, keys, quorum, packs
    Show {
        #[command(flatten)]
        at: Where,
    },
    /// Print the keys in OpenSSH's allowed_signers form
    Keys {
        #[command(flatten)]
        at: Where,
    },
    /// Ask for a change of people, roles, keys, packs, quorum or times: a review like any other
    #[command(
        after_help = "The file holds one [[change]] table each, e.g.\n  [[change]]\n  change = \"add-key\"\n  id = \"p-02\"\n  key = \"ssh-ed25519 AAAA…\"\n\nChanges: add-person, remove-person, set-roles, add-key, revoke-key, set-packs, set-quorum,\nset-times, rename, trust, set-hazards."
    )]
    Change {
        /// TOML file of changes
        file: PathBuf,
        /// Why
        #[arg(long)]
        reason: String,
        /// The role that owns it
        #[arg(long, default_value = "chair")]
        owner: String,
        #[command(flatten)]
        signing: Signing,
        #[command(flatten)]
        at: Where,
    },
    /// Revoke a key at once: its holder, the chair or security may
    Revoke {
        /// Fingerprint (SHA256:…)
        fingerprint: String,
        /// Why
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        signing: Signing,
        #[command(flatten)]
        at: Where,
    },
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  formulary attest owner-accepts --subject \"repository:Ward list\" --until 2027-03-01 --says \"Confirmed by e-mail to the register\"\n  formulary attest no-secret --subject \"repository:Ward list\" --scope sha256:9f… --until 2027-03-01 --says \"Rotated on 3 March, old key revoked\"\n  formulary attest practices --subject pkg:npm/left-pad@1.3.0 --audit audit.toml --until 2027-03-01 --says \"Audited\"\n\nAn audit file:\n  version = \"1.3.0\"\n  read = [\"index.js\"]\n  delta_from = \"1.2.0\"          # only the difference was read (optional)\n  fit_for = \"clinical\"\n  conclusion = \"Pure function, no input or output\"\n\nA safety file (clinical safety officer; give --version too):\n  version = \"2.1\"\n  report = \"safety-case.pdf\"    # files; their digests are bound\n  hazard_log = \"hazards.csv\"\n  registration = \"NMC 12A3456E, current until 2027-03\"\n  [[hazard]]\n  hazard = \"H1\"\n  severity = \"major\"\n  likelihood = \"very low\"\n  stated = 2"
)]
pub(crate) struct Attest {
    /// The control, e.g. owner-accepts, no-secret, safety-case
    pub(crate) control: String,
    /// What it is about
    #[arg(long, value_name = "NAME")]
    pub(crate) subject: SubjectName,
    /// What you state
    #[arg(long)]
    pub(crate) says: String,
    /// The last day it counts
    #[arg(long)]
    pub(crate) until: Date,
    /// The release it is bound to
    #[arg(long)]
    pub(crate) version: Option<String>,
    /// What exactly: a blob's digest, a finding's fingerprint, a component
    #[arg(long)]
    pub(crate) scope: Option<String>,
    /// An audit: TOML file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["safety", "document"])]
    pub(crate) audit: Option<PathBuf>,
    /// A safety case: TOML file
    #[arg(long, value_name = "FILE", conflicts_with = "document")]
    pub(crate) safety: Option<PathBuf>,
    /// A document that shows it: its digest is bound
    #[arg(long, value_name = "FILE")]
    pub(crate) document: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) signing: Signing,
    #[command(flatten)]
    pub(crate) at: Where,
}
