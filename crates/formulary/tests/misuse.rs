//! What a stranger tries on a register, with the program itself: every one is refused, said as it is, or has
//! the effect it says.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use std::{fs, process::Command};

use common::{
    advisory,
    body::{Body, ward_list, word},
    package_lock,
};

const DAY: &str = "2026-08-24T09:00:00Z";
const LATER: &str = "2026-08-26T09:00:00Z";

/// Everything that the log serves, as text.
fn log(body: &Body<'_>) -> String {
    let files = common::body::files(std::path::Path::new(&format!("{}/log", body.register())));
    files.values().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
}

#[test]
fn another_subjects_assessment_opens_nothing_and_a_component_is_asked_where_it_is() {
    let scene = ward_list("clinical");
    let body = Body::founded(&scene, "trust", "");
    let file = body.assessed(DAY, &["--use"]);
    let open = |subject: &str| {
        body.on(
            DAY,
            "p-02",
            &[
                "review",
                "open",
                &file,
                "--subject",
                subject,
                "--reason",
                "New",
                "--owner",
                "Ward systems team",
            ],
        )
    };
    for other in ["pkg:npm/evil@6.6.6", "repository:Rota"] {
        let refused = open(other);
        assert_eq!(refused.code, 3, "{refused:?}");
        assert!(refused.err.contains("the assessment is of repository:Ward list"), "{refused:?}");
        assert!(!body.does(DAY, "p-01", &["register", "show"]).contains(other), "nothing was opened");
    }
    let inside = open("pkg:npm/alpha@1.0.0");
    assert_eq!(inside.code, 0, "{inside:?}");
    assert!(inside.out.contains("of Ward list, which holds pkg:npm/alpha@1.0.0"), "{inside:?}");
    // What is decided of it cannot be renewed with an assessment of something else.
    let review = word(&inside.out, "R-");
    scene.file("package-lock.json", package_lock(&[("beta", "1.0.0")]));
    let other = body.assessed(LATER, &["--use"]);
    let renewed = body.on(LATER, "p-02", &["review", "renew", &review, &other]);
    assert!(renewed.code == 3 && renewed.err.contains("none of its components"), "{renewed:?}");
}

#[test]
fn a_trip_wire_that_the_assessment_does_not_show_is_none() {
    let scene = ward_list("clinical");
    let body = Body::founded(&scene, "trust", "");
    let file = body.assessed(DAY, &["--use"]);
    let asked = body.opens(DAY, "p-02", &[&file, "--reason", "Release 2.1"]);
    body.granted(DAY, &asked);
    let trip = |now: &str, person: &str, wire: &str, file: &str| {
        body.on(
            now,
            person,
            &["decision", "trip", wire, "--assessment", file, "--because", "I have heard so"],
        )
    };
    for (wire, words) in [("malware", "shows no malware"), ("kev", "shows no flaw known to be exploited")] {
        let none = trip(LATER, "p-02", wire, &file);
        assert!(none.code == 3 && none.err.contains(words), "{none:?}");
    }
    let lay = trip(LATER, "p-04", "owner-gone", &file);
    assert!(lay.code == 3 && lay.err.contains("is for chair"), "{lay:?}");
    // Shown, it suspends at once, and says when it is looked at again.
    scene
        .record(
            "npm",
            &serde_json::json!({
                "id": "MAL-2026-1", "modified": "2026-08-25T00:00:00Z", "published": "2026-08-25T00:00:00Z",
                "affected": [{ "package": { "ecosystem": "npm", "name": "alpha" }, "versions": ["1.0.0"] }]
            }),
        )
        .import();
    let bad = body.assessed(LATER, &["--use"]);
    let shown = trip(LATER, "p-02", "malware", &bad);
    assert_eq!(shown.code, 0, "{shown:?}");
    assert!(
        shown.out.contains("looked at again in R-") && shown.out.contains("expected by 2026-09-"),
        "{shown:?}"
    );
    assert!(body.does(LATER, "p-01", &["register", "show"]).contains("suspended"));
    assert!(!log(&body).contains("I have heard so"));
}

