//! Quorum: who must have agreed before a committee may allow something.
//!
//! Decides, from the positions of people and the rule of a tier, whether the quorum stands, and if
//! not, how many people and which roles are awaited and whose concern blocks. It reads no log,
//! checks no signature and knows no clock: days are compared by whoever asks. Denying needs no
//! quorum (one authorised signature does it), so nothing here speaks of denying.
//!
//! The rules are data (`quorum/default.toml`, or a body's own): the positions are those of an IETF
//! ballot (agree, no objection, concern, abstain, recuse), a concern being what a *Discuss* is
//! there, actionable and blocking (RFC 2026 practice); conflicted people cannot vote, and required
//! roles with their deputies are those of medicines formulary committees (NICE MPG1).

use std::collections::{BTreeMap, BTreeSet};

use domain::Tier;
use serde::{Deserialize, Serialize};

/// The shipped rules.
pub const DEFAULT: &str = include_str!("../quorum/default.toml");

/// What the rules ask of one tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Least number of distinct people who consent; never under two.
    pub people: u8,
    /// Roles of which a holder, or a named deputy, must agree; no objection is not enough.
    #[serde(default)]
    pub agree: Vec<String>,
    /// Roles of which a holder, or a named deputy, must be heard: agree, or have no objection.
    #[serde(default)]
    pub heard: Vec<String>,
    /// Working days a case stays open for comment before it may be decided by silence, and by which
    /// a decision is expected.
    pub comment_days: u16,
    /// Whether silence for that time counts as consent (lazy consensus).
    #[serde(default)]
    pub lazy: bool,
    /// Whether a rule alone may allow what the packs allow; never at clinical.
    #[serde(default)]
    pub by_rule: bool,
    /// The share of voters that overrules a concern, e.g. `2/3`.
    pub overrule: Share,
    /// Days until a decision must be reviewed, where the decision names no earlier day.
    pub review_days: u16,
}

/// A share such as two thirds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Numerator.
    pub of: u8,
    /// Denominator.
    pub out_of: u8,
}

impl Share {
    /// Whether `part` of `whole` reaches the share; an empty whole never does.
    pub fn reached(self, part: usize, whole: usize) -> bool {
        whole > 0 && part * usize::from(self.out_of) >= whole * usize::from(self.of)
    }
}

impl Serialize for Share {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}/{}", self.of, self.out_of))
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parts = text.split_once('/').and_then(|(of, out)| Some((of.parse().ok()?, out.parse().ok()?)));
        match parts {
            Some((of, out_of)) if of <= out_of && u16::from(of) * 2 > u16::from(out_of) => {
                Ok(Self { of, out_of })
            }
            _ => Err(serde::de::Error::custom(format!(
                "`{text}` is not a majority: write a share above one half, like 2/3"
            ))),
        }
    }
}

/// The rules of a body, by tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quorum(BTreeMap<Tier, Rule>);

/// Why rules cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum InvalidQuorum {
    /// Not TOML of the expected form.
    #[error("the quorum rules cannot be read: {0}")]
    NotRead(String),
    /// A tier has no rule.
    #[error("no quorum rule for tier `{0}`: add a [{0}] table")]
    Missing(Tier),
    /// One person alone would decide.
    #[error("the quorum at `{0}` is under two people: nobody allows alone")]
    Alone(Tier),
    /// Clinical without its officer.
    #[error("the quorum at clinical must name `clinical-safety-officer` under `agree`")]
    NoSafetyOfficer,
    /// Clinical decided by rule or by silence.
    #[error("at clinical no rule and no silence may decide: take `by_rule` and `lazy` out")]
    ClinicalWithoutPeople,
}

/// The role whose agreement a clinical decision always needs.
pub const SAFETY_OFFICER: &str = "clinical-safety-officer";

impl Quorum {
    /// Reads and checks rules.
    ///
    /// # Errors
    /// See [`InvalidQuorum`].
    pub fn read(text: &str) -> Result<Self, InvalidQuorum> {
        let quorum: Self = toml::from_str(text).map_err(|e| InvalidQuorum::NotRead(e.to_string()))?;
        quorum.check()?;
        Ok(quorum)
    }

