//! What people with a role could do, by mistake or on purpose, that nobody may.

use domain::{EntryState, Outcome, SubjectName, Tier};
use policy::quorum::Stance;
use register::{
    Register,
    act::{
        Act,
        attestation::{Attestation, Basis},
        decision::{Means, Ruling, TripWire},
        emergency::Measure,
        review::{Asks, Assessed},
        upkeep::{Reveal, Revocation, Trip},
    },
    body::{Body, Change},
    hazard::Residual,
    leaf::Leaf,
    refused::Refused,
    state::State,
    statement::Statement,
    words::Words,
};

use super::committee::*;

fn name(text: &str) -> SubjectName {
    text.parse().unwrap()
}

#[test]
fn an_assessment_of_something_else_is_none_of_the_case() {
    let mut scene = Scene::new();
    let other = Assessed { subject: Some(name("repository:rota")), ..scene.assessed(Outcome::Allowed, 1) };
    let opening = scene.opening(Asks::Use, Some(lodash(Tier::Operational)), Some(other.clone()));
    refused(scene.opens(DEVELOPER, opening), &["of repository:rota", "about pkg:npm/lodash@4.17.21"]);
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    refused(scene.renews(DEVELOPER, &review, other.clone()), &["of repository:rota"]);
    // What holds it as a component says so.
    let now = scene.now;
    let fresh = Assessed { as_of: now, basis: domain::Digest::of(b"fresh"), ..other };
    let inside = Assessed { component: Some(name("pkg:npm/lodash@4.17.21")), ..fresh.clone() };
    scene.renews(DEVELOPER, &review, inside).unwrap();
    let elsewhere = Assessed { component: Some(name("pkg:npm/left-pad@1.0.0")), ..fresh };
    refused(scene.renews(DEVELOPER, &review, elsewhere), &["of repository:rota"]);
    // A statement that does not say is not made any more; one in an old log is read.
    let mut opening =
        scene.opening(Asks::Publication, Some(ward_list()), Some(scene.assessed(Outcome::Allowed, 1)));
    opening.assessed.as_mut().unwrap().subject = None;
    refused(scene.opens(DEVELOPER, opening), &["does not say what was assessed"]);
}

/// A statement as an older program made it, signed.
fn of_old(scene: &Scene, who: &str, act: Act) -> Leaf {
    let now = domain::Timestamp::from_unix(scene.now.unix() + 60);
    let statement = Statement { rules: 1, ..Statement::new(ORIGIN, now, who, act) };
    Leaf::new(now, statement.clone(), vec![signature(who, &statement)])
}

#[test]
fn an_old_log_is_read_as_it_was_meant_and_nothing_of_old_follows_what_is_new() {
    let mut scene = Scene::new();
    // The same body, founded by an older program.
    let founding =
        Statement { rules: 1, ..Statement::new(ORIGIN, scene.now, CHAIR, Act::Found(Box::new(body()))) };
    let founded = Leaf::new(scene.now, founding.clone(), vec![signature(CHAIR, &founding)]);
    let bytes = founded.bytes().unwrap();
    assert!(!String::from_utf8(bytes.clone()).unwrap().contains("\"rules\""), "as it always was written");
    let mut opening =
        scene.opening(Asks::Use, Some(lodash(Tier::Operational)), Some(scene.assessed(Outcome::Referred, 1)));
    opening.assessed.as_mut().unwrap().subject = None;
    let old = of_old(&scene, DEVELOPER, Act::Open(Box::new(opening)));
    let log = vec![bytes, old.bytes().unwrap()];
    let read = Register::read(ORIGIN, log).unwrap();
    assert_eq!((read.reviews.len(), read.rejected.len()), (1, 0), "{:?}", read.rejected);
    // Made now, it is refused; and so it is after anything that was made under the rules of now.
    refused(scene.takes(old.clone()), &["made by an older program"]);
    let mut log = scene.leaves.clone();
    log.push(old.bytes().unwrap());
    assert_eq!(Register::read(ORIGIN, log).unwrap().rejected.len(), 1);
    // And a leaf under rules to come is unread, not misread.
    let later =
        Statement { rules: 3, ..Statement::new(ORIGIN, scene.now, LAY, Act::Found(Box::new(body()))) };
    let later = Leaf::new(scene.now, later.clone(), vec![signature(LAY, &later)]).bytes().unwrap();
    assert!(Leaf::read(&later).unwrap_err().to_string().contains("rules (version 3)"));
    scene.leaves.push(later);
    assert_eq!(scene.reread().unread.len(), 1);
}

