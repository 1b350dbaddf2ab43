//! Facts about one AI model.

use domain::{Assessment, Evidence, Tier};
use policy::{Facts, Judged, Pack};

/// The kind of evidence that describes one model.
pub const KIND: &str = "model";

/// The folder of a model.
pub fn path(model: &Evidence) -> &str {
    model.value["path"].as_str().unwrap_or_default()
}

/// Its name on screens.
pub fn name(model: &Evidence) -> String {
    model.value["name"].as_str().unwrap_or("the model").to_owned()
}

/// The facts of a model.
pub fn facts(_assessment: &Assessment, _pack: &Pack, _model: &Evidence, _tier: Tier) -> Facts {
    Facts::new(Judged::Model)
}
