//! The estimate of Kaplan and Meier, in whole numbers.
//!
//! At each day on which something was mended the share still open is multiplied by one less the number
//! mended over the number still open and seen. What was seen no longer than that day counts as still
//! open on it. The median is the first day after which no more than half is open.
//!
//! Source: E. L. Kaplan, P. Meier, "Nonparametric estimation from incomplete observations", Journal of
//! the American Statistical Association 53 (1958) 457-481. Own code because shares enter digests, and a
//! product of floating-point fractions that ought to be one half need not be.

use domain::remediation::{FEWEST, Median, Step};

/// How long one exposure was seen, and whether it was seen to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Observation {
    /// Days.
    pub(super) days: u32,
    /// Whether it ended then; else it was open for at least so long.
    pub(super) ended: bool,
}

/// The curve and its median.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Curve {
    /// Every day on which something was mended or was last seen.
    pub(super) steps: Vec<Step>,
    /// The median.
    pub(super) median: Median,
}

/// The curve of these observations.
pub(super) fn curve(observations: &[Observation]) -> Curve {
    let mut sorted = observations.to_vec();
    sorted.sort_unstable();
    let mut steps = Vec::new();
    let mut median = None;
    let mut open = Share::whole(sorted.len() as u64);
    let mut rest = &sorted[..];
    while let Some(first) = rest.first() {
        let (same, later) = rest.split_at(rest.partition_point(|o| o.days == first.days));
        let at_risk = rest.len() as u64;
        let mended = same.iter().filter(|o| o.ended).count() as u64;
        open.lessen(mended, at_risk);
        if mended > 0 && median.is_none() && open.is_half_or_less() {
            median = Some(first.days);
        }
        steps.push(Step {
            day: first.days,
            at_risk,
            mended,
            censored: same.len() as u64 - mended,
            open: open.basis_points(),
        });
        rest = later;
    }
    let median = match median {
        _ if (sorted.len() as u64) < FEWEST => Median::TooFew,
        Some(days) => Median::Days(days),
        None => Median::NotReached,
    };
    Curve { steps, median }
}

/// A share as an exact fraction: `above * last / below`. As long as nobody is lost from sight between
/// two days the product telescopes, and nothing grows.
struct Share {
    above: Natural,
    last: u64,
    below: Natural,
}

impl Share {
    fn whole(count: u64) -> Self {
        Self { above: Natural::one(), last: count, below: Natural::one().times(count.max(1)) }
    }

    /// Multiplies by `(at_risk - mended) / at_risk`.
    fn lessen(&mut self, mended: u64, at_risk: u64) {
        if mended == 0 {
            return;
        }
        if at_risk != self.last {
            self.above = self.above.times(self.last);
            self.below = self.below.times(at_risk);
        }
        self.last = at_risk - mended;
    }

    fn is_half_or_less(&self) -> bool {
        self.above.times(self.last).times(2) <= self.below
    }

    /// Rounded down.
    fn basis_points(&self) -> u32 {
        let whole = self.above.times(self.last).times(10_000);
        let (mut low, mut high) = (0u32, 10_000u32);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            if self.below.times(u64::from(middle)) <= whole { low = middle } else { high = middle - 1 }
        }
        low
    }
}

/// A number of any size, its lowest part first, without empty parts at the top.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Natural(Vec<u64>);

impl Natural {
    fn one() -> Self {
        Self(vec![1])
    }

    fn times(&self, by: u64) -> Self {
        let mut out = Vec::with_capacity(self.0.len() + 1);
        let mut carry = 0u128;
        for part in &self.0 {
            carry += u128::from(*part) * u128::from(by);
            #[expect(clippy::cast_possible_truncation, reason = "the lower half, the upper one is carried")]
            out.push(carry as u64);
            carry >>= 64;
        }
        out.extend(u64::try_from(carry).ok().filter(|carry| *carry > 0));
        while out.last() == Some(&0) {
            out.pop();
        }
        Self(out)
    }
}