#[test]
fn a_no_names_the_right_behind_it_and_an_overruled_concern_is_none() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    scene.vote(&review, &[(LAY, Stance::Concern), (CHAIR, Stance::Agree), (SECURITY, Stance::Agree)]);
    // One concern is no quorum, whatever the decision says.
    let quorum = scene.decision(&review, Ruling::Decline, Means::Quorum);
    refused(
        scene.decides(CHAIR, quorum),
        &["on a concern that nobody has answered", "not by the committee's quorum"],
    );
    scene.answers(DEVELOPER, &review, LAY).unwrap();
    refused(scene.declines(CHAIR, &review), &["that somebody else has put in writing"]);
    for person in [CHAIR, SECURITY] {
        scene.overrules(person, &review, LAY).unwrap();
    }
    for right in [Means::Quorum, Means::Concern, Means::Rule] {
        let decision = scene.decision(&review, Ruling::Decline, right);
        refused(scene.decides(CHAIR, decision), &["that somebody else has put in writing"]);
    }
    scene.grants(CHAIR, &review).unwrap();

    // As many objections as the tier asks people for are the committee's no.
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    let most = usize::from(scene.register.body.quorum.rule(Tier::Operational).people);
    let people = [LAY, GOVERNANCE, SECURITY, OPERATOR];
    for person in &people[..most] {
        scene.vote(&review, &[(person, Stance::Concern)]);
    }
    let quorum = scene.decision(&review, Ruling::Decline, Means::Quorum);
    scene.decides(CHAIR, quorum).unwrap();
    // And what the packs refuse is declined by a published rule.
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Refused);
    let quorum = scene.decision(&review, Ruling::Decline, Means::Quorum);
    refused(scene.decides(CHAIR, quorum), &["by a published rule, and not"]);
    scene.declines(CHAIR, &review).unwrap();
    assert_eq!(scene.review(&review).closed.as_ref().unwrap().by, Some(Means::Rule));
    assert_eq!(scene.reread().reviews, scene.register.reviews);
}

fn trip(case: register::case::Case, wire: Option<TripWire>, because: Words) -> Act {
    Act::Trip(Trip { case, wire, assessment: domain::Digest::of(b"assessment"), because })
}

#[test]
fn a_trip_wire_is_for_some_to_say_and_never_the_last_word() {
    let case = lodash(Tier::Operational);
    let mut scene = Scene::new();
    scene.listed(Tier::Operational);
    let said = |wire| trip(lodash(Tier::Operational), Some(wire), sealed("seen"));
    refused(scene.says(LAY, said(TripWire::OwnerGone)), &["for chair, clinical-safety-officer, security"]);
    refused(scene.says(SECURITY, trip(case.clone(), None, sealed("x"))), &["name the trip-wire"]);
    scene.says(SECURITY, said(TripWire::OwnerGone)).unwrap();
    let again = scene.register.looked_at_again(&case).unwrap().clone();
    assert!(again.expected(&scene.register.body) > scene.now.date(), "it is looked at again by a day");
    scene.says(CHAIR, said(TripWire::Malware)).unwrap();
    scene.says(CHAIR, said(TripWire::Kev)).unwrap();
    let stand = scene.register.stand(&case, scene.now);
    assert_eq!(stand.state, State::Suspended);
    assert!(stand.why.contains("touched: malware (and 2 more)"), "the gravest is shown: {}", stand.why);
    assert_eq!(scene.register.entries[&case].trips.len(), 3, "all are kept");
    assert_eq!(scene.register.entries[&case].open.len(), 1, "one review, not three");
    assert_eq!(scene.reread().entries, scene.register.entries);
}

/// The ward list's publication, granted.
fn published(scene: &mut Scene) {
    let opening =
        scene.opening(Asks::Publication, Some(ward_list()), Some(scene.assessed(Outcome::Referred, 1)));
    let review = scene.opens(DEVELOPER, opening).unwrap();
    scene.whole_quorum(&review);
    scene.grants(CHAIR, &review).unwrap();
}

