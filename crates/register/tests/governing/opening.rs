//! Line 3: what can be asked, what is missing, and what a rule decides at once.

use domain::{Digest, Outcome, Tier};
use policy::quorum::Stance;
use register::{
    act::{
        Act,
        decision::{Means, Ruling},
        review::{Asks, TakeBack},
    },
    body::{Change, Times},
    days::working_days_after,
    state::State,
    words::Words,
};

use super::committee::*;

#[test]
fn every_kind_of_question_can_be_put() {
    let mut scene = Scene::new();
    let listed = scene.listed(Tier::Operational);
    let case = Some(lodash(Tier::Operational));
    let seen = Some(scene.assessed(Outcome::Conditional, 2));
    let exception = Asks::Exception {
        control: "flaw-overdue".to_owned(),
        scope: Some(sealed("GHSA-aaaa-bbbb-cccc")),
        until: date("2027-01-31"),
    };
    let changes = vec![Change::SetTimes { times: Times { appeal: 60, ..Times::default() } }];
    let questions = [
        (Asks::Use, Some(lodash(Tier::Clinical)), seen.clone()),
        (Asks::Publication, Some(ward_list()), seen.clone()),
        (Asks::Closure { closure: Box::new(closure("2027-01-31")) }, Some(ward_list()), None),
        (exception, case.clone(), None),
        (Asks::Change, case.clone(), None),
        (Asks::Removal, case.clone(), None),
        (Asks::Appeal { decision: listed.digest }, case, None),
        (Asks::Policy { changes }, None, None),
    ];
    for (asks, case, assessed) in questions {
        let word = asks.word();
        let opening = scene.opening(asks, case, assessed);
        let id = scene.opens(DEVELOPER, opening).unwrap_or_else(|e| panic!("{word}: {e}"));
        let review = scene.review(&id);
        assert!(review.is_open());
        // The clock starts now.
        let days = if review.tier(&scene.register.body) == Tier::Clinical { 10 } else { 5 };
        assert_eq!(
            review.expected(&scene.register.body),
            working_days_after(scene.now.date(), days),
            "{word}"
        );
    }
}

#[test]
fn a_question_that_is_none_is_not_opened() {
    let mut scene = Scene::new();
    let seen = || Some(assessed(Outcome::Allowed, 1, "2026-11-20"));
    let case = || Some(lodash(Tier::Research));
    let except = |control: &str, scope: Option<&str>, until: &str| Asks::Exception {
        control: control.to_owned(),
        scope: scope.map(sealed),
        until: date(until),
    };
    let unknown = Digest::of(b"no decision");
    let questions = [
        (Asks::Use, case(), None, "decides on evidence"),
        (Asks::Use, None, seen(), "say about what"),
        (Asks::Use, Some(ward_list()), seen(), "do not fit"),
        (Asks::Publication, case(), seen(), "do not fit"),
        (
            Asks::Publication,
            Some(register::case::Case::of_publication("pkg:npm/a@1".parse().unwrap())),
            seen(),
            "a publication is of a repository",
        ),
        (Asks::Change, case(), None, "nothing was decided"),
        (Asks::Removal, case(), None, "nothing was decided"),
        (Asks::Appeal { decision: unknown }, case(), None, "no decision on this case"),
        (except("malware", Some("MAL-1"), "2027-01-01"), case(), None, "never set aside"),
        (except("no-secret", None, "2027-01-01"), case(), None, "name the finding"),
        (except("flaw-open", None, "2028-01-01"), case(), None, "ends within the year"),
        (except("", None, "2027-01-01"), case(), None, "name the control"),
        (
            Asks::Closure { closure: Box::new(closure("2029-01-01")) },
            Some(ward_list()),
            None,
            "a closure ends",
        ),
        (Asks::Use, case(), Some(assessed(Outcome::Allowed, 1, "2027-11-20")), "right clock"),
    ];
    for (asks, case, assessed, words) in questions {
        let opening = scene.opening(asks, case, assessed);
        refused(scene.opens(DEVELOPER, opening), &[words]);
    }
    let mut silent = scene.opening(Asks::Use, case(), seen());
    silent.reason = Words::public("  ");
    refused(scene.opens(DEVELOPER, silent.clone()), &["why"]);
    (silent.reason, silent.owner) = (Words::public("needed"), String::new());
    refused(scene.opens(DEVELOPER, silent), &["own the outcome"]);
    assert!(scene.register.reviews.is_empty() && scene.register.entries.is_empty());
}

