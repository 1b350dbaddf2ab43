//! A Control: one requirement, read from one Cedar `forbid` and its annotations.
//!
//! The Cedar text says when the control is not met. Everything else stands in annotations:
//!
//! | annotation | meaning |
//! | --- | --- |
//! | `@id @row @title @source` | who it is, the row of the reference, what it asks, the clause |
//! | `@why @remedy` | for a person, when not met; `{count}` and `{names}` are filled in |
//! | `@why_unknown @remedy_unknown` | the same when unknown (otherwise made from the title) |
//! | `@needs("a, b")` | the facts it reads; one unobserved makes the state unknown |
//! | `@enough("a")` | this boolean, observed true, is enough: the others are then not needed |
//! | `@applies("a")`, `("a=x\|y")` | otherwise the control is not applicable |
//! | `@absent("not-met")` or `("unknown")` | what a fact that was looked for and is not there means |
//! | `@unknown_when("a=x\|y")` | words that leave the question open, though they were observed |
//! | `@fires("unknown")` | the `forbid` tells what was not looked at: unknown, not "not met" |
//! | `@carried_by("id: a=x\|y")` | for these words, where that control is unknown too, it answers for both |
//! | `@clinical("block/oblige")` … | actions not-met/unknown by tier; no annotation: not applicable |
//! | `@private @public`, `@private_clinical` … | the same for the publish question |
//! | `@action_not_met("a=x: all=advise")`, `@action_unknown(…)` | another action for some words |
//! | `@excepts("team")`, `@except_days("30")` | who may set it aside, and for how long at most |
//!
//! This module refuses to evaluate: see [`crate::evaluate`].

use std::{collections::BTreeMap, fmt};

use cedar_policy::Policy;
use domain::{ControlState, verdict::Action};

use crate::{
    catalogue::{Entry, FactType, Judged, Observer, find},
    excepts::Excepts,
    facts::{Facts, encode},
    setting::{Column, Setting, Table},
};

/// What one cell of the tables in a control asks for: `-` is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// When not met.
    pub not_met: Option<Action>,
    /// When unknown.
    pub unknown: Option<Action>,
}

/// One control of a pack.
#[derive(Clone, Debug)]
pub struct Control {
    id: String,
    row: String,
    title: String,
    source: String,
    why: String,
    why_unknown: String,
    remedy: String,
    remedy_unknown: String,
    judged: Judged,
    pub(crate) needs: Vec<u8>,
    pub(crate) enough: Vec<u8>,
    pub(crate) applies: Vec<Condition>,
    pub(crate) unknown_when: Vec<Condition>,
    pub(crate) absent: ControlState,
    pub(crate) fires: ControlState,
    pub(crate) carried_by: Option<(String, Condition)>,
    actions: Table<Cell>,
    pub(crate) action_not_met: Vec<Rule>,
    pub(crate) action_unknown: Vec<Rule>,
    excepts: Excepts,
}

/// A fact that has one of some values (byte values of the fact vector).
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) position: u8,
    values: Vec<u8>,
}

impl Condition {
    pub(crate) fn holds(&self, facts: &Facts) -> bool {
        self.values.contains(&facts.byte(self.position))
    }
}

/// Another action where a condition holds.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) when: Condition,
    pub(crate) action: Table<Option<Action>>,
}

/// What is wrong with a control's annotations.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ControlError {
    /// An annotation that every control must have.
    #[error("`@{0}` is missing")]
    Missing(&'static str),
    /// An annotation that no control has: most likely a slip of the pen.
    #[error("`@{0}` is not an annotation of a control")]
    NoSuchAnnotation(String),
    /// The value of an annotation cannot be read.
    #[error("`@{annotation}(\"{text}\")`: {what}")]
    Unreadable {
        /// The annotation.
        annotation: String,
        /// Its value.
        text: String,
        /// What is wrong, and what to write.
        what: String,
    },
    /// No tier and no visibility has actions.
    #[error("no action: write at least one of `@clinical` … `@research`, or `@private`, `@public`")]
    NoAction,
}

const TEXTS: [&str; 21] = [
    "id",
    "row",
    "title",
    "source",
    "why",
    "why_unknown",
    "remedy",
    "remedy_unknown",
    "needs",
    "enough",
    "applies",
    "absent",
    "unknown_when",
    "fires",
    "carried_by",
    "action_not_met",
    "action_unknown",
    "excepts",
    "except_days",
    "note",
    "proposed",
];

