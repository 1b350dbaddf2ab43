//! publiccode.yml: what a public body says of its software.
//!
//! Decides whether the required keys of the standard are there and of the right kind, and who
//! maintains the software, how. It refuses to check addresses, dates of releases or translations.
//!
//! Source: publiccode.yml standard 0.4 (docs.italia.it, "The Standard: core").

use crate::{
    inventory::Unreadable,
    tree::{Node, Tree},
};

/// How the software is maintained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maintenance {
    /// By the body's own people.
    Internal,
    /// By a contractor, until a date.
    Contract,
    /// By volunteers.
    Community,
    /// Not at all.
    Nobody,
}

impl Maintenance {
    /// The word of the standard.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Contract => "contract",
            Self::Community => "community",
            Self::Nobody => "none",
        }
    }
}

/// Somebody who answers for the software.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// Name of the person, role or contractor.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Organisation, or the contractor's website.
    pub affiliation: Option<String>,
    /// For contractors: until when, as written.
    pub until: Option<String>,
    /// Its line, from 1.
    pub line: u32,
}

/// A publiccode.yml file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublicCode {
    /// `name`.
    pub name: Option<String>,
    /// `developmentStatus`: concept, development, beta, stable, obsolete.
    pub status: Option<String>,
    /// `legal.license`.
    pub licence: Option<String>,
    /// `maintenance.type`.
    pub maintenance: Option<Maintenance>,
    /// `maintenance.contacts`.
    pub contacts: Vec<Contact>,
    /// `maintenance.contractors`.
    pub contractors: Vec<Contact>,
    /// What the standard requires and the file has not, or has wrongly: line and reason.
    pub problems: Vec<(u32, String)>,
}

/// More people than this are not kept.
const MOST_CONTACTS: usize = 100;

/// Keys that must be there, and whether they hold text (`t`), a list (`l`) or a map (`m`).
const REQUIRED: [(&str, char); 11] = [
    ("publiccodeYmlVersion", 't'),
    ("name", 't'),
    ("url", 't'),
    ("platforms", 'l'),
    ("developmentStatus", 't'),
    ("softwareType", 't'),
    ("description", 'm'),
    ("legal.license", 't'),
    ("maintenance.type", 't'),
    ("localisation.localisationReady", 't'),
    ("localisation.availableLanguages", 'l'),
];

impl PublicCode {
    /// Reads the file.
    ///
    /// # Errors
    /// When it is no YAML map, or beyond the bounds of [`Tree`].
    pub fn read(path: &str, bytes: &[u8]) -> Result<Self, Unreadable> {
        let tree = Tree::yaml(path, bytes)?;
        let root = tree.root();
        if !root.is_map() {
            return Err(Unreadable { path: path.to_owned(), line: None, why: "not a YAML map".to_owned() });
        }
        let mut out = Self::default();
        for (key, kind) in REQUIRED {
            match at(root, key) {
                None => out.problems.push((root.line(), format!("`{key}` is required and missing"))),
                Some(node) if !fits(node, kind) => {
                    out.problems.push((node.line(), format!("`{key}` is of the wrong kind or empty")));
                }
                Some(_) => {}
            }
        }
        let text = |key: &str| at(root, key).and_then(Node::scalar).map(str::to_owned);
        out.name = text("name");
        out.status = text("developmentStatus");
        out.licence = text("legal.license");
        out.contacts = people(at(root, "maintenance.contacts"));
        out.contractors = people(at(root, "maintenance.contractors"));
        out.check_words(root);
        Ok(out)
    }

    fn check_words(&mut self, root: Node<'_>) {
        let words: [(&str, &[&str]); 2] = [
            ("developmentStatus", &["concept", "development", "beta", "stable", "obsolete"]),
            ("maintenance.type", &["internal", "contract", "community", "none"]),
        ];
        for (key, allowed) in words {
            if let Some(node) = at(root, key)
                && node.scalar().is_some_and(|word| !allowed.contains(&word))
            {
                self.problems.push((node.line(), format!("`{key}` is none of {}", allowed.join(", "))));
            }
        }
        let Some(node) = at(root, "maintenance.type") else { return };
        self.maintenance = match node.scalar() {
            Some("internal") => Some(Maintenance::Internal),
            Some("contract") => Some(Maintenance::Contract),
            Some("community") => Some(Maintenance::Community),
            Some("none") => Some(Maintenance::Nobody),
            _ => None,
        };
        let line = node.line();
        match self.maintenance {
            Some(Maintenance::Internal | Maintenance::Community) if self.contacts.is_empty() => {
                self.problems.push((line, "`maintenance.contacts` is required for this type".to_owned()));
            }
            Some(Maintenance::Contract) if self.contractors.is_empty() => {
                self.problems.push((line, "`maintenance.contractors` is required for this type".to_owned()));
            }
            _ => {}
        }
    }
}

fn at<'t>(root: Node<'t>, key: &str) -> Option<Node<'t>> {
    key.split('.').try_fold(root, |node, part| node.get(part))
}

fn fits(node: Node<'_>, kind: char) -> bool {
    match kind {
        'l' => node.is_list() && node.entries().next().is_some(),
        'm' => node.is_map() && node.entries().next().is_some(),
        _ => node.bool().is_some() || node.scalar().is_some_and(|text| !text.trim().is_empty()),
    }
}

fn people(list: Option<Node<'_>>) -> Vec<Contact> {
    let Some(list) = list else { return Vec::new() };
    list.entries()
        .take(MOST_CONTACTS)
        .filter_map(|node| {
            let text = |key: &str| {
                node.get(key).and_then(Node::scalar).map(|t| t.trim().to_owned()).filter(|t| !t.is_empty())
            };
            Some(Contact {
                name: text("name")?,
                email: text("email"),
                affiliation: text("affiliation").or_else(|| text("website")),
                until: text("until"),
                line: node.line(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
publiccodeYmlVersion: '0.4'
name: Ward list
url: https://git.example/ward.git
platforms: [web]
developmentStatus: stable
softwareType: standalone/web
description:
  en:
    shortDescription: Lists patients of a ward
legal:
  license: MIT
maintenance:
  type: internal
  contacts:
    - name: Digital ward team
      email: ward@hospital.example
localisation:
  localisationReady: true
  availableLanguages: [en]
";

    #[test]
    fn a_complete_file_has_no_problem() {
        let file = PublicCode::read("publiccode.yml", GOOD.as_bytes()).unwrap();
        assert_eq!(file.problems, []);
        assert_eq!(file.maintenance, Some(Maintenance::Internal));
        assert_eq!(file.contacts[0].name, "Digital ward team");
    }

    #[test]
    fn problems_carry_their_line() {
        let bad = GOOD
            .replace("stable", "finished")
            .replace("type: internal", "type: contract")
            .replace("name: Ward list\n", "");
        let file = PublicCode::read("publiccode.yml", bad.as_bytes()).unwrap();
        let problems: Vec<_> = file.problems.iter().map(|(line, why)| format!("{line} {why}")).collect();
        assert_eq!(
            problems,
            [
                "1 `name` is required and missing",
                "4 `developmentStatus` is none of concept, development, beta, stable, obsolete",
                "12 `maintenance.contractors` is required for this type",
            ]
        );
    }

    #[test]
    fn what_is_no_map_is_unreadable() {
        assert!(PublicCode::read("publiccode.yml", b"- a\n").is_err());
        assert!(PublicCode::read("publiccode.yml", b"a: [\n").is_err());
    }
}
