//! Ranges whose ends and starts do not pair up, so that the schema's evaluation is no answer.
//!
//! Two forms stand in real advisories. *Inverted*: an end before its start. `introduced 3.0,
//! last_affected 3.0.0.M2` was written by someone for whom the milestone comes after; Maven orders it
//! before, and read literally every release from 3.0 on is affected for ever. *A second end*:
//! `introduced 0, last_affected 0.9, last_affected 0.10`, or `introduced 1.15, fixed 1.15.17, fixed
//! 6.5.4`; read literally the first end decides, and a version that the record names as affected is
//! not.
//!
//! What such a range still says: a version inside a stretch whose start and end do stand together (as
//! the record lists them, one behind the other) is affected, and so is one that a `last_affected`
//! names. A version that nothing sound separates
//! from the odd end is [`Reading::Contradicted`]: neither affected nor not. All others are not
//! affected.
//!
//! Whether a range is tangled depends on the range alone, so that it can be found once and kept.

use std::cmp::Ordering;

use crate::order::{Order, read};
use crate::range::Event;
use crate::{Scheme, Undetermined};

/// What a tangled range says of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The version lies in a sound stretch.
    Affected,
    /// It is apart from every stretch, also from the odd ones.
    NotAffected,
    /// The range contradicts itself about it.
    Contradicted,
}

/// Most events that are put in order; real ranges have fewer than a hundred.
const MOST: usize = 2_000;

/// A place on the line of versions: before all, or at one.
enum At<V> {
    Zero,
    Version(V),
}

fn order<'a, V: Order<'a>>(a: &At<V>, b: &At<V>) -> Option<Ordering> {
    match (a, b) {
        (At::Zero, At::Zero) => Some(Ordering::Equal),
        (At::Zero, At::Version(_)) => Some(Ordering::Less),
        (At::Version(_), At::Zero) => Some(Ordering::Greater),
        (At::Version(a), At::Version(b)) => a.order(b),
    }
}

fn place<'a, V: Order<'a>>(event: &Event<'a>) -> Option<At<V>> {
    match event {
        Event::Introduced("0") => Some(At::Zero),
        other => read::<V>(other.version()).map(At::Version),
    }
}

const fn is_start(event: &Event<'_>) -> bool {
    matches!(event, Event::Introduced(_))
}

/// The events that bound stretches, with their places; `None` if one cannot be read.
fn bounds<'a, V: Order<'a>>(events: &[Event<'a>]) -> Option<Vec<(Event<'a>, At<V>)>> {
    let bounding = events.iter().filter(|event| !matches!(event, Event::Limit(_)));
    bounding.map(|event| Some((*event, place::<V>(event)?))).collect()
}

/// Whether an end of the range ends nothing. A range with an event that cannot be read is not called
/// tangled: the plain evaluation says what is undetermined about it.
pub(crate) fn is_tangled<'a, V: Order<'a>>(events: &[Event<'a>]) -> bool {
    // Nearly all ranges: from the beginning, to one end or none.
    let plain = matches!(events, [Event::Introduced(_)] | [Event::Introduced("0"), _]);
    if plain || events.len() > MOST || events.iter().any(|e| matches!(e, Event::Limit(v) if *v != "*")) {
        return false;
    }
    let Some(bounds) = bounds::<V>(events) else { return false };
    // By insertion: the library's sort may panic on an order that is not total.
    let mut sorted: Vec<usize> = Vec::with_capacity(bounds.len());
    let mut unordered = false;
    for (i, (_, at)) in bounds.iter().enumerate() {
        let place = sorted.partition_point(|earlier| match order(&bounds[*earlier].1, at) {
            Some(order) => order != Ordering::Greater,
            None => {
                unordered = true;
                true
            }
        });
        if unordered {
            return false;
        }
        sorted.insert(place, i);
    }
    let mut open = false;
    for (event, _) in sorted.iter().map(|i| &bounds[*i]) {
        if !is_start(event) && !open {
            return true;
        }
        open = is_start(event);
    }
    false
}

/// Reads a tangled range.
pub(crate) fn read_tangled<'a, V: Order<'a>>(
    scheme: Scheme,
    events: &[Event<'a>],
    version: &'a str,
) -> Result<Reading, Undetermined> {
    let undetermined = |text: &str| Undetermined::new(scheme, text);
    let subject = At::Version(read::<V>(version).ok_or_else(|| undetermined(version))?);
    let bounds = bounds::<V>(events).ok_or_else(|| undetermined(version))?;
    let compare = |a: &At<V>, b: &At<V>| order(a, b).ok_or_else(|| undetermined(version));

    // Sound stretches as the record lists them; what is left over is odd, from its end to its start.
    let (mut sound, mut odd) = (Vec::new(), Vec::new());
    let mut rest = bounds.as_slice();
    while let [first, more @ ..] = rest {
        rest = more;
        match (is_start(&first.0), more.first()) {
            (true, Some(end)) if !is_start(&end.0) => {
                rest = &more[1..];
                if compare(&end.1, &first.1)? == Ordering::Less {
                    odd.push((end, first));
                } else {
                    sound.push((first, Some(end)));
                }
            }
            (true, _) => sound.push((first, None)),
            (false, _) => odd.push((first, first)),
        }
    }
    // A version that an end names as still affected is, whatever stands around it.
    for (event, at) in &bounds {
        if matches!(event, Event::LastAffected(_)) && compare(&subject, at)? == Ordering::Equal {
            return Ok(Reading::Affected);
        }
    }
    for (start, end) in &sound {
        let from = compare(&subject, &start.1)? != Ordering::Less;
        let ended = match end {
            None => false,
            Some((event, at)) => is_past(compare(&subject, at)?, event),
        };
        if from && !ended {
            return Ok(Reading::Affected);
        }
    }
    // Whether a sound bound lies after the lower and not after the upper place.
    let separated = |low: &At<V>, high: &At<V>| -> Result<bool, Undetermined> {
        for (_, at) in sound.iter().flat_map(|(start, end)| [Some(*start), *end]).flatten() {
            if compare(low, at)? == Ordering::Less && compare(at, high)? != Ordering::Greater {
                return Ok(true);
            }
        }
        Ok(false)
    };
    for (end, start) in odd {
        let before = !is_past(compare(&subject, &end.1)?, &end.0);
        // A second end says nothing of what comes after it; an inverted stretch does.
        let doubtful = if before {
            !separated(&subject, &end.1)?
        } else if is_start(&start.0) {
            compare(&subject, &start.1)? == Ordering::Less || !separated(&start.1, &subject)?
        } else {
            false
        };
        if doubtful {
            return Ok(Reading::Contradicted);
        }
    }
    Ok(Reading::NotAffected)
}

/// Whether a version that compares so with an end is past it.
fn is_past(order: Ordering, end: &Event<'_>) -> bool {
    match order {
        Ordering::Greater => true,
        Ordering::Equal => !matches!(end, Event::LastAffected(_)),
        Ordering::Less => false,
    }
}
