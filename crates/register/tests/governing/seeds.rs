//! The kept inputs of the fuzz target `register`: whole logs, one leaf a line. They are what these scenes
//! write; `FORMULARY_WRITE=1` writes them anew.

use std::{fs, path::Path};

use domain::{Outcome, Tier};
use policy::quorum::Stance;
use register::{
    act::{
        decision::{Means, Ruling},
        emergency::Measure,
        review::Asks,
    },
    words::Words,
};

use super::committee::*;

fn by_quorum() -> Scene {
    let mut scene = Scene::new();
    scene.listed(Tier::Clinical);
    scene.on("2027-06-01");
    scene.ticks();
    scene
}

fn concern() -> Scene {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    scene.vote(&review, &[(LAY, Stance::Concern), (SECURITY, Stance::Agree), (CHAIR, Stance::Agree)]);
    scene.answers(DEVELOPER, &review, LAY).unwrap();
    scene.overrules(CHAIR, &review, LAY).unwrap();
    scene.settles(LAY, &review).unwrap();
    let other = scene.assessed(Outcome::Conditional, 2);
    scene.renews(DEVELOPER, &review, other).unwrap();
    scene.vote(&review, &[(LAY, Stance::Concern)]);
    scene.declines(CHAIR, &review).unwrap();
    scene
}

fn emergencies() -> Scene {
    let mut scene = Scene::new();
    scene.denies(SECURITY, lodash(Tier::Operational)).unwrap();
    scene.breaks_glass(DEPUTY, lodash(Tier::Operational)).unwrap();
    let measure = Measure::Close {
        cause: Words::sealed(&[2; 32], "a live secret"),
        closure: Box::new(closure("2026-12-01")),
        mending: vec![Words::sealed(&[3; 32], "Rotate the key")],
        assessment: None,
    };
    scene.emergency(SECURITY, ward_list(), measure).unwrap();
    scene.on("2027-01-01");
    scene.ticks();
    scene
}

fn by_rule() -> Scene {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Research, Outcome::Allowed);
    let decision = scene.decision(&review, Ruling::Grant, Means::Rule);
    let decided = scene.decides(DEVELOPER, decision).unwrap();
    let opening =
        scene.opening(Asks::Appeal { decision: decided.digest }, Some(lodash(Tier::Research)), None);
    scene.opens(LAY, opening).unwrap();
    scene.attests(DEVELOPER, "owner-route", "2027-05-01", None).unwrap();
    scene
}

#[test]
fn the_seeds_are_what_these_scenes_write() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/register");
    let scenes = [
        ("by-quorum", by_quorum()),
        ("concern", concern()),
        ("emergencies", emergencies()),
        ("by-rule", by_rule()),
    ];
    for (name, scene) in scenes {
        assert!(scene.reread().rejected.is_empty());
        let log = scene.leaves.join(&b'\n');
        let path = folder.join(name);
        if std::env::var_os("FORMULARY_WRITE").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &log).unwrap();
        }
        assert!(
            fs::read(&path).unwrap_or_default() == log,
            "{name} is old: FORMULARY_WRITE=1 writes it anew"
        );
    }
}
