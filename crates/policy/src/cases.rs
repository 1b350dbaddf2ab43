//! Cases: the examples beside a control, each with the state it must have and why that matters.
//!
//! ```toml
//! [[case]]
//! name = "a version past its due date"
//! because = "the reason this example is kept"
//! state = "not-met"
//! facts = { due = "overdue" }
//! outcome = { operational = "refused" }   # optional, by column
//! ```
//! A fact that is left out is unobserved; `"absent"` is looked for and not there.

use std::collections::BTreeMap;

use domain::{ControlState, Outcome, Purpose, Visibility};
use serde::Deserialize;

use crate::{
    evaluate::ControlIdx,
    facts::{FactError, Facts},
    pack::{Pack, PackError},
    setting::{Column, Setting},
};

/// One example.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// Why it matters.
    pub because: String,
    /// What is known.
    pub facts: Facts,
    /// The state it must have.
    pub state: ControlState,
    outcomes: Vec<(Column, Outcome)>,
}

/// An example that a control does not judge as it must.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The control.
    pub control: String,
    /// The example.
    pub case: String,
    /// What was expected and what came.
    pub what: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    name: String,
    because: String,
    state: ControlState,
    #[serde(default)]
    facts: BTreeMap<String, Word>,
    #[serde(default)]
    outcome: BTreeMap<String, Outcome>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Word {
    Bool(bool),
    Count(u64),
    Text(String),
}

/// The cases of one control; none where it has no file of them.
///
/// # Errors
/// When the file cannot be read, or names a fact, a value or a column that does not exist.
pub fn cases(pack: &Pack, at: ControlIdx) -> Result<Vec<Case>, PackError> {
    let Some((path, text)) = pack.cases_text(at) else { return Ok(Vec::new()) };
    let wrong =
        |what: &dyn std::fmt::Display| PackError::Cedar { file: path.to_owned(), error: what.to_string() };
    let file: File = toml::from_str(text)
        .map_err(|error| PackError::Toml { file: path.to_owned(), error: Box::new(error) })?;
    file.case
        .into_iter()
        .map(|case| {
            let mut facts = Facts::new(pack.control(at).judged());
            for (id, word) in &case.facts {
                let word = match word {
                    Word::Bool(yes) => yes.to_string(),
                    Word::Count(n) => n.to_string(),
                    Word::Text(word) => word.clone(),
                };
                facts.set_word(id, &word).map_err(|e: FactError| wrong(&e))?;
            }
            let outcomes = case
                .outcome
                .iter()
                .map(|(column, outcome)| {
                    Column::of_word(column)
                        .map(|c| (c, *outcome))
                        .ok_or_else(|| wrong(&format!("`{column}` is no tier and no visibility")))
                })
                .collect::<Result<_, _>>()?;
            Ok(Case { name: case.name, because: case.because, facts, state: case.state, outcomes })
        })
        .collect()
}

/// Runs every case of a pack; empty where all are as they must be.
///
/// # Errors
/// When a file of cases cannot be read.
pub fn run(pack: &Pack) -> Result<(usize, Vec<Failure>), PackError> {
    let mut failures = Vec::new();
    let mut ran = 0;
    for (at, control) in pack.controls() {
        for case in cases(pack, at)? {
            ran += 1;
            let mut fail = |what: String| {
                failures.push(Failure { control: control.id().to_owned(), case: case.name.clone(), what });
            };
            let judgements = pack.evaluate_afresh(&case.facts);
            let Some(judgement) = judgements.iter().find(|j| j.control == at) else { continue };
            if judgement.state != case.state {
                fail(format!("must be {}, is {}", case.state, judgement.state));
            }
            for (column, expected) in &case.outcomes {
                for setting in Setting::all().filter(|s| column.covers(*s)) {
                    let demand = pack.demand(judgement, setting);
                    if demand.outcome != *expected {
                        let seen = match pack.purpose() {
                            Purpose::Use => String::new(),
                            Purpose::Publish => match setting.visibility {
                                Visibility::Public => ", public".to_owned(),
                                Visibility::Private => ", not yet public".to_owned(),
                            },
                        };
                        fail(format!("at {}{seen} must be {expected}, is {}", setting.tier, demand.outcome));
                    }
                }
            }
        }
    }
    Ok((ran, failures))
}
