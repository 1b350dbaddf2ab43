//! Facts about one AI model.

use domain::{Assessment, Evidence, Tier};
use evidence::model::{
    Model, RunsCode,
    card::{Card, State},
};
use policy::{
    Facts, Judged, Pack,
    catalogue::{CardState, CodeFormat, Fit},
    fact::model as fact,
};

/// The kind of evidence that describes one model.
pub use evidence::model::KIND;

/// The folder of a model.
pub fn path(model: &Evidence) -> &str {
    model.value["path"].as_str().unwrap_or_default()
}

/// Whether it lies among tests or examples only.
pub fn development(model: &Evidence) -> bool {
    model.value["development"] == serde_json::Value::Bool(true)
}

/// Its name on screens.
pub fn name(model: &Evidence) -> String {
    match model.value["name"].as_str() {
        Some(name) => name.to_owned(),
        None if path(model).is_empty() => "the model".to_owned(),
        None => format!("the model in {}", path(model)),
    }
}

/// The facts of a model, judged at a tier. A value that is none of ours leaves all unobserved.
pub fn facts(_assessment: &Assessment, pack: &Pack, evidence: &Evidence, tier: Tier) -> Facts {
    let mut facts = Facts::new(Judged::Model);
    let Ok(model) = serde_json::from_value::<Model>(evidence.value.clone()) else { return facts };
    facts.set(fact::FILES_HASHED, model.files_hashed);
    facts.set(fact::FORMATS_KNOWN, model.formats_known && model.unread.is_empty());
    facts.set(fact::ORIGIN_STATED, model.origin.from.is_some());
    facts.set(fact::REVISION_STATED, model.origin.revision.is_some());
    facts.set(fact::PARENTS_STATED, model.origin.no_parents || !model.origin.parents.is_empty());
    match model.runs_code {
        RunsCode::No => facts.set(fact::CODE_FORMAT, CodeFormat::None),
        RunsCode::BesideSafeCopy => facts.set(fact::CODE_FORMAT, CodeFormat::BesideSafe),
        RunsCode::OnlyCopy => facts.set(fact::CODE_FORMAT, CodeFormat::OnlyCopy),
        RunsCode::Unknown => &mut facts,
    };
    facts.set_if(fact::REMOTE_CODE, model.remote_code);
    facts.set_if(fact::LICENCE, licence(&model, pack, tier));
    card(&model.card, &mut facts);
    facts
}

fn licence(model: &Model, pack: &Pack, tier: Tier) -> Option<Fit> {
    let table = pack.model_licences()?;
    if model.licence.unknown_text && model.licence.id.is_none() {
        return Some(Fit::NeedsView);
    }
    // Statements that disagree are judged by the strictest of them.
    let fits =
        model.licence.stated.iter().filter_map(|stated| table.class(Some(&stated.id))).map(|c| c.fit(tier));
    let worst = fits.max_by_key(|fit| match fit {
        Fit::Fits => 0,
        Fit::NeedsView => 1,
        Fit::DoesNotFit => 2,
    });
    worst.or_else(|| table.class(model.licence.id.as_deref()).map(|class| class.fit(tier)))
}

fn card(card: &Card, facts: &mut Facts) {
    match card.state {
        State::Absent => facts.absent(fact::CARD),
        State::Unread => &mut *facts,
        State::FieldsMissing => facts.set(fact::CARD, CardState::Missing),
        State::EmptyAnswers => facts.set(fact::CARD, CardState::Empty),
        State::Complete => facts.set(fact::CARD, CardState::Complete),
    };
    facts.set_if(fact::DATA_ORIGIN, card.data_origin);
    facts.set_if(fact::DATA_SENSITIVITY, card.data_sensitivity);
    facts.set_if(fact::DATA_RIGHTS, card.data_rights);
}
