//! Facts about a component.

use std::collections::BTreeMap;

use domain::{
    Assessment, Component, FeedCoverage, Finding, FindingKind, Origin, Purl, Resolution, Tier, Visibility,
};
use feeds::{FeedName, feed_name};
use policy::{
    Facts, Judged, Pack,
    catalogue::{
        Feed, InstallScript, LicenceAnswer, Origin as OriginFact, Resolution as ResolutionFact, Upkeep,
    },
    fact::component as fact,
};
use serde_json::Value;

use crate::system::Declared;

/// What is looked up for every component, prepared once.
pub struct Components<'a> {
    assessment: &'a Assessment,
    by_purl: BTreeMap<&'a Purl, Vec<&'a Finding>>,
    support: BTreeMap<&'a str, &'a Value>,
    usual: BTreeMap<String, Vec<String>>,
    pack: &'a Pack,
}

/// Days after which a feed is stale, where the pack sets no limit of its own (DESIGN §3).
const FEED_DAYS: i64 = 7;

/// Kinds of component that no registry hands out: a git repository is where they come from. Whether
/// one is pinned is the inventory's matter.
fn lives_in_git(purl: &Purl) -> bool {
    matches!(
        purl.kind(),
        "github" | "githubactions" | "gitlab" | "bitbucket" | "golang" | "swift" | "julia" | "cocoapods"
    )
}

