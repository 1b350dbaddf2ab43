//! What the register holds about a subject, as a plain value: the binary looks it up and hands it in.
//!
//! Decides nothing: which of verdict and decision is the stricter is decided where verdicts are made.

use serde::{Deserialize, Serialize};

use crate::{
    ControlState, Date, Digest, EntryState, Exception, Exposure, Obligation, Purpose, SubjectName, Tier,
    Timestamp,
};

/// The standing of a subject. The default is what holds where there is no register.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The register's name among logs; none where there is no register.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub register: Option<String>,
    /// How many entries of the log it rests on.
    #[serde(default)]
    pub size: u64,
    /// The tier the register holds; a repository may raise it, never lower it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier_floor: Option<Tier>,
    /// The exposure the register holds; likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure_floor: Option<Exposure>,
    /// Whether the Receipt of any listing covers this release; of which, [`Listing::covers`] says.
    #[serde(default)]
    pub covered: bool,
    /// Entries about the subject itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub listings: Vec<Listing>,
    /// Entries about components, models or products the subject may be built from, where the answer is
    /// other than a plain yes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of_components: Vec<Listing>,
    /// What people stated about it, and still counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attested: Vec<Attested>,
    /// Exceptions the committee granted, in force.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
    /// Why nothing certain can be said, where that is so: an entry that this program cannot read, a copy of
    /// the register that is too old. Then nothing here is a yes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
    /// The last day of a closure of the whole repository: in force, or lapsed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_until: Option<Date>,
}

/// An entry of the register, as far as a gate must know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// What it is about.
    pub subject: SubjectName,
    /// Use, or publication.
    pub purpose: Purpose,
    /// The tier of the use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// The part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// Its state as of the time it was looked up.
    pub state: EntryState,
    /// Since when.
    pub since: Date,
    /// Why, in plain English.
    pub why: String,
    /// The decision in force, by its short id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// The day of that decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_on: Option<Date>,
    /// Trip-wires it carries: `malware`, `kev`, `licence`, `owner-gone`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trip_wires: Vec<String>,
    /// The basis decided on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Digest>,
    /// The assessment decided on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Digest>,
    /// What the decision settles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<Settled>,
    /// What the decision obliges to and is not met yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub obligations: Vec<Obligation>,
    /// Teams that may use it; empty for any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub teams: Vec<String>,
    /// The open review that has it, by its short id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<String>,
    /// Whom that review waits for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub awaited: Vec<String>,
    /// By when an answer is expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Date>,
    /// The listed alternative, for a no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternative: Option<String>,
    /// What happens to uses that exist, for a no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub existing_uses: Option<String>,
    /// The day by which the decision in force must be reviewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_on: Option<Date>,
    /// Whether its Receipt covers the release that is judged.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub covers: bool,
    /// A break-glass allowance in force. The state is what holds for every other team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub glass: Option<BreakGlass>,
}

/// One signature lets one team use something for some hours, whatever else says no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreakGlass {
    /// The team.
    pub team: String,
    /// Its end.
    pub until: Timestamp,
}

/// A referred reason that a decision settles: the same fault, concerning no more things, is not referred
/// again while the decision stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settled {
    /// The control.
    pub control: String,
    /// Its state.
    pub state: ControlState,
    /// How many things it concerned.
    pub count: u64,
}

/// A person's statement that still counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attested {
    /// The control.
    pub control: String,
    /// A component, finding or blob; none for the control as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The release it is bound to; none for the subject as such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The last day it counts.
    pub until: Date,
    /// The statement, by its digest.
    pub statement: Digest,
    /// For an audit: the strictest tier it is fit for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fit_for: Option<Tier>,
}
