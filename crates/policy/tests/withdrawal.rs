//! No evidence is not good evidence: taking any one observation back never helps.
//!
//! For every case of every control, and for generated vectors of every kind, each observed fact in
//! turn is made unobserved. The state must not become met or not applicable, and the outcome must
//! not improve. One exception stands in the tables themselves: where a control's action for
//! "unknown" is milder than for "not met" (a licence not allowed blocks, one not known obliges),
//! hiding the fault brings the action for "unknown", and nothing milder than that. Those controls
//! are listed by name below, so that none is added unseen.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where something is wrong"
)]

use std::collections::BTreeSet;

use domain::{ControlState, Outcome};
use policy::{
    Facts, Judged, Judgement, Known, Pack, Setting, cases,
    catalogue::{self, FactType},
};

/// Controls whose tables make "unknown" milder than "not met" somewhere.
const MILDER_WHEN_UNKNOWN: &[&str] = &[
    // use
    "source-odd",
    "young",
    "licence-allowed",
    "licence-changed",
    "in-support",
    "support-ends",
    "maintained",
    "safety-scope",
    "safety-case",
    "hazard-log",
    "safety-officer",
    "parts-assessed",
    "deployer-safety",
    "changes-assessed",
    "device-status",
    "model-licence",
    "cyber-essentials",
    "supplier-security",
    "data-protection",
    "product-support",
    // a person's gap is referred where a fault is refused
    "owner",
    "no-unreleased",
    "rights",
    "owner-route",
    "reporting-route",
    "device-notice",
    "flaws",
    "no-secret",
    "no-personal-data",
    "remediation",
    "alive-or-archived",
    "review",
    "tests",
    "protected",
    "workflow-safe",
    "no-binaries",
    // optional packs
    "high-flaw",
    "decision-first",
    "maintenance-one",
    "maintenance-two",
    "maintenance-three",
    "security-one",
    "security-two",
];

fn gravity(state: ControlState) -> u8 {
    match state {
        ControlState::NotApplicable | ControlState::Met => 0,
        ControlState::Unknown | ControlState::NotMet => 1,
    }
}

/// Refused and not evaluated are both no, so neither is an improvement on the other.
fn leniency(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Allowed => 3,
        Outcome::Conditional => 2,
        Outcome::Referred => 1,
        Outcome::NotEvaluated | Outcome::Refused => 0,
    }
}

struct Seen {
    milder: BTreeSet<String>,
    wrong: Vec<String>,
    tried: u64,
}

fn withdraw_each(pack: &Pack, facts: &Facts, seen: &mut Seen) {
    let before = pack.evaluate_afresh(facts);
    for (position, entry, known) in facts.iter() {
        if known == Known::Unobserved {
            continue;
        }
        let mut fewer = *facts;
        fewer.withdraw(position);
        let after = pack.evaluate_afresh(&fewer);
        for (b, a) in before.iter().zip(after.iter()) {
            seen.tried += 1;
            let carrier = |id: &str| after.iter().find(|j| pack.control(j.control).id() == id);
            let answers =
                pack.control(a.control).carried_by().filter(|_| a.carried).and_then(carrier).unwrap_or(a);
            compare(pack, (facts, entry.id), b, answers, seen);
        }
    }
}

fn compare(pack: &Pack, (facts, id): (&Facts, &str), b: &Judgement, a: &Judgement, seen: &mut Seen) {
    let control = pack.control(b.control);
    // Where another control answers for this one, `a` is that control's judgement.
    let mut wrong = |what: String| seen.wrong.push(format!("{control} without `{id}` of {facts:?}: {what}"));
    if gravity(a.state) < gravity(b.state) {
        wrong(format!("{} became {}", b.state, a.state));
    }
    for setting in Setting::all() {
        let (was, is) = (pack.demand(b, setting), pack.demand(a, setting));
        if leniency(is.outcome) <= leniency(was.outcome) {
            continue;
        }
        let cell = control.actions(setting).expect("it asked something before");
        let floor = cell.unknown.map_or(Outcome::Allowed, |action| {
            policy::demand::outcome(action, ControlState::Unknown, policy::Observer::Person)
        });
        let by_table = b.state == ControlState::NotMet && a.state == ControlState::Unknown;
        if by_table && is.outcome >= floor {
            seen.milder.insert(control.id().to_owned());
        } else {
            wrong(format!("{} became {} at {setting:?}", was.outcome, is.outcome));
        }
    }
}

#[test]
fn taking_an_observation_back_never_helps() {
    let mut seen = Seen { milder: BTreeSet::new(), wrong: Vec::new(), tried: 0 };
    for name in Pack::builtin_names() {
        let pack = Pack::builtin(name).unwrap();
        for (at, _) in pack.controls() {
            for case in cases::cases(&pack, at).unwrap() {
                withdraw_each(&pack, &case.facts, &mut seen);
            }
        }
        for judged in Judged::ALL {
            if pack.controls_of(judged).next().is_some() {
                generated(judged, 150).iter().for_each(|facts| withdraw_each(&pack, facts, &mut seen));
            }
        }
    }
    assert!(
        seen.wrong.is_empty(),
        "{} wrong, e.g.\n{}",
        seen.wrong.len(),
        seen.wrong[..seen.wrong.len().min(10)].join("\n")
    );
    let listed: BTreeSet<String> = MILDER_WHEN_UNKNOWN.iter().map(|s| s.to_string()).collect();
    let unlisted: Vec<_> = seen.milder.difference(&listed).collect();
    let idle: Vec<_> = listed.difference(&seen.milder).collect();
    assert!(unlisted.is_empty() && idle.is_empty(), "not listed: {unlisted:?}; listed for nothing: {idle:?}");
    assert!(seen.tried > 100_000, "only {} comparisons", seen.tried);
}

/// Vectors of a kind from a fixed sequence: mostly observed, some not, some absent.
fn generated(judged: Judged, many: usize) -> Vec<Facts> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64 ^ judged as u64;
    let mut next = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    (0..many)
        .map(|_| {
            let mut facts = Facts::new(judged);
            for entry in judged.facts() {
                match next(12) {
                    0 => continue,
                    1 => facts.set_word(entry.id, "absent").unwrap(),
                    _ => {
                        let word = match entry.kind {
                            FactType::Bool => (next(2) == 1).to_string(),
                            FactType::Words(words) => words[next(words.len() as u64) as usize].to_owned(),
                            FactType::Count { max } => next(u64::from(max) + 1).to_string(),
                        };
                        facts.set_word(entry.id, &word).unwrap()
                    }
                };
            }
            // Only a feed that is there can name anything malicious (the catalogue says so).
            let looked_into = ["full", "partial", "stale"].map(Known::Word);
            if judged == Judged::Component
                && !facts.iter().any(|(_, e, known)| e.id == "feed" && looked_into.contains(&known))
            {
                facts.withdraw(catalogue::find(judged, "malicious").unwrap().0);
            }
            facts
        })
        .collect()
}
