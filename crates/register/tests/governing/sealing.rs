//! Principle 11: no leaf names a place, a person's interest or an open fault, whatever program wrote it; who
//! holds the sealed words sees what they do, and everybody else sees that something is withheld.

use domain::{Outcome, SubjectName, Tier};
use register::{
    act::{
        Act,
        attestation::{Attestation, Basis},
        emergency::Measure,
        review::{Asks, Opening},
        upkeep::Reveal,
    },
    refused::Refused,
    standing::WITHHELD,
    words::Words,
};

use super::committee::*;

const PLANTED: &str = "src/planted/login.rs";

fn opens(scene: &mut Scene, spoil: impl Fn(&mut Opening)) -> Result<String, Refused> {
    let exception = Asks::Exception {
        control: "no-secret".to_owned(),
        scope: Some(sealed(PLANTED)),
        until: date("2027-01-31"),
    };
    let mut opening = scene.opening(exception, Some(ward_list()), None);
    spoil(&mut opening);
    scene.opens(DEVELOPER, opening)
}

fn attestation(scope: Words) -> Attestation {
    Attestation {
        control: "no-secret".to_owned(),
        subject: "repository:ward-list".parse().unwrap(),
        version: None,
        scope: Some(scope),
        says: Words::public("Rotated on 3 March"),
        until: date("2027-05-01"),
        basis: None,
    }
}

#[test]
fn what_would_draw_the_map_is_refused_in_plain_words() {
    let mut scene = Scene::new();
    let plain = || Words::public(PLANTED);
    let spoilt: [fn(&mut Opening); 5] = [
        |o| {
            o.asks = Asks::Exception {
                control: "no-secret".to_owned(),
                scope: Some(Words::public(PLANTED)),
                until: date("2027-01-31"),
            };
        },
        |o| {
            let mut one = closure("2027-01-31");
            one.scope.push(Words::public(PLANTED));
            o.asks = Asks::Closure { closure: Box::new(one) };
        },
        |o| {
            let mut one = closure("2027-01-31");
            one.contact = Words::public("somebody@trust.example");
            o.asks = Asks::Closure { closure: Box::new(one) };
        },
        |o| o.interests = vec![Words::public("Acme Health Ltd")],
        |o| o.missing = vec![format!("no-secret: look at {PLANTED}")],
    ];
    for (i, spoil) in spoilt.into_iter().enumerate() {
        let words = if i == 4 { "names of controls" } else { "sealed" };
        refused(opens(&mut scene, spoil), &[words]);
    }
    refused(scene.says(LAY, Act::Attest(Box::new(attestation(plain())))), &["sealed"]);
    let read = Basis::Audit {
        version: "1".to_owned(),
        read: vec![plain()],
        delta_from: None,
        fit_for: Tier::Research,
        conclusion: Words::public("fine"),
    };
    let audit = Attestation { scope: None, basis: Some(read), ..attestation(plain()) };
    refused(scene.says(LAY, Act::Attest(Box::new(audit))), &["what the audit read"]);
    let glass = Measure::BreakGlass { team: "ward".to_owned(), compensating: plain() };
    refused(scene.emergency(SECURITY, lodash(Tier::Operational), glass), &["sealed"]);
    let mut one = body();
    one.people.get_mut(LAY).unwrap().interests.insert(Words::public("Acme Health Ltd"));
    refused(Scene::founded(one).map(|_| ()), &["sealed"]);
}

#[test]
fn no_leaf_holds_what_was_sealed_and_its_holder_sees_what_it_does() {
    let mut one = body();
    one.people.get_mut(LAY).unwrap().interests.insert(sealed("planted health ltd"));
    let mut scene = Scene::founded(one).unwrap();
    let interest = |o: &mut Opening| o.interests = vec![sealed("planted health ltd")];
    let review = opens(&mut scene, interest).unwrap();
    refused(scene.votes(LAY, &review, policy::quorum::Stance::Agree), &["declared interest"]);
    scene.whole_quorum_but(&review, LAY);
    scene.grants(CHAIR, &review).unwrap();
    scene.says(SECURITY, Act::Attest(Box::new(attestation(sealed(PLANTED))))).unwrap();
    let digest = Words::public(domain::Digest::of(b"a blob").to_string());
    scene.says(SECURITY, Act::Attest(Box::new(attestation(digest.clone())))).unwrap();
    for leaf in &scene.leaves {
        let text = String::from_utf8(leaf.clone()).unwrap();
        assert!(!text.contains("planted"), "{text}");
    }
    let name: SubjectName = "repository:ward-list".parse().unwrap();
    let folded = scene.reread();
    let holder =
        |digest: &domain::Digest| (sealed(PLANTED).seal() == Some(*digest)).then(|| PLANTED.to_owned());
    let known = folded.standing(Some(&name), scene.now, &holder);
    assert_eq!(known.exceptions[0].scope.as_deref(), Some(PLANTED));
    assert_eq!(known.attested[0].scope.as_deref(), Some(PLANTED));
    let others = folded.standing(Some(&name), scene.now, &|_| None);
    // A scope that is withheld is a scope: never the whole control.
    assert_eq!(others.exceptions[0].scope.as_deref(), Some(WITHHELD));
    assert_eq!(others.attested[0].scope.as_deref(), Some(WITHHELD));
    assert_eq!(others.attested[1].scope.as_deref(), digest.text());
    assert_eq!(folded.public(scene.now).endings[0].scope, "one finding, component or path");
}

#[test]
fn an_interest_is_not_revealed_by_the_seal_that_all_interests_share() {
    let mut one = body();
    one.people.get_mut(LAY).unwrap().interests.insert(sealed("planted health ltd"));
    let mut scene = Scene::founded(one).unwrap();
    let reveal = Reveal {
        sealed: sealed("planted health ltd").seal().unwrap(),
        salt: "05".repeat(32),
        text: "planted health ltd".to_owned(),
    };
    refused(scene.says(LAY, Act::Reveal(reveal)), &["all interests share"]);
    let _ = scene.asks_use(Tier::Research, Outcome::Allowed);
}
