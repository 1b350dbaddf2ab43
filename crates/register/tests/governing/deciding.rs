//! Line 5: terms, exceptions, closures, appeals, and dates that act by themselves.

use domain::{ControlState, Outcome, Tier, Timestamp};
use policy::quorum::Stance;
use register::{
    act::{
        Act,
        agreement::{SharedCare, Side},
        consequence::Consequence,
        decision::{Means, Ruling, TripWire, WhoMayUse},
        review::{Asks, State as ControlSeen},
        upkeep::Done,
    },
    leaf::Leaf,
    state::State,
    statement::{LOG, Statement},
    words::Words,
};

use super::committee::*;

fn operational() -> register::case::Case {
    lodash(Tier::Operational)
}

fn shared(side: Side) -> SharedCare {
    SharedCare {
        case: operational(),
        provider: "integration-team".to_owned(),
        recipient: "ward-team".to_owned(),
        patches: "integration-team".to_owned(),
        monitors: "ward-team".to_owned(),
        answers: "service-owner".to_owned(),
        until: date("2027-06-30"),
        side,
    }
}

#[test]
fn terms_say_who_what_why_and_until_when() {
    type Spoil = fn(&mut register::act::decision::Decision);
    let spoils: [(Spoil, &str); 8] = [
        (|d| d.terms.reasons = Words::public(""), "gives its reasons"),
        (|d| d.terms.review_on = date("2026-11-20"), "everything ends"),
        (|d| d.terms.review_on = date("2028-01-01"), "at most 365 days"),
        (|d| d.terms.who = WhoMayUse::Teams { teams: Vec::new() }, "name the teams"),
        (|d| d.terms.obligations = vec![duty("Do it", "", "2026-12-31")], "an obligation says"),
        (|d| d.terms.obligations = vec![duty("Do it", "us", "2026-11-01")], "not after today"),
        (|d| d.terms.trip_wires = vec![TripWire::Licence], "at least the trip-wires"),
        (|d| d.by = Means::OneSignature, "nobody allows alone"),
    ];
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    scene.whole_quorum(&review);
    for (spoil, words) in spoils {
        let mut decision = scene.decision(&review, Ruling::Grant, Means::Quorum);
        spoil(&mut decision);
        refused(scene.decides(CHAIR, decision), &[words]);
    }
    let mut decision = scene.decision(&review, Ruling::Grant, Means::Quorum);
    decision.terms.who = WhoMayUse::Teams { teams: vec!["integration-team".to_owned()] };
    scene.decides(CHAIR, decision).unwrap();
}

#[test]
fn a_no_has_a_ground_reasons_and_a_way_out() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    refused(scene.declines(CHAIR, &review), &["that somebody else has put in writing"]);
    scene.vote(&review, &[(CHAIR, Stance::Concern)]);
    refused(scene.declines(CHAIR, &review), &["that somebody else has put in writing"]);
    scene.vote(&review, &[(LAY, Stance::Concern)]);
    type Spoil = fn(&mut register::act::decision::Decision);
    let spoils: [(Spoil, &str); 4] = [
        (|d| d.terms.reasons = Words::public(" "), "no vague no"),
        (|d| d.terms.alternative = None, "refusing can harm too"),
        (|d| d.terms.existing_uses = Some(" ".to_owned()), "refusing can harm too"),
        (|d| d.by = Means::Silence, "by the committee's quorum"),
    ];
    for (spoil, words) in spoils {
        let mut decision = scene.decision(&review, Ruling::Decline, Means::Quorum);
        spoil(&mut decision);
        refused(scene.decides(CHAIR, decision), &[words]);
    }
    scene.declines(CHAIR, &review).unwrap();
    assert_eq!(scene.state(&operational()), State::Declined);
}

#[test]
fn shared_care_is_signed_by_two_people_for_two_sides() {
    let mut scene = Scene::new();
    scene.listed(Tier::Operational);
    let agree = |side| Act::Agree(Box::new(shared(side)));
    scene.says(OPERATOR, agree(Side::Provider)).unwrap();
    let today = scene.now.date();
    assert!(scene.register.shared_care(&operational(), today).is_empty());
    refused(scene.says(OPERATOR, agree(Side::Recipient)), &["signed by two people"]);
    let mut other = shared(Side::Recipient);
    other.patches = "nobody in particular".to_owned();
    scene.says(LAY, Act::Agree(Box::new(other))).unwrap();
    assert!(
        scene.register.shared_care(&operational(), today).is_empty(),
        "another content is another agreement"
    );
    scene.says(DEVELOPER, agree(Side::Recipient)).unwrap();
    let held = scene.register.shared_care(&operational(), today);
    assert_eq!((held.len(), held[0].patches.as_str()), (1, "integration-team"));
    assert!(scene.register.shared_care(&operational(), date("2027-07-01")).is_empty());
    let mut empty = shared(Side::Provider);
    empty.monitors.clear();
    refused(scene.says(LAY, Act::Agree(Box::new(empty))), &["who monitors"]);
}

