//! An Estate: many assessments of one body put side by side, with what follows from all of them.
//!
//! Values alone: how they are worked out stands in `assess`, how they are shown in `pages`. Nothing
//! here names a place in a file, a secret or an identifier; open flaws are named, so the document is
//! for those who mend, not for the public.

use serde::{Deserialize, Serialize};

use crate::{
    Date, Digest, FeedStamp, Outcome, Purpose, Stated, Tier, Timestamp, Unread, Visibility,
    canonical::{self, CanonicalError},
    remediation::Median,
};

/// The schema name written into every estate.
pub const SCHEMA: &str = "formulary/estate/v1";

/// Everything that was seen and concluded about the subjects of one body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estate {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// Program and version that wrote it.
    pub tool: String,
    /// Over the canonical bytes without `digest`.
    pub digest: Option<Digest>,
    /// The clock that was handed in.
    pub as_of: Timestamp,
    /// Packs that judged, `name@version`, sorted.
    pub packs: Vec<String>,
    /// Reference data that any of the assessments used, by name.
    pub feeds: Vec<FeedStamp>,
    /// One row for each subject, sorted by name.
    pub rows: Vec<Row>,
    /// What was named or found and is no repository, with the reason.
    pub passed_over: Vec<Unread>,
    /// What a board reads.
    pub totals: Totals,
    /// How many distinct things there are to do over all subjects.
    pub actions_total: u64,
    /// The most pressing of them, in order.
    pub actions: Vec<EstateAction>,
    /// A letter to everybody whom those actions concern, and one for what nobody answers for.
    pub letters: Vec<Letter>,
    /// How many distinct components the estate is built from, versions not told apart.
    pub components_total: u64,
    /// The components that most systems stand on.
    pub stands_on: Vec<Ground>,
    /// How many components give cause for concern.
    pub fragile_total: u64,
    /// Those of them that most systems stand on, with the evidence.
    pub fragile: Vec<Fragile>,
}

impl Estate {
    /// The digest of the canonical bytes without `digest`.
    ///
    /// # Errors
    /// When a value holds a number that canonical JSON refuses.
    pub fn compute_digest(&self) -> Result<Digest, CanonicalError> {
        Ok(Digest::of(&canonical::to_vec_without(self, &["digest"])?))
    }
}

/// One subject of the estate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// How the folder was named, or where it lies below the folder that was.
    pub repository: String,
    /// What was made of it.
    #[serde(flatten)]
    pub seen: Seen,
}

/// Whether a subject could be judged. There is no third case: what could not be read is never a clean row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Seen {
    /// It was judged.
    Judged(Box<Judged>),
    /// It could not be read, and why.
    Unreadable(String),
}

/// What the row of a judged subject says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// The name its owners declare.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The assessment it rests on.
    pub assessment: Option<Digest>,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<RowOwner>,
    /// The strictest tier it is used at, and who says so.
    pub tier: Stated<Tier>,
    /// Whether it is public, and who says so.
    pub visibility: Stated<Visibility>,
    /// May it be used? The worst answer over its parts and packs; none where it was not asked.
    #[serde(rename = "use")]
    pub usage: Option<Answer>,
    /// May it be public? None where it was not asked, or cannot be (a model, a dossier).
    pub publish: Option<Answer>,
    /// The controls that stand against a yes, the gravest first.
    pub blocks: Vec<Block>,
    /// How much there is to do.
    pub effort: Effort,
    /// The closure it is under, live or lapsed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closure: Option<Closed>,
    /// The oldest thing that the answers rest on.
    pub oldest: Age,
    /// How long known flaws stayed, as the history shows; none where it was not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remediation: Option<Mended>,
    /// Exceptions in force, and past their end.
    pub exceptions: Exceptions,
    /// Open flaws past their day, by tier.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overdue: Vec<AtTier>,
    /// What `formulary check` would exit with.
    pub exit_code: u8,
}

