//! Maven's `ComparableVersion`, the rules of 3.8.7 to 3.9 (4.0 changed `X1` against `X-1`).
//!
//! In words: `.`, `-` and each change between digits and letters cut the text into items. A hyphen,
//! a change from digits to letters or back, and the last run of letters open a list inside the list,
//! always as its last item, so a version is a chain of lists. From the innermost out, items that say
//! nothing (`0`, `final`, `ga`, `release`) fall off the end of each list. Two chains compare item by
//! item: number > list > letters; a missing item counts as the release itself.
//!
//! Maven accepts any text. A text with blanks, brackets, commas, `$` or other signs is a range or an
//! unresolved property, not a version, and is not read.

use std::cmp::Ordering;

use smallvec::SmallVec;

use crate::digits;
use crate::order::Order;
use crate::pep440::compare_ignoring_case;

#[derive(Clone, Copy, Debug)]
enum Item<'a> {
    /// A number without leading zeros; zero is empty.
    Number(&'a str),
    /// Letters: their rank among the known qualifiers, and the text, which counts for rank 7 alone.
    Letters(u8, &'a str),
    /// The rest is a list inside this one.
    List,
}

/// The rank of "no qualifier": the release.
const RELEASE: u8 = 5;
const UNKNOWN: u8 = 7;

/// The chain of items, lists after `List`.
#[derive(Clone, Debug)]
pub(crate) struct Version<'a> {
    text: &'a str,
    items: SmallVec<[Item<'a>; 12]>,
}

fn letters(text: &str, before_digit: bool) -> Item<'_> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    let rank = if is("alpha") || (before_digit && is("a")) {
        0
    } else if is("beta") || (before_digit && is("b")) {
        1
    } else if is("milestone") || (before_digit && is("m")) {
        2
    } else if is("rc") || is("cr") {
        3
    } else if is("snapshot") {
        4
    } else if is("ga") || is("final") || is("release") {
        RELEASE
    } else if is("sp") {
        6
    } else {
        UNKNOWN
    };
    Item::Letters(rank, text)
}

fn item(text: &str, is_number: bool) -> Item<'_> {
    if is_number { Item::Number(digits::trim(text)) } else { letters(text, false) }
}

impl Item<'_> {
    fn says_nothing(&self) -> bool {
        match self {
            Item::Number(number) => number.is_empty(),
            Item::Letters(rank, _) => *rank == RELEASE,
            Item::List => false,
        }
    }

    /// Against nothing at its place.
    fn against_nothing(&self) -> Ordering {
        match self {
            Item::Number("") => Ordering::Equal,
            Item::Number(_) => Ordering::Greater,
            Item::Letters(rank, _) => rank.cmp(&RELEASE),
            Item::List => Ordering::Equal,
        }
    }
}

impl<'a> Version<'a> {
    fn cut(text: &'a str) -> SmallVec<[Item<'a>; 12]> {
        let mut items = SmallVec::<[Item<'a>; 12]>::new();
        let (mut start, mut is_number) = (0, false);
        // Whether the innermost list is still empty.
        let is_empty = |items: &SmallVec<[Item<'a>; 12]>| matches!(items.last(), None | Some(Item::List));
        for (place, byte) in text.bytes().enumerate() {
            match byte {
                b'.' | b'-' => {
                    items.push(if place == start {
                        Item::Number("")
                    } else {
                        item(&text[start..place], is_number)
                    });
                    start = place + 1;
                    if byte == b'-' {
                        items.push(Item::List);
                    }
                }
                b'0'..=b'9' => {
                    if !is_number && place > start {
                        if !is_empty(&items) {
                            items.push(Item::List);
                        }
                        items.push(letters(&text[start..place], true));
                        items.push(Item::List);
                        start = place;
                    }
                    is_number = true;
                }
                _ => {
                    if is_number && place > start {
                        items.push(item(&text[start..place], true));
                        items.push(Item::List);
                        start = place;
                    }
                    is_number = false;
                }
            }
        }
        if text.len() > start {
            if !is_number && !is_empty(&items) {
                items.push(Item::List);
            }
            items.push(item(&text[start..], is_number));
        }
        items
    }

    /// Drops what says nothing from the end of each list, innermost first, and empty lists with it.
    fn normalise(items: &mut SmallVec<[Item<'a>; 12]>) {
        // Read from the end: `at_end` holds while only lists follow within the same list.
        let (mut write, mut at_end) = (items.len(), true);
        for read in (0..items.len()).rev() {
            let item = items[read];
            let kept_any = write < items.len();
            let keep = match item {
                // A list that kept nothing says nothing itself, and the parent's end comes next.
                Item::List => {
                    at_end = true;
                    kept_any
                }
                other => {
                    at_end = at_end && other.says_nothing();
                    !at_end
                }
            };
            if keep {
                write -= 1;
                items[write] = item;
            }
        }
        items.drain(..write);
    }
}

impl<'a> Order<'a> for Version<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._-+~:@#!=".contains(&b);
        if !text.bytes().all(allowed) || !text.bytes().any(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        let mut items = Self::cut(text);
        Self::normalise(&mut items);
        Some(Self { text, items })
    }
    fn order(&self, other: &Self) -> Option<Ordering> {
        let (mut a, mut b) = (self.items.iter(), other.items.iter());
        let rest = |first: &Item<'_>, rest: std::slice::Iter<'_, Item<'_>>| {
            std::iter::once(first)
                .chain(rest)
                .map(Item::against_nothing)
                .find(|order| *order != Ordering::Equal)
                .unwrap_or(Ordering::Equal)
        };
        loop {
            let order = match (a.next(), b.next()) {
                (None, None) => return Some(Ordering::Equal),
                (Some(first), None) => return Some(rest(first, a)),
                (None, Some(first)) => return Some(rest(first, b).reverse()),
                (Some(Item::Number(a)), Some(Item::Number(b))) => digits::compare(a, b),
                (Some(Item::Number(_)), Some(_)) => Ordering::Greater,
                (Some(_), Some(Item::Number(_))) => Ordering::Less,
                (Some(Item::List), Some(Item::List)) => Ordering::Equal,
                (Some(Item::List), Some(Item::Letters(..))) => Ordering::Greater,
                (Some(Item::Letters(..)), Some(Item::List)) => Ordering::Less,
                (Some(Item::Letters(x, a)), Some(Item::Letters(y, b))) => x.cmp(y).then_with(|| match *x {
                    UNKNOWN => compare_ignoring_case(a, b),
                    _ => Ordering::Equal,
                }),
            };
            if order != Ordering::Equal {
                return Some(order);
            }
        }
    }
    fn is_prerelease(&self) -> bool {
        self.items.iter().any(|item| matches!(item, Item::Letters(rank, _) if *rank < RELEASE))
    }
    fn number(&self, place: usize) -> &'a str {
        self.text.split(['.', '-']).nth(place).unwrap_or("")
    }
}
