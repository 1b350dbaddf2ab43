//! What the feeds say about the components, as findings with deadlines and commands.
//!
//! A flaw's identity is its record and the component without its version: an update that does not
//! clear it is the same finding, and an exception for it survives the update.

use std::collections::BTreeMap;

use domain::{
    Circumstances, Component, Finding, FindingKind, Purl, Resolution, Scope, Severity, Tier, Timestamp,
    cvss::Cvss,
    finding::{Exploitability, Fix},
};
use feeds::{ComponentMatches, Feeds, LookedAt, Match, MatchKind};
use policy::deadline::Exploitation;

use crate::{
    command::{self, Lookup, Way},
    deadline,
    system::Declared,
};

/// What the feeds say.
#[derive(Debug, Default)]
pub struct Flaws {
    /// Findings, in the order of the components.
    pub findings: Vec<Finding>,
    /// Feeds that turned out damaged: they count as not loaded.
    pub damaged: BTreeMap<String, String>,
    /// Feeds that were asked.
    pub asked: Vec<String>,
}

/// Asks the feeds about every component.
pub fn find(
    feeds: &Feeds,
    components: &[Component],
    of: &Circumstances,
    declared: &Declared,
    as_of: Timestamp,
    lookup: &Lookup<'_>,
) -> Flaws {
    let matched = feeds.matches(components);
    let mut out = Flaws::default();
    out.damaged.extend(feeds.damaged().map(|(name, why)| (name.to_owned(), why.to_owned())));
    out.damaged.extend(matched.unreadable);
    let kev_loaded = feeds.has("kev") && !out.damaged.contains_key("kev");
    for (component, result) in components.iter().zip(&matched.components) {
        match &result.looked {
            LookedAt::Full { feed, .. } | LookedAt::Partial { feed, .. } => out.asked.push(feed.clone()),
            LookedAt::Unreadable { feed, why } => {
                out.damaged.insert(feed.clone(), why.clone());
            }
            LookedAt::NotLoaded { .. } | LookedAt::Nowhere => {}
        }
        let tier = tier_of(component, of, declared);
        for found in &result.matches {
            out.findings.push(finding(
                component,
                result,
                found,
                tier,
                of,
                declared.started,
                kev_loaded,
                as_of,
                lookup,
            ));
        }
    }
    out.asked.sort();
    out.asked.dedup();
    out
}

/// Whether only development needs it. A Go toolchain never: its standard library is linked into what
/// it builds.
fn is_development(component: &Component) -> bool {
    component.scope == Scope::Development && !feeds::links_itself(&component.purl)
}

/// The strictest tier among the parts that name the component; research where only development
/// needs it.
fn tier_of(component: &Component, of: &Circumstances, declared: &Declared) -> Tier {
    if is_development(component) {
        return Tier::Research;
    }
    let whole = of.tier.value;
    component
        .from
        .iter()
        .map(|place| declared.part_of(&place.path).map_or(whole, |part| part.tier))
        .min()
        .unwrap_or(whole)
}

