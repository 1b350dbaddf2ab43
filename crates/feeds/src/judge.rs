//! Whether one record holds for one version of a component, by the OSV schema's evaluation:
//! listed in `versions`, or inside one of the `ranges`. Three answers: yes with the statement that
//! says so, no, and *undetermined* with the reason. Nothing that cannot be compared is a no.
//!
//! **The sweeping range.** Some malicious-component records hold both a range without an end
//! (`introduced 0`) and another that names exact bounds; `@ctrl/tinycolor` MAL-2025-47141 is one:
//! read literally it condemns every release ever made, while the second range names 4.1.1 to
//! 4.1.2. A bounded range beside an unbounded one would say nothing unless the unbounded one were
//! a mistake, so the bounded one decides: inside it, malicious; outside it, not "malicious" and
//! not "clean" but undetermined, with both ranges shown. A *list* of versions beside a sweeping
//! range is no such contradiction (the schema says that `versions` may enumerate what the ranges
//! hold), so there the sweeping range keeps its word, and the answer says that it was that one.
//!
//! **The tangled range**, whose ends and starts do not pair up (`introduced 3.0, last_affected
//! 3.0.0.M2`, which Maven orders the other way round), says only what its sound stretches say; the
//! rest is undetermined.

use std::cmp::Ordering;

use versions::{Event, Reading, Scheme, Undetermined};

use crate::{
    ecosystem::{Target, published},
    plain::plain,
    record::{RecordKind, Stored, StoredAffected, StoredRange, scheme_of_range},
};

/// What a record says about a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    /// It does not hold.
    No,
    /// It holds.
    Yes {
        /// The range or list that says so.
        matched: String,
        /// Whether that is a range that holds every version there is.
        sweeping: bool,
    },
    /// It cannot be told.
    Undetermined {
        /// Why.
        doubt: Doubt,
        /// In words, with the range.
        why: String,
    },
}

/// Why it cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// The component states no version.
    NoVersion,
    /// The component's version is none that the ecosystem can order.
    Version,
    /// The component does not say of which release of its distribution it is.
    Release,
    /// The record gives nothing to compare a version with.
    Record,
    /// The record contradicts itself about this version.
    Contradiction,
}

/// An answer before it is put into words: most are asked for only to find a version that clears.
#[derive(Clone, Copy)]
enum Answer<'r> {
    No,
    Yes(How<'r>),
    Undetermined(Why<'r>),
}

/// What says yes.
#[derive(Clone, Copy)]
enum How<'r> {
    Range(&'r StoredRange<'r>),
    /// Listed, among so many.
    List(usize),
    /// A range without an end, beside a list of so many that does not hold it.
    Sweeping(&'r StoredRange<'r>, usize),
}

