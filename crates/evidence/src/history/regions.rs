//! Which lines of a text are new against the text it was made from, and which finds carry over.

use std::ops::Range;

use memchr::{memchr, memrchr};

use crate::{material::history::Copied, secrets::scan::Hit};

/// What stands this near to a line may change what is found in it: a number's context reaches back
/// over line ends.
const REACH: usize = 64;

/// The lines to read: every line that a change touches or stands near, in order, none overlapping.
pub(super) fn changed(text: &[u8], base: usize, copies: &[Copied]) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    let end = Copied { at: text.len(), from: base, length: 0 };
    for (index, copy) in copies.iter().chain([&end]).enumerate() {
        let dirty = at..copy.at;
        at = copy.at + copy.length;
        // The same start, or the same end: nothing is new there.
        let same_start = index == 0 && copy.at == 0 && copy.from == 0;
        let same_end = index == copies.len()
            && dirty.is_empty()
            && copies.last().is_some_and(|last| last.from + last.length == base);
        if same_start || same_end {
            continue;
        }
        add(text, dirty, &mut out);
    }
    out
}

fn add(text: &[u8], dirty: Range<usize>, out: &mut Vec<Range<usize>>) {
    let known = out.last().map_or(0, |last| last.end);
    let reach = dirty.end.saturating_add(REACH).min(text.len());
    if !out.is_empty() && reach < known {
        return;
    }
    let from = dirty.start.saturating_sub(REACH);
    let start = if from < known {
        known
    } else {
        memrchr(b'\n', &text[known..from]).map_or(known, |nl| known + nl + 1)
    };
    let end = memchr(b'\n', &text[reach..]).map_or(text.len(), |nl| reach + nl + 1);
    match out.last_mut() {
        Some(last) if start <= last.end => last.end = last.end.max(end),
        _ => out.push(start..end),
    }
}

/// The base's finds that lie in what was copied and not read again, at their new offsets.
pub(super) fn carried(base: &[Hit], copies: &[Copied], read: &[Range<usize>], length: usize) -> Vec<Hit> {
    let mut out = Vec::new();
    if base.is_empty() {
        return out;
    }
    let mut clean_from = 0;
    for next in read.iter().map(Clone::clone).chain(std::iter::once(length..length)) {
        let clean = clean_from..next.start;
        clean_from = next.end;
        if clean.is_empty() {
            continue;
        }
        let at = copies.partition_point(|copy| copy.at <= clean.start);
        let Some(copy) = at.checked_sub(1).map(|at| copies[at]) else { continue };
        let from = copy.from + (clean.start - copy.at);
        let to = from + clean.len();
        let first = base.partition_point(|hit| hit.value.start < from);
        for hit in &base[first..] {
            if hit.value.end > to {
                break;
            }
            let moved = |place: usize| place - from + clean.start;
            out.push(Hit {
                rule: hit.rule,
                value: moved(hit.value.start)..moved(hit.value.end),
                decoded: hit.decoded.clone(),
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_lines_around_a_change() {
        let line = "a line of some forty characters, no more\n";
        let base = line.repeat(20);
        let text = format!("{}new text{}", line.repeat(10), line.repeat(10));
        let copies = [Copied { at: 0, from: 0, length: 410 }, Copied { at: 418, from: 410, length: 410 }];
        let read = changed(text.as_bytes(), base.len(), &copies);
        assert_eq!(read.len(), 1);
        assert!(
            read[0].start <= 410 - REACH && read[0].start.is_multiple_of(41) && read[0].end >= 418 + REACH
        );
        let hit = |rule, value| Hit { rule, value, decoded: None };
        let hits = [hit(1, 5..9), hit(2, 415..420), hit(3, 800..805)];
        let kept = carried(&hits, &copies, &read, text.len());
        assert_eq!(kept, [hit(1, 5..9), hit(3, 808..813)]);
    }

    #[test]
    fn another_start_or_end_is_new() {
        let text = [b'x'; 300];
        let (whole, none) = ([(0, 300)], [(0, 0)]);
        let changed = |text: &[u8], base, copies: &[Copied]| -> Vec<(usize, usize)> {
            changed(text, base, copies).into_iter().map(|range| (range.start, range.end)).collect()
        };
        assert!(changed(&text, 300, &[Copied { at: 0, from: 0, length: 300 }]).is_empty());
        assert_eq!(changed(&text, 400, &[Copied { at: 0, from: 0, length: 300 }]), whole);
        assert_eq!(changed(&text, 400, &[Copied { at: 0, from: 100, length: 300 }]), whole);
        assert_eq!(changed(&text, 400, &[]), whole);
        assert_eq!(changed(b"", 400, &[]), none);
    }
}
