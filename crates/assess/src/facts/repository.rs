//! Facts about a repository, when publication is asked.

use domain::{Assessment, FindingKind, Scope};
use policy::{
    Facts, Judged, Pack,
    catalogue::{DeviceClaim, Due, Feed, LicenceText, ListingValidity, ReportingRoute, Seen, Upkeep},
    fact::repository as fact,
};
use serde_json::Value;

use crate::{
    facts::component::Components,
    forge_settings,
    observe::{DISCLOSURE, HISTORY, HYGIENE, QUIET, WORKFLOWS},
    owner,
    system::Declared,
    upkeep,
};

/// Without a commit for so many whole years somebody ought to say whether it is finished or given up. No
/// rule names a number; two years are longer than any supported release of the frameworks that such
/// repositories stand on.
const SILENT: i64 = 2;

/// The facts of the repository.
pub fn facts(assessment: &Assessment, declared: &Declared, pack: &Pack) -> Facts {
    let mut facts = Facts::new(Judged::Repository);
    facts.set_if(fact::SECRETS, seen(assessment, "secrets", FindingKind::Secret));
    facts.set_if(fact::PERSONAL_DATA, seen(assessment, "personal-data", FindingKind::PersonalData));
    licence(assessment, &mut facts);
    match owner::of_system(assessment, declared, None) {
        Some(owner) => {
            facts.set(fact::OWNER_NAMED, true);
            if owner.contact.is_some() {
                facts.set(fact::OWNER_CONTACT, true);
            } else {
                facts.absent(fact::OWNER_CONTACT);
            }
        }
        None => {
            facts.absent(fact::OWNER_NAMED).absent(fact::OWNER_CONTACT);
        }
    }
    route(assessment, &mut facts);
    ships(assessment, pack, &mut facts);
    if super::value(assessment, "archived").is_some_and(|v| v["stated"] == Value::Bool(true)) {
        facts.set(fact::UPKEEP, Upkeep::Archived);
    } else if super::value(assessment, QUIET).and_then(|v| v["years"].as_i64()).is_some_and(|y| y >= SILENT) {
        facts.set(fact::UPKEEP, Upkeep::Silent);
    } else {
        facts.set_if(fact::UPKEEP, super::value(assessment, upkeep::KIND).and_then(upkeep::state));
    }
    front_page(assessment, &mut facts);
    hygiene(assessment, &mut facts);
    settings(assessment, pack, &mut facts);
    worked_on(assessment, &mut facts);
    mended(assessment, &mut facts);
    let listings = crate::standing::of(assessment).listings;
    if let Some(listing) = listings.iter().find(|l| l.purpose == domain::Purpose::Publish) {
        let listed = matches!(
            listing.state,
            domain::EntryState::Listed
                | domain::EntryState::ListedWithObligations
                | domain::EntryState::Overdue
        );
        facts.set(fact::DECISION_ALLOWS, listed);
    }
    facts
}

/// Found; or not found and all read; or not found in what was read.
fn seen(assessment: &Assessment, collector: &str, kind: FindingKind) -> Option<Seen> {
    super::value(assessment, collector)?;
    if assessment.findings.iter().any(|f| f.kind == kind && f.control != "disclosure" && f.attested.is_none())
    {
        return Some(Seen::Found);
    }
    let files = assessment
        .coverage
        .iter()
        .any(|c| [collector, HISTORY].contains(&c.collector.as_str()) && !c.unread.is_empty());
    let history = super::value(assessment, HISTORY)
        .is_none_or(|v| v["present"] == Value::Bool(true) && v["read"] != Value::Bool(true));
    Some(if files || history { Seen::PartUnread } else { Seen::None })
}

