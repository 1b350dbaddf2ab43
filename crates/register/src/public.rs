//! What of a register is public as of a time, as plain values.
//!
//! Decides which of the things that a register knows may be shown to anyone, at once: outcomes, states
//! of controls, roles, obligations, dates, digests; and words that were said in public or revealed
//! since. Never: sealed words, names without consent, what touched a trip-wire, what lies open in a
//! repository that was closed in an emergency, the places that a closure, an exception or an
//! attestation names (they are counted), contacts of people, declared interests. Refuses to know how
//! it is shown.

mod board;
mod cases;
mod health;
mod subjects;

use std::collections::{BTreeMap, HashMap};

use domain::{ControlState, Date, Digest, EntryState, Outcome, Timestamp};
use serde::Serialize;

use crate::{
    entry::Logged,
    register::{Register, Told},
    statement::LOG,
};

pub use self::{board::Ending, health::Health};

/// The schema name of [`Public`] as JSON.
pub const SCHEMA: &str = "formulary/register-site/v1";

/// Everything public of a register, as of a time.
#[derive(Clone, Debug, Serialize)]
pub struct Public {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// The body's name.
    pub name: String,
    /// Whom to write to about the register.
    pub contact: String,
    /// The log's name among logs.
    pub origin: String,
    /// The day on which the log began.
    pub founded: Date,
    /// As of when states were computed.
    pub as_of: Timestamp,
    /// When the last entry of the log was logged.
    pub last: Timestamp,
    /// How many entries the log has.
    pub size: u64,
    /// Entries of the log that mean nothing, or cannot be read.
    pub meaningless: usize,
    /// How many lines of the register are in each state.
    pub counts: BTreeMap<EntryState, usize>,
    /// Subjects by name.
    pub subjects: Vec<Subject>,
    /// Reviews, the oldest first.
    pub reviews: Vec<Case>,
    /// Decisions and emergency measures, the newest first.
    pub decisions: Vec<Settled>,
    /// Exceptions and closures, the first to end first.
    pub endings: Vec<Ending>,
    /// How well the mechanism works.
    pub health: Health,
    /// People by id.
    pub people: Vec<Member>,
    /// What the body judges by.
    pub policy: Rules,
}

/// A subject and the lines of the register about it.
#[derive(Clone, Debug, Serialize)]
pub struct Subject {
    /// Its name in the register.
    pub name: String,
    /// As people say it.
    pub plain: String,
    /// `component`, `repository`, `model` or `product`.
    pub kind: &'static str,
    /// Its lines.
    pub lines: Vec<Line>,
    /// Statements of people about it that count, without what exactly they saw.
    pub attested: Vec<Stated>,
    /// Exceptions and closures of it.
    pub endings: Vec<Ending>,
    /// What other bodies decided; in force nowhere here.
    pub elsewhere: Vec<Elsewhere>,
}

/// A line of the register.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// The question: `use at clinical`, `publication`.
    pub question: String,
    /// The state.
    pub state: EntryState,
    /// Since when.
    pub since: Date,
    /// Why.
    pub why: String,
    /// The entry of the log that the state follows from.
    pub follows_from: Option<u64>,
    /// The day on which the state changes by itself, if nobody acts.
    pub changes_on: Option<Date>,
    /// The decision in force.
    pub decision: Option<InForce>,
    /// The listed alternative.
    pub alternative: Option<String>,
    /// What happens to uses that exist.
    pub existing_uses: Option<String>,
    /// What of the repository is kept closed, and until when.
    pub closed: Option<String>,
    /// Ids of reviews that are open on it.
    pub open: Vec<String>,
    /// The register it was adopted from.
    pub adopted_from: Option<String>,
    /// All that was logged about it, the newest first.
    pub history: Vec<Event>,
}

