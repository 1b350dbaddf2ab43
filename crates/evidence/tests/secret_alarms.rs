//! False alarms over real public repositories' manifests, lockfiles and SBOMs: there must be none
//! that is not listed here by hand, with what it is.

use std::path::Path;

use evidence::{
    collector::{Collector as _, Given},
    material::folder::Folder,
    secrets::Secrets,
};

/// Rule, place: what a person found there.
const LISTED: &[(&str, &str, &str)] = &[];

#[test]
fn real_manifests_raise_no_alarm() {
    let Ok(corpus) = std::env::var("FORMULARY_CORPUS") else {
        println!("SKIPPED: FORMULARY_CORPUS is not set");
        return;
    };
    let tree = Folder::open(&Path::new(&corpus).join("inputs"), &[]).unwrap();
    let seen = Secrets.collect(&tree, Given { today: "2026-08-22".parse().unwrap() });
    let mut wrong = Vec::new();
    for finding in &seen.findings {
        let places: Vec<_> = finding.places.iter().map(ToString::to_string).collect();
        let listed =
            |place: &String| LISTED.iter().any(|(rule, at, _)| *rule == finding.id && *at == place.as_str());
        if !places.iter().all(listed) {
            wrong.push(format!("{} at {}", finding.id, places.join(", ")));
        }
    }
    println!("{}", seen.evidence[0].value);
    assert!(seen.coverage[0].read > 900, "only {} files were read", seen.coverage[0].read);
    assert!(wrong.is_empty(), "{} alarms:\n{}", wrong.len(), wrong.join("\n"));
}
