//! How fast known flaws were mended in a repository: what was measured, as values.
//!
//! An exposure is one flaw in one component, from the day on which both were there (the flaw
//! published, an affected version on the branch) until no affected version was. All durations are
//! whole days; shares are in basis points (hundredths of a per cent), so that no value is a fraction.

use serde::{Deserialize, Serialize};

use crate::{Date, Purl, Severity};

/// Fewer exposures than this have no median and no share: one more would turn them over.
pub const FEWEST: u64 = 5;

/// What was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Until when: what was open then counts as open for at least so long.
    pub as_of: Date,
    /// Commits on the line of first parents.
    pub commits: u64,
    /// The day of the first of them, and of the last.
    pub span: Option<(Date, Date)>,
    /// The line begins in the middle, as in a shallow clone.
    pub begins_inside: bool,
    /// Lockfiles there ever were.
    pub lockfiles: u64,
    /// Contents of them that were read.
    pub contents: u64,
    /// Contents of them that could not be read.
    pub unreadable: u64,
    /// How the component versions were looked up.
    pub looked: Looked,
    /// Exposures left out, because the day on which they began is not known.
    pub start_unknown: u64,
    /// What ships: everything that is not for development only.
    pub ships: Summary,
    /// What only development needs, kept apart.
    pub development: Summary,
    /// What ships, by severity, the gravest first; flaws without a vector last.
    pub by_severity: Vec<(Option<Severity>, Summary)>,
    /// What ships, by the year in which the exposure began.
    pub by_year: Vec<(i32, Summary)>,
    /// The curve of what ships: the share still open after so many days.
    pub curve: Vec<Step>,
    /// Every exposure. Left out where the record stands in an assessment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exposures: Vec<Exposure>,
}

/// How component versions were looked up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// Component versions there ever were.
    pub versions: u64,
    /// In a feed that holds everything.
    pub full: u64,
    /// In a feed that holds some of it.
    pub partial: u64,
    /// In none, though one exists for their ecosystem.
    pub not_loaded: u64,
}

/// Exposures, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// How many.
    pub exposures: u64,
    /// Of them, mended: no affected version was left.
    pub mended: u64,
    /// Open at the end.
    pub open: u64,
    /// Lost sight of: the lockfile could not be read any more.
    pub lost: u64,
    /// How long the middle one was open.
    pub median: Median,
    /// Those whose deadline tells: mended, or open past it.
    pub timed: u64,
    /// Of those, mended by the deadline.
    pub in_time: u64,
    /// Mended by a person's change.
    pub by_person: u64,
    /// Mended by a change that a program proposed.
    pub by_bot: u64,
    /// Mended by a change that a program wrote, or had a part in.
    pub by_program: u64,
}

/// How long the middle exposure was open: the day by which half were mended, those still open counted
/// (Kaplan and Meier).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Median {
    /// There are fewer than [`FEWEST`].
    #[default]
    TooFew,
    /// Fewer than half were mended in the time that can be seen.
    NotReached,
    /// So many days.
    Days(u32),
}

/// One step of the curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Days after the beginning of the exposure.
    pub day: u32,
    /// How many were still open just before, and seen.
    pub at_risk: u64,
    /// How many were mended on it.
    pub mended: u64,
    /// How many were seen no longer than this, open.
    pub censored: u64,
    /// The share still open after it, in basis points, rounded down.
    pub open: u32,
}

/// One flaw in one component, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposure {
    /// The flaw.
    pub id: String,
    /// Its other ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The component, without a version.
    pub component: Purl,
    /// The first affected version that was there.
    pub version: String,
    /// How grave; none without a vector.
    pub severity: Option<Severity>,
    /// When the flaw was published.
    pub published: Date,
    /// When an affected version arrived on the branch; none: before what can be seen.
    pub arrived: Option<Date>,
    /// The later of the two.
    pub start: Date,
    /// How it ended.
    pub end: End,
    /// How many days it was open, as far as was seen.
    pub days: u32,
    /// By when it was due; none: on the next upgrade.
    pub due: Option<Date>,
    /// Whether it was mended by then; none: not known, or not due yet.
    pub in_time: Option<bool>,
    /// It had been mended before, and came back.
    pub again: bool,
    /// Only development needs the component.
    pub development: bool,
}

/// How an exposure ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "how")]
pub enum End {
    /// No affected version was left.
    Mended {
        /// The day.
        on: Date,
        /// Who made the change.
        by: Maker,
        /// The commit.
        commit: String,
    },
    /// It has not.
    Open,
    /// It could not be seen any more.
    Lost {
        /// From this day on.
        on: Date,
    },
}

/// Who made a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Maker {
    /// A person.
    Person,
    /// A program that proposes updates.
    Bot,
    /// A program that writes code, as author or named in a trailer.
    Program,
}

impl Summary {
    /// The share mended by the deadline, in basis points; none where too few tell.
    pub fn share_in_time(&self) -> Option<u32> {
        (self.timed >= FEWEST)
            .then(|| u32::try_from(self.in_time.min(self.timed) * 10_000 / self.timed).unwrap_or(0))
    }

    /// The median in a few words, for a column: `12 days`, `not reached`, `too few (3)`.
    pub fn median(&self) -> String {
        match self.median {
            Median::TooFew => format!("too few ({})", self.exposures),
            Median::NotReached => "not reached".to_owned(),
            Median::Days(1) => "1 day".to_owned(),
            Median::Days(days) => format!("{days} days"),
        }
    }
}

impl Record {
    /// The median of what ships in a few words, for a column: `12 days`, `not reached`,
    /// `too few (3)`, `no lockfile`.
    pub fn median(&self) -> String {
        if self.contents == 0 { "no lockfile".to_owned() } else { self.ships.median() }
    }
}
