//! The packs say what the tables of the design say: every control, its row, its actions, and who
//! may set it aside.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where something is wrong"
)]

use domain::{Tier, Visibility, verdict::Action};
use policy::{Pack, Setting, excepts::Who};

fn letter(action: Option<Action>) -> char {
    match action {
        Some(Action::Block) => 'B',
        Some(Action::Refer) => 'F',
        Some(Action::Oblige) => 'O',
        Some(Action::Advise) => 'A',
        None => '-',
    }
}

/// Control, row, not met by tier, unknown by tier, who may set it aside by tier (Team, Committee, `-`).
/// Where the table of the design says that no unknown can arise (`flaw-overdue`, `flaw-open`,
/// `malware` beside `flaws-looked-at`), an unknown that arises all the same weighs as "not met".
const USE: &[(&str, &str, &str, &str, &str)] = &[
    ("malware", "INB-03", "BBBB", "BBBB", "----"),
    ("flaw-overdue", "INB-02", "BBBO", "BBBO", "CTTT"),
    ("flaw-open", "INB-02", "OOOA", "OOOA", "TTTT"),
    ("flaws-looked-at", "INB-02", "----", "BOOA", "----"),
    ("inventory-exact", "INB-01", "BOOA", "BOOA", "TTTT"),
    ("inventory-complete", "INB-01", "OOOA", "BBOA", "TTTT"),
    ("hashes", "INB-01", "AAAA", "AAAA", "----"),
    ("source-odd", "INB-03", "FOOA", "AAAA", "TTTT"),
    ("install-scripts", "INB-03", "AAAA", "AAAA", "----"),
    ("young", "INB-03", "OOAA", "AAAA", "TTTT"),
    ("licence-allowed", "INB-04", "BBOA", "OOAA", "CCCC"),
    ("licence-changed", "INB-05", "FOOA", "AAAA", "TTTT"),
    ("in-support", "INB-14", "BOOA", "AAAA", "CTTT"),
    ("support-ends", "INB-14", "OOAA", "AAAA", "TTTT"),
    ("maintained", "INB-06", "OOAA", "AAAA", "TTTT"),
    ("practices", "INB-07", "AAAA", "AAAA", "----"),
    ("provenance", "INB-08", "AAAA", "AAAA", "----"),
    ("owner", "INB-09", "BOOA", "BOOA", "----"),
    ("owner-accepts", "INB-09", "FOAA", "FOAA", "CCCC"),
    ("alternatives", "INB-10", "AAAA", "AAAA", "----"),
    ("safety-scope", "CLN-01", "B___", "F___", "CCCC"),
    ("safety-case", "CLN-02", "B___", "F___", "CCCC"),
    ("hazard-log", "CLN-03", "B___", "F___", "CCCC"),
    ("safety-officer", "CLN-04", "B___", "F___", "CCCC"),
    ("parts-assessed", "CLN-05", "B___", "F___", "CCCC"),
    ("deployer-safety", "CLN-06", "B___", "F___", "CCCC"),
    ("incident-route", "CLN-07", "O___", "F___", "CCCC"),
    ("changes-assessed", "CLN-08", "B___", "F___", "CCCC"),
    ("device-status", "DEV-01", "B___", "F___", "CCCC"),
    ("model-identity", "AI-01", "BBOO", "BBOO", "CCTT"),
    ("model-origin", "AI-01", "FOOA", "FOOA", "CCTT"),
    ("model-executes-code", "AI-02", "BBFF", "BBFF", "CCTT"),
    ("model-licence", "AI-03", "BFOA", "FOOA", "CCTT"),
    ("model-card", "AI-04", "FOOA", "FOOA", "CCTT"),
    ("model-data", "AI-05", "FOAA", "FOAA", "CCTT"),
    ("model-evaluated", "AI-06", "FAAA", "FAAA", "CCTT"),
    ("model-oversight", "AI-07", "FOAA", "FOAA", "CCTT"),
    ("model-monitored", "AI-08", "FOAA", "FOAA", "CCTT"),
    ("cyber-essentials", "SUP-01", "BBAA", "FFAA", "CCTT"),
    ("supplier-security", "SUP-02, SUP-03", "BBAA", "FFAA", "CCTT"),
    ("software-code", "SUP-04", "OOAA", "FOAA", "CCTT"),
    ("product-inventory", "SUP-05", "OOOA", "BBOA", "CCTT"),
    ("data-protection", "SUP-06", "BBAA", "FFAA", "CCTT"),
    ("exit", "SUP-07", "OOOA", "OOOA", "CCTT"),
    ("interoperability", "INT-01", "OOAA", "FOAA", "CCTT"),
    ("product-support", "SUP-04", "BOOA", "FOOA", "CCTT"),
];

