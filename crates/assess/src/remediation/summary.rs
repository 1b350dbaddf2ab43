//! Exposures, counted: all, by severity, by year.

use std::collections::BTreeMap;

use domain::{
    Severity,
    remediation::{End, Exposure, Maker, Summary},
};

use super::survival::{self, Observation};

/// How long each was seen.
pub(super) fn observations(exposures: &[&Exposure]) -> Vec<Observation> {
    exposures
        .iter()
        .map(|e| Observation { days: e.days, ended: matches!(e.end, End::Mended { .. }) })
        .collect()
}

/// All of them together.
pub(super) fn of(exposures: &[&Exposure]) -> Summary {
    let mut out = Summary { exposures: exposures.len() as u64, ..Summary::default() };
    for exposure in exposures {
        match &exposure.end {
            End::Mended { by, .. } => {
                out.mended += 1;
                match by {
                    Maker::Person => out.by_person += 1,
                    Maker::Bot => out.by_bot += 1,
                    Maker::Program => out.by_program += 1,
                }
            }
            End::Open => out.open += 1,
            End::Lost { .. } => out.lost += 1,
        }
        if let Some(in_time) = exposure.in_time {
            out.timed += 1;
            out.in_time += u64::from(in_time);
        }
    }
    out.median = survival::curve(&observations(exposures)).median;
    out
}

/// By severity, the gravest first, those without a vector last.
pub(super) fn by_severity(exposures: &[&Exposure]) -> Vec<(Option<Severity>, Summary)> {
    let mut groups: BTreeMap<Option<Severity>, Vec<&Exposure>> = BTreeMap::new();
    exposures.iter().for_each(|e| groups.entry(e.severity).or_default().push(e));
    groups.into_iter().rev().map(|(severity, group)| (severity, of(&group))).collect()
}

/// By the year in which they began.
pub(super) fn by_year(exposures: &[&Exposure]) -> Vec<(i32, Summary)> {
    let mut groups: BTreeMap<i32, Vec<&Exposure>> = BTreeMap::new();
    exposures.iter().for_each(|e| groups.entry(e.start.year()).or_default().push(e));
    groups.into_iter().map(|(year, group)| (year, of(&group))).collect()
}
