//! Writing an assessment as a report: rules are the controls, results the findings, and a reason that
//! rests on no finding is a result too, so that what could not be evaluated shows.
//!
//! A control without a place of its own is put at `formulary.toml`, where its answer is declared:
//! code-scanning screens refuse a whole report for one result without a location.

use std::collections::{BTreeMap, HashMap};

use domain::{Assessment, Digest, Finding, Outcome, Place, verdict::Action, verdict::Reason};
use serde_json::{Map, Value, json};

/// Where the schema of SARIF 2.1.0 is published.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// Where what has no place of its own is shown.
const DECLARATIONS: &str = "formulary.toml";
/// Most further places of one result.
const MOST_PLACES: usize = 20;

/// The report, as one line of JSON: the same bytes for the same assessment.
pub fn write(assessment: &Assessment) -> String {
    let gravest = gravest(assessment);
    let rules = rules(assessment, &gravest);
    let numbers: BTreeMap<&str, usize> =
        rules.iter().enumerate().map(|(n, (id, _))| (id.as_str(), n)).collect();
    let mut results: Vec<Value> = Vec::new();
    for finding in &assessment.findings {
        results.push(of_finding(assessment, finding, level(finding, &gravest), &numbers));
    }
    for (control, _) in &rules {
        // One for a control, whichever verdicts it is a reason of.
        if let Some(reason) = gravest.controls.get(control.as_str()).filter(|r| r.findings.is_empty()) {
            results.push(of_reason(reason, &numbers));
        }
    }
    let (name, version) = assessment.tool.split_once(' ').unwrap_or((&assessment.tool, ""));
    let mut driver = json!({"name": name, "rules": rules.iter().map(|(_, rule)| rule).collect::<Vec<_>>()});
    if !version.is_empty() {
        driver["version"] = version.into();
    }
    let evaluated = assessment.verdicts.iter().all(|v| v.outcome != Outcome::NotEvaluated);
    let verdicts: Vec<Value> = assessment
        .verdicts
        .iter()
        .map(|v| json!({"purpose": v.purpose, "part": v.part, "tier": v.tier, "pack": v.pack, "outcome": v.outcome}))
        .collect();
    let report = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": driver},
            "invocations": [{
                "executionSuccessful": evaluated,
                "toolExecutionNotifications": notifications(assessment),
            }],
            "results": results,
            "properties": {
                "assessment": assessment.digest,
                "basis": assessment.basis,
                "asOf": assessment.as_of,
                "verdicts": verdicts,
            },
        }],
    });
    report.to_string()
}

fn reasons(assessment: &Assessment) -> impl Iterator<Item = &Reason> {
    assessment.verdicts.iter().flat_map(|verdict| &verdict.reasons)
}

/// The gravest action asked for each control, and for each finding that a reason names.
struct Gravest<'a> {
    controls: HashMap<&'a str, &'a Reason>,
    findings: HashMap<Digest, Action>,
}

fn gravest(assessment: &Assessment) -> Gravest<'_> {
    let mut found = Gravest { controls: HashMap::new(), findings: HashMap::new() };
    for reason in reasons(assessment) {
        let kept = found.controls.entry(&reason.control).or_insert(reason);
        if (reason.action, reason.outcome) > (kept.action, kept.outcome) {
            *kept = reason;
        }
        for finding in &reason.findings {
            let kept = found.findings.entry(*finding).or_insert(reason.action);
            *kept = reason.action.max(*kept);
        }
    }
    found
}

fn word(action: Action) -> &'static str {
    match action {
        Action::Block => "error",
        Action::Refer | Action::Oblige => "warning",
        Action::Advise => "note",
    }
}