#[test]
fn dates_act_by_themselves() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    scene.whole_quorum(&review);
    let mut decision = scene.decision(&review, Ruling::Grant, Means::Quorum);
    decision.terms.review_on = date("2027-03-01");
    decision.terms.obligations = vec![duty("Test how dates are read", "integration-team", "2026-12-31")];
    let decided = scene.decides(CHAIR, decision).unwrap();
    let state = |scene: &Scene, at: &str| {
        scene.register.stand(&operational(), at.parse::<Timestamp>().unwrap()).state
    };
    for (day, expected) in [
        ("2026-12-31T23:59:59Z", State::ListedWithObligations),
        ("2027-01-01", State::Overdue),
        ("2027-01-30", State::Overdue),
        ("2027-01-31", State::Restricted),
        ("2029-01-31", State::Restricted),
    ] {
        assert_eq!(state(&scene, day), expected, "{day}");
    }
    // Done, and the review date is next.
    let done = |obligation| {
        Act::Done(Done { decision: decided.digest, obligation, shown: Words::public("Change 41") })
    };
    refused(scene.says(CHAIR, done(7)), &["counted from 0"]);
    scene.says(CHAIR, done(0)).unwrap();
    refused(scene.says(CHAIR, done(0)), &["already"]);
    assert_eq!(scene.ticks(), []);
    for (day, expected) in
        [("2027-03-01", State::Listed), ("2027-03-02", State::Overdue), ("2027-04-01", State::Restricted)]
    {
        assert_eq!(state(&scene, day), expected, "{day}");
    }
    // The log writes down what every reader computes.
    scene.on("2027-03-02");
    assert_eq!(scene.ticks(), [(State::Listed, State::Overdue)]);
    assert_eq!(scene.ticks(), []);
    scene.on("2027-06-01");
    assert_eq!(scene.ticks(), [(State::Overdue, State::Restricted)]);
    let read = scene.reread();
    assert_eq!((read.rejected.len(), read.consequences(scene.now).len()), (0, 0));
    assert_eq!(read.stand(&operational(), scene.now).next, None);
}

#[test]
fn a_consequence_that_does_not_follow_is_refused() {
    let mut scene = Scene::new();
    scene.listed(Tier::Operational);
    scene.on("2027-06-01");
    let true_one = scene.register.consequences(scene.now).remove(0);
    type Spoil = fn(&mut Consequence);
    let spoils: [Spoil; 6] = [
        |c| c.to = State::Withdrawn,
        |c| c.from = State::Suspended,
        |c| c.of = domain::Digest::of(b"another"),
        |c| c.on = date("2027-01-01"),
        |c| c.why = "because".to_owned(),
        |c| c.case = ward_list(),
    ];
    let leaf = |scene: &Scene, it: &Consequence, by: &str| {
        let act = Act::Consequence(Box::new(it.clone()));
        let statement = Statement::new(ORIGIN, scene.now, by, act);
        let signatures = if by == LOG { Vec::new() } else { vec![signature(by, &statement)] };
        Leaf::new(scene.now, statement, signatures)
    };
    for spoil in spoils {
        let mut one = true_one.clone();
        spoil(&mut one);
        let one = leaf(&scene, &one, LOG);
        assert!(scene.takes(one).is_err());
    }
    let signed = leaf(&scene, &true_one, CHAIR);
    refused(scene.takes(signed), &["by nobody else"]);
    let mut decorated = leaf(&scene, &true_one, LOG);
    decorated.signatures = vec![signature(CHAIR, &decorated.statement)];
    refused(scene.takes(decorated), &["no signature of a person"]);
    let by_log = Statement::new(
        ORIGIN,
        scene.now,
        LOG,
        Act::Decide(Box::new(scene.decision(
            &scene.register.reviews.keys().next().unwrap().clone(),
            Ruling::Grant,
            Means::Quorum,
        ))),
    );
    refused(scene.takes(Leaf::new(scene.now, by_log, Vec::new())), &["only what follows from dates"]);
    let good = leaf(&scene, &true_one, LOG);
    scene.takes(good).unwrap();
}