#[test]
fn a_rule_takes_the_assessments_obligations_and_the_terms_proposed() {
    let scene = ward_list("operational");
    let flaw = advisory("GHSA-bbbb-bbbb-bbbb", "npm", "alpha", "1.5.0", "2026-08-21T00:00:00Z");
    scene.record("npm", &flaw).import();
    let system = fs::read_to_string(scene.root().join("formulary.toml")).unwrap();
    scene.file("formulary.toml", system.replace("\"controlled\"", "\"open\""));
    let body = Body::founded(&scene, "trust", "");
    let file = body.assessed(DAY, &["--use"]);
    let assessed: serde_json::Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(assessed["verdicts"][0]["outcome"], "conditional", "{assessed}");
    let asked = assessed["obligations"].as_array().unwrap().len();
    assert!(asked > 0, "{assessed}");
    let opened = body.on(
        DAY,
        "p-02",
        &[
            "review",
            "open",
            &file,
            "--who",
            "team:Ward",
            "--reason",
            "Release 2.1",
            "--owner",
            "Ward systems team",
        ],
    );
    assert_eq!(opened.code, 0, "{opened:?}");
    assert!(!opened.err.contains("Nothing was signed"), "{opened:?}");
    let shown = body.does(DAY, "p-01", &["register", "show", "--json"]);
    let line: serde_json::Value = serde_json::from_str(shown.lines().next().unwrap()).unwrap();
    assert!(opened.out.contains("Decided at once"), "{opened:?}");
    let terms = &line["entry"]["decided"]["decision"]["terms"];
    assert_eq!(terms["obligations"].as_array().unwrap().len(), asked, "{line}");
    assert_eq!(terms["who"]["teams"], serde_json::json!(["Ward"]), "within what was proposed: {line}");
    assert_eq!(line["stand"]["state"], "listed-with-obligations");
    for duty in terms["obligations"].as_array().unwrap() {
        assert!(duty["what"]["sealed"].is_string(), "what is open in a named system is sealed: {duty}");
    }
    // A second application on the same question joins the first, if that is open still.
    let again = body.on(
        LATER,
        "p-02",
        &[
            "review",
            "open",
            &body.assessed(LATER, &["--use"]),
            "--reason",
            "Again",
            "--owner",
            "Ward systems team",
        ],
    );
    assert_eq!(again.code, 0, "{again:?}");
    let open = body.does(LATER, "p-01", &["review", "list"]);
    assert!(open.matches("R-").count() <= 2, "one case, not two: {open}");
}

#[test]
fn a_safety_case_is_read_and_its_officer_stays_unnamed() {
    let scene = ward_list("clinical");
    let body = Body::founded(&scene, "trust", "");
    let file = |name: &str, text: &str| fs::write(scene.path(name), text).unwrap();
    file("report.md", "# Safety case");
    file(
        "safety.toml",
        "version = \"2.1\"\nreport = \"report.md\"\nhazard_log = \"hazards.csv\"\nregistration = \"NMC 12A3456E, until 2027-03\"\n",
    );
    let safety = scene.path("safety.toml").display().to_string();
    let attest = |more: &[&str]| {
        let base = [
            "attest",
            "safety-case",
            "--subject",
            "repository:Ward list",
            "--until",
            "2027-02-01",
            "--says",
            "I stand for it",
            "--safety",
            &safety,
        ];
        body.on(DAY, "p-01", &[&base, more].concat())
    };
    let version = ["--version", "2.1"];
    for (text, words) in [
        ("%PDF-1.7", "the hazard log cannot be read"),
        ("hazard,severity,likelihood,rating\nH1,major,low,1\n", "not 1"),
        ("hazard,severity,likelihood,rating\nH1,catastrophic,high,5\n", "not acceptable"),
        ("hazard,severity,likelihood,rating,justified\nH1,major,low,3,\n", "must be justified"),
    ] {
        file("hazards.csv", text);
        let refused = attest(&version);
        assert!(refused.code == 3 && refused.err.contains(words), "{words}: {refused:?}");
    }
    file("hazards.csv", "hazard,severity,likelihood,rating,justified\nH1,major,low,3,tested on the ward\n");
    let unbound = attest(&[]);
    assert!(unbound.code == 3 && unbound.err.contains("--version"), "{unbound:?}");
    assert_eq!(attest(&version).code, 0);
    assert!(!log(&body).contains("12A3456E"), "a registration is a name");
    let statement = body.on(
        DAY,
        "p-01",
        &[
            "attest",
            "deployer-safety",
            "--subject",
            "repository:Ward list",
            "--until",
            "2027-02-01",
            "--says",
            "Done",
        ],
    );
    assert!(statement.code == 3 && statement.err.contains("--version"), "{statement:?}");
    // A word that meets nothing says so.
    let plain = body.does(
        DAY,
        "p-02",
        &[
            "attest",
            "practices",
            "--subject",
            "pkg:npm/alpha@1.0.0",
            "--until",
            "2027-02-01",
            "--says",
            "Fine",
        ],
    );
    assert!(plain.contains("It meets nothing by itself") && plain.contains("--audit"), "{plain}");
}