impl<'a> Components<'a> {
    /// Prepares the look-ups.
    pub fn new(assessment: &'a Assessment, pack: &'a Pack) -> Self {
        let mut by_purl: BTreeMap<&Purl, Vec<&Finding>> = BTreeMap::new();
        for finding in &assessment.findings {
            if let Some(purl) = &finding.component {
                by_purl.entry(purl).or_default().push(finding);
            }
        }
        let support = super::value(assessment, crate::observe::SUPPORT)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|row| Some((row["purl"].as_str()?, row)))
            .collect();
        let usual = Declared::from_evidence(&assessment.evidence).upstreams.into_iter().collect();
        Self { assessment, by_purl, support, usual, pack }
    }

    /// The findings about a component.
    pub fn findings(&self, purl: &Purl) -> &[&'a Finding] {
        self.by_purl.get(purl).map_or(&[], Vec::as_slice)
    }

    /// The feed that covers a component, and how well, at a tier.
    pub fn feed(&self, purl: &Purl, tier: Tier) -> Feed {
        let (name, missed) = match feed_name(purl) {
            FeedName::Required(name) => (name, true),
            FeedName::IfLoaded(name) => (name, false),
            FeedName::Nowhere => return Feed::NoneExists,
        };
        let Some(stamp) = self.assessment.feeds.iter().find(|stamp| stamp.name == name) else {
            return if missed { Feed::NoneLoaded } else { Feed::NoneExists };
        };
        let today = self.assessment.as_of.date();
        let limit = self.pack.limit("feed-days", tier).map_or(FEED_DAYS, i64::from);
        let fresh = today.days_since(stamp.as_of.date()) <= limit;
        let full = stamp.coverage == FeedCoverage::Full;
        match (full, fresh) {
            (_, false) => Feed::Stale,
            (false, true) => Feed::Partial,
            (true, true) => Feed::Full,
        }
    }

    /// The facts of one component, judged at a tier.
    pub fn facts(&self, component: &Component, tier: Tier) -> Facts {
        let findings = self.findings(&component.purl);
        let has = |kind| findings.iter().any(|f| f.kind == kind);
        let feed = self.feed(&component.purl, tier);
        let mut facts = Facts::new(Judged::Component);
        facts.set(fact::FEED, feed);
        if has(FindingKind::Malware) {
            facts.set(fact::MALICIOUS, true);
        } else if !matches!(feed, Feed::NoneLoaded) {
            facts.set(fact::MALICIOUS, false);
        }
        facts.set(fact::VERSION_DETERMINED, !has(FindingKind::Undetermined));
        facts.set(
            fact::RESOLUTION,
            match component.resolution {
                Resolution::Exact => ResolutionFact::Exact,
                Resolution::Range { .. } => ResolutionFact::Range,
                Resolution::Unresolved => ResolutionFact::Unresolved,
            },
        );
        facts.set(fact::HAS_HASH, !component.hashes.is_empty());
        facts.set_if(fact::ORIGIN, self.origin(component));
        facts.set_if(
            fact::INSTALL_SCRIPT,
            component
                .install_script
                .map(|runs| if runs { InstallScript::Unknown } else { InstallScript::None }),
        );
        facts.set_if(fact::LICENCE, self.licence(component));
        self.support(component, &mut facts);
        if has(FindingKind::Maintenance) {
            facts.set(fact::UPKEEP, Upkeep::Notice);
        } else {
            facts.set_if(fact::UPKEEP, self.upkeep(&component.purl));
        }
        facts.set(fact::OPEN_FLAW, has(FindingKind::Advisory));
        facts
    }

    /// What the clone of a component shows, where one was given.
    fn upkeep(&self, purl: &domain::Purl) -> Option<Upkeep> {
        let name = purl.with_version(None).to_string();
        let rows = super::value(self.assessment, crate::upkeep::OF_COMPONENTS)?.as_array()?;
        rows.iter().find(|row| row["component"] == *name).and_then(crate::upkeep::state)
    }

    fn origin(&self, component: &Component) -> Option<OriginFact> {
        Some(match &component.origin {
            Origin::Unstated => return None,
            Origin::Own => OriginFact::Usual,
            Origin::Git { .. } if lives_in_git(&component.purl) => OriginFact::Usual,
            Origin::Git { host, .. } | Origin::Archive { host } if self.reasoned(component, host) => {
                OriginFact::Reasoned
            }
            Origin::Git { .. } => OriginFact::Git,
            Origin::Archive { .. } => OriginFact::Archive,
            Origin::Path => OriginFact::Path,
            Origin::Registry { host } => {
                if self.reasoned(component, host) {
                    OriginFact::Usual
                } else if self.findings(&component.purl).iter().any(|f| f.id == "odd-host") {
                    OriginFact::OtherHost
                } else {
                    OriginFact::Usual
                }
            }
        })
    }

    /// Whether the system names the host as one it takes such components from.
    fn reasoned(&self, component: &Component, host: &str) -> bool {
        let declared = self.usual.get(component.purl.kind());
        !host.is_empty() && declared.is_some_and(|hosts| hosts.iter().any(|own| own == host))
    }

    /// The table's answer; nothing where the licence is not known.
    fn licence(&self, component: &Component) -> Option<LicenceAnswer> {
        let expression = component.licence.as_deref()?;
        let of = &self.assessment.circumstances;
        let open = of.visibility.value == Visibility::Public;
        let table = self.pack.licences()?;
        table.view(expression, of.deployment.value, open).answer
    }

    fn support(&self, component: &Component, facts: &mut Facts) {
        let purl = component.purl.to_string();
        let Some(row) = self.support.get(purl.as_str()) else {
            // Libraries have no vendor support dates; runtimes, images and tools that the
            // end-of-life feed does not know are left unobserved.
            if !matches!(component.purl.kind(), "generic" | "docker" | "oci") {
                facts.set(fact::HAS_SUPPORT_DATES, false);
            }
            return;
        };
        facts.set(fact::HAS_SUPPORT_DATES, true);
        let today = self.assessment.as_of.date();
        let left = match &row["ends"] {
            Value::String(day) => day.parse().ok().map(|end: domain::Date| end.days_since(today).max(0)),
            Value::Bool(true) => Some(0),
            Value::Bool(false) => Some(250),
            _ => None,
        };
        facts.set_if(fact::SUPPORT_DAYS_LEFT, left.and_then(|days| u64::try_from(days).ok()));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use domain::Place;

    use super::*;

    fn origin_of(purl: &str, origin: Origin, declared: &[(&str, &str)]) -> Option<OriginFact> {
        let assessment = Assessment {
            schema: String::new(),
            tool: String::new(),
            digest: None,
            basis: None,
            as_of: "2026-08-22T00:00:00Z".parse().unwrap(),
            subject: domain::Subject::Component { purl: None, digest: None },
            circumstances: domain::Circumstances::ASSUMED,
            verdicts: Vec::new(),
            controls: Vec::new(),
            components: Vec::new(),
            findings: Vec::new(),
            evidence: Vec::new(),
            obligations: Vec::new(),
            exceptions: Vec::new(),
            coverage: Vec::new(),
            feeds: Vec::new(),
            local: Value::Null,
        };
        let pack = Pack::builtin("use").unwrap();
        let mut components = Components::new(&assessment, &pack);
        components.usual =
            declared.iter().map(|(kind, host)| ((*kind).to_owned(), vec![(*host).to_owned()])).collect();
        let mut component = Component::new(purl.parse().unwrap(), Place::file("lock"));
        component.origin = origin;
        components.origin(&component)
    }

    fn git(host: &str) -> Origin {
        Origin::Git { host: host.to_owned(), commit: Some("a".repeat(40)) }
    }

    #[test]
    fn git_is_odd_only_where_a_registry_would_be_the_rule() {
        for purl in [
            "pkg:github/actions/checkout@v4.1.1",
            "pkg:swift/code.example/a/b@1.0.0",
            "pkg:golang/code.example/a@v1.0.0",
        ] {
            assert_eq!(origin_of(purl, git("code.example"), &[]), Some(OriginFact::Usual), "{purl}");
        }
        assert_eq!(origin_of("pkg:npm/a@1.0.0", git("code.example"), &[]), Some(OriginFact::Git));
        let declared = [("npm", "code.example")];
        assert_eq!(origin_of("pkg:npm/a@1.0.0", git("code.example"), &declared), Some(OriginFact::Reasoned));
        assert_eq!(origin_of("pkg:cargo/a@1.0.0", git("code.example"), &declared), Some(OriginFact::Git));
        let archive = Origin::Archive { host: "code.example".to_owned() };
        assert_eq!(origin_of("pkg:npm/a@1.0.0", archive, &declared), Some(OriginFact::Reasoned));
    }
}
