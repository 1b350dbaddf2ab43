//! Line 1: who the body is, and how it changes.

use std::collections::BTreeSet;

use domain::{Outcome, Tier};
use policy::quorum::{DEFAULT, Quorum, Stance};
use register::{
    Register,
    act::{
        Act,
        review::Asks,
        upkeep::{Erasure, Reveal, Revocation},
    },
    body::{Adopted, Body, Change, InvalidBody, Times},
    leaf::Leaf,
    ssh::NAMESPACE,
    statement::Statement,
    words::Words,
};

use super::committee::*;

fn roles(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|w| (*w).to_owned()).collect()
}

fn revocation(key: &str) -> Act {
    Act::Revoke(Revocation { key: key.to_owned(), reason: Words::public("The laptop was stolen") })
}

fn fingerprint(person: &str) -> String {
    public_key(&key_of(person)).fingerprint()
}

#[test]
fn one_person_with_every_role_is_still_one_person() {
    let mut body = body();
    let all =
        roles(&["chair", "clinical-safety-officer", "security", "information-governance", "lay", "operator"]);
    body.people.get_mut(CHAIR).unwrap().roles = all;
    let mut scene = Scene::founded(body).unwrap();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    scene.vote(&review, &[(CHAIR, Stance::Agree)]);
    refused(scene.grants(CHAIR, &review), &["one more person must consent"]);
    // The other is a developer: roles are filled by the one, numbers by two.
    scene.vote(&review, &[(DEVELOPER, Stance::Agree)]);
    scene.grants(CHAIR, &review).unwrap();
}

#[test]
fn clinical_needs_its_safety_officer_or_the_named_deputy() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Clinical, Outcome::Referred);
    scene.vote(
        &review,
        &[
            (SECURITY, Stance::Agree),
            (GOVERNANCE, Stance::Agree),
            (LAY, Stance::Agree),
            (OPERATOR, Stance::Agree),
        ],
    );
    refused(scene.grants(SECURITY, &review), &["awaited: clinical-safety-officer"]);
    let awaited = scene.review(&review).awaited(&scene.register.body);
    assert_eq!(awaited.len(), 1);
    assert_eq!(awaited[0].role.as_deref(), Some("clinical-safety-officer"));
    assert_eq!(awaited[0].people, [CHAIR, DEPUTY]);
    // Having no objection is not enough of the officer.
    scene.vote(&review, &[(DEPUTY, Stance::NoObjection)]);
    refused(scene.grants(SECURITY, &review), &["awaited: clinical-safety-officer"]);
    scene.vote(&review, &[(DEPUTY, Stance::Agree)]);
    scene.grants(SECURITY, &review).unwrap();
}

#[test]
fn rules_that_no_body_may_give_up() {
    type Spoil = fn(&mut Body);
    let bad: [(Spoil, InvalidBody); 9] = [
        (|b| b.name.clear(), InvalidBody::Missing("name")),
        (
            |b| {
                b.people.retain(|id, _| id == CHAIR);
            },
            InvalidBody::TooFew { tier: Tier::Operational, asked: 2, have: 1 },
        ),
        (
            |b| {
                b.people.remove(SECURITY);
                b.people.remove(DEPUTY);
            },
            InvalidBody::NoHolder { role: "security".to_owned(), tier: Tier::Operational },
        ),
        (
            |b| {
                let chair = b.people.remove(CHAIR).unwrap();
                b.people.insert("log".to_owned(), chair);
            },
            InvalidBody::Id("log".to_owned()),
        ),
        (
            |b| b.people.get_mut(LAY).unwrap().keys.values_mut().for_each(|k| k.revoked = true),
            InvalidBody::NoKey(LAY.to_owned()),
        ),
        (
            |b| {
                let keys = b.people[LAY].keys.clone();
                b.people.get_mut(CHAIR).unwrap().keys.extend(keys);
            },
            InvalidBody::SharedKey(fingerprint(LAY)),
        ),
        (|b| b.times.denial = 0, InvalidBody::Times("a denial by one signature lasts 1 to 30 days")),
        (
            |b| b.times.break_glass_hours = 0,
            InvalidBody::Times("break-glass lasts 1 hour to 7 days: it always exists, and ends"),
        ),
        (|b| b.times.overdue = 5_000, InvalidBody::Times("what is overdue is restricted within 90 days")),
    ];
    for (spoil, fault) in bad {
        let mut one = body();
        spoil(&mut one);
        assert_eq!(one.check(), Err(fault));
        assert!(Scene::founded(one).is_err());
    }
    // A key under another key's fingerprint.
    let mut one = body();
    let person = one.people.get_mut(LAY).unwrap();
    let key = person.keys.pop_first().unwrap().1;
    person.keys.insert(fingerprint(CHAIR), key);
    assert!(matches!(one.check(), Err(InvalidBody::Key { .. })));
}

