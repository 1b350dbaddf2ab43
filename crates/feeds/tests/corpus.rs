//! The real export: counts, dates, and flaws that are known to be there.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may panic and print"
)]

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

/// A second reader that shares nothing with the index: every record of an ecosystem as plain JSON,
/// and the OSV schema's evaluation written down once more.
struct Plain {
    ecosystem: &'static str,
    scheme: versions::Scheme,
    /// By normalised name.
    records: std::collections::BTreeMap<String, Vec<serde_json::Value>>,
}

impl Plain {
    fn read(
        ecosystem: &'static str,
        scheme: versions::Scheme,
        normalise: fn(&str) -> String,
    ) -> Option<Self> {
        let path = scene::corpus()?.join("advisories").join(ecosystem).join("all.zip");
        let mut zip = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
        let mut records: std::collections::BTreeMap<String, Vec<serde_json::Value>> = Default::default();
        for i in 0..zip.len() {
            let record: serde_json::Value = serde_json::from_reader(zip.by_index(i).unwrap()).unwrap();
            if !record["withdrawn"].is_null() {
                continue;
            }
            let mut names = std::collections::BTreeSet::new();
            for affected in record["affected"].as_array().unwrap() {
                let component = &affected["package"];
                if component["ecosystem"].as_str().is_some_and(|e| e.split(':').next() == Some(ecosystem)) {
                    names.insert(normalise(component["name"].as_str().unwrap()));
                }
            }
            for name in names {
                records.entry(name).or_default().push(record.clone());
            }
        }
        Some(Self { ecosystem, scheme, records })
    }

    fn affected<'a>(
        &self,
        record: &'a serde_json::Value,
        name: &str,
        normalise: fn(&str) -> String,
    ) -> Vec<&'a serde_json::Value> {
        let all = record["affected"].as_array().unwrap().iter();
        all.filter(|a| {
            let component = &a["package"];
            component["ecosystem"].as_str().is_some_and(|e| e.split(':').next() == Some(self.ecosystem))
                && normalise(component["name"].as_str().unwrap()) == name
        })
        .collect()
    }

    /// Whether the record holds: `None` when something in it cannot be compared.
    fn holds(&self, affected: &[&serde_json::Value], version: &str) -> Option<bool> {
        let empty = Vec::new();
        let list = |value: &serde_json::Value| value.as_array().unwrap_or(&empty).clone();
        let mut doubt = false;
        for one in affected {
            if list(&one["versions"]).iter().any(|v| v == version) {
                return Some(true);
            }
            let mut comparable = !list(&one["versions"]).is_empty();
            for range in
                list(&one["ranges"]).iter().filter(|r| r["type"] == "SEMVER" || r["type"] == "ECOSYSTEM")
            {
                comparable = true;
                let events = list(&range["events"]);
                let events: Vec<versions::Event<'_>> = events
                    .iter()
                    .flat_map(|e| e.as_object().unwrap())
                    .map(|(kind, v)| match kind.as_str() {
                        "introduced" => versions::Event::Introduced(v.as_str().unwrap()),
                        "fixed" => versions::Event::Fixed(v.as_str().unwrap()),
                        "last_affected" => versions::Event::LastAffected(v.as_str().unwrap()),
                        "limit" => versions::Event::Limit(v.as_str().unwrap()),
                        other => panic!("{other}"),
                    })
                    .collect();
                if self.scheme.is_tangled(&events) {
                    match self.scheme.read_tangled(&events, version) {
                        Ok(versions::Reading::Affected) => return Some(true),
                        Ok(versions::Reading::NotAffected) => {}
                        Ok(versions::Reading::Contradicted) | Err(_) => doubt = true,
                    }
                    continue;
                }
                match self.scheme.contains(&events, version) {
                    Ok(true) => return Some(true),
                    Ok(false) => {}
                    Err(_) => doubt = true,
                }
            }
            doubt |= !comparable;
        }
        (!doubt).then_some(false)
    }
}

fn as_written(name: &str) -> String {
    name.to_owned()
}

fn lower(name: &str) -> String {
    name.to_lowercase()
}