#[test]
fn what_touched_a_named_system_is_told_after_mending() {
    let mut scene = Scene::new();
    published(&mut scene);
    let why = "a flaw known to be exploited: CVE-2026-0001";
    refused(
        scene.says(SECURITY, trip(ward_list(), Some(TripWire::Kev), sealed(why))),
        &["would tell an open flaw of a named system"],
    );
    refused(scene.says(SECURITY, trip(ward_list(), None, Words::public(why))), &["it is sealed"]);
    scene.says(SECURITY, trip(ward_list(), None, sealed(why))).unwrap();
    let leaf = String::from_utf8(scene.leaves.last().unwrap().clone()).unwrap();
    assert!(!leaf.contains("kev") && !leaf.contains("CVE"), "{leaf}");
    let stand = scene.register.stand(&ward_list(), scene.now);
    assert_eq!(stand.state, State::Suspended);
    assert!(stand.why.ends_with("which one is told after mending"), "{}", stand.why);
    let reveal = |text: &str| {
        let salt = domain::Digest::from_bytes([5; 32]).hex();
        Act::Reveal(Reveal { sealed: sealed(text).seal().unwrap(), salt, text: text.to_owned() })
    };
    refused(scene.says(SECURITY, reveal(why)), &["suspended by it", "after mending"]);
    let review = scene.register.looked_at_again(&ward_list()).unwrap().id.clone();
    let mended = scene.assessed(Outcome::Allowed, 2);
    scene.renews(DEVELOPER, &review, mended).unwrap();
    scene.whole_quorum(&review);
    scene.grants(CHAIR, &review).unwrap();
    scene.says(SECURITY, reveal(why)).unwrap();

    // A closure's cause and steps are the way in until it has ended.
    let mut scene = Scene::new();
    let measure = Measure::Close {
        cause: sealed("a live secret"),
        closure: Box::new(closure("2026-12-04")),
        mending: vec![sealed("Rotate the key")],
        assessment: None,
    };
    scene.emergency(SECURITY, ward_list(), measure).unwrap();
    for text in ["a live secret", "Rotate the key", "src/fraud-rules"] {
        refused(scene.says(SECURITY, reveal(text)), &["closed until 2026-12-04", "after mending"]);
    }
    scene.on("2026-12-05");
    scene.says(SECURITY, reveal("a live secret")).unwrap();
}

#[test]
fn who_has_an_interest_brings_nothing_to_the_case() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    scene.vote(&review, &[(SECURITY, Stance::Recuse), (LAY, Stance::Concern)]);
    refused(scene.answers(SECURITY, &review, LAY), &["declared an interest", "somebody else answers"]);
    let fresh = scene.assessed(Outcome::Allowed, 2);
    refused(scene.renews(SECURITY, &review, fresh), &["declared an interest", "somebody else brings"]);
    let it = Attestation {
        control: "practices".to_owned(),
        subject: lodash(Tier::Operational).subject,
        version: None,
        scope: None,
        says: Words::public("I have seen it and stand for it"),
        until: date("2027-06-01"),
        basis: None,
    };
    refused(
        scene.says(SECURITY, Act::Attest(Box::new(it.clone()))),
        &["declared an interest", "somebody else states"],
    );
    refused(scene.breaks_glass(SECURITY, lodash(Tier::Operational)), &["somebody else breaks the glass"]);
    scene.says(OPERATOR, Act::Attest(Box::new(it))).unwrap();
    // Stopping something protects, and lapses: that stays open to everybody who may.
    scene.denies(SECURITY, lodash(Tier::Operational)).unwrap();
}

