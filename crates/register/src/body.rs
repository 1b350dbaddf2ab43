//! The body that governs: people, roles, keys, packs, quorum rules, times.
//!
//! Decides what a valid body is and what a change makes of it. Who may make a change, and when, is
//! decided where statements are folded: a change is a decision like any other.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Digest, Tier};
use policy::quorum::{InvalidQuorum, Quorum};
use serde::{Deserialize, Serialize};

use crate::{key::Key, ssh, words::Words};

/// The body, as of a point of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Its name, public.
    pub name: String,
    /// Whom to write to about the register, public: appeals, reports, corrections.
    pub contact: String,
    /// People by their id.
    pub people: BTreeMap<String, Person>,
    /// Packs it judges by, in the order they are asked.
    pub packs: Vec<Adopted>,
    /// Who must agree.
    pub quorum: Quorum,
    /// Its times.
    pub times: Times,
    /// The tier whose quorum a change of the body itself needs.
    pub changes_at: Tier,
    /// Other bodies whose listings one signature may adopt, each by the verifier key of its log, and
    /// the strictest tier at which that may be done.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub adopts_from: BTreeMap<String, Tier>,
    /// The matrix by which hazard ratings are recomputed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hazards: Option<crate::hazard::Matrix>,
}

/// A person, known publicly by an id, roles and keys; by name only with consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The name: public with the person's consent, else sealed.
    pub name: Words,
    /// Roles held.
    pub roles: BTreeSet<String>,
    /// Roles for which this person is the named deputy.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub deputy_for: BTreeSet<String>,
    /// Keys, by their fingerprint (`SHA256:…`).
    pub keys: BTreeMap<String, Key>,
    /// Suppliers with whom a standing interest is declared: excluded from their cases. Always sealed, all
    /// of a register with one salt, so that anybody sees that two are the same and nobody sees which.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub interests: BTreeSet<Words>,
}

impl Person {
    /// Roles that count: held, or as the named deputy.
    pub fn counts_for(&self) -> BTreeSet<String> {
        self.roles.union(&self.deputy_for).cloned().collect()
    }

    /// Whether the person has a key that is not revoked.
    pub fn can_sign(&self) -> bool {
        self.keys.values().any(|key| !key.revoked)
    }

    /// Whether the person holds, or is deputy for, one of these.
    pub fn has_any(&self, roles: &[&str]) -> bool {
        roles.iter().any(|role| self.roles.contains(*role) || self.deputy_for.contains(*role))
    }
}

/// A pack the body judges by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adopted {
    /// Name and version, `use@2026.1`.
    pub pack: String,
    /// Digest of its files.
    pub digest: Digest,
}

/// How long things last, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// A denial by one signature lapses after this unless confirmed.
    pub denial: u16,
    /// Hours of a break-glass allowance.
    pub break_glass_hours: u16,
    /// An emergency closure ends after this.
    pub emergency_closure: u16,
    /// The longest a closure may last.
    pub longest_closure: u16,
    /// Past its review date an entry is overdue, and after this many days more restricted.
    pub overdue: u16,
    /// An audit or other attestation may not be stated for longer.
    pub longest_attestation: u16,
    /// Days after a decision in which it may be appealed.
    pub appeal: u16,
}

impl Default for Times {
    /// Denial 5 days, break-glass 72 hours, emergency closure 14 days; a closure at most 12 months (GDS
    /// Way); the rest are this project's choices, to be changed by the body.
    fn default() -> Self {
        Self {
            denial: 5,
            break_glass_hours: 72,
            emergency_closure: 14,
            longest_closure: 365,
            overdue: 30,
            longest_attestation: 365,
            appeal: 30,
        }
    }
}

/// One change of the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "change", deny_unknown_fields)]
pub enum Change {
    /// A new person.
    AddPerson {
        /// Id, e.g. `p-07`.
        id: String,
        /// The person.
        person: Box<Person>,
    },
    /// A person leaves; what they signed stays.
    RemovePerson {
        /// Id.
        id: String,
    },
    /// Other roles, deputies or interests of a person.
    SetRoles {
        /// Id.
        id: String,
        /// All roles from now on.
        roles: BTreeSet<String>,
        /// All deputyships from now on.
        #[serde(default)]
        deputy_for: BTreeSet<String>,
        /// All standing interests from now on.
        #[serde(default)]
        interests: BTreeSet<Words>,
    },
    /// A further key of a person.
    AddKey {
        /// Id.
        id: String,
        /// The public key.
        key: String,
    },
    /// A key makes no new signatures.
    RevokeKey {
        /// Its fingerprint.
        key: String,
    },
    /// Other packs.
    SetPacks {
        /// All packs from now on.
        packs: Vec<Adopted>,
    },
    /// Other quorum rules.
    SetQuorum {
        /// All rules.
        quorum: Quorum,
    },
    /// Other times.
    SetTimes {
        /// All times.
        times: Times,
    },
    /// Another name or contact.
    Rename {
        /// Name.
        name: String,
        /// Contact.
        contact: String,
    },
    /// Another body whose listings one signature may adopt; no tier takes the trust away.
    Trust {
        /// Verifier key of its log.
        log: String,
        /// The strictest tier at which that may be done.
        tier: Option<Tier>,
    },
    /// Another hazard matrix.
    SetHazards {
        /// The matrix.
        hazards: crate::hazard::Matrix,
    },
}