/// A finding's level: what a reason that names it demands. A reason names a thousand at most; beyond,
/// its control's gravest stands in. What no reason rests on is a note.
fn level(finding: &Finding, gravest: &Gravest<'_>) -> &'static str {
    let named = gravest.findings.get(&finding.fingerprint).copied();
    let beyond = || {
        let reason = gravest.controls.get(finding.control.as_str())?;
        (reason.count > reason.findings.len() as u64).then_some(reason.action)
    };
    named.or_else(beyond).map_or("note", word)
}

/// One rule for each control that was asked or that a finding names, sorted by id.
fn rules(assessment: &Assessment, gravest: &Gravest<'_>) -> Vec<(String, Value)> {
    let mut rules: BTreeMap<&str, Value> = BTreeMap::new();
    let mut rule = |id, properties: Value| {
        rules.entry(id).or_insert_with(|| {
            let reason = gravest.controls.get(id);
            let mut rule = json!({
                "id": id,
                "shortDescription": {"text": reason.map_or(id, |reason| &reason.why)},
                "defaultConfiguration": {"level": reason.map_or("note", |reason| word(reason.action))},
                "properties": properties,
            });
            if let Some(reason) = reason.filter(|reason| !reason.remedy.is_empty()) {
                rule["help"] = json!({"text": reason.remedy});
            }
            rule
        });
    };
    for control in &assessment.controls {
        rule(&control.id, json!({"row": control.row, "pack": control.pack, "state": control.state}));
    }
    for reason in reasons(assessment) {
        rule(&reason.control, json!({"row": reason.row}));
    }
    for finding in &assessment.findings {
        rule(&finding.control, json!({}));
    }
    rules.into_iter().map(|(id, rule)| (id.to_owned(), rule)).collect()
}

fn result(
    control: &str,
    level: &str,
    text: &str,
    remedy: Option<&str>,
    numbers: &BTreeMap<&str, usize>,
) -> Value {
    let text = match remedy.filter(|remedy| !remedy.is_empty()) {
        Some(remedy) => format!("{}. {remedy}", text.trim_end_matches('.')),
        None => text.to_owned(),
    };
    let mut result = json!({"ruleId": control, "level": level, "message": {"text": text}});
    if let Some(number) = numbers.get(control) {
        result["ruleIndex"] = (*number).into();
    }
    result
}

fn of_finding(
    assessment: &Assessment,
    finding: &Finding,
    level: &str,
    numbers: &BTreeMap<&str, usize>,
) -> Value {
    let mut out = result(&finding.control, level, &finding.title, finding.remedy.as_deref(), numbers);
    let component = finding.component.as_ref();
    let listed = component.and_then(|purl| assessment.components.iter().find(|c| c.purl == *purl));
    let own = listed.map(|component| component.from.as_slice()).unwrap_or_default();
    let places = if finding.places.is_empty() { own } else { &finding.places };
    put_places(&mut out, places);
    out["partialFingerprints"] = json!({"formulary/v1": finding.fingerprint.hex()});
    if let Some(until) = finding.excepted_until {
        let why = format!("set aside until {until}");
        out["suppressions"] = json!([{"kind": "external", "status": "accepted", "justification": why}]);
    }
    let mut more = Map::new();
    let mut put = |key: &str, value: Value| {
        if !value.is_null() && value != json!([]) {
            more.insert(key.to_owned(), value);
        }
    };
    put("kind", finding.kind.word().into());
    put("id", finding.id.clone().into());
    put("aliases", json!(finding.aliases));
    put("component", json!(finding.component));
    put("via", json!(finding.via));
    put("severity", json!(finding.severity));
    put("fixedIn", json!(finding.fixed_in));
    put("due", json!(finding.due));
    if let Some(tenths) = finding.exploitability.as_ref().and_then(|e| e.score_tenths) {
        put("security-severity", format!("{}.{}", tenths / 10, tenths % 10).into());
    }
    out["properties"] = Value::Object(more);
    out
}

fn of_reason(reason: &Reason, numbers: &BTreeMap<&str, usize>) -> Value {
    let mut out = result(&reason.control, word(reason.action), &reason.why, Some(&reason.remedy), numbers);
    put_places(&mut out, &[]);
    out["partialFingerprints"] =
        json!({"formulary/v1": Digest::of(format!("reason\0{}", reason.control).as_bytes()).hex()});
    if let Some(until) = reason.excepted_until {
        let why = format!("set aside until {until}");
        out["suppressions"] = json!([{"kind": "external", "status": "accepted", "justification": why}]);
    }
    out["properties"] = json!({"state": reason.state, "row": reason.row});
    out
}

/// The first place as the location, the others as related ones.
fn put_places(result: &mut Value, places: &[Place]) {
    let declarations = Place::line(DECLARATIONS, 1);
    let (first, others) = places.split_first().unwrap_or((&declarations, &[]));
    result["locations"] = json!([location(first)]);
    if !others.is_empty() {
        result["relatedLocations"] = others.iter().take(MOST_PLACES).map(location).collect();
    }
}

fn location(place: &Place) -> Value {
    let mut physical = json!({"artifactLocation": {"uri": uri(&place.path)}});
    if let Some(line) = place.line.filter(|line| *line > 0) {
        physical["region"] = json!({"startLine": line});
    }
    json!({"physicalLocation": physical})
}

/// What was recognised and not read.
fn notifications(assessment: &Assessment) -> Vec<Value> {
    let unread = assessment.coverage.iter().flat_map(|c| c.unread.iter().map(move |u| (&c.collector, u)));
    let told = |(collector, unread): (&String, &domain::Unread)| {
        json!({
            "level": "warning",
            "message": {"text": format!("not read: {}", unread.why)},
            "locations": [location(&unread.place)],
            "properties": {"collector": collector},
        })
    };
    unread.map(told).collect()
}

/// A path as a relative reference (RFC 3986): everything but unreserved characters and slashes encoded.
fn uri(path: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
