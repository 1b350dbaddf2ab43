//! An entry: a line of the register, and its state as of a time.
//!
//! Decides the state from what was decided and from the clock that is handed in: dates act by
//! themselves, so every reader computes the same state, whether or not anybody has written the
//! consequence down yet.

use std::collections::BTreeSet;

use domain::{Date, Digest, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    act::{
        decision::{Decision, Ruling, TripWire},
        position::Duty,
        review::Assessed,
    },
    body::Times,
    case::Case,
    state::State,
};

/// Where in the log something stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logged {
    /// Index of the leaf.
    pub index: u64,
    /// Digest of the statement.
    pub digest: Digest,
    /// When it was logged.
    pub at: Timestamp,
    /// Who stated it.
    pub by: String,
}

/// A line of the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What it is about.
    pub case: Case,
    /// The decision in force, if any.
    pub decided: Option<Decided>,
    /// A denial by one signature.
    pub denied: Option<Denied>,
    /// A break-glass allowance.
    pub glass: Option<Glass>,
    /// Trip-wires touched since the decision.
    pub trips: Vec<Tripped>,
    /// Taken off the register.
    pub withdrawn: Option<Logged>,
    /// Reviews that are open on it.
    pub open: BTreeSet<String>,
    /// The last state that a leaf speaks of: what `tick` compares with.
    pub told: State,
    /// Every decision it ever had, the oldest first.
    pub history: Vec<Logged>,
    /// The register it was adopted from.
    pub adopted_from: Option<String>,
}

/// The decision in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Where it stands.
    pub logged: Logged,
    /// What it says.
    pub decision: Decision,
    /// What was assessed.
    pub assessed: Option<Assessed>,
    /// The role that owns it.
    pub owner: String,
    /// Obligations shown to be met, counted from nought.
    pub done: BTreeSet<u16>,
}

/// A denial by one signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Denied {
    /// Where it stands.
    pub logged: Logged,
    /// It lapses after this day, unless confirmed.
    pub until: Date,
    /// The clause it rests on.
    pub clause: String,
    /// What happens to uses that exist.
    pub existing_uses: String,
    /// The listed alternative.
    pub alternative: String,
    /// The review that would confirm it.
    pub review: String,
    /// Why.
    pub reason: crate::words::Words,
}

/// A break-glass allowance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Glass {
    /// Where it stands.
    pub logged: Logged,
    /// Its end.
    pub until: Timestamp,
    /// Who uses it.
    pub team: String,
}

/// A trip-wire that was touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tripped {
    /// Where it stands.
    pub logged: Logged,
    /// Which; none where that is not told before it is mended.
    pub wire: Option<TripWire>,
    /// The sealed words that say what touched it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Digest>,
}

impl Tripped {
    /// Which, in words.
    pub fn word(&self) -> &'static str {
        self.wire.map_or("which one is told after mending", TripWire::word)
    }

    /// The gravest of those touched, the first of several alike.
    pub fn gravest(trips: &[Self]) -> Option<&Self> {
        // The wires are declared the gravest first; one that is not told is none of malware.
        trips.iter().min_by_key(|t| (t.wire != Some(TripWire::Malware), t.wire.unwrap_or(TripWire::Kev)))
    }
}

/// The state of an entry, and what it follows from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stand {
    /// The state.
    pub state: State,
    /// Since which day.
    pub since: Date,
    /// The statement it follows from, if any.
    pub of: Option<Digest>,
    /// Why, in plain English.
    pub why: String,
    /// The day on which it changes by itself, if nobody acts.
    pub next: Option<Date>,
}

impl Entry {
    /// An entry of which nothing is known yet.
    pub const fn new(case: Case) -> Self {
        Self {
            case,
            decided: None,
            denied: None,
            glass: None,
            trips: Vec::new(),
            withdrawn: None,
            open: BTreeSet::new(),
            told: State::Unlisted,
            history: Vec::new(),
            adopted_from: None,
        }
    }

    /// The state as of a time, by the body's times.
    pub fn stand(&self, as_of: Timestamp, times: &Times) -> Stand {
        let without = self.stand_without_glass(as_of, times);
        match self.glass_at(as_of, times) {
            Some(glass) => Stand {
                state: State::ListedWithObligations,
                since: glass.logged.at.date(),
                of: Some(glass.logged.digest),
                why: format!("break-glass for {} until {}", glass.team, glass.until),
                next: Some(glass.until.date()),
            },
            None => without,
        }
    }

    /// The break-glass allowance in force: where the register says anything but yes, and nothing was said
    /// after the glass was broken.
    pub fn glass_at(&self, as_of: Timestamp, times: &Times) -> Option<&Glass> {
        let state = self.stand_without_glass(as_of, times).state;
        let open = matches!(state, State::Listed | State::ListedWithObligations | State::Overdue);
        self.glass.as_ref().filter(|g| as_of < g.until && !open && !self.said_after(&g.logged))
    }