#[test]
fn exceptions_are_decided_and_end() {
    let mut scene = Scene::new();
    let ask = |until: &str| Asks::Exception {
        control: "flaw-overdue".to_owned(),
        scope: Some(sealed("GHSA-aaaa-bbbb-cccc")),
        until: date(until),
    };
    let opening = scene.opening(ask("2026-12-15"), Some(operational()), None);
    let review = scene.opens(DEVELOPER, opening).unwrap();
    scene.vote(&review, &[(SECURITY, Stance::Agree), (CHAIR, Stance::Agree)]);
    let mut late = scene.clone();
    late.on("2026-12-20");
    refused(late.grants(CHAIR, &review), &["would have ended"]);
    scene.grants(CHAIR, &review).unwrap();
    let it = &scene.register.exceptions[0];
    assert_eq!(
        (it.control.as_str(), it.until, it.owner.as_str()),
        ("flaw-overdue", date("2026-12-15"), "integration-team")
    );
    assert_eq!(scene.state(&operational()), State::Unlisted, "an exception lists nothing");
}

#[test]
fn a_closure_is_narrow_ends_and_cures_nothing() {
    let mut scene = Scene::new();
    let ask = |scene: &Scene| {
        scene.opening(Asks::Closure { closure: Box::new(closure("2027-01-31")) }, Some(ward_list()), None)
    };
    for scope in ["all", "*", "./**", "*.*", "/"] {
        let mut wide = closure("2027-01-31");
        wide.scope = vec![Words::public(scope)];
        let opening = scene.opening(Asks::Closure { closure: Box::new(wide) }, Some(ward_list()), None);
        refused(scene.opens(DEVELOPER, opening), &["never all"]);
    }
    let opening = ask(&scene);
    let review = scene.opens(DEVELOPER, opening).unwrap();
    scene.vote(&review, &[(SECURITY, Stance::Agree), (CHAIR, Stance::Agree)]);
    refused(scene.grants(CHAIR, &review), &["decides on evidence"]);
    // What nobody looked at is not met, and what failed is not cured.
    for control in register::act::closure::NOT_CURED {
        let mut seen = scene.assessed(Outcome::Conditional, 7);
        seen.reasons.clear();
        seen.states = vec![ControlSeen {
            control: control.to_owned(),
            state: ControlState::NotMet,
            attested: None,
            excepted: None,
        }];
        let mut copy = scene.clone();
        copy.renews(DEVELOPER, &review, seen).unwrap();
        copy.vote(&review, &[(SECURITY, Stance::Agree), (CHAIR, Stance::Agree)]);
        refused(copy.grants(CHAIR, &review), &["does not cure", control]);
    }
    let seen = scene.assessed(Outcome::Refused, 8);
    let mut seen_well = seen.clone();
    seen_well.reasons.clear();
    seen_well.states.clear();
    scene.renews(DEVELOPER, &review, seen_well).unwrap();
    scene.vote(&review, &[(SECURITY, Stance::Agree), (CHAIR, Stance::Agree)]);
    scene.grants(CHAIR, &review).unwrap();
    let closing = &scene.register.closures[0];
    assert!(!closing.emergency && closing.closure.until == date("2027-01-31"));
    // While it holds, no rule publishes.
    let mut plain = scene.assessed(Outcome::Allowed, 9);
    plain.pack = "publish@1".to_owned();
    let opening = scene.opening(Asks::Publication, Some(ward_list()), Some(plain));
    let review = scene.opens(DEVELOPER, opening).unwrap();
    let decision = scene.decision(&review, Ruling::Grant, Means::Rule);
    refused(scene.decides(DEVELOPER, decision), &["a closure holds until 2027-01-31"]);
}

