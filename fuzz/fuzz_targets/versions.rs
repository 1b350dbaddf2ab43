//! Version orders, ranges and requirements of every scheme over any text. Three lines: two versions
//! (the second also a requirement) and an event's version; more lines are more events.
#![no_main]

use std::cmp::Ordering;

use libfuzzer_sys::fuzz_target;
use versions::{Event, Scheme, Step};

fuzz_target!(|text: &str| {
    let mut lines = text.split('\n');
    let (a, b) = (lines.next().unwrap_or(""), lines.next().unwrap_or(""));
    let events: Vec<Event<'_>> = lines
        .enumerate()
        .map(|(place, version)| match place % 4 {
            0 => Event::Introduced(version),
            1 => Event::Fixed(version),
            2 => Event::LastAffected(version),
            _ => Event::Limit(version),
        })
        .collect();
    let _ = (Scheme::of_ecosystem(a), Scheme::of_purl_type(a));
    for scheme in Scheme::ALL {
        let order = scheme.compare(a, b);
        match (&order, scheme.compare(b, a)) {
            (Ok(order), Ok(back)) => assert_eq!(*order, back.reverse(), "{scheme:?}"),
            (Err(_), Err(_)) => {}
            _ => panic!("{scheme:?} orders one way only"),
        }
        if scheme.reads(a) {
            assert_eq!(scheme.compare(a, a), Ok(Ordering::Equal), "{scheme:?}");
            assert_eq!(scheme.contains(&[Event::Introduced("0")], a), Ok(true), "{scheme:?}");
        }
        match (scheme.step(a, b), &order) {
            (Step::Same, order) => assert_eq!(*order, Ok(Ordering::Equal), "{scheme:?}"),
            (Step::Patch | Step::Minor, order) => assert_eq!(*order, Ok(Ordering::Less), "{scheme:?}"),
            (Step::Major, _) => {}
        }
        let _ = scheme.contains(&events, a);
        let _ = scheme.satisfies(b, a);
        let _ = scheme.is_prerelease(a);
        for found in [scheme.lowest(b), scheme.pinned(b)].into_iter().flatten() {
            assert_eq!(scheme.satisfies(b, &found), Ok(true), "{scheme:?}: {found}");
        }
    }
});
