//! What must hold for every order, whatever the texts.

mod generator;

use std::cmp::Ordering;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use versions::{Event, Scheme, Step};

/// The same cases on every run; `PROPTEST_RNG_SEED` and `PROPTEST_CASES` make others.
fn config() -> ProptestConfig {
    let mut config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(440);
    }
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 400;
    }
    config.failure_persistence = None;
    config
}

fn schemes() -> impl Strategy<Value = Scheme> {
    proptest::sample::select(&Scheme::ALL[..])
}

/// Versions of one scheme, close enough to each other to disagree late.
fn versions_of(scheme: Scheme, seed: u64, count: usize) -> Vec<String> {
    let mut dice = generator::Dice::new(seed);
    (0..count)
        .map(|_| generator::version(scheme, &mut dice))
        .filter(|v| scheme.reads(v) && is_ordinary(scheme, v))
        .collect()
}

/// Maven's order runs in circles where letters and numbers alternate behind dots: by Maven itself,
/// `2.0.alpha.release.18` < `2.0_3.rc` < `2.0.` and yet the first is above the last. Order among such
/// texts is Maven's, pair by pair (`tests/oracles.rs`), and no total order; what projects release is
/// numbers, and one qualifier with its number.
fn is_ordinary(scheme: Scheme, text: &str) -> bool {
    if scheme != Scheme::Maven {
        return true;
    }
    let numbers = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let qualifier = numbers.strip_prefix('-').unwrap_or(numbers);
    let number = qualifier.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let number = number.strip_prefix('-').unwrap_or(number);
    number.bytes().all(|b| b.is_ascii_digit())
}

/// Small texts of the characters that versions are made of.
fn texts() -> impl Strategy<Value = String> {
    "[0-9]{1,2}([.~^_+-]{0,2}([0-9]{1,2}|a|b|rc|ga|sp|x|dev|post|alpha)){0,5}"
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn made_versions_stand_in_one_order(scheme in schemes(), seed: u64) {
        in_one_order(scheme, &versions_of(scheme, seed, 14))?;
    }

    #[test]
    fn any_texts_that_are_read_stand_in_one_order(
        scheme in schemes(), texts in proptest::collection::vec(texts(), 3..8),
    ) {
        let texts: Vec<String> = texts.into_iter().filter(|t| scheme.reads(t) && is_ordinary(scheme, t)).collect();
        in_one_order(scheme, &texts)?;
    }

    #[test]
    fn a_range_agrees_with_the_order(scheme in schemes(), seed: u64) {
        let texts = versions_of(scheme, seed, 4);
        let [low, high, version, ..] = texts.as_slice() else { return Ok(()) };
        let (Ok(from_low), Ok(to_high)) = (scheme.compare(version, low), scheme.compare(version, high)) else {
            return Ok(());
        };
        if scheme.compare(low, high) != Ok(Ordering::Less) {
            return Ok(());
        }
        let inside = from_low != Ordering::Less && to_high == Ordering::Less;
        let fixed = [Event::Introduced(low), Event::Fixed(high)];
        let reversed = [Event::Fixed(high), Event::Introduced(low)];
        prop_assert_eq!(scheme.contains(&fixed, version), Ok(inside));
        prop_assert_eq!(scheme.contains(&reversed, version), Ok(inside), "the record's order matters");
        let inside = from_low != Ordering::Less && to_high != Ordering::Greater;
        prop_assert_eq!(scheme.contains(&[Event::Introduced(low), Event::LastAffected(high)], version), Ok(inside));
        prop_assert_eq!(scheme.contains(&[Event::Introduced("0")], version), Ok(true));
        let limited = [Event::Introduced("0"), Event::Limit(high)];
        prop_assert_eq!(scheme.contains(&limited, version), Ok(to_high == Ordering::Less));
    }

    #[test]
    fn the_lowest_and_the_pinned_are_admitted(scheme in schemes(), seed: u64) {
        for (requirement, _) in generator::requirements::questions_from(scheme, 8, seed) {
            if let Some(lowest) = scheme.lowest(&requirement) {
                prop_assert_eq!(scheme.satisfies(&requirement, &lowest), Ok(true), "{} of {}", lowest, requirement);
            }
            if let Some(pinned) = scheme.pinned(&requirement) {
                prop_assert_eq!(scheme.satisfies(&requirement, &pinned), Ok(true), "{} of {}", pinned, requirement);
            }
        }
    }

    #[test]
    fn a_step_up_is_never_a_step_down(scheme in schemes(), seed: u64) {
        for pair in versions_of(scheme, seed, 8).windows(2) {
            let (up, down) = (scheme.step(&pair[0], &pair[1]), scheme.step(&pair[1], &pair[0]));
            match scheme.compare(&pair[0], &pair[1]) {
                Ok(Ordering::Equal) => prop_assert_eq!((up, down), (Step::Same, Step::Same)),
                Ok(Ordering::Less) => prop_assert_eq!(down, Step::Major),
                _ => prop_assert_eq!(up, Step::Major),
            }
        }
    }

    #[test]
    fn any_text_at_all_is_survived(scheme in schemes(), a in ".{0,80}", b in ".{0,80}") {
        let _ = scheme.compare(&a, &b);
        let _ = scheme.contains(&[Event::Introduced(&a), Event::Fixed(&b), Event::Limit(&a)], &b);
        let _ = scheme.step(&a, &b);
        let _ = scheme.satisfies(&a, &b);
        let _ = (scheme.lowest(&a), scheme.pinned(&a), scheme.is_prerelease(&a));
        let _ = (Scheme::of_ecosystem(&a), Scheme::of_purl_type(&b));
    }
}

fn in_one_order(scheme: Scheme, texts: &[String]) -> Result<(), TestCaseError> {
    for a in texts {
        // Composer's named branches are equal to themselves and comparable with nothing else.
        prop_assert_eq!(scheme.compare(a, a), Ok(Ordering::Equal));
        for b in texts {
            let Ok(forth) = scheme.compare(a, b) else { continue };
            prop_assert_eq!(scheme.compare(b, a), Ok(forth.reverse()), "{:?}: {} {}", scheme, a, b);
            for c in texts {
                let (Ok(on), Ok(all)) = (scheme.compare(b, c), scheme.compare(a, c)) else { continue };
                if forth == on {
                    prop_assert_eq!(all, forth, "{:?}: {} {} {}", scheme, a, b, c);
                } else if forth == Ordering::Equal {
                    prop_assert_eq!(all, on, "{:?}: {} {} {}", scheme, a, b, c);
                }
            }
        }
    }
    Ok(())
}