/// Who answers for a subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RowOwner {
    /// A role or team.
    pub role: String,
    /// How to reach it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
}

/// The answer to one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The worst over parts and packs.
    pub outcome: Outcome,
    /// What the rest says, where it is `not-evaluated`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Outcome>,
    /// A yes under which no control was seen to be met and some are unknown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nothing_seen: bool,
}

/// A control that stands against a yes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The control.
    pub control: String,
    /// The question.
    pub purpose: Purpose,
    /// What it alone makes of the answer.
    pub outcome: Outcome,
    /// How many things it concerns.
    pub count: u64,
}

/// How much there is to do, counted in distinct actions: what one command, one edit or one statement
/// clears is one action, however many findings it clears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effort {
    /// All of them.
    pub actions: u64,
    /// A component is updated, replaced or removed.
    pub updates: u64,
    /// Somebody has to decide: what is referred to people and is not a statement of fact.
    pub decisions: u64,
    /// Somebody has to state what only a person can know.
    pub attestations: u64,
    /// A file is written or mended, or something has to be looked at that was not.
    pub other: u64,
}

/// What sort of action one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionKind {
    /// A component is updated, replaced or removed.
    Update,
    /// Somebody has to decide.
    Decision,
    /// Somebody has to state what only a person can know.
    Attestation,
    /// A file is written or mended, or something has to be looked at that was not.
    Other,
}

impl ActionKind {
    /// The word used on screens.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Decision => "decision",
            Self::Attestation => "attestation",
            Self::Other => "other",
        }
    }
}

/// A closure: live, or past its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// Its last day; none where what is written gives no day.
    pub until: Option<Date>,
    /// Days from the day of judging to its end; negative where it is past.
    pub days_left: Option<i64>,
    /// Whether it holds: it has an end, and that has not passed.
    pub live: bool,
    /// Where it stands: the register, or a file of the repository.
    pub source: String,
    /// It closes paths of the repository, and not the whole.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partly: bool,
}

/// The oldest thing that an answer rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Age {
    /// When it was true.
    pub as_of: Timestamp,
    /// Whole days before the day of judging.
    pub days: i64,
    /// What it is: a feed, or a kind of evidence.
    pub what: String,
}

/// How long known flaws stayed in the repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mended {
    /// How long the middle one was open.
    pub median: Median,
    /// Flaws that were, or are, in what ships.
    pub exposures: u64,
    /// Of these, open today.
    pub open: u64,
}

/// Exceptions of a subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exceptions {
    /// In force.
    pub in_force: u64,
    /// Past their end, with the fault still there.
    pub expired: u64,
    /// The day on which the first one in force ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_end: Option<Date>,
}

/// How many at one tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtTier {
    /// The tier.
    pub tier: Tier,
    /// How many.
    pub count: u64,
}

/// What a board reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Subjects looked for.
    pub subjects: u64,
    /// Of these, judged.
    pub judged: u64,
    /// Of these, not readable.
    pub unreadable: u64,
    /// Nobody is named who answers for it.
    pub without_owner: u64,
    /// Answers to: may it be used?
    #[serde(rename = "use")]
    pub usage: Outcomes,
    /// Answers to: may it be public?
    pub publish: Outcomes,
    /// How open the estate is.
    pub openness: Openness,
    /// Exceptions in force.
    pub exceptions: u64,
    /// Those that end within 30 days: in how many subjects one does.
    pub exceptions_ending: u64,
    /// Exceptions past their end whose fault is still there.
    pub exceptions_expired: u64,
    /// Open flaws past their day, by tier, the strictest first.
    pub overdue: Vec<OverdueAt>,
}

/// How many answers of each sort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Outcomes {
    /// Yes.
    pub allowed: u64,
    /// Yes, with obligations.
    pub conditional: u64,
    /// A person must answer.
    pub referred: u64,
    /// Not evaluated, or not readable at all.
    pub not_evaluated: u64,
    /// No.
    pub refused: u64,
}