/// A decision in force.
#[derive(Clone, Debug, Serialize)]
pub struct InForce {
    /// Its short id.
    pub id: String,
    /// Digest of its statement.
    pub digest: Digest,
    /// Its entry in the log.
    pub entry: u64,
    /// The day.
    pub on: Date,
    /// `granted` or `declined`.
    pub ruling: &'static str,
    /// By what right.
    pub by: &'static str,
    /// Who signed it.
    pub signed: Who,
    /// The role that owns the outcome.
    pub owner: String,
    /// Who may use it, in words.
    pub may_use: String,
    /// Why.
    pub reasons: String,
    /// The day by which it must be reviewed.
    pub review_on: Date,
    /// What suspends it at once.
    pub trip_wires: Vec<&'static str>,
    /// The release it is bound to.
    pub version: Option<String>,
    /// What must be done.
    pub obligations: Vec<Duty>,
    /// The review.
    pub review: String,
    /// What it rests on.
    pub evidence: Option<Evidence>,
    /// Positions it rests on.
    pub positions: Vec<Position>,
}

/// An obligation.
#[derive(Clone, Debug, Serialize)]
pub struct Duty {
    /// What.
    pub what: String,
    /// The role that must do it.
    pub who: String,
    /// By when.
    pub due: Date,
    /// How it is shown to be done.
    pub shown_by: String,
    /// `met`, `open` or `overdue`.
    pub state: &'static str,
}

/// What was assessed: the answer, digests, states of controls.
#[derive(Clone, Debug, Serialize)]
pub struct Evidence {
    /// The assessment's digest.
    pub digest: Digest,
    /// What votes depend on.
    pub basis: Digest,
    /// Its clock.
    pub as_of: Timestamp,
    /// The pack that judged.
    pub pack: String,
    /// Its answer.
    pub outcome: Outcome,
    /// Digest of the tree that was looked at.
    pub tree: Option<Digest>,
    /// Every control with its state.
    pub controls: Vec<Control>,
}

/// A control's state.
#[derive(Clone, Debug, Serialize)]
pub struct Control {
    /// Which.
    pub control: String,
    /// Its state.
    pub state: ControlState,
    /// Met by a person's statement, until this day.
    pub attested: Option<Date>,
    /// Set aside until this day.
    pub excepted: Option<Date>,
    /// What it alone makes of the answer, where that is not a plain yes.
    pub outcome: Option<Outcome>,
    /// How many things it concerns, where it stands against a plain yes.
    pub concerns: Option<u64>,
}

/// A position on a case.
#[derive(Clone, Debug, Serialize)]
pub struct Position {
    /// Who.
    pub who: Who,
    /// What.
    pub stance: &'static str,
    /// The clause a concern rests on.
    pub clause: Option<String>,
    /// Why, where it was said in public.
    pub says: Option<String>,
    /// When.
    pub on: Date,
    /// Its entry in the log.
    pub entry: u64,
    /// Whether it is on evidence that has changed since.
    pub stale: bool,
    /// For a concern: `open`, `answered` or `settled`.
    pub concern: Option<&'static str>,
}

/// A review.
#[derive(Clone, Debug, Serialize)]
pub struct Case {
    /// Its id.
    pub id: String,
    /// What it asks for: `use`, `closure`, …
    pub asks: &'static str,
    /// The subject, where it is about one.
    pub subject: Option<String>,
    /// The question: `use at clinical`.
    pub question: String,
    /// Opened on.
    pub opened: Date,
    /// Its entry in the log.
    pub entry: u64,
    /// By whom.
    pub by: Who,
    /// Why it is asked.
    pub reason: String,
    /// The role that will own the outcome.
    pub owner: String,
    /// How many things the application lacks.
    pub missing: usize,
    /// By when an answer is expected.
    pub expected: Date,
    /// Whom it awaits, while it is open: roles, or how many people.
    pub awaits: Vec<String>,
    /// How many concerns block it.
    pub blocked: usize,
    /// What it rests on.
    pub evidence: Option<Evidence>,
    /// Positions, the newest of each person.
    pub positions: Vec<Position>,
    /// How it ended.
    pub ended: Option<Ended>,
    /// All that was logged about it, the newest first.
    pub history: Vec<Event>,
}

/// How a review ended.
#[derive(Clone, Debug, Serialize)]
pub struct Ended {
    /// `granted`, `declined` or `taken back`.
    pub how: &'static str,
    /// By what right.
    pub by: Option<&'static str>,
    /// The day.
    pub on: Date,
    /// Its entry in the log.
    pub entry: u64,
    /// An appeal has overturned it since.
    pub overturned: bool,
}