#[test]
fn the_use_pack_is_the_table() {
    let pack = Pack::builtin("use").unwrap();
    let mut got: Vec<_> = pack
        .controls()
        .map(|(_, control)| {
            let cells = Tier::ALL.map(|tier| control.actions(Setting::at(tier)));
            let not_met: String = cells.iter().map(|c| c.map_or('_', |c| letter(c.not_met))).collect();
            let unknown: String = cells.iter().map(|c| c.map_or('_', |c| letter(c.unknown))).collect();
            let who: String = Tier::ALL
                .map(|tier| match control.excepts().who(tier) {
                    Who::Nobody => '-',
                    Who::Committee => 'C',
                    Who::Team => 'T',
                })
                .iter()
                .collect();
            (control.id().to_owned(), control.row().to_owned(), not_met, unknown, who)
        })
        .collect();
    let mut wanted: Vec<_> = USE
        .iter()
        .map(|(a, b, c, d, e)| (a.to_string(), b.to_string(), c.to_string(), d.to_string(), e.to_string()))
        .collect();
    got.sort();
    wanted.sort();
    assert_eq!(got, wanted);
    let overdue = pack.find("flaw-overdue").unwrap().1;
    assert_eq!(overdue.excepts().days(), Some(30));
}

/// Control, row, not met and unknown while not yet public (at operational), and when public, who.
const PUBLISH: &[(&str, &str, &str, &str, char)] = &[
    ("no-secret", "PUB-02", "BB", "BO", 'T'),
    ("no-personal-data", "PUB-03", "BB", "BO", 'T'),
    ("no-unreleased", "PUB-14", "BF", "BA", 'C'),
    ("licence", "PUB-04", "BB", "OO", 'C'),
    ("rights", "PUB-04", "BF", "OA", 'C'),
    ("owner-route", "PUB-01", "BF", "OO", '-'),
    ("reporting-route", "PUB-06", "BF", "OO", '-'),
    ("flaws", "PUB-08", "BO", "OO", 'T'),
    ("remediation", "PUB-11", "OA", "OA", 'T'),
    ("alive-or-archived", "PUB-12", "OA", "OA", 'T'),
    ("readme", "PUB-05", "OO", "AA", 'T'),
    ("review", "PUB-09", "OA", "OA", 'T'),
    ("tests", "PUB-10", "OA", "OA", 'T'),
    ("protected", "PUB-07", "OA", "OA", 'T'),
    ("workflow-safe", "OSPS BR", "OA", "OA", 'T'),
    ("no-binaries", "OSPS QA", "OA", "OA", 'T'),
    ("device-notice", "PUB-13", "FF", "OA", 'C'),
    ("disclosure", "PUB-02", "AA", "AA", '-'),
    ("signed", "PUB-15", "AA", "AA", '-'),
    ("publiccode", "PUB-17", "AA", "AA", '-'),
    ("category", "PUB-16", "AA", "AA", '-'),
];