fn pypi(name: &str) -> String {
    name.to_lowercase()
        .replace(['_', '.'], "-")
        .split('-')
        .filter(|p| !p.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}

#[test]
fn a_second_reader_finds_the_same_records() {
    let Some(library) = corpus_library() else { return };
    let feeds = Feeds::open(library).unwrap();
    type Normalise = fn(&str) -> String;
    let ecosystems: [(&str, &str, versions::Scheme, Normalise); 7] = [
        ("crates.io", "cargo", versions::Scheme::Semver, as_written),
        ("npm", "npm", versions::Scheme::Npm, lower),
        ("PyPI", "pypi", versions::Scheme::Pep440, pypi),
        ("Go", "golang", versions::Scheme::Go, lower),
        ("RubyGems", "gem", versions::Scheme::Gem, as_written),
        ("Maven", "maven", versions::Scheme::Maven, as_written),
        ("Packagist", "composer", versions::Scheme::Composer, lower),
    ];
    for (ecosystem, kind, scheme, normalise) in ecosystems {
        let plain = Plain::read(ecosystem, scheme, normalise).unwrap();
        let mut compared = 0;
        for (name, records) in plain.records.iter().step_by(1 + plain.records.len() / 400) {
            let versions = some_versions(records);
            for version in versions {
                let native = name.replace(':', "/");
                let (namespace, last) =
                    native.rsplit_once('/').map_or((None, native.as_str()), |(n, l)| (Some(n), l));
                let Ok(purl) = domain::Purl::new(kind, namespace, last, Some(&version)) else { continue };
                let look = feeds
                    .matches(&[domain::Component::new(purl, domain::Place::file("x"))])
                    .components
                    .remove(0);
                for record in records {
                    let id = record["id"].as_str().unwrap();
                    let found = look.matches.iter().find(|m| m.id == id || m.aliases.iter().any(|a| a == id));
                    let kinds = found.map(|m| (m.kind, m.doubt));
                    let affected = plain.affected(record, name, normalise);
                    match plain.holds(&affected, &version) {
                        // The record about which the sweeping range is not believed.
                        Some(true) if id == "MAL-2025-47141" => assert!(found.is_some()),
                        Some(true) => assert!(
                            matches!(
                                kinds,
                                Some((MatchKind::Malware | MatchKind::Advisory | MatchKind::Maintenance, _))
                            ),
                            "{ecosystem} {name}@{version}: {id} holds and is {kinds:?}"
                        ),
                        None => assert!(
                            found.is_some(),
                            "{ecosystem} {name}@{version}: {id} cannot be judged and is not there"
                        ),
                        // Then only another record of the same flaw may have brought it in.
                        Some(false) => {
                            let by_other = found.is_none_or(|m| {
                                m.id != id
                                    || records.iter().any(|r| {
                                        r["id"] != *id
                                            && plain.holds(&plain.affected(r, name, normalise), &version)
                                                != Some(false)
                                    })
                                    || listed_as_equal(&affected, scheme, &version)
                            });
                            assert!(
                                by_other,
                                "{ecosystem} {name}@{version}: {id} does not hold and is {kinds:?}"
                            );
                        }
                    }
                    compared += 1;
                }
            }
        }
        println!("{ecosystem}: {compared} records compared");
        assert!(compared > 500, "{ecosystem}: only {compared}");
    }
}

/// Versions at and around the events and lists of some records.
fn some_versions(records: &[serde_json::Value]) -> Vec<String> {
    let mut all = vec!["1.0.0".to_owned(), "0.0.1".to_owned()];
    for record in records.iter().take(6) {
        for affected in record["affected"].as_array().unwrap().iter().take(2) {
            for v in affected["versions"].as_array().into_iter().flatten().take(2) {
                all.push(v.as_str().unwrap().to_owned());
            }
            for range in affected["ranges"].as_array().into_iter().flatten().take(2) {
                for event in range["events"].as_array().into_iter().flatten().take(4) {
                    all.extend(event.as_object().unwrap().values().map(|v| v.as_str().unwrap().to_owned()));
                }
            }
        }
    }
    all.sort();
    all.dedup();
    all.retain(|v| v != "0" && !v.is_empty());
    all.truncate(12);
    all
}

fn listed_as_equal(affected: &[&serde_json::Value], scheme: versions::Scheme, version: &str) -> bool {
    affected
        .iter()
        .flat_map(|a| a["versions"].as_array().into_iter().flatten())
        .any(|v| scheme.compare(v.as_str().unwrap(), version) == Ok(std::cmp::Ordering::Equal))
}

#[test]
fn vendor_support_of_runtimes_images_and_tools() {
    let Some(library) = corpus_library() else { return };
    let feeds = Feeds::open(library).unwrap();
    for (purl, product, cycle, eol) in [
        ("pkg:generic/nodejs@20.1.0", "nodejs", Some("20"), Some("2026-04-30")),
        ("pkg:generic/node@v24", "nodejs", Some("24"), Some("2028-04-30")),
        ("pkg:docker/library/python@3.11-slim", "python", Some("3.11"), Some("2027-10-31")),
        ("pkg:docker/python@3.8.2-slim", "python", Some("3.8"), Some("2024-10-07")),
        (
            "pkg:docker/php@8.4-fpm-alpine3.22?repository_url=mirror.example",
            "php",
            Some("8.4"),
            Some("2028-12-31"),
        ),
        ("pkg:docker/php@8", "php", None, None),
        ("pkg:docker/golang@1.25.1-alpine3.23", "go", Some("1.25"), Some("2026-08-19")),
        ("pkg:docker/debian@bookworm-slim", "debian", Some("12"), Some("2026-07-11")),
        ("pkg:docker/library/ubuntu@jammy", "ubuntu", Some("22.04"), None),
        ("pkg:docker/dotnet/sdk@8.0?repository_url=images.example", "dotnet", Some("8"), Some("2026-11-10")),
        ("pkg:generic/dotnet@net6.0", "dotnet", Some("6"), Some("2024-11-12")),
        ("pkg:generic/dotnet@net48", "dotnetfx", Some("4.8"), None),
        ("pkg:generic/java@temurin-17.0.3%2B7", "eclipse-temurin", Some("17"), None),
        ("pkg:generic/ruby@3.2.1", "ruby", Some("3.2"), Some("2026-03-31")),
        ("pkg:docker/amazoncorretto@17-alpine-jdk", "amazon-corretto", Some("17"), None),
        ("pkg:docker/node@latest", "nodejs", None, None),
        ("pkg:npm/%40angular/core@17.0.1", "angular", Some("17"), None),
        ("pkg:docker/node@hydrogen-alpine", "nodejs", Some("18"), Some("2025-04-30")),
        (
            "pkg:docker/keycloak/keycloak@26.4.1?repository_url=images.example",
            "keycloak",
            Some("26.4"),
            Some("2026-01-06"),
        ),
        (
            "pkg:docker/elasticsearch/elasticsearch@7.10.0?repository_url=images.example",
            "elasticsearch",
            Some("7"),
            None,
        ),
        (
            "pkg:docker/ubi8/nodejs-14@1-75?repository_url=images.example",
            "rhel",
            Some("8"),
            Some("2029-05-31"),
        ),
        (
            "pkg:docker/dotnet/core/sdk@3.1?repository_url=images.example",
            "dotnet",
            Some("3.1"),
            Some("2022-12-13"),
        ),
        ("pkg:docker/opensuse/leap@15.3", "opensuse", Some("15.3"), None),
        ("pkg:generic/erlang@25.3", "erlang", Some("25"), Some("2025-05-17")),
        ("pkg:generic/kubectl@1.24.0", "kubernetes", Some("1.24"), Some("2023-07-28")),
        ("pkg:docker/rabbitmq@3-management", "rabbitmq", None, None),
        ("pkg:docker/library/postgres@14.2", "postgresql", Some("14"), Some("2026-11-12")),
    ] {
        let support =
            feeds.support(&purl.parse().unwrap()).unwrap().unwrap_or_else(|| panic!("{purl}: no product"));
        assert_eq!((support.product.as_str(), support.cycle.as_deref()), (product, cycle), "{purl}");
        if let Some(eol) = eol {
            assert_eq!(support.eol, Some(feeds::DateOrFlag::On(eol.parse().unwrap())), "{purl}");
        }
        if cycle.is_none() {
            assert_eq!(support.eol, None, "{purl}: unknown, not supported");
        }
        assert!(support.newest_cycle.is_some());
    }
    // A tag over several cycles: the longest supported, where that of all is known.
    let at_best = |purl: &str| feeds.support(&purl.parse().unwrap()).unwrap().unwrap().at_best;
    assert_eq!(
        at_best("pkg:docker/php@7-apache"),
        Some(("7.4".to_owned(), feeds::DateOrFlag::On("2022-11-28".parse().unwrap())))
    );
    assert!(at_best("pkg:docker/php@8").is_some());
    assert_eq!(at_best("pkg:docker/php@8.4"), None);
    for purl in ["pkg:npm/left-pad@1.0.0", "pkg:docker/acme/private@1.0", "pkg:generic/unheard-of@1"] {
        assert_eq!(feeds.support(&purl.parse().unwrap()).unwrap(), None, "{purl}");
    }
}
