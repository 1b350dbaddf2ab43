//! Line 4: positions, concerns, quorum, silence, batches.

use domain::{ControlState, Outcome, Tier};
use policy::quorum::Stance;
use register::{
    act::{
        Act,
        decision::{Means, Ruling},
        review::Asks,
    },
    leaf::Leaf,
    state::State,
    statement::Statement,
    words::Words,
};

use super::committee::*;

#[test]
fn each_position_counts_as_what_it_is() {
    use Stance::{Abstain, Agree, AgreeWithObligations, Concern, NoObjection, Recuse};
    for (stance, stands) in [
        (Agree, true),
        (AgreeWithObligations, true),
        (NoObjection, true),
        (Abstain, false),
        (Recuse, false),
        (Concern, false),
    ] {
        let mut scene = Scene::new();
        let review = scene.asks_use(Tier::Operational, Outcome::Referred);
        scene.vote(&review, &[(SECURITY, Agree)]);
        let mut position = scene.position(&review, stance);
        if stance == AgreeWithObligations {
            position.obligations = vec![duty("Test how dates are read", "integration-team", "2026-12-31")];
        }
        scene.says(LAY, Act::Position(Box::new(position))).unwrap();
        let granted = scene.grants(CHAIR, &review);
        assert_eq!(granted.is_ok(), stands, "{stance:?}: {granted:?}");
    }
}

#[test]
fn a_position_says_what_it_must() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    let spoil = |scene: &mut Scene, stance, change: fn(&mut register::act::position::Position)| {
        let mut position = scene.position(&review, stance);
        change(&mut position);
        scene.says(LAY, Act::Position(Box::new(position)))
    };
    refused(spoil(&mut scene, Stance::Concern, |p| p.clause = None), &["names the clause"]);
    refused(
        spoil(&mut scene, Stance::Concern, |p| p.says = Some(Words::public(" "))),
        &["what would answer it"],
    );
    refused(spoil(&mut scene, Stance::Recuse, |p| p.interest = None), &["declares the interest"]);
    refused(spoil(&mut scene, Stance::AgreeWithObligations, |_| ()), &["which obligations"]);
    refused(
        spoil(&mut scene, Stance::AgreeWithObligations, |p| {
            p.obligations = vec![duty("x", "y", "2026-11-20")]
        }),
        &["not after today"],
    );
    refused(spoil(&mut scene, Stance::Agree, |p| p.basis = None), &["another assessment"]);
    refused(spoil(&mut scene, Stance::Agree, |p| p.review = "R-00000000".to_owned()), &["no review"]);
}

#[test]
fn who_agrees_with_obligations_agrees_to_nothing_without_them() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    let mut position = scene.position(&review, Stance::AgreeWithObligations);
    position.obligations = vec![duty("Test how dates are read", "integration-team", "2026-12-31")];
    scene.says(SECURITY, Act::Position(Box::new(position))).unwrap();
    scene.vote(&review, &[(LAY, Stance::NoObjection)]);
    let mut without = scene.decision(&review, Ruling::Grant, Means::Quorum);
    without.terms.obligations.clear();
    refused(scene.decides(CHAIR, without.clone()), &["p-02 agreed with an obligation", "leave out"]);
    without.terms.obligations = vec![duty("Test how dates are read", "integration-team", "2027-12-31")];
    refused(scene.decides(CHAIR, without), &["put off"]);
    scene.grants(CHAIR, &review).unwrap();
    assert_eq!(scene.state(&lodash(Tier::Operational)), State::ListedWithObligations);
}

#[test]
fn a_concern_blocks_until_it_is_answered_and_settled() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    scene.vote(&review, &[(LAY, Stance::Concern), (SECURITY, Stance::Agree), (CHAIR, Stance::Agree)]);
    refused(scene.grants(CHAIR, &review), &["a concern of p-04 blocks"]);
    refused(scene.settles(LAY, &review), &["nobody has answered"]);
    refused(scene.answers(LAY, &review, LAY), &["nobody answers an own concern"]);
    refused(scene.answers(CHAIR, &review, SECURITY), &["has no concern"]);
    scene.answers(DEVELOPER, &review, LAY).unwrap();
    // Answered is not settled: who raised it says so, and is awaited.
    refused(scene.grants(CHAIR, &review), &["a concern of p-04 blocks"]);
    let awaited = scene.review(&review).awaited(&scene.register.body);
    assert_eq!(awaited.last().unwrap().people, [LAY]);
    refused(scene.settles(SECURITY, &review), &["has no concern"]);
    scene.settles(LAY, &review).unwrap();
    scene.grants(CHAIR, &review).unwrap();
}