#[expect(
    clippy::too_many_arguments,
    reason = "each is one input of the table; a struct of them would be used once"
)]
fn finding(
    component: &Component,
    all: &ComponentMatches,
    found: &Match,
    tier: Tier,
    of: &Circumstances,
    started: Option<domain::Date>,
    kev_loaded: bool,
    as_of: Timestamp,
    lookup: &Lookup<'_>,
) -> Finding {
    let name = component.purl.native_name();
    let version = component.purl.version().unwrap_or("(no version)");
    let identity = component.purl.with_version(None).to_string();
    let scoped = scope_of_imports(&name, found);
    let title = match (&found.summary, found.kind) {
        (_, MatchKind::Undetermined) => format!("{name} {version}: {}", found.matched),
        (Some(summary), _) => match &scoped {
            Some(only) => format!("{name} {version}: {summary} ({only})"),
            None => format!("{name} {version}: {summary}"),
        },
        (None, MatchKind::Malware) => format!("{name} {version} is recorded as malicious"),
        (None, _) => format!("{name} {version} has a known flaw"),
    };
    let (kind, control) = match found.kind {
        MatchKind::Malware => (FindingKind::Malware, "malware"),
        MatchKind::Advisory => (FindingKind::Advisory, "flaw-open"),
        MatchKind::Undetermined => (FindingKind::Undetermined, "flaws-looked-at"),
        MatchKind::Maintenance => (FindingKind::Maintenance, "maintained"),
    };
    let mut finding = Finding::new(kind, &found.id, control, title, &identity);
    finding.aliases.clone_from(&found.aliases);
    finding.component = Some(component.purl.clone());
    let mut matched = match (&component.resolution, found.every_version) {
        (Resolution::Range { requirement }, _) => {
            format!("{} (assumed: {requirement} judged at its lowest, {version})", found.matched)
        }
        (_, true) => format!("{}: the record condemns every version", found.matched),
        _ => found.matched.clone(),
    };
    if !found.imports.is_empty() {
        matched = format!("{matched}; in the imports {}", listed(&found.imports, 10));
    }
    finding.matched = Some(matched);
    finding.fixed_in.clone_from(&found.clears_this);
    finding.via.clone_from(&component.via);
    finding.places.clone_from(&component.from);
    finding.development_only = is_development(component);
    let score =
        found.cvss.iter().filter_map(|text| text.parse::<Cvss>().ok()).map(|v| v.score_tenths()).max();
    finding.severity = score.map(Severity::of_tenths);
    finding.exploitability = Some(Exploitability {
        cvss: found.cvss.clone(),
        score_tenths: score,
        kev: found.kev.map(|kev| kev.added),
        epss_millionths: found.epss.map(|epss| epss.millionths),
        cwe: found.cwe.clone(),
    });
    match found.kind {
        MatchKind::Advisory => clock(&mut finding, found, tier, of, started, kev_loaded, as_of),
        MatchKind::Undetermined => {
            finding.remedy = Some(format!(
                "Find out which version of {name} this is, and whether the records hold for it."
            ));
        }
        MatchKind::Maintenance => {
            finding.remedy = Some(match scoped {
                Some(only) => format!(
                    "See whether it is used ({only}): if so, replace it; if not, record that in an exception."
                ),
                None => format!("Replace {name}, or state who keeps it up from now on."),
            });
        }
        MatchKind::Malware => {
            finding.remedy = Some(format!(
                "Remove {name} {version}, treat every machine that installed it as compromised, and rotate what it could read."
            ));
        }
    }
    if found.kind == MatchKind::Advisory {
        let (fix, told) = fix(component, all, found, lookup);
        let by_hand = fix.command.is_none().then(|| by_hand(component, all, found));
        finding.fix = Some(fix);
        finding.remedy = told.or(by_hand);
    }
    finding
}

/// Words for a record that is about some imports of a module only; none where it is about all of it,
/// or where its one line already names the import.
fn scope_of_imports(name: &str, found: &Match) -> Option<String> {
    let named = found.summary.as_deref().unwrap_or_default();
    let [first, ..] = found.imports.as_slice() else { return None };
    let whole = found.imports.iter().any(|path| path == name);
    if whole || (found.imports.len() == 1 && named.contains(first.as_str())) {
        return None;
    }
    Some(format!("only where {} is imported", listed(&found.imports, 2)))
}

fn listed(paths: &[String], most: usize) -> String {
    let shown = paths.iter().take(most).map(String::as_str).collect::<Vec<_>>().join(", ");
    match paths.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} or {more} more"),
    }
}

fn clock(
    finding: &mut Finding,
    found: &Match,
    tier: Tier,
    of: &Circumstances,
    started: Option<domain::Date>,
    kev_loaded: bool,
    as_of: Timestamp,
) {
    let today = as_of.date();
    let dates = dates(found, kev_loaded);
    let deadline = deadline::deadline(tier, of, started, &dates, today);
    finding.due = deadline.due;
    if deadline.due.is_some_and(|due| due < today) {
        finding.control = "flaw-overdue".to_owned();
    }
    finding.deadline = Some(deadline);
}

