//! What a board reads: how many of each, never a score.

use std::collections::BTreeMap;

use domain::{
    By, Date, Outcome, Tier, Visibility,
    estate::{Judged, Openness, OverdueAt, Totals},
};

use super::Subject;

/// An exception that ends within so many days is about to end.
const SOON: i64 = 30;

/// The totals over all subjects.
pub(super) fn of(subjects: &[Subject], today: Date) -> Totals {
    let mut totals = Totals { subjects: subjects.len() as u64, ..Totals::default() };
    let mut overdue: BTreeMap<Tier, (u64, u64)> = BTreeMap::new();
    for subject in subjects {
        let Ok(brief) = &subject.brief else {
            totals.unreadable += 1;
            totals.usage.add(Outcome::NotEvaluated);
            totals.publish.add(Outcome::NotEvaluated);
            totals.openness.not_said += 1;
            continue;
        };
        let row = &brief.row;
        totals.judged += 1;
        totals.without_owner += u64::from(row.owner.is_none());
        if let Some(answer) = row.usage {
            totals.usage.add(answer.outcome);
        }
        if let Some(answer) = row.publish {
            totals.publish.add(answer.outcome);
        }
        open(row, &mut totals.openness);
        totals.exceptions += row.exceptions.in_force;
        totals.exceptions_expired += row.exceptions.expired;
        let ending = row.exceptions.next_end.is_some_and(|end| end.days_since(today) <= SOON);
        totals.exceptions_ending += u64::from(ending);
        for at in &row.overdue {
            let sum = overdue.entry(at.tier).or_default();
            sum.0 += at.count;
            sum.1 += 1;
        }
    }
    totals.overdue =
        overdue.into_iter().map(|(tier, (flaws, subjects))| OverdueAt { tier, flaws, subjects }).collect();
    totals
}

/// A live closure says that it is closed; without one, what is merely assumed is not said.
fn open(row: &Judged, openness: &mut Openness) {
    // Paths kept closed close no repository.
    let whole = row.closure.as_ref().filter(|closure| !closure.partly);
    let live = whole.is_some_and(|closure| closure.live);
    let lapsed = whole.is_some_and(|closure| !closure.live);
    match (row.visibility.value, row.visibility.by) {
        (Visibility::Public, _) => openness.public += 1,
        (Visibility::Private, _) if live => openness.closed_with_closure += 1,
        (Visibility::Private, By::Assumed) if !lapsed => openness.not_said += 1,
        (Visibility::Private, _) => {
            openness.closed_without_closure += 1;
            openness.closures_expired += u64::from(whole.is_some_and(|c| c.until.is_some()));
        }
    }
}