#[test]
fn what_is_kept_out_of_git_is_kept_out_of_every_register() {
    let scene = ward_list("clinical");
    let body = Body::founded(&scene, "trust", "");
    let ignore = std::path::Path::new(&body.register()).join(".gitignore");
    assert!(fs::read_to_string(&ignore).unwrap().lines().any(|l| l == "/assessments/"));
    // A register of an older program, with a line of its keeper.
    fs::write(&ignore, "# Ours\n/private/\n.promise\n.lock\nnotes.txt").unwrap();
    let file = body.assessed(DAY, &["--use"]);
    body.opens(DAY, "p-02", &[&file, "--reason", "Release 2.1"]);
    let now = fs::read_to_string(&ignore).unwrap();
    assert!(now.starts_with("# Ours\n/private/\n.promise\n.lock\nnotes.txt\n"), "{now}");
    assert!(now.lines().any(|l| l == "/assessments/"), "{now}");
    let git = |args: &[&str]| Command::new("git").args(args).current_dir(body.register()).output().unwrap();
    assert!(git(&["init", "-q"]).status.success());
    assert!(git(&["add", "-A"]).status.success());
    let staged = String::from_utf8(git(&["diff", "--cached", "--name-only"]).stdout).unwrap();
    assert!(staged.contains("trust.policy") && !staged.contains("assessments"), "{staged}");
}

#[test]
fn a_wrong_clock_locks_no_log() {
    let scene = ward_list("clinical");
    let body = Body::founded(&scene, "trust", "");
    let file = body.assessed(DAY, &["--use"]);
    let asked = body.opens(DAY, "p-02", &[&file, "--reason", "Release 2.1"]);
    body.granted(DAY, &asked);
    let future = "2028-08-24T09:00:00Z";
    let tick = body.on(future, "p-01", &["register", "tick"]);
    assert!(
        tick.code == 3 && tick.err.contains("clock") && tick.err.contains("--clock-is-right"),
        "{tick:?}"
    );
    let voted = body.on(
        future,
        "p-02",
        &[
            "decision",
            "deny",
            "--subject",
            "pkg:npm/alpha@1.0.0",
            "--tier",
            "operational",
            "--reason",
            "Odd",
            "--clause",
            "INB-04",
            "--existing-uses",
            "May run on",
            "--alternative",
            "none",
        ],
    );
    assert!(voted.code == 3 && voted.err.contains("--clock-is-right"), "{voted:?}");
    // The log is as it was: an act of today is taken.
    body.does(
        LATER,
        "p-02",
        &[
            "attest",
            "owner-accepts",
            "--subject",
            "repository:Ward list",
            "--until",
            "2027-02-01",
            "--says",
            "Yes",
        ],
    );
    // After a real pause it goes on.
    let ticked = body.does(future, "p-01", &["register", "tick", "--clock-is-right"]);
    assert!(ticked.contains("restricted"), "{ticked}");
}