impl Control {
    /// Reads the annotations of a policy.
    pub(crate) fn read(policy: &Policy, judged: Judged) -> Result<Self, ControlError> {
        // Read once: asking Cedar for one annotation parses its name every time.
        let annotations: BTreeMap<&str, &str> = policy.annotations().collect();
        if let Some(key) = annotations.keys().find(|k| !TEXTS.contains(k) && Column::of_word(k).is_none()) {
            return Err(ControlError::NoSuchAnnotation((*key).to_owned()));
        }
        let text = |key: &str| annotations.get(key).map(|t| t.trim()).filter(|t| !t.is_empty());
        let must = |key: &'static str| text(key).map(str::to_owned).ok_or(ControlError::Missing(key));
        let title = must("title")?;
        let why = must("why")?;
        let remedy = must("remedy")?;
        let needs = must("needs")?;
        let state = |key: &'static str, default: ControlState| match text(key) {
            None => Ok(default),
            Some("not-met") => Ok(ControlState::NotMet),
            Some("unknown") => Ok(ControlState::Unknown),
            Some(other) => Err(unreadable(key, other, "write `not-met` or `unknown`")),
        };
        Ok(Self {
            id: must("id")?,
            row: must("row")?,
            source: must("source")?,
            why_unknown: text("why_unknown").map_or_else(|| format!("Not known: {title}."), str::to_owned),
            remedy_unknown: text("remedy_unknown").map_or_else(|| remedy.clone(), str::to_owned),
            needs: list(judged, "needs", &needs)?,
            enough: list(judged, "enough", text("enough").unwrap_or_default())?,
            applies: conditions(judged, "applies", text("applies").unwrap_or_default())?,
            unknown_when: conditions(judged, "unknown_when", text("unknown_when").unwrap_or_default())?,
            absent: state("absent", ControlState::Unknown)?,
            fires: state("fires", ControlState::NotMet)?,
            carried_by: text("carried_by").map(|t| carrier(judged, t)).transpose()?,
            actions: actions(&annotations)?,
            action_not_met: rules(judged, "action_not_met", text("action_not_met").unwrap_or_default())?,
            action_unknown: rules(judged, "action_unknown", text("action_unknown").unwrap_or_default())?,
            excepts: Excepts::read(text("excepts"), text("except_days"))
                .map_err(|what| unreadable("excepts", text("excepts").unwrap_or_default(), &what))?,
            title,
            why,
            remedy,
            judged,
        })
    }

    /// Its id, e.g. `flaw-overdue`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The row of the reference, e.g. `INB-02`.
    pub fn row(&self) -> &str {
        &self.row
    }

    /// What it asks, one line.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The clause or paper it comes from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What it is asked of.
    pub const fn judged(&self) -> Judged {
        self.judged
    }

    /// Why this state matters here, for a person; `{count}` and `{names}` are left in.
    pub fn why(&self, state: ControlState) -> &str {
        match state {
            ControlState::NotMet => &self.why,
            ControlState::Unknown => &self.why_unknown,
            ControlState::Met | ControlState::NotApplicable => &self.title,
        }
    }

    /// What to do next, for a person; `{count}` and `{names}` are left in.
    pub fn remedy(&self, state: ControlState) -> &str {
        if state == ControlState::Unknown { &self.remedy_unknown } else { &self.remedy }
    }

    /// The facts it reads.
    pub fn needs(&self) -> impl Iterator<Item = &'static Entry> + '_ {
        self.needs.iter().filter_map(|at| self.judged.facts().get(usize::from(*at)))
    }

    /// What a fact that was looked for and is not there means: not met, or unknown.
    pub const fn absent(&self) -> ControlState {
        self.absent
    }

    /// The control whose consequence stands for this one where both are unknown.
    pub fn carried_by(&self) -> Option<&str> {
        self.carried_by.as_ref().map(|(id, _)| id.as_str())
    }

    /// What it asks for in a setting; `None` where it is not applicable.
    pub fn actions(&self, setting: Setting) -> Option<Cell> {
        self.actions.get(setting)
    }

    /// Who may set it aside in a setting, and for how long at most.
    pub const fn excepts(&self) -> &Excepts {
        &self.excepts
    }

    /// How a mended fault is shown: by the next check, or by a person's statement.
    pub fn shown_by(&self) -> &'static str {
        if self.needs().any(|e| e.observer == Observer::Person) {
            "a signed statement by the owner, or the document itself"
        } else {
            "the next check finds it met"
        }
    }
}

