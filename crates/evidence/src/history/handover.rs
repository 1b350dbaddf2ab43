//! Whether the person who made most of the commits changed: a question for a reviewer, never a verdict.
//!
//! Asked where one person made more than 60 per cent of the commits of the year two years ago, and at
//! least ten commits were made then and in the last twelve months. It is answered with yes where another
//! person, first seen less than three years ago, made more than 40 per cent of the last year's. Measured
//! on 95 repositories this fires in one of nine such windows, nearly always for an honest handover; it is
//! also what the history of a compromised compression library showed.

use std::collections::BTreeMap;

use domain::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How far back single commits are needed: three years before the day of asking, which may be up to a
/// year after the last commit.
pub(super) const DAYS: i64 = 3 * 366 + 366;

/// Fewer commits than this in a window say nothing.
const FEWEST: usize = 10;

/// Commits of people, merges left out, and when each of them was first seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Handover {
    /// Day and person.
    pub(super) commits: Vec<(Date, u32)>,
    /// By person: the first commit of all.
    pub(super) first_seen: Vec<Date>,
}

impl Handover {
    /// What is seen as of a day.
    pub(super) fn value(&self, today: Date) -> Value {
        let window = |from: i64, to: i64| {
            let mut by: BTreeMap<u32, usize> = BTreeMap::new();
            let mut all = 0;
            for (day, who) in &self.commits {
                if (to..from).contains(&today.days_since(*day)) {
                    *by.entry(*who).or_default() += 1;
                    all += 1;
                }
            }
            // Of equals the one seen first, so that the answer is always the same.
            let top = by.into_iter().max_by_key(|(who, count)| (*count, std::cmp::Reverse(*who)));
            (all, top)
        };
        let (then_all, then_top) = window(3 * 365 + 1, 2 * 365);
        let (now_all, now_top) = window(365, 0);
        let percent = |count: usize, all: usize| count * 100 / all.max(1);
        let eligible = then_all >= FEWEST
            && now_all >= FEWEST
            && then_top.is_some_and(|(_, count)| count * 100 > then_all * 60);
        let (Some((before, then)), Some((after, now)), true) = (then_top, now_top, eligible) else {
            return json!({ "asked": false });
        };
        let newcomer =
            self.first_seen.get(after as usize).is_some_and(|first| today.days_since(*first) < 3 * 365 + 1);
        json!({
            "asked": true,
            "changed": before != after && newcomer && now * 100 > now_all * 40,
            "percent_before": percent(then, then_all),
            "percent_now": percent(now, now_all),
            "first_seen": self.first_seen.get(after as usize),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    /// So many commits of a person from a day on, one a week.
    fn weekly(of: &mut Handover, who: u32, from: &str, count: i64) {
        of.commits.extend((0..count).map(|week| (day(from).plus_days(7 * week), who)));
    }

    /// As in the history that taught the rule: 32 of 35, then 316 of 553, of a newcomer of two years.
    #[test]
    fn a_newcomer_who_takes_over_is_a_question() {
        let mut of =
            Handover { first_seen: vec![day("2009-01-01"), day("2022-02-01")], ..Handover::default() };
        weekly(&mut of, 0, "2021-03-01", 32);
        weekly(&mut of, 1, "2023-03-01", 30);
        weekly(&mut of, 0, "2023-03-01", 20);
        let value = of.value(day("2024-02-23"));
        assert_eq!((&value["asked"], &value["changed"]), (&json!(true), &json!(true)), "{value}");
        assert_eq!(value["percent_now"], 60);
        // Somebody who was there all along is none.
        of.first_seen[1] = day("2015-01-01");
        assert_eq!(of.value(day("2024-02-23"))["changed"], false);
    }

    #[test]
    fn too_little_or_shared_work_is_not_asked() {
        let mut of =
            Handover { first_seen: vec![day("2009-01-01"), day("2022-02-01")], ..Handover::default() };
        weekly(&mut of, 0, "2021-06-01", 9);
        weekly(&mut of, 1, "2023-03-01", 30);
        assert_eq!(of.value(day("2024-02-23")), json!({ "asked": false }));
        weekly(&mut of, 1, "2021-06-01", 9);
        assert_eq!(
            of.value(day("2024-02-23")),
            json!({ "asked": false }),
            "half is no more than 60 per cent"
        );
    }
}