#[test]
fn a_new_concern_is_answered_anew() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    scene.vote(&review, &[(LAY, Stance::Concern), (SECURITY, Stance::Agree), (CHAIR, Stance::Agree)]);
    scene.answers(DEVELOPER, &review, LAY).unwrap();
    scene.settles(LAY, &review).unwrap();
    scene.vote(&review, &[(LAY, Stance::Concern)]);
    refused(scene.grants(CHAIR, &review), &["a concern of p-04 blocks"]);
    refused(scene.settles(LAY, &review), &["nobody has answered"]);
    refused(scene.overrules(CHAIR, &review, LAY), &["answered in writing"]);
}

#[test]
fn a_concern_is_overruled_by_the_stated_majority_of_who_votes() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    scene.vote(&review, &[(LAY, Stance::Concern), (SECURITY, Stance::Agree), (CHAIR, Stance::Agree)]);
    refused(scene.overrules(CHAIR, &review, LAY), &["answered in writing"]);
    scene.answers(DEVELOPER, &review, LAY).unwrap();
    refused(scene.overrules(LAY, &review, LAY), &["own concern"]);
    refused(scene.overrules(OPERATOR, &review, LAY), &["take a position yourself"]);
    scene.vote(&review, &[(OPERATOR, Stance::Abstain)]);
    refused(scene.overrules(OPERATOR, &review, LAY), &["take a position yourself"]);
    scene.overrules(CHAIR, &review, LAY).unwrap();
    // One of three is not two thirds.
    refused(scene.grants(CHAIR, &review), &["blocks"]);
    scene.overrules(SECURITY, &review, LAY).unwrap();
    assert_eq!(scene.review(&review).count(&scene.register.body).overruled, [LAY]);
    // Who goes over to abstaining no longer overrules.
    let mut copy = scene.clone();
    copy.vote(&review, &[(CHAIR, Stance::Abstain)]);
    assert_eq!(copy.review(&review).count(&copy.register.body).blocked_by, [LAY]);
    scene.grants(CHAIR, &review).unwrap();
}

#[test]
fn the_safety_officer_is_not_overruled_at_clinical() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Clinical, Outcome::Referred);
    scene.whole_quorum(&review);
    scene.vote(&review, &[(CHAIR, Stance::Concern)]);
    scene.answers(DEVELOPER, &review, CHAIR).unwrap();
    for who in [SECURITY, GOVERNANCE, LAY, OPERATOR] {
        scene.overrules(who, &review, CHAIR).unwrap();
    }
    assert_eq!(scene.review(&review).count(&scene.register.body).blocked_by, [""; 0]);
    refused(scene.grants(SECURITY, &review), &["awaited: clinical-safety-officer"]);
}

#[test]
fn votes_go_stale_with_what_changed() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    scene.vote(&review, &[(SECURITY, Stance::Agree), (CHAIR, Stance::Agree), (LAY, Stance::Recuse)]);
    // The same basis, a day later: every vote holds.
    scene.on("2026-11-21");
    let same = scene.assessed(Outcome::Referred, 1);
    scene.renews(DEVELOPER, &review, same).unwrap();
    assert_eq!(scene.review(&review).stale(), []);
    // Another basis.
    let mut other = scene.assessed(Outcome::Conditional, 2);
    other.states[0].state = ControlState::Unknown;
    scene.renews(DEVELOPER, &review, other).unwrap();
    let stale = scene.review(&review).stale();
    assert_eq!(stale.iter().map(|s| s.person.as_str()).collect::<Vec<_>>(), [CHAIR, SECURITY]);
    assert_eq!(
        stale[0].changed,
        ["the answer: referred before, conditional now", "licence-allowed: met before, unknown now"]
    );
    refused(scene.grants(CHAIR, &review), &["2 more people must consent", "awaited: security"]);
    let awaited = scene.review(&review).awaited(&scene.register.body);
    let named: Vec<&str> = awaited.iter().flat_map(|a| &a.people).map(String::as_str).collect();
    assert_eq!(named, [SECURITY, DEPUTY, CHAIR], "the role's holders, and whose vote went stale");
    scene.vote(&review, &[(SECURITY, Stance::Agree), (CHAIR, Stance::Agree)]);
    scene.grants(CHAIR, &review).unwrap();
}

