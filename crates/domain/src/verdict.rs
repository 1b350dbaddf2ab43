//! A Verdict: the answer to one question, with its reasons. No scores.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ControlState, Digest, Tier};

/// The question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// May this be used, in this part of this system, at this tier?
    Use,
    /// May this repository be, or stay, public?
    Publish,
}

impl Purpose {
    /// The word used in files and on screens.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Use => "use",
            Self::Publish => "publish",
        }
    }
}

/// The answer, the mildest first: the worst of several wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Yes.
    Allowed,
    /// Yes, with obligations that have a date.
    Conditional,
    /// A person must answer.
    Referred,
    /// Could not be evaluated; never a yes.
    NotEvaluated,
    /// No, for the reasons given.
    Refused,
}

impl Outcome {
    /// The words used on screens.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Conditional => "conditional",
            Self::Referred => "referred",
            Self::NotEvaluated => "not evaluated",
            Self::Refused => "refused",
        }
    }

    /// The exit code of a command that judges: 0 allowed or conditional, 1 refused, 2 referred,
    /// 3 could not evaluate.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Allowed | Self::Conditional => 0,
            Self::Refused => 1,
            Self::Referred => 2,
            Self::NotEvaluated => 3,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What a control demands of a use or a publication when it is not met, or unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Listed, no consequence.
    Advise,
    /// An obligation with a date.
    Oblige,
    /// A person must decide.
    Refer,
    /// No.
    Block,
}

/// Why a verdict is not simply "allowed".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The control.
    pub control: String,
    /// Its row of the reference.
    pub row: String,
    /// Its state.
    pub state: ControlState,
    /// What it demands here.
    pub action: Action,
    /// What this reason alone would make of the verdict.
    pub outcome: Outcome,
    /// Why, in plain English.
    pub why: String,
    /// What to do next.
    pub remedy: String,
    /// How many components, findings or models it concerns.
    pub count: u64,
    /// Fingerprints of the findings it rests on (at most a thousand; `count` has the number).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Digest>,
    /// Evidence it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Digest>,
    /// Set aside until this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excepted_until: Option<crate::Date>,
}

/// The answer to one question for one part at one tier by one pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The question.
    pub purpose: Purpose,
    /// The part of the system; none for the whole.
    pub part: Option<String>,
    /// The tier it was judged at.
    pub tier: Tier,
    /// The pack, `name@version`.
    pub pack: String,
    /// The answer.
    pub outcome: Outcome,
    /// What the rest says, where the answer is `not-evaluated`: the worst of the other reasons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Outcome>,
    /// What a public visibility would give, where visibility is only assumed (publish).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_public: Option<Outcome>,
    /// Why, the gravest first.
    pub reasons: Vec<Reason>,
}
