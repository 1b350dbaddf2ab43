//! Reports: those of other scanners read, and our own written.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::BTreeSet,
    io::Write as _,
    process::{Command, Stdio},
};

use domain::{
    Assessment, Circumstances, Component, ControlResult, ControlState, Coverage, Digest, Finding,
    FindingKind, Outcome, Place, Purpose, Reason, Subject, Tier, Verdict, verdict::Action,
};
use formats::sarif::{self, Level, MOST_RESULTS, Report};
use serde_json::Value;

fn report(run: &str) -> Report {
    sarif::read("r.sarif", format!("{{\"version\": \"2.1.0\", \"runs\": [{{{run}}}]}}").as_bytes()).unwrap()
}

const DRIVER: &str = r#""tool": {"driver": {"name": "Scanner", "semanticVersion": "1.2.3", "rules": [
    {"id": "sql", "shortDescription": {"text": "SQL injection"}, "defaultConfiguration": {"level": "error"},
     "properties": {"security-severity": "8.85", "tags": ["security", "external/cwe/cwe-089", "CWE-20: x"]},
     "messageStrings": {"built": {"text": "SQL built from {0}"}}},
    {"id": "CA1000"}]},
    "extensions": [{"name": "more", "rules": [{"id": "ext", "shortDescription": {"text": "from an extension"}}]}]}"#;

fn results(results: &str) -> Report {
    report(&format!("{DRIVER}, \"results\": [{results}]"))
}

