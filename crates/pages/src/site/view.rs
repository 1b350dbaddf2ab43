//! What the site is made of: the public JSON of a register, as far as the pages show it.
//!
//! The pages are rendered from these values alone, and these are read from the JSON that stands beside
//! the pages: nothing can be on a page that is not public there.

use std::collections::BTreeMap;

use domain::{ControlState, Date, Digest, EntryState, Outcome, Timestamp};
use serde::Deserialize;

/// A register.
#[derive(Clone, Debug, Deserialize)]
pub struct Register {
    /// The body's name.
    pub name: String,
    /// Whom to write to.
    pub contact: String,
    /// The log's name among logs.
    pub origin: String,
    /// The day on which the log began.
    pub founded: Date,
    /// As of when states were computed.
    pub as_of: Timestamp,
    /// When the last entry was logged.
    pub last: Timestamp,
    /// Entries of the log.
    pub size: u64,
    /// Entries that mean nothing.
    pub meaningless: usize,
    /// Lines by state.
    pub counts: BTreeMap<EntryState, usize>,
    /// Subjects by name.
    pub subjects: Vec<Subject>,
    /// Reviews, the oldest first.
    pub reviews: Vec<Case>,
    /// Decisions, the newest first.
    pub decisions: Vec<Settled>,
    /// Exceptions and closures, the first to end first.
    pub endings: Vec<Ending>,
    /// How well the mechanism works.
    pub health: Health,
    /// People.
    pub people: Vec<Member>,
    /// What the body judges by.
    pub policy: Rules,
}

/// A subject.
#[derive(Clone, Debug, Deserialize)]
pub struct Subject {
    /// Its name.
    pub name: String,
    /// As people say it.
    pub plain: String,
    /// Its kind.
    pub kind: String,
    /// Its lines.
    pub lines: Vec<Line>,
    /// Statements of people.
    pub attested: Vec<Stated>,
    /// Exceptions and closures.
    pub endings: Vec<Ending>,
    /// What other bodies decided.
    pub elsewhere: Vec<Elsewhere>,
}

/// A line of the register.
#[derive(Clone, Debug, Deserialize)]
pub struct Line {
    /// The question.
    pub question: String,
    /// The state.
    pub state: EntryState,
    /// Since when.
    pub since: Date,
    /// Why.
    pub why: String,
    /// The entry it follows from.
    pub follows_from: Option<u64>,
    /// The day it changes by itself.
    pub changes_on: Option<Date>,
    /// The decision in force.
    pub decision: Option<InForce>,
    /// The listed alternative.
    pub alternative: Option<String>,
    /// What happens to uses that exist.
    pub existing_uses: Option<String>,
    /// What of it is kept closed.
    pub closed: Option<String>,
    /// Open reviews.
    pub open: Vec<String>,
    /// The register it was adopted from.
    pub adopted_from: Option<String>,
    /// What was logged, the newest first.
    pub history: Vec<Event>,
}

/// A decision in force.
#[derive(Clone, Debug, Deserialize)]
pub struct InForce {
    /// Short id.
    pub id: String,
    /// Digest.
    pub digest: Digest,
    /// Entry.
    pub entry: u64,
    /// The day.
    pub on: Date,
    /// Granted or declined.
    pub ruling: String,
    /// By what right.
    pub by: String,
    /// Who signed it.
    pub signed: Who,
    /// The role that owns the outcome.
    pub owner: String,
    /// Who may use it.
    pub may_use: String,
    /// Why.
    pub reasons: String,
    /// The review day.
    pub review_on: Date,
    /// What suspends it.
    pub trip_wires: Vec<String>,
    /// The release.
    pub version: Option<String>,
    /// Obligations.
    pub obligations: Vec<Duty>,
    /// The review.
    pub review: String,
    /// What it rests on.
    pub evidence: Option<Evidence>,
    /// Positions.
    pub positions: Vec<Position>,
}

