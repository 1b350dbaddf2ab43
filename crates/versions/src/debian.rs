//! Debian policy §5.6.12, as dpkg does it: `[epoch:]upstream[-revision]`, each part cut into runs of
//! other characters (letters before signs, `~` before everything, even the end) and of digits.
//!
//! dpkg only warns where the upstream part does not start with a digit; opam's versions, which take
//! the same order, often do not, and so it is read here. Characters outside the policy are refused.

use std::cmp::Ordering;

use crate::digits;
use crate::order::{Order, dotted};

/// Epoch, upstream version, revision (empty for none, which counts as `0`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a> {
    epoch: &'a str,
    upstream: &'a str,
    revision: &'a str,
}

/// How a character that is no digit sorts; the end of the text, and digits, are 0.
fn weight(byte: Option<&u8>) -> i16 {
    match byte {
        None | Some(b'0'..=b'9') => 0,
        Some(b'~') => -1,
        Some(b) if b.is_ascii_alphabetic() => i16::from(*b),
        Some(b) => i16::from(*b) + 256,
    }
}

fn compare_part(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    while !a.is_empty() || !b.is_empty() {
        loop {
            let (x, y) = (a.as_bytes().first(), b.as_bytes().first());
            let (wx, wy) = (weight(x), weight(y));
            if wx != wy {
                return wx.cmp(&wy);
            }
            if wx == 0 {
                break;
            }
            (a, b) = (&a[1..], &b[1..]);
        }
        let (x, y);
        (x, a) = digits::split(a);
        (y, b) = digits::split(b);
        let order = digits::compare(x, y);
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

impl<'a> Order<'a> for Version<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let text = text.trim_matches([' ', '\t', '\n']);
        let (epoch, text) = match text.split_once(':') {
            Some((epoch, rest)) => (digits::only(epoch).then_some(epoch)?, rest),
            None => ("", text),
        };
        let (upstream, revision) = match text.rsplit_once('-') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (text, ""),
        };
        let allowed = |extra: &'static [u8]| move |b: u8| b.is_ascii_alphanumeric() || extra.contains(&b);
        let valid = !upstream.is_empty()
            && upstream.bytes().all(allowed(b".+~-:"))
            && revision.bytes().all(allowed(b".+~"));
        valid.then_some(Self { epoch, upstream, revision })
    }
    fn order(&self, other: &Self) -> Option<Ordering> {
        Some(
            digits::compare(self.epoch, other.epoch)
                .then_with(|| compare_part(self.upstream, other.upstream))
                .then_with(|| compare_part(self.revision, other.revision)),
        )
    }
    fn is_prerelease(&self) -> bool {
        self.upstream.contains('~')
    }
    fn epoch(&self) -> &'a str {
        self.epoch
    }
    fn number(&self, place: usize) -> &'a str {
        dotted(self.upstream, place)
    }
}