/// What makes it undetermined.
#[derive(Clone, Copy)]
enum Why<'r> {
    /// The version cannot be compared with this range.
    Version(&'r StoredRange<'r>),
    /// An event of this range cannot be compared.
    Event(&'r StoredRange<'r>),
    NoOrder,
    NothingStated,
    /// The version cannot be read, and is not literally one of so many listed.
    Unlisted(usize),
    Release(&'r str),
    /// The ends and starts of this range do not pair up.
    Tangled(&'r StoredRange<'r>),
    Contradiction(How<'r>),
}

/// Judges a record; `version` is the target's own, or one that may clear it.
pub(crate) fn judge(record: &Stored<'_>, target: &Target, version: &str) -> Judged {
    match answer(record, target, version) {
        Answer::No => Judged::No,
        Answer::Yes(how) => {
            Judged::Yes { matched: how.words(target, version), sweeping: matches!(how, How::Sweeping(..)) }
        }
        Answer::Undetermined(why) => {
            Judged::Undetermined { doubt: why.doubt(), why: why.words(target, version) }
        }
    }
}

/// Whether a record certainly does not hold for a version.
pub(crate) fn is_clear(record: &Stored<'_>, target: &Target, version: &str) -> bool {
    matches!(answer(record, target, version), Answer::No)
}

fn answer<'r>(record: &'r Stored<'r>, target: &Target, version: &str) -> Answer<'r> {
    let mut best = Answer::No;
    let precise = record.kind == RecordKind::Malware && has_precise_range(record, target);
    for affected in &record.affected {
        let applies = target.release.applies(affected.suffix);
        if applies == Some(false) {
            continue;
        }
        let mut answer = answer_of(affected, target, version);
        if let Some(published) = published(target.ecosystem, version) {
            let other = answer_of(affected, target, published);
            if other.rank() > answer.rank() {
                answer = other;
            }
        }
        if let Answer::Yes(how @ How::Sweeping(..)) = answer
            && precise
        {
            answer = Answer::Undetermined(Why::Contradiction(how));
        }
        if applies.is_none() && !matches!(answer, Answer::No) {
            answer = Answer::Undetermined(Why::Release(affected.suffix));
        }
        if answer.rank() > best.rank() {
            best = answer;
        }
    }
    best
}

fn has_precise_range(record: &Stored<'_>, target: &Target) -> bool {
    let bounded =
        |r: &StoredRange<'_>| r.events.iter().any(|e| matches!(e, Event::Fixed(_) | Event::LastAffected(_)));
    record
        .affected
        .iter()
        .filter(|a| target.release.applies(a.suffix) != Some(false))
        .any(|a| a.ranges.iter().any(bounded))
}

fn answer_of<'r>(affected: &'r StoredAffected<'r>, target: &Target, version: &str) -> Answer<'r> {
    let (mut sweeping, mut why) = (None, None);
    for range in &affected.ranges {
        match inside(range, target.scheme, version) {
            Inside::No => {}
            Inside::Yes if range.condemns_every_version() => sweeping = Some(range),
            Inside::Yes => return Answer::Yes(How::Range(range)),
            Inside::Unreadable(e) if e.version == cut(version) => why = Some(Why::Version(range)),
            Inside::Unreadable(_) => why = why.or(Some(Why::Event(range))),
            Inside::Contradicted => why = why.or(Some(Why::Tangled(range))),
            Inside::NoOrder => why = why.or(Some(Why::NoOrder)),
        }
    }
    if listed(affected, target.scheme, version) {
        return Answer::Yes(How::List(affected.version_count()));
    }
    if let Some(range) = sweeping {
        return Answer::Yes(How::Sweeping(range, affected.version_count()));
    }
    match why {
        Some(why) => Answer::Undetermined(why),
        // Not the text of any on the list, and equal to none only because nothing can be equal to it.
        None if affected.version_count() > 0 && target.scheme.is_some_and(|s| !s.reads(version)) => {
            Answer::Undetermined(Why::Unlisted(affected.version_count()))
        }
        None if affected.incomparable => Answer::Undetermined(Why::NothingStated),
        None => Answer::No,
    }
}

impl Answer<'_> {
    /// The stronger of two statements about one version has the higher rank.
    fn rank(self) -> u8 {
        match self {
            Self::No => 0,
            Self::Undetermined(Why::Contradiction(_) | Why::Tangled(_)) => 2,
            Self::Undetermined(_) => 1,
            Self::Yes(How::Sweeping(..)) => 3,
            Self::Yes(_) => 4,
        }
    }
}

impl How<'_> {
    fn words(self, target: &Target, version: &str) -> String {
        match self {
            Self::Range(range) => describe(range, target.scheme, version),
            Self::List(1) => format!("version list: {}", shown(version)),
            Self::List(n) => format!("version list: {} among {n}", shown(version)),
            Self::Sweeping(range, 0) => format!("{} (every version)", all_events(range)),
            Self::Sweeping(range, n) => {
                format!("{} (every version); not among the {n} it lists", all_events(range))
            }
        }
    }
}

impl Why<'_> {
    const fn doubt(self) -> Doubt {
        match self {
            Self::Version(_) | Self::Unlisted(_) => Doubt::Version,
            Self::Event(_) | Self::NoOrder | Self::NothingStated => Doubt::Record,
            Self::Release(_) => Doubt::Release,
            Self::Tangled(_) | Self::Contradiction(_) => Doubt::Contradiction,
        }
    }

    fn words(self, target: &Target, version: &str) -> String {
        let fault = |range: &StoredRange<'_>| match inside(range, target.scheme, version) {
            Inside::Unreadable(e) => plain(&e.to_string(), 200),
            _ => "it cannot be compared".to_owned(),
        };
        match self {
            Self::Version(range) => format!("{}; the record's range: {}", fault(range), all_events(range)),
            Self::Event(range) => format!("{}, in the record's range", fault(range)),
            Self::NoOrder => format!("no order of versions is known for {}", target.ecosystem),
            Self::NothingStated => "the record states no versions that can be compared".to_owned(),
            Self::Unlisted(count) => format!(
                "`{}` is not a version of {} that could be compared with the {count} listed",
                shown(version),
                target.ecosystem
            ),
            Self::Release(suffix) => {
                format!("it holds for release `{}`; which release this is, is not stated", shown(suffix))
            }
            Self::Tangled(range) => format!(
                "the record's range contradicts itself about {}: {} (in {}'s order an end does not follow its start)",
                shown(version),
                all_events(range),
                target.ecosystem
            ),
            Self::Contradiction(how) => format!(
                "the record condemns every version in one range ({}) and names exact ones in another, which does not hold {}",
                how.words(target, version),
                shown(version)
            ),
        }
    }
}

