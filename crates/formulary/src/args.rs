//! What the command line takes. Each command's logic is in its own file under `commands`.

pub(crate) mod closure;
pub(crate) mod estate;
pub(crate) mod register;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::{Date, Deployment, Exposure, FeedCoverage, Tier, Timestamp, Visibility};

/// May this be used, may this be public, and why: one explained answer, offline.
#[derive(Debug, Parser)]
#[command(
    name = "formulary",
    version,
    about,
    after_help = "Examples:\n  formulary                       judge the folder you stand in\n  formulary check web/package-lock.json --tier clinical\n  formulary check pkg:npm/lodash@4.17.15\n  formulary why lodash            the rule, the evidence, the line, the remedy\n  formulary init                  record today's debt, so that the next change is judged on its own\n\nExit codes: 0 allowed or conditional, 1 refused, 2 referred, 3 could not evaluate, or an error."
)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge a folder, repository, lockfile, SBOM, model, dossier or package URL
    Check(Check),
    /// Write formulary.toml and record today's debt, with owners and ends
    Init(Init),
    /// Keep code closed, narrowly and for a time; list, show and end closures
    #[command(subcommand, after_help = closure::EXAMPLES)]
    Closure(closure::Closure),
    /// Judge many repositories at once: one table, what to do first, whom to write to
    Estate(estate::Estate),
    /// Explain a component, a finding or a control
    Why(Why),
    /// Say who patches, monitors and answers for a component
    Who(Who),
    /// Measure how fast known flaws were mended, from the lockfiles' history
    Remediation(Remediation),
    /// Put two subjects, open or closed, into one table of controls
    Compare(Compare),
    /// Say what changed between two states of one subject
    Changes(Changes),
    /// Judge a kept assessment again, from its own evidence or from the material
    Replay(Replay),
    /// Import, fetch and show reference data: advisories, exploited flaws, end of life
    #[command(
        subcommand,
        after_help = "Examples:\n  formulary feeds import export/ --coverage full\n  formulary feeds sync --upstreams hospital.toml --ecosystem npm\n  formulary feeds status\n  formulary feeds prune --keep assessments/ --dry-run\n  formulary feeds verify"
    )]
    Feeds(Feeds),
    /// Show, test and try out the packs of controls
    #[command(
        subcommand,
        after_help = "Examples:\n  formulary policy list use\n  formulary policy show flaw-overdue\n  formulary policy test my-pack/\n  formulary policy what-if my-pack/ assessments/*.json"
    )]
    Policy(Policy),
    /// Install, remove and run the git hooks that stop a secret from landing
    #[command(subcommand)]
    Hook(Hook),
    /// Write the one comment of a change request: only what the change introduces
    Comment(Comment),
    /// Print a ready-made job file for a forge's CI
    #[command(
        after_help = "Examples:\n  formulary ci github > .github/workflows/formulary.yml\n  formulary ci gitlab > .gitlab-ci.yml"
    )]
    Ci {
        /// Which forge
        #[arg(value_enum)]
        forge: Forge,
    },
    /// Make and change the body that governs: people, roles, keys, quorum
    #[command(subcommand)]
    Body(register::Body),
    /// Sign what only a person knows, with an end
    Attest(register::Attest),
    /// Put cases to the committee and carry them to a decision
    #[command(subcommand)]
    Review(register::Review),
    /// Take a position on cases
    Vote(register::Vote),
    /// Decide cases; deny, break glass or close with one signature
    #[command(subcommand)]
    Decision(register::Decision),
    /// Verify the log, add to it, show it, write receipts
    #[command(subcommand)]
    Log(register::Log),
    /// Show the register, let dates act, take in other bodies' decisions
    #[command(subcommand)]
    Register(register::Register),
    /// Verify a receipt offline
    Verify(register::Verify),
    /// Say what needs one person, oldest first
    Agenda(register::Agenda),
    /// Print completions for a shell
    #[command(
        after_help = "Examples:\n  formulary completions bash > ~/.local/share/bash-completion/completions/formulary\n  formulary completions fish > ~/.config/fish/completions/formulary.fish"
    )]
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

/// The form an answer takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a terminal, at most 100 columns
    #[default]
    Text,
    /// The assessment, one line each
    Json,
    /// SARIF 2.1.0, for code-scanning screens
    Sarif,
    /// For a change request or ticket
    Markdown,
    /// One self-contained page
    Html,
}