    /// Whether the rules keep what no body may give up.
    ///
    /// # Errors
    /// See [`InvalidQuorum`].
    pub fn check(&self) -> Result<(), InvalidQuorum> {
        for tier in Tier::ALL {
            let rule = self.0.get(&tier).ok_or(InvalidQuorum::Missing(tier))?;
            if rule.people < 2 {
                return Err(InvalidQuorum::Alone(tier));
            }
        }
        let clinical = self.rule(Tier::Clinical);
        if !clinical.agree.iter().any(|role| role == SAFETY_OFFICER) {
            return Err(InvalidQuorum::NoSafetyOfficer);
        }
        if clinical.by_rule || clinical.lazy {
            return Err(InvalidQuorum::ClinicalWithoutPeople);
        }
        Ok(())
    }

    /// The rule of a tier.
    ///
    /// # Panics
    /// Never: [`Quorum::check`] has seen that every tier has one; a value read without it falls back
    /// to the strictest rule there is.
    pub fn rule(&self, tier: Tier) -> &Rule {
        static NOBODY: Rule = Rule {
            people: u8::MAX,
            agree: Vec::new(),
            heard: Vec::new(),
            comment_days: u16::MAX,
            lazy: false,
            by_rule: false,
            overrule: Share { of: 1, out_of: 1 },
            review_days: 0,
        };
        self.0.get(&tier).unwrap_or(&NOBODY)
    }

    /// Every role that some rule asks for.
    pub fn roles(&self) -> BTreeSet<&str> {
        self.0.values().flat_map(|r| r.agree.iter().chain(&r.heard)).map(String::as_str).collect()
    }
}

/// The position of a person on a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stance {
    /// Yes.
    Agree,
    /// Yes, if these obligations are met.
    AgreeWithObligations,
    /// Nothing against it; enough to be heard, and counts as consent.
    NoObjection,
    /// No, until this is answered; blocks.
    Concern,
    /// Heard, and counts for nothing.
    Abstain,
    /// Has an interest; takes no part.
    Recuse,
}

impl Stance {
    /// The words used on screens.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Agree => "agree",
            Self::AgreeWithObligations => "agree with obligations",
            Self::NoObjection => "no objection",
            Self::Concern => "concern",
            Self::Abstain => "abstain",
            Self::Recuse => "recuse",
        }
    }

    const fn consents(self) -> bool {
        matches!(self, Self::Agree | Self::AgreeWithObligations | Self::NoObjection)
    }

    const fn agrees(self) -> bool {
        matches!(self, Self::Agree | Self::AgreeWithObligations)
    }
}

/// One person's position, the last that person took on the same basis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voter {
    /// Who; two keys of one person are one voter.
    pub person: String,
    /// Roles held, those of a named deputy included.
    pub roles: BTreeSet<String>,
    /// The position.
    pub stance: Stance,
    /// Whether a concern was settled: withdrawn, or answered to the satisfaction of who raised it.
    #[serde(default)]
    pub settled: bool,
    /// How many of the others voted to overrule the concern.
    #[serde(default)]
    pub overruled_by: usize,
}

/// Where the quorum stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Distinct people who consent.
    pub consenting: usize,
    /// People still awaited to reach the number.
    pub people_awaited: usize,
    /// Roles still awaited, with whether a plain agreement is needed of them.
    pub roles_awaited: Vec<String>,
    /// People whose concern blocks.
    pub blocked_by: Vec<String>,
    /// People whose concern was overruled by the stated majority.
    pub overruled: Vec<String>,
}

impl Count {
    /// Whether the committee may allow.
    pub fn stands(&self) -> bool {
        self.people_awaited == 0 && self.roles_awaited.is_empty() && self.blocked_by.is_empty()
    }

    /// Whether nothing but silence is missing: no concern blocks.
    pub fn unopposed(&self) -> bool {
        self.blocked_by.is_empty()
    }
}

