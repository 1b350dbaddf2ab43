use domain::{Circumstances, Coverage, Digest, Finding, FindingKind, Place, Subject};

use super::*;

fn assessment() -> Assessment {
    let mut unread = Coverage::new("secrets");
    unread.cannot_read(Place::file("big.bin"), "the file is larger than the limit");
    Assessment {
        schema: domain::assessment::SCHEMA.to_owned(),
        tool: "test".to_owned(),
        digest: None,
        basis: None,
        as_of: "2026-08-22T00:00:00Z".parse().unwrap(),
        subject: Subject::Repository { name: None, tree: Digest::of(b"tree") },
        circumstances: Circumstances::ASSUMED,
        verdicts: Vec::new(),
        controls: Vec::new(),
        components: Vec::new(),
        findings: ["one", "two"]
            .map(|value| Finding::new(FindingKind::Secret, "github-token", "no-secret", "a token", value))
            .into(),
        evidence: Vec::new(),
        obligations: Vec::new(),
        exceptions: Vec::new(),
        coverage: vec![unread],
        feeds: Vec::new(),
        local: serde_json::Value::Null,
    }
}

fn stated(scope: &str) -> Standing {
    let attested = Attested {
        control: "no-secret".to_owned(),
        scope: Some(scope.to_owned()),
        version: None,
        until: "2027-01-01".parse().unwrap(),
        statement: Digest::of(b"statement"),
        fit_for: None,
    };
    Standing { attested: vec![attested], ..Standing::default() }
}

#[test]
fn a_statement_speaks_for_the_value_it_names_and_no_other() {
    let mut one = assessment();
    let named = one.findings[0].fingerprint.to_string();
    mark(&mut one, &stated(&named));
    assert!(one.findings[0].attested.is_some() && one.findings[1].attested.is_none());
    let mut by_rule = assessment();
    mark(&mut by_rule, &stated("github-token"));
    assert!(by_rule.findings.iter().all(|f| f.attested.is_none()), "a rule's name is no value");
}

#[test]
fn no_statement_makes_what_was_not_read_look_read() {
    let mut one = assessment();
    mark(&mut one, &stated("the file is larger than the limit"));
    assert_eq!(one.coverage[0].unread.len(), 1);
}