/// Why a body is not valid.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum InvalidBody {
    /// The quorum rules give up what no body may.
    #[error(transparent)]
    Quorum(#[from] InvalidQuorum),
    /// A word is missing.
    #[error("the body needs a {0}")]
    Missing(&'static str),
    /// Nobody holds a role that the quorum asks for.
    #[error("nobody holds the role `{role}`, which the quorum at {tier} asks for: name a person or a deputy")]
    NoHolder {
        /// The role.
        role: String,
        /// Where it is asked for.
        tier: Tier,
    },
    /// Too few people.
    #[error("the quorum at {tier} asks for {asked} people, and the body has {have}")]
    TooFew {
        /// Where.
        tier: Tier,
        /// How many are asked for.
        asked: usize,
        /// How many there are.
        have: usize,
    },
    /// An id is not usable.
    #[error("`{0}` cannot be a person's id: use letters, digits and hyphens, at most 40")]
    Id(String),
    /// A person without a key.
    #[error("{0} has no key that can sign: add one with `--key`")]
    NoKey(String),
    /// A key that is not one.
    #[error("a key of {who} cannot be used: {why}")]
    Key {
        /// Whose.
        who: String,
        /// Why.
        why: String,
    },
    /// An interest that everybody could read.
    #[error("an interest of {0} stands there in plain words: it is sealed, since it is personal")]
    OpenInterest(String),
    /// One key for two people.
    #[error("the key {0} is already in the body: each key belongs to one person")]
    SharedKey(String),
    /// Nobody of that id.
    #[error("nobody in the body has the id `{0}`")]
    Nobody(String),
    /// No such key.
    #[error("no key in the body has the fingerprint {0}")]
    NoSuchKey(String),
    /// The hazard matrix is none.
    #[error(transparent)]
    Hazards(#[from] crate::hazard::HazardFault),
    /// A log that cannot be trusted, since its key cannot be read.
    #[error("`{0}` is no verifier key of a log")]
    Log(String),
    /// A time that would undo a safeguard.
    #[error("the times are not usable: {0}")]
    Times(&'static str),
}

impl Body {
    /// Whether the body can govern: rules that no body may give up, holders for every role asked for at
    /// the tier of its own changes, keys that can be read, each key one person's.
    ///
    /// Roles that only other tiers ask for may be vacant: nothing can be allowed there until they are
    /// filled, which is said when somebody tries.
    ///
    /// # Errors
    /// See [`InvalidBody`].
    pub fn check(&self) -> Result<(), InvalidBody> {
        match self.people.iter().find(|(_, person)| !person.can_sign()) {
            Some((id, _)) => Err(InvalidBody::NoKey(id.clone())),
            None => self.check_but_for_keys_lost(),
        }
    }

    /// The same for a body in being, where somebody may have lost their only key.
    fn check_but_for_keys_lost(&self) -> Result<(), InvalidBody> {
        self.quorum.check()?;
        if self.name.trim().is_empty() {
            return Err(InvalidBody::Missing("name"));
        }
        if self.contact.trim().is_empty() {
            return Err(InvalidBody::Missing("contact (whom the public writes to)"));
        }
        let mut seen = BTreeSet::new();
        for (id, person) in &self.people {
            let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
            // The log speaks under this name itself.
            let taken = id == crate::statement::LOG;
            if id.is_empty() || id.len() > 40 || !id.chars().all(fits) || taken {
                return Err(InvalidBody::Id(id.chars().take(60).collect()));
            }
            if person.interests.iter().any(|i| i.seal().is_none()) {
                return Err(InvalidBody::OpenInterest(id.clone()));
            }
            for (fingerprint, key) in &person.keys {
                let invalid = |why: String| InvalidBody::Key { who: id.clone(), why };
                let public = ssh::PublicKey::read(&key.public).map_err(|e| invalid(e.to_string()))?;
                if public.fingerprint() != *fingerprint {
                    return Err(invalid("its fingerprint is that of another key".to_owned()));
                }
                if !seen.insert(fingerprint) {
                    return Err(InvalidBody::SharedKey(fingerprint.clone()));
                }
            }
        }
        let tier = self.changes_at;
        let rule = self.quorum.rule(tier);
        let able: Vec<&Person> = self.people.values().filter(|p| p.can_sign()).collect();
        if able.len() < usize::from(rule.people) {
            return Err(InvalidBody::TooFew { tier, asked: usize::from(rule.people), have: able.len() });
        }
        let held = |role: &&String| !able.iter().any(|p| p.has_any(&[role.as_str()]));
        if let Some(role) = rule.agree.iter().chain(&rule.heard).find(held) {
            return Err(InvalidBody::NoHolder { role: role.clone(), tier });
        }
        let times = &self.times;
        if times.denial == 0 || times.denial > 30 {
            return Err(InvalidBody::Times("a denial by one signature lasts 1 to 30 days"));
        }
        if !(1..=168).contains(&times.break_glass_hours) {
            return Err(InvalidBody::Times("break-glass lasts 1 hour to 7 days: it always exists, and ends"));
        }
        if !(1..=30).contains(&times.emergency_closure) || !(1..=366).contains(&times.longest_closure) {
            return Err(InvalidBody::Times(
                "an emergency closure ends within 30 days, any closure within a year",
            ));
        }
        if times.overdue > 90 {
            return Err(InvalidBody::Times("what is overdue is restricted within 90 days"));
        }
        if !(1..=1_100).contains(&times.longest_attestation) || !(1..=366).contains(&times.appeal) {
            return Err(InvalidBody::Times(
                "an attestation ends within three years, and a decision can be appealed for 1 to 366 days",
            ));
        }
        if let Some(log) = self.adopts_from.keys().find(|log| log.parse::<tlog::VerifierKey>().is_err()) {
            return Err(InvalidBody::Log(log.chars().take(100).collect()));
        }
        if let Some(hazards) = &self.hazards {
            hazards.check()?;
        }
        Ok(())
    }

    /// Ids of the people who hold a role or are its deputy.
    pub fn holders(&self, role: &str) -> Vec<&str> {
        let holds = |p: &Person| p.roles.contains(role) || p.deputy_for.contains(role);
        self.people.iter().filter(|(_, p)| holds(p)).map(|(id, _)| id.as_str()).collect()
    }

    /// Whose key it is.
    pub fn holder_of(&self, key: &str) -> Option<(&str, &Key)> {
        self.people.iter().find_map(|(id, p)| Some((id.as_str(), p.keys.get(key)?)))
    }

    /// The body after a change.
    ///
    /// # Errors
    /// When the change names what is not there, or leaves a body that cannot govern.
    pub fn changed(&self, change: &Change) -> Result<Self, InvalidBody> {
        self.changed_by(std::slice::from_ref(change))
    }

    /// The body after several changes, which are one: only the body they end in must be able to govern.
    ///
    /// # Errors
    /// When a change names what is not there, or they leave a body that cannot govern, or somebody
    /// without a key who had one before.
    pub fn changed_by(&self, changes: &[Change]) -> Result<Self, InvalidBody> {
        let next = changes.iter().try_fold(self.clone(), |body, change| body.with(change))?;
        let lost = |id: &String| self.people.get(id).is_some_and(|p| !p.can_sign());
        if let Some((id, _)) = next.people.iter().find(|(id, p)| !p.can_sign() && !lost(id)) {
            return Err(InvalidBody::NoKey(id.clone()));
        }
        next.check_but_for_keys_lost()?;
        Ok(next)
    }

    /// One change, unchecked as a whole.
    fn with(&self, change: &Change) -> Result<Self, InvalidBody> {
        let mut next = self.clone();
        let nobody = |id: &String| InvalidBody::Nobody(id.clone());
        match change.clone() {
            Change::AddPerson { id, person } => {
                if next.people.insert(id.clone(), *person).is_some() {
                    return Err(InvalidBody::Id(format!("{id} (already in the body)")));
                }
            }
            Change::RemovePerson { id } => {
                next.people.remove(&id).ok_or_else(|| nobody(&id))?;
            }
            Change::SetRoles { id, roles, deputy_for, interests } => {
                let person = next.people.get_mut(&id).ok_or_else(|| nobody(&id))?;
                (person.roles, person.deputy_for, person.interests) = (roles, deputy_for, interests);
            }
            Change::AddKey { id, key } => {
                let public = ssh::PublicKey::read(&key)
                    .map_err(|e| InvalidBody::Key { who: id.clone(), why: e.to_string() })?;
                if self.holder_of(&public.fingerprint()).is_some() {
                    return Err(InvalidBody::SharedKey(public.fingerprint()));
                }
                let person = next.people.get_mut(&id).ok_or_else(|| nobody(&id))?;
                person.keys.insert(public.fingerprint(), public.key());
            }
            Change::RevokeKey { key } => next.revoke(&key)?,
            Change::SetPacks { packs } => next.packs = packs,
            Change::SetQuorum { quorum } => next.quorum = quorum,
            Change::SetTimes { times } => next.times = times,
            Change::Rename { name, contact } => (next.name, next.contact) = (name, contact),
            Change::Trust { log, tier: Some(tier) } => {
                next.adopts_from.insert(log, tier);
            }
            Change::Trust { log, tier: None } => {
                next.adopts_from.remove(&log);
            }
            Change::SetHazards { hazards } => next.hazards = Some(hazards),
        }
        Ok(next)
    }

    /// Revokes a key, without asking whether the body can still govern: a stolen key must be stopped
    /// first.
    ///
    /// # Errors
    /// When no such key is there.
    pub fn revoke(&mut self, key: &str) -> Result<(), InvalidBody> {
        let found = self.people.values_mut().find_map(|p| p.keys.get_mut(key));
        found.ok_or_else(|| InvalidBody::NoSuchKey(key.to_owned()))?.revoked = true;
        Ok(())
    }
}
