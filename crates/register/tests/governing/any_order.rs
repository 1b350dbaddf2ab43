//! Any acts, by anybody, in any order: nothing panics, a refusal changes nothing (which the scene itself
//! asks of every leaf), and the log read anew means the same.

use domain::{Outcome, Tier, Timestamp};
use policy::quorum::Stance;
use proptest::prelude::*;
use register::{
    act::{
        Act,
        agreement::{SharedCare, Side},
        decision::{Means, Ruling, TripWire},
        emergency::Measure,
        review::{Asks, TakeBack},
        upkeep::{Done, Revocation, Trip},
    },
    body::Change,
    case::Case,
    words::Words,
};

use super::committee::*;

/// One step: what, who, and three numbers that choose among what there is.
type Step = (u8, u8, u8, u8, u8);

fn cases() -> [Case; 5] {
    [
        lodash(Tier::Clinical),
        lodash(Tier::Operational),
        lodash(Tier::Research),
        ward_list(),
        lodash(Tier::Infrastructure),
    ]
}

const OUTCOMES: [Outcome; 5] =
    [Outcome::Allowed, Outcome::Conditional, Outcome::Referred, Outcome::NotEvaluated, Outcome::Refused];
const STANCES: [Stance; 6] = [
    Stance::Agree,
    Stance::AgreeWithObligations,
    Stance::NoObjection,
    Stance::Concern,
    Stance::Abstain,
    Stance::Recuse,
];

fn pick<T: Clone>(from: &[T], n: u8) -> T {
    from[usize::from(n) % from.len()].clone()
}

fn asks(scene: &Scene, a: u8, b: u8) -> Asks {
    let day = scene.now.date().plus_days(i64::from(b));
    let decisions: Vec<_> =
        scene.register.entries.values().flat_map(|e| e.history.iter().map(|l| l.digest)).collect();
    match a % 8 {
        0 => Asks::Use,
        1 => Asks::Publication,
        2 => Asks::Closure { closure: Box::new(closure(&day.to_string())) },
        3 => Asks::Exception { control: "flaw-open".to_owned(), scope: None, until: day },
        4 => Asks::Change,
        5 => Asks::Removal,
        6 => Asks::Appeal {
            decision: decisions
                .get(usize::from(b) % decisions.len().max(1))
                .copied()
                .unwrap_or(domain::Digest::of(b"")),
        },
        _ => Asks::Policy {
            changes: vec![match b % 3 {
                0 => Change::RemovePerson { id: format!("p-0{}", b % 9) },
                1 => Change::AddKey { id: format!("p-0{}", b % 9), key: public_line(&ed25519(50 + b % 9)) },
                _ => {
                    Change::RevokeKey { key: public_key(&key_of(&format!("p-0{}", 1 + b % 7))).fingerprint() }
                }
            }],
        },
    }
}