#[test]
fn openssh_knows_until_when_a_key_signed_and_a_batch_is_tied_to_its_entry() {
    let scene = ward_list("clinical");
    let body = Body::founded(&scene, "trust", "");
    let exception = |control: &str| {
        body.opens(
            DAY,
            "p-02",
            &[
                "--ask",
                "exception",
                "--control",
                control,
                "--until",
                "2026-12-01",
                "--subject",
                "repository:Ward list",
                "--tier",
                "clinical",
                "--reason",
                "For the pilot",
            ],
        )
    };
    let unknown = body.on(
        DAY,
        "p-02",
        &[
            "review",
            "open",
            "--ask",
            "exception",
            "--control",
            "no-such-control",
            "--until",
            "2026-12-01",
            "--subject",
            "repository:Ward list",
            "--tier",
            "clinical",
            "--reason",
            "For the pilot",
            "--owner",
            "x",
        ],
    );
    assert!(unknown.code == 3 && unknown.err.contains("no control is called"), "{unknown:?}");
    let reviews: Vec<String> = ["practices", "maintained", "hashes"].into_iter().map(exception).collect();
    let ids: Vec<&str> = reviews.iter().map(String::as_str).collect();
    let voted = body.does(DAY, "p-04", &[&["vote"], ids.as_slice(), &["agree"]].concat());
    let entry =
        voted.lines().rev().find_map(|l| l.split("(entry ").nth(1)).unwrap().trim_end_matches(')').to_owned();
    let key = body.does(DAY, "p-01", &["body", "show"]);
    let at = key.find("p-04").unwrap();
    let fingerprint = word(&key[at..], "SHA256:");
    body.does(
        "2026-08-25T10:20:30Z",
        "p-01",
        &["body", "revoke", &fingerprint, "--reason", "Lost on a train"],
    );
    let signers = body.does(LATER, "p-01", &["body", "keys"]);
    let line = signers.lines().find(|l| l.starts_with("p-04")).unwrap();
    assert!(line.contains("valid-before=\"20260825102030Z\""), "{signers}");
    assert_eq!(signers.matches("valid-before").count(), 1, "only the revoked one: {signers}");
    // The old signature keeps, as of when it was made; as of now OpenSSH refuses the key.
    let into = body.path("signed");
    let told = body.does(LATER, "p-01", &["log", "signed", &entry, "--into", &into]);
    let ssh = |command: &str| Command::new("sh").args(["-c", command]).output().unwrap();
    let verify = told.lines().find(|l| l.contains("ssh-keygen -Y verify")).unwrap().trim();
    let good = ssh(verify);
    assert!(good.status.success(), "{verify}: {good:?}");
    let now = verify.replace("verify-time=20260824090000Z", "verify-time=20260826090000Z");
    assert_ne!(now, verify);
    assert!(!ssh(&now).status.success(), "after its end the key signs nothing");
    // The signature is over a batch: that its root holds this very statement is checked with common tools.
    let tie = told.lines().find(|l| l.trim().starts_with("sh ")).unwrap().trim();
    let tied = ssh(tie);
    assert!(
        tied.status.success() && String::from_utf8_lossy(&tied.stdout).contains("holds the statement"),
        "{tied:?}"
    );
    let statement = format!("{into}/entry-{entry}.statement");
    let text = fs::read_to_string(&statement).unwrap();
    fs::write(&statement, text.replace("agree", "concern")).unwrap();
    assert!(!ssh(tie).status.success(), "another statement is not in it");
    // Whose only key is revoked is given no tasks; and others are told whom to wait for.
    let agenda = body.does(LATER, "p-01", &["agenda", "--person", "p-04"]);
    assert!(agenda.contains("no key that can sign") && !agenda.contains("formulary vote"), "{agenda}");
}

