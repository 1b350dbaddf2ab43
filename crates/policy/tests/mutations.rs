//! Every change of a control's Cedar text is noticed by one of its cases: an atom dropped or
//! negated, a bound shifted by one, a member of a set dropped, an `unless` or `when` dropped.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where something is wrong"
)]

use cedar_policy::{Policy, PolicyId};
use policy::{Judged, Pack, cases};
use serde_json::{Value, json};

/// Every expression that differs from the given one in one place.
fn mutants(body: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    if let Value::Object(map) = body {
        for operator in ["&&", "||"] {
            if let Some(sides) = map.get(operator) {
                found.push((format!("left of {operator} dropped"), sides["right"].clone()));
                found.push((format!("right of {operator} dropped"), sides["left"].clone()));
                let other = if operator == "&&" { "||" } else { "&&" };
                found.push((format!("{operator} made {other}"), json!({ other: sides })));
            }
        }
        if let Some(number) = map.get("Value").and_then(Value::as_i64) {
            found.push((format!("{number} raised"), json!({ "Value": number + 1 })));
            found.push((format!("{number} lowered"), json!({ "Value": number - 1 })));
        }
        if let Some(Value::Array(members)) = map.get("Set") {
            for at in 0..members.len() {
                let mut fewer = members.clone();
                fewer.remove(at);
                found.push((format!("member {at} of a set dropped"), json!({ "Set": fewer })));
            }
        }
        let atom = ["==", "!=", "<", "<=", ">", ">=", "contains", "."].iter().any(|o| map.contains_key(*o));
        if atom && !map.get(".").is_some_and(|access| access["left"]["Var"] != "context") {
            found.push(("negated".to_owned(), json!({ "!": { "arg": body } })));
        }
        if let Some(not) = map.get("!") {
            found.push(("negation dropped".to_owned(), not["arg"].clone()));
        }
        for (key, value) in map {
            for (what, changed) in mutants(value) {
                let mut copy = map.clone();
                copy.insert(key.clone(), changed);
                found.push((what, Value::Object(copy)));
            }
        }
    } else if let Value::Array(items) = body {
        for at in 0..items.len() {
            for (what, changed) in mutants(&items[at]) {
                let mut copy = items.clone();
                copy[at] = changed;
                found.push((what, Value::Array(copy)));
            }
        }
    }
    found
}

fn mutated(policy: &Policy) -> Vec<(String, Value)> {
    let est = policy.to_json().unwrap();
    let conditions = est["conditions"].as_array().unwrap().clone();
    let mut found = Vec::new();
    for at in 0..conditions.len() {
        let kind = conditions[at]["kind"].as_str().unwrap().to_owned();
        let mut fewer = conditions.clone();
        fewer.remove(at);
        found.push((format!("`{kind}` dropped"), fewer));
        for (what, body) in mutants(&conditions[at]["body"]) {
            let mut copy = conditions.clone();
            copy[at]["body"] = body;
            found.push((format!("in `{kind}`: {what}"), copy));
        }
    }
    found
        .into_iter()
        .map(|(what, conditions)| {
            let mut est = est.clone();
            est["conditions"] = Value::Array(conditions);
            (what, est)
        })
        .collect()
}

#[test]
fn every_mutant_is_killed_by_a_case() {
    let (mut alive, mut killed) = (Vec::new(), 0);
    for name in Pack::builtin_names() {
        let pack = Pack::builtin(name).unwrap();
        for judged in Judged::ALL {
            for (at, policy) in pack.policies(judged).unwrap() {
                let cases = cases::cases(&pack, at).unwrap();
                let facts: Vec<_> = cases.iter().map(|c| c.facts).collect();
                for (what, est) in mutated(&policy) {
                    let mutant = Policy::from_json(Some(PolicyId::new("mutant")), est).unwrap();
                    let states = pack.evaluate_changed(at, &mutant, &facts).unwrap();
                    if cases.iter().zip(&states).any(|(case, now)| case.state != now.state) {
                        killed += 1;
                    } else {
                        alive.push(format!("{name}/{}: {what}: {mutant}", pack.control(at)));
                    }
                }
            }
        }
    }
    assert!(alive.is_empty(), "{} mutants live:\n{}", alive.len(), alive.join("\n"));
    assert!(killed > 300, "only {killed} mutants were made");
}
