//! Circumstances: what must be known about a use before anything can be judged.

use serde::{Deserialize, Serialize};

use crate::Tier;

/// Who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// The system's own file or the command line.
    Declared,
    /// The register.
    Confirmed,
    /// Nobody: the documented default.
    Assumed,
}

/// A value and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stated<T> {
    /// The value.
    pub value: T,
    /// Who says so.
    pub by: By,
}

impl<T> Stated<T> {
    /// A declared value, or the default marked as assumed.
    pub fn declared_or(declared: Option<T>, default: T) -> Self {
        match declared {
            Some(value) => Self { value, by: By::Declared },
            None => Self { value: default, by: By::Assumed },
        }
    }
}

/// How reachable the system is (SSVC "System Exposure"); only `open` counts as publicly exposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Exposure {
    /// Isolated, or reachable by few on one machine.
    Small,
    /// Networked behind access control.
    Controlled,
    /// Reachable from the internet or another uncontrolled network.
    Open,
}

/// Whether a repository can be read by the public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Not yet public.
    Private,
    /// Already public.
    Public,
}

/// How the software reaches its users; what a copyleft licence asks for depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Deployment {
    /// Used inside the organisation only.
    Internal,
    /// Offered over a network; nobody else receives the program.
    Service,
    /// Sent to a browser.
    Browser,
    /// Given to others, who run it.
    Distributed,
}

/// Tier, exposure, visibility and deployment mode of a use, each with who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Circumstances {
    /// The tier of the use as a whole; parts may have one of their own.
    pub tier: Stated<Tier>,
    /// Reachability.
    pub exposure: Stated<Exposure>,
    /// Public or not yet.
    pub visibility: Stated<Visibility>,
    /// How the software reaches its users.
    pub deployment: Stated<Deployment>,
}

impl Circumstances {
    /// What is judged where nothing is declared: an operational, exposed, not yet public
    /// service. `open` because the reference table assumes publicly exposed until told otherwise.
    pub const ASSUMED: Self = Self {
        tier: Stated { value: Tier::Operational, by: By::Assumed },
        exposure: Stated { value: Exposure::Open, by: By::Assumed },
        visibility: Stated { value: Visibility::Private, by: By::Assumed },
        deployment: Stated { value: Deployment::Service, by: By::Assumed },
    };
}