#[test]
fn one_question_has_one_review() {
    let mut scene = Scene::new();
    let first = scene.asks_use(Tier::Operational, Outcome::Referred);
    let opening =
        scene.opening(Asks::Use, Some(lodash(Tier::Operational)), Some(scene.assessed(Outcome::Referred, 3)));
    refused(scene.opens(LAY, opening.clone()), &["renew its evidence", &first]);
    let back = |who: &str, scene: &mut Scene| {
        let reason = Words::public("Asked by mistake");
        scene.says(who, Act::TakeBack(TakeBack { review: first.clone(), reason }))
    };
    refused(back(LAY, &mut scene), &["who opened it"]);
    back(DEVELOPER, &mut scene).unwrap();
    assert_eq!(scene.state(&lodash(Tier::Operational)), State::Unlisted);
    assert_eq!(scene.ticks(), [], "what somebody did is told by what they said");
    scene.opens(LAY, opening).unwrap();
    refused(scene.votes(CHAIR, &first, Stance::Agree), &["was closed"]);
}

#[test]
fn what_is_missing_blocks_granting_and_starts_the_clock_all_the_same() {
    let mut scene = Scene::new();
    let seen = scene.assessed(Outcome::Referred, 1);
    let mut opening = scene.opening(Asks::Use, Some(lodash(Tier::Operational)), Some(seen.clone()));
    opening.missing = vec!["tier".to_owned()];
    let review = scene.opens(DEVELOPER, opening).unwrap();
    assert_eq!(scene.state(&lodash(Tier::Operational)), State::UnderEvaluation);
    scene.vote(&review, &[(CHAIR, Stance::Agree), (SECURITY, Stance::Agree)]);
    refused(scene.grants(CHAIR, &review), &["not complete", "tier"]);
    scene.renews(DEVELOPER, &review, seen).unwrap();
    scene.grants(CHAIR, &review).unwrap();
}

#[test]
fn a_rule_decides_at_once_and_says_so_but_never_at_clinical() {
    for (tier, outcome, words) in [
        (Tier::Operational, Outcome::Allowed, None),
        (Tier::Infrastructure, Outcome::Conditional, None),
        (Tier::Research, Outcome::Allowed, None),
        (Tier::Clinical, Outcome::Allowed, Some("no rule decides")),
        (Tier::Operational, Outcome::Referred, Some("refer it to people")),
        (Tier::Research, Outcome::Refused, Some("mend it")),
        (Tier::Research, Outcome::NotEvaluated, Some("mend it")),
    ] {
        let mut scene = Scene::new();
        let review = scene.asks_use(tier, outcome);
        let mut decision = scene.decision(&review, Ruling::Grant, Means::Rule);
        let asked = outcome == Outcome::Conditional;
        if asked {
            decision.terms.obligations = vec![duty("Update it", "integration-team", "2027-01-31")];
        }
        let decided = scene.decides(DEVELOPER, decision);
        match words {
            None => {
                decided.unwrap();
                let entry = &scene.register.entries[&lodash(tier)];
                assert_eq!(entry.decided.as_ref().unwrap().decision.by, Means::Rule);
                let listed = if asked { State::ListedWithObligations } else { State::Listed };
                assert_eq!(scene.state(&lodash(tier)), listed);
            }
            Some(words) => refused(decided, &[words]),
        }
    }
}

#[test]
fn a_rule_undoes_nothing_that_people_decided() {
    let case = lodash(Tier::Operational);
    let by_rule = |scene: &mut Scene, basis: u8| {
        let seen = scene.assessed(Outcome::Allowed, basis);
        let opening = scene.opening(Asks::Use, Some(case.clone()), Some(seen));
        let review = scene.opens(DEVELOPER, opening).unwrap();
        let decision = scene.decision(&review, Ruling::Grant, Means::Rule);
        scene.decides(DEVELOPER, decision)
    };
    // A rule renews what a rule decided.
    let mut scene = Scene::new();
    by_rule(&mut scene, 1).unwrap();
    by_rule(&mut scene, 2).unwrap();
    // A denial by one signature.
    scene.denies(SECURITY, case.clone()).unwrap();
    refused(by_rule(&mut scene, 3), &["denied it", "people decide"]);
    // A committee's no.
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    scene.vote(&review, &[(LAY, Stance::Concern)]);
    scene.declines(CHAIR, &review).unwrap();
    refused(by_rule(&mut scene, 3), &["declined"]);
    // A committee's yes, with its terms.
    let mut scene = Scene::new();
    scene.listed(Tier::Operational);
    refused(by_rule(&mut scene, 3), &["no rule replaces their terms"]);
    // And a pack that nobody adopted is no rule of this body.
    let mut scene = Scene::new();
    let mut seen = scene.assessed(Outcome::Allowed, 1);
    seen.pack = "anything-goes@9".to_owned();
    let opening = scene.opening(Asks::Use, Some(case.clone()), Some(seen));
    let review = scene.opens(DEVELOPER, opening).unwrap();
    let decision = scene.decision(&review, Ruling::Grant, Means::Rule);
    refused(scene.decides(DEVELOPER, decision), &["has not adopted"]);
}

#[test]
fn a_concern_takes_a_case_from_the_rule_to_people() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Allowed);
    scene.vote(&review, &[(LAY, Stance::Concern)]);
    let decision = scene.decision(&review, Ruling::Grant, Means::Rule);
    refused(scene.decides(DEVELOPER, decision), &["somebody has a concern"]);
}
