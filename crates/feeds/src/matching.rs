//! Matching: which advisory records hold for which components.
//!
//! For each component: find its feed and name ([`crate::ecosystem`]), read the records of that
//! name, judge each ([`crate::judge`]), join those that are one flaw ([`crate::alias`]), find the
//! versions that clear it ([`crate::fix`]), add what KEV, EPSS and SSVC say about its CVEs. And
//! state the *looking*: which feed was asked, as of when, how complete; or why none was.
//!
//! Decides what is known. Whether that is good enough, and when a flaw is due, is not decided
//! here. There is no clock: dates after the feed's own are taken for mistakes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{Component, Date, FeedCoverage, FeedStamp, Purl, Resolution, Timestamp};
use formats::advisory::CveId;

use crate::{
    alias,
    ecosystem::{Source, Target, go_toolchain, source_of},
    feeds::Feeds,
    fix,
    import::{EpssValue, FIRST_YEAR, KevValue, SsvcValue},
    index::IndexError,
    judge::{Doubt, Judged, is_clear, judge},
    record::{self, RecordKind, Stored},
};

/// How a component was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookedAt {
    /// In a feed that holds everything its source publishes.
    Full {
        /// Which feed: `osv/npm`.
        feed: String,
        /// When it was true.
        as_of: Timestamp,
    },
    /// In a feed that holds some of it.
    Partial {
        /// Which feed.
        feed: String,
        /// When it was true.
        as_of: Timestamp,
    },
    /// A feed exists for the ecosystem, and is not loaded.
    NotLoaded {
        /// Which feed.
        feed: String,
    },
    /// The feed is loaded, and damaged.
    Unreadable {
        /// Which feed.
        feed: String,
        /// Why.
        why: String,
    },
    /// Nobody publishes a feed for such components (images, tools, models).
    Nowhere,
}

/// What a match is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchKind {
    /// A malicious-component record holds.
    Malware,
    /// A flaw holds.
    Advisory,
    /// It cannot be told whether a record holds.
    Undetermined,
    /// A record says that the component is unmaintained, or is a notice about it.
    Maintenance,
}

/// One flaw (or other statement) about one component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// What it is.
    pub kind: MatchKind,
    /// The id that stands for it (see [`crate::alias`]); `undetermined-version` for all records
    /// that one unreadable or missing version leaves open.
    pub id: String,
    /// Its other ids, sorted.
    pub aliases: Vec<String>,
    /// The range or version list that holds, or why it cannot be told.
    pub matched: String,
    /// Why it cannot be told, for [`MatchKind::Undetermined`].
    pub doubt: Option<Doubt>,
    /// Whether a range that holds every version there is says so.
    pub every_version: bool,
    /// The lowest version that clears this.
    pub clears_this: Option<String>,
    /// Every version the records name as fixed, ascending.
    pub fixed: Vec<String>,
    /// One line.
    pub summary: Option<String>,
    /// CVSS vectors as the records state them; none: severity is unknown, not low.
    pub cvss: Vec<String>,
    /// CWE ids, sorted.
    pub cwe: Vec<String>,
    /// Earliest publication in the alias set.
    pub published: Option<Timestamp>,
    /// Earliest `modified` in the alias set.
    pub modified: Option<Timestamp>,
    /// What KEV says of its CVEs: the earliest listing.
    pub kev: Option<KevValue>,
    /// What EPSS says: the highest.
    pub epss: Option<EpssValue>,
    /// What SSVC says: of each value the worst.
    pub ssvc: Option<SsvcValue>,
    /// Addresses of advisories and fixes.
    pub references: Vec<String>,
    /// The import paths of the component that a record names as affected (Go's database); none: all
    /// of it, as far as is known.
    pub imports: Vec<String>,
}

/// What is known about one component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentMatches {
    /// How it was looked at.
    pub looked: LookedAt,
    /// What was found, malware first, then by id.
    pub matches: Vec<Match>,
    /// The lowest version that clears every flaw and falls into no other known one.
    pub clears_all: Option<String>,
}

impl ComponentMatches {
    const fn none(looked: LookedAt) -> Self {
        Self { looked, matches: Vec::new(), clears_all: None }
    }
}

/// What is known about components, in the order they were given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    /// One for each component.
    pub components: Vec<ComponentMatches>,
    /// Feeds of values (KEV, EPSS, SSVC) that turned out damaged: what they would have said is
    /// unknown for every match.
    pub unreadable: Vec<(String, String)>,
}

/// The id of the one match that stands for all records which a version leaves open.
pub const UNDETERMINED_VERSION: &str = "undetermined-version";

