//! Facts about the system, or a part of it, as a whole.

use domain::{Assessment, Subject};
use policy::{Facts, Judged, catalogue::InventoryRead, fact::system as fact};
use serde_json::Value;

use crate::{
    observe::{INVENTORY, in_part},
    owner,
    system::{Declared, Part},
};

/// The facts of the system, or of the part.
pub fn facts(assessment: &Assessment, declared: &Declared, part: Option<&Part>) -> Facts {
    let mut facts = Facts::new(Judged::System);
    inventory(assessment, declared, part, &mut facts);
    let today = assessment.as_of.date();
    match owner::of_system(assessment, declared, part) {
        Some(owner) => {
            facts.set(fact::OWNER_NAMED, true);
            if owner.contact.is_some() {
                facts.set(fact::OWNER_CONTACT, true);
            } else {
                facts.absent(fact::OWNER_CONTACT);
            }
            // A day in the future confirms nothing.
            if let Some(day) = owner.confirmed.filter(|day| *day <= today) {
                facts.set(fact::OWNER_ACCEPTED, true);
                facts.set_if(fact::OWNER_CONFIRMED_DAYS, u64::try_from(today.days_since(day)).ok());
            }
        }
        None => {
            facts.absent(fact::OWNER_NAMED).absent(fact::OWNER_CONTACT);
        }
    }
    facts
}

fn inventory(assessment: &Assessment, declared: &Declared, part: Option<&Part>, facts: &mut Facts) {
    let Some(value) = super::value(assessment, INVENTORY) else {
        // Nothing of a model's folder or a dossier is source: there was nothing to leave unread.
        if matches!(assessment.subject, Subject::Model { .. } | Subject::Product { .. }) {
            facts.set(fact::INVENTORY_READ, InventoryRead::Whole).set(fact::LOCK_BEHIND_MANIFESTS, true);
        }
        return;
    };
    let here = |path: &Value| path.as_str().is_some_and(|path| in_part(declared, part, path));
    let any = |key: &str| value[key].as_array().is_some_and(|paths| paths.iter().any(here));
    if value["source_without_manifest"] == Value::Bool(true) {
        facts.set(fact::INVENTORY_READ, InventoryRead::NoManifest);
    } else if any("unread") {
        facts.set(fact::INVENTORY_READ, InventoryRead::SomeUnread);
    } else if value["anything"] == Value::Bool(true) {
        facts.set(fact::INVENTORY_READ, InventoryRead::Whole);
    }
    if value["anything"] == Value::Bool(true) {
        facts.set(fact::LOCK_BEHIND_MANIFESTS, !any("unlocked"));
    }
}
