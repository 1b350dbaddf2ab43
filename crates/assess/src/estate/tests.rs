#![allow(clippy::unwrap_used, reason = "a test may panic")]

use domain::{
    Circumstances, Component, Finding, FindingKind, Outcome, Place, Purpose, Reason, Tier, Verdict,
    estate::{ActionKind, FaultKind, Seen},
    finding::Fix,
    verdict::Action,
};

use super::*;

const TODAY: &str = "2026-08-22T00:00:00Z";

/// An assessment with one overdue flaw in lodash, mended in the given version.
fn assessment(owner: Option<&str>, tier: Tier, from: &str, to: &str) -> domain::Assessment {
    let mut circumstances = Circumstances::ASSUMED;
    circumstances.tier.value = tier;
    let purl: domain::Purl = format!("pkg:npm/lodash@{from}").parse().unwrap();
    let place = Place::line("package-lock.json", 3);
    let mut component = Component::new(purl.clone(), place.clone());
    component.direct = Some(true);
    let mut finding =
        Finding::new(FindingKind::Advisory, "GHSA-1", "flaw-overdue", "a flaw", &format!("lodash {from}"));
    finding.component = Some(purl.clone());
    finding.due = Some("2026-08-01".parse().unwrap());
    finding.fixed_in = Some(to.to_owned());
    finding.places = vec![place];
    finding.fix = Some(Fix {
        clears_this: Some(to.to_owned()),
        clears_all: Some(to.to_owned()),
        change: Some(purl),
        command: Some(format!("npm install lodash@{to}")),
    });
    let reason = Reason {
        control: "flaw-overdue".to_owned(),
        row: "INB-02".to_owned(),
        state: domain::ControlState::NotMet,
        action: Action::Block,
        outcome: Outcome::Refused,
        why: "overdue".to_owned(),
        remedy: "Update.".to_owned(),
        count: 1,
        findings: vec![finding.fingerprint],
        evidence: Vec::new(),
        excepted_until: None,
    };
    let declared = crate::system::Declared {
        owner: owner.map(|role| crate::system::Owner {
            role: role.to_owned(),
            contact: format!("{role}@trust.example"),
            confirmed: None,
            patches: None,
            monitors: None,
            place: "formulary.toml:2".to_owned(),
        }),
        ..crate::system::Declared::default()
    };
    domain::Assessment {
        schema: domain::assessment::SCHEMA.to_owned(),
        tool: "test".to_owned(),
        digest: Some(Digest::of(from.as_bytes())),
        basis: None,
        as_of: TODAY.parse().unwrap(),
        subject: domain::Subject::Repository { name: None, tree: Digest::of(b"tree") },
        circumstances,
        verdicts: vec![Verdict {
            purpose: Purpose::Use,
            part: None,
            tier,
            pack: "use@1".to_owned(),
            outcome: Outcome::Refused,
            otherwise: None,
            if_public: None,
            reasons: vec![reason],
        }],
        controls: Vec::new(),
        components: vec![component],
        findings: vec![finding],
        evidence: vec![declared.evidence().unwrap()],
        obligations: Vec::new(),
        exceptions: Vec::new(),
        coverage: Vec::new(),
        feeds: Vec::new(),
        local: serde_json::Value::Null,
    }
}

fn subject(name: &str, assessment: &domain::Assessment) -> Subject {
    Subject { repository: name.to_owned(), brief: Ok(of_assessment(assessment, &[], 1)) }
}

fn given() -> Given {
    Given { as_of: TODAY.parse().unwrap(), tool: "test".to_owned(), passed_over: Vec::new() }
}

