//! Settings of the forge that somebody exported, as evidence, and how long they are believed.
//!
//! An export is a photograph: after the pack's days (`settings-days`) it says nothing any more, and what it
//! answered is unknown again.

use domain::{Assessment, Date, Evidence};
use evidence::material::Material;
use formats::forge_settings::{FILE, ForgeSettings};
use policy::Pack;
use serde_json::{Value, json};

use crate::facts;

/// The kind of evidence.
pub const KIND: &str = "forge-settings";

/// For so many days an export is believed where the pack does not say.
const DAYS: i64 = 90;

/// An export as evidence.
///
/// # Errors
/// In words: it is none.
pub fn evidence(name: &str, bytes: &[u8]) -> Result<Evidence, String> {
    let read = ForgeSettings::read(bytes).map_err(|error| error.to_string())?;
    let value = json!({
        "exported": read.exported,
        "forge": read.forge,
        "repository": read.repository,
        "branch": read.branch,
        "no_force_push": read.no_force_push,
        "reviews": read.reviews,
        "stale_reviews_dismissed": read.stale_dismissed,
        "administrators_bound": read.admins_bound,
        "required_checks": read.checks,
        "secret_scanning": read.secret_scanning,
        "push_protection": read.push_protection,
        "private_reporting": read.private_reporting,
    });
    let mut evidence = Evidence::new(KIND, value, name).map_err(|error| error.to_string())?;
    evidence.as_of = Some(read.exported.start());
    Ok(evidence)
}

/// The export that lies in a repository, if one does.
pub fn found(material: &dyn Material) -> Option<Vec<u8>> {
    let at = material.entries().binary_search_by(|e| e.path.as_str().cmp(FILE)).ok()?;
    // What is larger, or cannot be read, is refused by its reader like an empty file: it is there, and says nothing.
    let small = material.entries()[at].size <= 64 << 20;
    let bytes = small.then(|| material.read(FILE).ok()).flatten();
    Some(bytes.map(|bytes| bytes.into_owned()).unwrap_or_default())
}

/// The settings, as long as they are believed.
pub(crate) fn fresh<'a>(assessment: &'a Assessment, pack: &Pack) -> Option<&'a Value> {
    let value = facts::value(assessment, KIND)?;
    let exported: Date = value["exported"].as_str()?.parse().ok()?;
    let days = pack.limit("settings-days", assessment.circumstances.tier.value).map_or(DAYS, i64::from);
    (0..=days).contains(&assessment.as_of.date().days_since(exported)).then_some(value)
}

/// Whether the default branch is protected: no rewriting, at least one reviewer, administrators bound as far
/// as that is said. None where it is not known.
pub(crate) fn protected(value: &Value) -> Option<bool> {
    let (force, reviews, bound) = (
        value["no_force_push"].as_bool(),
        value["reviews"].as_u64(),
        value["administrators_bound"].as_bool(),
    );
    if force == Some(false) || reviews == Some(0) || bound == Some(false) {
        return Some(false);
    }
    (force == Some(true) && reviews.is_some()).then_some(true)
}