    /// Whether a denial or a trip-wire came after a leaf; malware counts whenever it was found.
    fn said_after(&self, leaf: &Logged) -> bool {
        let denied = self.denied.as_ref().is_some_and(|d| d.logged.index > leaf.index);
        denied || self.trips.iter().any(|t| t.wire == Some(TripWire::Malware) || t.logged.index > leaf.index)
    }

    /// The state as it holds for every team but the one that a break-glass allowance names.
    pub fn stand_without_glass(&self, as_of: Timestamp, times: &Times) -> Stand {
        let today = as_of.date();
        let at = |state, logged: &Logged, why: String, next| Stand {
            state,
            since: logged.at.date(),
            of: Some(logged.digest),
            why,
            next,
        };
        if let Some(trip) = Tripped::gravest(&self.trips) {
            let more = match self.trips.len() {
                1 => String::new(),
                n => format!(" (and {} more)", n - 1),
            };
            let why = format!("a trip-wire of the decision was touched: {}{more}", trip.word());
            return at(State::Suspended, &trip.logged, why, None);
        }
        if let Some(denied) = self.denied.as_ref().filter(|d| today <= d.until) {
            let why = format!(
                "denied by one signature ({}) until {}, unless confirmed",
                denied.clause, denied.until
            );
            return at(State::Suspended, &denied.logged, why, Some(denied.until.plus_days(1)));
        }
        if let Some(withdrawn) = &self.withdrawn {
            return at(State::Withdrawn, withdrawn, "taken off the register".to_owned(), None);
        }
        if let Some(decided) = &self.decided {
            return decided.stand(today, times);
        }
        let (state, mut why) = match self.open.first() {
            Some(review) => (State::UnderEvaluation, format!("review {review} is open")),
            None => (State::Unlisted, "nobody has decided on it".to_owned()),
        };
        // The day on which a measure of one signature ended, where one did.
        let denial =
            self.denied.as_ref().map(|d| (d.until.plus_days(1), &d.logged, "denial by one signature"));
        let glass = self.glass.as_ref().filter(|g| g.until <= as_of);
        let glass = glass.map(|g| (g.until.date(), &g.logged, "break-glass"));
        let ended = denial.into_iter().chain(glass).max_by_key(|(day, ..)| *day);
        if let Some((day, _, what)) = ended {
            why = format!("the {what} ended on {day} unconfirmed; {why}");
        }
        let of = ended.map(|(_, logged, _)| logged.digest);
        Stand { state, since: ended.map_or(today, |(day, ..)| day), of, why, next: None }
    }
}

impl Decided {
    /// Obligations that are not met yet.
    fn open(&self) -> impl Iterator<Item = &Duty> {
        let duties = self.decision.terms.obligations.iter().enumerate();
        duties.filter(|(i, _)| u16::try_from(*i).is_ok_and(|i| !self.done.contains(&i))).map(|(_, duty)| duty)
    }

    /// The first day on which something is due, and what.
    fn due(&self) -> (Date, &'static str) {
        let terms = &self.decision.terms;
        match self.open().map(|duty| duty.due).min() {
            Some(due) if due < terms.review_on => (due, "an obligation was due"),
            _ => (terms.review_on, "its review was due"),
        }
    }

    /// The day from which on it is restricted, if nobody acts.
    pub(crate) fn restricted_on(&self, times: &Times) -> Date {
        self.due().0.plus_days(i64::from(times.overdue) + 1)
    }

    fn stand(&self, today: Date, times: &Times) -> Stand {
        let stand =
            |state, since, why: String, next| Stand { state, since, of: Some(self.logged.digest), why, next };
        let decided_on = self.logged.at.date();
        if self.decision.ruling == Ruling::Decline {
            return stand(State::Declined, decided_on, "declined".to_owned(), None);
        }
        let (due, of_what) = self.due();
        let restricted_on = self.restricted_on(times);
        if today >= restricted_on {
            let why = format!("{of_what} on {due} and nobody has acted for {} days", times.overdue);
            return stand(State::Restricted, restricted_on, why, None);
        }
        if today > due {
            return stand(
                State::Overdue,
                due.plus_days(1),
                format!("{of_what} on {due}"),
                Some(restricted_on),
            );
        }
        let next = Some(due.plus_days(1));
        match self.open().count() {
            0 => stand(State::Listed, decided_on, "granted".to_owned(), next),
            1 => stand(
                State::ListedWithObligations,
                decided_on,
                "granted, with one obligation open".to_owned(),
                next,
            ),
            n => {
                let why = format!("granted, with {n} obligations open");
                stand(State::ListedWithObligations, decided_on, why, next)
            }
        }
    }
}
