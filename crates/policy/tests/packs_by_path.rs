//! Packs by path: what is refused, with the file and the reason; what a foreign pack needs of the
//! code (nothing); and what two packs make of one subject.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where something is wrong"
)]

use std::{fs, path::Path};

use domain::{Outcome, Purpose, Reason, Tier, Verdict, Visibility, verdict::Action};
use policy::{
    Facts, Judged, Pack, Setting, Tally, catalogue::Resolution, conflict::conflict, fact, what_if::what_if,
};

const HEADER: &str = "name = \"house\"\nversion = \"1\"\ndate = \"2026-01-02\"\npurpose = \"use\"\n\
    title = \"t\"\nsource = \"s\"\nabout = \"a\"\n";

const CONTROL: &str = r#"@id("exact") @row("H-1") @title("exact") @why("Not exact.") @remedy("Pin it.")
@source("house rules, 1") @needs("resolution") @clinical("block/block") @operational("block/oblige")
forbid (principal, action == Action::"component", resource)
when { context.resolution != Resolution::"exact" };"#;

fn files(control: &str) -> Vec<(String, Vec<u8>)> {
    vec![
        ("pack.toml".to_owned(), HEADER.as_bytes().to_vec()),
        ("component/exact.cedar".to_owned(), control.as_bytes().to_vec()),
        ("README.md".to_owned(), b"not read".to_vec()),
    ]
}

#[test]
fn a_pack_of_one_control_judges() {
    let pack = Pack::load(&files(CONTROL)).unwrap();
    let mut facts = Facts::new(Judged::Component);
    facts.set(fact::component::RESOLUTION, Resolution::Range);
    let mut tally = Tally::new(&pack);
    for judgement in pack.evaluate(&facts).iter() {
        tally.add(judgement, Setting::at(Tier::Operational), false);
    }
    assert_eq!(tally.answer(Tier::Operational, false).outcome, Outcome::Refused);
    assert_eq!(pack.label(), format!("house@1#{}", &pack.digest().hex()[..12]), "no pack passes for another");
    // At a tier for which the control says nothing it is not applicable.
    let mut tally = Tally::new(&pack);
    for judgement in pack.evaluate(&facts).iter() {
        tally.add(judgement, Setting::at(Tier::Research), false);
    }
    assert_eq!(tally.answer(Tier::Research, false).outcome, Outcome::Allowed);
    assert_eq!(tally.lines()[0].asked, 0);
}

#[test]
fn what_is_wrong_is_named_with_its_file() {
    for (change, expected) in [
        (CONTROL.replace("@needs(\"resolution\")", ""), "component/exact.cedar: `@needs` is missing"),
        (CONTROL.replace("@needs(\"resolution\")", "@needs(\"feed\")"), "it reads `resolution`"),
        (CONTROL.replace("@needs(\"resolution\")", "@needs(\"resolution, feed\")"), "`@needs` names `feed`"),
        (CONTROL.replace("@needs(\"resolution\")", "@needs(\"colour\")"), "a component has no fact `colour`"),
        (CONTROL.replace("\"exact\" }", "\"excat\" }"), "excat"),
        (CONTROL.replace("context.resolution", "context.resolutoin"), "resolutoin"),
        (CONTROL.replace("@clinical(\"block/block\")", "@clinical(\"block\")"), "write `not-met/unknown`"),
        (CONTROL.replace("@clinical(\"block/block\")", "@clinical(\"bock/block\")"), "an action is block"),
        (CONTROL.replace("@clinical", "@clincal"), "`@clincal` is not an annotation"),
        (CONTROL.replace("forbid", "permit"), "write one `forbid"),
        (CONTROL.replace("Action::\"component\"", "Action::\"system\""), "write one `forbid"),
        (CONTROL.replace("@id(\"exact\")", "@id(\"other\")"), "must be its file's name"),
        (CONTROL.replace("when {", "when {{"), "component/exact.cedar"),
        (format!("{CONTROL}\n{CONTROL}"), "component/exact.cedar"),
        (
            CONTROL.replace("context.resolution != Resolution::\"exact\"", "context.resolution < 3"),
            "component/exact.cedar",
        ),
        (
            CONTROL.replace("@needs", "@carried_by(\"ghost: feed=full\") @needs"),
            "names no control of the same folder",
        ),
        (CONTROL.replace("@needs", "@unknown_when(\"resolution=vague\") @needs"), "cannot be `vague`"),
        (CONTROL.replace("@needs", "@excepts(\"anybody\") @needs"), "not team, committee or no"),
    ] {
        let error = Pack::load(&files(&change)).expect_err(&change).to_string();
        assert!(error.contains(expected), "`{error}` does not say `{expected}`");
    }
}

