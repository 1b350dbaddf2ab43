//! From many assessments to one [`Estate`]: rows, totals, what to do first and whom to write to, and
//! what all of it stands on.
//!
//! Each assessment is first cut down to a [`Brief`], so that hundreds of them fit into memory at once;
//! everything here is worked out from briefs alone, whatever order they arrive in. It refuses to know
//! folders, the clock, and how many ran at once: the same briefs give the same bytes.

mod actions;
mod brief;
mod ground;
mod letters;
mod tasks;
mod totals;

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Digest, Estate, FeedStamp, Timestamp, Unread,
    canonical::CanonicalError,
    estate::{Row, SCHEMA, Seen},
};

pub use self::{
    brief::{Brief, of_assessment},
    ground::Used,
    tasks::Task,
};

/// More actions than this are counted, not listed.
const MOST_ACTIONS: usize = 100;

/// The actions of one week: what letters are written about.
pub const THIS_WEEK: usize = 10;

/// One subject of an estate, and what came of it.
#[derive(Clone, Debug)]
pub struct Subject {
    /// How its row is named.
    pub repository: String,
    /// Its brief, or why there is none.
    pub brief: Result<Brief, String>,
}

/// What is handed in beside the subjects.
#[derive(Clone, Debug)]
pub struct Given {
    /// The day of judging.
    pub as_of: Timestamp,
    /// Program and version.
    pub tool: String,
    /// What was named or found and is no repository.
    pub passed_over: Vec<Unread>,
}

/// Puts the subjects together.
///
/// # Errors
/// When a value holds a number that canonical JSON refuses, which none here does.
pub fn of(given: Given, mut subjects: Vec<Subject>) -> Result<Estate, CanonicalError> {
    subjects.sort_by(|a, b| a.repository.cmp(&b.repository));
    let today = given.as_of.date();
    let all = actions::of(&subjects, today);
    let letters = letters::of(&all[..all.len().min(THIS_WEEK)], today);
    let actions_total = all.len() as u64;
    let ground = ground::of(&subjects);
    let totals = totals::of(&subjects, today);
    let mut packs = BTreeSet::new();
    let mut feeds: BTreeMap<(String, Digest), FeedStamp> = BTreeMap::new();
    for brief in subjects.iter().filter_map(|subject| subject.brief.as_ref().ok()) {
        packs.extend(brief.packs.iter().cloned());
        for stamp in &brief.feeds {
            feeds.entry((stamp.name.clone(), stamp.digest)).or_insert_with(|| stamp.clone());
        }
    }
    let mut passed_over = given.passed_over;
    passed_over.sort();
    passed_over.dedup();
    let rows = subjects
        .into_iter()
        .map(|subject| Row {
            repository: subject.repository,
            seen: match subject.brief {
                Ok(brief) => Seen::Judged(Box::new(brief.row)),
                Err(why) => Seen::Unreadable(why),
            },
        })
        .collect();
    let mut estate = Estate {
        schema: SCHEMA.to_owned(),
        tool: given.tool,
        digest: None,
        as_of: given.as_of,
        packs: packs.into_iter().collect(),
        feeds: feeds.into_values().collect(),
        rows,
        passed_over,
        totals,
        actions_total,
        actions: all.into_iter().take(MOST_ACTIONS).collect(),
        letters,
        components_total: ground.total,
        stands_on: ground.stands_on,
        fragile_total: ground.fragile_total,
        fragile: ground.fragile,
    };
    estate.digest = Some(estate.compute_digest()?);
    Ok(estate)
}

#[cfg(test)]
mod tests;