/// Counts positions by a rule. Several positions of one person count as the gravest of them: people
/// are told apart by name, not by key.
pub fn count(rule: &Rule, voters: &[Voter]) -> Count {
    let mut people: BTreeMap<&str, (&Voter, BTreeSet<&str>)> = BTreeMap::new();
    for voter in voters {
        let entry = people.entry(&voter.person).or_insert((voter, BTreeSet::new()));
        entry.1.extend(voter.roles.iter().map(String::as_str));
        if voter.stance > entry.0.stance {
            entry.0 = voter;
        }
    }
    people.retain(|_, (voter, _)| voter.stance != Stance::Recuse);
    let voting = people.values().filter(|(v, _)| v.stance != Stance::Abstain).count();
    let mut out = Count::default();
    for (person, (voter, _)) in &people {
        if voter.stance == Stance::Concern && !voter.settled {
            // Who raised it has a voice in the whole, not in the part that overrules.
            if rule.overrule.reached(voter.overruled_by.min(voting.saturating_sub(1)), voting) {
                out.overruled.push((*person).to_owned());
            } else {
                out.blocked_by.push((*person).to_owned());
            }
        }
    }
    out.consenting = people.values().filter(|(v, _)| v.stance.consents()).count();
    out.people_awaited = usize::from(rule.people).saturating_sub(out.consenting);
    let holds = |role: &String, enough: fn(Stance) -> bool| {
        people.values().any(|(v, roles)| enough(v.stance) && roles.contains(role.as_str()))
    };
    out.roles_awaited = rule
        .agree
        .iter()
        .filter(|role| !holds(role, Stance::agrees))
        .chain(rule.heard.iter().filter(|role| !holds(role, Stance::consents)))
        .cloned()
        .collect();
    // A settled or overruled concern is no consent of who raised it, so the role stays awaited only
    // where the rule asks for its agreement; being heard is done.
    out.roles_awaited.retain(|role| {
        rule.agree.contains(role)
            || !people.values().any(|(v, roles)| {
                v.stance == Stance::Concern
                    && (v.settled || out.overruled.contains(&v.person))
                    && roles.contains(role.as_str())
            })
    });
    out.roles_awaited.dedup();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        tier: Tier,
        stands: bool,
        #[serde(default)]
        people_awaited: usize,
        #[serde(default)]
        roles_awaited: Vec<String>,
        #[serde(default)]
        blocked_by: Vec<String>,
        #[serde(default)]
        voter: Vec<Voter>,
    }

    #[test]
    fn every_case_beside_the_rules_holds() {
        let quorum = Quorum::read(DEFAULT).unwrap();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/quorum/cases");
        let mut seen = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            let case: Case = toml::from_str(&std::fs::read_to_string(&path).unwrap())
                .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            let counted = count(quorum.rule(case.tier), &case.voter);
            let at = path.display();
            assert_eq!(counted.stands(), case.stands, "{at}: {counted:?}");
            assert_eq!(counted.people_awaited, case.people_awaited, "{at}");
            assert_eq!(counted.roles_awaited, case.roles_awaited, "{at}");
            assert_eq!(counted.blocked_by, case.blocked_by, "{at}");
            seen += 1;
        }
        assert!(seen >= 12, "only {seen} cases");
    }

    #[test]
    fn rules_that_would_let_one_person_allow_are_refused() {
        let alone = DEFAULT.replacen("people = 2", "people = 1", 1);
        assert!(matches!(Quorum::read(&alone), Err(InvalidQuorum::Alone(_))));
        let no_officer = DEFAULT.replace("\"clinical-safety-officer\"", "\"chair\"");
        assert_eq!(Quorum::read(&no_officer), Err(InvalidQuorum::NoSafetyOfficer));
        let minority = DEFAULT.replacen("2/3", "1/2", 1);
        assert!(matches!(Quorum::read(&minority), Err(InvalidQuorum::NotRead(_))));
    }
}
