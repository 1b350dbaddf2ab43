//! Closures: a repository or path kept closed, narrowly and for a time.
//!
//! Decides whether a closure says what the guidance asks of one. It does not decide whether the
//! reason is good: that is for people, with the case in front of them.
//! Source: GDS, "Open source and AI" (openness by default; closure explicit, narrow, time-limited);
//! GDS Way, "How to handle sensitive code".

pub use domain::closure::WHOLE;
use domain::{
    Date,
    closure::{is_everything, unsaid},
};
pub use policy::closure::NOT_CURED;
use serde::{Deserialize, Serialize};

use crate::words::Words;

/// What a closure must say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosureAsked {
    /// Who would attack, with which means.
    pub attacker: Words,
    /// What publication would add to what that attacker can already do.
    pub publication_adds: Words,
    /// How that leads to harm.
    pub path_to_harm: Words,
    /// Paths of the repository, sealed, or the public word `repository` for one whole repository; never
    /// all of them.
    pub scope: Vec<Words>,
    /// The role that answers.
    pub owner: String,
    /// How to reach it; sealed.
    pub contact: Words,
    /// The last day.
    pub until: Date,
}

/// Why a closure is none.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ClosureFault {
    /// A field says nothing.
    #[error("the closure does not say {0}: three honest sentences are enough, a formula is not")]
    Says(&'static str),
    /// The scope is everything.
    #[error("a closure has a scope: name paths, or `repository` for this one; never all")]
    Scope,
    /// The scope names no part of the repository.
    #[error("`{0}` names no path, no component and not this one repository: name what exactly stays closed")]
    Wide(String),
    /// It ends too late, or before it begins.
    #[error("a closure ends: name a day after today and at most {0} days away")]
    Until(u16),
}

impl ClosureAsked {
    /// Whether it closes one whole repository.
    pub fn is_whole(&self) -> bool {
        self.scope.iter().any(|s| s.text() == Some(WHOLE))
    }

    /// Every part of it that may be sealed.
    pub(crate) fn sealed(&self) -> impl Iterator<Item = &Words> {
        [&self.attacker, &self.publication_adds, &self.path_to_harm, &self.contact]
            .into_iter()
            .chain(&self.scope)
    }

    /// Whether what it says, where that is not sealed, is more than filler, and its scope a part of the
    /// repository. It is asked of closures made now.
    ///
    /// # Errors
    /// See [`ClosureFault`].
    pub fn check_honest(&self) -> Result<(), ClosureFault> {
        let answers = [&self.attacker, &self.publication_adds, &self.path_to_harm];
        for (words, what) in answers.into_iter().zip(domain::closure::ANSWERS) {
            if words.text().is_some_and(domain::closure::is_filler) {
                return Err(ClosureFault::Says(what));
            }
        }
        let wide = self.scope.iter().filter_map(Words::text).find(|s| !domain::closure::is_narrow(s));
        wide.map_or(Ok(()), |s| Err(ClosureFault::Wide(s.chars().take(60).collect())))
    }

    /// Whether it says what a closure must, as of a day.
    ///
    /// # Errors
    /// See [`ClosureFault`].
    pub fn check(&self, today: Date, longest: u16) -> Result<(), ClosureFault> {
        let answers = [&self.attacker, &self.publication_adds, &self.path_to_harm];
        if let Some(what) = unsaid(answers.map(|words| words.text())) {
            return Err(ClosureFault::Says(what));
        }
        if self.owner.trim().is_empty() || !self.contact.is_given() {
            return Err(ClosureFault::Says("which role answers, and how to reach it"));
        }
        let all = |words: &Words| words.text().is_some_and(is_everything);
        if self.scope.is_empty() || self.scope.iter().any(all) {
            return Err(ClosureFault::Scope);
        }
        if self.until <= today || self.until.days_since(today) > i64::from(longest) {
            return Err(ClosureFault::Until(longest));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closure() -> ClosureAsked {
        ClosureAsked {
            attacker: Words::public("A criminal group that files false claims for refunds"),
            publication_adds: Words::public("The exact thresholds under which a claim is not looked at"),
            path_to_harm: Words::public("Claims just under the thresholds are paid without a check"),
            scope: vec![Words::public("src/fraud-rules")],
            owner: "Claims team".to_owned(),
            contact: Words::public("claims@trust.example"),
            until: "2027-01-31".parse().unwrap(),
        }
    }

    #[test]
    fn a_closure_says_who_what_and_how_and_ends() {
        let today: Date = "2026-11-22".parse().unwrap();
        assert_eq!(closure().check(today, 365), Ok(()));
        type Spoil = fn(&mut ClosureAsked);
        let spoiled: [(Spoil, ClosureFault); 7] = [
            (
                |c| c.attacker = Words::public("Security reasons."),
                ClosureFault::Says("who would attack, with which means"),
            ),
            (
                |c| c.path_to_harm = c.publication_adds.clone(),
                ClosureFault::Says("three different things: attacker, what publication adds, path to harm"),
            ),
            (|c| c.scope = vec![Words::public("All")], ClosureFault::Scope),
            (|c| c.scope.clear(), ClosureFault::Scope),
            (|c| c.scope.push(Words::public("./")), ClosureFault::Scope),
            (|c| c.until = "2026-11-22".parse().unwrap(), ClosureFault::Until(365)),
            (|c| c.until = "2028-01-01".parse().unwrap(), ClosureFault::Until(365)),
        ];
        for (spoil, fault) in spoiled {
            let mut one = closure();
            spoil(&mut one);
            assert_eq!(one.check(today, 365), Err(fault));
        }
    }
}