#[test]
fn one_update_of_many_repositories_is_one_action_and_each_owner_gets_one_letter() {
    let subjects = vec![
        subject("b", &assessment(Some("ward"), Tier::Operational, "4.17.15", "4.17.21")),
        subject("a", &assessment(Some("lab"), Tier::Clinical, "4.17.20", "4.17.21")),
        subject("c", &assessment(None, Tier::Research, "3.0.0", "3.10.2")),
    ];
    let estate = of(given(), subjects).unwrap();
    assert_eq!(estate.rows.iter().map(|row| row.repository.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(estate.actions.len(), 1, "{:?}", estate.actions);
    let action = &estate.actions[0];
    assert_eq!(action.what, "update lodash (to 3.10.2, 4.17.21, by where it starts)");
    assert_eq!((action.kind, action.tier, action.now), (ActionKind::Update, Tier::Clinical, true));
    assert_eq!((action.clears, action.overdue, action.subjects.len()), (3, 3, 3));
    assert_eq!(action.subjects[0].command.as_deref(), Some("npm install lodash@4.17.21"));
    assert_eq!(estate.letters.len(), 3);
    assert!(estate.letters[2].to.is_none() && estate.letters[2].text.contains("formulary init"));
    let ward = estate.letters.iter().find(|l| l.to.as_ref().is_some_and(|to| to.role == "ward")).unwrap();
    assert!(ward.text.contains("   - b\n     npm install lodash@4.17.21\n"), "{}", ward.text);
    assert!(!ward.text.contains("- a\n") && !ward.text.contains("package-lock.json"), "{}", ward.text);
    assert_eq!(estate.totals.overdue.iter().map(|o| (o.tier, o.flaws)).collect::<Vec<_>>().len(), 3);
    assert_eq!(estate.totals.without_owner, 1);
}

#[test]
fn what_could_not_be_read_is_counted_and_is_the_first_thing_to_do() {
    let broken = Subject { repository: "broken".to_owned(), brief: Err("damaged".to_owned()) };
    let mut late = assessment(Some("ward"), Tier::Clinical, "1.0.0", "2.0.0");
    late.findings[0].due = Some("2026-12-01".parse().unwrap());
    let estate = of(given(), vec![subject("fine", &late), broken]).unwrap();
    assert_eq!((estate.totals.subjects, estate.totals.unreadable), (2, 1));
    assert_eq!(estate.totals.usage.not_evaluated, 1);
    assert!(matches!(&estate.rows[0].seen, Seen::Unreadable(why) if why == "damaged"));
    assert_eq!(estate.actions[0].outcome, Outcome::NotEvaluated);
    assert_eq!(estate.actions[0].subjects[0].what, "damaged");
    assert!(!estate.actions[1].now, "{:?}", estate.actions[1]);
}

#[test]
fn the_order_of_arrival_changes_nothing_and_a_document_reads_back() {
    let two = [
        subject("a", &assessment(Some("ward"), Tier::Operational, "1.0.0", "2.0.0")),
        subject("b", &assessment(None, Tier::Research, "1.1.0", "2.0.0")),
    ];
    let [one, other] = two.clone();
    let estate = of(given(), vec![one, other]).unwrap();
    let [one, other] = two;
    assert_eq!(estate, of(given(), vec![other, one]).unwrap());
    let text = serde_json::to_string(&estate).unwrap();
    let back: Estate = serde_json::from_str(&text).unwrap();
    assert_eq!(back, estate);
    assert_eq!(back.compute_digest().unwrap(), estate.digest.unwrap());
}

#[test]
fn what_the_estate_stands_on_names_the_evidence() {
    let mut git = assessment(None, Tier::Operational, "1.0.0", "2.0.0");
    git.components[0].origin =
        domain::Origin::Git { host: "git.example".to_owned(), commit: Some("abc".to_owned()) };
    let plain = assessment(None, Tier::Clinical, "1.5.0", "2.0.0");
    let mut only_development = assessment(None, Tier::Clinical, "1.5.0", "2.0.0");
    only_development.components[0].scope = domain::Scope::Development;
    let subjects = vec![subject("a", &git), subject("b", &plain), subject("c", &only_development)];
    let estate = of(given(), subjects).unwrap();
    assert_eq!((estate.components_total, estate.fragile_total), (1, 1));
    let ground = &estate.stands_on[0];
    assert_eq!((ground.systems, ground.development, ground.versions), (2, 1, 2));
    assert_eq!(
        ground.by_tier.iter().map(|at| at.tier).collect::<Vec<_>>(),
        [Tier::Clinical, Tier::Operational]
    );
    let kinds: Vec<_> = estate.fragile[0].faults.iter().map(|f| (f.kind, f.systems)).collect();
    assert_eq!(kinds, [(FaultKind::OverdueFlaw, 2), (FaultKind::SingleSource, 1)]);
}

#[test]
fn updates_that_begin_alike_are_one_to_the_furthest() {
    let mut several = assessment(Some("ward"), Tier::Operational, "1.12.4", "3.0.0");
    for (id, to) in [("GHSA-2", "3.10.0"), ("GHSA-3", "3.4.0")] {
        let mut finding = several.findings[0].clone();
        finding.id = id.to_owned();
        finding.fingerprint = Digest::of(id.as_bytes());
        finding.due = Some("2026-07-01".parse().unwrap());
        let fix = finding.fix.as_mut().unwrap();
        (fix.clears_this, fix.clears_all) = (Some(to.to_owned()), None);
        fix.command = Some(format!("npm install lodash@{to}"));
        several.verdicts[0].reasons[0].findings.push(finding.fingerprint);
        several.findings.push(finding);
    }
    let estate = of(given(), vec![subject("a", &several)]).unwrap();
    let [action] = &estate.actions[..] else { panic!("{:?}", estate.actions) };
    assert_eq!((action.clears, action.due), (3, Some("2026-07-01".parse().unwrap())));
    assert_eq!(action.subjects.len(), 1);
    assert_eq!(action.subjects[0].command.as_deref(), Some("npm install lodash@3.10.0"));
    let Seen::Judged(row) = &estate.rows[0].seen else { panic!("judged") };
    assert_eq!((row.effort.actions, row.effort.updates), (1, 1));
}
