//! Two bodies: what one has decided is stated to others and verified without us, taken in by the other after
//! its own rules were run over the whole log, shown beside its own, and adopted with one signature where it
//! has decided to trust that log; never at clinical, never what was adopted itself, never what a keeper wrote
//! without a quorum.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use std::{collections::BTreeMap, fs, sync::Arc};

use common::body::{Body, Served, files, serve, ward_list};
use register::{
    act::{Act, decision::Decision},
    leaf::Leaf,
    log::Log,
    statement::Statement,
};

const DAY: &str = "2026-08-24T09:00:00Z";
const LATER: &str = "2026-08-26T09:00:00Z";

/// The northern body grants a use by quorum; gives the decision.
fn granted(north: &Body<'_>, tier: &str) -> String {
    let file = north.assessed(DAY, &["--use", "--tier", tier]);
    let review = north.opens(DAY, "p-02", &[&file, "--reason", "Release 2.1"]);
    if north.on(DAY, "p-01", &["review", "show", &review]).out.contains("Closed") {
        // A rule has decided it already.
        return review;
    }
    north.granted("2026-08-25T09:00:00Z", &review)
}

/// The southern body decides to trust the northern log.
fn trusts(south: &Body<'_>, north: &Body<'_>, tier: &str) {
    let policy = fs::read_to_string(format!("{}/trust.policy", north.register())).unwrap();
    let key = policy.lines().find_map(|l| l.strip_prefix("log ")).unwrap();
    fs::write(
        south.path("change.toml"),
        format!("[[change]]\nchange = \"trust\"\nlog = \"{key}\"\ntier = \"{tier}\"\n"),
    )
    .unwrap();
    let opened =
        south.does(DAY, "p-01", &["body", "change", &south.path("change.toml"), "--reason", "Neighbours"]);
    south.granted(DAY, &common::body::word(&opened, "R-"));
}

fn adopt(south: &Body<'_>, now: &str) -> common::Answer {
    south.on(
        now,
        "p-02",
        &[
            "register",
            "adopt",
            "repository:Ward list",
            "--owner",
            "Southern ward team",
            "--local",
            "Our backups are nightly",
            "--obligation",
            "Test the export|Southern ward team|2026-10-01|a signed report",
            "--review-on",
            "2027-06-01",
        ],
    )
}

#[test]
fn another_bodys_decision_is_verified_shown_and_adopted_once() {
    let scene = ward_list("operational");
    let north = Body::founded(&scene, "north", "");
    let south = Body::founded(&scene, "south", "");
    granted(&north, "operational");
    let trust = format!("{}/trust.policy", north.register());
    let import = ["register", "import", &north.register(), "--policy", &trust];
    let import: Vec<&str> = import.iter().map(|s| &**s).collect();

    // By another key nothing is taken in.
    let wrong = format!("{}/trust.policy", south.register());
    let refused = south.on(LATER, "p-01", &["register", "import", &north.register(), "--policy", &wrong]);
    assert_eq!(refused.code, 3, "{refused:?}");
    let taken = south.does(LATER, "p-01", &import);
    assert!(taken.contains("Took in 1 decision"), "{taken}");
    let again = south.does(LATER, "p-01", &import);
    assert!(again.contains("Nothing to take in"), "{again}");
    let shown = south.does(LATER, "p-01", &["register", "show"]);
    assert!(shown.contains("another body says") && shown.contains("north committee"), "{shown}");
    // Shown, and in force nowhere.
    let check = south.on(LATER, "p-01", &["check", ".", "--use", "--format", "json"]);
    assert!(!check.out.contains("\"listings\""), "nothing is listed here yet: {}", check.out);

    let untrusted = adopt(&south, LATER);
    assert!(untrusted.code == 3 && untrusted.err.contains("does not adopt from"), "{untrusted:?}");
    trusts(&south, &north, "operational");
    let adopted = adopt(&south, LATER);
    assert_eq!(adopted.code, 0, "{adopted:?}");
    let shown = south.does(LATER, "p-01", &["register", "show", "--json"]);
    let line: serde_json::Value = serde_json::from_str(shown.lines().next().unwrap()).unwrap();
    assert_eq!(line["entry"]["adopted_from"], "north committee");
    assert_eq!(line["stand"]["state"], "listed-with-obligations");
    assert_eq!(line["entry"]["decided"]["owner"], "Southern ward team");
    assert_eq!(line["entry"]["decided"]["decision"]["terms"]["review_on"], "2027-06-01");
    let twice = adopt(&south, "2026-08-26T10:00:00Z");
    assert!(twice.code == 3 && twice.err.contains("a decision of its own"), "{twice:?}");

    // A third body takes in nothing that the second has only adopted.
    let west = Body::founded(&scene, "west", "");
    let policy = format!("{}/trust.policy", south.register());
    let none = west.does(LATER, "p-01", &["register", "import", &south.register(), "--policy", &policy]);
    assert!(none.contains("Nothing to take in"), "trust does not travel further: {none}");

    // From the site, behind an address, the same.
    north.does(LATER, "p-01", &["register", "site", &north.path("site")]);
    let served = Served::default();
    *served.lock().unwrap() = files(scene.path("north-site").as_path());
    let (address, _) = serve(served);
    let remote = west.does(LATER, "p-01", &["register", "import", &address, "--policy", &trust]);
    assert!(remote.contains("Took in 1 decision"), "{remote}");
}

