//! The name by which a register knows a subject: the same from clone to clone and release to
//! release, unlike the digest of what was looked at.
//!
//! | subject | name |
//! | --- | --- |
//! | component | its package URL, with or without a version |
//! | repository | `repository:` and the name that `formulary.toml` declares |
//! | model | `model:` and the name that its card declares |
//! | product | `product:` supplier `/` name `@` version |
//!
//! A subject that declares no name has none here: it can be judged, and not be listed.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Purl, Subject};

/// The longest name, in bytes: it stands in file names and tables.
const LONGEST: usize = 300;

/// The name of a subject in a register.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SubjectName(String);

/// The text names no subject.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` names no subject: write a package URL (pkg:npm/lodash@4.17.21), repository:NAME, model:NAME \
     or product:SUPPLIER/NAME@VERSION"
)]
pub struct InvalidSubjectName(pub String);

impl SubjectName {
    /// The name of an evaluated subject; none where it declares none.
    pub fn of(subject: &Subject) -> Option<Self> {
        let text = match subject {
            Subject::Component { purl, .. } => purl.as_ref()?.to_string(),
            Subject::Repository { name, .. } => format!("repository:{}", name.as_ref()?),
            Subject::Model { name, .. } => format!("model:{}", name.as_ref()?),
            Subject::Product { supplier, name, version, .. } => {
                format!("product:{supplier}/{name}@{version}")
            }
        };
        text.parse().ok()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The word for its kind: component, repository, model or product.
    pub fn kind(&self) -> &'static str {
        match self.0.split_once(':').map(|(kind, _)| kind) {
            Some("repository") => "repository",
            Some("model") => "model",
            Some("product") => "product",
            _ => "component",
        }
    }

    /// The name as people say it, without the kind before it.
    pub fn plain(&self) -> &str {
        match self.kind() {
            "component" => &self.0,
            _ => self.0.split_once(':').map_or(&self.0, |(_, rest)| rest),
        }
    }

    /// The package URL, where it is a component.
    pub fn purl(&self) -> Option<Purl> {
        self.0.parse().ok()
    }
}

impl fmt::Display for SubjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for SubjectName {
    type Err = InvalidSubjectName;

    fn from_str(text: &str) -> Result<Self, InvalidSubjectName> {
        let invalid = || InvalidSubjectName(text.chars().take(60).collect());
        if text.len() > LONGEST || text.chars().any(is_unseen) {
            return Err(invalid());
        }
        if text.starts_with("pkg:") {
            // One spelling for one component.
            return text.parse::<Purl>().map(|purl| Self(purl.to_string())).map_err(|_| invalid());
        }
        let (kind, name) = text.split_once(':').ok_or_else(invalid)?;
        let name = name.trim();
        let known = match kind {
            "repository" | "model" => !name.is_empty(),
            "product" => name.split_once('/').is_some_and(|(supplier, rest)| {
                !supplier.is_empty()
                    && rest.rsplit_once('@').is_some_and(|(n, v)| !n.is_empty() && !v.is_empty())
            }),
            _ => false,
        };
        if known { Ok(Self(format!("{kind}:{name}"))) } else { Err(invalid()) }
    }
}

/// Characters that are not seen, or turn what stands around them: two names that look alike would be two.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

impl Serialize for SubjectName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SubjectName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_four_kinds_and_nothing_else() {
        for (text, kind, plain) in [
            ("pkg:npm/lodash@4.17.21", "component", "pkg:npm/lodash@4.17.21"),
            ("repository:Ward list", "repository", "Ward list"),
            ("model:triage-v2", "model", "triage-v2"),
            ("product:Acme/EPR@4.2", "product", "Acme/EPR@4.2"),
        ] {
            let name: SubjectName = text.parse().unwrap();
            assert_eq!((name.kind(), name.plain(), name.to_string().as_str()), (kind, plain, text));
        }
        for bad in
            ["", "lodash", "repository:", "product:Acme/EPR", "product:/x@1", "pkg:", "repository:a\nb"]
        {
            assert!(bad.parse::<SubjectName>().is_err(), "{bad:?}");
        }
        for unseen in [
            "repository:Ward\u{202e}tsil",
            "model:a\u{200b}b",
            "repository:\u{2066}x",
            "repository:a\u{feff}",
        ] {
            assert!(unseen.parse::<SubjectName>().is_err(), "{unseen:?}");
        }
        assert!("repository:Länsi–ward «2»".parse::<SubjectName>().is_ok());
        assert_eq!(
            "pkg:PyPI/Django_X@1".parse::<SubjectName>().unwrap().to_string(),
            "pkg:pypi/django-x@1",
            "one spelling for one component"
        );
    }
}
