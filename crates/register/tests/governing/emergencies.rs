//! Line 4: what one signature does at once, and how it ends.

use domain::{Outcome, Tier};
use policy::quorum::Stance;
use register::{
    act::{Act, decision::TripWire, emergency::Measure, review::TakeBack, upkeep::Trip},
    state::State,
    words::Words,
};

use super::committee::*;

fn close(until: &str, mending: &[&str]) -> Measure {
    Measure::Close {
        cause: sealed("a live secret"),
        closure: Box::new(closure(until)),
        mending: mending.iter().map(|m| sealed(m)).collect(),
        assessment: None,
    }
}

/// The review that an emergency has put before the committee.
fn tabled(scene: &Scene) -> String {
    scene.register.reviews.values().max_by_key(|r| r.opened.index).unwrap().id.clone()
}

fn trips(scene: &mut Scene, wire: TripWire) -> Result<register::entry::Logged, register::refused::Refused> {
    let because = Words::sealed(&[1; 32], "CVE-2026-0001 is being exploited");
    let case = lodash(Tier::Operational);
    let assessment = domain::Digest::of(b"assessment");
    scene.says(SECURITY, Act::Trip(Trip { case, wire: Some(wire), assessment, because }))
}

#[test]
fn one_signature_denies_at_once_and_lapses_after_five_days() {
    let mut scene = Scene::new();
    scene.listed(Tier::Operational);
    let case = lodash(Tier::Operational);
    refused(scene.denies(DEVELOPER, case.clone()), &["this is for chair, clinical-safety-officer, security"]);
    let quiet = Measure::Deny { existing_uses: String::new(), alternative: "none".to_owned() };
    refused(scene.emergency(SECURITY, case.clone(), quiet), &["what happens to existing uses"]);
    scene.denies(SECURITY, case.clone()).unwrap();
    let entry = &scene.register.entries[&case];
    let denied = entry.denied.as_ref().unwrap();
    assert_eq!(denied.alternative, "pkg:npm/es-toolkit");
    assert_eq!(denied.existing_uses, "They go on; the ward list is watched by hand");
    for (day, state) in
        [("2026-11-20", State::Suspended), ("2026-11-25", State::Suspended), ("2026-11-26", State::Listed)]
    {
        assert_eq!(
            scene.register.stand(&case, format!("{day}T23:59:59Z").parse().unwrap()).state,
            state,
            "{day}"
        );
    }
    assert_eq!(scene.register.stand(&case, scene.now).next, Some(date("2026-11-26")));
    scene.on("2026-11-26");
    assert_eq!(scene.ticks(), [(State::Suspended, State::Listed)]);
    // The same person does not deny for ever, five days at a time.
    refused(scene.denies(SECURITY, case.clone()), &["another person's signature"]);
    scene.denies(CHAIR, case.clone()).unwrap();
    assert_eq!(scene.state(&case), State::Suspended);
}

#[test]
fn a_denial_is_confirmed_lifted_or_taken_back() {
    let case = lodash(Tier::Operational);
    let denied = || {
        let mut scene = Scene::new();
        scene.listed(Tier::Operational);
        scene.denies(SECURITY, lodash(Tier::Operational)).unwrap();
        let review = tabled(&scene);
        (scene, review)
    };
    let (mut scene, review) = denied();
    scene.vote(&review, &[(SECURITY, Stance::Agree), (CHAIR, Stance::Agree)]);
    scene.grants(CHAIR, &review).unwrap();
    scene.on("2027-01-01");
    assert_eq!(scene.state(&case), State::Declined, "confirmed, it no longer lapses");
    let terms = &scene.register.entries[&case].decided.as_ref().unwrap().decision.terms;
    assert_eq!(terms.alternative.as_deref(), Some("pkg:npm/es-toolkit"));

    let (mut scene, review) = denied();
    scene.vote(&review, &[(LAY, Stance::Concern)]);
    scene.declines(CHAIR, &review).unwrap();
    assert_eq!(scene.state(&case), State::Listed);

    let (mut scene, review) = denied();
    let reason = Words::public("It was another library");
    scene.says(SECURITY, Act::TakeBack(TakeBack { review, reason })).unwrap();
    assert_eq!(scene.state(&case), State::Listed);
    assert_eq!(scene.ticks(), []);
}

