//! What every closure must say, whichever file or register it stands in: code kept closed, narrowly and
//! for a time.
//!
//! Decides whether words say anything and whether a scope is narrow. Whether the reason is good is for
//! people. Source: GDS, "Open source and AI" (closure explicit, narrow, time-limited); the GDS Way, "How to
//! handle sensitive code" (reviewed at least once a year).

use std::{fmt, str::FromStr};

use crate::Date;

/// The word for one whole repository.
pub const WHOLE: &str = "repository";

/// The longest a closure may last, in days: a year, then somebody must have decided it anew.
pub const LONGEST: i64 = 365;

/// A closure that ends within so many days is near its end.
pub const SOON: i64 = 30;

/// What the three answers are to.
pub const ANSWERS: [&str; 3] = [
    "who would attack, with which means",
    "what publication would add for that attacker",
    "how that leads to harm",
];

/// Which of the three answers (attacker, what publication adds, path to harm) says nothing, if one does;
/// one that is sealed is taken for said.
pub fn unsaid(answers: [Option<&str>; 3]) -> Option<&'static str> {
    for (answer, what) in answers.iter().zip(ANSWERS) {
        if answer.is_some_and(is_formula) {
            return Some(what);
        }
    }
    // Three times the same sentence answers at most one of the three questions.
    let plain: Vec<String> = answers.iter().flatten().map(|t| t.trim().to_lowercase()).collect();
    let twice = plain.iter().enumerate().any(|(i, text)| plain[i + 1..].contains(text));
    twice.then_some("three different things: attacker, what publication adds, path to harm")
}

/// Words that say nothing: too short, or the phrases that stand in every refusal.
fn is_formula(text: &str) -> bool {
    const FORMULAS: [&str; 12] = [
        "security",
        "security reasons",
        "for security reasons",
        "sensitive",
        "n/a",
        "na",
        "none",
        "tbc",
        "tbd",
        "as discussed",
        "see above",
        "confidential",
    ];
    let plain = text.trim().trim_end_matches('.').to_lowercase();
    FORMULAS.contains(&plain.as_str()) || plain.split_whitespace().count() < 4
}

/// Whether words are filler: one word over and over, or words of a letter or two. It is asked of closures that
/// are made now; older ones keep.
pub fn is_filler(text: &str) -> bool {
    let words: Vec<String> = text
        .split_whitespace()
        .map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
        .filter(|w| !w.is_empty())
        .collect();
    let long = words.iter().filter(|w| w.chars().count() > 2).count();
    let mut different = words.clone();
    different.sort();
    different.dedup();
    text.trim().chars().count() < 20 || long < 3 || different.len() * 2 <= words.len()
}

/// Whether a scope names a path, a component or this one repository, and not a sentence about many.
pub fn is_narrow(scope: &str) -> bool {
    let scope = scope.trim();
    if scope == WHOLE || scope.parse::<crate::Purl>().is_ok() {
        return true;
    }
    let path = scope.replace('\\', "/");
    let parts = || path.split('/').filter(|part| !part.is_empty());
    let climbs = parts().any(|part| part == "..") || path.starts_with('/') || path.contains("://");
    // A name with blanks in it is a path where something tells so: a folder before it, or an ending after it.
    let plain = !scope.contains(char::is_whitespace)
        || path.contains('/')
        || path.rsplit_once('.').is_some_and(|(_, end)| {
            !end.is_empty() && end.len() <= 8 && end.chars().all(|c| c.is_ascii_alphanumeric())
        });
    let many = ["every ", "all ", "any ", "each "].iter().any(|word| scope.to_lowercase().starts_with(word));
    !climbs && plain && !many && scope.len() <= 300 && !is_everything(scope)
}

/// Whether a scope names everything, and so nothing.
pub fn is_everything(scope: &str) -> bool {
    let scope = scope.trim().trim_matches('/').to_lowercase();
    let nothing_named = scope.chars().all(|c| "*?./\\ ".contains(c));
    nothing_named || matches!(scope.as_str(), "all" | "everything" | "all repositories" | "any" | "the lot")
}

/// The last state of a repository that was public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LastPublic {
    /// A day: whatever was committed by its end.
    Day(Date),
    /// A commit, in hexadecimal: it and what it stands on.
    Commit(String),
}

impl FromStr for LastPublic {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(day) = text.parse() {
            return Ok(Self::Day(day));
        }
        let hex = (7..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
        hex.then(|| Self::Commit(text.to_ascii_lowercase()))
            .ok_or("write a day like 2026-08-22, or a commit's id of at least 7 hexadecimal digits")
    }
}

impl fmt::Display for LastPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(f),
            Self::Commit(id) => f.write_str(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_and_one_sentence_three_times_say_nothing() {
        let said =
            ["a burglar with a copied badge", "where the alarm does not look", "he walks in unseen at night"];
        assert_eq!(unsaid(said.map(Some)), None);
        assert_eq!(unsaid([None, None, None]), None, "sealed answers are said to those who may read them");
        assert_eq!(unsaid([Some("For security reasons."), Some(said[1]), Some(said[2])]), Some(ANSWERS[0]));
        assert!(
            unsaid([Some(said[0]), Some(said[0]), Some(said[2])]).unwrap().starts_with("three different")
        );
    }

    #[test]
    fn everything_is_no_scope() {
        for scope in ["", "*", ".", "./", "**/*", "All", "everything", "/"] {
            assert!(is_everything(scope), "{scope}");
        }
        assert!(!is_everything("src/fraud") && !is_everything(WHOLE));
    }

    #[test]
    fn filler_says_nothing_and_a_sentence_is_no_scope() {
        for filler in ["x x x x", "asdf asdf asdf asdf asdf", "a b c d e f g h i j k l", "because of it"] {
            assert!(is_filler(filler), "{filler}");
        }
        assert!(!is_filler("a burglar with a copied badge") && !is_filler("he walks in unseen at night"));
        for wide in [
            "every repository of the trust",
            "all our code",
            "../other",
            "/etc",
            "https://x.example/a",
            "our systems",
        ] {
            assert!(!is_narrow(wide), "{wide}");
        }
        for narrow in [
            "repository",
            "src/fraud-rules",
            "rules.toml",
            "Ward list/rules.txt",
            "pkg:npm/fraud@1.0.0",
            "docs",
        ] {
            assert!(is_narrow(narrow), "{narrow}");
        }
    }

    #[test]
    fn the_last_public_state_is_a_day_or_a_commit() {
        assert_eq!("2026-08-22".parse(), Ok(LastPublic::Day("2026-08-22".parse().unwrap())));
        assert_eq!("ABCDEF0".parse(), Ok(LastPublic::Commit("abcdef0".to_owned())));
        assert!("main".parse::<LastPublic>().is_err() && "abc".parse::<LastPublic>().is_err());
    }
}