impl Outcomes {
    /// Counts one answer.
    pub const fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Allowed => self.allowed += 1,
            Outcome::Conditional => self.conditional += 1,
            Outcome::Referred => self.referred += 1,
            Outcome::NotEvaluated => self.not_evaluated += 1,
            Outcome::Refused => self.refused += 1,
        }
    }
}

/// How open an estate is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Openness {
    /// Said to be public.
    pub public: u64,
    /// Not public, under a closure that is live.
    pub closed_with_closure: u64,
    /// Said not to be public, without a live closure: nobody has justified it, or no longer.
    pub closed_without_closure: u64,
    /// Of those without a live closure, how many had one that has ended.
    pub closures_expired: u64,
    /// Nobody says whether it is public.
    pub not_said: u64,
}

/// Open flaws past their day at one tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverdueAt {
    /// The tier.
    pub tier: Tier,
    /// Flaws.
    pub flaws: u64,
    /// Subjects that have one.
    pub subjects: u64,
}

/// One thing to do, in all the subjects where it is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EstateAction {
    /// What, in plain English.
    pub what: String,
    /// What sort.
    pub kind: ActionKind,
    /// The worst it makes of an answer.
    pub outcome: Outcome,
    /// The earliest day it is due; none where nothing sets one.
    pub due: Option<Date>,
    /// Whether that day has passed, or the thing refuses a subject today.
    pub now: bool,
    /// The strictest tier concerned.
    pub tier: Tier,
    /// Findings it clears, over all subjects.
    pub clears: u64,
    /// Of these, past their day.
    pub overdue: u64,
    /// Of these, known to be exploited.
    pub exploited: u64,
    /// Where, in the order of [`Estate::rows`].
    pub subjects: Vec<ActionAt>,
}

/// One action in one subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionAt {
    /// The subject.
    pub repository: String,
    /// What there, where it differs from what the action says.
    pub what: String,
    /// The literal command, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// When it is due there.
    pub due: Option<Date>,
    /// Who does it.
    pub owner: Option<RowOwner>,
}

/// A letter, drafted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// To whom; none where nobody is named, which is then what the letter is about.
    pub to: Option<RowOwner>,
    /// The subject line.
    pub subject: String,
    /// The text, in lines of at most 76 characters.
    pub text: String,
}

/// A component that systems stand on, its versions taken together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// The component without a version.
    pub component: String,
    /// Subjects in which it runs, or may.
    pub systems: u64,
    /// The same by the strictest tier that it runs at in each.
    pub by_tier: Vec<AtTier>,
    /// Subjects that ask for it themselves, rather than through something else.
    pub direct: u64,
    /// Subjects in which it is for development only.
    pub development: u64,
    /// Distinct versions in use.
    pub versions: u64,
}

/// A component that gives cause for concern, with the evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fragile {
    /// How much stands on it.
    #[serde(flatten)]
    pub ground: Ground,
    /// Why.
    pub faults: Vec<Fault>,
}

/// Why a component gives cause for concern.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fault {
    /// What sort.
    pub kind: FaultKind,
    /// The evidence, in plain English.
    pub said: String,
    /// Subjects in which it was seen.
    pub systems: u64,
}

/// What sort of concern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// A record of malware names it.
    Malicious,
    /// A known flaw is open past its day.
    OverdueFlaw,
    /// A record says that nobody keeps it up.
    NotMaintained,
    /// It is out of its vendor's support.
    OutOfSupport,
    /// It comes from one address, and from no upstream that would still have it if that went away.
    SingleSource,
}

impl FaultKind {
    /// The words used on screens.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Malicious => "malicious",
            Self::OverdueFlaw => "overdue flaw",
            Self::NotMaintained => "not maintained",
            Self::OutOfSupport => "out of support",
            Self::SingleSource => "single source",
        }
    }
}