#[test]
fn the_glass_is_broken_for_seventy_two_hours_where_the_register_says_no() {
    let case = lodash(Tier::Operational);
    let suspended: [fn(&mut Scene); 4] = [
        |_| (),
        |scene| {
            scene.listed(Tier::Operational);
            scene.denies(SECURITY, lodash(Tier::Operational)).unwrap();
        },
        |scene| {
            scene.listed(Tier::Operational);
            trips(scene, TripWire::Kev).unwrap();
        },
        |scene| {
            let review = scene.asks_use(Tier::Operational, Outcome::Referred);
            scene.vote(&review, &[(LAY, Stance::Concern)]);
            scene.declines(CHAIR, &review).unwrap();
        },
    ];
    for before in suspended {
        let mut scene = Scene::new();
        before(&mut scene);
        let was = scene.state(&case);
        assert!(matches!(was, State::Unlisted | State::Suspended | State::Declined), "{was}");
        refused(scene.breaks_glass(LAY, case.clone()), &["on-call"]);
        scene.breaks_glass(SECURITY, case.clone()).unwrap();
        let stand = scene.register.stand(&case, scene.now);
        assert_eq!(stand.state, State::ListedWithObligations, "after {was}");
        assert!(stand.why.contains("integration-team"), "{}", stand.why);
        assert_eq!(stand.next, Some(date("2026-11-23")));
        scene.on("2026-11-23T08:59:59Z");
        assert_eq!(scene.state(&case), State::ListedWithObligations);
        scene.on("2026-11-23T12:00:00Z");
        let after = scene.state(&case);
        assert_eq!(after, if was == State::Unlisted { State::UnderEvaluation } else { was });
        assert_eq!(scene.ticks(), [(State::ListedWithObligations, after)]);
        // The committee looks at it: nobody takes that away, and it wants evidence.
        let review = scene.register.entries[&case]
            .open
            .iter()
            .find(|r| scene.review(r).opening.asks.word() == "use")
            .unwrap()
            .clone();
        let reason = Words::public("Never mind");
        refused(
            scene.says(CHAIR, Act::TakeBack(TakeBack { review: review.clone(), reason })),
            &["committee looks"],
        );
        scene.vote(&review, &[(SECURITY, Stance::Agree), (CHAIR, Stance::Agree)]);
        refused(scene.grants(CHAIR, &review), &["decides on evidence"]);
    }
}

#[test]
fn what_is_said_after_the_glass_was_broken_holds() {
    let case = lodash(Tier::Operational);
    let mut scene = Scene::new();
    scene.breaks_glass(SECURITY, case.clone()).unwrap();
    scene.denies(CHAIR, case.clone()).unwrap();
    assert_eq!(scene.state(&case), State::Suspended);
    refused(scene.breaks_glass(SECURITY, case.clone()), &["another person's signature"]);
    scene.breaks_glass(DEPUTY, case.clone()).unwrap();
    assert_eq!(scene.state(&case), State::ListedWithObligations);
}

#[test]
fn no_glass_is_broken_for_malware() {
    let mut scene = Scene::new();
    scene.listed(Tier::Operational);
    trips(&mut scene, TripWire::Malware).unwrap();
    refused(scene.breaks_glass(SECURITY, lodash(Tier::Operational)), &["malware"]);
    refused(scene.breaks_glass(SECURITY, ward_list()), &["never for a publication"]);
}