/// An obligation.
#[derive(Clone, Debug, Deserialize)]
pub struct Duty {
    /// What.
    pub what: String,
    /// Who.
    pub who: String,
    /// By when.
    pub due: Date,
    /// How it is shown.
    pub shown_by: String,
    /// Met, open or overdue.
    pub state: String,
}

/// What was assessed.
#[derive(Clone, Debug, Deserialize)]
pub struct Evidence {
    /// Digest.
    pub digest: Digest,
    /// Basis.
    pub basis: Digest,
    /// Clock.
    pub as_of: Timestamp,
    /// Pack.
    pub pack: String,
    /// Answer.
    pub outcome: Outcome,
    /// Tree.
    pub tree: Option<Digest>,
    /// Controls.
    pub controls: Vec<Control>,
}

/// A control's state.
#[derive(Clone, Debug, Deserialize)]
pub struct Control {
    /// Which.
    pub control: String,
    /// State.
    pub state: ControlState,
    /// Attested until.
    pub attested: Option<Date>,
    /// Set aside until.
    pub excepted: Option<Date>,
    /// What it makes of the answer.
    pub outcome: Option<Outcome>,
    /// How many things it concerns.
    pub concerns: Option<u64>,
}

/// A position.
#[derive(Clone, Debug, Deserialize)]
pub struct Position {
    /// Who.
    pub who: Who,
    /// What.
    pub stance: String,
    /// The clause.
    pub clause: Option<String>,
    /// Why.
    pub says: Option<String>,
    /// When.
    pub on: Date,
    /// Entry.
    pub entry: u64,
    /// On evidence that has changed.
    pub stale: bool,
    /// Open, answered or settled.
    pub concern: Option<String>,
}

/// A review.
#[derive(Clone, Debug, Deserialize)]
pub struct Case {
    /// Id.
    pub id: String,
    /// What it asks for.
    pub asks: String,
    /// The subject.
    pub subject: Option<String>,
    /// The question.
    pub question: String,
    /// Opened on.
    pub opened: Date,
    /// Entry.
    pub entry: u64,
    /// By whom.
    pub by: Who,
    /// Why.
    pub reason: String,
    /// The owner.
    pub owner: String,
    /// How many things are missing.
    pub missing: usize,
    /// Expected by.
    pub expected: Date,
    /// Whom it awaits.
    pub awaits: Vec<String>,
    /// Concerns that block.
    pub blocked: usize,
    /// What it rests on.
    pub evidence: Option<Evidence>,
    /// Positions.
    pub positions: Vec<Position>,
    /// How it ended.
    pub ended: Option<Ended>,
    /// What was logged, the newest first.
    pub history: Vec<Event>,
}

/// How a review ended.
#[derive(Clone, Debug, Deserialize)]
pub struct Ended {
    /// How.
    pub how: String,
    /// By what right.
    pub by: Option<String>,
    /// The day.
    pub on: Date,
    /// Entry.
    pub entry: u64,
    /// Overturned on appeal.
    pub overturned: bool,
}

/// A decision in a line.
#[derive(Clone, Debug, Deserialize)]
pub struct Settled {
    /// Short id.
    pub id: String,
    /// Digest.
    pub digest: Digest,
    /// Entry.
    pub entry: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: String,
    /// By what right.
    pub by: String,
    /// The subject.
    pub subject: Option<String>,
    /// The question.
    pub question: String,
    /// The review.
    pub review: Option<String>,
}

/// An exception or closure.
#[derive(Clone, Debug, Deserialize)]
pub struct Ending {
    /// Exception, closure, emergency closure.
    pub kind: String,
    /// The subject.
    pub subject: String,
    /// The question.
    pub question: String,
    /// The control.
    pub control: Option<String>,
    /// How much.
    pub scope: String,
    /// The role.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// From.
    pub from: Date,
    /// Until.
    pub until: Date,
    /// Days left.
    pub days_left: i64,
    /// Whether the register lists what it is about.
    pub listed: bool,
    /// Entry.
    pub entry: u64,
}

