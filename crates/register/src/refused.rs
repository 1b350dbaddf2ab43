//! Why an act may not be done.

use domain::canonical::CanonicalError;

use crate::{
    act::closure::ClosureFault, body::InvalidBody, hazard::HazardFault, leaf::Unsigned, ssh::SshError,
};

/// Why an act may not be done. In plain English, for who tried.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// For another log.
    #[error("it is meant for the register `{0}`")]
    OtherRegister(String),
    /// Made under rules that no longer hold.
    #[error(
        "it was made by an older program, under rules that no longer hold: make and sign it with this one"
    )]
    OlderRules,
    /// Stated before.
    #[error("this very statement is in the log already")]
    Twice,
    /// Not signed as it must be.
    #[error("it is not signed as it must be: {0}")]
    Unsigned(String),
    /// The signature does not hold.
    #[error("the signature does not hold: {0}")]
    Signature(#[from] Unsigned),
    /// A key cannot be used.
    #[error(transparent)]
    Key(#[from] SshError),
    /// The person may not do this.
    #[error("{who} may not: {why}")]
    NotYours {
        /// Who tried.
        who: String,
        /// Why not, and who may.
        why: String,
    },
    /// Not as things stand.
    #[error("{0}")]
    NotNow(String),
    /// A field is missing or makes no sense.
    #[error("{0}")]
    Incomplete(String),
    /// No such review.
    #[error("no review has the id `{0}`: `formulary review list` shows them")]
    NoReview(String),
    /// The body would not be valid.
    #[error(transparent)]
    Body(#[from] InvalidBody),
    /// The closure is none.
    #[error(transparent)]
    Closure(#[from] ClosureFault),
    /// The hazards do not hold.
    #[error(transparent)]
    Hazard(#[from] HazardFault),
    /// A value has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
}

/// A refusal about a missing or empty field.
pub(crate) fn incomplete(what: impl Into<String>) -> Refused {
    Refused::Incomplete(what.into())
}