fn act(scene: &Scene, (what, _, a, b, c): Step) -> Option<Act> {
    let ids: Vec<String> = scene.register.reviews.keys().cloned().collect();
    let review = || (!ids.is_empty()).then(|| pick(&ids, a));
    let case = pick(&cases(), a);
    let person = format!("p-0{}", 1 + b % 7);
    let says = Words::public("A sentence that says what it is about");
    Some(match what % 15 {
        0 | 1 => {
            let asks = asks(scene, b, c);
            let seen = (c % 4 != 0).then(|| scene.assessed(pick(&OUTCOMES, c / 4), c % 3));
            let case = (!matches!(asks, Asks::Policy { .. }) || c % 5 == 0).then_some(case);
            Act::Open(Box::new(scene.opening(asks, case, seen)))
        }
        2..=4 => {
            let mut position = scene.position(&review()?, pick(&STANCES, b));
            if c % 3 == 0 {
                position.obligations = vec![duty("Do it", "somebody", "2027-06-01")];
            }
            Act::Position(Box::new(position))
        }
        5 => Act::Answer(register::act::position::Answer { review: review()?, to: person, says }),
        6 => Act::Satisfied(register::act::position::Satisfied { review: review()? }),
        7 => Act::Overrule(register::act::position::Overrule { review: review()?, concern_of: person, says }),
        8 | 9 => {
            let ruling = if b % 4 == 0 { Ruling::Decline } else { Ruling::Grant };
            let by =
                pick(&[Means::Quorum, Means::Quorum, Means::Rule, Means::Silence, Means::OneSignature], c);
            Act::Decide(Box::new(scene.decision(&review()?, ruling, by)))
        }
        10 => {
            let measure = match b % 3 {
                0 => Measure::Deny { existing_uses: "They go on".to_owned(), alternative: "none".to_owned() },
                1 => Measure::BreakGlass { team: "ward".to_owned(), compensating: sealed("watched") },
                _ => Measure::Close {
                    cause: sealed("patients' data"),
                    closure: Box::new(closure(&scene.now.date().plus_days(i64::from(c % 20)).to_string())),
                    mending: vec![sealed("Take it out")],
                    assessment: None,
                },
            };
            Act::Emergency(Box::new(register::act::emergency::Emergency {
                measure,
                case,
                clause: "malware".to_owned(),
                reason: says,
            }))
        }
        11 => {
            let it = register::act::review::Renewal {
                review: review()?,
                assessed: scene.assessed(pick(&OUTCOMES, b), c % 3),
                missing: if c % 7 == 0 { vec!["something".to_owned()] } else { Vec::new() },
            };
            Act::Renew(Box::new(it))
        }
        12 => Act::TakeBack(TakeBack { review: review()?, reason: says }),
        13 => match b % 3 {
            0 => Act::Trip(Trip {
                wire: Trip::told(&case, pick(&TripWire::ALL, c)),
                case,
                assessment: domain::Digest::of(b""),
                because: says,
            }),
            1 => {
                let decided = scene.register.entries.values().filter_map(|e| e.decided.as_ref());
                let decisions: Vec<_> = decided.map(|d| d.logged.digest).collect();
                let decision = (!decisions.is_empty()).then(|| pick(&decisions, a))?;
                Act::Done(Done { decision, obligation: u16::from(c % 2), shown: says })
            }
            _ => Act::Agree(Box::new(SharedCare {
                case,
                provider: "a".to_owned(),
                recipient: "b".to_owned(),
                patches: "a".to_owned(),
                monitors: "b".to_owned(),
                answers: "c".to_owned(),
                until: scene.now.date().plus_days(i64::from(c)),
                side: if a % 2 == 0 { Side::Provider } else { Side::Recipient },
            })),
        },
        _ => Act::Revoke(Revocation { key: public_key(&key_of(&person)).fingerprint(), reason: says }),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_and_the_log_alone_says_what_holds(
        steps in prop::collection::vec(any::<Step>(), 1..60)
    ) {
        let mut scene = Scene::new();
        let mut taken = 0;
        for step in steps {
            // Time passes now and then, and the log writes down what follows.
            if step.4 % 6 == 0 {
                scene.now = Timestamp::from_unix(scene.now.unix() + i64::from(step.3) * 43_200);
                scene.ticks();
                prop_assert_eq!(scene.register.consequences(scene.now), []);
            }
            let Some(act) = act(&scene, step) else { continue };
            let who = format!("p-0{}", 1 + step.1 % 7);
            let rehearsed = {
                let at = Timestamp::from_unix(scene.now.unix() + 60);
                let statement = register::statement::Statement::new(ORIGIN, at, &who, act.clone());
                scene.register.clone().would(&statement, at).is_ok()
            };
            let done = scene.says(&who, act);
            // What is rehearsed is what happens, but for the signature of a revoked key.
            match &done {
                Ok(_) => prop_assert!(rehearsed),
                Err(refused) => prop_assert!(!rehearsed || refused.to_string().contains("signed as it must be"), "{}", refused),
            }
            taken += usize::from(done.is_ok());
            // Every reader can ask everything at any time.
            for review in scene.register.reviews.values() {
                let _ = (review.count(&scene.register.body), review.awaited(&scene.register.body), review.stale());
            }
        }
        let read = scene.reread();
        prop_assert_eq!(&read.rejected, &[]);
        prop_assert!(read.size > taken as u64);
        prop_assert_eq!(format!("{:?}", (&read.entries, &read.reviews, &read.body, &read.exceptions, &read.closures)),
            format!("{:?}", (&scene.register.entries, &scene.register.reviews, &scene.register.body, &scene.register.exceptions, &scene.register.closures)));
        // Nobody ever allows alone, and nothing clinical is decided without people.
        for entry in read.entries.values() {
            let Some(decided) = &entry.decided else { continue };
            prop_assert!(decided.decision.by != Means::OneSignature);
            if entry.case.tier == Some(Tier::Clinical) && decided.decision.ruling == Ruling::Grant {
                prop_assert!(decided.decision.by == Means::Quorum && decided.decision.votes.len() >= 4);
            }
        }
    }
}
