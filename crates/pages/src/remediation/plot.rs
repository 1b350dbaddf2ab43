//! The curve as a drawing: the share still open, day by day, as an SVG without script or outside parts.
//!
//! Whole numbers only, so that the same record gives the same bytes everywhere. What it shows stands
//! in the table beside it as well: nobody has to read the drawing.

use std::fmt::Write;

use domain::remediation::{Median, Record};

const LEFT: u64 = 56;
const TOP: u64 = 16;
const WIDE: u64 = 560;
const HIGH: u64 = 220;

/// More steps than this are drawn as every so many, the last always.
const MOST_POINTS: usize = 1_500;

/// The days between two marks, so that there are at most eight.
fn spacing(last: u64) -> u64 {
    let mut at = 1;
    for step in [2, 5, 10].iter().cycle() {
        if last / at <= 8 {
            return at;
        }
        at = match step {
            2 => at * 2,
            5 => at / 2 * 5,
            _ => at * 2,
        };
    }
    at
}

/// The drawing; empty where there is no curve.
pub(super) fn curve(record: &Record) -> String {
    let Some(last) = record.curve.last().map(|step| u64::from(step.day).max(1)) else {
        return String::new();
    };
    let x = |day: u32| LEFT + u64::from(day) * WIDE / last;
    let y = |open: u32| TOP + HIGH - u64::from(open.min(10_000)) * HIGH / 10_000;
    let (bottom, right) = (TOP + HIGH, LEFT + WIDE);
    let mut out = format!(
        "<svg class=\"plot\" viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"plot-title plot-text\">\
         <title id=\"plot-title\">Share of exposures still open, by days since they began</title>\
         <desc id=\"plot-text\">{}. The table of the curve follows.</desc>",
        right + 24,
        bottom + 44,
        crate::html::escape(&super::headline(record)),
    );
    for share in [0u32, 2_500, 5_000, 7_500, 10_000] {
        let at = y(share);
        let _ = write!(
            out,
            "<path class=\"grid\" d=\"M{LEFT} {at}H{right}\"/>\
             <text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}%</text>",
            LEFT - 8,
            at + 4,
            share / 100
        );
    }
    let spacing = spacing(last);
    for day in (0..=last).step_by(usize::try_from(spacing).unwrap_or(usize::MAX)).take(16) {
        let at = LEFT + day * WIDE / last;
        let _ = write!(
            out,
            "<path class=\"grid\" d=\"M{at} {bottom}v5\"/>\
             <text x=\"{at}\" y=\"{}\" text-anchor=\"middle\">{day}</text>",
            bottom + 20
        );
    }
    let _ = write!(
        out,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">days since it began</text>",
        LEFT + WIDE / 2,
        bottom + 38
    );
    if let Median::Days(days) = record.ships.median {
        let (at, half) = (x(days), y(5_000));
        let _ = write!(out, "<path class=\"half\" d=\"M{LEFT} {half}H{at}V{bottom}\"/>");
    }
    let every = record.curve.len().div_ceil(MOST_POINTS).max(1);
    let count = record.curve.len();
    let mut path = format!("M{LEFT} {TOP}");
    let mut seen = String::new();
    for (at, step) in record.curve.iter().enumerate() {
        if at % every != 0 && at + 1 != count {
            continue;
        }
        let _ = write!(path, "H{}V{}", x(step.day), y(step.open));
        if step.censored > 0 {
            let _ = write!(seen, "M{} {}v8", x(step.day), y(step.open).saturating_sub(4));
        }
    }
    let _ = write!(out, "<path class=\"curve\" d=\"{path}\"/>");
    if !seen.is_empty() {
        let _ = write!(out, "<path class=\"seen\" d=\"{seen}\"/>");
    }
    out.push_str("</svg>");
    out
}

#[cfg(test)]
mod tests {
    use super::spacing;

    #[test]
    fn marks_are_round_and_few() {
        for (last, every) in [(1, 1), (8, 1), (9, 2), (30, 5), (80, 10), (365, 50), (3_000, 500)] {
            assert_eq!(spacing(last), every, "{last}");
        }
        assert!(u64::from(u32::MAX) / spacing(u64::from(u32::MAX)) <= 8);
    }
}
