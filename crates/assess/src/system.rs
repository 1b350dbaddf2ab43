//! What the owners of a system declare, as it stands in the assessment's evidence, and the
//! circumstances that follow from it, the command line and the register.
//!
//! Precedence: the register's floor can only be raised; a flag of the command line stands before
//! the file; what nobody declares is assumed, and says so.

use domain::{
    Circumstances, Date, Deployment, Evidence, Exposure, Standing, Tier, Visibility,
    canonical::CanonicalError,
    circumstances::{By, Stated},
};
use evidence::addresses;
use formats::own::system::System;
use serde::{Deserialize, Serialize};

/// The kind of evidence that holds a [`Declared`].
pub const KIND: &str = "system";

/// Who answers, as declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// A role or team, not a person.
    pub role: String,
    /// How to reach it.
    pub contact: String,
    /// The day it last confirmed that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Date>,
    /// Who patches, where not the role itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patches: Option<String>,
    /// Who monitors, where not the role itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monitors: Option<String>,
    /// Where it is declared: `formulary.toml:4`.
    pub place: String,
}

/// A part of the system with a tier of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Folders or files it is made of.
    pub paths: Vec<String>,
    /// Its tier.
    pub tier: Tier,
    /// Its exposure, where it differs from the system's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure: Option<Exposure>,
    /// Who answers for it, where not the system's owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
}

/// What the owners claim about something only people can answer; nobody signed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The control it speaks to.
    pub control: String,
    /// What is claimed.
    pub says: String,
    /// Last day it may be relied on.
    pub until: Date,
}

/// What `formulary.toml` declares, as evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// The system's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The release that the tree is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Who answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// The day `formulary init` first looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Date>,
    /// Parts, in the order written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Claims, by control.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<Claim>,
    /// Hosts the owners name as usual, by purl type.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub upstreams: Vec<(String, Vec<String>)>,
}

impl Declared {
    /// What the file says.
    pub fn of(system: &System) -> Self {
        let owner = |owner: &formats::own::system::Owner| Owner {
            role: owner.role.clone(),
            contact: owner.contact.clone(),
            confirmed: owner.confirmed,
            patches: owner.patches.clone(),
            monitors: owner.monitors.clone(),
            place: format!("{}:{}", formats::own::system::FILE, owner.line),
        };
        Self {
            name: system.name.clone(),
            version: system.version.clone(),
            owner: system.owner.as_ref().map(owner),
            started: system.started,
            parts: system
                .parts
                .iter()
                .map(|part| Part {
                    name: part.name.clone(),
                    paths: part.paths.clone(),
                    tier: part.tier,
                    exposure: part.exposure,
                    owner: part.owner.as_ref().map(owner),
                })
                .collect(),
            claims: system
                .claims
                .iter()
                .map(|claim| Claim {
                    control: claim.control.clone(),
                    says: claim.says.clone(),
                    until: claim.until,
                })
                .collect(),
            upstreams: system.upstreams.iter().map(|u| (u.ecosystem.clone(), u.hosts.clone())).collect(),
        }
    }

    /// As evidence.
    ///
    /// # Errors
    /// Never in practice: nothing in it is a fraction.
    pub fn evidence(&self) -> Result<Evidence, CanonicalError> {
        Evidence::new(KIND, serde_json::to_value(self)?, formats::own::system::FILE)
    }

    /// Read back from an assessment's evidence; nothing declared where there is none.
    pub fn from_evidence(evidence: &[Evidence]) -> Self {
        evidence
            .iter()
            .find(|e| e.kind == KIND)
            .and_then(|e| serde_json::from_value(e.value.clone()).ok())
            .unwrap_or_default()
    }

    /// The part that a path belongs to: the one that names the longest leading piece of it.
    pub fn part_of(&self, path: &str) -> Option<&Part> {
        self.parts
            .iter()
            .flat_map(|part| part.paths.iter().map(move |own| (own, part)))
            .filter(|(own, _)| formats::own::system::holds(own, path))
            .max_by_key(|(own, _)| own.len())
            .map(|(_, part)| part)
    }

