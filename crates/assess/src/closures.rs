//! Closures: what is kept closed, until when, by whose word, and what that makes of a publication.
//!
//! A closure that a register decided wins over the repository's own file. One of the file holds as far as
//! the pack lets a team close on its own word (`closure-days`, renewals counted in); beyond that it is a
//! proposal, which cures nothing until the committee has decided it. A live one makes a publication
//! conditional until its end: of the whole repository for every reason, of paths for what lies in them
//! alone; never for what no closure cures. Past its end it is refused, and cannot be stretched.
//!
//! It is read from the assessment's own evidence, so that a replay needs neither file nor register. The
//! three answers (attacker, gain, harm) are not kept there: they stand in the file that people wrote.

mod laid;

use domain::{
    Assessment, Date, Evidence, Finding, FindingKind, Place, Purpose, Severity, Tier,
    canonical::CanonicalError, closure,
};
use formats::own::{
    closure::DebtClosure,
    debt::{self, Debt},
    system::holds,
};
use policy::Pack;
use serde::{Deserialize, Serialize};

pub(crate) use self::laid::apply;
use crate::{facts, standing};

/// The kind of evidence that lists the closures of the repository's own file.
pub const KIND: &str = "closures";

/// The control under which closures appear.
pub const CONTROL: &str = "closure";

/// The control under which HANDLING_INSTRUCTIONS.md appears.
const HANDLING: &str = "handling-instructions";

/// A closure that begins so many days after another of the same scope renews it.
const RENEWS_WITHIN: i64 = 31;

/// A closure of the repository's own file, without its three answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closure {
    /// Its name in the file.
    pub id: String,
    /// Folders and files, or the one word `repository`.
    pub scope: Vec<String>,
    /// The role that answers.
    pub owner: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// The day it was ended before its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Date>,
    /// The last state that was public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_public: Option<String>,
    /// The line of the file.
    pub line: u32,
}

/// What a closure is on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It begins later.
    Ahead,
    /// It holds.
    Holds,
    /// The committee has to decide it first.
    Proposed,
    /// It is past its end, and nothing has taken its place.
    Lapsed,
    /// It was ended, or another has taken its place, or it never came to hold.
    Over,
}

impl State {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ahead => "begins later",
            Self::Holds => "in force",
            Self::Proposed => "proposed",
            Self::Lapsed => "past its end",
            Self::Over => "over",
        }
    }
}

impl Closure {
    /// One of the file.
    pub fn of(it: &DebtClosure) -> Self {
        Self {
            id: it.id.clone(),
            scope: it.scope.clone(),
            owner: it.owner.clone(),
            from: it.from,
            until: it.until,
            ended: it.ended,
            last_public: it.last_public.as_ref().map(ToString::to_string),
            line: it.line,
        }
    }

    /// Whether it closes the whole repository.
    pub fn is_whole(&self) -> bool {
        self.scope.iter().any(|s| s == closure::WHOLE)
    }

    fn holds_path(&self, path: &str) -> bool {
        self.is_whole() || self.scope.iter().any(|own| holds(own, path))
    }

    fn meets(&self, other: &Self) -> bool {
        self.scope.iter().any(|path| other.holds_path(path))
            || other.scope.iter().any(|path| self.holds_path(path))
    }

    fn ended_by(&self, today: Date) -> bool {
        self.ended.is_some_and(|day| day <= today)
    }

    /// The days it lasts, those of closures it renews counted in.
    pub fn term(&self, all: &[Self]) -> i64 {
        let mut start = self.from;
        while let Some(earlier) = all
            .iter()
            .filter(|c| c.from < start && c.meets(self))
            .filter(|c| start.days_since(c.ended.map_or(c.until, |day| day.min(c.until))) <= RENEWS_WITHIN)
            .map(|c| c.from)
            .min()
        {
            start = earlier;
        }
        self.until.days_since(start)
    }

    /// What it is on a day, where a team may close for `limit` days on its own word.
    pub fn state(&self, all: &[Self], limit: i64, today: Date) -> State {
        let past = self.until < today;
        if self.ended_by(today) {
            State::Over
        } else if self.from > today {
            State::Ahead
        } else if self.term(all) > limit {
            if past { State::Over } else { State::Proposed }
        } else if !past {
            State::Holds
        } else {
            let renewed = all.iter().any(|c| {
                c.until >= today
                    && c.from <= today
                    && !c.ended_by(today)
                    && self.scope.iter().all(|path| c.holds_path(path))
            });
            if renewed { State::Over } else { State::Lapsed }
        }
    }
}