/// What a match says of a flaw's dates and exploitation.
pub(crate) fn dates(found: &Match, kev_loaded: bool) -> deadline::Dates {
    deadline::Dates {
        kev_loaded,
        kev: found.kev.map(|kev| kev.added),
        published: found.published.map(Timestamp::date),
        modified: found.modified.map(Timestamp::date),
        cvss: best_first(&found.cvss),
        ssvc: found.ssvc.map(|value| {
            use formats::advisory::ssvc::Exploitation as Seen;
            let exploitation = match value.exploitation {
                Seen::None => Exploitation::None,
                Seen::Poc => Exploitation::PublicPoc,
                Seen::Active => Exploitation::Active,
            };
            (exploitation, value.automatable, value.total_impact)
        }),
    }
}

/// The newest version of CVSS first: v4, v3.1, v3.0, v2.
fn best_first(vectors: &[String]) -> Vec<String> {
    let mut out = vectors.to_vec();
    out.sort_by_key(|text| std::cmp::Reverse(text.parse::<Cvss>().ok().map(|v| v.version())));
    out
}

/// The direct dependency to change: the first of the path, or the component itself.
fn change(component: &Component) -> &Purl {
    component.via.first().unwrap_or(&component.purl)
}

/// How it is cleared, and what to know about that.
fn fix(
    component: &Component,
    all: &ComponentMatches,
    found: &Match,
    lookup: &Lookup<'_>,
) -> (Fix, Option<String>) {
    let change = change(component);
    let to = all.clears_all.as_ref().or(found.clears_this.as_ref());
    let Way { command, told } =
        to.map(|to| command::update(component, change, to, lookup)).unwrap_or_default();
    let fix = Fix {
        clears_this: found.clears_this.clone(),
        clears_all: all.clears_all.clone(),
        change: Some(change.clone()),
        command,
    };
    (fix, told)
}

fn by_hand(component: &Component, all: &ComponentMatches, found: &Match) -> String {
    let name = component.purl.native_name();
    let place = component.from.first().map(|p| format!(" in {p}")).unwrap_or_default();
    match all.clears_all.as_ref().or(found.clears_this.as_ref()) {
        Some(to) => format!("Set {name} to {to} or later{place}."),
        None => {
            format!("No version of {name} is known to clear it: replace it, or show that it is not reached.")
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn found(summary: &str, imports: &[&str]) -> Match {
        Match {
            kind: MatchKind::Advisory,
            id: "GO-2026-1".to_owned(),
            aliases: Vec::new(),
            matched: "introduced 0".to_owned(),
            doubt: None,
            every_version: false,
            clears_this: None,
            fixed: Vec::new(),
            summary: Some(summary.to_owned()),
            cvss: Vec::new(),
            cwe: Vec::new(),
            published: None,
            modified: None,
            kev: None,
            epss: None,
            ssvc: None,
            references: Vec::new(),
            imports: imports.iter().map(|path| (*path).to_owned()).collect(),
        }
    }

    #[test]
    fn a_record_about_some_imports_says_which() {
        let name = "golang.example/x/crypto";
        let words = |summary: &str, imports: &[&str]| scope_of_imports(name, &found(summary, imports));
        let openpgp = "golang.example/x/crypto/openpgp";
        assert_eq!(words("A flaw", &[openpgp]).unwrap(), format!("only where {openpgp} is imported"));
        assert_eq!(words("A flaw", &["a", "b", "c", "d"]).unwrap(), "only where a, b or 2 more is imported");
        assert_eq!(words(&format!("A flaw in {openpgp}"), &[openpgp]), None, "the line says it");
        assert_eq!(words("A flaw", &[name, openpgp]), None, "the module's own root is among them");
        assert_eq!(words("A flaw", &[]), None);
    }
}