pub(crate) fn matches(feeds: &Feeds, components: &[Component]) -> Matched {
    let mut unreadable: BTreeSet<(String, String)> = BTreeSet::new();
    let mut known: HashMap<&Purl, usize> = HashMap::with_capacity(components.len());
    let mut all: Vec<ComponentMatches> = Vec::with_capacity(components.len());
    for component in components {
        // The oldest Go that may build something is judged only where nothing says which does.
        if is_oldest_go(component) {
            let mut result = one(feeds, &oldest(&component.purl), &mut unreadable);
            if components.iter().any(|other| builds_for(other, component)) {
                result.matches.clear();
                result.clears_all = None;
            }
            all.push(result);
            continue;
        }
        let result = match known.get(&component.purl) {
            Some(at) => all[*at].clone(),
            None => {
                known.insert(&component.purl, all.len());
                one(feeds, &component.purl, &mut unreadable)
            }
        };
        all.push(result);
    }
    Matched { components: all, unreadable: unreadable.into_iter().collect() }
}

/// The `go` line of a go.mod.
fn is_oldest_go(component: &Component) -> bool {
    matches!(component.resolution, Resolution::Range { .. })
        && component.purl.kind() == "generic"
        && go_toolchain(&component.purl).is_some()
}

/// The lowest release that a `go` line admits: `go 1.21` admits 1.21.0.
fn oldest(purl: &Purl) -> Purl {
    match purl.version() {
        Some(version) if version.bytes().filter(|b| *b == b'.').count() == 1 && !version.contains('r') => {
            purl.with_version(Some(&format!("{version}.0")))
        }
        _ => purl.clone(),
    }
}

/// Whether a pin says which Go builds what lies in the folder of that `go` line: it stands in the same
/// folder, in one above, or among the workflows, which build the whole.
fn builds_for(pin: &Component, line: &Component) -> bool {
    let folder = |path: &str| path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    pin.resolution == Resolution::Exact
        && go_toolchain(&pin.purl).is_some()
        && pin.from.iter().any(|at| {
            let at = if at.path.starts_with('.') { String::new() } else { folder(&at.path) };
            line.from.iter().all(|place| folder(&place.path).starts_with(&at))
        })
}

fn one(feeds: &Feeds, purl: &Purl, unreadable: &mut BTreeSet<(String, String)>) -> ComponentMatches {
    let (target, required) = match source_of(purl) {
        Source::Feed(target) => (target, true),
        Source::IfLoaded(target) => (target, false),
        Source::Nowhere => return ComponentMatches::none(LookedAt::Nowhere),
    };
    let feed = format!("osv/{}", target.ecosystem);
    if let Some(why) = feeds.broken(&feed) {
        return ComponentMatches::none(LookedAt::Unreadable { feed, why: why.to_owned() });
    }
    let Some((stamp, names)) = feeds.osv(&feed) else {
        let looked = if required { LookedAt::NotLoaded { feed } } else { LookedAt::Nowhere };
        return ComponentMatches::none(looked);
    };
    let block = match names.get(&target.name) {
        Ok(block) => block,
        Err(e) => return ComponentMatches::none(LookedAt::Unreadable { feed, why: e.to_string() }),
    };
    let as_of = stamp.as_of;
    let looked = match stamp.coverage {
        FeedCoverage::Full => LookedAt::Full { feed: feed.clone(), as_of },
        FeedCoverage::Partial => LookedAt::Partial { feed: feed.clone(), as_of },
    };
    let Some(block) = block else { return ComponentMatches::none(looked) };
    let found =
        record::records(&block).and_then(|records| of_name(feeds, stamp, &target, &records, unreadable));
    match found {
        Ok((matches, clears_all)) => ComponentMatches { looked, matches, clears_all },
        Err(e) => ComponentMatches::none(LookedAt::Unreadable { feed, why: e.to_string() }),
    }
}