#[test]
fn a_safety_officers_registration_never_stands_in_the_log() {
    let mut scene = Scene::new();
    let safety = |registration| Basis::Safety {
        version: "2.1".to_owned(),
        report: domain::Digest::of(b"report"),
        hazard_log: domain::Digest::of(b"log"),
        hazards: vec![Residual {
            hazard: "H1".to_owned(),
            severity: "minor".to_owned(),
            likelihood: "low".to_owned(),
            stated: 1,
            justified: false,
        }],
        registration,
    };
    let plain = safety(Words::public("NMC 12A3456E"));
    refused(scene.attests(CHAIR, "safety-case", "2027-06-01", Some(plain)), &["registration", "sealed"]);
    scene.attests(CHAIR, "safety-case", "2027-06-01", Some(safety(sealed("NMC 12A3456E")))).unwrap();
    for leaf in &scene.leaves {
        assert!(!String::from_utf8_lossy(leaf).contains("12A3456E"));
    }
    for control in ["parts-assessed", "deployer-safety", "changes-assessed", "safety-officer"] {
        refused(scene.attests(CHAIR, control, "2027-06-01", None), &["--version"]);
    }
}

/// A body of two.
fn pair() -> Body {
    let mut body = body();
    body.people = std::collections::BTreeMap::from([
        person(CHAIR, &["chair", "security"], &[]),
        person(LAY, &["lay", "security"], &[]),
    ]);
    body
}

fn revokes(scene: &mut Scene, by: &str, whose: &str) -> Result<register::entry::Logged, Refused> {
    let key = public_key(&key_of(whose)).fingerprint();
    scene.says(by, Act::Revoke(Revocation { key, reason: Words::public("It was lost") }))
}

fn restores(whose: &str, seed: u8) -> Vec<Change> {
    vec![Change::AddKey { id: whose.to_owned(), key: public_line(&ed25519(seed)) }]
}

#[test]
fn a_body_of_two_outlives_a_lost_key() {
    let mut scene = Scene::founded(pair()).unwrap();
    revokes(&mut scene, LAY, CHAIR).unwrap();
    let opening = scene.opening(Asks::Policy { changes: restores(CHAIR, 77) }, None, None);
    let review = scene.opens(LAY, opening).unwrap();
    let awaited = scene.review(&review).awaited(&scene.register.body);
    assert!(
        awaited.iter().all(|a| !a.people.contains(&CHAIR.to_owned())),
        "who cannot sign is not awaited: {awaited:?}"
    );
    let recovery = |scene: &Scene| scene.decision(&review, Ruling::Grant, Means::Recovery);
    let decision = recovery(&scene);
    refused(scene.decides(LAY, decision), &["everybody who can still sign must agree", LAY]);
    scene.vote(&review, &[(LAY, Stance::Agree)]);
    let decision = recovery(&scene);
    refused(scene.decides(LAY, decision), &["waits in public until 2026-12-04"]);
    scene.on("2026-12-04");
    // Nothing but the key, and never by the ordinary quorum of one.
    refused(scene.grants(LAY, &review), &["the quorum does not stand"]);
    let decision = recovery(&scene);
    scene.decides(LAY, decision).unwrap();
    let read = scene.reread();
    assert!(read.body.people[CHAIR].can_sign());
    assert_eq!(read.reviews[&review].closed.as_ref().unwrap().by, Some(Means::Recovery), "logged as such");
    assert!(
        read.ended.contains_key(&public_key(&key_of(CHAIR)).fingerprint()),
        "when the old key ended is known"
    );
}

