//! Mechanism health: how long people wait for an answer, and how answers come about.
//!
//! Decides what is counted. Cases that still wait count in the lead times with the days they have
//! waited so far: leaving them out would make a committee that never answers look quick.

use domain::{Date, EntryState};
use serde::Serialize;

use super::View;
use crate::act::decision::Means;

/// Counts and lead times, in days.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Health {
    /// Reviews decided.
    pub decided: usize,
    /// Reviews open.
    pub waiting: usize,
    /// Reviews taken back or lapsed.
    pub taken_back: usize,
    /// Open reviews past the day an answer was expected.
    pub late: usize,
    /// Median days over decided and waiting reviews.
    pub median: Option<i64>,
    /// Ninetieth percentile over decided and waiting reviews.
    pub p90: Option<i64>,
    /// The same over decided ones alone.
    pub median_decided: Option<i64>,
    /// The same over decided ones alone.
    pub p90_decided: Option<i64>,
    /// The review that has waited longest: id, since, days.
    pub oldest: Option<(String, Date, i64)>,
    /// Decided by the quorum.
    pub by_quorum: usize,
    /// Decided by a published rule.
    pub by_rule: usize,
    /// Decided by silence.
    pub by_silence: usize,
    /// Decided by one signature.
    pub by_one_signature: usize,
    /// Granted.
    pub granted: usize,
    /// Declined.
    pub declined: usize,
    /// Overturned on appeal.
    pub overturned: usize,
    /// Obligations not met yet.
    pub obligations_open: usize,
    /// Of these, past their day.
    pub obligations_overdue: usize,
    /// Lines of the register past their dates: overdue or restricted.
    pub lines_overdue: usize,
}

impl View<'_> {
    pub(super) fn health(&self) -> Health {
        let register = self.register;
        let today = self.as_of.date();
        let mut out = Health { overturned: register.overturned.len(), ..Health::default() };
        let (mut all, mut decided) = (Vec::new(), Vec::new());
        for review in register.reviews.values() {
            let opened = review.opened.at.date();
            match &review.closed {
                None => {
                    let days = today.days_since(opened);
                    all.push(days);
                    out.waiting += 1;
                    out.late += usize::from(today > review.expected(&register.body));
                    if out.oldest.as_ref().is_none_or(|(_, _, most)| days > *most) {
                        out.oldest = Some((review.id.clone(), opened, days));
                    }
                }
                Some(closed) if closed.ruling.is_none() => out.taken_back += 1,
                Some(closed) => {
                    let days = closed.logged.at.date().days_since(opened);
                    all.push(days);
                    decided.push(days);
                    out.decided += 1;
                    match closed.ruling {
                        Some(crate::act::decision::Ruling::Decline) => out.declined += 1,
                        _ => out.granted += 1,
                    }
                    match closed.by {
                        Some(Means::Rule) => out.by_rule += 1,
                        Some(Means::Silence) => out.by_silence += 1,
                        Some(Means::OneSignature) => out.by_one_signature += 1,
                        Some(Means::Quorum | Means::Concern | Means::Recovery) | None => out.by_quorum += 1,
                    }
                }
            }
        }
        out.median = percentile(&mut all, 50);
        out.p90 = percentile(&mut all, 90);
        out.median_decided = percentile(&mut decided, 50);
        out.p90_decided = percentile(&mut decided, 90);
        for entry in register.entries.values() {
            let state = entry.stand(self.as_of, &register.body.times).state;
            out.lines_overdue += usize::from(matches!(state, EntryState::Overdue | EntryState::Restricted));
            let Some(held) = &entry.decided else { continue };
            for (i, duty) in held.decision.terms.obligations.iter().enumerate() {
                if u16::try_from(i).is_ok_and(|i| held.done.contains(&i)) {
                    continue;
                }
                out.obligations_open += 1;
                out.obligations_overdue += usize::from(duty.due < today);
            }
        }
        out
    }
}

/// The nearest-rank percentile; none of nothing.
fn percentile(days: &mut [i64], percent: usize) -> Option<i64> {
    days.sort_unstable();
    let rank = (days.len() * percent).div_ceil(100);
    days.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        assert_eq!(percentile(&mut [], 50), None);
        assert_eq!(percentile(&mut [9], 90), Some(9));
        assert_eq!(percentile(&mut [5, 1, 4, 2, 3], 50), Some(3));
        assert_eq!(percentile(&mut (1..=10).collect::<Vec<_>>(), 90), Some(9));
    }
}
