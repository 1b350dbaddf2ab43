//! What the commands of the register take: body, attest, review, vote, decision, log, register, verify,
//! agenda.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
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