/// How a subject is judged; the same for every command that judges one.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Judging {
    /// Tier of the use: clinical, operational, infrastructure, research
    #[arg(long)]
    pub(crate) tier: Option<Tier>,
    /// How reachable the system is
    #[arg(long, value_parser = exposure)]
    pub(crate) exposure: Option<Exposure>,
    /// Whether the repository is public
    #[arg(long, value_parser = visibility)]
    pub(crate) visibility: Option<Visibility>,
    /// How the software reaches its users
    #[arg(long, value_parser = deployment)]
    pub(crate) deployment: Option<Deployment>,
    /// Judge as of this day or instant instead of now, e.g. 2026-08-22
    #[arg(long, value_name = "WHEN")]
    pub(crate) as_of: Option<Timestamp>,
    /// Folder of the feeds, instead of the user's own
    #[arg(long, value_name = "DIR")]
    pub(crate) feeds: Option<PathBuf>,
    /// Folder or address of a register whose decisions count (or FORMULARY_REGISTER)
    #[arg(long, value_name = "DIR|URL")]
    pub(crate) register: Option<PathBuf>,
    /// Who signs the register's log (tlog-policy), for an address (or FORMULARY_REGISTER_TRUST)
    #[arg(long, value_name = "FILE")]
    pub(crate) register_trust: Option<PathBuf>,
    /// PEM file of certificate authorities to trust for the register's address
    #[arg(long, value_name = "FILE")]
    pub(crate) register_ca: Option<PathBuf>,
    /// What opens sealed scopes of this subject (`formulary register seals`)
    #[arg(long, value_name = "FILE")]
    pub(crate) seals: Option<PathBuf>,
    /// Judge with this pack too: a name, or the folder of a pack (repeatable)
    #[arg(long = "pack", value_name = "PACK")]
    pub(crate) packs: Vec<String>,
    /// Tell from this clone whether a component is kept up, e.g. pkg:npm/lodash=../lodash (repeatable)
    #[arg(long = "clone", value_name = "PURL=DIR")]
    pub(crate) clones: Vec<String>,
    /// Take the findings of this SARIF report in, with owner and deadline (repeatable)
    #[arg(long = "findings", value_name = "REPORT")]
    pub(crate) reports: Vec<PathBuf>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  formulary check .                            both questions about this repository\n  formulary check . --use --tier clinical      may it be used where it influences care?\n  formulary check . --publish                  may it be public?\n  formulary check . --publish --last-public v1.4   may it be opened again, and what is new since?\n  formulary check . --since main               only what this change makes worse\n  formulary check sbom.json --format markdown  for a ticket"
)]
pub(crate) struct Check {
    /// Folders, files or package URLs
    #[arg(default_value = ".")]
    pub(crate) subjects: Vec<String>,
    /// Answer only: may it be used? (with --publish: both, and both count)
    #[arg(long = "use")]
    pub(crate) use_only: bool,
    /// Answer only: may it be public? (counts in the exit code)
    #[arg(long = "publish")]
    pub(crate) publish_only: bool,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Leave the git history unread: what it holds is then unknown
    #[arg(long)]
    pub(crate) no_history: bool,
    /// Judge only what changed since this git revision
    #[arg(long, value_name = "REV")]
    pub(crate) since: Option<String>,
    /// Re-read what was committed since this last public state: a day or a revision
    #[arg(long, value_name = "REV|DAY", conflicts_with_all = ["since", "staged", "no_history"])]
    pub(crate) last_public: Option<String>,
    /// Settings of the forge as exported (JSON), instead of formulary.forge.json
    #[arg(long, value_name = "FILE", conflicts_with = "staged")]
    pub(crate) forge_settings: Option<PathBuf>,
    /// Judge only what is staged: would it land a secret, a person's identifier or malware?
    #[arg(long, conflicts_with_all = ["since", "use_only", "publish_only"])]
    pub(crate) staged: bool,
    /// With --staged: what follows from a file that cannot be looked into
    #[arg(long, value_enum, default_value_t, requires = "staged")]
    pub(crate) unread: Otherwise,
    #[command(flatten)]
    pub(crate) judging: Judging,
}