#[test]
fn an_appeal_is_decided_by_another_panel_and_overturns() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    scene.vote(&review, &[(LAY, Stance::Concern), (SECURITY, Stance::Agree)]);
    let declined = scene.declines(CHAIR, &review).unwrap();
    let ask =
        |scene: &Scene, case| scene.opening(Asks::Appeal { decision: declined.digest }, Some(case), None);
    // An appeal is about the case that was decided, at its tier.
    let elsewhere = ask(&scene, lodash(Tier::Research));
    refused(scene.opens(DEVELOPER, elsewhere), &["no decision on this case"]);
    let mut late = scene.clone();
    late.on("2026-12-21");
    let opening = ask(&late, operational());
    refused(late.opens(DEVELOPER, opening), &["could be appealed until 2026-12-20"]);
    let opening = ask(&scene, operational());
    let appeal = scene.opens(DEVELOPER, opening).unwrap();
    for who in [LAY, SECURITY, CHAIR] {
        refused(scene.votes(who, &appeal, Stance::Agree), &["another panel decides"]);
    }
    scene.vote(&appeal, &[(DEPUTY, Stance::Agree), (OPERATOR, Stance::Agree)]);
    refused(scene.grants(CHAIR, &appeal), &["another panel decides"]);
    scene.grants(OPERATOR, &appeal).unwrap();
    assert!(scene.register.overturned.contains(&declined.digest));
    assert_eq!(scene.state(&operational()), State::Unlisted);
    let opening = ask(&scene, operational());
    refused(scene.opens(DEVELOPER, opening), &["overturned already"]);
}

#[test]
fn an_appeal_undoes_a_removal_an_exception_and_a_closure() {
    let mut scene = Scene::new();
    scene.listed(Tier::Operational);
    let appealed = |scene: &mut Scene, case: register::case::Case, decision: domain::Digest| {
        let opening = scene.opening(Asks::Appeal { decision }, Some(case), None);
        let appeal = scene.opens(DEVELOPER, opening).unwrap();
        scene.vote(&appeal, &[(DEPUTY, Stance::Agree), (OPERATOR, Stance::Agree)]);
        scene.grants(OPERATOR, &appeal).unwrap();
    };
    let opening = scene.opening(Asks::Removal, Some(operational()), None);
    let removal = scene.opens(CHAIR, opening).unwrap();
    scene.vote(&removal, &[(SECURITY, Stance::Agree), (CHAIR, Stance::Agree)]);
    refused(scene.grants(CHAIR, &removal), &["refusing can harm too"]);
    let mut decision = scene.decision(&removal, Ruling::Grant, Means::Quorum);
    decision.terms.alternative = Some("none: it is not needed".to_owned());
    decision.terms.existing_uses = Some("They go on until 2027-03-31".to_owned());
    let removed = scene.decides(CHAIR, decision).unwrap();
    assert_eq!(scene.state(&operational()), State::Withdrawn);
    appealed(&mut scene, operational(), removed.digest);
    assert_eq!(scene.state(&operational()), State::Listed);

    let asks = Asks::Exception { control: "flaw-overdue".to_owned(), scope: None, until: date("2027-01-31") };
    let opening = scene.opening(asks, Some(operational()), None);
    let review = scene.opens(DEVELOPER, opening).unwrap();
    scene.vote(&review, &[(SECURITY, Stance::Agree), (CHAIR, Stance::Agree)]);
    let excepted = scene.grants(CHAIR, &review).unwrap();
    assert_eq!(scene.register.exceptions.len(), 1);
    appealed(&mut scene, operational(), excepted.digest);
    assert_eq!(scene.register.exceptions, []);
    assert_eq!(scene.state(&operational()), State::Listed);
}

#[test]
fn other_terms_keep_the_evidence_they_rest_on() {
    let mut scene = Scene::new();
    scene.listed(Tier::Operational);
    let seen = scene.register.entries[&operational()].decided.as_ref().unwrap().assessed.clone();
    assert!(seen.is_some());
    let opening = scene.opening(Asks::Change, Some(operational()), None);
    let review = scene.opens(DEVELOPER, opening).unwrap();
    scene.vote(&review, &[(SECURITY, Stance::Agree), (CHAIR, Stance::Agree)]);
    scene.grants(CHAIR, &review).unwrap();
    assert_eq!(scene.register.entries[&operational()].decided.as_ref().unwrap().assessed, seen);
}