#[test]
fn a_recovery_is_none_where_the_quorum_can_be_formed_or_more_is_asked() {
    let mut scene = Scene::new();
    revokes(&mut scene, SECURITY, LAY).unwrap();
    let opening = scene.opening(Asks::Policy { changes: restores(LAY, 77) }, None, None);
    let review = scene.opens(SECURITY, opening).unwrap();
    scene.vote(&review, &[(SECURITY, Stance::Agree)]);
    let decision = scene.decision(&review, Ruling::Grant, Means::Recovery);
    refused(scene.decides(SECURITY, decision), &["can form the quorum"]);
    // Two are left, and nobody for security: both must agree, and need not wait.
    let mut body = body();
    body.people.retain(|id, _| [CHAIR, SECURITY, GOVERNANCE].contains(&id.as_str()));
    let mut scene = Scene::founded(body).unwrap();
    revokes(&mut scene, CHAIR, SECURITY).unwrap();
    let mut changes = restores(SECURITY, 77);
    changes.push(Change::Rename { name: "Mine".to_owned(), contact: "me".to_owned() });
    let more = scene.opening(Asks::Policy { changes }, None, None);
    let more = scene.opens(CHAIR, more).unwrap();
    scene.vote(&more, &[(CHAIR, Stance::Agree), (GOVERNANCE, Stance::Agree)]);
    let decision = scene.decision(&more, Ruling::Grant, Means::Recovery);
    refused(scene.decides(CHAIR, decision), &["only gives new keys"]);
    let reason = Words::public("Too much at once");
    scene.says(CHAIR, Act::TakeBack(register::act::review::TakeBack { review: more, reason })).unwrap();
    let opening = scene.opening(Asks::Policy { changes: restores(SECURITY, 77) }, None, None);
    let review = scene.opens(CHAIR, opening).unwrap();
    scene.vote(&review, &[(CHAIR, Stance::Agree)]);
    let decision = scene.decision(&review, Ruling::Grant, Means::Recovery);
    refused(scene.decides(CHAIR, decision), &["everybody who can still sign", GOVERNANCE]);
    scene.vote(&review, &[(GOVERNANCE, Stance::Agree)]);
    let decision = scene.decision(&review, Ruling::Grant, Means::Recovery);
    scene.decides(CHAIR, decision).unwrap();
    assert!(scene.reread().body.people[SECURITY].can_sign());
}

#[test]
fn broken_glass_is_for_the_team_that_broke_it() {
    let mut scene = Scene::new();
    let case = lodash(Tier::Operational);
    scene.breaks_glass(SECURITY, case.clone()).unwrap();
    let entry = &scene.register.entries[&case];
    let listing = scene.register.listing(entry, scene.now);
    assert_eq!(listing.glass.unwrap().team, "integration-team");
    assert_ne!(listing.state, EntryState::ListedWithObligations, "to every other team it is as it was");
    let later = "2026-11-24T09:00:00Z".parse().unwrap();
    assert!(scene.register.listing(entry, later).glass.is_none());
}

#[test]
fn a_rule_grants_conditional_only_with_its_obligations() {
    let mut scene = Scene::new();
    let case = lodash(Tier::Research);
    let seen = scene.assessed(Outcome::Conditional, 1);
    let opening = scene.opening(Asks::Use, Some(case.clone()), Some(seen));
    let review = scene.opens(DEVELOPER, opening).unwrap();
    let mut decision = scene.decision(&review, Ruling::Grant, Means::Rule);
    refused(scene.decides(DEVELOPER, decision.clone()), &["with the obligations of the assessment"]);
    decision.terms.obligations = vec![duty("Update it", "integration-team", "2027-01-31")];
    scene.decides(DEVELOPER, decision).unwrap();
    assert_eq!(scene.state(&case), State::ListedWithObligations);
}

#[test]
fn a_closure_that_says_nothing_or_closes_everything_is_none() {
    let mut scene = Scene::new();
    type Spoil = fn(&mut register::act::closure::ClosureAsked);
    let spoils: [(Spoil, &str); 3] = [
        (|c| c.attacker = Words::public("x x x x x x x x x x x"), "does not say who would attack"),
        (|c| c.path_to_harm = Words::public("asdf asdf asdf asdf asdf"), "how that leads to harm"),
        (|c| c.scope = vec![Words::public("every repository of the trust")], "names no path"),
    ];
    for (spoil, words) in spoils {
        let mut one = closure("2027-01-31");
        spoil(&mut one);
        let asks = Asks::Closure { closure: Box::new(one) };
        let opening = scene.opening(asks, Some(ward_list()), Some(scene.assessed(Outcome::Referred, 1)));
        refused(scene.opens(DEVELOPER, opening), &[words]);
    }
}

#[test]
fn one_exception_is_asked_for_once() {
    let mut scene = Scene::new();
    let asks = |scope: &str| Asks::Exception {
        control: "flaw-open".to_owned(),
        scope: Some(sealed(scope)),
        until: date("2027-01-31"),
    };
    let open = |scene: &mut Scene, scope: &str| {
        let opening = scene.opening(asks(scope), Some(ward_list()), None);
        scene.opens(DEVELOPER, opening)
    };
    open(&mut scene, "src/a.rs").unwrap();
    refused(open(&mut scene, "src/a.rs"), &["open on the same question"]);
    open(&mut scene, "src/b.rs").unwrap();
}