#[test]
fn new_evidence_does_not_wash_a_concern_away() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    scene.vote(&review, &[(LAY, Stance::Concern)]);
    let other = scene.assessed(Outcome::Conditional, 2);
    scene.renews(DEVELOPER, &review, other).unwrap();
    scene.vote(&review, &[(SECURITY, Stance::Agree), (CHAIR, Stance::Agree)]);
    refused(scene.grants(CHAIR, &review), &["a concern of p-04 blocks"]);
    // It is no ground for a no either, until who raised it has read the new evidence.
    refused(scene.declines(CHAIR, &review), &["that somebody else has put in writing"]);
    assert_eq!(scene.review(&review).stale()[0].person, LAY);
    scene.answers(DEVELOPER, &review, LAY).unwrap();
    scene.settles(LAY, &review).unwrap();
    scene.grants(CHAIR, &review).unwrap();
}

#[test]
fn one_basis_has_one_answer() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Refused);
    scene.vote(&review, &[(SECURITY, Stance::Agree), (CHAIR, Stance::Agree)]);
    // The same basis under a milder answer would turn votes on the one into votes on the other.
    let milder = scene.assessed(Outcome::Allowed, 1);
    refused(scene.renews(DEVELOPER, &review, milder), &["another answer"]);
    let future = assessed(Outcome::Allowed, 2, "2031-01-01");
    refused(scene.renews(DEVELOPER, &review, future), &["right clock"]);
    let older = assessed(Outcome::Allowed, 2, "2026-01-01");
    refused(scene.renews(DEVELOPER, &review, older), &["newer assessment"]);
}

#[test]
fn interests_exclude_once_declared() {
    let mut one = body();
    one.people.get_mut(SECURITY).unwrap().interests.insert(sealed("acme health ltd"));
    let mut scene = Scene::founded(one).unwrap();
    let seen = scene.assessed(Outcome::Referred, 1);
    let mut opening = scene.opening(Asks::Use, Some(lodash(Tier::Operational)), Some(seen));
    opening.interests = vec![sealed("other ltd"), sealed("acme health ltd")];
    let review = scene.opens(DEVELOPER, opening).unwrap();
    refused(scene.votes(SECURITY, &review, Stance::Agree), &["declared interest", "recuse instead"]);
    scene.vote(&review, &[(SECURITY, Stance::Recuse), (LAY, Stance::Recuse)]);
    // Who has declared an interest does not take it back by voting, overruling or deciding.
    refused(scene.votes(LAY, &review, Stance::Agree), &["declared an interest"]);
    scene.vote(&review, &[(CHAIR, Stance::Agree), (DEPUTY, Stance::Agree)]);
    refused(scene.grants(LAY, &review), &["declared an interest"]);
    refused(scene.grants(SECURITY, &review), &["declared"]);
    scene.grants(CHAIR, &review).unwrap();
}

#[test]
fn awaited_people_are_named() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Clinical, Outcome::Referred);
    let awaited = scene.review(&review).awaited(&scene.register.body);
    let of = |role: &str| awaited.iter().find(|a| a.role.as_deref() == Some(role)).unwrap().people.clone();
    assert_eq!(of("clinical-safety-officer"), [CHAIR, DEPUTY]);
    assert_eq!(of("security"), [SECURITY, DEPUTY]);
    assert_eq!(
        (of("information-governance"), of("lay")),
        (vec![GOVERNANCE.to_owned()], vec![LAY.to_owned()])
    );
    // One person, several roles: only numbers are missing, and anybody else may give one.
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    scene.vote(&review, &[(SECURITY, Stance::Agree)]);
    let awaited = scene.review(&review).awaited(&scene.register.body);
    assert_eq!(awaited[0].people, [CHAIR, GOVERNANCE, LAY, OPERATOR, DEPUTY, DEVELOPER]);
}