#[test]
fn a_result_with_everything() {
    let report = results(
        r#"{"ruleId": "sql", "message": {"text": "user input\nreaches a query"}, "locations": [{"physicalLocation":
            {"artifactLocation": {"uri": "src/a%20b.py", "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 12}}}],
            "partialFingerprints": {"primaryLocationLineHash": "abc:1", "author": "A. Person"}}"#,
    );
    let run = &report.runs[0];
    assert_eq!((run.tool.as_str(), run.version.as_deref(), run.complete), ("Scanner", Some("1.2.3"), true));
    let result = &report.results[0];
    assert_eq!(
        (result.rule.as_str(), result.level, result.title.as_str()),
        ("sql", Level::Error, "user input")
    );
    assert_eq!(result.place, Some(Place::line("src/a b.py", 12)));
    assert_eq!(result.severity_tenths, Some(89));
    assert_eq!(result.cwe, ["CWE-20", "CWE-89"]);
    assert!(!result.suppressed && report.faults.is_empty());
    assert!(!format!("{report:?}").contains("Person"));
}

#[test]
fn rules_levels_and_titles_are_found_where_the_report_puts_them() {
    let one = |result: &str| results(result).results.into_iter().next().map(|r| (r.rule, r.level, r.title));
    let told = |rule: &str, level, title: &str| Some((rule.to_owned(), level, title.to_owned()));
    for (result, expected) in [
        (r#"{"ruleIndex": 0, "message": {"id": "built"}}"#, told("sql", Level::Error, "SQL built from {0}")),
        (r#"{"ruleId": "sql", "message": {}}"#, told("sql", Level::Error, "SQL injection")),
        (r#"{"ruleId": "sql", "level": "note", "message": {"text": "x"}}"#, told("sql", Level::Note, "x")),
        (r#"{"ruleId": "CA1000/1", "message": {"text": "x"}}"#, told("CA1000/1", Level::Warning, "x")),
        (
            r#"{"rule": {"index": 0, "toolComponent": {"index": 0}}, "message": {}}"#,
            told("ext", Level::Warning, "from an extension"),
        ),
        (r#"{"message": {"text": "x"}}"#, told("unnamed rule", Level::Warning, "x")),
        (r#"{"ruleIndex": 99, "message": {}}"#, told("unnamed rule", Level::Warning, "unnamed rule")),
        (r#"{"ruleId": "k", "kind": "open", "message": {"text": "x"}}"#, told("k", Level::Warning, "x")),
        // What passed, does not apply, only informs or is gone is no finding.
        (r#"{"ruleId": "sql", "kind": "pass", "message": {"text": "x"}}"#, None),
        (r#"{"ruleId": "sql", "kind": "notApplicable", "message": {"text": "x"}}"#, None),
        (r#"{"ruleId": "sql", "kind": "informational", "message": {"text": "x"}}"#, None),
        (r#"{"ruleId": "sql", "baselineState": "absent", "message": {"text": "x"}}"#, None),
    ] {
        assert_eq!(one(result), expected, "{result}");
    }
    let suppressed = |s: &str| {
        results(&format!(r#"{{"ruleId": "a", "message": {{}}, "suppressions": {s}}}"#)).results[0].suppressed
    };
    assert!(suppressed(r#"[{"kind": "inSource"}]"#));
    assert!(!suppressed("[]") && !suppressed(r#"[{"kind": "external", "status": "rejected"}]"#));
}

#[test]
fn a_secret_or_a_number_in_a_message_is_masked() {
    let report = results(
        r#"{"ruleId": "s", "message": {"text": "found AKIAIOSFODNN7EXAMPLE of patient 943 476 5919"}}"#,
    );
    assert_eq!(report.results[0].title, "found [masked] of patient [masked]");
}

#[test]
fn places_are_inside_what_was_scanned_or_none() {
    let place = |uri: &str, more: &str| {
        let text = format!(
            r#"{DRIVER}, "originalUriBaseIds": {{"%SRCROOT%": {{"uri": "file:///home/ci/work/"}}}},
               "artifacts": [{{"location": {{"uri": "by/index.c"}}}}],
               "results": [{{"ruleId": "a", "message": {{}}, "locations": [{{"physicalLocation": {{"artifactLocation": {{{uri}}}{more}}}}}]}}]"#
        );
        let report = report(&text);
        (report.results[0].place.as_ref().map(ToString::to_string), report.faults.len())
    };
    let at = |place: &str| (Some(place.to_owned()), 0);
    assert_eq!(place(r#""uri": "./a/./b.c""#, r#", "region": {"startLine": 3}"#), at("a/b.c:3"));
    assert_eq!(place(r#""uri": "a\\b.c""#, r#", "region": {"startLine": 0}"#), at("a/b.c"));
    assert_eq!(place(r#""index": 0"#, ""), at("by/index.c"));
    assert_eq!(place(r#""uri": "file:///home/ci/work/src/a.c""#, ""), at("src/a.c"));
    for uri in [
        "file:///etc/passwd",
        "file:///home/ci/workshop/a.c",
        "file:///home/ci/work/../a.c",
        "../a.c",
        "a/%2e%2e/b.c",
        "/etc/passwd",
        "C:/a.c",
        "https://a.example/b.c",
        "a%00b",
        "a%zz",
        "",
    ] {
        assert_eq!(place(&format!("\"uri\": \"{uri}\""), ""), (None, 1), "{uri}");
    }
}

#[test]
fn fingerprints_are_the_same_tomorrow_and_differ_between_results() {
    let print =
        |results_: &str| results(results_).results.into_iter().map(|r| r.fingerprint).collect::<Vec<_>>();
    let at = |line: u32, print: &str| {
        format!(
            r#"{{"ruleId": "a", "message": {{"text": "m"}}, {print} "locations": [{{"physicalLocation":
               {{"artifactLocation": {{"uri": "a.c"}}, "region": {{"startLine": {line}}}}}}}]}}"#
        )
    };
    // The line alone changes nothing; two alike stay two.
    assert_eq!(print(&at(1, "")), print(&at(9, "")));
    let two = print(&format!("{}, {}", at(1, ""), at(2, "")));
    assert_ne!(two[0], two[1]);
    assert_eq!(two[0], print(&at(1, ""))[0]);
    let own = r#""fingerprints": {"x/v1": "1"},"#;
    assert_eq!(print(&at(1, own)), print(&at(2, own)));
    assert_ne!(print(&at(1, own)), print(&at(1, &own.replace("\"1\"", "\"2\""))));
}

#[test]
fn a_run_that_did_not_end_well_is_not_complete() {
    for (run, id) in [
        (
            format!(r#"{DRIVER}, "results": [], "invocations": [{{"executionSuccessful": false}}]"#),
            "incomplete",
        ),
        (
            format!(r#"{DRIVER}, "results": [], "externalPropertyFileReferences": {{"results": []}}"#),
            "incomplete",
        ),
        (DRIVER.to_owned(), "no-results"),
        (format!("{DRIVER}, \"results\": null"), "no-results"),
    ] {
        let report = report(&run);
        assert!(!report.runs[0].complete, "{run}");
        assert_eq!(report.faults[0].id, id);
    }
    let many = vec![r#"{"message":{}}"#; MOST_RESULTS + 1].join(",");
    let report = results(&many);
    assert_eq!(
        (report.results.len(), report.runs[0].complete, report.faults[0].id),
        (MOST_RESULTS, false, "truncated")
    );
}

#[test]
fn security_severity_is_read_without_floats() {
    let severity = |value: &str| {
        results(&format!(
            r#"{{"ruleId": "a", "message": {{}}, "properties": {{"security-severity": {value}}}}}"#
        ))
        .results[0]
            .severity_tenths
    };
    for (value, tenths) in [
        ("\"9.8\"", Some(98)),
        ("10.0", Some(100)),
        ("\"0\"", Some(0)),
        ("\"7.25\"", Some(73)),
        ("7", Some(70)),
    ] {
        assert_eq!(severity(value), tenths, "{value}");
    }
    for value in ["\"10.1\"", "\"-1\"", "\"1e1\"", "\"high\"", "\"\"", "\"999999999999\"", "null"] {
        assert_eq!(severity(value), None, "{value}");
    }
}

#[test]
fn what_is_no_report_is_refused() {
    for text in [
        "",
        "[]",
        "{}",
        r#"{"version": "2.1.0"}"#,
        r#"{"version": "2.1.0", "runs": {}}"#,
        r#"{"version": "2.0.0", "runs": []}"#,
        r#"{"runs": []}"#,
        r#"{"version": "2.1.0", "runs": [7]}"#,
        r#"{"version": "2.1.0", "runs": ["#,
    ] {
        assert!(sarif::read("r", text.as_bytes()).is_err(), "{text}");
    }
}

fn finding(kind: FindingKind, id: &str, control: &str, title: &str) -> Finding {
    Finding::new(kind, id, control, title, id)
}

fn assessment() -> Assessment {
    let purl = "pkg:npm/%40a/b@1.0.0".parse::<domain::Purl>().unwrap();
    let mut flaw = finding(FindingKind::Advisory, "GHSA-1", "flaw-open", "a flaw in @a/b.");
    flaw.component = Some(purl.clone());
    flaw.remedy = Some("update @a/b to 1.0.1".into());
    flaw.exploitability =
        Some(domain::finding::Exploitability { score_tenths: Some(98), ..Default::default() });
    flaw.fixed_in = Some("1.0.1".into());
    let mut secret = finding(FindingKind::Secret, "github-token", "secret-in-tree", "a token of a forge");
    secret.places = vec![Place::line("src/ä b.py", 3), Place::line("c.py", 4)];
    secret.excepted_until = Some("2026-12-31".parse().unwrap());
    let note = finding(FindingKind::Hygiene, "readme", "readme-parts", "the README names no contact");
    let reason = |control: &str, state, action, outcome, findings: Vec<Digest>| Reason {
        control: control.into(),
        row: "INB-01".into(),
        state,
        action,
        outcome,
        why: format!("why {control}"),
        remedy: format!("mend {control}"),
        count: 1,
        findings,
        evidence: vec![],
        excepted_until: None,
    };
    let verdict = Verdict {
        purpose: Purpose::Use,
        part: None,
        tier: Tier::Operational,
        pack: "use@1".into(),
        outcome: Outcome::Refused,
        otherwise: None,
        if_public: None,
        reasons: vec![
            reason(
                "flaw-open",
                ControlState::NotMet,
                Action::Oblige,
                Outcome::Conditional,
                vec![flaw.fingerprint],
            ),
            reason(
                "secret-in-tree",
                ControlState::NotMet,
                Action::Block,
                Outcome::Refused,
                vec![secret.fingerprint],
            ),
            reason("flaws-looked-at", ControlState::Unknown, Action::Block, Outcome::NotEvaluated, vec![]),
        ],
    };
    let mut again = verdict.clone();
    again.purpose = Purpose::Publish;
    again.outcome = Outcome::NotEvaluated;
    let control = |id: &str, state| ControlResult {
        id: id.into(),
        row: "INB-01".into(),
        pack: "use@1".into(),
        part: None,
        state,
        asked: 1,
        not_met: 0,
        unknown: 0,
        attested: None,
        excepted_until: None,
    };
    let mut coverage = Coverage::new("lockfiles");
    coverage.cannot_read(Place::line("a/Podfile.lock", 1), "not read yet");
    Assessment {
        schema: domain::assessment::SCHEMA.into(),
        tool: "formulary 0.1.0".into(),
        digest: Some(Digest::of(b"a")),
        basis: Some(Digest::of(b"b")),
        as_of: "2026-08-22T00:00:00Z".parse().unwrap(),
        subject: Subject::Repository { name: None, tree: Digest::of(b"t") },
        circumstances: Circumstances::ASSUMED,
        verdicts: vec![verdict, again],
        controls: vec![
            control("licence-known", ControlState::Met),
            control("flaw-open", ControlState::NotMet),
        ],
        components: vec![Component::new(purl, Place::line("package-lock.json", 7))],
        findings: vec![flaw, secret, note],
        evidence: vec![],
        obligations: vec![],
        exceptions: vec![],
        coverage: vec![coverage],
        feeds: vec![],
        local: Value::Null,
    }
}

#[test]
fn an_assessment_as_a_report() {
    let text = sarif::write(&assessment());
    assert_eq!(text, sarif::write(&assessment()), "the same bytes");
    let json: Value = serde_json::from_str(&text).unwrap();
    let run = &json["runs"][0];
    let rules: Vec<&str> = run["tool"]["driver"]["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["id"].as_str().unwrap())
        .collect();
    assert_eq!(rules, ["flaw-open", "flaws-looked-at", "licence-known", "readme-parts", "secret-in-tree"]);
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert!(
        run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
            .as_str()
            .unwrap()
            .contains("not read")
    );
    let said: Vec<(&str, &str, &str)> = run["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| {
            let at = &r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
            assert_eq!(rules[r["ruleIndex"].as_u64().unwrap() as usize], r["ruleId"]);
            (r["ruleId"].as_str().unwrap(), r["level"].as_str().unwrap(), at.as_str().unwrap())
        })
        .collect();
    assert_eq!(
        said,
        [
            ("flaw-open", "warning", "package-lock.json"),
            ("secret-in-tree", "error", "src/%C3%A4%20b.py"),
            ("readme-parts", "note", "formulary.toml"),
            ("flaws-looked-at", "error", "formulary.toml"),
        ]
    );
    let flaw = &run["results"][0];
    assert_eq!(flaw["message"]["text"], "a flaw in @a/b. update @a/b to 1.0.1");
    assert_eq!(flaw["properties"]["security-severity"], "9.8");
    assert_eq!(run["results"][1]["relatedLocations"].as_array().unwrap().len(), 1);
    assert_eq!(run["results"][1]["suppressions"][0]["status"], "accepted");
    let prints: BTreeSet<&str> = run["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["partialFingerprints"]["formulary/v1"].as_str().unwrap())
        .collect();
    assert_eq!(prints.len(), 4);
}

#[test]
fn what_is_written_is_read_again() {
    let report = sarif::read("own.sarif", sarif::write(&assessment()).as_bytes()).unwrap();
    assert_eq!(report.results.len(), 4);
    assert_eq!(report.results[0].severity_tenths, Some(98));
    assert_eq!(report.results[1].place, Some(Place::line("src/ä b.py", 3)));
    assert!(report.results[1].suppressed);
    assert!(!report.runs[0].complete);
}

#[test]
fn what_is_written_is_valid_by_the_schema() {
    let Some(schema) = std::env::var_os("FORMULARY_SARIF_SCHEMA") else {
        println!("SKIPPED: FORMULARY_SARIF_SCHEMA does not name the schema of SARIF 2.1.0");
        return;
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sarif_schema.py");
    let valid = |text: &str| {
        let mut child =
            Command::new("python3").arg(script).arg(&schema).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        child.wait().unwrap().success()
    };
    let text = sarif::write(&assessment());
    assert!(valid(&text));
    assert!(!valid(&text.replace("\"level\":\"error\"", "\"level\":\"grave\"")), "the check can fail");
}