/// What follows where something could not be looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Otherwise {
    /// It is stopped: nobody looked
    #[default]
    Refuse,
    /// It passes, and the answer says that nobody looked
    Accept,
}

/// A forge whose CI a job file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Forge {
    /// GitHub Actions
    Github,
    /// GitLab CI
    Gitlab,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Hook {
    /// Write the hook that runs `check --staged` before each commit
    #[command(
        after_help = "Examples:\n  formulary hook install\n  formulary hook install /srv/git/app.git --receive --appeal \"security@hospital.example\""
    )]
    Install {
        /// A folder of the repository
        #[arg(default_value = ".")]
        folder: PathBuf,
        /// On a server: the hook that looks at each push before it is taken
        #[arg(long)]
        receive: bool,
        /// Also into a folder of hooks that other repositories share
        #[arg(long)]
        shared: bool,
        #[command(flatten)]
        receiving: Receiving,
    },
    /// Take the hook away again; one that formulary did not write stays
    Remove {
        /// A folder of the repository
        #[arg(default_value = ".")]
        folder: PathBuf,
        /// The hook of a server
        #[arg(long)]
        receive: bool,
    },
    /// Run by git before it takes a push: reads `old new reference` lines from standard input
    Receive {
        #[command(flatten)]
        receiving: Receiving,
        /// Judge as of this day or instant instead of now
        #[arg(long, value_name = "WHEN")]
        as_of: Option<Timestamp>,
    },
}

