//! Whether something is kept up, by the history of a clone: active, quiet but stable, declining, ceased,
//! unknown.
//!
//! - **Ceased** only where it says so itself. A last commit long ago is not enough: finished software and a
//!   clone that nobody refreshed look the same.
//! - **Unknown** where the clone shows no sign of the last year, neither a commit on any reference nor a
//!   fetch: `git fetch` answers it.
//! - **Active**: five commits by people, or a release, in six months (openCode, maintenance level 1 and 2).
//! - **Declining**: no commit in twelve months, and the last release longer ago than three times the
//!   project's own usual interval (where it had three), and an open flaw.
//! - **Quiet but stable**: anything else without an open flaw. With one it is unknown.

use domain::{Date, Evidence, Purl, canonical::CanonicalError};
use evidence::history::hygiene::Hygiene;
use policy::catalogue::Upkeep;
use serde_json::{Value, json};

/// Evidence about the repository itself.
pub const KIND: &str = "upkeep";
/// Evidence about components whose clones were given.
pub const OF_COMPONENTS: &str = "component-upkeep";

/// Without a sign for so many days a clone may simply be old.
const STALE: i64 = 365;

/// A clone of a component.
#[derive(Clone)]
pub struct Clone {
    /// Which component; its version plays no part.
    pub purl: Purl,
    /// How it is worked on.
    pub hygiene: Hygiene,
    /// When it was last fetched, where that is known.
    pub fetched: Option<Date>,
    /// Its front page says that it has ended.
    pub ended: bool,
}

/// A state, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// None: unknown.
    pub state: Option<Upkeep>,
    /// In words.
    pub why: &'static str,
}

/// The state as of a day.
pub fn found(hygiene: &Hygiene, fetched: Option<Date>, ended: bool, open_flaw: bool, today: Date) -> Found {
    let (last, last_tag, newest) = hygiene.days();
    let within =
        |day: Option<Date>, days: i64| day.is_some_and(|day| (0..=days).contains(&today.days_since(day)));
    let say = |state, why| Found { state, why };
    if ended {
        return say(Some(Upkeep::Ceased), "its front page says that it has ended");
    }
    let Some(last) = last else { return say(None, "it has no commits") };
    if hygiene.commits_of_people(today, 183) >= 5 || within(last_tag, 183) {
        return say(Some(Upkeep::Active), "five commits by people or a release in six months");
    }
    if !within(newest, STALE) && !within(fetched, STALE) {
        return say(None, "nothing in the clone is younger than a year: it may not have been refreshed");
    }
    let rested = today.days_since(last) > 365;
    let overdue = match (hygiene.release_interval(), last_tag) {
        (Some(usual), Some(tag)) => today.days_since(tag) > 3 * usual,
        _ => true,
    };
    match (rested && overdue, open_flaw) {
        (true, true) => say(
            Some(Upkeep::Declining),
            "no commit in a year, no release in three times its usual time, and an open flaw",
        ),
        (false, true) => say(None, "it is quiet and has an open flaw; it is too early to say more"),
        (_, false) => say(Some(Upkeep::Quiet), "quiet, and without an open flaw"),
    }
}

/// What is kept of it: the state, why, and the days it rests on.
pub fn value(found: Found, hygiene: &Hygiene, fetched: Option<Date>, today: Date) -> Value {
    let (last, last_tag, newest) = hygiene.days();
    json!({
        "state": found.state.map_or("unknown", Upkeep::word),
        "why": found.why,
        "as_of": today,
        "last_commit": last,
        "last_release": last_tag,
        "usual_days_between_releases": hygiene.release_interval(),
        "newest_commit_anywhere": newest,
        "fetched": fetched,
    })
}

/// The states of components whose clones were given; `flawed` says which have an open flaw.
///
/// # Errors
/// Never for these values; canonical JSON has no floats.
pub fn of_components(
    clones: &[Clone],
    flawed: impl Fn(&Purl) -> bool,
    today: Date,
) -> Result<Option<Evidence>, CanonicalError> {
    if clones.is_empty() {
        return Ok(None);
    }
    let mut rows: Vec<Value> = clones
        .iter()
        .map(|clone| {
            let found = found(&clone.hygiene, clone.fetched, clone.ended, flawed(&clone.purl), today);
            let mut row = value(found, &clone.hygiene, clone.fetched, today);
            row["component"] = json!(clone.purl.with_version(None));
            row["top_committer"] = clone.hygiene.value(today)["top_committer"].clone();
            row
        })
        .collect();
    rows.sort_by_key(|row| row["component"].to_string());
    Evidence::new(OF_COMPONENTS, Value::Array(rows), "git: clones that were named").map(Some)
}

/// The state that a kept value names; none: unknown.
pub fn state(value: &Value) -> Option<Upkeep> {
    let word = value["state"].as_str()?;
    Upkeep::ALL.iter().copied().find(|state| state.word() == word)
}
