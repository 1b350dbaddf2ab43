//! A gate asks a register behind an address: fetched once, believed under the pinned key alone, used when the
//! network is gone with its date shown, and refused when it shows less than before. And a hook asks too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where its own scene fails"
)]

mod common;

use std::{fs, path::Path};

use common::{
    Answer,
    body::{Body, Served, files, serve, ward_list, word},
    git::{executable, token, write},
};

const DAY: &str = "2026-08-24T09:00:00Z";

fn denied(body: &Body<'_>, now: &str, subject: &str) {
    body.does(
        now,
        "p-02",
        &[
            "decision",
            "deny",
            "--subject",
            subject,
            "--tier",
            "operational",
            "--reason",
            "It leaks",
            "--clause",
            "INB-04",
            "--existing-uses",
            "May run on",
            "--alternative",
            "pkg:npm/gamma",
        ],
    );
}

/// A gate on another machine: a cache of its own, no register of its own, the trust file pinned.
struct Gate<'b> {
    body: &'b Body<'b>,
    address: String,
}

impl Gate<'_> {
    fn asks(&self, now: &str, more: &[&str]) -> Answer {
        let trust = self.body.path("pinned.policy");
        let cache = self.body.path("gate");
        let args = [
            "check",
            ".",
            "--use",
            "--format",
            "json",
            "--register",
            &self.address,
            "--register-trust",
            &trust,
        ];
        self.body.with(now, "p-01", &[("FORMULARY_CACHE", cache)], &[&args, more].concat())
    }
}

fn reason(answer: &Answer) -> Option<serde_json::Value> {
    let value = answer.json();
    let reasons = value["verdicts"][0]["reasons"].as_array().unwrap().clone();
    reasons.into_iter().find(|r| r["control"] == "register")
}

#[test]
fn a_register_behind_an_address_is_obeyed_kept_and_never_believed_blindly() {
    let scene = ward_list("operational");
    let body = Body::founded(&scene, "trust", "");
    denied(&body, DAY, "repository:Ward list");
    let site = |now: &str| {
        body.does(now, "p-01", &["register", "site", &body.path("site")]);
        files(scene.path("trust-site").as_path())
    };
    let served: Served = Served::default();
    let (address, asked) = serve(served.clone());
    fs::copy(format!("{}/trust.policy", body.register()), body.path("pinned.policy")).unwrap();
    let gate = Gate { body: &body, address: address.clone() };

    // Never fetched and not there: no answer, and never a yes.
    let nothing = gate.asks(DAY, &[]);
    assert_eq!(nothing.code, 3, "{nothing:?}");
    assert!(nothing.err.contains("never fetched"), "{nothing:?}");
    let unpinned = body.with(DAY, "p-01", &[], &["check", ".", "--use", "--register", &address]);
    assert!(unpinned.code == 3 && unpinned.err.contains("--register-trust"), "{unpinned:?}");

    let first = site(DAY);
    *served.lock().unwrap() = first.clone();
    let red = gate.asks(DAY, &[]);
    assert_eq!(red.code, 1, "{red:?}");
    let why = reason(&red).unwrap();
    assert!(why["why"].as_str().unwrap().contains("suspended"), "{why}");
    assert!(why["remedy"].as_str().unwrap().contains("pkg:npm/gamma"), "the alternative: {why}");
    assert!(red.err.contains("fetched on 2026-08-24") && !red.err.contains("stale"), "{}", red.err);

    // Within five minutes it is not asked again; later only what is new is fetched.
    let before = asked.lock().unwrap().len();
    assert_eq!(gate.asks("2026-08-24T09:04:00Z", &[]).out, gate.asks("2026-08-24T09:04:00Z", &[]).out);
    assert_eq!(asked.lock().unwrap().len(), before, "a fresh copy is as good as asking");
    assert_eq!(gate.asks("2026-08-24T09:06:00Z", &[]).code, 1);
    let since: Vec<String> = asked.lock().unwrap()[before..].to_vec();
    assert_eq!(since, ["/log/checkpoint"], "nothing that is kept is fetched again");

    // The network is gone: the answer stays, with its date; old copies are said to be, very old ones say nothing.
    served.lock().unwrap().clear();
    let offline = gate.asks("2026-08-25T09:00:00Z", &[]);
    assert_eq!(offline.code, 1, "{offline:?}");
    assert!(
        offline.err.contains("cannot be reached") && offline.err.contains("2026-08-24"),
        "{}",
        offline.err
    );
    let stale = gate.asks("2026-09-10T09:00:00Z", &[]);
    assert!(stale.err.contains("17 days ago: stale"), "{}", stale.err);
    let old = gate.asks("2026-10-10T09:00:00Z", &[]);
    assert_eq!(old.code, 3, "{old:?}");
    assert!(reason(&old).unwrap()["why"].as_str().unwrap().contains("47 days ago"), "{:?}", reason(&old));

    // What is kept is damaged: it is noticed, and fetched again.
    *served.lock().unwrap() = first.clone();
    for (path, bytes) in files(scene.path("trust-gate").as_path()) {
        if path.contains("tile") || path.ends_with(".lookup") {
            let mut bytes = bytes;
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(format!("{}{path}", body.path("gate")), bytes).unwrap();
        }
    }
    let mended = gate.asks("2026-08-25T09:00:00Z", &[]);
    assert_eq!((mended.code, mended.out.clone()), (1, offline.out), "{}", mended.err);

    // It grows, and the gate sees it; an earlier copy, or another log, is refused.
    denied(&body, "2026-08-26T09:00:00Z", "pkg:npm/alpha@1.0.0");
    let second = site("2026-08-26T09:00:00Z");
    *served.lock().unwrap() = second;
    let grown = gate.asks("2026-08-26T10:00:00Z", &[]);
    assert_eq!(
        grown.json()["evidence"].as_array().unwrap().iter().filter(|e| e["kind"] == "standing").count(),
        1
    );
    assert!(grown.out.contains("pkg:npm/alpha@1.0.0") && grown.code == 1, "{grown:?}");
    *served.lock().unwrap() = first;
    let back = gate.asks("2026-08-26T11:00:00Z", &[]);
    assert!(back.code == 3 && back.err.contains("REWRITTEN"), "{back:?}");
    let other_scene = ward_list("operational");
    let other = Body::founded(&other_scene, "trust", "");
    other.does(DAY, "p-01", &["register", "site", &other.path("site")]);
    *served.lock().unwrap() = files(other_scene.path("trust-site").as_path());
    let foreign = gate.asks("2026-08-26T12:00:00Z", &[]);
    assert!(foreign.code == 3 && foreign.err.contains("not accepted"), "{foreign:?}");
}

