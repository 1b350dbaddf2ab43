//! Who answers: for the system, for a part, for one component.
//!
//! In this order: the part's owner in `formulary.toml`, the system's owner there, the CODEOWNERS
//! line that holds for the file, the contacts of `publiccode.yml`; for a product, the owner that its
//! dossier names. A role that only CODEOWNERS names
//! reviews changes; whether it also patches and monitors nobody has said, and the answer says so.

use domain::{Assessment, Component, Date};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::system::{Declared, Part};

/// The kind of evidence that the owner collector yields.
pub const KIND: &str = "owner";
/// Evidence of the CODEOWNERS line that speaks for each file that names components.
pub const CODEOWNERS: &str = "codeowners";

/// Somebody who answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answering {
    /// The role or team.
    pub role: String,
    /// How to reach it.
    pub contact: Option<String>,
    /// The day it last confirmed.
    pub confirmed: Option<Date>,
    /// Where it says so: `formulary.toml:3`, `.github/CODEOWNERS:7`.
    pub source: String,
}

/// Who answers for a component, in each duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duties {
    /// The line of the subject that names the component.
    pub place: String,
    /// Who patches it.
    pub patches: Option<Answering>,
    /// Who monitors it.
    pub monitors: Option<Answering>,
    /// Who answers for it.
    pub answers: Option<Answering>,
    /// Until when that holds: 180 days after it was last confirmed.
    pub until: Option<Date>,
}

/// Days for which a confirmation holds (PACKS.md, `owner-accepts`).
pub const CONFIRMED_DAYS: i64 = 180;

fn answering(owner: &crate::system::Owner) -> Answering {
    Answering {
        role: owner.role.clone(),
        contact: Some(owner.contact.clone()),
        confirmed: owner.confirmed,
        source: owner.place.clone(),
    }
}

/// Who answers for the system, or for a part of it.
pub fn of_system(assessment: &Assessment, declared: &Declared, part: Option<&Part>) -> Option<Answering> {
    let owner = part.and_then(|part| part.owner.as_ref()).or(declared.owner.as_ref());
    owner.map(answering).or_else(|| of_dossier(assessment)).or_else(|| {
        let value = crate::facts::value(assessment, KIND)?;
        publiccode(value).or_else(|| codeowner(value))
    })
}

/// The owner that a product's dossier names on the body's side.
fn of_dossier(assessment: &Assessment) -> Option<Answering> {
    let roles = crate::facts::value(assessment, evidence::dossier::KIND)?["roles"].as_array()?;
    let role = roles.iter().find(|role| role["duty"] == "owner")?;
    Some(Answering {
        role: role["role"].as_str()?.to_owned(),
        contact: role["contact"].as_str().map(str::to_owned),
        confirmed: role["confirmed"].as_str().and_then(|day| day.parse().ok()),
        source: role["place"].as_str().unwrap_or("product.toml").to_owned(),
    })
}

/// The first contact of `publiccode.yml`.
fn publiccode(value: &Value) -> Option<Answering> {
    let contact = value["publiccode"]["contacts"].as_array()?.first()?;
    let text = |key: &str| contact[key].as_str().filter(|t| !t.is_empty()).map(str::to_owned);
    Some(Answering {
        role: text("name").or_else(|| text("affiliation")).or_else(|| text("email"))?,
        contact: text("email").or_else(|| text("phone")),
        confirmed: None,
        source: contact["place"].as_str().unwrap_or("publiccode.yml").to_owned(),
    })
}

/// Those whom a CODEOWNERS line names.
fn of_line(row: &Value) -> Option<Answering> {
    let owners: Vec<&str> = row["owners"].as_array()?.iter().filter_map(Value::as_str).collect();
    let owners = if owners.is_empty() { return None } else { owners.join(", ") };
    Some(Answering {
        role: owners.clone(),
        contact: Some(owners),
        confirmed: None,
        source: row["place"].as_str().unwrap_or("CODEOWNERS").to_owned(),
    })
}

/// The CODEOWNERS line that speaks for everything no other line names.
fn codeowner(value: &Value) -> Option<Answering> {
    of_line(&value["codeowners"]["default"])
}

/// The CODEOWNERS line that speaks for a file.
fn line_for(assessment: &Assessment, path: &str) -> Option<Answering> {
    let rows = crate::facts::value(assessment, CODEOWNERS)?.as_array()?;
    rows.iter().find(|row| row["path"] == path).and_then(of_line)
}

/// Who patches, monitors and answers for a component, for each line that names it.
pub fn of_component(assessment: &Assessment, component: &Component) -> Vec<Duties> {
    let declared = Declared::from_evidence(&assessment.evidence);
    let places =
        if component.from.is_empty() { vec![None] } else { component.from.iter().map(Some).collect() };
    places
        .into_iter()
        .map(|place| {
            let path = place.map_or("", |place| place.path.as_str());
            let owner = declared.owner_of(path);
            let answers = owner.map(answering).or_else(|| {
                line_for(assessment, path).or_else(|| publiccode(crate::facts::value(assessment, KIND)?))
            });
            let duty = |pick: fn(&crate::system::Owner) -> &Option<String>| {
                owner.map(|owner| match pick(owner) {
                    Some(role) => Answering { role: role.clone(), contact: None, ..answering(owner) },
                    None => answering(owner),
                })
            };
            Duties {
                place: place.map_or_else(|| "the subject".to_owned(), ToString::to_string),
                patches: duty(|owner| &owner.patches),
                monitors: duty(|owner| &owner.monitors),
                until: answers.as_ref().and_then(|a| a.confirmed).map(|day| day.plus_days(CONFIRMED_DAYS)),
                answers,
            }
        })
        .collect()
}
