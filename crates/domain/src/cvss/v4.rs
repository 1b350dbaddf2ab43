//! The score of CVSS v4.0 (specification §8), exactly.
//!
//! The vector is put into one class of each of five equivalences (EQ3 and EQ6 together): its
//! MacroVector, which has a score in a table. Within its class of an equivalence the vector lies
//! some steps below the gravest one; the table's score is lowered by the mean, over the
//! equivalences that have a lower class, of the share of those steps times the gap to that lower
//! class. All of this is a ratio of integers, rounded once, half up, to tenths.

use super::Cvss;
use table::{NONE, SCORES};

mod table;

/// Which metrics are counted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    /// The base metrics alone.
    Base,
    /// Threat and environmental metrics too.
    All,
}

/// A metric's distance from its gravest value, in steps.
type Steps = i32;

/// A multiple of every class's depth, so that shares are integers.
const SHARES: i32 = 840;

pub(super) fn score(vector: &Cvss, counted: Counted) -> u8 {
    let m = Metrics::of(vector, counted);
    if m.vulnerable.iter().chain(&m.subsequent).all(|v| *v == "N") {
        return 0;
    }
    let [eq1, eq2, eq3, eq4, eq5, eq6] = m.classes();
    let here = |eq1, eq2, eq3, eq4, eq5, eq6| lookup([eq1, eq2, eq3, eq4, eq5, eq6]);
    let Some(score) = here(eq1, eq2, eq3, eq4, eq5, eq6) else { return 0 };
    // The next lower class of EQ3 and EQ6 together; from the top, the graver of the two ways down.
    let lower36 = match (eq3, eq6) {
        (1, 0) => here(eq1, eq2, eq3, eq4, eq5, 1),
        (0, 0) => here(eq1, eq2, eq3, eq4, eq5, 1).max(here(eq1, eq2, 1, eq4, eq5, 0)),
        _ => here(eq1, eq2, eq3 + 1, eq4, eq5, eq6),
    };
    let gaps = [
        (here(eq1 + 1, eq2, eq3, eq4, eq5, eq6), m.below1(eq1), [1, 4, 5][eq1]),
        (here(eq1, eq2 + 1, eq3, eq4, eq5, eq6), m.below2(eq2), [1, 2][eq2]),
        (lower36, m.below36(eq3, eq6), [[7, 6], [8, 8], [10, 10]][eq3][eq6]),
        (here(eq1, eq2, eq3, eq4 + 1, eq5, eq6), m.below4(eq4), [6, 5, 4][eq4]),
        // EQ5 has one vector a class: it counts in the mean, and lowers nothing.
        (here(eq1, eq2, eq3, eq4, eq5 + 1, eq6), 0, 1),
    ];
    let mut lowered = 0;
    let mut ways = 0;
    for (lower, steps, depth) in gaps {
        if let Some(lower) = lower {
            lowered += (score - lower) * steps * (SHARES / depth);
            ways += 1;
        }
    }
    // score - lowered / SHARES / ways, rounded half up.
    let whole = SHARES * ways.max(1);
    let rounded = (2 * (score * whole - lowered) + whole).div_euclid(2 * whole);
    // The table's scores are 1 to 100 and only lowered.
    rounded.clamp(0, 100) as u8
}

/// A MacroVector's score in tenths; `None` where the class does not exist.
fn lookup([eq1, eq2, eq3, eq4, eq5, eq6]: [usize; 6]) -> Option<i32> {
    if eq1 > 2 || eq2 > 1 || eq3 > 2 || eq4 > 2 || eq5 > 2 || eq6 > 1 {
        return None;
    }
    match SCORES[((eq1 * 2 + eq2) * 3 + eq3) * 3 + eq4][eq5 * 2 + eq6] {
        NONE => None,
        score => Some(i32::from(score)),
    }
}