#[test]
fn a_hook_asks_the_register_and_a_sealed_scope_is_known_to_whom_it_was_handed() {
    let scene = ward_list("operational");
    let body = Body::founded(&scene, "trust", "");
    scene.git(&["init", "-q", "-b", "main"]);
    let secret = token(7);
    scene.file("config/login.env", format!("TOKEN={secret}\n"));
    scene.git(&["add", "-A"]);
    let staged = ["check", "--staged", "--format", "json"];
    let stopped = body.with(DAY, "p-01", &[], &staged);
    assert_eq!(stopped.code, 1, "{stopped:?}");
    let fingerprint = stopped.json()["stopped"][0]["fingerprint"].as_str().unwrap().to_owned();

    // The committee sets this very finding aside. Its scope is sealed in the log.
    let review = body.opens(
        DAY,
        "p-02",
        &[
            "--ask",
            "exception",
            "--control",
            "no-secret",
            "--scope",
            &fingerprint,
            "--until",
            "2026-12-01",
            "--subject",
            "repository:Ward list",
            "--tier",
            "operational",
            "--reason",
            "A sample from the manual",
        ],
    );
    body.granted("2026-08-25T09:00:00Z", &review);
    for (path, bytes) in files(scene.path("trust-register").join("log").as_path()) {
        let hit = bytes.windows(fingerprint.len()).any(|w| w == fingerprint.as_bytes());
        assert!(!hit, "{path} names what is set aside");
    }
    let now = "2026-08-25T10:00:00Z";
    let holder = body.on(now, "p-01", &staged);
    assert_eq!(holder.code, 0, "the holder of the register knows the scope: {holder:?}");
    let after = body.on("2026-12-02T10:00:00Z", "p-01", &staged);
    assert_eq!(after.code, 1, "past its end it holds no more: {after:?}");

    // A gate behind an address knows it with the seals, and only with them.
    body.does(now, "p-01", &["register", "site", &body.path("site")]);
    let served = Served::default();
    *served.lock().unwrap() = files(scene.path("trust-site").as_path());
    let (address, asked) = serve(served);
    let trust = format!("{}/trust.policy", body.register());
    let gate = [("FORMULARY_CACHE", body.path("gate"))];
    let remote = [&staged[..], &["--register", &address, "--register-trust", &trust]].concat();
    let waits = body.with(now, "p-01", &gate, &remote);
    assert!(
        waits.code == 3 && asked.lock().unwrap().is_empty(),
        "a hook never waits for a network: {waits:?}"
    );
    body.with(
        now,
        "p-01",
        &gate,
        &["check", ".", "--use", "--register", &address, "--register-trust", &trust],
    );
    let withheld = body.with(now, "p-01", &gate, &remote);
    assert_eq!(withheld.code, 1, "{withheld:?}");
    let seals = body.path("seals.jsonl");
    let told = body.does(now, "p-01", &["register", "seals", "repository:Ward list", "--to", &seals]);
    assert!(told.contains("1 seal"), "{told}");
    let known = body.with(now, "p-01", &gate, &[&remote[..], &["--seals", &seals]].concat());
    assert_eq!(known.code, 0, "{known:?}");
    assert_eq!(word(&told, "1"), "1");

    // A server that takes pushes asks it as well, on each day anew.
    scene.git(&["config", "user.email", "t@hospital.example"]);
    scene.git(&["config", "user.name", "T"]);
    scene.git(&["commit", "-q", "--no-verify", "-m", "state"]);
    let server = scene.path("server.git").display().to_string();
    scene.git(&["init", "-q", "--bare", &server]);
    scene.git(&["remote", "add", "server", &server]);
    for (at, register, taken) in [
        ("2026-08-25T10:00:00Z", None, false),
        ("2026-12-02T10:00:00Z", Some(body.register()), false),
        ("2026-08-25T10:00:00Z", Some(body.register()), true),
    ] {
        let named = register.map(|path| format!("FORMULARY_REGISTER='{path}'")).unwrap_or_default();
        write(
            Path::new(&server),
            "hooks/pre-receive",
            format!(
                "#!/bin/sh\nexec env FORMULARY_NOW={at} {named} FORMULARY_CACHE='{}' '{}' hook receive --within 120\n",
                body.path("hook-cache"),
                env!("CARGO_BIN_EXE_formulary"),
            ),
        );
        executable(&Path::new(&server).join("hooks/pre-receive"));
        let (done, said) = scene.try_git(&["push", "server", "main"]);
        assert_eq!(done, taken, "{at} {named}: {said}");
        let word = if taken {
            "set aside until 2026-12-01"
        } else {
            "refs/heads/main: refused: 1 secret would land"
        };
        assert!(said.contains(word) && !said.contains(&secret[4..]), "{said}");
    }
}