/// Judges every record of a name.
fn of_name(
    feeds: &Feeds,
    stamp: &FeedStamp,
    target: &Target,
    records: &[Stored<'_>],
    unreadable: &mut BTreeSet<(String, String)>,
) -> Result<(Vec<Match>, Option<String>), IndexError> {
    let Some(version) = target.version.as_deref() else {
        let why = match records.len() {
            1 => "one record names this component, and no version is stated".to_owned(),
            n => format!("{n} records name this component, and no version is stated"),
        };
        let ids = records.iter().map(|r| r.id.to_owned()).collect();
        return Ok((vec![left_open(Doubt::NoVersion, why, ids)], None));
    };
    let judged: Vec<Judged> = records.iter().map(|record| judge(record, target, version)).collect();
    let mut matches = Vec::new();
    let mut open: BTreeMap<Doubt, Vec<(usize, &str)>> = BTreeMap::new();
    for group in alias::join(records) {
        if let Some(found) = joined(feeds, stamp, target, version, records, &judged, &group, unreadable)? {
            matches.push(found);
        } else {
            for i in group {
                if let Judged::Undetermined { doubt: doubt @ (Doubt::Version | Doubt::Release), why } =
                    &judged[i]
                {
                    open.entry(*doubt).or_default().push((i, why));
                }
            }
        }
    }
    for doubt in [Doubt::Version, Doubt::Release] {
        if let Some(list) = open.get(&doubt) {
            let ids = list.iter().map(|(i, _)| records[*i].id.to_owned()).collect();
            let why = match list.len() {
                1 => list[0].1.to_owned(),
                n => format!("{} (and {} more records)", list[0].1, n - 1),
            };
            matches.push(left_open(doubt, why, ids));
        }
    }
    matches.sort_by(|a, b| (a.kind, &a.id, &a.matched).cmp(&(b.kind, &b.id, &b.matched)));
    let clears_all = clears_all(target, records, &judged, &matches);
    Ok((matches, clears_all))
}

/// One match for every record that a version leaves open, instead of one each.
fn left_open(doubt: Doubt, matched: String, ids: BTreeSet<String>) -> Match {
    Match {
        kind: MatchKind::Undetermined,
        id: UNDETERMINED_VERSION.to_owned(),
        aliases: ids.into_iter().take(1_000).collect(),
        matched,
        doubt: Some(doubt),
        every_version: false,
        clears_this: None,
        fixed: Vec::new(),
        summary: None,
        cvss: Vec::new(),
        cwe: Vec::new(),
        published: None,
        modified: None,
        kev: None,
        epss: None,
        ssvc: None,
        references: Vec::new(),
        imports: Vec::new(),
    }
}

/// The match that a group of records makes, if it makes one of its own.
#[expect(clippy::too_many_arguments, reason = "the parts of one lookup, which only this function joins")]
fn joined(
    feeds: &Feeds,
    stamp: &FeedStamp,
    target: &Target,
    version: &str,
    records: &[Stored<'_>],
    judged: &[Judged],
    group: &[usize],
    unreadable: &mut BTreeSet<(String, String)>,
) -> Result<Option<Match>, IndexError> {
    let holds = |i: &&usize| matches!(judged[**i], Judged::Yes { .. });
    let own_doubt = |i: &&usize| {
        matches!(judged[**i], Judged::Undetermined { doubt: Doubt::Record | Doubt::Contradiction, .. })
    };
    let mut deciding: Vec<usize> = group.iter().filter(holds).copied().collect();
    if deciding.is_empty() {
        deciding = group.iter().filter(own_doubt).copied().collect();
    }
    if deciding.is_empty() {
        return Ok(None);
    }
    let held: Vec<&Stored<'_>> = deciding.iter().map(|i| &records[*i]).collect();
    let ids = alias::ids(records, group);
    let kind = kind_of(&deciding, records, judged, &ids);
    let primary = alias::primary(&held, held.iter().any(|r| r.kind == RecordKind::Malware));

    // The record that stands for the flaw says which range; a malicious one goes first.
    let speaker = deciding.iter().copied().find(|i| records[*i].id == primary).unwrap_or(deciding[0]);
    let (matched, every_version, doubt) = match &judged[speaker] {
        Judged::Yes { matched, sweeping } => (matched.clone(), *sweeping, None),
        Judged::Undetermined { doubt, why } => (why.clone(), false, Some(*doubt)),
        Judged::No => return Ok(None),
    };
    let fixed = fix::fixed_versions(&held, target);
    let clears_this = match kind {
        MatchKind::Malware | MatchKind::Advisory => fix::lowest_clearing(&fixed, &held, target, version),
        MatchKind::Undetermined | MatchKind::Maintenance => None,
    };
    let usable = |t: &Timestamp| t.date().year() >= FIRST_YEAR && *t <= stamp.as_of;
    let mut found = Match {
        kind,
        id: primary.to_owned(),
        aliases: ids.iter().filter(|id| **id != primary).map(|id| (*id).to_owned()).collect(),
        matched,
        doubt,
        every_version,
        clears_this,
        fixed,
        published: group.iter().filter_map(|i| records[*i].published).filter(usable).min(),
        modified: group.iter().filter_map(|i| records[*i].modified).filter(usable).min(),
        ..left_open(Doubt::Record, String::new(), BTreeSet::new())
    };
    add_details(&mut found, &held, speaker_first(&held, primary))?;
    add_values(&mut found, feeds, &ids, unreadable);
    Ok(Some(found))
}

fn kind_of(deciding: &[usize], records: &[Stored<'_>], judged: &[Judged], ids: &BTreeSet<&str>) -> MatchKind {
    let held = |kind: RecordKind| deciding.iter().any(|i| records[*i].kind == kind);
    let has_cve = ids.iter().any(|id| id.starts_with("CVE-"));
    match () {
        () if !matches!(judged[deciding[0]], Judged::Yes { .. }) => MatchKind::Undetermined,
        () if held(RecordKind::Malware) => MatchKind::Malware,
        // Another database may list the same notice as if it were a flaw; a CVE makes it one.
        () if !has_cve && (held(RecordKind::Unmaintained) || held(RecordKind::Notice)) => {
            MatchKind::Maintenance
        }
        () => MatchKind::Advisory,
    }
}

fn speaker_first<'a, 'b>(held: &[&'a Stored<'b>], primary: &str) -> Option<&'a Stored<'b>> {
    held.iter().copied().find(|record| record.id == primary)
}

fn add_details(
    found: &mut Match,
    held: &[&Stored<'_>],
    speaker: Option<&Stored<'_>>,
) -> Result<(), IndexError> {
    for record in speaker.into_iter().chain(held.iter().copied()) {
        let details = record.details()?;
        found.summary = found.summary.take().or(details.summary);
        let add = |list: &mut Vec<String>, more: Vec<String>| {
            for item in more {
                if list.len() < 50 && !list.contains(&item) {
                    list.push(item);
                }
            }
        };
        add(&mut found.cvss, details.cvss);
        add(&mut found.cwe, details.cwe);
        add(&mut found.references, details.references);
        add(&mut found.imports, details.imports);
    }
    found.cwe.sort();
    Ok(())
}

/// What is known of the CVEs among the ids.
fn add_values(
    found: &mut Match,
    feeds: &Feeds,
    ids: &BTreeSet<&str>,
    unreadable: &mut BTreeSet<(String, String)>,
) {
    for cve in ids.iter().filter_map(|id| CveId::parse(id)) {
        let mut read = |feed: &str, value: Result<Option<u64>, IndexError>| match value {
            Ok(value) => value,
            Err(e) => {
                unreadable.insert((feed.to_owned(), e.to_string()));
                None
            }
        };
        if let Some(kev) = read("kev", feeds.value("kev", cve)).map(KevValue::unpack) {
            let earlier = found.kev.map_or(kev.added, |k| k.added.min(kev.added));
            found.kev = Some(KevValue {
                added: earlier,
                ransomware: kev.ransomware || found.kev.is_some_and(|k| k.ransomware),
            });
        }
        if let Some(epss) = read("epss", feeds.value("epss", cve)).map(EpssValue::unpack)
            && found.epss.is_none_or(|e| e.millionths < epss.millionths)
        {
            found.epss = Some(epss);
        }
        if let Some(new) = read("ssvc", feeds.value("ssvc", cve)).map(SsvcValue::unpack) {
            found.ssvc = Some(match found.ssvc {
                None => new,
                Some(old) => worse(old, new),
            });
        }
    }
}

fn worse(a: SsvcValue, b: SsvcValue) -> SsvcValue {
    let assessed: Date = a.assessed.min(b.assessed);
    SsvcValue {
        exploitation: a.exploitation.max(b.exploitation),
        automatable: a.automatable || b.automatable,
        total_impact: a.total_impact || b.total_impact,
        assessed,
    }
}

/// See [`ComponentMatches::clears_all`].
fn clears_all(
    target: &Target,
    records: &[Stored<'_>],
    judged: &[Judged],
    matches: &[Match],
) -> Option<String> {
    let flaws = || matches.iter().filter(|m| matches!(m.kind, MatchKind::Malware | MatchKind::Advisory));
    if flaws().next().is_none() || flaws().any(|m| m.clears_this.is_none()) {
        return None;
    }
    // No version below the highest of those that clear one flaw can clear all.
    let start = fix::highest(target.scheme, flaws().filter_map(|m| m.clears_this.as_deref()))?;
    // What nothing can clear (unmaintained; no versions stated) is not asked to be cleared.
    let judgeable = |(record, judged): &(&Stored<'_>, &Judged)| match judged {
        Judged::No => true,
        Judged::Yes { .. } => !matches!(record.kind, RecordKind::Unmaintained | RecordKind::Notice),
        Judged::Undetermined { .. } => false,
    };
    let asked: Vec<&Stored<'_>> =
        records.iter().zip(judged).filter(judgeable).map(|(record, _)| record).collect();
    if asked.iter().all(|record| is_clear(record, target, start)) {
        return Some(start.to_owned());
    }
    let candidates = fix::fixed_versions(&asked, target);
    fix::lowest_clearing(&candidates, &asked, target, start)
}
