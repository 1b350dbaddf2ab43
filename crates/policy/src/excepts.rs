//! Who may set a control aside, and for how long at most. Nothing can be set aside without an owner
//! and an end; this says only by whom.

use domain::Tier;

/// Who may set a control aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// Nobody.
    Nobody,
    /// The committee, by a signed decision with a receipt.
    Committee,
    /// The team, in its own debt file (the committee may as well).
    Team,
}

impl Who {
    /// The word used in packs and on screens.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Committee => "committee",
            Self::Team => "team",
        }
    }
}

/// Who may set a control aside, by tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excepts {
    who: [Who; 4],
    days: Option<u16>,
    only_as: Option<String>,
}

impl Excepts {
    /// Who may, at a tier.
    pub const fn who(&self, tier: Tier) -> Who {
        self.who[tier as usize]
    }

    /// For how many days at most, where the control sets a limit of its own.
    pub const fn days(&self) -> Option<u16> {
        self.days
    }

    /// The only reason that counts, e.g. `not-real`.
    pub fn only_as(&self) -> Option<&str> {
        self.only_as.as_deref()
    }

    /// Reads `team`, `committee`, `no`, `team: operational, research; committee: clinical`,
    /// `team as not-real`.
    pub(crate) fn read(text: Option<&str>, days: Option<&str>) -> Result<Self, String> {
        let mut excepts = Self { who: [Who::Nobody; 4], days: None, only_as: None };
        if let Some(days) = days {
            excepts.days = Some(days.parse().map_err(|_| format!("`{days}` is not a number of days"))?);
        }
        for part in text.unwrap_or("no").split(';').map(str::trim).filter(|p| !p.is_empty()) {
            let (who, tiers) = part.split_once(':').map_or((part, None), |(who, tiers)| (who, Some(tiers)));
            let (who, only_as) =
                who.split_once(" as ").map_or((who, None), |(who, reason)| (who, Some(reason)));
            let who = match who.trim() {
                "team" => Who::Team,
                "committee" => Who::Committee,
                "no" => Who::Nobody,
                other => return Err(format!("`{other}` is not team, committee or no")),
            };
            if let Some(reason) = only_as {
                excepts.only_as = Some(reason.trim().to_owned());
            }
            match tiers {
                None => excepts.who = [who; 4],
                Some(tiers) => {
                    for tier in tiers.split(',').map(str::trim) {
                        let tier: Tier =
                            tier.parse().map_err(|e: domain::tier::InvalidTier| e.to_string())?;
                        excepts.who[tier as usize] = who;
                    }
                }
            }
        }
        Ok(excepts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_who_may_by_tier() {
        let excepts =
            Excepts::read(Some("team: operational, infrastructure; committee: clinical"), Some("30"))
                .unwrap();
        assert_eq!(excepts.who(Tier::Clinical), Who::Committee);
        assert_eq!(excepts.who(Tier::Operational), Who::Team);
        assert_eq!(excepts.who(Tier::Research), Who::Nobody);
        assert_eq!(excepts.days(), Some(30));
        assert_eq!(Excepts::read(Some("team as not-real"), None).unwrap().only_as(), Some("not-real"));
        assert_eq!(Excepts::read(None, None).unwrap().who(Tier::Research), Who::Nobody);
        assert!(Excepts::read(Some("anybody"), None).is_err());
        assert!(Excepts::read(Some("team: hobby"), None).is_err());
        assert!(Excepts::read(Some("team"), Some("soon")).is_err());
    }
}