/// What a range says of a version.
enum Inside {
    Yes,
    No,
    Contradicted,
    Unreadable(Undetermined),
    NoOrder,
}

fn inside(range: &StoredRange<'_>, own: Option<Scheme>, version: &str) -> Inside {
    let Some(scheme) = scheme_of_range(range.semver, own) else { return Inside::NoOrder };
    if range.tangled {
        return match scheme.read_tangled(&range.events, version) {
            Ok(Reading::Affected) => Inside::Yes,
            Ok(Reading::NotAffected) => Inside::No,
            Ok(Reading::Contradicted) => Inside::Contradicted,
            Err(e) => Inside::Unreadable(e),
        };
    }
    match scheme.contains(&range.events, version) {
        Ok(true) => Inside::Yes,
        Ok(false) => Inside::No,
        Err(e) => Inside::Unreadable(e),
    }
}

/// Whether the version is one of those listed: the same text, or equal by the ecosystem's order.
fn listed(affected: &StoredAffected<'_>, scheme: Option<Scheme>, version: &str) -> bool {
    let mark = numbers_mark(version);
    affected.versions().any(|listed| {
        listed == version
            || (numbers_mark(listed) == mark
                && scheme.is_some_and(|s| s.compare(listed, version) == Ok(Ordering::Equal)))
    })
}

/// A number that is the same for versions that any scheme could call equal: it reads the digits,
/// leading zeros and zero parts left out (`1.0` and `1.0.0` are equal in most). Long lists are
/// searched by it, so that only candidates are compared in full.
fn numbers_mark(version: &str) -> u64 {
    let mut mark = 0xcbf2_9ce4_8422_2325u64;
    let mut inside = false;
    for byte in version.bytes().chain([b'.']) {
        if byte.is_ascii_digit() && (inside || byte != b'0') {
            inside = true;
            mark = (mark ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        } else if !byte.is_ascii_digit() && inside {
            inside = false;
            mark = (mark ^ u64::from(b'.')).wrapping_mul(0x0100_0000_01b3);
        }
    }
    mark
}

/// The stretch of the range that holds the version: `introduced 1.0, fixed 1.2.3`.
fn describe(range: &StoredRange<'_>, own: Option<Scheme>, version: &str) -> String {
    let Some(scheme) = scheme_of_range(range.semver, own) else { return all_events(range) };
    let starts = range.events.iter().filter(|e| matches!(e, Event::Introduced(_))).count();
    if starts > 1 {
        let mut stretch: Vec<Event<'_>> = Vec::new();
        for event in range.events.iter().copied().chain([Event::Introduced("")]) {
            if matches!(event, Event::Introduced(_)) && !stretch.is_empty() {
                if scheme.contains(&stretch, version) == Ok(true) {
                    return words(&stretch);
                }
                stretch.clear();
            }
            stretch.push(event);
        }
    }
    all_events(range)
}

fn all_events(range: &StoredRange<'_>) -> String {
    words(&range.events)
}

fn words(events: &[Event<'_>]) -> String {
    let one = |e: &Event<'_>| match e {
        Event::Introduced(v) => format!("introduced {}", shown(v)),
        Event::Fixed(v) => format!("fixed {}", shown(v)),
        Event::LastAffected(v) => format!("last affected {}", shown(v)),
        Event::Limit(v) => format!("limit {}", shown(v)),
    };
    let mut text = events.iter().take(6).map(one).collect::<Vec<_>>().join(", ");
    if events.len() > 6 {
        text.push_str(&format!(", and {} more events", events.len() - 6));
    }
    text
}

/// A version from a record, fit to be shown.
fn shown(version: &str) -> String {
    plain(version, 80)
}

/// As [`Undetermined`] cuts it.
fn cut(version: &str) -> String {
    version.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_versions_have_equal_marks() {
        for (a, b) in [
            ("1.0", "1.0.0"),
            ("v1.2.3", "1.2.3"),
            ("1.0rc", "1.0rc0"),
            ("01.2", "1.2"),
            ("1.0-1", "1.0.post1"),
        ] {
            assert_eq!(numbers_mark(a), numbers_mark(b), "{a} {b}");
        }
        assert_ne!(numbers_mark("1.10"), numbers_mark("1.1"));
        assert_ne!(numbers_mark("1.10"), numbers_mark("11.0"));
        assert_ne!(numbers_mark("1.2"), numbers_mark("12"));
    }
}
