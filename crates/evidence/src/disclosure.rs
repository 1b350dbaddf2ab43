//! Architecture disclosed by a tree: the collector.
//!
//! Decides which internal host names, private or HSCN addresses, cloud account ids and links into wikis
//! and tickets stand in the files, by graded lists: those of packs (`disclosure.toml` in the pack's folder),
//! then the repository's own ([`FILE`]), then the one that is shipped (`rules/disclosure.toml`). They are no
//! secrets: most are harmless, some draw a map. Titles and evidence hold counts, never a name; places are
//! listed for whoever mends. Lockfiles, minified and vendored files are not searched.
//!
//! Evidence `disclosure` (distinct values; how many lists besides the shipped one):
//! ```json
//! { "hosts": {"internal": 2, "test": 4, "public-api": 1, "public": 9}, "addresses": 1, "accounts": 0,
//!   "links": 1, "lists": {"packs": 0, "own": true} }
//! ```
//! Findings: kind `disclosure`, control `disclosure`, severity low, one for each distinct value:
//! `internal-host`, `internal-address`, `cloud-account`, `internal-link`; at most 100 of each. A list that cannot
//! be read is in coverage, and the others are used.

mod rules;

use std::collections::{BTreeMap, BTreeSet};

use domain::{Coverage, Evidence, Finding, FindingKind, Place, Severity};
use serde_json::json;

pub use self::rules::BadRules;
use self::rules::{Grade, Rules};
use crate::{
    collector::{Collector, Given, Observed},
    material::Material,
    paths,
    text::{self, Content, Lines},
};

/// The collector's name, as evidence and coverage show it.
pub const NAME: &str = "disclosure";

/// The repository's own list.
pub const FILE: &str = "formulary.disclosure.toml";

/// The name of a pack's list in its folder.
pub const PACK_FILE: &str = "disclosure.toml";

/// The collector, without the lists of packs.
#[derive(Debug)]
pub struct Disclosure;

/// Whether a list can be used.
///
/// # Errors
/// What is wrong with it, and where.
pub fn check(list: &str) -> Result<(), BadRules> {
    Rules::merged(&[list]).map(drop)
}

/// More findings of one kind than this are counted, not listed.
const MOST_FINDINGS: usize = 100;

/// More places of one value than this are not listed.
const MOST_PLACES: usize = 20;

/// More distinct values than this are not kept.
const MOST_VALUES: usize = 20_000;

impl Collector for Disclosure {
    fn name(&self) -> &'static str {
        NAME
    }

    fn collect(&self, material: &dyn Material, _given: Given) -> Observed {
        collect(material, &[])
    }
}

/// Looks with the lists of packs, each with the name that coverage shows, before the other lists.
pub fn collect(material: &dyn Material, packs: &[(String, &str)]) -> Observed {
    let mut coverage = Coverage::new(NAME);
    let own = text::small(material, FILE);
    let mut lists: Vec<&str> = Vec::new();
    for (name, list) in
        packs.iter().map(|(name, list)| (name.as_str(), *list)).chain(own.as_deref().map(|own| (FILE, own)))
    {
        match check(list) {
            Ok(()) => lists.push(list),
            Err(error) => coverage.cannot_read(Place::file(name), error.to_string()),
        }
    }
    let merged;
    let rules = if lists.is_empty() {
        Rules::shipped()
    } else {
        merged = Rules::merged(&lists);
        merged.as_ref()
    };
    let rules = match rules {
        Ok(rules) => rules,
        Err(error) => {
            coverage.cannot_read(Place::file(""), error.to_string());
            return Observed { coverage: vec![coverage], ..Observed::default() };
        }
    };
    let mut seen: BTreeMap<(Grade, String), Vec<Place>> = BTreeMap::new();
    for entry in material.entries() {
        if entry.path == FILE || paths::is_lock_or_generated(&entry.path) || paths::is_vendored(&entry.path) {
            continue;
        }
        match text::look(material, entry) {
            Content::Binary(_) => {}
            Content::Unread(why) => coverage.cannot_read(Place::file(&entry.path), why),
            Content::Text(text) => {
                coverage.read += 1;
                let mut lines = Lines::of(&text);
                for sighting in rules.search(&text) {
                    let known = seen.len() < MOST_VALUES;
                    let key = (sighting.grade, sighting.value);
                    if !known && !seen.contains_key(&key) {
                        continue;
                    }
                    let places = seen.entry(key).or_default();
                    if places.len() < MOST_PLACES {
                        let place = Place::line(&entry.path, lines.line(sighting.offset));
                        if places.last() != Some(&place) {
                            places.push(place);
                        }
                    }
                }
            }
        }
    }
    let mut counts: BTreeMap<Grade, u64> = BTreeMap::new();
    for (grade, _) in seen.keys() {
        *counts.entry(*grade).or_default() += 1;
    }
    let of = |grade: Grade| counts.get(&grade).copied().unwrap_or_default();
    let value = json!({
        "hosts": {
            "internal": of(Grade::InternalHost), "test": of(Grade::TestHost),
            "public-api": of(Grade::PublicApi), "public": of(Grade::PublicHost),
        },
        "addresses": of(Grade::Address),
        "accounts": of(Grade::Account),
        "links": of(Grade::Link),
        "lists": {"packs": packs.len(), "own": own.is_some()},
    });
    let evidence = Evidence::new("disclosure", value, NAME).into_iter().collect();
    Observed { evidence, findings: findings(seen), coverage: vec![coverage] }
}

