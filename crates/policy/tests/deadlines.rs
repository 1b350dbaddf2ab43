//! The shipped tables beside the published ones, row by row.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where something is wrong"
)]

use std::{env, fs, path::Path};

use policy::deadline::rows;

fn published(file: &str) -> Option<Vec<Vec<String>>> {
    let Some(corpus) = env::var_os("FORMULARY_CORPUS") else {
        println!("SKIPPED: FORMULARY_CORPUS is not set");
        return None;
    };
    let text = fs::read_to_string(Path::new(&corpus).join("reference/ssvc/csv").join(file)).unwrap();
    Some(text.lines().skip(1).map(|line| line.split(',').skip(1).map(str::to_owned).collect()).collect())
}

#[test]
fn every_row_of_bod_26_04() {
    let Some(published) = published("cisa_bod_26_04_1_0_0.csv") else { return };
    let ours = rows("BOD 26-04").unwrap();
    assert_eq!((ours.len(), published.len()), (16, 16));
    for (at, (row, (key, days, forensics))) in published.iter().zip(&ours).enumerate() {
        assert_eq!(&row[..4], key, "row {at}");
        let answer = match (days, forensics) {
            (None, _) => "fix on system upgrade".to_owned(),
            (Some(days), false) => format!("{days} days"),
            (Some(days), true) => format!("{days} days & forensic investigation"),
        };
        assert_eq!(row[4], answer, "row {at}");
    }
}

#[test]
fn every_row_of_the_ssvc_deployer_tree() {
    let Some(published) = published("deployer_patch_application_priority_1_0_0.csv") else { return };
    let ours = rows("SSVC deployer").unwrap();
    assert_eq!((ours.len(), published.len()), (72, 72));
    for (at, (row, (key, days, forensics))) in published.iter().zip(&ours).enumerate() {
        let words: Vec<String> = row[..4].iter().map(|w| w.replace(' ', "-")).collect();
        assert_eq!(&words, key, "row {at}");
        let answer = match days {
            Some(3) => "immediate",
            Some(14) => "out-of-cycle",
            Some(60) => "scheduled",
            None => "defer",
            Some(other) => panic!("row {at}: {other} days"),
        };
        assert_eq!((row[4].as_str(), forensics), (answer, &false), "row {at}");
    }
}