impl PartialOrd for Natural {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Natural {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Days, with a `+` after those that were open when last seen, as the literature writes them.
    fn observed(text: &str) -> Vec<Observation> {
        text.split_whitespace()
            .map(|word| Observation {
                days: word.trim_end_matches('+').parse().unwrap(),
                ended: !word.ends_with('+'),
            })
            .collect()
    }

    fn open(curve: &Curve) -> Vec<(u32, u64, u32)> {
        curve.steps.iter().filter(|s| s.mended > 0).map(|s| (s.day, s.at_risk, s.open)).collect()
    }

    /// Freireich and others, Blood 21 (1963) 699-716: weeks of remission of leukaemia under
    /// 6-mercaptopurine. The estimates are those of Cox and Oakes, "Analysis of Survival Data" (1984),
    /// table 1.1 and section 4.2: 0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448; median 23.
    #[test]
    fn the_remission_data_with_the_drug() {
        let curve = curve(&observed("6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"));
        assert_eq!(
            open(&curve),
            [
                (6, 21, 8571),
                (7, 17, 8067),
                (10, 15, 7529),
                (13, 12, 6901),
                (16, 11, 6274),
                (22, 7, 5378),
                (23, 6, 4481),
            ]
        );
        assert_eq!(curve.median, Median::Days(23));
    }

    /// The same paper's placebo arm, in which nobody was lost from sight: median 8, and after week 8
    /// 8 of 21 are left.
    #[test]
    fn the_remission_data_without_the_drug() {
        let curve = curve(&observed("1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"));
        assert_eq!(curve.median, Median::Days(8));
        let left: Vec<u32> = open(&curve).iter().map(|(.., open)| *open).collect();
        assert_eq!(left, [9047, 8095, 7619, 6666, 5714, 3809, 2857, 1904, 1428, 952, 476, 0]);
    }

    /// Exactly one half open is the median: a product of rounded fractions might miss it.
    #[test]
    fn one_half_is_half() {
        for half in 3..60u32 {
            let all: Vec<Observation> =
                (1..=2 * half).map(|days| Observation { days, ended: true }).collect();
            assert_eq!(curve(&all).median, Median::Days(half));
            // The same with the later half only seen to be open.
            let seen: Vec<Observation> =
                (1..=2 * half).map(|days| Observation { days, ended: days <= half }).collect();
            assert_eq!(curve(&seen).median, Median::Days(half));
        }
    }

    #[test]
    fn too_few_and_not_reached_are_answers() {
        assert_eq!(curve(&[]).median, Median::TooFew);
        assert_eq!(curve(&observed("1 2 3 4")).median, Median::TooFew);
        assert_eq!(curve(&observed("1 2 3+ 4+ 5+")).median, Median::NotReached);
        assert_eq!(curve(&observed("9+ 9+ 9+ 9+ 9+")).median, Median::NotReached);
        assert_eq!(curve(&observed("0 0 0 0 0")).median, Median::Days(0));
    }

    /// What was last seen on a day counts as still open on it.
    #[test]
    fn seen_and_mended_on_one_day() {
        let curve = curve(&observed("5 5+ 9 9 9"));
        assert_eq!(curve.steps[0], Step { day: 5, at_risk: 5, mended: 1, censored: 1, open: 8000 });
        assert_eq!(curve.steps[1], Step { day: 9, at_risk: 3, mended: 3, censored: 0, open: 0 });
    }

    /// Thousands of losses between endings make large numbers, and still an answer.
    #[test]
    fn many_steps_stay_exact_and_quick() {
        let all: Vec<Observation> =
            (0..6_000).map(|at| Observation { days: at, ended: at % 2 == 0 }).collect();
        let curve = curve(&all);
        assert!(curve.steps.windows(2).all(|two| two[0].open >= two[1].open));
        assert!(matches!(curve.median, Median::Days(days) if (4_000..5_000).contains(&days)));
    }
}
