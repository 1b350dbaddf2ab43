//! Where else the same code is known to lie: what closing or rewriting here does not reach.
//!
//! Known from what the owners declare (`mirrors`), from publiccode.yml and the manifests, and from the
//! clone's own remotes (which differ from clone to clone, and so stand outside the digest). An address that
//! is the repository's own is none: the remote `origin`, else the `url` of publiccode.yml, else the
//! manifests' first. Nothing is asked online: that none is known does not mean that there is none.

use std::collections::BTreeMap;

use domain::Assessment;
use serde_json::Value;

/// The places, each with how it is known, sorted: `forge.example/team/app (remote "upstream")`.
pub fn known(assessment: &Assessment) -> Vec<String> {
    let rows = |value: &Value| -> Vec<(String, String, String)> {
        let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let all = value.as_array().into_iter().flatten();
        all.map(|row| (text(row, "at"), text(row, "from"), text(row, "as"))).collect()
    };
    let of_kind = |kind: &str| {
        assessment.evidence.iter().find(|e| e.kind == kind).map(|e| rows(&e.value)).unwrap_or_default()
    };
    let (declared, given) = (of_kind("mirrors"), of_kind("addresses"));
    let remotes = rows(&assessment.local["remotes"]);
    let origin = remotes.iter().find(|(_, name, _)| name == "origin").map(|(at, ..)| at);
    let url = given.iter().find(|(_, _, role)| role == "url").map(|(at, ..)| at);
    let manifest = given.iter().find(|(_, _, role)| role == "repository").map(|(at, ..)| at);
    let own = origin.or(url).or(manifest).cloned().unwrap_or_default();
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut add = |at: &str, how: String| {
        if !at.is_empty() && !at.eq_ignore_ascii_case(&own) {
            let hows = out.entry(at.to_owned()).or_default();
            if !hows.contains(&how) {
                hows.push(how);
            }
        }
    };
    for (at, _, _) in &declared {
        add(at, "declared in formulary.toml".to_owned());
    }
    for (at, name, _) in &remotes {
        add(at, format!("this clone's remote {name}"));
    }
    for (at, from, role) in &given {
        match role.as_str() {
            "based-on" => add(at, format!("what it is based on, {from}")),
            _ => add(at, from.clone()),
        }
    }
    out.into_iter().map(|(at, hows)| format!("{at} ({})", hows.join("; "))).collect()
}

/// In a sentence; none where nothing is known.
pub(crate) fn sentence(assessment: &Assessment) -> Option<String> {
    const NAMED: usize = 5;
    let all = known(assessment);
    if all.is_empty() {
        return None;
    }
    let more = match all.len().saturating_sub(NAMED) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let named: Vec<String> = all.into_iter().take(NAMED).collect();
    Some(format!(
        "It is known to lie elsewhere as well: {}{more}. Neither closing nor rewriting it here reaches those: ask \
         whoever runs them.",
        named.join(", ")
    ))
}
