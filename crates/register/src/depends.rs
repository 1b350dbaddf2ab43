//! What depends on a leaf that cannot be read: the subjects it names, where it can be seen what it is about.
//!
//! Refuses to guess what the leaf says.

use std::collections::BTreeSet;

use domain::{Digest, SubjectName};
use serde_json::Value;

use crate::register::Register;

/// The subjects that bytes which are no leaf of ours name, as far as can be seen.
pub(crate) fn about(bytes: &[u8], register: &Register) -> Option<BTreeSet<SubjectName>> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    let mut found = BTreeSet::new();
    collect(&value, register, &mut found);
    (!found.is_empty()).then_some(found)
}

fn collect(value: &Value, register: &Register, found: &mut BTreeSet<SubjectName>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, register, found)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), value) {
                    ("subject", Value::String(text)) => found.extend(text.parse().ok()),
                    ("review", Value::String(id)) => {
                        let case = register.reviews.get(id).and_then(|r| r.opening.case.as_ref());
                        found.extend(case.map(|case| case.subject.clone()));
                    }
                    ("decision", Value::String(text)) => {
                        let digest: Option<Digest> = text.parse().ok();
                        let case = digest.and_then(|d| register.decisions.get(&d));
                        found.extend(case.map(|(case, _)| case.subject.clone()));
                    }
                    _ => collect(value, register, found),
                }
            }
        }
        _ => {}
    }
}
