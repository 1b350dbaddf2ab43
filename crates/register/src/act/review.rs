//! Opening a review: an assessment, what is asked, and who asks.

use domain::{Assessment, ControlState, Date, Digest, Outcome, SubjectName, Timestamp, verdict::Action};
use serde::{Deserialize, Serialize};

use super::{closure::ClosureAsked, decision::Terms};
use crate::{body::Change, case::Case, words::Words};

/// A case put to the committee. The clock starts now, complete or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// What is asked.
    pub asks: Asks,
    /// About what; none for a change of the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<Case>,
    /// What was assessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessed: Option<Assessed>,
    /// Why it is asked.
    pub reason: Words,
    /// The role that will own the outcome.
    pub owner: String,
    /// What the application still lacks: names of controls, or `tier`. What exactly, the assessment says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Suppliers and others whose interest excludes a member, sealed as the members' own interests are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interests: Vec<Words>,
    /// What is proposed, where the opener proposes terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Terms>,
}

/// What a review asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "ask", deny_unknown_fields)]
pub enum Asks {
    /// That it may be used.
    Use,
    /// That it may be, or stay, public.
    Publication,
    /// That it stays closed, narrowly and for a time.
    Closure {
        /// Who attacks, what publication adds, and the rest.
        closure: Box<ClosureAsked>,
    },
    /// That one control is set aside.
    Exception {
        /// The control.
        control: String,
        /// A finding's id or fingerprint, a package URL, a path; none for the whole control. Sealed: it
        /// is a fault that is not mended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scope: Option<Words>,
        /// The last day.
        until: Date,
    },
    /// Other terms for an entry that stands.
    Change,
    /// That an entry ends.
    Removal,
    /// That a decision is looked at by other people.
    Appeal {
        /// The decision.
        decision: Digest,
    },
    /// That the body itself is changed.
    Policy {
        /// The changes.
        changes: Vec<Change>,
    },
}

impl Asks {
    /// The words used on screens.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Use => "use",
            Self::Publication => "publication",
            Self::Closure { .. } => "closure",
            Self::Exception { .. } => "exception",
            Self::Change => "change of an entry",
            Self::Removal => "removal",
            Self::Appeal { .. } => "appeal",
            Self::Policy { .. } => "change of policy",
        }
    }
}

/// What of an assessment is public at once: outcome, states and digests, no places, no open flaws.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assessed {
    /// The assessment's digest: what a vote names.
    pub digest: Digest,
    /// Its basis: when this changes, votes are stale.
    pub basis: Digest,
    /// What was assessed; only leaves of older programs do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectName>,
    /// The component in it that the case is about, where the case is not about all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<SubjectName>,
    /// Its clock.
    pub as_of: Timestamp,
    /// The pack that judged the case.
    pub pack: String,
    /// The answer.
    pub outcome: Outcome,
    /// Digest of the tree that was looked at, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<Digest>,
    /// Controls that stand against a plain yes.
    pub reasons: Vec<Against>,
    /// Every control with its state.
    pub states: Vec<State>,
}

/// A control that stands against a plain yes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Against {
    /// The control.
    pub control: String,
    /// Its row.
    pub row: String,
    /// Its state.
    pub state: ControlState,
    /// What the pack does about it.
    pub action: Action,
    /// What it alone would make of the answer.
    pub outcome: Outcome,
    /// How many things it concerns.
    pub count: u64,
}

/// The state of a control.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The control.
    pub control: String,
    /// Its state.
    pub state: ControlState,
    /// Met by attestation until this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attested: Option<Date>,
    /// Set aside until this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excepted: Option<Date>,
}

/// Reasons that are the register's own word: what it said before is no evidence for what it says next,
/// or nothing that is suspended could ever be decided again.
const OWN: [&str; 2] = ["register", "closure"];

/// What the packs alone make of it.
fn reasons_alone(verdict: &domain::Verdict) -> Outcome {
    let packs = verdict.reasons.iter().filter(|r| !OWN.contains(&r.control.as_str()));
    packs.map(|r| r.outcome).max().unwrap_or(Outcome::Allowed)
}

/// Why an assessment answers no case.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotAssessed {
    /// The digest is not that of the content.
    #[error("the assessment was changed after it was written: its digest is not that of its content")]
    Tampered,
    /// It has no basis to vote on.
    #[error("the assessment has no basis: write it anew with `formulary check --format json`")]
    NoBasis,
    /// What was assessed has no name.
    #[error(
        "the assessed subject declares no name, so nobody could see that it is the one asked about: give it a `name` in formulary.toml and assess it again"
    )]
    Nameless,
    /// It is about something else.
    #[error(
        "the assessment is of {0}, and the case is about {1}, which is none of its components: assess that"
    )]
    OtherSubject(SubjectName, SubjectName),
    /// It answers another question.
    #[error("the assessment does not answer {0}: assess it at that tier, for that purpose and part")]
    OtherCase(String),
}

