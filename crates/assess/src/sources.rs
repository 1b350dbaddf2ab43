//! Where a fact was read from: the evidence, or the feed, that [`crate::facts`] derives it from.
//!
//! A table beside the derivation, because a fact's value alone does not say what it rests on. It
//! refuses to derive anything: a fact with nothing behind it is "not observed", and says so.

use domain::{Assessment, Component, Evidence, FeedStamp, Finding, FindingKind};
use feeds::{FeedName, feed_name};
use policy::Judged;

use crate::{facts, observe, owner, standing, system, upkeep};

/// Kinds of evidence that speak of who answers.
const OWNERS: &[&str] = &[system::KIND, evidence::dossier::KIND, owner::KIND];

/// The kinds of evidence that a fact is read from; empty where only a person could state it, or where
/// it is read from the thing itself or from a feed.
pub fn kinds(judged: Judged, fact: &str) -> &'static [&'static str] {
    match (judged, fact) {
        (Judged::Component, "has-support-dates" | "support-days-left") => &[observe::SUPPORT],
        (Judged::Component, "resolution" | "has-hash" | "origin" | "install-script" | "licence") => {
            &[observe::INVENTORY]
        }
        (Judged::System, "inventory-read" | "lock-behind-manifests") => &[observe::INVENTORY],
        (Judged::System | Judged::Repository, "owner-named" | "owner-contact" | "owner-accepted")
        | (Judged::System, "owner-confirmed-days") => OWNERS,
        (Judged::Model, _) => &[facts::model::KIND],
        (Judged::Product, _) => &[evidence::dossier::KIND],
        (Judged::Repository, fact) => repository(fact),
        _ => &[],
    }
}

fn repository(fact: &str) -> &'static [&'static str] {
    match fact {
        "secrets" => &["secrets", observe::HISTORY],
        "personal-data" => &["personal-data", observe::HISTORY],
        "licence-text" | "copyright-line" => &["licence"],
        "reporting-route" => &["reporting-route"],
        "ships-malware" | "ships-overdue-flaw" | "ships-feed" | "ships-versions-determined" => {
            &[observe::INVENTORY]
        }
        "upkeep" => &["archived", observe::HISTORY, observe::QUIET, upkeep::KIND],
        "readme-parts" => &["readme"],
        "tests-gate" => &["tests"],
        "workflow-danger" => &[observe::WORKFLOWS],
        "binaries" => &["binaries"],
        "device-claim" => &["device", "readme"],
        "discloses-internals" => &[observe::DISCLOSURE],
        "catalogue-file" => &["publiccode"],
        "category-recorded" => &["category"],
        "decision-allows" => &[standing::KIND],
        "mended-in-time-percent"
        | "reviewed-percent"
        | "tags-signed-percent"
        | "commits-six-months"
        | "released-six-months"
        | "bus-factor" => &[observe::HISTORY],
        _ => &[],
    }
}

/// The evidence behind facts of a thing, in the assessment's order, each once.
pub fn of_facts<'a>(assessment: &'a Assessment, judged: Judged, ids: &[&str]) -> Vec<&'a Evidence> {
    let behind = |e: &&Evidence| ids.iter().any(|fact| kinds(judged, fact).contains(&e.kind.as_str()));
    assessment.evidence.iter().filter(behind).collect()
}

/// The feeds that were asked about a component.
pub fn of_component<'a>(assessment: &'a Assessment, component: &Component) -> Vec<&'a FeedStamp> {
    let own = match feed_name(&component.purl) {
        FeedName::Required(name) | FeedName::IfLoaded(name) => Some(name),
        FeedName::Nowhere => None,
    };
    assessment.feeds.iter().filter(|stamp| Some(&stamp.name) == own.as_ref()).collect()
}

/// The feeds behind a finding: that of its component, and those its exploitation was looked up in.
pub fn of_finding<'a>(assessment: &'a Assessment, finding: &Finding) -> Vec<&'a FeedStamp> {
    let flaw = matches!(
        finding.kind,
        FindingKind::Advisory | FindingKind::Malware | FindingKind::Maintenance | FindingKind::Undetermined
    );
    let own = finding.component.as_ref().filter(|_| flaw).and_then(|purl| match feed_name(purl) {
        FeedName::Required(name) | FeedName::IfLoaded(name) => Some(name),
        FeedName::Nowhere => None,
    });
    let values = finding.kind == FindingKind::Advisory;
    let asked = |name: &str| {
        own.as_deref() == Some(name)
            || (values && matches!(name, "kev" | "epss" | "ssvc"))
            || (finding.kind == FindingKind::Support && name == "endoflife")
    };
    assessment.feeds.iter().filter(|stamp| asked(&stamp.name)).collect()
}

/// The evidence that the collector of a finding left beside it.
pub fn beside<'a>(assessment: &'a Assessment, finding: &Finding) -> Vec<&'a Evidence> {
    let kinds: &[&str] = match finding.kind {
        FindingKind::Inventory | FindingKind::Licence => &[observe::INVENTORY],
        FindingKind::Support => &[observe::SUPPORT],
        FindingKind::Secret => &["secrets"],
        FindingKind::PersonalData => &["personal-data"],
        FindingKind::Disclosure => &[observe::DISCLOSURE],
        FindingKind::Workflow => &[observe::WORKFLOWS],
        FindingKind::Binary => &["binaries"],
        FindingKind::Hygiene => {
            return assessment.evidence.iter().filter(|e| e.kind == finding.control).collect();
        }
        FindingKind::Model => &[facts::model::KIND],
        FindingKind::Document => &[evidence::dossier::KIND],
        FindingKind::Imported => &[crate::reports::KIND],
        FindingKind::Advisory
        | FindingKind::Malware
        | FindingKind::Maintenance
        | FindingKind::Undetermined
        | FindingKind::Exception => &[],
    };
    let of_model = |e: &&Evidence| {
        e.kind != facts::model::KIND
            || finding.places.iter().any(|p| formats::own::system::holds(facts::model::path(e), &p.path))
    };
    assessment.evidence.iter().filter(|e| kinds.contains(&e.kind.as_str())).filter(of_model).collect()
}

/// An observation for people: kind, who observed it, when it was true, digest.
pub fn evidence_line(assessment: &Assessment, evidence: &Evidence) -> String {
    let as_of = evidence.as_of.unwrap_or(assessment.as_of);
    format!("{}, by {}, as of {}, {}", evidence.kind, evidence.source, as_of.date(), evidence.digest)
}

/// A feed for people: name, how complete, when it was true, digest.
pub fn feed_line(stamp: &FeedStamp) -> String {
    let coverage = match stamp.coverage {
        domain::FeedCoverage::Full => "full",
        domain::FeedCoverage::Partial => "partial",
    };
    format!("feed {} ({coverage}), as of {}, {}", stamp.name, stamp.as_of.date(), stamp.digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Facts that nothing but a person could state, so that no evidence of a collector stands behind.
    const STATED: &[&str] =
        &["unreleased-content", "rights-confirmed", "branch-protected", "issue-reaction-days"];

    #[test]
    fn every_fact_of_a_repository_a_model_and_a_product_has_its_source() {
        for judged in [Judged::Repository, Judged::Model, Judged::Product] {
            for entry in judged.facts() {
                let known = !kinds(judged, entry.id).is_empty() || STATED.contains(&entry.id);
                assert!(known, "{judged}: nothing says what `{}` is read from", entry.id);
            }
        }
    }
}
