//! Environment markers (PEP 508, with `extras` and `dependency_groups` of PEP 751), evaluated as
//! far as they decide what a component is *for*.
//!
//! Comparisons with the environment (Python version, platform) could hold somewhere, so they count
//! as true; only extras and groups decide. A marker that does not parse holds.

/// Longest marker looked at, in bytes.
const LONGEST: usize = 4096;
/// Deepest nesting of parentheses.
const DEEPEST: usize = 32;

/// Which extras and groups are taken to be asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chosen<'a> {
    /// All extras, or none.
    pub(crate) extras: bool,
    /// Groups asked for.
    pub(crate) groups: &'a [&'a str],
}

/// Whether the marker could hold somewhere with this choice.
pub(crate) fn could_hold(marker: &str, chosen: Chosen<'_>) -> bool {
    if marker.len() > LONGEST {
        return true;
    }
    let words = words(marker);
    let mut parser = Parser { words: &words, at: 0, chosen };
    match parser.either(0) {
        Some(holds) if parser.at == words.len() => holds,
        _ => true,
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Word<'a> {
    Name(&'a str),
    Text(&'a str),
    Operator,
    Open,
    Close,
}

fn words(marker: &str) -> Vec<Word<'_>> {
    let mut out = Vec::new();
    let mut rest = marker.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, length) = match first {
            '(' => (Word::Open, 1),
            ')' => (Word::Close, 1),
            '"' | '\'' => {
                let inside = rest.get(1..).unwrap_or_default();
                let end = inside.find(first).unwrap_or(inside.len());
                (Word::Text(inside.get(..end).unwrap_or_default()), (end + 2).min(rest.len()))
            }
            '<' | '>' | '=' | '!' | '~' => {
                (Word::Operator, rest.find(|c| !"<>=!~".contains(c)).unwrap_or(rest.len()))
            }
            _ => {
                let end =
                    rest.find(|c: char| c.is_whitespace() || "()<>=!~'\"".contains(c)).unwrap_or(rest.len());
                let end = end.max(first.len_utf8());
                (Word::Name(rest.get(..end).unwrap_or_default()), end)
            }
        };
        out.push(word);
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    out
}

struct Parser<'a> {
    words: &'a [Word<'a>],
    at: usize,
    chosen: Chosen<'a>,
}

impl<'a> Parser<'a> {
    fn next(&mut self) -> Option<Word<'a>> {
        let word = self.words.get(self.at).copied();
        self.at += 1;
        word
    }

    fn take(&mut self, word: Word<'_>) -> bool {
        let taken = self.words.get(self.at) == Some(&word);
        self.at += usize::from(taken);
        taken
    }

    fn either(&mut self, depth: usize) -> Option<bool> {
        let mut holds = self.both(depth)?;
        while self.take(Word::Name("or")) {
            holds |= self.both(depth)?;
        }
        Some(holds)
    }

    fn both(&mut self, depth: usize) -> Option<bool> {
        let mut holds = self.one(depth)?;
        while self.take(Word::Name("and")) {
            holds &= self.one(depth)?;
        }
        Some(holds)
    }

    fn one(&mut self, depth: usize) -> Option<bool> {
        if self.take(Word::Open) {
            let holds = if depth < DEEPEST { self.either(depth + 1)? } else { return None };
            return self.take(Word::Close).then_some(holds);
        }
        let left = self.next()?;
        let not = self.take(Word::Name("not"));
        match self.next()? {
            Word::Operator | Word::Name("in") => {}
            _ => return None,
        }
        let right = self.next()?;
        let holds = match (left, right) {
            (Word::Text(group), Word::Name("dependency_groups")) => self.chosen.groups.contains(&group),
            (Word::Text(_), Word::Name("extras")) | (Word::Name("extra"), Word::Text(_)) => {
                self.chosen.extras
            }
            _ => return Some(true),
        };
        Some(holds != not)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_extras_and_groups_decide() {
        let none = Chosen { extras: false, groups: &[] };
        let all = Chosen { extras: true, groups: &["dev"] };
        for (marker, plain, with) in [
            ("python_version < '3.8'", true, true),
            ("'dev' in dependency_groups", false, true),
            ("'docs' in dependency_groups", false, false),
            ("'x' in extras and sys_platform == 'win32'", false, true),
            ("('x' in extras or 'dev' in dependency_groups) and os_name != 'nt'", false, true),
            ("'x' not in extras", true, false),
            ("sys_platform == 'linux' or 'x' in extras", true, true),
            ("nonsense (((", true, true),
        ] {
            assert_eq!((could_hold(marker, none), could_hold(marker, all)), (plain, with), "{marker}");
        }
        assert!(could_hold(&"(".repeat(4000), none));
    }
}