impl Assessed {
    /// What is public of an assessment about a case.
    ///
    /// # Errors
    /// When it was changed, or does not answer the case.
    pub fn of(assessment: &Assessment, case: &Case) -> Result<Self, NotAssessed> {
        let digest = assessment.digest.ok_or(NotAssessed::Tampered)?;
        if assessment.compute_digest().ok() != Some(digest) {
            return Err(NotAssessed::Tampered);
        }
        let basis = assessment.basis.ok_or(NotAssessed::NoBasis)?;
        let (subject, component) = about(assessment, case)?;
        let answers = |v: &&domain::Verdict| {
            v.purpose == case.purpose && v.part == case.part && case.tier.is_none_or(|tier| tier == v.tier)
        };
        // Several packs may answer one question: the gravest answer is the one decided on.
        let verdict = assessment
            .verdicts
            .iter()
            .filter(answers)
            .max_by_key(|v| v.outcome)
            .ok_or_else(|| NotAssessed::OtherCase(case.to_string()))?;
        let reasons = verdict
            .reasons
            .iter()
            .filter(|r| r.outcome > Outcome::Allowed && !OWN.contains(&r.control.as_str()))
            .map(|r| Against {
                control: r.control.clone(),
                row: r.row.clone(),
                state: r.state,
                action: r.action,
                outcome: r.outcome,
                count: r.count,
            })
            .collect();
        let states = assessment
            .controls
            .iter()
            .filter(|c| c.pack == verdict.pack && c.part == verdict.part)
            .filter(|c| c.state != ControlState::NotApplicable)
            .map(|c| State {
                control: c.id.clone(),
                state: c.state,
                attested: c.attested,
                excepted: c.excepted_until,
            })
            .collect();
        let tree = match &assessment.subject {
            domain::Subject::Component { digest, .. } => *digest,
            domain::Subject::Repository { tree, .. }
            | domain::Subject::Model { tree, .. }
            | domain::Subject::Product { tree, .. } => Some(*tree),
        };
        Ok(Self {
            digest,
            basis,
            subject: Some(subject),
            component,
            as_of: assessment.as_of,
            pack: verdict.pack.clone(),
            outcome: match verdict.reasons.iter().any(|r| OWN.contains(&r.control.as_str())) {
                true => reasons_alone(verdict),
                false => verdict.outcome,
            },
            tree,
            reasons,
            states,
        })
    }

    /// Whether it is an assessment of what a case is about.
    pub fn is_of(&self, subject: &SubjectName) -> bool {
        match &self.component {
            Some(component) => component == subject && self.subject.is_some(),
            None => self.subject.as_ref() == Some(subject),
        }
    }

    /// Whether two assessments give the same answer for the same reasons: what a basis covers.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let states = |a: &Self| -> Vec<(String, ControlState, bool, bool)> {
            let one = |s: &State| (s.control.clone(), s.state, s.attested.is_some(), s.excepted.is_some());
            a.states.iter().map(one).collect()
        };
        self.outcome == other.outcome && self.pack == other.pack && states(self) == states(other)
    }

    /// What changed between two bases, in plain English; empty where a vote on the first still holds.
    pub fn changed_since(&self, earlier: &Self) -> Vec<String> {
        if self.basis == earlier.basis {
            return Vec::new();
        }
        let mut out = Vec::new();
        if self.outcome != earlier.outcome {
            out.push(format!("the answer: {} before, {} now", earlier.outcome, self.outcome));
        }
        if self.pack != earlier.pack {
            out.push(format!("the pack: {} before, {} now", earlier.pack, self.pack));
        }
        for state in &self.states {
            match earlier.states.iter().find(|s| s.control == state.control) {
                Some(before) if before == state => {}
                Some(before) if before.state != state.state => {
                    out.push(format!("{}: {} before, {} now", state.control, before.state, state.state));
                }
                Some(_) => out.push(format!("{}: attested or set aside until another day", state.control)),
                None => out.push(format!("{}: {} (not asked before)", state.control, state.state)),
            }
        }
        for against in &self.reasons {
            let before =
                earlier.reasons.iter().find(|r| r.control == against.control && r.state == against.state);
            if let Some(before) = before.filter(|b| b.count != against.count) {
                out.push(format!(
                    "{}: concerns {} things before, {} now",
                    against.control, before.count, against.count
                ));
            }
        }
        if out.is_empty() {
            out.push("what was found: findings or facts differ, the states are the same".to_owned());
        }
        out
    }
}

/// What was assessed, and which component of it the case is about where that is not all of it.
fn about(assessment: &Assessment, case: &Case) -> Result<(SubjectName, Option<SubjectName>), NotAssessed> {
    let subject = SubjectName::of(&assessment.subject).ok_or(NotAssessed::Nameless)?;
    if subject == case.subject {
        return Ok((subject, None));
    }
    let asked = case.subject.purl();
    let holds = asked.is_some_and(|asked| {
        // A case about a component at no version is about the one that is there.
        assessment.components.iter().any(|c| {
            c.purl == asked
                || (asked.version().is_none() && c.purl.to_string().starts_with(&format!("{asked}@")))
        })
    });
    match holds {
        true => Ok((subject, Some(case.subject.clone()))),
        false => Err(NotAssessed::OtherSubject(subject, case.subject.clone())),
    }
}

/// A new assessment of an open case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renewal {
    /// The review.
    pub review: String,
    /// What was assessed.
    pub assessed: Assessed,
    /// What the application still lacks: names of controls, or `tier`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}

/// A case taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakeBack {
    /// The review.
    pub review: String,
    /// Why.
    pub reason: Words,
}
