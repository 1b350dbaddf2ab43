//! What the register holds about a subject, as a plain value: the binary looks it up and hands it in.

use serde::{Deserialize, Serialize};

use crate::{Exposure, Tier};

/// The standing of a subject. The default is what holds where there is no register.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The tier the register holds; a repository may raise it, never lower it.
    pub tier_floor: Option<Tier>,
    /// The exposure the register holds; likewise.
    pub exposure_floor: Option<Exposure>,
    /// Whether a Receipt covers this release (clinical use needs one).
    pub covered: bool,
}