/// The metrics that count, environmental ones in place of base ones.
struct Metrics {
    av: &'static str,
    ac: &'static str,
    at: &'static str,
    pr: &'static str,
    ui: &'static str,
    vulnerable: [&'static str; 3],
    subsequent: [&'static str; 3],
    requirements: [&'static str; 3],
    exploit: &'static str,
}

impl Metrics {
    fn of(vector: &Cvss, counted: Counted) -> Self {
        let defined = |name| vector.metric(name).filter(|value| counted == Counted::All && *value != "X");
        let effective = |name: &str, modified| defined(modified).unwrap_or_else(|| vector.base(name));
        Self {
            av: effective("AV", "MAV"),
            ac: effective("AC", "MAC"),
            at: effective("AT", "MAT"),
            pr: effective("PR", "MPR"),
            ui: effective("UI", "MUI"),
            vulnerable: [effective("VC", "MVC"), effective("VI", "MVI"), effective("VA", "MVA")],
            subsequent: [effective("SC", "MSC"), effective("SI", "MSI"), effective("SA", "MSA")],
            // Not defined counts as the worst case.
            requirements: ["CR", "IR", "AR"].map(|name| defined(name).unwrap_or("H")),
            exploit: defined("E").unwrap_or("A"),
        }
    }

    /// Tables 24 to 29: the classes EQ1 to EQ6.
    fn classes(&self) -> [usize; 6] {
        let none = [self.av, self.pr, self.ui].map(|v| v == "N");
        let [vc, vi, va] = self.vulnerable.map(|v| v == "H");
        let worst_met = (0..3).any(|i| self.requirements[i] == "H" && self.vulnerable[i] == "H");
        [
            match none {
                [true, true, true] => 0,
                _ if self.av != "P" && none.contains(&true) => 1,
                _ => 2,
            },
            usize::from(!(self.ac == "L" && self.at == "N")),
            match (vc && vi, vc || vi || va) {
                (true, _) => 0,
                (_, true) => 1,
                _ => 2,
            },
            match self.subsequent {
                s if s.contains(&"S") => 0,
                s if s.contains(&"H") => 1,
                _ => 2,
            },
            match self.exploit {
                "A" => 0,
                "P" => 1,
                _ => 2,
            },
            usize::from(!worst_met),
        ]
    }

    fn below1(&self, class: usize) -> Steps {
        let gravest: &[[Steps; 3]] =
            [&[[0, 0, 0]][..], &[[1, 0, 0], [0, 1, 0], [0, 0, 1]], &[[3, 0, 0], [1, 1, 1]]][class];
        let av = steps("NALP", self.av);
        below(gravest, [av, steps("NLH", self.pr), steps("NPA", self.ui)])
    }

    fn below2(&self, class: usize) -> Steps {
        let gravest: &[[Steps; 2]] = [&[[0, 0]][..], &[[1, 0], [0, 1]]][class];
        below(gravest, [steps("LH", self.ac), steps("NP", self.at)])
    }

    fn below36(&self, eq3: usize, eq6: usize) -> Steps {
        // VC, VI, VA in steps from H; CR, IR, AR likewise.
        let gravest: &[[Steps; 6]] = match (eq3, eq6) {
            (0, 0) => &[[0, 0, 0, 0, 0, 0]],
            (0, _) => &[[0, 0, 1, 1, 1, 0], [0, 0, 0, 1, 1, 1]],
            (1, 0) => &[[1, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0]],
            (1, _) => &[
                [1, 0, 1, 0, 1, 0],
                [1, 0, 0, 0, 1, 1],
                [0, 1, 0, 1, 0, 1],
                [0, 1, 1, 1, 0, 0],
                [1, 1, 0, 0, 0, 1],
            ],
            _ => &[[1, 1, 1, 0, 0, 0]],
        };
        let [vc, vi, va] = self.vulnerable.map(|v| steps("HLN", v));
        let [cr, ir, ar] = self.requirements.map(|v| steps("HML", v));
        below(gravest, [vc, vi, va, cr, ir, ar])
    }

    fn below4(&self, class: usize) -> Steps {
        let gravest: [Steps; 3] = [[1, 0, 0], [1, 1, 1], [2, 2, 2]][class];
        below(&[gravest], self.subsequent.map(|v| steps("SHLN", v)))
    }
}

/// How far down a metric's value stands in the order from gravest to mildest.
fn steps(order: &str, value: &str) -> Steps {
    // Four values at most.
    order.find(value).unwrap_or_default() as Steps
}

/// The sum of steps below the first of the gravest vectors that is nowhere milder.
fn below<const N: usize>(gravest: &[[Steps; N]], here: [Steps; N]) -> Steps {
    let first = gravest.iter().find(|g| g.iter().zip(here).all(|(g, h)| h >= *g));
    first.map_or(0, |g| here.iter().sum::<Steps>() - g.iter().sum::<Steps>())
}
