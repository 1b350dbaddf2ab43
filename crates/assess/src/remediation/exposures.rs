//! From component versions and when they were there to exposures: which flaw, from when until when.
//!
//! An update from one affected version to another ends nothing, nor does one of two lockfiles that
//! moves on: an exposure ends when no affected version of the component is left. One that comes back
//! later is an exposure of its own.

use std::collections::BTreeMap;

use domain::{
    Circumstances, Component, Date, Place, Severity, Tier, Timestamp,
    cvss::Cvss,
    remediation::{End, Exposure, Looked, Maker},
};
use evidence::lockfile_history::{By, LockfileHistory, Spell, Stay, Until};
use feeds::{Feeds, LookedAt, Match, MatchKind};

use crate::{deadline, flaws};

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) all: Vec<Exposure>,
    pub(super) looked: Looked,
    pub(super) start_unknown: u64,
}

/// A flaw in a component, over all of its versions.
struct Flaw<'a> {
    found: &'a Match,
    spells: Vec<(&'a Stay, &'a Spell)>,
}

/// Every exposure, in the order of its beginning.
pub(super) fn find(history: &LockfileHistory, feeds: &Feeds, of: &Circumstances, as_of: Date) -> Found {
    let mut out = Found::default();
    let components: Vec<Component> =
        history.stays.iter().map(|stay| Component::new(stay.purl.clone(), Place::file(""))).collect();
    let matched = feeds.matches(&components);
    let unreadable = |name: &str| matched.unreadable.iter().any(|(feed, _)| feed == name);
    let kev_loaded = feeds.has("kev") && !unreadable("kev");
    let mut flaws: BTreeMap<(String, Vec<&str>), Flaw<'_>> = BTreeMap::new();
    for (stay, result) in history.stays.iter().zip(&matched.components) {
        match result.looked {
            LookedAt::Full { .. } => out.looked.full += 1,
            LookedAt::Partial { .. } => out.looked.partial += 1,
            LookedAt::NotLoaded { .. } | LookedAt::Unreadable { .. } => out.looked.not_loaded += 1,
            LookedAt::Nowhere => {}
        }
        for found in result.matches.iter().filter(|found| found.kind == MatchKind::Advisory) {
            // Every id of the flaw: the same set for each version, whichever record holds for it.
            let mut ids: Vec<&str> = found.aliases.iter().map(String::as_str).chain([&*found.id]).collect();
            ids.sort_unstable();
            let key = (stay.purl.with_version(None).to_string(), ids);
            let flaw = flaws.entry(key).or_insert_with(|| Flaw { found, spells: Vec::new() });
            flaw.spells.extend(stay.spells.iter().map(|spell| (stay, spell)));
        }
    }
    for flaw in flaws.into_values() {
        exposures(flaw, of, kev_loaded, as_of, &mut out);
    }
    out.all.sort_by(|a, b| (a.start, &a.component, &a.id).cmp(&(b.start, &b.component, &b.id)));
    out
}

/// The times in which any affected version was there.
fn exposures(flaw: Flaw<'_>, of: &Circumstances, kev_loaded: bool, as_of: Date, out: &mut Found) {
    let mut spells = flaw.spells;
    spells.sort_by_key(|(stay, spell)| (spell.from, &stay.purl));
    let Some(published) = flaw.found.published.or(flaw.found.modified) else {
        out.start_unknown += 1;
        return;
    };
    let mut rest = &spells[..];
    let mut again = false;
    while let Some((first, spell)) = rest.first() {
        let mut last = *spell;
        let mut development = first.development;
        let mut count = 1;
        while let Some((stay, next)) = rest.get(count).filter(|(_, next)| meets(last, next)) {
            development &= stay.development;
            if later(next, last) {
                last = next;
            }
            count += 1;
        }
        rest = &rest[count..];
        let one = Together { first, from: spell, last, development, again };
        match one.exposure(flaw.found, published, of, kev_loaded, as_of) {
            Seen::Yes(exposure) => {
                // What left before the flaw was known had not been mended: nobody could know.
                again = true;
                out.all.push(*exposure);
            }
            Seen::StartUnknown => out.start_unknown += 1,
            Seen::No => {}
        }
    }
}

/// When a spell is over; none: it is not, as far as can be seen.
const fn over(spell: &Spell) -> Option<Timestamp> {
    match &spell.until {
        Until::Here => None,
        Until::Gone { at, .. } | Until::Lost { at } => Some(*at),
    }
}

fn meets(last: &Spell, next: &Spell) -> bool {
    over(last).is_none_or(|over| next.from <= over)
}

/// Whether a spell decides how the whole ended: the one that lasted longer; of two that are over at
/// once the one of which nobody knows what became.
fn later(next: &Spell, last: &Spell) -> bool {
    match (over(next), over(last)) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(a), Some(b)) if a == b => matches!(next.until, Until::Lost { .. }),
        (Some(a), Some(b)) => a > b,
    }
}

enum Seen {
    Yes(Box<Exposure>),
    StartUnknown,
    No,
}

/// Spells that follow one another without a gap.
struct Together<'a> {
    first: &'a Stay,
    from: &'a Spell,
    last: &'a Spell,
    development: bool,
    again: bool,
}

impl Together<'_> {
    fn exposure(
        &self,
        found: &Match,
        published: Timestamp,
        of: &Circumstances,
        kev_loaded: bool,
        as_of: Date,
    ) -> Seen {
        let arrived = self.from.from;
        // Over before it began, or begun after the day of asking: no exposure.
        if over(self.last).is_some_and(|over| over <= published.max(arrived)) {
            return Seen::No;
        }
        let start = published.max(arrived).date();
        if start > as_of {
            return Seen::No;
        }
        if self.from.earlier && published <= arrived {
            return Seen::StartUnknown;
        }
        let (end, seen_until) = match &self.last.until {
            Until::Gone { at, by, commit } if at.date() <= as_of => {
                let by = match by {
                    By::Person => Maker::Person,
                    By::Bot => Maker::Bot,
                    By::Program => Maker::Program,
                };
                (End::Mended { on: at.date(), by, commit: commit.clone() }, at.date())
            }
            Until::Lost { at } if at.date() <= as_of => (End::Lost { on: at.date() }, at.date()),
            Until::Here | Until::Gone { .. } | Until::Lost { .. } => (End::Open, as_of),
        };
        let tier = if self.development { Tier::Research } else { of.tier.value };
        let dates = flaws::dates(found, kev_loaded);
        let due = deadline::deadline(tier, of, Some(arrived.date()), &dates, as_of).due;
        let in_time = due.and_then(|due| match &end {
            End::Mended { on, .. } => Some(*on <= due),
            End::Open | End::Lost { .. } => (seen_until > due).then_some(false),
        });
        let score = found.cvss.iter().filter_map(|t| t.parse::<Cvss>().ok()).map(|v| v.score_tenths()).max();
        Seen::Yes(Box::new(Exposure {
            id: found.id.clone(),
            aliases: found.aliases.clone(),
            component: self.first.purl.with_version(None),
            version: self.first.purl.version().unwrap_or_default().to_owned(),
            severity: score.map(Severity::of_tenths),
            published: published.date(),
            arrived: (!self.from.earlier).then(|| arrived.date()),
            start,
            days: u32::try_from(seen_until.days_since(start).max(0)).unwrap_or(u32::MAX),
            end,
            due,
            in_time,
            again: self.again,
            development: self.development,
        }))
    }
}