#[test]
fn the_body_changes_by_its_own_decision_alone() {
    let mut scene = Scene::new();
    let before = scene.register.body.clone();
    let again = Act::Found(Box::new(body()));
    refused(scene.says(CHAIR, again), &["founded already"]);
    let changes = vec![
        Change::SetRoles {
            id: LAY.to_owned(),
            roles: roles(&["lay", "chair"]),
            deputy_for: BTreeSet::new(),
            interests: BTreeSet::new(),
        },
        Change::SetPacks {
            packs: vec![Adopted { pack: "use@2".to_owned(), digest: domain::Digest::of(b"2") }],
        },
        Change::SetTimes { times: Times { denial: 3, ..Times::default() } },
        Change::SetQuorum { quorum: Quorum::read(&DEFAULT.replacen("people = 2", "people = 3", 1)).unwrap() },
        Change::Rename { name: "Another name".to_owned(), contact: "c@trust.example".to_owned() },
    ];
    let opening = scene.opening(Asks::Policy { changes: changes.clone() }, None, None);
    let review = scene.opens(CHAIR, opening).unwrap();
    assert_eq!(scene.register.body, before, "asking changes nothing");
    scene.vote(&review, &[(CHAIR, Stance::Agree)]);
    refused(scene.grants(CHAIR, &review), &["one more person", "security"]);
    assert_eq!(scene.register.body, before);
    scene.vote(&review, &[(SECURITY, Stance::Agree)]);
    scene.grants(CHAIR, &review).unwrap();
    let after = &scene.register.body;
    assert!(after.people[LAY].roles.contains("chair"));
    assert_eq!((after.times.denial, after.packs.len(), after.name.as_str()), (3, 1, "Another name"));
    assert_eq!(after.quorum.rule(Tier::Operational).people, 3);
    assert_eq!(&scene.reread().body, after, "the log alone says so");
}

#[test]
fn no_change_may_leave_a_body_that_cannot_govern() {
    let mut scene = Scene::new();
    let nobody = vec![
        Change::RemovePerson { id: SECURITY.to_owned() },
        Change::RemovePerson { id: DEPUTY.to_owned() },
    ];
    refused(scene.changes(nobody), &["nobody holds the role `security`"]);
    refused(scene.changes(vec![Change::RemovePerson { id: "p-99".to_owned() }]), &["p-99"]);
    refused(scene.changes(Vec::new()), &["say which change"]);
    let key = public_line(&key_of(LAY));
    refused(scene.changes(vec![Change::AddKey { id: CHAIR.to_owned(), key }]), &["belongs to one person"]);
    let trust = Change::Trust { log: "not a key".to_owned(), tier: Some(Tier::Research) };
    refused(scene.changes(vec![trust]), &["no verifier key"]);
    let mut hazards = register::hazard::Matrix::default();
    hazards.ratings[1][3] = 1;
    refused(scene.changes(vec![Change::SetHazards { hazards }]), &["falls where"]);
}

#[test]
fn a_revoked_key_keeps_its_old_signatures_and_makes_no_new_ones() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    scene.vote(&review, &[(CHAIR, Stance::Agree), (SECURITY, Stance::Agree)]);
    refused(scene.says(LAY, revocation(&fingerprint(SECURITY))), &["its holder", "chair or security"]);
    scene.says(CHAIR, revocation(&fingerprint(SECURITY))).unwrap();
    refused(scene.says(CHAIR, revocation(&fingerprint(SECURITY))), &["revoked already"]);
    refused(scene.votes(SECURITY, &review, Stance::Concern), &["is revoked"]);
    // The vote given before stands, and so the quorum.
    scene.grants(CHAIR, &review).unwrap();
    let read = scene.reread();
    assert_eq!(read.rejected, []);
    assert_eq!(read.size, scene.register.size);
}

