//! A body with a register that holds one of everything, and words that must be nowhere planted in it.

use std::{fs, process::Command};

use crate::common::{Answer, Scene, advisory, body::word, package_lock};

/// Words that must be nowhere.
pub(crate) const PRIVATE: &str = "PLANTED";
/// When the site is written.
pub(crate) const TODAY: &str = "2026-09-20T09:00:00Z";

pub(crate) struct Body {
    pub(crate) scene: Scene,
}

impl Body {
    pub(crate) fn path(&self, name: &str) -> String {
        self.scene.path(name).display().to_string()
    }

    pub(crate) fn on(&self, now: &str, person: &str, args: &[&str]) -> Answer {
        let done = Command::new(env!("CARGO_BIN_EXE_formulary"))
            .args(args)
            .current_dir(self.scene.root())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.scene.path("home"))
            .env("FORMULARY_NOW", now)
            .env("FORMULARY_KEY", self.scene.path(&format!("key-{person}")))
            .env("FORMULARY_FEEDS", self.scene.path("feeds"))
            .envs((!args.contains(&"init")).then(|| ("FORMULARY_REGISTER", self.scene.path("register"))))
            .output()
            .unwrap();
        Answer {
            code: done.status.code().unwrap_or(-1),
            out: String::from_utf8(done.stdout).unwrap(),
            err: String::from_utf8(done.stderr).unwrap(),
        }
    }

    pub(crate) fn does(&self, now: &str, person: &str, args: &[&str]) -> String {
        let answer = self.on(now, person, args);
        assert_eq!(answer.code, 0, "{args:?}: {answer:?}");
        answer.out
    }

    /// A body of four; one agreed to have the name public.
    pub(crate) fn founded() -> Self {
        let scene = Scene::new();
        scene
            .file("package-lock.json", package_lock(&[("alpha", "1.0.0")]))
            .file(&format!("{PRIVATE}-folder/package-lock.json"), package_lock(&[("beta", "1.0.0")]))
            .file(
                "formulary.toml",
                "name = \"Ward list\"\nversion = \"2.1\"\ntier = \"clinical\"\nexposure = \"controlled\"\n\
                 started = 2026-08-20\n[owner]\nrole = \"Ward systems team\"\ncontact = \"ward@trust.example\"\n\
                 confirmed = 2026-08-01\npatches = \"Ward systems team\"\nmonitors = \"Ward systems team\"\n",
            )
            .file(
                "package.json",
                r#"{"name":"subject","version":"1.0.0","license":"MIT","dependencies":{"alpha":"1.0.0"}}"#,
            )
            .record("npm", &advisory("GHSA-aaaa-aaaa-aaaa", "npm", "alpha", "1.5.0", "2026-08-21T00:00:00Z"))
            .import();
        let body = Self { scene };
        let mut text = String::from(
            "name = \"Example Trust formulary committee\"\ncontact = \"formulary@trust.example\"\n\
             origin = \"log.trust.example/register\"\n",
        );
        let people = [
            ("p-01", "\"chair\", \"clinical-safety-officer\"", "Ada Example", true),
            ("p-02", "\"security\", \"on-call\"", "PLANTED Name", false),
            ("p-03", "\"information-governance\"", "Other PLANTED", false),
            ("p-04", "\"lay\"", "PLANTED Third", false),
        ];
        for (id, roles, name, public) in people {
            let key = body.path(&format!("key-{id}"));
            let made = Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-C", "PLANTED@trust.example", "-f", &key])
                .status()
                .expect("OpenSSH's ssh-keygen must be installed");
            assert!(made.success());
            text.push_str(&format!(
                "[[person]]\nid = \"{id}\"\nname = \"{name}\"\nname_is_public = {public}\nroles = [{roles}]\n\
                 keys = [\"{key}.pub\"]\ninterests = [\"{PRIVATE} of {id} Ltd\"]\n"
            ));
        }
        fs::write(body.scene.path("body.toml"), text).unwrap();
        let (file, register) = (body.path("body.toml"), body.path("register"));
        body.does("2026-08-22T09:00:00Z", "p-01", &["body", "init", &file, "--register", &register]);
        body
    }

    /// A case granted, one with a concern, a denial, a closure in an emergency, an exception asked for.
    pub(crate) fn busy() -> Self {
        let body = Self::founded();
        let day = "2026-08-22T10:00:00Z";
        let secret = |what: &str| format!("{PRIVATE} {what}, which nobody may read");
        body.does(
            day,
            "p-02",
            &[
                "attest",
                "practices",
                "--subject",
                "repository:Ward list",
                "--until",
                "2027-02-01",
                "--says",
                &secret("statement"),
                "--private",
            ],
        );
        let assessed = body.on(day, "p-01", &["check", ".", "--use", "--format", "json"]);
        fs::write(body.scene.path("one.json"), &assessed.out).unwrap();
        assert!(assessed.out.contains(PRIVATE), "the assessment names places");
        let file = body.path("one.json");
        let open =
            ["review", "open", &file, "--reason", "Asked by the pharmacy", "--owner", "Pharmacy systems"];
        let granted = word(&body.does(day, "p-02", &open), "R-");
        for person in ["p-01", "p-02", "p-03", "p-04"] {
            let says = secret("reason");
            body.does(
                "2026-08-24T09:00:00Z",
                person,
                &["vote", &granted, "agree", "--says", &says, "--private"],
            );
        }
        body.does(
            "2026-08-24T12:00:00Z",
            "p-01",
            &[
                "decision",
                "make",
                &granted,
                "grant",
                "--reasons",
                &secret("ground"),
                "--private",
                "--obligation",
                &format!("{} |Pharmacy systems|2026-09-10|a signed report", secret("duty")),
            ],
        );
        let waiting = word(
            &body.does(
                day,
                "p-02",
                &[
                    "review",
                    "open",
                    &file,
                    "--ask",
                    "exception",
                    "--control",
                    "practices",
                    "--scope",
                    &format!("{PRIVATE}-folder/login.rs"),
                    "--interest",
                    &format!("  {PRIVATE} of P-03  Ltd"),
                    "--until",
                    "2026-11-30",
                    "--reason",
                    "<img src=https://evil.test/x onerror=alert(1)> \"Release\" 2.1 & more",
                    "--owner",
                    "Ward systems team",
                ],
            ),
            "R-",
        );
        body.does(
            "2026-08-25T09:00:00Z",
            "p-04",
            &["vote", &waiting, "concern", "--clause", "INB-09", "--says", &secret("concern"), "--private"],
        );
        // Interests are compared behind their seals: p-03 has this one.
        let barred = body.on("2026-08-25T10:00:00Z", "p-03", &["vote", &waiting, "agree"]);
        assert!(barred.code != 0 && barred.err.contains("declared interest"), "{barred:?}");
        body.does(
            "2026-08-25T10:00:00Z",
            "p-03",
            &["vote", &waiting, "recuse", "--interest", &secret("supplier")],
        );
        body.does(
            "2026-08-26T10:00:00Z",
            "p-02",
            &[
                "attest",
                "practices",
                "--subject",
                "repository:Ward list",
                "--until",
                "2027-02-01",
                "--scope",
                &format!("{PRIVATE}-folder/old.rs"),
                "--says",
                "Mended",
            ],
        );
        fs::write(
            body.scene.path("narrow.toml"),
            format!(
                "attacker = \"A gang that reads public code\"\npublication_adds = \"Thresholds of the fraud rules\"\n\
                 path_to_harm = \"Claims below them are never looked at\"\nscope = [\"{PRIVATE}/fraud\"]\n\
                 owner = \"Claims team\"\ncontact = \"{PRIVATE}@trust.example\"\nuntil = 2026-12-19\n"
            ),
        )
        .unwrap();
        let narrow = body.path("narrow.toml");
        let asked = body.does(
            "2026-08-26T11:00:00Z",
            "p-02",
            &[
                "review",
                "open",
                "--ask",
                "closure",
                "--closure",
                &narrow,
                "--subject",
                "repository:Claims",
                "--reason",
                "Fraud rules",
                "--owner",
                "Claims team",
            ],
        );
        let closing = word(&asked, "R-");
        let shown = body.does("2026-08-26T11:00:00Z", "p-02", &["review", "show", &closing]);
        assert!(shown.contains(&format!("{PRIVATE}/fraud")), "its holder reads the scope: {shown}");
        let paper = body.does("2026-08-26T11:00:00Z", "p-02", &["review", "paper", &closing]);
        assert!(!paper.contains(PRIVATE), "a paper is published: {paper}");
        body.does(
            "2026-09-18T09:00:00Z",
            "p-02",
            &[
                "decision",
                "deny",
                "--subject",
                "pkg:npm/beta@1.0.0",
                "--tier",
                "operational",
                "--reason",
                &secret("flaw"),
                "--private",
                "--clause",
                "INB-04",
                "--existing-uses",
                "May run on",
                "--alternative",
                "pkg:npm/gamma",
            ],
        );
        fs::write(
            body.scene.path("closure.toml"),
            "attacker = \"PLANTED gang that reads public code\"\npublication_adds = \"The PLANTED secret that still works\"\n\
             path_to_harm = \"PLANTED: they log in and read all records\"\nscope = [\"repository\"]\n\
             owner = \"Portal team\"\ncontact = \"portal@trust.example\"\nuntil = \"2026-09-19\"\n",
        )
        .unwrap();
        let closure = body.path("closure.toml");
        body.does(
            "2026-09-18T10:00:00Z",
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
                &secret("mend"),
                "--reason",
                &secret("where"),
                "--private",
                "--clause",
                "OUT-01",
            ],
        );
        body
    }

    pub(crate) fn site(&self, now: &str) -> String {
        self.does(now, "p-01", &["register", "site", &self.path("site")])
    }
}