    /// Who answers for a path: its part's owner, else the system's.
    pub fn owner_of(&self, path: &str) -> Option<&Owner> {
        self.part_of(path).and_then(|part| part.owner.as_ref()).or(self.owner.as_ref())
    }
}

/// Circumstances that the command line states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stating {
    /// `--tier`.
    pub tier: Option<Tier>,
    /// `--exposure`.
    pub exposure: Option<Exposure>,
    /// `--visibility`.
    pub visibility: Option<Visibility>,
    /// `--deployment`.
    pub deployment: Option<Deployment>,
}

/// The circumstances to judge under.
pub fn circumstances(system: Option<&System>, stated: Stating, standing: &Standing) -> Circumstances {
    let tier = stated.tier.or_else(|| system.and_then(|s| s.tier));
    let exposure = stated.exposure.or_else(|| system.and_then(|s| s.exposure));
    let assumed = Circumstances::ASSUMED;
    let mut out = Circumstances {
        tier: Stated::declared_or(tier, assumed.tier.value),
        exposure: Stated::declared_or(exposure, assumed.exposure.value),
        visibility: Stated::declared_or(
            stated.visibility.or_else(|| system.and_then(|s| s.visibility)),
            assumed.visibility.value,
        ),
        deployment: Stated::declared_or(
            stated.deployment.or_else(|| system.and_then(|s| s.deployment)),
            assumed.deployment.value,
        ),
    };
    if let Some(floor) = standing.tier_floor
        && floor <= out.tier.value
    {
        out.tier = Stated { value: floor, by: By::Confirmed };
    }
    if let Some(floor) = standing.exposure_floor
        && floor >= out.exposure.value
    {
        out.exposure = Stated { value: floor, by: By::Confirmed };
    }
    out
}

/// Where the owners say that the same code lies too, as evidence `mirrors`; none where they say nothing.
///
/// # Errors
/// Never in practice: nothing in it is a fraction.
pub fn mirrors(system: &System) -> Result<Option<Evidence>, CanonicalError> {
    let mut all: Vec<String> = system
        .mirrors
        .iter()
        .map(|one| addresses::plain(one).unwrap_or_else(|| addresses::shown(one, 200)))
        .collect();
    all.sort();
    all.dedup();
    if all.is_empty() {
        return Ok(None);
    }
    let rows: Vec<_> = all.iter().map(|at| serde_json::json!({ "at": at })).collect();
    Evidence::new("mirrors", serde_json::Value::Array(rows), formats::own::system::FILE).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_register_can_raise_and_never_lower() {
        let standing = Standing {
            tier_floor: Some(Tier::Operational),
            exposure_floor: Some(Exposure::Controlled),
            covered: false,
            ..Standing::default()
        };
        let stated =
            Stating { tier: Some(Tier::Research), exposure: Some(Exposure::Small), ..Stating::default() };
        let judged = circumstances(None, stated, &standing);
        assert_eq!(judged.tier, Stated { value: Tier::Operational, by: By::Confirmed });
        assert_eq!(judged.exposure, Stated { value: Exposure::Controlled, by: By::Confirmed });
        let stated =
            Stating { tier: Some(Tier::Clinical), exposure: Some(Exposure::Open), ..Stating::default() };
        let judged = circumstances(None, stated, &standing);
        assert_eq!(judged.tier, Stated { value: Tier::Clinical, by: By::Declared });
        assert_eq!(judged.exposure, Stated { value: Exposure::Open, by: By::Declared });
    }

    #[test]
    fn what_nobody_declares_is_assumed_and_says_so() {
        assert_eq!(circumstances(None, Stating::default(), &Standing::default()), Circumstances::ASSUMED);
    }
}