/// A decision, or a measure of one signature, in a line.
#[derive(Clone, Debug, Serialize)]
pub struct Settled {
    /// Short id.
    pub id: String,
    /// Digest of its statement.
    pub digest: Digest,
    /// Its entry in the log.
    pub entry: u64,
    /// When.
    pub at: Timestamp,
    /// `granted`, `declined`, `denied by one signature`, `break-glass`.
    pub what: &'static str,
    /// By what right.
    pub by: &'static str,
    /// The subject, where it is about one.
    pub subject: Option<String>,
    /// The question.
    pub question: String,
    /// The review, where there was one.
    pub review: Option<String>,
}

/// A statement of a person about a subject.
#[derive(Clone, Debug, Serialize)]
pub struct Stated {
    /// The control.
    pub control: String,
    /// Who.
    pub who: Who,
    /// The release it is bound to.
    pub version: Option<String>,
    /// When.
    pub on: Date,
    /// The last day it counts.
    pub until: Date,
    /// Its entry in the log.
    pub entry: u64,
}

/// What another body decided.
#[derive(Clone, Debug, Serialize)]
pub struct Elsewhere {
    /// The body.
    pub body: String,
    /// The question.
    pub question: String,
    /// What was decided, and how it stands there.
    pub ruling: String,
    /// When.
    pub on: Date,
}

/// Something that was logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Its entry in the log.
    pub entry: u64,
    /// The day.
    pub on: Date,
    /// What.
    pub what: String,
    /// By whom.
    pub who: Who,
}

/// Somebody, as the public may know them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Who {
    /// Id.
    pub id: String,
    /// Name, with consent.
    pub name: Option<String>,
    /// Roles, as of now.
    pub roles: Vec<String>,
}

/// A person of the body.
#[derive(Clone, Debug, Serialize)]
pub struct Member {
    /// Who.
    pub who: Who,
    /// Roles for which they are the named deputy.
    pub deputy_for: Vec<String>,
    /// Fingerprints of keys that sign.
    pub keys: Vec<String>,
    /// Fingerprints of revoked keys.
    pub revoked: Vec<String>,
}

/// What the body judges by.
#[derive(Clone, Debug, Serialize)]
pub struct Rules {
    /// Packs with their digests, in the order they are asked.
    pub packs: Vec<(String, Digest)>,
    /// Who must agree, by tier.
    pub quorum: Vec<Quorum>,
    /// The tier whose quorum a change of the body itself needs.
    pub changes_at: &'static str,
    /// A denial by one signature lapses after so many days.
    pub denial_days: u16,
    /// Hours of a break-glass allowance.
    pub break_glass_hours: u16,
    /// Days of an emergency closure.
    pub emergency_closure_days: u16,
    /// The longest closure, in days.
    pub longest_closure_days: u16,
    /// Days from overdue to restricted.
    pub overdue_days: u16,
    /// Days in which a decision may be appealed.
    pub appeal_days: u16,
}

/// Who must agree at a tier.
#[derive(Clone, Debug, Serialize)]
pub struct Quorum {
    /// The tier.
    pub tier: &'static str,
    /// Distinct people.
    pub people: u8,
    /// Roles that must agree.
    pub agree: Vec<String>,
    /// Roles that must be heard.
    pub heard: Vec<String>,
    /// Working days for comment.
    pub comment_days: u16,
    /// Whether silence is consent.
    pub silence: bool,
    /// Whether a rule alone may allow.
    pub by_rule: bool,
    /// The longest time to the next review, in days.
    pub review_days: u16,
}

impl Register {
    /// Everything public, as of a time.
    pub fn public(&self, as_of: Timestamp) -> Public {
        let view = View::of(self, as_of);
        let mut counts = BTreeMap::new();
        for entry in self.entries.values() {
            *counts.entry(entry.stand(as_of, &self.body.times).state).or_default() += 1;
        }
        Public {
            schema: SCHEMA,
            name: self.body.name.clone(),
            contact: self.body.contact.clone(),
            origin: self.origin.clone(),
            founded: self.story.first().map_or(self.last, |told| told.logged.at).date(),
            as_of,
            last: self.last,
            size: self.size,
            meaningless: self.rejected.len() + self.unread.len(),
            counts,
            subjects: view.subjects(),
            reviews: view.cases(),
            decisions: view.decisions(),
            endings: view.endings(),
            health: view.health(),
            people: self.members(),
            policy: self.rules(),
        }
    }

