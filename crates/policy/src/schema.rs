//! The Cedar schema of one kind of thing judged, made from the catalogue, and the check of a
//! control against it.
//!
//! Words are enumerated entities, so a misspelt word in a policy is an error and not a comparison
//! that is never true. Every attribute is required: the engine decides "unknown" before it looks
//! at what Cedar says, so a policy needs no guards against facts that are not there.

use std::{collections::BTreeSet, fmt::Write as _};

use cedar_policy::{ActionConstraint, Effect, Policy, PolicySet, Schema, ValidationMode, Validator};
use serde_json::Value as Json;

use crate::{
    catalogue::{Entry, FactType, Judged},
    control::Control,
};

/// The type of the one who asks: policies leave the principal open.
pub(crate) const ASKER: &str = "Asker";

/// The entity type of the thing judged: `component` is `Component`.
pub(crate) fn resource_type(judged: Judged) -> String {
    camel(judged.word())
}

/// The entity type of a fact's words: `install-script` is `InstallScript`.
pub(crate) fn word_type(entry: &Entry) -> String {
    camel(entry.id)
}

fn camel(kebab: &str) -> String {
    kebab
        .split('-')
        .map(|part| {
            let mut chars = part.chars();
            chars
                .next()
                .map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
        })
        .collect()
}

/// The schema in Cedar's own syntax: what somebody who writes a control needs to read.
pub fn schema_text(judged: Judged) -> String {
    let resource = resource_type(judged);
    let mut text = format!("entity {ASKER};\nentity {resource};\n");
    for entry in judged.facts() {
        if let FactType::Words(words) = entry.kind {
            let words: Vec<String> = words.iter().map(|w| format!("\"{w}\"")).collect();
            let _ = writeln!(text, "entity {} enum [{}];", word_type(entry), words.join(", "));
        }
    }
    let _ = writeln!(
        text,
        "action \"{judged}\" appliesTo {{ principal: {ASKER}, resource: {resource}, context: {{"
    );
    for entry in judged.facts() {
        let kind = match entry.kind {
            FactType::Bool => "Bool".to_owned(),
            FactType::Words(_) => word_type(entry),
            FactType::Count { .. } => "Long".to_owned(),
        };
        let _ = writeln!(
            text,
            "  // {} ({})\n  {}: {kind},",
            entry.meaning,
            entry.observer.word(),
            entry.attribute()
        );
    }
    text.push_str("} };\n");
    text
}

/// What a control's Cedar text breaks, beyond its annotations.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SchemaError {
    /// It is not one `forbid` about the kind of thing its folder names.
    #[error("write one `forbid (principal, action == Action::\"{0}\", resource) when {{ … }};`")]
    Scope(Judged),
    /// Cedar's own validation.
    #[error("{0}")]
    Invalid(String),
    /// It reads a fact that `@needs` does not name.
    #[error("it reads `{0}`, which `@needs` does not name: unobserved it would pass unseen")]
    ReadsMore(String),
    /// `@needs` names a fact that nothing reads.
    #[error("`@needs` names `{0}`, which it does not read: it would be unknown for no reason")]
    ReadsLess(String),
}

/// Checks one control strictly against the schema, and its reading against its needs.
pub(crate) fn check(policy: &Policy, control: &Control) -> Result<(), SchemaError> {
    let judged = control.judged();
    let action = format!("Action::\"{judged}\"");
    let scope = matches!(policy.action_constraint(), ActionConstraint::Eq(uid) if uid.to_string() == action);
    if policy.effect() != Effect::Forbid || !scope || !policy.has_non_scope_constraint() {
        return Err(SchemaError::Scope(judged));
    }
    let invalid = |e: &dyn std::fmt::Display| SchemaError::Invalid(e.to_string());
    let (schema, _) = Schema::from_cedarschema_str(&schema_text(judged)).map_err(|e| invalid(&e))?;
    let set = PolicySet::from_policies([policy.clone()]).map_err(|e| invalid(&e))?;
    let result = Validator::new(schema).validate(&set, ValidationMode::Strict);
    if let Some(first) = result.validation_errors().next() {
        return Err(invalid(first));
    }
    if let Some(first) = result.validation_warnings().next() {
        return Err(invalid(first));
    }
    let json = policy.to_json().map_err(|e| invalid(&e))?;
    let mut read = BTreeSet::new();
    attributes(&json, &mut read, 0);
    let names = |at: &u8| judged.facts().get(usize::from(*at)).map(Entry::attribute);
    let needed: BTreeSet<String> = control.needs.iter().filter_map(names).collect();
    if let Some(more) = read.difference(&needed).next() {
        return Err(SchemaError::ReadsMore(more.clone()));
    }
    read.extend(control.unknown_when.iter().filter_map(|c| names(&c.position)));
    match needed.difference(&read).next() {
        Some(less) => Err(SchemaError::ReadsLess(less.clone())),
        None => Ok(()),
    }
}

/// The attributes of `context` that an expression reads.
fn attributes(json: &Json, read: &mut BTreeSet<String>, depth: usize) {
    if depth > 200 {
        return;
    }
    match json {
        Json::Object(map) => {
            for operator in [".", "has"] {
                if let Some(access) = map.get(operator)
                    && access.get("left").and_then(|l| l.get("Var")).and_then(Json::as_str) == Some("context")
                    && let Some(attribute) = access.get("attr").and_then(Json::as_str)
                {
                    read.insert(attribute.to_owned());
                }
            }
            map.values().for_each(|v| attributes(v, read, depth + 1));
        }
        Json::Array(items) => items.iter().for_each(|v| attributes(v, read, depth + 1)),
        _ => {}
    }
}