#[test]
fn a_denial_is_told_whole_to_who_must_confirm_it() {
    let scene = ward_list("clinical");
    let body = Body::founded(&scene, "trust", "");
    body.does(
        DAY,
        "p-02",
        &[
            "decision",
            "deny",
            "--subject",
            "pkg:npm/alpha@1.0.0",
            "--tier",
            "operational",
            "--reason",
            "A worm spreads through it",
            "--clause",
            "INB-04",
            "--existing-uses",
            "May run on, watched by hand",
            "--alternative",
            "pkg:npm/gamma",
        ],
    );
    let list = body.does(DAY, "p-01", &["review", "list"]);
    let review = word(&list, "R-");
    for text in [
        body.does(DAY, "p-01", &["review", "paper", &review]),
        body.does(DAY, "p-01", &["review", "show", &review]),
    ] {
        for part in [
            "A worm spreads through it",
            "May run on, watched by hand",
            "pkg:npm/gamma",
            "2026-08-29",
            "INB-04",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
    let paper = body.does(DAY, "p-01", &["review", "paper", &review]);
    assert!(paper.contains("- Awaits: security (p-02)"), "{paper}");
    // Lapsed, it is quoted no more.
    let shown = body.does("2026-09-03T09:00:00Z", "p-01", &["decision", "show", "pkg:npm/alpha@1.0.0"]);
    assert!(!shown.contains("pkg:npm/gamma"), "{shown}");
}

#[test]
fn what_is_closed_is_shown_as_closed() {
    let scene = ward_list("operational");
    let body = Body::founded(&scene, "trust", "");
    fs::write(
        scene.path("closure.toml"),
        "attacker = \"A gang that reads public code for keys\"\npublication_adds = \"The key that still works\"\n\
         path_to_harm = \"They log in and read every record\"\nscope = [\"repository\"]\n\
         owner = \"Portal team\"\ncontact = \"portal@trust.example\"\nuntil = 2026-09-04\n",
    )
    .unwrap();
    let closure = scene.path("closure.toml").display().to_string();
    body.does(
        DAY,
        "p-02",
        &[
            "decision",
            "close",
            "--subject",
            "repository:Old portal",
            "--publication",
            "--cause",
            "secret",
            "--closure",
            &closure,
            "--mend",
            "Revoke the key",
            "--reason",
            "It is live",
            "--clause",
            "OUT-01",
        ],
    );
    let shown = body.does(LATER, "p-01", &["register", "show"]);
    assert!(shown.contains("closed ") && shown.contains("repository:Old portal until 2026-09-04"), "{shown}");
    // On the site: that something was closed, at once; what, after mending.
    let site = body.path("site");
    body.does(LATER, "p-01", &["register", "site", &site]);
    let page = |name: &str| fs::read_to_string(format!("{site}/{name}")).unwrap();
    for name in [
        "index.html",
        "board.html",
        "reviews.html",
        "find.html",
        "feed.xml",
        "index.json",
        "exceptions-and-closures.csv",
        "decisions.csv",
    ] {
        assert!(!page(name).contains("Old portal"), "{name} draws the attacker's map");
    }
    assert!(page("board.html").contains("named after mending"), "{}", page("board.html"));
    let review = word(&body.does(LATER, "p-01", &["review", "list"]), "R-");
    assert!(!page(&format!("reviews/{review}.html")).contains("Old portal"));
    body.does("2026-09-05T09:00:00Z", "p-01", &["register", "site", &site]);
    assert!(page("board.html").contains("Old portal"), "ended, it is named");
    // Dates and addresses as people write them.
    assert!(page("index.html").contains("5 September 2026"), "{}", page("index.html"));
    assert!(page("index.html").contains("<a href=\"mailto:formulary@trust.example\">"));
    assert!(page(&format!("reviews/{review}.html")).contains("aria-label=\"Breadcrumb\""));
}
