//! Whether a version lies in a range that an OSV record gives by events.
//!
//! The OSV schema's evaluation, in words: a version at or beyond every `limit` is outside. Of all
//! events that the version has reached (it is at or after `introduced` and `fixed`, after
//! `last_affected`) the highest decides; of several at the same version, the one the record names
//! last. `introduced` says affected, the others not affected, and no event reached, not affected.
//! So the record's order does not matter but at equal versions, and nothing is sorted or copied.
//!
//! An event that cannot be compared may or may not be reached. It leaves the answer standing only
//! where it could not change it: another `introduced` cannot make an affected version unaffected,
//! another end cannot make an unaffected one affected. Else the answer is undetermined.

use std::cmp::Ordering;

use crate::order::{Order, read};
use crate::{Scheme, Undetermined};

/// An event of an OSV range, in the order the record gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// From this version on; `0` is before every version.
    Introduced(&'a str),
    /// No longer in this version.
    Fixed(&'a str),
    /// Still in this version, not in later ones.
    LastAffected(&'a str),
    /// The range does not look at or beyond this version; `*` is no limit.
    Limit(&'a str),
}

impl<'a> Event<'a> {
    /// The version the event names.
    #[must_use]
    pub fn version(&self) -> &'a str {
        match self {
            Event::Introduced(v) | Event::Fixed(v) | Event::LastAffected(v) | Event::Limit(v) => v,
        }
    }
}

/// An event that the version has reached.
struct Reached<V> {
    /// `None` for the `0` that is before every version.
    at: Option<V>,
    affected: bool,
}

/// Evaluates a range.
pub(crate) fn contains<'a, V: Order<'a>>(
    scheme: Scheme,
    events: &[Event<'a>],
    version: &'a str,
) -> Result<bool, Undetermined> {
    let subject = read::<V>(version);
    // The text to blame: the version itself if it cannot be read, else the event's.
    let blame = |event: &'a str| if subject.is_none() { version } else { event };

    let mut last: Option<Reached<V>> = None;
    let mut doubtful_start = None;
    let mut doubtful_end = None;
    let (mut limits, mut below_a_limit, mut doubtful_limit) = (false, false, None);
    for event in events {
        let text = event.version();
        if let Event::Limit(limit) = event {
            limits = true;
            if *limit == "*" {
                below_a_limit = true;
                continue;
            }
            match subject.as_ref().zip(read::<V>(limit)).and_then(|(v, limit)| v.order(&limit)) {
                Some(order) => below_a_limit |= order == Ordering::Less,
                None => doubtful_limit = Some(blame(text)),
            }
            continue;
        }
        let affected = matches!(event, Event::Introduced(_));
        if affected && text == "0" {
            if last.as_ref().is_none_or(|l| l.at.is_none()) {
                last = Some(Reached { at: None, affected });
            }
            continue;
        }
        let doubtful = if affected { &mut doubtful_start } else { &mut doubtful_end };
        let Some((subject, at)) = subject.as_ref().zip(read::<V>(text)) else {
            *doubtful = Some(blame(text));
            continue;
        };
        let reached = match subject.order(&at) {
            None => {
                *doubtful = Some(text);
                continue;
            }
            Some(Ordering::Greater) => true,
            Some(Ordering::Equal) => !matches!(event, Event::LastAffected(_)),
            Some(Ordering::Less) => false,
        };
        if !reached {
            continue;
        }
        // Both are at or below the version, so they are comparable with each other.
        let is_later = match last.as_ref().and_then(|l| l.at.as_ref()) {
            Some(before) => at.order(before) != Some(Ordering::Less),
            None => true,
        };
        if is_later {
            last = Some(Reached { at: Some(at), affected });
        }
    }

    let affected = last.is_some_and(|l| l.affected);
    let doubt = if affected { doubtful_end } else { doubtful_start };
    let inside = if !limits || below_a_limit { Ok(true) } else { doubtful_limit.map_or(Ok(false), Err) };
    let undetermined = |text| Err(Undetermined::new(scheme, text));
    match (doubt, inside) {
        // Outside every limit: nothing else matters.
        (_, Ok(false)) => Ok(false),
        (None, Ok(true)) => Ok(affected),
        (None, Err(_)) if !affected => Ok(false),
        (Some(text), _) | (None, Err(text)) => undetermined(text),
    }
}
