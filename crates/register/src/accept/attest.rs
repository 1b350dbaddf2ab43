//! Who may attest what, and until when; shared care.

use crate::{
    act::{
        agreement::SharedCare,
        attestation::{Attestation, BINDS_A_VERSION, Basis, OBSERVED_ONLY, OFFICERS},
    },
    entry::Logged,
    refused::{Refused, incomplete},
    register::Register,
    sealing,
};

impl Register {
    pub(super) fn attest(&mut self, logged: &Logged, it: &Attestation, strict: bool) -> Result<(), Refused> {
        let person = self.person(&logged.by)?;
        let not_yours = |why: &str| Refused::NotYours { who: logged.by.clone(), why: why.to_owned() };
        if OBSERVED_ONLY.contains(&it.control.as_str()) {
            return Err(incomplete(format!(
                "`{}` is looked at, never attested: mend it, or ask for an exception",
                it.control
            )));
        }
        if it.control.is_empty() || it.control.len() > 100 {
            return Err(incomplete("name the control that is attested"));
        }
        if !it.says.is_given() {
            return Err(incomplete("say what you state: one sentence that somebody else could check"));
        }
        sealing::attestation(it, strict)?;
        if strict {
            self.without_interest(&it.subject, &logged.by, "somebody else states it")?;
        }
        let today = logged.at.date();
        let longest = i64::from(self.body.times.longest_attestation);
        if it.until <= today || it.until.days_since(today) > longest {
            return Err(incomplete(format!(
                "an attestation ends: name a day after {today} and at most {longest} days away"
            )));
        }
        let officer = policy::quorum::SAFETY_OFFICER;
        if OFFICERS.contains(&it.control.as_str()) && !person.has_any(&[officer]) {
            return Err(not_yours("this control is for a clinical safety officer to attest"));
        }
        match &it.basis {
            Some(Basis::Safety { version, hazards, registration, .. }) => {
                if !person.has_any(&[officer]) {
                    return Err(not_yours("only a clinical safety officer stands for a safety case"));
                }
                if it.version.as_deref() != Some(version.as_str()) {
                    return Err(incomplete(
                        "a clinical safety officer's signature binds one version: give it with --version",
                    ));
                }
                if hazards.is_empty() {
                    return Err(incomplete(
                        "the hazard log states no hazard: a log without hazards was not made",
                    ));
                }
                if !registration.is_given() {
                    return Err(incomplete("state the officer's professional registration and its end"));
                }
                self.body.hazards.clone().unwrap_or_default().recompute(hazards)?;
            }
            Some(Basis::Audit { version, read, conclusion, delta_from, fit_for }) => {
                if version.is_empty() || read.is_empty() || !conclusion.is_given() {
                    return Err(incomplete(
                        "an audit says which version, what was read, and what was concluded",
                    ));
                }
                let stated = it.version.clone().or_else(|| it.subject.purl()?.version().map(str::to_owned));
                if stated.as_ref().is_some_and(|stated| stated != version) {
                    return Err(incomplete(format!(
                        "the audit read version {version}, and the attestation is about another: an audit counts for what was read"
                    )));
                }
                if let Some(from) = delta_from {
                    let known = self.attestations.iter().any(|(_, a)| {
                        // A difference is fit for no stricter tier than what it rests on.
                        let audited = matches!(
                            &a.basis,
                            Some(Basis::Audit { version, fit_for: base, .. }) if version == from && base <= fit_for
                        );
                        audited && a.subject_root() == it.subject_root()
                    });
                    if !known {
                        return Err(incomplete(format!(
                            "no audit of version {from} fit for {fit_for} is in the register, so nobody can rest on \
                             the difference from it: audit it whole"
                        )));
                    }
                }
            }
            Some(Basis::Document { .. }) | None => {
                // A clinical safety case is never one sentence of one person.
                if ["safety-case", "hazard-log"].contains(&it.control.as_str()) {
                    return Err(incomplete(
                        "a safety case is attested by the digests of its report and hazard log, with the residual hazards: see `formulary attest --help`",
                    ));
                }
            }
        }
        if strict && BINDS_A_VERSION.contains(&it.control.as_str()) && it.version.is_none() {
            return Err(incomplete(format!(
                "`{}` is stated of one release: give it with --version",
                it.control
            )));
        }
        self.attestations.push((logged.clone(), it.clone()));
        Ok(())
    }

    pub(super) fn agree(&mut self, logged: &Logged, it: &SharedCare) -> Result<(), Refused> {
        self.person(&logged.by)?;
        if !it.case.is_whole() {
            return Err(incomplete("an agreement names a use: subject, tier"));
        }
        for (field, what) in [
            (&it.provider, "the team that provides"),
            (&it.recipient, "the team that uses"),
            (&it.patches, "who patches"),
            (&it.monitors, "who monitors"),
            (&it.answers, "who answers when something goes wrong"),
        ] {
            if field.trim().is_empty() {
                return Err(incomplete(format!("shared care must name {what}")));
            }
        }
        if it.provider == it.recipient {
            return Err(incomplete("shared care is between two teams"));
        }
        if it.until <= logged.at.date() {
            return Err(incomplete("an agreement ends on a day after today"));
        }
        let mut other = self.agreements.iter().filter(|(_, a)| a.side != it.side && a.same_content(it));
        if other.any(|(by, _)| by.by == logged.by) {
            return Err(Refused::NotYours {
                who: logged.by.clone(),
                why: "the two sides are signed by two people".to_owned(),
            });
        }
        self.agreements.push((logged.clone(), it.clone()));
        Ok(())
    }
}

impl Attestation {
    /// What it is about without a version: an audit of one release speaks of the same component.
    pub(crate) fn subject_root(&self) -> String {
        match self.subject.purl() {
            Some(purl) => {
                let text = purl.to_string();
                text.split_once('@').map_or(text.clone(), |(root, _)| root.to_owned())
            }
            None => self.subject.as_str().to_owned(),
        }
    }
}