#[test]
fn a_folder_that_is_no_pack_is_refused() {
    let refuse = |files: &[(String, Vec<u8>)]| Pack::load(files).unwrap_err().to_string();
    assert!(refuse(&[]).contains("no pack.toml"));
    assert!(refuse(&files(CONTROL)[..1]).contains("no control"));
    assert!(refuse(&[("pack.toml".into(), b"name = 3".to_vec())]).contains("pack.toml"));
    assert!(refuse(&[("pack.toml".into(), vec![0xff, 0xfe])]).contains("UTF-8"));
    assert!(refuse(&[("pack.toml".into(), vec![b' '; 300 * 1024])]).contains("at most"));
    let mut strange = files(CONTROL);
    strange[1].0 = "things/exact.cedar".to_owned();
    assert!(refuse(&strange).contains("folders"));
    let mut unknown_key = files(CONTROL);
    unknown_key[0].1.extend_from_slice(b"colour = \"red\"\n");
    assert!(refuse(&unknown_key).contains("colour"));
    // Deep nesting is an error of the parser, not the end of the program.
    let deep =
        CONTROL.replace("context.resolution !=", &format!("{}context.resolution !=", "!(".repeat(60_000)));
    assert!(Pack::load(&files(&deep)).is_err());
}

#[test]
fn nothing_of_one_country_is_in_the_code() {
    fn walk(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                for word in ["NHS", "DCB", "DTAC", "DSPT", "MHRA", "SEQF", "Cyber Essentials", "GDS"] {
                    if text.contains(word) {
                        found.push(format!("{} names {word}", path.display()));
                    }
                }
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.is_empty(), "{}", found.join("\n"));
    // And a pack from elsewhere works by the same code, with rules of its own.
    let pack = Pack::builtin("opencode").unwrap();
    assert_eq!((pack.purpose(), pack.len()), (Purpose::Publish, 5));
    let text: String = pack.controls().map(|(at, _)| pack.text(at).to_owned()).collect();
    assert!(!text.contains("NHS"));
}

fn verdict_of(pack: &Pack, facts: &[Facts], setting: Setting) -> Verdict {
    let mut tally = Tally::new(pack);
    for facts in facts {
        for judgement in pack.evaluate(facts).iter() {
            tally.add(judgement, setting, false);
        }
    }
    let reasons = tally
        .lines()
        .iter()
        .filter(|l| l.outcome > Outcome::Allowed)
        .map(|l| {
            let control = pack.control(l.control);
            Reason {
                control: control.id().to_owned(),
                row: control.row().to_owned(),
                state: l.state,
                action: l.action.unwrap_or(Action::Advise),
                outcome: l.outcome,
                why: String::new(),
                remedy: String::new(),
                count: l.asked,
                findings: vec![],
                evidence: vec![],
                excepted_until: None,
            }
        })
        .collect();
    let answer = tally.answer(setting.tier, false);
    Verdict {
        purpose: pack.purpose(),
        part: None,
        tier: setting.tier,
        pack: pack.label(),
        outcome: answer.outcome,
        otherwise: answer.otherwise,
        if_public: None,
        reasons,
    }
}

#[test]
fn two_packs_that_disagree_are_shown_with_clauses_and_dates() {
    let (open, closed) = (Pack::builtin("publish").unwrap(), Pack::builtin("default-closed").unwrap());
    let mut repository = Facts::new(Judged::Repository);
    for entry in Judged::Repository.facts() {
        let good = match entry.id {
            "decision-allows" => "absent",
            "secrets" | "personal-data" | "device-claim" => "none",
            "unreleased-content"
            | "ships-malware"
            | "ships-overdue-flaw"
            | "workflow-danger"
            | "discloses-internals" => "false",
            "licence-text" => "recognised",
            "reporting-route" => "private",
            "ships-feed" => "full",
            "upkeep" => "active",
            "readme-parts" => "8",
            "catalogue-file" => "valid",
            "binaries" => "0",
            "mended-in-time-percent" | "reviewed-percent" | "tags-signed-percent" => "100",
            "commits-six-months" | "issue-reaction-days" | "bus-factor" => "5",
            _ => "true",
        };
        repository.set_word(entry.id, good).unwrap();
    }
    let setting = Setting::publish(Tier::Operational, Visibility::Public);
    let (one, other) =
        (verdict_of(&open, &[repository], setting), verdict_of(&closed, &[repository], setting));
    assert_eq!((one.outcome, other.outcome), (Outcome::Allowed, Outcome::Refused));
    let shown = conflict((&open, &one), (&closed, &other)).unwrap();
    assert_eq!(shown.other.clauses.len(), 1);
    assert!(shown.other.clauses[0].1.contains("SDLC-8"));
    assert_eq!(shown.one.date, open.date());
    assert!(conflict((&open, &one), (&open, &one)).is_none());
}

#[test]
fn what_a_changed_pack_would_change_is_told_thing_by_thing() {
    let old = Pack::load(&files(CONTROL)).unwrap();
    let milder = CONTROL.replace("@operational(\"block/oblige\")", "@operational(\"oblige/oblige\")");
    let new = Pack::load(&files(&milder)).unwrap();
    let mut range = Facts::new(Judged::Component);
    range.set(fact::component::RESOLUTION, Resolution::Range);
    let mut exact = Facts::new(Judged::Component);
    exact.set(fact::component::RESOLUTION, Resolution::Exact);
    let setting = Setting::at(Tier::Operational);
    let changes = what_if(
        &old,
        &new,
        [("a", range, setting), ("b", exact, setting), ("c", range, Setting::at(Tier::Clinical))],
    );
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].label, changes[0].control.as_str()), ("a", "exact"));
    assert_eq!(changes[0].old.unwrap().outcome, Outcome::Refused);
    assert_eq!(changes[0].new.unwrap().outcome, Outcome::Conditional);
    assert!(what_if(&old, &old, [("a", range, setting)]).is_empty());
}