#[test]
fn the_publish_pack_is_the_table() {
    let pack = Pack::builtin("publish").unwrap();
    let cell = |control: &policy::Control, visibility| {
        let cell = control.actions(Setting::publish(Tier::Operational, visibility)).unwrap();
        format!("{}{}", letter(cell.not_met), letter(cell.unknown))
    };
    let mut got: Vec<_> = pack
        .controls()
        .map(|(_, c)| {
            let who = match c.excepts().who(Tier::Operational) {
                Who::Nobody => '-',
                Who::Committee => 'C',
                Who::Team => 'T',
            };
            (
                c.id().to_owned(),
                c.row().to_owned(),
                cell(c, Visibility::Private),
                cell(c, Visibility::Public),
                who,
            )
        })
        .collect();
    let mut wanted: Vec<_> = PUBLISH
        .iter()
        .map(|(a, b, c, d, e)| (a.to_string(), b.to_string(), c.to_string(), d.to_string(), *e))
        .collect();
    got.sort();
    wanted.sort();
    assert_eq!(got, wanted);
    for id in ["no-secret", "no-personal-data"] {
        assert_eq!(pack.find(id).unwrap().1.excepts().only_as(), Some("not-real"));
    }
    assert_eq!(pack.find("flaws").unwrap().1.excepts().days(), Some(30));
}

#[test]
fn the_unknown_of_flaws_before_publication_is_that_of_flaws_looked_at() {
    use policy::{Facts, Judged, catalogue::Feed, fact};
    let (uses, publish) = (Pack::builtin("use").unwrap(), Pack::builtin("publish").unwrap());
    for feed in Feed::ALL.iter().map(|f| Some(*f)).chain([None]) {
        let mut component = Facts::new(Judged::Component);
        component.set(fact::component::VERSION_DETERMINED, true).set_if(fact::component::FEED, feed);
        let mut repository = Facts::new(Judged::Repository);
        repository
            .set(fact::repository::SHIPS_MALWARE, false)
            .set(fact::repository::SHIPS_OVERDUE_FLAW, false)
            .set(fact::repository::SHIPS_VERSIONS_DETERMINED, true)
            .set_if(fact::repository::SHIPS_FEED, feed);
        for tier in Tier::ALL {
            let of = |pack: &Pack, id: &str, facts: &Facts, setting| {
                let at = pack.find(id).unwrap().0;
                pack.demand(pack.evaluate(facts).iter().find(|j| j.control == at).unwrap(), setting)
            };
            let looked = of(&uses, "flaws-looked-at", &component, Setting::at(tier));
            let flaws = of(&publish, "flaws", &repository, Setting::publish(tier, Visibility::Private));
            assert_eq!(looked, flaws, "{feed:?} at {tier}");
        }
    }
}

#[test]
fn rules_alone_never_allow_clinical_use() {
    use domain::Outcome;
    use policy::Tally;
    let pack = Pack::builtin("use").unwrap();
    let tally = Tally::new(&pack);
    let answer = tally.answer(Tier::Clinical, false);
    assert_eq!((answer.outcome, answer.by_floor), (Outcome::Referred, true));
    assert_eq!(tally.answer(Tier::Clinical, true).outcome, Outcome::Allowed);
    assert_eq!(tally.answer(Tier::Operational, false).outcome, Outcome::Allowed);
    let publish = Pack::builtin("publish").unwrap();
    assert_eq!(Tally::new(&publish).answer(Tier::Clinical, false).outcome, Outcome::Allowed);
}

#[test]
fn a_feed_may_be_a_week_old_where_it_matters_and_a_month_elsewhere() {
    for name in ["use", "publish"] {
        let pack = Pack::builtin(name).unwrap();
        assert_eq!(Tier::ALL.map(|t| pack.limit("feed-days", t)), [Some(7), Some(7), Some(30), Some(30)]);
        assert!(Tier::ALL.iter().all(|t| pack.limit("obligation-days", *t).is_some()));
        assert_eq!(pack.limit("tea-break", Tier::Clinical), None);
    }
}
