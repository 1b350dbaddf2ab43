//! Whether a part of a text gives reason to search the whole of it for persons' numbers.
//!
//! Errs only towards searching: whatever [`super::search`] would report in these lines wakes it. A
//! test holds that.

use std::ops::Range;

use super::{
    facts::Facts,
    number::{self, Standing},
    search,
};

/// Asks about parts of one text.
pub struct Trace<'t> {
    text: &'t [u8],
    facts: &'static Facts,
    /// Whether its first line heads a table of persons; looked up when first needed.
    table: Option<bool>,
}

impl<'t> Trace<'t> {
    /// Of a text.
    pub fn of(text: &'t [u8], facts: &'static Facts) -> Self {
        Self { text, facts, table: None }
    }

    /// Whether the first line, were the file a table, names columns of persons.
    pub fn heads_table(&mut self) -> bool {
        *self.table.get_or_insert_with(|| search::heads_table(self.text, self.facts))
    }

    /// Whether a number in this range may be somebody's; `seen` takes where numbers stand that would be
    /// beside other words.
    pub fn wakes(&mut self, range: Range<usize>, seen: &mut Vec<usize>) -> bool {
        let text = self.text;
        // Every form of the number has a digit at one of any three places four bytes apart.
        let mut at = range.start;
        while at < range.end {
            if !text[at].is_ascii_digit() {
                at += 4;
                continue;
            }
            let mut start = at;
            while start > 0 && text[start - 1].is_ascii_digit() {
                start -= 1;
            }
            let end = at + text[at..].iter().take_while(|b| b.is_ascii_digit()).count();
            // The block found may be the first, second or third of a number in groups.
            let possible = match end - start {
                10 => &[0usize][..],
                3 => &[0, 4],
                4 => &[8],
                // The second space may be missing.
                7 => &[4],
                _ => &[],
            };
            for back in possible {
                if let Some(first) = start.checked_sub(*back)
                    && self.speaks(first, seen)
                {
                    return true;
                }
            }
            at = end + 1;
        }
        false
    }

    fn speaks(&mut self, start: usize, seen: &mut Vec<usize>) -> bool {
        let Some(run) = number::run_at(self.text, start) else { return false };
        let Some(Standing::Issuable(kind)) = number::classify(run.digits, self.facts) else { return false };
        seen.push(start);
        search::is_named(kind, start, self.text, self.facts) || self.heads_table()
    }

    /// Whether a National Insurance number stands within reach of a word that ended here.
    pub fn insured(&self, word_end: usize) -> bool {
        search::insured(self.text, word_end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wakes_wherever_the_search_reports() {
        let facts = Facts::shipped().unwrap();
        let mut random = 88172645463325252u64;
        let mut next = move || {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random
        };
        let mut reported = 0;
        for _ in 0..4000 {
            let mut text = String::new();
            if next() % 3 == 0 {
                text.push_str("nhs_number,surname,dob\n");
            }
            for _ in 0..next() % 6 {
                match next() % 7 {
                    0 => text.push_str("patient: "),
                    1 => text.push_str("\nPID|1||"),
                    2 => text.push_str(&"x".repeat(usize::try_from(next() % 9).unwrap())),
                    3 => text.push_str(",Smith,1970-01-01\n"),
                    4 => text.push_str("nino "),
                    _ => {}
                }
                let n = 4_000_000_000 + next() % 900_000_000;
                let n = format!("{n}");
                match next() % 3 {
                    0 => text.push_str(&n),
                    1 => text.push_str(&format!("{} {} {}", &n[..3], &n[3..6], &n[6..])),
                    _ => text.push_str(&format!("{}-{}-{}", &n[..3], &n[3..6], &n[6..])),
                }
            }
            for path in ["a.txt", "a.csv"] {
                let (seen, _) = search::search(path, text.as_bytes(), facts);
                let seen = seen.iter().any(|s| s.kind != search::NINO);
                reported += usize::from(seen);
                if seen {
                    assert!(
                        Trace::of(text.as_bytes(), facts).wakes(0..text.len(), &mut Vec::new()),
                        "{path} {text}"
                    );
                }
            }
        }
        assert!(reported > 200, "{reported}");
    }
}
