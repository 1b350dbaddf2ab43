//! The real export: counts, dates, and flaws that are known to be there.

mod scene;

use domain::FeedCoverage;
use feeds::{Feeds, LookedAt, MatchKind};
use scene::{component, corpus_library};

#[test]
fn every_record_is_read_and_counted() {
    let Some(library) = corpus_library() else { return };
    let feeds = Feeds::open(library).unwrap();
    // From the table in advisories/README.md.
    for (name, records, withdrawn) in [
        ("osv/PyPI", 16_327, 271),
        ("osv/Bitnami", 7_444, 0),
        ("osv/npm", 6_873, 55),
        ("osv/Go", 4_316, 17),
        ("osv/OSS-Fuzz", 4_014, 24),
        ("osv/Packagist", 2_184, 0),
        ("osv/RubyGems", 1_976, 1),
        ("osv/crates.io", 1_218, 13),
        ("osv/Maven", 623, 1),
        ("osv/GIT", 140, 0),
        ("osv/Pub", 1, 0),
        ("kev", 1_662, 0),
        ("epss", 1_556, 0),
        ("ssvc", 44_026, 0),
        ("endoflife", 464, 0),
    ] {
        let held = feeds.held().find(|h| h.stamp.name == name).unwrap_or_else(|| panic!("{name} is missing"));
        assert_eq!(
            (held.stamp.records, held.withdrawn, held.unread),
            (records, withdrawn, 0),
            "{name}: {:?}",
            held.unread_named
        );
        assert_eq!(held.stamp.coverage, FeedCoverage::Partial);
    }
    assert_eq!(feeds.damaged().count(), 0);
}

#[test]
fn as_of_is_the_newest_date_that_is_not_in_the_future() {
    let Some(library) = corpus_library() else { return };
    let feeds = Feeds::open(library).unwrap();
    let as_of = |name: &str| feeds.stamps().into_iter().find(|s| s.name == name).unwrap().as_of.to_string();
    // PyPI holds two records of 2027.
    assert!(as_of("osv/PyPI").starts_with("2026-07"), "{}", as_of("osv/PyPI"));
    assert!(as_of("osv/npm").starts_with("2026-08-22"));
    assert!(as_of("kev").starts_with("2026-08-07"));
    assert!(as_of("epss").starts_with("2026-08-22"));
    assert!(as_of("endoflife").starts_with("2026-08-2"), "{}", as_of("endoflife"));
}

#[test]
fn known_flaws_are_found() {
    let Some(library) = corpus_library() else { return };
    let feeds = Feeds::open(library).unwrap();
    for (purl, id, kind, fixed) in [
        // 0.2.1 to 0.2.6 were never affected; 0.2.7 to 0.2.22 are.
        ("pkg:cargo/time@0.1.45", "RUSTSEC-2020-0071", MatchKind::Advisory, Some("0.2.1")),
        ("pkg:cargo/time@0.2.7", "RUSTSEC-2020-0071", MatchKind::Advisory, Some("0.2.23")),
        ("pkg:cargo/ansi_term@0.12.1", "RUSTSEC-2021-0139", MatchKind::Maintenance, None),
        ("pkg:npm/axios@1.14.1", "MAL-2026-2307", MatchKind::Malware, None),
        ("pkg:npm/chalk@5.6.1", "MAL-2025-46969", MatchKind::Malware, None),
        ("pkg:npm/%40ctrl/tinycolor@4.1.1", "MAL-2025-47141", MatchKind::Malware, None),
        ("pkg:pypi/litellm@1.82.7", "MAL-2026-2144", MatchKind::Malware, None),
        ("pkg:golang/stdlib@1.12.15", "GO-2022-0229", MatchKind::Advisory, Some("1.12.16")),
    ] {
        let look = feeds.matches(&[component(purl)]).components.remove(0);
        let found = look.matches.iter().find(|m| m.id == id || m.aliases.iter().any(|a| a == id));
        let found = found.unwrap_or_else(|| panic!("{purl}: {id} not among {:?}", look.matches));
        assert_eq!((found.kind, found.clears_this.as_deref()), (kind, fixed), "{purl} {found:?}");
        assert!(matches!(look.looked, LookedAt::Partial { .. }));
    }
    for purl in ["pkg:npm/axios@1.14.0", "pkg:npm/chalk@5.6.0"] {
        let look = feeds.matches(&[component(purl)]).components.remove(0);
        assert!(look.matches.iter().all(|m| m.kind != MatchKind::Malware), "{purl}");
    }
}