/// The closures of the debt file, as evidence; none where it has none.
///
/// # Errors
/// Never in practice: nothing in it is a fraction.
pub fn evidence(debt: &Debt) -> Result<Option<Evidence>, CanonicalError> {
    if debt.closures.is_empty() {
        return Ok(None);
    }
    let rows: Vec<Closure> = debt.closures.iter().map(Closure::of).collect();
    Evidence::new(KIND, serde_json::to_value(rows)?, debt::FILE).map(Some)
}

/// The closures of the repository's own file.
pub fn of(assessment: &Assessment) -> Vec<Closure> {
    facts::value(assessment, KIND)
        .and_then(|value| serde_json::from_value(value.clone()).ok())
        .unwrap_or_default()
}

/// For how many days a team may close on its own word, renewals counted in: the shortest of the packs that
/// judge publication; 0 where one of them does not say.
pub fn limit(packs: &[Pack], tier: Tier) -> i64 {
    let publish = packs.iter().filter(|pack| pack.purpose() == Purpose::Publish);
    publish.map(|pack| limit_of(pack, tier)).min().unwrap_or(0)
}

fn limit_of(pack: &Pack, tier: Tier) -> i64 {
    pack.limit("closure-days", tier).map_or(0, i64::from)
}

/// The closure that stands for a repository in a table: one in force before one that has lapsed, of the
/// whole before one of paths, the last to end of these.
pub(crate) fn foremost(assessment: &Assessment, packs: &[Pack]) -> Option<(Closure, State)> {
    let (all, today) = (of(assessment), assessment.as_of.date());
    let limit = limit(packs, assessment.circumstances.tier.value);
    let shown = all.iter().map(|c| (c, c.state(&all, limit, today)));
    shown
        .filter(|(_, state)| matches!(state, State::Holds | State::Lapsed))
        .max_by_key(|(c, state)| (c.is_whole(), *state == State::Holds, c.until))
        .map(|(c, state)| (c.clone(), state))
}

/// What is to be said of closures: those near or past their end, and HANDLING_INSTRUCTIONS.md where it
/// does not say the same.
pub(crate) fn remarks(assessment: &mut Assessment, packs: &[Pack]) {
    let (all, today) = (of(assessment), assessment.as_of.date());
    let decided = standing::of(assessment).closed_until;
    if all.is_empty() && decided.is_none() {
        return;
    }
    let limit = limit(packs, assessment.circumstances.tier.value);
    let mut found = Vec::new();
    if let Some(until) = decided {
        found.extend(ending("the closure that the register holds", "register", until, today, None));
    }
    let own = if decided.is_some() { &[][..] } else { &all[..] };
    for it in own {
        let place = Place::line(debt::FILE, it.line);
        let name = format!("closure `{}`", it.id);
        match it.state(&all, limit, today) {
            State::Holds | State::Lapsed => {
                found.extend(ending(&name, &it.id, it.until, today, Some(place)));
            }
            State::Ahead | State::Proposed | State::Over => {}
        }
    }
    if let Some(until) = decided {
        for it in all.iter().filter(|c| c.until != until && c.is_whole() && !c.ended_by(today)) {
            let title = format!(
                "closure `{}` says until {}, the register until {until}: the register's word holds",
                it.id, it.until
            );
            let mut finding = Finding::new(FindingKind::Exception, "closure-differs", CONTROL, title, &it.id);
            finding.places.push(Place::line(debt::FILE, it.line));
            finding.remedy = Some(format!("Write until = {until} in {}.", debt::FILE));
            found.push(finding);
        }
    }
    let live: Vec<&Closure> = all.iter().filter(|c| c.state(&all, limit, today) == State::Holds).collect();
    found.extend(handling(assessment, &live, decided.is_some_and(|until| until >= today)));
    assessment.findings.extend(found);
}

fn ending(name: &str, identity: &str, until: Date, today: Date, place: Option<Place>) -> Option<Finding> {
    let left = until.days_since(today);
    let (id, title, severity, remedy) = match left {
        ..0 => (
            "closure-lapsed",
            format!("{name} ended on {until}"),
            Severity::High,
            "Open it and record the end (`formulary closure end`), or have it decided anew.",
        ),
        0..=closure::SOON => (
            "closure-ends",
            format!("{name} ends on {until}"),
            Severity::Medium,
            "Open it before that day, or put its renewal before the committee now.",
        ),
        _ => return None,
    };
    let mut finding = Finding::new(FindingKind::Exception, id, CONTROL, title, identity);
    finding.severity = Some(severity);
    finding.due = Some(until);
    finding.remedy = Some(remedy.to_owned());
    finding.places.extend(place);
    Some(finding)
}

