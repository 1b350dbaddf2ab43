//! Answer sheets of a dossier: which questions of a form are answered, by code. An answer is there
//! or not; what it says is for people.

use std::sync::OnceLock;

use domain::{Coverage, Place};
use formats::own::{Answers, dossier::Dossier};
use serde::{Deserialize, Serialize};

use crate::material::Material;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    form: Vec<Form>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    kind: String,
    title: String,
    section: Vec<SectionRule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SectionRule {
    prefix: String,
    title: String,
    #[serde(default)]
    counted: u32,
    #[serde(default)]
    codes: Vec<String>,
    control: String,
}

fn forms() -> &'static [Form] {
    static FORMS: OnceLock<Vec<Form>> = OnceLock::new();
    FORMS.get_or_init(|| {
        toml::from_str::<Rules>(include_str!("../../rules/dossier-forms.toml"))
            .map(|r| r.form)
            .unwrap_or_default()
    })
}

/// One section of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// The codes' common beginning.
    pub prefix: String,
    /// What it is about.
    pub title: String,
    /// How many of its questions are answered.
    pub given: u32,
    /// How many there are.
    pub asked: u32,
    /// Codes without an answer, where the codes are known.
    pub missing: Vec<String>,
    /// The control it bears on.
    pub control: String,
}

/// A sheet of answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// The kind of document it belongs to.
    pub kind: String,
    /// The form's name.
    pub title: String,
    /// The file.
    pub path: String,
    /// Answered questions in all.
    pub given: u32,
    /// Section by section.
    pub sections: Vec<Section>,
}

/// Reads every sheet that the dossier names. One that cannot be read is in the coverage, and no sheet.
pub fn look(material: &dyn Material, dossier: &Dossier, coverage: &mut Coverage) -> Vec<Sheet> {
    let mut out = Vec::new();
    for document in &dossier.documents {
        let Some(path) = &document.answers else { continue };
        let answers = match material.read(path) {
            Ok(bytes) => Answers::read(path, &bytes),
            Err(error) => {
                coverage.cannot_read(Place::file(path), error.to_string());
                continue;
            }
        };
        match answers {
            Ok(answers) => {
                coverage.read += 1;
                out.push(sheet(&document.kind, path, &answers));
            }
            Err(invalid) => {
                for fault in invalid.faults {
                    coverage.cannot_read(Place::line(path, fault.line), fault.why);
                }
            }
        }
    }
    out
}

fn sheet(kind: &str, path: &str, answers: &Answers) -> Sheet {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let given = count(answers.by_code.values().filter(|answer| answer.is_given()).count());
    let form = forms().iter().find(|form| form.kind == kind);
    let sections = form.into_iter().flat_map(|form| &form.section).map(|rule| {
        let is_given = |code: &str| answers.by_code.get(code).is_some_and(formats::own::Answer::is_given);
        let missing: Vec<String> = rule.codes.iter().filter(|code| !is_given(code)).cloned().collect();
        let (given, asked) = if rule.codes.is_empty() {
            let under =
                |code: &str| code.strip_prefix(&rule.prefix).is_some_and(|rest| rest.starts_with('.'));
            let all = answers.by_code.iter().filter(|(code, answer)| under(code) && answer.is_given());
            (count(all.count()), rule.counted)
        } else {
            (count(rule.codes.len() - missing.len()), count(rule.codes.len()))
        };
        Section {
            prefix: rule.prefix.clone(),
            title: rule.title.clone(),
            given,
            asked,
            missing,
            control: rule.control.clone(),
        }
    });
    Sheet {
        kind: kind.to_owned(),
        title: form.map_or(kind, |form| form.title.as_str()).to_owned(),
        path: path.to_owned(),
        given,
        sections: sections.collect(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_shipped_forms_are_readable() {
        assert_eq!(super::forms().len(), 3);
        for section in super::forms().iter().flat_map(|form| &form.section) {
            assert!(section.codes.is_empty() != (section.counted == 0), "{}", section.title);
        }
    }
}
