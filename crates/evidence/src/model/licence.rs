//! The licence a model states: in its card, its weights' metadata and a licence file beside it.
//! Ids as model hubs write them; which class an id is in, and what that permits, is the pack's.

use std::sync::OnceLock;

use domain::Place;
use serde::{Deserialize, Serialize};

use super::{card::Card, find::ModelFolder};
use crate::{
    licence::{
        is_licence_file,
        text::{recognise, reduce},
    },
    material::Material,
    paths::file_name,
    text,
};

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stated {
    /// The id, lower case.
    pub id: String,
    /// Where.
    pub place: Place,
}

/// The licence as stated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licence {
    /// The id: the card's first, else the weights', else the licence file's; none where none is stated.
    pub id: Option<String>,
    /// Every statement, in that order.
    pub stated: Vec<Stated>,
    /// A licence file is there whose text is not known: a person must read it.
    pub unknown_text: bool,
    /// Whether all statements agree.
    pub agree: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    licence: Vec<Phrase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Phrase {
    id: String,
    all: Vec<String>,
}

fn rules() -> &'static [Phrase] {
    static RULES: OnceLock<Vec<Phrase>> = OnceLock::new();
    RULES.get_or_init(|| {
        toml::from_str::<Rules>(include_str!("../../rules/model-licences.toml"))
            .map(|r| r.licence)
            .unwrap_or_default()
    })
}

/// The id of a licence text beside a model.
fn of_text(content: &str) -> Option<String> {
    let words = reduce(content);
    let phrase = rules().iter().find(|rule| rule.all.iter().all(|phrase| words.contains(phrase.as_str())));
    if let Some(phrase) = phrase {
        return Some(phrase.id.clone());
    }
    let known = recognise(content);
    match known.spdx.as_slice() {
        [one] => Some(one.to_ascii_lowercase()),
        _ => None,
    }
}

/// Collects the statements.
pub fn look(material: &dyn Material, folder: &ModelFolder, card: &Card) -> Licence {
    let mut stated = Vec::new();
    let mut unknown_text = false;
    if let Some(path) = &card.path {
        for id in card.licences.iter().filter(|id| id.as_str() != "unknown") {
            stated.push(Stated { id: id.clone(), place: Place::file(path) });
        }
    }
    for (file, weights) in folder.weights() {
        for key in ["general.license", "license", "modelspec.license"] {
            if let Some(id) = weights.metadata.get(key).map(|id| id.trim().to_ascii_lowercase())
                && !id.is_empty()
                && id.len() <= 100
            {
                stated.push(Stated { id, place: Place::file(&file.path) });
            }
        }
    }
    for file in &folder.files {
        if !is_licence_file(file_name(&file.path)) {
            continue;
        }
        match text::small(material, &file.path).and_then(|content| of_text(&content)) {
            Some(id) => stated.push(Stated { id, place: Place::file(&file.path) }),
            None => unknown_text = true,
        }
    }
    let plain = |id: &str| id.replace("-only", "").replace("-or-later", "");
    let agree =
        stated.windows(2).all(|pair| plain(&pair[0].id) == plain(&pair[1].id) || pair[0].id == "other");
    let id = stated.first().map(|s| s.id.clone()).or_else(|| unknown_text.then(|| "other".to_owned()));
    stated.dedup();
    Licence { id, stated, unknown_text, agree }
}
