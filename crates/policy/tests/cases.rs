//! Every built-in pack is whole: it passes the strict check, and every control judges its cases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where something is wrong"
)]

use std::collections::BTreeSet;

use domain::ControlState;
use policy::{Pack, cases};

#[test]
fn every_builtin_pack_passes_the_check_that_a_pack_by_path_must_pass() {
    for name in Pack::builtin_names() {
        let pack = Pack::builtin(name).unwrap();
        pack.check().unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(pack.name(), name, "the folder and the header name the same pack");
        for (at, control) in pack.controls() {
            assert_eq!(pack.find(control.id()).unwrap().0, at, "controls stand in the order of their files");
            assert!(pack.text(at).contains(&format!("@id(\"{control}\")")));
        }
        assert!(pack.licences().is_some() || name != "use");
    }
}

#[test]
fn every_case_is_judged_as_it_must_be() {
    let mut all = 0;
    for name in Pack::builtin_names() {
        let (ran, failures) = cases::run(&Pack::builtin(name).unwrap()).unwrap();
        let shown: Vec<String> =
            failures.iter().map(|f| format!("{} / {}: {}", f.control, f.case, f.what)).collect();
        assert!(failures.is_empty(), "{name}:\n{}", shown.join("\n"));
        all += ran;
    }
    assert!(all > 250, "only {all} cases ran");
}

#[test]
fn every_control_has_a_case_for_each_state_it_can_have_and_says_why_each_is_kept() {
    for name in Pack::builtin_names() {
        let pack = Pack::builtin(name).unwrap();
        for (at, control) in pack.controls() {
            let cases = cases::cases(&pack, at).unwrap();
            let states: Vec<ControlState> = cases.iter().map(|c| c.state).collect();
            // One that tells what was not looked at is unknown where others are not met.
            let faults =
                if control.id() == "flaws-looked-at" { &[][..] } else { &[ControlState::NotMet][..] };
            for needed in [ControlState::Met, ControlState::Unknown].iter().chain(faults) {
                assert!(states.contains(needed), "{name}/{control} has no case that is {needed}");
            }
            let names: BTreeSet<&str> = cases.iter().map(|c| c.name.as_str()).collect();
            assert_eq!(names.len(), cases.len(), "{name}/{control}: two cases have one name");
            for case in &cases {
                assert!(!case.because.is_empty() && !case.name.is_empty(), "{name}/{control}");
            }
        }
    }
}

#[test]
fn every_text_for_a_person_is_a_sentence_and_names_its_source() {
    for name in Pack::builtin_names() {
        let pack = Pack::builtin(name).unwrap();
        for (_, control) in pack.controls() {
            for state in [ControlState::NotMet, ControlState::Unknown] {
                for text in [control.why(state), control.remedy(state)] {
                    assert!(text.ends_with(['.', '\'', '`']), "{name}/{control}: `{text}`");
                    assert!(text.len() < 260, "{name}/{control}: too long for a screen: `{text}`");
                    let rest = policy::control::fill(text, 3, "x");
                    assert!(
                        !rest.contains(['{', '}']),
                        "{name}/{control}: an unknown placeholder in `{text}`"
                    );
                }
            }
            assert!(control.source().len() >= 6 && !control.row().is_empty(), "{name}/{control}");
        }
    }
}