#[test]
fn at_clinical_nothing_is_adopted() {
    let scene = ward_list("clinical");
    let north = Body::founded(&scene, "north", "");
    let south = Body::founded(&scene, "south", "");
    granted(&north, "clinical");
    trusts(&south, &north, "clinical");
    let trust = format!("{}/trust.policy", north.register());
    south.does(LATER, "p-01", &["register", "import", &north.register(), "--policy", &trust]);
    let refused = adopt(&south, LATER);
    assert!(refused.code == 3 && refused.err.contains("nothing is adopted by one signature"), "{refused:?}");
}

#[test]
fn what_a_keeper_wrote_without_a_quorum_is_not_taken_in() {
    let scene = ward_list("clinical");
    let north = Body::founded(&scene, "north", "");
    let south = Body::founded(&scene, "south", "");
    let file = north.assessed(DAY, &["--use"]);
    let review = north.opens(DAY, "p-02", &[&file, "--reason", "Release 2.1"]);
    // The keeper of the northern log has its key, and writes a decision that nobody signed.
    let origin = "log.north.example/register";
    let key_file = scene.path("home").join(".config/formulary/log.north.example-register.log-key");
    let key = tlog::SignerKey::decode(fs::read_to_string(key_file).unwrap().trim()).unwrap();
    let shown: serde_json::Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let decision = serde_json::json!({
        "review": review, "ruling": "grant", "by": "quorum",
        "assessment": shown["digest"], "basis": shown["basis"],
        "terms": { "who": { "may": "any-team" }, "reasons": { "text": "Because" }, "review_on": "2027-01-01",
                   "trip_wires": ["malware", "kev"] },
    });
    let decision: Decision = serde_json::from_value(decision).unwrap();
    let now = LATER.parse().unwrap();
    let statement = Statement::new(origin, now, "p-01", Act::Decide(Box::new(decision)));
    let leaf = Leaf::new(now, statement, Vec::new());
    let files: Arc<dyn store::Files> = Arc::new(store::Disk::new(north.register()));
    let mut log = Log::open(files, "log", &key).unwrap();
    log.append(vec![leaf.bytes().unwrap()], &key).unwrap();
    drop(log);
    let warned = north.on(LATER, "p-01", &["register", "show"]);
    assert!(warned.err.contains("means nothing"), "{warned:?}");
    let trust = format!("{}/trust.policy", north.register());
    let verified = north.does(LATER, "p-01", &["log", "verify", &format!("{}/log", north.register())]);
    assert!(verified.contains("Sound"), "the log itself is sound: {verified}");
    let none = south.does(LATER, "p-01", &["register", "import", &north.register(), "--policy", &trust]);
    assert!(none.contains("Nothing to take in"), "a receipt alone is no quorum: {none}");
}

#[test]
fn statements_are_signed_by_the_log_verified_and_the_same_again() {
    let scene = ward_list("operational");
    let north = Body::founded(&scene, "north", "");
    let id = granted(&north, "operational");
    let out = north.path("statements");
    let told = north.does(LATER, "p-01", &["register", "statements", "--out", &out]);
    assert!(told.contains("1 decision"), "{id}: {told}");
    let first = files(scene.path("north-statements").as_path());
    let names: Vec<&str> = first.keys().map(String::as_str).collect();
    let of =
        |end: &str| names.iter().find(|n| n.ends_with(end)).unwrap_or_else(|| panic!("{end} in {names:?}"));
    let trust = format!("{}/trust.policy", north.register());
    for end in [".vsa.dsse.json", ".decision.dsse.json"] {
        let file = format!("{out}{}", of(end));
        let said = north.does(LATER, "p-01", &["verify", &file, "--policy", &trust]);
        assert!(said.contains("Signed by the log log.north.example/register"), "{said}");
        // Another word in it, and it is nobody's.
        let text = fs::read_to_string(&file).unwrap();
        let spoilt = north.path("spoilt.json");
        fs::write(&spoilt, text.replacen("payload\":\"ey", "payload\":\"ez", 1)).unwrap();
        assert_eq!(north.on(LATER, "p-01", &["verify", &spoilt, "--policy", &trust]).code, 1);
        let south = Body::founded(&scene, if end.contains("vsa") { "south" } else { "west" }, "");
        let other = format!("{}/trust.policy", south.register());
        assert_eq!(north.on(LATER, "p-01", &["verify", &file, "--policy", &other]).code, 1);
    }
    let cdx: serde_json::Value = serde_json::from_slice(&first[*of(".cdx.json")]).unwrap();
    assert_eq!(cdx["bomFormat"], "CycloneDX");
    // A day later nothing has changed, so no byte has.
    north.does("2026-08-27T15:00:00Z", "p-01", &["register", "statements", "--out", &out]);
    assert!(files(scene.path("north-statements").as_path()) == first, "the same state, the same bytes");
    // The site has them; written where the key is not, it keeps what was signed.
    north.does(LATER, "p-01", &["register", "site", &north.path("site")]);
    let site: BTreeMap<_, _> = files(scene.path("north-site").as_path());
    let signed = site.keys().filter(|n| n.starts_with("/statements/") && n.ends_with(".dsse.json")).count();
    assert_eq!(signed, 2, "{:?}", site.keys());
    let elsewhere =
        [("HOME", scene.path("nobody").display().to_string()), ("FORMULARY_REGISTER", north.register())];
    let kept =
        north.with("2026-08-27T16:00:00Z", "p-01", &elsewhere, &["register", "site", &north.path("site")]);
    assert!(kept.code == 0 && kept.out.contains(" 0 removed") && !kept.err.contains("left out"), "{kept:?}");
    // Overdue, it is no longer PASSED: the statement says so, and is a new one.
    north.does("2028-08-27T15:00:00Z", "p-01", &["register", "statements", "--out", &out]);
    assert!(
        files(scene.path("north-statements").as_path())[*of(".vsa.dsse.json")]
            != first[*of(".vsa.dsse.json")]
    );
}