#[test]
fn silence_is_consent_for_low_tiers_after_the_stated_time() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Research, Outcome::Referred);
    let silently = |scene: &mut Scene, who: &str| {
        let decision = scene.decision(&review, Ruling::Grant, Means::Silence);
        scene.decides(who, decision)
    };
    refused(silently(&mut scene, LAY), &["silence is consent after 2026-11-24"]);
    // New evidence starts the time anew: nobody could have objected to it before.
    scene.on("2026-11-24");
    let other = scene.assessed(Outcome::Referred, 2);
    scene.renews(DEVELOPER, &review, other).unwrap();
    scene.on("2026-11-26");
    refused(silently(&mut scene, LAY), &["silence is consent after 2026-11-26"]);
    scene.on("2026-11-27");
    refused(silently(&mut scene, DEVELOPER), &["another person signs"]);
    let mut copy = scene.clone();
    copy.vote(&review, &[(OPERATOR, Stance::Concern)]);
    refused(silently(&mut copy, LAY), &["a concern blocks: p-05"]);
    silently(&mut scene, LAY).unwrap();
    assert_eq!(scene.state(&lodash(Tier::Research)), State::Listed);
    // At other tiers silence is nothing.
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    scene.on("2027-03-01");
    let decision = scene.decision(&review, Ruling::Grant, Means::Silence);
    refused(scene.decides(LAY, decision), &["silence is not consent"]);
}

#[test]
fn silence_neither_changes_the_body_nor_undoes_a_no() {
    let mut one = body();
    one.changes_at = Tier::Research;
    let mut scene = Scene::founded(one).unwrap();
    let changes = vec![register::body::Change::RemovePerson { id: LAY.to_owned() }];
    let opening = scene.opening(Asks::Policy { changes }, None, None);
    let review = scene.opens(DEVELOPER, opening).unwrap();
    scene.on("2026-12-20");
    let decision = scene.decision(&review, Ruling::Grant, Means::Silence);
    refused(scene.decides(OPERATOR, decision), &["silence is not consent"]);
    let review = scene.asks_use(Tier::Research, Outcome::Referred);
    scene.vote(&review, &[(LAY, Stance::Concern)]);
    scene.declines(CHAIR, &review).unwrap();
    let review = scene.asks_use(Tier::Research, Outcome::Referred);
    scene.on("2027-01-20");
    let decision = scene.decision(&review, Ruling::Grant, Means::Silence);
    refused(scene.decides(OPERATOR, decision), &["declined"]);
}

#[test]
fn one_signature_over_a_batch_and_each_its_own_entry() {
    let mut scene = Scene::new();
    let reviews = [Tier::Operational, Tier::Infrastructure].map(|t| scene.asks_use(t, Outcome::Referred));
    let statements: Vec<Statement> = reviews
        .iter()
        .map(|r| {
            let act = Act::Position(Box::new(scene.position(r, Stance::Agree)));
            Statement::new(ORIGIN, scene.now, SECURITY, act)
        })
        .collect();
    let signatures = batch_signatures(SECURITY, &statements);
    assert_eq!(signatures[0].value, signatures[1].value, "one signature");
    for (statement, signature) in statements.iter().zip(&signatures) {
        scene.takes(Leaf::new(scene.now, statement.clone(), vec![signature.clone()])).unwrap();
    }
    for review in &reviews {
        assert_eq!(scene.review(review).held().len(), 1);
    }
    assert_eq!(scene.reread().rejected, []);
    // A statement that the signed batch does not hold.
    let act = Act::Position(Box::new(scene.position(&reviews[0], Stance::NoObjection)));
    let other = Statement::new(ORIGIN, scene.now, SECURITY, act);
    for signature in &signatures {
        refused(scene.takes(Leaf::new(scene.now, other.clone(), vec![signature.clone()])), &["does not fit"]);
    }
    // Nor is there a place beside those that were signed.
    let mut added = signatures[1].clone();
    added.batch.as_mut().unwrap().index = 2;
    refused(scene.takes(Leaf::new(scene.now, other, vec![added])), &["place in the batch"]);
}