    fn members(&self) -> Vec<Member> {
        let people = self.body.people.iter();
        people
            .map(|(id, person)| {
                let keys = |revoked| {
                    let keys = person.keys.iter().filter(move |(_, key)| key.revoked == revoked);
                    keys.map(|(print, _)| print.clone()).collect()
                };
                Member {
                    who: self.who(id),
                    deputy_for: person.deputy_for.iter().cloned().collect(),
                    keys: keys(false),
                    revoked: keys(true),
                }
            })
            .collect()
    }

    fn rules(&self) -> Rules {
        let body = &self.body;
        let quorum = domain::Tier::ALL
            .into_iter()
            .map(|tier| {
                let rule = body.quorum.rule(tier);
                Quorum {
                    tier: tier.word(),
                    people: rule.people,
                    agree: rule.agree.clone(),
                    heard: rule.heard.clone(),
                    comment_days: rule.comment_days,
                    silence: rule.lazy,
                    by_rule: rule.by_rule,
                    review_days: rule.review_days,
                }
            })
            .collect();
        Rules {
            packs: body.packs.iter().map(|p| (p.pack.clone(), p.digest)).collect(),
            quorum,
            changes_at: body.changes_at.word(),
            denial_days: body.times.denial,
            break_glass_hours: body.times.break_glass_hours,
            emergency_closure_days: body.times.emergency_closure,
            longest_closure_days: body.times.longest_closure,
            overdue_days: body.times.overdue,
            appeal_days: body.times.appeal,
        }
    }

    fn who(&self, id: &str) -> Who {
        let person = self.body.people.get(id);
        let name = person.and_then(|p| p.name.text()).map(str::to_owned);
        let roles = person.map(|p| p.roles.iter().cloned().collect()).unwrap_or_default();
        let name = if id == LOG { Some("the log itself".to_owned()) } else { name };
        Who { id: id.to_owned(), name, roles }
    }
}

/// A register with its clock, and what was told by what it is about.
struct View<'r> {
    register: &'r Register,
    as_of: Timestamp,
    told: HashMap<&'r str, Vec<&'r Told>>,
    /// Closures in force by their case.
    closed: HashMap<&'r crate::case::Case, Vec<&'r crate::register::Closing>>,
}

impl<'r> View<'r> {
    fn of(register: &'r Register, as_of: Timestamp) -> Self {
        let mut told: HashMap<&str, Vec<&Told>> = HashMap::new();
        for one in &register.story {
            if let Some(about) = &one.about {
                told.entry(about).or_default().push(one);
            }
        }
        let mut closed: HashMap<&crate::case::Case, Vec<&crate::register::Closing>> = HashMap::new();
        for one in register.closures.iter().filter(|c| c.closure.until >= as_of.date()) {
            closed.entry(&one.case).or_default().push(one);
        }
        Self { register, as_of, told, closed }
    }

    /// What was logged about any of these, the newest first.
    fn history<'a>(&self, about: impl IntoIterator<Item = &'a str>) -> Vec<Event> {
        let mut out: Vec<Event> = about
            .into_iter()
            .flat_map(|about| self.told.get(about).into_iter().flatten())
            .map(|told| self.event(&told.logged, &told.word))
            .collect();
        out.sort_by_key(|one| std::cmp::Reverse(one.entry));
        out.dedup();
        out
    }

    fn event(&self, logged: &Logged, what: &str) -> Event {
        let who = self.register.who(&logged.by);
        Event { entry: logged.index, on: logged.at.date(), what: what.to_owned(), who }
    }

    /// Whether a repository was closed in an emergency that has not ended: its name is told after mending,
    /// since what lay there is not (DESIGN, principle 11: outcomes at once, names of what is exposed later).
    fn withheld(&self, case: &crate::case::Case) -> bool {
        self.closed.get(case).is_some_and(|closures| closures.iter().any(|c| c.emergency))
    }
}

/// The question of a case, without its subject.
fn question(case: &crate::case::Case) -> String {
    let mut out = match case.purpose {
        domain::Purpose::Use => "use".to_owned(),
        domain::Purpose::Publish => "publication".to_owned(),
    };
    if let Some(tier) = case.tier {
        out = format!("{out} at {tier}");
    }
    if let Some(part) = &case.part {
        out = format!("{out}, part {part}");
    }
    out
}