/// How a server looks at a push.
#[derive(Clone, Debug, Args)]
pub(crate) struct Receiving {
    /// Stop looking after this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub(crate) within: u16,
    /// What follows from a push too large to be read in that time
    #[arg(long, value_enum, default_value_t)]
    pub(crate) too_large: Otherwise,
    /// What follows from a file that cannot be looked into
    #[arg(long, value_enum, default_value_t)]
    pub(crate) unread: Otherwise,
    /// Who hears an appeal against a refusal
    #[arg(long, value_name = "WHO")]
    pub(crate) appeal: Option<String>,
    /// Folder of the feeds, instead of the user's own
    #[arg(long, value_name = "DIR")]
    pub(crate) feeds: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(
    group(clap::ArgGroup::new("what").required(true).args(["since", "body"])),
    after_help = "Examples:\n  formulary comment --since origin/main > comment.md\n  formulary comment --body comment.md --existing comments.json --author \"github-actions[bot]\"\n\nWithout --existing the comment itself is printed, and nothing where there is nothing to say. With it,\nthe request to make of the forge: {\"action\": \"create\" | \"edit\" | \"none\", \"id\": …, \"body\": …}."
)]
pub(crate) struct Comment {
    /// Folder of the repository
    #[arg(default_value = ".")]
    pub(crate) folder: String,
    /// Write the comment on what changed since this git revision
    #[arg(long, value_name = "REV")]
    pub(crate) since: Option<String>,
    /// Take the comment that an earlier job wrote, so that this one needs no code
    #[arg(long, value_name = "FILE")]
    pub(crate) body: Option<PathBuf>,
    /// The comments there are, as the forge lists them (JSON)
    #[arg(long, value_name = "FILE")]
    pub(crate) existing: Option<PathBuf>,
    /// Edit only a comment that this account wrote
    #[arg(long, value_name = "LOGIN", requires = "existing")]
    pub(crate) author: Option<String>,
    /// Keep apart from other comments of this program on the same change request
    #[arg(long, value_name = "WORD")]
    pub(crate) label: Option<String>,
    #[command(flatten)]
    pub(crate) judging: Judging,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  formulary init --name \"Ward list\" --owner \"Ward systems team\" --contact ward@trust.example --tier operational"
)]
pub(crate) struct Init {
    /// Folder of the repository
    #[arg(default_value = ".")]
    pub(crate) folder: PathBuf,
    /// The system's name
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// The role or team that answers for it
    #[arg(long)]
    pub(crate) owner: Option<String>,
    /// How to reach that role
    #[arg(long)]
    pub(crate) contact: Option<String>,
    /// Write the files even if they exist
    #[arg(long)]
    pub(crate) force: bool,
    /// Ask nothing
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) judging: Judging,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  formulary why lodash\n  formulary why CVE-2021-23337\n  formulary why flaw-overdue"
)]
pub(crate) struct Why {
    /// A component's name or purl, a finding's id, alias or fingerprint, or a control
    pub(crate) what: String,
    /// The subject
    #[arg(long, default_value = ".", value_name = "SUBJECT")]
    pub(crate) of: String,
    #[command(flatten)]
    pub(crate) judging: Judging,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  formulary who lodash\n  formulary who pkg:pypi/django --of ../ward-list"
)]
pub(crate) struct Who {
    /// A component's name or purl
    pub(crate) component: String,
    /// The subject
    #[arg(long, default_value = ".", value_name = "SUBJECT")]
    pub(crate) of: String,
    #[command(flatten)]
    pub(crate) judging: Judging,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  formulary remediation\n  formulary remediation ../ward-list --as-of 2026-08-22 --format html > mended.html\n\nIt needs the whole history (`git fetch --unshallow`) and advisories (`formulary feeds`)."
)]
pub(crate) struct Remediation {
    /// Top folder of the repository
    #[arg(default_value = ".")]
    pub(crate) folder: PathBuf,
    /// Form of the answer: text, json, markdown or html
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) judging: Judging,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  formulary compare . ../dossier-of-the-product\n  formulary compare old-sbom.json new-sbom.json --tier clinical --format markdown"
)]
pub(crate) struct Compare {
    /// The first subject
    pub(crate) first: String,
    /// The second subject
    pub(crate) second: String,
    /// Form of the answer: text, json or markdown
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) judging: Judging,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Each state is a folder, a file, a kept assessment (.json), or a git revision of the folder given by --of.\n\nExamples:\n  formulary changes v1.4 v1.5\n  formulary changes old-sbom.json new-sbom.json --format markdown"
)]
pub(crate) struct Changes {
    /// The earlier state
    pub(crate) before: String,
    /// The later state
    pub(crate) after: String,
    /// The repository whose revisions are meant
    #[arg(long, default_value = ".", value_name = "FOLDER")]
    pub(crate) of: PathBuf,
    /// Form of the answer: text, json or markdown
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) judging: Judging,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  formulary check . --format json > assessment.json\n  formulary replay assessment.json                       from its own evidence\n  formulary replay assessment.json --material . --feeds DIR   collect again, with the feeds it names"
)]
pub(crate) struct Replay {
    /// The kept assessment (JSON)
    pub(crate) assessment: PathBuf,
    /// Collect again from this material
    #[arg(long, value_name = "PATH")]
    pub(crate) material: Option<PathBuf>,
    /// With the feeds that the assessment names, from this folder (with --material)
    #[arg(long, value_name = "DIR", requires = "material")]
    pub(crate) feeds: Option<PathBuf>,
    /// With these packs
    #[arg(long = "pack", value_name = "PACK")]
    pub(crate) packs: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Feeds {
    /// Take in a folder in OSV's export layout, with KEV, EPSS, SSVC and end-of-life files beside it
    #[command(
        after_help = "Examples:\n  formulary feeds import export/ --coverage full            everything its source publishes\n  formulary feeds import some-records/ --feeds try-feeds    beside your own feeds, not over them\n  formulary feeds import export/ --replace                  over feeds that say more"
    )]
    Import {
        /// The folder
        folder: PathBuf,
        /// Whether it holds everything its source publishes: full or partial
        #[arg(long, value_parser = coverage)]
        coverage: Option<FeedCoverage>,
        /// When it was true; else the newest record not after now
        #[arg(long, value_name = "WHEN")]
        as_of: Option<Timestamp>,
        /// Let it take the place of feeds that say more: full ones, or with more records
        #[arg(long)]
        replace: bool,
        /// Folder of the feeds, instead of the user's own
        #[arg(long, value_name = "DIR")]
        feeds: Option<PathBuf>,
    },
    /// Fetch what is new from addresses of yours: none is built in
    #[command(
        after_help = "The addresses stand in upstreams.toml in the feeds' folder, or in the file that --upstreams names:\n\n  osv = \"https://mirror.hospital.example/osv\"   # all.zip, modified_id.csv, <id>.json in a folder an ecosystem\n  kev = \"https://mirror.hospital.example/kev.json\"\n  epss = \"https://mirror.hospital.example/epss.csv.gz\"\n  ssvc = \"https://mirror.hospital.example/ssvc.tsv\"\n  endoflife = \"https://mirror.hospital.example/endoflife.jsonl\"\n\nWhat has no address is not fetched.\n\nExamples:\n  formulary feeds sync\n  formulary feeds sync --upstreams hospital.toml --ecosystem npm --ecosystem PyPI"
    )]
    Sync {
        /// File of addresses, instead of upstreams.toml in the feeds' folder
        #[arg(long, value_name = "FILE")]
        upstreams: Option<PathBuf>,
        /// Only these ecosystems (repeatable)
        #[arg(long = "ecosystem", value_name = "NAME")]
        ecosystems: Vec<String>,
        /// PEM file of certificate authorities to trust, instead of the system's
        #[arg(long, value_name = "FILE")]
        ca: Option<PathBuf>,
        /// Folder of the feeds, instead of the user's own
        #[arg(long, value_name = "DIR")]
        feeds: Option<PathBuf>,
    },
    /// Remove what newer feeds have superseded; what kept assessments name can be kept
    Prune {
        /// Keep the feeds that these assessments name: JSON files, or folders of them
        #[arg(long = "keep", value_name = "ASSESSMENT", num_args = 1..)]
        keep: Vec<PathBuf>,
        /// Say what would be removed, and remove nothing
        #[arg(long)]
        dry_run: bool,
        /// Folder of the feeds, instead of the user's own
        #[arg(long, value_name = "DIR")]
        feeds: Option<PathBuf>,
    },
    /// Read every feed whole and compare it with its digest
    Verify {
        /// Folder of the feeds, instead of the user's own
        #[arg(long, value_name = "DIR")]
        feeds: Option<PathBuf>,
    },
    /// Show which feeds are loaded, as of when, and how complete
    #[command(
        after_help = "Examples:\n  formulary feeds status\n  formulary feeds status --feeds try-feeds --as-of 2026-08-22"
    )]
    Status {
        /// Folder of the feeds, instead of the user's own
        #[arg(long, value_name = "DIR")]
        feeds: Option<PathBuf>,
        /// The day to compare with, instead of today
        #[arg(long, value_name = "DAY")]
        as_of: Option<Date>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// List the packs, or the controls of one
    #[command(after_help = "Examples:\n  formulary policy list\n  formulary policy list publish")]
    List {
        /// A pack's name or folder
        pack: Option<String>,
    },
    /// Show one control whole: rule, actions, source, cases
    #[command(
        after_help = "Examples:\n  formulary policy show flaw-overdue\n  formulary policy show no-secret --pack publish"
    )]
    Show {
        /// The control, e.g. flaw-overdue
        control: String,
        /// In this pack
        #[arg(long, default_value = "use")]
        pack: String,
    },
    /// List the facts that a control may read, by the kind of thing judged
    Facts,
    /// Run the cases of a pack
    #[command(after_help = "Examples:\n  formulary policy test\n  formulary policy test my-pack/")]
    Test {
        /// A pack's name or folder; all built-in ones where none is given
        pack: Option<String>,
    },
    /// Say which states and verdicts would change under another pack
    #[command(after_help = "Example:\n  formulary policy what-if my-pack/ assessments/*.json")]
    WhatIf {
        /// The pack as it would be: a name or folder
        pack: String,
        /// Kept assessments (JSON)
        #[arg(required = true)]
        assessments: Vec<PathBuf>,
    },
}

pub(crate) fn exposure(text: &str) -> Result<Exposure, String> {
    word(text, &[("small", Exposure::Small), ("controlled", Exposure::Controlled), ("open", Exposure::Open)])
}

pub(crate) fn visibility(text: &str) -> Result<Visibility, String> {
    word(text, &[("private", Visibility::Private), ("public", Visibility::Public)])
}

pub(crate) fn deployment(text: &str) -> Result<Deployment, String> {
    word(
        text,
        &[
            ("internal", Deployment::Internal),
            ("service", Deployment::Service),
            ("browser", Deployment::Browser),
            ("distributed", Deployment::Distributed),
        ],
    )
}

fn coverage(text: &str) -> Result<FeedCoverage, String> {
    word(text, &[("full", FeedCoverage::Full), ("partial", FeedCoverage::Partial)])
}

fn word<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, String> {
    words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        format!("write one of: {}", words.join(", "))
    })
}
