//! Composer's constraints: `||`, `,` or a blank for and, `^`, `~`, `1.2.*`, hyphen ranges,
//! comparators; `@stability` flags and ` as ` aliases dropped.
//!
//! Where Composer adds `-dev` to a bound so that unstable versions of it stay in, so does this.

use super::{Clause, How, Op, Requirement, clause};
use crate::composer::{modifier, without_alias, without_flag};
use crate::digits;

pub(super) fn read(text: &str) -> Option<Requirement<'_>> {
    let mut requirement = Requirement::default();
    for alternative in text.split('|').filter(|part| !part.is_empty()) {
        let mut clauses = Vec::new();
        for part in alternative.split(',') {
            let part = part.trim();
            if part.is_empty() {
                return None;
            }
            parts(without_alias(part), &mut clauses)?;
        }
        requirement.alternatives.push(clauses);
    }
    (!requirement.alternatives.is_empty()).then_some(requirement)
}

/// Constraints cut by blanks: an operator joined with what follows it, ` - ` a range.
fn parts<'r>(text: &'r str, clauses: &mut Vec<Clause<'r>>) -> Option<()> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let operator =
            ["<>", "!=", ">=", "<=", "==", ">", "<", "="].into_iter().find(|o| word.starts_with(o));
        if words.get(at + 1) == Some(&"-") {
            hyphen(word, words.get(at + 2)?, clauses)?;
            at += 3;
        } else if let Some(operator) = operator {
            let rest = &word[operator.len()..];
            if rest.is_empty() {
                compare(operator, words.get(at + 1)?, clauses)?;
                at += 2;
            } else {
                compare(operator, rest, clauses)?;
                at += 1;
            }
        } else {
            constraint(word, clauses)?;
            at += 1;
        }
    }
    Some(())
}

/// One to four numbers and a stability, as Composer's `versionRegex` has them.
struct Numbers<'r> {
    numbers: Vec<&'r str>,
    /// What follows the numbers, metadata dropped.
    tail: &'r str,
}

impl<'r> Numbers<'r> {
    fn read(text: &'r str) -> Option<Self> {
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let text = text.split_once('+').map_or(text, |(text, _)| text);
        let (first, mut tail) = digits::split(text);
        if first.is_empty() {
            return None;
        }
        let mut numbers = vec![first];
        while let Some((number, rest)) =
            tail.strip_prefix('.').map(digits::split).filter(|(n, _)| !n.is_empty() && numbers.len() < 4)
        {
            numbers.push(number);
            tail = rest;
        }
        Some(Self { numbers, tail })
    }

    fn has_stability(&self) -> Option<bool> {
        modifier(self.tail).map(|m| m.word.is_some() || m.dev)
    }

    /// The numbers filled up with zeros to three, or to how many there are.
    fn floor(&self) -> String {
        let mut numbers = self.numbers.clone();
        while numbers.len() < 3 {
            numbers.push("0");
        }
        numbers.join(".")
    }

    /// The bound that this is from below.
    fn from(&self) -> Option<Clause<'static>> {
        Some(if self.has_stability()? {
            clause(Op::GreaterOrEqual, format!("{}{}", self.floor(), self.tail))
        } else {
            let version = format!("{}-dev", self.floor()).into();
            Clause { op: Op::GreaterOrEqual, how: How::WithDev, version }
        })
    }

    /// Before everything whose number at the place (from 0) is one higher.
    fn before_next(&self, place: usize) -> Clause<'static> {
        let mut numbers: Vec<&str> = self.numbers.iter().copied().take(place + 1).collect();
        while numbers.len() <= place {
            numbers.push("0");
        }
        let last = digits::next(numbers[place]);
        numbers[place] = &last;
        clause(Op::Less, format!("{}-dev", numbers.join(".")))
    }
}

fn constraint<'r>(text: &'r str, clauses: &mut Vec<Clause<'r>>) -> Option<()> {
    let (text, flag) = without_flag(text);
    let all_wild = |t: &str| t.split('.').all(|part| matches!(part, "x" | "X" | "*"));
    if all_wild(text.strip_prefix(['v', 'V']).unwrap_or(text)) || (text.is_empty() && flag.is_some()) {
        return Some(());
    }
    if let Some(version) = text.strip_prefix('^') {
        let read = Numbers::read(version)?;
        let zero = |place: usize| read.numbers.get(place).is_some_and(|n| *n == "0");
        let place = match read.numbers.len() {
            _ if !zero(0) => 0,
            1 => 0,
            _ if !zero(1) => 1,
            2 => 1,
            _ => 2,
        };
        clauses.extend([read.from()?, read.before_next(place)]);
        return Some(());
    }
    if let Some(version) = text.strip_prefix('~') {
        let read = Numbers::read(version)?;
        let place = read.numbers.len().saturating_sub(2);
        clauses.extend([read.from()?, read.before_next(place)]);
        return Some(());
    }
    if let Some(wild) = wildcard(text) {
        if wild.numbers.iter().any(|n| !digits::trim(n).is_empty()) {
            clauses.push(wild.from()?);
        }
        clauses.push(wild.before_next(wild.numbers.len() - 1));
        return Some(());
    }
    compare("=", text, clauses)
}

/// `1.*`, `1.2.x`: the numbers before the first wildcard.
fn wildcard(text: &str) -> Option<Numbers<'_>> {
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let mut numbers = Vec::new();
    let mut wild = false;
    for part in text.split('.') {
        match part {
            "x" | "X" | "*" => wild = true,
            number if digits::only(number) && !wild && numbers.len() < 3 => numbers.push(number),
            _ => return None,
        }
    }
    (wild && !numbers.is_empty()).then_some(Numbers { numbers, tail: "" })
}

fn hyphen<'r>(low: &'r str, high: &'r str, clauses: &mut Vec<Clause<'r>>) -> Option<()> {
    let (from, to) = (Numbers::read(low)?, Numbers::read(high)?);
    clauses.push(from.from()?);
    clauses.push(if to.has_stability()? || to.numbers.len() >= 3 {
        clause(Op::LessOrEqual, high)
    } else {
        to.before_next(to.numbers.len() - 1)
    });
    Some(())
}

fn compare<'r>(operator: &str, version: &'r str, clauses: &mut Vec<Clause<'r>>) -> Option<()> {
    let (version, flag) = without_flag(version);
    let version = match version.split_once('#') {
        Some((branch, _)) if branch.starts_with("dev-") || branch.ends_with("-dev") => branch,
        _ => version,
    };
    let op = match operator {
        "=" | "==" => Op::Equal,
        "<>" | "!=" => Op::Unequal,
        ">=" => Op::GreaterOrEqual,
        "<=" => Op::LessOrEqual,
        ">" => Op::Greater,
        _ => Op::Less,
    };
    let bare = version.split_once('+').map_or(version, |(version, _)| version);
    let stable = Numbers::read(bare).is_some_and(|n| n.has_stability() == Some(false));
    clauses.push(match flag.filter(|f| !f.eq_ignore_ascii_case("stable")) {
        Some(flag) if op != Op::Equal && stable => clause(op, format!("{bare}-{flag}")),
        _ if matches!(op, Op::Less | Op::GreaterOrEqual) && stable => {
            Clause { op, how: How::WithDev, version: format!("{bare}-dev").into() }
        }
        _ => clause(op, version),
    });
    Some(())
}