fn licence(assessment: &Assessment, facts: &mut Facts) {
    let Some(value) = super::value(assessment, "licence") else { return };
    let some = |key: &str| value[key].as_array().is_some_and(|list| !list.is_empty());
    if some("recognised") {
        facts.set(fact::LICENCE_TEXT, LicenceText::Recognised);
    } else if some("files") {
        facts.set(fact::LICENCE_TEXT, LicenceText::Unrecognised);
    } else {
        facts.absent(fact::LICENCE_TEXT);
    }
    facts.set(fact::COPYRIGHT_LINE, !value["copyright"].is_null());
}

fn route(assessment: &Assessment, facts: &mut Facts) {
    let Some(value) = super::value(assessment, "reporting-route") else { return };
    if value["files"].as_array().is_none_or(Vec::is_empty) {
        facts.absent(fact::REPORTING_ROUTE);
    } else if value["private"] == Value::Bool(true) {
        facts.set(fact::REPORTING_ROUTE, ReportingRoute::Private);
    } else if value["expired"] == Value::Bool(true) {
        facts.set(fact::REPORTING_ROUTE, ReportingRoute::Expired);
    } else {
        facts.set(fact::REPORTING_ROUTE, ReportingRoute::PublicOnly);
    }
}

/// What ships: everything that is not for development only.
fn ships(assessment: &Assessment, pack: &Pack, facts: &mut Facts) {
    let look_up = Components::new(assessment, pack);
    let tier = assessment.circumstances.tier.value;
    let shipped: Vec<_> = assessment.components.iter().filter(|c| c.scope != Scope::Development).collect();
    let worst = shipped.iter().map(|c| look_up.feed(&c.purl, tier)).max_by_key(|feed| gravity(*feed));
    if worst == Some(Feed::NoneLoaded) {
        // What nobody looked into is neither free of malware nor of flaws.
        let known = assessment.findings.iter().any(|f| f.kind == FindingKind::Malware && !f.development_only);
        facts.set_if(fact::SHIPS_MALWARE, known.then_some(true));
    } else {
        let malware = assessment.findings.iter().any(|f| f.kind == FindingKind::Malware);
        facts.set(fact::SHIPS_MALWARE, malware);
    }
    let today = assessment.as_of.date();
    let overdue = assessment.findings.iter().any(|f| {
        f.kind == FindingKind::Advisory && !f.development_only && super::flaw::due(f, today) == Due::Overdue
    });
    facts.set(fact::SHIPS_OVERDUE_FLAW, overdue);
    facts.set(fact::SHIPS_FEED, worst.unwrap_or(Feed::NoneExists));
    let undetermined =
        assessment.findings.iter().any(|f| f.kind == FindingKind::Undetermined && !f.development_only);
    facts.set(fact::SHIPS_VERSIONS_DETERMINED, !undetermined);
}

const fn gravity(feed: Feed) -> u8 {
    match feed {
        Feed::NoneExists => 0,
        Feed::Full => 1,
        Feed::Partial => 2,
        Feed::Stale => 3,
        Feed::NoneLoaded => 4,
    }
}

fn front_page(assessment: &Assessment, facts: &mut Facts) {
    if let Some(readme) = super::value(assessment, "readme") {
        if readme["path"].is_null() {
            facts.absent(fact::README_PARTS);
        } else {
            facts.set_if(fact::README_PARTS, readme["present"].as_u64());
        }
    }
    // Without a front page nobody has said what it is for: that stays open.
    let described = super::value(assessment, "readme").is_some_and(|readme| !readme["path"].is_null());
    if let Some(device) = super::value(assessment, "device").filter(|_| described) {
        let claims = device["claims"].as_array().is_some_and(|list| !list.is_empty());
        let claim =
            match (claims && device["denied"] != Value::Bool(true), device["notice"] == Value::Bool(true)) {
                (false, _) => DeviceClaim::None,
                (true, true) => DeviceClaim::WithNotice,
                (true, false) => DeviceClaim::WithoutNotice,
            };
        facts.set(fact::DEVICE_CLAIM, claim);
    }
    if super::value(assessment, "category").is_some_and(|v| v["stated"].is_string()) {
        facts.set(fact::CATEGORY_RECORDED, true);
    }
    if let Some(listing) = super::value(assessment, "publiccode") {
        match listing["valid"].as_bool() {
            Some(true) => facts.set(fact::CATALOGUE_FILE, ListingValidity::Valid),
            Some(false) => facts.set(fact::CATALOGUE_FILE, ListingValidity::Invalid),
            None => facts.absent(fact::CATALOGUE_FILE),
        };
    }
}