fn findings(seen: BTreeMap<(Grade, String), Vec<Place>>) -> Vec<Finding> {
    let mut listed: BTreeMap<&str, usize> = BTreeMap::new();
    let mut out = Vec::new();
    let hosts: BTreeSet<String> = seen
        .keys()
        .filter(|(grade, _)| *grade == Grade::InternalHost)
        .map(|(_, value)| value.clone())
        .collect();
    for ((grade, value), places) in seen {
        // A link to an internal host is that host.
        if grade == Grade::Link && hosts.contains(&value) {
            continue;
        }
        let (id, title, remedy) = match grade {
            Grade::InternalHost => (
                "internal-host",
                "The name of an internal host",
                "Read it from the environment or a private configuration, or accept that it is known.",
            ),
            Grade::Address => (
                "internal-address",
                "An address of an internal network",
                "Read it from the environment or a private configuration, or use one of the ranges for documentation.",
            ),
            Grade::Account => (
                "cloud-account",
                "The number of a cloud account",
                "Read it from the environment; it helps whoever holds a stolen key, and opens nothing alone.",
            ),
            Grade::Link => (
                "internal-link",
                "A link into a wiki or tickets that others cannot follow",
                "Say in the repository what readers need of it; a link they cannot follow tells them nothing.",
            ),
            Grade::TestHost | Grade::PublicApi | Grade::PublicHost => continue,
        };
        let count = listed.entry(id).or_default();
        *count += 1;
        if *count > MOST_FINDINGS {
            continue;
        }
        let mut finding = Finding::new(FindingKind::Disclosure, id, "disclosure", title, &value);
        finding.severity = Some(Severity::Low);
        finding.remedy = Some(remedy.to_owned());
        finding.development_only = places.iter().all(|place| paths::is_test(&place.path));
        finding.places = places;
        out.push(finding);
    }
    out.sort_by(|a, b| (&a.places, &a.id).cmp(&(&b.places, &b.id)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::material::memory::Memory;

    fn observed(content: &str) -> (serde_json::Value, Vec<String>) {
        let tree = Memory::new().with("src/a.txt", content).with("yarn.lock", content);
        let seen = Disclosure.collect(&tree, Given { today: "2026-08-22".parse().unwrap() });
        let ids = seen.findings.iter().map(|f| format!("{} {}", f.id, f.places[0])).collect();
        (seen.evidence[0].value.clone(), ids)
    }

    #[test]
    fn grades_hosts_and_names_none() {
        let (value, ids) = observed(
            "https://wiki.ward.corp/x\nhttps://jira.trust.nhs.uk\nsandbox.api.service.nhs.uk www.nhs.uk\napp.internal.Thing config.local\n",
        );
        assert_eq!(value["hosts"], json!({"internal": 2, "test": 1, "public-api": 0, "public": 1}));
        assert_eq!(ids, ["internal-host src/a.txt:1", "internal-host src/a.txt:2"]);
    }

    #[test]
    fn links_by_their_shape_whoever_hosts_them() {
        let links = [
            "see https://trust.atlassian.net/wiki/spaces/EPR/pages/1",
            "https://tickets.trust-name.org/browse/EPR-12",
            "[a](https://wiki.hospital.scot/display/EPR/Home)",
            "https://hospital.sharepoint.com/sites/ward/x.docx",
            "https://www.notion.so/ward/Plan-1",
            "https://trello.com/c/Ab12Cd34",
            "https://dev.azure.com/trust/epr/_workitems/edit/7",
            "https://trust.visualstudio.com/epr/_wiki/wikis/epr.wiki/1",
            "https://trust.service-now.com/nav_to.do?uri=x",
            "http://jira/browse/EPR-13",
            "https://wiki.hospital.scot/display/EPR/Other",
        ];
        let (value, ids) = observed(&links.join("\n"));
        assert_eq!(value["links"], 10, "{ids:?}");
        assert!(ids.iter().all(|id| id.starts_with("internal-link ")), "{ids:?}");
        let public = [
            "https://issues.apache.org/jira/browse/KAFKA-1",
            "https://hibernate.atlassian.net/browse/HHH-1",
            "https://jira.example.com/browse/ABC-1",
            "https://${host}/browse/ABC-1",
            "/browse/ABC-1 and browse/EPR-2",
            "https://shop.trust-name.org/browse/shoes",
            "https://x.trust-name.org/display/home",
            "https://www.notion.so/",
        ];
        assert_eq!(observed(&public.join("\n")).0["links"], 0);
    }

    #[test]
    fn lists_are_merged_and_the_first_that_fits_grades() {
        let own = "[[host]]\nsuffix = \"ward.org\"\ngrade = \"internal\"\n[[host]]\nsuffix = \"wiki.trust.nhs.uk\"\ngrade = \"public\"\n\
                   [[range]]\nname = \"lab\"\nfirst = [10, 9, 0, 0]\nbits = 16\ngrade = \"ordinary\"\n\
                   [[link]]\nname = \"Redmine\"\nmark = \"/issues/\"\nwith = [\"redmine\"]\n\
                   [ordinary]\nhosts = [\"open.corp\"]\n";
        let content = "app.ward.org https://wiki.trust.nhs.uk 10.9.1.7 10.8.1.7 https://redmine.ward7.io/issues/3 https://a.open.corp/x\n";
        let tree = Memory::new().with("src/a.txt", content).with(FILE, own);
        let given = Given { today: "2026-08-22".parse().unwrap() };
        let ids = |seen: &Observed| seen.findings.iter().map(|f| f.id.clone()).collect::<Vec<_>>();
        let seen = Disclosure.collect(&tree, given);
        assert_eq!(ids(&seen), ["internal-address", "internal-host", "internal-link"]);
        assert_eq!(seen.evidence[0].value["lists"], json!({"packs": 0, "own": true}));
        // Without it: what the shipped list says.
        let plain = Memory::new().with("src/a.txt", content);
        assert_eq!(seen.evidence[0].value["hosts"]["internal"], 1);
        let seen = Disclosure.collect(&plain, given);
        assert_eq!(seen.evidence[0].value["hosts"]["internal"], 2);
        assert_eq!(
            (seen.evidence[0].value["addresses"].as_u64(), seen.evidence[0].value["links"].as_u64()),
            (Some(2), Some(0))
        );
        // A pack's list comes first: the repository cannot make less of what it names.
        let pack = "[[host]]\nsuffix = \"trust.nhs.uk\"\ngrade = \"internal\"\n";
        let seen = collect(&tree, &[("pack x".to_owned(), pack)]);
        assert_eq!(seen.evidence[0].value["hosts"]["internal"], 2);
        assert_eq!(seen.evidence[0].value["lists"]["packs"], 1);
    }

    #[test]
    fn a_list_that_cannot_be_read_is_told_and_the_others_are_used() {
        for broken in [
            "[[host]]\nsuffix = \"a.b\"\ngrade = \"secret\"\n",
            "[[host]]\nsuffix = \"\"\ngrade = \"internal\"\n",
            "[[range]]\nname = \"all\"\nfirst = [0, 0, 0, 0]\nbits = 0\n",
            "[[link]]\nname = \"x\"\nmark = \"/a/\"\nthen = \"page\"\n",
            "host = 1\n",
            "[[hosts]]\n",
        ] {
            let tree = Memory::new().with("src/a.txt", "https://a.ward.corp/x\n").with(FILE, broken);
            let seen = Disclosure.collect(&tree, Given { today: "2026-08-22".parse().unwrap() });
            assert_eq!((seen.findings.len(), seen.coverage[0].unread.len()), (1, 1), "{broken}");
            assert_eq!(seen.coverage[0].unread[0].place.path, FILE);
        }
    }

    #[test]
    fn addresses_and_accounts() {
        let (value, ids) = observed(
            "10.23.4.5 and 192.168.1.1 and 8.8.8.8 and 10.300.1.1 and v10.2.3.4.5\nversion 10.7.8.9\narn:aws:iam::905418273645:role/x arn:aws:iam::123456789012:role/x\n",
        );
        assert_eq!((value["addresses"].as_u64(), value["accounts"].as_u64()), (Some(1), Some(1)));
        assert_eq!(ids, ["internal-address src/a.txt:1", "cloud-account src/a.txt:3"]);
    }
}
