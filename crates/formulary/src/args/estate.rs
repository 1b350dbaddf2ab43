//! What `formulary estate` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Judging;

/// The form an estate takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// For a terminal, at most 100 columns
    #[default]
    Text,
    /// One line a repository, for a spreadsheet
    Csv,
    /// The whole document
    Json,
    /// One self-contained page
    Html,
}

#[derive(Debug, Args)]
#[command(
    after_help = "A list is a file with one folder a line, relative to the list; `#` begins a comment. Words such as\n`visibility=public tier=clinical exposure=small deployment=internal` after a folder state the\ncircumstances of that one.\n\nExamples:\n  formulary estate ~/src                               every repository below a folder\n  formulary estate ~/src --format html > estate.html   one page: sort, filter, letters\n  formulary estate repositories.txt --format csv       instead of the spreadsheet\n  formulary estate ~/src --letters                     with the letters in full\n\nInterrupted, it goes on where it stopped: what is finished is kept, and judged again only when the\nrepository, the feeds, the packs or the day changed.\n\nExit codes over all repositories: 1 one is refused, else 3 one could not be evaluated or read,\nelse 2 one is referred, else 0."
)]
pub(crate) struct Estate {
    /// Folders with repositories below them, repositories, or lists of them
    #[arg(default_value = ".")]
    pub(crate) subjects: Vec<PathBuf>,
    /// Answer only: may it be used?
    #[arg(long = "use")]
    pub(crate) use_only: bool,
    /// Answer only: may it be public? (counts in the exit code; with --use: both)
    #[arg(long = "publish")]
    pub(crate) publish_only: bool,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Form,
    /// Print the letters in full (text)
    #[arg(long)]
    pub(crate) letters: bool,
    /// Leave the git histories unread: what they hold is then unknown
    #[arg(long)]
    pub(crate) no_history: bool,
    /// How many repositories are judged at once; else as many as there are cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) jobs: Option<u16>,
    /// Folder in which finished assessments are kept, instead of the user's own
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,
    /// Judge everything anew, whatever was kept
    #[arg(long)]
    pub(crate) fresh: bool,
    #[command(flatten)]
    pub(crate) judging: Judging,
}