#[test]
fn a_decision_settles_what_was_referred_and_no_more() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    scene.whole_quorum(&review);
    let settled = |control: &str, state, count| register::act::decision::Settled {
        control: control.to_owned(),
        state,
        count,
    };
    for bad in [
        settled("malware", ControlState::NotMet, 1),
        settled("maintained", ControlState::NotMet, 1),
        settled("maintained", ControlState::Unknown, 2),
    ] {
        let mut decision = scene.decision(&review, Ruling::Grant, Means::Quorum);
        decision.settled = vec![bad];
        refused(scene.decides(CHAIR, decision), &["cannot settle it"]);
    }
    let mut decision = scene.decision(&review, Ruling::Grant, Means::Quorum);
    decision.settled = vec![settled("maintained", ControlState::Unknown, 1)];
    scene.decides(CHAIR, decision).unwrap();
}

#[test]
fn a_decision_names_the_votes_it_rests_on() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Allowed);
    scene.vote(&review, &[(SECURITY, Stance::Agree), (CHAIR, Stance::Agree)]);
    let mut decision = scene.decision(&review, Ruling::Grant, Means::Quorum);
    let all = decision.votes.clone();
    for votes in [vec![all[0]], vec![all[0], all[1], domain::Digest::of(b"a third")], Vec::new()] {
        decision.votes = votes;
        refused(scene.decides(CHAIR, decision.clone()), &["must name the 2 positions"]);
    }
    // Nor does a rule claim votes that are not there.
    let mut by_rule = scene.decision(&review, Ruling::Grant, Means::Rule);
    by_rule.votes = vec![domain::Digest::of(b"a vote")];
    refused(scene.decides(CHAIR, by_rule), &["must name"]);
    decision.votes = all;
    decision.assessment = Some(domain::Digest::of(b"another"));
    refused(scene.decides(CHAIR, decision), &["another assessment"]);
}

#[test]
fn a_decision_goes_no_further_than_what_was_proposed_and_voted_on() {
    let mut scene = Scene::new();
    let seen = scene.assessed(Outcome::Referred, 1);
    let mut opening = scene.opening(Asks::Use, Some(operational()), Some(seen));
    opening.terms = Some(register::act::decision::Terms {
        who: WhoMayUse::Teams { teams: vec!["ward".to_owned(), "pharmacy".to_owned()] },
        obligations: vec![duty("Test the export", "integration-team", "2027-01-31")],
        reasons: Words::public("as proposed"),
        review_on: date("2027-06-01"),
        trip_wires: TripWire::ALL.to_vec(),
        alternative: None,
        existing_uses: None,
        version: None,
    });
    let review = scene.opens(DEVELOPER, opening.clone()).unwrap();
    scene.vote(&review, &[(SECURITY, Stance::Agree), (CHAIR, Stance::Agree)]);
    let mut good = scene.decision(&review, Ruling::Grant, Means::Quorum);
    good.terms = opening.terms.unwrap();
    good.terms.reasons = Words::public("It is kept, and its flaws are known");
    type Spoil = fn(&mut register::act::decision::Terms);
    let spoilt: [(Spoil, &str); 5] = [
        (|t| t.who = WhoMayUse::AnyTeam, "who may use it"),
        (
            |t| t.who = WhoMayUse::Teams { teams: vec!["ward".to_owned(), "another".to_owned()] },
            "who may use it",
        ),
        (|t| t.obligations.clear(), "an obligation"),
        (|t| t.review_on = date("2027-06-02"), "the review date"),
        (|t| t.trip_wires.truncate(2), "a trip-wire"),
    ];
    for (spoil, words) in spoilt {
        let mut further = good.clone();
        spoil(&mut further.terms);
        refused(scene.decides(CHAIR, further), &["on which people voted", words]);
    }
    // Narrower and sooner is within it.
    good.terms.who = WhoMayUse::Teams { teams: vec!["ward".to_owned()] };
    good.terms.review_on = date("2027-03-01");
    scene.decides(CHAIR, good).unwrap();
}

#[test]
fn an_obligation_is_shown_to_be_met_by_who_owes_it() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    scene.vote(&review, &[(SECURITY, Stance::Agree), (CHAIR, Stance::Agree)]);
    let mut decision = scene.decision(&review, Ruling::Grant, Means::Quorum);
    decision.terms.obligations = vec![duty("Watch it", "operator", "2027-01-31")];
    let decided = scene.decides(CHAIR, decision).unwrap();
    let done = |scene: &mut Scene, who| {
        let shown = Words::public("Change 41");
        scene.says(who, Act::Done(Done { decision: decided.digest, obligation: 0, shown }))
    };
    refused(done(&mut scene, LAY), &["operator, integration-team or the chair"]);
    done(&mut scene, OPERATOR).unwrap();
}