/// A person's statement.
#[derive(Clone, Debug, Deserialize)]
pub struct Stated {
    /// The control.
    pub control: String,
    /// Who.
    pub who: Who,
    /// The release.
    pub version: Option<String>,
    /// When.
    pub on: Date,
    /// Until.
    pub until: Date,
    /// Entry.
    pub entry: u64,
}

/// What another body decided.
#[derive(Clone, Debug, Deserialize)]
pub struct Elsewhere {
    /// The body.
    pub body: String,
    /// The question.
    pub question: String,
    /// The ruling.
    pub ruling: String,
    /// When.
    pub on: Date,
}

/// Something that was logged.
#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    /// Entry.
    pub entry: u64,
    /// The day.
    pub on: Date,
    /// What.
    pub what: String,
    /// By whom.
    pub who: Who,
}

/// Somebody.
#[derive(Clone, Debug, Deserialize)]
pub struct Who {
    /// Id.
    pub id: String,
    /// Name, with consent.
    pub name: Option<String>,
    /// Roles.
    pub roles: Vec<String>,
}

/// A person of the body.
#[derive(Clone, Debug, Deserialize)]
pub struct Member {
    /// Who.
    pub who: Who,
    /// Deputy for.
    pub deputy_for: Vec<String>,
    /// Keys that sign.
    pub keys: Vec<String>,
    /// Revoked keys.
    pub revoked: Vec<String>,
}

/// What the body judges by.
#[derive(Clone, Debug, Deserialize)]
pub struct Rules {
    /// Packs with digests.
    pub packs: Vec<(String, Digest)>,
    /// Quorum by tier.
    pub quorum: Vec<Quorum>,
    /// The tier for changes of the body.
    pub changes_at: String,
    /// Days of a denial.
    pub denial_days: u16,
    /// Hours of break-glass.
    pub break_glass_hours: u16,
    /// Days of an emergency closure.
    pub emergency_closure_days: u16,
    /// The longest closure.
    pub longest_closure_days: u16,
    /// From overdue to restricted.
    pub overdue_days: u16,
    /// For an appeal.
    pub appeal_days: u16,
}

/// Quorum at a tier.
#[derive(Clone, Debug, Deserialize)]
pub struct Quorum {
    /// Tier.
    pub tier: String,
    /// People.
    pub people: u8,
    /// Must agree.
    pub agree: Vec<String>,
    /// Must be heard.
    pub heard: Vec<String>,
    /// Working days for comment.
    pub comment_days: u16,
    /// Silence is consent.
    pub silence: bool,
    /// A rule may allow.
    pub by_rule: bool,
    /// Days to the next review.
    pub review_days: u16,
}

/// Mechanism health.
#[derive(Clone, Debug, Deserialize)]
pub struct Health {
    /// Decided.
    pub decided: usize,
    /// Open.
    pub waiting: usize,
    /// Taken back.
    pub taken_back: usize,
    /// Late.
    pub late: usize,
    /// Median days, decided and waiting.
    pub median: Option<i64>,
    /// 90th percentile, decided and waiting.
    pub p90: Option<i64>,
    /// Median days, decided.
    pub median_decided: Option<i64>,
    /// 90th percentile, decided.
    pub p90_decided: Option<i64>,
    /// The oldest: id, since, days.
    pub oldest: Option<(String, Date, i64)>,
    /// By quorum.
    pub by_quorum: usize,
    /// By rule.
    pub by_rule: usize,
    /// By silence.
    pub by_silence: usize,
    /// By one signature.
    pub by_one_signature: usize,
    /// Granted.
    pub granted: usize,
    /// Declined.
    pub declined: usize,
    /// Overturned.
    pub overturned: usize,
    /// Obligations open.
    pub obligations_open: usize,
    /// Obligations overdue.
    pub obligations_overdue: usize,
    /// Lines overdue or restricted.
    pub lines_overdue: usize,
}