impl fmt::Display for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.id)
    }
}

/// Puts the count and the names into a text of a control.
pub fn fill(text: &str, count: u64, names: &str) -> String {
    let names = if names.is_empty() { "what is listed" } else { names };
    text.replace("{count}", &count.to_string()).replace("{names}", names)
}

fn unreadable(annotation: &str, text: &str, what: &str) -> ControlError {
    ControlError::Unreadable {
        annotation: annotation.to_owned(),
        text: text.to_owned(),
        what: what.to_owned(),
    }
}

fn list(judged: Judged, annotation: &str, text: &str) -> Result<Vec<u8>, ControlError> {
    text.split(',')
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .map(|id| {
            find(judged, id)
                .map(|(at, _)| at)
                .ok_or_else(|| unreadable(annotation, text, &format!("a {judged} has no fact `{id}`")))
        })
        .collect()
}

fn conditions(judged: Judged, annotation: &str, text: &str) -> Result<Vec<Condition>, ControlError> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| condition(judged, annotation, part))
        .collect()
}

fn condition(judged: Judged, annotation: &str, text: &str) -> Result<Condition, ControlError> {
    let (id, words) = text.split_once('=').map_or((text, "true"), |(id, words)| (id.trim(), words.trim()));
    let (position, entry) = find(judged, id)
        .ok_or_else(|| unreadable(annotation, text, &format!("a {judged} has no fact `{id}`")))?;
    if matches!(entry.kind, FactType::Count { .. }) {
        return Err(unreadable(annotation, text, "a count is compared in Cedar, not here"));
    }
    let values = words
        .split('|')
        .map(|word| {
            encode(entry, word.trim())
                .ok_or_else(|| unreadable(annotation, text, &format!("`{id}` cannot be `{word}`")))
        })
        .collect::<Result<_, _>>()?;
    Ok(Condition { position, values })
}

fn carrier(judged: Judged, text: &str) -> Result<(String, Condition), ControlError> {
    let (id, when) = text
        .split_once(':')
        .ok_or_else(|| unreadable("carried_by", text, "write `control: fact=word|word`"))?;
    Ok((id.trim().to_owned(), condition(judged, "carried_by", when.trim())?))
}

fn actions(annotations: &BTreeMap<&str, &str>) -> Result<Table<Cell>, ControlError> {
    let mut table = Table::default();
    let mut columns: Vec<(Column, &str, &str)> = annotations
        .iter()
        .filter_map(|(key, text)| Column::of_word(key).map(|column| (column, *key, *text)))
        .collect();
    // The wide ones first, so that `private_clinical` overrides `private`.
    columns.sort_by_key(|(column, key, _)| (column.breadth_first(), *key));
    for (column, key, text) in columns {
        let Some((not_met, unknown)) = text.split_once('/') else {
            return Err(unreadable(key, text, "write `not-met/unknown`, e.g. `block/oblige`"));
        };
        table.set(column, Cell { not_met: action(key, not_met)?, unknown: action(key, unknown)? });
    }
    if table.is_empty() { Err(ControlError::NoAction) } else { Ok(table) }
}

fn action(annotation: &str, word: &str) -> Result<Option<Action>, ControlError> {
    match word.trim() {
        "block" => Ok(Some(Action::Block)),
        "refer" => Ok(Some(Action::Refer)),
        "oblige" => Ok(Some(Action::Oblige)),
        "advise" => Ok(Some(Action::Advise)),
        "-" => Ok(None),
        other => Err(unreadable(annotation, other, "an action is block, refer, oblige, advise or `-`")),
    }
}

fn rules(judged: Judged, annotation: &str, text: &str) -> Result<Vec<Rule>, ControlError> {
    text.split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (when, cells) = part
                .split_once(':')
                .ok_or_else(|| unreadable(annotation, part, "write `fact=word: column=action`"))?;
            let mut table = Table::default();
            for cell in cells.split_whitespace() {
                let (column, word) = cell
                    .split_once('=')
                    .ok_or_else(|| unreadable(annotation, cell, "write `column=action`"))?;
                let column = Column::of_word(column).ok_or_else(|| {
                    unreadable(annotation, cell, "a column is a tier, a visibility or `all`")
                })?;
                table.set(column, action(annotation, word)?);
            }
            Ok(Rule { when: condition(judged, annotation, when.trim())?, action: table })
        })
        .collect()
}