#[test]
fn an_emergency_closure_lasts_fourteen_days_and_starts_the_mending() {
    let mut scene = Scene::new();
    let steps = &["Rotate the key", "Rewrite the history"][..];
    refused(scene.emergency(SECURITY, ward_list(), close("2026-12-05", steps)), &["at most 14 days"]);
    refused(scene.emergency(SECURITY, ward_list(), close("2026-12-04", &[])), &["name the first step"]);
    refused(
        scene.emergency(SECURITY, lodash(Tier::Research), close("2026-12-04", steps)),
        &["publication of a repository"],
    );
    refused(scene.emergency(LAY, ward_list(), close("2026-12-04", steps)), &["this is for"]);
    scene.emergency(SECURITY, ward_list(), close("2026-12-04", steps)).unwrap();
    let closing = &scene.register.closures[0];
    assert!(closing.emergency && closing.closure.until == date("2026-12-04"));
    assert_eq!(closing.mending, steps.iter().map(|s| sealed(s)).collect::<Vec<_>>());
    assert_eq!(scene.review(&tabled(&scene)).opening.asks.word(), "closure");
    scene.on("2026-12-04");
    refused(
        scene.emergency(SECURITY, ward_list(), close("2026-12-18", steps)),
        &["another person's signature"],
    );
    scene.emergency(GOVERNANCE, ward_list(), close("2026-12-18", steps)).unwrap();
}

#[test]
fn a_trip_wire_suspends_at_once_and_only_newer_evidence_lifts_it() {
    let case = lodash(Tier::Operational);
    let mut scene = Scene::new();
    refused(trips(&mut scene, TripWire::Kev), &["no entry"]);
    scene.listed(Tier::Operational);
    scene.on("2026-12-01");
    trips(&mut scene, TripWire::Kev).unwrap();
    assert_eq!(scene.state(&case), State::Suspended);
    assert_eq!(scene.ticks(), [], "the act itself tells it");
    let seen = assessed(Outcome::Referred, 4, "2026-11-30");
    // The trip itself has put it before the committee: a second case on the question is not opened.
    let opening = scene.opening(register::act::review::Asks::Use, Some(case.clone()), Some(seen.clone()));
    refused(scene.opens(DEVELOPER, opening), &["open on the same question"]);
    let review = tabled(&scene);
    assert_eq!(scene.register.looked_at_again(&case).unwrap().id, review);
    scene.renews(DEVELOPER, &review, seen).unwrap();
    scene.vote(&review, &[(SECURITY, Stance::Agree), (CHAIR, Stance::Agree)]);
    refused(scene.grants(CHAIR, &review), &["a trip-wire suspended it", "renew it first"]);
    scene.on("2026-12-02");
    let fixed = scene.assessed(Outcome::Allowed, 5);
    scene.renews(DEVELOPER, &review, fixed).unwrap();
    // No rule lifts it: people look.
    let by_rule =
        scene.decision(&review, register::act::decision::Ruling::Grant, register::act::decision::Means::Rule);
    refused(scene.decides(DEVELOPER, by_rule), &["trip-wire", "people decide"]);
    scene.vote(&review, &[(SECURITY, Stance::Agree), (CHAIR, Stance::Agree)]);
    scene.grants(CHAIR, &review).unwrap();
    assert_eq!(scene.state(&case), State::Listed);
}

#[test]
fn a_decision_without_the_wire_is_denied_by_a_signature_instead() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    scene.whole_quorum(&review);
    let mut decision = scene.decision(
        &review,
        register::act::decision::Ruling::Grant,
        register::act::decision::Means::Quorum,
    );
    decision.terms.trip_wires = vec![TripWire::Kev];
    refused(scene.decides(CHAIR, decision.clone()), &["at least the trip-wires"]);
    decision.terms.trip_wires = vec![TripWire::Kev, TripWire::Malware];
    scene.decides(CHAIR, decision).unwrap();
    refused(trips(&mut scene, TripWire::Licence), &["carries no trip-wire", "deny it by a signature"]);
}
