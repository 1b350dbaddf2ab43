//! What of a statement may stand in the log, which anybody reads for ever, and what lies outside behind a
//! salted digest.
//!
//! Decides it for every field that could name a person, a place or an open fault: leaves in which such a
//! field stands in plain words are refused, whatever program wrote them. The rule, told in
//! `docs/register.md`:
//!
//! | field | plain | else |
//! | --- | --- | --- |
//! | scope of an attestation | a digest; a package URL; the id of a flaw that is stated, in public, not to concern it | sealed |
//! | scope of an exception | the id of a flaw that is stated, in public, not to concern it | sealed |
//! | scope of a closure | the word `repository` | sealed |
//! | contact of a closure | never | sealed |
//! | what an audit read | of a component | sealed |
//! | interests | never | sealed, all with one salt |
//! | what an application lacks | names of controls, and `tier` | in the assessment, outside the log |
//! | cause, mending, compensation in an emergency | never | sealed |
//! | professional registration of a safety officer | never | sealed |
//! | which trip-wire of a named system, and what touched it | malware | sealed |
//!
//! What a scope says about something that is met or mended gives nothing away; what is set aside is a hole
//! that is there. Refuses to know whether sealed words say what they should: who signs has read them.

use formats::provenance::openvex::JUSTIFICATIONS;

use crate::{
    act::{
        attestation::{Attestation, Basis},
        closure::{ClosureAsked, WHOLE},
        review::{Asks, Opening},
    },
    refused::{Refused, incomplete},
    words::Words,
};

/// The one word beside names of controls that an application can lack.
pub const TIER: &str = "tier";

/// Words that must be sealed, are; and where they are given at all, something is.
pub(crate) fn sealed(words: &Words, what: &str) -> Result<(), Refused> {
    match words {
        Words::Sealed { .. } => Ok(()),
        Words::Public { .. } => Err(incomplete(format!(
            "{what} would stand in the log for everybody to read: it is sealed (see docs/register.md)"
        ))),
    }
}

/// An attestation's scope, and what an audit read.
pub(crate) fn attestation(it: &Attestation, strict: bool) -> Result<(), Refused> {
    if let Some(Basis::Safety { registration, .. }) = it.basis.as_ref().filter(|_| strict) {
        sealed(registration, "the officer's professional registration")?;
    }
    if let Some(scope) = it.scope.as_ref().filter(|s| !may_be_attested_openly(s, &it.says)) {
        sealed(scope, "a scope that is neither a digest nor a package URL")?;
    }
    if let Some(Basis::Audit { read, .. }) = it.basis.as_ref().filter(|_| it.subject.kind() != "component") {
        read.iter().try_for_each(|one| sealed(one, "what the audit read"))?;
    }
    Ok(())
}

/// Scopes, contact, interests and gaps of an application.
pub(crate) fn opening(it: &Opening) -> Result<(), Refused> {
    missing(&it.missing)?;
    it.interests.iter().try_for_each(|one| sealed(one, "an interest"))?;
    match &it.asks {
        Asks::Closure { closure: asked } => closure(asked),
        Asks::Exception { control, scope: Some(scope), .. }
            if !may_be_excepted_openly(control, scope, &it.reason) =>
        {
            sealed(scope, "the scope of an exception")
        }
        _ => Ok(()),
    }
}

/// A closure's scope and contact.
pub(crate) fn closure(it: &ClosureAsked) -> Result<(), Refused> {
    sealed(&it.contact, "a closure's contact")?;
    let paths = it.scope.iter().filter(|s| s.text() != Some(WHOLE));
    paths.into_iter().try_for_each(|path| sealed(path, "a path that is kept closed"))
}

/// What an application lacks names controls, and says no more: their states are public at once, the places
/// are not.
pub(crate) fn missing(gaps: &[String]) -> Result<(), Refused> {
    let name = |s: &String| {
        !s.is_empty()
            && s.len() <= 60
            && s.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    match gaps.iter().all(name) {
        true => Ok(()),
        false => {
            Err(incomplete("what is missing is told by names of controls; the assessment says what exactly"))
        }
    }
}

/// Whether the scope of an attestation may stand in the log.
pub fn may_be_attested_openly(scope: &Words, says: &Words) -> bool {
    let Some(text) = scope.text() else { return true };
    let digest = text.parse::<domain::Digest>().is_ok();
    let object = text.len() == 40 && text.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
    digest || object || text.parse::<domain::Purl>().is_ok() || (is_flaw(text) && justified(says).is_some())
}

/// Whether the scope of an exception may stand in the log: only where the flaw it names is said, in public,
/// to be none here.
pub fn may_be_excepted_openly(control: &str, scope: &Words, reason: &Words) -> bool {
    let Some(text) = scope.text() else { return true };
    control.starts_with("flaw") && is_flaw(text) && justified(reason).is_some()
}

/// Whether a scope is the id of an advisory rather than a path, a package URL or a fingerprint.
pub(crate) fn is_flaw(scope: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._:".contains(c);
    let prefix = scope.split_once('-').map(|(prefix, _)| prefix);
    scope.len() <= 60
        && scope.chars().all(plain)
        && prefix.is_some_and(|p| p.len() >= 2 && p.chars().all(|c| c.is_ascii_uppercase()))
}

/// Public words that begin with one of OpenVEX's justifications and a colon: both parts.
pub(crate) fn justified(words: &Words) -> Option<(&str, &str)> {
    let (justification, impact) = words.text()?.split_once(':')?;
    let (justification, impact) = (justification.trim(), impact.trim());
    (JUSTIFICATIONS.contains(&justification) && !impact.is_empty()).then_some((justification, impact))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_gives_nothing_away_stands_in_the_log() {
        let said = Words::public("vulnerable_code_not_in_execute_path: templates are never compiled");
        let plain = Words::public("Rotated on 3 March");
        let open = |s: &str, says: &Words| may_be_attested_openly(&Words::public(s), says);
        assert!(open(&domain::Digest::of(b"blob").to_string(), &plain));
        assert!(open("9daeafb9864cf43055ae93beb0afd6c7d144bfa4", &plain));
        assert!(open("pkg:npm/left-pad@1.3.0", &plain));
        assert!(open("CVE-2026-1", &said) && !open("CVE-2026-1", &plain));
        assert!(!open("src/login.rs", &said) && !open("src/login.rs", &plain));
        assert!(may_be_attested_openly(&Words::sealed(&[1; 32], "src/login.rs"), &plain));
        let aside = |control: &str, s: &str, reason: &Words| {
            may_be_excepted_openly(control, &Words::public(s), reason)
        };
        assert!(aside("flaw-open", "CVE-2026-1", &said));
        assert!(!aside("flaw-open", "CVE-2026-1", &plain));
        assert!(!aside("no-secret", "CVE-2026-1", &said));
        assert!(!aside("flaw-open", "pkg:npm/left-pad@1.3.0", &said), "a component that is at fault");
        assert!(!aside("flaw-open", &domain::Digest::of(b"x").to_string(), &said), "it could be guessed");
        assert!(missing(&["owner-accepts".to_owned(), TIER.to_owned()]).is_ok());
        assert!(missing(&["no-secret: see src/login.rs".to_owned()]).is_err());
    }
}
