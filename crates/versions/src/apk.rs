//! Alpine's apk, the rules of apk-tools 3: `digits{.digits}[letter]{_suffix[digits]}[~hash][-rN]`.
//!
//! Suffixes in order: alpha, beta, pre, rc, none, cvs, svn, git, hg, p. After the first number, a
//! number with a leading zero compares as text (and so does the other), which makes `1.05` older
//! than `1.5`. A text outside this form apk calls invalid, and so it is here: apk-tools 2 still
//! compared some of them (`1-r`, capital letters), in ways that 3 changed.

use std::cmp::Ordering;

use crate::digits;
use crate::order::{Order, dotted};

/// A version known to be of the form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a>(&'a str);

const SUFFIXES: [&str; 10] = ["alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p"];
/// Where "no suffix" stands.
const NONE: u8 = 4;

/// A token, in the order in which the kinds may follow each other and sort: a version that ends
/// where another goes on is older, except before a pre-release suffix.
#[derive(Clone, Copy, Debug)]
enum Token<'a> {
    First(&'a str),
    Number(&'a str),
    Letter(u8),
    Suffix(u8),
    SuffixNumber(&'a str),
    Hash(&'a str),
    Revision(&'a str),
    End,
}

impl Token<'_> {
    fn kind(&self) -> u8 {
        match self {
            Token::First(_) => 0,
            Token::Number(_) => 1,
            Token::Letter(_) => 2,
            Token::Suffix(_) => 3,
            Token::SuffixNumber(_) => 4,
            Token::Hash(_) => 5,
            Token::Revision(_) => 6,
            Token::End => 7,
        }
    }
}

/// The token at the start of the text after one of the given kind, and the rest; `None` if invalid.
fn next<'a>(text: &'a str, after: u8) -> Option<(Token<'a>, &'a str)> {
    let number = |text: &'a str| {
        let (number, rest) = digits::split(text);
        (!number.is_empty()).then_some((number, rest))
    };
    let Some(first) = text.bytes().next() else { return Some((Token::End, "")) };
    let rest = text.get(1..)?;
    match first {
        b'a'..=b'z' if after <= 1 => Some((Token::Letter(first), rest)),
        b'.' if after <= 1 => number(rest).map(|(n, rest)| (Token::Number(n), rest)),
        b'0'..=b'9' if after == 3 => number(text).map(|(n, rest)| (Token::SuffixNumber(n), rest)),
        b'_' if after <= 4 => {
            let end = rest.bytes().position(|b| !b.is_ascii_lowercase()).unwrap_or(rest.len());
            let (name, rest) = rest.split_at(end);
            let place = SUFFIXES.iter().position(|s| !s.is_empty() && *s == name)?;
            Some((Token::Suffix(place as u8), rest))
        }
        b'~' if after < 5 => {
            let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
            let end = rest.bytes().position(|b| !hex(b)).unwrap_or(rest.len());
            let (hash, rest) = rest.split_at(end);
            (!hash.is_empty()).then_some((Token::Hash(hash), rest))
        }
        b'-' if after < 6 => number(rest.strip_prefix('r')?).map(|(n, rest)| (Token::Revision(n), rest)),
        _ => None,
    }
}

struct Tokens<'a> {
    rest: &'a str,
    last: Option<u8>,
}

impl<'a> Tokens<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        let (token, rest) = match self.last {
            None => {
                let (first, rest) = digits::split(self.rest);
                if first.is_empty() {
                    return None;
                }
                (Token::First(first), rest)
            }
            Some(last) => next(self.rest, last)?,
        };
        (self.rest, self.last) = (rest, Some(token.kind()));
        Some(token)
    }
}

impl<'a> Version<'a> {
    fn tokens(&self) -> Tokens<'a> {
        Tokens { rest: self.0, last: None }
    }
}

impl<'a> Order<'a> for Version<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut tokens = Tokens { rest: text, last: None };
        loop {
            if let Token::End = tokens.next()? {
                return Some(Self(text));
            }
        }
    }
    fn order(&self, other: &Self) -> Option<Ordering> {
        let (mut left, mut right) = (self.tokens(), other.tokens());
        loop {
            let (a, b) = (left.next()?, right.next()?);
            let order = match (a, b) {
                (Token::End, Token::End) => return Some(Ordering::Equal),
                (Token::First(a), Token::First(b))
                | (Token::SuffixNumber(a), Token::SuffixNumber(b))
                | (Token::Revision(a), Token::Revision(b)) => digits::compare(a, b),
                (Token::Number(a), Token::Number(b)) if a.starts_with('0') || b.starts_with('0') => a.cmp(b),
                (Token::Number(a), Token::Number(b)) => digits::compare(a, b),
                (Token::Letter(a), Token::Letter(b)) | (Token::Suffix(a), Token::Suffix(b)) => a.cmp(&b),
                (Token::Hash(a), Token::Hash(b)) => a.cmp(b),
                (Token::Suffix(a), _) if a < NONE => return Some(Ordering::Less),
                (_, Token::Suffix(b)) if b < NONE => return Some(Ordering::Greater),
                (a, b) => return Some(b.kind().cmp(&a.kind())),
            };
            if order != Ordering::Equal {
                return Some(order);
            }
        }
    }
    fn is_prerelease(&self) -> bool {
        let mut tokens = self.tokens();
        while let Some(token) = tokens.next() {
            match token {
                Token::Suffix(place) => return place < NONE,
                Token::End => return false,
                _ => {}
            }
        }
        false
    }
    fn number(&self, place: usize) -> &'a str {
        let end = self.0.find(['_', '~', '-']).unwrap_or(self.0.len());
        dotted(&self.0[..end], place)
    }
}