/// Whether HANDLING_INSTRUCTIONS.md is there and says what the closures say.
fn handling(assessment: &Assessment, live: &[&Closure], decided: bool) -> Vec<Finding> {
    let Some(value) = facts::value(assessment, HANDLING) else { return Vec::new() };
    let find = |id: &str, title: String, identity: &str, remedy: &str| {
        let mut finding = Finding::new(FindingKind::Hygiene, id, HANDLING, title, identity);
        finding.severity = Some(Severity::Medium);
        finding.remedy = Some(remedy.to_owned());
        finding
    };
    const WRITE: &str = "Write it with `formulary closure handling`; what people wrote in it stays.";
    if value.is_null() {
        let any = decided || !live.is_empty();
        let title = "it is kept closed, and HANDLING_INSTRUCTIONS.md is not there".to_owned();
        return any.then(|| find("handling-missing", title, "", WRITE)).into_iter().collect();
    }
    let told: Vec<(&str, &str)> = value["closures"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|row| Some((row["id"].as_str()?, row["until"].as_str()?)))
        .collect();
    let mut out = Vec::new();
    for it in live.iter().filter(|_| !decided) {
        let until = it.until.to_string();
        if !told.contains(&(it.id.as_str(), until.as_str())) {
            let title =
                format!("HANDLING_INSTRUCTIONS.md does not tell of closure `{}` until {until}", it.id);
            out.push(find("handling-differs", title, &it.id, WRITE));
        }
    }
    for (id, _) in told.iter().filter(|(id, _)| !decided && !live.iter().any(|c| c.id == *id)) {
        let title = format!("HANDLING_INSTRUCTIONS.md tells of closure `{id}`, which is not in force");
        out.push(find("handling-differs", title, id, WRITE));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn closure(id: &str, scope: &str, from: &str, until: &str) -> Closure {
        Closure {
            id: id.to_owned(),
            scope: vec![scope.to_owned()],
            owner: "Fraud team".to_owned(),
            from: day(from),
            until: day(until),
            ended: None,
            last_public: None,
            line: 1,
        }
    }

    #[test]
    fn a_renewal_counts_with_what_it_renews_and_so_does_one_of_a_folder_inside() {
        let one = closure("one", "src/fraud", "2026-01-01", "2026-06-01");
        let two = closure("two", "src", "2026-06-15", "2026-10-01");
        let far = closure("far", "docs", "2026-06-02", "2026-10-01");
        let all = [one.clone(), two.clone(), far.clone()];
        assert_eq!(one.term(&all), 151);
        assert_eq!(two.term(&all), 273, "it began with the first");
        assert_eq!(far.term(&all), 121);
        let today = day("2026-08-22");
        assert_eq!(two.state(&all, 183, today), State::Proposed, "a team cannot stretch by renewing");
        assert_eq!(two.state(&all, 365, today), State::Holds);
        assert_eq!(far.state(&all, 183, today), State::Holds);
        assert_eq!(one.state(&all, 365, today), State::Over, "another has taken its place");
    }

    #[test]
    fn it_begins_holds_lapses_and_is_ended() {
        let one = closure("one", "repository", "2026-03-01", "2026-08-01");
        let all = [one.clone()];
        for (on, state) in [
            ("2026-02-28", State::Ahead),
            ("2026-03-01", State::Holds),
            ("2026-08-01", State::Holds),
            ("2026-08-02", State::Lapsed),
        ] {
            assert_eq!(one.state(&all, 183, day(on)), state, "{on}");
        }
        assert_eq!(one.state(&all, 0, day("2026-04-01")), State::Proposed, "where the committee decides");
        assert_eq!(one.state(&all, 0, day("2026-09-01")), State::Over, "a proposal that nobody decided");
        let ended = Closure { ended: Some(day("2026-05-01")), ..one };
        assert_eq!(ended.state(std::slice::from_ref(&ended), 183, day("2026-05-01")), State::Over);
        assert_eq!(ended.state(std::slice::from_ref(&ended), 183, day("2026-04-30")), State::Holds);
    }
}