#[test]
fn a_lost_key_neither_comes_back_nor_locks_the_body() {
    let mut scene = Scene::new();
    let lost = fingerprint(LAY);
    scene.says(LAY, revocation(&lost)).unwrap();
    scene.says(CHAIR, revocation(&fingerprint(GOVERNANCE))).unwrap();
    // Two have no key, and the others still decide; one gets a new key, the other later.
    scene.changes(vec![Change::AddKey { id: LAY.to_owned(), key: public_line(&ed25519(44)) }]).unwrap();
    let read = scene.reread();
    assert!(read.body.people[LAY].can_sign() && !read.body.people[GOVERNANCE].can_sign());
    // But nobody is left without a key by a decision.
    let last = Change::RevokeKey { key: fingerprint(DEVELOPER) };
    refused(scene.changes(vec![last]), &["no key that can sign"]);
    // A revoked key does not come back, not with its person and not with another.
    let person_of = |id: &str| person(id, &["lay"], &[]).1;
    let back = vec![
        Change::RemovePerson { id: LAY.to_owned() },
        Change::AddPerson { id: LAY.to_owned(), person: Box::new(person_of(LAY)) },
    ];
    refused(scene.changes(back), &["revoked"]);
    let moved = vec![
        Change::RemovePerson { id: LAY.to_owned() },
        Change::AddPerson { id: "p-09".to_owned(), person: Box::new(person_of(LAY)) },
    ];
    refused(scene.changes(moved), &["one person"]);
    // Nor does an id name another person later: the votes it gave would be theirs.
    let other = vec![
        Change::RemovePerson { id: DEVELOPER.to_owned() },
        Change::AddPerson { id: DEVELOPER.to_owned(), person: Box::new(person_of("p-12")) },
    ];
    refused(scene.changes(other), &["somebody's before"]);
    scene.changes(vec![Change::RemovePerson { id: DEVELOPER.to_owned() }]).unwrap();
    let later = vec![Change::AddPerson { id: DEVELOPER.to_owned(), person: Box::new(person_of("p-12")) }];
    refused(scene.changes(later), &["somebody's before"]);
}

#[test]
fn a_new_key_signs_from_its_decision_on() {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Operational, Outcome::Referred);
    let key = ed25519(33);
    let act = Act::Position(Box::new(scene.position(&review, Stance::Agree)));
    let signed = |scene: &Scene| {
        let statement = Statement::new(ORIGIN, scene.now, LAY, act.clone());
        let value = sign(&key, NAMESPACE, &statement.bytes().unwrap());
        let key = public_key(&key).fingerprint();
        let one = register::leaf::Signature { person: LAY.to_owned(), key, value, batch: None };
        Leaf::new(scene.now, statement, vec![one])
    };
    let leaf = signed(&scene);
    refused(scene.takes(leaf), &["has no key"]);
    scene.changes(vec![Change::AddKey { id: LAY.to_owned(), key: public_line(&key) }]).unwrap();
    let leaf = signed(&scene);
    scene.takes(leaf).unwrap();
    // Two keys of one person are one voter.
    scene.vote(&review, &[(LAY, Stance::Agree)]);
    assert_eq!(scene.review(&review).count(&scene.register.body).consenting, 1);
}

#[test]
fn a_name_is_public_only_with_the_persons_own_word() {
    let mut scene = Scene::new();
    let log: Vec<u8> = scene.leaves.concat();
    assert!(!String::from_utf8(log).unwrap().contains("The name of"));
    let Words::Sealed { sealed } = scene.register.body.people[LAY].name.clone() else { panic!() };
    let reveal = |text: &str| Act::Reveal(Reveal { sealed, salt: "09".repeat(32), text: text.to_owned() });
    refused(scene.says(LAY, reveal("Another name")), &["not what was sealed"]);
    refused(scene.says(CHAIR, reveal("The name of p-04")), &["who alone makes it public"]);
    scene.says(LAY, reveal("The name of p-04")).unwrap();
    assert_eq!(scene.register.revealed[&sealed], "The name of p-04");
    let erase = |sealed| Act::Erase(Erasure { sealed, ground: "UK GDPR art. 17".to_owned() });
    refused(scene.says(CHAIR, erase(sealed)), &["cannot forget"]);
    let Words::Sealed { sealed } = scene.register.body.people[GOVERNANCE].name.clone() else { panic!() };
    scene.says(GOVERNANCE, erase(sealed)).unwrap();
    let reveal = Act::Reveal(Reveal { sealed, salt: "09".repeat(32), text: "The name of p-03".to_owned() });
    refused(scene.says(GOVERNANCE, reveal), &["erased"]);
}

#[test]
fn the_first_leaf_founds_and_is_signed_by_one_of_the_body() {
    let scene = Scene::new();
    let statement = Statement::new(ORIGIN, scene.now, CHAIR, Act::Found(Box::new(body())));
    let unsigned = Leaf::new(scene.now, statement.clone(), Vec::new());
    refused(Register::founded(ORIGIN, &unsigned), &["did not sign"]);
    let by_stranger = Leaf::new(scene.now, statement.clone(), vec![signature("p-12", &statement)]);
    refused(Register::founded(ORIGIN, &by_stranger), &["did not sign"]);
    refused(Register::founded("another.example/log", &Leaf::read(&scene.leaves[0]).unwrap()), &["meant for"]);
    let mut other = Scene::new();
    other.asks_use(Tier::Research, Outcome::Allowed);
    assert!(Register::read(ORIGIN, other.leaves[1..].iter().cloned()).is_err());
    assert!(Register::read(ORIGIN, Vec::new()).is_err());
}