/// What exported settings of the forge say, as long as they are believed.
fn settings(assessment: &Assessment, pack: &Pack, facts: &mut Facts) {
    let Some(value) = forge_settings::fresh(assessment, pack) else { return };
    facts.set_if(fact::BRANCH_PROTECTED, forge_settings::protected(value));
    let run = super::value(assessment, "tests").and_then(|v| v["ci_runs_tests"].as_bool());
    match (value["required_checks"].as_u64(), run) {
        (Some(0), _) => {
            facts.set(fact::TESTS_GATE, false);
        }
        (Some(_), Some(true)) => {
            facts.set(fact::TESTS_GATE, true);
        }
        _ => {}
    }
}

fn hygiene(assessment: &Assessment, facts: &mut Facts) {
    // A tree shows that tests are run, not that they hold a change back: then it stays open.
    if super::value(assessment, "tests").is_some_and(|v| v["ci_runs_tests"] == Value::Bool(false)) {
        facts.set(fact::TESTS_GATE, false);
    }
    facts.set_if(fact::BINARIES, super::value(assessment, "binaries").and_then(|v| v["total"].as_u64()));
    if super::value(assessment, WORKFLOWS).is_some() {
        let found = assessment.findings.iter().any(|f| f.kind == FindingKind::Workflow);
        let unread = assessment.coverage.iter().any(|c| c.collector == WORKFLOWS && !c.unread.is_empty());
        if found || !unread {
            facts.set(fact::WORKFLOW_DANGER, found);
        }
    }
    if super::value(assessment, DISCLOSURE).is_some() {
        let found = assessment.findings.iter().any(|f| f.kind == FindingKind::Disclosure);
        facts.set(fact::DISCLOSES_INTERNALS, found);
    }
}

/// How it is worked on, as far as commits and tags tell. They tell who merged, not who approved: a
/// high share of changes that another person touched is seen, a low one stays open.
fn worked_on(assessment: &Assessment, facts: &mut Facts) {
    const ENOUGH: u64 = 75;
    let Some(value) = super::value(assessment, HYGIENE) else { return };
    let percent = |part: u64, whole: u64| (whole > 0).then(|| part.saturating_mul(100) / whole);
    let (year, half_year) = (&value["twelve_months"], &value["six_months"]);
    facts.set_if(
        fact::TAGS_SIGNED_PERCENT,
        value["tags_signed"]
            .as_u64()
            .zip(value["tags"].as_u64())
            .and_then(|(signed, all)| percent(signed, all)),
    );
    facts.set_if(fact::COMMITS_SIX_MONTHS, half_year["commits"].as_u64());
    facts.set_if(fact::RELEASED_SIX_MONTHS, half_year["released"].as_bool());
    facts.set_if(fact::BUS_FACTOR, year["half_made_by"].as_u64().filter(|n| *n > 0));
    let count = |name: &str| year[name].as_u64().unwrap_or(0);
    let seen = count("merges_by_another") + count("reviewed_by_trailer");
    facts.set_if(fact::REVIEWED_PERCENT, percent(seen, count("changes")).filter(|share| *share >= ENOUGH));
}

/// How fast flaws were mended. Fewer exposures than the measure asks for say nothing, nor does a
/// repository without lockfiles: what it stood on nobody can tell.
fn mended(assessment: &Assessment, facts: &mut Facts) {
    let share = crate::remediation::recorded(assessment).and_then(|record| record.ships.share_in_time());
    facts.set_if(fact::MENDED_IN_TIME_PERCENT, share.map(|share| u64::from(share / 100)));
}
